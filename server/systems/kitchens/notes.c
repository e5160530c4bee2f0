/* notes.c: what happens in the city, by name; sentences stand in web/words/kitchens.json.
 *
 * Names of notes and of their arguments are a contract: conditions ("first(response_ms > 5000)"),
 * events.csv and the page use them. An argument's name carries its unit. */
#include "systems/notes.h"
#include "systems/kitchens/kitchens.h"

/* Every order leaves a trail of notes; the event list shows only what is out of the ordinary. */
#define AT(kind) [KITCHENS_NOTE_##kind - NODE_NOTE_SYSTEM]

const struct system_note KITCHENS_NOTES[KITCHENS_NOTE_END - NODE_NOTE_SYSTEM] = {
    AT(PLACED) = QUIET("order_placed", "x_m", "y_m", "dish", "source"),
    AT(RESENT) = QUIET("order_resent", "attempt"),
    AT(RECEIVED) = QUIET("order_received", NULL),
    AT(CONFIRMED) = QUIET("order_confirmed", NULL),
    AT(ACKNOWLEDGED) = QUIET("order_acknowledged", NULL),
    AT(REFUSED) = LISTED("order_refused", "refusal"),
    AT(TURNED_AWAY) = QUIET("order_turned_away", "refusal"),
    AT(GIVEN_UP) = LISTED("order_given_up", "attempts"),
    AT(WAITING) = QUIET("order_waiting", "wait"),
    AT(ASSIGNED) = QUIET("order_assigned", "epoch", "score", "policy", "again"),
    AT(CANDIDATE) = DETAIL("candidate", "load", "specialty", "time", "distance"),
    AT(REJECTED) = QUIET("order_rejected", "epoch", "pending", "cooking"),
    AT(QUEUED) = QUIET("order_queued", "epoch", "pending", "cooking"),
    AT(COOKING) = QUIET("order_cooking", "epoch", "cook_ns", "freed_by", "pan"),
    AT(COOKED) = QUIET("order_cooked", "epoch", "courier_ms"),
    AT(SETTLED) = QUIET("order_settled", "epoch"),
    AT(FENCED) = LISTED("order_fenced", "epoch", "epoch_now"),
    AT(SERVED) = QUIET("order_served", "epoch", "again"),
    AT(DROPPED) = LISTED("order_dropped", "epoch", "was_cooking"),
    AT(HANDOVER_OFFERED) = QUIET("handover_offered", "epoch", "target"),
    AT(HANDOVER_RELEASED) = QUIET("handover_released", "epoch"),
    AT(HANDOVER_TOO_LATE) = LISTED("handover_too_late", "epoch"),
    AT(HANDOVER_ACCEPTED) = JUMPED("handover_accepted", "epoch", "source"),
    AT(HANDOVER_FAILED) = LISTED("handover_failed", "epoch", "source", "reason"),
    AT(KITCHEN_REGISTERED) = LISTED("kitchen_registered", "registration", "tickets", "identity"),
    AT(KITCHEN_REFUSED) = MARKED("kitchen_refused", "identity"),
    AT(KITCHEN_SUSPECTED) = MARKED("kitchen_suspected", "silence_ms", "orders"),
    AT(KITCHEN_TRUSTED) = MARKED("kitchen_trusted", NULL),
    AT(KITCHEN_EJECTED) = MARKED("kitchen_ejected", "oldest_ms", "ejected_pct"),
    AT(KITCHEN_LEFT) = MARKED("kitchen_left", NULL),
    AT(KITCHEN_OPENED) = MARKED("kitchen_opened", "cooks", "capacity", "specialties", "speed_pct"),
    AT(KITCHEN_UNMOVED) = LISTED("kitchen_unmoved", "is_open"),
    AT(KITCHEN_SLOWED) = MARKED("kitchen_slowed", "factor_pct"),
    AT(KITCHEN_OVERLOADED) = JUMPED("kitchen_overloaded", "load"),
    AT(KITCHEN_RELIEVED) = JUMPED("kitchen_relieved", NULL),
    AT(SPECIALTY_MISSING) = MARKED("specialty_missing", "cuisine"),
    AT(BOOK_ORDER) = QUIET("book_order", "epoch"),
    AT(BOOK_RECOVERED) = MARKED("book_recovered", "orders", "torn_bytes", "term"),
    AT(CLAIMED) = QUIET("order_claimed", "epoch", "is_cooking"),
    AT(RUSH) = MARKED("rush", "district", "factor_pct", "duration_ms"),
    AT(FIRST_LATE) = MARKED("first_late_order", "response_ms"),
    AT(FIRST_LOST) = MARKED("first_lost_order", NULL),
    AT(PROMISE_BROKEN) = MARKED("promise_broken", "check"),
    AT(BELIEF) = DETAIL("belief", "pending", "cooking", "under_way", "average_ms"),
};
