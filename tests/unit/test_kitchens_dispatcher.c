/* test_kitchens_dispatcher.c - the dispatcher step by step: its book on a disk that fails, and whom
 * it believes. The test is customers, kitchens and disk. */
#include "node_host.h"
#include "systems/kitchens/dispatcher.h"
#include "unit.h"

enum { A = 1, B = 2, CUSTOMERS = 3 };
static const int64_t MS = 1000000;

struct fixture {
    struct kitchens_plan plan;
    struct node_host *host;
    uint64_t registration[CUSTOMERS];
    uint32_t sequence;
};

static void finish_disk(struct node_host *host)
{
    host_read_all(host);
    while (host_written(host, NODE_IO_OK)) {
    }
}

static void set_up(struct fixture *city)
{
    int64_t settings[KITCHENS_SET_COUNT];
    memset(city, 0, sizeof *city);
    for (uint32_t i = 0; i < KITCHENS_SET_COUNT; i++)
        settings[i] = KITCHENS_SETTINGS[i].standard;
    city->plan.kitchen_count = 2;
    city->plan.dish_count = 1;
    city->plan.cuisine_count = 1;
    city->host = host_new(&KITCHENS_DISPATCHER_PROTOCOL, KITCHENS_DISPATCHER, 4, &city->plan,
                          settings, KITCHENS_SET_COUNT);
    host_start(city->host);
    finish_disk(city->host);
}

/* Registers a kitchen with these tickets (order and epoch); remembers its registration. Returns the
 * answer. */
static struct kitchens_standing register_kitchen(struct fixture *city, uint32_t node,
                                                 uint64_t request, uint32_t identity,
                                                 const struct kitchens_held *held, uint32_t count)
{
    struct kitchens_standing standing = {0};
    struct kitchens_register message = {.order = NODE_NONE,
                                        .identity = identity,
                                        .request = request,
                                        .state = {.sequence = ++city->sequence},
                                        .cooks = 2,
                                        .capacity = 4,
                                        .count = count};
    for (uint32_t i = 0; i < count; i++)
        message.held[i] = held[i];
    uint32_t length = KITCHENS_REGISTER_BYTES_MIN + count * (uint32_t)sizeof held[0];
    assert_true(host_message(city->host, node, KITCHENS_REGISTER, &message, length));
    const struct host_send *send = host_sent(city->host, KITCHENS_WELCOME);
    if (send == NULL)
        return standing;
    memcpy(&standing, send->bytes, sizeof standing);
    city->registration[node] = standing.registration;
    return standing;
}

static void place(struct fixture *city, uint32_t order)
{
    struct kitchens_place message = {.order = order, .oldest = 1, .preparation_ms = 1000};
    assert_true(host_message(city->host, CUSTOMERS, KITCHENS_PLACE, &message, sizeof message));
}

static void say(struct fixture *city, uint32_t node, enum kitchens_message type, uint32_t order,
                uint64_t epoch, uint16_t tickets)
{
    struct kitchens_report report = {.order = order,
                                     .epoch = epoch,
                                     .registration = city->registration[node],
                                     .state = {.sequence = ++city->sequence, .pending = tickets}};
    assert_true(host_message(city->host, node, (uint16_t)type, &report, sizeof report));
}

/* The first assignment sent in the last step. */
static struct kitchens_ticket assigned(const struct fixture *city, uint32_t *node)
{
    struct kitchens_ticket ticket;
    const struct host_send *send = host_sent(city->host, KITCHENS_ASSIGN);
    assert_non_null(send);
    memcpy(&ticket, send->bytes, sizeof ticket);
    *node = send->to;
    return ticket;
}

static void restart(struct fixture *city)
{
    host_restart(city->host);
    city->host->now_ns += 1000 * MS;
    host_start(city->host);
}

