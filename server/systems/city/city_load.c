/* city_load.c: a scenario's own data into the plan: how many kitchens, lobsters, places of the book.
 * Every field checked.
 *
 *   "kitchens": 5, "lobsters": 24, "book": 32
 *   "titles": ["Harbour Kitchen", ...]            optional, what people call them
 *   "prices": [32, 12]                            optional: of a lobster, of a soup
 *   "places": [[0, 0], [400, 0] ...]              optional, metres; else on a circle */
#include <cjson/cJSON.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "systems/city/city.h"
#include "systems/plan_load.h"

enum { HUNDRED = 100, KITCHENS = 5, LOBSTERS = 24, BOOK = 32, LOBSTER_PRICE = 32, SOUP_PRICE = 12 };

/* A whole number under this name, or the standard. */
static int read_count(const cJSON *scenario, const char *name, int64_t min, int64_t max,
                      uint32_t standard, uint32_t *value, struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(scenario, name);
    *value = standard;
    if (item == NULL)
        return 0;
    int64_t number = 0;
    if (plan_number(item, name, min, max, &number, error) != 0)
        return -1;
    *value = (uint32_t)number;
    return 0;
}

static int read_prices(const cJSON *list, struct city_plan *plan, struct error *error)
{
    static const int64_t STANDARD[CITY_DISHES] = {LOBSTER_PRICE, SOUP_PRICE};
    static const char *const NAMES[CITY_DISHES] = {"prices[0]", "prices[1]"};
    if (list != NULL && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != CITY_DISHES))
        return error_set(error, "prices must be a list of %d numbers", CITY_DISHES);
    for (int i = 0; i < CITY_DISHES; i++) {
        const cJSON *item = list == NULL ? NULL : cJSON_GetArrayItem(list, i);
        plan->price[i] = STANDARD[i];
        if (list != NULL &&
            plan_number(item, NAMES[i], 1, CITY_PRICE_MAX, &plan->price[i], error) != 0)
            return -1;
    }
    return 0;
}

/* Without places: on a circle, clockwise from the top; five of them. */
static const int32_t CIRCLE_M[CITY_KITCHENS_MAX][2] = {
    {300, 0}, {585, 207}, {476, 543}, {124, 543}, {15, 207}};
static const struct plan_ring RING = {CIRCLE_M, CITY_KITCHENS_MAX};

/* The keys, in the order that city_key_*() knows, and which of several values stands. */
static void name_keys(struct city_plan *plan)
{
    struct kv_plan *store = &plan->store;
    for (uint32_t i = 0; i < plan->lobsters; i++)
        (void)snprintf(store->keys[i], KV_NAME_BYTES, "lobster-%02u", (i + 1) % HUNDRED);
    (void)snprintf(store->keys[city_key_delivery(plan)], KV_NAME_BYTES, "delivery");
    for (uint32_t dish = 0; dish < CITY_DISHES; dish++)
        (void)snprintf(store->keys[city_key_price(plan, dish)], KV_NAME_BYTES, "price-%s",
                       CITY_DISH_NAMES[dish]);
    for (uint32_t i = 0; i < plan->book; i++)
        (void)snprintf(store->keys[city_key_book(plan, i)], KV_NAME_BYTES, "book-%02u",
                       (i + 1) % HUNDRED);
    for (uint32_t i = 0; i < plan->lobsters; i++)
        store->keep[i] = KV_KEEP_FIRST;
    store->keep[city_key_delivery(plan)] = KV_KEEP_HIGHEST;
    for (uint32_t i = 0; i < plan->book; i++)
        store->keep[city_key_book(plan, i)] = KV_KEEP_HIGHEST;
    store->round = CITY_CLAIM_ORDERS;
    store->key_count = plan->lobsters + 1 + CITY_DISHES + plan->book;
    store->strong_keys = plan->lobsters + 1;
    assert(store->key_count <= KV_KEYS_MAX);
}

int city_load(const struct cJSON *scenario, void *data, struct error *error)
{
    struct city_plan draft;
    memset(&draft, 0, sizeof draft); /* a world is copied and compared: no byte left to chance */
    if (read_count(scenario, "kitchens", CITY_KITCHENS_MIN, CITY_KITCHENS_MAX, KITCHENS,
                   &draft.store.replica_count, error) != 0 ||
        read_count(scenario, "lobsters", 1, CITY_LOBSTERS_MAX, LOBSTERS, &draft.lobsters, error) !=
            0 ||
        read_count(scenario, "book", 1, CITY_BOOK_MAX, BOOK, &draft.book, error) != 0)
        return -1;
    for (uint32_t i = 0; i < city_kitchens(&draft); i++)
        (void)snprintf(draft.store.replicas[i], KV_NAME_BYTES, "%c", 'A' + (char)i);
    if (plan_titles(cJSON_GetObjectItemCaseSensitive(scenario, "titles"),
                    (const char(*)[PLAN_NAME_BYTES])draft.store.replicas, city_kitchens(&draft),
                    draft.titles[0], sizeof draft.titles[0], error) != 0 ||
        read_prices(cJSON_GetObjectItemCaseSensitive(scenario, "prices"), &draft, error) != 0 ||
        plan_places(cJSON_GetObjectItemCaseSensitive(scenario, "places"), &RING,
                    city_kitchens(&draft), draft.store.x_m, draft.store.y_m, error) != 0)
        return -1;
    name_keys(&draft);
    memcpy(data, &draft, sizeof draft);
    return 0;
}
