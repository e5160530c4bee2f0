/* operations_history.c - the operations of clients as a history: for our own checkers, and as JSON
 * Lines for those of others. */
#include "base/json_writer.h"
#include "lab/operations.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY_BYTES_MAX = 512 * 1024 * 1024, VALUE_ITEMS_MAX = 64, VALUE_DEPTH_MAX = 3 };

/* ---- All of them, wherever they stand ---- */

static uint32_t list_count(const struct lab_operations *list)
{
    return list == NULL ? 0 : list->count;
}

static uint32_t open_count(const struct lab_told_operations *told)
{
    return told->open == NULL ? 0 : told->open->count;
}

static uint32_t told_count(const struct lab_told_operations *told)
{
    return list_count(told->before) + list_count(told->more) + open_count(told);
}

static void told_get(const struct lab_told_operations *told, uint32_t index,
                     struct lab_operation *operation)
{
    if (index < list_count(told->before)) {
        lab_operations_get(told->before, index, operation);
        return;
    }
    index -= list_count(told->before);
    if (index < list_count(told->more)) {
        lab_operations_get(told->more, index, operation);
        return;
    }
    *operation = told->open->items[index - list_count(told->more)];
}

static bool told_is_whole(const struct lab_told_operations *told)
{
    bool whole = (told->before == NULL || !told->before->full) &&
                 (told->more == NULL || !told->more->full) &&
                 (told->open == NULL || told->open->unrecorded == 0);
    for (uint32_t i = 0; i < open_count(told); i++) {
        whole = whole && !told->open->items[i].cut;
    }
    return whole;
}

/* ---- In order of time ---- */

/* A call or a return. */
struct happening {
    int64_t time_ns;
    uint64_t event;
    uint32_t operation; /* its number */
    uint32_t index;     /* in what was told */
    bool returns;
};

static int sign(bool less, bool more)
{
    return less ? -1 : more;
}

/* As it happened, event by event: so a process begins nothing before its last operation is over. */
static int compare_as_told(const void *a, const void *b)
{
    const struct happening *one = a, *other = b;
    int by_time = sign(one->time_ns<other->time_ns, one->time_ns> other->time_ns);
    int by_event = sign(one->event<other->event, one->event> other->event);
    int by_number = sign(one->operation<other->operation, one->operation> other->operation);
    int by_kind = sign(other->returns && !one->returns, one->returns && !other->returns);
    return by_time != 0 ? by_time : by_event != 0 ? by_event : by_number != 0 ? by_number : by_kind;
}

/* As a checker takes it: calls of a moment come before its returns; then the number decides. */
static int compare_places(const void *a, const void *b)
{
    const struct happening *one = a, *other = b;
    int by_time = sign(one->time_ns<other->time_ns, one->time_ns> other->time_ns);
    int by_kind = sign(other->returns && !one->returns, one->returns && !other->returns);
    int by_number = sign(one->operation<other->operation, one->operation> other->operation);
    return by_time != 0 ? by_time : by_kind != 0 ? by_kind : by_number;
}

static void *room_for(size_t count, size_t size)
{
    void *room = calloc(count + 1, size);
    if (room == NULL) {
        abort();
    }
    return room;
}

/* Those of the operations of some levels that were invoked, in an order; the caller's. */
static struct happening *happenings(const struct lab_told_operations *told, uint8_t levels,
                                    int (*compare)(const void *, const void *), uint32_t *count)
{
    uint32_t operations = told_count(told);
    struct happening *list = room_for((size_t)operations * 2, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < operations; i++) {
        struct lab_operation one;
        told_get(told, i, &one);
        if ((levels >> one.level & 1) == 0 || one.phase == SYSTEM_PART) {
            continue;
        }
        list[(*count)++] =
            (struct happening){one.invoke_ns, one.invoke_event, one.operation, i, false};
        if (one.complete_ns >= 0) {
            list[(*count)++] =
                (struct happening){one.complete_ns, one.complete_event, one.operation, i, true};
        }
    }
    qsort(list, *count, sizeof *list, compare);
    return list;
}

/* ---- For checkers ---- */

/* Behind the closing quote; keys and functions need no escapes that a checker would have to know. */
static bool read_text(struct check_history *history, const char **at, struct check_value *value)
{
    const char *from = ++*at;
    while (**at != '"' && **at != '\0') {
        *at += **at == '\\' && (*at)[1] != '\0' ? 2 : 1;
    }
    uint32_t length = (uint32_t)(*at - from);
    *value = (struct check_value){.kind = CHECK_TEXT, .count = length};
    value->text = check_history_text(history, from, length);
    *at += **at == '"';
    return value->text != NULL;
}

/* A value as put_values() and add_part() in operations.c write it. */
static bool read_value(struct check_history *history, const char **at, unsigned depth,
                       struct check_value *value)
{
    *value = (struct check_value){.kind = CHECK_NIL};
    if (**at == '"') {
        return read_text(history, at, value);
    }
    if (**at == '-' || isdigit((unsigned char)**at)) {
        char *end;
        value->kind = CHECK_INTEGER;
        value->integer = strtoll(*at, &end, 10);
        *at = end;
        return true;
    }
    if (**at != '[' || depth == VALUE_DEPTH_MAX) {
        *at += strncmp(*at, "null", 4) == 0 ? 4 : 0;
        return true;
    }
    struct check_value items[VALUE_ITEMS_MAX];
    value->kind = CHECK_LIST;
    do {
        ++*at;
        if (**at == ']' || value->count == VALUE_ITEMS_MAX) {
            break;
        }
        if (!read_value(history, at, depth + 1, &items[value->count++])) {
            return false;
        }
    } while (**at == ',');
    *at += **at == ']';
    struct check_value *kept = check_history_values(history, value->count);
    if (kept == NULL) {
        return false;
    }
    memcpy(kept, items, value->count * sizeof *items);
    value->items = kept;
    return true;
}

