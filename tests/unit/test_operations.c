/* test_operations.c - histories of clients: recorded, stored, exported and judged; the same whether a run
 * is computed in one go or by a server that was killed on the way. */
#include "check/model.h"
#include "check/read.h"
#include "data_folder.h"
#include "lab/documents.h"
#include "lab/growing.h"
#include "lab/headless.h"
#include "lab/lab_internal.h"
#include "lab/settings.h"
#include "lab/shrink.h"
#include "lab/sweep.h"
#include "toy_counter.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

const struct system *const SYSTEMS[] = {&TOY_COUNTER};
const uint32_t SYSTEM_COUNT = 1;

enum { PATH_BYTES = 128 };
static const int64_t SECOND = 1000000000;

static struct lab_scenario *scenario_make(const char *settings)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem;
    assert_int_equal(lab_scenario_parse("counter", TOY_COUNTER_SCENARIO, &scenario, &problem), 0);
    cJSON *json = cJSON_Parse(settings);
    assert_int_equal(lab_settings_parse(scenario->system, json, scenario->settings, &problem), 0);
    cJSON_Delete(json);
    return scenario;
}

/* One run to its end; `folder`, `proofs` may be NULL. */
static void run(const char *settings, const char *folder, struct lab_proofs *proofs, bool unjudged,
                struct lab_headless_result *result)
{
    struct lab_scenario *scenario = scenario_make(settings);
    struct lab_problem problem;
    struct lab_headless_options options = {.scenario = scenario,
                                           .seed = scenario->seed,
                                           .settings = scenario->settings,
                                           .folder = folder,
                                           .proofs = proofs,
                                           .unjudged = unjudged};
    if (lab_headless_run(&options, result, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    lab_scenario_free(&scenario);
}

static void verdict_is(const struct lab_headless_result *result, uint32_t check, const char *name)
{
    const struct lab_judged *judged = lab_judged_find(&result->judgement, check);
    assert_non_null(judged);
    const char *verdict = lab_verdict_name(&result->judgement, check, result->excuse);
    if (strcmp(verdict, name) != 0) {
        fail_msg("%s: %s", verdict, judged->words);
    }
}

/* Every third operation is a read; the server is paused for two seconds of twenty. */
static void test_kept(void **state)
{
    struct lab_headless_result result;
    struct lab_proofs proofs = {0};
    (void)state;
    run("{}", NULL, &proofs, false, &result);
    verdict_is(&result, TOY_COUNTER_CHECK_STRONG, "PASS");
    verdict_is(&result, TOY_COUNTER_CHECK_LATE, "PASS");
    assert_int_equal(lab_judgement_code(&result.judgement, result.excuse), 0);
    const struct lab_judged *judged = lab_judged_find(&result.judgement, TOY_COUNTER_CHECK_STRONG);
    assert_in_range(judged->operations, 195, 201);
    assert_in_range(judged->under_fault, 19, 21);
    cJSON *proof = cJSON_Parse(lab_proof_of(&proofs, TOY_COUNTER_CHECK_STRONG));
    const cJSON *add = cJSON_GetObjectItem(cJSON_GetObjectItem(proof, "operations"), "add");
    assert_in_range(cJSON_GetObjectItem(add, "ok")->valueint, 110, 125);
    assert_in_range(cJSON_GetObjectItem(add, "info")->valueint, 10, 16);
    cJSON_Delete(proof);
    lab_proofs_free(&proofs);
}

/* The checker, which has never heard of the system, finds what the server forgot. */
static void test_bug_is_caught(void **state)
{
    struct lab_headless_result result;
    struct lab_proofs proofs = {0};
    (void)state;
    run("{\"bug.forget\":true}", NULL, &proofs, false, &result);
    verdict_is(&result, TOY_COUNTER_CHECK_STRONG, "EXPECTED-FAIL");
    assert_string_equal(result.excuse, "bug.forget");
    assert_int_equal(lab_judgement_code(&result.judgement, result.excuse), 0);
    assert_int_equal(lab_judgement_code(&result.judgement, NULL), 1);
    const struct system_finding *finding = &result.judgement.findings[TOY_COUNTER_CHECK_STRONG];
    assert_int_equal(finding->verdict, SYSTEM_FAIL);
    assert_in_range(finding->actual, 5, 70);
    assert_int_equal(finding->subject % 3, 0); /* a read */
    /* The tenth addition is the 14th operation, the read behind it the 15th: at 1.5 s. */
    assert_in_range(finding->at_ns, 3 * SECOND / 2, 2 * SECOND);
    assert_true(finding->first_event > 0 && finding->last_event > finding->first_event);
    cJSON *proof = cJSON_Parse(lab_proof_of(&proofs, TOY_COUNTER_CHECK_STRONG));
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItem(proof, "findings"), 0);
    const cJSON *line = cJSON_GetArrayItem(cJSON_GetObjectItem(first, "lines"), 0);
    const cJSON *read = cJSON_GetObjectItem(line, "a");
    assert_int_equal(cJSON_GetObjectItem(read, "op_id")->valueint, finding->subject);
    cJSON_Delete(proof);
    lab_proofs_free(&proofs);
}

/* What is no promise under the settings is broken as planned; what is one is not touched by it. */
static void test_unpromised(void **state)
{
    struct lab_headless_result result;
    (void)state;
    run("{\"late\":true}", NULL, NULL, false, &result);
    verdict_is(&result, TOY_COUNTER_CHECK_STRONG, "PASS");
    verdict_is(&result, TOY_COUNTER_CHECK_LATE, "EXPECTED-FAIL");
    assert_null(result.excuse);
    assert_int_equal(lab_judgement_code(&result.judgement, NULL), 0);
}

/* A history is judged at the end only; a run that nobody judges has none. */
static void test_not_judged_on_the_way(void **state)
{
    struct lab_headless_result judged, plain;
    (void)state;
    run("{\"bug.forget\":true}", NULL, NULL, false, &judged);
    run("{\"bug.forget\":true}", NULL, NULL, true, &plain);
    assert_int_equal(plain.digest, judged.digest);
    assert_int_equal(plain.events, judged.events);
    assert_false(plain.judgement.final);
    verdict_is(&plain, TOY_COUNTER_CHECK_STRONG, "PASS");
}

/* ---- Many seeds, and fewer inputs ---- */

enum { SEEDS = 12 };

static void sweep_is(const char *settings, enum lab_outcome outcome, const char *anomaly)
{
    struct lab_sweep_line lines[SEEDS];
    struct lab_problem problem;
    struct lab_scenario *scenario = scenario_make(settings);
    struct lab_sweep sweep = {.scenario = scenario,
                              .settings = scenario->settings,
                              .first_seed = 1,
                              .last_seed = SEEDS,
                              .jobs = 2,
                              .lines = lines};
    memset(lines, 0, sizeof lines);
    assert_int_equal(lab_faults_parse("partition,pause", &sweep.faults, &problem), 0);
    assert_int_equal(lab_sweep_run(&sweep, &problem), 0);
    for (int i = 0; i < SEEDS; i++) {
        if (lines[i].outcome != outcome) {
            fail_msg("seed %d: %s", i + 1, lab_outcome_name(lines[i].outcome));
        }
        if (anomaly != NULL) {
            assert_string_equal(lines[i].anomaly, anomaly);
            assert_int_equal(lines[i].failed & 1u << TOY_COUNTER_CHECK_STRONG,
                             1u << TOY_COUNTER_CHECK_STRONG);
        }
    }
    lab_scenario_free(&scenario);
}

static void test_sweep(void **state)
{
    (void)state;
    sweep_is("{}", LAB_OUTCOME_GOOD, NULL);
    sweep_is("{\"late\":true}", LAB_OUTCOME_GOOD, NULL); /* broken, but never promised */
    sweep_is("{\"bug.forget\":true}", LAB_OUTCOME_CAUGHT, "count-low");
}

/* What the checker finds needs neither the pause nor the time behind the first forgotten addition. */
static void test_shrink(void **state)
{
    struct lab_scenario *scenario = scenario_make("{\"bug.forget\":true}");
    struct lab_shrink_result result;
    struct lab_problem problem = {.allowed = NULL};
    struct lab_shrink shrink = {.scenario = scenario,
                                .seed = scenario->seed,
                                .settings = scenario->settings,
                                .inputs = scenario->script,
                                .until_ns = scenario->until_ns};
    (void)state;
    if (lab_shrink_run(&shrink, &result, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    assert_int_equal(result.check, TOY_COUNTER_CHECK_STRONG);
    assert_int_equal(result.inputs.count, 0);
    assert_in_range(result.until_ns, 1, 2 * SECOND);
    lab_shrink_free(&result);
    lab_scenario_free(&scenario);
    /* What is no promise is not looked for; who names it gets it. */
    scenario = scenario_make("{\"late\":true}");
    shrink.scenario = scenario;
    shrink.settings = scenario->settings;
    shrink.inputs = scenario->script;
    assert_int_not_equal(lab_shrink_run(&shrink, &result, &problem), 0);
    lab_problem_clear(&problem);
    shrink.check = "counter_late";
    assert_int_equal(lab_shrink_run(&shrink, &result, &problem), 0);
    assert_string_equal(result.verdict, "EXPECTED-FAIL");
    lab_shrink_free(&result);
    lab_scenario_free(&scenario);
}

/* ---- Files ---- */

static char *file_read(const char *folder, const char *name, size_t *length)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *length = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(1, *length + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *length, file), *length);
    (void)fclose(file);
    return text;
}

static void folder_empty(const char *folder)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        char path[PATH_BYTES + 256];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            assert_int_equal(unlink(path), 0);
        }
    }
    (void)closedir(directory);
}

