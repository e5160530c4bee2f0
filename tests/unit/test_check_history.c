/* test_check_history.c - histories own their values and texts, under a bound; verdicts keep the worst. */
#include "check/history.h"
#include "check/model.h"
#include "unit.h"

enum { PLENTY = 64 * 1024 * 1024, TEXTS = 5000 };

static struct check_value integer(int64_t value)
{
    return (struct check_value){.kind = CHECK_INTEGER, .integer = value};
}

static struct check_value collection(struct check_history *history, enum check_kind kind,
                                     const int64_t *numbers, uint32_t count)
{
    uint32_t items = kind == CHECK_MAP ? count / 2 : count;
    struct check_value *values = check_history_values(history, count);
    assert_non_null(values);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = integer(numbers[i]);
    }
    return (struct check_value){.kind = (uint8_t)kind, .count = items, .items = values};
}

static void test_equal_texts_have_one_address(void **state)
{
    (void)state;
    struct check_history *history = check_history_new(PLENTY);
    static const char *kept[TEXTS];
    for (uint32_t i = 0; i < TEXTS; i++) {
        char name[16];
        int length = snprintf(name, sizeof name, "text %u", i);
        kept[i] = check_history_text(history, name, (uint32_t)length);
        assert_string_equal(kept[i], name);
    }
    for (uint32_t i = 0; i < TEXTS; i++) {
        char name[17] = "x";
        int length = snprintf(name + 1, sizeof name - 1, "text %u", i);
        assert_ptr_equal(check_history_text(history, name + 1, (uint32_t)length), kept[i]);
    }
    const char *empty = check_history_text(history, "", 0);
    assert_string_equal(empty, "");
    assert_ptr_equal(empty, check_history_text(history, NULL, 0));
    /* A zero byte is a byte. */
    assert_ptr_not_equal(check_history_text(history, "a\0b", 3),
                         check_history_text(history, "a\0c", 3));
    check_history_free(&history);
    assert_null(history);
    check_history_free(&history);
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    for (size_t bound = 0; bound < 400000; bound += 20000) {
        struct check_history *history = check_history_new(bound);
        struct check_operation operation = {.function = "read", .call = 0, .end = 1};
        uint32_t added = 0;
        while (added < 100000 && check_history_add(history, &operation)) {
            added++;
            operation.call += 2;
            operation.end += 2;
        }
        assert_true(added < 100000);
        assert_int_equal(history->count, added);
        uint32_t lists = 0;
        while (lists < 100000 && check_history_values(history, 7) != NULL) {
            lists++;
        }
        assert_true(lists < 100000);
        assert_null(check_history_values(history, UINT32_MAX));
        assert_true(check_history_bytes(history) <= bound);
        check_history_free(&history);
    }
}

static void test_operations_keep_their_order(void **state)
{
    (void)state;
    struct check_history *history = check_history_new(PLENTY);
    for (uint32_t i = 0; i < 1000; i++) {
        struct check_operation operation = {
            .function = "write", .call = 2 * i, .end = 2 * i + 1, .number = i};
        assert_true(check_history_add(history, &operation));
    }
    assert_int_equal(history->count, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(history->operations[i].number, i);
    }
    check_history_free(&history);
}

static void expect_equal(const struct check_value *a, const struct check_value *b, bool equal)
{
    assert_int_equal(check_value_equal(a, b), equal);
    assert_int_equal(check_value_equal(b, a), equal);
    assert_int_equal(check_value_hash(a) == check_value_hash(b), equal);
}

static void test_equality_of_values(void **state)
{
    (void)state;
    struct check_history *history = check_history_new(PLENTY);
    static const int64_t UP[] = {1, 2, 3, 4}, DOWN[] = {3, 4, 1, 2}, TWICE[] = {1, 2, 1, 2};
    struct check_value list = collection(history, CHECK_LIST, UP, 4),
                       turned = collection(history, CHECK_LIST, DOWN, 4),
                       set = collection(history, CHECK_SET, UP, 4),
                       set_turned = collection(history, CHECK_SET, DOWN, 4),
                       set_twice = collection(history, CHECK_SET, TWICE, 4),
                       map = collection(history, CHECK_MAP, UP, 4),
                       map_turned = collection(history, CHECK_MAP, DOWN, 4),
                       same = collection(history, CHECK_LIST, UP, 4), nil = {.kind = CHECK_NIL},
                       one = integer(1), no = {.kind = CHECK_FALSE};
    struct check_value text = {.kind = CHECK_TEXT, .count = 1, .text = "1"};
    expect_equal(&list, &same, true);
    expect_equal(&list, &turned, false);
    expect_equal(&list, &set, false);
    expect_equal(&set, &set_turned, true);
    expect_equal(&set, &set_twice, false);
    expect_equal(&map, &map_turned, true);
    expect_equal(&map, &set, false);
    expect_equal(&one, &text, false);
    expect_equal(&nil, &no, false);
    expect_equal(&nil, &nil, true);
    check_history_free(&history);
}

