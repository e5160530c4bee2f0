/* test_city_ledger.c - the ledger of the city, fed with notes by hand: who was sold what twice, who was
 * named, which price was old, and when a missing answer breaks a promise. */
#include "systems/city/kitchen.h"
#include "systems/city/ledger.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { DESK_A, DESK_B, LOBSTER_KEY = 1, DELIVERY = 1 };
static const int64_t MS = 1000000;

struct city {
    struct city_plan plan;
    int64_t settings[CITY_SET_COUNT];
    struct node_env env;
    struct node_world world;
    struct node_row_sink sink;
    struct city_ledger *ledger;
    uint32_t broken; /* promises that the ledger called broken at once */
};

static void keep_note(void *context, const struct node_note *note)
{
    struct city *city = context;
    city->broken += note->kind == CITY_NOTE_PROMISE_BROKEN;
}

static void open_city(struct city *city)
{
    struct error error;
    memset(city, 0, sizeof *city);
    cJSON *scenario = cJSON_CreateObject();
    assert_int_equal(city_load(scenario, &city->plan, &error), 0);
    cJSON_Delete(scenario);
    for (uint32_t i = 0; i < CITY_SET_COUNT; i++)
        city->settings[i] = CITY_SETTINGS[i].standard;
    city->env = (struct node_env){
        .self = NODE_NONE, .node_count = 6, .settings = city->settings, .plan = &city->plan};
    city->world = (struct node_world){.node_count = 6, .env = &city->env};
    city->sink = (struct node_row_sink){.context = city, .note = keep_note};
    city->ledger = calloc(1, CITY_LEDGER.state_bytes);
    assert_non_null(city->ledger);
    CITY_LEDGER.init(city->ledger, &city->env, 0);
    city->world.time_ns = 60000 * MS; /* the start is long ago */
}

static void close_city(struct city *city)
{
    free(city->ledger);
}

static void note(struct city *city, enum city_note kind, uint32_t node, uint32_t peer,
                 uint32_t order, const int64_t args[NODE_NOTE_ARGS])
{
    struct node_note told = {.kind = (uint16_t)kind,
                             .node = node,
                             .peer = peer,
                             .subject = order,
                             .time_ns = city->world.time_ns};
    memcpy(told.args, args, sizeof told.args);
    CITY_LEDGER.note(city->ledger, &city->world, &told, &city->sink);
}
#define ARGS(...) ((const int64_t[NODE_NOTE_ARGS]){__VA_ARGS__})

static void order(struct city *city, uint32_t order, uint32_t desk, enum city_dish dish)
{
    note(city, CITY_NOTE_ORDERED, city_customers(&city->plan), desk, order, ARGS(dish, desk, 1));
}

static void sell(struct city *city, uint32_t order, uint32_t key, uint32_t delivery,
                 enum kv_level level)
{
    note(city, CITY_NOTE_SOLD, DESK_A, NODE_NONE, order, ARGS(key, delivery, level, 32));
}

/* ---- Tests ---- */

/* One lobster of one delivery, told to two: broken where both went through the log. */
static void test_sold_twice(void **state)
{
    static const enum kv_level LEVELS[] = {KV_LEVEL_STRONG, KV_LEVEL_EVENTUAL};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct city city;
        open_city(&city);
        order(&city, 1, DESK_A, CITY_LOBSTER);
        order(&city, 2, DESK_B, CITY_LOBSTER);
        order(&city, 3, DESK_B, CITY_LOBSTER);
        sell(&city, 1, LOBSTER_KEY, DELIVERY, LEVELS[i]);
        sell(&city, 3, LOBSTER_KEY + 1, DELIVERY, LEVELS[i]); /* another lobster */
        assert_int_equal(city.ledger->oversold, 0);
        sell(&city, 2, LOBSTER_KEY, DELIVERY, LEVELS[i]);
        sell(&city, 2, LOBSTER_KEY, DELIVERY, LEVELS[i]); /* said again */
        assert_int_equal(city.ledger->oversold, 1);
        assert_int_equal(city.broken, LEVELS[i] == KV_LEVEL_STRONG);
        assert_int_equal(city.ledger->witness[CITY_CHECK_SOLD_ONCE].count,
                         LEVELS[i] == KV_LEVEL_STRONG);
        assert_int_equal(city.ledger->sold_twice_weakly.count, LEVELS[i] == KV_LEVEL_EVENTUAL);
        assert_true(city_ledger_find(city.ledger, 2)->oversold);
        close_city(&city);
    }
}

/* The same place of the pantry in the next delivery is another lobster. */
static void test_the_next_delivery(void **state)
{
    struct city city;
    (void)state;
    open_city(&city);
    order(&city, 1, DESK_A, CITY_LOBSTER);
    order(&city, 2, DESK_A, CITY_LOBSTER);
    sell(&city, 1, LOBSTER_KEY, DELIVERY, KV_LEVEL_STRONG);
    sell(&city, 2, LOBSTER_KEY, DELIVERY + 1, KV_LEVEL_STRONG);
    assert_int_equal(city.ledger->oversold, 0);
    assert_int_equal(city.broken, 0);
    close_city(&city);
}

