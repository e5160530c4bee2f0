/* test_recipe.c - faults that have a name: who hears whom, that they end, and that they never touch
 * who is no member. */
#include "chatter.h"
#include "sim/recipe.h"
#include "unit.h"

enum { NODES = 8, SEEDS = 50 };
static const int64_t LENGTH_NS = 20000000000;

/* All but the last node are members. */
static struct recipe_order order_of(enum recipe_kind kind, uint32_t members, uint64_t seed)
{
    return (struct recipe_order){.kind = kind,
                                 .members = (UINT64_C(1) << members) - 1,
                                 .leader = (uint32_t)(seed % members),
                                 .from_ns = 5000000000,
                                 .length_ns = LENGTH_NS,
                                 .seed = seed,
                                 .intensity = 1 + (uint32_t)(seed % RECIPE_INTENSITY_MAX)};
}

/* Whom each member hears, itself among them, after the inputs of the first moment. */
static void hears_make(const struct recipe_order *order, const struct sim_input *inputs,
                       uint32_t count, uint64_t hears[NODES])
{
    for (uint32_t a = 0; a < NODES; a++) {
        hears[a] = (UINT64_C(1) << NODES) - 1;
    }
    for (uint32_t i = 0; i < count && inputs[i].time_ns == order->from_ns; i++) {
        assert_int_equal(inputs[i].type, SIM_INPUT_NET_PARTITION);
        uint64_t side = (uint64_t)inputs[i].args[0];
        uint64_t both = (uint64_t)inputs[i].args[1];
        for (uint32_t a = 0; a < NODES; a++) {
            for (uint32_t b = 0; b < NODES; b++) {
                bool across = (side >> a & 1) != (side >> b & 1);
                bool bystander = ((both >> a | both >> b) & 1) != 0;
                if (across && !bystander) {
                    hears[a] &= ~(UINT64_C(1) << b);
                }
            }
        }
    }
}

static void test_ring_is_of_majorities(void **state)
{
    (void)state;
    static struct sim_input inputs[RECIPE_INPUTS_MAX];
    struct sim_plan plan = chatter_plan(1, NODES);
    for (uint32_t members = 5; members < NODES; members++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            uint64_t hears[NODES];
            struct recipe_order order = order_of(RECIPE_RING, members, seed);
            hears_make(&order, inputs, recipe_draw(&order, &plan, inputs), hears);
            for (uint32_t a = 0; a < members; a++) {
                uint64_t majority = hears[a] & order.members;
                assert_true(__builtin_popcountll(majority) * 2 > (int)members);
                assert_true(__builtin_popcountll(majority) < (int)members);
                assert_true((hears[a] >> (NODES - 1) & 1) != 0);
                for (uint32_t b = 0; b < a; b++) {
                    assert_true(majority != (hears[b] & order.members));
                    assert_int_equal(hears[a] >> b & 1, hears[b] >> a & 1);
                }
            }
        }
    }
}

static void test_cuts(void **state)
{
    (void)state;
    static struct sim_input inputs[RECIPE_INPUTS_MAX];
    struct sim_plan plan = chatter_plan(1, NODES);
    uint64_t hears[NODES];
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct recipe_order order = order_of(RECIPE_MAJORITY_CUT, 5, seed);
        hears_make(&order, inputs, recipe_draw(&order, &plan, inputs), hears);
        assert_int_equal(__builtin_popcountll(hears[order.leader] & order.members), 2);
        order = order_of(RECIPE_ISOLATE_LEADER, 5, seed);
        hears_make(&order, inputs, recipe_draw(&order, &plan, inputs), hears);
        assert_int_equal(hears[order.leader] & order.members, UINT64_C(1) << order.leader);
        order = order_of(RECIPE_BRIDGE, 5, seed);
        hears_make(&order, inputs, recipe_draw(&order, &plan, inputs), hears);
        uint32_t bridges = 0;
        for (uint32_t a = 0; a < 5; a++) {
            bridges += (hears[a] & order.members) == order.members;
            assert_true(__builtin_popcountll(hears[a] & order.members) >= 3);
        }
        assert_int_equal(bridges, 1);
    }
}

/* In order of time, all valid for a world, none about a client, and at the end nothing is left. */
static void test_all_end(void **state)
{
    (void)state;
    static struct sim_input inputs[RECIPE_INPUTS_MAX], again[RECIPE_INPUTS_MAX];
    struct sim_plan plan = chatter_plan(1, NODES);
    for (int kind = 0; kind < RECIPE_KINDS; kind++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct recipe_order order = order_of((enum recipe_kind)kind, NODES - 1, seed);
            uint32_t count = recipe_draw(&order, &plan, inputs);
            assert_in_range(count, 2, RECIPE_INPUTS_MAX);
            assert_int_equal(recipe_draw(&order, &plan, again), count);
            assert_memory_equal(inputs, again, count * sizeof inputs[0]);
            assert_int_equal(inputs[0].time_ns >= order.from_ns, 1);
            assert_true(inputs[count - 1].time_ns <= order.from_ns + LENGTH_NS);
            for (uint32_t i = 0; i < count; i++) {
                assert_true(i == 0 || inputs[i - 1].time_ns <= inputs[i].time_ns);
                assert_int_not_equal(inputs[i].node, NODES - 1);
                assert_int_equal(inputs[i].time_ns % 1000, 0);
            }
        }
    }
}

static void test_too_few(void **state)
{
    (void)state;
    static struct sim_input inputs[RECIPE_INPUTS_MAX];
    struct sim_plan plan = chatter_plan(1, NODES);
    struct recipe_order order = order_of(RECIPE_BRIDGE, 2, 1);
    assert_int_equal(recipe_draw(&order, &plan, inputs), 0);
    order = order_of(RECIPE_NEMESIS, 1, 1);
    assert_int_equal(recipe_draw(&order, &plan, inputs), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_is_of_majorities),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_all_end),
        cmocka_unit_test(test_too_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
