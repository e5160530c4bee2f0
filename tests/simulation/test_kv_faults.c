/* test_kv_faults.c - the store under faults: no promise broken by any of them, and each bug switch
 * found out by its own.
 *
 * A sweep runs scenarios from many seeds, each with its own mix of faults, heals, waits for rest and
 * judges. It must also have power: faults that change nothing prove nothing. */
#include "lab/course.h"
#include "load_scenario.h"
#include "sim/nemesis.h"
#include "systems/kv/ledger.h"
#include "unit.h"

#include <stdlib.h>

enum {
    SWEEP_SEEDS = 30,     /* of each scenario below */
    SWEEP_LONG = 60,      /* times as many when there is time: 19,800 runs */
    CAUGHT_WITHIN = 1000, /* seeds in which a switch must show */
    WILD_SEEDS = 6,       /* of each switch with everything allowed */
    POWER_PCT = 95,
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 45 * NS_PER_S;

/* Disks that lie about fsync or rot break what a replica promises: that is outside its fault model, and
 * must not end the program all the same. */
static const uint32_t LYING = 1u << NEMESIS_DISK_LOSE_FSYNC | 1u << NEMESIS_DISK_ROT;

struct outcome {
    struct lab_judgement judgement;
    uint32_t kinds_on, kinds_effective;
};

/* Replicas are hit, not the clients: they are who is promised something. */
static struct nemesis_profile profile_of(const struct lab_scenario *scenario, uint32_t kinds)
{
    const struct kv_plan *plan = scenario->data;
    return (struct nemesis_profile){.kinds = kinds,
                                    .nodes = (UINT64_C(1) << plan->replica_count) - 1,
                                    .faults_max = 4,
                                    .from_ns = 2 * NS_PER_S,
                                    .to_ns = SWEEP_UNTIL_NS - 5 * NS_PER_S};
}

static void run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                const struct nemesis_profile *profile, struct outcome *outcome)
{
    static struct lab_course course;
    static struct nemesis nemesis;
    struct lab_problem problem;
    memset(outcome, 0, sizeof *outcome);
    assert_int_equal(lab_course_open(&course, scenario, seed, settings, true, &problem), 0);
    course.sim.checks = true;
    lab_course_collect(&course);
    nemesis_draw(&nemesis, profile, &course.plan, seed);
    for (uint32_t i = 0; i < nemesis.count; i++)
        lab_course_input(&course, &nemesis.inputs[i], 1000 + i, "nemesis");
    outcome->kinds_on = nemesis.kinds;
    while (lab_course_run(&course, SWEEP_UNTIL_NS, 1000000) == SIM_WORKING) {
    }
    outcome->kinds_effective = nemesis_effective_kinds(&course.sim);
    struct lab_fork fork;
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, &outcome->judgement);
    lab_fork_close(&fork);
    lab_course_close(&course);
}

static void check_good(const struct lab_scenario *scenario, uint64_t seed,
                       const struct outcome *outcome)
{
    if (outcome->judgement.halt != SIM_HALT_NONE)
        fail_msg("%s, seed %d: halted", scenario->name, (int)seed);
    if (!outcome->judgement.converged)
        fail_msg("%s, seed %d: never at rest", scenario->name, (int)seed);
    for (uint32_t i = 0; i < outcome->judgement.count; i++) {
        if (outcome->judgement.findings[i].verdict == SYSTEM_PASS ||
            outcome->judgement.unpromised[i] != UINT16_MAX)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &outcome->judgement, i, &text);
        fail_msg("%s, seed %d: %s: %s", scenario->name, (int)seed, KV_CHECKS[i].name, buffer);
    }
}

/* ---- The sweep ---- */

static const char *const SWEPT[] = {"kv/quorum",
                                    "kv/ap",
                                    "kv/trap-01-quorum-is-no-order",
                                    "kv/trap-07-clock-decides",
                                    "kv/trap-09-repair-merges",
                                    "kv/cp",
                                    "kv/hybrid",
                                    "kv/switch",
                                    "kv/trap-12-the-switch-seals",
                                    "kv/batch",
                                    "kv/trap-13-half-batch"};
enum { SWEPT_COUNT = sizeof SWEPT / sizeof SWEPT[0] };

static void test_no_fault_breaks_a_promise(void **state)
{
    (void)state;
    uint32_t on[NEMESIS_KINDS] = {0};
    uint32_t effective[NEMESIS_KINDS] = {0};
    uint64_t seed = 0;
    uint32_t seeds = getenv("CHEF_TEST_LONG") != NULL ? SWEEP_SEEDS * SWEEP_LONG : SWEEP_SEEDS;
    for (uint32_t which = 0; which < SWEPT_COUNT; which++) {
        struct lab_scenario *scenario = load_scenario(SWEPT[which]);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
        struct outcome outcome;
        for (uint32_t n = 0; n < seeds; n++) {
            run(scenario, ++seed, scenario->settings, &profile, &outcome);
            check_good(scenario, seed, &outcome);
            for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
                on[kind] += (outcome.kinds_on >> kind) & 1;
                effective[kind] += (outcome.kinds_on & outcome.kinds_effective) >> kind & 1;
            }
        }
        lab_scenario_free(&scenario);
    }
    print_message("%d runs of 45 s from as many seeds, each with its own faults\n", (int)seed);
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        if (on[kind] == 0)
            continue;
        print_message("%s: had an effect in %u of %u runs\n", nemesis_kind_name(kind),
                      effective[kind], on[kind]);
        if (effective[kind] * 100 < on[kind] * POWER_PCT)
            fail_msg("a sweep without power: %s", nemesis_kind_name(kind));
    }
}

/* ---- The switches ---- */

