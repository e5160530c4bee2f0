/* test_raft_faults.c - the council under faults: no promise broken by any of them, and each bug switch
 * found out by its own.
 *
 * A sweep runs scenarios from many seeds, each with its own mix of faults, heals, waits for rest and
 * judges. It must also have power: faults that change nothing prove nothing. */
#include "effort.h"
#include "load_scenario.h"
#include "systems/raft/ledger.h"
#include "unit.h"
#include "whole_run.h"

enum {
    SWEEP_SEEDS = 30,     /* of each scenario of the sweep */
    SWEEP_LONG = 30,      /* times as many when there is time */
    CAUGHT_WITHIN = 1000, /* seeds in which a switch must show */
    CAUGHT_SHORT = 60,    /* the same, when there is no time: every switch below needs fewer */
    WILD_SEEDS = 4,       /* of each switch with everything allowed */
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 60 * NS_PER_S;

#define FAULT(name) (1u << NEMESIS_##name)
/* Disks that lie about fsync or rot break what a majority wrote: that is outside of Raft's model. */
static const uint32_t LYING = FAULT(DISK_LOSE_FSYNC) | FAULT(DISK_ROT);

/* Servers are hit; cuts have the clients at one end, who ask every server, or a server. */
static struct nemesis_profile profile_of(const struct lab_scenario *scenario, uint32_t kinds)
{
    const struct council_plan *plan = scenario->data;
    return (struct nemesis_profile){.kinds = kinds,
                                    .nodes = (UINT64_C(1) << plan->server_count) - 1,
                                    .peers = UINT64_C(1) << council_clients(plan),
                                    .faults_max = 4,
                                    .from_ns = 2 * NS_PER_S,
                                    .to_ns = SWEEP_UNTIL_NS - 5 * NS_PER_S};
}

/* ---- The sweep ---- */

/* Scenarios with so few operations that faults hit nothing, and the frozen measure, are left out. */
static void sweep_scenario(void *context, const char *name)
{
    static struct whole_run result;
    struct whole_run_power *power = context;
    uint32_t seeds = effort_is_long() ? SWEEP_SEEDS * SWEEP_LONG : SWEEP_SEEDS;
    if (strncmp(name, "raft/", strlen("raft/")) != 0 || strcmp(name, "raft/bench") == 0)
        return;
    struct lab_scenario *scenario = load_scenario(name);
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    struct whole_run_options options = {.profile = &profile, .until_ns = SWEEP_UNTIL_NS};
    for (uint32_t n = 0; n < seeds; n++) {
        options.seed = power->runs + 1;
        whole_run(scenario, &options, &result);
        whole_run_check_good(scenario, options.seed, &result);
        whole_run_count(power, &result);
    }
    lab_scenario_free(&scenario);
}

static void test_no_fault_breaks_a_promise(void **state)
{
    static struct whole_run_power power;
    (void)state;
    lab_scenario_names(sweep_scenario, &power);
    assert_true(power.runs >= 100);
    whole_run_check_power(&power);
}

/* ---- The switches ---- */

/* How a switch is found out: in which scenario, by which faults, as which broken promise. */
static const struct whole_run_catch CATCHES[] = {
    {COUNCIL_SET_BUGS + RAFT_BUG_LONGEST_LOG, COUNCIL_CHECK_COMPLETENESS, "raft/council",
     FAULT(CRASH) | FAULT(CUT) | FAULT(PARTITION) | FAULT(ISOLATE), 3000},
    {COUNCIL_SET_BUGS + RAFT_BUG_CONFIG_ON_COMMIT, COUNCIL_CHECK_COMPLETENESS, "raft/membership",
     FAULT(PARTITION) | FAULT(ISOLATE) | FAULT(CUT), 8000},
    {COUNCIL_SET_BUGS + RAFT_BUG_HINT_TOO_FAR, WHOLE_RUN_NEVER_AT_REST, "raft/council",
     FAULT(ISOLATE) | FAULT(CRASH) | FAULT(PARTITION), 3000},

    {COUNCIL_SET_BUGS + RAFT_BUG_COMMIT_OLD_TERM, COUNCIL_CHECK_COMPLETENESS,
     "raft/trap-01-older-term", FAULT(CRASH), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_NO_NOOP, COUNCIL_CHECK_FRESH, "raft/trap-02-no-noop",
     FAULT(CRASH) | FAULT(ISOLATE) | FAULT(DISK_STALL) | FAULT(PAUSE), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_LOCAL_READ, COUNCIL_CHECK_FRESH, "raft/trap-03-local-read",
     FAULT(PAUSE), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_VOTE_NO_FSYNC, COUNCIL_CHECK_ELECTION,
     "raft/trap-04-vote-before-disk", FAULT(CRASH), 200},
    {COUNCIL_SET_BUGS + RAFT_BUG_ALWAYS_TRUNCATE, COUNCIL_CHECK_SOUND,
     "raft/trap-05-always-truncate", FAULT(LINK) | FAULT(CUT), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_COMMIT_UNCOVERED, COUNCIL_CHECK_STATE_MACHINE,
     "raft/trap-06-commit-uncovered", FAULT(LINK) | FAULT(ISOLATE) | FAULT(PARTITION), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_ANY_RESETS_TIMER, COUNCIL_CHECK_SERVICE,
     "raft/trap-08-who-keeps-waiting", FAULT(CRASH), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_COUNT_UNWRITTEN, COUNCIL_CHECK_COMPLETENESS,
     "raft/trap-09-leader-disk", FAULT(CRASH), 500},
    {COUNCIL_SET_BUGS + RAFT_BUG_SINGLE_QUORUM, COUNCIL_CHECK_COMPLETENESS,
     "raft/trap-11-both-majorities", FAULT(PARTITION), 4000},
    {COUNCIL_SET_BUGS + RAFT_BUG_CONFIG_NO_NOOP, COUNCIL_CHECK_COMPLETENESS,
     "raft/trap-11-own-term-first", FAULT(CRASH) | FAULT(ISOLATE), 1500},
    {COUNCIL_SET_BUGS + RAFT_BUG_HEAR_REMOVED, COUNCIL_CHECK_STAYS, "raft/trap-12-removed-server",
     FAULT(CRASH), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_VOTER_AT_ONCE, COUNCIL_CHECK_SERVICE, "raft/trap-13-dead-address",
     FAULT(PAUSE), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_TRANSFER_BEHIND, COUNCIL_CHECK_FRESH, "raft/trap-14-hand-over",
     FAULT(CUT), 3000},
    {COUNCIL_SET_BUGS + RAFT_BUG_SNAP_DROP_SUFFIX, COUNCIL_CHECK_STATE_MACHINE,
     "raft/trap-15-image-of-a-prefix", FAULT(CRASH), 0},
    {COUNCIL_SET_BUG_SNAP_NO_SESSIONS, COUNCIL_CHECK_APPLIED_ONCE, "raft/trap-15-snap-no-sessions",
     FAULT(LINK) | FAULT(CRASH) | FAULT(PAUSE) | FAULT(ISOLATE), 0},
    {COUNCIL_SET_BUG_NO_SESSIONS, COUNCIL_CHECK_APPLIED_ONCE, "raft/council",
     FAULT(LINK) | FAULT(CRASH), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_LEASE_NO_BOUND, COUNCIL_CHECK_FRESH, "raft/trap-17-lease-no-bound",
     FAULT(PAUSE), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_TRUST_TORN, COUNCIL_CHECK_COMPLETENESS,
     "raft/trap-18-damaged-middle", FAULT(DISK_ROT), 0},
    {COUNCIL_SET_BUGS + RAFT_BUG_CHUNK_NO_RESET, COUNCIL_CHECK_STAYS,
     "raft/trap-19-pieces-of-an-image", FAULT(CRASH), 0},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    whole_run_check_table(&RAFT, CATCHES, CATCH_COUNT);
}

/* Cuts are between servers: that is where the rules are. */
static void prepare(const struct lab_scenario *scenario, int64_t *settings,
                    struct nemesis_profile *profile, int64_t *until_ns)
{
    (void)settings;
    *profile = profile_of(scenario, profile->kinds);
    profile->peers = 0;
    *until_ns = SWEEP_UNTIL_NS;
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    whole_run_check_catches(CATCHES, CATCH_COUNT, effort_is_long() ? CAUGHT_WITHIN : CAUGHT_SHORT,
                            prepare);
}

/* Whatever is switched off and whatever fails, the clients' node and lying disks included: the program
 * goes on. A run may end: with its reason. */
static void test_switches_and_faults_end_nothing(void **state)
{
    static struct whole_run result;
    struct lab_scenario *scenario = load_scenario("raft/council");
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
    int64_t settings[LAB_SETTINGS_MAX];
    struct whole_run_options options = {
        .settings = settings, .profile = &profile, .until_ns = SWEEP_UNTIL_NS};
    (void)state;
    profile.nodes = 0;
    for (uint32_t bug = COUNCIL_SET_BUGS; bug < COUNCIL_SET_COUNT; bug++) {
        memcpy(settings, scenario->settings, sizeof settings);
        settings[bug] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            settings[COUNCIL_SET_READS] = (int64_t)(seed % 3);
            options.seed = 1000 * (uint64_t)bug + seed;
            whole_run(scenario, &options, &result);
        }
    }
    lab_scenario_free(&scenario);
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
