/* test_golden.c - the golden digests in server/lab/golden.inc are those of this program, and the
 * behaviour_id made of them is what runs and links carry.
 *
 * When the behaviour was changed on purpose, CHEF_REWRITE_GOLDEN=1 writes the file anew; the
 * difference is reviewed like any other. */
#include "lab/behaviour.h"
#include "lab/headless.h"
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SECONDS = 60, PATH_BYTES = 512, SCENARIOS_MAX = 200 };

struct golden_run {
    char scenario[LAB_SCENARIO_NAME_BYTES];
    uint64_t seed, digest;
};
static struct golden_run runs[SCENARIOS_MAX];
static size_t run_count;

static void run_scenario(void *context, const char *name)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    struct lab_headless_result result;
    (void)context;
    assert_true(run_count < SCENARIOS_MAX);
    if (lab_scenario_load(name, false, &scenario, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    struct lab_headless_options options = {.scenario = scenario,
                                           .seed = scenario->seed,
                                           .settings = scenario->settings,
                                           .until_ns = SECONDS * INT64_C(1000000000),
                                           .unjudged = true};
    assert_int_equal(lab_headless_run(&options, &result, &problem), 0);
    struct golden_run *run = &runs[run_count++];
    snprintf(run->scenario, sizeof run->scenario, "%s", name);
    run->seed = scenario->seed;
    run->digest = result.digest;
    lab_scenario_free(&scenario);
}

static void rewrite(void)
{
    char path[PATH_BYTES];
    const char *source = getenv("CHEF_SOURCE");
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/server/lab/golden.inc", source);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(
        "/* golden.inc - scenario, seed, seconds, digest; written by simulation.test_golden with\n"
        " * CHEF_REWRITE_GOLDEN=1. */\n",
        file);
    for (size_t i = 0; i < run_count; i++) {
        fprintf(file, "{\"%s\", %" PRIu64 ", %d, UINT64_C(0x%016" PRIx64 ")},\n", runs[i].scenario,
                runs[i].seed, SECONDS, runs[i].digest);
    }
    assert_int_equal(fclose(file), 0);
}

static void test_golden_digests(void **state)
{
    (void)state;
    lab_scenario_names(run_scenario, NULL);
    if (getenv("CHEF_REWRITE_GOLDEN") != NULL) {
        rewrite();
        print_message("server/lab/golden.inc is written; build again\n");
        return;
    }
    bool same = run_count == LAB_GOLDEN_COUNT;
    for (size_t i = 0; same && i < run_count; i++) {
        const struct lab_golden *golden = &LAB_GOLDEN[i];
        same = strcmp(golden->scenario, runs[i].scenario) == 0 && golden->seed == runs[i].seed &&
               golden->seconds == SECONDS && golden->digest == runs[i].digest;
        if (!same) {
            print_message("%s: golden %016" PRIx64 ", here %016" PRIx64 "\n", runs[i].scenario,
                          golden->digest, runs[i].digest);
        }
    }
    if (!same) {
        fail_msg("%s", "the behaviour has changed; if on purpose: "
                       "CHEF_REWRITE_GOLDEN=1 ctest --preset release -R test_golden");
    }
}

static void test_id_is_stable(void **state)
{
    (void)state;
    assert_int_equal(strlen(lab_behaviour_id()), 13);
    assert_int_equal(lab_behaviour_id()[0], 'b');
    assert_ptr_equal(lab_behaviour_id(), lab_behaviour_id());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_digests),
        cmocka_unit_test(test_id_is_stable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
