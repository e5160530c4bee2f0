/* whole_run.c - a scenario run to its end and judged. */
#include "whole_run.h"

#include "lab/settings.h"
#include "unit.h"

#include <cjson/cJSON.h>

struct listener {
    struct whole_run *result;
    uint32_t subjects;
    whole_run_row row;
    void *context;
};

static void take_row(void *context, const struct node_row *row)
{
    struct listener *listener = context;
    listener->result->subject_rows += row->table == listener->subjects;
    if (listener->row != NULL)
        listener->row(listener->context, row);
}

void whole_run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
               whole_run_row row, void *context, struct whole_run *result)
{
    static struct lab_course course;
    struct lab_problem problem;
    struct lab_fork fork;
    struct listener listener = {result, scenario->system->subject_table, row, context};
    memset(result, 0, sizeof *result);
    assert_in_range(scenario->system->figure_count, 1, WHOLE_RUN_FIGURES_MAX);
    if (lab_course_open(&course, scenario, seed, settings, true, &problem) != 0)
        fail_msg("%s: %s", scenario->name, problem.detail);
    course.context = &listener;
    course.row = take_row;
    course.sim.checks = true;
    if (scenario->system->history != NULL)
        lab_course_collect(&course);
    while (lab_course_run(&course, scenario->until_ns, 1000000) == SIM_WORKING) {
    }
    result->digest = sim_digest(&course.sim);
    lab_course_figures(&course, result->figures);
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, &result->judgement);
    lab_fork_close(&fork);
    lab_course_close(&course);
}

const char *whole_run_verdict(const struct whole_run *result, uint32_t check)
{
    return lab_verdict_name(&result->judgement, check, NULL);
}

void whole_run_check_good(const struct lab_scenario *scenario, const struct whole_run *result)
{
    assert_true(result->judgement.halt == SIM_HALT_NONE);
    if (!result->judgement.converged)
        fail_msg("%s: never at rest", scenario->name);
    for (uint32_t i = 0; i < result->judgement.count; i++) {
        const char *verdict = whole_run_verdict(result, i);
        if (strcmp(verdict, "PASS") == 0 || result->judgement.unpromised[i] != UINT16_MAX)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &result->judgement, i, &text);
        fail_msg("%s: %s is %s: %s", scenario->name, scenario->system->checks[i].name, verdict,
                 buffer);
    }
    if (result->subject_rows == 0)
        fail_msg("%s: nobody asked for anything", scenario->name);
}

static uint32_t figure_index(const struct lab_scenario *scenario, const char *name)
{
    uint32_t index = 0;
    while (index < scenario->system->figure_count &&
           strcmp(scenario->system->figures[index].name, name) != 0)
        index++;
    if (index == scenario->system->figure_count)
        fail_msg("%s: there is no figure %s", scenario->name, name);
    return index;
}

void whole_run_check_figures(const struct lab_scenario *scenario, const struct whole_run *result)
{
    const cJSON *expected;
    cJSON_ArrayForEach(expected, cJSON_GetObjectItemCaseSensitive(scenario->expect, "figures"))
    {
        uint32_t index = figure_index(scenario, expected->string);
        const cJSON *min = cJSON_GetObjectItemCaseSensitive(expected, "min");
        const cJSON *max = cJSON_GetObjectItemCaseSensitive(expected, "max");
        double value =
            lab_decimal(result->figures[index], scenario->system->figures[index].decimals);
        assert_true(min != NULL || max != NULL);
        if ((min != NULL && value < min->valuedouble) || (max != NULL && value > max->valuedouble))
            fail_msg("%s: %s is %g", scenario->name, expected->string, value);
    }
}

uint32_t whole_run_check(const struct lab_scenario *scenario, const char *name)
{
    uint32_t index = 0;
    while (index < scenario->system->check_count &&
           strcmp(scenario->system->checks[index].name, name) != 0)
        index++;
    if (index == scenario->system->check_count)
        fail_msg("%s: there is no promise %s", scenario->name, name);
    return index;
}
