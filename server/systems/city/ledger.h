/* ledger.h: the observer of the city: what it offers to the catalogue (city.c), and its memory.
 *
 * It sees every note on the true clock, and so knows what nobody in the city can: which lobster was
 * told to two customers, who read a price that had changed, and whose order is in no book. The store's
 * own promises are judged on the page of the store; here its history is given to server/check.
 *
 * Parts: ledger.c (what each note means), judge.c (promises and figures), rows.c (the tables' rows),
 * tables.c, view.c, explain.c, operations.c (the history). */
#ifndef CHEF_SYSTEMS_CITY_LEDGER_H
#define CHEF_SYSTEMS_CITY_LEDGER_H

#include "base/histogram.h"
#include "systems/city/city.h"
#include "systems/city/words.h"

enum city_check {
    CITY_CHECK_SOLD_ONCE, /* no lobster of a delivery is told to two customers */
    CITY_CHECK_IN_BOOK,   /* what a customer was told stands in the book in the end, or he was told
                                otherwise */
    CITY_CHECK_BOOKS_AGREE,  /* all kitchens have the same in the end */
    CITY_CHECK_ANSWERED,     /* nobody is turned away while nothing is broken */
    CITY_CHECK_SOUND,        /* a kitchen's own invariant */
    CITY_CHECK_STRONG,       /* what the store answered under the strong promise is linearizable, */
    CITY_CHECK_LINEARIZABLE, /* and all that it answered; both by server/check */
    CITY_CHECK_CONFIRMED_KEPT, /* who was told "yours" does not go without for one turned away */
    CITY_CHECK_COUNT
};
extern const struct system_check CITY_CHECKS[CITY_CHECK_COUNT];

enum city_figure {
    CITY_FIGURE_PLACED,
    CITY_FIGURE_CONFIRMED,
    CITY_FIGURE_SERVED,
    CITY_FIGURE_TURNED_AWAY, /* refused, or no answer */
    CITY_FIGURE_SOLD_OUT,
    CITY_FIGURE_STALE,    /* sold at a price that had changed before the order came */
    CITY_FIGURE_OVERSOLD, /* orders told that they have a lobster that another one had already */
    CITY_FIGURE_NAMED,    /* orders told "yours" and afterwards that another one has it */
    CITY_FIGURE_LOST,     /* confirmed, and in no book in the end; so far: as far as can be told */
    CITY_FIGURE_KEPT, /* lobsters in the book for orders that were turned away: nobody knew in time */
    CITY_FIGURE_AVAILABILITY_PCT,
    CITY_FIGURE_ANSWER_P50_MS,
    CITY_FIGURE_ANSWER_P99_MS,
    CITY_FIGURE_WAITED,       /* confirmed, and no dish in time */
    CITY_FIGURE_COOKED_TWICE, /* dishes nobody waited for */
    CITY_FIGURE_LEADER_CHANGES,
    CITY_FIGURE_NO_LEADER_MS,
    CITY_FIGURE_DIFFERENT_KEYS,
    CITY_FIGURE_KITCHENS_UP,
    CITY_FIGURE_COUNT
};
extern const struct system_figure CITY_FIGURES[CITY_FIGURE_COUNT];

enum city_table { CITY_TABLE_ORDERS, CITY_TABLE_METRICS, CITY_TABLE_KITCHENS, CITY_TABLE_COUNT };
extern const struct system_table CITY_TABLES[CITY_TABLE_COUNT];
enum { CITY_CHART_COUNT = 4 };
extern const struct system_chart CITY_CHARTS[CITY_CHART_COUNT];

/* ---- Memory; private to the ledger's files ---- */

enum {
    LEDGER_ORDERS = 1024, /* open, or lately over */
    LEDGER_SALES = 6,     /* of one key in one delivery that are remembered */
    LEDGER_PRICES = 8,    /* of one dish */
    LEDGER_LEVEL_NONE = KV_LEVEL_COUNT,
};

struct ledger_order {
    int64_t placed_ns, answered_ns, ended_ns, price;
    uint64_t event;
    uint32_t order, kitchen, cook, key, delivery;
    uint32_t price_version; /* that was in force when it was placed */
    uint32_t beaten_by;     /* the order that keeps its lobster; 0: nobody */
    uint32_t pad;
    uint8_t dish, outcome, level, stale, oversold, sorry, dishes, whole;
};

