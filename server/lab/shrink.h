/* shrink.h - from a run that breaks a promise to the smallest one that still does.
 *
 * A run is its settings, its inputs and its length, so shrinking is taking rows away: time behind the
 * breach, inputs, orders (the load is turned off and what was ordered is given as inputs), parts of
 * the world, and in the end odd times and arguments. After each step the run is computed again and
 * judged as at the end of `chef run`, on a healed copy: only what leaves the verdict of the check as
 * it was is kept. The steps are repeated until none of them finds anything. The result is a run like
 * any other.
 *
 * Deterministic, but for the bound on wall time. Belongs to one thread. */
#ifndef LAB_SHRINK_H
#define LAB_SHRINK_H

#include "lab/input.h"
#include "lab/scenario.h"

#include <stdatomic.h>

enum {
    LAB_SHRINK_RUNS_MAX = 20000, /* then it ends with what it has */
    LAB_SHRINK_WALL_S_MAX = 300, /* likewise */
    LAB_SHRINK_ROUNDS_MAX = 8,
    LAB_SHRINK_ORDERS_MAX = 20, /* more orders than that say less than a load */
    LAB_SHRINK_WORDS_BYTES = 400,
};

/* A run to be shrunk. */
struct lab_shrink {
    const struct lab_scenario *scenario;
    uint64_t seed;
    const int64_t *settings;         /* at t = 0 */
    const struct lab_inputs *inputs; /* all there are, the script's included */
    int64_t until_ns;                /* judged there, on a healed copy */
    const char *check;               /* which promise; NULL: the first that is broken */
    uint32_t runs_max;               /* 0: LAB_SHRINK_RUNS_MAX */
    const atomic_bool *give_up;      /* looked at between runs and within long ones; or NULL */
    atomic_ullong *runs_done;        /* counted up, for whoever watches; or NULL */
};

enum lab_shrink_end {
    LAB_SHRINK_MINIMAL, /* nothing more goes */
    LAB_SHRINK_RUNS,    /* a bound was reached before that was known */
    LAB_SHRINK_WALL,
    LAB_SHRINK_ROUNDS,
};
const char *lab_shrink_end_words(enum lab_shrink_end end);

/* How large a run is, before and after. */
struct lab_shrink_size {
    int64_t until_ns;
    uint32_t inputs; /* those of orders not counted */
    uint32_t orders; /* placed, by inputs or by a load */
    uint32_t parts;  /* of the world that take part; 0: the system has no such setting */
};

/* The smaller run, and what was taken away. */
struct lab_shrink_result {
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_inputs inputs; /* all there are: the scenario's script is not to be added */
    int64_t until_ns;
    uint32_t check;
    const char *verdict;                /* FAIL or EXPECTED-FAIL */
    char words[LAB_SHRINK_WORDS_BYTES]; /* how it is broken, after */
    bool reasoned; /* and of what the words are made, where they have a reason */
    struct node_reason reason;
    uint16_t unpromised; /* of the judgement */
    struct lab_shrink_size before, after;
    bool load_off; /* every order that is left is one of the inputs */
    uint64_t digest;
    enum lab_shrink_end end;
    uint64_t runs;
    int64_t wall_ns;
};

/* 0; -404 when there is no such check; -409 when the run breaks nothing; -422; -503 given up. The
 * result is the caller's on success only (lab_shrink_free). */
int lab_shrink_run(const struct lab_shrink *shrink, struct lab_shrink_result *result,
                   struct lab_problem *problem);
void lab_shrink_free(struct lab_shrink_result *result);

#endif
