/* clients.c: who asks what, of whom, and what came of it.
 *
 * Values are the numbers of operations: unique, so whoever reads one knows who wrote it.
 * A client's operation that never got an answer is in doubt; its process goes on under another number
 * (histories need that). */
#include "systems/kv/clients.h"

#include <assert.h>
#include <stddef.h>

/* ---- Notes ---- */

static void note(const struct clients_turn *turn, enum kv_note kind,
                 const struct kv_process *process, uint32_t siblings, const int64_t args[3])
{
    int64_t who = (int64_t)((uint64_t)process->number << 32);
    struct node_note told = {
        .kind = (uint16_t)kind,
        .peer = process->node,
        .subject = process->op,
        .args = {KV_WHAT(process->function, process->level, process->key, siblings) | who, args[0],
                 args[1], args[2]}};
    node_note(turn->outbox, &told);
}

void clients_skip(const struct clients_turn *turn)
{
    struct node_note note = {.kind = KV_NOTE_SKIPPED,
                             .peer = NODE_NONE,
                             .subject = NODE_NONE,
                             .args = {++turn->self->skipped}};
    node_note(turn->outbox, &note);
}

/* ---- An operation ---- */

struct kv_process *clients_free(const struct clients_turn *turn)
{
    uint32_t count = (uint32_t)clients_setting(turn, KV_SET_CLIENTS);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = (turn->self->next_process + i) % count;
        if (turn->self->processes[index].op != 0)
            continue;
        turn->self->next_process = index + 1;
        return &turn->self->processes[index];
    }
    return NULL;
}

static uint32_t coordinator_of(const struct clients_turn *turn, const struct kv_process *process,
                               const struct clients_wish *wish)
{
    if (wish->replica != CLIENTS_ANY_REPLICA)
        return (uint32_t)wish->replica % turn->plan->replica_count;
    uint32_t index = (uint32_t)(process - turn->self->processes);
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    return kv_home(turn->plan, kv_range(turn->plan, wish->key), (index + process->shift) % copies);
}

static bool is_strong(const struct kv_process *process)
{
    return process->level == KV_LEVEL_STRONG || process->level == KV_LEVEL_ATOMIC;
}

void clients_ask(const struct clients_turn *turn, struct kv_process *process)
{
    int64_t again_ms = is_strong(process) ? CLIENTS_ATTEMPT_MS : 0;
    process->retry_ns = again_ms > 0 ? turn->now_ns + again_ms * KV_NS_PER_MS : 0;
    process->refused = false;
    if (process->part_count > 0) {
        clients_batch_ask(turn, process);
        return;
    }
    bool context = process->function != KV_GET && process->read_key == process->key;
    struct kv_request request = {.op = process->op,
                                 .key = (uint16_t)process->key,
                                 .function = process->function,
                                 .level = process->level,
                                 .has_context = context,
                                 .epoch = (uint16_t)process->read_epoch,
                                 .attempt = process->attempt,
                                 .serial = process->serial,
                                 .session = process->session,
                                 .value = process->value,
                                 .if_version = (uint32_t)process->if_version};
    if (context)
        memcpy(request.context, process->context, sizeof request.context);
    node_send(turn->outbox, process->node, KV_REQUEST, &request, sizeof request);
}

/* The replica of the client's part of the city. */
static uint32_t own_replica(const struct clients_turn *turn, const struct kv_process *process)
{
    return (uint32_t)(process - turn->self->processes) % turn->plan->replica_count;
}

/* Whom to ask when the last one did not help and named nobody. */
static uint32_t another_replica(const struct clients_turn *turn, const struct kv_process *process)
{
    return clients_setting(turn, KV_SET_ROAMING) ? (process->node + 1) % turn->plan->replica_count
                                                 : own_replica(turn, process);
}

/* Who is asked, and under which number: a strong operation is known by session and serial, however
 * often it is asked. */
