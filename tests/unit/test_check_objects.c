/* test_check_objects.c - the checkers of single objects (set, counter, total-queue, bank, unique-ids): the
 * reference files, planted faults, and slow references on many small histories. */
#include "base/draw.h"
#include "check/model.h"
#include "check/read.h"
#include "shared_histories.h"
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

static struct check_verdict verdict; /* large; one is enough */

static enum check_answer judge(const char *model, const struct check_history *history,
                               const char *key, const char *value)
{
    struct check_options options = {.count = key != NULL ? 1 : 0};
    struct error error = {.text = ""};
    options.items[0] = (struct check_option){key, value};
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    if (check_model_find(model)->judge(history, &options, NULL, &verdict, &error) != 0) {
        fail_msg("%s: %s", model, error.text);
    }
    assert_int_equal(verdict.answer == CHECK_INVALID, verdict.finding_count > 0);
    assert_int_equal(verdict.answer == CHECK_UNKNOWN, verdict.why != NULL);
    return verdict.answer;
}

/* Lines of EDN without braces and with short names, ended by ';'. */
static struct check_history *history_of(const char *text)
{
    struct check_history *history = NULL;
    struct error error = {.text = ""};
    if (check_read(text, strlen(text), CHECK_FORMAT_EDN, (size_t)1 << 24, &history, &error) != 0) {
        fail_msg("%s", error.text);
    }
    return history;
}

static void expect(const char *model, const char *option, const char *value,
                   enum check_answer answer, const char *anomaly, const char *text)
{
    struct check_history *history = history_of(text);
    if (judge(model, history, option, value) != answer) {
        fail_msg("%s gives %d for\n%s", model, verdict.answer, text);
    }
    if (answer == CHECK_INVALID) {
        assert_string_equal(verdict.findings[0].anomaly, anomaly);
        assert_true(verdict.findings[0].line_count > 0);
    } else if (answer == CHECK_UNKNOWN) {
        assert_string_equal(verdict.why, anomaly);
    }
    check_history_free(&history);
}

/* ---- The reference files ---- */

static uint64_t count_of(const char *anomaly)
{
    for (uint32_t i = 0; i < verdict.finding_count; i++) {
        if (strcmp(verdict.findings[i].anomaly, anomaly) == 0) {
            return verdict.findings[i].count;
        }
    }
    return 0;
}

static long number_in(const char *expected, const char *name)
{
    const char *at = strstr(expected, name);
    return at == NULL ? 0 : strtol(at + strlen(name), NULL, 10);
}

/* How many findings, where the judge counts the same things. */
static void compare_counts(const struct shared_history *row)
{
    static const struct {
        const char *name, *anomaly;
    } COUNTS[] = {{"\"lost\": ", "lost"},
                  {"\"unexpected-count\": ", "phantom"},
                  {"\"negative-value\": ", "negative-balance"}};
    for (size_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        if ((unsigned long)number_in(row->expected, COUNTS[i].name) !=
                count_of(COUNTS[i].anomaly) &&
            strstr(row->expected, COUNTS[i].name) != NULL) {
            fail_msg("%s: %s", row->path, COUNTS[i].anomaly);
        }
    }
    if (strcmp(row->model, "counter") == 0) {
        assert_int_equal(number_in(row->expected, "\"errors\": "),
                         count_of("count-low") + count_of("count-high"));
    }
    if (strcmp(row->model, "unique-ids") == 0) {
        assert_int_equal(number_in(row->expected, "\"dup\": "), count_of("duplicate-id"));
    }
    if (strcmp(row->model, "set-full") == 0) {
        assert_int_equal(number_in(row->expected, "\"stale\": ") > 0, count_of("stale") > 0);
    }
}

static enum check_answer expected_answer(const struct shared_history *row)
{
    bool set = strcmp(row->model, "set-full") == 0;
    if (strstr(row->expected, "RIGHT ANSWER invalid") != NULL) {
        return CHECK_INVALID; /* elements that the judge does not see to be doubled */
    }
    if (strstr(row->expected, "comes from crashed dequeues") != NULL) {
        return CHECK_UNKNOWN;
    }
    if (row->expected[0] != '{') {
        return strcmp(row->expected, "valid") == 0 ? CHECK_VALID : CHECK_INVALID;
    }
    const char *good = set ? "\"valid-linearizable\": true" : "\"valid\": true";
    return strstr(row->expected, good) != NULL ? CHECK_VALID : CHECK_INVALID;
}

