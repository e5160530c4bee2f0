/* test_scenarios.c - every scenario of every system, run to its end and judged: as it is, and with the bug
 * switch that its trap is about. */
#include "lab/settings.h"
#include "load_scenario.h"
#include "unit.h"
#include "whole_run.h"

#include <cjson/cJSON.h>
#include <stdio.h>

enum { SCENARIOS_MAX = 256 };

/* Switches that need random faults to show: test_raft_faults.c has their profiles. */
static const char *const WITHOUT_A_SCENARIO[] = {
    "bug.hint_too_far",
};

static struct {
    char name[LAB_SCENARIO_NAME_BYTES];
} NAMES[SCENARIOS_MAX];
static uint32_t name_count;

static void take_name(void *context, const char *name)
{
    (void)context;
    assert_in_range(name_count, 0, SCENARIOS_MAX - 1);
    (void)snprintf(NAMES[name_count++].name, LAB_SCENARIO_NAME_BYTES, "%s", name);
}

static int take_names(void **state)
{
    (void)state;
    lab_scenario_names(take_name, NULL);
    return 0;
}

/* With its switch on, the promise that the scenario names is seen broken, with a witness. */
static void check_bug(const struct lab_scenario *scenario)
{
    static struct whole_run result;
    struct lab_problem problem;
    int64_t settings[LAB_SETTINGS_MAX];
    const cJSON *breaks = cJSON_GetObjectItemCaseSensitive(scenario->json, "bug_breaks");
    assert_int_equal(cJSON_IsString(breaks), scenario->bug != NULL);
    if (scenario->bug == NULL)
        return;
    memcpy(settings, scenario->settings, sizeof settings);
    int bug = lab_setting_find(scenario->system, scenario->bug, &problem);
    assert_true(bug >= 0);
    assert_non_null(scenario->system->settings[bug].trap);
    settings[bug] = 1;
    whole_run(scenario, &(struct whole_run_options){.settings = settings}, &result);
    uint32_t check = whole_run_check(scenario, breaks->valuestring);
    const struct system_finding *finding = &result.judgement.findings[check];
    if (strcmp(whole_run_verdict(&result, check), "FAIL") != 0)
        fail_msg("%s: %s does not break %s", scenario->name, scenario->bug, breaks->valuestring);
    if (finding->actual <= finding->expected || finding->at_ns <= 0)
        fail_msg("%s: %s is broken without a witness", scenario->name, breaks->valuestring);
}

static void test_every_scenario(void **state)
{
    static struct whole_run result;
    (void)state;
    assert_true(name_count > 60);
    for (uint32_t i = 0; i < name_count; i++) {
        struct lab_scenario *scenario = load_scenario(NAMES[i].name);
        assert_true(strlen(scenario->title) > 3);
        assert_true(strlen(scenario->about) > 20);
        whole_run(scenario, &(struct whole_run_options){.seed = 0}, &result);
        whole_run_check_good(scenario, scenario->seed, &result);
        whole_run_check_figures(scenario, &result);
        check_bug(scenario);
        lab_scenario_free(&scenario);
    }
}

static bool has_scenario(const struct system *system, const char *bug)
{
    bool found = false;
    for (uint32_t i = 0; i < name_count && !found; i++) {
        struct lab_scenario *scenario = load_scenario(NAMES[i].name);
        found =
            scenario->system == system && scenario->bug != NULL && strcmp(scenario->bug, bug) == 0;
        lab_scenario_free(&scenario);
    }
    return found;
}

static bool is_without(const char *bug)
{
    bool without = false;
    for (size_t i = 0; i < sizeof WITHOUT_A_SCENARIO / sizeof WITHOUT_A_SCENARIO[0]; i++)
        without |= strcmp(bug, WITHOUT_A_SCENARIO[i]) == 0;
    return without;
}

static void test_every_switch_has_a_scenario(void **state)
{
    (void)state;
    for (uint32_t s = 0; s < SYSTEM_COUNT; s++) {
        for (uint32_t set = 0; set < SYSTEMS[s]->setting_count; set++) {
            const struct system_setting *setting = &SYSTEMS[s]->settings[set];
            if (setting->trap != NULL &&
                has_scenario(SYSTEMS[s], setting->key) == is_without(setting->key))
                fail_msg("%s: %s must stand in a scenario, or in the list of those without",
                         SYSTEMS[s]->name, setting->key);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scenario),
        cmocka_unit_test(test_every_switch_has_a_scenario),
    };
    return cmocka_run_group_tests(tests, take_names, NULL);
}
