/* test_sim_process.c - CPU, inbox, timers, crash, restart, pause, halts and limits. */
#include "probe.h"
#include "unit.h"

static const int64_t EVENT_CPU_NS = 20000;

static void test_start(void **state)
{
    (void)state;
    struct probe_world world;
    struct sim_plan plan = probe_plan(1);
    probe_world_open(&world, &plan);
    assert_null(probe_at(&world, 0)); /* not booted before time runs */
    probe_run(&world, 0);
    for (uint32_t node = 0; node < PROBE_NODES; node++) {
        assert_int_equal(probe_count(&world, node, NODE_EVENT_START), 1);
        assert_int_equal(probe_at(&world, node)->count, 1);
    }
    assert_int_equal(world.tally->of_kind[NODE_NOTE_STARTED], PROBE_NODES);
    assert_int_equal(world.tally->last.args[0], 1);
    assert_int_equal(world.tally->last.event, PROBE_NODES);
    assert_int_equal(sim_steps(&world.sim), PROBE_NODES);
    probe_world_close(&world);
}

/* One thing at a time: the second order waits until the first has had its CPU time. */
static void test_cpu_queues_what_arrives(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_COST, 0, 5000, 0, 0, 0, 0);
    probe_order(&world, PROBE_COST, 0, 1000, 0, 0, 0, 0);
    probe_order(&world, PROBE_TIMER, 0, 0, 0, 0, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_INPUT, 0)->waited_ns, 0);
    int64_t second_ns = 5 * MS + EVENT_CPU_NS;
    int64_t third_ns = second_ns + MS + EVENT_CPU_NS;
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_INPUT, 1)->waited_ns, second_ns);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_INPUT, 2)->waited_ns, third_ns);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_TIMER), 1);
    probe_world_close(&world);
}

static void test_slow_cpu(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_NODE_SLOW, 0, NODE_NONE, 1000, 0);
    probe_order(&world, PROBE_COST, 0, 100, 0, 0, 0, 0);
    probe_order(&world, PROBE_COST, 0, 0, 0, 0, 0, 0);
    probe_run(&world, SECOND);
    int64_t waited_ns = probe_event(&world, 0, NODE_EVENT_INPUT, 1)->waited_ns;
    assert_int_equal(waited_ns, 10 * (EVENT_CPU_NS + 100000));
    assert_true(sim_fault_effects(&world.sim, SIM_INPUT_NODE_SLOW) >= 2);
    probe_world_close(&world);
}

/* What came first runs first, of whatever kind. */
static void test_waiting_keeps_order_of_arrival(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_TIMER, 0, 0, 3, 0, 0, 0);
    probe_run(&world, MS);
    probe_order(&world, PROBE_TIMER, 0, 1, 1, 0, 0, 0);
    probe_run(&world, MS / 2);
    probe_order(&world, PROBE_COST, 0, 8000, 0, 0, 0, 0);
    probe_send(&world, 1, 0, 1);
    probe_run(&world, SECOND);
    const struct probe *probe = probe_at(&world, 0);
    const uint8_t kinds[] = {NODE_EVENT_TIMER, NODE_EVENT_TIMER, NODE_EVENT_MESSAGE};
    const uint8_t ids[] = {1, 0, 0};
    for (uint32_t i = 0; i < 3; i++) {
        const struct probe_event *event = &probe->events[probe->count - 3 + i];
        if (kinds[i] == NODE_EVENT_TIMER) {
            assert_int_equal(event->id, ids[i]);
        }
        assert_int_equal(event->kind, kinds[i]);
        assert_true(event->waited_ns > 0);
    }
    probe_world_close(&world);
}

