/* ledger.h: the observer of the kitchens: what it offers to the catalogue (kitchens.c).
 *
 * The ledger follows every order from its notes alone. It keeps a bounded record of each order
 * (where it is, and every interval of its life with what blocked it), measures the city, judges
 * the promises, and writes the rows of the tables. It never touches a node; the same notes give
 * the same ledger, byte for byte.
 *
 * Parts: ledger.c (what each note means), ledger_order.c (records and intervals), ledger_city.c
 * (kitchens: truth, belief, utilisation), ledger_measure.c (sliding windows, figures),
 * ledger_judge.c (promises), ledger_rows.c with tables.c (CSV), view.c (live frame), explain.c
 * (one order).
 */
#ifndef CHEF_KITCHENS_LEDGER_H
#define CHEF_KITCHENS_LEDGER_H

#include "systems/kitchens/kitchens.h"

/* What an order waits for, in each interval between placed and cooked; names: KITCHENS_LIST_BLOCKERS. */
enum ledger_blocker {
    LEDGER_BLOCKED_MESSAGE,  /* its message is on the way to node `ref` */
    LEDGER_BLOCKED_CUT,      /* the road to node `ref` is closed; the message died there */
    LEDGER_BLOCKED_ANSWER,   /* no answer came: the customer waits before asking again */
    LEDGER_BLOCKED_BUSY,     /* node `ref` is busy with other events */
    LEDGER_BLOCKED_BOOK,     /* the dispatcher's disk: write and fsync of the order book */
    LEDGER_BLOCKED_KITCHENS, /* no kitchen can take it; ref: enum kitchens_wait */
    LEDGER_BLOCKED_SLOT,     /* every cook of the kitchen is busy; ref: the order whose cook came
                                  free, NODE_NONE while it still waits */
    LEDGER_BLOCKED_COOKING,  /* being cooked */
    LEDGER_BLOCKED_REJECTED, /* the kitchen refused it; the refusal is on the way back */
    LEDGER_BLOCKED_HANDOVER, /* released by one kitchen, not yet with the next */
    LEDGER_BLOCKED_CLOSED,   /* its kitchen `ref` has crashed and the dispatcher has not reacted */
    LEDGER_BLOCKED_PAUSED,   /* its kitchen `ref` stands still */
    LEDGER_BLOCKED_DISPATCHER, /* the dispatcher is down, paused or reads its book again */
    LEDGER_BLOCKED_DROPPED,    /* its kitchen threw the ticket away; a new one has to come */
    LEDGER_BLOCKED_UNTOLD,     /* earlier intervals, merged for want of room */
    LEDGER_BLOCKER_COUNT,
};
/* Names of the blockers in rows and explanations; a contract with the page's words. */
extern const char *const LEDGER_BLOCKER_NAMES[LEDGER_BLOCKER_COUNT];

/* Continues enum kitchens_refusal: the customer never heard anything and gave up. */
enum { LEDGER_REFUSED_NEVER_HEARD = KITCHENS_REFUSED_DISK + 1 };

/* Outcome of an order; names: KITCHENS_LIST_OUTCOMES. */
enum ledger_outcome {
    LEDGER_OPEN,
    LEDGER_SERVED,
    LEDGER_REFUSED,
    LEDGER_LOST, /* acknowledged, and gone from the book: known at the dispatcher's restart or at the
                    final rest */
    LEDGER_OUTCOME_COUNT,
};

/* The promises that are judged. Which trap of the course each one guards:
 *   no_order_lost          what was confirmed is cooked, whatever crashes (CHEF-05)
 *   settled_once           a late "done" under an old epoch counts for nothing (CHEF-T07)
 *   every_order_served     nobody waits for ever while others could cook (CHEF-T11)
 *   no_bounce              no second hand-over within the cooldown (CHEF-T04)
 *   one_cook_per_epoch     a hand-over is no copy (CHEF-T05)
 *   started_stays          what is on the stove does not move (CHEF-T06)
 *   best_score_wins        among the candidates, the highest score (CHEF-T01)
 *   score_possible         no score from a division by nought (CHEF-T10)
 *   balanced_herd          no stampede between two reports (CHEF-T02)
 *   no_overloaded_target   a hand-over does not move the overload (CHEF-T03)
 *   no_black_hole          who takes orders and finishes none loses trust (CHEF-T08)
 *   never_ejects_all       the panic threshold (CHEF-T08)
 *   identity_unique        one kitchen under one name (CHEF-T09, X-26)
 *   cooks_and_tickets      cooking <= cooks, tickets <= capacity: the nodes' own invariant */
