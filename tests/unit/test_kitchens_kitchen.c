/* test_kitchens_kitchen.c - what a kitchen answers: tickets come once, whatever the network
 * repeats, and what has begun to cook stays. */
#include "node_host.h"
#include "systems/kitchens/kitchen.h"
#include "systems/kitchens/words.h"
#include "unit.h"

enum { PIZZA, SUSHI, SELF = 1, CUSTOMERS = 2, REGISTRATION = 77 };
static const int64_t MS = 1000000;

struct fixture {
    struct kitchens_plan plan;
    struct node_host *host;
};

/* One kitchen: two cooks, room for four tickets, pizza its specialty. */
static void set_up(struct fixture *fixture)
{
    int64_t settings[KITCHENS_SET_COUNT];
    memset(fixture, 0, sizeof *fixture);
    for (uint32_t i = 0; i < KITCHENS_SET_COUNT; i++)
        settings[i] = KITCHENS_SETTINGS[i].standard;
    fixture->plan.kitchen_count = 1;
    fixture->plan.dish_count = 2;
    fixture->plan.cuisine_count = 2;
    fixture->plan.dishes[1].cuisine = SUSHI;
    fixture->plan.kitchens[0] = (struct kitchens_kitchen){
        .cooks = 2, .capacity = 4, .specialties = 1u << PIZZA, .speed_pct = 100, .open = 1};
    fixture->host =
        host_new(&KITCHENS_KITCHEN_PROTOCOL, SELF, 3, &fixture->plan, settings, KITCHENS_SET_COUNT);
    host_start(fixture->host);
}

static void tear_down(struct fixture *fixture)
{
    struct node_reason reason;
    assert_false(
        fixture->host->protocol->violation(fixture->host->state, &fixture->host->env, &reason));
    host_free(&fixture->host);
}

static struct kitchens_register last_register(const struct node_host *host, uint16_t type)
{
    struct kitchens_register message = {0};
    const struct host_send *send = host_sent(host, type);
    assert_non_null(send);
    memcpy(&message, send->bytes, send->length);
    return message;
}

static void welcome(struct node_host *host, uint64_t request, uint64_t dropped)
{
    struct kitchens_standing standing = {
        .order = NODE_NONE, .request = request, .registration = REGISTRATION, .dropped = dropped};
    assert_true(
        host_message(host, KITCHENS_DISPATCHER, KITCHENS_WELCOME, &standing, sizeof standing));
}

static void register_it(struct node_host *host)
{
    welcome(host, last_register(host, KITCHENS_REGISTER).request, 0);
}

static void send_ticket(struct node_host *host, enum kitchens_message type, uint32_t order,
                        uint64_t epoch)
{
    struct kitchens_ticket ticket = {.order = order,
                                     .epoch = epoch,
                                     .registration = REGISTRATION,
                                     .preparation_ms = 1000,
                                     .x_m = 3000,
                                     .y_m = 4000};
    assert_true(host_message(host, KITCHENS_DISPATCHER, (uint16_t)type, &ticket, sizeof ticket));
}

static void assign(struct node_host *host, uint32_t order)
{
    send_ticket(host, KITCHENS_ASSIGN, order, 100 + order);
}

static void test_registers_until_it_is_heard(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    struct kitchens_register first = last_register(city.host, KITCHENS_REGISTER);
    assert_int_equal(first.identity, SELF);
    assert_int_equal(first.capacity, 4);
    host_run(city.host, 600 * MS);
    assert_int_equal(host_sent_count(city.host, KITCHENS_REGISTER), 2);
    assert_true(last_register(city.host, KITCHENS_REGISTER).request == first.request);
    welcome(city.host, first.request, 0);
    host_run(city.host, 1100 * MS);
    assert_null(host_sent(city.host, KITCHENS_REGISTER));
    assert_int_equal(host_sent_count(city.host, KITCHENS_HEARTBEAT), 2);
    tear_down(&city);
}

