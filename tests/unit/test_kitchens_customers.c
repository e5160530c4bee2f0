/* test_kitchens_customers.c - who orders when and what, and how long they ask. */
#include "node_host.h"
#include "systems/kitchens/customers.h"
#include "systems/kitchens/words.h"
#include "unit.h"

enum { SELF = 2, DISHES = 4, DISTRICTS = 2, MINUTES = 60 };
static const int64_t MS = 1000000;
static const int64_t MINUTE = INT64_C(60) * 1000 * 1000000;

struct fixture {
    struct kitchens_plan plan;
    struct node_host *host;
    uint32_t placed; /* all seen so far */
    uint32_t dishes[DISHES], districts[DISTRICTS];
    uint64_t preparation_ms, hash;
};

static void set_up(struct fixture *fixture, enum kitchens_arrivals arrivals, int64_t orders_per_min)
{
    int64_t settings[KITCHENS_SET_COUNT];
    memset(fixture, 0, sizeof *fixture);
    for (uint32_t i = 0; i < KITCHENS_SET_COUNT; i++)
        settings[i] = KITCHENS_SETTINGS[i].standard;
    settings[KITCHENS_SET_ARRIVALS] = arrivals;
    settings[KITCHENS_SET_ORDERS_PER_MIN] = orders_per_min;
    settings[KITCHENS_SET_ZIPF] = 100;
    fixture->plan.kitchen_count = 1;
    fixture->plan.dish_count = DISHES;
    fixture->plan.cuisine_count = 1;
    fixture->plan.district_count = DISTRICTS;
    for (uint32_t i = 0; i < DISHES; i++)
        fixture->plan.dishes[i].preparation_ms = 1000;
    for (uint32_t i = 0; i < DISTRICTS; i++)
        fixture->plan.districts[i] =
            (struct kitchens_district){.x_m = 1000 * (int32_t)i,
                                       .width_m = 1000,
                                       .height_m = 1000,
                                       .share_ppm = i == 0 ? 750000 : 250000};
    for (uint32_t i = 0; i < KITCHENS_CURVE_POINTS; i++)
        fixture->plan.curve_ppm[i] = i % 2 == 0 ? 500000 : 1500000;
    fixture->host = host_new(&KITCHENS_CUSTOMERS_PROTOCOL, SELF, 3, &fixture->plan, settings,
                             KITCHENS_SET_COUNT);
    host_start(fixture->host);
}

static void answer(struct node_host *host, uint32_t order, uint8_t refused)
{
    struct kitchens_answer message = {.order = order, .refused = refused};
    assert_true(host_message(host, KITCHENS_DISPATCHER, KITCHENS_ANSWER, &message, sizeof message));
}

static void take_place(struct fixture *city, const struct host_send *send)
{
    struct kitchens_place place;
    memcpy(&place, send->bytes, sizeof place);
    assert_int_equal(place.order, city->placed + 1);
    assert_in_range(place.preparation_ms, 700, 1300);
    city->placed++;
    city->dishes[place.dish]++;
    city->districts[place.x_m / 1000]++;
    city->preparation_ms += place.preparation_ms;
    city->hash = city->hash * 31 + place.dish + place.x_m + place.y_m + place.preparation_ms;
}

/* Lets time pass in small steps, answering every order at once. Returns how many came. */
static uint32_t let_order(struct fixture *city, int64_t duration_ns)
{
    uint32_t before = city->placed;
    int64_t until_ns = city->host->now_ns + duration_ns;
    while (city->host->now_ns < until_ns) {
        uint32_t first = city->placed + 1;
        (void)host_run(city->host, city->host->now_ns + 100 * MS);
        for (uint32_t i = 0; i < city->host->send_count; i++)
            take_place(city, &city->host->sends[i]);
        for (uint32_t order = first; order <= city->placed; order++)
            answer(city->host, order, 0);
    }
    return city->placed - before;
}