static void choose(const struct clients_turn *turn, struct kv_process *process,
                   const struct clients_wish *wish)
{
    process->node = coordinator_of(turn, process, wish);
    if (!is_strong(process))
        return;
    process->session = process->session != 0 ? process->session : process->op;
    process->serial++;
    if (wish->replica == CLIENTS_ANY_REPLICA)
        process->node =
            clients_setting(turn, KV_SET_ROAMING) ? turn->self->leader : own_replica(turn, process);
}

/* What the version held that a conditional write names, if this process has read it: so a history can
 * say what was compared. */
static void note_invoked(const struct clients_turn *turn, const struct kv_process *process)
{
    uint32_t condition = KV_CONDITION_UNKNOWN;
    if (process->function == KV_CAS && process->read_key == process->key &&
        process->read_version == (uint64_t)process->if_version)
        condition = process->read_there ? KV_CONDITION_VALUE : KV_CONDITION_NOTHING;
    note(turn, KV_NOTE_INVOKED, process, condition,
         (int64_t[3]){process->value, process->if_version,
                      condition == KV_CONDITION_VALUE ? process->read_value : 0});
}

void clients_open(const struct clients_turn *turn, struct kv_process *process,
                  const struct clients_wish *wish, bool chooses)
{
    assert(process->op == 0);
    assert(wish->key < turn->plan->key_count);
    int64_t patience_ms = clients_setting(turn, KV_SET_OPERATION_MS) + CLIENTS_PATIENCE_MS;
    process->number = process->number != 0 ? process->number : ++turn->self->number_last;
    process->op = ++turn->self->op_last;
    process->key = wish->key;
    process->function = (uint8_t)wish->function;
    process->level = (uint8_t)wish->level;
    process->value = wish->own_value ? wish->value : process->op;
    process->if_version = wish->if_version;
    process->attempt = 1;
    process->in_doubt = false;
    process->part_count = (uint8_t)wish->keys;
    process->is_part = !chooses;
    process->deadline_ns = turn->now_ns + patience_ms * KV_NS_PER_MS;
    if (chooses)
        choose(turn, process, wish);
    turn->self->open++;
    if (process->part_count == 0)
        note_invoked(turn, process);
    turn->self->asked[wish->key / 64] |= UINT64_C(1) << wish->key % 64;
}

void clients_begin(const struct clients_turn *turn, struct kv_process *process,
                   const struct clients_wish *wish)
{
    clients_open(turn, process, wish, true);
    clients_ask(turn, process);
    if (wish->function != KV_GET)
        process->read_key = NODE_NONE; /* a context is used once */
}

/* The same once more, of somebody else; what was not answered may have been done. */
static void ask_again(const struct clients_turn *turn, struct kv_process *process, bool unanswered)
{
    process->in_doubt |= unanswered && process->function != KV_GET;
    if (unanswered)
        process->attempt = (uint8_t)(process->attempt + (process->attempt < UINT8_MAX));
    if (unanswered)
        process->node = another_replica(turn, process);
    if (unanswered && is_strong(process) && clients_setting(turn, KV_SET_BUG_RETRY_AS_NEW))
        process->serial++; /* as if it were another operation: it may be done twice */
    clients_ask(turn, process);
}

/* The parts of a batch end as it does. */
static void end_parts(const struct clients_turn *turn, const struct kv_process *head,
                      enum kv_result result)
{
    for (uint32_t i = 0; i < KV_PROCESSES; i++) {
        struct kv_process *process = &turn->self->processes[i];
        if (process->is_part && process->op > head->op &&
            process->op <= head->op + head->part_count)
            clients_end(turn, process, result);
    }
}

