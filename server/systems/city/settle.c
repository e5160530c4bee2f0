/* settle.c: siblings: two sides have written over the same thing, and have met again.
 *
 * One kitchen settles a key: the first in order of those that are heard. A lobster is the first
 * order's, of the newest delivery; who has to go without is named and told. Of a delivery the newest
 * counts, of a price the latest by the clock, of a place of the book the newest order. Two kitchens that
 * settle the same siblings write the same, so it does no harm. */
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

/* Does claim a stand before claim b? */
static bool is_better(const struct city_plan *plan, uint32_t key, const struct kv_sibling *a,
                      const struct kv_sibling *b)
{
    if (a->deleted != b->deleted)
        return b->deleted;
    if (city_is_lobster(plan, key)) {
        uint32_t a_delivery = city_claim_delivery(a->value);
        uint32_t b_delivery = city_claim_delivery(b->value);
        if (a_delivery != b_delivery)
            return a_delivery > b_delivery;
        return a->value < b->value;
    }
    bool price = key > city_key_delivery(plan) && key <= city_key_price(plan, CITY_DISHES - 1);
    return price ? kv_sibling_later(a, b) : a->value > b->value;
}

static const struct kv_sibling *winner_of(const struct city_plan *plan,
                                          const struct kv_state *state)
{
    const struct kv_sibling *winner = &state->siblings[0];
    for (uint32_t i = 1; i < state->count; i++)
        if (is_better(plan, state->key, &state->siblings[i], winner))
            winner = &state->siblings[i];
    return winner;
}

/* Every order whose lobster another one of the same delivery keeps: named, and told. */
static void name_losers(const struct city_turn *turn, const struct kv_state *state,
                        const struct kv_sibling *winner)
{
    uint32_t delivery = city_claim_delivery(winner->value);
    for (uint32_t i = 0; i < state->count && city_is_lobster(turn->plan, state->key); i++) {
        int64_t claim = state->siblings[i].value;
        uint32_t order = city_claim_order(claim);
        if (city_claim_delivery(claim) != delivery || claim == winner->value || order == 0)
            continue;
        city_say(turn, CITY_NOTE_OVERSOLD, NODE_NONE, order, state->key,
                 city_claim_order(winner->value), delivery, 0);
        desk_sorry(turn, order);
    }
}

static void settle(const struct city_turn *turn, const struct kv_state *state)
{
    const struct kv_sibling *winner = winner_of(turn->plan, state);
    struct city_task *task =
        desk_begin(turn, CITY_TASK_SETTLE, turn->now_ns + CITY_TRUCK_MS * KV_NS_PER_MS);
    if (task == NULL)
        return;
    task->phase = CITY_PHASE_WRITE;
    name_losers(turn, state, winner);
    client_write(turn, task, state->key, winner->value, state);
}

/* The latest by the clock is what it keeps; all siblings are still here. Of lobsters it is told who goes
 * without; a delivery, or the newest order of a place, is written once more when the switch is done. */
void settle_by_store(const struct city_turn *turn, uint32_t key)
{
    const struct kv_state *state = &turn->self->store.slots[key].state;
    const struct kv_sibling *kept = kv_latest(state);
    if (kept == NULL)
        return;
    name_losers(turn, state, kept);
    const struct kv_sibling *winner = winner_of(turn->plan, state);
    if (!city_is_lobster(turn->plan, key) && winner->value > kept->value)
        desk_restore(turn, key, winner->value);
}

uint32_t settle_left(const struct city_kitchen *self, const struct city_plan *plan)
{
    for (uint32_t key = 0; key < plan->store.key_count; key++)
        if (!kv_is_strong(&plan->store, self->store.served.mode, key) &&
            self->store.slots[key].state.count > 1)
            return key;
    return NODE_NONE;
}

void settle_tick(const struct city_turn *turn)
{
    uint32_t begun = 0;
    if (!turn->self->store.ready || first_heard(turn) != turn->env->self)
        return;
    for (uint32_t key = 0; key < turn->plan->store.key_count && begun < AT_ONCE; key++) {
        const struct kv_state *state = &turn->self->store.slots[key].state;
        if (kv_is_strong(&turn->plan->store, turn->self->store.served.mode, key) ||
            kv_moves(&turn->plan->store, &turn->self->store.served, key) || state->count < 2 ||
            desk_is_about(turn->self, key))
            continue;
        settle(turn, state);
        begun++;
    }
}