static void test_takes_a_ticket_once(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    assign(city.host, 1);
    assert_int_equal(city.host->send_count, 0); /* not registered: meant for somebody else */
    host_run(city.host, 300 * MS);
    register_it(city.host);
    assign(city.host, 1);
    assert_int_equal(host_sent_count(city.host, KITCHENS_ACCEPT), 1);
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_COOKING));
    assign(city.host, 1);
    assert_int_equal(host_sent_count(city.host, KITCHENS_ACCEPT), 1);
    assert_null(host_noted(city.host, KITCHENS_NOTE_QUEUED));
    host_run(city.host, 1400 * MS); /* cooked; the courier needs 0.5 s + 5 km */
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_COOKED), 1);
    assert_int_equal(host_sent(city.host, KITCHENS_PARCEL)->travel_ns, 10500 * MS);
    assign(city.host, 1); /* late again: it is done, and that is said */
    assert_int_equal(host_sent_count(city.host, KITCHENS_DONE), 1);
    send_ticket(city.host, KITCHENS_DONE_ACK, 1, 101);
    assign(city.host, 1); /* and once more, when it is long over */
    assert_int_equal(city.host->send_count, 0);
    tear_down(&city);
}

static void test_is_full_at_its_capacity(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    register_it(city.host);
    for (uint32_t order = 1; order <= 4; order++)
        assign(city.host, order);
    assign(city.host, 5);
    assert_int_equal(host_sent_count(city.host, KITCHENS_REJECT), 1);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_REJECTED)->args[1], 2);
    host_run(city.host, 1000 * MS); /* first come, first cooked */
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_COOKED), 2);
    const struct node_note *started = host_noted(city.host, KITCHENS_NOTE_COOKING);
    assert_int_equal(started->subject, 3);
    assert_int_equal(started->args[2], 1); /* the cook of order 1 came free */
    tear_down(&city);
}

static void test_says_done_until_it_is_booked(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    register_it(city.host);
    assign(city.host, 1);
    host_run(city.host, 2100 * MS);
    assert_in_range(host_sent_count(city.host, KITCHENS_DONE), 4, 6);
    struct node_reason reason;
    assert_true(city.host->protocol->pending(city.host->state, &city.host->env, &reason));
    assert_int_equal(reason.word, KITCHENS_WORD_DONE_NOT_BOOKED);
    send_ticket(city.host, KITCHENS_DONE_ACK, 1, 101);
    host_run(city.host, 3000 * MS);
    assert_null(host_sent(city.host, KITCHENS_DONE));
    assert_false(city.host->protocol->pending(city.host->state, &city.host->env, &reason));
    tear_down(&city);
}

static void test_lets_go_what_waits(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    register_it(city.host);
    for (uint32_t order = 1; order <= 3; order++)
        assign(city.host, order);
    send_ticket(city.host, KITCHENS_OFFER, 3, 103);
    assert_non_null(host_sent(city.host, KITCHENS_RELEASED));
    send_ticket(city.host, KITCHENS_OFFER, 3, 103); /* its answer was lost */
    assert_non_null(host_sent(city.host, KITCHENS_RELEASED));
    assert_null(host_noted(city.host, KITCHENS_NOTE_HANDOVER_RELEASED));
    assign(city.host, 3); /* an echo of the assignment: it must not come back */
    assert_int_equal(city.host->send_count, 0);
    send_ticket(city.host, KITCHENS_OFFER, 1, 101);
    assert_non_null(host_sent(city.host, KITCHENS_TOO_LATE));
    host_set(city.host, KITCHENS_SET_BUG_MIGRATE_STARTED, 1);
    send_ticket(city.host, KITCHENS_OFFER, 1, 101);
    assert_non_null(host_sent(city.host, KITCHENS_RELEASED));
    tear_down(&city);
}

static void test_drops_what_is_no_longer_its_own(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    register_it(city.host);
    for (uint32_t order = 1; order <= 3; order++)
        assign(city.host, order);
    struct kitchens_standing unknown = {.order = NODE_NONE, .registration = REGISTRATION};
    host_message(city.host, KITCHENS_DISPATCHER, KITCHENS_UNKNOWN, &unknown, sizeof unknown);
    struct kitchens_register again = last_register(city.host, KITCHENS_REGISTER);
    assert_int_equal(again.count, 3);
    uint64_t dropped = (uint64_t)1 << again.held[0].slot | (uint64_t)1 << again.held[2].slot;
    welcome(city.host, again.request, dropped);
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_DROPPED), 2);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_DROPPED)->args[1], 1); /* off the stove */
    host_message(city.host, KITCHENS_DISPATCHER, KITCHENS_UNKNOWN, &unknown, sizeof unknown);
    assert_int_equal(last_register(city.host, KITCHENS_REGISTER).count, 1);
    tear_down(&city);
}