enum ledger_check {
    LEDGER_CHECK_NO_ORDER_LOST,
    LEDGER_CHECK_SETTLED_ONCE,
    LEDGER_CHECK_EVERY_ORDER_SERVED,
    LEDGER_CHECK_NO_BOUNCE,
    LEDGER_CHECK_ONE_COOK_PER_EPOCH,
    LEDGER_CHECK_STARTED_STAYS,
    LEDGER_CHECK_BEST_SCORE_WINS,
    LEDGER_CHECK_SCORE_POSSIBLE,
    LEDGER_CHECK_BALANCED_HERD,
    LEDGER_CHECK_NO_OVERLOADED_TARGET,
    LEDGER_CHECK_NO_BLACK_HOLE,
    LEDGER_CHECK_NEVER_EJECTS_ALL,
    LEDGER_CHECK_IDENTITY_UNIQUE,
    LEDGER_CHECK_COOKS_AND_TICKETS,
    LEDGER_CHECK_COUNT,
};
extern const struct system_check KITCHENS_CHECKS[LEDGER_CHECK_COUNT];

/* What a run is measured by; `chef run`, the page and comparisons print these. "RUN" figures are
 * over the whole run, the other responses over the last minute. */
enum ledger_figure {
    LEDGER_FIGURE_ORDERS_PER_MIN, /* cooked, over the last 60 s */
    LEDGER_FIGURE_RESPONSE_MEAN_MS,
    LEDGER_FIGURE_RESPONSE_P50_MS,
    LEDGER_FIGURE_RESPONSE_P95_MS,
    LEDGER_FIGURE_RESPONSE_P99_MS,
    LEDGER_FIGURE_RESPONSE_RUN_MEAN_MS, /* over the whole run: what comparisons use */
    LEDGER_FIGURE_RESPONSE_RUN_P99_MS,
    LEDGER_FIGURE_JAIN_UTILISATION,
    LEDGER_FIGURE_MAX_OVER_MEAN,
    LEDGER_FIGURE_UTILISATION_PCT,
    LEDGER_FIGURE_MISROUTED_PCT,
    LEDGER_FIGURE_ORDERS_PLACED,
    LEDGER_FIGURE_ORDERS_COOKED,
    LEDGER_FIGURE_ORDERS_SERVED,
    LEDGER_FIGURE_ORDERS_LOST,
    LEDGER_FIGURE_ORDERS_SETTLED_TWICE,
    LEDGER_FIGURE_ORDERS_WASTED, /* cooked more than once, or under a fenced epoch */
    LEDGER_FIGURE_REFUSED,
    LEDGER_FIGURE_REASSIGNED,
    LEDGER_FIGURE_MIGRATIONS,
    LEDGER_FIGURE_MIGRATION_EFFICIENCY_PCT,
    LEDGER_FIGURE_BOUNCES,
    LEDGER_FIGURE_WAITING,
    LEDGER_FIGURE_COOKING,
    LEDGER_FIGURE_UPTIME_PCT,
    LEDGER_FIGURE_KITCHENS_UP,
    LEDGER_FIGURE_COUNT,
};
extern const struct system_figure KITCHENS_FIGURES[LEDGER_FIGURE_COUNT];

/* One file each. Rows are written when something is over (orders, order_steps, migrations) or each
 * virtual second (metrics, kitchens). */
enum ledger_table {
    LEDGER_TABLE_ORDERS,
    LEDGER_TABLE_METRICS,
    LEDGER_TABLE_KITCHENS,
    LEDGER_TABLE_MIGRATIONS,
    LEDGER_TABLE_ORDER_STEPS,
    LEDGER_TABLE_COUNT,
};
extern const struct system_table KITCHENS_TABLES[LEDGER_TABLE_COUNT];

enum { LEDGER_CHART_COUNT = 5 };
extern const struct system_chart KITCHENS_CHARTS[LEDGER_CHART_COUNT];

/* The functions of struct system that the ledger serves; see systems/system.h.
 *
 * Current figures by enum ledger_figure; NODE_CELL_NULL where there is none yet. Reads only. */
void kitchens_figures_read(const void *ledger, const struct node_world *world, int64_t *values);
/* One finding a check; `final` after the world was healed and has come to rest. Reads only. */
void kitchens_judge(const void *ledger, const struct node_world *world, bool final,
                    struct system_finding *findings);
/* Rows of orders that are not over, for an export at this moment. */
void kitchens_rows_open(const void *ledger, const struct node_world *world,
                        const struct node_row_sink *sink);
/* Fields of an opened JSON object: everything (since = 0), or what changed since that mark. The
 * caller keeps the returned mark for each viewer. */
uint64_t kitchens_view(const void *ledger, const struct node_world *world, uint64_t since,
                       struct json_writer *writer);
/* Fields of an opened JSON object about one order; false and nothing written if it is not known. */
bool kitchens_explain(const void *ledger, const struct node_world *world, uint32_t subject,
                      struct json_writer *writer);

#endif
