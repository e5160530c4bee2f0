/* toy_system.c - the smallest system that has one of everything. */
#include "toy_system.h"

#include "base/draw.h"
#include "base/json_writer.h"

const char TOY_SCENARIO[] =
    "{\"system\":\"toy\",\"title\":\"Toy\",\"about\":\"Beats.\",\"seed\":7,\"until_s\":20,"
    "\"settings\":{\"beat_ms\":100},"
    "\"inputs\":[{\"at_ms\":2500,\"type\":\"toy.bump\",\"node\":\"B\",\"by\":5}]}";

static const char *const COLOURS[] = {"red", "dark blue", NULL};
static const struct system_setting SETTINGS[] = {
    [TOY_SET_BEAT_MS] = {"beat_ms", SYSTEM_NUMBER, true, 0, "ms", 0, 10000, 1000, NULL, NULL},
    [TOY_SET_SHARE] = {"share", SYSTEM_NUMBER, false, 2, "", 0, 100, 80, NULL, NULL},
    [TOY_SET_LOUD] = {"loud", SYSTEM_SWITCH, true, 0, "", 0, 1, 0, NULL, NULL},
    [TOY_SET_COLOUR] = {"colour", SYSTEM_CHOICE, true, 0, "", 0, 1, 0, COLOURS, NULL},
    [TOY_SET_BUG] = {"bug.lose", SYSTEM_SWITCH, true, 0, "", 0, 1, 0, NULL, "TOY-T01"},
};
static const struct system_input INPUTS[] = {
    {"toy.bump", NULL, false, {{"by", SYSTEM_ARG_NUMBER, 1, 100, 1, 0}}, 0},
    {"toy.paint", "A", true, {{"colour", SYSTEM_ARG_CHOICE, -1, 1, -1, 0}}, 0},
};
static const struct system_note NOTES[] = {
    {"heard", {"number", "count"}, true, false, false, false},
    {"bumped", {"by"}, true, true, false, false},
};
static const char *const WORDS[] = {"all_heard", "some_lost", "still_beating"};
static const struct system_check CHECKS[] = {{"nothing_lost", true}};
static const struct system_figure FIGURES[] = {{"heard", "", 0, false, SYSTEM_HIGHER},
                                               {"mean", "", 2, false, SYSTEM_LOWER}};
static const struct system_column COLUMNS[] = {
    {"number", SYSTEM_CELL_NUMBER, 0, 0, "", "drawn by A"},
    {"half", SYSTEM_CELL_NUMBER, 1, 0, "", "half of it"},
    {"hearer", SYSTEM_CELL_NODE, 0, 0, "", "who heard it"},
    {"colour", SYSTEM_CELL_LIST, 0, 0, "", "a colour"},
    {"nothing", SYSTEM_CELL_NUMBER, 0, 0, "", "always absent"},
};
static const struct system_table TABLES[] = {{"beats", COLUMNS, 5}};

enum { MESSAGE_BEAT };
struct beat {
    int64_t number;
};
static const struct node_message_type MESSAGES[] = {
    {"beat", sizeof(struct beat), sizeof(struct beat)}};

/* A and B are the same protocol; A beats. */
struct toy_node {
    int64_t count, bumped;
    uint64_t drawn;
};

static void set_timer(const struct node_env *env, const struct node_event *event,
                      struct node_outbox *outbox)
{
    if (env->self == 0 && env->settings[TOY_SET_BEAT_MS] > 0) {
        node_timer_set(outbox, 0, event->monotonic_ns + env->settings[TOY_SET_BEAT_MS] * 1000000);
    }
}

static void toy_step(void *memory, const struct node_env *env, const struct node_event *event,
                     struct node_outbox *outbox)
{
    struct toy_node *node = memory;
    struct node_note note = {.peer = NODE_NONE, .subject = NODE_NONE};
    switch (event->kind) {
    case NODE_EVENT_START:
    case NODE_EVENT_SETTING:
        set_timer(env, event, outbox);
        break;
    case NODE_EVENT_TIMER: {
        struct beat beat = {(int64_t)draw_below(
            draw_u64(env->draw_key, DRAW_PURPOSE('b', 'e', 'a', 't'), 0, node->drawn++), 1000)};
        if (env->settings[TOY_SET_BUG] == 0 || node->drawn % 10 != 0) {
            node_send(outbox, 1, MESSAGE_BEAT, &beat, sizeof beat);
        }
        set_timer(env, event, outbox);
        break;
    }
    case NODE_EVENT_MESSAGE: {
        struct beat beat;
        memcpy(&beat, event->bytes, sizeof beat);
        node->count++;
        note.kind = TOY_NOTE_HEARD;
        note.peer = event->from;
        note.subject = (uint32_t)node->count;
        note.args[0] = beat.number;
        note.args[1] = node->count;
        node_note(outbox, &note);
        break;
    }
    case NODE_EVENT_INPUT:
        node->bumped += event->args[0];
        note.kind = TOY_NOTE_BUMPED;
        note.args[0] = event->args[0];
        node_note(outbox, &note);
        break;
    default:
        break;
    }
}

static bool toy_pending(const void *memory, const struct node_env *env, struct node_reason *reason)
{
    (void)memory;
    *reason = (struct node_reason){.word = 2};
    return env->self == 0 && env->settings[TOY_SET_BEAT_MS] > 0;
}

static void toy_boot(void *memory, const struct node_env *env)
{
    (void)memory;
    (void)env;
}

static const struct node_protocol PROTOCOL = {.name = "toy",
                                              .state_bytes = sizeof(struct toy_node),
                                              .messages = MESSAGES,
                                              .message_count = 1,
                                              .boot = toy_boot,
                                              .step = toy_step,
                                              .pending = toy_pending};

