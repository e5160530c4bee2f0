/* toy_counter.c - the smallest system whose promises a checker of histories judges. */
#include "toy_counter.h"

#include "base/json_writer.h"

const char TOY_COUNTER_SCENARIO[] =
    "{\"system\":\"counter\",\"title\":\"Counter\",\"about\":\"Adds.\",\"seed\":7,\"until_s\":20,"
    "\"settings\":{\"beat_ms\":100},"
    "\"inputs\":[{\"at_ms\":4000,\"type\":\"node.pause\",\"node\":\"S\"},"
    "{\"at_ms\":6000,\"type\":\"node.resume\",\"node\":\"S\"}]}";

enum { SERVER, CLIENT, NODES };
enum { FUNCTION_ADD, FUNCTION_READ };
enum { LEVEL_STRONG, LEVEL_LATE };
static const int64_t GIVE_UP_NS = 50 * 1000000;

static const struct system_setting SETTINGS[] = {
    [TOY_COUNTER_BEAT_MS] = {"beat_ms", SYSTEM_NUMBER, true, 0, "ms", 0, 10000, 100, NULL, NULL},
    [TOY_COUNTER_FORGET] = {"bug.forget", SYSTEM_SWITCH, true, 0, "", 0, 1, 0, NULL, "TOY-T02"},
    [TOY_COUNTER_LATE] = {"late", SYSTEM_SWITCH, true, 0, "", 0, 1, 0, NULL, NULL},
};
enum {
    NOTE_INVOKED = NODE_NOTE_SYSTEM,
    NOTE_ENDED,
};
static const struct system_note NOTES[] = {
    {"invoked", {"function", "value", "process", "level"}, false, false, false, false},
    {"ended", {"phase", "value", "process", "function"}, false, false, false, false},
};
static const char *const WORDS[] = {"still_asking", "late_reads", "checked"};
static const struct system_check CHECKS[] = {{"counter", true}, {"counter_late", true}};
static const struct system_figure FIGURES[] = {{"added", "", 0, false, SYSTEM_NEITHER}};

struct ask {
    int64_t operation, function, level;
};
struct answer {
    int64_t operation, value;
};
enum { MESSAGE_ASK, MESSAGE_ANSWER };
static const struct node_message_type MESSAGES[] = {
    {"ask", sizeof(struct ask), sizeof(struct ask)},
    {"answer", sizeof(struct answer), sizeof(struct answer)}};

/* ---- Server: it never crashes in these tests, so its memory will do ---- */

struct server {
    int64_t value, adds, old;
};

static void server_step(void *memory, const struct node_env *env, const struct node_event *event,
                        struct node_outbox *outbox)
{
    struct server *server = memory;
    struct ask ask;
    if (event->kind != NODE_EVENT_MESSAGE) {
        return;
    }
    memcpy(&ask, event->bytes, sizeof ask);
    if (ask.function == FUNCTION_ADD) {
        server->adds++;
        bool forgets = env->settings[TOY_COUNTER_FORGET] != 0 && server->adds % 10 == 0;
        server->value += forgets ? 0 : 1;
    }
    struct answer answer = {ask.operation, ask.level == LEVEL_LATE ? server->old : server->value};
    node_send(outbox, CLIENT, MESSAGE_ANSWER, &answer, sizeof answer);
}

/* ---- Client: adds, then reads, one operation at a time; a last read when the beat ends ---- */

struct client {
    int64_t operation, function, process, level, added;
    int64_t asking, final_done; /* 0 or 1 */
};

static void tell(struct node_outbox *outbox, const struct client *client, uint16_t kind, int64_t a,
                 int64_t b, int64_t c)
{
    struct node_note note = {.kind = kind,
                             .peer = SERVER,
                             .subject = (uint32_t)client->operation,
                             .args = {a, b, client->process, c}};
    node_note(outbox, &note);
}

static void ask(struct client *client, const struct node_env *env, const struct node_event *event,
                struct node_outbox *outbox)
{
    bool last = env->settings[TOY_COUNTER_BEAT_MS] == 0;
    if (client->asking != 0 || (last && client->final_done != 0)) {
        return;
    }
    client->operation++;
    client->asking = 1;
    client->final_done = last;
    client->function = last || client->operation % 3 == 0 ? FUNCTION_READ : FUNCTION_ADD;
    client->level = env->settings[TOY_COUNTER_LATE] != 0 && client->function == FUNCTION_READ;
    struct ask message = {client->operation, client->function, client->level};
    tell(outbox, client, NOTE_INVOKED, client->function, 1, client->level);
    node_send(outbox, SERVER, MESSAGE_ASK, &message, sizeof message);
    node_timer_set(outbox, 1, event->monotonic_ns + GIVE_UP_NS);
}

