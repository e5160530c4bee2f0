/* test_city_scenarios.c - the same minute under three promises: what each one keeps, and what it costs;
 * and that every mode needs replication. */
#include "lab/headless.h"
#include "load_scenario.h"
#include "systems/city/ledger.h"
#include "unit.h"
#include "whole_run.h"

enum { ORDERS_MAX = 512, SMALL_SIDE = 2 /* kitchens 0 and 1 of the cut */ };
static const int64_t NS_PER_S = 1000000000;
/* While the cut lasts and has been noticed, and its end is further off than anybody waits. */
static const int64_t CUT_FROM_NS = 17 * NS_PER_S;
static const int64_t CUT_TO_NS = 33 * NS_PER_S;

struct result {
    struct whole_run run;
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
    memset(result, 0, sizeof *result);
    const struct whole_run_options options = {
        .settings = settings, .row = take_row, .context = result};
    whole_run(scenario, &options, &result->run);
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
    return whole_run_verdict(&result->run, check);
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
    assert_true(result.run.figures[CITY_FIGURE_TURNED_AWAY] > 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_OVERSOLD], 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_STALE], 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_LOST], 0);
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
    assert_int_equal(result.run.figures[CITY_FIGURE_TURNED_AWAY], 0);
    assert_true(result.run.figures[CITY_FIGURE_OVERSOLD] > 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_NAMED],
                     result.run.figures[CITY_FIGURE_OVERSOLD]);
    assert_int_equal(result.run.figures[CITY_FIGURE_LOST], 0);
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
    assert_true(sorry <= result.run.figures[CITY_FIGURE_NAMED]);
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
    whole_run_check_good(scenario, scenario->seed, &result.run);
    assert_true(result.run.figures[CITY_FIGURE_OVERSOLD] > 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_NAMED], 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_LOST],
                     result.run.figures[CITY_FIGURE_OVERSOLD]);
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
    assert_true(result.run.figures[CITY_FIGURE_STALE] > 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_OVERSOLD], 0);
    assert_int_equal(result.run.figures[CITY_FIGURE_LOST], 0);
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
        assert_int_equal(again.run.figures[CITY_FIGURE_PLACED],
                         first.run.figures[CITY_FIGURE_PLACED]);
        assert_int_equal(again.run.digest == first.run.digest, i == 0);
    }
}

/* ---- Rest ---- */

/* Runs that end around the moment a truck is sent are asked a second later whether they are at rest:
 * while what the truck brought stands in the log, and not every kitchen knows that it is committed. */
static void test_no_rest_before_all_know_what_is_committed(void **state)
{
    enum { STEPS = 60, TRUCK_S = 5 };
    static const int64_t STEP_NS = NS_PER_S / 500;
    struct lab_scenario *scenario = load_scenario("city/cp");
    int64_t settings[LAB_SETTINGS_MAX];
    (void)state;
    memcpy(settings, scenario->settings, sizeof settings);
    settings[CITY_SET_DELIVERY_S] = TRUCK_S;
    settings[CITY_SET_ORDERS_PER_MIN] = 1; /* a truck comes as long as people do, and nobody eats */
    for (int i = 0; i < STEPS; i++) {
        struct lab_headless_result result;
        struct lab_problem problem;
        struct lab_headless_options options = {.scenario = scenario,
                                               .seed = scenario->seed,
                                               .settings = settings,
                                               .without_script = true,
                                               .until_ns = TRUCK_S * NS_PER_S + i * STEP_NS};
        if (lab_headless_run(&options, &result, &problem) != 0)
            fail_msg("%s", problem.detail);
        assert_true(result.judgement.converged);
        assert_string_equal(lab_verdict_name(&result.judgement, CITY_CHECK_BOOKS_AGREE, NULL),
                            "PASS");
    }
    lab_scenario_free(&scenario);
}

/* ---- The switches ---- */

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
        cmocka_unit_test(test_no_rest_before_all_know_what_is_committed),
        cmocka_unit_test(test_without_replication_every_mode_is_red),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
