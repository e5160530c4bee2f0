/* input_file.c - a file of inputs: JSON Lines or CSV. */
#include "lab/parts.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, FIELDS_MAX = 32, INPUTS_MAX = 1000000 };

/* The number under which the input was accepted, taken out of the object; 0 when it names none. */
static int take_number(cJSON *object, uint32_t *number, struct lab_problem *problem)
{
    cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(object, "input_id");
    bool given = item != NULL;
    double value = cJSON_IsNumber(item) ? item->valuedouble : 0;
    cJSON_Delete(item);
    if (given && !(value >= 1 && value <= INPUTS_MAX && value == (double)(uint32_t)value)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "input_id must be a whole number from 1 to %d, or left out", INPUTS_MAX);
    }
    *number = (uint32_t)value;
    return 0;
}

/* Reads one input of time t_ms out of an object into the list. */
static int add_object(const struct lab_scenario *scenario, cJSON *object, struct lab_inputs *inputs,
                      struct lab_problem *problem)
{
    const cJSON *t_ms = cJSON_GetObjectItemCaseSensitive(object, "t_ms");
    int64_t t_us = 0;
    if (!cJSON_IsNumber(t_ms) || !lab_decimal_parse(t_ms->valuedouble, 3, &t_us) || t_us < 0 ||
        t_us > (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "t_ms must be a number from 0 to %d",
                          LAB_SCENARIO_SECONDS_MAX * 1000);
    }
    uint32_t number = 0;
    int status = take_number(object, &number, problem);
    struct lab_input_parts parts;
    if (status == 0) {
        status = lab_input_script_parts(scenario, object, &parts, problem);
    }
    if (status == 0 && number != 0 && parts.count > 1) {
        status = lab_refuse(problem, LAB_UNPROCESSABLE,
                            "a recipe becomes several inputs and cannot have an input_id");
    }
    for (uint32_t i = 0; i < parts.count && status == 0; i++) {
        const cJSON *who = cJSON_GetObjectItemCaseSensitive(object, "who");
        parts.list[i].time_ns += t_us * 1000;
        (void)lab_inputs_insert(inputs, &parts.list[i], number,
                                cJSON_IsString(who) ? who->valuestring : "script");
    }
    return status;
}

/* ---- CSV ---- */

/* Splits a line (RFC 4180, no line breaks within fields) in place. Count, or -1. */
static int split_fields(char *line, char *fields[FIELDS_MAX])
{
    int count = 0;
    char *at = line;
    for (;;) {
        if (count == FIELDS_MAX) {
            return -1;
        }
        char *to = at;
        fields[count++] = to;
        bool quoted = *at == '"';
        at += quoted;
        while (*at != '\0' && (quoted || *at != ',')) {
            if (quoted && *at == '"' && at[1] != '"') {
                at++;
                break;
            }
            at += quoted && *at == '"';
            *to++ = *at++;
        }
        char end = *at;
        *to = '\0';
        if (end == '\0') {
            return count;
        }
        if (end != ',') {
            return -1;
        }
        at++;
    }
}

struct csv_header {
    int t_ms, type, input_id, node, peer, args, who;
};

static const struct csv_header NO_HEADER = {-1, -1, -1, -1, -1, -1, -1};

static int read_header(char *line, struct csv_header *header, struct lab_problem *problem)
{
    char *fields[FIELDS_MAX];
    int count = split_fields(line, fields);
    *header = NO_HEADER;
    struct {
        const char *name;
        int *place;
    } known[] = {{"t_ms", &header->t_ms},        {"type", &header->type}, {"node", &header->node},
                 {"peer", &header->peer},        {"args", &header->args}, {"who", &header->who},
                 {"input_id", &header->input_id}};
    for (int i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            if (strcmp(fields[i], known[k].name) == 0) {
                *known[k].place = i;
            }
        }
    }
    if (header->t_ms < 0 || header->type < 0) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "neither a JSON object nor a CSV header with t_ms and type");
    }
    return 0;
}

static const char *field_at(char *const *fields, int count, int place)
{
    return place >= 0 && place < count && fields[place][0] != '\0' ? fields[place] : NULL;
}

/* What is no number is added as the text that it is, for one place to refuse. */
static void add_number(cJSON *object, const char *name, const char *field)
{
    if (field == NULL) {
        return;
    }
    char *end;
    double value = strtod(field, &end);
    if (*end == '\0') {
        (void)cJSON_AddNumberToObject(object, name, value);
    } else {
        (void)cJSON_AddStringToObject(object, name, field);
    }
}

