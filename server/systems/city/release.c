/* release.c: an order in doubt: its customer was turned away, and the log has not said whether it is
 * written.
 *
 * Its desk takes the claim back: idempotent, and again until it surely does not stand. First comes a
 * conditional write that must miss, in the session of the claim: when it is answered the claim is in
 * the book by then or, its number being older, can never come there. Where it stands a second one
 * frees the lobster. Without a log the claim is written, if it is, in the own house, and goes when the
 * key is settled (settle.c): so it is, too, when the mode is switched meanwhile. */
#include "systems/city/kitchen.h"

#include <assert.h>

static void end(struct city_task *task)
{
    assert(task->op == 0);
    task->kind = CITY_TASK_FREE;
}

void release_go_on(const struct city_turn *turn, struct city_task *task)
{
    static const struct kv_state NEVER = {.count = 1, .clock = {UINT32_MAX}};
    bool strong = kv_is_strong(&turn->plan->store, turn->self->store.served.mode, task->key);
    assert(task->kind == CITY_TASK_RELEASE);
    task->end_ns = turn->now_ns + CITY_TRUCK_MS * KV_NS_PER_MS;
    if (strong)
        client_write(turn, task, task->key, city_claim(city_claim_delivery(task->price), 0),
                     &NEVER);
    else
        end(task);
}

void release_begin(const struct city_turn *turn, struct city_task *task)
{
    assert(task->kind == CITY_TASK_ORDER);
    assert(task->phase == CITY_PHASE_CLAIM);
    task->kind = CITY_TASK_RELEASE;
    task->phase = CITY_PHASE_RELEASE;
    task->price = task->value;
    release_go_on(turn, task);
}

void release_on_answer(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                       const struct kv_state *state)
{
    bool strong = kv_is_strong(&turn->plan->store, turn->self->store.served.mode, task->key);
    if (!strong || (result != KV_OK && result != KV_MISMATCH))
        task->retry_ns = turn->now_ns + CITY_ATTEMPT_MS * KV_NS_PER_MS;
    else if (result == KV_MISMATCH && client_value(state, 0) == task->price)
        client_write(turn, task, task->key, city_claim(city_claim_delivery(task->price), 0), state);
    else
        end(task);
}

bool release_is_about(const struct city_kitchen *self, uint32_t key)
{
    for (uint32_t i = 0; i < CITY_TASKS; i++)
        if (self->tasks[i].kind == CITY_TASK_RELEASE && self->tasks[i].key == key)
            return true;
    return false;
}

uint32_t release_open(const struct city_kitchen *self)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < CITY_TASKS; i++)
        open += self->tasks[i].kind == CITY_TASK_RELEASE;
    return open;
}
