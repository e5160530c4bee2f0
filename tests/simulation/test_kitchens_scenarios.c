/* test_kitchens_scenarios.c - every scenario of the kitchens, run to its end and judged: as it is,
 * and with the bug switch that its trap is about; and the comparison that the first lesson is. */
#include "lab/course.h"
#include "lab/settings.h"
#include "load_scenario.h"
#include "systems/kitchens/ledger.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { SCENARIOS_MAX = 64, FIGURES_MAX = 64, SEEDS = 4 };
static const int64_t NS_PER_S = 1000000000;

struct result {
    struct lab_judgement judgement;
    int64_t figures[FIGURES_MAX];
    /* From the rows. */
    uint64_t order_rows;
    int64_t steps_until_us; /* end of the latest row of order_steps */
    int64_t response_us;    /* of the latest row of orders; NODE_CELL_NULL: none */
};

/* ---- Running ---- */

static uint32_t column(enum ledger_table table, const char *name)
{
    uint32_t at = 0;
    while (strcmp(KITCHENS_TABLES[table].columns[at].name, name) != 0)
        at++;
    return at;
}

/* The steps of an order follow its row: together they are its response. */
static void check_steps(struct result *result)
{
    if (result->order_rows > 0 && result->response_us != NODE_CELL_NULL)
        assert_int_equal(result->steps_until_us, result->response_us);
}

static void take_row(void *context, const struct node_row *row)
{
    struct result *result = context;
    if (row->table == LEDGER_TABLE_ORDERS) {
        check_steps(result);
        result->order_rows++;
        result->response_us = row->cells[column(LEDGER_TABLE_ORDERS, "response_ms")];
        result->steps_until_us = 0;
    } else if (row->table == LEDGER_TABLE_ORDER_STEPS) {
        assert_int_equal(row->cells[column(LEDGER_TABLE_ORDER_STEPS, "from_ms")],
                         result->steps_until_us);
        result->steps_until_us = row->cells[column(LEDGER_TABLE_ORDER_STEPS, "to_ms")];
    }
}

static void run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                struct result *result)
{
    struct lab_course course;
    struct lab_problem problem;
    memset(result, 0, sizeof *result);
    assert_int_equal(lab_course_open(&course, scenario, seed, settings, true, &problem), 0);
    course.context = result;
    course.row = take_row;
    course.sim.checks = true;
    while (lab_course_run(&course, scenario->until_ns, 1000000) == SIM_WORKING) {
    }
    check_steps(result);
    lab_course_figures(&course, result->figures);
    struct lab_fork fork;
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, &result->judgement);
    lab_fork_close(&fork);
    lab_course_close(&course);
}

static int setting_index(const char *key)
{
    struct lab_problem problem;
    int index = lab_setting_find(&KITCHENS, key, &problem);
    assert_in_range(index, 0, KITCHENS_SET_COUNT - 1);
    return index;
}

/* ---- Judging ---- */

static double figure_value(const struct result *result, uint32_t index)
{
    double value = (double)result->figures[index];
    for (int i = 0; i < KITCHENS_FIGURES[index].decimals; i++)
        value /= 10;
    return value;
}

/* expect.figures: {NAME: {min, max}}. */
static void check_figures(const struct lab_scenario *scenario, const struct result *result)
{
    const cJSON *expected;
    cJSON_ArrayForEach(expected, cJSON_GetObjectItemCaseSensitive(scenario->expect, "figures"))
    {
        uint32_t index = 0;
        while (index < LEDGER_FIGURE_COUNT &&
               strcmp(KITCHENS_FIGURES[index].name, expected->string) != 0)
            index++;
        assert_in_range(index, 0, LEDGER_FIGURE_COUNT - 1);
        const cJSON *min = cJSON_GetObjectItemCaseSensitive(expected, "min");
        const cJSON *max = cJSON_GetObjectItemCaseSensitive(expected, "max");
        assert_true(min != NULL || max != NULL);
        double value = figure_value(result, index);
        if ((min != NULL && value < min->valuedouble) || (max != NULL && value > max->valuedouble))
            fail_msg("%s: %s is %g", scenario->name, expected->string, value);
    }
}

static void check_good(const struct lab_scenario *scenario, uint64_t seed,
                       const struct result *result)
{
    assert_false(result->judgement.halt != SIM_HALT_NONE);
    if (!result->judgement.converged)
        fail_msg("%s, seed %d: never at rest", scenario->name, (int)seed);
    for (uint32_t i = 0; i < result->judgement.count; i++) {
        if (result->judgement.findings[i].verdict == SYSTEM_PASS)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &result->judgement, i, &text);
        fail_msg("%s, seed %d: %s", scenario->name, (int)seed, buffer);
    }
    assert_true(result->order_rows > 0);
}

