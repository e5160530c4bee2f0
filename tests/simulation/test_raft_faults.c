/* test_raft_faults.c - the council under faults: no promise broken by any of them, and each bug switch
 * found out by its own.
 *
 * A sweep runs scenarios from many seeds, each with its own mix of faults, heals, waits for rest and
 * judges. It must also have power: faults that change nothing prove nothing. */
#include "lab/course.h"
#include "lab/settings.h"
#include "load_scenario.h"
#include "sim/nemesis.h"
#include "systems/raft/ledger.h"
#include "unit.h"

#include <cjson/cJSON.h>

#include <stdlib.h>

enum {
    SWEEP_SEEDS = 30,     /* of each scenario of the sweep */
    SWEEP_LONG = 30,      /* times as many when there is time */
    CAUGHT_WITHIN = 1000, /* seeds in which a switch must show */
    CAUGHT_SHORT = 60,    /* the same, when there is no time: every switch below needs fewer */
    WILD_SEEDS = 4,       /* of each switch with everything allowed */
    POWER_PCT = 95,
};
static const int64_t NS_PER_MS = 1000000;
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 60 * NS_PER_S;

#define FAULT(name) (1u << NEMESIS_##name)
/* Disks that lie about fsync or rot break what a majority wrote: that is outside of Raft's model. */
static const uint32_t LYING = FAULT(DISK_LOSE_FSYNC) | FAULT(DISK_ROT);

struct outcome {
    struct lab_judgement judgement;
    uint32_t kinds_on, kinds_effective;
    int64_t figures[COUNCIL_FIGURE_COUNT];
};

/* ---- Running ---- */

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

static void run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                const struct nemesis_profile *profile, struct outcome *outcome)
{
    /* What a trap's script does after the sweep's minute is for those who look at it alone. */
    int64_t until_ns = profile != NULL ? SWEEP_UNTIL_NS : scenario->until_ns;
    static struct lab_course course;
    static struct nemesis nemesis;
    struct lab_problem problem;
    memset(outcome, 0, sizeof *outcome);
    assert_int_equal(lab_course_open(&course, scenario, seed, settings, true, &problem), 0);
    course.sim.checks = true;
    lab_course_collect(&course);
    if (profile != NULL) {
        nemesis_draw(&nemesis, profile, &course.plan, seed);
        for (uint32_t i = 0; i < nemesis.count; i++)
            lab_course_input(&course, &nemesis.inputs[i], 1000 + i, "nemesis");
        outcome->kinds_on = nemesis.kinds;
    }
    while (lab_course_run(&course, until_ns, 1000000) == SIM_WORKING) {
    }
    outcome->kinds_effective = nemesis_effective_kinds(&course.sim);
    lab_course_figures(&course, outcome->figures);
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
    for (uint32_t i = 0; i < outcome->judgement.count; i++) {
        if (strcmp(lab_verdict_name(&outcome->judgement, i, NULL), "PASS") == 0)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, &outcome->judgement, i, &text);
        fail_msg("%s, seed %d: %s: %s", scenario->name, (int)seed, COUNCIL_CHECKS[i].name, buffer);
    }
}

/* Stands for a check: no promise is broken, but all is healed and the council never comes to rest. */
enum { NEVER_AT_REST = COUNCIL_CHECK_COUNT };

static bool is_broken(const struct outcome *outcome, uint32_t check)
{
    if (check == NEVER_AT_REST)
        return !outcome->judgement.converged;
    return strcmp(lab_verdict_name(&outcome->judgement, check, NULL), "FAIL") == 0;
}

/* ---- The sweep ---- */

struct sweep {
    uint32_t seeds, runs;
    uint32_t on[NEMESIS_KINDS], effective[NEMESIS_KINDS];
};

static void count_power(struct sweep *sweep, const struct outcome *outcome)
{
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        sweep->on[kind] += (outcome->kinds_on >> kind) & 1;
        sweep->effective[kind] += (outcome->kinds_on & outcome->kinds_effective) >> kind & 1;
    }
}

/* Scenarios with so few operations that faults hit nothing, and the frozen measure, are left out. */
static void sweep_scenario(void *context, const char *name)
{
    struct sweep *sweep = context;
    struct outcome outcome;
    if (strncmp(name, "raft/", strlen("raft/")) != 0 || strcmp(name, "raft/bench") == 0)
        return;
    struct lab_scenario *scenario = load_scenario(name);
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    for (uint32_t n = 0; n < sweep->seeds; n++) {
        uint64_t seed = ++sweep->runs;
        run(scenario, seed, scenario->settings, &profile, &outcome);
        check_good(scenario, seed, &outcome);
        count_power(sweep, &outcome);
    }
    lab_scenario_free(&scenario);
}

static void test_no_fault_breaks_a_promise(void **state)
{
    (void)state;
    struct sweep sweep = {.seeds = SWEEP_SEEDS};
    if (getenv("CHEF_TEST_LONG") != NULL)
        sweep.seeds *= SWEEP_LONG;
    lab_scenario_names(sweep_scenario, &sweep);
    assert_true(sweep.runs >= 100);
    print_message("%u runs of 60 s from as many seeds, each with its own faults\n", sweep.runs);
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        if (sweep.on[kind] == 0)
            continue;
        print_message("%s: had an effect in %u of %u runs\n", nemesis_kind_name(kind),
                      sweep.effective[kind], sweep.on[kind]);
        if (sweep.effective[kind] * 100 < sweep.on[kind] * POWER_PCT)
            fail_msg("a sweep without power: %s", nemesis_kind_name(kind));
    }
}

/* ---- The switches ---- */