static void test_persists_before_it_speaks(void **state)
{
    (void)state;
    struct fixture city;
    uint32_t node;
    set_up(&city);
    (void)register_kitchen(&city, A, 1, A, NULL, 0);
    place(&city, 1);
    assert_int_equal(city.host->send_count, 0);
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_RECEIVED));
    place(&city, 1); /* asked again: still no answer, and no second record */
    assert_int_equal(city.host->send_count, 0);
    assert_int_equal(city.host->write_count, 1);
    assert_true(host_written(city.host, NODE_IO_OK));
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_CONFIRMED));
    assert_non_null(host_sent(city.host, KITCHENS_ANSWER));
    struct kitchens_ticket ticket = assigned(&city, &node);
    say(&city, A, KITCHENS_ACCEPT, 1, ticket.epoch, 1);
    say(&city, A, KITCHENS_DONE, 1, ticket.epoch, 0);
    assert_null(host_sent(city.host, KITCHENS_DONE_ACK));
    assert_true(host_written(city.host, NODE_IO_OK));
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_SETTLED));
    assert_non_null(host_sent(city.host, KITCHENS_DONE_ACK));
    say(&city, A, KITCHENS_DONE, 1, ticket.epoch, 0); /* the acknowledgement was lost */
    assert_null(host_noted(city.host, KITCHENS_NOTE_FENCED));
    assert_non_null(host_sent(city.host, KITCHENS_DONE_ACK));
    place(&city, 1); /* an echo from the beginning */
    assert_int_equal(city.host->write_count, 0);
    host_free(&city.host);
}

static void test_early_answer_is_a_switch(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    host_set(city.host, KITCHENS_SET_BUG_ACK_EARLY, 1);
    place(&city, 1);
    assert_non_null(host_sent(city.host, KITCHENS_ANSWER));
    assert_null(host_noted(city.host, KITCHENS_NOTE_CONFIRMED));
    host_free(&city.host);
}

static void test_asks_until_answered_then_suspects(void **state)
{
    (void)state;
    struct fixture city;
    uint32_t node;
    set_up(&city);
    (void)register_kitchen(&city, A, 1, A, NULL, 0);
    place(&city, 1);
    (void)host_written(city.host, NODE_IO_OK);
    uint64_t epoch = assigned(&city, &node).epoch;
    (void)register_kitchen(&city, B, 1, B, NULL, 0);
    for (int i = 0; i < 8; i++) { /* A's heartbeats come, its answers do not */
        host_run(city.host, city.host->now_ns + 100 * MS);
        assert_int_equal(host_sent_count(city.host, KITCHENS_ASSIGN), 1);
        assert_true(assigned(&city, &node).epoch == epoch);
        say(&city, A, KITCHENS_HEARTBEAT, NODE_NONE, 0, 0);
        say(&city, B, KITCHENS_HEARTBEAT, NODE_NONE, 0, 0);
    }
    for (int i = 0; i < 12 && host_noted(city.host, KITCHENS_NOTE_KITCHEN_SUSPECTED) == NULL; i++) {
        say(&city, A, KITCHENS_HEARTBEAT, NODE_NONE, 0, 0);
        say(&city, B, KITCHENS_HEARTBEAT, NODE_NONE, 0, 0);
        host_run(city.host, city.host->now_ns + 100 * MS);
    }
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_KITCHEN_SUSPECTED)->peer, A);
    struct kitchens_ticket again = assigned(&city, &node);
    assert_int_equal(node, B);
    assert_true(again.epoch > epoch);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_ASSIGNED)->args[3], 1);
    say(&city, A, KITCHENS_DONE, 1, epoch, 0); /* it had cooked all the same */
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_FENCED)->args[1], again.epoch);
    assert_int_equal(city.host->write_count, 0);
    say(&city, A, KITCHENS_HEARTBEAT, NODE_NONE, 0, 0);
    assert_non_null(host_sent(city.host, KITCHENS_UNKNOWN));
    struct kitchens_held held = {.order = 1, .epoch = epoch, .slot = 5};
    assert_true(register_kitchen(&city, A, 2, A, &held, 1).dropped == 1u << 5);
    host_free(&city.host);
}

