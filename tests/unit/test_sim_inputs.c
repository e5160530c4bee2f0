/* test_sim_inputs.c - every input type is named, ranged and checked before anything changes. */
#include "probe.h"
#include "unit.h"

/* An input of a kind with valid node, peer and standard arguments. */
static struct sim_input valid_input(const struct probe_world *world,
                                    const struct sim_input_kind *kind)
{
    struct sim_input input = {.time_ns = sim_now_ns(&world->sim),
                              .type = kind->type,
                              .node = NODE_NONE,
                              .peer = NODE_NONE};
    input.node = kind->needs_node ? 1 : NODE_NONE;
    input.peer = kind->needs_peer ? 2 : NODE_NONE;
    for (uint32_t i = 0; i < NODE_INPUT_ARGS && kind->args[i].name != NULL; i++) {
        input.args[i] = kind->args[i].standard;
    }
    return input;
}

static void world_with_settings(struct probe_world *world)
{
    static const int64_t settings[] = {10, 20, 30};
    struct sim_plan plan = probe_plan(1);
    plan.settings = settings;
    plan.setting_count = 3;
    probe_world_open(world, &plan);
    probe_run(world, 10 * MS);
}

static void assert_refused(struct probe_world *world, const struct sim_input *input,
                           const char *words)
{
    struct error error;
    uint64_t digest = sim_digest(&world->sim);
    assert_int_equal(sim_apply(&world->sim, input, &error), -1);
    if (strstr(error.text, words) == NULL) {
        fail_msg("'%s' does not say '%s'", error.text, words);
    }
    assert_int_equal(sim_digest(&world->sim), digest);
    assert_int_equal(sim_apply(&world->sim, input, NULL), -1);
}

static void test_every_kind_is_taken(void **state)
{
    (void)state;
    struct probe_world world;
    world_with_settings(&world);
    for (uint32_t i = 0; i < SIM_INPUT_KIND_COUNT; i++) {
        struct sim_input input = valid_input(&world, &SIM_INPUT_KINDS[i]);
        struct error error = {.text = ""};
        if (sim_apply(&world.sim, &input, &error) != 0) {
            fail_msg("%s", error.text);
        }
        probe_run(&world, MS);
        for (uint32_t other = 0; other < i; other++) {
            assert_string_not_equal(SIM_INPUT_KINDS[i].name, SIM_INPUT_KINDS[other].name);
        }
    }
    probe_world_close(&world);
}

static void test_every_range_is_held(void **state)
{
    (void)state;
    struct probe_world world;
    world_with_settings(&world);
    for (uint32_t i = 0; i < SIM_INPUT_KIND_COUNT; i++) {
        const struct sim_input_kind *kind = &SIM_INPUT_KINDS[i];
        for (uint32_t a = 0; a < NODE_INPUT_ARGS && kind->args[a].name != NULL; a++) {
            struct sim_input input = valid_input(&world, kind);
            if (kind->args[a].min > INT64_MIN) {
                input.args[a] = kind->args[a].min - 1;
                assert_refused(&world, &input, kind->args[a].name);
            }
            if (kind->args[a].max < INT64_MAX) {
                input.args[a] = kind->args[a].max + 1;
                assert_refused(&world, &input, kind->args[a].name);
            }
        }
        struct sim_input input = valid_input(&world, kind);
        input.node = PROBE_NODES;
        if (kind->needs_node || kind->type == SIM_INPUT_LINK_SET) {
            assert_refused(&world, &input, "does not exist, nodes are 0 to 3");
        }
        input = valid_input(&world, kind);
        input.peer = kind->needs_peer ? input.node : PROBE_NODES;
        if (kind->needs_peer) {
            assert_refused(&world, &input, "no link to itself");
        }
    }
    probe_world_close(&world);
}

static void test_refusals_in_words(void **state)
{
    (void)state;
    struct probe_world world;
    world_with_settings(&world);
    struct sim_input input = {.time_ns = sim_now_ns(&world.sim), .type = 50};
    assert_refused(&world, &input, "input type 50 does not exist");
    input.type = SIM_INPUT_SETTING;
    input.args[0] = 3;
    assert_refused(&world, &input, "setting 3 does not exist, there are 3");
    input.type = SIM_INPUT_SYSTEM + 5;
    input.node = 9;
    assert_refused(&world, &input, "node 9 does not exist");
    input.node = 1;
    input.time_ns++;
    assert_refused(&world, &input, "but the world is at");
    probe_world_close(&world);
}

