/* test_shrink.c - the smallest run that still breaks a promise: planted bugs under many faults. */
#include "effort.h"
#include "lab/headless.h"
#include "lab/settings.h"
#include "lab/shrink.h"
#include "lab/sweep.h"
#include "unit.h"

#include <stdlib.h>

enum { ROWS_MAX = 5, FAULTS_MIN = 30 };
static const int64_t LENGTH_NS = 600 * INT64_C(1000000000);

struct city {
    struct lab_scenario *scenario;
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_inputs inputs;
    uint64_t seed;
};

/* Ten minutes of the lunch rush with a rule turned off and thirty faults of all kinds. */
static struct city city_open(const char *bug, uint64_t seed)
{
    struct city city = {.seed = seed};
    struct lab_problem problem;
    if (lab_scenario_load("kitchens/lunch-rush", false, &city.scenario, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    memcpy(city.settings, city.scenario->settings, sizeof city.settings);
    const char *const sets[] = {bug, "migration=true"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            lab_setting_parse_text(city.scenario->system, sets[i], city.settings, &problem), 0);
    }
    struct lab_sweep sweep = {.scenario = city.scenario,
                              .settings = city.settings,
                              .first_seed = seed,
                              .last_seed = seed,
                              .until_ns = LENGTH_NS,
                              .always = true};
    assert_int_equal(lab_faults_parse("all", &sweep.faults, &problem), 0);
    assert_int_equal(lab_sweep_faults(&sweep, &city.inputs, &problem), 0);
    assert_true(city.inputs.count >= FAULTS_MIN);
    return city;
}

static void city_close(struct city *city)
{
    lab_inputs_free(&city->inputs);
    lab_scenario_free(&city->scenario);
}

static struct lab_shrink shrink_of(const struct city *city)
{
    return (struct lab_shrink){.scenario = city->scenario,
                               .seed = city->seed,
                               .settings = city->settings,
                               .inputs = &city->inputs,
                               .until_ns = LENGTH_NS};
}

/* The verdict of the check as `chef run` would give it. */
static const char *verdict_of(const struct city *city, const struct lab_shrink_result *result,
                              const struct lab_inputs *inputs, uint64_t *digest)
{
    static struct lab_headless_result run;
    struct lab_problem problem;
    const struct lab_headless_options options = {.scenario = city->scenario,
                                                 .seed = city->seed,
                                                 .settings = result->settings,
                                                 .inputs = inputs,
                                                 .without_script = true,
                                                 .until_ns = result->until_ns};
    assert_int_equal(lab_headless_run(&options, &run, &problem), 0);
    *digest = run.digest;
    return lab_verdict_name(&run.judgement, result->check, run.excuse);
}

static void check_minimal(const struct city *city, const struct lab_shrink_result *result)
{
    uint64_t digest;
    for (uint32_t without = 0; without < result->inputs.count; without++) {
        struct lab_inputs fewer = {0};
        for (uint32_t i = 0; i < result->inputs.count; i++) {
            if (i != without) {
                (void)lab_inputs_insert(&fewer, &result->inputs.items[i].input, 0, "script");
            }
        }
        assert_string_not_equal(verdict_of(city, result, &fewer, &digest), result->verdict);
        lab_inputs_free(&fewer);
    }
}

static void check_shrinks(const char *bug, const char *check, uint64_t seed)
{
    struct city city = city_open(bug, seed);
    struct lab_shrink shrink = shrink_of(&city);
    struct lab_shrink_result result;
    struct lab_problem problem;
    uint64_t digest;
    if (lab_shrink_run(&shrink, &result, &problem) != 0) {
        fail_msg("%s, seed %d: %s", bug, (int)seed, problem.detail);
    }
    print_message("%s, seed %d: %u inputs and %u orders became %u and %u, %u runs\n", bug,
                  (int)seed, result.before.inputs, result.before.orders, result.after.inputs,
                  result.after.orders, (unsigned)result.runs);
    assert_string_equal(city.scenario->system->checks[result.check].name, check);
    assert_string_equal(result.verdict, "EXPECTED-FAIL");
    assert_int_equal(result.end, LAB_SHRINK_MINIMAL);
    assert_true(result.inputs.count <= ROWS_MAX); /* orders are counted in */
    assert_true(result.load_off);
    assert_true(result.until_ns < LENGTH_NS / 60);
    assert_string_equal(verdict_of(&city, &result, &result.inputs, &digest), result.verdict);
    assert_int_equal(digest, result.digest);
    check_minimal(&city, &result);
    lab_shrink_free(&result);
    city_close(&city);
}

static void test_planted_bugs(void **state)
{
    (void)state;
    for (uint64_t seed = 2; seed < 2 + effort_rounds(3); seed++) {
        check_shrinks("bug.ack_before_fsync=true", "no_order_lost", seed);
        check_shrinks("bug.no_fence=true", "settled_once", seed);
    }
}

static void test_same_each_time(void **state)
{
    (void)state;
    struct city city = city_open("bug.no_fence=true", 3);
    struct lab_shrink shrink = shrink_of(&city);
    struct lab_shrink_result first;
    struct lab_shrink_result second;
    struct lab_problem problem;
    assert_int_equal(lab_shrink_run(&shrink, &first, &problem), 0);
    assert_int_equal(lab_shrink_run(&shrink, &second, &problem), 0);
    assert_int_equal(first.digest, second.digest);
    assert_int_equal(first.runs, second.runs);
    assert_int_equal(first.inputs.count, second.inputs.count);
    for (uint32_t i = 0; i < first.inputs.count; i++) {
        assert_memory_equal(&first.inputs.items[i].input, &second.inputs.items[i].input,
                            sizeof(struct sim_input));
    }
    lab_shrink_free(&first);
    lab_shrink_free(&second);
    city_close(&city);
}

/* Whatever ends it, what it gives breaks the promise. */
static void test_bounds(void **state)
{
    (void)state;
    struct city city = city_open("bug.ack_before_fsync=true", 2);
    struct lab_problem problem;
    for (uint32_t runs = 1; runs <= 65; runs += 16) {
        struct lab_shrink shrink = shrink_of(&city);
        struct lab_shrink_result result;
        uint64_t digest;
        atomic_ullong done = 0;
        shrink.runs_max = runs;
        shrink.runs_done = &done;
        assert_int_equal(lab_shrink_run(&shrink, &result, &problem), 0);
        assert_int_equal(result.end, LAB_SHRINK_RUNS);
        assert_int_equal(result.runs, runs);
        assert_int_equal(done, runs);
        assert_string_equal(verdict_of(&city, &result, &result.inputs, &digest), result.verdict);
        lab_shrink_free(&result);
    }
    city_close(&city);
}

static void test_refusals(void **state)
{
    (void)state;
    struct city city = city_open("bug.no_fence=true", 2);
    struct lab_shrink shrink = shrink_of(&city);
    struct lab_shrink_result result;
    struct lab_problem problem;
    atomic_bool give_up = true;
    shrink.check = "no_such_promise";
    assert_int_equal(lab_shrink_run(&shrink, &result, &problem), -LAB_NOT_FOUND);
    assert_non_null(problem.allowed);
    lab_problem_clear(&problem);
    shrink.check = "cooks_and_tickets"; /* kept */
    assert_int_equal(lab_shrink_run(&shrink, &result, &problem), -LAB_CONFLICT);
    shrink.check = NULL;
    shrink.give_up = &give_up;
    assert_int_equal(lab_shrink_run(&shrink, &result, &problem), -LAB_UNAVAILABLE);
    city_close(&city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planted_bugs),
        cmocka_unit_test(test_same_each_time),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
