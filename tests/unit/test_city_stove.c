/* test_city_stove.c - who cooks, and cooking: the least work, stoves side by side, tickets that come
 * twice, cooks that are full, silent, or have forgotten. */
#include "city_host.h"
#include "unit.h"

enum { SELF = 0, DESK = 2, ORDER = 7, LOBSTERS = 8 };

static struct city_host city;

static void open_kitchen(void)
{
    city_host_open(&city, SELF, KV_MODE_AP, LOBSTERS);
    city_host_wait(&city, CITY_TICK_MS);
}

static void tell_load(uint32_t kitchen, uint32_t open, uint64_t boot)
{
    struct city_load load = {.order = NODE_NONE, .open = open, .boot = boot};
    assert_true(host_message(city.host, kitchen, CITY_LOAD, &load, sizeof load));
}

/* What the kitchen says to a ticket. */
static bool takes(uint32_t order, enum city_dish dish)
{
    struct city_order ticket = {.order = order, .dish = dish};
    struct city_taken taken;
    assert_true(host_message(city.host, DESK, CITY_TICKET, &ticket, sizeof ticket));
    const struct host_send *send = host_sent(city.host, CITY_TAKEN);
    assert_non_null(send);
    assert_int_equal(send->to, DESK);
    memcpy(&taken, send->bytes, sizeof taken);
    assert_int_equal(taken.order, order);
    return taken.taken != 0;
}

/* Sells a lobster at this desk; returns whom the ticket went to. */
static uint32_t sell(uint32_t order)
{
    struct kv_request asked;
    city_host_order(&city, order, CITY_LOBSTER);
    for (int question = 0; question < 2; question++) {
        assert_true(city_host_asked(&city, &asked));
        city_host_reply(&city, &asked, KV_OK, asked.value);
    }
    assert_int_equal(city_host_told(&city, order), CITY_YOURS);
    const struct host_send *ticket = host_sent(city.host, CITY_TICKET);
    assert_non_null(ticket);
    return ticket->to;
}

static void answer_ticket(uint32_t cook, uint32_t order, bool takes_it)
{
    struct city_taken taken = {.order = order, .taken = takes_it};
    assert_true(host_message(city.host, cook, CITY_TAKEN, &taken, sizeof taken));
}

/* ---- Cooking ---- */

/* As many at a time as there are stoves; who comes later waits for one. */
static void test_stoves_side_by_side(void **state)
{
    (void)state;
    open_kitchen();
    uint32_t stoves = (uint32_t)city.settings[CITY_SET_STOVES];
    int64_t soup_ms = city.settings[CITY_SET_SOUP_MS];
    for (uint32_t order = 1; order <= stoves + 1; order++)
        assert_true(takes(order, CITY_SOUP));
    city_host_wait(&city, soup_ms - CITY_TICK_MS);
    assert_int_equal(host_sent_count(city.host, CITY_DISH), 0);
    city_host_wait(&city, 3 * CITY_TICK_MS);
    assert_int_equal(host_sent_count(city.host, CITY_DISH), stoves);
    assert_int_equal(host_sent_count(city.host, CITY_COOKED), stoves);
    assert_int_equal(host_sent(city.host, CITY_DISH)->to, CITY_HOST_CUSTOMERS);
    assert_true(host_sent(city.host, CITY_DISH)->travel_ns > 0); /* by hand: no link stops it */
    assert_int_equal(host_sent(city.host, CITY_COOKED)->to, DESK);
    assert_int_equal(stove_open(city_host_kitchen(&city)), 1);
    city_host_wait(&city, soup_ms);
    assert_int_equal(host_sent_count(city.host, CITY_DISH), 1);
    assert_int_equal(stove_open(city_host_kitchen(&city)), 0);
    city_host_close(&city);
}

static void test_a_lobster_takes_longer(void **state)
{
    (void)state;
    open_kitchen();
    assert_true(takes(1, CITY_LOBSTER));
    city_host_wait(&city, city.settings[CITY_SET_LOBSTER_MS] - CITY_TICK_MS);
    assert_int_equal(host_sent_count(city.host, CITY_DISH), 0);
    city_host_wait(&city, 3 * CITY_TICK_MS);
    assert_int_equal(host_sent_count(city.host, CITY_DISH), 1);
    city_host_close(&city);
}

