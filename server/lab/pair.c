/* pair.c - two runs side by side. */
#include "lab/pair.h"

#include "base/digest.h"
#include "lab/documents.h"
#include "lab/notes.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURES_MAX = 64, STORY_MAX = 200000 };
static const int64_t STRETCH_NS = 5 * INT64_C(1000000000);
static const int64_t NS_PER_US = 1000;

/* ---- What happened in a stretch, for one side ---- */

struct seen_event {
    struct sim_trace trace;
    uint64_t hash; /* of all that its node saw */
};

/* Both lists grow to the largest stretch and are then used again. */
struct stretch {
    struct lab_pair *pair;
    uint32_t side;
    bool looking;
    uint32_t event_count, event_capacity;
    struct seen_event *events; /* of one stretch */
    uint32_t story_count, story_capacity, told;
    struct story_note {
        struct node_note note;
        uint32_t number; /* in order of time */
    } * story;           /* notes about subjects, since the first other event */
};

/* Room for one more. */
static void *grown(void *list, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity) {
        return list;
    }
    *capacity = *capacity == 0 ? 1024 : *capacity * 2;
    void *larger = realloc(list, *capacity * size);
    if (larger == NULL) {
        abort();
    }
    return larger;
}

/* A changed setting is what is compared, not a consequence. */
static void see_event(void *context, const struct sim_trace *trace)
{
    struct stretch *stretch = context;
    struct digest digest = digest_init();
    if (trace->event == 0 || trace->kind == NODE_EVENT_SETTING) {
        return;
    }
    digest_words(&digest, (uint64_t)trace->time_ns,
                 trace->kind | (uint64_t)trace->id << 8 | (uint64_t)trace->type << 16 |
                     (uint64_t)trace->node << 32);
    if (trace->bytes != NULL) {
        digest_bytes(&digest, trace->bytes, trace->length);
    }
    stretch->events = grown(stretch->events, stretch->event_count, &stretch->event_capacity,
                            sizeof *stretch->events);
    stretch->events[stretch->event_count] =
        (struct seen_event){.trace = *trace, .hash = digest_value(&digest)};
    stretch->events[stretch->event_count++].trace.bytes = NULL;
}

static void see_note(void *context, const struct node_note *note, const struct system_note *known)
{
    struct stretch *stretch = context;
    if (!stretch->looking || known->detail || note->subject == NODE_NONE ||
        stretch->story_count == STORY_MAX) {
        return;
    }
    stretch->story = grown(stretch->story, stretch->story_count, &stretch->story_capacity,
                           sizeof *stretch->story);
    stretch->story[stretch->story_count] =
        (struct story_note){.note = *note, .number = stretch->told++};
    stretch->story_count++;
}

static void see_row(void *context, const struct node_row *row)
{
    struct stretch *stretch = context;
    struct lab_pair *pair = stretch->pair;
    uint32_t side = stretch->side;
    const struct system *system = pair->sides[side]->scenario->system;
    if (row->table != lab_show_table(system, "metrics")) {
        return;
    }
    pair->rows[side] = grown(pair->rows[side], pair->row_count[side], &pair->row_capacity[side],
                             sizeof *pair->rows[side]);
    pair->rows[side][pair->row_count[side]++] = *row;
}

/* ---- Where they came apart: the first event ---- */

static uint32_t first_other_event(const struct stretch *a, const struct stretch *b)
{
    uint32_t i = 0;
    while (i < a->event_count && i < b->event_count && a->events[i].hash == b->events[i].hash) {
        i++;
    }
    return i;
}

/* "dispatcher gets a message: place from customers" */
static void describe_event(const struct lab_scenario *scenario, const struct sim_trace *trace,
                           struct lab_parting_side *side)
{
    static const char *const KINDS[] = {"starts",           "gets a message",  "has a timer",
                                        "finished a write", "finished a read", "gets an input"};
    struct text text = text_init(side->words, sizeof side->words);
    const struct node_protocol *protocol = scenario->nodes[trace->node].protocol;
    text_add(&text, scenario->nodes[trace->node].name);
    text_add_char(&text, ' ');
    text_add(&text, KINDS[trace->kind]);
    if (trace->kind == NODE_EVENT_MESSAGE && trace->type < protocol->message_count) {
        text_add(&text, ": ");
        text_add(&text, protocol->messages[trace->type].name);
        text_add(&text, " from ");
        text_add(&text, scenario->nodes[trace->from].name);
    }
    side->there = true;
    side->time_ns = trace->time_ns;
    side->event = trace->event;
    side->node = trace->node;
    side->subject = trace->subject;
}

