/* fate.c: does an order stand? What a desk knows of its own orders, and is told of those of others.
 *
 * Who settles a lobster without a log asks the desks whose claims lie side by side: an order that was
 * turned away keeps none from one that was confirmed, and for one that is open it waits. A desk that
 * cannot be heard, or has forgotten the order in a crash, cannot say so: its claim is taken to stand,
 * since its customer may have been told "yours". */
#include "systems/city/kitchen.h"

#include <assert.h>

static uint32_t place_of(const struct city_kitchen *self, uint32_t order)
{
    uint32_t place = 0;
    while (place < CITY_FATES && self->fates[place].order != order)
        place++;
    return place;
}

void fate_is(const struct city_turn *turn, uint32_t order, enum city_fate fate)
{
    struct city_kitchen *self = turn->self;
    uint32_t place = place_of(self, order);
    if (place == CITY_FATES)
        place = self->fates_next++ % CITY_FATES;
    self->fates[place].order = order;
    self->fates[place].fate = fate;
}

enum city_fate fate_known(const struct city_kitchen *self, uint32_t order)
{
    uint32_t place = place_of(self, order);
    return place < CITY_FATES ? (enum city_fate)self->fates[place].fate : CITY_FATE_UNKNOWN;
}

static bool is_heard(const struct city_turn *turn, uint32_t desk)
{
    return (turn->self->store.suspected & kv_bit(desk)) == 0;
}

enum city_fate fate_asked(const struct city_turn *turn, uint32_t order, uint32_t desk)
{
    struct city_kitchen *self = turn->self;
    enum city_fate fate = fate_known(self, order);
    if (fate != CITY_FATE_UNKNOWN)
        return fate;
    if (desk >= city_kitchens(turn->plan) || desk == turn->env->self)
        return CITY_FATE_STANDS; /* forgotten */
    if (place_of(self, order) == CITY_FATES) {
        fate_is(turn, order, CITY_FATE_UNKNOWN);
        self->fates[place_of(self, order)].asked_ns = turn->now_ns;
    }
    int64_t since_ns = turn->now_ns - self->fates[place_of(self, order)].asked_ns;
    if (!is_heard(turn, desk) && since_ns > CITY_ASK_MS * KV_NS_PER_MS)
        return CITY_FATE_STANDS;
    if (turn->now_ns >= self->ask_due_ns) {
        struct city_told question = {.order = order};
        node_send(turn->outbox, desk, CITY_ASK_FATE, &question, sizeof question);
    }
    return CITY_FATE_OPEN;
}

void fate_on_question(const struct city_turn *turn, uint32_t from, const struct city_told *question)
{
    enum city_fate fate = fate_known(turn->self, question->order);
    struct city_told answer = {.order = question->order, .fate = CITY_FATE_STANDS};
    if (fate == CITY_FATE_OPEN)
        return; /* asked again */
    if (fate == CITY_FATE_VOID)
        answer.fate = CITY_FATE_VOID;
    node_send(turn->outbox, from, CITY_TELL_FATE, &answer, sizeof answer);
}

/* What this desk knows of its own order is never overwritten by hearsay. */
void fate_on_told(const struct city_turn *turn, const struct city_told *told)
{
    assert(told->fate == CITY_FATE_STANDS || told->fate == CITY_FATE_VOID);
    if (fate_known(turn->self, told->order) == CITY_FATE_UNKNOWN)
        fate_is(turn, told->order, (enum city_fate)told->fate);
}