static void visit_row(const struct shared_history *row, void *context)
{
    static const char *const MODELS[] = {"set", "counter", "total-queue", "bank", "unique-ids"};
    uint32_t *count = context;
    for (size_t i = 0; i < sizeof MODELS / sizeof MODELS[0]; i++) {
        if (strncmp(row->model, MODELS[i], strlen(MODELS[i])) != 0) {
            continue;
        }
        struct check_history *history = NULL;
        struct error error = {.text = ""};
        if (check_read(row->text, row->length, CHECK_FORMAT_DETECT, (size_t)1 << 28, &history,
                       &error) != 0) {
            fail_msg("%s: %s", row->path, error.text);
        }
        if (judge(MODELS[i], history, NULL, NULL) != expected_answer(row)) {
            fail_msg("%s: the answer is %d", row->path, verdict.answer);
        }
        compare_counts(row);
        if (strcmp(row->model, "set-full") == 0 && strstr(row->expected, "RIGHT") == NULL) {
            bool good = strstr(row->expected, "\"valid\": true") != NULL;
            assert_int_equal(judge("set", history, "level", "eventual"),
                             good ? CHECK_VALID : CHECK_INVALID);
        }
        check_history_free(&history);
        (*count)++;
    }
}

static void test_reference_files(void **state)
{
    (void)state;
    uint32_t count = 0;
    if (shared_histories_visit("generated/", visit_row, &count) > 0) {
        shared_histories_visit("elle-cli/jepsen/", visit_row, &count);
        assert_true(count >= 53);
    }
}

/* ---- Planted faults ---- */

/* One after the other: each call is followed by its return. */
#define DONE(process, f, in, out)                                                                  \
    "{:process " #process " :type :invoke :f :" #f " :value " in "}\n"                             \
    "{:process " #process " :type :ok :f :" #f " :value " out "}\n"
#define CALL(process, f, in) "{:process " #process " :type :invoke :f :" #f " :value " in "}\n"
#define OK(process, f, out)  "{:process " #process " :type :ok :f :" #f " :value " out "}\n"
#define FAIL(process, f, in) "{:process " #process " :type :fail :f :" #f " :value " in "}\n"
#define INFO(process, f, in) "{:process " #process " :type :info :f :" #f " :value " in "}\n"

static void test_sets(void **state)
{
    (void)state;
    const char *good = DONE(0, add, "1", "1") DONE(1, read, "nil", "[1]");
    expect("set", NULL, NULL, CHECK_VALID, NULL, good);
    expect("set", NULL, NULL, CHECK_INVALID, "lost",
           DONE(0, add, "1", "1") DONE(1, read, "nil", "[]"));
    /* Seen by a read is as good as acknowledged; the answer of the add is still out. */
    expect("set", NULL, NULL, CHECK_INVALID, "lost",
           CALL(0, add, "1") DONE(1, read, "nil", "[1]") DONE(1, read, "nil", "[]"));
    const char *stale =
        DONE(0, add, "1", "1") DONE(1, read, "nil", "[]") DONE(1, read, "nil", "[1]");
    expect("set", NULL, NULL, CHECK_INVALID, "stale", stale);
    expect("set", "level", "eventual", CHECK_VALID, NULL, stale);
    /* A read that was under way is no evidence. */
    expect("set", NULL, NULL, CHECK_VALID, NULL,
           CALL(1, read, "nil") DONE(0, add, "1", "1") OK(1, read, "[]"));
    expect("set", NULL, NULL, CHECK_INVALID, "duplicate-elements",
           DONE(0, add, "1", "1") DONE(1, read, "nil", "[1 1]"));
    expect("set", NULL, NULL, CHECK_INVALID, "phantom", DONE(1, read, "nil", "[1]"));
    expect("set", NULL, NULL, CHECK_INVALID, "phantom",
           CALL(0, add, "1") FAIL(0, add, "1") DONE(1, read, "nil", "[1]"));
    expect("set", NULL, NULL, CHECK_INVALID, "phantom",
           DONE(1, read, "nil", "[1]") DONE(0, add, "1", "1"));
    /* One and the same crashed add is in or not; but not in and out again. */
    expect("set", NULL, NULL, CHECK_VALID, NULL,
           CALL(0, add, "1") INFO(0, add, "1") DONE(1, read, "nil", "[]")
               DONE(1, read, "nil", "[1]"));
    expect("set", NULL, NULL, CHECK_INVALID, "long-fork",
           CALL(0, add, "1") CALL(1, add, "2") CALL(2, read, "nil") CALL(3, read, "nil")
               OK(2, read, "[1]") OK(3, read, "[2]") OK(0, add, "1") OK(1, add, "2")
                   DONE(4, read, "nil", "[1 2]"));
    expect("set", NULL, NULL, CHECK_INVALID, "out-of-order",
           CALL(2, read, "nil") DONE(0, add, "1", "1") DONE(1, add, "2", "2") OK(2, read, "[2]")
               DONE(2, read, "nil", "[1 2]"));
    expect("set", NULL, NULL, CHECK_UNKNOWN, "never_read", DONE(0, add, "1", "1"));
}

