/* test_sim_network.c - links and every fault of a link, one at a time. */
#include "probe.h"
#include "unit.h"

static void test_latency_by_the_map(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    int64_t sent_ns = sim_now_ns(&world.sim);
    probe_send(&world, 0, 3, 1);
    probe_run(&world, SECOND);
    const struct probe_event *event = probe_event(&world, 3, NODE_EVENT_MESSAGE, 0);
    assert_non_null(event);
    int64_t least_ns = MS + 3 * MS / 2 + 20000;      /* base, 3 km, the sender's CPU */
    int64_t took_ns = event->monotonic_ns - sent_ns; /* booted at 0: local time is true time */
    assert_in_range(took_ns, least_ns, least_ns + 10 * MS / 2 + 1000);
    assert_int_equal(event->from, 0);
    assert_int_equal(event->length, 8);
    probe_world_close(&world);
}

/* A burst leaves one after the other at 100 MB/s and arrives in the order in which it was sent. */
static void test_bandwidth_and_order(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_SEND, 0, 1, 40, 1000, 0, 0);
    probe_run(&world, MS);
    struct sim_flight flights[40];
    assert_int_equal(sim_flights(&world.sim, flights, 40), 40);
    int64_t sent_ns = flights[0].sent_ns;
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 40);
    for (uint32_t i = 0; i < 40; i++) {
        const struct probe_event *event = probe_event(&world, 1, NODE_EVENT_MESSAGE, i);
        assert_int_equal(probe_number(event), i + 1);
        assert_true(event->monotonic_ns - event->waited_ns >= sent_ns + (i + 1) * 10000 + MS);
    }
    probe_world_close(&world);
}

static void test_one_way_cut(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_LINK_CUT, 0, 1, 1, 0);
    probe_send(&world, 0, 1, 3);
    probe_send(&world, 1, 0, 2);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 0);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_MESSAGE), 2);
    assert_int_equal(probe_counters(&world).messages_cut, 3);
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_LINK_CUT), 3);
    struct node_world view;
    sim_world_view(&world.sim, &view);
    assert_true(view.cut(&view, 0, 1));
    assert_false(view.cut(&view, 1, 0));
    assert_int_equal(view.faults_active, 1);
    probe_apply(&world, SIM_INPUT_LINK_HEAL, 1, 0, 0, 0);
    probe_send(&world, 0, 1, 1);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 1);
    probe_world_close(&world);
}

/* What is under way when the cut comes does not arrive either. */
static void test_two_way_cut_stops_what_is_under_way(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_send(&world, 0, 1, 2);
    probe_send(&world, 1, 0, 2);
    probe_run(&world, MS / 2);
    struct sim_flight flights[8];
    assert_int_equal(sim_flights(&world.sim, flights, 8), 4);
    assert_int_equal(flights[0].lost, 0);
    assert_int_equal(flights[0].subject, 1);
    probe_apply(&world, SIM_INPUT_LINK_CUT, 1, 0, 0, 0);
    probe_run(&world, 100 * MS);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_MESSAGE), 0);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 0);
    assert_int_equal(sim_flights(&world.sim, flights, 8), 4);
    assert_int_equal(flights[0].lost, 2);
    probe_run(&world, 2 * SECOND);
    assert_int_equal(sim_flights(&world.sim, flights, 8), 0);
    probe_world_close(&world);
}

/* n0 and n2 against n1 and n3: inside each side messages pass, across none does. */
static void test_partition(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_NET_PARTITION, NODE_NONE, NODE_NONE, 5, 0);
    for (uint32_t from = 0; from < PROBE_NODES; from++) {
        for (uint32_t to = 0; to < PROBE_NODES; to++) {
            probe_send(&world, from, to, 1);
        }
    }
    probe_run(&world, SECOND);
    for (uint32_t to = 0; to < PROBE_NODES; to++) {
        assert_int_equal(probe_count(&world, to, NODE_EVENT_MESSAGE), 2);
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_equal(probe_event(&world, to, NODE_EVENT_MESSAGE, i)->from % 2, to % 2);
        }
    }
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_NET_PARTITION), 8);
    probe_apply(&world, SIM_INPUT_NET_HEAL, NODE_NONE, NODE_NONE, 0, 0);
    probe_send(&world, 0, 1, 1);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 3);
    probe_world_close(&world);
}

static void test_isolation(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_NODE_ISOLATE, 2, NODE_NONE, 0, 0);
    probe_send(&world, 0, 2, 1);
    probe_send(&world, 2, 1, 1);
    probe_send(&world, 0, 1, 1);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 2, NODE_EVENT_MESSAGE), 0);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 1);
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_NODE_ISOLATE), 2);
    probe_world_close(&world);
}

static void degrade(struct probe_world *world, int64_t delay_us, int64_t loss, int64_t twice,
                    int64_t reorder)
{
    const int64_t args[NODE_INPUT_ARGS] = {delay_us, 0, loss, twice, reorder};
    probe_apply_args(world, SIM_INPUT_LINK_SET, 0, 1, args);
}

