/* test_city_desk.c - a desk in the test's hand: an order read, written into the book, told, and cooked;
 * and everything that can come between. */
#include "city_host.h"
#include "unit.h"

enum { SELF = 0, LOBSTERS = 2, ORDER = 7 };

static struct city_host city;
static struct kv_request asked;

static void open_desk(enum kv_mode mode)
{
    city_host_open(&city, SELF, mode, LOBSTERS);
}

/* An order up to the moment at which the desk has asked for a lobster. */
static void order_up_to_claim(uint32_t order, enum city_dish dish)
{
    city_host_order(&city, order, dish);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.function, KV_GET);
    assert_int_equal(asked.key, city_key_price(&city.plan, dish));
    city_host_reply(&city, &asked, KV_OK, 0);
    assert_true(city_host_asked(&city, &asked));
}

/* ---- Selling ---- */

/* Through the log a claim is conditional, and nobody is told before it is confirmed. */
static void test_a_lobster_through_the_log(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    assert_int_equal(asked.function, KV_CAS);
    assert_int_equal(asked.level, KV_LEVEL_STRONG);
    assert_int_equal(asked.key, 0);
    assert_int_equal(asked.if_version, 0);
    assert_true(asked.session != 0 && asked.serial != 0);
    assert_int_equal(asked.value, city_claim(0, ORDER));
    assert_int_equal(city_host_told(&city, ORDER), CITY_OPEN);
    city_host_reply(&city, &asked, KV_OK, asked.value);
    assert_int_equal(city_host_told(&city, ORDER), CITY_YOURS);
    const struct node_note *sold = host_noted(city.host, CITY_NOTE_SOLD);
    assert_non_null(sold);
    assert_int_equal(sold->args[0], 0);
    assert_int_equal(sold->args[2], KV_LEVEL_STRONG);
    assert_int_equal(sold->args[3], city.plan.price[CITY_LOBSTER]);
    city_host_close(&city);
}

/* Without a log it is a plain write over what the copy says, put to the own house. */
static void test_a_lobster_without_a_log(void **state)
{
    (void)state;
    open_desk(KV_MODE_AP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    assert_int_equal(asked.function, KV_PUT);
    assert_int_equal(asked.level, KV_LEVEL_EVENTUAL);
    assert_int_equal(asked.session, 0);
    assert_int_equal(host_sent(city.host, KV_REQUEST)->to, SELF);
    assert_int_equal(city_host_told(&city, ORDER), CITY_OPEN);
    city_host_reply(&city, &asked, KV_OK, asked.value);
    assert_int_equal(city_host_told(&city, ORDER), CITY_YOURS);
    city_host_close(&city);
}

/* The price is the one that the store told, and the customer is told that one. */
static void test_the_price_is_read(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    city_host_order(&city, ORDER, CITY_SOUP);
    assert_true(city_host_asked(&city, &asked));
    city_host_reply(&city, &asked, KV_OK, 99);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.key, city_key_book(&city.plan, ORDER));
    city_host_reply(&city, &asked, KV_OK, asked.value);
    const struct host_send *send = host_sent(city.host, CITY_ANSWER);
    struct city_answer answer;
    memcpy(&answer, send->bytes, sizeof answer);
    assert_int_equal(answer.price, 99);
    city_host_close(&city);
}

/* A place of the book keeps its newest order: an older one of another desk writes what it found. */
static void test_a_place_keeps_its_newest_order(void **state)
{
    (void)state;
    open_desk(KV_MODE_AP);
    uint32_t newer = ORDER + 2 * city.plan.book;
    city_host_copy(&city, city_key_book(&city.plan, ORDER), newer);
    order_up_to_claim(ORDER, CITY_SOUP);
    assert_int_equal(asked.value, newer);
    city_host_close(&city);
}

/* ---- Twice the same, and somebody quicker ---- */

static void test_a_doubled_order_is_one(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    city_host_order(&city, ORDER, CITY_LOBSTER);
    city_host_order(&city, ORDER, CITY_LOBSTER);
    assert_int_equal(city.host->send_count, 0);
    assert_int_equal(desk_open(city_host_kitchen(&city)), 1);
    city_host_close(&city);
}