static void test_queues(void **state)
{
    (void)state;
    const char *drain = DONE(9, drain, "nil", "[]");
    char text[2000];
    snprintf(text, sizeof text, "%s%s", DONE(0, enqueue, "1", "1"), drain);
    expect("total-queue", NULL, NULL, CHECK_INVALID, "lost", text);
    snprintf(text, sizeof text, "%s%s%s", DONE(0, enqueue, "1", "1"),
             CALL(1, dequeue, "nil") INFO(1, dequeue, "nil"), drain);
    expect("total-queue", NULL, NULL, CHECK_UNKNOWN, "crashed_dequeue", text);
    assert_int_equal(verdict.why_line.b, 1); /* the crashed one is named */
    /* It began only when the drain had found the queue empty. */
    snprintf(text, sizeof text, "%s%s%s", DONE(0, enqueue, "1", "1"), drain,
             CALL(1, dequeue, "nil") INFO(1, dequeue, "nil"));
    expect("total-queue", NULL, NULL, CHECK_INVALID, "lost", text);
    /* Two are missing, and one dequeue takes one. */
    snprintf(text, sizeof text, "%s%s%s%s", DONE(0, enqueue, "1", "1"), DONE(0, enqueue, "2", "2"),
             CALL(1, dequeue, "nil") INFO(1, dequeue, "nil"), drain);
    expect("total-queue", NULL, NULL, CHECK_INVALID, "lost", text);
    assert_int_equal(verdict.findings[0].count, 1);
    expect("total-queue", NULL, NULL, CHECK_UNKNOWN, "not_drained", DONE(0, enqueue, "1", "1"));
    expect("total-queue", NULL, NULL, CHECK_INVALID, "phantom", DONE(0, dequeue, "nil", "7"));
    expect("total-queue", NULL, NULL, CHECK_INVALID, "phantom",
           CALL(0, enqueue, "7") FAIL(0, enqueue, "7") DONE(0, dequeue, "nil", "7"));
    expect("total-queue", NULL, NULL, CHECK_INVALID, "phantom",
           DONE(0, dequeue, "nil", "7") DONE(0, enqueue, "7", "7"));
    const char *twice =
        DONE(0, enqueue, "1", "1") DONE(0, dequeue, "nil", "1") DONE(0, dequeue, "nil", "1");
    expect("total-queue", NULL, NULL, CHECK_VALID, NULL, twice);
    assert_string_equal(verdict.answers[1].model, "exactly-once");
    assert_int_equal(verdict.answers[1].answer, CHECK_INVALID);
    expect("total-queue", "duplicates", "forbidden", CHECK_INVALID, "duplicate-elements", twice);
}

