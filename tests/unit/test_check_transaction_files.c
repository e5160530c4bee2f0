/* test_check_transaction_files.c - the reference histories of list-append and transactions: the verdict of
 * each level as their judges gave it. Skipped without the reference data. */
#include "append_runs.h"
#include "check/model.h"
#include "check/read.h"
#include "shared_histories.h"
#include "unit.h"

#include <stdlib.h>

static struct check_verdict verdict; /* large; one is enough */

static void judge(const char *model, const struct shared_history *row)
{
    struct check_history *history = NULL;
    struct error error = {.text = ""};
    int status =
        check_read(row->text, row->length, CHECK_FORMAT_DETECT, (size_t)1 << 30, &history, &error);
    if (status == 0) {
        verdict = (struct check_verdict){.answer = CHECK_VALID};
        status = check_model_find(model)->judge(history, NULL, NULL, &verdict, &error);
    }
    if (status != 0) {
        fail_msg("%s: %s", row->path, error.text);
    }
    check_history_free(&history);
}

static bool found(const char *anomaly)
{
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        if (strcmp(verdict.findings[i].anomaly, anomaly) == 0) {
            return true;
        }
    }
    return false;
}

/* "read-committed": true, in what the judge found; each level that stands there. */
static uint32_t compare_levels(const struct shared_history *row)
{
    uint32_t compared = 0;
    for (uint32_t i = 0; i < verdict.answer_count; i++) {
        char pattern[80];
        snprintf(pattern, sizeof pattern, "\"%s\": ", verdict.answers[i].model);
        const char *by_model = strstr(row->expected, "by-model");
        const char *at = by_model == NULL ? NULL : strstr(by_model, pattern);
        if (at != NULL) {
            bool kept = strncmp(at + strlen(pattern), "true", 4) == 0;
            if (verdict.answers[i].answer != (kept ? CHECK_VALID : CHECK_INVALID)) {
                fail_msg("%s: the answer about %s is %d", row->path, verdict.answers[i].model,
                         verdict.answers[i].answer);
            }
            compared++;
        }
    }
    return compared;
}

/* What is found, the judge found too, unless it gave up or has no such edges (the order of processes); what
 * single reads show must be the same. Of two kinds of cycle of which one implies the other, the judge now and
 * then gives the weaker one, too. */
static void compare_anomalies(const struct shared_history *row)
{
    static const char *const SINGLE[] = {
        "internal", "duplicate-elements", "incompatible-order", "G1a",
        "G1b",      "dirty-update",       "lost-update"};
    char quoted[80];
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        const char *anomaly = verdict.findings[i].anomaly;
        snprintf(quoted, sizeof quoted, "\"%s\"", anomaly);
        if (strstr(row->expected, quoted) == NULL && strstr(anomaly, "-process") == NULL) {
            fail_msg("%s: the judge did not find %s", row->path, anomaly);
        }
        assert_in_range(verdict.findings[i].line_count, 1, 12);
    }
    for (size_t i = 0; i < sizeof SINGLE / sizeof SINGLE[0]; i++) {
        snprintf(quoted, sizeof quoted, "\"%s\"", SINGLE[i]);
        if ((strstr(row->expected, quoted) != NULL) != found(SINGLE[i])) {
            fail_msg("%s: %s", row->path, SINGLE[i]);
        }
    }
}

static void visit_generated(const struct shared_history *row, void *context)
{
    (void)context;
    judge("list-append", row);
    assert_int_equal(compare_levels(row), 7);
    compare_anomalies(row);
}

static void test_generated(void **state)
{
    (void)state;
    uint32_t count = shared_histories_visit("generated/la_", visit_generated, NULL);
    assert_true(count == 0 || count >= 32);
}

/* "serializable: invalid [G-single-item]" */
static void visit_paper(const struct shared_history *row, void *context)
{
    (void)context;
    if (strstr(row->path, "paper-example") == NULL) {
        return;
    }
    judge("list-append", row);
    assert_int_equal(verdict.answer, CHECK_INVALID);
    assert_true(found("G-single-item"));
    assert_string_equal(verdict.weakest, "consistent-view");
}

static void test_paper(void **state)
{
    (void)state;
    shared_histories_visit("elle", visit_paper, NULL);
}

/* "RC valid; RA invalid; causal invalid" */
static void visit_awdit(const struct shared_history *row, void *context)
{
    static const char *const LEVELS[] = {"read-committed", "read-atomic", "causal"};
    static const char *const PATTERNS[] = {"RC valid", "RA valid", "causal valid"};
    (void)context;
    judge("transactions", row);
    assert_int_equal(verdict.answer_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        enum check_answer expected =
            strstr(row->expected, PATTERNS[i]) != NULL ? CHECK_VALID : CHECK_INVALID;
        for (uint32_t k = 0; k < 3; k++) {
            if (strcmp(verdict.answers[k].model, LEVELS[i]) == 0 &&
                verdict.answers[k].answer != expected) {
                fail_msg("%s: the answer about %s is %d", row->path, LEVELS[i],
                         verdict.answers[k].answer);
            }
        }
    }
    assert_int_equal(verdict.answer == CHECK_INVALID, verdict.finding_count > 0);
}

static void test_awdit(void **state)
{
    (void)state;
    uint32_t count = shared_histories_visit("awdit/", visit_awdit, NULL);
    assert_true(count == 0 || count >= 9);
}

/* A run, written as text and read again, is the same history. */
static void test_text(void **state)
{
    (void)state;
    struct append_run run = {.seed = 3,
                             .transactions = 500,
                             .clients = 9,
                             .keys = 5,
                             .appends_max = 24,
                             .micros_max = 4,
                             .fail_ppm = 50000,
                             .info_ppm = 50000};
    struct check_history *made = append_run_make(&run);
    struct shared_history row = {.path = "made"};
    char *text = append_run_text(made, &row.length);
    row.text = text;
    judge("list-append", &row);
    assert_int_equal(verdict.answer, CHECK_VALID);
    uint64_t steps = verdict.steps;
    struct error error;
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    assert_int_equal(check_model_find("list-append")->judge(made, NULL, NULL, &verdict, &error), 0);
    assert_int_equal(verdict.answer, CHECK_VALID);
    assert_int_equal(verdict.steps, steps);
    free(text);
    check_history_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generated),
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_awdit),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
