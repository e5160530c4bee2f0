/* toy_scenario.c - the toy system's scenario, read before a group of tests and freed behind it. */
#include "toy_scenario.h"

struct lab_scenario *toy_scenario;

int toy_scenario_setup(void **state)
{
    struct lab_problem problem;
    (void)state;
    return lab_scenario_parse("toy", TOY_SCENARIO, &toy_scenario, &problem);
}

int toy_scenario_teardown(void **state)
{
    (void)state;
    lab_scenario_free(&toy_scenario);
    return 0;
}