static void test_banks_and_others(void **state)
{
    (void)state;
    const char *wrong = DONE(0, read, "nil", "{1 5, 2 5}") DONE(0, read, "nil", "{1 5, 2 6}");
    expect("bank", NULL, NULL, CHECK_INVALID, "wrong-total", wrong);
    assert_int_equal(verdict.findings[0].line_count, 2);
    expect("bank", "total", "11", CHECK_INVALID, "wrong-total", DONE(0, read, "nil", "{1 5, 2 5}"));
    expect("bank", NULL, NULL, CHECK_INVALID, "missing-account",
           DONE(0, transfer, "{:from 1 :to 2 :amount 1}", "{:from 1 :to 2 :amount 1}")
               DONE(0, read, "nil", "{1 10}"));
    const char *negative = DONE(0, read, "nil", "{1 -5, 2 15}");
    expect("bank", NULL, NULL, CHECK_INVALID, "negative-balance", negative);
    expect("bank", "negative", "allowed", CHECK_VALID, NULL, negative);
    expect("bank", NULL, NULL, CHECK_INVALID, "phantom",
           DONE(0, read, "nil", "{1 9223372036854775807, 2 1}"));
    expect("bank", NULL, NULL, CHECK_INVALID, "phantom", DONE(0, read, "nil", "{1 nil}"));
    expect("counter", "init", "3", CHECK_VALID, NULL,
           DONE(0, add, "2", "2") CALL(0, add, "-4") INFO(0, add, "-4") DONE(1, read, "nil", "1")
               DONE(1, read, "nil", "5"));
    expect("counter", NULL, NULL, CHECK_INVALID, "count-low",
           DONE(0, add, "2", "2") DONE(1, read, "nil", "1"));
    expect("counter", NULL, NULL, CHECK_INVALID, "count-high",
           CALL(0, add, "2") FAIL(0, add, "2") DONE(1, read, "nil", "2"));
    expect("counter", NULL, NULL, CHECK_INVALID, "phantom", DONE(1, read, "nil", "\"two\""));
    expect("unique-ids", NULL, NULL, CHECK_INVALID, "duplicate-id",
           DONE(0, generate, "nil", "[1 2]") DONE(1, generate, "nil", "[1 2]"));
    expect("unique-ids", NULL, NULL, CHECK_VALID, NULL,
           DONE(0, generate, "nil", "[1 2]") DONE(1, generate, "nil", "[2 1]"));
}

/* What a model does not have is refused with its line. */
static void test_refused(void **state)
{
    (void)state;
    static const char *const MODELS[] = {"set", "counter", "total-queue", "bank", "unique-ids"};
    struct check_history *history = history_of(DONE(0, stir, "1", "1"));
    for (size_t i = 0; i < sizeof MODELS / sizeof MODELS[0]; i++) {
        struct error error = {.text = ""};
        struct check_options options = {.items = {{"colour", "red"}}, .count = 1};
        verdict = (struct check_verdict){.answer = CHECK_VALID};
        assert_int_equal(check_model_find(MODELS[i])->judge(history, NULL, NULL, &verdict, &error),
                         -1);
        assert_non_null(strstr(error.text, "line 1: stir"));
        assert_int_equal(
            check_model_find(MODELS[i])->judge(history, &options, NULL, &verdict, &error), -1);
        assert_non_null(strstr(error.text, "colour"));
    }
    check_history_free(&history);
}

/* ---- Slow references ---- */

enum { OPERATIONS_MAX = 8, ELEMENTS = 4, SMALL_HISTORIES = 60000 };

static uint64_t next_draw;
static uint32_t pick(uint32_t bound)
{
    return (uint32_t)draw_below(draw_u64(11, 1, 0, next_draw++), bound);
}

static struct check_value integer(int64_t value)
{
    return (struct check_value){.kind = CHECK_INTEGER, .integer = value};
}

/* Random intervals, in order of call, places all different. */
static uint32_t make_intervals(struct check_operation *operations)
{
    uint32_t count = 1 + pick(OPERATIONS_MAX), now = 0;
    uint32_t open[OPERATIONS_MAX], open_count = 0, called = 0;
    while (called < count || open_count > 0) {
        if (called < count && (open_count == 0 || pick(2) == 0)) {
            operations[called] = (struct check_operation){
                .call = now++, .end = CHECK_NEVER, .process = called, .outcome = CHECK_INFO};
            open[open_count++] = called++;
            continue;
        }
        uint32_t at = pick(open_count);
        uint32_t which = open[at];
        open[at] = open[--open_count];
        uint32_t outcome = pick(10);
        operations[which].outcome = outcome == 0   ? CHECK_FAIL
                                    : outcome == 1 ? CHECK_INFO
                                                   : CHECK_OK;
        operations[which].end = outcome == 1 ? CHECK_NEVER : now++;
    }
    return count;
}

