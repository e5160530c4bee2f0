/* test_kitchens_faults.c - the kitchens under faults: no promise broken by any of them, and each
 * bug switch found out by its own.
 *
 * A sweep runs every scenario from many seeds, each with its own mix of faults, heals, waits for
 * rest and judges. It must also have power: faults that change nothing prove nothing. */
#include "effort.h"
#include "load_scenario.h"
#include "systems/kitchens/ledger.h"
#include "unit.h"
#include "whole_run.h"

enum {
    SWEEP_SEEDS = 24,    /* of each scenario; there are 24 of them */
    SWEEP_LONG = 10,     /* times as many when there is time */
    CAUGHT_WITHIN = 200, /* seeds in which a switch must show */
    WILD_SEEDS = 12,     /* of each switch with everything allowed */
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 60 * NS_PER_S;

/* What the order book must bear. */
static const uint32_t DISK = 1u << NEMESIS_DISK_SLOW | 1u << NEMESIS_DISK_STALL |
                             1u << NEMESIS_DISK_FULL | 1u << NEMESIS_DISK_TEAR;
/* Disks that lie about fsync or rot break what the dispatcher promises: that is outside its fault
 * model, and must not end the program all the same. */
static const uint32_t LYING = 1u << NEMESIS_DISK_LOSE_FSYNC | 1u << NEMESIS_DISK_ROT;

/* Everybody who does something: not the empty places, and not the customers, whose telephone is
 * not what is on trial. */
static uint64_t nodes_at_work(const struct lab_scenario *scenario)
{
    const struct kitchens_plan *plan = scenario->data;
    uint64_t nodes = 1u << KITCHENS_DISPATCHER;
    for (uint32_t i = 0; i < plan->kitchen_count; i++)
        nodes |= plan->kitchens[i].open ? (uint64_t)1 << (KITCHENS_FIRST + i) : 0;
    return nodes;
}

static struct nemesis_profile profile_of(const struct lab_scenario *scenario, uint32_t kinds)
{
    return (struct nemesis_profile){.kinds = kinds,
                                    .nodes = nodes_at_work(scenario),
                                    .peers = 1u << KITCHENS_DISPATCHER,
                                    .faults_max = 4,
                                    .from_ns = 2 * NS_PER_S,
                                    .to_ns = SWEEP_UNTIL_NS - 5 * NS_PER_S};
}

/* ---- The sweep ---- */

static void sweep_scenario(void *context, const char *name)
{
    static struct whole_run result;
    struct whole_run_power *power = context;
    uint32_t seeds = effort_is_long() ? SWEEP_SEEDS * SWEEP_LONG : SWEEP_SEEDS;
    if (strncmp(name, "kitchens/", strlen("kitchens/")) != 0)
        return;
    struct lab_scenario *scenario = load_scenario(name);
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    struct whole_run_options options = {.profile = &profile, .until_ns = SWEEP_UNTIL_NS};
    if (scenario->settings[KITCHENS_SET_ORDERS_PER_MIN] == 0)
        profile.kinds &= ~DISK; /* a few orders by hand: too few writes to be hit */
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
    assert_true(power.runs >= 500);
    whole_run_check_power(&power);
}

/* ---- The switches ---- */

/* How each switch is found out: in which city, by which faults, as which broken promise. */
static const struct whole_run_catch CATCHES[] = {
    {KITCHENS_SET_BUG_SPECIALIST_FIRST, LEDGER_CHECK_BEST_SCORE_WINS, "kitchens/lunch-rush",
     1u << NEMESIS_PAUSE, 0},
    {KITCHENS_SET_BUG_STALE_LOAD, LEDGER_CHECK_BALANCED_HERD, "kitchens/stale-board",
     1u << NEMESIS_PAUSE, 0},
    {KITCHENS_SET_BUG_TARGETS_ONCE, LEDGER_CHECK_NO_OVERLOADED_TARGET,
     "kitchens/trap-03-targets-once", 1u << NEMESIS_PAUSE, 0},
    {KITCHENS_SET_BUG_NO_COOLDOWN, LEDGER_CHECK_NO_BOUNCE, "kitchens/trap-04-ping-pong",
     1u << NEMESIS_LINK, 0},
    {KITCHENS_SET_BUG_COPY_MIGRATE, LEDGER_CHECK_ONE_COOK_PER_EPOCH,
     "kitchens/trap-05-copy-migrate", 1u << NEMESIS_PAUSE, 0},
    {KITCHENS_SET_BUG_MIGRATE_STARTED, LEDGER_CHECK_STARTED_STAYS, "kitchens/trap-06-started",
     1u << NEMESIS_LINK, 0},
    {KITCHENS_SET_BUG_NO_FENCE, LEDGER_CHECK_SETTLED_ONCE, "kitchens/lunch-rush",
     1u << NEMESIS_PAUSE | 1u << NEMESIS_PARTITION, 0},
    {KITCHENS_SET_BUG_PORT_CHECK, LEDGER_CHECK_NO_BLACK_HOLE, "kitchens/trap-08-black-hole",
     1u << NEMESIS_PAUSE, 0},
    {KITCHENS_SET_BUG_EJECT_ALL, LEDGER_CHECK_NEVER_EJECTS_ALL, "kitchens/trap-08-eject-all",
     1u << NEMESIS_SLOW_CPU, 0},
    {KITCHENS_SET_BUG_DUPLICATE_ID, LEDGER_CHECK_IDENTITY_UNIQUE, "kitchens/trap-09-same-name",
     1u << NEMESIS_LINK, 0},
    {KITCHENS_SET_BUG_ZERO_CAPACITY, LEDGER_CHECK_SCORE_POSSIBLE, "kitchens/trap-10-no-capacity",
     1u << NEMESIS_LINK, 0},
    {KITCHENS_SET_BUG_SPECIALTY_FILTER, LEDGER_CHECK_EVERY_ORDER_SERVED,
     "kitchens/trap-11-last-specialist", 1u << NEMESIS_CRASH, 0},
    {KITCHENS_SET_BUG_ACK_EARLY, LEDGER_CHECK_NO_ORDER_LOST, "kitchens/lunch-rush",
     1u << NEMESIS_CRASH | 1u << NEMESIS_DISK_STALL | 1u << NEMESIS_DISK_SLOW, 0},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    whole_run_check_table(&KITCHENS, CATCHES, CATCH_COUNT);
}

/* To the scenario's own end: some traps take their time. */
static void prepare(const struct lab_scenario *scenario, int64_t *settings,
                    struct nemesis_profile *profile, int64_t *until_ns)
{
    (void)settings;
    (void)until_ns;
    *profile = profile_of(scenario, profile->kinds);
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    whole_run_check_catches(CATCHES, CATCH_COUNT, CAUGHT_WITHIN, prepare);
}

/* Whatever is switched off and whatever fails, customers' telephone and lying disks included: the
 * program goes on, and so does the run. */
static void test_switches_and_faults_end_nothing(void **state)
{
    static struct whole_run result;
    struct lab_scenario *scenario = load_scenario("kitchens/lunch-rush");
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
    int64_t settings[LAB_SETTINGS_MAX];
    struct whole_run_options options = {
        .settings = settings, .profile = &profile, .until_ns = SWEEP_UNTIL_NS};
    (void)state;
    profile.nodes = 0;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        memcpy(settings, scenario->settings, sizeof settings);
        settings[CATCHES[i].setting] = 1;
        settings[KITCHENS_SET_MIGRATION] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            settings[KITCHENS_SET_POLICY] = (int64_t)(seed % 5);
            options.seed = 1000 * i + seed;
            whole_run(scenario, &options, &result);
            if (result.judgement.halt != SIM_HALT_NONE)
                fail_msg("%s, seed %d: halted", KITCHENS_SETTINGS[CATCHES[i].setting].key,
                         (int)seed);
        }
    }
    lab_scenario_free(&scenario);
}

/* Every policy keeps the promises; hand-over on and off. */
static void test_every_policy_keeps_the_promises(void **state)
{
    static struct whole_run result;
    struct lab_scenario *scenario = load_scenario("kitchens/lunch-rush");
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    int64_t settings[LAB_SETTINGS_MAX];
    struct whole_run_options options = {
        .settings = settings, .profile = &profile, .until_ns = SWEEP_UNTIL_NS};
    (void)state;
    memcpy(settings, scenario->settings, sizeof settings);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        settings[KITCHENS_SET_POLICY] = (int64_t)(seed % 5);
        settings[KITCHENS_SET_MIGRATION] = (int64_t)(seed / 5 % 2);
        options.seed = 5000 + seed;
        whole_run(scenario, &options, &result);
        whole_run_check_good(scenario, options.seed, &result);
        assert_int_equal(result.figures[LEDGER_FIGURE_ORDERS_LOST], 0);
        assert_int_equal(result.figures[LEDGER_FIGURE_ORDERS_SETTLED_TWICE], 0);
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
        cmocka_unit_test(test_every_policy_keeps_the_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