void clients_end(const struct clients_turn *turn, struct kv_process *process, enum kv_result result)
{
    assert(turn->self->open > 0);
    if (process->part_count > 0) {
        clients_batch_note_over(turn, process, result);
        end_parts(turn, process, result);
    }
    if (result != KV_OK) {
        bool failed = kv_is_failure((enum kv_function)process->function, result);
        if (process->part_count == 0)
            note(turn, failed ? KV_NOTE_FAILED : KV_NOTE_UNKNOWN, process, 0, (int64_t[3]){result});
        process->shift++;
        process->read_key = NODE_NONE;
        process->number = failed ? process->number : 0;
        process->session = failed ? process->session : 0;
    }
    process->retry_ns = 0;
    process->op = 0;
    process->part_count = 0;
    process->is_part = false;
    turn->self->open--;
}

/* ---- Answers ---- */

static const struct kv_sibling *first_there(const struct kv_state *state)
{
    static const struct kv_sibling NOTHING = {.deleted = 1};
    for (uint32_t i = 0; i < state->count; i++)
        if (!state->siblings[i].deleted)
            return &state->siblings[i];
    return state->count > 0 ? &state->siblings[0] : &NOTHING;
}

/* All values of the answer but one come as notes of their own, before it; that one is there, if any is. */
void clients_note_values(const struct clients_turn *turn, const struct kv_process *process,
                         const struct kv_state *state)
{
    const struct kv_sibling *first = first_there(state);
    if (process->function == KV_GET) {
        struct node_note context = {
            .kind = KV_NOTE_CONTEXT, .peer = process->node, .subject = process->op};
        kv_pack_clock(state->clock, context.args);
        node_note(turn->outbox, &context);
    }
    for (uint32_t i = 0; i < state->count; i++) {
        const struct kv_sibling *sibling = &state->siblings[i];
        if (sibling == first)
            continue;
        note(turn, KV_NOTE_SIBLING, process, state->count,
             (int64_t[3]){sibling->value, sibling->wall_ns, kv_dot(sibling)});
    }
    note(turn, KV_NOTE_OK, process, state->count,
         (int64_t[3]){first->value, first->wall_ns, state->count > 0 ? kv_dot(first) : 0});
}

/* Not here: somebody else is asked, after a pause that doubles up to a bound (KV-T15). */
void clients_back_off(const struct clients_turn *turn, struct kv_process *process, uint8_t attempt,
                      uint8_t leader)
{
    if (attempt != process->attempt)
        return; /* about an earlier question; this one is still open */
    uint32_t step =
        process->attempt < CLIENTS_BACKOFF_STEPS ? process->attempt : CLIENTS_BACKOFF_STEPS;
    process->node =
        leader > 0 ? (leader - 1u) % turn->plan->replica_count : another_replica(turn, process);
    turn->self->leader = process->node;
    process->attempt = (uint8_t)(process->attempt + (process->attempt < UINT8_MAX));
    process->retry_ns = turn->now_ns + ((int64_t)CLIENTS_BACKOFF_MS << (step - 1)) * KV_NS_PER_MS;
    process->refused = true;
    if (step == 1 && leader > 0)
        clients_ask(turn, process); /* it knows better: no pause */
}

void clients_learn(const struct clients_turn *turn, uint16_t epoch, uint8_t mode)
{
    if (epoch < turn->self->epoch)
        return;
    turn->self->epoch = epoch;
    turn->self->mode = mode;
}

