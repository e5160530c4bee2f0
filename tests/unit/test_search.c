/* test_search.c - searching seeds: the same as looking at every note of every run, whatever the
 * number of threads. */
#include "lab/course.h"
#include "lab/search.h"
#include "unit.h"

#include <stdlib.h>

enum { SEEDS = 24 };
static const int64_t NS_PER_S = 1000000000;
static const int64_t WITHIN_NS = 40 * INT64_C(1000000000);

static const char *const CONDITIONS[] = {
    "handover_accepted",
    "handover_accepted and node == dispatcher and not peer == G",
    "order_rejected or first(order_waiting and wait > 0)",
    "first(response_ms > 6000)",
    "first(response_ms > 5000) and first(handover_accepted)",
    "first(handover_accepted) and waiting >= 0 and t_ms >= 20000",
    "not (order_cooked or t_ms < 9000) and subject > 40 and epoch >= 1",
    "queue_ms > 2500 and migrations == 0",
    "cooking > 23 or waiting > 5",
    "resp_p99_ms > 5500",
};
enum { CONDITION_COUNT = sizeof CONDITIONS / sizeof CONDITIONS[0] };

static struct lab_scenario *load(const char *name)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    if (lab_scenario_load(name, false, &scenario, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return scenario;
}

static struct lab_condition parse(const struct lab_scenario *scenario, const char *text)
{
    struct lab_condition condition;
    struct lab_problem problem;
    if (lab_condition_parse(scenario, text, &condition, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return condition;
}

/* ---- The stupid way ---- */

/* Everything that happens is looked at, and nothing is left out because it cannot matter. */
struct scan {
    struct lab_course course;
    struct lab_condition condition;
    int64_t figures[64];
    int64_t found_ns; /* -1: not yet */
};

static void scan_look(struct scan *scan, const struct node_note *note, const struct node_row *row)
{
    const struct lab_moment moment = {note, row, scan->figures, lab_course_now_ns(&scan->course)};
    if (lab_condition_holds(&scan->condition, scan->course.scenario, &moment) &&
        scan->found_ns < 0) {
        scan->found_ns = moment.time_ns;
    }
}

static void scan_note(void *context, const struct node_note *note, const struct system_note *known)
{
    (void)known;
    scan_look(context, note, NULL);
}

static void scan_row(void *context, const struct node_row *row)
{
    scan_look(context, NULL, row);
}

static int64_t scan_seed(const struct lab_scenario *scenario, uint64_t seed,
                         const struct lab_condition *condition)
{
    static struct scan scan;
    struct lab_problem problem;
    scan = (struct scan){.condition = *condition, .found_ns = -1};
    assert_int_equal(
        lab_course_open(&scan.course, scenario, seed, scenario->settings, true, &problem), 0);
    lab_course_figures(&scan.course, scan.figures);
    scan.course.context = &scan;
    scan.course.note = scan_note;
    scan.course.row = scan_row;
    for (int64_t at_ns = 0; at_ns <= WITHIN_NS && scan.found_ns < 0; at_ns += NS_PER_S) {
        (void)lab_course_run(&scan.course, at_ns, UINT64_MAX);
        if (at_ns > 0) {
            lab_course_figures(&scan.course, scan.figures);
            scan_look(&scan, NULL, NULL);
        }
    }
    lab_course_close(&scan.course);
    return scan.found_ns;
}

/* ---- Tests ---- */

static struct lab_search_result search_run(const struct lab_scenario *scenario,
                                           const struct lab_condition *condition, uint32_t hits_max,
                                           uint32_t jobs)
{
    struct lab_search_result result;
    struct lab_problem problem;
    const struct lab_search search = {.scenario = scenario,
                                      .settings = scenario->settings,
                                      .condition = condition,
                                      .first_seed = 1,
                                      .last_seed = SEEDS,
                                      .within_ns = WITHIN_NS,
                                      .hits_max = hits_max,
                                      .jobs = jobs};
    assert_int_equal(lab_search_run(&search, &result, &problem), 0);
    return result;
}

static void test_finds_what_a_scan_finds(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/bench");
    uint32_t found = 0;
    uint32_t missed = 0;
    for (uint32_t i = 0; i < CONDITION_COUNT; i++) {
        struct lab_condition condition = parse(scenario, CONDITIONS[i]);
        struct lab_search_result result = search_run(scenario, &condition, 0, 2);
        uint32_t next = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            int64_t expected_ns = scan_seed(scenario, seed, &condition);
            bool hit = next < result.count && result.hits[next].seed == seed;
            if (hit != (expected_ns >= 0) || (hit && result.hits[next].time_ns != expected_ns)) {
                fail_msg("%s, seed %d: at %lld ns, expected %lld", CONDITIONS[i], (int)seed,
                         hit ? (long long)result.hits[next].time_ns : -1LL, (long long)expected_ns);
            }
            if (hit) {
                assert_true(strlen(result.hits[next].words) > 0);
            }
            next += hit;
            found += hit;
            missed += !hit;
        }
        assert_int_equal(next, result.count);
        assert_int_equal(result.seeds, SEEDS);
        lab_search_free(&result);
    }
    assert_true(found > 0);
    assert_true(missed > 0); /* else the conditions ask for too little */
    lab_scenario_free(&scenario);
}

static void test_first_hits_for_any_number_of_threads(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/bench");
    struct lab_condition condition = parse(scenario, "first(response_ms > 5500)");
    struct lab_search_result all = search_run(scenario, &condition, 0, 1);
    assert_true(all.count > 3);
    for (uint32_t hits = 1; hits <= 3; hits++) {
        for (uint32_t jobs = 1; jobs <= 8; jobs += jobs) {
            struct lab_search_result some = search_run(scenario, &condition, hits, jobs);
            assert_int_equal(some.count, hits);
            assert_memory_equal(some.hits, all.hits, hits * sizeof *all.hits);
            assert_int_equal(some.seeds, all.hits[hits - 1].seed);
            lab_search_free(&some);
        }
    }
    lab_search_free(&all);
    lab_scenario_free(&scenario);
}

static void test_gives_up(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load("kitchens/bench");
    struct lab_condition condition = parse(scenario, "order_cooked");
    struct lab_search_result result;
    struct lab_problem problem;
    atomic_bool give_up = true;
    atomic_ullong done = 0;
    const struct lab_search search = {.scenario = scenario,
                                      .settings = scenario->settings,
                                      .condition = &condition,
                                      .first_seed = 1,
                                      .last_seed = LAB_SEARCH_SEEDS_MAX,
                                      .give_up = &give_up,
                                      .seeds_done = &done};
    assert_int_equal(lab_search_run(&search, &result, &problem), -LAB_UNAVAILABLE);
    assert_int_equal(done, 0);
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_what_a_scan_finds),
        cmocka_unit_test(test_first_hits_for_any_number_of_threads),
        cmocka_unit_test(test_gives_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
