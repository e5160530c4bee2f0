/* bench_raft.c - `chef bench raft`: the frozen scenario raft/bench (five servers, 64 clients, 1,000
 * operations a second), checks on, verdicts judged, recording off: messages a second of this machine. */
#include "command/arguments.h"
#include "command/bench.h"
#include "lab/headless.h"

#include <stdio.h>

static const char RAFT_SCENARIO[] = "raft/bench";
static const int64_t RAFT_LENGTH_NS = INT64_C(120) * 1000 * 1000 * 1000;

int bench_raft(bool json)
{
    struct lab_problem problem;
    struct lab_scenario *scenario = NULL;
    if (lab_scenario_load(RAFT_SCENARIO, false, &scenario, &problem) != 0) {
        return command_refuse_problem("bench", &problem);
    }
    const struct lab_headless_options options = {.scenario = scenario,
                                                 .seed = scenario->seed,
                                                 .settings = scenario->settings,
                                                 .until_ns = RAFT_LENGTH_NS};
    struct lab_headless_result result;
    struct bench_case messages = {.bench = "raft",
                                  .what = "raft/bench, two virtual minutes, judged",
                                  .unit = "messages",
                                  .size = 5};
    struct bench_case events = {
        .bench = "raft", .what = messages.what, .unit = "events", .size = messages.size};
    int status = 0;
    for (int repetition = -1; repetition < BENCH_REPETITIONS && status == 0; repetition++) {
        double begin_s = bench_now_s();
        if (lab_headless_run(&options, &result, &problem) != 0) {
            status = command_refuse_problem("bench", &problem);
            break;
        }
        status = lab_judgement_code(&result.judgement, result.excuse);
        if (repetition >= 0) { /* the first is for pages and caches */
            messages.seconds[repetition] = bench_now_s() - begin_s;
            events.seconds[repetition] = messages.seconds[repetition];
        }
    }
    lab_scenario_free(&scenario);
    if (status != 0) {
        (void)fprintf(stderr, "chef bench raft: the run was not judged good (code %d)\n", status);
        return status;
    }
    messages.work = result.counters.messages_delivered;
    events.work = result.events;
    bench_report(&messages, json);
    bench_report(&events, json);
    return 0;
}
