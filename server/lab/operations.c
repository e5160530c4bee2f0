/* operations.c - the operations of clients: from notes to rows. */
#include "lab/operations.h"

#include "base/json_writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values ---- */

static void put_values(struct json_writer *json, const struct system_operation *told)
{
    if (told->value_count == 0) {
        json_null(json, NULL);
        return;
    }
    if (told->value_count > 1) {
        json_array(json, NULL);
    }
    for (uint32_t i = 0; i < told->value_count && i < SYSTEM_VALUES_MAX; i++) {
        if (told->values[i] == NODE_CELL_NULL) {
            json_null(json, NULL);
        } else {
            json_i64(json, NULL, told->values[i]);
        }
    }
    if (told->value_count > 1) {
        json_close(json);
    }
}

static const char *key_name(const struct lab_scenario *scenario, uint32_t key)
{
    return key == NODE_NONE ? NULL : scenario->system->history->key_name(scenario->data, key);
}

static void set_key(const struct lab_scenario *scenario, uint32_t key,
                    struct lab_operation *operation)
{
    operation->key_index = key;
    operation->key = key_name(scenario, key);
}

/* One more of a list that is closed when the note comes that it belongs to. */
static bool add_part(const struct lab_scenario *scenario, const struct system_operation *told,
                     char *value)
{
    char part[LAB_OPERATION_BYTES];
    struct text text = text_init(part, sizeof part);
    struct json_writer json = json_init(&text);
    size_t length = strlen(value);
    if (told->key == NODE_NONE && told->value_count == 0) {
        return true;
    }
    if (told->key != NODE_NONE) {
        json_array(&json, NULL);
        json_string(&json, NULL, scenario->system->history->functions[told->function]);
        json_string(&json, NULL, key_name(scenario, told->key));
    }
    put_values(&json, told);
    if (told->key != NODE_NONE) {
        json_close(&json);
    }
    if (text.cut || length + text.length + sizeof ",]" > LAB_OPERATION_BYTES) {
        return false;
    }
    value[length] = length == 0 ? '[' : ',';
    memcpy(value + length + 1, part, text.length + 1);
    return true;
}

/* What the note itself says, or the end of the list that its parts made. False: it does not fit. */
static bool end_value(const struct lab_scenario *scenario, const struct system_operation *told,
                      char *value)
{
    if (value[0] != '\0') {
        struct system_operation last = *told;
        last.key = NODE_NONE;
        bool whole = add_part(scenario, &last, value);
        size_t length = strlen(value);
        assert(length + 1 < LAB_OPERATION_BYTES);
        memcpy(value + length, "]", 2);
        return whole;
    }
    if (told->value_count > 0) {
        struct text text = text_init(value, LAB_OPERATION_BYTES);
        struct json_writer json = json_init(&text);
        put_values(&json, told);
    }
    return true;
}

/* ---- Open ones ---- */

static struct lab_operation *find_open(const struct lab_open_operations *open, uint32_t operation)
{
    for (uint32_t i = 0; i < open->count; i++) {
        if (open->items[i].operation == operation) {
            return &open->items[i];
        }
    }
    return NULL;
}

static void reserve_open(struct lab_open_operations *open, uint32_t count)
{
    if (count > open->capacity) {
        open->capacity = count < 32 ? 32 : 2 * count;
        open->items = realloc(open->items, open->capacity * sizeof *open->items);
        if (open->items == NULL) {
            abort();
        }
    }
}

static struct lab_operation *begin_open(struct lab_open_operations *open,
                                        const struct lab_scenario *scenario,
                                        const struct system_operation *told)
{
    if (open->count == LAB_OPERATIONS_OPEN_MAX) {
        open->unrecorded++;
        return NULL;
    }
    reserve_open(open, open->count + 1);
    struct lab_operation *operation = &open->items[open->count++];
    memset(operation, 0, sizeof *operation);
    operation->operation = told->operation;
    operation->process = told->process;
    operation->node = told->node;
    operation->function = told->function;
    operation->level = told->level;
    operation->error = UINT16_MAX;
    operation->phase = SYSTEM_PART;
    operation->complete_ns = -1;
    set_key(scenario, told->key, operation);
    return operation;
}