static enum ledger_check check_index(const char *name)
{
    int index = 0;
    while (index < LEDGER_CHECK_COUNT && strcmp(KITCHENS_CHECKS[index].name, name) != 0)
        index++;
    assert_in_range(index, 0, LEDGER_CHECK_COUNT - 1);
    return (enum ledger_check)index;
}

/* With its switch on, the promise that the scenario names is seen broken, with a witness. */
static void check_bug(const struct lab_scenario *scenario)
{
    const cJSON *breaks = cJSON_GetObjectItemCaseSensitive(scenario->json, "bug_breaks");
    assert_int_equal(cJSON_IsString(breaks), scenario->bug != NULL);
    if (scenario->bug == NULL)
        return;
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, scenario->settings, sizeof settings);
    assert_non_null(KITCHENS_SETTINGS[setting_index(scenario->bug)].trap);
    settings[setting_index(scenario->bug)] = 1;
    struct result result;
    run(scenario, scenario->seed, settings, &result);
    const struct system_finding *finding =
        &result.judgement.findings[check_index(breaks->valuestring)];
    if (finding->verdict != SYSTEM_FAIL)
        fail_msg("%s: %s does not break %s", scenario->name, scenario->bug, breaks->valuestring);
    assert_true(finding->actual > finding->expected);
    assert_true(finding->at_ns > 0);
}

/* ---- Tests ---- */

struct names {
    char name[SCENARIOS_MAX][LAB_SCENARIO_NAME_BYTES];
    int count;
};

static void take_name(void *context, const char *name)
{
    struct names *names = context;
    if (strncmp(name, "kitchens/", strlen("kitchens/")) != 0)
        return;
    assert_in_range(names->count, 0, SCENARIOS_MAX - 1);
    (void)snprintf(names->name[names->count++], LAB_SCENARIO_NAME_BYTES, "%s", name);
}

static void test_every_scenario(void **state)
{
    (void)state;
    struct names names = {.count = 0};
    lab_scenario_names(take_name, &names);
    assert_in_range(names.count, 20, SCENARIOS_MAX);
    for (int i = 0; i < names.count; i++) {
        struct lab_scenario *scenario = load_scenario(names.name[i]);
        struct result result;
        assert_true(strlen(scenario->title) > 3);
        assert_true(strlen(scenario->about) > 20);
        run(scenario, scenario->seed, scenario->settings, &result);
        check_good(scenario, scenario->seed, &result);
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
    for (int set = 0; set < KITCHENS_SET_COUNT; set++) {
        bool found = KITCHENS_SETTINGS[set].trap == NULL;
        for (int i = 0; i < names.count && !found; i++) {
            struct lab_scenario *scenario = load_scenario(names.name[i]);
            found = scenario->bug != NULL && strcmp(scenario->bug, KITCHENS_SETTINGS[set].key) == 0;
            lab_scenario_free(&scenario);
        }
        if (!found)
            fail_msg("no scenario opens %s", KITCHENS_SETTINGS[set].key);
    }
}

/* The same rush under round robin and under the weighted score: the first lesson cannot fall flat. */
static void test_the_comparison(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("kitchens/lunch-rush");
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, scenario->settings, sizeof settings);
    for (uint64_t seed = scenario->seed; seed < scenario->seed + SEEDS; seed++) {
        struct result turns, score;
        settings[KITCHENS_SET_POLICY] = KITCHENS_ROUND_ROBIN;
        run(scenario, seed, settings, &turns);
        settings[KITCHENS_SET_POLICY] = KITCHENS_WEIGHTED_SCORE;
        run(scenario, seed, settings, &score);
        check_good(scenario, seed, &turns);
        check_good(scenario, seed, &score);
        assert_true(turns.figures[LEDGER_FIGURE_RESPONSE_RUN_MEAN_MS] >=
                    2 * score.figures[LEDGER_FIGURE_RESPONSE_RUN_MEAN_MS]);
        assert_true(turns.figures[LEDGER_FIGURE_MAX_OVER_MEAN] >= 130);
        assert_true(turns.figures[LEDGER_FIGURE_WAITING] > 0); /* somebody's line does not end */
        assert_true(score.figures[LEDGER_FIGURE_JAIN_UTILISATION] >= 9500);
        assert_int_equal(score.figures[LEDGER_FIGURE_REFUSED], 0);
        assert_in_range(score.figures[LEDGER_FIGURE_UTILISATION_PCT], 780, 920);
    }
    assert_true(scenario->until_ns >= 300 * NS_PER_S); /* a whole window of jain_utilisation */
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scenario),
        cmocka_unit_test(test_every_switch_has_a_scenario),
        cmocka_unit_test(test_the_comparison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
