/* sweep.h - many seeds of one scenario, each with random faults of its own.
 *
 * Two phases (see sim/nemesis.h): first anything allowed may break and only safety is asked for;
 * then everything is healed, or (every other seed) only a random core, and a copy of the run must
 * come to rest and be judged good. Each seed is a run that `chef run` can repeat. */
#ifndef LAB_SWEEP_H
#define LAB_SWEEP_H

#include "lab/headless.h"
#include "sim/nemesis.h"

enum { LAB_SWEEP_SEEDS_MAX = 1000000, LAB_SWEEP_JOBS_MAX = 64 };

enum lab_outcome {
    /* In the order in which a report shows them. */
    LAB_OUTCOME_BROKEN,   /* a promise was broken */
    LAB_OUTCOME_CAUGHT,   /* the same, with a bug switch on: as it should be */
    LAB_OUTCOME_RESTLESS, /* never converged */
    LAB_OUTCOME_HALTED,
    LAB_OUTCOME_UNKNOWN,
    LAB_OUTCOME_GOOD,
    LAB_OUTCOMES,
};
const char *lab_outcome_name(enum lab_outcome outcome);

struct lab_sweep_line {
    uint64_t seed, digest, events;
    enum lab_outcome outcome;
    uint64_t failed; /* checks, by bit */
    uint32_t faults; /* kinds that were on, by bit */
    uint32_t effective;
    bool core_only;
    uint32_t restless_node;
    enum sim_halt halt;
    struct node_reason reason; /* why it is not good */
    const char *anomaly;       /* the same, where the checker of a history says so; or NULL */
};

struct lab_sweep {
    const struct lab_scenario *scenario;
    const int64_t *settings;
    uint64_t first_seed, last_seed;
    int64_t until_ns;             /* 0: as the scenario says */
    uint32_t faults;              /* kinds that may happen, by bit; 0: none */
    bool always;                  /* every kind on in every seed: to catch one bug */
    uint32_t jobs;                /* threads; 0: one a core */
    struct lab_sweep_line *lines; /* the caller's, one a seed */
};

/* "all", "crash,partition", "network" ... into kinds. -422 with the names that exist. */
int lab_faults_parse(const char *text, uint32_t *kinds, struct lab_problem *problem);
/* The names of kinds, separated by spaces, appended. */
void lab_faults_words(uint32_t kinds, struct text *text);

/* The faults that a sweep beginning with this seed would draw for it, all of them healed before the
 * end: appended to `inputs`, in whole microseconds. 0, or -422. */
int lab_sweep_faults(const struct lab_sweep *sweep, struct lab_inputs *inputs,
                     struct lab_problem *problem);

/* Fills all lines, in order of seed. 0, or what lab_headless_run() refuses. */
int lab_sweep_run(const struct lab_sweep *sweep, struct lab_problem *problem);

/* What came of it. */
struct lab_sweep_summary {
    uint64_t outcomes[LAB_OUTCOMES];
    uint64_t first_caught; /* smallest seed that broke or was caught; 0: none */
    struct {
        uint64_t on, effective; /* runs */
    } faults[NEMESIS_KINDS];
    uint32_t
        powerless; /* kinds that had an effect in less than 95 % of the runs that had them on */
};
void lab_sweep_summarise(const struct lab_sweep *sweep, struct lab_sweep_summary *summary);

#endif
