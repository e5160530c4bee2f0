/* load_scenario.c: see load_scenario.h. */
#include "load_scenario.h"

#include "unit.h"

struct lab_scenario *load_scenario(const char *name)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    if (lab_scenario_load(name, false, &scenario, &problem) != 0)
        fail_msg("%s", problem.detail);
    return scenario;
}
