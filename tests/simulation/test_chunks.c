/* test_chunks.c - the same run gives the same digest however it is driven: in one go, in pieces of
 * any length, event by event, with and without checks and listeners, and as a copy whose original
 * was poisoned. */
#include "base/draw.h"
#include "effort.h"
#include "lab/course.h"
#include "sim/nemesis.h"
#include "unit.h"

#include <stdlib.h>

enum { SECONDS = 40, SECONDS_MEASURE = 10, SEEDS = 2, SEEDS_LONG = 20 };
static const int64_t NS_PER_S = 1000000000;

struct driver {
    const char *name;
    bool checks, listeners;
    int64_t piece_ns; /* mean length of a piece; 0: in one go */
    uint64_t steps;   /* of one call */
};
static const struct driver DRIVERS[] = {
    {"in one go", true, true, 0, UINT64_MAX},
    {"without checks and listeners", false, false, 0, UINT64_MAX},
    {"in pieces of about 100 ms", true, true, 100000000, UINT64_MAX},
    {"in pieces of about 1 ms", true, false, 1000000, UINT64_MAX},
    {"17 events at a time", true, true, 0, 17},
    {"1 event at a time, pieces of about 3 s", false, true, 3000000000, 1},
};

/* A frozen measure has thousands of operations a second: fewer seconds of it have as many events. */
static int64_t end_ns_of(const struct lab_course *course)
{
    bool measure = strstr(course->scenario->name, "/bench") != NULL;
    return (measure ? SECONDS_MEASURE : SECONDS) * NS_PER_S;
}

static void add_faults(struct lab_course *course, uint64_t seed)
{
    struct nemesis *nemesis = malloc(sizeof *nemesis);
    struct nemesis_profile profile = {.from_ns = 2 * NS_PER_S,
                                      .to_ns = end_ns_of(course) - 5 * NS_PER_S};
    assert_non_null(nemesis);
    nemesis_draw(nemesis, &profile, &course->plan, seed);
    for (uint32_t i = 0; i < nemesis->count; i++) {
        lab_course_input(course, &nemesis->inputs[i], 1000 + i, "script");
    }
    free(nemesis);
}

static void drive(struct lab_course *course, const struct driver *driver, uint64_t seed)
{
    int64_t end_ns = end_ns_of(course);
    int64_t until_ns = 0;
    for (uint64_t n = 0; until_ns < end_ns; n++) {
        uint64_t draw = draw_u64(seed, 1, 0, n);
        until_ns = driver->piece_ns == 0
                       ? end_ns
                       : until_ns + (int64_t)draw_exponential(draw, (uint64_t)driver->piece_ns);
        until_ns = until_ns < end_ns ? until_ns : end_ns;
        enum sim_status status = SIM_WORKING;
        while (status == SIM_WORKING) {
            status = lab_course_run(course, until_ns, driver->steps);
        }
        if (status == SIM_HALTED) {
            return;
        }
    }
}

static uint64_t digest_of(const struct lab_scenario *scenario, uint64_t seed,
                          const struct driver *driver)
{
    struct lab_course course;
    struct lab_problem problem;
    assert_int_equal(lab_course_open(&course, scenario, seed, scenario->settings, true, &problem),
                     0);
    course.sim.checks = driver->checks;
    if (!driver->listeners) {
        course.sim.sink = (struct node_row_sink){0};
    }
    add_faults(&course, seed);
    drive(&course, driver, seed);
    uint64_t digest = sim_digest(&course.sim);
    lab_course_close(&course);
    return digest;
}

static void check_scenario(void *context, const char *name)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    (void)context;
    assert_int_equal(lab_scenario_load(name, false, &scenario, &problem), 0);
    uint64_t seeds = effort_is_long() ? SEEDS_LONG : effort_rounds(SEEDS);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        uint64_t expected = digest_of(scenario, seed, &DRIVERS[0]);
        for (size_t i = 1; i < sizeof DRIVERS / sizeof DRIVERS[0]; i++) {
            if (digest_of(scenario, seed, &DRIVERS[i]) != expected) {
                fail_msg("%s, seed %u: another digest %s", name, (unsigned)seed, DRIVERS[i].name);
            }
        }
    }
    lab_scenario_free(&scenario);
}

static void test_any_way_of_driving(void **state)
{
    (void)state;
    lab_scenario_names(check_scenario, NULL);
}

/* A copy goes on alone: nothing in it refers to where the original was. */
static void test_copy_outlives_its_original(void **state)
{
    (void)state;
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    struct lab_course course;
    assert_int_equal(lab_scenario_load("kitchens/kitchen-fire", false, &scenario, &problem), 0);
    assert_int_equal(lab_course_open(&course, scenario, 3, scenario->settings, false, &problem), 0);
    (void)lab_course_run(&course, 20 * NS_PER_S, UINT64_MAX);
    struct lab_fork copy;
    lab_fork_open(&copy, &course);
    (void)lab_course_run(&course, SECONDS * NS_PER_S, UINT64_MAX);
    uint64_t expected = sim_digest(&course.sim);
    memset(course.sim.world, 0xa5, sim_bytes(&course.plan));
    assert_int_equal(sim_run(&copy.sim, SECONDS * NS_PER_S, UINT64_MAX), SIM_REACHED);
    assert_true(sim_digest(&copy.sim) == expected);
    lab_fork_close(&copy);
    lab_course_close(&course);
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_way_of_driving),
        cmocka_unit_test(test_copy_outlives_its_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