/* Asked twice, taken twice, cooked once; also when it has been served already. */
static void test_a_doubled_ticket_is_one(void **state)
{
    (void)state;
    open_kitchen();
    for (int round = 0; round < 2; round++) {
        assert_true(takes(ORDER, CITY_SOUP));
        assert_true(takes(ORDER, CITY_SOUP));
        city_host_wait(&city, 3 * city.settings[CITY_SET_SOUP_MS]);
        assert_int_equal(host_sent_count(city.host, CITY_DISH), round == 0);
    }
    city_host_close(&city);
}

/* No room: said so; a ticket that it has already is still its own. */
static void test_a_full_kitchen(void **state)
{
    (void)state;
    open_kitchen();
    for (uint32_t order = 1; order <= CITY_TICKETS; order++)
        assert_true(takes(order, CITY_SOUP));
    assert_false(takes(CITY_TICKETS + 1, CITY_SOUP));
    assert_true(takes(1, CITY_SOUP));
    city_host_close(&city);
}

/* ---- Who cooks ---- */

/* Least work first; what was given counts until the kitchen says itself how much it has. */
static void test_the_least_load(void **state)
{
    (void)state;
    open_kitchen();
    assert_true(takes(100, CITY_SOUP));
    assert_true(takes(101, CITY_SOUP));
    for (uint32_t kitchen = 1; kitchen < CITY_HOST_KITCHENS; kitchen++)
        tell_load(kitchen, kitchen == 3 ? 0 : 1, kitchen);
    assert_int_equal(sell(1), 3);
    assert_int_equal(sell(2), 1); /* 3 has one as well now; ties by number */
    assert_int_equal(sell(3), 2);
    tell_load(4, 0, 4);
    assert_int_equal(sell(4), 4);
    city_host_close(&city);
}

/* Whoever dispatches for the others answers the desk. */
static void test_dispatching_for_a_desk(void **state)
{
    (void)state;
    open_kitchen();
    for (uint32_t kitchen = 1; kitchen < CITY_HOST_KITCHENS; kitchen++)
        tell_load(kitchen, kitchen == 4 ? 0 : 5, kitchen);
    assert_true(takes(100, CITY_SOUP));
    struct city_order order = {.order = ORDER, .dish = CITY_SOUP};
    assert_true(host_message(city.host, DESK, CITY_DISPATCH, &order, sizeof order));
    const struct host_send *send = host_sent(city.host, CITY_ASSIGN);
    struct city_assign assign;
    assert_non_null(send);
    memcpy(&assign, send->bytes, sizeof assign);
    assert_int_equal(send->to, DESK);
    assert_int_equal(assign.order, ORDER);
    assert_int_equal(assign.cook, 4);
    assert_int_equal(host_noted(city.host, CITY_NOTE_ASSIGNED)->peer, 4);
    city_host_close(&city);
}

/* With a log the leader dispatches, as long as it is heard; a silent one does not hold anybody up. */
static void test_the_leader_dispatches(void **state)
{
    enum { LEADER = 3 };
    struct kv_request asked;
    (void)state;
    city_host_open(&city, SELF, KV_MODE_CP, LOBSTERS);
    city_host_wait(&city, CITY_TICK_MS);
    ((struct city_kitchen *)city.host->state)->store.raft.leader = LEADER;
    city_host_order(&city, ORDER, CITY_LOBSTER);
    for (int question = 0; question < 2; question++) {
        assert_true(city_host_asked(&city, &asked));
        assert_int_equal(host_sent(city.host, KV_REQUEST)->to, LEADER);
        city_host_reply(&city, &asked, KV_OK, asked.value);
    }
    assert_int_equal(host_sent(city.host, CITY_DISPATCH)->to, LEADER);
    assert_null(host_sent(city.host, CITY_TICKET));
    city_host_wait(&city, CITY_TICKET_MS + 2 * CITY_TICK_MS);
    assert_non_null(host_sent(city.host, CITY_TICKET)); /* nobody has answered: this desk does it */
    city_host_close(&city);
}

/* ---- Cooks that do not ---- */

