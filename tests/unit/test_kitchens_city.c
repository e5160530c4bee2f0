/* test_kitchens_city.c - the city from JSON: what is accepted, and the sentence for what is not. */
#include "base/json_writer.h"
#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#define MENU                                                                                       \
    "\"menu\":{\"cuisines\":[\"pizza\",\"curry\"],\"dishes\":[{\"name\":\"Dal\",\"cuisine\":"      \
    "\"curry\",\"preparation_ms\":1500}]}"
#define DISTRICT                                                                                   \
    "{\"name\":\"Town\",\"x_m\":0,\"y_m\":0,\"width_m\":1000,\"height_m\":500,\"share_pct\":100}"
#define KITCHEN                                                                                    \
    "{\"name\":\"One\",\"x_m\":10,\"y_m\":20,\"cooks\":2,\"capacity\":5,\"speed_pct\":90,"         \
    "\"specialties\":[\"curry\"]}"
#define CITY(districts, kitchens)                                                                  \
    "\"city\":{\"districts\":[" districts "],\"dispatcher\":{\"x_m\":500,\"y_m\":250},"            \
    "\"kitchens\":[" kitchens "]}"

static int load(const char *text, struct kitchens_plan *plan, struct error *error)
{
    cJSON *scenario = cJSON_Parse(text);
    assert_non_null(scenario);
    int result = kitchens_load(scenario, plan, error);
    cJSON_Delete(scenario);
    return result;
}

static void refuses(const char *text, const char *sentence)
{
    struct kitchens_plan plan;
    struct error error = {.text = ""};
    memset(&plan, 0xab, sizeof plan);
    assert_int_equal(load(text, &plan, &error), -1);
    if (strstr(error.text, sentence) == NULL)
        print_message("got: %s\n", error.text);
    assert_non_null(strstr(error.text, sentence));
    for (size_t i = 0; i < sizeof plan; i++)
        assert_int_equal(((unsigned char *)&plan)[i], 0xab);
}

static void test_the_data_files(void **state)
{
    (void)state;
    struct kitchens_plan plan;
    struct error error;
    assert_int_equal(load("{}", &plan, &error), 0);
    assert_int_equal(plan.kitchen_count, 12);
    assert_int_equal(plan.district_count, 6);
    assert_in_range(plan.dish_count, 16, 24);
    assert_string_equal(plan.kitchens[1].name, "Harbour Kitchen");
    uint32_t open = 0;
    for (uint32_t i = 0; i < plan.kitchen_count; i++)
        open += plan.kitchens[i].open;
    assert_int_equal(open, 8);
    assert_int_equal(load("{\"city\":\"metropolis\"}", &plan, &error), 0);
    assert_int_equal(plan.kitchen_count, 50);
}

static void test_a_city_in_the_scenario(void **state)
{
    (void)state;
    struct kitchens_plan plan;
    struct error error;
    assert_int_equal(load("{" MENU "," CITY(DISTRICT, KITCHEN) "}", &plan, &error), 0);
    assert_int_equal(plan.kitchen_count, 1);
    assert_int_equal(plan.kitchens[0].specialties, 2);
    assert_int_equal(plan.kitchens[0].open, 1);
    assert_int_equal(plan.curve_ppm[7], 1000000);
    assert_string_equal(kitchens_plan_name(&plan, KITCHENS_LIST_DISHES, 0), "Dal");
    assert_null(kitchens_plan_name(&plan, KITCHENS_LIST_DISHES, 1));
}

static void test_refusals_of_names(void **state)
{
    (void)state;
    refuses("{\"city\":\"atlantis\"}", "city: there is no data file \"atlantis\"");
    refuses("{\"city\":\"../city\"}", "city: \"../city\" is no name of a data file");
    refuses("{\"menu\":7}", "menu: must be the name of a data file or an object");
    refuses("{" MENU ",\"city\":{\"sea\":1}}", "city: unknown field \"sea\"");
    refuses("{\"menu\":{\"cuisines\":[\"a\",\"a\"],\"dishes\":[]}}", "cuisine \"a\" stands twice");
    refuses("{\"menu\":{\"cuisines\":[\"a\"],\"dishes\":[]}}",
            "menu: dishes has 0 entries; there must be 1 to 32");
    refuses("{\"menu\":{\"cuisines\":[\"a\"],\"dishes\":[{\"name\":\"x\",\"cuisine\":\"b\","
            "\"preparation_ms\":500}]}}",
            "menu dishes[0]: unknown cuisine \"b\"");
    refuses("{\"menu\":{\"cuisines\":[\"an endless name of a kitchen style\"],\"dishes\":[]}}",
            "must have 1 to 23 bytes");
}

static void test_refusals_of_numbers(void **state)
{
    (void)state;
    refuses("{" MENU "," CITY(DISTRICT, "{\"name\":\"One\",\"x_m\":10,\"y_m\":20,\"cooks\":5,"
                                        "\"capacity\":5,\"speed_pct\":90,\"specialties\":[]}") "}",
            "city kitchens[0]: cooks is 5; it must be below capacity, which is 5");
    refuses("{" MENU "," CITY(DISTRICT, "{\"name\":\"One\",\"x_m\":10,\"y_m\":20,\"cooks\":17,"
                                        "\"capacity\":20,\"speed_pct\":90,\"specialties\":[]}") "}",
            "city kitchens[0]: cooks is 17; it must be a whole number from 0 to 16");
    refuses("{" MENU "," CITY(DISTRICT, "{\"name\":\"One\",\"x_m\":1.5,\"y_m\":20,\"cooks\":1,"
                                        "\"capacity\":2,\"speed_pct\":90,\"specialties\":[]}") "}",
            "x_m is 1.5; it must be a whole number from 0 to 50000");
    refuses("{" MENU "," CITY(DISTRICT, "{\"name\":\"One\",\"x_m\":2000,\"y_m\":20,\"cooks\":1,"
                                        "\"capacity\":2,\"speed_pct\":90,\"specialties\":[]}") "}",
            "city kitchens[0]: x_m 2000, y_m 20 lies in no district");
    refuses("{" MENU "," CITY("{\"name\":\"Town\",\"x_m\":0,\"y_m\":0,\"width_m\":1000,"
                              "\"height_m\":500,\"share_pct\":40}",
                              KITCHEN) "}",
            "city: share_pct of the districts sums to 40; it must be 100");
}

