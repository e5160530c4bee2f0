/* read_pair.c - events become operations: each completion finds its invocation, each moment its place.
 *
 * Real time is the order of the events. Where several stand at one moment, calls come first, so that
 * what ended then and what began then are concurrent. */
#include "check/read_scan.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST = 256 };

void pairing_open(struct pairing *pairing, struct check_history *history, size_t bytes_max,
                  struct error *error)
{
    *pairing = (struct pairing){
        .history = history, .index_last = -1, .bytes_max = bytes_max, .error = error};
}

void pairing_close(struct pairing *pairing)
{
    free(pairing->operations);
    free(pairing->moments);
    free(pairing->processes);
    *pairing = (struct pairing){.history = NULL};
}

static int no_memory(const struct pairing *pairing, uint32_t line)
{
    return error_set(pairing->error, "line %u: the history needs more memory than it may have",
                     line);
}

/* Room for one more item. */
static bool grow(struct pairing *pairing, void **items, uint32_t count, uint32_t *capacity,
                 size_t size)
{
    if (count < *capacity) {
        return true;
    }
    uint32_t wanted = *capacity == 0 ? FIRST : *capacity * 2;
    size_t more = (wanted - *capacity) * size;
    if (more > pairing->bytes_max - pairing->bytes) {
        return false;
    }
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL) {
        return false;
    }
    pairing->bytes += more;
    *items = grown;
    *capacity = wanted;
    return true;
}

/* ---- Processes ---- */

static struct process_slot *slot_of(const struct pairing *pairing, uint32_t process)
{
    uint32_t mask = pairing->process_slots - 1;
    uint32_t at = process * 0x9e3779b1u & mask;
    while (pairing->processes[at].used && pairing->processes[at].process != process) {
        at = (at + 1) & mask;
    }
    return &pairing->processes[at];
}

