/* settle.c: siblings: two sides have written over the same thing, and have met again.
 *
 * One kitchen settles a key: the first in order of those that are heard. A lobster is the first
 * order's, of the newest delivery; who has to go without is named and told. Of a delivery the newest
 * counts, of a price the latest by the clock, of a place of the book the newest order: kv_kept(). Two
 * kitchens that settle the same siblings write the same, so it does no harm. */
#include "systems/city/kitchen.h"

#include <assert.h>

enum { AT_ONCE = 2 };

static uint32_t first_heard(const struct city_turn *turn)
{
    for (uint32_t i = 0; i < city_kitchens(turn->plan); i++)
        if (i == turn->env->self || (turn->self->store.suspected & kv_bit(i)) == 0)
            return i;
    return turn->env->self;
}

/* Each order once, however often its lobster is settled: a write may fail, and siblings come again. */
static bool is_named(const struct city_kitchen *self, uint32_t order)
{
    for (uint32_t i = 0; i < CITY_SEEN; i++)
        if (self->named[i].order == order)
            return true;
    return false;
}

/* How many orders were sold this lobster, as far as is known here: the one that keeps it and those named. */
static uint32_t name(struct city_kitchen *self, uint32_t order, uint32_t key, uint32_t delivery)
{
    uint32_t place = self->named_next++ % CITY_SEEN;
    uint32_t sold = 1;
    self->named[place].order = order;
    self->named[place].key = key;
    self->named[place].delivery = delivery;
    for (uint32_t i = 0; i < CITY_SEEN; i++)
        sold += self->named[i].order != NODE_NONE && self->named[i].key == key &&
                self->named[i].delivery == delivery;
    return sold;
}

/* Every order whose lobster another one of the same delivery keeps: named, and told. */
static void name_losers(const struct city_turn *turn, const struct kv_state *state,
                        const struct kv_sibling *winner)
{
    uint32_t delivery = city_claim_delivery(winner->value);
    for (uint32_t i = 0; i < state->count && city_is_lobster(turn->plan, state->key); i++) {
        int64_t claim = state->siblings[i].value;
        uint32_t order = city_claim_order(claim);
        if (city_claim_delivery(claim) != delivery || claim == winner->value || order == 0 ||
            is_named(turn->self, order))
            continue;
        city_say(turn, CITY_NOTE_OVERSOLD, NODE_NONE, order, state->key,
                 city_claim_order(winner->value), delivery,
                 name(turn->self, order, state->key, delivery));
        desk_sorry(turn, order);
    }
}

/* What stands of a lobster: the claims of orders that were turned away go. False: some desk has not
 * said yet what became of its order. */
static bool find_standing(const struct city_turn *turn, const struct kv_state *state,
                          struct kv_state *standing)
{
    bool told = true;
    *standing = (struct kv_state){.key = state->key};
    for (uint32_t i = 0; i < state->count; i++) {
        const struct kv_sibling *one = &state->siblings[i];
        uint32_t order = city_claim_order(one->value);
        enum city_fate fate = order == 0 ? CITY_FATE_STANDS : fate_asked(turn, order, one->node);
        told = told && fate != CITY_FATE_OPEN;
        if (fate == CITY_FATE_STANDS)
            standing->siblings[standing->count++] = *one;
    }
    return told;
}

static bool settle(const struct city_turn *turn, const struct kv_state *state)
{
    struct kv_state standing = *state;
    if (city_is_lobster(turn->plan, state->key) && !find_standing(turn, state, &standing))
        return false;
    struct city_task *task =
        desk_begin(turn, CITY_TASK_SETTLE, turn->now_ns + CITY_TRUCK_MS * KV_NS_PER_MS);
    if (task == NULL)
        return false;
    task->phase = CITY_PHASE_WRITE;
    const struct kv_sibling *winner = kv_kept(&turn->plan->store, &standing);
    const struct kv_sibling *void_one = kv_kept(&turn->plan->store, state);
    if (winner != NULL)
        name_losers(turn, &standing, winner);
    client_write(turn, task, state->key,
                 winner != NULL ? winner->value
                                : city_claim(city_claim_delivery(void_one->value), 0),
                 state);
    return true;
}

/* The store's rule is this one, so what it keeps is what a settling kitchen would have kept. */
void settle_by_store(const struct city_turn *turn, uint32_t key)
{
    const struct kv_state *state = &turn->self->store.slots[key].state;
    const struct kv_sibling *kept = kv_kept(&turn->plan->store, state);
    if (kept != NULL)
        name_losers(turn, state, kept);
}

/* Siblings; or a lobster of an order that this kitchen knows to be turned away. */
static bool is_unsettled(const struct city_kitchen *self, const struct city_plan *plan,
                         uint32_t key, bool *own)
{
    const struct kv_state *state = &self->store.slots[key].state;
    *own = false;
    if (kv_is_strong(&plan->store, self->store.served.mode, key) || state->count == 0)
        return false;
    uint32_t order = city_claim_order(state->siblings[0].value);
    *own = state->count == 1 && city_is_lobster(plan, key) && order != 0 &&
           fate_known(self, order) == CITY_FATE_VOID;
    return state->count > 1 || *own;
}

uint32_t settle_left(const struct city_kitchen *self, const struct city_plan *plan)
{
    bool own;
    for (uint32_t key = 0; key < plan->store.key_count; key++)
        if (is_unsettled(self, plan, key, &own))
            return key;
    return NODE_NONE;
}

/* Siblings are the business of the first kitchen that is heard; an order turned away of whoever knows. */
void settle_tick(const struct city_turn *turn)
{
    struct city_kitchen *self = turn->self;
    uint32_t begun = 0;
    bool first = first_heard(turn) == turn->env->self;
    bool siblings = city_setting(turn, CITY_SET_CONFLICT) == KV_CONFLICT_SIBLINGS;
    bool own;
    if (!self->store.ready || !siblings)
        return;
    for (uint32_t key = 0; key < turn->plan->store.key_count && begun < AT_ONCE; key++)
        if (is_unsettled(self, turn->plan, key, &own) && (first || own) &&
            !kv_moves(&turn->plan->store, &self->store.served, key) && !desk_is_about(self, key))
            begun += settle(turn, &self->store.slots[key].state);
    if (turn->now_ns >= self->ask_due_ns)
        self->ask_due_ns = turn->now_ns + CITY_ATTEMPT_MS * KV_NS_PER_MS;
}