static void test_remembers_its_book(void **state)
{
    (void)state;
    struct fixture city;
    uint32_t node;
    set_up(&city);
    (void)register_kitchen(&city, A, 1, A, NULL, 0);
    uint64_t epoch = 0;
    for (uint32_t order = 1; order <= 3; order++) {
        place(&city, order);
        (void)host_written(city.host, NODE_IO_OK);
        epoch = assigned(&city, &node).epoch;
        say(&city, A, KITCHENS_ACCEPT, order, epoch, (uint16_t)order);
    }
    say(&city, A, KITCHENS_DONE, 3, epoch, 2);
    (void)host_written(city.host, NODE_IO_OK);
    restart(&city);
    finish_disk(city.host);
    struct kitchens_held held = {.order = 1, .epoch = epoch - 2, .slot = 0};
    struct kitchens_standing standing = register_kitchen(&city, A, 9, A, &held, 1);
    assert_true(standing.dropped == 0);
    assert_true(standing.registration > epoch); /* a new term */
    say(&city, A, KITCHENS_DONE, 3, epoch, 1);  /* its acknowledgement was lost in the crash */
    assert_int_equal(city.host->write_count, 0);
    place(&city, 2); /* a customer whose answer was lost */
    assert_non_null(host_sent(city.host, KITCHENS_ANSWER));
    assert_int_equal(city.host->write_count, 0);
    host_run(city.host, city.host->now_ns + 1400 * MS);
    say(&city, A, KITCHENS_HEARTBEAT, NODE_NONE, 0, 1);
    host_run(city.host, city.host->now_ns + 300 * MS); /* the grace is over: 2 is nobody's */
    struct kitchens_ticket again = assigned(&city, &node);
    assert_int_equal(again.order, 2);
    assert_true(again.epoch > standing.registration);
    host_free(&city.host);
}

/* Cut the file at every byte of its last record: the order is there whole, or not at all, and those
 * before it always are. */
static void test_survives_a_torn_tail(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    for (uint32_t order = 1; order <= 3; order++) {
        place(&city, order);
        (void)host_written(city.host, NODE_IO_OK);
    }
    static struct node_host saved;
    saved = *city.host;
    uint32_t end = saved.file_length[0];
    for (uint32_t length = end - 40; length <= end; length++) {
        memcpy(city.host->files, saved.files, sizeof saved.files);
        memcpy(city.host->file_length, saved.file_length, sizeof saved.file_length);
        memset(city.host->files[0] + length, 0xee, HOST_FILE_BYTES - length);
        host_restart(city.host);
        host_start(city.host);
        host_read_all(city.host);
        uint32_t found = host_noted_count(city.host, KITCHENS_NOTE_BOOK_ORDER);
        assert_int_equal(found, length < end - 12 ? 2 : 3); /* 4 bytes of padding, a terminator */
        const struct node_note *recovered = host_noted(city.host, KITCHENS_NOTE_BOOK_RECOVERED);
        assert_int_equal(recovered->args[0], found);
        assert_int_equal(recovered->args[1] > 0, length < end);
    }
    host_free(&city.host);
}

/* A full disk: new orders are refused, nothing is promised, and what was under way goes on when
 * there is room again. */
static void test_goes_on_after_a_full_disk(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    place(&city, 1);
    place(&city, 2);
    assert_true(host_written(city.host, NODE_IO_FULL));
    assert_true(host_written(city.host, NODE_IO_OK)); /* behind a hole: worth nothing */
    assert_int_equal(city.host->send_count, 0);
    place(&city, 3);
    struct kitchens_answer answer;
    memcpy(&answer, host_sent(city.host, KITCHENS_ANSWER)->bytes, sizeof answer);
    assert_int_equal(answer.refused, 1 + KITCHENS_REFUSED_DISK);
    place(&city, 3); /* the answer was lost: the same one again, for the same reason */
    memcpy(&answer, host_sent(city.host, KITCHENS_ANSWER)->bytes, sizeof answer);
    assert_int_equal(answer.refused, 1 + KITCHENS_REFUSED_DISK);
    host_run(city.host, 300 * MS); /* a new segment is tried ... */
    while (host_written(city.host, NODE_IO_ERROR))
        assert_int_equal(city.host->send_count, 0);
    host_run(city.host, 600 * MS); /* ... and again */
    uint32_t confirmed = 0;
    while (host_written(city.host, NODE_IO_OK))
        confirmed += host_noted_count(city.host, KITCHENS_NOTE_CONFIRMED);
    assert_int_equal(confirmed, 2);
    restart(&city);
    host_read_all(city.host);
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_BOOK_ORDER), 2);
    host_free(&city.host);
}

/* Thousands of orders through two small files: each snapshot begins a segment, and a restart at any
 * time finds exactly what is open. */
