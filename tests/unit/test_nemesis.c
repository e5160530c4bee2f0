/* test_nemesis.c - random faults: the same for a seed, in order, always valid, healed, and with
 * power. */
#include "chatter.h"
#include "sim/nemesis.h"
#include "unit.h"

#include <stdlib.h>

static const int64_t SECOND_NS = 1000000000;
enum { NODES = 5, SEEDS = 200 };
static const struct nemesis_profile PROFILE = {.from_ns = 1000000000, .to_ns = 16000000000};

static void test_same_seed_same_faults(void **state)
{
    (void)state;
    static struct nemesis one, two;
    struct sim_plan plan = chatter_plan(1, NODES);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        nemesis_draw(&one, &PROFILE, &plan, seed);
        nemesis_draw(&two, &PROFILE, &plan, seed);
        assert_int_equal(one.count, two.count);
        assert_memory_equal(one.inputs, two.inputs, one.count * sizeof one.inputs[0]);
        for (uint32_t i = 1; i < one.count; i++) {
            assert_true(one.inputs[i - 1].time_ns <= one.inputs[i].time_ns);
        }
        assert_true(one.inputs[0].time_ns >= PROFILE.from_ns);
        assert_int_equal(one.inputs[one.count - 1].time_ns, PROFILE.to_ns);
    }
}

/* Each kind is on in about half of the seeds, and forbidding one leaves the others' faults as they
 * were. */
static void test_swarm(void **state)
{
    (void)state;
    static struct nemesis all, without;
    struct sim_plan plan = chatter_plan(1, NODES);
    uint32_t on[NEMESIS_KINDS] = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        nemesis_draw(&all, &PROFILE, &plan, seed);
        assert_int_not_equal(all.kinds, 0);
        for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
            on[kind] += all.kinds >> kind & 1;
        }
        struct nemesis_profile profile = PROFILE;
        profile.kinds = NEMESIS_ALL & ~(1u << NEMESIS_CRASH);
        nemesis_draw(&without, &profile, &plan, seed);
        uint32_t found = 0;
        for (uint32_t i = 0; i < all.count && found < without.count; i++) {
            found += memcmp(&all.inputs[i], &without.inputs[found], sizeof all.inputs[i]) == 0;
        }
        if ((all.kinds & ~1u) != 0) {
            assert_int_equal(found, without.count);
        }
    }
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        assert_in_range(on[kind], 70, 130);
    }
}

static struct sim start(const struct sim_plan *plan)
{
    size_t bytes = (sim_bytes(plan) + 63) / 64 * 64;
    struct sim sim = {.world = aligned_alloc(64, bytes)};
    assert_non_null(sim.world);
    assert_int_equal(sim_init(&sim, plan, NULL), 0);
    return sim;
}

static void play(struct sim *sim, const struct nemesis *nemesis)
{
    for (uint32_t i = 0; i < nemesis->count; i++) {
        assert_int_equal(sim_run(sim, nemesis->inputs[i].time_ns, UINT64_MAX), SIM_REACHED);
        struct error error;
        if (sim_apply(sim, &nemesis->inputs[i], &error) != 0) {
            fail_msg("%s", error.text);
        }
    }
}

/* Of the runs that switch a kind on, 95 % show its effect; every input is taken; after healing
 * nothing is wrong. */
static void test_power_and_healing(void **state)
{
    (void)state;
    static struct nemesis nemesis;
    uint32_t on[NEMESIS_KINDS] = {0};
    uint32_t effective[NEMESIS_KINDS] = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sim_plan plan = chatter_plan(seed, NODES);
        struct sim sim = start(&plan);
        nemesis_draw(&nemesis, &PROFILE, &plan, seed);
        play(&sim, &nemesis);
        uint32_t kinds = nemesis_effective_kinds(&sim);
        for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
            on[kind] += nemesis.kinds >> kind & 1;
            effective[kind] += nemesis.kinds >> kind & kinds >> kind & 1;
        }
        assert_int_equal(sim_run(&sim, 20 * SECOND_NS, UINT64_MAX), SIM_REACHED);
        struct node_world view;
        sim_world_view(&sim, &view);
        assert_int_equal(view.faults_active, 0);
        free(sim.world);
    }
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        print_message("%-16s on in %3u runs, effective in %3u\n",
                      nemesis_kind_name((enum nemesis_kind)kind), on[kind], effective[kind]);
        assert_true(effective[kind] * 100 >= on[kind] * 95);
    }
}

/* Only the core is healed: a majority with all its links; the others are down or cut off. */
static void test_core(void **state)
{
    (void)state;
    static struct nemesis nemesis;
    struct nemesis_profile profile = PROFILE;
    profile.core_only = true;
    profile.core = 1;
    profile.core_one = 0x6;
    uint32_t sizes = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct sim_plan plan = chatter_plan(seed, NODES);
        struct sim sim = start(&plan);
        nemesis_draw(&nemesis, &profile, &plan, seed);
        assert_true(nemesis.core & 1);
        int size = __builtin_popcountll(nemesis.core);
        assert_in_range(size, NODES / 2 + 1, NODES);
        sizes |= 1u << size;
        assert_true(nemesis.core & 0x6);
        play(&sim, &nemesis);
        assert_int_equal(sim_run(&sim, 20 * SECOND_NS, UINT64_MAX), SIM_REACHED);
        struct node_world view;
        sim_world_view(&sim, &view);
        for (uint32_t a = 0; a < NODES; a++) {
            bool inside = (nemesis.core >> a & 1) != 0;
            bool gone = view.truth(&view, a) == NODE_DOWN || view.cut(&view, a, (a + 1) % NODES);
            assert_int_equal(gone && !(inside && (nemesis.core >> (a + 1) % NODES & 1) == 0),
                             !inside);
        }
        free(sim.world);
    }
    assert_true(__builtin_popcount(sizes) > 1);
}

/* A single node without a disk has no links or disks to harm. */
static void test_only_possible_faults(void **state)
{
    (void)state;
    static struct nemesis nemesis;
    struct node_protocol diskless = CHATTER_PROTOCOL;
    diskless.file_bytes[0] = 0;
    struct sim_plan plan = chatter_plan(1, 1);
    plan.nodes[0].protocol = &diskless;
    struct nemesis_profile profile = PROFILE;
    profile.always = true;
    nemesis_draw(&nemesis, &profile, &plan, 1);
    uint32_t expected = 1u << NEMESIS_CRASH | 1u << NEMESIS_PAUSE | 1u << NEMESIS_SLOW_CPU |
                        1u << NEMESIS_CLOCK_SKEW | 1u << NEMESIS_CLOCK_DRIFT |
                        1u << NEMESIS_CLOCK_JUMP;
    assert_int_equal(nemesis.kinds, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_faults), cmocka_unit_test(test_swarm),
        cmocka_unit_test(test_power_and_healing),     cmocka_unit_test(test_core),
        cmocka_unit_test(test_only_possible_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
