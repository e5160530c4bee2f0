/* test_kitchens_scenarios.c - the steps of every order of every scenario of the kitchens, and the comparison
 * that the first lesson is. */
#include "load_scenario.h"
#include "systems/kitchens/ledger.h"
#include "unit.h"
#include "whole_run.h"

enum { SEEDS = 4 };
static const int64_t NS_PER_S = 1000000000;

/* From the rows of one run. */
struct steps {
    uint64_t order_rows;
    int64_t steps_until_us; /* end of the latest row of order_steps */
    int64_t response_us;    /* of the latest row of orders; NODE_CELL_NULL: none */
};

static uint32_t column(enum ledger_table table, const char *name)
{
    uint32_t at = 0;
    while (strcmp(KITCHENS_TABLES[table].columns[at].name, name) != 0)
        at++;
    return at;
}

/* The steps of an order follow its row: together they are its response. */
static void check_steps(struct steps *steps)
{
    if (steps->order_rows > 0 && steps->response_us != NODE_CELL_NULL)
        assert_int_equal(steps->steps_until_us, steps->response_us);
}

static void take_row(void *context, const struct node_row *row)
{
    struct steps *steps = context;
    if (row->table == LEDGER_TABLE_ORDERS) {
        check_steps(steps);
        steps->order_rows++;
        steps->response_us = row->cells[column(LEDGER_TABLE_ORDERS, "response_ms")];
        steps->steps_until_us = 0;
    } else if (row->table == LEDGER_TABLE_ORDER_STEPS) {
        assert_int_equal(row->cells[column(LEDGER_TABLE_ORDER_STEPS, "from_ms")],
                         steps->steps_until_us);
        steps->steps_until_us = row->cells[column(LEDGER_TABLE_ORDER_STEPS, "to_ms")];
    }
}

static void steps_of(void *context, const char *name)
{
    static struct whole_run result;
    struct steps steps = {.order_rows = 0};
    (void)context;
    if (strncmp(name, "kitchens/", strlen("kitchens/")) != 0)
        return;
    struct lab_scenario *scenario = load_scenario(name);
    whole_run(scenario, &(struct whole_run_options){.row = take_row, .context = &steps}, &result);
    check_steps(&steps);
    assert_true(steps.order_rows > 0);
    lab_scenario_free(&scenario);
}

static void test_steps_add_up(void **state)
{
    (void)state;
    lab_scenario_names(steps_of, NULL);
}

/* The same rush under round robin and under the weighted score: the first lesson cannot fall flat. */
static void test_the_comparison(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("kitchens/lunch-rush");
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, scenario->settings, sizeof settings);
    for (uint64_t seed = scenario->seed; seed < scenario->seed + SEEDS; seed++) {
        static struct whole_run turns, score;
        const struct whole_run_options options = {.seed = seed, .settings = settings};
        settings[KITCHENS_SET_POLICY] = KITCHENS_ROUND_ROBIN;
        whole_run(scenario, &options, &turns);
        settings[KITCHENS_SET_POLICY] = KITCHENS_WEIGHTED_SCORE;
        whole_run(scenario, &options, &score);
        whole_run_check_good(scenario, seed, &turns);
        whole_run_check_good(scenario, seed, &score);
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
        cmocka_unit_test(test_steps_add_up),
        cmocka_unit_test(test_the_comparison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