static void test_segments_follow_each_other(void **state)
{
    (void)state;
    struct fixture city;
    uint32_t node;
    uint32_t switches = 0;
    uint8_t file = 1;
    set_up(&city);
    (void)register_kitchen(&city, A, 1, A, NULL, 0);
    for (uint32_t order = 1; order <= 4000; order++) {
        struct kitchens_place message = {.order = order, .oldest = order, .preparation_ms = 1000};
        host_message(city.host, CUSTOMERS, KITCHENS_PLACE, &message, sizeof message);
        switches += city.host->writes[0].file != file;
        file = city.host->writes[0].file;
        while (host_sent(city.host, KITCHENS_ASSIGN) == NULL)
            assert_true(host_written(city.host, NODE_IO_OK));
        uint64_t epoch = assigned(&city, &node).epoch;
        say(&city, A, KITCHENS_ACCEPT, order, epoch, 1);
        say(&city, A, KITCHENS_DONE, order, epoch, 0);
        while (host_written(city.host, NODE_IO_OK)) {
        }
    }
    assert_in_range(switches, 3, 8);
    place(&city, 4001);
    finish_disk(city.host);
    restart(&city);
    host_read_all(city.host);
    assert_int_equal(host_noted_count(city.host, KITCHENS_NOTE_BOOK_ORDER), 1);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_BOOK_ORDER)->subject, 4001);
    host_free(&city.host);
}

/* Two kitchens under one name. */
static void test_identity_is_unique(void **state)
{
    (void)state;
    struct fixture city;
    set_up(&city);
    (void)register_kitchen(&city, A, 1, A, NULL, 0);
    uint64_t registration = city.registration[A];
    (void)register_kitchen(&city, B, 1, A, NULL, 0);
    assert_non_null(host_sent(city.host, KITCHENS_UNWANTED));
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_KITCHEN_REFUSED)->peer, B);
    (void)register_kitchen(&city, B, 1, A, NULL, 0); /* asked again: refused, told once */
    assert_null(host_noted(city.host, KITCHENS_NOTE_KITCHEN_REFUSED));
    assert_true(register_kitchen(&city, A, 1, A, NULL, 0).registration == registration);
    host_set(city.host, KITCHENS_SET_BUG_DUPLICATE_ID, 1);
    assert_true(register_kitchen(&city, B, 1, A, NULL, 0).registration != 0);
    host_free(&city.host);
}

/* Two phases: asked, released, given to the next under a new number (CHEF-T05). */
static void test_hands_over(void **state)
{
    (void)state;
    struct fixture city;
    uint32_t node;
    set_up(&city);
    (void)register_kitchen(&city, A, 1, A, NULL, 0);
    uint64_t epoch = 0;
    for (uint32_t order = 1; order <= 4; order++) {
        place(&city, order);
        (void)host_written(city.host, NODE_IO_OK);
        epoch = assigned(&city, &node).epoch;
        say(&city, A, KITCHENS_ACCEPT, order, epoch, (uint16_t)order);
    }
    (void)register_kitchen(&city, B, 1, B, NULL, 0);
    host_set(city.host, KITCHENS_SET_PER_KITCHEN, 1);
    host_set(city.host, KITCHENS_SET_MIGRATION, 1);
    host_run(city.host, city.host->now_ns + 500 * MS);
    assert_int_equal(host_sent_count(city.host, KITCHENS_OFFER), 1);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_HANDOVER_OFFERED)->subject, 4);
    say(&city, A, KITCHENS_RELEASED, 4, epoch, 3);
    struct kitchens_ticket moved = assigned(&city, &node);
    assert_int_equal(node, B);
    assert_true(moved.epoch > epoch);
    say(&city, A, KITCHENS_RELEASED, 4, epoch, 3); /* an echo */
    assert_null(host_sent(city.host, KITCHENS_ASSIGN));
    say(&city, B, KITCHENS_ACCEPT, 4, moved.epoch, 1);
    assert_int_equal(host_noted(city.host, KITCHENS_NOTE_HANDOVER_ACCEPTED)->args[1], A);
    say(&city, A, KITCHENS_DONE, 4, epoch, 3); /* cannot be, and is not believed */
    assert_non_null(host_noted(city.host, KITCHENS_NOTE_FENCED));
    host_free(&city.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_persists_before_it_speaks),
        cmocka_unit_test(test_early_answer_is_a_switch),
        cmocka_unit_test(test_asks_until_answered_then_suspects),
        cmocka_unit_test(test_remembers_its_book),
        cmocka_unit_test(test_survives_a_torn_tail),
        cmocka_unit_test(test_goes_on_after_a_full_disk),
        cmocka_unit_test(test_segments_follow_each_other),
        cmocka_unit_test(test_identity_is_unique),
        cmocka_unit_test(test_hands_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
