/* test_city_customers.c - the node of everybody outside: patience, what they are told, dishes, who comes
 * where, the truck, and numbers that go on after a crash. */
#include "node_host.h"
#include "systems/city/customers.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { KITCHENS = 5, SELF = KITCHENS, DESK = 2, COOK = 3, ORDER = 1 };
static const int64_t MS = 1000000;
static const int64_t MINUTE = 60000000000;

struct outside {
    struct city_plan plan;
    int64_t settings[CITY_SET_COUNT];
    struct node_host *host;
};
static struct outside city;

static void open_outside(enum kv_mode mode, int64_t orders_per_min, int64_t delivery_s)
{
    struct error error;
    cJSON *scenario = cJSON_CreateObject();
    assert_int_equal(city_load(scenario, &city.plan, &error), 0);
    cJSON_Delete(scenario);
    for (uint32_t i = 0; i < CITY_SET_COUNT; i++)
        city.settings[i] = CITY_SETTINGS[i].standard;
    city.settings[CITY_SET_MODE] = mode;
    city.settings[CITY_SET_ORDERS_PER_MIN] = orders_per_min;
    city.settings[CITY_SET_DELIVERY_S] = delivery_s;
    city.host = host_new(&CITY_CUSTOMERS_PROTOCOL, SELF, KITCHENS + 1, &city.plan, city.settings,
                         CITY_SET_COUNT);
    host_start(city.host);
}

/* One customer orders a lobster at DESK. */
static void open_with_an_order(void)
{
    open_outside(KV_MODE_CP, 0, 0);
    host_input(city.host, CITY_INPUT_ORDER, (const int64_t[]){CITY_LOBSTER, DESK, 1, 0});
    assert_int_equal(host_sent_count(city.host, CITY_ORDER), 1);
    assert_int_equal(host_sent(city.host, CITY_ORDER)->to, DESK);
    assert_int_equal(host_noted(city.host, CITY_NOTE_ORDERED)->subject, ORDER);
}

static void close_outside(void)
{
    host_free(&city.host);
}

static uint32_t waiting(void)
{
    return ((const struct city_outside *)city.host->state)->open;
}

static bool tell(uint32_t order, enum city_outcome outcome)
{
    struct city_answer answer = {.order = order, .outcome = outcome, .price = 32};
    return host_message(city.host, DESK, CITY_ANSWER, &answer, sizeof answer);
}

static bool serve(uint32_t order)
{
    struct city_order dish = {.order = order, .dish = CITY_LOBSTER};
    return host_message(city.host, COOK, CITY_DISH, &dish, sizeof dish);
}

static void wait_ms(int64_t ms)
{
    (void)host_run(city.host, city.host->now_ns + ms * MS);
}

/* ---- One customer ---- */

static void test_confirmed_and_served(void **state)
{
    (void)state;
    open_with_an_order();
    assert_true(tell(ORDER, CITY_YOURS));
    assert_int_equal(host_noted(city.host, CITY_NOTE_YOURS)->peer, DESK);
    assert_true(tell(ORDER, CITY_YOURS)); /* the network says it twice */
    assert_int_equal(city.host->note_count, 0);
    assert_true(tell(ORDER, CITY_REFUSED)); /* nor is it taken back like that */
    assert_int_equal(city.host->note_count, 0);
    wait_ms(city.settings[CITY_SET_ANSWER_MS] + 100); /* the dish may take longer than the answer */
    assert_null(host_noted(city.host, CITY_NOTE_GONE));
    assert_true(serve(ORDER));
    assert_int_equal(host_noted(city.host, CITY_NOTE_DISH)->args[1], 1);
    assert_int_equal(waiting(), 0);
    assert_true(serve(ORDER)); /* one too many */
    assert_int_equal(host_noted(city.host, CITY_NOTE_DISH)->args[1], 0);
    close_outside();
}

