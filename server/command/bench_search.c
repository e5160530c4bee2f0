/* bench_search.c - `chef bench search`: runs a second of `chef search` over the frozen scenario
 * kitchens/bench, one virtual minute each, for conditions of each kind that never come true, so that
 * every run goes to its end. */
#include "command/arguments.h"
#include "command/bench.h"
#include "lab/search.h"

#include <inttypes.h>
#include <stdio.h>

static const char SEARCH_SCENARIO[] = "kitchens/bench";
enum { SEARCH_SEEDS = 1000 };

static const struct {
    const char *kind;
    const char *condition;
} SEARCH_CASES[] = {
    {"a note", "kitchen_suspected"},
    {"a row's column", "first(response_ms > 60000)"},
    {"a figure", "waiting > 1000"},
    {"all of them",
     "first(response_ms > 60000) or (order_cooked and courier_ms > 600000) or waiting > 1000"},
};
enum { SEARCH_CASE_COUNT = sizeof SEARCH_CASES / sizeof SEARCH_CASES[0] };

static void search_report(uint32_t which, const struct bench_case *measured,
                          const struct lab_search_result *result, bool json)
{
    double rate = bench_median_rate(measured);
    if (json) {
        printf("{\"bench\":\"search\",\"scenario\":\"%s\",\"condition\":\"%s\",\"virtual_s\":60,"
               "\"runs\":%d,\"events\":%" PRIu64 ",\"repetitions\":%d,\"runs_per_s\":%.1f}\n",
               SEARCH_SCENARIO, SEARCH_CASES[which].condition, SEARCH_SEEDS, result->events,
               BENCH_REPETITIONS, rate);
    } else {
        printf("search %s, a virtual minute: %.0f runs/s on all cores (median of %d x %d runs): "
               "%s, \"%s\"\n",
               SEARCH_SCENARIO, rate, BENCH_REPETITIONS, SEARCH_SEEDS, SEARCH_CASES[which].kind,
               SEARCH_CASES[which].condition);
    }
}

static int search_case(const struct lab_scenario *scenario, uint32_t which, bool json)
{
    struct lab_problem problem;
    struct lab_condition condition;
    struct lab_search_result result = {.hits = NULL};
    struct bench_case measured = {.bench = "search", .unit = "runs", .work = SEARCH_SEEDS};
    if (lab_condition_parse(scenario, SEARCH_CASES[which].condition, &condition, &problem) != 0) {
        return command_refuse_problem("bench", &problem);
    }
    const struct lab_search search = {.scenario = scenario,
                                      .settings = scenario->settings,
                                      .condition = &condition,
                                      .first_seed = 1,
                                      .last_seed = SEARCH_SEEDS};
    for (int repetition = 0; repetition < BENCH_REPETITIONS; repetition++) {
        lab_search_free(&result);
        double begin_s = bench_now_s();
        if (lab_search_run(&search, &result, &problem) != 0) {
            return command_refuse_problem("bench", &problem);
        }
        measured.seconds[repetition] = bench_now_s() - begin_s;
    }
    search_report(which, &measured, &result, json);
    int status = result.count == 0 ? EXIT_GOOD : EXIT_BROKEN;
    if (status != EXIT_GOOD) {
        (void)fprintf(stderr, "chef bench search: \"%s\" came true, so runs ended early\n",
                      SEARCH_CASES[which].condition);
    }
    lab_search_free(&result);
    return status;
}

int bench_search(bool json)
{
    struct lab_problem problem;
    struct lab_scenario *scenario = NULL;
    if (lab_scenario_load(SEARCH_SCENARIO, false, &scenario, &problem) != 0) {
        return command_refuse_problem("bench", &problem);
    }
    int status = EXIT_GOOD;
    for (uint32_t i = 0; i < SEARCH_CASE_COUNT && status == EXIT_GOOD; i++) {
        status = search_case(scenario, i, json);
    }
    lab_scenario_free(&scenario);
    return status;
}
