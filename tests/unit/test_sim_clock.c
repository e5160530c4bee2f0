/* test_sim_clock.c - skew and jumps move the wall clock only; drift moves both, and timers with
 * them. */
#include "probe.h"
#include "unit.h"

static const struct probe_event *look_at_clocks(struct probe_world *world, uint32_t node)
{
    uint32_t before = probe_count(world, node, NODE_EVENT_INPUT);
    probe_order(world, PROBE_COST, node, 0, 0, 0, 0, 0);
    probe_run(world, MS);
    return probe_event(world, node, NODE_EVENT_INPUT, before);
}

static void test_true_clocks(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    int64_t now_ns = sim_now_ns(&world.sim);
    const struct probe_event *event = look_at_clocks(&world, 0);
    assert_int_equal(event->monotonic_ns, now_ns);
    assert_int_equal(event->wall_ns, now_ns);
    probe_world_close(&world);
}

static void test_skew_and_jump(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_CLOCK_SKEW, 0, NODE_NONE, -5000000, 0);
    int64_t now_ns = sim_now_ns(&world.sim);
    const struct probe_event *event = look_at_clocks(&world, 0);
    assert_int_equal(event->monotonic_ns, now_ns);
    assert_int_equal(event->wall_ns, now_ns - 5 * SECOND);
    probe_apply(&world, SIM_INPUT_CLOCK_JUMP, 0, NODE_NONE, 7000000, 0);
    now_ns = sim_now_ns(&world.sim);
    assert_int_equal(look_at_clocks(&world, 0)->wall_ns, now_ns + 2 * SECOND);
    assert_true(sim_fault_effects(&world.sim, SIM_INPUT_CLOCK_SKEW) > 0);
    assert_true(sim_fault_effects(&world.sim, SIM_INPUT_CLOCK_JUMP) > 0);
    now_ns = sim_now_ns(&world.sim);
    assert_int_equal(look_at_clocks(&world, 1)->wall_ns, now_ns);
    probe_world_close(&world);
}

/* 10 % fast: ten seconds show as eleven; a timer of 1.1 s on its clock rings after one second. */
static void test_drift(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    int64_t begin_ns = sim_now_ns(&world.sim);
    probe_order(&world, PROBE_TIMER, 0, 0, 1100, 0, 0, 0);
    probe_apply(&world, SIM_INPUT_CLOCK_DRIFT, 0, NODE_NONE, 100000, 0);
    probe_run(&world, SECOND - MS);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_TIMER), 0);
    probe_run(&world, 2 * MS);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_TIMER), 1);
    probe_run(&world, 9 * SECOND - MS);
    const struct probe_event *event = look_at_clocks(&world, 0);
    assert_int_equal(event->monotonic_ns, begin_ns + 11 * SECOND);
    assert_int_equal(event->wall_ns, begin_ns + 11 * SECOND);
    probe_apply(&world, SIM_INPUT_CLOCK_DRIFT, 0, NODE_NONE, 0, 0); /* keeps what it has gained */
    int64_t now_ns = sim_now_ns(&world.sim);
    int64_t gained_ns = look_at_clocks(&world, 0)->monotonic_ns - now_ns;
    assert_in_range(gained_ns, SECOND, SECOND + MS);
    assert_true(sim_fault_effects(&world.sim, SIM_INPUT_CLOCK_DRIFT) > 0);
    probe_world_close(&world);
}

/* At every rate a timer never rings before its deadline on the node's own clock, and at most 2 ns
 * after. */
static void test_timers_under_drift_are_exact(void **state)
{
    (void)state;
    const int64_t rates[] = {-100000, -99999, -31, -1, 1, 7, 333, 99991, 100000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct probe_world world;
        probe_world_start(&world);
        probe_apply(&world, SIM_INPUT_CLOCK_DRIFT, 0, NODE_NONE, rates[i], 0);
        for (uint32_t n = 0; n < 20; n++) {
            probe_order(&world, PROBE_TIMER, 0, 0, 37 + 101 * n, 0, 0, 0);
            probe_run(&world, 3 * SECOND);
            int64_t set_ns = probe_event(&world, 0, NODE_EVENT_INPUT, n)->monotonic_ns;
            const struct probe_event *rang = probe_event(&world, 0, NODE_EVENT_TIMER, n);
            assert_non_null(rang);
            int64_t late_ns = rang->monotonic_ns - (set_ns + (37 + 101 * n) * MS);
            assert_in_range(late_ns, 0, 2);
        }
        probe_world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_true_clocks),
        cmocka_unit_test(test_skew_and_jump),
        cmocka_unit_test(test_drift),
        cmocka_unit_test(test_timers_under_drift_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
