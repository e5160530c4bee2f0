/* notes.c: what happens in the city, by name; sentences stand in web/words/city.json.
 *
 * Names of notes and of their arguments are a contract: conditions, events.csv and the page use them. */
#include "systems/notes.h"
#include "systems/city/city.h"

#define AT(kind) [CITY_NOTE_##kind - NODE_NOTE_SYSTEM]

const struct system_note CITY_NOTES[CITY_NOTE_END - NODE_NOTE_SYSTEM] = {
    AT(ORDERED) = QUIET("order_placed", "dish", "kitchen", "count"),
    AT(YOURS) = QUIET("order_confirmed", "dish", "price"),
    AT(SOLD_OUT) = LISTED("order_sold_out", "dish", "price"),
    AT(REFUSED) = JUMPED("order_refused", "dish", "price"),
    AT(FULL) = LISTED("order_too_many", "dish", "price"),
    AT(SORRY) = JUMPED("order_sorry", "dish", "price"),
    AT(GONE) = LISTED("order_unanswered", "dish"),
    AT(DISH) = QUIET("dish_served", "dish", "first"),
    AT(WAITED) = JUMPED("dish_missing", "dish"),
    AT(SKIPPED) = QUIET("order_skipped", "count"),
    AT(SOLD) = LISTED("order_sold", "key", "delivery", "level", "price"),
    AT(OVERSOLD) = MARKED("lobster_oversold", "key", "winner", "delivery", "sold"),
    AT(ASSIGNED) = QUIET("order_assigned", NULL),
    AT(LOADED) = JUMPED("delivery_booked", "delivery"),
    AT(PRICED) = JUMPED("price_changed", "dish", "price"),
    AT(ASKED) = QUIET("op_invoked", "what", "value", "expected"),
    AT(OK) = QUIET("op_ok", "what", "value"),
    AT(FAILED) = QUIET("op_failed", "what", "error"),
    AT(UNKNOWN) = QUIET("op_unknown", "what", "error"),
    AT(PRESIDES) = MARKED("leader_elected", "term"),
    AT(PRESIDES_NOT) = MARKED("leader_stepped_down", "term"),
    AT(SUSPECTED) = JUMPED("kitchen_suspected", "silence_ms"),
    AT(TRUSTED) = JUMPED("kitchen_trusted", NULL),
    AT(HINT) = QUIET("hint_stored", "key"),
    AT(CAUGHT_UP) = QUIET("hint_replayed", "key"),
    AT(MODE_SEALED) = JUMPED("mode_sealed", "epoch", "from", "to"),
    AT(MODE_WAITS) = LISTED("mode_waits", "epoch"),
    AT(MODE_OPENED) = JUMPED("mode_opened", "epoch", "mode"),
    AT(MODE_DROPPED) = JUMPED("mode_dropped", "epoch", "mode"),
    AT(PROMISE_BROKEN) = MARKED("promise_broken", "check"),
};
