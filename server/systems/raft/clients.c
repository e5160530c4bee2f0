/* clients.c: the workload: who asks what, and what came of it.
 *
 * What is drawn is keyed by the number of the arrival, so the same operations come under all settings
 * of the council. When the load is turned off, every key that was written is read once more: without
 * that a lost write would not be seen. */
#include "systems/raft/clients.h"

#include "base/draw.h"

#include <assert.h>

static const uint32_t DRAW_GAP = DRAW_PURPOSE('r', 'g', 'a', 'p');
static const uint32_t DRAW_KEY = DRAW_PURPOSE('r', 'k', 'e', 'y');
static const uint32_t DRAW_KIND = DRAW_PURPOSE('r', 'k', 'i', 'n');
static const uint32_t DRAW_STRAY = DRAW_PURPOSE('r', 's', 't', 'r');
static const uint32_t DRAW_WAIT = DRAW_PURPOSE('r', 'w', 'a', 'i');
enum { HUNDRED = 100 };

struct turn {
    struct council_client_node *self;
    const struct node_env *env;
    const struct council_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};

static int64_t setting(const struct turn *turn, enum council_setting which)
{
    return turn->env->settings[which];
}

static void note(const struct turn *turn, enum council_note kind,
                 const struct council_process *process, int64_t b, int64_t c, int64_t d)
{
    struct node_note told = {
        .kind = (uint16_t)kind,
        .peer = process->server,
        .subject = process->operation,
        .args = {COUNCIL_WHAT(process->function, process->command.key, process->number), b, c, d}};
    node_note(turn->outbox, &told);
}

/* ---- Asking ---- */

static uint32_t whom_to_ask(const struct turn *turn, const struct council_process *process)
{
    uint64_t stray = draw_u64(turn->env->draw_key, DRAW_STRAY, process->operation, 0);
    if (process->attempt == 1 &&
        (int64_t)draw_below(stray, HUNDRED) < setting(turn, COUNCIL_SET_STRAY_PCT)) {
        return (uint32_t)(draw_mix(stray) % turn->plan->server_count);
    }
    if (turn->self->leader < turn->plan->server_count) {
        return turn->self->leader;
    }
    return (process->server + 1) % turn->plan->server_count;
}

static void ask(const struct turn *turn, struct council_process *process)
{
    struct council_request request = {.operation = process->operation,
                                      .attempt = ++process->attempt,
                                      .command = process->command};
    process->server = whom_to_ask(turn, process);
    process->again_ns = 0;
    process->attempt_until_ns =
        turn->now_ns + setting(turn, COUNCIL_SET_ATTEMPT_MS) * COUNCIL_NS_PER_MS;
    if (process->attempt > 1) {
        struct node_note told = {.kind = COUNCIL_NOTE_RETRIED,
                                 .peer = process->server,
                                 .subject = process->operation,
                                 .args = {process->attempt, process->last_status}};
        node_note(turn->outbox, &told);
    }
    node_send(turn->outbox, process->server, COUNCIL_REQUEST, &request, sizeof request);
}

/* After a refusal: a little later, twice as long each time, and not all together. */
static void ask_later(const struct turn *turn, struct council_process *process)
{
    uint32_t doubles =
        process->refusals < CLIENTS_BACKOFF_DOUBLES ? process->refusals : CLIENTS_BACKOFF_DOUBLES;
    uint64_t most = (uint64_t)CLIENTS_BACKOFF_MS * COUNCIL_NS_PER_MS << doubles;
    uint64_t value = draw_u64(turn->env->draw_key, DRAW_WAIT, process->operation, process->attempt);
    process->refusals++;
    process->again_ns = turn->now_ns + (int64_t)draw_between(value, most / 2, most);
}

static struct council_process *free_process(const struct turn *turn)
{
    uint32_t count = (uint32_t)setting(turn, COUNCIL_SET_CLIENTS);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = (turn->self->next_process + i) % count;
        if (turn->self->processes[index].operation == 0) {
            turn->self->next_process = index + 1;
            return &turn->self->processes[index];
        }
    }
    return NULL;
}

/* Numbers of several nodes of clients never meet. */
static uint32_t session_of(const struct turn *turn, uint32_t number)
{
    uint32_t nodes = turn->env->node_count - turn->plan->server_count;
    assert(turn->env->self >= turn->plan->server_count);
    return number * nodes + (turn->env->self - turn->plan->server_count);
}