static int read_csv_line(const struct lab_scenario *scenario, char *line,
                         const struct csv_header *header, struct lab_inputs *inputs,
                         struct lab_problem *problem)
{
    char *fields[FIELDS_MAX];
    int count = split_fields(line, fields);
    const char *t_ms = field_at(fields, count, header->t_ms);
    const char *args = field_at(fields, count, header->args);
    if (count < 0 || t_ms == NULL) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "not a row of the header's columns");
    }
    cJSON *object = args == NULL ? cJSON_CreateObject() : cJSON_ParseWithOpts(args, NULL, true);
    if (!cJSON_IsObject(object)) {
        cJSON_Delete(object);
        return lab_refuse(problem, LAB_UNPROCESSABLE, "args must be a JSON object");
    }
    add_number(object, "t_ms", t_ms);
    add_number(object, "input_id", field_at(fields, count, header->input_id));
    const char *const names[] = {"type", "node", "peer", "who"};
    const int places[] = {header->type, header->node, header->peer, header->who};
    for (int i = 0; i < 4; i++) {
        const char *value = field_at(fields, count, places[i]);
        if (value != NULL) {
            (void)cJSON_AddStringToObject(object, names[i], value);
        }
    }
    int status = add_object(scenario, object, inputs, problem);
    cJSON_Delete(object);
    return status;
}

/* ---- Lines ---- */

static int read_json_line(const struct lab_scenario *scenario, const char *line,
                          struct lab_inputs *inputs, struct lab_problem *problem)
{
    cJSON *object = cJSON_ParseWithOpts(line, NULL, true);
    int status = cJSON_IsObject(object)
                     ? add_object(scenario, object, inputs, problem)
                     : lab_refuse(problem, LAB_UNPROCESSABLE, "not a JSON object");
    cJSON_Delete(object);
    return status;
}

/* Copies the line at *at without its end, and moves on. False when it is too long. */
static bool take_line(const char **at, char line[LINE_BYTES_MAX])
{
    size_t length = strcspn(*at, "\n");
    const char *next = *at + length + ((*at)[length] == '\n');
    if (length >= LINE_BYTES_MAX) {
        return false;
    }
    memcpy(line, *at, length);
    if (length > 0 && line[length - 1] == '\r') {
        length--;
    }
    line[length] = '\0';
    *at = next;
    return true;
}

static int read_lines(const struct lab_scenario *scenario, const char *text,
                      struct lab_inputs *inputs, uint32_t *number, struct lab_problem *problem)
{
    char line[LINE_BYTES_MAX];
    struct csv_header header = NO_HEADER;
    while (*text != '\0') {
        (*number)++;
        if (!take_line(&text, line)) {
            return lab_refuse(problem, LAB_UNPROCESSABLE, "longer than %d bytes",
                              LINE_BYTES_MAX - 1);
        }
        int status = 0;
        if (line[0] == '\0') {
            continue;
        }
        if (inputs->count >= INPUTS_MAX) {
            return lab_refuse(problem, LAB_UNPROCESSABLE, "more than %d inputs", INPUTS_MAX);
        }
        if (line[0] == '{') {
            status = read_json_line(scenario, line, inputs, problem);
        } else if (header.type < 0) {
            status = read_header(line, &header, problem);
        } else {
            status = read_csv_line(scenario, line, &header, inputs, problem);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The first number that two inputs have; 0 when there is none. */
static uint32_t number_twice(const struct lab_inputs *inputs)
{
    uint32_t *numbers = calloc((size_t)inputs->count + 1, sizeof *numbers);
    uint32_t twice = 0;
    if (numbers == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < inputs->count; i++) {
        numbers[i] = inputs->items[i].number;
    }
    qsort(numbers, inputs->count, sizeof *numbers, by_number);
    for (uint32_t i = 1; i < inputs->count && twice == 0; i++) {
        twice = numbers[i] == numbers[i - 1] ? numbers[i] : 0;
    }
    free(numbers);
    return twice;
}

int lab_inputs_read(const struct lab_scenario *scenario, const char *text,
                    struct lab_inputs *inputs, struct lab_problem *problem)
{
    static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";
    if (strncmp(text, BYTE_ORDER_MARK, 3) == 0) {
        text += 3;
    }
    struct lab_inputs read = {0};
    struct lab_problem inner;
    uint32_t number = 0;
    int status = read_lines(scenario, text, &read, &number, &inner);
    if (status != 0) {
        (void)lab_refuse(problem, LAB_UNPROCESSABLE, "line %u: %.400s", number, inner.detail);
        if (problem != NULL) {
            problem->allowed = inner.allowed;
        } else {
            lab_problem_clear(&inner);
        }
    }
    uint32_t twice = status == 0 ? number_twice(&read) : 0;
    if (twice != 0) {
        status = lab_refuse(problem, LAB_UNPROCESSABLE, "input_id %u stands twice", twice);
    }
    for (uint32_t i = 0; i < read.count && status == 0; i++) {
        (void)lab_inputs_insert(inputs, &read.items[i].input, read.items[i].number,
                                read.items[i].who);
    }
    lab_inputs_free(&read);
    return status == 0 ? 0 : -LAB_UNPROCESSABLE;
}
