/* store_client.c: how a desk asks the store: one question a task, put to a replica by message, asked
 * again under the same number until it is answered or the task gives up.
 *
 * A strong question goes to who leads, as far as this kitchen knows or is told; a write of it is
 * known by session and serial, so that asking twice does it once. Any other question goes to the
 * replica in the own house. What was asked and answered is told in notes: the history that checkers
 * judge. */
#include "systems/city/kitchen.h"

#include <assert.h>

/* ---- The copy in the house ---- */

void client_copy(const struct city_kitchen *self, const struct city_plan *plan, uint32_t key,
                 struct kv_state *state)
{
    assert(key < plan->store.key_count);
    if (kv_is_strong(&plan->store, self->store.served.mode, key))
        strong_state(&self->store, key, state);
    else
        *state = self->store.slots[key].state;
}

int64_t client_value(const struct kv_state *state, int64_t missing)
{
    const struct kv_sibling *sibling = kv_latest(state);
    return sibling == NULL || sibling->deleted ? missing : sibling->value;
}

/* ---- What is told of a question ---- */

static uint32_t index_of(const struct city_turn *turn, const struct city_task *task)
{
    return (uint32_t)(task - turn->self->tasks);
}

/* At most one question of a process is open; one in doubt goes on for ever, so the next is another's. */
static uint32_t process_of(const struct city_turn *turn, const struct city_task *task)
{
    uint32_t all = CITY_TASKS * CITY_KITCHENS_MAX;
    uint32_t generation = turn->self->generation + task->generation;
    return turn->env->self * CITY_TASKS + index_of(turn, task) + generation * all;
}

static void tell(const struct city_turn *turn, enum city_note kind, const struct city_task *task,
                 uint32_t values, int64_t a, int64_t b)
{
    int64_t who = (int64_t)(process_of(turn, task) & INT32_MAX) << 32;
    int64_t what = KV_WHAT(task->function, task->level, task->key, values) | who;
    city_say(turn, kind, task->node, task->op, what, a, b, 0);
}

/* ---- Asking ---- */

static bool is_strong(const struct city_task *task)
{
    return task->level == KV_LEVEL_STRONG;
}

static uint32_t session_of(const struct city_turn *turn, const struct city_task *task)
{
    return 1 + turn->env->self * CITY_TASKS + index_of(turn, task);
}

/* Above every serial of this session: the clock says so, and after a crash with a clock that was set
 * back the copy of the machine in the house. */
static uint32_t next_serial(const struct city_turn *turn, const struct city_task *task)
{
    const struct machine *machine = &turn->self->store.machine;
    uint32_t session = session_of(turn, task);
    uint32_t serial = turn->self->serial_last;
    for (uint32_t i = 0; i < MACHINE_SESSIONS; i++)
        if (machine->sessions[i].session == session && machine->sessions[i].serial > serial)
            serial = machine->sessions[i].serial;
    turn->self->serial_last = serial + 1;
    return serial + 1;
}

/* Who leads, as far as the replica in the house knows; else everybody in turn. */
static uint32_t leader_or_next(const struct city_turn *turn, uint32_t last)
{
    uint32_t leader = turn->self->store.raft.leader;
    if (leader < city_kitchens(turn->plan) && leader != last)
        return leader;
    return (last + 1) % city_kitchens(turn->plan);
}

static void ask(const struct city_turn *turn, struct city_task *task)
{
    struct kv_request request = {.op = task->op,
                                 .key = task->key,
                                 .function = task->function,
                                 .level = task->level,
                                 .has_context = task->has_context,
                                 .epoch = (uint16_t)task->epoch,
                                 .attempt = task->attempt,
                                 .if_version = task->if_version,
                                 .session = is_strong(task) ? session_of(turn, task) : 0,
                                 .serial = is_strong(task) ? task->serial : 0,
                                 .value = task->value};
    memcpy(request.context, task->context, sizeof request.context);
    int64_t again_ms = is_strong(task) ? CITY_ATTEMPT_MS : 0;
    task->refused = false;
    task->retry_ns = again_ms > 0 ? turn->now_ns + again_ms * KV_NS_PER_MS : 0;
    node_send(turn->outbox, task->node, KV_REQUEST, &request, sizeof request);
}

/* Numbers of operations: this kitchen's own, never given out twice as long as its clock goes on. */
static uint32_t next_op(const struct city_turn *turn)
{
    turn->self->op_last++;
    return turn->self->op_last * KV_REPLICAS_MAX + turn->env->self;
}

