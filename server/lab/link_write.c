/* link_write.c - a run becomes the body of a link.
 *
 * Inputs are taken in the form that they have everywhere (input.h), as JSON. Those of one type with
 * the same arguments share a shape, and each argument of a shape is a column of its own. */
#include "lab/link_body.h"

#include "lab/behaviour.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_SLOTS = 4096, DECIMALS_MAX = 15 };
_Static_assert(TABLE_SLOTS > 2 * LAB_LINK_STRINGS_MAX, "a free slot is near");
static const double WHOLE_MAX = 9007199254740992.0; /* a double counts up to here */

struct writer {
    uint32_t string_count;
    char strings[LAB_LINK_STRINGS_MAX][LAB_LINK_STRING_BYTES_MAX + 1];
    uint32_t slots[TABLE_SLOTS]; /* index of a string, plus one */
    uint32_t shape_count;
    struct link_shape shapes[LAB_LINK_SHAPES_MAX];
    struct link_bytes settings, shape, who, number, time;
    struct link_bytes values[LAB_LINK_SHAPES_MAX][LAB_LINK_FIELDS_MAX];
    bool failed; /* it holds what a link has no form for */
};

/* ---- Names ---- */

static uint32_t intern(struct writer *writer, const char *string)
{
    uint32_t hash = 2166136261u;
    size_t length = strlen(string);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (uint8_t)string[i]) * 16777619u;
    }
    uint32_t slot = hash % TABLE_SLOTS;
    while (writer->slots[slot] != 0) {
        uint32_t index = writer->slots[slot] - 1;
        if (strcmp(writer->strings[index], string) == 0) {
            return index;
        }
        slot = (slot + 1) % TABLE_SLOTS;
    }
    if (length > LAB_LINK_STRING_BYTES_MAX || writer->string_count == LAB_LINK_STRINGS_MAX) {
        writer->failed = true;
        return 0;
    }
    uint32_t index = writer->string_count++;
    memcpy(writer->strings[index], string, length + 1);
    writer->slots[slot] = index + 1;
    return index;
}

/* ---- Values ---- */

/* With as many decimals as it needs; what has none of at most 15 cannot be a value of ours. */
static uint32_t number_kind(struct writer *writer, double number, int64_t *value)
{
    for (unsigned decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
        if (fabs(number) < WHOLE_MAX && lab_decimal_parse(number, decimals, value) &&
            lab_decimal(*value, decimals) == number) { /* exactly: it is to come back the same */
            return LINK_NUMBER + decimals;
        }
    }
    writer->failed = true;
    *value = 0;
    return LINK_NUMBER;
}

static uint32_t kind_of(struct writer *writer, const cJSON *item)
{
    int64_t value;
    if (cJSON_IsString(item)) {
        return LINK_STRING;
    }
    if (cJSON_IsBool(item)) {
        return LINK_FLAG;
    }
    if (cJSON_IsArray(item)) {
        return LINK_STRINGS;
    }
    return number_kind(writer, item->valuedouble, &value);
}

static void put_value(struct writer *writer, struct link_bytes *to, const cJSON *item)
{
    if (cJSON_IsString(item)) {
        link_put_number(to, intern(writer, item->valuestring));
    } else if (cJSON_IsBool(item)) {
        link_put_number(to, cJSON_IsTrue(item) ? 1 : 0);
    } else if (cJSON_IsArray(item)) {
        link_put_number(to, (uint64_t)cJSON_GetArraySize(item));
        const cJSON *name;
        cJSON_ArrayForEach(name, item)
        {
            link_put_number(to, intern(writer, name->valuestring));
        }
    } else {
        int64_t value;
        (void)number_kind(writer, item->valuedouble, &value);
        link_put_signed(to, value);
    }
}

/* ---- Settings ---- */

static void put_settings(struct writer *writer, const struct lab_course *course)
{
    const struct system *system = course->scenario->system;
    uint32_t count = 0;
    for (uint32_t i = 0; i < system->setting_count; i++) {
        count += course->settings[i] != course->scenario->settings[i];
    }
    link_put_number(&writer->settings, count);
    for (uint32_t i = 0; i < system->setting_count; i++) {
        if (course->settings[i] == course->scenario->settings[i]) {
            continue;
        }
        cJSON *value = lab_setting_json(&system->settings[i], course->settings[i]);
        link_put_number(&writer->settings, intern(writer, system->settings[i].key));
        link_put_number(&writer->settings, kind_of(writer, value));
        put_value(writer, &writer->settings, value);
        cJSON_Delete(value);
    }
}

/* ---- Inputs ---- */

static struct link_shape shape_of(struct writer *writer, const cJSON *body)
{
    struct link_shape shape;
    memset(&shape, 0, sizeof shape); /* compared as bytes */
    for (const cJSON *item = body->child; item != NULL; item = item->next) {
        if (strcmp(item->string, "type") == 0) {
            shape.type = intern(writer, item->valuestring);
        } else if (shape.field_count == LAB_LINK_FIELDS_MAX) {
            writer->failed = true;
        } else {
            struct link_field *field = &shape.fields[shape.field_count++];
            field->key = intern(writer, item->string);
            field->kind = kind_of(writer, item);
        }
    }
    return shape;
}

