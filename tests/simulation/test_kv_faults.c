/* test_kv_faults.c - the store under faults: no promise broken by any of them, and each bug switch
 * found out by its own.
 *
 * A sweep runs scenarios from many seeds, each with its own mix of faults, heals, waits for rest and
 * judges. It must also have power: faults that change nothing prove nothing. */
#include "effort.h"
#include "load_scenario.h"
#include "systems/kv/ledger.h"
#include "unit.h"
#include "whole_run.h"

enum {
    SWEEP_SEEDS = 30,     /* of each scenario below */
    SWEEP_LONG = 60,      /* times as many when there is time: 19,800 runs */
    CAUGHT_WITHIN = 1000, /* seeds in which a switch must show */
    WILD_SEEDS = 6,       /* of each switch with everything allowed */
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 45 * NS_PER_S;

/* Disks that lie about fsync or rot break what a replica promises: that is outside its fault model, and
 * must not end the program all the same. */
static const uint32_t LYING = 1u << NEMESIS_DISK_LOSE_FSYNC | 1u << NEMESIS_DISK_ROT;

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
    static struct whole_run_power power;
    static struct whole_run result;
    uint32_t seeds = effort_is_long() ? SWEEP_SEEDS * SWEEP_LONG : SWEEP_SEEDS;
    (void)state;
    for (uint32_t which = 0; which < SWEPT_COUNT; which++) {
        struct lab_scenario *scenario = load_scenario(SWEPT[which]);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
        struct whole_run_options options = {.profile = &profile, .until_ns = SWEEP_UNTIL_NS};
        for (uint32_t n = 0; n < seeds; n++) {
            options.seed = power.runs + 1;
            whole_run(scenario, &options, &result);
            whole_run_check_good(scenario, options.seed, &result);
            whole_run_count(&power, &result);
        }
        lab_scenario_free(&scenario);
    }
    whole_run_check_power(&power);
}

/* ---- The switches ---- */

/* How each switch is found out: in which scenario, by which faults, as which broken promise. */
static const struct whole_run_catch CATCHES[] = {
    {KV_SET_BUG_ASYNC_REPAIR, KV_CHECK_READS_NEVER_GO_BACK, "kv/trap-01-quorum-is-no-order",
     1u << NEMESIS_LINK, 0},
    {KV_SET_BUG_FAIL_IS_NO, KV_CHECK_FAILED_STAYS_FAILED, "kv/quorum",
     1u << NEMESIS_LINK | 1u << NEMESIS_PARTITION, 0},
    {KV_SET_BUG_HINT_COUNTS, KV_CHECK_READS_FRESH, "kv/trap-03-hints-do-not-count",
     1u << NEMESIS_CUT, 0},
    {KV_SET_BUG_HINT_NOW, KV_CHECK_VERSIONS_KEPT, "kv/quorum",
     1u << NEMESIS_CRASH | 1u << NEMESIS_PAUSE, 0},
    {KV_SET_BUG_NO_REPAIR, KV_CHECK_REPLICAS_CONVERGE, "kv/trap-05-hint-window",
     1u << NEMESIS_CRASH, 0},
    {KV_SET_BUG_GC_EARLY, KV_CHECK_DELETED_STAYS_DELETED, "kv/trap-06-tombstones",
     1u << NEMESIS_CRASH, 0},
    {KV_SET_BUG_CLOCK_WINS, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/ap", 1u << NEMESIS_CLOCK_SKEW, 0},
    {KV_SET_BUG_NO_DOTS, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/ap", 1u << NEMESIS_LINK, 0},
    {KV_SET_BUG_REPAIR_OVERWRITE, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/trap-09-repair-merges",
     1u << NEMESIS_CUT, 0},
    {KV_SET_BUG_MERKLE_ORDER, KV_CHECK_TREES_AGREE, "kv/quorum", 1u << NEMESIS_LINK, 0},
    {KV_SET_BUG_CAS_ANYWAY, KV_CHECK_STRONG_LINEARIZABLE, "kv/trap-11-conditions-are-strong",
     1u << NEMESIS_LINK, 0},
    {KV_SET_BUG_STALE_STRONG, KV_CHECK_STRONG_LINEARIZABLE, "kv/trap-14-the-smaller-side",
     1u << NEMESIS_LINK, 0},
    {KV_SET_BUG_SWITCH_NO_SEAL, KV_CHECK_NO_ACKED_WRITE_LOST, "kv/trap-12-the-switch-seals",
     1u << NEMESIS_LINK, 0},
    {KV_SET_BUG_BATCH_SPLIT, KV_CHECK_BATCHES_WHOLE, "kv/trap-13-half-batch", 1u << NEMESIS_LINK,
     0},
    {KV_SET_BUG_RETRY_AS_NEW, KV_CHECK_STRONG_LINEARIZABLE, "kv/flapping-leader",
     1u << NEMESIS_ISOLATE, 0},
    {KV_SET_BUG_FIRST_REPLY, KV_CHECK_READS_FRESH, "kv/quorum", 1u << NEMESIS_LINK, 0},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    whole_run_check_table(&KV, CATCHES, CATCH_COUNT);
}

static void prepare(const struct lab_scenario *scenario, int64_t *settings,
                    struct nemesis_profile *profile, int64_t *until_ns)
{
    (void)settings;
    *profile = profile_of(scenario, profile->kinds);
    *until_ns = SWEEP_UNTIL_NS;
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    whole_run_check_catches(CATCHES, CATCH_COUNT, CAUGHT_WITHIN, prepare);
}

/* Whatever is switched off and whatever fails, clients and lying disks included: the program goes on,
 * and so does the run. */
static void test_switches_and_faults_end_nothing(void **state)
{
    static struct whole_run result;
    (void)state;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        struct lab_scenario *scenario = load_scenario(CATCHES[i].scenario);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
        int64_t settings[LAB_SETTINGS_MAX];
        struct whole_run_options options = {
            .settings = settings, .profile = &profile, .until_ns = SWEEP_UNTIL_NS};
        profile.nodes = 0;
        memcpy(settings, scenario->settings, sizeof settings);
        settings[CATCHES[i].setting] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            options.seed = 1000 * i + seed;
            whole_run(scenario, &options, &result);
            if (result.judgement.halt != SIM_HALT_NONE)
                fail_msg("%s, seed %d: halted", KV_SETTINGS[CATCHES[i].setting].key, (int)seed);
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