/* Random bytes flipped in a good scenario: refused or accepted, never worse. */
static void test_spoilt_texts(void **state)
{
    (void)state;
    const char good[] = "{" MENU "," CITY(DISTRICT, KITCHEN) "}";
    for (uint32_t i = 0; i < 4000; i++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        text[1 + i * 7919u % (sizeof good - 2)] = (char)(1 + i * 104729u % 126);
        cJSON *scenario = cJSON_Parse(text);
        if (scenario == NULL)
            continue;
        struct kitchens_plan plan;
        struct error error = {.text = ""};
        int result = kitchens_load(scenario, &plan, &error);
        assert_true(result == 0 || error.text[0] != '\0');
        cJSON_Delete(scenario);
    }
}

static void test_names_and_description(void **state)
{
    (void)state;
    char name[16];
    kitchens_place_name(0, name);
    assert_string_equal(name, "A");
    kitchens_place_name(25, name);
    assert_string_equal(name, "Z");
    kitchens_place_name(49, name);
    assert_string_equal(name, "AX");
    struct kitchens_plan plan;
    struct error error;
    assert_int_equal(load("{}", &plan, &error), 0);
    for (uint16_t list = 0; list <= KITCHENS_LIST_BLOCKERS; list++)
        assert_non_null(kitchens_plan_name(&plan, list, 0));
    assert_string_equal(kitchens_plan_name(&plan, KITCHENS_LIST_BLOCKERS, LEDGER_BLOCKED_UNTOLD),
                        "untold");
    assert_null(kitchens_plan_name(&plan, KITCHENS_LIST_BLOCKERS, LEDGER_BLOCKER_COUNT));

    static char buffer[16384];
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer writer = json_init(&text);
    json_object(&writer, NULL);
    kitchens_describe(&plan, &writer);
    json_close(&writer);
    assert_false(text.cut);
    cJSON *parsed = cJSON_Parse(buffer);
    assert_non_null(parsed);
    const cJSON *map = cJSON_GetObjectItemCaseSensitive(parsed, "map");
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(map, "width_m")->valueint, 6000);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(map, "height_m")->valueint, 4000);
    cJSON_Delete(parsed);
}

/* Equal shares: the same kitchen everywhere, and the city as a whole can do as much. */
static void test_equal_kitchens(void **state)
{
    (void)state;
    static struct kitchens_plan plan;
    int64_t settings[KITCHENS_SET_COUNT] = {0};
    const struct node_env env = {.settings = settings, .plan = &plan};
    plan.kitchen_count = 3;
    plan.kitchens[0] =
        (struct kitchens_kitchen){.cooks = 5, .capacity = 12, .speed_pct = 120, .open = 1};
    plan.kitchens[1] =
        (struct kitchens_kitchen){.cooks = 2, .capacity = 5, .speed_pct = 80, .open = 1};
    plan.kitchens[2] = (struct kitchens_kitchen){.cooks = 4, .capacity = 9, .speed_pct = 100};
    assert_int_equal(kitchens_place(&env, 1).cooks, 2);
    settings[KITCHENS_SET_EQUAL] = 1;
    for (uint32_t i = 0; i < 2; i++) {
        struct kitchens_kitchen place = kitchens_place(&env, i);
        assert_int_equal(place.cooks, 4);
        assert_int_equal(place.capacity, 9);
        assert_int_equal(place.speed_pct, 95); /* 2 x 4 x 95 = 5 x 120 + 2 x 80 */
    }
    assert_int_equal(kitchens_place(&env, 2).speed_pct, 100); /* an empty place stays as it is */
}

/* Fewer kitchens are the first ones of the map; the places of the others are empty. */
static void test_fewer_kitchens(void **state)
{
    (void)state;
    static struct kitchens_plan plan;
    int64_t settings[KITCHENS_SET_COUNT] = {0};
    const struct node_env env = {.settings = settings, .plan = &plan};
    plan.kitchen_count = 3;
    for (uint32_t i = 0; i < 3; i++)
        plan.kitchens[i] = (struct kitchens_kitchen){.cooks = 4, .capacity = 9, .open = i != 1};
    for (int64_t max = 0; max <= 4; max++) {
        settings[KITCHENS_SET_KITCHENS_MAX] = max;
        for (uint32_t i = 0; i < 3; i++) {
            bool open = i != 1 && (max == 0 || (int64_t)i < max);
            assert_int_equal(kitchens_place(&env, i).open, open);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_data_files),    cmocka_unit_test(test_a_city_in_the_scenario),
        cmocka_unit_test(test_refusals_of_names), cmocka_unit_test(test_refusals_of_numbers),
        cmocka_unit_test(test_fewer_kitchens),    cmocka_unit_test(test_equal_kitchens),
        cmocka_unit_test(test_spoilt_texts),      cmocka_unit_test(test_names_and_description),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