static uint32_t shape_find(struct writer *writer, const struct link_shape *shape)
{
    for (uint32_t i = 0; i < writer->shape_count; i++) {
        if (memcmp(&writer->shapes[i], shape, sizeof *shape) == 0) {
            return i;
        }
    }
    if (writer->shape_count == LAB_LINK_SHAPES_MAX) {
        writer->failed = true;
        return 0;
    }
    writer->shapes[writer->shape_count] = *shape;
    return writer->shape_count++;
}

static void put_input(struct writer *writer, const struct lab_scenario *scenario,
                      const struct lab_input *input)
{
    cJSON *body = lab_input_json(scenario, &input->input);
    struct link_shape shape = shape_of(writer, body);
    uint32_t index = shape_find(writer, &shape);
    uint32_t field = 0;
    link_put_number(&writer->shape, index);
    link_put_number(&writer->who, intern(writer, input->who));
    for (const cJSON *item = body->child; item != NULL && !writer->failed; item = item->next) {
        if (strcmp(item->string, "type") != 0) {
            put_value(writer, &writer->values[index][field++], item);
        }
    }
    cJSON_Delete(body);
}

/* People's inputs come at whole microseconds, scripts' at whole milliseconds. */
static int64_t unit_of(const struct lab_inputs *inputs)
{
    int64_t unit_ns = 1000000;
    for (uint32_t i = 0; i < inputs->count; i++) {
        while (inputs->items[i].input.time_ns % unit_ns != 0) {
            unit_ns /= 1000;
        }
    }
    return unit_ns;
}

static void put_inputs(struct writer *writer, const struct lab_scenario *scenario,
                       const struct lab_inputs *inputs, int64_t unit_ns)
{
    int64_t time_ns = 0;
    int64_t number = 0;
    for (uint32_t i = 0; i < inputs->count && !writer->failed; i++) {
        const struct lab_input *input = &inputs->items[i];
        assert(input->input.time_ns >= time_ns);
        put_input(writer, scenario, input);
        link_put_signed(&writer->number, (int64_t)input->number - number - 1);
        link_put_number(&writer->time, (uint64_t)((input->input.time_ns - time_ns) / unit_ns));
        number = input->number;
        time_ns = input->input.time_ns;
    }
}

/* ---- Whose inputs the scenario brings along ---- */

/* The numbers from 1 on that no carried input has: as many as the script has inputs. */
static uint32_t *free_numbers(const struct lab_inputs *script, const struct lab_inputs *carried)
{
    size_t total = (size_t)script->count + carried->count;
    bool *taken = calloc(total + 1, sizeof *taken);
    uint32_t *numbers = calloc((size_t)script->count + 1, sizeof *numbers);
    uint32_t count = 0;
    if (taken == NULL || numbers == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < carried->count; i++) {
        if (carried->items[i].number <= total) {
            taken[carried->items[i].number] = true;
        }
    }
    for (uint32_t number = 1; count < script->count; number++) {
        assert(number <= total);
        if (!taken[number]) {
            numbers[count++] = number;
        }
    }
    free(taken);
    return numbers;
}

void link_merge(const struct lab_inputs *script, const struct lab_inputs *carried,
                struct lab_inputs *merged)
{
    uint32_t *numbers = free_numbers(script, carried);
    for (uint32_t i = 0; i < script->count; i++) {
        const struct lab_input *item = &script->items[i];
        assert(item->number >= 1 && item->number <= script->count);
        (void)lab_inputs_insert(merged, &item->input, numbers[item->number - 1], item->who);
    }
    for (uint32_t i = 0; i < carried->count; i++) {
        const struct lab_input *item = &carried->items[i];
        (void)lab_inputs_insert(merged, &item->input, item->number, item->who);
    }
    free(numbers);
}

static bool inputs_equal(const struct lab_inputs *left, const struct lab_inputs *right)
{
    bool equal = left->count == right->count;
    for (uint32_t i = 0; i < left->count && equal; i++) {
        const struct lab_input *a = &left->items[i];
        const struct lab_input *b = &right->items[i];
        equal = a->number == b->number && strcmp(a->who, b->who) == 0 &&
                memcmp(&a->input, &b->input, sizeof a->input) == 0;
    }
    return equal;
}

/* What the link must carry: all that is not the script's. False when script and rest would not give
 * the run's very list again (a run from which some of the script was taken): then it carries all. */
static bool leave_script_out(const struct lab_course *course, struct lab_inputs *carried)
{
    const struct lab_inputs *script = course->scenario->script;
    struct lab_inputs merged = {0};
    uint32_t found = 0;
    for (uint32_t i = 0; i < course->inputs.count; i++) {
        const struct lab_input *item = &course->inputs.items[i];
        if (found < script->count && strcmp(item->who, script->items[found].who) == 0 &&
            memcmp(&item->input, &script->items[found].input, sizeof item->input) == 0) {
            found++;
        } else {
            (void)lab_inputs_insert(carried, &item->input, item->number, item->who);
        }
    }
    link_merge(script, carried, &merged);
    bool same = inputs_equal(&merged, &course->inputs);
    lab_inputs_free(&merged);
    return same;
}