/* Named is who was told "yours" and then otherwise, once; a claim of somebody who was refused is only
 * taken out of the book. */
static void test_named(void **state)
{
    struct city city;
    (void)state;
    open_city(&city);
    for (uint32_t number = 1; number <= 3; number++)
        order(&city, number, DESK_A, CITY_LOBSTER);
    sell(&city, 1, LOBSTER_KEY, DELIVERY, KV_LEVEL_EVENTUAL);
    sell(&city, 2, LOBSTER_KEY, DELIVERY, KV_LEVEL_EVENTUAL);
    for (int twice = 0; twice < 2; twice++) {
        note(&city, CITY_NOTE_OVERSOLD, DESK_A, NODE_NONE, 2, ARGS(LOBSTER_KEY, 1, DELIVERY));
        note(&city, CITY_NOTE_OVERSOLD, DESK_A, NODE_NONE, 3, ARGS(LOBSTER_KEY, 1, DELIVERY));
    }
    assert_int_equal(city.ledger->oversold, 1);
    assert_int_equal(city.ledger->named, 1);
    assert_true(city_ledger_find(city.ledger, 2)->sorry);
    close_city(&city);
}

/* A price is old when it had changed before the order came, not when it changes on the way. */
static void test_stale_price(void **state)
{
    struct city city;
    (void)state;
    open_city(&city);
    order(&city, 1, DESK_A, CITY_LOBSTER);
    note(&city, CITY_NOTE_PRICED, DESK_B, NODE_NONE, NODE_NONE, ARGS(CITY_LOBSTER, 40));
    sell(&city, 1, LOBSTER_KEY, DELIVERY, KV_LEVEL_EVENTUAL); /* at 32, as it was */
    assert_int_equal(city.ledger->stale, 0);
    order(&city, 2, DESK_A, CITY_LOBSTER);
    sell(&city, 2, LOBSTER_KEY + 1, DELIVERY, KV_LEVEL_EVENTUAL);
    assert_int_equal(city.ledger->stale, 1);
    close_city(&city);
}

/* Turned away: a figure always, a broken promise only while nothing else is broken. */
static void test_turned_away(void **state)
{
    struct city city;
    (void)state;
    open_city(&city);
    city.world.faults_active = 1;
    order(&city, 1, DESK_A, CITY_SOUP);
    note(&city, CITY_NOTE_REFUSED, 5, DESK_A, 1, ARGS(CITY_SOUP));
    city.world.faults_active = 0;
    city.world.time_ns += 1000 * MS; /* healed a moment ago */
    order(&city, 2, DESK_A, CITY_SOUP);
    note(&city, CITY_NOTE_GONE, 5, NODE_NONE, 2, ARGS(CITY_SOUP));
    assert_int_equal(city_ledger_turned_away(city.ledger), 2);
    assert_int_equal(city.broken, 0);
    city.world.time_ns += 60000 * MS;
    order(&city, 3, DESK_A, CITY_SOUP);
    note(&city, CITY_NOTE_FULL, 5, DESK_A, 3,
         ARGS(CITY_SOUP)); /* overload is no fault of the book */
    assert_int_equal(city.broken, 0);
    order(&city, 4, DESK_A, CITY_SOUP);
    note(&city, CITY_NOTE_REFUSED, 5, DESK_A, 4, ARGS(CITY_SOUP));
    assert_int_equal(city_ledger_turned_away(city.ledger), 4);
    assert_int_equal(city.broken, 1);
    assert_int_equal(city.ledger->witness[CITY_CHECK_ANSWERED].subject, 4);
    close_city(&city);
}

/* ---- The books of the kitchens ---- */

/* Kitchens A and B run, the others are down; each has what the test wrote into its copy. */
static struct city_kitchen *memories[2];

static const void *memory_of(const struct node_world *world, uint32_t node)
{
    (void)world;
    return node < 2 ? memories[node] : NULL;
}

static void open_books(struct city *city)
{
    open_city(city);
    city->settings[CITY_SET_MODE] = KV_MODE_AP;
    city->world.state = memory_of;
    for (int i = 0; i < 2; i++) {
        memories[i] = calloc(1, sizeof *memories[i]);
        assert_non_null(memories[i]);
    }
}

static void close_books(struct city *city)
{
    free(memories[0]);
    free(memories[1]);
    close_city(city);
}

static void write_copy(uint32_t kitchen, uint32_t key, int64_t value)
{
    struct kv_state *state = &memories[kitchen]->store.slots[key].state;
    *state = (struct kv_state){.key = key};
    (void)kv_write(state, 0, NULL, value, false, MS, 0, 0);
}