/* A file of ours, read and judged as that of anybody else. */
static enum check_answer judge_file(const char *folder, const char *name, uint32_t *count)
{
    static struct check_verdict verdict;
    struct check_history *history = NULL;
    struct check_options options = {.count = 0};
    struct error error = {.text = ""};
    size_t length;
    char *text = file_read(folder, name, &length);
    if (check_read(text, length, CHECK_FORMAT_DETECT, 1 << 28, &history, &error) != 0) {
        fail_msg("%s: %s", name, error.text);
    }
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    const struct check_model *model = check_model_find("counter");
    assert_int_equal(model->judge(history, &options, NULL, &verdict, &error), 0);
    *count = history->count;
    check_history_free(&history);
    free(text);
    return verdict.answer;
}

static void test_files(void **state)
{
    struct lab_headless_result result;
    char folder[DATA_FOLDER_BYTES];
    uint32_t rows, lines;
    (void)state;
    data_folder_make(folder);
    run("{}", folder, NULL, false, &result);
    assert_int_equal(judge_file(folder, "history.csv", &rows), CHECK_VALID);
    assert_int_equal(judge_file(folder, "history.jsonl", &lines), CHECK_VALID);
    assert_int_equal(rows, lines);
    /* The last reads of the judged copy are no part of the run. */
    assert_in_range(rows, 195, 200);
    run("{\"bug.forget\":true}", folder, NULL, false, &result);
    assert_int_equal(judge_file(folder, "history.csv", &rows), CHECK_INVALID);
    assert_int_equal(judge_file(folder, "history.jsonl", &lines), CHECK_INVALID);
    folder_empty(folder);
    data_folder_remove(folder);
}

