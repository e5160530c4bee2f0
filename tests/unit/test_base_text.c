/* test_base_text.c - bounded text, JSON, CSV and HTML: exact output, limits, and hostile bytes. */
#include "base/csv_writer.h"
#include "base/html_writer.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "unit.h"

#include <stdlib.h>

static void test_numbers(void **state)
{
    (void)state;
    char buffer[512];
    struct text text = text_init(buffer, sizeof buffer);
    text_add_u64(&text, 0);
    text_add_char(&text, ' ');
    text_add_u64(&text, UINT64_MAX);
    text_add_char(&text, ' ');
    text_add_i64(&text, INT64_MIN);
    text_add_char(&text, ' ');
    text_add_decimal(&text, -1234, 2);
    text_add_char(&text, ' ');
    text_add_decimal(&text, 7, 3);
    text_add_char(&text, ' ');
    text_add_decimal(&text, INT64_MIN, 18);
    text_add_char(&text, ' ');
    text_add_hex(&text, 0xab, 4);
    text_add_char(&text, ' ');
    text_add_hex(&text, 0xabcdef, 1);
    assert_string_equal(buffer, "0 18446744073709551615 -9223372036854775808 -12.34 0.007 "
                                "-9.223372036854775808 00ab abcdef");
    assert_false(text.cut);
    assert_int_equal(text.length, strlen(buffer));
}

/* At every capacity: terminated, never beyond the buffer, no half number, and cut for good. */
static void test_every_capacity(void **state)
{
    (void)state;
    for (uint32_t capacity = 1; capacity < 20; capacity++) {
        char *buffer = malloc(capacity); /* so that a sanitizer sees one byte too many */
        assert_non_null(buffer);
        struct text text = text_init(buffer, capacity);
        text_add(&text, "abc");
        text_add_u64(&text, 12345);
        text_add_char(&text, '!');
        const char *expected = capacity > 9    ? "abc12345!"
                               : capacity == 9 ? "abc12345"
                               : capacity > 3  ? "abc"
                                               : "";
        assert_string_equal(buffer, expected);
        assert_int_equal(text.cut, capacity < 10);
        free(buffer);
    }
}

static void test_json(void **state)
{
    (void)state;
    char buffer[512];
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer json = json_init(&text);
    json_object(&json, NULL);
    json_u64(&json, "a", 1);
    json_array(&json, "list");
    json_i64(&json, NULL, -5);
    json_bool(&json, NULL, true);
    json_null(&json, NULL);
    json_object(&json, NULL);
    json_close(&json);
    json_array(&json, NULL);
    json_close(&json);
    json_close(&json);
    json_decimal(&json, "ms", 12345, 3);
    json_string(&json, "none", NULL);
    json_hex(&json, "digest", 0xbeef);
    json_raw(&json, "raw", "[1,2]", 5);
    json_close(&json);
    assert_string_equal(buffer,
                        "{\"a\":1,\"list\":[-5,true,null,{},[]],\"ms\":12.345,\"none\":null,"
                        "\"digest\":\"000000000000beef\",\"raw\":[1,2]}");
    assert_int_equal(json.depth, 0);
}

static void assert_json_string(const char *bytes, uint32_t size, const char *expected)
{
    char buffer[128];
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer json = json_init(&text);
    json_bytes(&json, NULL, bytes, size);
    assert_string_equal(buffer, expected);
}

static void test_json_strings(void **state)
{
    (void)state;
    assert_json_string("", 0, "\"\"");
    assert_json_string("a\"b\\c\n\r\t\x01\x1f", 10, "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\"");
    assert_json_string("\0", 1, "\"\\u0000\"");
    assert_json_string("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\x9c", 14,
                       "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\x9c\"");
}

#define REPLACED "\xef\xbf\xbd"

/* Not UTF-8: a lone continuation, an overlong slash, a surrogate, beyond U+10FFFF, a sequence cut
 * short. */
static void test_json_replaces_invalid_utf8(void **state)
{
    (void)state;
    assert_json_string("a\x80z", 3, "\"a" REPLACED "z\"");
    assert_json_string("\xc0\xaf", 2, "\"" REPLACED REPLACED "\"");
    assert_json_string("\xe0\x80\xaf", 3, "\"" REPLACED REPLACED REPLACED "\"");
    assert_json_string("\xed\xa0\x80", 3, "\"" REPLACED REPLACED REPLACED "\"");
    assert_json_string("\xf4\x90\x80\x80", 4, "\"" REPLACED REPLACED REPLACED REPLACED "\"");
    assert_json_string("\xff", 1, "\"" REPLACED "\"");
    assert_json_string("\xe2\x82", 2, "\"" REPLACED REPLACED "\"");
}

static void assert_csv(const char *value, const char *expected)
{
    char buffer[128];
    struct text text = text_init(buffer, sizeof buffer);
    struct csv_writer csv = csv_init(&text);
    csv_string(&csv, value);
    assert_string_equal(buffer, expected);
}

/* What `sqlite3 -csv` prints for the same values. */
static void test_csv_quotes_like_sqlite(void **state)
{
    (void)state;
    assert_csv("plain-text_1.5", "plain-text_1.5");
    assert_csv("", "\"\"");
    assert_csv(NULL, "");
    assert_csv("two words", "\"two words\"");
    assert_csv("a,b", "\"a,b\"");
    assert_csv("say \"x\"", "\"say \"\"x\"\"\"");
    assert_csv("\"", "\"\"\"\"");
    assert_csv("it's", "\"it's\"");
    assert_csv("caf\xc3\xa9", "\"caf\xc3\xa9\"");
    assert_csv("tab\there", "\"tab\there\"");
    assert_csv("line\nbreak", "\"line\nbreak\"");
    assert_csv("\x7f", "\"\x7f\"");
    assert_csv("semi;colon", "semi;colon");
}

static void test_csv_rows(void **state)
{
    (void)state;
    char buffer[128];
    struct text text = text_init(buffer, sizeof buffer);
    struct csv_writer csv = csv_init(&text);
    csv_u64(&csv, 1);
    csv_i64(&csv, -2);
    csv_decimal(&csv, 3500, 3);
    csv_absent(&csv);
    csv_string(&csv, "x");
    csv_end_row(&csv);
    csv_absent(&csv);
    csv_u64(&csv, 2);
    csv_end_row(&csv);
    assert_string_equal(buffer, "1,-2,3.500,,x\r\n,2\r\n");
}

static void test_html_is_escaped(void **state)
{
    (void)state;
    char buffer[128];
    struct text text = text_init(buffer, sizeof buffer);
    html_add(&text, "<a b=\"c\">&'\x01\x1f\x7f\t\n\xc3\xa9");
    assert_string_equal(buffer, "&lt;a b=&quot;c&quot;&gt;&amp;&#39;   \t\n\xc3\xa9");
    text_clear(&text);
    html_add(&text, "");
    html_add_bytes(&text, "x<y", 2);
    assert_string_equal(buffer, "x&lt;");
    text = text_init(buffer, 4); /* an entity is never cut in half */
    html_add(&text, "a<");
    assert_string_equal(buffer, "a");
    assert_true(text.cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_every_capacity),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_strings),
        cmocka_unit_test(test_json_replaces_invalid_utf8),
        cmocka_unit_test(test_csv_quotes_like_sqlite),
        cmocka_unit_test(test_csv_rows),
        cmocka_unit_test(test_html_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