/* How each switch is found out: in which scenario, by which faults, as which broken promise. */
static const struct {
    enum kv_setting bug;
    enum kv_check check;
    const char *scenario;
    uint32_t kinds;
} CATCHES[] = {
    {KV_SET_BUG_ASYNC_REPAIR, KV_CHECK_READS_NEVER_GO_BACK, "kv/trap-01-quorum-is-no-order",
     1u << NEMESIS_LINK},
    {KV_SET_BUG_FAIL_IS_NO, KV_CHECK_FAILED_STAYS_FAILED, "kv/quorum",
     1u << NEMESIS_LINK | 1u << NEMESIS_PARTITION},
    {KV_SET_BUG_HINT_COUNTS, KV_CHECK_READS_FRESH, "kv/trap-03-hints-do-not-count",
     1u << NEMESIS_CUT},
    {KV_SET_BUG_HINT_NOW, KV_CHECK_VERSIONS_KEPT, "kv/quorum",
     1u << NEMESIS_CRASH | 1u << NEMESIS_PAUSE},
    {KV_SET_BUG_NO_REPAIR, KV_CHECK_REPLICAS_CONVERGE, "kv/trap-05-hint-window",
     1u << NEMESIS_CRASH},
    {KV_SET_BUG_GC_EARLY, KV_CHECK_DELETED_STAYS_DELETED, "kv/trap-06-tombstones",
     1u << NEMESIS_CRASH},
    {KV_SET_BUG_CLOCK_WINS, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/ap", 1u << NEMESIS_CLOCK_SKEW},
    {KV_SET_BUG_NO_DOTS, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/ap", 1u << NEMESIS_LINK},
    {KV_SET_BUG_REPAIR_OVERWRITE, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/trap-09-repair-merges",
     1u << NEMESIS_CUT},
    {KV_SET_BUG_MERKLE_ORDER, KV_CHECK_TREES_AGREE, "kv/quorum", 1u << NEMESIS_LINK},
    {KV_SET_BUG_CAS_ANYWAY, KV_CHECK_STRONG_LINEARIZABLE, "kv/trap-11-conditions-are-strong",
     1u << NEMESIS_LINK},
    {KV_SET_BUG_STALE_STRONG, KV_CHECK_STRONG_LINEARIZABLE, "kv/trap-14-the-smaller-side",
     1u << NEMESIS_LINK},
    {KV_SET_BUG_SWITCH_NO_SEAL, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/trap-12-the-switch-seals",
     1u << NEMESIS_LINK},
    {KV_SET_BUG_BATCH_SPLIT, KV_CHECK_BATCHES_WHOLE, "kv/trap-13-half-batch", 1u << NEMESIS_LINK},
    {KV_SET_BUG_RETRY_AS_NEW, KV_CHECK_STRONG_LINEARIZABLE, "kv/flapping-leader",
     1u << NEMESIS_ISOLATE},
    {KV_SET_BUG_FIRST_REPLY, KV_CHECK_READS_FRESH, "kv/quorum", 1u << NEMESIS_LINK},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    for (uint32_t setting = 0; setting < KV_SET_COUNT; setting++) {
        uint32_t known = 0;
        for (uint32_t i = 0; i < CATCH_COUNT; i++)
            known += CATCHES[i].bug == setting;
        assert_int_equal(known, KV_SETTINGS[setting].trap != NULL);
    }
}

/* Seeds needed until the switch shows; the same run without the switch shows nothing. */
static uint64_t seeds_to_catch(uint32_t which)
{
    struct lab_scenario *scenario = load_scenario(CATCHES[which].scenario);
    struct nemesis_profile profile = profile_of(scenario, CATCHES[which].kinds);
    int64_t settings[LAB_SETTINGS_MAX];
    struct outcome outcome;
    memcpy(settings, scenario->settings, sizeof settings);
    settings[CATCHES[which].bug] = 1;
    profile.always = true;
    uint64_t seed = 0;
    do {
        seed++;
        run(scenario, seed, settings, &profile, &outcome);
    } while (outcome.judgement.findings[CATCHES[which].check].verdict != SYSTEM_FAIL &&
             seed <= CAUGHT_WITHIN);
    run(scenario, seed, scenario->settings, &profile, &outcome);
    check_good(scenario, seed, &outcome);
    lab_scenario_free(&scenario);
    return seed;
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        uint64_t seeds = seeds_to_catch(i);
        print_message("%s: %s broken within %d seeds\n", KV_SETTINGS[CATCHES[i].bug].key,
                      KV_CHECKS[CATCHES[i].check].name, (int)seeds);
        if (seeds > CAUGHT_WITHIN)
            fail_msg("%s is not caught", KV_SETTINGS[CATCHES[i].bug].key);
    }
}

/* Whatever is switched off and whatever fails, clients and lying disks included: the program goes on,
 * and so does the run. */
static void test_switches_and_faults_end_nothing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        struct lab_scenario *scenario = load_scenario(CATCHES[i].scenario);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
        int64_t settings[LAB_SETTINGS_MAX];
        struct outcome outcome;
        profile.nodes = 0;
        memcpy(settings, scenario->settings, sizeof settings);
        settings[CATCHES[i].bug] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            run(scenario, 1000 * i + seed, settings, &profile, &outcome);
            if (outcome.judgement.halt != SIM_HALT_NONE)
                fail_msg("%s, seed %d: halted", KV_SETTINGS[CATCHES[i].bug].key, (int)seed);
        }
        lab_scenario_free(&scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_fault_breaks_a_promise),
        cmocka_unit_test(test_every_switch_has_its_nemesis),
        cmocka_unit_test(test_each_switch_is_caught),
        cmocka_unit_test(test_switches_and_faults_end_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
