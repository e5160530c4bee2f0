/* whole_run.h - a scenario run to its end and judged on a healed copy, for tests of any system; and what
 * its file says that must come of it. Failures name the scenario. */
#ifndef CHEF_TESTS_WHOLE_RUN_H
#define CHEF_TESTS_WHOLE_RUN_H

#include "lab/course.h"

enum { WHOLE_RUN_FIGURES_MAX = 64 };

struct whole_run {
    struct lab_judgement judgement;
    int64_t figures[WHOLE_RUN_FIGURES_MAX]; /* in the order of the system's */
    uint64_t digest;
    uint64_t subject_rows; /* of the system's table of subjects: orders, operations */
};
typedef void (*whole_run_row)(void *context, const struct node_row *row);

/* `row` (or NULL) is called with each row of the system. */
void whole_run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
               whole_run_row row, void *context, struct whole_run *result);

/* It came to rest, and all that is promised holds; what is no promise may be broken and says so. */
void whole_run_check_good(const struct lab_scenario *scenario, const struct whole_run *result);
/* "expect": {"figures": {NAME: {"min": N, "max": N}}} */
void whole_run_check_figures(const struct lab_scenario *scenario, const struct whole_run *result);

/* "PASS", "FAIL", "EXPECTED-FAIL" ... without an excuse, as with the rules intact. */
const char *whole_run_verdict(const struct whole_run *result, uint32_t check);
/* Index of a check of the scenario's system; the test fails when there is none. */
uint32_t whole_run_check(const struct lab_scenario *scenario, const char *name);

#endif
