/* test_city_settle.c - two sides have written over the same thing and have met: who keeps it, who is
 * named, and that it is done once. */
#include "city_host.h"
#include "unit.h"

enum { LOBSTERS = 3, KEY = 1, FIRST = 31, SECOND = 42 };

static struct city_host city;
static struct kv_request asked;

static void open_kitchen(uint32_t self)
{
    city_host_open(&city, self, KV_MODE_AP, LOBSTERS);
    city_host_fate(&city, FIRST, CITY_FATE_STANDS);
    city_host_fate(&city, SECOND, CITY_FATE_STANDS);
}

/* The value that is written over both. */
static int64_t settled(uint32_t key)
{
    city_host_wait(&city, CITY_TICK_MS);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.key, key);
    assert_int_equal(asked.function, KV_PUT);
    assert_true(asked.has_context);
    assert_memory_equal(asked.context, city_host_kitchen(&city)->store.slots[key].state.clock,
                        sizeof asked.context);
    return asked.value;
}

/* ---- Tests ---- */

/* The first order keeps a lobster, whichever was written later; the other one is named and told. */
static void test_the_first_order_keeps_it(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        open_kitchen(0);
        city_host_siblings(&city, KEY, city_claim(2, swapped ? SECOND : FIRST),
                           city_claim(2, swapped ? FIRST : SECOND));
        assert_int_equal(settled(KEY), city_claim(2, FIRST));
        const struct node_note *named = host_noted(city.host, CITY_NOTE_OVERSOLD);
        assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 1);
        assert_int_equal(named->subject, SECOND);
        assert_int_equal(named->args[0], KEY);
        assert_int_equal(named->args[1], FIRST);
        assert_int_equal(named->args[2], 2);
        assert_int_equal(city_host_told(&city, SECOND), CITY_SORRY);
        assert_int_equal(city_host_told(&city, FIRST), CITY_OPEN);
        city_host_close(&city);
    }
}

/* Looked at every tick, named once: while the write is under way and when it is done. */
static void test_named_once(void **state)
{
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(0, FIRST), city_claim(0, SECOND));
    (void)settled(KEY);
    city_host_wait(&city, 10 * CITY_TICK_MS);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    city_host_copy(&city, KEY, asked.value); /* what the write does to the copy */
    city_host_reply(&city, &asked, KV_OK, asked.value);
    city_host_wait(&city, 10 * CITY_TICK_MS);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    assert_int_equal(desk_open(city_host_kitchen(&city)), 0);
    assert_int_equal(settle_left(city_host_kitchen(&city), &city.plan), NODE_NONE);
    city_host_close(&city);
}

/* The write fails and is tried again: nobody is told twice. */
static void test_named_once_though_the_write_fails(void **state)
{
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(0, FIRST), city_claim(0, SECOND));
    (void)settled(KEY);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 1);
    city_host_reply(&city, &asked, KV_BUSY, 0);
    city_host_wait(&city, CITY_TICKET_MS + 4 * CITY_TICK_MS);
    assert_true(city_host_asked(&city, &asked));
    assert_int_equal(asked.value, city_claim(0, FIRST));
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    assert_int_equal(city_host_told(&city, SECOND), CITY_OPEN);
    city_host_close(&city);
}

/* What was taken back stands behind every order of its delivery, and is nobody's loss. */
static void test_what_was_taken_back_stands_behind(void **state)
{
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(2, 0), city_claim(2, SECOND));
    assert_int_equal(settled(KEY), city_claim(2, SECOND));
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    city_host_close(&city);
}

/* A desk whose order is not known here is asked until it answers; who was turned away keeps nothing. */
static void test_a_desk_is_asked(void **state)
{
    enum { THIRD = 17 };
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(0, SECOND), city_claim(0, THIRD));
    city_host_wait(&city, 2 * CITY_ATTEMPT_MS);
    assert_false(city_host_asked(&city, &asked));
    const struct host_send *question = host_sent(city.host, CITY_ASK_FATE);
    assert_non_null(question);
    assert_int_equal(question->to, 1); /* the kitchen that wrote it */
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    city_host_fate(&city, THIRD, CITY_FATE_VOID);
    assert_int_equal(settled(KEY), city_claim(0, SECOND));
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    city_host_close(&city);
}

/* A desk that is silent is asked for a while; then its order is taken to stand. */
static void test_a_silent_desk_is_presumed(void **state)
{
    enum { THIRD = 17 };
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(0, SECOND), city_claim(0, THIRD));
    city_host_wait(&city, city.settings[CITY_SET_SUSPECT_MS] + CITY_ASK_MS + 500);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 1);
    assert_int_equal(host_noted(city.host, CITY_NOTE_OVERSOLD)->subject, SECOND);
    city_host_close(&city);
}