static void find_event(struct lab_pair *pair, const struct stretch stretches[LAB_SIDES])
{
    struct lab_parting *parting = &pair->first_event;
    uint32_t at = first_other_event(&stretches[0], &stretches[1]);
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        if (at < stretches[side].event_count) {
            describe_event(pair->sides[side]->scenario, &stretches[side].events[at].trace,
                           &parting->sides[side]);
            parting->found = true;
        }
    }
}

/* ---- The first decision ---- */

/* A step more on one side shifts all later times by microseconds, and says nothing. So from the first
 * other event on, what happens to each subject (order) is compared: its first, second, third note. */
static int compare_subjects(const void *left, const void *right)
{
    const struct story_note *a = left;
    const struct story_note *b = right;
    if (a->note.subject != b->note.subject) {
        return a->note.subject < b->note.subject ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool same_happening(const struct node_note *a, const struct node_note *b)
{
    return a->kind == b->kind && a->node == b->node && a->peer == b->peer;
}

static void describe_note(const struct lab_scenario *scenario, const struct node_note *note,
                          struct lab_parting_side *side)
{
    struct text text = text_init(side->words, sizeof side->words);
    lab_words_note(scenario, note, &text);
    side->there = true;
    side->noted = true;
    side->note = *note;
    side->time_ns = note->time_ns;
    side->event = note->event;
    side->node = note->node;
    side->subject = note->subject;
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

/* Both stories are sorted by subject. The earliest pair of notes that say different things. */
static void find_decision(struct lab_pair *pair, const struct stretch stretches[LAB_SIDES])
{
    const struct stretch *a = &stretches[0];
    const struct stretch *b = &stretches[1];
    const struct node_note *found[LAB_SIDES] = {NULL, NULL};
    int64_t found_ns = INT64_MAX;
    uint32_t i = 0;
    uint32_t k = 0;
    while (i < a->story_count && k < b->story_count) {
        const struct node_note *one = &a->story[i].note;
        const struct node_note *two = &b->story[k].note;
        if (one->subject != two->subject) {
            i += one->subject < two->subject;
            k += two->subject < one->subject;
            continue;
        }
        int64_t time_ns = earlier(one->time_ns, two->time_ns);
        if (same_happening(one, two)) {
            i++;
            k++;
            continue;
        }
        if (time_ns < found_ns) {
            found[0] = one;
            found[1] = two;
            found_ns = time_ns;
        }
        uint32_t subject = one->subject; /* what follows for it is a consequence */
        while (i < a->story_count && a->story[i].note.subject == subject) {
            i++;
        }
        while (k < b->story_count && b->story[k].note.subject == subject) {
            k++;
        }
    }
    for (uint32_t side = 0; side < LAB_SIDES && found[side] != NULL; side++) {
        pair->decision.found = true;
        describe_note(pair->sides[side]->scenario, found[side], &pair->decision.sides[side]);
    }
}

static void look_for_divergence(struct lab_pair *pair, struct stretch stretches[LAB_SIDES])
{
    if (!pair->first_event.found) {
        find_event(pair, stretches);
    }
    if (!pair->first_event.found) { /* the same up to here: forget it */
        stretches[0].story_count = stretches[1].story_count = 0;
        return;
    }
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        qsort(stretches[side].story, stretches[side].story_count, sizeof *stretches[side].story,
              compare_subjects);
    }
    find_decision(pair, stretches);
}

/* Is something still looked for? */
static bool is_looking(const struct lab_pair *pair, const struct stretch stretches[LAB_SIDES])
{
    return !pair->decision.found && stretches[0].story_count < STORY_MAX &&
           stretches[1].story_count < STORY_MAX;
}

/* ---- Going on ---- */

static void listen(struct lab_course *course, struct stretch *stretch)
{
    course->context = stretch;
    course->note = see_note;
    course->row = see_row;
    course->applied = NULL;
    course->sim.tracer = (struct sim_tracer){stretch, see_event};
}

static bool given_up(const struct lab_pair *pair)
{
    return pair->give_up != NULL && atomic_load(pair->give_up);
}

/* Both over one stretch. False when one of them was halted. */
static bool stretch_run(struct lab_pair *pair, struct stretch stretches[LAB_SIDES], int64_t end_ns)
{
    bool going = true;
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        stretches[side].event_count = 0;
        going = lab_course_run(pair->sides[side], end_ns, UINT64_MAX) == SIM_REACHED && going;
    }
    bool looking = is_looking(pair, stretches);
    if (looking) {
        look_for_divergence(pair, stretches);
        looking = is_looking(pair, stretches);
    }
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        stretches[side].looking = looking;
        if (pair->first_event.found) {
            pair->sides[side]->sim.tracer.trace = NULL;
        }
    }
    return going;
}

