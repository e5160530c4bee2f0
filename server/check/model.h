/* model.h - the checkers by name, and what bounds them.
 *
 * A checker reads a history and its options and fills a verdict. It has no clock and no threads: who
 * calls it says how many steps of search and how many bytes it may use, and may stop it. What it
 * cannot decide within them is UNKNOWN, with the reason. The same history, options and limits give
 * the same verdict. */
#ifndef CHECK_MODEL_H
#define CHECK_MODEL_H

#include "check/verdict.h"

struct check_limits {
    uint64_t steps_max;          /* 0: no bound */
    size_t bytes_max;            /* beside the history; 0: 1 GiB */
    bool (*stop)(void *context); /* asked every some thousand steps; or NULL */
    void *context;
};

/* "init=0", "level=causal" as given by --option; NULL-terminated list of pairs. */
struct check_option {
    const char *key, *value;
};
enum { CHECK_OPTIONS_MAX = 16 };
struct check_options {
    struct check_option items[CHECK_OPTIONS_MAX];
    uint32_t count;
};

struct check_model {
    const char *name;    /* "register" */
    const char *about;   /* one line for --help */
    const char *options; /* "init=VALUE nil=missing|any", for --help; "" when there are none */
    /* 0, or -1 with one sentence: an unknown option, an operation the model does not have (with its
     * line). The verdict is the caller's, zeroed here. */
    int (*judge)(const struct check_history *history, const struct check_options *options,
                 const struct check_limits *limits, struct check_verdict *verdict,
                 struct error *error);
};

extern const struct check_model check_register, check_kv, check_multi_register, check_mutex,
    check_queue, check_set, check_sequential, check_causal, check_sessions, check_convergence,
    check_counter, check_total_queue, check_bank, check_unique_ids, check_list_append,
    check_transactions;

/* In the order of --help; behind the last one stands NULL. */
extern const struct check_model *const CHECK_MODELS[];
extern const uint32_t CHECK_MODEL_COUNT;
const struct check_model *check_model_find(const char *name); /* NULL: none of that name */

#endif