/* A lobster of an order that was turned away here is freed, be it alone in its place. */
static void test_a_void_claim_is_freed(void **state)
{
    (void)state;
    open_kitchen(1); /* not the first */
    city_host_fate(&city, FIRST + 1, CITY_FATE_VOID);
    city_host_copy(&city, KEY, city_claim(2, FIRST + 1));
    assert_int_equal(settled(KEY), city_claim(2, 0));
    city_host_close(&city);
}

/* At a switch of modes the store keeps what would have been settled for, not the latest. */
static void test_the_store_keeps_the_same(void **state)
{
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(2, FIRST), city_claim(2, SECOND));
    const struct kv_state *siblings = &city_host_kitchen(&city)->store.slots[KEY].state;
    assert_int_equal(kv_latest(siblings)->value, city_claim(2, SECOND));
    assert_int_equal(kv_kept(&city.plan.store, siblings)->value, city_claim(2, FIRST));
    city_host_close(&city);
}

/* A lobster of the delivery before is another one: its customer has it. */
static void test_another_delivery_is_nobodys_loss(void **state)
{
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, KEY, city_claim(3, SECOND), city_claim(2, FIRST));
    assert_int_equal(settled(KEY), city_claim(3, SECOND));
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    assert_int_equal(city_host_told(&city, FIRST), CITY_OPEN);
    city_host_close(&city);
}

/* Of deliveries the newest, of prices the latest by the clock, of a place of the book the newest order:
 * nobody is named. */
static void test_what_is_no_lobster(void **state)
{
    (void)state;
    open_kitchen(0);
    city_host_siblings(&city, city_key_delivery(&city.plan), 5, 4);
    assert_int_equal(settled(city_key_delivery(&city.plan)), 5);
    city_host_close(&city);
    open_kitchen(0);
    city_host_siblings(&city, city_key_price(&city.plan, CITY_SOUP), 14, 9);
    assert_int_equal(settled(city_key_price(&city.plan, CITY_SOUP)), 9);
    city_host_close(&city);
    open_kitchen(0);
    city_host_siblings(&city, city_key_book(&city.plan, FIRST), FIRST + city.plan.book, FIRST);
    assert_int_equal(settled(city_key_book(&city.plan, FIRST)), FIRST + city.plan.book);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    city_host_close(&city);
}

/* One kitchen settles: the first that is heard. The second one does when the first is silent. */
static void test_one_kitchen_settles(void **state)
{
    (void)state;
    open_kitchen(1);
    city_host_siblings(&city, KEY, city_claim(0, FIRST), city_claim(0, SECOND));
    city_host_wait(&city, 2 * CITY_TICK_MS);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 0);
    city_host_wait(&city, city.settings[CITY_SET_SUSPECT_MS] + 500);
    assert_int_equal(host_noted_count(city.host, CITY_NOTE_OVERSOLD), 1);
    city_host_close(&city);
}

/* Through the log nothing is ever written side by side; in mode hybrid the rest may be. */
static void test_lobsters_of_the_log_are_left_alone(void **state)
{
    (void)state;
    city_host_open(&city, 0, KV_MODE_HYBRID, LOBSTERS);
    struct kv_state *old = &((struct city_kitchen *)city.host->state)->store.slots[KEY].state;
    *old = (struct kv_state){.key = KEY};
    (void)kv_write(old, 0, NULL, city_claim(0, FIRST), false, 1, 0, 0);
    (void)kv_write(old, 1, NULL, city_claim(0, SECOND), false, 2, 0, 0);
    city_host_wait(&city, CITY_TICK_MS);
    assert_false(city_host_asked(&city, &asked));
    city_host_siblings(&city, city_key_price(&city.plan, CITY_SOUP), 14, 9);
    assert_int_equal(settled(city_key_price(&city.plan, CITY_SOUP)), 9);
    city_host_close(&city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_order_keeps_it),
        cmocka_unit_test(test_named_once),
        cmocka_unit_test(test_named_once_though_the_write_fails),
        cmocka_unit_test(test_what_was_taken_back_stands_behind),
        cmocka_unit_test(test_a_desk_is_asked),
        cmocka_unit_test(test_a_silent_desk_is_presumed),
        cmocka_unit_test(test_a_void_claim_is_freed),
        cmocka_unit_test(test_the_store_keeps_the_same),
        cmocka_unit_test(test_another_delivery_is_nobodys_loss),
        cmocka_unit_test(test_what_is_no_lobster),
        cmocka_unit_test(test_one_kitchen_settles),
        cmocka_unit_test(test_lobsters_of_the_log_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
