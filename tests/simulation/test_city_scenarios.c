/* test_city_scenarios.c - the same minute under three promises: what each one keeps, and what it costs;
 * and every scenario with the bug switch that its trap is about. */
#include "lab/course.h"
#include "lab/settings.h"
#include "load_scenario.h"
#include "sim/sim.h"
#include "systems/city/ledger.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { SCENARIOS_MAX = 16, ORDERS_MAX = 512, SMALL_SIDE = 2 /* kitchens 0 and 1 of the cut */ };
static const int64_t NS_PER_S = 1000000000;
/* While the cut lasts and has been noticed, and its end is further off than anybody waits. */
static const int64_t CUT_FROM_NS = 17 * NS_PER_S;
static const int64_t CUT_TO_NS = 33 * NS_PER_S;

struct result {
    struct lab_judgement judgement;
    int64_t figures[CITY_FIGURE_COUNT];
    uint64_t digest;
    uint32_t order_count; /* orders that were over when the run was */
    struct node_row orders[ORDERS_MAX];
};

/* ---- Running ---- */

static void take_row(void *context, const struct node_row *row)
{
    struct result *result = context;
    if (row->table != CITY_TABLE_ORDERS)
        return;
    assert_in_range(result->order_count, 0, ORDERS_MAX - 1);
    result->orders[result->order_count++] = *row;
}

static void run(const struct lab_scenario *scenario, const int64_t *settings, struct result *result)
{
    static struct lab_course course;
    struct lab_problem problem;
    memset(result, 0, sizeof *result);
    assert_int_equal(lab_course_open(&course, scenario, scenario->seed, settings, true, &problem),
                     0);
    course.context = result;
    course.row = take_row;
    course.sim.checks = true;
    lab_course_collect(&course);
    while (lab_course_run(&course, scenario->until_ns, 1000000) == SIM_WORKING) {
    }
    result->digest = sim_digest(&course.sim);
    lab_course_figures(&course, result->figures);
    struct lab_fork fork;
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, &result->judgement);
    lab_fork_close(&fork);
    lab_course_close(&course);
}

static void run_as_it_is(const char *name, struct result *result)
{
    struct lab_scenario *scenario = load_scenario(name);
    run(scenario, scenario->settings, result);
    lab_scenario_free(&scenario);
}

/* ---- Looking ---- */

static int64_t cell(const struct node_row *row, const char *column)
{
    uint32_t at = 0;
    while (strcmp(CITY_TABLES[CITY_TABLE_ORDERS].columns[at].name, column) != 0)
        at++;
    return row->cells[at];
}

/* Orders of that dish, at the small side or at the other one while the city was cut, that were told
 * "yours", and that were turned away. */
struct tally {
    uint32_t sold, turned_away;
};

static struct tally tally_of(const struct result *result, enum city_dish dish, bool small_side)
{
    struct tally tally = {.sold = 0};
    for (uint32_t i = 0; i < result->order_count; i++) {
        const struct node_row *row = &result->orders[i];
        bool counts = cell(row, "dish") == dish && row->time_ns >= CUT_FROM_NS &&
                      row->time_ns < CUT_TO_NS && (cell(row, "kitchen") < SMALL_SIDE) == small_side;
        int64_t outcome = cell(row, "outcome");
        tally.sold += counts && cell(row, "level") != NODE_CELL_NULL;
        tally.turned_away += counts && (outcome == CITY_REFUSED || outcome == CITY_NO_ANSWER);
    }
    return tally;
}

static const char *verdict(const struct result *result, enum city_check check)
{
    return lab_verdict_name(&result->judgement, check, NULL);
}

/* Everything that this mode promises holds; what is no promise may be broken and says so. */
static void check_good(const struct lab_scenario *scenario, const struct result *result)
{
    assert_true(result->judgement.halt == SIM_HALT_NONE);
    if (!result->judgement.converged)
        fail_msg("%s: never at rest", scenario->name);
    for (uint32_t i = 0; i < result->judgement.count; i++) {
        if (strcmp(verdict(result, i), "PASS") == 0 ||
            strcmp(verdict(result, i), "NOT-PROMISED") == 0 ||
            strcmp(verdict(result, i), "EXPECTED-FAIL") == 0)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &result->judgement, i, &text);
        fail_msg("%s: %s", scenario->name, buffer);
    }
    assert_true(result->order_count > 0);
}