static void begin(const struct turn *turn, struct council_process *process,
                  enum council_function function, const struct machine_command *command)
{
    static const uint8_t KINDS[] = {[COUNCIL_READ] = MACHINE_GET,
                                    [COUNCIL_WRITE] = MACHINE_PUT,
                                    [COUNCIL_CAS] = MACHINE_CAS,
                                    [COUNCIL_DELETE] = MACHINE_DELETE};
    assert(process->operation == 0);
    assert(command->key < turn->plan->key_count);
    if (process->number == 0) {
        process->number = ++turn->self->number_last;
        process->serial = 0;
    }
    process->operation = ++turn->self->operation_last;
    process->function = (uint8_t)function;
    process->attempt = 0;
    process->refusals = 0;
    process->until_ns = turn->now_ns + setting(turn, COUNCIL_SET_OPERATION_MS) * COUNCIL_NS_PER_MS;
    process->command = *command;
    process->command.kind = KINDS[function];
    process->command.session = session_of(turn, process->number);
    process->command.serial = ++process->serial;
    process->command.operation = process->operation;
    if (command->value == 0 && (function == COUNCIL_WRITE || function == COUNCIL_CAS)) {
        process->command.value = process->operation;
    }
    if (function != COUNCIL_READ) {
        turn->self->written[command->key / 64] |= UINT64_C(1) << command->key % 64;
    }
    turn->self->open++;
    note(turn, COUNCIL_NOTE_INVOKED, process, process->command.value, process->command.expected, 0);
    ask(turn, process);
}

static void end(const struct turn *turn, struct council_process *process)
{
    assert(turn->self->open > 0);
    process->operation = 0;
    process->again_ns = 0;
    turn->self->open--;
}

static void give_up(const struct turn *turn, struct council_process *process,
                    enum council_error error)
{
    bool surely_not = process->function == COUNCIL_READ;
    note(turn, surely_not ? COUNCIL_NOTE_FAILED : COUNCIL_NOTE_UNKNOWN, process, error, 0, 0);
    process->number = surely_not ? process->number : 0;
    end(turn, process);
}

/* ---- Answers ---- */

static void answered(const struct turn *turn, struct council_process *process,
                     const struct machine_answer *answer)
{
    bool cas = process->function == COUNCIL_CAS;
    if (answer->result == MACHINE_EXPIRED) {
        give_up(turn, process, COUNCIL_EXPIRED);
        return;
    }
    if (cas && answer->result != MACHINE_OK) {
        note(turn, COUNCIL_NOTE_FAILED, process, COUNCIL_MISMATCH, 0, 0);
        end(turn, process);
        return;
    }
    bool there = answer->result == MACHINE_OK;
    note(turn, COUNCIL_NOTE_OK, process, there ? answer->value : 0,
         (int64_t)answer->version << 1 | there, process->attempt);
    if (process->function == COUNCIL_READ && there) {
        process->seen = answer->value;
        process->seen_key = process->command.key;
    }
    end(turn, process);
}

static void on_reply(const struct turn *turn, const struct node_event *event)
{
    struct council_reply reply;
    struct council_process *process = NULL;
    memcpy(&reply, event->bytes, sizeof reply);
    for (uint32_t i = 0; i < COUNCIL_PROCESSES && process == NULL; i++) {
        if (turn->self->processes[i].operation == reply.operation && reply.operation != 0) {
            process = &turn->self->processes[i];
        }
    }
    if (process == NULL) {
        return; /* too late, or said before */
    }
    if (reply.status == COUNCIL_DONE) {
        turn->self->leader = event->from;
        answered(turn, process, &reply.answer);
        return;
    }
    if (reply.attempt != process->attempt || process->again_ns != 0) {
        return;
    }
    process->last_status = reply.status;
    if (reply.status == COUNCIL_NOT_LEADER) {
        bool news = reply.leader < turn->plan->server_count && reply.leader != event->from;
        turn->self->leader = news ? reply.leader : NODE_NONE;
        if (news && process->refusals == 0) {
            process->refusals++;
            ask(turn, process);
            return;
        }
    }
    ask_later(turn, process);
}

