/* link_read.c - the body of a link is checked, and becomes a run of this program.
 *
 * Reading finds out that every byte is what it says it is; only then are names looked up. A name,
 * value or node that this program does not have is left out and counted, never guessed. */
#include "lab/link_body.h"

#include "lab/behaviour.h"
#include "lab/lab_internal.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_SHAPE, COLUMN_WHO, COLUMN_NUMBER, COLUMN_TIME, COLUMN_COUNT };
enum { NUMBER_MAX = 1 << 30 };

struct lab_link_body {
    struct link_bytes bytes;
    uint32_t string_count, shape_count;
    char strings[LAB_LINK_STRINGS_MAX][LAB_LINK_STRING_BYTES_MAX + 1];
    struct link_shape shapes[LAB_LINK_SHAPES_MAX];
    struct link_reader settings; /* the first of them */
    uint32_t setting_count;
    struct link_reader columns[COLUMN_COUNT]; /* where each begins */
    struct link_reader values[LAB_LINK_SHAPES_MAX][LAB_LINK_FIELDS_MAX];
    int64_t unit_ns;
};

/* ---- Reading ---- */

/* A number up to `max`, else the reader goes bad. */
static uint64_t get_up_to(struct link_reader *reader, uint64_t max)
{
    uint64_t value = link_get_number(reader);
    if (value > max) {
        reader->bad = true;
        reader->at = reader->end;
        return 0;
    }
    return value;
}

/* A text of one line: no control characters. */
static void get_line(struct link_reader *reader, char *to, size_t capacity)
{
    link_get_text(reader, to, capacity);
    for (const char *at = to; *at != '\0'; at++) {
        reader->bad = reader->bad || (unsigned char)*at < ' ' || *at == 0x7f;
    }
}

static uint32_t get_name(const struct lab_link_body *body, struct link_reader *reader)
{
    reader->bad = reader->bad || body->string_count == 0;
    return reader->bad ? 0 : (uint32_t)get_up_to(reader, body->string_count - 1);
}

static void read_scenario(struct link_reader *reader, struct lab_link *link)
{
    get_line(reader, link->scenario, sizeof link->scenario);
    link->scenario_hash = link_get_word(reader);
    char *text = malloc(LAB_SCENARIO_BYTES_MAX + 1);
    if (text == NULL) {
        abort();
    }
    link_get_text(reader, text, LAB_SCENARIO_BYTES_MAX + 1);
    if (text[0] == '\0') {
        free(text);
        text = NULL;
    }
    link->scenario_text = text;
}