static void test_timers_move_and_stop(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_TIMER, 0, 0, 100, 0, 0, 0);
    probe_order(&world, PROBE_TIMER, 0, 0, 300, 0, 0, 0); /* later */
    probe_order(&world, PROBE_TIMER, 0, 1, 300, 0, 0, 0);
    probe_order(&world, PROBE_TIMER, 0, 1, 50, 0, 0, 0); /* earlier */
    probe_order(&world, PROBE_TIMER, 0, 2, 200, 0, 0, 0);
    probe_order(&world, PROBE_TIMER, 0, 2, -1, 0, 0, 0); /* never */
    probe_run(&world, 2 * SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_TIMER), 2);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_TIMER, 0)->id, 1);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_TIMER, 1)->id, 0);
    int64_t apart_ns = probe_event(&world, 0, NODE_EVENT_TIMER, 1)->monotonic_ns -
                       probe_event(&world, 0, NODE_EVENT_TIMER, 0)->monotonic_ns;
    assert_in_range(apart_ns, 249 * MS, 251 * MS);
    probe_world_close(&world);
}

/* A timer that is due but waits for the CPU is stopped by the step that it waits for. */
static void test_stopping_a_due_timer(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_TIMER, 0, 0, 2, 0, 0, 0);
    probe_run(&world, MS);
    probe_order(&world, PROBE_COST, 0, 500, 0, 0, 0, 0);
    probe_order(&world, PROBE_COST, 0, 5000, 0, 0, 0, 0);
    probe_order(&world, PROBE_TIMER, 0, 0, -1, 0, 0, 0); /* waits before the timer does */
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_TIMER), 0);
    probe_world_close(&world);
}

static void test_crash_forgets_and_restart_begins_anew(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_TIMER, 0, 0, 500, 0, 0, 0);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0); /* twice does nothing */
    assert_null(probe_at(&world, 0));
    probe_send(&world, 1, 0, 1);
    probe_run(&world, SECOND);
    assert_int_equal(probe_counters(&world).crashes, 1);
    assert_int_equal(probe_counters(&world).messages_lost, 1);
    int64_t ordered_ns = sim_now_ns(&world.sim);
    probe_apply(&world, SIM_INPUT_NODE_RESTART, 0, NODE_NONE, 0, 0);
    probe_apply(&world, SIM_INPUT_NODE_RESTART, 0, NODE_NONE, 0, 0);
    probe_run(&world, world.plan.model.reboot_ns);
    const struct probe *probe = probe_at(&world, 0);
    assert_non_null(probe);
    assert_int_equal(probe->count, 1);
    assert_int_equal(probe->events[0].kind, NODE_EVENT_START);
    assert_int_equal(probe->events[0].monotonic_ns, 0);
    assert_int_equal(probe->events[0].wall_ns, ordered_ns + world.plan.model.reboot_ns);
    assert_int_equal(world.tally->last.args[0], 2);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_TIMER), 0);
    probe_world_close(&world);
}

/* A message leaves when the CPU is done with it; a crash before that keeps it from leaving. */
static void test_crash_before_the_message_left(void **state)
{
    (void)state;
    for (int64_t wait_ns = 10000; wait_ns <= 30000; wait_ns += 20000) {
        struct probe_world world;
        probe_world_start(&world);
        probe_send(&world, 0, 1, 1);
        probe_run(&world, wait_ns);
        probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
        probe_run(&world, SECOND);
        bool left = wait_ns > EVENT_CPU_NS;
        assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), left);
        probe_world_close(&world);
    }
}

static void test_crash_during_reboot(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_apply(&world, SIM_INPUT_NODE_RESTART, 0, NODE_NONE, 0, 0);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_run(&world, 10 * SECOND);
    assert_null(probe_at(&world, 0));
    probe_world_close(&world);
}

