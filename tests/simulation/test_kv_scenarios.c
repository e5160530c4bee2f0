/* test_kv_scenarios.c - every scenario of the store, run to its end and judged: as it is, and with the
 * bug switch that its trap is about. */
#include "lab/course.h"
#include "lab/settings.h"
#include "load_scenario.h"
#include "systems/kv/ledger.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { SCENARIOS_MAX = 64 };

struct result {
    struct lab_judgement judgement;
    int64_t figures[KV_FIGURE_COUNT];
    uint64_t operation_rows;
};

static void take_row(void *context, const struct node_row *row)
{
    struct result *result = context;
    result->operation_rows += row->table == KV_TABLE_OPERATIONS;
}

static void run(const struct lab_scenario *scenario, const int64_t *settings, struct result *result)
{
    struct lab_course course;
    struct lab_problem problem;
    memset(result, 0, sizeof *result);
    assert_int_equal(lab_course_open(&course, scenario, scenario->seed, settings, true, &problem),
                     0);
    lab_course_collect(&course);
    course.context = result;
    course.row = take_row;
    course.sim.checks = true;
    while (lab_course_run(&course, scenario->until_ns, 1000000) == SIM_WORKING) {
    }
    lab_course_figures(&course, result->figures);
    struct lab_fork fork;
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, &result->judgement);
    lab_fork_close(&fork);
    lab_course_close(&course);
}

/* expect.figures: {NAME: {min, max}}. */
static void check_figures(const struct lab_scenario *scenario, const struct result *result)
{
    const cJSON *expected;
    cJSON_ArrayForEach(expected, cJSON_GetObjectItemCaseSensitive(scenario->expect, "figures"))
    {
        uint32_t index = 0;
        while (index < KV_FIGURE_COUNT && strcmp(KV_FIGURES[index].name, expected->string) != 0)
            index++;
        assert_in_range(index, 0, KV_FIGURE_COUNT - 1);
        const cJSON *min = cJSON_GetObjectItemCaseSensitive(expected, "min");
        const cJSON *max = cJSON_GetObjectItemCaseSensitive(expected, "max");
        double value = (double)result->figures[index];
        for (int i = 0; i < KV_FIGURES[index].decimals; i++)
            value /= 10;
        assert_true(min != NULL || max != NULL);
        if ((min != NULL && value < min->valuedouble) || (max != NULL && value > max->valuedouble))
            fail_msg("%s: %s is %g", scenario->name, expected->string, value);
    }
}

static void check_good(const struct lab_scenario *scenario, const struct result *result)
{
    assert_true(result->judgement.halt == SIM_HALT_NONE);
    if (!result->judgement.converged)
        fail_msg("%s: never at rest", scenario->name);
    for (uint32_t i = 0; i < result->judgement.count; i++) {
        if (result->judgement.findings[i].verdict == SYSTEM_PASS ||
            result->judgement.unpromised[i] != UINT16_MAX)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &result->judgement, i, &text);
        fail_msg("%s: %s", scenario->name, buffer);
    }
    assert_true(result->operation_rows > 0);
}

static uint32_t check_index(const char *name)
{
    uint32_t index = 0;
    while (index < KV_CHECK_COUNT && strcmp(KV_CHECKS[index].name, name) != 0)
        index++;
    assert_in_range(index, 0, KV_CHECK_COUNT - 1);
    return index;
}

/* With its switch on, the promise that the scenario names is seen broken, with a witness. */
static void check_bug(const struct lab_scenario *scenario)
{
    const cJSON *breaks = cJSON_GetObjectItemCaseSensitive(scenario->json, "bug_breaks");
    assert_int_equal(cJSON_IsString(breaks), scenario->bug != NULL);
    if (scenario->bug == NULL)
        return;
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_problem problem;
    memcpy(settings, scenario->settings, sizeof settings);
    int bug = lab_setting_find(&KV, scenario->bug, &problem);
    assert_in_range(bug, 0, KV_SET_COUNT - 1);
    assert_non_null(KV_SETTINGS[bug].trap);
    settings[bug] = 1;
    struct result result;
    run(scenario, settings, &result);
    const struct system_finding *finding =
        &result.judgement.findings[check_index(breaks->valuestring)];
    if (finding->verdict != SYSTEM_FAIL)
        fail_msg("%s: %s does not break %s", scenario->name, scenario->bug, breaks->valuestring);
    assert_true(finding->actual > finding->expected);
    assert_true(finding->at_ns > 0);
}

