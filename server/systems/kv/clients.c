/* clients.c: the workload: who asks what, of whom, and what came of it.
 *
 * What is drawn is keyed by the number of the arrival, so the same operations come under every mode
 * and quorum. Values are the numbers of operations: unique, so whoever reads one knows who wrote it.
 * A client's operation that never got an answer is in doubt; its process goes on under another number
 * (histories need that). */
#include "systems/kv/clients.h"

#include <assert.h>
#include <stddef.h>

#include "base/draw.h"

static const uint32_t DRAW_GAP = DRAW_PURPOSE('k', 'g', 'a', 'p');
static const uint32_t DRAW_KEY = DRAW_PURPOSE('k', 'k', 'e', 'y');
static const uint32_t DRAW_KIND = DRAW_PURPOSE('k', 'k', 'i', 'n');
static const uint32_t DRAW_LEVEL = DRAW_PURPOSE('k', 'l', 'e', 'v');
static const uint32_t DRAW_CONTEXT = DRAW_PURPOSE('k', 'c', 't', 'x');
enum { HUNDRED = 100, ANY_REPLICA = -1, ARRIVALS_A_STEP = 64 };

struct turn {
    struct kv_client_node *self;
    const struct node_env *env;
    const struct kv_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};

static int64_t setting(const struct turn *turn, enum kv_setting which)
{
    return turn->env->settings[which];
}

/* What to do; as an input or the load says it. */
struct wish {
    enum kv_function function;
    enum kv_level level;
    uint32_t key;
    int64_t replica; /* or ANY_REPLICA */
    int64_t value;
    bool own_value; /* else the operation's number */
    int64_t if_version;
};

/* ---- Keys: Zipf by their place ---- */

/* rank^-(exponent/100) in 2^-30ths. The logarithm is that of the exponential draw (a table, no libm),
 * the power exp(-x) as (1 - x/2^16)^(2^16), by squaring. */
static uint64_t zipf_weight(uint32_t rank, int64_t exponent_hundredths)
{
    enum { MILLION = 1000000, SQUARINGS = 16 };
    const uint64_t one = UINT64_C(1) << 30;
    uint64_t ln_ppm = rank == 0 ? 0 : draw_exponential(UINT64_MAX / (rank + 1), MILLION);
    uint64_t x_ppm = ln_ppm * (uint64_t)exponent_hundredths / HUNDRED;
    uint64_t power = one - x_ppm * (one >> SQUARINGS) / MILLION;
    for (uint32_t i = 0; i < SQUARINGS; i++)
        power = power * power >> 30;
    return power > 0 ? power : 1;
}

static void rank_keys(const struct turn *turn)
{
    uint64_t sum = 0;
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        sum += zipf_weight(key, setting(turn, KV_SET_ZIPF));
        turn->self->weights[key] = sum;
    }
}

/* ---- Notes ---- */

static void note(const struct turn *turn, enum kv_note kind, const struct kv_process *process,
                 uint32_t siblings, const int64_t args[3])
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

/* ---- An operation ---- */

static struct kv_process *free_process(const struct turn *turn)
{
    uint32_t count = (uint32_t)setting(turn, KV_SET_CLIENTS);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = (turn->self->next_process + i) % count;
        if (turn->self->processes[index].op != 0)
            continue;
        turn->self->next_process = index + 1;
        return &turn->self->processes[index];
    }
    return NULL;
}

static uint32_t coordinator_of(const struct turn *turn, const struct kv_process *process,
                               const struct wish *wish)
{
    if (wish->replica != ANY_REPLICA)
        return (uint32_t)wish->replica % turn->plan->replica_count;
    uint32_t index = (uint32_t)(process - turn->self->processes);
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    return kv_home(turn->plan, kv_range(turn->plan, wish->key), (index + process->shift) % copies);
}

static bool is_strong(const struct kv_process *process)
{
    return process->level == KV_LEVEL_STRONG;
}

static void ask(const struct turn *turn, struct kv_process *process)
{
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
    int64_t again_ms = is_strong(process) ? CLIENTS_ATTEMPT_MS : 0;
    process->retry_ns = again_ms > 0 ? turn->now_ns + again_ms * KV_NS_PER_MS : 0;
    process->refused = false;
    node_send(turn->outbox, process->node, KV_REQUEST, &request, sizeof request);
}