static void test_pause_and_resume(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_TIMER, 0, 0, 100, 0, 0, 0);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_NODE_PAUSE, 0, NODE_NONE, 0, 0);
    struct node_world view;
    sim_world_view(&world.sim, &view);
    assert_int_equal(view.truth(&view, 0), NODE_HELD);
    uint32_t before = probe_at(&world, 0)->count;
    probe_send(&world, 1, 0, 3);
    probe_run(&world, SECOND);
    assert_int_equal(probe_at(&world, 0)->count, before);
    probe_apply(&world, SIM_INPUT_NODE_RESUME, 0, NODE_NONE, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_at(&world, 0)->count, before + 4);
    assert_in_range(probe_event(&world, 0, NODE_EVENT_TIMER, 0)->waited_ns, 895 * MS, 905 * MS);
    assert_true(sim_fault_effects(&world.sim, SIM_INPUT_NODE_PAUSE) >= 4);
    assert_int_equal(world.tally->of_kind[NODE_NOTE_PAUSED], 1);
    assert_int_equal(world.tally->of_kind[NODE_NOTE_RESUMED], 1);
    probe_world_close(&world);
}

/* A paused node's inbox is bounded: what does not fit is lost, the run goes on. */
static void test_inbox_is_bounded(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_NODE_PAUSE, 0, NODE_NONE, 0, 0);
    for (int i = 0; i < 4; i++) {
        probe_send(&world, 1, 0, 100);
        probe_run(&world, 100 * MS);
    }
    assert_int_equal(probe_counters(&world).messages_lost, 400 - 256);
    probe_apply(&world, SIM_INPUT_NODE_RESUME, 0, NODE_NONE, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_MESSAGE), 256);
    probe_world_close(&world);
}

static void test_a_node_halts_the_run(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_HALT, 0, 9, 0, 0, 0, 0);
    int64_t before_ns = sim_now_ns(&world.sim);
    assert_int_equal(sim_run(&world.sim, before_ns + SECOND, UINT64_MAX), SIM_HALTED);
    assert_int_equal(sim_now_ns(&world.sim), before_ns);
    struct node_reason reason;
    assert_int_equal(sim_halted(&world.sim, &reason), SIM_HALT_NODE);
    assert_int_equal(reason.word, 9);
    assert_int_equal(reason.subject, 7);
    assert_int_equal(world.tally->of_kind[NODE_NOTE_HALTED], 1);
    struct sim_input input = {.time_ns = before_ns, .type = SIM_INPUT_HEAL_ALL};
    struct error error;
    assert_int_equal(sim_apply(&world.sim, &input, &error), -1);
    assert_non_null(strstr(error.text, "halted"));
    assert_int_equal(sim_next_ns(&world.sim), INT64_MAX);
    probe_world_close(&world);
}

static enum sim_halt halted(const struct probe_world *world)
{
    struct node_reason reason;
    return sim_halted(&world->sim, &reason);
}

/* Every limit ends the run with its own reason, never the program. */
static void test_limits_halt_with_a_reason(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_OVERFLOW, 0, 0, 0, 0, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(halted(&world), SIM_HALT_OUTBOX_FULL);
    probe_world_close(&world);

    struct sim_plan plan = probe_plan(1);
    plan.limits = (struct sim_limits){0, 20, 1, 1, 1};
    probe_world_open(&world, &plan);
    probe_run(&world, MS);
    probe_send(&world, 0, 1, 30);
    probe_run(&world, SECOND);
    assert_int_equal(halted(&world), SIM_HALT_MESSAGES_FULL);
    probe_world_close(&world);

    plan.limits = (struct sim_limits){10, 0, 0, 0, 0};
    probe_world_open(&world, &plan);
    probe_run(&world, MS);
    probe_send(&world, 0, 1, 30);
    probe_run(&world, SECOND);
    assert_int_equal(halted(&world), SIM_HALT_EVENTS_FULL);
    probe_world_close(&world);

    probe_world_start(&world);
    probe_order(&world, PROBE_MANY_WRITES, 0, 600, 0, 0, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(halted(&world), SIM_HALT_DISK_FULL);
    probe_world_close(&world);
}

static void test_violations_are_noted_once(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_VIOLATE, 2, 1, 0, 0, 0, 0);
    probe_order(&world, PROBE_COST, 2, 1, 0, 0, 0, 0);
    probe_run(&world, MS);
    assert_int_equal(probe_counters(&world).violations, 1);
    assert_int_equal(world.tally->of_kind[NODE_NOTE_VIOLATION], 1);
    probe_order(&world, PROBE_VIOLATE, 2, 0, 0, 0, 0, 0);
    probe_order(&world, PROBE_VIOLATE, 2, 1, 0, 0, 0, 0);
    probe_run(&world, MS);
    assert_int_equal(probe_counters(&world).violations, 2);
    probe_world_close(&world);
}