static void end_open(struct lab_open_operations *open, struct lab_operation *operation)
{
    uint32_t index = (uint32_t)(operation - open->items);
    open->count--;
    memmove(operation, operation + 1, (open->count - index) * sizeof *operation);
}

bool lab_operations_note(struct lab_open_operations *open, const struct lab_scenario *scenario,
                         const struct node_note *note, struct lab_operation *over)
{
    struct system_operation told = {.key = NODE_NONE, .node = NODE_NONE};
    if (!scenario->system->history->operation(scenario->data, note, &told)) {
        return false;
    }
    struct lab_operation *operation = find_open(open, told.operation);
    bool begins = told.phase == SYSTEM_INVOKED || told.phase == SYSTEM_PART;
    if (operation == NULL && begins) {
        operation = begin_open(open, scenario, &told);
    }
    if (operation == NULL) {
        return false; /* its beginning was not recorded */
    }
    bool invoked = operation->phase == SYSTEM_INVOKED;
    if (told.phase == SYSTEM_PART) {
        char *value = invoked ? operation->output : operation->input;
        operation->cut = !add_part(scenario, &told, value) || operation->cut;
        return false;
    }
    char *ended = invoked ? operation->output : operation->input;
    operation->cut = !end_value(scenario, &told, ended) || operation->cut;
    if (told.phase == SYSTEM_INVOKED) {
        operation->phase = SYSTEM_INVOKED;
        operation->function = told.function;
        set_key(scenario, told.key, operation);
        operation->invoke_ns = note->time_ns;
        operation->invoke_event = note->event;
        return false;
    }
    operation->phase = told.phase;
    operation->error = told.phase == SYSTEM_OK ? UINT16_MAX : told.error;
    operation->node = told.node != NODE_NONE ? told.node : operation->node;
    operation->complete_ns = note->time_ns;
    operation->complete_event = note->event;
    *over = *operation;
    end_open(open, operation);
    return true;
}

void lab_open_operations_copy(const struct lab_open_operations *from,
                              struct lab_open_operations *to)
{
    *to = (struct lab_open_operations){.unrecorded = from->unrecorded};
    reserve_open(to, from->count);
    to->count = from->count;
    if (from->count > 0) {
        memcpy(to->items, from->items, from->count * sizeof *from->items);
    }
}

void lab_open_operations_load(struct lab_open_operations *open, const struct lab_scenario *scenario,
                              const void *items, uint32_t count)
{
    assert(open->count == 0);
    reserve_open(open, count);
    open->count = count;
    if (count > 0) {
        memcpy(open->items, items, count * sizeof *open->items);
    }
    for (uint32_t i = 0; i < count; i++) {
        set_key(scenario, open->items[i].key_index, &open->items[i]);
    }
}

void lab_open_operations_free(struct lab_open_operations *open)
{
    free(open->items);
    *open = (struct lab_open_operations){0};
}

/* ---- Those that are over ---- */

struct lab_kept_operation {
    struct {
        uint32_t operation, process, node, faults_active;
        uint16_t function, error;
        uint8_t phase, level;
        bool has_key;
    } as;
    int64_t invoke_ns, complete_ns;
    uint64_t invoke_event, complete_event;
    size_t texts; /* where its input, output and key stand, each ended by a zero byte */
};

static void add_text(struct lab_operations *list, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (list->text_bytes + bytes > list->text_capacity) {
        list->text_capacity = 2 * (list->text_bytes + bytes);
        list->texts = realloc(list->texts, list->text_capacity);
        if (list->texts == NULL) {
            abort();
        }
    }
    memcpy(list->texts + list->text_bytes, text, bytes);
    list->text_bytes += bytes;
}

