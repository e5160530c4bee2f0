/* load_scenario.h: a scenario by its name, for tests of whole runs. */
#ifndef CHEF_TESTS_LOAD_SCENARIO_H
#define CHEF_TESTS_LOAD_SCENARIO_H

#include "lab/scenario.h"

/* The caller frees it (lab_scenario_free()). The test fails when there is none. */
struct lab_scenario *load_scenario(const char *name);

#endif