/* A linearization of adds and reads exists that goes on from `done` with the elements `in`. */
static bool linearizes(const struct check_operation *operations, const uint32_t *sets,
                       uint32_t count, uint32_t done, uint32_t in)
{
    bool whole = true;
    for (uint32_t i = 0; i < count; i++) {
        whole = whole && ((done >> i & 1) != 0 || operations[i].outcome != CHECK_OK);
    }
    for (uint32_t i = 0; i < count && !whole; i++) {
        bool free = (done >> i & 1) == 0 && operations[i].outcome != CHECK_FAIL;
        for (uint32_t k = 0; k < count; k++) {
            free = free && ((done >> k & 1) != 0 || operations[k].outcome != CHECK_OK ||
                            operations[k].end >= operations[i].call);
        }
        bool read = operations[i].function[0] == 'r';
        if (free && (!read || operations[i].outcome != CHECK_OK || in == sets[i]) &&
            linearizes(operations, sets, count, done | 1u << i, read ? in : in | sets[i])) {
            return true;
        }
    }
    return whole;
}

static struct check_value list_of(struct check_history *history, uint32_t set)
{
    struct check_value *items = check_history_values(history, ELEMENTS);
    uint32_t count = 0;
    for (uint32_t e = 0; e < ELEMENTS; e++) {
        if ((set >> e & 1) != 0) {
            items[count++] = integer(e);
        }
    }
    return (struct check_value){.kind = CHECK_LIST, .count = count, .items = items};
}

static void test_sets_against_all_orders(void **state)
{
    (void)state;
    uint32_t seen[2] = {0, 0};
    for (uint32_t n = 0; n < SMALL_HISTORIES; n++) {
        struct check_operation operations[OPERATIONS_MAX];
        uint32_t sets[OPERATIONS_MAX], added = 0, reads = 0;
        struct check_history *history = check_history_new((size_t)1 << 20);
        uint32_t count = make_intervals(operations);
        for (uint32_t i = 0; i < count; i++) {
            bool read = pick(2) == 0;
            operations[i].function =
                check_history_text(history, read ? "read" : "add", read ? 4 : 3);
            uint32_t element = pick(ELEMENTS);
            sets[i] = read ? (pick(4) == 0 ? pick(1u << ELEMENTS) : added) : 1u << element;
            if (!read) {
                operations[i].input = integer(element);
                added |= pick(4) == 0 ? 0 : sets[i];
            } else if (operations[i].outcome == CHECK_OK) {
                operations[i].output = list_of(history, sets[i]);
                reads++;
            }
            assert_true(check_history_add(history, &operations[i]));
        }
        bool good = linearizes(operations, sets, count, 0, 0);
        enum check_answer answer = judge("set", history, NULL, NULL);
        if (reads > 0 && answer != (good ? CHECK_VALID : CHECK_INVALID)) {
            fail_msg("small set %u: %d", n, answer);
        }
        seen[good]++;
        check_history_free(&history);
    }
    assert_true(seen[0] > SMALL_HISTORIES / 10 && seen[1] > SMALL_HISTORIES / 10);
}

/* Can each missing element have its own crashed dequeue that began in time? */
static bool excused(const uint32_t *deadlines, uint32_t missing, const uint32_t *crashed,
                    uint32_t crashed_count, uint32_t used)
{
    if (missing == 0) {
        return true;
    }
    for (uint32_t i = 0; i < crashed_count; i++) {
        if ((used >> i & 1) == 0 && crashed[i] < deadlines[missing - 1] &&
            excused(deadlines, missing - 1, crashed, crashed_count, used | 1u << i)) {
            return true;
        }
    }
    return false;
}

