/* test_base_duration.c - lengths of time and refusals, as people write and read them. */
#include "base/draw.h"
#include "base/duration.h"
#include "unit.h"

static void assert_parses(const char *string, uint64_t expected_ns)
{
    uint64_t length_ns = 0;
    struct error error;
    assert_int_equal(duration_parse(string, &length_ns, &error), 0);
    assert_int_equal(length_ns, expected_ns);
}

static void test_parse(void **state)
{
    (void)state;
    assert_parses("10m", 10 * DURATION_MINUTE);
    assert_parses("1h30m", 90 * DURATION_MINUTE);
    assert_parses("250ms", 250 * DURATION_MS);
    assert_parses("2s", 2 * DURATION_S);
    assert_parses("0s", 0);
    assert_parses("1h2m3s4ms5us6ns",
                  DURATION_HOUR + 2 * DURATION_MINUTE + 3 * DURATION_S + 4 * DURATION_MS + 5006);
    assert_parses("9223372036s", 9223372036u * DURATION_S);
}

static void assert_refused(const char *string, const char *words)
{
    uint64_t length_ns = 77;
    struct error error;
    assert_int_equal(duration_parse(string, &length_ns, &error), -1);
    assert_int_equal(length_ns, 77);
    assert_non_null(strstr(error.text, words));
    assert_int_equal(duration_parse(string, &length_ns, NULL), -1);
}

static void test_refusals(void **state)
{
    (void)state;
    assert_refused("", "expected a number");
    assert_refused("m", "expected a number");
    assert_refused("-5s", "expected a number");
    assert_refused(" 5s", "expected a number");
    assert_refused("5s ", "expected a number");
    assert_refused("10", "needs a unit");
    assert_refused("10x", "needs a unit");
    assert_refused("10min", "needs a unit");
    assert_refused("1.5s", "needs a unit");
    assert_refused("5s1m", "from large to small");
    assert_refused("5s5s", "from large to small");
    assert_refused("9223372037s", "longer than");
    assert_refused("2562047h60m", "longer than");
    assert_refused("99999999999999999999999ns", "below 2^63");
}

static void test_format_reads_back(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 10000; i++) {
        uint64_t value = draw_u64(1, 1, 0, i);
        uint64_t length_ns = (value >> 1) >> draw_below(draw_u64(1, 2, 0, i), 63);
        char buffer[64];
        struct text text = text_init(buffer, sizeof buffer);
        duration_format(&text, length_ns);
        assert_false(text.cut);
        assert_parses(buffer, length_ns);
    }
    char buffer[64];
    struct text text = text_init(buffer, sizeof buffer);
    duration_format(&text, 5400 * DURATION_S + 250 * DURATION_MS);
    assert_string_equal(buffer, "1h30m250ms");
}

static void test_error_is_cut_not_overrun(void **state)
{
    (void)state;
    struct error error;
    char many[400];
    memset(many, 'x', sizeof many);
    many[399] = '\0';
    assert_int_equal(error_set(&error, "%s", many), -1);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
    assert_int_equal(error_set(NULL, "%d", 5), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_format_reads_back),
        cmocka_unit_test(test_error_is_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