/* expect.figures: {NAME: {min, max}}. */
static void check_figures(const struct lab_scenario *scenario, const struct result *result)
{
    const cJSON *expected;
    cJSON_ArrayForEach(expected, cJSON_GetObjectItemCaseSensitive(scenario->expect, "figures"))
    {
        uint32_t index = 0;
        while (index < CITY_FIGURE_COUNT && strcmp(CITY_FIGURES[index].name, expected->string) != 0)
            index++;
        assert_in_range(index, 0, CITY_FIGURE_COUNT - 1);
        assert_int_equal(CITY_FIGURES[index].decimals, 0);
        const cJSON *min = cJSON_GetObjectItemCaseSensitive(expected, "min");
        const cJSON *max = cJSON_GetObjectItemCaseSensitive(expected, "max");
        double value = (double)result->figures[index];
        assert_true(min != NULL || max != NULL);
        if ((min != NULL && value < min->valuedouble) || (max != NULL && value > max->valuedouble))
            fail_msg("%s: %s is %g", scenario->name, expected->string, value);
    }
}

/* ---- One minute, three promises ---- */

/* Through the log: no lobster twice, and the small side has no answer for anybody. */
static void test_cp_turns_away(void **state)
{
    struct result result;
    (void)state;
    run_as_it_is("city/cp", &result);
    assert_string_equal(verdict(&result, CITY_CHECK_SOLD_ONCE), "PASS");
    assert_string_equal(verdict(&result, CITY_CHECK_LINEARIZABLE), "PASS");
    assert_true(result.figures[CITY_FIGURE_TURNED_AWAY] > 0);
    assert_int_equal(result.figures[CITY_FIGURE_OVERSOLD], 0);
    assert_int_equal(result.figures[CITY_FIGURE_STALE], 0);
    assert_int_equal(result.figures[CITY_FIGURE_LOST], 0);
    for (int dish = 0; dish < CITY_DISHES; dish++) {
        struct tally small = tally_of(&result, (enum city_dish)dish, true);
        struct tally large = tally_of(&result, (enum city_dish)dish, false);
        assert_int_equal(small.sold, 0);
        assert_true(small.turned_away > 0);
        assert_true(large.sold > 0);
        assert_int_equal(large.turned_away, 0);
    }
}

/* Each side by its own book: always an answer, some of them wrong, and each wrong one is named. */
static void test_ap_sells_twice_and_names(void **state)
{
    struct result result;
    uint32_t oversold = 0;
    uint32_t sorry = 0;
    (void)state;
    run_as_it_is("city/ap", &result);
    assert_int_equal(result.figures[CITY_FIGURE_TURNED_AWAY], 0);
    assert_true(result.figures[CITY_FIGURE_OVERSOLD] > 0);
    assert_int_equal(result.figures[CITY_FIGURE_NAMED], result.figures[CITY_FIGURE_OVERSOLD]);
    assert_int_equal(result.figures[CITY_FIGURE_LOST], 0);
    assert_string_equal(verdict(&result, CITY_CHECK_SOLD_ONCE), "EXPECTED-FAIL");
    assert_string_equal(verdict(&result, CITY_CHECK_IN_BOOK), "PASS");
    assert_string_equal(verdict(&result, CITY_CHECK_BOOKS_AGREE), "PASS");
    assert_true(tally_of(&result, CITY_LOBSTER, true).sold > 0);
    assert_true(tally_of(&result, CITY_LOBSTER, false).sold > 0);
    for (uint32_t i = 0; i < result.order_count; i++) {
        oversold += cell(&result.orders[i], "oversold") == 1;
        sorry += cell(&result.orders[i], "outcome") == CITY_SORRY;
    }
    /* Rows are written when an order is over: who was served before the sides met is in none with
     * "sorry", but nobody more than was sold twice is told so. */
    assert_true(oversold > 0);
    assert_true(sorry <= result.figures[CITY_FIGURE_NAMED]);
}

/* The same, and the later clock wins: nobody is named, and orders are gone. */
static void test_last_write_wins_loses(void **state)
{
    struct lab_scenario *scenario = load_scenario("city/ap");
    int64_t settings[LAB_SETTINGS_MAX];
    struct result result;
    (void)state;
    memcpy(settings, scenario->settings, sizeof settings);
    settings[CITY_SET_CONFLICT] = KV_CONFLICT_CLOCK;
    run(scenario, settings, &result);
    check_good(scenario, &result);
    assert_true(result.figures[CITY_FIGURE_OVERSOLD] > 0);
    assert_int_equal(result.figures[CITY_FIGURE_NAMED], 0);
    assert_int_equal(result.figures[CITY_FIGURE_LOST], result.figures[CITY_FIGURE_OVERSOLD]);
    assert_string_equal(verdict(&result, CITY_CHECK_IN_BOOK), "EXPECTED-FAIL");
    lab_scenario_free(&scenario);
}