/* Who was told that he has it. */
struct ledger_sale {
    uint32_t delivery, count;
    uint32_t orders[LEDGER_SALES];
    uint8_t levels[LEDGER_SALES];
    uint8_t sorry, pad; /* bits: who was told that he has to go without */
};

struct ledger_price {
    uint32_t version; /* of the newest; counts from 1 */
    uint32_t pad;
    int64_t values[LEDGER_PRICES]; /* by version modulo their number */
};

struct ledger_witness {
    uint32_t count, subject, word, pad;
    int64_t args[NODE_NOTE_ARGS];
    int64_t at_ns;
    uint64_t event;
};

struct city_ledger {
    struct ledger_order orders[LEDGER_ORDERS];
    struct ledger_sale sales[KV_KEYS_MAX];
    struct ledger_price prices[CITY_DISHES];
    struct ledger_witness witness[CITY_CHECK_COUNT];
    struct ledger_witness
        sold_twice_weakly; /* of CITY_CHECK_SOLD_ONCE, where nothing else was promised */
    struct histogram answer_us;
    uint64_t notes, placed, confirmed, served, refused, unanswered, full, sold_out, stale, oversold,
        named, waited, cooked_twice, leader_changes, skipped;
    uint64_t second_confirmed, second_turned_away, second_sold_out, second_stale, second_oversold;
    int64_t troubled_ns;         /* when something was broken last */
    uint32_t mode, epoch;        /* that the first kitchen has opened */
    uint32_t switch_writes, pad; /* what switches put into the log, told as operations */
    uint32_t leader;             /* NODE_NONE: nobody */
    uint64_t term;
    int64_t no_leader_since_ns, no_leader_ns;
};

struct ledger_context {
    struct city_ledger *ledger;
    const struct node_world *world;
    const struct node_note *note;
    const struct node_row_sink *sink;
};

const struct ledger_order *city_ledger_find(const struct city_ledger *ledger, uint32_t order);
/* A key as that kitchen has it; false: it is down. */
bool city_ledger_copy(const struct node_world *world, uint32_t kitchen, uint32_t key,
                      int64_t *value);
/* What a kitchen that runs believes of the pantry. */
struct city_pantry {
    uint32_t left, delivery, siblings; /* lobsters that nobody has; keys with more than one value */
    uint32_t pad;
    int64_t price[CITY_DISHES];
};
void city_ledger_pantry(const struct node_world *world, uint32_t kitchen,
                        struct city_pantry *pantry);
/* Keys that two kitchens that run have differently. */
uint32_t city_ledger_different(const struct node_world *world, uint32_t *key, uint32_t *one,
                               uint32_t *other);
/* Confirmed orders that are in no book and were not told so; *key and *order of the first. */
uint32_t city_ledger_lost(const struct city_ledger *ledger, const struct node_world *world,
                          uint32_t *key, uint32_t *order);
/* Confirmed orders that were told to go without for one that was turned away; *order of the first. */
uint32_t city_ledger_wronged(const struct city_ledger *ledger, const struct ledger_order **order);
/* Lobsters that stand in the book of who was turned away. */
uint32_t city_ledger_kept(const struct city_ledger *ledger, const struct node_world *world);
uint64_t city_ledger_turned_away(const struct city_ledger *ledger);

/* rows.c */
void city_row_order(const struct ledger_context *context, const struct ledger_order *order);
void city_rows_second(const struct ledger_context *context);
void city_rows_open(const void *memory, const struct node_world *world,
                    const struct node_row_sink *sink);
/* judge.c */
void city_figures_read(const void *memory, const struct node_world *world, int64_t *values);
void city_judge(const void *memory, const struct node_world *world, bool final,
                struct system_finding *findings);
uint16_t city_unpromised(const void *plan, const int64_t *settings, uint32_t check);
/* view.c, explain.c */
uint64_t city_view(const void *memory, const struct node_world *world, uint64_t since,
                   struct json_writer *writer);
bool city_explain(const void *memory, const struct node_world *world, uint32_t subject,
                  struct json_writer *writer);

#endif