static void test_leaves_in_good_order(void **state)
{
    (void)state;
    struct fixture city;
    const int64_t none[NODE_INPUT_ARGS] = {0};
    set_up(&city);
    register_it(city.host);
    for (uint32_t order = 1; order <= 3; order++)
        assign(city.host, order);
    host_input(city.host, KITCHENS_INPUT_OPEN, none); /* it is open: said, and nothing else */
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_KITCHEN_UNMOVED)->args[0], 1);
    host_input(city.host, KITCHENS_INPUT_CLOSE, none);
    struct kitchens_register leaving = last_register(city.host, KITCHENS_LEAVE);
    assert_int_equal(leaving.count, 1);
    assert_int_equal(leaving.unfinished, 2);
    assign(city.host, 4);
    assert_non_null(host_sent(city.host, KITCHENS_REJECT));
    struct kitchens_standing farewell = {.order = NODE_NONE, .request = leaving.request};
    host_message(city.host, KITCHENS_DISPATCHER, KITCHENS_FAREWELL, &farewell, sizeof farewell);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_DROPPED)->subject, 3);
    host_run(city.host, 1200 * MS);
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_COOKED), 2);
    send_ticket(city.host, KITCHENS_DONE_ACK, 1, 101);
    send_ticket(city.host, KITCHENS_DONE_ACK, 2, 102);
    farewell.left = 1;
    host_message(city.host, KITCHENS_DISPATCHER, KITCHENS_FAREWELL, &farewell, sizeof farewell);
    host_run(city.host, 5000 * MS);
    assert_int_equal(city.host->send_count, 0); /* closed: not a word any more */
    host_input(city.host, KITCHENS_INPUT_CLOSE, none);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_KITCHEN_UNMOVED)->args[0], 0);
    tear_down(&city);
}

/* Half as fast from the middle on: what is on the stove takes half as long again. */
static void test_changes_its_speed(void **state)
{
    (void)state;
    struct fixture city;
    const int64_t half[NODE_INPUT_ARGS] = {50};
    const int64_t stop[NODE_INPUT_ARGS] = {0};
    const int64_t full[NODE_INPUT_ARGS] = {100};
    set_up(&city);
    register_it(city.host);
    assign(city.host, 1);
    host_run(city.host, 500 * MS);
    host_input(city.host, KITCHENS_INPUT_SLOW, half);
    host_run(city.host, 1499 * MS);
    assert_null(host_noted(city.host, KITCHENS_NOTE_COOKED));
    host_run(city.host, 1500 * MS);
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_COOKED));
    assign(city.host, 2);
    host_input(city.host, KITCHENS_INPUT_SLOW, stop);
    host_run(city.host, 100000 * MS);
    assert_null(host_noted(city.host, KITCHENS_NOTE_COOKED));
    host_input(city.host, KITCHENS_INPUT_SLOW, full);
    host_run(city.host, 101000 * MS);
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_COOKED));
    tear_down(&city);
}

static void test_foreign_dishes_take_longer(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    register_it(city.host);
    struct kitchens_ticket sushi = {.order = 9,
                                    .epoch = 9,
                                    .registration = REGISTRATION,
                                    .preparation_ms = 1000,
                                    .dish = SUSHI};
    host_message(city.host, KITCHENS_DISPATCHER, KITCHENS_ASSIGN, &sushi, sizeof sushi);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_COOKING)->args[1],
                     10 * KITCHEN_FOREIGN_PCT * MS);
    tear_down(&city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers_until_it_is_heard),
        cmocka_unit_test(test_takes_a_ticket_once),
        cmocka_unit_test(test_is_full_at_its_capacity),
        cmocka_unit_test(test_says_done_until_it_is_booked),
        cmocka_unit_test(test_lets_go_what_waits),
        cmocka_unit_test(test_drops_what_is_no_longer_its_own),
        cmocka_unit_test(test_leaves_in_good_order),
        cmocka_unit_test(test_changes_its_speed),
        cmocka_unit_test(test_foreign_dishes_take_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
