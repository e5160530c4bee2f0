/* test_kitchens_policy.c - who cooks: the score to the digit, and what each policy does and does
 * not look at. */
#include "systems/kitchens/policy.h"
#include "unit.h"

#include "base/draw.h"

enum { FOUR = 4, TURNS = 1200 };
static const uint32_t DRAW_TEST = DRAW_PURPOSE('t', 'e', 's', 't');

struct table {
    int64_t settings[KITCHENS_SET_COUNT];
    struct node_env env;
};

static void lay(struct table *table, enum kitchens_policy policy)
{
    for (uint32_t i = 0; i < KITCHENS_SET_COUNT; i++)
        table->settings[i] = KITCHENS_SETTINGS[i].standard;
    table->settings[KITCHENS_SET_POLICY] = policy;
    table->env = (struct node_env){.settings = table->settings};
}

/* The two kitchens of CHEF-T01: the specialist is nearly full, the other one is not. */
static const struct policy_candidate GOLDEN[] = {
    {.kitchen = 1,
     .capacity = 10,
     .cooks = 4,
     .tickets = 8,
     .specialist = true,
     .average_ms = 4000,
     .distance_m = 1000},
    {.kitchen = 2, .capacity = 10, .cooks = 4, .tickets = 2, .average_ms = 1000},
};

static void test_golden_score(void **state)
{
    (void)state;
    struct table table;
    lay(&table, KITCHENS_WEIGHTED_SCORE);
    struct policy_score a = policy_score(&table.env, &GOLDEN[0]);
    assert_int_equal(a.load, 80000);
    assert_int_equal(a.specialty, 300000);
    assert_int_equal(a.time, 40000);
    assert_int_equal(a.distance, 50000);
    assert_int_equal(a.total, 470000);
    struct policy_score b = policy_score(&table.env, &GOLDEN[1]);
    assert_int_equal(b.load, 320000);
    assert_int_equal(b.specialty, 0);
    assert_int_equal(b.time, 100000);
    assert_int_equal(b.distance, 100000);
    assert_int_equal(b.total, 520000);
    struct policy_memory memory = {0};
    assert_int_equal(policy_choose(&table.env, &memory, GOLDEN, 2, 0), 1);
    table.settings[KITCHENS_SET_BUG_SPECIALIST_FIRST] = 1;
    assert_int_equal(policy_choose(&table.env, &memory, GOLDEN, 2, 0), 0);
}

static void test_weights_are_shares(void **state)
{
    (void)state;
    struct table table;
    lay(&table, KITCHENS_WEIGHTED_SCORE);
    int64_t total = policy_score(&table.env, &GOLDEN[0]).total;
    for (uint32_t i = KITCHENS_SET_WEIGHT_LOAD; i <= KITCHENS_SET_WEIGHT_DISTANCE; i++)
        table.settings[i] *= 2;
    assert_int_equal(policy_score(&table.env, &GOLDEN[0]).total, total);
    for (uint32_t i = KITCHENS_SET_WEIGHT_LOAD; i <= KITCHENS_SET_WEIGHT_DISTANCE; i++)
        table.settings[i] = 0;
    assert_int_equal(policy_score(&table.env, &GOLDEN[0]).total, 0);
    assert_int_equal(policy_best_score(&table.env, GOLDEN, 2), 0); /* ties: the lower number */
}

/* CHEF-T10: nothing to divide by, nothing known. */
static void test_nothing_is_infinite(void **state)
{
    (void)state;
    struct table table;
    lay(&table, KITCHENS_WEIGHTED_SCORE);
    struct policy_candidate candidates[] = {{.kitchen = 1, .specialist = true},
                                            {.kitchen = 2, .capacity = 1}};
    struct policy_score empty = policy_score(&table.env, &candidates[0]);
    assert_in_range(empty.total, 0, POLICY_MILLION);
    assert_int_equal(empty.load, 0);
    assert_int_equal(empty.time, 66666); /* as if it took two seconds */
    assert_int_equal(policy_best_score(&table.env, candidates, 2), 1);
    table.settings[KITCHENS_SET_BUG_ZERO_CAPACITY] = 1;
    assert_int_equal(policy_best_score(&table.env, candidates, 2), 0);
    assert_true(policy_score(&table.env, &candidates[0]).total > POLICY_MILLION);
}

static void make_kitchens(struct policy_candidate *candidates)
{
    for (uint32_t i = 0; i < FOUR; i++)
        candidates[i] = (struct policy_candidate){
            .kitchen = 1 + i, .capacity = 10, .cooks = 1 + i, .tickets = 2 * i};
}