bool lab_pair_run(struct lab_pair *pair)
{
    struct stretch stretches[LAB_SIDES] = {{.pair = pair, .side = 0, .looking = true},
                                           {.pair = pair, .side = 1, .looking = true}};
    bool going = true;
    assert(pair->sides[0]->scenario->system == pair->sides[1]->scenario->system);
    assert(pair->sides[0]->scenario->system->figure_count <= FIGURES_MAX);
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        assert(sim_steps(&pair->sides[side]->sim) == 0);
        listen(pair->sides[side], &stretches[side]);
    }
    int64_t at_ns = 0;
    while (going && at_ns < pair->until_ns && !given_up(pair)) {
        at_ns = pair->until_ns - at_ns > STRETCH_NS ? at_ns + STRETCH_NS : pair->until_ns;
        going = stretch_run(pair, stretches, at_ns);
    }
    pair->reached_ns = INT64_MAX;
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        int64_t now_ns = lab_course_now_ns(pair->sides[side]);
        pair->reached_ns = now_ns < pair->reached_ns ? now_ns : pair->reached_ns;
        lab_course_figures(pair->sides[side], pair->figures[side]);
        free(stretches[side].events);
        free(stretches[side].story);
    }
    return !given_up(pair);
}

void lab_pair_free(struct lab_pair *pair)
{
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        free(pair->rows[side]);
        pair->rows[side] = NULL;
    }
}

/* ---- As a document ---- */

int lab_pair_better(const struct system_figure *figure, int64_t a, int64_t b)
{
    if (figure->better == SYSTEM_NEITHER || a == b || a == NODE_CELL_NULL || b == NODE_CELL_NULL) {
        return 0;
    }
    return (a < b) == (figure->better == SYSTEM_LOWER) ? -1 : 1;
}

static void add_number(cJSON *object, const char *field, int64_t value, unsigned decimals)
{
    if (value == NODE_CELL_NULL) {
        (void)cJSON_AddNullToObject(object, field);
    } else {
        (void)cJSON_AddNumberToObject(object, field, lab_decimal(value, decimals));
    }
}

static cJSON *row_json(const struct lab_pair *pair, uint32_t index)
{
    const struct system_figure *figure = &pair->sides[0]->scenario->system->figures[index];
    int64_t a = pair->figures[0][index];
    int64_t b = pair->figures[1][index];
    int better = lab_pair_better(figure, a, b);
    cJSON *row = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(row, "figure", figure->name);
    (void)cJSON_AddStringToObject(row, "unit", figure->unit);
    (void)cJSON_AddNumberToObject(row, "decimals", figure->decimals);
    add_number(row, "a", a, figure->decimals);
    add_number(row, "b", b, figure->decimals);
    add_number(row, "diff", a == NODE_CELL_NULL || b == NODE_CELL_NULL ? NODE_CELL_NULL : b - a,
               figure->decimals);
    if (better == 0) {
        (void)cJSON_AddNullToObject(row, "better");
    } else {
        (void)cJSON_AddStringToObject(row, "better", better < 0 ? "a" : "b");
    }
    return row;
}

