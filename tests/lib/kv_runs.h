/* kv_runs.h - histories of a key-value store that is linearizable by construction, as JSON Lines, of any
 * size; and with one planted fault that no order can explain. */
#ifndef TESTS_LIB_KV_RUNS_H
#define TESTS_LIB_KV_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kv_fault {
    KV_FAULT_NONE,
    KV_FAULT_STALE,   /* a read of what was overwritten before it began */
    KV_FAULT_LOST,    /* a compare-and-set that succeeds on such a value */
    KV_FAULT_PHANTOM, /* a read of what nobody wrote */
};

struct kv_run {
    uint64_t seed;
    uint32_t clients, keys; /* keys are chosen by Zipf's law with exponent 1 */
    uint32_t operations;
    uint32_t info_ppm; /* of operations: the end is unknown, every second one happened */
    enum kv_fault fault;
    uint32_t fault_after; /* operations before it */
};

/* The text, ended by a zero byte; the caller frees it. *planted: the fault found its place. */
char *kv_run_text(const struct kv_run *run, size_t *length, bool *planted);

#endif
