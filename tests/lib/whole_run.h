/* whole_run.h - a scenario run to its end, with or without faults, and judged on a healed copy: for tests of
 * any system. And what must come of it: of one run, of a sweep over many, of a bug switch. Failures
 * name the scenario and the seed. */
#ifndef CHEF_TESTS_WHOLE_RUN_H
#define CHEF_TESTS_WHOLE_RUN_H

#include "lab/course.h"
#include "sim/nemesis.h"

enum { WHOLE_RUN_FIGURES_MAX = 64 };

/* Zero and NULL are the scenario's own. */
struct whole_run_options {
    uint64_t seed;           /* 0: the scenario's */
    const int64_t *settings; /* at t = 0 */
    int64_t until_ns;
    const struct nemesis_profile *profile;                  /* the seed draws faults from it */
    void (*row)(void *context, const struct node_row *row); /* called with each row of the system */
    void *context;
};

struct whole_run {
    struct lab_judgement judgement;
    int64_t figures[WHOLE_RUN_FIGURES_MAX]; /* in the order of the system's */
    uint64_t digest;
    uint64_t subject_rows;              /* of the system's table of subjects: orders, operations */
    uint32_t kinds_on, kinds_effective; /* of faults: drawn, and having changed anything */
};

void whole_run(const struct lab_scenario *scenario, const struct whole_run_options *options,
               struct whole_run *result);

/* "PASS", "FAIL", "EXPECTED-FAIL" ... without an excuse, as with the rules intact. */
const char *whole_run_verdict(const struct whole_run *result, uint32_t check);
/* WHOLE_RUN_NEVER_AT_REST stands for a check: all is healed, no promise broken, and still no rest. */
enum { WHOLE_RUN_NEVER_AT_REST = UINT16_MAX };
bool whole_run_is_broken(const struct whole_run *result, uint32_t check);
/* Index of a check of the scenario's system; the test fails when there is none. */
uint32_t whole_run_check(const struct lab_scenario *scenario, const char *name);

/* It came to rest, and all that is promised holds; what is no promise may be broken and says so. */
void whole_run_check_good(const struct lab_scenario *scenario, uint64_t seed,
                          const struct whole_run *result);
/* "expect": {"figures": {NAME: {"min": N, "max": N}}} */
void whole_run_check_figures(const struct lab_scenario *scenario, const struct whole_run *result);

/* ---- Sweeps: faults that change nothing prove nothing ---- */

struct whole_run_power {
    uint32_t runs, on[NEMESIS_KINDS], effective[NEMESIS_KINDS];
};
void whole_run_count(struct whole_run_power *power, const struct whole_run *result);
/* Each kind of fault changed something in 95 % of the runs that had it. */
void whole_run_check_power(const struct whole_run_power *power);

/* ---- Switches: how one is found out ---- */

struct whole_run_catch {
    uint32_t setting, check; /* a check of the system, or WHOLE_RUN_NEVER_AT_REST */
    const char *scenario;
    uint32_t kinds;    /* of faults, always on */
    int64_t length_ms; /* usual length of a fault; 0: the nemesis's own */
};
/* What a system says of one of them: settings without the switch (of the scenario, changed as the system
 * likes), the profile with other kinds, until when. */
typedef void (*whole_run_prepare)(const struct lab_scenario *scenario, int64_t *settings,
                                  struct nemesis_profile *profile, int64_t *until_ns);
/* Each is caught within `limit` seeds; the number is printed; the same seed without the switch is good. */
void whole_run_check_catches(const struct whole_run_catch *catches, uint32_t count, uint64_t limit,
                             whole_run_prepare prepare);
/* Every setting of the system that is a trap stands in the table, and nothing else does. */
void whole_run_check_table(const struct system *system, const struct whole_run_catch *catches,
                           uint32_t count);

#endif