/* A setting reaches env->settings at once and every node that is up as an event. */
static void test_setting(void **state)
{
    (void)state;
    struct probe_world world;
    world_with_settings(&world);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 3, NODE_NONE, 0, 0);
    probe_apply(&world, SIM_INPUT_SETTING, NODE_NONE, NODE_NONE, 1, 77);
    assert_int_equal(world.tally->last.kind, NODE_NOTE_SETTING);
    assert_int_equal(world.tally->last.args[1], 77);
    assert_int_equal(world.tally->last.args[2], 20);
    struct node_world view;
    sim_world_view(&world.sim, &view);
    assert_int_equal(view.env->settings[1], 77);
    assert_int_equal(view.env->self, NODE_NONE);
    probe_run(&world, MS);
    for (uint32_t node = 0; node < 3; node++) {
        assert_int_equal(probe_event(&world, node, NODE_EVENT_SETTING, 0)->type, 1);
    }
    probe_world_close(&world);
}

static void test_heal_all(void **state)
{
    (void)state;
    struct probe_world world;
    world_with_settings(&world);
    struct node_world view;
    for (uint32_t i = 0; i < SIM_INPUT_KIND_COUNT; i++) {
        if (SIM_INPUT_KINDS[i].type != SIM_INPUT_HEAL_ALL) {
            struct sim_input input = valid_input(&world, &SIM_INPUT_KINDS[i]);
            assert_int_equal(sim_apply(&world.sim, &input, NULL), 0);
        }
    }
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 2, NODE_NONE, 0, 0);
    probe_apply(&world, SIM_INPUT_NODE_PAUSE, 3, NODE_NONE, 0, 0);
    probe_apply(&world, SIM_INPUT_NET_PARTITION, NODE_NONE, NODE_NONE, 1, 0);
    probe_run(&world, SECOND);
    sim_world_view(&world.sim, &view);
    assert_true(view.faults_active >= 5);
    probe_apply(&world, SIM_INPUT_HEAL_ALL, NODE_NONE, NODE_NONE, 0, 0);
    probe_run(&world, 3 * SECOND);
    sim_world_view(&world.sim, &view);
    assert_int_equal(view.faults_active, 0);
    for (uint32_t node = 0; node < PROBE_NODES; node++) {
        assert_int_equal(view.truth(&view, node), NODE_UP);
        probe_send(&world, node, (node + 1) % PROBE_NODES, 1);
    }
    probe_run(&world, SECOND);
    for (uint32_t node = 0; node < PROBE_NODES; node++) {
        assert_true(probe_count(&world, node, NODE_EVENT_MESSAGE) > 0);
    }
    probe_world_close(&world);
}

static void assert_plan_refused(const struct sim_plan *plan, const char *words)
{
    struct probe_world world;
    struct sim_plan good = probe_plan(1);
    probe_world_open(&world, &good);
    struct error error;
    assert_int_equal(sim_bytes(plan), 0);
    assert_int_equal(sim_init(&world.sim, plan, &error), -1);
    if (strstr(error.text, words) == NULL) {
        fail_msg("'%s' does not say '%s'", error.text, words);
    }
    probe_world_close(&world);
}

static void test_bad_plans(void **state)
{
    (void)state;
    struct sim_plan plan = probe_plan(1);
    plan.node_count = 0;
    assert_plan_refused(&plan, "1 to 63 nodes");
    plan = probe_plan(1);
    plan.node_count = 64;
    assert_plan_refused(&plan, "1 to 63 nodes");
    plan = probe_plan(1);
    plan.model.disk_sync_ns = 0;
    assert_plan_refused(&plan, "disk_sync_ns is 0");
    plan = probe_plan(1);
    memcpy(plan.nodes[2].name, plan.nodes[1].name, SIM_NAME_BYTES);
    assert_plan_refused(&plan, "both named 'n1'");
    plan = probe_plan(1);
    plan.nodes[2].name[0] = '\0';
    assert_plan_refused(&plan, "name must have");
    plan = probe_plan(1);
    plan.nodes[2].x_m = 2000000;
    assert_plan_refused(&plan, "off the map");
    plan = probe_plan(1);
    plan.nodes[0].protocol = NULL;
    assert_plan_refused(&plan, "protocol");
    plan = probe_plan(1);
    plan.limits.messages_64 = 1u << 21;
    assert_plan_refused(&plan, "pool");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_is_taken),
        cmocka_unit_test(test_every_range_is_held),
        cmocka_unit_test(test_refusals_in_words),
        cmocka_unit_test(test_setting),
        cmocka_unit_test(test_heal_all),
        cmocka_unit_test(test_bad_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