/* ---- The server ---- */

static struct lab *lab_make(const char *folder)
{
    struct lab_problem problem = {.allowed = NULL};
    struct lab *lab = lab_open(
        &(struct lab_options){.data_directory = folder, .workers = 1, .runs_max = 4}, &problem);
    if (lab == NULL) {
        fail_msg("%s", problem.detail);
    }
    return lab;
}

static void run_make(struct lab *lab, const char *settings, int64_t at_ns,
                     char name[LAB_RUN_ID_BYTES])
{
    struct lab_problem problem;
    struct lab_new_run new_run = {.scenario = scenario_make(settings), .at_ns = at_ns};
    new_run.seed = new_run.scenario->seed;
    memcpy(new_run.settings, new_run.scenario->settings, sizeof new_run.settings);
    if (lab_run_make(lab, &new_run, name, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
}

static int take_bytes(void *context, const void *bytes, size_t length)
{
    lab_growing_add(context, bytes, length);
    return 0;
}

static void export_is(struct lab *lab, const char *name, const char *folder, const char *file)
{
    struct lab_growing text = {0};
    struct lab_problem problem;
    size_t length;
    char *expected = file_read(folder, file, &length);
    int status = strcmp(file, "history.jsonl") == 0
                     ? lab_export_history(lab, name, take_bytes, &text, &problem)
                     : lab_export_csv(lab, name, "history", LAB_EXPORT_PLAIN, NULL, take_bytes,
                                      &text, &problem);
    if (status != 0) {
        fail_msg("%s", problem.detail);
    }
    assert_int_equal(text.length, length);
    assert_memory_equal(text.at, expected, length);
    free(text.at);
    free(expected);
}

static void go_on_to(struct lab *lab, const char *name, const char *until)
{
    struct lab_problem problem;
    cJSON *out = NULL;
    cJSON *body = cJSON_Parse(until);
    if (lab_run_pace(lab, name, body, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    cJSON_Delete(out);
    cJSON_Delete(body);
}

/* Verified there and in one go: the same verdicts, proofs included. */
static void verify_is(struct lab *lab, const char *name, const char *settings)
{
    struct lab_headless_result result;
    struct lab_proofs proofs = {0};
    struct lab_problem problem;
    cJSON *out = NULL;
    if (lab_run_verify(lab, name, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    run(settings, NULL, &proofs, false, &result);
    struct lab_scenario *scenario = scenario_make(settings);
    cJSON *expected = lab_judgement_json(scenario, &result.judgement, result.excuse, &proofs);
    assert_true(cJSON_Compare(out, expected, true));
    cJSON_Delete(expected);
    cJSON_Delete(out);
    lab_scenario_free(&scenario);
    lab_proofs_free(&proofs);
}

static const char FORGETS[] = "{\"bug.forget\":true}";

/* A server that is killed in the middle: nothing of the history is missing, nothing is there twice. */
static void test_killed(void **state)
{
    char data[DATA_FOLDER_BYTES], folder[DATA_FOLDER_BYTES], name[LAB_RUN_ID_BYTES] = "";
    struct lab_headless_result result;
    int pipes[2];
    (void)state;
    data_folder_make(data);
    data_folder_make(folder);
    run(FORGETS, folder, NULL, false, &result);
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lab *lab = lab_make(data);
        struct lab_growing text = {0};
        struct lab_problem problem;
        run_make(lab, FORGETS, 9 * SECOND + 30000000, name); /* an operation is open */
        (void)lab_export_csv(lab, name, "history", LAB_EXPORT_PLAIN, NULL, take_bytes, &text,
                             &problem); /* what is exported is stored */
        go_on_to(lab, name, "{\"until\":\"t_ms >= 15000\"}");
        (void)write(pipes[1], name, sizeof name);
        (void)kill(getpid(), SIGKILL);
    }
    int ended;
    assert_int_equal(read(pipes[0], name, sizeof name), (ssize_t)sizeof name);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended));
    struct lab *lab = lab_make(data);
    go_on_to(lab, name, "{\"until\":\"t_ms >= 20000\"}");
    export_is(lab, name, folder, "history.csv");
    export_is(lab, name, folder, "history.jsonl");
    verify_is(lab, name, FORGETS);
    lab_close(&lab);
    folder_empty(folder);
    data_folder_remove(folder);
    data_folder_remove(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),       cmocka_unit_test(test_bug_is_caught),
        cmocka_unit_test(test_unpromised), cmocka_unit_test(test_not_judged_on_the_way),
        cmocka_unit_test(test_sweep),      cmocka_unit_test(test_shrink),
        cmocka_unit_test(test_files),      cmocka_unit_test(test_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