static bool grow_processes(struct pairing *pairing)
{
    uint32_t old_slots = pairing->process_slots, slots = old_slots == 0 ? FIRST : old_slots * 2;
    size_t more = (slots - old_slots) * sizeof(struct process_slot);
    if (more > pairing->bytes_max - pairing->bytes) {
        return false;
    }
    struct process_slot *old = pairing->processes, *grown = calloc(slots, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    pairing->bytes += more;
    pairing->processes = grown;
    pairing->process_slots = slots;
    for (uint32_t i = 0; i < old_slots; i++) {
        if (old[i].used) {
            *slot_of(pairing, old[i].process) = old[i];
        }
    }
    free(old);
    return true;
}

/* NULL: no memory left. */
static struct process_slot *process_of(struct pairing *pairing, uint32_t process)
{
    if (pairing->process_count >= pairing->process_slots / 2 && !grow_processes(pairing)) {
        return NULL;
    }
    struct process_slot *slot = slot_of(pairing, process);
    if (!slot->used) {
        *slot = (struct process_slot){.process = process, .open = CHECK_NO_OPERATION, .used = true};
        pairing->process_count++;
    }
    return slot;
}

/* ---- Events ---- */

static bool add_moment(struct pairing *pairing, uint32_t operation, bool end, int64_t time)
{
    void *moments = pairing->moments;
    if (!grow(pairing, &moments, pairing->moment_count, &pairing->moment_capacity,
              sizeof *pairing->moments)) {
        return false;
    }
    pairing->moments = moments;
    pairing->moments[pairing->moment_count++] =
        (struct moment){.time = time, .operation = operation, .end = end};
    return true;
}

static int add_operation(struct pairing *pairing, const struct check_operation *operation)
{
    void *operations = pairing->operations;
    if (pairing->operation_count == CHECK_OPERATIONS_MAX ||
        !grow(pairing, &operations, pairing->operation_count, &pairing->operation_capacity,
              sizeof *pairing->operations)) {
        return no_memory(pairing, operation->call_line);
    }
    pairing->operations = operations;
    uint32_t number = pairing->operation_count++;
    pairing->operations[number] = *operation;
    if (!add_moment(pairing, number, false, operation->call_ns)) {
        return no_memory(pairing, operation->call_line);
    }
    return 0;
}

static int invoke(struct pairing *pairing, struct process_slot *slot, const struct event *event)
{
    if (slot->open != CHECK_NO_OPERATION) {
        return error_set(pairing->error,
                         "line %u: process %u begins an operation while its one of line %u is open",
                         event->line, slot->process, pairing->operations[slot->open].call_line);
    }
    if (slot->lost_line != 0) {
        return error_set(pairing->error,
                         "line %u: process %u begins an operation, but nobody knows what became of "
                         "its last one (info, line %u); who goes on is a new process",
                         event->line, slot->process, slot->lost_line);
    }
    uint32_t number = pairing->operation_count;
    struct check_operation operation = {.end = CHECK_NEVER,
                                        .process = slot->process,
                                        .outcome = CHECK_INFO,
                                        .function = event->function.text,
                                        .key = event->key,
                                        .input = event->value,
                                        .call_ns = event->time,
                                        .end_ns = CHECK_NO_TIME,
                                        .call_line = event->line,
                                        .number =
                                            event->number >= 0 ? (uint32_t)event->number : number};
    slot->open = number;
    return add_operation(pairing, &operation);
}

static int complete(struct pairing *pairing, struct process_slot *slot, const struct event *event)
{
    static const enum check_outcome OUTCOMES[] = {
        [EVENT_OK] = CHECK_OK, [EVENT_FAIL] = CHECK_FAIL, [EVENT_INFO] = CHECK_INFO};
    if (slot->open == CHECK_NO_OPERATION) {
        return error_set(pairing->error,
                         "line %u: process %u completes an operation, but has none open",
                         event->line, slot->process);
    }
    struct check_operation *operation = &pairing->operations[slot->open];
    if (event->function.kind == CHECK_TEXT && event->function.text != operation->function) {
        return error_set(pairing->error,
                         "line %u: process %u completes \"%.40s\", but began \"%.40s\" in line %u",
                         event->line, slot->process, event->function.text, operation->function,
                         operation->call_line);
    }
    operation->outcome = (uint8_t)OUTCOMES[event->type];
    operation->end_line = event->line;
    operation->end_ns = event->time;
    if (operation->key.kind == CHECK_NIL) {
        operation->key = event->key;
    }
    if (event->type == EVENT_OK) {
        operation->output = event->value;
    }
    uint32_t number = slot->open;
    slot->open = CHECK_NO_OPERATION;
    if (event->type == EVENT_INFO) {
        slot->lost_line = event->line;
        return 0;
    }
    return add_moment(pairing, number, true, event->time) ? 0 : no_memory(pairing, event->line);
}

/* Elle's smallest examples have no function: what carries a list is a transaction. */
static int function_of(const struct pairing *pairing, struct event *event)
{
    if (event->function.kind == CHECK_NIL && event->value.kind == CHECK_LIST) {
        event->function.kind = CHECK_TEXT;
        event->function.text = check_history_text(pairing->history, "txn", 3);
        event->function.count = 3;
        return event->function.text == NULL ? no_memory(pairing, event->line) : 0;
    }
    if (event->function.kind == CHECK_TEXT ||
        (event->function.kind == CHECK_NIL && event->type != EVENT_INVOKE)) {
        return 0;
    }
    return error_set(pairing->error, "line %u: the operation has no function f", event->line);
}

bool pairing_wants(const struct pairing *pairing, const struct check_value *level)
{
    const char *from = pairing->levels;
    while (from != NULL && level->kind == CHECK_TEXT) {
        size_t length = strcspn(from, ",");
        if (length == level->count && memcmp(from, level->text, length) == 0) {
            return true;
        }
        if (from[length] == '\0') {
            return false;
        }
        from += length + 1;
    }
    return from == NULL;
}

int pairing_event(struct pairing *pairing, const struct event *event)
{
    if (!pairing_wants(pairing, &event->level)) {
        return 0;
    }
    struct event own = *event;
    if (event->type == EVENT_NONE) {
        return error_set(pairing->error, "line %u: the operation has no type", event->line);
    }
    if (event->process.kind == CHECK_TEXT && strncmp(event->process.text, "nemesis", 7) == 0) {
        return 0;
    }
    int64_t process = event->process.kind == CHECK_NIL ? 0 : event->process.integer;
    if ((event->process.kind != CHECK_INTEGER && event->process.kind != CHECK_NIL) || process < 0 ||
        process >= UINT32_MAX) {
        return error_set(pairing->error, "line %u: the process is no number from 0 to %u",
                         event->line, UINT32_MAX - 1);
    }
    if (event->number > UINT32_MAX - 1) {
        return error_set(pairing->error, "line %u: op_id is above %u", event->line, UINT32_MAX - 1);
    }
    if (event->index >= 0) {
        if (event->index <= pairing->index_last) {
            return error_set(pairing->error,
                             "line %u: index %lld comes after index %lld; events stand in order",
                             event->line, (long long)event->index, (long long)pairing->index_last);
        }
        pairing->index_last = event->index;
    }
    if (function_of(pairing, &own) != 0) {
        return -1;
    }
    struct process_slot *slot = process_of(pairing, (uint32_t)process);
    if (slot == NULL) {
        return no_memory(pairing, event->line);
    }
    return event->type == EVENT_INVOKE ? invoke(pairing, slot, &own)
                                       : complete(pairing, slot, &own);
}

int pairing_operation(struct pairing *pairing, const struct check_operation *operation)
{
    uint32_t number = pairing->operation_count;
    if (add_operation(pairing, operation) != 0) {
        return -1;
    }
    if (operation->outcome != CHECK_INFO && !add_moment(pairing, number, true, operation->end_ns)) {
        return no_memory(pairing, operation->call_line);
    }
    return 0;
}

/* ---- Places ---- */

static int by_time(const void *left, const void *right)
{
    const struct moment *a = left, *b = right;
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    if (a->end != b->end) {
        return a->end ? 1 : -1;
    }
    return a->operation < b->operation ? -1 : a->operation > b->operation;
}

/* One operation after the other in each process. At one moment, a call may come before the return of
 * the one before it. */
static int check_processes(struct pairing *pairing)
{
    for (uint32_t i = 0; i < pairing->moment_count; i++) {
        const struct moment *moment = &pairing->moments[i];
        const struct check_operation *operation = &pairing->operations[moment->operation];
        if (moment->end) {
            continue;
        }
        struct process_slot *slot = process_of(pairing, operation->process);
        if (slot == NULL) {
            return no_memory(pairing, operation->call_line);
        }
        const struct check_operation *before =
            slot->open == CHECK_NO_OPERATION ? NULL : &pairing->operations[slot->open];
        if (before != NULL &&
            (before->outcome == CHECK_INFO || before->end_ns > operation->call_ns)) {
            return error_set(pairing->error,
                             "line %u: process %u begins an operation while its one of line %u is "
                             "open",
                             operation->call_line, operation->process, before->call_line);
        }
        slot->open = moment->operation;
    }
    return 0;
}

int pairing_sort(struct pairing *pairing)
{
    if (pairing->moment_count > 0) {
        qsort(pairing->moments, pairing->moment_count, sizeof *pairing->moments, by_time);
    }
    return check_processes(pairing);
}

/* Calls, or returns, of the moments from `from` up to `to` get the next places. */
static uint32_t place(struct pairing *pairing, uint32_t from, uint32_t to, bool end, uint32_t next)
{
    for (uint32_t i = from; i < to; i++) {
        if (pairing->moments[i].end == end) {
            struct check_operation *operation = &pairing->operations[pairing->moments[i].operation];
            *(end ? &operation->end : &operation->call) = next++;
        }
    }
    return next;
}

static int add_to_history(struct pairing *pairing)
{
    for (uint32_t i = 0; i < pairing->moment_count; i++) {
        const struct moment *moment = &pairing->moments[i];
        if (!moment->end &&
            !check_history_add(pairing->history, &pairing->operations[moment->operation])) {
            return no_memory(pairing, pairing->operations[moment->operation].call_line);
        }
    }
    return 0;
}

int pairing_finish(struct pairing *pairing)
{
    uint32_t next = 0, count = pairing->moment_count;
    assert(pairing->history->count == 0);
    for (uint32_t from = 0, to; from < count; from = to) {
        int64_t time = pairing->moments[from].time;
        to = from + 1;
        while (time != CHECK_NO_TIME && to < count && pairing->moments[to].time == time) {
            to++;
        }
        next = place(pairing, from, to, false, next);
        next = place(pairing, from, to, true, next);
    }
    assert(next == count);
    return add_to_history(pairing);
}
