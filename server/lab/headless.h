/* headless.h - a run from beginning to end in one go, without store or viewers: what the command
 * line, comparisons and sweeps do.
 *
 * Belongs to one thread; any number of them may run at the same time. */
#ifndef LAB_HEADLESS_H
#define LAB_HEADLESS_H

#include "lab/course.h"

#include <stdatomic.h>

struct lab_headless_options {
    const struct lab_scenario *scenario;
    uint64_t seed;
    const int64_t *settings;               /* at t = 0 */
    const struct lab_inputs *inputs;       /* beside the script; or NULL */
    bool without_script;                   /* the inputs are all there are */
    int64_t until_ns;                      /* 0: as the scenario says */
    const struct lab_condition *condition; /* stop where it holds; or NULL */
    const char *folder;                    /* tables as CSV go here; made if missing; or NULL */
    bool unchecked;                        /* leave the nodes' own checks off */
    bool unjudged;                         /* no healed fork at the end */
    const atomic_bool *give_up;            /* looked at now and then; or NULL */
    struct lab_proofs *proofs;             /* gets the proofs of histories; or NULL */
    uint64_t core; /* nodes that were healed for the end; 0: the judged fork heals all */
};

struct lab_headless_result {
    uint64_t digest, events;
    int64_t time_ns; /* virtual, at the end */
    int64_t wall_ns; /* of the run itself, judging not included */
    enum sim_halt halt;
    struct node_reason halt_reason;
    bool met;           /* the condition held */
    const char *excuse; /* what was outside the model, or NULL: lab_course_excuse() */
    struct lab_judgement judgement;
    int64_t figures[64];
    struct sim_counters counters;
    uint32_t effective_faults; /* kinds of enum nemesis_kind that changed anything */
};

/* 0, or -422, -503 (a file cannot be written; given up). */
int lab_headless_run(const struct lab_headless_options *options, struct lab_headless_result *result,
                     struct lab_problem *problem);
/* The result as `chef run --json` prints it; the caller's. */
struct cJSON *lab_headless_json(const struct lab_headless_options *options,
                                const struct lab_headless_result *result);

#endif