static bool value_of(struct check_history *history, const char *text, struct check_value *value)
{
    const char *at = text;
    return read_value(history, &at, 0, value);
}

static bool convert(struct check_history *history, const struct lab_scenario *scenario,
                    const struct lab_operation *from, struct check_operation *to)
{
    const char *function = scenario->system->history->functions[from->function];
    uint8_t outcome = from->phase == SYSTEM_OK       ? CHECK_OK
                      : from->phase == SYSTEM_FAILED ? CHECK_FAIL
                                                     : CHECK_INFO;
    *to = (struct check_operation){
        .end = CHECK_NEVER,
        .process = from->process,
        .outcome = outcome,
        .function = check_history_text(history, function, (uint32_t)strlen(function)),
        .call_ns = from->invoke_ns,
        .end_ns = from->complete_ns < 0 ? CHECK_NO_TIME : from->complete_ns,
        .number = from->operation};
    bool good = to->function != NULL && value_of(history, from->input, &to->input);
    if (good && outcome == CHECK_OK) {
        good = value_of(history, from->output[0] == '\0' ? from->input : from->output, &to->output);
    }
    if (good && from->key != NULL) {
        to->key = (struct check_value){.kind = CHECK_TEXT, .count = (uint32_t)strlen(from->key)};
        to->key.text = check_history_text(history, from->key, to->key.count);
        good = to->key.text != NULL;
    }
    return good;
}

struct check_history *lab_operations_history(const struct lab_scenario *scenario,
                                             const struct lab_told_operations *told, uint8_t levels,
                                             uint64_t **events)
{
    struct check_history *history =
        told_is_whole(told) ? check_history_new(HISTORY_BYTES_MAX) : NULL;
    if (history == NULL) {
        return NULL;
    }
    uint32_t count;
    struct happening *list = happenings(told, levels, compare_places, &count);
    uint32_t *ends = room_for(told_count(told), sizeof *ends); /* by index in what was told */
    *events = room_for((size_t)told_count(told) * 2, sizeof **events);
    for (uint32_t i = 0; i < count; i++) {
        ends[list[i].index] = list[i].returns ? i : CHECK_NEVER;
    }
    for (uint32_t i = 0; i < count && history != NULL; i++) {
        if (list[i].returns) {
            continue;
        }
        struct lab_operation one;
        struct check_operation operation;
        told_get(told, list[i].index, &one);
        (*events)[2 * (size_t)history->count] = one.invoke_event;
        (*events)[2 * (size_t)history->count + 1] = one.complete_event;
        bool good = convert(history, scenario, &one, &operation);
        operation.call = i;
        operation.end = operation.outcome == CHECK_INFO ? CHECK_NEVER : ends[list[i].index];
        if (!good || !check_history_add(history, &operation)) {
            check_history_free(&history);
        }
    }
    free(ends);
    free(list);
    if (history == NULL) {
        free(*events);
        *events = NULL;
    }
    return history;
}

/* ---- For the checkers of others ---- */

static void put_value(struct json_writer *json, const char *text)
{
    if (text[0] == '\0') {
        json_null(json, "value");
    } else {
        json_raw(json, "value", text, (uint32_t)strlen(text));
    }
}

static void put_line(const struct lab_scenario *scenario, const struct lab_operation *operation,
                     const struct happening *happening, uint32_t index, struct text *text)
{
    static const char *const TYPES[] = {
        [SYSTEM_OK] = "ok", [SYSTEM_FAILED] = "fail", [SYSTEM_INFO] = "info"};
    struct json_writer json = json_init(text);
    bool told = happening->returns && operation->phase == SYSTEM_OK && operation->output[0] != '\0';
    json_object(&json, NULL);
    json_u64(&json, "process", operation->process);
    json_string(&json, "type", happening->returns ? TYPES[operation->phase] : "invoke");
    json_string(&json, "f", scenario->system->history->functions[operation->function]);
    if (operation->key != NULL) {
        json_string(&json, "key", operation->key);
    }
    put_value(&json, told ? operation->output : operation->input);
    json_i64(&json, "time", happening->time_ns);
    json_u64(&json, "index", index);
    json_u64(&json, "op_id", operation->operation);
    json_string(&json, "level", scenario->system->history->levels[operation->level]);
    if (happening->returns && operation->error != UINT16_MAX) {
        json_string(&json, "error", scenario->system->history->errors[operation->error]);
    }
    json_close(&json);
    text_add_char(text, '\n');
}

void lab_operations_lines(const struct lab_scenario *scenario,
                          const struct lab_told_operations *told, struct lab_pieces *out)
{
    uint32_t count;
    struct happening *list = happenings(told, UINT8_MAX, compare_as_told, &count);
    for (uint32_t i = 0; i < count && lab_pieces_room(out); i++) {
        struct lab_operation operation;
        told_get(told, list[i].index, &operation);
        put_line(scenario, &operation, &list[i], i, &out->text);
    }
    free(list);
}