/* ---- Ledger ---- */

struct toy_ledger {
    int64_t heard, sum;
    uint64_t last_event;
};

static void ledger_init(void *memory, const struct node_env *env, uint64_t seed)
{
    (void)env;
    (void)seed;
    memset(memory, 0, sizeof(struct toy_ledger));
}

static void ledger_note(void *memory, const struct node_world *world, const struct node_note *note,
                        const struct node_row_sink *sink)
{
    struct toy_ledger *ledger = memory;
    (void)world;
    if (note->kind != TOY_NOTE_HEARD) {
        return;
    }
    ledger->heard++;
    ledger->sum += note->args[0];
    ledger->last_event = note->event;
    struct node_row row = {.table = 0, .cell_count = 5, .time_ns = note->time_ns};
    row.cells[0] = note->args[0];
    row.cells[1] = note->args[0] * 5;
    row.cells[2] = note->node;
    row.cells[3] = note->args[0] % 2;
    row.cells[4] = NODE_CELL_NULL;
    if (sink->put != NULL) {
        sink->put(sink->context, &row);
    }
}

static void ledger_tick(void *memory, const struct node_world *world,
                        const struct node_row_sink *sink)
{
    (void)memory;
    (void)world;
    (void)sink;
}

static const struct node_observer LEDGER = {.state_bytes = sizeof(struct toy_ledger),
                                            .init = ledger_init,
                                            .note = ledger_note,
                                            .tick = ledger_tick};

/* ---- The system ---- */

struct toy_plan {
    int64_t unused;
};

static int toy_load(const struct cJSON *scenario, void *plan, struct error *error)
{
    (void)scenario;
    (void)plan;
    (void)error;
    return 0;
}

static uint32_t toy_nodes(const void *plan, struct system_node *nodes, uint32_t count_max)
{
    (void)plan;
    (void)count_max;
    nodes[0] = (struct system_node){.name = "A", .protocol = &PROTOCOL};
    nodes[1] = (struct system_node){.name = "B", .protocol = &PROTOCOL, .x_m = 500};
    return 2;
}

static const char *toy_name(const void *plan, uint16_t list, uint32_t index)
{
    (void)plan;
    (void)list;
    return index < 2 ? COLOURS[index] : NULL;
}

static void toy_figures(const void *memory, const struct node_world *world, int64_t *values)
{
    const struct toy_ledger *ledger = memory;
    (void)world;
    values[0] = ledger->heard;
    values[1] = ledger->heard == 0 ? NODE_CELL_NULL : ledger->sum * 100 / ledger->heard;
}

/* One beat in ten is lost when the bug is on; what B heard then ends before what A sent. */
static void toy_judge(const void *memory, const struct node_world *world, bool final,
                      struct system_finding *findings)
{
    const struct toy_ledger *ledger = memory;
    const struct toy_node *a = world->state(world, 0);
    int64_t sent = a == NULL ? 0 : (int64_t)a->drawn;
    bool lost = final && sent > ledger->heard;
    findings[0] = (struct system_finding){.verdict = lost ? SYSTEM_FAIL : SYSTEM_PASS,
                                          .expected = sent,
                                          .actual = ledger->heard,
                                          .subject = (uint32_t)ledger->heard,
                                          .last_event = ledger->last_event,
                                          .reason = {.word = lost ? 1 : 0}};
}

static bool toy_remedy(const void *plan, uint32_t index, struct system_remedy *remedy)
{
    (void)plan;
    *remedy = (struct system_remedy){
        .kind = SYSTEM_REMEDY_STOP, .is_setting = true, .args = {TOY_SET_BEAT_MS, 0}};
    return index == 0;
}

static void toy_describe(const void *plan, struct json_writer *writer)
{
    (void)plan;
    json_string(writer, "map", "none");
}

static void toy_rows_open(const void *memory, const struct node_world *world,
                          const struct node_row_sink *sink)
{
    (void)memory;
    (void)world;
    (void)sink;
}

static uint64_t toy_view(const void *memory, const struct node_world *world, uint64_t since,
                         struct json_writer *writer)
{
    const struct toy_ledger *ledger = memory;
    (void)world;
    if (since == 0 || since != (uint64_t)ledger->heard + 1) {
        json_i64(writer, "heard", ledger->heard);
    }
    return (uint64_t)ledger->heard + 1;
}

static bool toy_explain(const void *memory, const struct node_world *world, uint32_t subject,
                        struct json_writer *writer)
{
    const struct toy_ledger *ledger = memory;
    (void)world;
    json_u64(writer, "subject", subject);
    return subject <= (uint32_t)ledger->heard;
}

const struct system TOY = {
    .name = "toy",
    .settings = SETTINGS,
    .setting_count = 5,
    .inputs = INPUTS,
    .input_count = 2,
    .notes = NOTES,
    .note_count = 2,
    .words = WORDS,
    .word_count = 3,
    .checks = CHECKS,
    .check_count = 1,
    .figures = FIGURES,
    .figure_count = 2,
    .tables = TABLES,
    .table_count = 1,
    .plan_bytes = sizeof(struct toy_plan),
    .load = toy_load,
    .nodes = toy_nodes,
    .plan_name = toy_name,
    .describe = toy_describe,
    .remedy = toy_remedy,
    .observer = &LEDGER,
    .figures_read = toy_figures,
    .judge = toy_judge,
    .rows_open = toy_rows_open,
    .view = toy_view,
    .explain = toy_explain,
};