static void read_head(struct link_reader *reader, struct lab_link *link)
{
    const int64_t last_ns = (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000000;
    reader->bad = link_get_number(reader) != LINK_FORMAT;
    read_scenario(reader, link);
    get_line(reader, link->behaviour_id, sizeof link->behaviour_id);
    link->seed = get_up_to(reader, LAB_SEED_MAX);
    link->edge_ns = (int64_t)get_up_to(reader, (uint64_t)last_ns);
    link->digest = link_get_word(reader);
    link->moment_ns = link->edge_ns - (int64_t)get_up_to(reader, (uint64_t)link->edge_ns);
    link->branch_ns = (int64_t)get_up_to(reader, (uint64_t)link->edge_ns + 1) - 1;
    get_line(reader, link->label, sizeof link->label);
}

static void read_value(const struct lab_link_body *body, struct link_reader *reader, uint32_t kind,
                       cJSON **value)
{
    *value = NULL;
    if (kind == LINK_STRING) {
        *value = cJSON_CreateString(body->strings[get_name(body, reader)]);
    } else if (kind == LINK_FLAG) {
        *value = cJSON_CreateBool(get_up_to(reader, 1) != 0);
    } else if (kind == LINK_STRINGS) {
        uint64_t count = get_up_to(reader, SIM_NODES_MAX);
        *value = cJSON_CreateArray();
        for (uint64_t i = 0; i < count; i++) {
            const char *name = body->strings[get_name(body, reader)];
            (void)cJSON_AddItemToArray(*value, cJSON_CreateString(name));
        }
    } else {
        int64_t number = link_get_signed(reader);
        *value = cJSON_CreateNumber(lab_decimal(number, kind - LINK_NUMBER));
    }
}

/* Reads over a value without making anything of it. */
static void skip_value(const struct lab_link_body *body, struct link_reader *reader, uint32_t kind)
{
    uint64_t count = kind == LINK_STRINGS ? get_up_to(reader, SIM_NODES_MAX) : 0;
    if (kind == LINK_STRING) {
        (void)get_name(body, reader);
    } else if (kind == LINK_FLAG) {
        (void)get_up_to(reader, 1);
    } else if (kind >= LINK_NUMBER) {
        (void)link_get_signed(reader);
    }
    for (uint64_t i = 0; i < count; i++) {
        (void)get_name(body, reader);
    }
}

static void read_names(struct link_reader *reader, struct lab_link_body *body)
{
    body->string_count = (uint32_t)get_up_to(reader, LAB_LINK_STRINGS_MAX);
    for (uint32_t i = 0; i < body->string_count && !reader->bad; i++) {
        get_line(reader, body->strings[i], sizeof body->strings[i]);
    }
    body->setting_count = (uint32_t)get_up_to(reader, LAB_SETTINGS_MAX);
    body->settings = *reader;
    for (uint32_t i = 0; i < body->setting_count && !reader->bad; i++) {
        (void)get_name(body, reader);
        skip_value(body, reader, (uint32_t)get_up_to(reader, LINK_KIND_COUNT - 1));
    }
}

static void read_shapes(struct link_reader *reader, struct lab_link_body *body)
{
    body->shape_count = (uint32_t)get_up_to(reader, LAB_LINK_SHAPES_MAX);
    for (uint32_t i = 0; i < body->shape_count && !reader->bad; i++) {
        struct link_shape *shape = &body->shapes[i];
        shape->type = get_name(body, reader);
        shape->field_count = (uint32_t)get_up_to(reader, LAB_LINK_FIELDS_MAX);
        for (uint32_t k = 0; k < shape->field_count; k++) {
            shape->fields[k].key = get_name(body, reader);
            shape->fields[k].kind = (uint32_t)get_up_to(reader, LINK_KIND_COUNT - 1);
        }
    }
}

/* Walks through each column once; how many inputs a shape has says how long its columns are. */
static void read_columns(struct link_reader *reader, struct lab_link *link,
                         struct lab_link_body *body)
{
    const int64_t last_ns = (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000000;
    uint32_t counts[LAB_LINK_SHAPES_MAX] = {0};
    int64_t time_ns = 0;
    int64_t number = 0;
    body->columns[COLUMN_SHAPE] = *reader;
    for (uint32_t i = 0; i < link->input_count && !reader->bad; i++) {
        reader->bad = body->shape_count == 0;
        counts[reader->bad ? 0 : get_up_to(reader, body->shape_count - 1)]++;
    }
    body->columns[COLUMN_WHO] = *reader;
    for (uint32_t i = 0; i < link->input_count && !reader->bad; i++) {
        const char *who = body->strings[get_name(body, reader)];
        reader->bad = reader->bad || strlen(who) >= LAB_WHO_BYTES;
    }
    body->columns[COLUMN_NUMBER] = *reader;
    for (uint32_t i = 0; i < link->input_count && !reader->bad; i++) {
        int64_t step = link_get_signed(reader);
        bool far = step < -NUMBER_MAX || step > NUMBER_MAX;
        number = far ? 0 : number + 1 + step;
        reader->bad = reader->bad || far || number < 1 || number > NUMBER_MAX;
    }
    body->columns[COLUMN_TIME] = *reader;
    for (uint32_t i = 0; i < link->input_count && !reader->bad; i++) {
        time_ns +=
            (int64_t)get_up_to(reader, (uint64_t)(last_ns - time_ns) / (uint64_t)body->unit_ns) *
            body->unit_ns;
    }
    for (uint32_t i = 0; i < body->shape_count; i++) {
        for (uint32_t k = 0; k < body->shapes[i].field_count; k++) {
            body->values[i][k] = *reader;
            for (uint32_t n = 0; n < counts[i] && !reader->bad; n++) {
                skip_value(body, reader, body->shapes[i].fields[k].kind);
            }
        }
    }
}

bool link_body_read(struct link_bytes *bytes, struct lab_link *link_out)
{
    struct lab_link link = {.branch_ns = -1};
    if (bytes->length == 0) { /* nothing that a reader could point at */
        free(bytes->at);
        *bytes = (struct link_bytes){0};
        return false;
    }
    struct lab_link_body *body = calloc(1, sizeof *body);
    if (body == NULL) {
        abort();
    }
    body->bytes = *bytes;
    link.body = body;
    *bytes = (struct link_bytes){0};
    struct link_reader reader = {.at = body->bytes.at, .end = body->bytes.at + body->bytes.length};
    read_head(&reader, &link);
    read_names(&reader, body);
    read_shapes(&reader, body);
    link.with_script = get_up_to(&reader, 1) != 0;
    body->unit_ns = (int64_t)get_up_to(&reader, 1000000);
    reader.bad =
        reader.bad || (body->unit_ns != 1 && body->unit_ns != 1000 && body->unit_ns != 1000000);
    link.input_count = (uint32_t)get_up_to(&reader, LAB_INPUTS_MAX);
    if (!reader.bad) {
        read_columns(&reader, &link, body);
    }
    if (reader.bad || reader.at != reader.end) {
        lab_link_free(&link);
        return false;
    }
    *link_out = link;
    return true;
}

void link_body_free(struct lab_link_body **body)
{
    if (*body != NULL) {
        free((*body)->bytes.at);
        free(*body);
        *body = NULL;
    }
}

/* ---- Opening ---- */

static void open_settings(const struct lab_link *link, struct lab_link_run *run)
{
    const struct lab_link_body *body = link->body;
    const struct system *system = run->scenario->system;
    struct link_reader reader = body->settings;
    memcpy(run->settings, run->scenario->settings, sizeof run->settings);
    for (uint32_t i = 0; i < body->setting_count; i++) {
        cJSON *value;
        uint32_t key = get_name(body, &reader);
        read_value(body, &reader, (uint32_t)link_get_number(&reader), &value);
        int index = lab_setting_find(system, body->strings[key], NULL);
        if (index < 0 ||
            lab_setting_parse(system, (uint32_t)index, value, &run->settings[index], NULL) != 0) {
            run->settings_left_out++;
        }
        cJSON_Delete(value);
    }
    assert(!reader.bad);
}

/* Cursors in the columns while inputs are read one by one. */
struct cursors {
    struct link_reader columns[COLUMN_COUNT];
    struct link_reader values[LAB_LINK_SHAPES_MAX][LAB_LINK_FIELDS_MAX];
    int64_t time_ns, number;
};

/* A setting that is fixed from the start cannot change later, in a link as little as in a request. */
static bool may_come_then(const struct lab_scenario *scenario, const struct sim_input *input)
{
    return input->type != SIM_INPUT_SETTING || input->time_ns == 0 ||
           scenario->system->settings[input->args[0]].live;
}

/* The next input; false when this program does not have it. */
static bool next_input(const struct lab_link_body *body, struct cursors *cursors,
                       const struct lab_scenario *scenario, struct sim_input *input)
{
    uint32_t index = (uint32_t)link_get_number(&cursors->columns[COLUMN_SHAPE]);
    const struct link_shape *shape = &body->shapes[index];
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "type", body->strings[shape->type]);
    for (uint32_t k = 0; k < shape->field_count; k++) {
        cJSON *value;
        read_value(body, &cursors->values[index][k], shape->fields[k].kind, &value);
        (void)cJSON_AddItemToObject(object, body->strings[shape->fields[k].key], value);
    }
    cursors->number += 1 + link_get_signed(&cursors->columns[COLUMN_NUMBER]);
    cursors->time_ns += (int64_t)link_get_number(&cursors->columns[COLUMN_TIME]) * body->unit_ns;
    bool known = lab_input_parse(scenario, object, input, NULL, NULL) == 0;
    input->time_ns = cursors->time_ns;
    cJSON_Delete(object);
    return known && may_come_then(scenario, input);
}

static void open_inputs(const struct lab_link *link, struct lab_link_run *run,
                        struct lab_inputs *carried)
{
    const struct lab_link_body *body = link->body;
    struct cursors *cursors = malloc(sizeof *cursors);
    if (cursors == NULL) {
        abort();
    }
    memcpy(cursors->columns, body->columns, sizeof cursors->columns);
    memcpy(cursors->values, body->values, sizeof cursors->values);
    cursors->time_ns = 0;
    cursors->number = 0;
    for (uint32_t i = 0; i < link->input_count; i++) {
        struct sim_input input;
        const char *who = body->strings[get_name(body, &cursors->columns[COLUMN_WHO])];
        if (next_input(body, cursors, run->scenario, &input)) {
            (void)lab_inputs_insert(carried, &input, (uint32_t)cursors->number, who);
        } else {
            run->inputs_left_out++;
        }
    }
    free(cursors);
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* No program writes the same number twice; a store could not keep such a run. */
static bool numbers_are_unique(const struct lab_inputs *inputs)
{
    uint32_t *numbers = malloc((inputs->count + (size_t)1) * sizeof *numbers);
    bool unique = true;
    if (numbers == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < inputs->count; i++) {
        numbers[i] = inputs->items[i].number;
    }
    qsort(numbers, inputs->count, sizeof *numbers, compare_numbers);
    for (uint32_t i = 1; i < inputs->count; i++) {
        unique = unique && numbers[i] != numbers[i - 1];
    }
    free(numbers);
    return unique;
}

static int open_scenario(const struct lab_link *link, struct lab_link_run *run,
                         struct lab_problem *problem)
{
    if (link->scenario_text != NULL) {
        return lab_scenario_parse(link->scenario, link->scenario_text, &run->scenario, problem);
    }
    return lab_scenario_load(link->scenario, false, &run->scenario, problem);
}

/* What people should know before they believe what they see. */
static void write_note(const struct lab_link *link, struct lab_link_run *run, bool same_behaviour,
                       bool same_scenario)
{
    struct text text = text_init(run->note, sizeof run->note);
    if (run->same_version) {
        return;
    }
    text_add(&text, !same_behaviour ? "The link was made by another version of the program (" : "");
    if (!same_behaviour) {
        text_add(&text, link->behaviour_id);
        text_add(&text, ", this one is ");
        text_add(&text, lab_behaviour_id());
        text_add(&text, "). ");
    }
    if (!same_scenario) {
        text_add(&text, "The scenario ");
        text_add(&text, link->scenario);
        text_add(&text, " has changed since. ");
    }
    if (run->settings_left_out + run->inputs_left_out > 0) {
        text_add_u64(&text, run->settings_left_out);
        text_add(&text, " settings and ");
        text_add_u64(&text, run->inputs_left_out);
        text_add(&text, " inputs do not exist here and were left out. ");
    }
    text_add(&text, "This is a new run, and need not be the one that was meant.");
}

int lab_link_open(const struct lab_link *link, struct lab_link_run *run_out,
                  struct lab_problem *problem)
{
    struct lab_link_run run = {0};
    struct lab_inputs carried = {0};
    int status = open_scenario(link, &run, problem);
    if (status != 0) {
        return status;
    }
    bool same_behaviour = strcmp(link->behaviour_id, lab_behaviour_id()) == 0;
    bool same_scenario = lab_link_scenario_hash(run.scenario->text) == link->scenario_hash;
    open_settings(link, &run);
    open_inputs(link, &run, &carried);
    run.same_version =
        same_behaviour && same_scenario && run.settings_left_out + run.inputs_left_out == 0;
    if (link->with_script) {
        link_merge(run.scenario->script, &carried, &run.inputs);
        lab_inputs_free(&carried);
    } else {
        run.inputs = carried;
    }
    write_note(link, &run, same_behaviour, same_scenario);
    if (!numbers_are_unique(&run.inputs) || run.inputs.count > LAB_INPUTS_MAX) {
        lab_link_run_free(&run);
        return lab_refuse(problem, LAB_UNPROCESSABLE, "the link numbers its inputs wrongly");
    }
    *run_out = run;
    return 0;
}

void lab_link_run_free(struct lab_link_run *run)
{
    lab_inputs_free(&run->inputs);
    lab_scenario_free(&run->scenario);
}
