/* test_http_routes.c - the table of routes: patterns, and that the OpenAPI description names the
 * same routes and methods, no more and no fewer. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <ctype.h>

#include "base/embedded.h"
#include "http/routes.h"

enum { PARAMETERS = 2, PARAMETER_BYTES = 16 };

static char parameters[PARAMETERS][PARAMETER_BYTES];

static bool matches(const char *pattern, const char *path)
{
    memset(parameters, 0, sizeof parameters);
    return route_matches(pattern, path, parameters[0], PARAMETER_BYTES, PARAMETERS);
}

static void test_patterns(void **state)
{
    (void)state;
    assert_true(matches("/metrics", "/metrics"));
    assert_false(matches("/metrics", "/metrics/"));
    assert_false(matches("/metrics", "/metric"));
    assert_false(matches("/metrics", ""));
    assert_false(matches("/metrics", "metrics"));
    assert_true(matches("/runs/{id}", "/runs/r1"));
    assert_string_equal(parameters[0], "r1");
    assert_false(matches("/runs/{id}", "/runs/"));
    assert_false(matches("/runs/{id}", "/runs"));
    assert_false(matches("/runs/{id}", "/runs/r1/x"));
    assert_false(matches("/runs/{id}", "/runs/longer-than-15-bytes"));
}

static void test_parts_with_an_end(void **state)
{
    (void)state;
    assert_true(matches("/runs/{id}/export/{table}.csv", "/runs/r1/export/orders.csv"));
    assert_string_equal(parameters[0], "r1");
    assert_string_equal(parameters[1], "orders");
    assert_false(matches("/runs/{id}/export/{table}.csv", "/runs/r1/export/.csv"));
    assert_false(matches("/runs/{id}/export/{table}.csv", "/runs/r1/export/orders"));
    assert_true(matches("/runs/{id}/export/{table}.csv", "/runs/r1/export/a.csv.csv"));
    assert_string_equal(parameters[1], "a.csv");
}

static cJSON *description(void)
{
    const struct embedded_file *file = embedded_find("server/http/openapi.json");
    assert_non_null(file);
    cJSON *document = cJSON_Parse((const char *)file->bytes);
    assert_non_null(document);
    return document;
}

static void lower(char *to, const char *from, size_t bytes)
{
    size_t i = 0;
    for (; from[i] != 0 && i + 1 < bytes; i++)
        to[i] = (char)tolower((unsigned char)from[i]);
    to[i] = 0;
}

static void test_every_route_is_described(void **state)
{
    (void)state;
    cJSON *document = description();
    const cJSON *paths = cJSON_GetObjectItemCaseSensitive(document, "paths");
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        char method[16];
        lower(method, ROUTES[i].method, sizeof method);
        const cJSON *path = cJSON_GetObjectItemCaseSensitive(paths, ROUTES[i].pattern);
        if (cJSON_GetObjectItemCaseSensitive(path, method) == NULL)
            fail_msg("%s %s is not described", ROUTES[i].method, ROUTES[i].pattern);
    }
    cJSON_Delete(document);
}

static bool has_route(const char *pattern, const char *method)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        char lowered[16];
        lower(lowered, ROUTES[i].method, sizeof lowered);
        if (strcmp(ROUTES[i].pattern, pattern) == 0 && strcmp(lowered, method) == 0)
            return true;
    }
    return false;
}

static void test_nothing_else_is_described(void **state)
{
    (void)state;
    cJSON *document = description();
    const cJSON *path = NULL, *method = NULL;
    cJSON_ArrayForEach(path, cJSON_GetObjectItemCaseSensitive(document, "paths"))
    {
        cJSON_ArrayForEach(method, path)
        {
            if (!has_route(path->string, method->string))
                fail_msg("%s %s is described and not there", method->string, path->string);
        }
    }
    cJSON_Delete(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_parts_with_an_end),
        cmocka_unit_test(test_every_route_is_described),
        cmocka_unit_test(test_nothing_else_is_described),
    };
    return cmocka_run_group_tests_name("http routes", tests, NULL, NULL);
}