/* Elements put in one by one and all missing; drains that find nothing; dequeues that crash. */
static void test_queues_against_all_ways(void **state)
{
    (void)state;
    uint32_t seen[3] = {0, 0, 0};
    for (uint32_t n = 0; n < SMALL_HISTORIES / 4; n++) {
        struct check_history *history = check_history_new((size_t)1 << 20);
        uint32_t deadlines[OPERATIONS_MAX], missing = 0, crashed[OPERATIONS_MAX], crashed_count = 0;
        uint32_t waiting = 0, count = 2 + pick(OPERATIONS_MAX - 2);
        for (uint32_t i = 0; i < count; i++) {
            struct check_operation operation = {
                .call = 2 * i, .end = 2 * i + 1, .process = i, .outcome = CHECK_OK};
            uint32_t what = i + 1 == count ? 0 : pick(5);
            if (what == 0) {
                operation.function = check_history_text(history, "drain", 5);
                operation.output = list_of(history, 0);
                for (; waiting > 0; waiting--) {
                    deadlines[missing++] = operation.end;
                }
            } else if (what < 3) {
                operation.function = check_history_text(history, "enqueue", 7);
                operation.input = integer(i);
                waiting++;
            } else {
                operation.function = check_history_text(history, "dequeue", 7);
                operation.outcome = CHECK_INFO;
                operation.end = CHECK_NEVER;
                crashed[crashed_count++] = operation.call;
            }
            assert_true(check_history_add(history, &operation));
        }
        enum check_answer expected = CHECK_VALID;
        if (missing > 0) {
            bool good = excused(deadlines, missing, crashed, crashed_count, 0);
            expected = good ? CHECK_UNKNOWN : CHECK_INVALID;
        }
        if (judge("total-queue", history, NULL, NULL) != expected) {
            fail_msg("small queue %u: %d", n, verdict.answer);
        }
        seen[expected]++;
        check_history_free(&history);
    }
    assert_true(seen[0] > 100 && seen[1] > 100 && seen[2] > 100);
}

/* The bounds of each read by looking at all additions. */
static void test_counters_slowly(void **state)
{
    (void)state;
    uint32_t seen[2] = {0, 0};
    for (uint32_t n = 0; n < SMALL_HISTORIES / 2; n++) {
        struct check_operation operations[OPERATIONS_MAX];
        struct check_history *history = check_history_new((size_t)1 << 20);
        uint32_t count = make_intervals(operations);
        for (uint32_t i = 0; i < count; i++) {
            bool read = pick(2) == 0;
            operations[i].function =
                check_history_text(history, read ? "read" : "add", read ? 4 : 3);
            struct check_value value = integer((int64_t)pick(7) - 2);
            *(read ? &operations[i].output : &operations[i].input) = value;
            assert_true(check_history_add(history, &operations[i]));
        }
        bool good = true;
        for (uint32_t i = 0; i < count; i++) {
            int64_t least = 0, most = 0;
            for (uint32_t k = 0; k < count; k++) {
                if (operations[k].outcome == CHECK_FAIL || operations[k].function[0] == 'r') {
                    continue;
                }
                bool sure =
                    operations[k].outcome == CHECK_OK && operations[k].end < operations[i].call;
                bool maybe = sure || operations[k].call <= operations[i].end;
                int64_t value = operations[k].input.integer;
                least += (value > 0 ? sure : maybe) ? value : 0;
                most += (value > 0 ? maybe : sure) ? value : 0;
            }
            good =
                good &&
                (operations[i].outcome != CHECK_OK || operations[i].function[0] != 'r' ||
                 (operations[i].output.integer >= least && operations[i].output.integer <= most));
        }
        if (judge("counter", history, NULL, NULL) != (good ? CHECK_VALID : CHECK_INVALID)) {
            fail_msg("small counter %u: %d", n, verdict.answer);
        }
        seen[good]++;
        check_history_free(&history);
    }
    assert_true(seen[0] > 1000 && seen[1] > 1000);
}

/* With any bounds the answer is the same or UNKNOWN. */
static void test_budgets(void **state)
{
    (void)state;
    struct check_history *history = history_of(DONE(0, add, "1", "1") DONE(
        1, read, "nil", "[]") DONE(2, add, "2", "2") DONE(1, read, "nil", "[1 2]"));
    for (size_t bytes = 64; bytes < 8192; bytes += 32) {
        struct check_limits limits = {.bytes_max = bytes};
        struct error error = {.text = ""};
        verdict = (struct check_verdict){.answer = CHECK_VALID};
        assert_int_equal(check_model_find("set")->judge(history, NULL, &limits, &verdict, &error),
                         0);
        assert_true(verdict.answer == CHECK_INVALID ||
                    (verdict.answer == CHECK_UNKNOWN && strcmp(verdict.why, "memory") == 0));
        assert_true(verdict.bytes_peak <= bytes);
    }
    assert_int_equal(verdict.answer, CHECK_INVALID);
    check_history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_files),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_queues),
        cmocka_unit_test(test_banks_and_others),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_sets_against_all_orders),
        cmocka_unit_test(test_queues_against_all_ways),
        cmocka_unit_test(test_counters_slowly),
        cmocka_unit_test(test_budgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
