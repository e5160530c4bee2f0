/* append_runs.h - histories of transactions over lists, as a store without faults would give them, and
 * faults planted into them.
 *
 * Clients take turns by draws: call, take effect at once and as a whole, answer. So the history of a serial
 * store is strictly serializable whatever the draws. Some transactions fail before they take effect, some are never
 * answered, half of those after they have taken effect. */
#ifndef TESTS_APPEND_RUNS_H
#define TESTS_APPEND_RUNS_H

#include "check/history.h"

enum append_store {
    APPEND_SERIAL,   /* all at one moment */
    APPEND_SNAPSHOT, /* reads as of the call; refused if a key that it appends to has changed since */
    APPEND_STALE, /* serial, but who only reads sees what its process could have read a call ago */
    APPEND_TORN,  /* one micro-operation after the other, with others between them */
};

struct append_run {
    uint64_t seed;
    enum append_store store;
    uint32_t transactions;
    uint32_t clients;     /* at once; one that got no answer is replaced by a new process */
    uint32_t keys;        /* in use at once */
    uint32_t appends_max; /* to a key; then a new one takes its place */
    uint32_t micros_max;  /* of a transaction */
    uint32_t fail_ppm, info_ppm;
};

/* The whole run; the caller frees it. Never NULL. */
struct check_history *append_run_make(const struct append_run *run);

/* The same history over registers: an append is a write, a read sees the last element, or -1. */
struct check_history *append_run_registers(const struct check_history *lists);

/* Any history whose operations are lists, as lines of EDN in order of time; to be freed. */
char *append_run_text(const struct check_history *history, size_t *length);

/* ---- Making values by hand ---- */

struct check_value append_text(struct check_history *history, const char *text);
struct check_value append_integer(int64_t integer);
/* A list of `count` values, copied. */
struct check_value append_list(struct check_history *history, const struct check_value *items,
                               uint32_t count);
/* A transaction from a text such as "a1=5 r2=1,5 r3=": append 5 to key 1, read key 2 as [1 5], read key 3
 * as []. With `unknown`, as it was called: lists that are not known yet are nil. */
struct check_value append_parse(struct check_history *history, const char *text, bool unknown);
/* Adds an operation with such a text. */
void append_plant(struct check_history *history, uint32_t process, enum check_outcome outcome,
                  uint32_t call, uint32_t end, const char *text);

#endif
