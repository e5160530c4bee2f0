/* test_city_load.c - a scenario's own data: the plan that comes of it, and for whatever is wrong a
 * sentence that names it. */
#include "systems/city/city.h"
#include "unit.h"

#include <cjson/cJSON.h>

static struct city_plan plan;
static struct error error;

static int load(const char *text)
{
    cJSON *scenario = cJSON_Parse(text);
    assert_non_null(scenario);
    memset(&error, 0, sizeof error);
    int status = city_load(scenario, &plan, &error);
    cJSON_Delete(scenario);
    return status;
}

static void test_standards(void **state)
{
    (void)state;
    assert_int_equal(load("{}"), 0);
    assert_int_equal(city_kitchens(&plan), 5);
    assert_int_equal(plan.lobsters, 24);
    assert_int_equal(plan.book, 32);
    assert_string_equal(plan.titles[4], "E");
    assert_true(plan.price[CITY_LOBSTER] > plan.price[CITY_SOUP]);
    assert_true(plan.store.x_m[0] != plan.store.x_m[1]);
}

/* Keys, in their order: lobsters and the delivery are what mode hybrid sends through the log. */
static void test_keys(void **state)
{
    (void)state;
    assert_int_equal(load("{\"lobsters\": 3, \"book\": 2, \"kitchens\": 3,"
                          " \"titles\": [\"Harbour\", \"\", \"Hill\"], \"prices\": [50, 9],"
                          " \"places\": [[0, 0], [400, 0], [0, 300]]}"),
                     0);
    static const char *const KEYS[] = {"lobster-01",    "lobster-02", "lobster-03", "delivery",
                                       "price-lobster", "price-soup", "book-01",    "book-02"};
    assert_int_equal(plan.store.key_count, sizeof KEYS / sizeof KEYS[0]);
    for (uint32_t i = 0; i < plan.store.key_count; i++)
        assert_string_equal(plan.store.keys[i], KEYS[i]);
    assert_int_equal(plan.store.strong_keys, 4);
    assert_int_equal(city_key_book(&plan, 5), 7);
    assert_string_equal(plan.titles[0], "Harbour");
    assert_int_equal(plan.price[CITY_LOBSTER], 50);
    assert_int_equal(plan.store.x_m[1], 400);
    assert_int_equal(load("{\"lobsters\": 64, \"book\": 32, \"kitchens\": 5}"), 0);
    assert_true(plan.store.key_count <= KV_KEYS_MAX);
}

static void test_what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *scenario, *says;
    } WRONG[] = {
        {"{\"kitchens\": 2}", "kitchens is 2; it must be from 3 to 5"},
        {"{\"kitchens\": 6}", "kitchens is 6; it must be from 3 to 5"},
        {"{\"kitchens\": \"5\"}", "kitchens must be a whole number from 3 to 5"},
        {"{\"lobsters\": 0}", "lobsters is 0; it must be from 1 to 64"},
        {"{\"lobsters\": 65}", "lobsters is 65; it must be from 1 to 64"},
        {"{\"lobsters\": 2.5}", "lobsters must be a whole number from 1 to 64"},
        {"{\"lobsters\": 1e300}", "lobsters is 1e+300; it must be from 1 to 64"},
        {"{\"book\": 33}", "book is 33; it must be from 1 to 32"},
        {"{\"titles\": \"Harbour\"}", "titles must be a list of 5 texts"},
        {"{\"titles\": [\"a\", \"b\", \"c\", \"d\"]}", "titles must be a list of 5 texts"},
        {"{\"titles\": [\"a\", \"b\", 3, \"d\", \"e\"]}",
         "titles[2] must be a text of less than 24 bytes"},
        {"{\"titles\": [\"a\", \"b\", \"c\", \"d\", \"123456789012345678901234\"]}",
         "titles[4] must be a text of less than 24 bytes"},
        {"{\"prices\": 32}", "prices must be a list of 2 numbers"},
        {"{\"prices\": [32]}", "prices must be a list of 2 numbers"},
        {"{\"prices\": [32, 0]}", "prices[1] is 0; it must be from 1 to 100000"},
        {"{\"prices\": [100001, 1]}", "prices[0] is 100001; it must be from 1 to 100000"},
        {"{\"prices\": [1.5, 1]}", "prices[0] must be a whole number from 1 to 100000"},
        {"{\"prices\": [true, 1]}", "prices[0] must be a whole number from 1 to 100000"},
        {"{\"places\": [[0, 0]]}", "places must be a list of 5 pairs [x_m, y_m]"},
        {"{\"places\": [[0, 0], [1, 1], [2], [3, 3], [4, 4]]}",
         "places[2] must be a pair [x_m, y_m] from 0 to"},
        {"{\"places\": [[0, 0], [1, 1], [2, 2, 2], [3, 3], [4, 4]]}",
         "places[2] must be a pair [x_m, y_m] from 0 to"},
        {"{\"places\": [[-1, 0], [1, 1], [2, 2], [3, 3], [4, 4]]}",
         "places[0] must be a pair [x_m, y_m] from 0 to"},
        {"{\"places\": [[0, 0], [1, 1], [2, 2], [3, 3], [4, \"4\"]]}",
         "places[4] must be a pair [x_m, y_m] from 0 to"},
    };
    (void)state;
    assert_int_equal(load("{}"), 0);
    struct city_plan before = plan;
    for (uint32_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        if (load(WRONG[i].scenario) == 0)
            fail_msg("taken: %s", WRONG[i].scenario);
        if (strncmp(error.text, WRONG[i].says, strlen(WRONG[i].says)) != 0)
            fail_msg("%s: \"%s\"", WRONG[i].scenario, error.text);
        assert_memory_equal(&plan, &before, sizeof plan); /* nothing half read */
    }
}

/* A claim says delivery and order; who has it of an earlier delivery has it no more. */
static void test_claims(void **state)
{
    (void)state;
    int64_t claim = city_claim(2, 31);
    assert_int_equal(claim, 20000031);
    assert_int_equal(city_claim_delivery(claim), 2);
    assert_int_equal(city_claim_order(claim), 31);
    assert_false(city_is_free(claim, 2));
    assert_false(city_is_free(claim, 1)); /* of a delivery that this copy has not heard of */
    assert_true(city_is_free(claim, 3));
    assert_true(city_is_free(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standards),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_claims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
