/* test_plan_load.c - what loaders read alike: good values as they stand, bad ones refused with the field. */
#include "systems/plan_load.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { COUNT = 3, KEYS_MAX = 4, TITLE_BYTES = 20 };

static char keys[KEYS_MAX][PLAN_NAME_BYTES];
static char titles[COUNT][TITLE_BYTES];
static int32_t x_m[COUNT], y_m[COUNT];
static uint32_t key_count;
static struct error error;

static const char NODES[COUNT][PLAN_NAME_BYTES] = {"A", "B", "C"};
static const struct plan_ring RING = {PLAN_RING_M, PLAN_RING_PLACES};

/* Reads all three from one object. */
static int read(const char *text)
{
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    int status = plan_keys(cJSON_GetObjectItem(json, "keys"), keys, KEYS_MAX, &key_count, &error);
    if (status == 0)
        status = plan_titles(cJSON_GetObjectItem(json, "titles"), NODES, COUNT, titles[0],
                             TITLE_BYTES, &error);
    if (status == 0)
        status = plan_places(cJSON_GetObjectItem(json, "places"), &RING, COUNT, x_m, y_m, &error);
    cJSON_Delete(json);
    return status;
}

static void refuses(const char *text, const char *words)
{
    assert_int_equal(read(text), -1);
    if (strstr(error.text, words) == NULL)
        fail_msg("%s: \"%s\", not \"%s\"", text, error.text, words);
}

static void test_standards(void **state)
{
    (void)state;
    assert_int_equal(read("{\"keys\":4}"), 0);
    assert_int_equal(key_count, 4);
    assert_string_equal(keys[3], "k3");
    assert_string_equal(titles[2], "C");
    assert_int_equal(x_m[1], PLAN_RING_M[3][0]); /* every third of nine */
    assert_int_equal(y_m[1], PLAN_RING_M[3][1]);
}

static void test_given(void **state)
{
    (void)state;
    assert_int_equal(
        read("{\"keys\":[\"lobster\",\"menu\"],\"titles\":[\"x\",\"Harbour Kitchen\",\"\"],"
             "\"places\":[[0,0],[100000,7],[1,2]]}"),
        0);
    assert_int_equal(key_count, 2);
    assert_string_equal(keys[0], "lobster");
    assert_string_equal(titles[1], "Harbour Kitchen");
    assert_int_equal(x_m[1], 100000);
    assert_int_equal(y_m[2], 2);
}

static void test_refusals(void **state)
{
    (void)state;
    refuses("{}", "keys must be a whole number from 1 to 4");
    refuses("{\"keys\":1.5}", "keys must be a whole number from 1 to 4");
    refuses("{\"keys\":5}", "keys is 5; it must be from 1 to 4");
    refuses("{\"keys\":1e300}", "keys is 1e+300; it must be from 1 to 4");
    refuses("{\"keys\":[]}", "keys has 0 entries; there must be 1 to 4");
    refuses("{\"keys\":[\"a\",\"a\"]}", "keys: \"a\" stands twice");
    refuses("{\"keys\":[\"\"]}", "keys[0] must be a text of 1 to 15 bytes");
    refuses("{\"keys\":[\"a\",\"sixteen bytes...\"]}", "keys[1] must be a text");
    refuses("{\"keys\":1,\"titles\":[\"a\"]}", "titles must be a list of 3 texts");
    refuses("{\"keys\":1,\"titles\":[\"a\",2,\"c\"]}", "titles[1] must be a text of less than 20");
    refuses("{\"keys\":1,\"places\":[[0,0]]}", "places must be a list of 3 pairs");
    refuses("{\"keys\":1,\"places\":[[0,0],[0,0],[0]]}", "places[2] must be a pair");
    refuses("{\"keys\":1,\"places\":[[0,0],[0,-1],[0,0]]}", "places[1] must be a pair");
    refuses("{\"keys\":1,\"places\":[[0,0],[0,1],5]}", "places[2] must be a pair");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standards),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