static void beat(const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    int64_t beat_ms = env->settings[TOY_COUNTER_BEAT_MS];
    node_timer_set(outbox, 0, event->monotonic_ns + (beat_ms == 0 ? 1 : beat_ms) * 1000000);
}

static void client_step(void *memory, const struct node_env *env, const struct node_event *event,
                        struct node_outbox *outbox)
{
    struct client *client = memory;
    if (event->kind == NODE_EVENT_START || event->kind == NODE_EVENT_SETTING) {
        beat(env, event, outbox);
    } else if (event->kind == NODE_EVENT_TIMER && event->id == 0) {
        ask(client, env, event, outbox);
        if (env->settings[TOY_COUNTER_BEAT_MS] > 0 || client->final_done == 0) {
            beat(env, event, outbox);
        }
    } else if (event->kind == NODE_EVENT_TIMER && client->asking != 0) {
        tell(outbox, client, NOTE_ENDED, SYSTEM_INFO, 0, client->function);
        client->asking = 0;
        client->process++;
    } else if (event->kind == NODE_EVENT_MESSAGE) {
        struct answer answer;
        memcpy(&answer, event->bytes, sizeof answer);
        if (client->asking != 0 && answer.operation == client->operation) {
            tell(outbox, client, NOTE_ENDED, SYSTEM_OK, answer.value, client->function);
            client->asking = 0;
            client->added += client->function == FUNCTION_ADD;
        }
    }
}

static bool client_pending(const void *memory, const struct node_env *env,
                           struct node_reason *reason)
{
    const struct client *client = memory;
    *reason = (struct node_reason){.word = 0};
    return env->settings[TOY_COUNTER_BEAT_MS] > 0 || client->asking != 0 || client->final_done == 0;
}

static void boot(void *memory, const struct node_env *env)
{
    (void)memory;
    (void)env;
}

static const struct node_protocol SERVER_PROTOCOL = {.name = "counter_server",
                                                     .state_bytes = sizeof(struct server),
                                                     .messages = MESSAGES,
                                                     .message_count = 2,
                                                     .boot = boot,
                                                     .step = server_step};
static const struct node_protocol CLIENT_PROTOCOL = {.name = "counter_client",
                                                     .state_bytes = sizeof(struct client),
                                                     .messages = MESSAGES,
                                                     .message_count = 2,
                                                     .boot = boot,
                                                     .step = client_step,
                                                     .pending = client_pending};

/* ---- The history ---- */

static const char *const FUNCTIONS[] = {"add", "read", NULL};
static const char *const LEVELS[] = {"strong", "late", NULL};
static const char *const ERRORS[] = {"no_answer", NULL};

static const char *key_name(const void *plan, uint32_t key)
{
    (void)plan;
    (void)key;
    return NULL;
}

static bool operation(const void *plan, const struct node_note *note,
                      struct system_operation *operation)
{
    (void)plan;
    if (note->kind != NOTE_INVOKED && note->kind != NOTE_ENDED) {
        return false;
    }
    bool invoked = note->kind == NOTE_INVOKED;
    *operation =
        (struct system_operation){.phase = invoked ? SYSTEM_INVOKED : (uint8_t)note->args[0],
                                  .level = invoked ? (uint8_t)note->args[3] : 0,
                                  .function = invoked ? (uint16_t)note->args[0] : 0,
                                  .operation = note->subject,
                                  .process = (uint32_t)note->args[2],
                                  .node = SERVER,
                                  .key = NODE_NONE,
                                  .values = {note->args[1]}};
    bool adds = invoked && note->args[0] == FUNCTION_ADD;
    bool told = !invoked && note->args[0] == SYSTEM_OK && note->args[3] == FUNCTION_READ;
    operation->value_count = adds || told;
    return true;
}

