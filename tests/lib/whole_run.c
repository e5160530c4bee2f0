/* whole_run.c - a scenario run to its end, with or without faults, and judged. */
#include "whole_run.h"

#include "lab/settings.h"
#include "load_scenario.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { NEMESIS_NUMBER_FIRST = 1000, POWER_PCT = 95 };
static const int64_t NS_PER_MS = 1000000;

/* ---- One run ---- */

struct listener {
    const struct whole_run_options *options;
    struct whole_run *result;
    uint32_t subjects;
};

static void take_row(void *context, const struct node_row *row)
{
    struct listener *listener = context;
    listener->result->subject_rows += row->table == listener->subjects;
    if (listener->options->row != NULL)
        listener->options->row(listener->options->context, row);
}

static void add_faults(struct lab_course *course, const struct nemesis_profile *profile,
                       uint64_t seed, struct whole_run *result)
{
    static struct nemesis nemesis;
    nemesis_draw(&nemesis, profile, &course->plan, seed);
    for (uint32_t i = 0; i < nemesis.count; i++)
        lab_course_input(course, &nemesis.inputs[i], NEMESIS_NUMBER_FIRST + i, "nemesis");
    result->kinds_on = nemesis.kinds;
}

static void judge(const struct lab_course *course, struct whole_run *result)
{
    struct lab_fork fork;
    lab_fork_open(&fork, course);
    lab_fork_verify(&fork, &result->judgement);
    lab_fork_close(&fork);
}

void whole_run(const struct lab_scenario *scenario, const struct whole_run_options *options,
               struct whole_run *result)
{
    static struct lab_course course;
    struct lab_problem problem;
    struct listener listener = {options, result, scenario->system->subject_table};
    uint64_t seed = options->seed != 0 ? options->seed : scenario->seed;
    int64_t until_ns = options->until_ns != 0 ? options->until_ns : scenario->until_ns;
    memset(result, 0, sizeof *result);
    assert_in_range(scenario->system->figure_count, 1, WHOLE_RUN_FIGURES_MAX);
    if (lab_course_open(&course, scenario, seed,
                        options->settings != NULL ? options->settings : scenario->settings, true,
                        &problem) != 0)
        fail_msg("%s: %s", scenario->name, problem.detail);
    course.context = &listener;
    course.row = take_row;
    course.sim.checks = true;
    if (scenario->system->history != NULL)
        lab_course_collect(&course);
    if (options->profile != NULL)
        add_faults(&course, options->profile, seed, result);
    while (lab_course_run(&course, until_ns, 1000000) == SIM_WORKING) {
    }
    result->digest = sim_digest(&course.sim);
    result->kinds_effective = nemesis_effective_kinds(&course.sim);
    lab_course_figures(&course, result->figures);
    judge(&course, result);
    lab_course_close(&course);
}

/* ---- What came of it ---- */

const char *whole_run_verdict(const struct whole_run *result, uint32_t check)
{
    return lab_verdict_name(&result->judgement, check, NULL);
}

bool whole_run_is_broken(const struct whole_run *result, uint32_t check)
{
    if (check == WHOLE_RUN_NEVER_AT_REST)
        return !result->judgement.converged;
    return strcmp(whole_run_verdict(result, check), "FAIL") == 0;
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

void whole_run_check_good(const struct lab_scenario *scenario, uint64_t seed,
                          const struct whole_run *result)
{
    if (result->judgement.halt != SIM_HALT_NONE)
        fail_msg("%s, seed %d: halted", scenario->name, (int)seed);
    if (!result->judgement.converged)
        fail_msg("%s, seed %d: never at rest", scenario->name, (int)seed);
    for (uint32_t i = 0; i < result->judgement.count; i++) {
        const char *verdict = whole_run_verdict(result, i);
        if (strcmp(verdict, "PASS") == 0 || result->judgement.unpromised[i] != UINT16_MAX)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &result->judgement, i, &text);
        fail_msg("%s, seed %d: %s is %s: %s", scenario->name, (int)seed,
                 scenario->system->checks[i].name, verdict, buffer);
    }
    if (result->subject_rows == 0)
        fail_msg("%s, seed %d: nobody asked for anything", scenario->name, (int)seed);
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

/* ---- Sweeps ---- */

void whole_run_count(struct whole_run_power *power, const struct whole_run *result)
{
    power->runs++;
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        power->on[kind] += (result->kinds_on >> kind) & 1;
        power->effective[kind] += (result->kinds_on & result->kinds_effective) >> kind & 1;
    }
}

void whole_run_check_power(const struct whole_run_power *power)
{
    print_message("%u runs from as many seeds, each with its own faults\n", power->runs);
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        if (power->on[kind] == 0)
            continue;
        print_message("%s: had an effect in %u of %u runs\n", nemesis_kind_name(kind),
                      power->effective[kind], power->on[kind]);
        if (power->effective[kind] * 100 < power->on[kind] * POWER_PCT)
            fail_msg("a sweep without power: %s", nemesis_kind_name(kind));
    }
}

/* ---- Switches ---- */

/* Seeds needed until the switch shows; more than `limit`: it did not. */
static uint64_t seeds_to_catch(const struct whole_run_catch *catch,
                               const struct lab_scenario *scenario, uint64_t limit,
                               whole_run_prepare prepare)
{
    static struct whole_run result;
    struct nemesis_profile profile = {.kinds = catch->kinds};
    int64_t settings[LAB_SETTINGS_MAX];
    struct whole_run_options options = {.settings = settings, .profile = &profile};
    memcpy(settings, scenario->settings, sizeof settings);
    prepare(scenario, settings, &profile, &options.until_ns);
    profile.always = true;
    profile.length_ns = catch->length_ms * NS_PER_MS;
    settings[catch->setting] = 1;
    do {
        options.seed++;
        whole_run(scenario, &options, &result);
    } while (!whole_run_is_broken(&result, catch->check) && options.seed <= limit);
    settings[catch->setting] = scenario->settings[catch->setting];
    whole_run(scenario, &options, &result);
    whole_run_check_good(scenario, options.seed, &result);
    return options.seed;
}

void whole_run_check_catches(const struct whole_run_catch *catches, uint32_t count, uint64_t limit,
                             whole_run_prepare prepare)
{
    for (uint32_t i = 0; i < count; i++) {
        struct lab_scenario *scenario = load_scenario(catches[i].scenario);
        const struct system *system = scenario->system;
        uint64_t seeds = seeds_to_catch(&catches[i], scenario, limit, prepare);
        print_message("%s, %s: %s broken within %d seeds\n",
                      system->settings[catches[i].setting].key, scenario->name,
                      catches[i].check == WHOLE_RUN_NEVER_AT_REST
                          ? "coming to rest"
                          : system->checks[catches[i].check].name,
                      (int)seeds);
        if (seeds > limit)
            fail_msg("%s is not caught", system->settings[catches[i].setting].key);
        lab_scenario_free(&scenario);
    }
}

void whole_run_check_table(const struct system *system, const struct whole_run_catch *catches,
                           uint32_t count)
{
    for (uint32_t setting = 0; setting < system->setting_count; setting++) {
        bool known = false;
        for (uint32_t i = 0; i < count; i++)
            known |= catches[i].setting == setting;
        if (known != (system->settings[setting].trap != NULL))
            fail_msg("%s: a trap stands in the table of its catches, and nothing else does",
                     system->settings[setting].key);
    }
}