/* How a switch is found out: in which scenario, by which faults, as which broken promise. */
static const struct {
    enum council_setting bug;
    uint32_t check; /* enum council_check, or NEVER_AT_REST */
    const char *scenario;
    uint32_t kinds;
    int64_t length_ms; /* usual length of a fault; 0: the nemesis's own */
} CATCHES[] = {
    {COUNCIL_SET_BUGS + RAFT_BUG_LONGEST_LOG, COUNCIL_CHECK_COMPLETENESS, "raft/council",
     FAULT(CRASH) | FAULT(CUT) | FAULT(PARTITION) | FAULT(ISOLATE), 3000},
    {COUNCIL_SET_BUGS + RAFT_BUG_CONFIG_ON_COMMIT, COUNCIL_CHECK_COMPLETENESS, "raft/membership",
     FAULT(PARTITION) | FAULT(ISOLATE) | FAULT(CUT), 8000},
    {COUNCIL_SET_BUGS + RAFT_BUG_HINT_TOO_FAR, NEVER_AT_REST, "raft/council",
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
_Static_assert((int)CATCH_COUNT == (int)COUNCIL_SET_COUNT - (int)COUNCIL_SET_BUGS, "each of them");

/* ---- The traps ---- */

/* The check of that name, and the setting of that key. */
static uint32_t check_of(const char *name)
{
    uint32_t check = 0;
    while (strcmp(COUNCIL_CHECKS[check].name, name) != 0)
        check++;
    return check;
}

static uint32_t setting_of(const char *key)
{
    uint32_t setting = 0;
    while (strcmp(COUNCIL_SETTINGS[setting].key, key) != 0)
        setting++;
    return setting;
}

/* A scenario of a trap holds as it is, and shows the trap with the switch on. */
static void check_trap(void *context, const char *name)
{
    uint32_t *traps = context;
    struct outcome outcome;
    int64_t settings[LAB_SETTINGS_MAX];
    if (strncmp(name, "raft/trap-", strlen("raft/trap-")) != 0)
        return;
    struct lab_scenario *scenario = load_scenario(name);
    const cJSON *breaks = cJSON_GetObjectItemCaseSensitive(scenario->json, "bug_breaks");
    memcpy(settings, scenario->settings, sizeof settings);
    run(scenario, scenario->seed, settings, NULL, &outcome);
    check_good(scenario, scenario->seed, &outcome);
    settings[setting_of(scenario->bug)] = 1;
    run(scenario, scenario->seed, settings, NULL, &outcome);
    if (!is_broken(&outcome, check_of(breaks->valuestring)))
        fail_msg("%s: %s does not break %s", name, scenario->bug, breaks->valuestring);
    lab_scenario_free(&scenario);
    (*traps)++;
}

static void test_each_trap_shows(void **state)
{
    (void)state;
    uint32_t traps = 0;
    lab_scenario_names(check_trap, &traps);
    assert_true(traps >= 21);
}

/* Seeds needed until the switch shows; the same run without the switch shows nothing. */
static uint64_t seeds_to_catch(uint32_t which, uint64_t limit)
{
    struct lab_scenario *scenario = load_scenario(CATCHES[which].scenario);
    struct nemesis_profile profile = profile_of(scenario, CATCHES[which].kinds);
    int64_t settings[LAB_SETTINGS_MAX];
    struct outcome outcome;
    memcpy(settings, scenario->settings, sizeof settings);
    settings[CATCHES[which].bug] = 1;
    profile.always = true;
    profile.length_ns = CATCHES[which].length_ms * NS_PER_MS;
    profile.peers = 0; /* cuts are between servers: that is where the rules are */
    uint64_t seed = 0;
    do {
        seed++;
        run(scenario, seed, settings, &profile, &outcome);
    } while (!is_broken(&outcome, CATCHES[which].check) && seed <= limit);
    run(scenario, seed, scenario->settings, &profile, &outcome);
    assert_true(outcome.judgement.converged);
    check_good(scenario, seed, &outcome);
    lab_scenario_free(&scenario);
    return seed;
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    uint64_t limit = getenv("CHEF_TEST_LONG") != NULL ? CAUGHT_WITHIN : CAUGHT_SHORT;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        uint64_t seeds = seeds_to_catch(i, limit);
        print_message("%s: %s broken within %d seeds\n", COUNCIL_SETTINGS[CATCHES[i].bug].key,
                      CATCHES[i].check == NEVER_AT_REST ? "coming to rest"
                                                        : COUNCIL_CHECKS[CATCHES[i].check].name,
                      (int)seeds);
        if (seeds > limit)
            fail_msg("%s is not caught", COUNCIL_SETTINGS[CATCHES[i].bug].key);
    }
}

/* Whatever is switched off and whatever fails, the clients' node and lying disks included: the program
 * goes on. A run may end: with its reason. */
static void test_switches_and_faults_end_nothing(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("raft/council");
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
    int64_t settings[LAB_SETTINGS_MAX];
    struct outcome outcome;
    profile.nodes = 0;
    for (uint32_t bug = COUNCIL_SET_BUGS; bug < COUNCIL_SET_COUNT; bug++) {
        memcpy(settings, scenario->settings, sizeof settings);
        settings[bug] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            settings[COUNCIL_SET_READS] = (int64_t)(seed % 3);
            run(scenario, 1000 * (uint64_t)bug + seed, settings, &profile, &outcome);
        }
    }
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_fault_breaks_a_promise),
        cmocka_unit_test(test_each_trap_shows),
        cmocka_unit_test(test_each_switch_is_caught),
        cmocka_unit_test(test_switches_and_faults_end_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