void lab_operations_add(struct lab_operations *list, const struct lab_operation *from)
{
    list->full = list->full || list->count == LAB_OPERATIONS_MAX || from->cut;
    if (list->full) {
        return;
    }
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 256 : 2 * list->capacity;
        list->items = realloc(list->items, list->capacity * sizeof *list->items);
        if (list->items == NULL) {
            abort();
        }
    }
    list->items[list->count++] = (struct lab_kept_operation){
        .as = {from->operation, from->process, from->node, from->faults_active, from->function,
               from->error, from->phase, from->level, from->key != NULL},
        .invoke_ns = from->invoke_ns,
        .complete_ns = from->complete_ns,
        .invoke_event = from->invoke_event,
        .complete_event = from->complete_event,
        .texts = list->text_bytes};
    add_text(list, from->input);
    add_text(list, from->output);
    if (from->key != NULL) {
        add_text(list, from->key);
    }
}

void lab_operations_get(const struct lab_operations *list, uint32_t index,
                        struct lab_operation *operation)
{
    assert(index < list->count);
    const struct lab_kept_operation *from = &list->items[index];
    const char *input = list->texts + from->texts;
    const char *output = input + strlen(input) + 1;
    *operation =
        (struct lab_operation){.operation = from->as.operation,
                               .process = from->as.process,
                               .node = from->as.node,
                               .function = from->as.function,
                               .error = from->as.error,
                               .phase = from->as.phase,
                               .level = from->as.level,
                               .faults_active = from->as.faults_active,
                               .invoke_ns = from->invoke_ns,
                               .complete_ns = from->complete_ns,
                               .invoke_event = from->invoke_event,
                               .complete_event = from->complete_event,
                               .key_index = NODE_NONE,
                               .key = from->as.has_key ? output + strlen(output) + 1 : NULL};
    (void)snprintf(operation->input, sizeof operation->input, "%s", input);
    (void)snprintf(operation->output, sizeof operation->output, "%s", output);
}

void lab_operations_free(struct lab_operations *list)
{
    free(list->items);
    free(list->texts);
    *list = (struct lab_operations){0};
}

/* ---- As rows ---- */

enum column {
    COLUMN_OPERATION,
    COLUMN_PROCESS,
    COLUMN_TYPE,
    COLUMN_FUNCTION,
    COLUMN_KEY,
    COLUMN_VALUE,
    COLUMN_RESULT,
    COLUMN_INVOKE_NS,
    COLUMN_COMPLETE_NS,
    COLUMN_NODE,
    COLUMN_LEVEL,
    COLUMN_ERROR,
    COLUMN_FAULTS,
    COLUMN_INVOKE_EVENT,
    COLUMN_COMPLETE_EVENT,
};
static const char *const TYPES[] = {[SYSTEM_INVOKED] = "info",
                                    [SYSTEM_OK] = "ok",
                                    [SYSTEM_FAILED] = "fail",
                                    [SYSTEM_INFO] = "info",
                                    [SYSTEM_PART] = "info"};

static struct lab_cell number_cell(int64_t value)
{
    return (struct lab_cell){.kind = LAB_CELL_NUMBER, .value = value};
}

static struct lab_cell text_cell(const char *text)
{
    bool none = text == NULL || text[0] == '\0';
    return (struct lab_cell){.kind = none ? LAB_CELL_NULL : LAB_CELL_TEXT, .text = text};
}