static void test_steady_rate(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city, KITCHENS_ARRIVALS_STEADY, 500);
    let_order(&city, MINUTES * MINUTE);
    assert_in_range(city.placed, 500 * MINUTES - 600, 500 * MINUTES + 600); /* 3.5 sigma */
    assert_in_range(city.preparation_ms / city.placed, 990, 1010);
    assert_in_range(city.districts[0] * 100 / city.placed, 74, 76);
    /* Zipf: 1, 1/2, 1/3, 1/4 of 25/12 */
    assert_in_range(city.dishes[0] * 100 / city.placed, 47, 49);
    assert_in_range(city.dishes[1] * 100 / city.placed, 23, 25);
    assert_in_range(city.dishes[3] * 100 / city.placed, 11, 13);
    host_free(&city.host);
}

/* What is ordered is the same whatever is set that does not concern it. */
static void test_orders_do_not_depend_on_the_policy(void **state)
{
    (void)state;
    struct fixture one, two;
    const int64_t by_hand[NODE_INPUT_ARGS] = {1, 5, 6, CUSTOMERS_BY_PHONE};
    set_up(&one, KITCHENS_ARRIVALS_STEADY, 500);
    set_up(&two, KITCHENS_ARRIVALS_STEADY, 500);
    two.host->settings[KITCHENS_SET_POLICY] = KITCHENS_ROUND_ROBIN;
    let_order(&one, 5 * MINUTE);
    let_order(&two, 5 * MINUTE);
    assert_true(one.hash == two.hash);
    host_input(two.host, KITCHENS_INPUT_ORDER, by_hand); /* takes a number, shifts no draw */
    two.placed++;
    answer(two.host, two.placed, 0);
    let_order(&one, 5 * MINUTE);
    let_order(&two, 5 * MINUTE);
    assert_true(one.hash == two.hash);
    host_free(&one.host);
    host_free(&two.host);
}

static void test_rush_in_a_district(void **state)
{
    (void)state;
    struct fixture city;
    const int64_t rush[NODE_INPUT_ARGS] = {1, 500, 10 * 60 * 1000}; /* a quarter, five times */
    set_up(&city, KITCHENS_ARRIVALS_STEADY, 500);
    host_input(city.host, KITCHENS_INPUT_RUSH, rush);
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_RUSH));
    uint32_t during = let_order(&city, 10 * MINUTE);
    assert_in_range(during, 10000 - 400, 10000 + 400); /* 0.75 + 0.25 x 5 = 2 times as many */
    assert_in_range(city.districts[1] * 100 / during, 61, 64);
    uint32_t after = let_order(&city, 10 * MINUTE);
    assert_in_range(after, 5000 - 300, 5000 + 300);
    host_free(&city.host);
}

static void test_curve_and_stop(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city, KITCHENS_ARRIVALS_CURVE, 600);
    uint32_t day = let_order(&city, 24 * MINUTE); /* between half and one and a half, up and down */
    assert_in_range(day, 24 * 600 - 500, 24 * 600 + 500);
    host_set(city.host, KITCHENS_SET_ORDERS_PER_MIN, 0);
    assert_int_equal(let_order(&city, 10 * MINUTE), 0);
    host_set(city.host, KITCHENS_SET_ORDERS_PER_MIN, 600);
    assert_true(let_order(&city, MINUTE) > 0);
    host_free(&city.host);
}

static void test_flash_crowd(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city, KITCHENS_ARRIVALS_FLASH, 600);
    uint32_t quiet = let_order(&city, 4 * MINUTE) / 4;
    uint32_t crowd = let_order(&city, MINUTE);
    assert_true(crowd > 4 * quiet);
    host_free(&city.host);
}