/* Lobsters through the log, the rest not: the small side sells soup at an old price. */
static void test_hybrid_keeps_lobsters_strong(void **state)
{
    struct result result;
    (void)state;
    run_as_it_is("city/hybrid", &result);
    struct tally lobsters = tally_of(&result, CITY_LOBSTER, true);
    struct tally soups = tally_of(&result, CITY_SOUP, true);
    assert_int_equal(lobsters.sold, 0);
    assert_true(lobsters.turned_away > 0);
    assert_true(soups.sold > 0);
    assert_int_equal(soups.turned_away, 0);
    assert_true(tally_of(&result, CITY_LOBSTER, false).sold > 0);
    assert_true(result.figures[CITY_FIGURE_STALE] > 0);
    assert_int_equal(result.figures[CITY_FIGURE_OVERSOLD], 0);
    assert_int_equal(result.figures[CITY_FIGURE_LOST], 0);
    assert_string_equal(verdict(&result, CITY_CHECK_SOLD_ONCE), "PASS");
    assert_string_equal(verdict(&result, CITY_CHECK_STRONG), "PASS");
}

/* Three modes, the same customers: only so can the figures stand side by side. */
static void test_the_same_customers(void **state)
{
    static const char *const NAMES[] = {"city/cp", "city/ap", "city/hybrid"};
    struct result first;
    struct result again;
    (void)state;
    run_as_it_is(NAMES[0], &first);
    for (int i = 0; i < 3; i++) {
        run_as_it_is(NAMES[i], &again);
        assert_int_equal(again.figures[CITY_FIGURE_PLACED], first.figures[CITY_FIGURE_PLACED]);
        assert_int_equal(again.digest == first.digest, i == 0);
    }
}

/* ---- The switches ---- */

static uint32_t check_index(const char *name)
{
    uint32_t index = 0;
    while (index < CITY_CHECK_COUNT && strcmp(CITY_CHECKS[index].name, name) != 0)
        index++;
    assert_in_range(index, 0, CITY_CHECK_COUNT - 1);
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
    struct result result;
    memcpy(settings, scenario->settings, sizeof settings);
    int bug = lab_setting_find(&CITY, scenario->bug, &problem);
    assert_in_range(bug, 0, CITY_SET_COUNT - 1);
    assert_non_null(CITY_SETTINGS[bug].trap);
    settings[bug] = 1;
    run(scenario, settings, &result);
    uint32_t check = check_index(breaks->valuestring);
    const struct system_finding *finding = &result.judgement.findings[check];
    if (strcmp(verdict(&result, (enum city_check)check), "FAIL") != 0)
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
    if (strncmp(name, "city/", strlen("city/")) != 0)
        return;
    assert_in_range(names->count, 0, SCENARIOS_MAX - 1);
    (void)snprintf(names->name[names->count++], LAB_SCENARIO_NAME_BYTES, "%s", name);
}

static void test_every_scenario(void **state)
{
    struct names names = {.count = 0};
    bool opened[CITY_SET_COUNT] = {false};
    (void)state;
    lab_scenario_names(take_name, &names);
    assert_in_range(names.count, 5, SCENARIOS_MAX);
    for (int i = 0; i < names.count; i++) {
        struct lab_scenario *scenario = load_scenario(names.name[i]);
        struct lab_problem problem;
        struct result result;
        run(scenario, scenario->settings, &result);
        check_good(scenario, &result);
        check_figures(scenario, &result);
        check_bug(scenario);
        if (scenario->bug != NULL)
            opened[lab_setting_find(&CITY, scenario->bug, &problem)] = true;
        lab_scenario_free(&scenario);
    }
    for (int set = 0; set < CITY_SET_COUNT; set++)
        if (opened[set] != (CITY_SETTINGS[set].trap != NULL))
            fail_msg("no scenario opens %s", CITY_SETTINGS[set].key);
}

/* In every mode lobsters are sold over the same links: without the messages that carry what was
 * written some promise of that mode is broken, and not only what it never promised. */
static void test_without_replication_every_mode_is_red(void **state)
{
    static const char *const NAMES[] = {"city/cp", "city/ap", "city/hybrid"};
    static const enum city_check BROKEN[] = {CITY_CHECK_ANSWERED, CITY_CHECK_BOOKS_AGREE,
                                             CITY_CHECK_BOOKS_AGREE};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct lab_scenario *scenario = load_scenario(NAMES[i]);
        int64_t settings[LAB_SETTINGS_MAX];
        struct result result;
        memcpy(settings, scenario->settings, sizeof settings);
        settings[CITY_SET_BUG_NO_REPLICATION] = 1;
        run(scenario, settings, &result);
        if (strcmp(verdict(&result, BROKEN[i]), "FAIL") != 0)
            fail_msg("%s: nothing is replicated and %s holds", NAMES[i],
                     CITY_CHECKS[BROKEN[i]].name);
        lab_scenario_free(&scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cp_turns_away),
        cmocka_unit_test(test_ap_sells_twice_and_names),
        cmocka_unit_test(test_last_write_wins_loses),
        cmocka_unit_test(test_hybrid_keeps_lobsters_strong),
        cmocka_unit_test(test_the_same_customers),
        cmocka_unit_test(test_every_scenario),
        cmocka_unit_test(test_without_replication_every_mode_is_red),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
