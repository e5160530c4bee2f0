/* settings.c: what can be set and done to the city: keys, ranges, standards; and what the store gets
 * of it. What is older keeps its place: inputs carry the number. */
#include "systems/city/city.h"

static const char *const MODES[] = {"ap", "cp", "hybrid", NULL};
static const char *const SWITCHES[] = {"no", "ap", "cp", "hybrid", NULL};
static const char *const CONFLICTS[] = {"last-write-wins", "siblings", NULL};

#define NUMBER(k, u, low, high, std)                                                               \
    {                                                                                              \
        .key = k, .kind = SYSTEM_NUMBER, .live = true, .unit = u, .min = low, .max = high,         \
        .standard = std                                                                            \
    }
#define SWITCH(k, std)                                                                             \
    {                                                                                              \
        .key = k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .standard = std       \
    }
#define CHOICE(k, names, count, std)                                                               \
    {                                                                                              \
        .key = k, .kind = SYSTEM_CHOICE, .unit = "", .max = (count)-1, .standard = std,            \
        .choices = names                                                                           \
    }
#define BUG(k, which)                                                                              \
    {                                                                                              \
        .key = "bug." k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .trap = which  \
    }

const struct system_setting CITY_SETTINGS[CITY_SET_COUNT] = {
    [CITY_SET_MODE] = CHOICE("mode", MODES, 3, KV_MODE_CP),
    [CITY_SET_CONFLICT] = CHOICE("conflict", CONFLICTS, 2, KV_CONFLICT_SIBLINGS),
    [CITY_SET_READ_QUORUM] = NUMBER("r", "", 1, CITY_KITCHENS_MAX, 1),
    [CITY_SET_WRITE_QUORUM] = NUMBER("w", "", 1, CITY_KITCHENS_MAX, 1),
    [CITY_SET_ORDERS_PER_MIN] = NUMBER("orders_per_min", "orders/min", 0, 1200, 60),
    [CITY_SET_LOBSTER_PCT] = NUMBER("lobster_pct", "%", 0, 100, 40),
    [CITY_SET_DELIVERY_S] = NUMBER("delivery_s", "s", 0, 3600, 60),
    [CITY_SET_ANSWER_MS] = NUMBER("answer_ms", "ms", 200, 60000, 2000),
    [CITY_SET_DISH_S] = NUMBER("dish_s", "s", 1, 600, 30),
    [CITY_SET_LOBSTER_MS] = NUMBER("lobster_ms", "ms", 10, 60000, 4000),
    [CITY_SET_SOUP_MS] = NUMBER("soup_ms", "ms", 10, 60000, 2000),
    [CITY_SET_STOVES] = NUMBER("stoves", "", 1, 8, 3),
    [CITY_SET_ELECTION_MS] = NUMBER("election_ms", "ms", 50, 10000, 150),
    [CITY_SET_SUSPECT_MS] = NUMBER("suspect_after_ms", "ms", 100, 60000, 800),
    [CITY_SET_ANTI_ENTROPY] = SWITCH("anti_entropy", 1),
    [CITY_SET_REPAIR_MS] = NUMBER("repair_interval_ms", "ms", 50, 600000, 1000),
    [CITY_SET_BUG_NO_REPLICATION] = BUG("no_replication", "CITY-T01"),
    [CITY_SET_BUG_SELL_UNASKED] = BUG("sell_unasked", "CITY-T02"),
    [CITY_SET_SWITCH_TO] = {.key = "switch_to",
                            .kind = SYSTEM_CHOICE,
                            .live = true,
                            .unit = "",
                            .max = 3,
                            .standard = KV_SWITCH_NONE,
                            .choices = SWITCHES},
};

static const struct {
    uint32_t store, city;
} SHARED[] = {
    {KV_SET_MODE, CITY_SET_MODE},
    {KV_SET_SWITCH_TO, CITY_SET_SWITCH_TO},
    {KV_SET_CONFLICT, CITY_SET_CONFLICT},
    {KV_SET_READ_QUORUM, CITY_SET_READ_QUORUM},
    {KV_SET_WRITE_QUORUM, CITY_SET_WRITE_QUORUM},
    {KV_SET_ELECTION_MS, CITY_SET_ELECTION_MS},
    {KV_SET_SUSPECT_MS, CITY_SET_SUSPECT_MS},
    {KV_SET_ANTI_ENTROPY, CITY_SET_ANTI_ENTROPY},
    {KV_SET_REPAIR_MS, CITY_SET_REPAIR_MS},
};
enum { SHARED_COUNT = sizeof SHARED / sizeof SHARED[0] };

/* The rest is as the store has it by itself, but that every kitchen keeps every key. */
void city_store_settings(const int64_t *settings, int64_t store[KV_SET_COUNT])
{
    for (uint32_t i = 0; i < KV_SET_COUNT; i++)
        store[i] = KV_SETTINGS[i].standard;
    store[KV_SET_COPIES] = CITY_KITCHENS_MAX;
    store[KV_SET_QUORUM] = KV_QUORUM_SLOPPY;
    store[KV_SET_READ_REPAIR] = KV_REPAIR_BACKGROUND;
    store[KV_SET_OPS_PER_S] = 0;
    for (uint32_t i = 0; i < SHARED_COUNT; i++)
        store[SHARED[i].store] = settings[SHARED[i].city];
}

uint32_t city_store_setting(uint32_t city_setting)
{
    for (uint32_t i = 0; i < SHARED_COUNT; i++)
        if (SHARED[i].city == city_setting)
            return SHARED[i].store;
    return KV_SET_COUNT;
}

#define ARG(n, low, high, std)                                                                     \
    {                                                                                              \
        .name = n, .kind = SYSTEM_ARG_NUMBER, .min = low, .max = high, .standard = std             \
    }
#define DISH                                                                                       \
    {                                                                                              \
        .name = "dish", .kind = SYSTEM_ARG_CHOICE, .max = CITY_DISHES - 1,                         \
        .list = CITY_LIST_DISHES                                                                   \
    }

const struct system_input CITY_INPUTS[CITY_INPUT_COUNT] = {
    /* kitchen -1: whichever is near. */
    [CITY_INPUT_ORDER] = {.name = "order.place",
                          .target = "customers",
                          .client_operation = true,
                          .told_by = CITY_NOTE_ORDERED,
                          .args = {DISH, ARG("kitchen", -1, CITY_KITCHENS_MAX - 1, -1),
                                   ARG("count", 1, 20, 1)}},
    [CITY_INPUT_DELIVER] = {.name = "pantry.deliver"},
    [CITY_INPUT_PRICE] = {.name = "menu.price",
                          .args = {DISH, ARG("price", 1, CITY_PRICE_MAX, 20)}},
    [CITY_INPUT_REPAIR] = {.name = "admin.repair"},
};

const char *const CITY_DISH_NAMES[CITY_DISHES + 1] = {"lobster", "soup", NULL};
const char *const CITY_OUTCOME_NAMES[CITY_OUTCOMES + 1] = {
    "open", "yours", "sold-out", "refused", "full", "sorry", "no-answer", "served", "waited", NULL};