/* ---- The load ---- */

static uint64_t draw_for(const struct turn *turn, uint32_t purpose)
{
    return draw_u64(turn->env->draw_key, purpose, turn->self->arrivals, 0);
}

static void skip(const struct turn *turn)
{
    struct node_note told = {.kind = COUNCIL_NOTE_SKIPPED,
                             .peer = NODE_NONE,
                             .subject = NODE_NONE,
                             .args = {++turn->self->skipped}};
    node_note(turn->outbox, &told);
}

static void arrive(const struct turn *turn)
{
    struct council_process *process = free_process(turn);
    int64_t kind = (int64_t)draw_below(draw_for(turn, DRAW_KIND), HUNDRED);
    struct machine_command command = {
        .key = (uint16_t)draw_below(draw_for(turn, DRAW_KEY), turn->plan->key_count)};
    turn->self->arrivals++;
    if (process == NULL) {
        skip(turn);
        return;
    }
    int64_t reads = setting(turn, COUNCIL_SET_READ_PCT);
    int64_t cas = reads + setting(turn, COUNCIL_SET_CAS_PCT);
    int64_t deletes = cas + setting(turn, COUNCIL_SET_DELETE_PCT);
    enum council_function function = COUNCIL_WRITE;
    if (kind < reads) {
        function = COUNCIL_READ;
    } else if (kind < cas && process->seen != 0) {
        function = COUNCIL_CAS;
        command.key = process->seen_key;
        command.expected = process->seen;
    } else if (kind >= cas && kind < deletes) {
        function = COUNCIL_DELETE;
    }
    begin(turn, process, function, &command);
}

static void arm_arrival(const struct turn *turn)
{
    int64_t rate = setting(turn, COUNCIL_SET_OPS_PER_S);
    if (rate == 0) {
        node_timer_stop(turn->outbox, CLIENTS_TIMER_ARRIVAL);
        return;
    }
    uint64_t gap = draw_exponential(draw_for(turn, DRAW_GAP), (uint64_t)COUNCIL_NS_PER_S);
    turn->self->arrival_ns = turn->now_ns + (int64_t)gap / rate;
    node_timer_set(turn->outbox, CLIENTS_TIMER_ARRIVAL, turn->self->arrival_ns);
}

/* ---- The end of the load: every key is read once more, one after the other ---- */

static void read_finally(const struct turn *turn)
{
    struct council_client_node *self = turn->self;
    if (setting(turn, COUNCIL_SET_OPS_PER_S) > 0 || self->open > 0) {
        return;
    }
    while (self->final_next < turn->plan->key_count &&
           (self->written[self->final_next / 64] >> self->final_next % 64 & 1) == 0) {
        self->final_next++;
    }
    struct council_process *process = free_process(turn);
    if (self->final_next >= turn->plan->key_count || process == NULL) {
        return;
    }
    struct machine_command command = {.key = (uint16_t)self->final_next};
    begin(turn, process, COUNCIL_READ, &command);
}

/* A final read that failed comes again; the others go on. */
static void final_done(const struct turn *turn, bool answered_now)
{
    if (setting(turn, COUNCIL_SET_OPS_PER_S) == 0 && answered_now && turn->self->open == 0) {
        turn->self->final_next++;
    }
}

/* ---- The protocol ---- */

static void on_tick(const struct turn *turn)
{
    for (uint32_t i = 0; i < COUNCIL_PROCESSES; i++) {
        struct council_process *process = &turn->self->processes[i];
        if (process->operation == 0) {
            continue;
        }
        if (process->until_ns <= turn->now_ns) {
            give_up(turn, process, COUNCIL_NO_ANSWER);
        } else if (process->again_ns != 0 && process->again_ns <= turn->now_ns) {
            ask(turn, process);
        } else if (process->again_ns == 0 && process->attempt_until_ns <= turn->now_ns) {
            process->last_status = COUNCIL_STATUS_COUNT;
            turn->self->leader = NODE_NONE;
            ask(turn, process);
        }
    }
    read_finally(turn);
    node_timer_set(turn->outbox, CLIENTS_TIMER_TICK,
                   turn->now_ns + CLIENTS_TICK_MS * COUNCIL_NS_PER_MS);
}

