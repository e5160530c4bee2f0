/* read_scan.h - what the readers share: a place in a text, values in the making, events.
 *
 * Only read*.c includes it. Values are parsed with bounded depth: each list, map or set in another
 * one is one call deeper, at most CHECK_DEPTH_MAX. */
#ifndef CHECK_READ_SCAN_H
#define CHECK_READ_SCAN_H

#include "check/read.h"

#include <string.h>

/* ---- Operations in the making (read_pair.c) ---- */

enum event_type { EVENT_NONE, EVENT_INVOKE, EVENT_OK, EVENT_FAIL, EVENT_INFO };

/* One operation map. All zero: empty, but for `time`, `index` and `number`. */
struct event {
    struct check_value process, function, key, value, level;
    enum event_type type;
    int64_t time;   /* CHECK_NO_TIME: none */
    int64_t index;  /* -1: none */
    int64_t number; /* op_id; -1: none */
    uint32_t line;
};

/* An end of an operation on its way to a place in real time. */
struct moment {
    int64_t time;
    uint32_t operation;
    bool end;
};

struct process_slot {
    uint32_t process, open; /* an operation; CHECK_NO_OPERATION: none */
    uint32_t lost_line;     /* where its last operation became info; 0: not */
    bool used;
};

struct pairing {
    struct check_history *history;
    struct check_operation *operations;
    struct moment *moments;
    struct process_slot *processes; /* open addressing */
    uint32_t operation_count, operation_capacity, moment_count, moment_capacity, process_count,
        process_slots;
    int64_t index_last;
    size_t bytes, bytes_max;
    const char *levels; /* of operations that are wanted; NULL: of all */
    struct error *error;
};

void pairing_open(struct pairing *pairing, struct check_history *history, size_t bytes_max,
                  struct error *error);
void pairing_close(struct pairing *pairing);
/* Is an operation of this level wanted? */
bool pairing_wants(const struct pairing *pairing, const struct check_value *level);
/* The next event in order, if it is wanted. 0, or -1 and a sentence. */
int pairing_event(struct pairing *pairing, const struct event *event);
/* A whole operation with its times: for formats that have a row an operation. `call` and `end` are
 * not looked at. */
int pairing_operation(struct pairing *pairing, const struct check_operation *operation);
/* All is there: puts moments into order, and the operations into the history. */
int pairing_finish(struct pairing *pairing);
/* Puts moments in order of time before pairing_finish: for rows in any order. */
int pairing_sort(struct pairing *pairing);

/* ---- A place in a text (read_scan.c) ---- */

struct scan {
    const char *at, *end;
    uint32_t line;
    uint32_t depth;
    struct check_history *history;
    struct check_value *stack; /* items of lists that are not complete yet */
    uint32_t stack_count, stack_capacity;
    char *buffer; /* a text whose escapes were undone */
    uint32_t buffer_count, buffer_capacity;
    size_t bytes_max;
    bool tuple; /* the value read last was tagged as key and value of independent objects */
    struct error *error;
};

void scan_open(struct scan *scan, const char *text, size_t length, struct check_history *history,
               size_t bytes_max, struct error *error);
void scan_close(struct scan *scan);
/* "line N: ..."; returns -1. */
int scan_refuse(const struct scan *scan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int scan_no_memory(const struct scan *scan);
/* A value is complete; and the last `count` of them leave the stack as one list. */
int scan_push(struct scan *scan, const struct check_value *value);
int scan_pop(struct scan *scan, uint32_t count, enum check_kind kind, struct check_value *value);
/* A text of the source as it is. */
int scan_text(struct scan *scan, const char *text, size_t length, struct check_value *value);
/* Digits with a sign: an integer, or the text when it is none of 64 bits. */
int scan_number(struct scan *scan, const char *text, size_t length, struct check_value *value);
/* "\n", "A" ...: from behind the opening quote to behind the closing one. */
int scan_quoted(struct scan *scan, struct check_value *value);

/* A text in which each quote stands twice. */
int scan_undouble(struct scan *scan, const char *text, size_t length, struct check_value *value);

static inline bool scan_is(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

/* ---- Events (read_event.c) ---- */

void event_clear(struct event *event, uint32_t line);
/* A member of an operation map; names that mean nothing here are passed over. */
int event_field(struct scan *scan, struct event *event, const char *name, size_t length,
                const struct check_value *value);

/* ---- The notations and formats: each reads all of the text ---- */

/* Space, commas, comments and discarded forms are passed; then one form is read (read_edn.c). */
int edn_value(struct scan *scan, struct check_value *value);
/* Passes what means nothing; false: the text ends there, or -1 of *status. */
bool edn_more(struct scan *scan, int *status);
int read_edn(struct scan *scan, struct pairing *pairing);
int json_value(struct scan *scan, struct check_value *value);
int read_json(struct scan *scan, struct pairing *pairing);
int read_log(struct scan *scan, struct pairing *pairing);
int read_awdit(struct scan *scan, struct pairing *pairing);
int read_csv(struct scan *scan, struct pairing *pairing);

#endif
