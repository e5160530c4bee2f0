/* test_history.c - the worlds kept of a run: never more than the allowance, evenly spread, the newest
 * always there; and a world put away and taken out again is the same world. */
#include "lab/history.h"
#include "unit.h"

#include "lab/lab_internal.h"

#include <stdlib.h>

enum { MEGABYTE = 1024 * 1024, HOURS = 24 };
static const int64_t NS_PER_S = 1000000000;

struct fixture {
    struct lab lab;
    struct lab_run run;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    pthread_mutex_init(&fixture->lab.lock, NULL);
    fixture->lab.run_count = 1;
    fixture->run.world_bytes = MEGABYTE;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    lab_history_free(&fixture->lab, &fixture->run.history);
    assert_int_equal(fixture->run.history.bytes, 0);
    assert_int_equal((uint64_t)fixture->lab.counters.history_bytes, 0);
    pthread_mutex_destroy(&fixture->lab.lock);
    free(fixture);
    return 0;
}

/* Of a size that is only said. */
static void add(struct fixture *fixture, int64_t second, size_t bytes)
{
    struct lab_kept *kept = calloc(1, sizeof *kept);
    assert_non_null(kept);
    kept->time_ns = second * NS_PER_S;
    kept->steps = (uint64_t)second * 100;
    kept->bytes = bytes;
    lab_history_add(&fixture->lab, &fixture->run, kept);
}

/* As lab_history_keep() does it: as soon as the run has come far enough. */
static void run_for(struct fixture *fixture, int64_t seconds, size_t bytes)
{
    const struct lab_history *history = &fixture->run.history;
    for (int64_t second = 1; second <= seconds; second++) {
        int64_t last_ns = history->count == 0 ? 0 : history->worlds[history->count - 1]->time_ns;
        if (second * NS_PER_S - last_ns >= lab_history_distance_ns(history)) {
            add(fixture, second, bytes);
            assert_true(history->bytes <= LAB_HISTORY_BYTES_MAX);
            assert_true(history->count <= LAB_HISTORY_WORLDS_MAX);
        }
    }
}

static void test_never_more_than_the_allowance(void **state)
{
    struct fixture *fixture = *state;
    const struct lab_history *history = &fixture->run.history;
    run_for(fixture, HOURS * 3600, MEGABYTE);
    assert_int_equal(history->count, LAB_HISTORY_BYTES_MAX / MEGABYTE);
    int64_t average_ns = HOURS * 3600 * NS_PER_S / history->count;
    int64_t before_ns = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        int64_t gap_ns = history->worlds[i]->time_ns - before_ns;
        assert_true(gap_ns > 0 && gap_ns <= 3 * average_ns);
        before_ns = history->worlds[i]->time_ns;
    }
    assert_true(HOURS * 3600 * NS_PER_S - before_ns <= 2 * average_ns);
}

static void test_never_more_than_the_number(void **state)
{
    struct fixture *fixture = *state;
    run_for(fixture, HOURS * 3600, 1024);
    assert_int_equal(fixture->run.history.count, LAB_HISTORY_WORLDS_MAX);
    add(fixture, HOURS * 3600 + 1, 1024); /* not wanted: none goes for it */
    assert_int_equal(fixture->run.history.count, LAB_HISTORY_WORLDS_MAX);
}

/* Memory is shared: with a thousand runs nobody keeps anything, and the past is computed from 0. */
static void test_many_runs_share_the_memory(void **state)
{
    struct fixture *fixture = *state;
    const struct lab_history *history = &fixture->run.history;
    fixture->lab.run_count = 64;
    run_for(fixture, 3600, MEGABYTE);
    assert_int_equal(history->count, LAB_HISTORY_TOTAL_BYTES_MAX / 64 / MEGABYTE);
    fixture->lab.run_count = 1000;
    add(fixture, 3700, MEGABYTE);
    assert_int_equal(history->count, 0);
    assert_null(lab_history_at(history, INT64_MAX));
}

static void test_finds_the_one_before(void **state)
{
    struct fixture *fixture = *state;
    const struct lab_history *history = &fixture->run.history;
    run_for(fixture, 600, 1024);
    assert_null(lab_history_at(history, 59 * NS_PER_S));
    assert_int_equal(lab_history_at(history, 60 * NS_PER_S)->time_ns, 60 * NS_PER_S);
    assert_int_equal(lab_history_at(history, 179 * NS_PER_S)->time_ns, 120 * NS_PER_S);
    assert_int_equal(lab_history_at(history, INT64_MAX)->time_ns, 600 * NS_PER_S);
    assert_null(lab_history_before_event(history, 6000));
    assert_int_equal(lab_history_before_event(history, 6001)->time_ns, 60 * NS_PER_S);
    add(fixture, 61, 1024); /* too close to its neighbours to be of use */
    assert_int_equal(history->count, 10);
    add(fixture, 30, 1024); /* computed again, where there was none */
    assert_int_equal(history->count, 11);
    assert_int_equal(lab_history_at(history, 59 * NS_PER_S)->time_ns, 30 * NS_PER_S);
}

/* Without its zeros, and back. */
static void test_a_world_comes_back(void **state)
{
    struct lab_scenario *scenario;
    struct lab_problem problem = {.allowed = NULL};
    struct lab_course one;
    struct lab_course two;
    struct lab_show *shows = calloc(2, sizeof *shows);
    (void)state;
    assert_non_null(shows);
    assert_int_equal(lab_scenario_load("kitchens/lunch-rush", false, &scenario, &problem), 0);
    assert_int_equal(lab_course_open(&one, scenario, 7, scenario->settings, true, &problem), 0);
    assert_int_equal(lab_course_open(&two, scenario, 7, scenario->settings, true, &problem), 0);
    lab_show_begin(&shows[0], scenario);
    shows[0].event_count = 5;
    (void)lab_course_run(&one, 90 * NS_PER_S, UINT64_MAX);
    struct lab_kept *kept = lab_kept_make(&one, &shows[0]);
    assert_true(kept->bytes < kept->world_bytes);
    lab_kept_restore(kept, &two, &shows[1]);
    assert_memory_equal(&shows[0], &shows[1], sizeof shows[0]);
    assert_int_equal(sim_digest(&one.sim), sim_digest(&two.sim));
    (void)lab_course_run(&one, 200 * NS_PER_S, UINT64_MAX);
    (void)lab_course_run(&two, 200 * NS_PER_S, UINT64_MAX);
    assert_int_equal(sim_digest(&one.sim), sim_digest(&two.sim));
    free(kept);
    free(shows);
    lab_course_close(&one);
    lab_course_close(&two);
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_never_more_than_the_allowance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_never_more_than_the_number, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_runs_share_the_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_finds_the_one_before, setup, teardown),
        cmocka_unit_test(test_a_world_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
