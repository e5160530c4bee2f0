/* test_city_faults.c - the city of one book under faults: in no mode does any of them break a promise of
 * that mode, and each bug switch is found out.
 *
 * A sweep runs the three modes from many seeds, each with its own mix of faults, heals, waits for rest
 * and judges. It must also have power: faults that change nothing prove nothing. */
#include "effort.h"
#include "lab/headless.h"
#include "sim/nemesis.h"
#include "systems/city/ledger.h"
#include "unit.h"

enum {
    SWEEP_SEEDS = 40,     /* of each mode below */
    SWEEP_LONG = 63,      /* times as many when there is time: 10,080 runs */
    CAUGHT_WITHIN = 1000, /* seeds in which a switch must show */
    WILD_SEEDS = 6,       /* of each switch with everything allowed */
    POWER_PCT = 95,
    /* More than people order by themselves: so that every disk has work while it is slow. */
    ORDERS_PER_MIN = 300,
    LOBSTER_PCT = 60,
    DELIVERY_S = 8,
};
static const int64_t NS_PER_S = 1000000000;
static const int64_t SWEEP_UNTIL_NS = 45 * NS_PER_S;

#define FAULT(name) (1u << NEMESIS_##name)
/* Disks that lie about fsync or rot break what a replica promises: that is outside its fault model, and
 * must not end the program all the same. */
static const uint32_t LYING = FAULT(DISK_LOSE_FSYNC) | FAULT(DISK_ROT);

struct outcome {
    struct lab_headless_result result;
    uint32_t kinds_on;
};

/* ---- Running ---- */

/* A mode, by the scenario that has it; in `settings` with the load of a sweep. */
static struct lab_scenario *load(const char *name, int64_t settings[LAB_SETTINGS_MAX])
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    if (lab_scenario_load(name, false, &scenario, &problem) != 0)
        fail_msg("%s", problem.detail);
    memcpy(settings, scenario->settings, sizeof scenario->settings);
    settings[CITY_SET_ORDERS_PER_MIN] = ORDERS_PER_MIN;
    settings[CITY_SET_LOBSTER_PCT] = LOBSTER_PCT;
    settings[CITY_SET_DELIVERY_S] = DELIVERY_S;
    return scenario;
}

/* Kitchens are hit, not the customers: they are who is promised something. */
static struct nemesis_profile profile_of(const struct lab_scenario *scenario, uint32_t kinds)
{
    return (struct nemesis_profile){.kinds = kinds,
                                    .nodes = (UINT64_C(1) << city_kitchens(scenario->data)) - 1,
                                    .faults_max = 4,
                                    .from_ns = 2 * NS_PER_S,
                                    .to_ns = SWEEP_UNTIL_NS - 5 * NS_PER_S};
}

static void run(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                const struct nemesis_profile *profile, struct outcome *outcome)
{
    static struct nemesis nemesis;
    static struct sim_plan plan;
    struct lab_inputs inputs = {.count = 0};
    struct lab_problem problem;
    lab_scenario_plan(scenario, seed, settings, &plan);
    nemesis_draw(&nemesis, profile, &plan, seed);
    for (uint32_t i = 0; i < nemesis.count; i++)
        (void)lab_inputs_insert(&inputs, &nemesis.inputs[i], 0, "nemesis");
    struct lab_headless_options options = {.scenario = scenario,
                                           .seed = seed,
                                           .settings = settings,
                                           .inputs = &inputs,
                                           .until_ns = SWEEP_UNTIL_NS};
    if (lab_headless_run(&options, &outcome->result, &problem) != 0)
        fail_msg("%s", problem.detail);
    outcome->kinds_on = nemesis.kinds;
    lab_inputs_free(&inputs);
}

static bool is_broken(const struct outcome *outcome, enum city_check check)
{
    return strcmp(lab_verdict_name(&outcome->result.judgement, check, NULL), "FAIL") == 0;
}