static void on_reply(const struct clients_turn *turn, const struct node_event *event)
{
    struct kv_reply reply = {.op = 0};
    memcpy(&reply, event->bytes, event->length);
    struct kv_process *process = NULL;
    for (uint32_t i = 0; i < KV_PROCESSES && process == NULL; i++)
        if (turn->self->processes[i].op == reply.op && reply.op != 0)
            process = &turn->self->processes[i];
    bool anybody = process != NULL && (is_strong(process) || process->is_part);
    bool whom = process != NULL && (process->node == event->from || anybody);
    if (process == NULL || !whom || process->key != reply.state.key)
        return; /* too late, or said before */
    clients_learn(turn, reply.epoch, reply.mode);
    bool elsewhere =
        reply.result == KV_NOT_LEADER || reply.result == KV_BUSY || reply.result == KV_SWITCHING;
    if (reply.result == KV_WRONG_LEVEL && process->in_doubt)
        reply.result = KV_TIMEOUT; /* the mode has changed; an earlier attempt may have been done */
    if (is_strong(process) && elsewhere) {
        clients_back_off(turn, process, reply.attempt, reply.leader);
        return;
    }
    if (is_strong(process) && reply.result == KV_OK)
        turn->self->leader = event->from;
    if (reply.result == KV_OK)
        clients_note_values(turn, process, &reply.state);
    if (reply.result == KV_OK && process->function == KV_GET) {
        process->read_key = process->key;
        process->read_epoch = reply.epoch;
        memcpy(process->context, reply.state.clock, sizeof process->context);
        process->read_version = reply.version;
        process->read_value = first_there(&reply.state)->value;
        process->read_there = !first_there(&reply.state)->deleted;
    }
    clients_end(turn, process, (enum kv_result)reply.result);
}

/* ---- The protocol ---- */

static void on_tick(const struct clients_turn *turn)
{
    for (uint32_t i = 0; i < KV_PROCESSES; i++) {
        struct kv_process *process = &turn->self->processes[i];
        bool by_head = process->is_part && process->level == KV_LEVEL_STRONG;
        if (process->op == 0 || by_head)
            continue;
        bool late = process->deadline_ns <= turn->now_ns;
        bool refused = is_strong(process) && process->refused && !process->in_doubt;
        if (late)
            clients_end(turn, process, refused ? KV_UNAVAILABLE : KV_TIMEOUT);
        else if (process->retry_ns != 0 && process->retry_ns <= turn->now_ns)
            ask_again(turn, process, !process->refused);
    }
    node_timer_set(turn->outbox, CLIENTS_TIMER_TICK, turn->now_ns + CLIENTS_TICK_MS * KV_NS_PER_MS);
}

static void on_batch_input(const struct clients_turn *turn, const struct node_event *event)
{
    uint32_t key = (uint32_t)event->args[0] % turn->plan->key_count;
    uint32_t rest = turn->plan->key_count - key;
    uint32_t keys = (uint32_t)event->args[1];
    struct clients_wish wish = {.function = event->type == KV_INPUT_BATCH_PUT ? KV_PUT : KV_GET,
                                .key = key,
                                .keys = keys < rest ? keys : rest,
                                .replica = event->args[2]};
    clients_batch_begin(turn, &wish);
}

static void on_input(const struct clients_turn *turn, const struct node_event *event)
{
    static const enum kv_function FUNCTIONS[] = {[KV_INPUT_PUT] = KV_PUT,
                                                 [KV_INPUT_GET] = KV_GET,
                                                 [KV_INPUT_DELETE] = KV_DELETE,
                                                 [KV_INPUT_REPAIR] = KV_GET,
                                                 [KV_INPUT_CAS] = KV_CAS};
    if (event->type == KV_INPUT_BATCH_PUT || event->type == KV_INPUT_BATCH_GET)
        on_batch_input(turn, event);
    if (event->type > KV_INPUT_CAS || event->type == KV_INPUT_REPAIR)
        return;
    bool cas = event->type == KV_INPUT_CAS;
    bool put = event->type == KV_INPUT_PUT || cas;
    const int64_t *rest = event->args + (put ? 2 : 1);
    struct clients_wish wish = {.function = FUNCTIONS[event->type],
                                .key = (uint32_t)event->args[0] % turn->plan->key_count,
                                .value = put ? event->args[1] : 0,
                                .own_value = put,
                                .replica = rest[0],
                                .if_version = cas ? rest[1] : 0,
                                .level = cas ? KV_LEVEL_STRONG : (enum kv_level)rest[1]};
    if (wish.level == KV_LEVEL_EVENTUAL && turn->self->mode == KV_MODE_CP)
        wish.level = KV_LEVEL_STRONG; /* this mode has no other */
    struct kv_process *process = clients_free(turn);
    if (process == NULL)
        clients_skip(turn);
    else
        clients_begin(turn, process, &wish);
}