/* The replica of the client's part of the city. */
static uint32_t own_replica(const struct turn *turn, const struct kv_process *process)
{
    return (uint32_t)(process - turn->self->processes) % turn->plan->replica_count;
}

/* Whom to ask when the last one did not help and named nobody. */
static uint32_t another_replica(const struct turn *turn, const struct kv_process *process)
{
    return setting(turn, KV_SET_ROAMING) ? (process->node + 1) % turn->plan->replica_count
                                         : own_replica(turn, process);
}

/* Who is asked, and under which number: a strong operation is known by session and serial, however
 * often it is asked. */
static void choose(const struct turn *turn, struct kv_process *process, const struct wish *wish)
{
    process->node = coordinator_of(turn, process, wish);
    if (!is_strong(process))
        return;
    process->session = process->session != 0 ? process->session : process->op;
    process->serial++;
    if (wish->replica == ANY_REPLICA)
        process->node =
            setting(turn, KV_SET_ROAMING) ? turn->self->leader : own_replica(turn, process);
}

/* What the version held that a conditional write names, if this process has read it: so a history can
 * say what was compared. */
static void note_invoked(const struct turn *turn, const struct kv_process *process)
{
    uint32_t condition = KV_CONDITION_UNKNOWN;
    if (process->function == KV_CAS && process->read_key == process->key &&
        process->read_version == (uint64_t)process->if_version)
        condition = process->read_there ? KV_CONDITION_VALUE : KV_CONDITION_NOTHING;
    note(turn, KV_NOTE_INVOKED, process, condition,
         (int64_t[3]){process->value, process->if_version,
                      condition == KV_CONDITION_VALUE ? process->read_value : 0});
}

static void begin(const struct turn *turn, struct kv_process *process, const struct wish *wish)
{
    assert(process->op == 0);
    assert(wish->key < turn->plan->key_count);
    int64_t patience_ms = setting(turn, KV_SET_OPERATION_MS) + CLIENTS_PATIENCE_MS;
    process->number = process->number != 0 ? process->number : ++turn->self->number_last;
    process->op = ++turn->self->op_last;
    process->key = wish->key;
    process->function = (uint8_t)wish->function;
    process->level = (uint8_t)wish->level;
    process->value = wish->own_value ? wish->value : process->op;
    process->if_version = wish->if_version;
    process->attempt = 1;
    process->in_doubt = false;
    process->deadline_ns = turn->now_ns + patience_ms * KV_NS_PER_MS;
    choose(turn, process, wish);
    turn->self->open++;
    note_invoked(turn, process);
    ask(turn, process);
    if (wish->function != KV_GET)
        process->read_key = NODE_NONE; /* a context is used once */
    turn->self->asked[wish->key / 64] |= UINT64_C(1) << wish->key % 64;
}

/* The same once more, of somebody else; what was not answered may have been done. */
static void ask_again(const struct turn *turn, struct kv_process *process, bool unanswered)
{
    process->in_doubt |= unanswered && process->function != KV_GET;
    if (unanswered)
        process->attempt = (uint8_t)(process->attempt + (process->attempt < UINT8_MAX));
    if (unanswered)
        process->node = another_replica(turn, process);
    if (unanswered && is_strong(process) && setting(turn, KV_SET_BUG_RETRY_AS_NEW))
        process->serial++; /* as if it were another operation: it may be done twice */
    ask(turn, process);
}