static void check_good(const struct lab_scenario *scenario, uint64_t seed,
                       const struct outcome *outcome)
{
    const struct lab_judgement *judgement = &outcome->result.judgement;
    if (judgement->halt != SIM_HALT_NONE)
        fail_msg("%s, seed %d: halted", scenario->name, (int)seed);
    if (!judgement->converged)
        fail_msg("%s, seed %d: never at rest", scenario->name, (int)seed);
    for (uint32_t i = 0; i < judgement->count; i++) {
        const char *verdict = lab_verdict_name(judgement, i, NULL);
        if (strcmp(verdict, "PASS") == 0 || strcmp(verdict, "EXPECTED-FAIL") == 0 ||
            strcmp(verdict, "NOT-PROMISED") == 0)
            continue; /* this mode does not promise what was to be expected */
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, judgement, i, &text);
        fail_msg("%s, seed %d: %s: %s: %s", scenario->name, (int)seed, CITY_CHECKS[i].name, verdict,
                 buffer);
    }
}

/* ---- The sweep ---- */

static const struct {
    const char *scenario;
    enum kv_conflict conflict;
    bool oversells; /* in mode ap, be it for a while */
} SWEPT[] = {{"city/cp", KV_CONFLICT_SIBLINGS, false},
             {"city/ap", KV_CONFLICT_SIBLINGS, true},
             {"city/hybrid", KV_CONFLICT_SIBLINGS, false},
             {"city/ap", KV_CONFLICT_CLOCK, true},
             {"city/flip", KV_CONFLICT_SIBLINGS, true}};
enum { SWEPT_COUNT = sizeof SWEPT / sizeof SWEPT[0] };

struct sweep {
    uint32_t on[NEMESIS_KINDS], effective[NEMESIS_KINDS];
    int64_t sold, oversold, named, turned_away; /* orders of all runs of one mode */
};

static void count(struct sweep *sweep, const struct outcome *outcome)
{
    uint32_t effective = outcome->kinds_on & outcome->result.effective_faults;
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        sweep->on[kind] += (outcome->kinds_on >> kind) & 1;
        sweep->effective[kind] += (effective >> kind) & 1;
    }
    sweep->sold += outcome->result.figures[CITY_FIGURE_CONFIRMED];
    sweep->oversold += outcome->result.figures[CITY_FIGURE_OVERSOLD];
    sweep->named += outcome->result.figures[CITY_FIGURE_NAMED];
    sweep->turned_away += outcome->result.figures[CITY_FIGURE_TURNED_AWAY];
}

static void check_power(const struct sweep *sweep)
{
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        if (sweep->on[kind] == 0)
            continue;
        print_message("%s: had an effect in %u of %u runs\n", nemesis_kind_name(kind),
                      sweep->effective[kind], sweep->on[kind]);
        if (sweep->effective[kind] * 100 < sweep->on[kind] * POWER_PCT)
            fail_msg("a sweep without power: %s", nemesis_kind_name(kind));
    }
}

static void test_no_fault_breaks_a_promise(void **state)
{
    static struct sweep sweep;
    uint64_t seed = 0;
    uint32_t seeds = effort_is_long() ? SWEEP_SEEDS * SWEEP_LONG : SWEEP_SEEDS;
    (void)state;
    for (uint32_t which = 0; which < SWEPT_COUNT; which++) {
        int64_t settings[LAB_SETTINGS_MAX];
        struct lab_scenario *scenario = load(SWEPT[which].scenario, settings);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
        settings[CITY_SET_CONFLICT] = SWEPT[which].conflict;
        sweep.sold = sweep.oversold = sweep.named = sweep.turned_away = 0;
        for (uint32_t n = 0; n < seeds; n++) {
            struct outcome outcome;
            run(scenario, ++seed, settings, &profile, &outcome);
            check_good(scenario, seed, &outcome);
            count(&sweep, &outcome);
        }
        print_message("%s: %d orders sold, %d turned away, %d oversold, %d named\n", scenario->name,
                      (int)sweep.sold, (int)sweep.turned_away, (int)sweep.oversold,
                      (int)sweep.named);
        assert_true(sweep.sold > 0 && sweep.turned_away > 0);
        assert_int_equal(sweep.oversold > 0, SWEPT[which].oversells);
        assert_int_equal(sweep.named > 0,
                         sweep.oversold > 0 && SWEPT[which].conflict == KV_CONFLICT_SIBLINGS);
        lab_scenario_free(&scenario);
    }
    check_power(&sweep);
}

