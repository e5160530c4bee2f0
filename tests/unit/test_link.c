/* test_link.c - runs become links and come back as the same runs; what is not a link is refused. */
#include "lab/behaviour.h"
#include "lab/lab_internal.h"
#include "lab/link.h"
#include "lab/link_body.h"
#include "link_runs.h"
#include "unit.h"

#include <stdlib.h>

enum { ROUNDS = 300, INPUTS_A_ROUND = 60 };
static const int64_t SECOND_NS = 1000000000;
static char letters[LAB_LINK_BYTES_MAX];

static struct lab_scenario *load(const char *name)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_scenario_load(name, false, &scenario, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return scenario;
}

static struct text link_of(const struct lab_course *course, int64_t moment_ns, const char *label,
                           int64_t branch_ns)
{
    struct text text = text_init(letters, sizeof letters);
    lab_link_of_course(course, moment_ns, label, branch_ns, &text);
    assert_false(text.cut);
    return text;
}

static struct lab_link read_link(const char *text, size_t length)
{
    struct lab_link link;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_link_read(text, length, &link, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return link;
}

static struct lab_link_run open_link(const struct lab_link *link)
{
    struct lab_link_run run;
    struct lab_problem problem = {.allowed = NULL};
    if (lab_link_open(link, &run, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return run;
}

static void assert_same_inputs(const struct lab_inputs *left, const struct lab_inputs *right)
{
    assert_int_equal(left->count, right->count);
    for (uint32_t i = 0; i < left->count; i++) {
        assert_memory_equal(&left->items[i].input, &right->items[i].input,
                            sizeof left->items[i].input);
        assert_int_equal(left->items[i].number, right->items[i].number);
        assert_string_equal(left->items[i].who, right->items[i].who);
    }
}

/* The run of the link, computed up to the link's edge, has the link's digest there. */
static void assert_same_course(const struct lab_link *link, const struct lab_link_run *run)
{
    struct lab_course course;
    assert_int_equal(
        lab_course_open(&course, run->scenario, link->seed, run->settings, false, NULL), 0);
    for (uint32_t i = 0; i < run->inputs.count; i++) {
        lab_course_input(&course, &run->inputs.items[i].input, run->inputs.items[i].number,
                         run->inputs.items[i].who);
    }
    (void)lab_course_run(&course, link->edge_ns, UINT64_MAX);
    assert_true(sim_digest(&course.sim) == link->digest);
    lab_course_close(&course);
}

static void round_trip(const struct lab_course *course, int64_t moment_ns)
{
    struct text text = link_of(course, moment_ns, NULL, -1);
    struct lab_link link = read_link(text.at, text.length);
    struct lab_link_run run = open_link(&link);
    assert_string_equal(link.scenario, course->scenario->name);
    assert_int_equal(link.seed, course->seed);
    assert_int_equal(link.moment_ns, moment_ns);
    assert_int_equal(link.edge_ns, lab_course_now_ns(course));
    assert_true(run.same_version);
    assert_string_equal(run.note, "");
    assert_memory_equal(run.settings, course->settings,
                        course->scenario->system->setting_count * sizeof run.settings[0]);
    assert_same_inputs(&run.inputs, &course->inputs);
    assert_same_course(&link, &run);
    lab_link_run_free(&run);
    lab_link_free(&link);
}

/* Any inputs, at any place between two events, come back. */
static void test_random_runs(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"kitchens/lunch-rush", "kitchens/road-closed",
                                        "kitchens/trap-03-targets-once"};
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        struct link_random random = {round * UINT64_C(0x9e3779b97f4a7c15)};
        struct lab_scenario *scenario = load(NAMES[round % 3]);
        struct lab_course course;
        link_random_course(&random, scenario, (uint32_t)link_random_below(&random, INPUTS_A_ROUND),
                           5 * SECOND_NS, &course);
        (void)lab_course_run(&course, (int64_t)link_random_below(&random, 6) * SECOND_NS,
                             UINT64_MAX);
        for (uint64_t steps = link_random_below(&random, 100); steps > 0; steps--) {
            (void)lab_course_step(&course, 10 * SECOND_NS);
        }
        round_trip(&course, lab_course_now_ns(&course) / 2);
        lab_course_close(&course);
        lab_scenario_free(&scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