/* A doubled answer of the store is one: the customer is told once, the dish is given out once. */
static void test_a_doubled_answer_is_one(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    struct kv_request claim = asked;
    city_host_reply(&city, &claim, KV_OK, claim.value);
    city_host_reply(&city, &claim, KV_OK, claim.value);
    assert_int_equal(city.host->send_count, 0);
    city_host_close(&city);
}

/* Somebody was quicker: the next lobster, by a copy that has learned of it. */
static void test_mismatch_takes_the_next(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    city_host_reply(&city, &asked, KV_MISMATCH, 0);
    assert_int_equal(city_host_told(&city, ORDER), CITY_OPEN);
    city_host_copy(&city, 0, city_claim(0, ORDER + 1));
    city_host_wait(&city, 2 * CITY_AGAIN_MS);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.function, KV_CAS);
    assert_int_equal(asked.key, 1);
    city_host_close(&city);
}

/* Always too slow: refused after so many, and not tried for ever. */
static void test_tries_end(void **state)
{
    (void)state;
    open_desk(KV_MODE_AP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    uint32_t tries = 1;
    for (; city_host_told(&city, ORDER) == CITY_OPEN && tries < 100; tries++) {
        city_host_reply(&city, &asked, KV_TOO_MANY_SIBLINGS, 0);
        if (city_host_told(&city, ORDER) != CITY_OPEN)
            break;
        city_host_wait(&city, 2 * CITY_AGAIN_MS);
        assert_true(city_host_asked(&city, &asked));
    }
    assert_int_equal(tries, CITY_TRIES_MAX);
    assert_int_equal(city_host_told(&city, ORDER), CITY_REFUSED);
    assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
    city_host_close(&city);
}

/* Two orders at one desk do not race for one lobster: the second one takes another. */
static void test_two_at_one_desk(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    assert_int_equal(asked.key, 0);
    order_up_to_claim(ORDER + 1, CITY_LOBSTER);
    assert_int_equal(asked.key, 1);
    city_host_order(&city, ORDER + 2, CITY_LOBSTER);
    assert_true(city_host_asked(&city, &asked));
    city_host_reply(&city, &asked, KV_OK, 0);
    assert_false(city_host_asked(&city, &asked)); /* both are being written: wait and see */
    assert_int_equal(city_host_told(&city, ORDER + 2), CITY_OPEN);
    city_host_close(&city);
}

/* ---- Nothing left ---- */

/* The copy may only be old: "nothing left" is said when the store has said that no newer delivery is
 * there, and not when it has one. */
static void test_nothing_left(void **state)
{
    (void)state;
    for (int64_t newest = 0; newest < 2; newest++) {
        open_desk(KV_MODE_CP);
        for (uint32_t key = 0; key < LOBSTERS; key++)
            city_host_copy(&city, key, city_claim(0, 100 + key));
        order_up_to_claim(ORDER, CITY_LOBSTER);
        assert_int_equal(asked.function, KV_GET);
        assert_int_equal(asked.key, city_key_delivery(&city.plan));
        assert_int_equal(city_host_told(&city, ORDER), CITY_OPEN);
        city_host_reply(&city, &asked, KV_OK, newest);
        assert_int_equal(city_host_told(&city, ORDER), newest == 0 ? CITY_SOLD_OUT : CITY_OPEN);
        if (newest > 0) {
            city_host_copy(&city, city_key_delivery(&city.plan), newest);
            city_host_wait(&city, 2 * CITY_AGAIN_MS);
            assert_true(city_host_asked(&city, &asked));
            assert_int_equal(asked.function, KV_CAS);
            assert_int_equal(asked.value, city_claim((uint32_t)newest, ORDER));
        }
        city_host_close(&city);
    }
}

/* The store does not know either: no answer, rather than "nothing left". */
static void test_nothing_left_by_nobody(void **state)
{
    (void)state;
    open_desk(KV_MODE_AP);
    for (uint32_t key = 0; key < LOBSTERS; key++)
        city_host_copy(&city, key, city_claim(0, 100 + key));
    order_up_to_claim(ORDER, CITY_LOBSTER);
    city_host_reply(&city, &asked, KV_UNAVAILABLE, 0);
    assert_int_equal(city_host_told(&city, ORDER), CITY_REFUSED);
    city_host_close(&city);
}

/* ---- Nobody answers ---- */

/* A side without a majority: refused before the customer goes away by himself, and asked everybody
 * under the same number meanwhile. */
static void test_refused_in_time(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    city_host_order(&city, ORDER, CITY_LOBSTER);
    assert_true(city_host_asked(&city, &asked));
    city_host_wait(&city, city.settings[CITY_SET_ANSWER_MS] / 2);
    struct kv_request again = {.op = 0};
    uint32_t hit = 0; /* bits of kitchens */
    for (uint32_t i = 0; i < city.host->send_count; i++) {
        if (city.host->sends[i].type != KV_REQUEST)
            continue;
        memcpy(&again, city.host->sends[i].bytes, sizeof again);
        assert_int_equal(again.op, asked.op);
        hit |= 1u << city.host->sends[i].to;
    }
    assert_true((hit & (hit - 1)) != 0); /* more than one */
    assert_int_equal(city_host_told(&city, ORDER), CITY_OPEN);
    city_host_wait(&city, city.settings[CITY_SET_ANSWER_MS] / 2 - 1);
    assert_int_equal(city_host_told(&city, ORDER), CITY_REFUSED);
    assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
    assert_non_null(host_noted(city.host, CITY_NOTE_FAILED)); /* a read that nobody heard of */
    city_host_close(&city);
}

/* A claim in doubt: whoever may have written is not told that nothing happened. Its history goes on as
 * another process, since that question may be answered for ever. */
static void test_a_claim_in_doubt(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    city_host_wait(&city, city.settings[CITY_SET_ANSWER_MS]);
    assert_int_equal(city_host_told(&city, ORDER), CITY_REFUSED);
    assert_non_null(host_noted(city.host, CITY_NOTE_UNKNOWN));
    assert_null(host_noted(city.host, CITY_NOTE_FAILED));
    assert_int_equal(city_host_kitchen(&city)->tasks[0].generation, 1);
    struct kv_request late = asked;
    city_host_reply(&city, &late, KV_OK, late.value); /* too late: nothing more is said */
    assert_int_equal(city.host->send_count, 0);
    city_host_close(&city);
}

/* An order that was turned away in doubt: its desk takes the claim back. */
static void turn_away_in_doubt(void)
{
    open_desk(KV_MODE_CP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    struct kv_request claim = asked;
    city_host_wait(&city, city.settings[CITY_SET_ANSWER_MS] - CITY_AGAIN_MS);
    assert_int_equal(city_host_told(&city, ORDER), CITY_REFUSED);
    assert_int_equal(desk_open(city_host_kitchen(&city)), 1);
    for (uint32_t i = 0; i < city.host->send_count; i++)
        if (city.host->sends[i].type == KV_REQUEST)
            memcpy(&asked, city.host->sends[i].bytes, sizeof asked);
    assert_int_not_equal(asked.op, claim.op);
    assert_int_equal(asked.key, claim.key);
    assert_int_equal(asked.session, claim.session);
    assert_true(asked.serial > claim.serial);
}

/* First a write that must miss, with a later number than the claim; then it is known what stands. */
static void test_a_claim_taken_back_through_the_log(void **state)
{
    (void)state;
    for (int stands = 0; stands < 2; stands++) {
        turn_away_in_doubt();
        assert_int_equal(asked.function, KV_CAS);
        assert_int_equal(asked.if_version, UINT32_MAX);
        city_host_reply(&city, &asked, KV_MISMATCH, city_claim(0, stands ? ORDER : ORDER + 1));
        assert_true(city_host_asked(&city, &asked) == (stands != 0));
        if (stands) {
            assert_int_equal(asked.function, KV_CAS);
            assert_int_equal(asked.if_version, 1);
            assert_int_equal(asked.value, city_claim(0, 0));
            city_host_reply(&city, &asked, KV_OK, 0);
        }
        assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
        city_host_close(&city);
    }
}

/* Without a log the key is written without it as soon as the copy in the house has it. */
static void test_a_claim_taken_back_without_a_log(void **state)
{
    (void)state;
    open_desk(KV_MODE_AP);
    order_up_to_claim(ORDER, CITY_LOBSTER);
    city_host_wait(&city, city.settings[CITY_SET_ANSWER_MS]);
    assert_int_equal(city_host_told(&city, ORDER), CITY_REFUSED);
    assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
    assert_int_equal(fate_known(city_host_kitchen(&city), ORDER), CITY_FATE_VOID);
    city_host_copy(&city, asked.key, city_claim(0, ORDER));
    city_host_wait(&city, CITY_TICK_MS);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.function, KV_PUT);
    assert_int_equal(asked.value, city_claim(0, 0));
    city_host_close(&city);
}

/* Who is not the leader names one: asked at once there, under the same number. */
static void test_the_leader_is_named(void **state)
{
    enum { LEADER = 3 };
    (void)state;
    open_desk(KV_MODE_CP);
    city_host_wait(&city, CITY_TICK_MS);
    city_host_order(&city, ORDER, CITY_LOBSTER);
    assert_true(city_host_asked(&city, &asked));
    struct kv_reply reply = {.op = asked.op,
                             .result = KV_NOT_LEADER,
                             .level = KV_LEVEL_STRONG,
                             .attempt = asked.attempt,
                             .leader = LEADER + 1,
                             .state = {.key = asked.key}};
    assert_true(
        host_message(city.host, SELF, KV_REPLY, &reply,
                     (uint32_t)sizeof reply - (uint32_t)sizeof reply.state + KV_STATE_BYTES_MIN));
    city_host_wait(&city, CITY_TICK_MS); /* at the next look */
    struct kv_request again;
    assert_true(city_host_asked(&city, &again));
    assert_int_equal(host_sent(city.host, KV_REQUEST)->to, LEADER);
    assert_int_equal(again.op, asked.op);
    assert_int_equal(again.attempt, asked.attempt + 1);
    city_host_close(&city);
}

/* More orders than a desk can have open: told so at once. */
static void test_a_full_desk(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    for (uint32_t order = 1; order <= CITY_TASKS; order++) {
        city_host_order(&city, order, CITY_SOUP);
        assert_int_equal(city_host_told(&city, order), CITY_OPEN);
    }
    city_host_order(&city, CITY_TASKS + 1, CITY_SOUP);
    assert_int_equal(city_host_told(&city, CITY_TASKS + 1), CITY_FULL);
    city_host_close(&city);
}

/* ---- Trucks, prices, the switches ---- */

static void test_truck_and_price(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    struct city_truck truck = {.order = NODE_NONE, .number = 1};
    city_host_copy(&city, city_key_delivery(&city.plan), 4);
    assert_true(host_message(city.host, CITY_HOST_CUSTOMERS, CITY_TRUCK, &truck, sizeof truck));
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.key, city_key_delivery(&city.plan));
    assert_int_equal(asked.value, 5);
    city_host_reply(&city, &asked, KV_MISMATCH, 0); /* somebody else has booked one meanwhile */
    city_host_copy(&city, city_key_delivery(&city.plan), 5);
    city_host_wait(&city, CITY_TICKET_MS + 2 * CITY_TICK_MS);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.value, 6);
    city_host_reply(&city, &asked, KV_OK, asked.value);
    assert_non_null(host_noted(city.host, CITY_NOTE_LOADED));
    host_input(city.host, CITY_INPUT_PRICE, (const int64_t[]){CITY_SOUP, 14, 0, 0});
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.key, city_key_price(&city.plan, CITY_SOUP));
    assert_int_equal(asked.value, 14);
    city_host_reply(&city, &asked, KV_OK, asked.value);
    assert_non_null(host_noted(city.host, CITY_NOTE_PRICED));
    assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
    city_host_close(&city);
}

