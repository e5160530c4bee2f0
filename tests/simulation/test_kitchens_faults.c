/* test_kitchens_faults.c - the kitchens under faults: no promise broken by any of them, and each
 * bug switch found out by its own.
 *
 * A sweep runs every scenario from many seeds, each with its own mix of faults, heals, waits for
 * rest and judges. It must also have power: faults that change nothing prove nothing. */
#include "lab/course.h"
#include "lab/settings.h"
#include "load_scenario.h"
#include "sim/nemesis.h"
#include "systems/kitchens/ledger.h"
#include "unit.h"

#include <stdlib.h>

enum {
    SWEEP_SEEDS = 24,    /* of each scenario; there are 24 of them */
    SWEEP_LONG = 10,     /* times as many when there is time */
    CAUGHT_WITHIN = 200, /* seeds in which a switch must show */
    WILD_SEEDS = 12,     /* of each switch with everything allowed */
    POWER_PCT = 95,
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 60 * NS_PER_S;

/* What the order book must bear. */
static const uint32_t DISK = 1u << NEMESIS_DISK_SLOW | 1u << NEMESIS_DISK_STALL |
                             1u << NEMESIS_DISK_FULL | 1u << NEMESIS_DISK_TEAR;
/* Disks that lie about fsync or rot break what the dispatcher promises: that is outside its fault
 * model, and must not end the program all the same. */
static const uint32_t LYING = 1u << NEMESIS_DISK_LOSE_FSYNC | 1u << NEMESIS_DISK_ROT;

struct outcome {
    struct lab_judgement judgement;
    uint32_t kinds_on, kinds_effective;
    int64_t figures[LEDGER_FIGURE_COUNT];
};

/* ---- Running ---- */

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

static void run_until(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                      const struct nemesis_profile *profile, int64_t until_ns,
                      struct outcome *outcome)
{
    static struct lab_course course;
    static struct nemesis nemesis;
    struct lab_problem problem;
    memset(outcome, 0, sizeof *outcome);
    assert_int_equal(lab_course_open(&course, scenario, seed, settings, true, &problem), 0);
    course.sim.checks = true;
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

static void run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                const struct nemesis_profile *profile, struct outcome *outcome)
{
    run_until(scenario, seed, settings, profile, SWEEP_UNTIL_NS, outcome);
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
        fail_msg("%s, seed %d: %s: %s", scenario->name, (int)seed, KITCHENS_CHECKS[i].name, buffer);
    }
}

static bool is_broken(const struct outcome *outcome, enum ledger_check check)
{
    return strcmp(lab_verdict_name(&outcome->judgement, check, NULL), "FAIL") == 0;
}

/* ---- The sweep ---- */

struct sweep {
    uint32_t seeds, runs; /* of each scenario; in all */
    uint32_t on[NEMESIS_KINDS], effective[NEMESIS_KINDS];
};

static void count_power(struct sweep *sweep, const struct outcome *outcome)
{
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        sweep->on[kind] += (outcome->kinds_on >> kind) & 1;
        sweep->effective[kind] += (outcome->kinds_on & outcome->kinds_effective) >> kind & 1;
    }
}

