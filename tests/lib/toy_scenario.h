/* toy_scenario.h - the toy system's scenario, read before a group of tests and freed behind it. */
#ifndef TESTS_TOY_SCENARIO_H
#define TESTS_TOY_SCENARIO_H

#include "lab/scenario.h"
#include "toy_system.h"

extern struct lab_scenario *toy_scenario;

/* For cmocka_run_group_tests(). */
int toy_scenario_setup(void **state);
int toy_scenario_teardown(void **state);

#endif
