/* city.h: what all parts of the system "city" share: plan, settings, inputs, notes, lists.
 *
 * Five kitchens that cook and keep one book. Each kitchen is a replica of the store (systems/kv) and
 * the store's client: its desk sells, its stoves cook. Nodes 0 .. n-1 are kitchens, the last one is
 * "customers": everybody outside. What they share stands in the store under these keys:
 *
 *   lobster-01 ...   who has this lobster: see city_claim(); missing or of an earlier delivery: it is
 *                    free. The pantry and the order book in one: to sell is to write here
 *   delivery         how many deliveries have come
 *   price-lobster, price-soup
 *   book-01 ...      orders of soup, of which there is always enough: order n in place n mod places
 *
 * Everybody sells by the same program; only the store's promise differs. Mode cp: each write goes
 * through the log, and a side without a majority answers nobody. Mode ap: each side writes what it
 * can, and two sides can sell one lobster; when they meet again, one kitchen settles the siblings and
 * names the order that has to be told so. Mode hybrid: lobsters through the log, soup and prices not.
 *
 * Parts: kitchen.c (one node of store, desk and stoves), desk*.c (orders), store_client.c (how a desk
 * asks the store), stove.c (cooking and who cooks), settle.c (siblings), fate.c (does an
 * order stand?), release.c (claims taken back), customers.c. Observer:
 * ledger.c, judge.c, rows.c, operations.c, tables.c, view.c, explain.c.
 */
#ifndef CHEF_SYSTEMS_CITY_CITY_H
#define CHEF_SYSTEMS_CITY_CITY_H

#include "systems/kv/kv.h"

enum {
    CITY_KITCHENS_MAX = KV_COPIES_MAX, /* every kitchen has a copy of every key */
    CITY_KITCHENS_MIN = 3,
    CITY_LOBSTERS_MAX = 64,
    CITY_BOOK_MAX = 32,
    CITY_TITLE_BYTES = 24,
    CITY_PRICE_MAX = 100000,
};

enum city_dish { CITY_LOBSTER, CITY_SOUP, CITY_DISHES };
extern const char *const CITY_DISH_NAMES[CITY_DISHES + 1];

/* The scenario's own data; read-only while a world lives. The store's plan comes first: the replica in
 * each kitchen finds it under the same address. */
struct city_plan {
    struct kv_plan store;
    uint32_t lobsters;          /* keys 0 .. lobsters-1 */
    uint32_t book;              /* places for soup */
    int64_t price[CITY_DISHES]; /* before anybody has written one */
    char titles[CITY_KITCHENS_MAX][CITY_TITLE_BYTES];
};

static inline uint32_t city_kitchens(const struct city_plan *plan)
{
    return plan->store.replica_count;
}
static inline uint32_t city_customers(const struct city_plan *plan)
{
    return plan->store.replica_count;
}
static inline uint32_t city_key_delivery(const struct city_plan *plan)
{
    return plan->lobsters;
}
static inline uint32_t city_key_price(const struct city_plan *plan, uint32_t dish)
{
    return plan->lobsters + 1 + dish;
}
static inline uint32_t city_key_book(const struct city_plan *plan, uint32_t order)
{
    return plan->lobsters + 1 + CITY_DISHES + order % plan->book;
}
static inline bool city_is_lobster(const struct city_plan *plan, uint32_t key)
{
    return key < plan->lobsters;
}

/* ---- The value of a lobster's key ---- */

/* In tens, so that a person can read it: delivery 2, order 31 is 20000031. 0: nobody has it. */
enum { CITY_CLAIM_ORDERS = 10000000 };

static inline int64_t city_claim(uint32_t delivery, uint32_t order)
{
    return (int64_t)delivery * CITY_CLAIM_ORDERS + (int64_t)order;
}
static inline uint32_t city_claim_delivery(int64_t claim)
{
    return (uint32_t)(claim / CITY_CLAIM_ORDERS);
}
static inline uint32_t city_claim_order(int64_t claim)
{
    return (uint32_t)(claim % CITY_CLAIM_ORDERS);
}
/* Has nobody of this delivery, or of a later one, a lobster of that value? */
static inline bool city_is_free(int64_t claim, uint32_t delivery)
{
    return city_claim_order(claim) == 0 || city_claim_delivery(claim) < delivery;
}

/* ---- Settings, in the order of the table in settings.c; a new one goes to the end ---- */

enum city_setting {
    CITY_SET_MODE,
    CITY_SET_CONFLICT,
    CITY_SET_READ_QUORUM,
    CITY_SET_WRITE_QUORUM,
    CITY_SET_ORDERS_PER_MIN,
    CITY_SET_LOBSTER_PCT,
    CITY_SET_DELIVERY_S, /* 0: only by hand */
    CITY_SET_ANSWER_MS,  /* a customer waits so long for an answer, */
    CITY_SET_DISH_S,     /* and so long for the dish */
    CITY_SET_LOBSTER_MS, /* to cook one */
    CITY_SET_SOUP_MS,
    CITY_SET_STOVES,
    CITY_SET_ELECTION_MS,
    CITY_SET_SUSPECT_MS,
    CITY_SET_ANTI_ENTROPY,
    CITY_SET_REPAIR_MS,
    CITY_SET_BUG_NO_REPLICATION,
    CITY_SET_BUG_SELL_UNASKED,
    CITY_SET_SWITCH_TO, /* enum kv_switch: the mode that is wished now */
    CITY_SET_COUNT,
};
extern const struct system_setting CITY_SETTINGS[CITY_SET_COUNT];