static const struct system_judged JUDGED[] = {
    {.check = TOY_COUNTER_CHECK_STRONG,
     .model = "counter",
     .options = "",
     .levels = 1u << LEVEL_STRONG},
    {.check = TOY_COUNTER_CHECK_LATE,
     .model = "counter",
     .options = "init=0",
     .levels = 1u << LEVEL_STRONG | 1u << LEVEL_LATE},
};
static const struct system_history HISTORY = {.functions = FUNCTIONS,
                                              .levels = LEVELS,
                                              .errors = ERRORS,
                                              .key_name = key_name,
                                              .operation = operation,
                                              .judged = JUDGED,
                                              .judged_count = TOY_COUNTER_CHECKS};

static uint16_t unpromised(const void *plan, const int64_t *settings, uint32_t check)
{
    (void)plan;
    return check == TOY_COUNTER_CHECK_LATE && settings[TOY_COUNTER_LATE] != 0 ? 1 : UINT16_MAX;
}

/* ---- The system ---- */

static void ledger_init(void *memory, const struct node_env *env, uint64_t seed)
{
    (void)memory;
    (void)env;
    (void)seed;
}

static void ledger_note(void *memory, const struct node_world *world, const struct node_note *note,
                        const struct node_row_sink *sink)
{
    (void)memory;
    (void)world;
    (void)note;
    (void)sink;
}

static void ledger_tick(void *memory, const struct node_world *world,
                        const struct node_row_sink *sink)
{
    (void)memory;
    (void)world;
    (void)sink;
}

static const struct node_observer LEDGER = {
    .state_bytes = 8, .init = ledger_init, .note = ledger_note, .tick = ledger_tick};

static int load(const struct cJSON *scenario, void *plan, struct error *error)
{
    (void)scenario;
    (void)plan;
    (void)error;
    return 0;
}

static uint32_t nodes(const void *plan, struct system_node *nodes, uint32_t count_max)
{
    (void)plan;
    (void)count_max;
    nodes[SERVER] = (struct system_node){.name = "S", .protocol = &SERVER_PROTOCOL};
    nodes[CLIENT] = (struct system_node){.name = "C", .protocol = &CLIENT_PROTOCOL, .x_m = 500};
    return NODES;
}

static const char *plan_name(const void *plan, uint16_t list, uint32_t index)
{
    (void)plan;
    (void)list;
    (void)index;
    return NULL;
}

static void describe(const void *plan, struct json_writer *writer)
{
    (void)plan;
    json_string(writer, "map", "none");
}

static bool remedy(const void *plan, uint32_t index, struct system_remedy *remedy)
{
    (void)plan;
    *remedy = (struct system_remedy){
        .kind = SYSTEM_REMEDY_STOP, .is_setting = true, .args = {TOY_COUNTER_BEAT_MS, 0}};
    return index == 0;
}

static void figures(const void *memory, const struct node_world *world, int64_t *values)
{
    const struct client *client = world->state(world, CLIENT);
    (void)memory;
    values[0] = client == NULL ? NODE_CELL_NULL : client->added;
}

static void judge(const void *memory, const struct node_world *world, bool final,
                  struct system_finding *findings)
{
    (void)memory;
    (void)world;
    (void) final;
    for (uint32_t i = 0; i < TOY_COUNTER_CHECKS; i++) {
        findings[i] = (struct system_finding){.reason = {.word = 2}};
    }
}

static void rows_open(const void *memory, const struct node_world *world,
                      const struct node_row_sink *sink)
{
    (void)memory;
    (void)world;
    (void)sink;
}

static uint64_t view(const void *memory, const struct node_world *world, uint64_t since,
                     struct json_writer *writer)
{
    (void)memory;
    (void)world;
    json_u64(writer, "since", since);
    return 1;
}

static bool explain(const void *memory, const struct node_world *world, uint32_t subject,
                    struct json_writer *writer)
{
    (void)memory;
    (void)world;
    (void)subject;
    (void)writer;
    return false;
}

const struct system TOY_COUNTER = {
    .name = "counter",
    .settings = SETTINGS,
    .setting_count = 3,
    .notes = NOTES,
    .note_count = 2,
    .words = WORDS,
    .word_count = 3,
    .checks = CHECKS,
    .check_count = TOY_COUNTER_CHECKS,
    .figures = FIGURES,
    .figure_count = 1,
    .plan_bytes = 8,
    .load = load,
    .nodes = nodes,
    .plan_name = plan_name,
    .describe = describe,
    .remedy = remedy,
    .history = &HISTORY,
    .unpromised = unpromised,
    .observer = &LEDGER,
    .figures_read = figures,
    .judge = judge,
    .rows_open = rows_open,
    .view = view,
    .explain = explain,
};