struct names {
    char name[SCENARIOS_MAX][LAB_SCENARIO_NAME_BYTES];
    int count;
};

static void take_name(void *context, const char *name)
{
    struct names *names = context;
    if (strncmp(name, "kv/", strlen("kv/")) != 0)
        return;
    assert_in_range(names->count, 0, SCENARIOS_MAX - 1);
    (void)snprintf(names->name[names->count++], LAB_SCENARIO_NAME_BYTES, "%s", name);
}

static void test_every_scenario(void **state)
{
    (void)state;
    struct names names = {.count = 0};
    lab_scenario_names(take_name, &names);
    assert_in_range(names.count, 15, SCENARIOS_MAX);
    for (int i = 0; i < names.count; i++) {
        struct lab_scenario *scenario = load_scenario(names.name[i]);
        struct result result;
        run(scenario, scenario->settings, &result);
        check_good(scenario, &result);
        check_figures(scenario, &result);
        check_bug(scenario);
        lab_scenario_free(&scenario);
    }
}

/* Every switch is opened by some scenario. */
static void test_every_switch_has_a_scenario(void **state)
{
    (void)state;
    struct names names = {.count = 0};
    lab_scenario_names(take_name, &names);
    for (int set = 0; set < KV_SET_COUNT; set++) {
        bool found = KV_SETTINGS[set].trap == NULL;
        for (int i = 0; i < names.count && !found; i++) {
            struct lab_scenario *scenario = load_scenario(names.name[i]);
            found = scenario->bug != NULL && strcmp(scenario->bug, KV_SETTINGS[set].key) == 0;
            lab_scenario_free(&scenario);
        }
        if (!found)
            fail_msg("no scenario opens %s", KV_SETTINGS[set].key);
    }
}

/* What is no promise is said, with what broke it: R + W <= N. */
static void test_what_is_no_promise(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("kv/trap-16-first-answer");
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, scenario->settings, sizeof settings);
    settings[KV_SET_READ_QUORUM] = settings[KV_SET_WRITE_QUORUM] = 1;
    assert_int_equal(kv_unpromised(scenario->data, settings, KV_CHECK_READS_FRESH),
                     KV_WORD_QUORUMS_MISS);
    assert_int_equal(kv_unpromised(scenario->data, settings, KV_CHECK_REPLICAS_CONVERGE),
                     UINT16_MAX);
    struct result result;
    run(scenario, settings, &result);
    check_good(scenario, &result);
    assert_int_equal(result.judgement.findings[KV_CHECK_READS_FRESH].verdict, SYSTEM_FAIL);
    assert_true(result.figures[KV_FIGURE_STALE_READS] > 0);
    assert_true(result.figures[KV_FIGURE_STALENESS_MAX_MS] > 0);
    lab_scenario_free(&scenario);
}

/* What was served as strong was promised to be, though the store was available before and after; and
 * a run that never serves it promises nothing about it. */
static void test_strong_is_promised_whatever_came_before(void **state)
{
    (void)state;
    const uint32_t check = KV_CHECK_STRONG_LINEARIZABLE;
    struct lab_scenario *scenario = load_scenario("kv/switch");
    int64_t settings[LAB_SETTINGS_MAX];
    struct result result;
    run(scenario, scenario->settings, &result);
    assert_string_equal(lab_verdict_name(&result.judgement, check, NULL), "PASS");
    memcpy(settings, scenario->settings, sizeof settings);
    settings[KV_SET_BUG_CAS_ANYWAY] = 1;
    run(scenario, settings, &result);
    assert_string_equal(lab_verdict_name(&result.judgement, check, NULL), "FAIL");
    lab_scenario_free(&scenario);
    scenario = load_scenario("kv/quorum");
    run(scenario, scenario->settings, &result);
    assert_string_equal(lab_verdict_name(&result.judgement, check, NULL), "NOT-PROMISED");
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scenario),
        cmocka_unit_test(test_every_switch_has_a_scenario),
        cmocka_unit_test(test_what_is_no_promise),
        cmocka_unit_test(test_strong_is_promised_whatever_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