/* The sides of a parting, and the time of the earlier one. */
static cJSON *parting_json(const struct lab_scenario *scenario, const struct lab_parting *parting)
{
    static const char *const NAMES[LAB_SIDES] = {"a", "b"};
    cJSON *object = cJSON_CreateObject();
    int64_t time_ns = INT64_MAX;
    for (uint32_t i = 0; i < LAB_SIDES; i++) {
        const struct lab_parting_side *side = &parting->sides[i];
        if (!side->there) {
            (void)cJSON_AddNullToObject(object, NAMES[i]);
            continue;
        }
        time_ns = earlier(time_ns, side->time_ns);
        cJSON *item = cJSON_AddObjectToObject(object, NAMES[i]);
        (void)cJSON_AddStringToObject(item, "text", side->words);
        if (side->noted) {
            (void)cJSON_AddItemToObject(item, "note", lab_note_json(scenario, &side->note));
        }
        (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(side->time_ns / NS_PER_US, 3));
        (void)cJSON_AddNumberToObject(item, "event", (double)side->event);
        (void)cJSON_AddNumberToObject(item, "node", side->node);
        if (side->subject != NODE_NONE) {
            (void)cJSON_AddNumberToObject(item, "subject", side->subject);
        }
    }
    (void)cJSON_AddNumberToObject(object, "t_ms", lab_decimal(time_ns / NS_PER_US, 3));
    return object;
}

/* Settings whose values differ at the beginning. */
static cJSON *changes_json(const struct lab_pair *pair)
{
    const struct system *system = pair->sides[0]->scenario->system;
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < system->setting_count; i++) {
        int64_t a = pair->sides[0]->settings[i];
        int64_t b = pair->sides[1]->settings[i];
        if (a != b) {
            cJSON *item = cJSON_CreateObject();
            (void)cJSON_AddStringToObject(item, "setting", system->settings[i].key);
            (void)cJSON_AddItemToObject(item, "a", lab_setting_json(&system->settings[i], a));
            (void)cJSON_AddItemToObject(item, "b", lab_setting_json(&system->settings[i], b));
            (void)cJSON_AddItemToArray(list, item);
        }
    }
    return list;
}