static void test_loss(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    degrade(&world, 0, 300000, 0, 0);
    for (int i = 0; i < 10; i++) {
        probe_send(&world, 0, 1, 40);
        probe_run(&world, 50 * MS);
    }
    uint32_t arrived = probe_count(&world, 1, NODE_EVENT_MESSAGE);
    assert_in_range(arrived, 240, 320); /* 280 of 400, four standard deviations */
    assert_int_equal(probe_counters(&world).messages_lost, 400 - arrived);
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_LINK_SET), 400 - arrived);
    probe_world_close(&world);
}

static void test_delay(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    degrade(&world, 300000, 0, 0, 0);
    probe_send(&world, 0, 1, 1);
    probe_run(&world, 290 * MS);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 0);
    probe_run(&world, 30 * MS);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 1);
    probe_world_close(&world);
}

static void test_duplication(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    degrade(&world, 0, 0, 1000000, 0);
    probe_send(&world, 0, 1, 50);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 100);
    uint32_t seen[51] = {0};
    for (uint32_t i = 0; i < 100; i++) {
        seen[probe_number(probe_event(&world, 1, NODE_EVENT_MESSAGE, i))]++;
    }
    for (uint32_t number = 1; number <= 50; number++) {
        assert_int_equal(seen[number], 2);
    }
    assert_int_equal(probe_counters(&world).messages_doubled, 50);
    probe_world_close(&world);
}

static void test_reordering(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    degrade(&world, 0, 0, 0, 500000);
    probe_send(&world, 0, 1, 100);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 100);
    uint32_t overtaken = 0;
    uint32_t before = 0;
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t number = probe_number(probe_event(&world, 1, NODE_EVENT_MESSAGE, i));
        overtaken += number < before;
        before = number;
    }
    assert_true(overtaken > 10);
    assert_in_range(probe_counters(&world).messages_reordered, 30, 70);
    probe_world_close(&world);
}

/* Whether message n is lost does not depend on other faults being on. */
static void test_draws_do_not_shift(void **state)
{
    (void)state;
    uint32_t numbers[2][PROBE_MEMORY];
    uint32_t counts[2];
    for (int with_doubles = 0; with_doubles < 2; with_doubles++) {
        struct probe_world world;
        probe_world_start(&world);
        degrade(&world, 0, 300000, with_doubles * 400000, 0);
        probe_send(&world, 0, 1, 100);
        probe_run(&world, SECOND);
        uint32_t count = 0;
        bool seen[101] = {false};
        for (uint32_t i = 0; i < probe_count(&world, 1, NODE_EVENT_MESSAGE); i++) {
            uint32_t number = probe_number(probe_event(&world, 1, NODE_EVENT_MESSAGE, i));
            if (!seen[number]) {
                seen[number] = true;
                count++;
            }
        }
        counts[with_doubles] = count;
        for (uint32_t number = 1; number <= 100; number++) {
            numbers[with_doubles][number] = seen[number];
        }
        probe_world_close(&world);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_memory_equal(&numbers[0][1], &numbers[1][1], 100 * sizeof numbers[0][0]);
}

/* Carried by hand: through cuts, after its sender's death, to the nanosecond. */
static void test_carried(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_NODE_ISOLATE, 0, NODE_NONE, 0, 0);
    int64_t sent_ns = sim_now_ns(&world.sim);
    probe_order(&world, PROBE_SEND, 0, 1, 1, 8, 0, 700);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_run(&world, SECOND);
    const struct probe_event *event = probe_event(&world, 1, NODE_EVENT_MESSAGE, 0);
    assert_non_null(event);
    assert_int_equal(event->monotonic_ns, sent_ns + 20000 + 700 * MS); /* one event's CPU */
    probe_world_close(&world);
}

/* Too short, and to a node that does not exist: dropped, counted, noted; the run goes on. */
static void test_refused_messages(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_order(&world, PROBE_SEND, 0, 1, 1, 3, 0, 0);
    probe_run(&world, 100 * MS);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 0);
    assert_int_equal(probe_counters(&world).messages_refused, 1);
    assert_int_equal(world.tally->of_kind[NODE_NOTE_MESSAGE_REFUSED], 1);
    assert_int_equal(world.tally->last.node, 1);
    assert_int_equal(world.tally->last.peer, 0);
    probe_send(&world, 0, 99, 1);
    probe_run(&world, 100 * MS);
    assert_int_equal(probe_counters(&world).messages_refused, 2);
    struct node_reason reason;
    assert_int_equal(sim_halted(&world.sim, &reason), SIM_HALT_NONE);
    probe_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latency_by_the_map),
        cmocka_unit_test(test_bandwidth_and_order),
        cmocka_unit_test(test_one_way_cut),
        cmocka_unit_test(test_two_way_cut_stops_what_is_under_way),
        cmocka_unit_test(test_partition),
        cmocka_unit_test(test_isolation),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_duplication),
        cmocka_unit_test(test_reordering),
        cmocka_unit_test(test_draws_do_not_shift),
        cmocka_unit_test(test_carried),
        cmocka_unit_test(test_refused_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