/* ---- The edge ---- */

static bool is_settled(const struct lab_course *course)
{
    int64_t now_ns = lab_course_now_ns(course);
    bool due = course->inputs_done < course->inputs.count &&
               course->inputs.items[course->inputs_done].input.time_ns <= now_ns;
    return !due && sim_next_ns(&course->sim) > now_ns;
}

/* When all of this moment has happened: what comes of computing the run up to it. */
uint64_t lab_link_digest(const struct lab_course *course)
{
    if (is_settled(course)) {
        return sim_digest(&course->sim);
    }
    struct lab_fork fork;
    struct error error;
    int64_t now_ns = lab_course_now_ns(course);
    lab_fork_open(&fork, course);
    (void)sim_run(&fork.sim, now_ns, UINT64_MAX);
    for (uint32_t i = course->inputs_done;
         i < course->inputs.count && course->inputs.items[i].input.time_ns == now_ns; i++) {
        (void)sim_apply(&fork.sim, &course->inputs.items[i].input, &error);
        (void)sim_run(&fork.sim, now_ns, UINT64_MAX);
    }
    uint64_t digest = sim_digest(&fork.sim);
    lab_fork_close(&fork);
    return digest;
}

/* ---- The whole ---- */

static void put_head(struct link_bytes *to, const struct lab_course *course, int64_t moment_ns,
                     const char *label, int64_t branch_ns)
{
    const struct lab_scenario *scenario = course->scenario;
    int64_t edge_ns = lab_course_now_ns(course);
    link_put_number(to, LINK_FORMAT);
    link_put_text(to, scenario->name);
    link_put_word(to, lab_link_scenario_hash(scenario->text));
    link_put_text(to, lab_scenario_is_in_catalogue(scenario) ? "" : scenario->text);
    link_put_text(to, lab_behaviour_id());
    link_put_number(to, course->seed);
    link_put_number(to, (uint64_t)edge_ns);
    link_put_word(to, lab_link_digest(course));
    link_put_number(to, (uint64_t)(moment_ns < edge_ns ? edge_ns - moment_ns : 0));
    link_put_number(to, (uint64_t)(branch_ns + 1));
    link_put_text(to, label == NULL ? "" : label);
}

static void put_names(struct link_bytes *to, const struct writer *writer)
{
    link_put_number(to, writer->string_count);
    for (uint32_t i = 0; i < writer->string_count; i++) {
        link_put_text(to, writer->strings[i]);
    }
    link_put(to, writer->settings.at, writer->settings.length);
    link_put_number(to, writer->shape_count);
    for (uint32_t i = 0; i < writer->shape_count; i++) {
        const struct link_shape *shape = &writer->shapes[i];
        link_put_number(to, shape->type);
        link_put_number(to, shape->field_count);
        for (uint32_t k = 0; k < shape->field_count; k++) {
            link_put_number(to, shape->fields[k].key);
            link_put_number(to, shape->fields[k].kind);
        }
    }
}

static void put_columns(struct link_bytes *to, const struct writer *writer)
{
    const struct link_bytes *const common[] = {&writer->shape, &writer->who, &writer->number,
                                               &writer->time};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        link_put(to, common[i]->at, common[i]->length);
    }
    for (uint32_t i = 0; i < writer->shape_count; i++) {
        for (uint32_t k = 0; k < writer->shapes[i].field_count; k++) {
            link_put(to, writer->values[i][k].at, writer->values[i][k].length);
        }
    }
}

static void writer_free(struct writer *writer)
{
    struct link_bytes *const common[] = {&writer->settings, &writer->shape, &writer->who,
                                         &writer->number, &writer->time};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        free(common[i]->at);
    }
    for (uint32_t i = 0; i < writer->shape_count; i++) {
        for (uint32_t k = 0; k < LAB_LINK_FIELDS_MAX; k++) {
            free(writer->values[i][k].at);
        }
    }
    free(writer);
}

struct link_bytes link_body_write(const struct lab_course *course, int64_t moment_ns,
                                  const char *label, int64_t branch_ns)
{
    struct link_bytes body = {0};
    struct lab_inputs rest = {0};
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        abort();
    }
    bool with_script = leave_script_out(course, &rest);
    const struct lab_inputs *carried = with_script ? &rest : &course->inputs;
    int64_t unit_ns = unit_of(carried);
    put_settings(writer, course);
    put_inputs(writer, course->scenario, carried, unit_ns);
    put_head(&body, course, moment_ns, label, branch_ns);
    put_names(&body, writer);
    link_put_number(&body, with_script ? 1 : 0);
    link_put_number(&body, (uint64_t)unit_ns);
    link_put_number(&body, carried->count);
    put_columns(&body, writer);
    if (writer->failed) {
        body.length = 0;
    }
    writer_free(writer);
    lab_inputs_free(&rest);
    return body;
}