static void sweep_scenario(void *context, const char *name)
{
    struct sweep *sweep = context;
    struct outcome outcome;
    if (strncmp(name, "kitchens/", strlen("kitchens/")) != 0)
        return;
    struct lab_scenario *scenario = load_scenario(name);
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    if (scenario->settings[KITCHENS_SET_ORDERS_PER_MIN] == 0)
        profile.kinds &= ~DISK; /* a few orders by hand: too few writes to be hit */
    for (uint32_t n = 0; n < sweep->seeds; n++) {
        uint64_t seed = ++sweep->runs; /* the same seed has the same faults in every scenario */
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
    assert_true(sweep.runs >= 500);
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

/* How each switch is found out: in which city, by which faults, as which broken promise. */
static const struct {
    enum kitchens_setting bug;
    enum ledger_check check;
    const char *scenario;
    uint32_t kinds;
} CATCHES[] = {
    {KITCHENS_SET_BUG_SPECIALIST_FIRST, LEDGER_CHECK_BEST_SCORE_WINS, "kitchens/lunch-rush",
     1u << NEMESIS_PAUSE},
    {KITCHENS_SET_BUG_STALE_LOAD, LEDGER_CHECK_BALANCED_HERD, "kitchens/stale-board",
     1u << NEMESIS_PAUSE},
    {KITCHENS_SET_BUG_TARGETS_ONCE, LEDGER_CHECK_NO_OVERLOADED_TARGET,
     "kitchens/trap-03-targets-once", 1u << NEMESIS_PAUSE},
    {KITCHENS_SET_BUG_NO_COOLDOWN, LEDGER_CHECK_NO_BOUNCE, "kitchens/trap-04-ping-pong",
     1u << NEMESIS_LINK},
    {KITCHENS_SET_BUG_COPY_MIGRATE, LEDGER_CHECK_ONE_COOK_PER_EPOCH,
     "kitchens/trap-05-copy-migrate", 1u << NEMESIS_PAUSE},
    {KITCHENS_SET_BUG_MIGRATE_STARTED, LEDGER_CHECK_STARTED_STAYS, "kitchens/trap-06-started",
     1u << NEMESIS_LINK},
    {KITCHENS_SET_BUG_NO_FENCE, LEDGER_CHECK_SETTLED_ONCE, "kitchens/lunch-rush",
     1u << NEMESIS_PAUSE | 1u << NEMESIS_PARTITION},
    {KITCHENS_SET_BUG_PORT_CHECK, LEDGER_CHECK_NO_BLACK_HOLE, "kitchens/trap-08-black-hole",
     1u << NEMESIS_PAUSE},
    {KITCHENS_SET_BUG_EJECT_ALL, LEDGER_CHECK_NEVER_EJECTS_ALL, "kitchens/trap-08-eject-all",
     1u << NEMESIS_SLOW_CPU},
    {KITCHENS_SET_BUG_DUPLICATE_ID, LEDGER_CHECK_IDENTITY_UNIQUE, "kitchens/trap-09-same-name",
     1u << NEMESIS_LINK},
    {KITCHENS_SET_BUG_ZERO_CAPACITY, LEDGER_CHECK_SCORE_POSSIBLE, "kitchens/trap-10-no-capacity",
     1u << NEMESIS_LINK},
    {KITCHENS_SET_BUG_SPECIALTY_FILTER, LEDGER_CHECK_EVERY_ORDER_SERVED,
     "kitchens/trap-11-last-specialist", 1u << NEMESIS_CRASH},
    {KITCHENS_SET_BUG_ACK_EARLY, LEDGER_CHECK_NO_ORDER_LOST, "kitchens/lunch-rush",
     1u << NEMESIS_CRASH | 1u << NEMESIS_DISK_STALL | 1u << NEMESIS_DISK_SLOW},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    for (uint32_t setting = 0; setting < KITCHENS_SET_COUNT; setting++) {
        uint32_t known = 0;
        for (uint32_t i = 0; i < CATCH_COUNT; i++)
            known += CATCHES[i].bug == setting;
        assert_int_equal(known, KITCHENS_SETTINGS[setting].trap != NULL);
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
        run_until(scenario, seed, settings, &profile, scenario->until_ns, &outcome);
    } while (!is_broken(&outcome, CATCHES[which].check) && seed <= CAUGHT_WITHIN);
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
        print_message("%s: %s broken within %d seeds\n", KITCHENS_SETTINGS[CATCHES[i].bug].key,
                      KITCHENS_CHECKS[CATCHES[i].check].name, (int)seeds);
        if (seeds > CAUGHT_WITHIN)
            fail_msg("%s is not caught", KITCHENS_SETTINGS[CATCHES[i].bug].key);
    }
}

/* Whatever is switched off and whatever fails, customers' telephone and lying disks included: the
 * program goes on, and so does the run. */
static void test_switches_and_faults_end_nothing(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("kitchens/lunch-rush");
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
    int64_t settings[LAB_SETTINGS_MAX];
    struct outcome outcome;
    profile.nodes = 0;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        memcpy(settings, scenario->settings, sizeof settings);
        settings[CATCHES[i].bug] = 1;
        settings[KITCHENS_SET_MIGRATION] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            settings[KITCHENS_SET_POLICY] = (int64_t)(seed % 5);
            run(scenario, 1000 * i + seed, settings, &profile, &outcome);
            if (outcome.judgement.halt != SIM_HALT_NONE)
                fail_msg("%s, seed %d: halted", KITCHENS_SETTINGS[CATCHES[i].bug].key, (int)seed);
        }
    }
    lab_scenario_free(&scenario);
}

/* Every policy keeps the promises; hand-over on and off. */
static void test_every_policy_keeps_the_promises(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("kitchens/lunch-rush");
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    int64_t settings[LAB_SETTINGS_MAX];
    struct outcome outcome;
    memcpy(settings, scenario->settings, sizeof settings);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        settings[KITCHENS_SET_POLICY] = (int64_t)(seed % 5);
        settings[KITCHENS_SET_MIGRATION] = (int64_t)(seed / 5 % 2);
        run(scenario, 5000 + seed, settings, &profile, &outcome);
        check_good(scenario, 5000 + seed, &outcome);
        assert_int_equal(outcome.figures[LEDGER_FIGURE_ORDERS_LOST], 0);
        assert_int_equal(outcome.figures[LEDGER_FIGURE_ORDERS_SETTLED_TWICE], 0);
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