void lab_operation_row(const struct lab_scenario *scenario, const struct lab_operation *operation,
                       struct lab_row *row)
{
    const struct system_history *history = scenario->system->history;
    bool open = operation->complete_ns < 0;
    *row = (struct lab_row){.table = (uint32_t)lab_tables(scenario->system)->history,
                            .time_ns = open ? operation->invoke_ns : operation->complete_ns};
    row->cells[COLUMN_OPERATION] = number_cell(operation->operation);
    row->cells[COLUMN_PROCESS] = number_cell(operation->process);
    row->cells[COLUMN_TYPE] = text_cell(TYPES[operation->phase]);
    row->cells[COLUMN_FUNCTION] = text_cell(history->functions[operation->function]);
    row->cells[COLUMN_KEY] = text_cell(operation->key);
    row->cells[COLUMN_VALUE] = text_cell(operation->input);
    row->cells[COLUMN_RESULT] = text_cell(operation->output);
    row->cells[COLUMN_INVOKE_NS] = number_cell(operation->invoke_ns);
    row->cells[COLUMN_COMPLETE_NS] = open ? text_cell(NULL) : number_cell(operation->complete_ns);
    row->cells[COLUMN_NODE] = text_cell(
        operation->node < scenario->node_count ? scenario->nodes[operation->node].name : NULL);
    row->cells[COLUMN_LEVEL] = text_cell(history->levels[operation->level]);
    row->cells[COLUMN_ERROR] =
        text_cell(operation->error == UINT16_MAX ? NULL : history->errors[operation->error]);
    row->cells[COLUMN_FAULTS] = open ? text_cell(NULL) : number_cell(operation->faults_active);
    row->cells[COLUMN_INVOKE_EVENT] = number_cell((int64_t)operation->invoke_event);
    row->cells[COLUMN_COMPLETE_EVENT] =
        open ? text_cell(NULL) : number_cell((int64_t)operation->complete_event);
}

/* The place of a name in a list that NULL ends; of an unknown one the end. */
static uint32_t place_of(const char *const *names, const char *name)
{
    uint32_t place = 0;
    while (names[place] != NULL && (name == NULL || strcmp(names[place], name) != 0)) {
        place++;
    }
    return place;
}

static uint8_t phase_of(const char *type, bool open)
{
    if (open || type == NULL) {
        return SYSTEM_INVOKED;
    }
    return strcmp(type, "ok") == 0     ? SYSTEM_OK
           : strcmp(type, "fail") == 0 ? SYSTEM_FAILED
                                       : SYSTEM_INFO;
}

static const char *cell_text(const struct lab_cell *cell)
{
    return cell->kind == LAB_CELL_TEXT ? cell->text : NULL;
}

void lab_operation_of_row(const struct lab_scenario *scenario, const struct lab_row *row,
                          struct lab_operation *operation)
{
    const struct system_history *history = scenario->system->history;
    const struct lab_cell *cells = row->cells;
    const char *input = cell_text(&cells[COLUMN_VALUE]);
    const char *output = cell_text(&cells[COLUMN_RESULT]);
    const char *error = cell_text(&cells[COLUMN_ERROR]);
    bool open = cells[COLUMN_COMPLETE_NS].kind == LAB_CELL_NULL;
    *operation = (struct lab_operation){
        .operation = (uint32_t)cells[COLUMN_OPERATION].value,
        .process = (uint32_t)cells[COLUMN_PROCESS].value,
        .node = NODE_NONE,
        .function = (uint16_t)place_of(history->functions, cell_text(&cells[COLUMN_FUNCTION])),
        .error = error == NULL ? UINT16_MAX : (uint16_t)place_of(history->errors, error),
        .phase = phase_of(cell_text(&cells[COLUMN_TYPE]), open),
        .level = (uint8_t)place_of(history->levels, cell_text(&cells[COLUMN_LEVEL])),
        .faults_active = (uint32_t)cells[COLUMN_FAULTS].value,
        .invoke_ns = cells[COLUMN_INVOKE_NS].value,
        .complete_ns = open ? -1 : cells[COLUMN_COMPLETE_NS].value,
        .invoke_event = (uint64_t)cells[COLUMN_INVOKE_EVENT].value,
        .complete_event = (uint64_t)cells[COLUMN_COMPLETE_EVENT].value,
        .key_index = NODE_NONE,
        .key = cell_text(&cells[COLUMN_KEY])};
    (void)snprintf(operation->input, sizeof operation->input, "%s", input == NULL ? "" : input);
    (void)snprintf(operation->output, sizeof operation->output, "%s", output == NULL ? "" : output);
}