/* Round robin takes turns and looks at nobody's load, not even at a full one's. */
static void test_round_robin(void **state)
{
    (void)state;
    struct table table;
    struct policy_memory memory = {0};
    struct policy_candidate candidates[FOUR];
    lay(&table, KITCHENS_ROUND_ROBIN);
    make_kitchens(candidates);
    candidates[2].tickets = 10;
    for (uint32_t turn = 0; turn < 3 * FOUR; turn++)
        assert_int_equal(policy_choose(&table.env, &memory, candidates, FOUR, 0), turn % FOUR);
    /* Kitchen 1 is gone: the circle goes on with those that are left. */
    assert_int_equal(policy_choose(&table.env, &memory, candidates + 1, FOUR - 1, 0), 0);
    assert_true(policy_takes_turns(&table.env));
}

/* Each comes up as often as it has cooks, and never long in a row. */
static void test_weighted_round_robin(void **state)
{
    (void)state;
    struct table table;
    struct policy_memory memory = {0};
    struct policy_candidate candidates[FOUR];
    uint32_t turns[FOUR] = {0};
    uint32_t before = FOUR;
    lay(&table, KITCHENS_WEIGHTED_ROUND_ROBIN);
    make_kitchens(candidates);
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        uint32_t chosen = policy_choose(&table.env, &memory, candidates, FOUR, 0);
        assert_true(chosen != before || chosen == FOUR - 1); /* only the largest, now and then */
        turns[chosen]++;
        before = chosen;
    }
    for (uint32_t i = 0; i < FOUR; i++)
        assert_int_equal(turns[i], TURNS * (1 + i) / 10);
}

static void test_least_connections(void **state)
{
    (void)state;
    struct table table;
    struct policy_memory memory = {0};
    struct policy_candidate candidates[FOUR];
    lay(&table, KITCHENS_LEAST_CONNECTIONS);
    make_kitchens(candidates);
    assert_int_equal(policy_choose(&table.env, &memory, candidates, FOUR, 0), 0);
    candidates[0].tickets = 3;
    assert_int_equal(policy_choose(&table.env, &memory, candidates, FOUR, 0), 1);
    for (uint32_t i = 0; i < FOUR; i++)
        candidates[i].tickets = candidates[i].capacity;
    assert_int_equal(policy_choose(&table.env, &memory, candidates, FOUR, 0), POLICY_NOBODY);
}

/* The emptier of two at random: never a full one, never the worst of all, everybody else often. */
static void test_two_choices(void **state)
{
    (void)state;
    struct table table;
    struct policy_memory memory = {0};
    struct policy_candidate candidates[FOUR];
    uint32_t turns[FOUR] = {0};
    lay(&table, KITCHENS_TWO_CHOICES);
    make_kitchens(candidates);
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        uint64_t draw = draw_u64(1, DRAW_TEST, 0, turn);
        turns[policy_choose(&table.env, &memory, candidates, FOUR, draw)]++;
    }
    assert_in_range(turns[0], TURNS / 2 - 60, TURNS / 2 + 60); /* in half of all pairs */
    assert_in_range(turns[1], TURNS / 3 - 60, TURNS / 3 + 60);
    assert_in_range(turns[2], TURNS / 6 - 60, TURNS / 6 + 60);
    assert_int_equal(turns[3], 0);
    for (uint32_t i = 0; i < FOUR - 1; i++)
        candidates[i].tickets = candidates[i].capacity;
    assert_int_equal(policy_choose(&table.env, &memory, candidates, FOUR, 99), FOUR - 1);
}

static void test_nobody_there(void **state)
{
    (void)state;
    for (enum kitchens_policy policy = KITCHENS_ROUND_ROBIN; policy <= KITCHENS_WEIGHTED_SCORE;
         policy++) {
        struct table table;
        struct policy_memory memory = {0};
        lay(&table, policy);
        assert_int_equal(policy_choose(&table.env, &memory, GOLDEN, 0, 1), POLICY_NOBODY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_score),         cmocka_unit_test(test_weights_are_shares),
        cmocka_unit_test(test_nothing_is_infinite),  cmocka_unit_test(test_round_robin),
        cmocka_unit_test(test_weighted_round_robin), cmocka_unit_test(test_least_connections),
        cmocka_unit_test(test_two_choices),          cmocka_unit_test(test_nobody_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