/* Index of the first input at a time or later: a run may have had 100,000 of them. */
static uint32_t first_input_at(const struct lab_inputs *inputs, int64_t time_ns)
{
    uint32_t low = 0;
    uint32_t high = inputs->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (inputs->items[middle].input.time_ns < time_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_input(const struct lab_inputs *inputs, const struct sim_input *input)
{
    for (uint32_t i = first_input_at(inputs, input->time_ns);
         i < inputs->count && inputs->items[i].input.time_ns == input->time_ns; i++) {
        if (memcmp(&inputs->items[i].input, input, sizeof *input) == 0) {
            return true;
        }
    }
    return false;
}

enum { INPUTS_TOLD_MAX = 50 };

/* Inputs that only one of them has had, in order of time. */
static void add_inputs(const struct lab_pair *pair, uint32_t side, const char *name, cJSON *list)
{
    const struct lab_course *course = pair->sides[side];
    const struct lab_inputs *others = &pair->sides[1 - side]->inputs;
    for (uint32_t i = 0; i < course->inputs_done && cJSON_GetArraySize(list) < INPUTS_TOLD_MAX;
         i++) {
        const struct sim_input *input = &course->inputs.items[i].input;
        if (!has_input(others, input)) {
            cJSON *item = lab_input_json(course->scenario, input);
            (void)cJSON_AddStringToObject(item, "side", name);
            (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(input->time_ns / NS_PER_US, 3));
            (void)cJSON_AddItemToArray(list, item);
        }
    }
}

struct cJSON *lab_pair_json(const struct lab_pair *pair)
{
    const struct system *system = pair->sides[0]->scenario->system;
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(object, "until_ms", lab_decimal(pair->reached_ns / NS_PER_US, 3));
    (void)cJSON_AddItemToObject(object, "changes", changes_json(pair));
    cJSON *inputs = cJSON_AddArrayToObject(object, "inputs");
    add_inputs(pair, 0, "a", inputs);
    add_inputs(pair, 1, "b", inputs);
    cJSON *rows = cJSON_AddArrayToObject(object, "rows");
    for (uint32_t i = 0; i < system->figure_count; i++) {
        (void)cJSON_AddItemToArray(rows, row_json(pair, i));
    }
    (void)cJSON_AddItemToObject(object, "first_event",
                                pair->first_event.found
                                    ? parting_json(pair->sides[0]->scenario, &pair->first_event)
                                    : cJSON_CreateNull());
    (void)cJSON_AddItemToObject(
        object, "divergence",
        pair->decision.found      ? parting_json(pair->sides[0]->scenario, &pair->decision)
        : pair->first_event.found ? parting_json(pair->sides[0]->scenario, &pair->first_event)
                                  : cJSON_CreateNull());
    return object;
}

/* ---- As a table ---- */

/* The table of figures with a column in front that says whose they are. */
static void sided_table(const struct lab_table *from, struct lab_table *to)
{
    assert(from->column_count + 1 <= LAB_COLUMNS_MAX);
    *to = *from;
    to->name = "comparison";
    to->column_count = from->column_count + 1;
    memmove(&to->columns[1], &from->columns[0], from->column_count * sizeof from->columns[0]);
    to->columns[0] = (struct lab_column){
        .name = "side", .unit = "", .meaning = "A, B, or B-A: the difference", .type = STORE_TEXT};
}

static void sided_row(const struct lab_scenario *scenario, const struct node_row *from,
                      const char *side, struct lab_row *to)
{
    struct lab_row plain;
    lab_row_convert(scenario, from, &plain);
    *to = (struct lab_row){.table = plain.table, .time_ns = plain.time_ns};
    to->cells[0] = (struct lab_cell){.kind = LAB_CELL_TEXT, .text = side};
    memcpy(&to->cells[1], plain.cells, from->cell_count * sizeof plain.cells[0]);
}

/* Numbers are subtracted; a text has no difference. */
static void difference_row(const struct lab_row *a, const struct lab_row *b, uint32_t columns,
                           struct lab_row *to)
{
    *to = *b;
    to->cells[0].text = "B-A";
    for (uint32_t i = 1; i < columns; i++) {
        bool numbers = a->cells[i].kind == LAB_CELL_NUMBER && b->cells[i].kind == LAB_CELL_NUMBER;
        to->cells[i] = (struct lab_cell){.kind = numbers ? LAB_CELL_NUMBER : LAB_CELL_NULL,
                                         .value = b->cells[i].value - a->cells[i].value};
    }
}

void lab_pair_csv(const struct lab_pair *pair, char run_ids[LAB_SIDES][LAB_RUN_ID_BYTES],
                  struct lab_pieces *pieces)
{
    const struct lab_scenario *scenario = pair->sides[0]->scenario;
    const struct lab_tables *tables = lab_tables(scenario->system);
    int32_t metrics = lab_show_table(scenario->system, "metrics");
    struct lab_table table;
    struct lab_csv csv[LAB_SIDES];
    struct lab_row rows[LAB_SIDES + 1];
    static const char *const NAMES[LAB_SIDES] = {"A", "B"};
    assert(metrics >= 0);
    sided_table(&tables->tables[LAB_OWN_TABLES + metrics], &table);
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        lab_csv_begin(&csv[side], LAB_EXPORT_PLAIN, run_ids[side], pair->sides[side]->seed,
                      pair->sides[side]->scenario);
    }
    lab_csv_header(&csv[0], &table, &pieces->text);
    uint32_t count =
        pair->row_count[0] < pair->row_count[1] ? pair->row_count[0] : pair->row_count[1];
    for (uint32_t i = 0; i < count && lab_pieces_room(pieces); i++) {
        for (uint32_t side = 0; side < LAB_SIDES; side++) {
            sided_row(pair->sides[side]->scenario, &pair->rows[side][i], NAMES[side], &rows[side]);
        }
        difference_row(&rows[0], &rows[1], table.column_count, &rows[2]);
        for (uint32_t row = 0; row <= LAB_SIDES && lab_pieces_room(pieces); row++) {
            lab_csv_row(&csv[row == 0 ? 0 : 1], &table, &rows[row], &pieces->text);
        }
    }
}