static void on_input(const struct turn *turn, const struct node_event *event)
{
    static const uint8_t FUNCTIONS[] = {[COUNCIL_INPUT_PUT] = COUNCIL_WRITE,
                                        [COUNCIL_INPUT_GET] = COUNCIL_READ,
                                        [COUNCIL_INPUT_DELETE] = COUNCIL_DELETE,
                                        [COUNCIL_INPUT_CAS] = COUNCIL_CAS};
    if (event->type > COUNCIL_INPUT_CAS) {
        return;
    }
    struct machine_command command = {
        .key = (uint16_t)((uint64_t)event->args[0] % turn->plan->key_count)};
    if (event->type == COUNCIL_INPUT_PUT) {
        command.value = event->args[1];
    } else if (event->type == COUNCIL_INPUT_CAS) {
        command.expected = event->args[1];
        command.value = event->args[2];
    }
    struct council_process *process = free_process(turn);
    if (process == NULL) {
        skip(turn);
    } else {
        begin(turn, process, (enum council_function)FUNCTIONS[event->type], &command);
    }
}

static void on_setting(const struct turn *turn, uint16_t which)
{
    if (which == COUNCIL_SET_OPS_PER_S) {
        turn->self->final_next = 0;
        arm_arrival(turn);
    }
}

/* Numbers go on behind those of before a crash, of which nothing is known here but the time: they
 * never grow faster than this. */
static void number_from(const struct turn *turn, int64_t wall_ns)
{
    enum { NUMBER_NS = 50000 };
    uint32_t from = wall_ns > 0 ? (uint32_t)(wall_ns / NUMBER_NS) : 0;
    turn->self->operation_last = from;
    turn->self->number_last = from;
    turn->self->arrivals = from;
    memset(turn->self->written, from > 0 ? 0xff : 0, sizeof turn->self->written);
}

static void boot(void *state, const struct node_env *env)
{
    struct council_client_node *self = state;
    (void)env;
    self->leader = NODE_NONE;
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    struct turn turn = {.self = state,
                        .env = env,
                        .plan = env->plan,
                        .outbox = outbox,
                        .now_ns = event->monotonic_ns};
    uint32_t open = turn.self->open;
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        number_from(&turn, event->wall_ns);
        arm_arrival(&turn);
        on_tick(&turn);
        break;
    case NODE_EVENT_MESSAGE:
        if (event->type == COUNCIL_REPLY) {
            on_reply(&turn, event);
            final_done(&turn, open > turn.self->open);
        }
        break;
    case NODE_EVENT_TIMER:
        if (event->id == CLIENTS_TIMER_TICK) {
            on_tick(&turn);
        } else if (setting(&turn, COUNCIL_SET_OPS_PER_S) > 0) {
            arrive(&turn);
            arm_arrival(&turn);
        }
        break;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        break;
    case NODE_EVENT_SETTING:
        on_setting(&turn, event->type);
        break;
    case NODE_EVENT_WRITTEN:
    case NODE_EVENT_READ:
        break; /* no files */
    }
}

static bool malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length)
{
    struct council_reply reply;
    (void)env;
    if (type < RAFT_MESSAGE_COUNT) {
        return raft_malformed(type, bytes, length);
    }
    if (type != COUNCIL_REPLY) {
        return false;
    }
    memcpy(&reply, bytes, sizeof reply);
    return reply.status >= COUNCIL_STATUS_COUNT || reply.answer.result > MACHINE_EXPIRED;
}

static bool pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct council_client_node *self = state;
    const struct council_plan *plan = env->plan;
    *reason = (struct node_reason){
        .word = COUNCIL_WORD_CLIENTS_WAIT, .subject = NODE_NONE, .args = {self->open}};
    if (self->open > 0) {
        return true;
    }
    reason->word = COUNCIL_WORD_FINAL_READS;
    reason->args[0] = (int64_t)plan->key_count - self->final_next;
    return self->final_next < plan->key_count;
}

const struct node_protocol COUNCIL_CLIENTS_PROTOCOL = {
    .name = "clients",
    .state_bytes = sizeof(struct council_client_node),
    .messages = COUNCIL_MESSAGES,
    .message_count = COUNCIL_MESSAGE_COUNT,
    .boot = boot,
    .step = step,
    .malformed = malformed,
    .pending = pending,
};