/* CITY-T02: told before the log has answered, and cooked even when the answer is no. */
static void test_sold_unasked(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    host_set(city.host, CITY_SET_BUG_SELL_UNASKED, 1);
    city_host_order(&city, ORDER, CITY_LOBSTER);
    assert_true(city_host_asked(&city, &asked));
    city_host_reply(&city, &asked, KV_OK, 0);
    assert_int_equal(city_host_told(&city, ORDER), CITY_YOURS);
    assert_true(city_host_asked(&city, &asked));
    city_host_reply(&city, &asked, KV_MISMATCH, 0);
    assert_int_equal(city_host_told(&city, ORDER), CITY_OPEN); /* not told otherwise */
    assert_non_null(host_sent(city.host, CITY_TICKET));
    city_host_close(&city);
}

/* CITY-T01: what carries a write to others stays in the house; everything else goes on. */
static void test_no_replication(void **state)
{
    (void)state;
    for (int bug = 0; bug < 2; bug++) {
        open_desk(KV_MODE_AP);
        host_set(city.host, CITY_SET_BUG_NO_REPLICATION, bug);
        struct kv_request put = {
            .op = 1, .key = 0, .function = KV_PUT, .level = KV_LEVEL_EVENTUAL, .value = 5};
        assert_true(host_message(city.host, SELF, KV_REQUEST, &put, sizeof put));
        assert_int_equal(host_sent_count(city.host, KV_WRITE), bug ? 0 : CITY_HOST_KITCHENS - 1);
        city_host_wait(&city, 300);
        assert_non_null(host_sent(city.host, KV_PING));
        city_host_close(&city);
    }
}