/* Full: another one. Silent: asked again, so often, then another one. */
static void test_another_cook(void **state)
{
    (void)state;
    open_kitchen();
    assert_true(takes(100, CITY_SOUP));
    for (uint32_t kitchen = 1; kitchen < CITY_HOST_KITCHENS; kitchen++)
        tell_load(kitchen, kitchen == 1 ? 0 : kitchen, kitchen);
    assert_int_equal(sell(ORDER), 1);
    answer_ticket(1, ORDER, false);
    city_host_wait(&city, CITY_TICKET_MS + 2 * CITY_TICK_MS);
    const struct host_send *ticket = host_sent(city.host, CITY_TICKET);
    assert_non_null(ticket);
    uint32_t second = ticket->to;
    assert_int_not_equal(second, 1);
    uint32_t same = 1;
    for (uint32_t wait = 0; wait < 10; wait++) {
        city_host_wait(&city, CITY_TICKET_MS / 2);
        ticket = host_sent(city.host, CITY_TICKET);
        if (ticket != NULL && ticket->to != second)
            break;
        same += ticket != NULL;
    }
    assert_non_null(ticket);
    assert_int_not_equal(ticket->to, second);
    assert_int_equal(same, CITY_TICKET_TRIES);
    city_host_close(&city);
}

/* A cook that was started anew has forgotten what it had taken: it is told again. The first word of
 * a kitchen is no new start. */
static void test_a_new_boot_gets_its_tickets_again(void **state)
{
    (void)state;
    open_kitchen();
    assert_true(takes(100, CITY_SOUP));
    tell_load(1, 0, 55);
    for (uint32_t kitchen = 2; kitchen < CITY_HOST_KITCHENS; kitchen++)
        tell_load(kitchen, 9, kitchen);
    assert_int_equal(sell(ORDER), 1);
    answer_ticket(1, ORDER, true);
    city_host_wait(&city, 3 * CITY_TICKET_MS);
    assert_null(host_sent(city.host, CITY_TICKET)); /* taken: not asked again */
    tell_load(1, 1, 55);
    assert_null(host_sent(city.host, CITY_TICKET));
    tell_load(2, 1, 77); /* another kitchen's new start */
    assert_null(host_sent(city.host, CITY_TICKET));
    tell_load(1, 0, 56);
    assert_non_null(host_sent(city.host, CITY_TICKET));
    assert_int_equal(host_sent(city.host, CITY_TICKET)->to, 1);
    answer_ticket(1, ORDER, true);
    struct city_order cooked = {.order = ORDER, .dish = CITY_LOBSTER};
    assert_true(host_message(city.host, 1, CITY_COOKED, &cooked, sizeof cooked));
    assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
    tell_load(1, 0, 57); /* and then it is nobody's any more */
    assert_null(host_sent(city.host, CITY_TICKET));
    city_host_close(&city);
}

/* Words about orders that this desk does not have, from whom it did not ask: nothing happens. */
static void test_words_of_others(void **state)
{
    (void)state;
    open_kitchen();
    assert_true(takes(100, CITY_SOUP));
    tell_load(1, 0, 1);
    for (uint32_t kitchen = 2; kitchen < CITY_HOST_KITCHENS; kitchen++)
        tell_load(kitchen, 9, kitchen);
    assert_int_equal(sell(ORDER), 1);
    answer_ticket(2, ORDER, true); /* was not asked */
    answer_ticket(1, ORDER + 1, true);
    struct city_assign assign = {.order = ORDER, .cook = 3}; /* has a cook already */
    assert_true(host_message(city.host, 4, CITY_ASSIGN, &assign, sizeof assign));
    assert_int_equal(city.host->send_count, 0);
    city_host_wait(&city, CITY_TICKET_MS + 2 * CITY_TICK_MS);
    assert_int_equal(host_sent(city.host, CITY_TICKET)->to, 1); /* still asked */
    city_host_close(&city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stoves_side_by_side),
        cmocka_unit_test(test_a_lobster_takes_longer),
        cmocka_unit_test(test_a_doubled_ticket_is_one),
        cmocka_unit_test(test_a_full_kitchen),
        cmocka_unit_test(test_the_least_load),
        cmocka_unit_test(test_dispatching_for_a_desk),
        cmocka_unit_test(test_the_leader_dispatches),
        cmocka_unit_test(test_another_cook),
        cmocka_unit_test(test_a_new_boot_gets_its_tickets_again),
        cmocka_unit_test(test_words_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
