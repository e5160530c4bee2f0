/* test_kv_scenarios.c - what the store does not promise, and what it promises whatever came before. */
#include "load_scenario.h"
#include "systems/kv/ledger.h"
#include "unit.h"
#include "whole_run.h"

/* What is no promise is said, with what broke it: R + W <= N. */
static void test_what_is_no_promise(void **state)
{
    (void)state;
    struct lab_scenario *scenario = load_scenario("kv/trap-16-first-answer");
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, scenario->settings, sizeof settings);
    settings[KV_SET_READ_QUORUM] = settings[KV_SET_WRITE_QUORUM] = 1;
    assert_int_equal(kv_unpromised(scenario->data, settings, KV_CHECK_READS_FRESH),
                     KV_WORD_QUORUMS_MISS);
    assert_int_equal(kv_unpromised(scenario->data, settings, KV_CHECK_REPLICAS_CONVERGE),
                     UINT16_MAX);
    static struct whole_run result;
    whole_run(scenario, &(struct whole_run_options){.settings = settings}, &result);
    whole_run_check_good(scenario, scenario->seed, &result);
    assert_int_equal(result.judgement.findings[KV_CHECK_READS_FRESH].verdict, SYSTEM_FAIL);
    assert_true(result.figures[KV_FIGURE_STALE_READS] > 0);
    assert_true(result.figures[KV_FIGURE_STALENESS_MAX_MS] > 0);
    lab_scenario_free(&scenario);
}

/* What was served as strong was promised to be, though the store was available before and after; and
 * a run that never serves it promises nothing about it. */
static void test_strong_is_promised_whatever_came_before(void **state)
{
    (void)state;
    const uint32_t check = KV_CHECK_STRONG_LINEARIZABLE;
    struct lab_scenario *scenario = load_scenario("kv/switch");
    int64_t settings[LAB_SETTINGS_MAX];
    static struct whole_run result;
    whole_run(scenario, &(struct whole_run_options){.settings = scenario->settings}, &result);
    assert_string_equal(whole_run_verdict(&result, check), "PASS");
    memcpy(settings, scenario->settings, sizeof settings);
    settings[KV_SET_BUG_CAS_ANYWAY] = 1;
    whole_run(scenario, &(struct whole_run_options){.settings = settings}, &result);
    assert_string_equal(whole_run_verdict(&result, check), "FAIL");
    lab_scenario_free(&scenario);
    scenario = load_scenario("kv/quorum");
    whole_run(scenario, &(struct whole_run_options){.settings = scenario->settings}, &result);
    assert_string_equal(whole_run_verdict(&result, check), "NOT-PROMISED");
    lab_scenario_free(&scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_promise),
        cmocka_unit_test(test_strong_is_promised_whatever_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