static void test_malformed(void **state)
{
    (void)state;
    open_desk(KV_MODE_CP);
    struct city_order order = {.order = 1, .dish = CITY_DISHES};
    assert_false(host_message(city.host, 5, CITY_ORDER, &order, sizeof order));
    assert_false(host_message(city.host, 1, CITY_TICKET, &order, sizeof order));
    order = (struct city_order){.order = CITY_CLAIM_ORDERS, .dish = CITY_SOUP};
    assert_false(host_message(city.host, 1, CITY_DISPATCH, &order, sizeof order));
    assert_false(host_message(city.host, 1, CITY_COOKED, &order, sizeof order));
    order.order = 1;
    assert_false(host_message(city.host, 5, CITY_ORDER, &order, sizeof order - 1));
    assert_false(host_message(city.host, 1, CITY_DISH, &order, sizeof order)); /* for customers */
    struct city_assign assign = {.order = 1, .cook = CITY_HOST_KITCHENS};
    assert_false(host_message(city.host, 1, CITY_ASSIGN, &assign, sizeof assign));
    struct kv_reply reply = {.op = 1, .result = KV_RESULT_COUNT};
    assert_false(
        host_message(city.host, 1, KV_REPLY, &reply,
                     (uint32_t)sizeof reply - (uint32_t)sizeof reply.state + KV_STATE_BYTES_MIN));
    struct kv_request request = {.op = 1, .key = (uint16_t)city.plan.store.key_count};
    assert_false(host_message(city.host, 1, KV_REQUEST, &request, sizeof request));
    city_host_close(&city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lobster_through_the_log),
        cmocka_unit_test(test_a_lobster_without_a_log),
        cmocka_unit_test(test_the_price_is_read),
        cmocka_unit_test(test_a_place_keeps_its_newest_order),
        cmocka_unit_test(test_a_doubled_order_is_one),
        cmocka_unit_test(test_a_doubled_answer_is_one),
        cmocka_unit_test(test_mismatch_takes_the_next),
        cmocka_unit_test(test_tries_end),
        cmocka_unit_test(test_two_at_one_desk),
        cmocka_unit_test(test_nothing_left),
        cmocka_unit_test(test_nothing_left_by_nobody),
        cmocka_unit_test(test_refused_in_time),
        cmocka_unit_test(test_a_claim_in_doubt),
        cmocka_unit_test(test_a_claim_taken_back_through_the_log),
        cmocka_unit_test(test_a_claim_taken_back_without_a_log),
        cmocka_unit_test(test_the_leader_is_named),
        cmocka_unit_test(test_a_full_desk),
        cmocka_unit_test(test_truck_and_price),
        cmocka_unit_test(test_sold_unasked),
        cmocka_unit_test(test_no_replication),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
