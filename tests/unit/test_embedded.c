/* test_embedded.c - files inside the program are found by path and by prefix. */
#include "unit.h"

#include "base/embedded.h"

static void test_table_is_sorted_and_terminated(void **state)
{
    (void)state;
    assert_true(embedded_file_count > 0);
    for (size_t i = 0; i < embedded_file_count; i++) {
        assert_int_equal(embedded_files[i].bytes[embedded_files[i].length], 0);
        if (i > 0)
            assert_true(strcmp(embedded_files[i - 1].path, embedded_files[i].path) < 0);
    }
}

static void test_find_returns_every_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < embedded_file_count; i++)
        assert_ptr_equal(embedded_find(embedded_files[i].path), &embedded_files[i]);
}

static void test_find_returns_null_for_what_is_not_there(void **state)
{
    (void)state;
    assert_null(embedded_find(""));
    assert_null(embedded_find("vendor/chart.j"));
    assert_null(embedded_find("vendor/chart.js/"));
    assert_null(embedded_find("\xff"));
}

static void test_prefix_gives_a_run_of_neighbours(void **state)
{
    (void)state;
    size_t count = 0;
    const struct embedded_file *first = embedded_with_prefix("vendor/", &count);
    assert_int_equal(count, 1);
    assert_string_equal(first[0].path, "vendor/chart.js");
    assert_non_null(strstr((const char *)first[0].bytes, "Chart.js"));
    assert_null(embedded_with_prefix("vendor/none/", &count));
    assert_int_equal(count, 0);
    assert_ptr_equal(embedded_with_prefix("", &count), embedded_files);
    assert_int_equal(count, embedded_file_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_sorted_and_terminated),
        cmocka_unit_test(test_find_returns_every_file),
        cmocka_unit_test(test_find_returns_null_for_what_is_not_there),
        cmocka_unit_test(test_prefix_gives_a_run_of_neighbours),
    };
    return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