static void begin(const struct city_turn *turn, struct city_task *task)
{
    assert(task->op == 0);
    bool strong = kv_is_strong(&turn->plan->store, turn->self->store.served.mode, task->key);
    uint32_t leader = turn->self->store.raft.leader;
    task->op = next_op(turn);
    task->level = strong ? KV_LEVEL_STRONG : KV_LEVEL_EVENTUAL;
    task->node = strong && leader < city_kitchens(turn->plan) ? leader : turn->env->self;
    task->attempt = 1;
    task->in_doubt = false;
    task->serial = strong ? next_serial(turn, task) : 0;
    tell(turn, CITY_NOTE_ASKED, task, 0, task->value, task->expected);
    ask(turn, task);
}

void client_read(const struct city_turn *turn, struct city_task *task, uint32_t key)
{
    task->key = (uint16_t)key;
    task->function = KV_GET;
    task->value = task->expected = 0;
    task->has_context = false;
    begin(turn, task);
}

void client_write(const struct city_turn *turn, struct city_task *task, uint32_t key, int64_t value,
                  const struct kv_state *seen)
{
    bool strong = kv_is_strong(&turn->plan->store, turn->self->store.served.mode, key);
    task->key = (uint16_t)key;
    task->function = strong ? KV_CAS : KV_PUT;
    task->value = value;
    task->expected = client_value(seen, 0);
    task->if_version = strong && seen->count > 0 ? seen->clock[0] : 0;
    task->has_context = !strong;
    task->epoch = turn->self->store.served.epoch;
    memcpy(task->context, seen->clock, sizeof task->context);
    begin(turn, task);
}

/* ---- Answers ---- */

static void end(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                const struct kv_state *state)
{
    bool failed = kv_is_failure((enum kv_function)task->function, result);
    if (result == KV_OK)
        tell(turn, CITY_NOTE_OK, task, 1, client_value(state, 0), 0);
    else
        tell(turn, failed ? CITY_NOTE_FAILED : CITY_NOTE_UNKNOWN, task, 0, result, 0);
    task->generation += result != KV_OK && !failed;
    task->op = 0;
    task->retry_ns = 0;
    desk_on_answer(turn, task, result, state);
}

/* Not here: somebody else, a moment later, or at once if he was named. */
static void go_on(const struct city_turn *turn, struct city_task *task,
                  const struct kv_reply *reply)
{
    if (reply->attempt != task->attempt)
        return; /* about an earlier question; this one is still open */
    bool named = reply->leader > 0 && reply->leader - 1u != task->node;
    task->node =
        named ? (reply->leader - 1u) % city_kitchens(turn->plan) : leader_or_next(turn, task->node);
    task->attempt = (uint8_t)(task->attempt + (task->attempt < UINT8_MAX));
    task->retry_ns = turn->now_ns + (named ? 0 : CITY_AGAIN_MS * KV_NS_PER_MS);
    task->refused = true;
}

void client_on_reply(const struct city_turn *turn, const struct node_event *event)
{
    struct kv_reply reply = {.op = 0};
    struct city_task *task = NULL;
    memcpy(&reply, event->bytes, event->length);
    for (uint32_t i = 0; i < CITY_TASKS && task == NULL && reply.op != 0; i++)
        if (turn->self->tasks[i].kind != CITY_TASK_FREE && turn->self->tasks[i].op == reply.op)
            task = &turn->self->tasks[i];
    if (task == NULL || task->key != reply.state.key)
        return; /* too late, or said before */
    bool elsewhere =
        reply.result == KV_NOT_LEADER || reply.result == KV_BUSY || reply.result == KV_NOT_READY;
    if (is_strong(task) && elsewhere)
        go_on(turn, task, &reply);
    else if (is_strong(task) || event->from == task->node)
        end(turn, task, (enum kv_result)reply.result, &reply.state);
}

void client_tick(const struct city_turn *turn, struct city_task *task)
{
    static const struct kv_state NOTHING = {.count = 0};
    if (task->op == 0)
        return;
    if (task->end_ns <= turn->now_ns) {
        bool refused = is_strong(task) && task->refused && !task->in_doubt;
        end(turn, task, refused ? KV_UNAVAILABLE : KV_TIMEOUT, &NOTHING);
    } else if (task->retry_ns != 0 && task->retry_ns <= turn->now_ns) {
        if (!task->refused) { /* asked and not answered: it may have been done */
            task->in_doubt = true;
            task->attempt = (uint8_t)(task->attempt + (task->attempt < UINT8_MAX));
            task->node = leader_or_next(turn, task->node);
        }
        ask(turn, task);
    }
}