/* Users order one thing at a time: as many a minute as think time and waiting allow. */
static void test_closed_loop(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city, KITCHENS_ARRIVALS_CLOSED_LOOP, 500);
    host_set(city.host, KITCHENS_SET_THINK_MS, 10000);
    host_set(city.host, KITCHENS_SET_USERS, 50);
    (void)let_order(&city, 20 * MINUTE); /* the first ones thought for long; nobody is served */
    assert_in_range(city.placed, 45, 50);
    for (uint32_t order = 1; order <= city.placed; order++) {
        struct kitchens_parcel parcel = {.order = order, .epoch = order};
        assert_true(host_message(city.host, 1, KITCHENS_PARCEL, &parcel, sizeof parcel));
        assert_int_equal(host_noted(city.host, KITCHENS_NOTE_SERVED)->args[1], 0);
    }
    uint32_t before = city.placed;
    (void)let_order(&city, 2 * MINUTE);
    assert_in_range(city.placed - before, 45, 50); /* each once more, then they wait again */
    host_free(&city.host);
}

static void test_asks_again_and_gives_up(void **state)
{
    (void)state;
    struct fixture city;
    const int64_t by_hand[NODE_INPUT_ARGS] = {0, 100, 200, CUSTOMERS_BY_HAND};
    set_up(&city, KITCHENS_ARRIVALS_STEADY, 0);
    host_input(city.host, KITCHENS_INPUT_ORDER, by_hand);
    assert_int_equal(host_sent_count(city.host, KITCHENS_PLACE), 1);
    host_run(city.host, 10 * MINUTE);
    assert_int_equal(host_sent_count(city.host, KITCHENS_PLACE), CUSTOMERS_ATTEMPTS_MAX - 1);
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_RESENT), CUSTOMERS_ATTEMPTS_MAX - 1);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_GIVEN_UP)->args[0],
                     CUSTOMERS_ATTEMPTS_MAX);
    host_free(&city.host);
}

static void test_waits_for_answer_and_food(void **state)
{
    (void)state;
    struct fixture city;
    struct node_reason reason;
    const int64_t by_hand[NODE_INPUT_ARGS] = {0, 100, 200, CUSTOMERS_BY_HAND};
    set_up(&city, KITCHENS_ARRIVALS_STEADY, 0);
    host_input(city.host, KITCHENS_INPUT_ORDER, by_hand);
    assert_true(city.host->protocol->pending(city.host->state, &city.host->env, &reason));
    assert_int_equal(reason.word, KITCHENS_WORD_ANSWERS_MISSING);
    answer(city.host, 1, 0);
    answer(city.host, 1, 0); /* an echo */
    assert_null(host_noted(city.host, KITCHENS_NOTE_ACKNOWLEDGED));
    assert_true(city.host->protocol->pending(city.host->state, &city.host->env, &reason));
    assert_int_equal(reason.word, KITCHENS_WORD_FOOD_MISSING);
    struct kitchens_parcel parcel = {.order = 1, .epoch = 5};
    host_message(city.host, 1, KITCHENS_PARCEL, &parcel, sizeof parcel);
    assert_false(city.host->protocol->pending(city.host->state, &city.host->env, &reason));
    host_message(city.host, 1, KITCHENS_PARCEL, &parcel, sizeof parcel);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_SERVED)->args[1], 1); /* a second time */
    host_free(&city.host);
}

/* Numbers of a later boot do not come again; nothing from before is taken for something of now. */
static void test_begins_anew_after_a_crash(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city, KITCHENS_ARRIVALS_STEADY, 500);
    uint32_t before = let_order(&city, 10 * MINUTE);
    host_restart(city.host);
    host_start(city.host);
    host_run(city.host, city.host->now_ns + MINUTE);
    struct kitchens_place place;
    memcpy(&place, host_sent(city.host, KITCHENS_PLACE)->bytes, sizeof place);
    assert_true(place.order > before);
    assert_int_equal(place.oldest, place.order);
    host_free(&city.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steady_rate),
        cmocka_unit_test(test_orders_do_not_depend_on_the_policy),
        cmocka_unit_test(test_rush_in_a_district),
        cmocka_unit_test(test_curve_and_stop),
        cmocka_unit_test(test_flash_crowd),
        cmocka_unit_test(test_closed_loop),
        cmocka_unit_test(test_asks_again_and_gives_up),
        cmocka_unit_test(test_waits_for_answer_and_food),
        cmocka_unit_test(test_begins_anew_after_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