static enum system_verdict at_rest(struct city *city, enum city_check check)
{
    struct system_finding findings[CITY_CHECK_COUNT];
    city_judge(city->ledger, &city->world, true, findings);
    return findings[check].verdict;
}

/* Two kitchens that run have a key differently: at rest the promise is broken. */
static void test_books_differ(void **state)
{
    struct city city;
    uint32_t key = 0, one = 0, other = 0;
    (void)state;
    open_books(&city);
    for (uint32_t kitchen = 0; kitchen < 2; kitchen++)
        write_copy(kitchen, LOBSTER_KEY, city_claim(DELIVERY, 1));
    assert_int_equal(city_ledger_different(&city.world, &key, &one, &other), 0);
    assert_int_equal(at_rest(&city, CITY_CHECK_BOOKS_AGREE), SYSTEM_PASS);
    write_copy(1, LOBSTER_KEY, city_claim(DELIVERY, 2));
    assert_int_equal(city_ledger_different(&city.world, &key, &one, &other), 1);
    assert_int_equal(key, LOBSTER_KEY);
    assert_int_equal(one, DESK_A);
    assert_int_equal(other, DESK_B);
    assert_int_equal(at_rest(&city, CITY_CHECK_BOOKS_AGREE), SYSTEM_FAIL);
    close_books(&city);
}

/* Told "yours", and then that one keeps it who was turned away. Of two who were told "yours" one has to. */
static void test_confirmed_before_refused(void **state)
{
    struct city city;
    (void)state;
    open_books(&city);
    order(&city, 1, DESK_A, CITY_LOBSTER);
    order(&city, 2, DESK_B, CITY_LOBSTER);
    sell(&city, 2, LOBSTER_KEY, DELIVERY, KV_LEVEL_EVENTUAL);
    note(&city, CITY_NOTE_OVERSOLD, DESK_A, NODE_NONE, 2, ARGS(LOBSTER_KEY, 1, DELIVERY));
    assert_int_equal(at_rest(&city, CITY_CHECK_CONFIRMED_KEPT), SYSTEM_PASS);
    note(&city, CITY_NOTE_REFUSED, 5, DESK_A, 1, ARGS(CITY_LOBSTER));
    assert_int_equal(at_rest(&city, CITY_CHECK_CONFIRMED_KEPT), SYSTEM_FAIL);
    close_books(&city);
}

/* Told "yours" and in no book: lost, unless somebody has said so, or it was of an earlier delivery. */
static void test_lost(void **state)
{
    struct city city;
    uint32_t key = 0, lost = 0;
    (void)state;
    open_books(&city);
    order(&city, 1, DESK_A, CITY_LOBSTER);
    sell(&city, 1, LOBSTER_KEY, DELIVERY, KV_LEVEL_EVENTUAL);
    write_copy(0, LOBSTER_KEY, city_claim(DELIVERY, 1));
    assert_int_equal(city_ledger_lost(city.ledger, &city.world, &key, &lost), 0);
    write_copy(0, LOBSTER_KEY, city_claim(DELIVERY, 2));
    assert_int_equal(city_ledger_lost(city.ledger, &city.world, &key, &lost), 1);
    assert_int_equal(key, LOBSTER_KEY);
    assert_int_equal(lost, 1);
    assert_int_equal(at_rest(&city, CITY_CHECK_IN_BOOK), SYSTEM_FAIL);
    write_copy(1, LOBSTER_KEY, city_claim(DELIVERY + 1, 9));
    assert_int_equal(city_ledger_lost(city.ledger, &city.world, &key, &lost), 0);
    write_copy(1, LOBSTER_KEY, city_claim(DELIVERY, 2));
    note(&city, CITY_NOTE_OVERSOLD, DESK_A, NODE_NONE, 1, ARGS(LOBSTER_KEY, 2, DELIVERY));
    assert_int_equal(city_ledger_lost(city.ledger, &city.world, &key, &lost), 0);
    assert_int_equal(at_rest(&city, CITY_CHECK_IN_BOOK), SYSTEM_PASS);
    close_books(&city);
}

/* Turned away, and in the book all the same: a lobster for nobody. */
static void test_kept_for_nobody(void **state)
{
    struct city city;
    (void)state;
    open_books(&city);
    order(&city, 1, DESK_A, CITY_LOBSTER);
    write_copy(0, LOBSTER_KEY, city_claim(DELIVERY, 1));
    assert_int_equal(city_ledger_kept(city.ledger, &city.world), 0); /* still being sold */
    note(&city, CITY_NOTE_REFUSED, 5, DESK_A, 1, ARGS(CITY_LOBSTER));
    assert_int_equal(city_ledger_kept(city.ledger, &city.world), 1);
    close_books(&city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_confirmed_before_refused),
        cmocka_unit_test(test_sold_twice),
        cmocka_unit_test(test_the_next_delivery),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_stale_price),
        cmocka_unit_test(test_turned_away),
        cmocka_unit_test(test_books_differ),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_kept_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