/* Operations are numbered on behind those of before a crash, of which nothing is known here but the
 * time: numbers never grow faster than this. */
static void number_from(const struct clients_turn *turn, int64_t wall_ns)
{
    enum { NUMBER_NS = 50000, NUMBER_OF_BATCHES_NS = 10000 }; /* each takes up to five */
    bool batches = clients_setting(turn, KV_SET_BATCH_PCT) > 0;
    int64_t number_ns = batches ? NUMBER_OF_BATCHES_NS : NUMBER_NS;
    uint32_t from = wall_ns > 0 ? (uint32_t)(wall_ns / number_ns) : 0;
    turn->self->op_last = from;
    turn->self->number_last = from;
    turn->self->arrivals = from;
    memset(turn->self->asked, from > 0 ? 0xff : 0, sizeof turn->self->asked);
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    struct clients_turn turn = {.self = state,
                                .env = env,
                                .plan = env->plan,
                                .outbox = outbox,
                                .now_ns = event->monotonic_ns};
    switch (event->kind) {
    case NODE_EVENT_START:
        number_from(&turn, event->wall_ns);
        clients_load_start(&turn);
        on_tick(&turn);
        break;
    case NODE_EVENT_MESSAGE:
        if (event->type == KV_REPLY)
            on_reply(&turn, event);
        else
            clients_batch_on_reply(&turn, event);
        break;
    case NODE_EVENT_TIMER:
        if (event->id == CLIENTS_TIMER_TICK)
            on_tick(&turn);
        else
            clients_load_on_timer(&turn);
        break;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        break;
    case NODE_EVENT_SETTING:
        clients_load_on_setting(&turn, event->type);
        break;
    default:
        break;
    }
}

static void boot(void *state, const struct node_env *env)
{
    struct kv_client_node *self = state;
    self->mode = (uint8_t)env->settings[KV_SET_MODE];
    for (uint32_t i = 0; i < KV_PROCESSES; i++)
        self->processes[i].read_key = NODE_NONE;
}

static bool malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length)
{
    const struct kv_plan *plan = env->plan;
    struct kv_reply reply = {.op = 0};
    struct kv_batch_reply batch;
    if (type == KV_BATCH_REPLY) {
        memcpy(&batch, bytes, sizeof batch);
        return batch.mode > KV_MODE_HYBRID || batch.result >= KV_RESULT_COUNT ||
               batch.level >= KV_LEVEL_COUNT || batch.count > KV_BATCH_KEYS;
    }
    if (type != KV_REPLY)
        return true;
    memcpy(&reply, bytes, length);
    return reply.mode > KV_MODE_HYBRID || reply.result >= KV_RESULT_COUNT ||
           reply.level >= KV_LEVEL_COUNT ||
           !kv_state_valid(&reply.state, length - (uint32_t)offsetof(struct kv_reply, state),
                           plan->key_count);
}

static bool pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct kv_client_node *self = state;
    const struct kv_plan *plan = env->plan;
    uint32_t reads = plan->key_count * kv_copies(plan, env->settings);
    bool reading = self->final_at_ns != 0 && self->final_next < reads;
    *reason = (struct node_reason){
        .word = KV_WORD_CLIENTS_WAIT, .subject = NODE_NONE, .args = {self->open}};
    if (self->open > 0 || !reading)
        return self->open > 0;
    reason->word = KV_WORD_FINAL_READS_LEFT;
    reason->args[0] = reads - self->final_next;
    return true;
}

const struct node_protocol KV_CLIENTS_PROTOCOL = {
    .name = "clients",
    .state_bytes = (sizeof(struct kv_client_node) + 7) / 8 * 8,
    .messages = KV_MESSAGES,
    .message_count = KV_MESSAGE_COUNT,
    .boot = boot,
    .step = step,
    .malformed = malformed,
    .pending = pending,
};
