/* bench_city.c - `chef bench city`: one virtual hour of the frozen scenario kitchens/bench, checks
 * on, verdicts judged, recording off. */
#include "command/arguments.h"
#include "command/bench.h"
#include "lab/headless.h"

#include <inttypes.h>
#include <stdio.h>

static const char CITY_SCENARIO[] = "kitchens/bench";
static const int64_t CITY_LENGTH_NS = (int64_t)3600 * 1000 * 1000 * 1000;

/* One run from beginning to verdict. 0, or the exit code. */
static int city_run(const struct lab_scenario *scenario, struct lab_headless_result *result)
{
    struct lab_problem problem;
    const struct lab_headless_options options = {.scenario = scenario,
                                                 .seed = scenario->seed,
                                                 .settings = scenario->settings,
                                                 .until_ns = CITY_LENGTH_NS};
    if (lab_headless_run(&options, result, &problem) != 0) {
        return command_refuse_problem("bench", &problem);
    }
    return lab_judgement_code(&result->judgement, result->excuse);
}

static void city_report(const struct bench_case *hours, const struct lab_headless_result *result,
                        bool json)
{
    double median_s = 1.0 / bench_median_rate(hours);
    double events_per_s = (double)result->events / median_s;
    uint32_t world_bytes = result->counters.world_bytes;
    if (json) {
        printf("{\"bench\":\"city\",\"scenario\":\"%s\",\"virtual_s\":3600,\"events\":%" PRIu64
               ",\"repetitions\":%d,\"median_s\":%.4f,\"million_events_per_s\":%.3f,\"world_"
               "bytes\":%u,"
               "\"digest\":\"%016" PRIx64 "\"}\n",
               CITY_SCENARIO, result->events, BENCH_REPETITIONS, median_s, events_per_s / 1e6,
               world_bytes, result->digest);
    } else {
        printf("city   %s: a virtual hour in %.3f s (median of %d), %" PRIu64
               " events, %.2f M events/s, judged; "
               "%u KB a world, digest %016" PRIx64 "\n",
               CITY_SCENARIO, median_s, BENCH_REPETITIONS, result->events, events_per_s / 1e6,
               world_bytes / 1024, result->digest);
    }
}

int bench_city(bool json)
{
    struct lab_problem problem;
    struct lab_scenario *scenario = NULL;
    if (lab_scenario_load(CITY_SCENARIO, false, &scenario, &problem) != 0) {
        return command_refuse_problem("bench", &problem);
    }
    struct lab_headless_result result;
    struct bench_case hours = {.bench = "city", .unit = "hours", .work = 1};
    int status = city_run(scenario, &result); /* not measured: pages and caches */
    for (int repetition = 0; repetition < BENCH_REPETITIONS && status == 0; repetition++) {
        double begin_s = bench_now_s();
        status = city_run(scenario, &result);
        hours.seconds[repetition] = bench_now_s() - begin_s;
    }
    lab_scenario_free(&scenario);
    if (status == 0) {
        city_report(&hours, &result, json);
    } else {
        (void)fprintf(stderr, "chef bench city: the run was not judged good (code %d)\n", status);
    }
    return status;
}
