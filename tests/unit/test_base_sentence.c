/* test_base_sentence.c - words and values of a sentence, apart, for another language. */
#include "base/error.h"
#include "base/json_writer.h"
#include "base/sentence.h"
#include "unit.h"

/* The members that a problem document gets of the error. */
static const char *written(const struct error *error)
{
    static char buffer[2048];
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer json = json_init(&text);
    json_object(&json, NULL);
    sentence_write(&error->sentence, &json);
    json_close(&json);
    assert_false(text.cut);
    return buffer;
}

static void test_places_are_named_in_their_order(void **state)
{
    (void)state;
    struct error error;
    error_set(&error, "there is no run \"%.4s\" of %d, %llu at %.3f and %5.1f %%: %04x%s", "abcdef",
              -7, 18446744073709551615ULL, 1.5, 2.25, 0xbeU, "");
    assert_string_equal(error.text, "there is no run \"abcd\" of -7, 18446744073709551615 at 1.500 "
                                    "and   2.2 %: 00be");
    assert_string_equal(written(&error),
                        "{\"words\":\"there is no run \\\"{a}\\\" of {b}, {c} at {d} and {e} %: "
                        "{f}{g}\",\"values\":[\"abcd\",\"-7\",\"18446744073709551615\",\"1.500\","
                        "\"  2.2\",\"00be\",\"\"]}");
}

static void test_without_a_place_the_words_are_the_sentence(void **state)
{
    (void)state;
    struct error error;
    error_set(&error, "The room is full.");
    assert_string_equal(written(&error), "{\"words\":\"The room is full.\",\"values\":[]}");
}

/* The text is still printed; only another language is missing. */
static void test_what_cannot_be_kept_apart_is_left_out(void **state)
{
    (void)state;
    struct error error;
    char longer[SENTENCE_VALUES_BYTES + 1];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    error_set(&error, "%s is too long", longer);
    assert_string_equal(written(&error), "{}");
    assert_int_equal(error.text[ERROR_TEXT_SIZE - 2], 'x');
    error_set(&error, "no \"%s\" here, %s", "a\x1f mark", "b");
    assert_string_equal(written(&error), "{}");
    assert_string_equal(error.text, "no \"a\x1f mark\" here, b");
    error_set(&error, "%d%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assert_string_equal(written(&error), "{}");
    assert_string_equal(error.text, "123456789");
    error_set(&error, "%s and %s", "this", "that");
    assert_string_equal(written(&error),
                        "{\"words\":\"{a} and {b}\",\"values\":[\"this\",\"that\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_are_named_in_their_order),
        cmocka_unit_test(test_without_a_place_the_words_are_the_sentence),
        cmocka_unit_test(test_what_cannot_be_kept_apart_is_left_out),
    };
    return cmocka_run_group_tests_name("base sentence", tests, NULL, NULL);
}