static void test_long_sets_in_another_order(void **state)
{
    (void)state;
    struct check_history *history = check_history_new(PLENTY);
    static int64_t up[500], down[500];
    for (int i = 0; i < 500; i++) {
        up[i] = i;
        down[i] = 499 - i;
    }
    struct check_value a = collection(history, CHECK_SET, up, 500),
                       b = collection(history, CHECK_SET, down, 500);
    expect_equal(&a, &b, true);
    down[17] = 1000;
    struct check_value c = collection(history, CHECK_SET, down, 500);
    expect_equal(&a, &c, false);
    check_history_free(&history);
}

static void test_the_worst_answer_stands(void **state)
{
    (void)state;
    static struct check_verdict verdict;
    check_verdict_worsen(&verdict, CHECK_VALID, NULL);
    assert_int_equal(verdict.answer, CHECK_VALID);
    check_verdict_worsen(&verdict, CHECK_UNKNOWN, "time");
    check_verdict_worsen(&verdict, CHECK_UNKNOWN, "memory"); /* the first reason stays */
    assert_string_equal(verdict.why, "time");
    check_verdict_worsen(&verdict, CHECK_INVALID, NULL);
    check_verdict_worsen(&verdict, CHECK_UNKNOWN, "memory");
    assert_int_equal(verdict.answer, CHECK_INVALID);
    assert_null(verdict.why);
}

static void test_findings_are_bounded_and_say_so(void **state)
{
    (void)state;
    static struct check_verdict verdict;
    static char names[CHECK_FINDINGS_MAX + 1][8];
    for (uint32_t i = 0; i <= CHECK_FINDINGS_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "a%u", i);
        assert_int_equal(check_verdict_find(&verdict, names[i]) != NULL, i < CHECK_FINDINGS_MAX);
    }
    struct check_finding *finding = check_verdict_find(&verdict, "a3");
    assert_int_equal(finding->count, 2);
    struct check_line line = {.word = "stale", .a = 1, .b = 2};
    for (uint32_t i = 0; i < CHECK_LINES_MAX; i++) {
        check_finding_line(finding, &line);
    }
    assert_string_equal(finding->lines[CHECK_LINES_MAX - 1].word, "stale");
    check_finding_line(finding, &line);
    check_finding_line(finding, &line);
    assert_int_equal(finding->line_count, CHECK_LINES_MAX);
    assert_string_equal(finding->lines[CHECK_LINES_MAX - 1].word, "cut");
    assert_int_equal(finding->lines[CHECK_LINES_MAX - 1].number, 3);
    check_finding_line(NULL, &line);
}

static void test_models_are_found_by_name(void **state)
{
    (void)state;
    assert_null(check_model_find("no such model"));
    assert_null(CHECK_MODELS[CHECK_MODEL_COUNT]);
    for (uint32_t i = 0; i < CHECK_MODEL_COUNT; i++) {
        assert_ptr_equal(check_model_find(CHECK_MODELS[i]->name), CHECK_MODELS[i]);
        assert_non_null(CHECK_MODELS[i]->about);
        assert_non_null(CHECK_MODELS[i]->options);
        assert_non_null(CHECK_MODELS[i]->judge);
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(test_equal_texts_have_one_address),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_operations_keep_their_order),
        cmocka_unit_test(test_equality_of_values),
        cmocka_unit_test(test_long_sets_in_another_order),
        cmocka_unit_test(test_the_worst_answer_stands),
        cmocka_unit_test(test_findings_are_bounded_and_say_so),
        cmocka_unit_test(test_models_are_found_by_name),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
