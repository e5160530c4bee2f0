/* link_runs.h - runs with inputs of every kind, for what is tested and measured about links. */
#ifndef TESTS_LINK_RUNS_H
#define TESTS_LINK_RUNS_H

#include "lab/course.h"

struct link_random {
    uint64_t state;
};
uint64_t link_random_below(struct link_random *random, uint64_t bound);

/* An input of any kind that the scenario has, its arguments anywhere in their ranges. Time 0. */
struct sim_input link_random_input(struct link_random *random, const struct lab_scenario *scenario);

/* A course of the scenario with `count` such inputs of people, spread over `until_ns`, numbered as a
 * live run would, beside the script. Not yet run. */
void link_random_course(struct link_random *random, const struct lab_scenario *scenario,
                        uint32_t count, int64_t until_ns, struct lab_course *course);

#endif