/* The mode that is wished now; what a kitchen serves, its replica knows. */
static inline uint32_t city_wished_mode(const int64_t *settings)
{
    return settings[CITY_SET_SWITCH_TO] == KV_SWITCH_NONE
               ? (uint32_t)settings[CITY_SET_MODE]
               : (uint32_t)settings[CITY_SET_SWITCH_TO] - KV_SWITCH_FIRST_MODE;
}

/* The store's settings as the city has them. */
void city_store_settings(const int64_t *settings, int64_t store[KV_SET_COUNT]);
/* The setting of the store that this one of the city is; KV_SET_COUNT: none. */
uint32_t city_store_setting(uint32_t city_setting);

/* ---- Inputs ---- */

enum city_input {
    CITY_INPUT_ORDER,
    CITY_INPUT_DELIVER,
    CITY_INPUT_PRICE,
    CITY_INPUT_REPAIR,
    CITY_INPUT_COUNT
};
extern const struct system_input CITY_INPUTS[CITY_INPUT_COUNT];

/* ---- What became of an order ---- */

enum city_outcome {
    CITY_OPEN,  /* not told yet */
    CITY_YOURS, /* confirmed */
    CITY_SOLD_OUT,
    CITY_REFUSED,   /* the desk cannot decide: "no answer from the others" */
    CITY_FULL,      /* the desk has too many orders already */
    CITY_SORRY,     /* confirmed, and then told that another one has the lobster */
    CITY_NO_ANSWER, /* nothing was heard in time */
    CITY_SERVED,    /* confirmed, and the dish came */
    CITY_WAITED,    /* confirmed, and no dish came in time */
    CITY_OUTCOMES,
};
extern const char *const CITY_OUTCOME_NAMES[CITY_OUTCOMES + 1];

/* Lists of names for columns and inputs. */
enum city_list {
    CITY_LIST_DISHES,
    CITY_LIST_OUTCOMES,
    CITY_LIST_LEVELS,
    CITY_LIST_KITCHENS,
};

/* ---- Notes ---- */

enum city_note {
    /* Customers; subject = order. */
    CITY_NOTE_ORDERED = NODE_NOTE_SYSTEM, /* peer = desk; args: dish */
    /* What a desk tells, in the order of enum city_outcome; peer = desk; args: dish, price. */
    CITY_NOTE_YOURS,
    CITY_NOTE_SOLD_OUT,
    CITY_NOTE_REFUSED,
    CITY_NOTE_FULL,
    CITY_NOTE_SORRY,
    CITY_NOTE_GONE,    /* nothing was heard in time; args: dish */
    CITY_NOTE_DISH,    /* peer = cook; args: dish, first (0: one too many) */
    CITY_NOTE_WAITED,  /* no dish in time; args: dish */
    CITY_NOTE_SKIPPED, /* too many customers wait; args: how many so far */
    /* Desks. */
    CITY_NOTE_SOLD,     /* subject = order; args: key, delivery, level, price */
    CITY_NOTE_OVERSOLD, /* subject = order that has to go without; args: key, winner, delivery,
                           how often it was sold */
    CITY_NOTE_ASSIGNED, /* by who dispatches; peer = cook, subject = order */
    CITY_NOTE_LOADED,   /* a delivery is in the book; args: delivery */
    CITY_NOTE_PRICED,   /* args: dish, price */
    /* How a desk asks the store: its history. peer = replica asked, subject = operation; `what` as
     * KV_WHAT. */
    CITY_NOTE_ASKED,   /* args: what, value, value that a conditional write expects */
    CITY_NOTE_OK,      /* args: what, value (0: none) */
    CITY_NOTE_FAILED,  /* args: what, enum kv_result */
    CITY_NOTE_UNKNOWN, /* args: what, enum kv_result */
    /* What the store's replica in a kitchen says, as far as it matters here. */
    CITY_NOTE_PRESIDES,       /* args: term */
    CITY_NOTE_PRESIDES_NOT,   /* args: term */
    CITY_NOTE_SUSPECTED,      /* peer; args: silence_ms */
    CITY_NOTE_TRUSTED,        /* peer */
    CITY_NOTE_HINT,           /* peer = for whom; args: key */
    CITY_NOTE_CAUGHT_UP,      /* peer took a hint; args: key */
    CITY_NOTE_MODE_SEALED,    /* takes no more writes of what moves; args: epoch, from, to */
    CITY_NOTE_MODE_WAITS,     /* who leads waits for peer; args: epoch */
    CITY_NOTE_MODE_OPENED,    /* this kitchen goes by that mode; args: epoch, mode */
    CITY_NOTE_MODE_DROPPED,   /* the switch was taken back; args: epoch, mode */
    CITY_NOTE_PROMISE_BROKEN, /* the ledger's: args: check */
    CITY_NOTE_END,
};
extern const struct system_note CITY_NOTES[CITY_NOTE_END - NODE_NOTE_SYSTEM];

/* ---- The system's parts ---- */

extern const struct node_protocol CITY_KITCHEN_PROTOCOL, CITY_CUSTOMERS_PROTOCOL;
extern const struct node_observer CITY_LEDGER;
extern const struct system_history CITY_HISTORY;
int city_load(const struct cJSON *scenario, void *plan, struct error *error);

extern const struct system CITY;

#endif