static void end(const struct turn *turn, struct kv_process *process, enum kv_result result)
{
    assert(turn->self->open > 0);
    if (result != KV_OK) {
        bool failed = kv_is_failure((enum kv_function)process->function, result);
        note(turn, failed ? KV_NOTE_FAILED : KV_NOTE_UNKNOWN, process, 0, (int64_t[3]){result});
        process->shift++;
        process->read_key = NODE_NONE;
        process->number = failed ? process->number : 0;
        process->session = failed ? process->session : 0;
    }
    process->retry_ns = 0;
    process->op = 0;
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
static void note_values(const struct turn *turn, const struct kv_process *process,
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
static void back_off(const struct turn *turn, struct kv_process *process,
                     const struct kv_reply *reply)
{
    if (reply->attempt != process->attempt)
        return; /* about an earlier question; this one is still open */
    uint32_t step =
        process->attempt < CLIENTS_BACKOFF_STEPS ? process->attempt : CLIENTS_BACKOFF_STEPS;
    process->node = reply->leader > 0 ? (reply->leader - 1u) % turn->plan->replica_count
                                      : another_replica(turn, process);
    turn->self->leader = process->node;
    process->attempt = (uint8_t)(process->attempt + (process->attempt < UINT8_MAX));
    process->retry_ns = turn->now_ns + ((int64_t)CLIENTS_BACKOFF_MS << (step - 1)) * KV_NS_PER_MS;
    process->refused = true;
    if (step == 1 && reply->leader > 0)
        ask(turn, process); /* it knows better: no pause */
}

static void on_reply(const struct turn *turn, const struct node_event *event)
{
    struct kv_reply reply = {.op = 0};
    memcpy(&reply, event->bytes, event->length);
    struct kv_process *process = NULL;
    for (uint32_t i = 0; i < KV_PROCESSES && process == NULL; i++)
        if (turn->self->processes[i].op == reply.op && reply.op != 0)
            process = &turn->self->processes[i];
    bool whom = process != NULL && (process->node == event->from || is_strong(process));
    if (process == NULL || !whom || process->key != reply.state.key)
        return; /* too late, or said before */
    if (reply.epoch >= turn->self->epoch) {
        turn->self->epoch = reply.epoch;
        turn->self->mode = reply.mode;
    }
    bool elsewhere =
        reply.result == KV_NOT_LEADER || reply.result == KV_BUSY || reply.result == KV_SWITCHING;
    if (reply.result == KV_WRONG_LEVEL && process->in_doubt)
        reply.result = KV_TIMEOUT; /* the mode has changed; an earlier attempt may have been done */
    if (is_strong(process) && elsewhere) {
        back_off(turn, process, &reply);
        return;
    }
    if (is_strong(process) && reply.result == KV_OK)
        turn->self->leader = event->from;
    if (reply.result == KV_OK)
        note_values(turn, process, &reply.state);
    if (reply.result == KV_OK && process->function == KV_GET) {
        process->read_key = process->key;
        process->read_epoch = reply.epoch;
        memcpy(process->context, reply.state.clock, sizeof process->context);
        process->read_version = reply.version;
        process->read_value = first_there(&reply.state)->value;
        process->read_there = !first_there(&reply.state)->deleted;
    }
    end(turn, process, (enum kv_result)reply.result);
}

/* ---- The load ---- */

static uint64_t draw_for(const struct turn *turn, uint32_t purpose, uint32_t number)
{
    return draw_u64(turn->env->draw_key, purpose, 0, number);
}

static bool draw_pct(const struct turn *turn, uint32_t purpose, uint32_t number,
                     enum kv_setting share)
{
    return (int64_t)draw_below(draw_for(turn, purpose, number), HUNDRED) < setting(turn, share);
}

static struct wish next_wish(const struct turn *turn, const struct kv_process *process,
                             uint32_t number)
{
    int64_t kind = (int64_t)draw_below(draw_for(turn, DRAW_KIND, number), HUNDRED);
    int64_t reads = setting(turn, KV_SET_READ_PCT);
    struct wish wish = {.replica = ANY_REPLICA, .function = KV_PUT};
    wish.key =
        draw_weighted(draw_for(turn, DRAW_KEY, number), turn->self->weights, turn->plan->key_count);
    if (kind < reads)
        wish.function = KV_GET;
    else if (kind < reads + setting(turn, KV_SET_DELETE_PCT))
        wish.function = KV_DELETE;
    if (wish.function == KV_GET && draw_pct(turn, DRAW_LEVEL, number, KV_SET_LOCAL_PCT))
        wish.level = KV_LEVEL_LOCAL;
    bool follows =
        wish.function != KV_GET && draw_pct(turn, DRAW_CONTEXT, number, KV_SET_CONTEXT_PCT);
    if (follows && process->read_key != NODE_NONE)
        wish.key = process->read_key; /* changes what it has read */
    else if (follows)
        wish.function = KV_GET; /* reads first */
    bool strong = kv_is_strong(turn->plan, turn->self->mode, wish.key);
    if (strong && wish.level != KV_LEVEL_LOCAL)
        wish.level = KV_LEVEL_STRONG;
    else if (wish.level != KV_LEVEL_LOCAL)
        wish.level = KV_LEVEL_EVENTUAL;
    if (strong && follows && wish.function == KV_PUT) {
        wish.function = KV_CAS; /* only if nobody has written since */
        wish.if_version = (int64_t)process->read_version;
    }
    return wish;
}

static void arm_arrival(const struct turn *turn)
{
    if (setting(turn, KV_SET_OPS_PER_S) == 0) {
        if (turn->self->final_at_ns == 0)
            node_timer_stop(turn->outbox, CLIENTS_TIMER_ARRIVAL);
        return;
    }
    node_timer_set(turn->outbox, CLIENTS_TIMER_ARRIVAL, turn->self->arrival_ns);
}

/* From one arrival to the next, not from when this node has time for it: the load stays what it is. */
static void draw_arrival(const struct turn *turn, int64_t from_ns)
{
    int64_t rate = setting(turn, KV_SET_OPS_PER_S);
    uint64_t gap =
        draw_exponential(draw_for(turn, DRAW_GAP, turn->self->arrivals), (uint64_t)KV_NS_PER_S);
    turn->self->arrival_ns = from_ns + (rate > 0 ? (int64_t)gap / rate : 0);
}

static void skip(const struct turn *turn)
{
    struct node_note note = {.kind = KV_NOTE_SKIPPED,
                             .peer = NODE_NONE,
                             .subject = NODE_NONE,
                             .args = {++turn->self->skipped}};
    node_note(turn->outbox, &note);
}

static void arrive(const struct turn *turn)
{
    struct kv_process *process = free_process(turn);
    uint32_t number = turn->self->arrivals++;
    if (process == NULL) {
        skip(turn);
        return;
    }
    struct wish wish = next_wish(turn, process, number);
    begin(turn, process, &wish);
}

/* ---- The end: every home of every key that was asked for is read once more ---- */

static uint32_t final_reads(const struct turn *turn)
{
    return turn->plan->key_count * kv_copies(turn->plan, turn->env->settings);
}

static void arm_final(const struct turn *turn, int64_t at_ns)
{
    node_timer_set(turn->outbox, CLIENTS_TIMER_ARRIVAL, at_ns);
}

static void read_finally(const struct turn *turn)
{
    struct kv_client_node *self = turn->self;
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    while (self->final_next < final_reads(turn) &&
           (self->asked[self->final_next / copies / 64] >> self->final_next / copies % 64 & 1) == 0)
        self->final_next++;
    if (self->final_next >= final_reads(turn))
        return;
    arm_final(turn, turn->now_ns + CLIENTS_FINAL_PAUSE_MS * KV_NS_PER_MS);
    /* Each home of a key by a process of its own: a history compares what processes saw last. */
    struct kv_process *process = &self->processes[self->final_next % copies];
    if (process->op != 0)
        return;
    uint32_t key = self->final_next / copies;
    struct wish wish = {
        .function = KV_GET,
        .level = KV_LEVEL_LOCAL,
        .key = key,
        .replica = kv_home(turn->plan, kv_range(turn->plan, key), self->final_next % copies)};
    self->final_next++;
    begin(turn, process, &wish);
}

static void on_final_reads(const struct turn *turn)
{
    bool wanted = setting(turn, KV_SET_FINAL_READS) != 0;
    if (wanted == (turn->self->final_at_ns != 0))
        return;
    int64_t quiet_ms = CLIENTS_QUIET_REPAIRS * setting(turn, KV_SET_REPAIR_MS);
    quiet_ms = quiet_ms > CLIENTS_QUIET_MS ? quiet_ms : CLIENTS_QUIET_MS;
    turn->self->final_next = 0;
    turn->self->final_at_ns = wanted ? turn->now_ns + quiet_ms * KV_NS_PER_MS : 0;
    if (wanted && setting(turn, KV_SET_OPS_PER_S) == 0)
        arm_final(turn, turn->self->final_at_ns);
    else
        arm_arrival(turn);
}

/* ---- The protocol ---- */

static void on_tick(const struct turn *turn)
{
    for (uint32_t i = 0; i < KV_PROCESSES; i++) {
        struct kv_process *process = &turn->self->processes[i];
        if (process->op == 0)
            continue;
        bool late = process->deadline_ns <= turn->now_ns;
        bool refused = is_strong(process) && process->refused && !process->in_doubt;
        if (late)
            end(turn, process, refused ? KV_UNAVAILABLE : KV_TIMEOUT);
        else if (process->retry_ns != 0 && process->retry_ns <= turn->now_ns)
            ask_again(turn, process, !process->refused);
    }
    node_timer_set(turn->outbox, CLIENTS_TIMER_TICK, turn->now_ns + CLIENTS_TICK_MS * KV_NS_PER_MS);
}

static void on_timer(const struct turn *turn, uint8_t id)
{
    if (id == CLIENTS_TIMER_TICK) {
        on_tick(turn);
    } else if (setting(turn, KV_SET_OPS_PER_S) > 0) {
        for (uint32_t i = 0; i < ARRIVALS_A_STEP && turn->self->arrival_ns <= turn->now_ns; i++) {
            arrive(turn);
            draw_arrival(turn, turn->self->arrival_ns);
        }
        arm_arrival(turn);
    } else if (turn->self->final_at_ns != 0) {
        read_finally(turn);
    }
}

static void on_input(const struct turn *turn, const struct node_event *event)
{
    static const enum kv_function FUNCTIONS[] = {[KV_INPUT_PUT] = KV_PUT,
                                                 [KV_INPUT_GET] = KV_GET,
                                                 [KV_INPUT_DELETE] = KV_DELETE,
                                                 [KV_INPUT_REPAIR] = KV_GET,
                                                 [KV_INPUT_CAS] = KV_CAS};
    if (event->type > KV_INPUT_CAS || event->type == KV_INPUT_REPAIR)
        return;
    bool cas = event->type == KV_INPUT_CAS;
    bool put = event->type == KV_INPUT_PUT || cas;
    const int64_t *rest = event->args + (put ? 2 : 1);
    struct wish wish = {.function = FUNCTIONS[event->type],
                        .key = (uint32_t)event->args[0] % turn->plan->key_count,
                        .value = put ? event->args[1] : 0,
                        .own_value = put,
                        .replica = rest[0],
                        .if_version = cas ? rest[1] : 0,
                        .level = cas ? KV_LEVEL_STRONG : (enum kv_level)rest[1]};
    if (wish.level == KV_LEVEL_EVENTUAL && turn->self->mode == KV_MODE_CP)
        wish.level = KV_LEVEL_STRONG; /* this mode has no other */
    struct kv_process *process = free_process(turn);
    if (process == NULL)
        skip(turn);
    else
        begin(turn, process, &wish);
}

static void on_setting(const struct turn *turn, uint16_t which)
{
    if (which == KV_SET_OPS_PER_S) {
        draw_arrival(turn, turn->now_ns);
        arm_arrival(turn);
    }
    if (which == KV_SET_OPS_PER_S || which == KV_SET_FINAL_READS)
        on_final_reads(turn);
}

/* Operations are numbered on behind those of before a crash, of which nothing is known here but the
 * time: numbers never grow faster than this. */
static void number_from(const struct turn *turn, int64_t wall_ns)
{
    enum { NUMBER_NS = 50000 };
    uint32_t from = wall_ns > 0 ? (uint32_t)(wall_ns / NUMBER_NS) : 0;
    turn->self->op_last = from;
    turn->self->number_last = from;
    turn->self->arrivals = from;
    memset(turn->self->asked, from > 0 ? 0xff : 0, sizeof turn->self->asked);
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    struct turn turn = {.self = state,
                        .env = env,
                        .plan = env->plan,
                        .outbox = outbox,
                        .now_ns = event->monotonic_ns};
    switch (event->kind) {
    case NODE_EVENT_START:
        number_from(&turn, event->wall_ns);
        rank_keys(&turn);
        draw_arrival(&turn, turn.now_ns);
        arm_arrival(&turn);
        on_tick(&turn);
        break;
    case NODE_EVENT_MESSAGE:
        if (event->type == KV_REPLY)
            on_reply(&turn, event);
        break;
    case NODE_EVENT_TIMER:
        on_timer(&turn, event->id);
        break;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        break;
    case NODE_EVENT_SETTING:
        on_setting(&turn, event->type);
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
