/* test_city_faults.c - the city of one book under faults: in no mode does any of them break a promise of
 * that mode, and each bug switch is found out.
 *
 * A sweep runs the three modes from many seeds, each with its own mix of faults, heals, waits for rest
 * and judges. It must also have power: faults that change nothing prove nothing. */
#include "effort.h"
#include "load_scenario.h"
#include "systems/city/ledger.h"
#include "unit.h"
#include "whole_run.h"

enum {
    SWEEP_SEEDS = 40,     /* of each mode below */
    SWEEP_LONG = 63,      /* times as many when there is time: 10,080 runs */
    CAUGHT_WITHIN = 1000, /* seeds in which a switch must show */
    WILD_SEEDS = 6,       /* of each switch with everything allowed */
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

/* The load of a sweep. */
static void load_more(int64_t *settings)
{
    settings[CITY_SET_ORDERS_PER_MIN] = ORDERS_PER_MIN;
    settings[CITY_SET_LOBSTER_PCT] = LOBSTER_PCT;
    settings[CITY_SET_DELIVERY_S] = DELIVERY_S;
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

/* Orders of all runs of one mode. */
struct tally {
    int64_t sold, oversold, named, turned_away;
};

static void count(struct tally *tally, const struct whole_run *result)
{
    tally->sold += result->figures[CITY_FIGURE_CONFIRMED];
    tally->oversold += result->figures[CITY_FIGURE_OVERSOLD];
    tally->named += result->figures[CITY_FIGURE_NAMED];
    tally->turned_away += result->figures[CITY_FIGURE_TURNED_AWAY];
}

static void sweep_mode(uint32_t which, uint32_t seeds, struct whole_run_power *power,
                       struct tally *tally)
{
    static struct whole_run result;
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_scenario *scenario = load_scenario(SWEPT[which].scenario);
    struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL & ~LYING);
    struct whole_run_options options = {
        .settings = settings, .profile = &profile, .until_ns = SWEEP_UNTIL_NS};
    memcpy(settings, scenario->settings, sizeof settings);
    load_more(settings);
    settings[CITY_SET_CONFLICT] = SWEPT[which].conflict;
    for (uint32_t n = 0; n < seeds; n++) {
        options.seed = power->runs + 1;
        whole_run(scenario, &options, &result);
        whole_run_check_good(scenario, options.seed, &result);
        whole_run_count(power, &result);
        count(tally, &result);
    }
    print_message("%s: %d orders sold, %d turned away, %d oversold, %d named\n", scenario->name,
                  (int)tally->sold, (int)tally->turned_away, (int)tally->oversold,
                  (int)tally->named);
    lab_scenario_free(&scenario);
}

static void test_no_fault_breaks_a_promise(void **state)
{
    static struct whole_run_power power;
    uint32_t seeds = effort_is_long() ? SWEEP_SEEDS * SWEEP_LONG : SWEEP_SEEDS;
    (void)state;
    for (uint32_t which = 0; which < SWEPT_COUNT; which++) {
        struct tally tally = {.sold = 0};
        sweep_mode(which, seeds, &power, &tally);
        assert_true(tally.sold > 0 && tally.turned_away > 0);
        assert_int_equal(tally.oversold > 0, SWEPT[which].oversells);
        assert_int_equal(tally.named > 0,
                         tally.oversold > 0 && SWEPT[which].conflict == KV_CONFLICT_SIBLINGS);
    }
    whole_run_check_power(&power);
}

/* ---- The switches ---- */

/* How each switch is found out in each mode: by which faults, as which broken promise. Without
 * replication nothing else has to fail. To sell unasked is the rule of mode ap, where nobody is
 * asked. */
static const struct whole_run_catch CATCHES[] = {
    {CITY_SET_BUG_NO_REPLICATION, CITY_CHECK_ANSWERED, "city/cp", FAULT(SLOW_CPU), 0},
    {CITY_SET_BUG_NO_REPLICATION, CITY_CHECK_BOOKS_AGREE, "city/ap", FAULT(SLOW_CPU), 0},
    {CITY_SET_BUG_NO_REPLICATION, CITY_CHECK_BOOKS_AGREE, "city/hybrid", FAULT(SLOW_CPU), 0},
    {CITY_SET_BUG_SELL_UNASKED, CITY_CHECK_SOLD_ONCE, "city/cp", FAULT(LINK), 0},
    {CITY_SET_BUG_SELL_UNASKED, CITY_CHECK_SOLD_ONCE, "city/hybrid", FAULT(PARTITION), 0},
    {CITY_SET_BUG_SELL_UNASKED, CITY_CHECK_IN_BOOK, "city/hybrid", FAULT(ISOLATE), 0},
};
enum { CATCH_COUNT = sizeof CATCHES / sizeof CATCHES[0] };

static void test_every_switch_has_its_nemesis(void **state)
{
    (void)state;
    whole_run_check_table(&CITY, CATCHES, CATCH_COUNT);
}

static void prepare(const struct lab_scenario *scenario, int64_t *settings,
                    struct nemesis_profile *profile, int64_t *until_ns)
{
    load_more(settings);
    *profile = profile_of(scenario, profile->kinds);
    *until_ns = SWEEP_UNTIL_NS;
}

static void test_each_switch_is_caught(void **state)
{
    (void)state;
    whole_run_check_catches(CATCHES, CATCH_COUNT, CAUGHT_WITHIN, prepare);
}

/* Whatever is switched off and whatever fails, customers and lying disks included: the program goes
 * on, and so does the run. */
static void test_switches_and_faults_end_nothing(void **state)
{
    static struct whole_run result;
    (void)state;
    for (uint32_t i = 0; i < CATCH_COUNT; i++) {
        int64_t settings[LAB_SETTINGS_MAX];
        struct lab_scenario *scenario = load_scenario(CATCHES[i].scenario);
        struct nemesis_profile profile = profile_of(scenario, NEMESIS_ALL);
        struct whole_run_options options = {
            .settings = settings, .profile = &profile, .until_ns = SWEEP_UNTIL_NS};
        profile.nodes = 0;
        memcpy(settings, scenario->settings, sizeof settings);
        load_more(settings);
        settings[CATCHES[i].setting] = 1;
        for (uint64_t seed = 1; seed <= WILD_SEEDS; seed++) {
            options.seed = 1000 * i + seed;
            whole_run(scenario, &options, &result);
            if (result.judgement.halt != SIM_HALT_NONE)
                fail_msg("%s, seed %d: halted", CITY_SETTINGS[CATCHES[i].setting].key, (int)seed);
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
