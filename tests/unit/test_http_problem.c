/* test_http_problem.c - problem documents are JSON whatever stands in them. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "http/problem.h"

static cJSON *problem_parsed(int status, const char *detail, const char *instance,
                             const cJSON *allowed)
{
    static char buffer[PROBLEM_BYTES_MAX];
    struct text text = text_init(buffer, sizeof buffer);
    problem_write(&text, status, detail, NULL, instance, allowed);
    cJSON *document = cJSON_Parse(buffer);
    assert_non_null(document);
    return document;
}

static void test_members(void **state)
{
    (void)state;
    cJSON *allowed = cJSON_CreateArray();
    cJSON_AddItemToArray(allowed, cJSON_CreateString("kitchens/lunch-rush"));
    cJSON *document = problem_parsed(404, "There is no scenario \"x\".", "/api/v1/runs", allowed);
    assert_string_equal(cJSON_GetObjectItem(document, "type")->valuestring, "about:blank");
    assert_string_equal(cJSON_GetObjectItem(document, "title")->valuestring, "Not Found");
    assert_int_equal(cJSON_GetObjectItem(document, "status")->valueint, 404);
    assert_string_equal(cJSON_GetObjectItem(document, "detail")->valuestring,
                        "There is no scenario \"x\".");
    assert_string_equal(cJSON_GetObjectItem(document, "instance")->valuestring, "/api/v1/runs");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(document, "allowed")), 1);
    cJSON_Delete(document);
    cJSON_Delete(allowed);
}

static void test_bad_bytes_and_long_lists_do_not_break_it(void **state)
{
    (void)state;
    cJSON *allowed = cJSON_CreateArray();
    for (int i = 0; i < 2000; i++)
        cJSON_AddItemToArray(allowed, cJSON_CreateString("a name that is not short"));
    cJSON *document = problem_parsed(422, "\xff\"\\\n\x01", "/\xc0\x80", allowed);
    assert_null(cJSON_GetObjectItem(document, "allowed"));
    assert_non_null(cJSON_GetObjectItem(document, "detail"));
    cJSON_Delete(document);
    cJSON_Delete(allowed);
    char *path = malloc(20000);
    assert_non_null(path);
    memset(path, '"', 19999);
    path[19999] = 0;
    document = problem_parsed(404, "There is nothing at this address.", path, NULL);
    assert_int_equal(cJSON_GetObjectItem(document, "status")->valueint, 404);
    cJSON_Delete(document);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_bad_bytes_and_long_lists_do_not_break_it),
    };
    return cmocka_run_group_tests_name("http problem", tests, NULL, NULL);
}