/* ---- The switches ---- */

/* How each switch is found out in each mode: by which faults, as which broken promise. Without
 * replication nothing else has to fail. To sell unasked is the rule of mode ap, where nobody is
 * asked. */
static const struct {
    enum city_setting bug;
    enum city_check check;
    const char *scenario;
    uint32_t kinds;
} CATCHES[] = {
    {CITY_SET_BUG_NO_REPLICATION, CITY_CHECK_ANSWERED, "city/cp", FAULT(SLOW_CPU)},
    {CITY_SET_BUG_NO_REPLICATION, CITY_CHECK_BOOKS_AGREE, "city/ap", FAULT(SLOW_CPU)},
    {CITY_SET_BUG_NO_REPLICATION, CITY_CHECK_BOOKS_AGREE, "city/hybrid", FAULT(SLOW_CPU)},
    {CITY_SET_BUG_SELL_UNASKED, CITY_CHECK_SOLD_ONCE, "city/cp", FAULT(LINK)},
    {CITY_SET_BUG_SELL_UNASKED, CITY_CHECK_SOLD_ONCE, "city/hybrid", FAULT(PARTITION)},
    {CITY_SET_BUG_SELL_UNASKED, CITY_CHECK_IN_BOOK, "city/hybrid", FAULT(ISOLATE)},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    for (uint32_t setting = 0; setting < CITY_SET_COUNT; setting++) {
        uint32_t known = 0;
        for (uint32_t i = 0; i < CATCH_COUNT; i++)
            known += CATCHES[i].bug == setting;
        assert_int_equal(known > 0, CITY_SETTINGS[setting].trap != NULL);
    }
}

/* Seeds needed until the switch shows; the same run without the switch shows nothing. */
static uint64_t seeds_to_catch(uint32_t which)
{
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_scenario *scenario = load(CATCHES[which].scenario, settings);
    struct nemesis_profile profile = profile_of(scenario, CATCHES[which].kinds);
    struct outcome outcome;
    uint64_t seed = 0;
    profile.always = true;
    settings[CATCHES[which].bug] = 1;
    do {
        seed++;
        run(scenario, seed, settings, &profile, &outcome);
    } while (!is_broken(&outcome, CATCHES[which].check) && seed <= CAUGHT_WITHIN);
    settings[CATCHES[which].bug] = 0;
    run(scenario, seed, settings, &profile, &outcome);
    check_good(scenario, seed, &outcome);
    lab_scenario_free(&scenario);
    return seed;
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        uint64_t seeds = seeds_to_catch(i);
        print_message("%s, %s: %s broken within %d seeds\n", CITY_SETTINGS[CATCHES[i].bug].key,
                      CATCHES[i].scenario, CITY_CHECKS[CATCHES[i].check].name, (int)seeds);
        if (seeds > CAUGHT_WITHIN)
            fail_msg("%s is not caught", CITY_SETTINGS[CATCHES[i].bug].key);
    }
}

/* Whatever is switched off and whatever fails, customers and lying disks included: the program goes
 * on, and so does the run. */
static void test_switches_and_faults_end_nothing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        int64_t settings[LAB_SETTINGS_MAX];
        struct lab_scenario *scenario = load(CATCHES[i].scenario, settings);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
        struct outcome outcome;
        profile.nodes = 0;
        settings[CATCHES[i].bug] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            run(scenario, 1000 * i + seed, settings, &profile, &outcome);
            if (outcome.result.judgement.halt != SIM_HALT_NONE)
                fail_msg("%s, seed %d: halted", CITY_SETTINGS[CATCHES[i].bug].key, (int)seed);
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
