/* bench_shrink.c - `chef bench shrink`: how long it takes to shrink a planted bug, found on a run of
 * ten virtual minutes of kitchens/lunch-rush with at least thirty faults of all kinds. */
#include "command/arguments.h"
#include "command/bench.h"
#include "lab/settings.h"
#include "lab/shrink.h"
#include "lab/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SHRINK_SCENARIO[] = "kitchens/lunch-rush";
static const int64_t SHRINK_LENGTH_NS = 600 * INT64_C(1000000000);
enum { SHRINK_SEEDS = 8 };
static const char *const SHRINK_BUGS[] = {"bug.ack_before_fsync=true", "bug.no_fence=true",
                                          "bug.copy_migrate=true"};
enum { SHRINK_BUG_COUNT = sizeof SHRINK_BUGS / sizeof SHRINK_BUGS[0] };

static int shrink_settings(const struct lab_scenario *scenario, const char *bug, int64_t *settings,
                           struct lab_problem *problem)
{
    memcpy(settings, scenario->settings, sizeof scenario->settings);
    int status = lab_setting_parse_text(scenario->system, "migration=true", settings, problem);
    return status == 0 ? lab_setting_parse_text(scenario->system, bug, settings, problem) : status;
}

static int shrink_seed(const struct lab_scenario *scenario, const char *bug, uint64_t seed,
                       struct lab_shrink_result *result, struct lab_problem *problem)
{
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_inputs inputs = {0};
    struct lab_sweep sweep = {.scenario = scenario,
                              .settings = settings,
                              .first_seed = seed,
                              .last_seed = seed,
                              .until_ns = SHRINK_LENGTH_NS,
                              .always = true};
    const struct lab_shrink shrink = {.scenario = scenario,
                                      .seed = seed,
                                      .settings = settings,
                                      .inputs = &inputs,
                                      .until_ns = SHRINK_LENGTH_NS};
    int status = shrink_settings(scenario, bug, settings, problem);
    if (status == 0) {
        status = lab_faults_parse("all", &sweep.faults, problem);
    }
    if (status == 0) {
        status = lab_sweep_faults(&sweep, &inputs, problem);
    }
    if (status == 0) {
        status = lab_shrink_run(&shrink, result, problem);
    }
    lab_inputs_free(&inputs);
    return status;
}

static void shrink_report(const char *bug, uint64_t seed, const struct lab_shrink_result *result,
                          bool json)
{
    double wall_s = (double)result->wall_ns / 1e9;
    if (json) {
        printf("{\"bench\":\"shrink\",\"scenario\":\"%s\",\"bug\":\"%s\",\"seed\":%" PRIu64
               ",\"inputs_before\":%u,\"inputs\":%u,\"orders_before\":%u,\"orders\":%u,"
               "\"load_off\":%s,\"runs\":%" PRIu64 ",\"wall_s\":%.3f}\n",
               SHRINK_SCENARIO, bug, seed, result->before.inputs, result->after.inputs,
               result->before.orders, result->after.orders, result->load_off ? "true" : "false",
               result->runs, wall_s);
    } else {
        printf("shrink %-26s seed %-2" PRIu64 " %3u inputs -> %u, %5u orders -> %2u%s, "
               "%4" PRIu64 " runs in %.2f s\n",
               bug, seed, result->before.inputs, result->after.inputs, result->before.orders,
               result->after.orders, result->load_off ? " given one by one" : " by a load",
               result->runs, wall_s);
    }
}

static int shrink_all(const struct lab_scenario *scenario, struct lab_shrink_result *result,
                      bool json)
{
    struct lab_problem problem;
    double longest_s = 0;
    for (int bug = 0; bug < SHRINK_BUG_COUNT; bug++) {
        for (uint64_t seed = 1; seed <= SHRINK_SEEDS; seed++) {
            if (shrink_seed(scenario, SHRINK_BUGS[bug], seed, result, &problem) != 0) {
                return command_refuse_problem("bench", &problem);
            }
            shrink_report(SHRINK_BUGS[bug], seed, result, json);
            double wall_s = (double)result->wall_ns / 1e9;
            longest_s = wall_s > longest_s ? wall_s : longest_s;
            lab_shrink_free(result);
        }
    }
    if (!json) {
        printf("shrink %s, ten virtual minutes with faults of all kinds: the longest took %.2f s "
               "on one core\n",
               SHRINK_SCENARIO, longest_s);
    }
    return EXIT_GOOD;
}

int bench_shrink(bool json)
{
    struct lab_problem problem;
    struct lab_scenario *scenario = NULL;
    struct lab_shrink_result *result = calloc(1, sizeof *result);
    if (result == NULL) {
        abort();
    }
    int status = lab_scenario_load(SHRINK_SCENARIO, false, &scenario, &problem) != 0
                     ? command_refuse_problem("bench", &problem)
                     : shrink_all(scenario, result, json);
    lab_scenario_free(&scenario);
    free(result);
    return status;
}
