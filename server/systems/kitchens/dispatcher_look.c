/* dispatcher_look.c: what others may see of the dispatcher: what is outstanding, its invariants,
 * its fields. */
#include <assert.h>

#include "base/json_writer.h"
#include "systems/kitchens/dispatcher.h"
#include "systems/kitchens/words.h"

bool dispatcher_pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    (void)env;
    const struct dispatcher *self = state;
    if (self->phase != DISPATCHER_OPEN) {
        *reason = (struct node_reason){.word = KITCHENS_WORD_BOOK_NOT_READ, .subject = NODE_NONE};
        return true;
    }
    assert(self->roster.count <= KITCHENS_ORDERS_MAX);
    if (self->roster.count == 0)
        return false;
    *reason = (struct node_reason){
        .word = KITCHENS_WORD_ORDERS_OPEN, .subject = NODE_NONE, .args = {self->roster.count}};
    for (uint32_t slot = 0; slot < self->roster.fresh && reason->subject == NODE_NONE; slot++)
        if (self->roster.numbers[slot] != 0)
            reason->subject = self->roster.numbers[slot];
    return true;
}

/* Orders that wait, and orders that nobody has claimed yet, are all open ones: sums that must
 * agree, in constant time, because this is asked after every step. */
bool dispatcher_violation(const void *state, const struct node_env *env, struct node_reason *reason)
{
    (void)env;
    const struct dispatcher *self = state;
    if (self->waiting <= self->roster.count &&
        self->lists[LIST_RECOVERED].count <= self->roster.count)
        return false;
    *reason = (struct node_reason){.word = KITCHENS_WORD_LISTS_DISAGREE,
                                   .subject = NODE_NONE,
                                   .args = {self->waiting, self->roster.count}};
    return true;
}

static const char *const PLACE_STATES[] = {"absent", "trusted", "probation", "suspected",
                                           "ejected"};
static const char *const PHASES[] = {"reading", "beginning", "open"};

static void inspect_place(const struct dispatcher *self, uint32_t number,
                          struct json_writer *writer)
{
    assert(number < DISPATCHER_PLACES);
    assert(self->places[number].state < sizeof PLACE_STATES / sizeof PLACE_STATES[0]);
    const struct place *place = &self->places[number];
    json_object(writer, NULL);
    json_u64(writer, "place", number);
    json_string(writer, "state", PLACE_STATES[place->state]);
    json_u64(writer, "registration", place->registration);
    json_u64(writer, "pending", place->pending);
    json_u64(writer, "cooking", place->cooking);
    json_u64(writer, "unanswered", place->unanswered);
    json_u64(writer, "reserved", place->reserved);
    json_u64(writer, "average_ms", place->average_ms);
    json_u64(writer, "tickets", self->lists[LIST_TICKETS + number].count);
    json_u64(writer, "line", self->lists[LIST_LINE + number].count);
    json_bool(writer, "leaving", place->leaving);
    json_close(writer);
}

void dispatcher_inspect(const void *state, const struct node_env *env, struct json_writer *writer)
{
    const struct dispatcher *self = state;
    const struct kitchens_plan *plan = env->plan;
    json_string(writer, "phase", PHASES[self->phase]);
    json_u64(writer, "term", self->epoch >> DISPATCHER_EPOCH_BITS);
    json_u64(writer, "epoch", self->epoch);
    json_u64(writer, "open_orders", self->roster.count);
    json_u64(writer, "being_written", self->lists[LIST_WRITING].count);
    json_u64(writer, "waiting", self->waiting);
    json_u64(writer, "unclaimed", self->lists[LIST_RECOVERED].count);
    json_object(writer, "book");
    json_u64(writer, "file", self->book.file);
    json_u64(writer, "generation", self->book.generation);
    json_u64(writer, "offset", self->book.offset);
    json_u64(writer, "floor", self->book.floor);
    json_bool(writer, "broken", self->book.broken);
    json_close(writer);
    json_array(writer, "places");
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + plan->kitchen_count; i++)
        inspect_place(self, i, writer);
    json_close(writer);
}