static void test_patience(void **state)
{
    (void)state;
    open_with_an_order();
    wait_ms(city.settings[CITY_SET_ANSWER_MS] - 1);
    assert_int_equal(waiting(), 1);
    wait_ms(2 * CUSTOMERS_TICK_MS);
    assert_int_equal(host_noted(city.host, CITY_NOTE_GONE)->subject, ORDER);
    assert_int_equal(waiting(), 0);
    assert_true(tell(ORDER, CITY_YOURS)); /* nobody is there any more */
    assert_int_equal(city.host->note_count, 0);
    close_outside();
    open_with_an_order();
    assert_true(tell(ORDER, CITY_YOURS));
    wait_ms(city.settings[CITY_SET_DISH_S] * 1000 + 2 * CUSTOMERS_TICK_MS);
    assert_int_equal(host_noted(city.host, CITY_NOTE_WAITED)->subject, ORDER);
    assert_int_equal(waiting(), 0);
    close_outside();
}

static void test_turned_away(void **state)
{
    static const struct {
        enum city_outcome outcome;
        enum city_note note;
    } SAID[] = {{CITY_SOLD_OUT, CITY_NOTE_SOLD_OUT},
                {CITY_REFUSED, CITY_NOTE_REFUSED},
                {CITY_FULL, CITY_NOTE_FULL}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        open_with_an_order();
        assert_true(tell(ORDER, SAID[i].outcome));
        assert_int_equal(host_noted(city.host, (uint16_t)SAID[i].note)->subject, ORDER);
        assert_int_equal(waiting(), 0);
        close_outside();
    }
}

/* Told "yours", then otherwise: he goes; if he has eaten already, it is still said. */
static void test_sorry(void **state)
{
    (void)state;
    for (int served = 0; served < 2; served++) {
        open_with_an_order();
        assert_true(tell(ORDER, CITY_YOURS));
        if (served)
            assert_true(serve(ORDER));
        assert_true(tell(ORDER, CITY_SORRY));
        assert_int_equal(host_noted_count(city.host, CITY_NOTE_SORRY), 1);
        assert_int_equal(waiting(), 0);
        assert_true(serve(ORDER)); /* was in the kitchen already: nobody waits for it */
        assert_int_equal(host_noted(city.host, CITY_NOTE_DISH)->args[1], 0);
        close_outside();
    }
}

static void test_malformed(void **state)
{
    (void)state;
    open_with_an_order();
    assert_false(tell(ORDER, CITY_OPEN));
    assert_false(tell(ORDER, CITY_NO_ANSWER));
    assert_false(tell(0, CITY_YOURS));
    assert_false(serve(0));
    struct city_order order = {.order = ORDER, .dish = CITY_DISHES};
    assert_false(host_message(city.host, COOK, CITY_DISH, &order, sizeof order));
    order.dish = CITY_SOUP;
    assert_false(host_message(city.host, COOK, CITY_TICKET, &order, sizeof order));
    assert_false(host_message(city.host, COOK, CITY_DISH, &order, sizeof order - 1));
    assert_int_equal(waiting(), 1);
    close_outside();
}

/* ---- Everybody ---- */

struct crowd {
    uint32_t orders, lobsters, trucks, hash;
    uint32_t desks[KITCHENS], deliveries[KITCHENS];
};

/* A minute of arrivals; every order is refused at once, so that nobody waits. */
static void let_come(struct crowd *crowd)
{
    int64_t until_ns = city.host->now_ns + MINUTE;
    while (city.host->now_ns < until_ns) {
        wait_ms(100);
        uint32_t placed[64];
        uint32_t count = 0;
        for (uint32_t i = 0; i < city.host->send_count; i++) {
            const struct host_send *send = &city.host->sends[i];
            struct city_order order;
            memcpy(&order, send->bytes, sizeof order);
            if (send->type == CITY_TRUCK) {
                crowd->trucks++;
                crowd->deliveries[send->to]++;
                continue;
            }
            crowd->orders++;
            crowd->lobsters += order.dish == CITY_LOBSTER;
            crowd->desks[send->to]++;
            crowd->hash = crowd->hash * 31 + order.order * 7 + order.dish * 3 + send->to;
            assert_in_range(count, 0, 63);
            placed[count++] = order.order;
        }
        for (uint32_t i = 0; i < count; i++)
            assert_true(tell(placed[i], CITY_REFUSED));
    }
}