static void test_at_rest(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    uint32_t node = 99;
    struct node_reason reason;
    assert_true(sim_at_rest(&world.sim, &node, &reason));
    probe_order(&world, PROBE_BE_BUSY, 2, 1, 0, 0, 0, 0);
    probe_run(&world, MS);
    assert_false(sim_at_rest(&world.sim, &node, &reason));
    assert_int_equal(node, 2);
    assert_int_equal(reason.word, 6);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 2, NODE_NONE, 0, 0);
    assert_true(sim_at_rest(&world.sim, &node, &reason)); /* who is down wants nothing */
    probe_world_close(&world);
}

/* A world in which nothing is to come: a step finds nothing at once, a run only lets time pass. */
static void test_nothing_to_come(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    assert_int_equal(sim_next_ns(&world.sim), INT64_MAX);
    assert_false(sim_step(&world.sim, INT64_MAX));
    assert_int_equal(sim_now_ns(&world.sim), 10 * MS);
    assert_int_equal(sim_run(&world.sim, 3600 * SECOND, 1000),
                     SIM_WORKING); /* ticks are work too */
    assert_int_equal(sim_run(&world.sim, 3600 * SECOND, 3000), SIM_REACHED);
    assert_int_equal(sim_now_ns(&world.sim), 3600 * SECOND);
    probe_world_close(&world);
}

struct chain {
    uint64_t events[8], causes[8];
    uint32_t count;
};

static void remember_event(void *context, const struct node_note *note)
{
    struct chain *chain = context;
    if (note->kind == NODE_NOTE_INPUT || note->kind == NODE_NOTE_VIOLATION) {
        chain->events[chain->count] = note->event;
        chain->causes[chain->count] = note->cause;
        chain->count++;
    }
}

/* A timer's event names the step that set the timer as its cause; that of an input is 0. */
static void test_causes(void **state)
{
    (void)state;
    struct probe_world world;
    struct chain chain = {.count = 0};
    probe_world_start(&world);
    world.sim.sink = (struct node_row_sink){.context = &chain, .note = remember_event};
    probe_order(&world, PROBE_TIMER, 0, 0, 5, 0, 0, 0);
    probe_order(&world, PROBE_VIOLATE_LATER, 0, 0, 0, 0, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(chain.count, 3);
    assert_int_equal(chain.events[0], PROBE_NODES + 1);
    assert_int_equal(chain.causes[0], 0);
    assert_int_equal(chain.events[2], PROBE_NODES + 3);
    assert_int_equal(chain.causes[2], chain.events[0]);
    probe_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_cpu_queues_what_arrives),
        cmocka_unit_test(test_slow_cpu),
        cmocka_unit_test(test_waiting_keeps_order_of_arrival),
        cmocka_unit_test(test_timers_move_and_stop),
        cmocka_unit_test(test_stopping_a_due_timer),
        cmocka_unit_test(test_crash_forgets_and_restart_begins_anew),
        cmocka_unit_test(test_crash_before_the_message_left),
        cmocka_unit_test(test_crash_during_reboot),
        cmocka_unit_test(test_pause_and_resume),
        cmocka_unit_test(test_inbox_is_bounded),
        cmocka_unit_test(test_a_node_halts_the_run),
        cmocka_unit_test(test_limits_halt_with_a_reason),
        cmocka_unit_test(test_violations_are_noted_once),
        cmocka_unit_test(test_at_rest),
        cmocka_unit_test(test_nothing_to_come),
        cmocka_unit_test(test_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