/* At the rate that is set, at all kitchens; and the same people in every mode. */
static void test_the_same_people_in_every_mode(void **state)
{
    enum { RATE = 600 };
    struct crowd crowds[3];
    (void)state;
    memset(crowds, 0, sizeof crowds);
    for (int mode = 0; mode < 3; mode++) {
        open_outside((enum kv_mode)mode, RATE, 0);
        let_come(&crowds[mode]);
        close_outside();
        assert_memory_equal(&crowds[mode], &crowds[0], sizeof crowds[0]);
    }
    assert_in_range(crowds[0].orders, RATE - 86, RATE + 86); /* 3.5 sigma */
    uint32_t mean = crowds[0].orders * (uint32_t)city.settings[CITY_SET_LOBSTER_PCT] / 100;
    assert_in_range(crowds[0].lobsters, mean - 42, mean + 42);
    for (int i = 0; i < KITCHENS; i++)
        assert_in_range(crowds[0].desks[i], RATE / KITCHENS - 35, RATE / KITCHENS + 35);
    assert_int_equal(crowds[0].trucks, 0);
}

/* A truck comes to one kitchen after the other, as long as people do. */
static void test_the_truck(void **state)
{
    struct crowd crowd;
    (void)state;
    memset(&crowd, 0, sizeof crowd);
    open_outside(KV_MODE_CP, 60, 10);
    let_come(&crowd);
    assert_in_range(crowd.trucks, 5, 6);
    for (int i = 0; i < KITCHENS; i++)
        assert_in_range(crowd.deliveries[i], 1, 2);
    memset(&crowd, 0, sizeof crowd);
    host_set(city.host, CITY_SET_ORDERS_PER_MIN, 0);
    let_come(&crowd);
    assert_int_equal(crowd.orders, 0);
    assert_int_equal(crowd.trucks, 0);
    close_outside();
}

/* More people than can be remembered: counted, and not served in somebody else's place. */
static void test_too_many_wait(void **state)
{
    (void)state;
    open_outside(KV_MODE_CP, 0, 0);
    for (uint32_t placed = 0; placed < CUSTOMERS_MAX; placed += 16)
        host_input(city.host, CITY_INPUT_ORDER, (const int64_t[]){CITY_SOUP, -1, 16, 0});
    assert_int_equal(waiting(), CUSTOMERS_MAX);
    host_input(city.host, CITY_INPUT_ORDER, (const int64_t[]){CITY_SOUP, DESK, 2, 0});
    assert_null(host_sent(city.host, CITY_ORDER));
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_SKIPPED), 2);
    close_outside();
}

/* After a crash nothing is known but the time: numbers go on behind all that were given out. */
static void test_numbers_after_a_crash(void **state)
{
    (void)state;
    open_outside(KV_MODE_CP, 1200, 0);
    struct crowd crowd;
    memset(&crowd, 0, sizeof crowd);
    let_come(&crowd);
    uint32_t before = ((const struct city_outside *)city.host->state)->order_last;
    assert_true(before > 0);
    host_restart(city.host);
    host_start(city.host);
    host_input(city.host, CITY_INPUT_ORDER, (const int64_t[]){CITY_SOUP, DESK, 1, 0});
    assert_true(host_noted(city.host, CITY_NOTE_ORDERED)->subject > before);
    close_outside();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_confirmed_and_served),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_turned_away),
        cmocka_unit_test(test_sorry),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_the_same_people_in_every_mode),
        cmocka_unit_test(test_the_truck),
        cmocka_unit_test(test_too_many_wait),
        cmocka_unit_test(test_numbers_after_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
