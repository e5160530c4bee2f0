/* tables.c: the columns of the kitchens' tables, as columns.csv tells them.
 *
 * A student opens these files first, so a column says in one line what it is, with its unit in its
 * name. Order and names are a contract (docs/api.md, db/): a column is added at the end or not at
 * all. Who fills them is ledger_rows.c, cell by cell in this order. */
#include "systems/columns.h"
#include "systems/kitchens/ledger.h"

/* t_ms of a row: when the order was placed. One row an order, written when it is over. */
static const struct system_column ORDERS[] = {
    NUMBER("order_id", 0, "", "number of the order"),
    LIST("source", KITCHENS_LIST_SOURCES, "where it came from: curve, hand or phone"),
    LIST("dish", KITCHENS_LIST_DISHES, "what was ordered"),
    LIST("cuisine", KITCHENS_LIST_CUISINES, "cuisine of the dish"),
    LIST("district", KITCHENS_LIST_DISTRICTS, "district of the customer"),
    CHOICE("policy", KITCHENS_SET_POLICY, "policy that chose the kitchen (last choice)"),
    NODE("kitchen_first", "first kitchen chosen"),
    NODE("kitchen_last", "kitchen that cooked it, or the last one chosen"),
    NUMBER("score", 6, "",
           "weighted score of the kitchen last chosen, 0 to 1; decisive only under that policy"),
    NUMBER("queue_ms", 3, "ms", "time on a kitchen's rail, waiting for a cook"),
    NUMBER("cook_ms", 3, "ms", "time being cooked"),
    NUMBER("response_ms", 3, "ms", "placed until cooked; empty if it never was"),
    NUMBER("courier_ms", 0, "ms", "travel time of the courier"),
    NUMBER("migrations", 0, "", "hand-overs that succeeded"),
    NUMBER("reassigned", 0, "", "times it was given to another kitchen after a failure"),
    NUMBER("times_cooked", 0, "", "dishes cooked for it; more than 1 is waste"),
    LIST("outcome", KITCHENS_LIST_OUTCOMES, "served, refused, lost, or open at the export"),
    LIST("reason", KITCHENS_LIST_REFUSALS, "why it was refused; empty otherwise"),
};

/* One row a virtual second, values of the whole city. A cell is empty where there is nothing to say
 * yet: no response before the first dish, no index before the first seconds of work. */
static const struct system_column METRICS[] = {
    NUMBER("offered_per_min", 0, "orders/min", "orders placed, over the last 60 s"),
    NUMBER("throughput_per_min", 0, "orders/min", "orders cooked, over the last 60 s"),
    NUMBER("waiting", 0, "orders", "orders at the dispatcher that no kitchen can take now"),
    NUMBER("cooking", 0, "orders", "orders being cooked now"),
    NUMBER("resp_mean_ms", 3, "ms", "mean response of orders cooked in the last 60 s"),
    NUMBER("resp_p50_ms", 3, "ms", "median response of the last 60 s (at most 2,048 orders)"),
    NUMBER("resp_p95_ms", 3, "ms", "95th percentile of the last 60 s, nearest rank"),
    NUMBER("resp_p99_ms", 3, "ms", "99th percentile of the last 60 s, nearest rank"),
    NUMBER("max_over_mean", 2, "x", "busiest kitchen's utilisation over the mean, last 60 s"),
    NUMBER("jain_utilisation", 4, "",
           "Jain's index of utilisation, last 5 min (10 s steps), kitchens up all that time"),
    NUMBER("migrations", 0, "hand-overs", "hand-overs that succeeded in this second"),
    NUMBER("bounces", 0, "orders", "orders handed over twice within the cooldown, this second"),
    NUMBER("refused", 0, "orders", "orders refused in this second"),
    NUMBER("stale", 0, "answers",
           "stale answers to readers; empty: nobody reads copies in this system"),
    NUMBER("oversold", 0, "pieces", "sold beyond the stock; empty: this system keeps no stock"),
    NUMBER("lost", 0, "orders", "confirmed orders known to be lost since this second"),
    NUMBER("wasted", 0, "dishes", "dishes cooked in vain in this second"),
    NUMBER("kitchens_up", 0, "kitchens", "open kitchens that run"),
    NUMBER("uptime_pct", 3, "%", "good orders of all placed so far: not refused, lost or unheard"),
    CHOICE("policy", KITCHENS_SET_POLICY, "policy in force"),
    NUMBER("migration_on", 0, "", "1: hand-over is switched on"),
    NUMBER("overload_threshold", 2, "", "load above which a kitchen hands orders over"),
    NUMBER("active_faults", 0, "", "faults in force"),
};

/* One row a second and open kitchen, its own values only. True and believed load stand side by
 * side. */
static const struct system_column KITCHENS_COLUMNS[] = {
    NODE("kitchen", "the kitchen"),
    NUMBER("cooks", 0, "", "cooks of the kitchen"),
    NUMBER("capacity", 0, "tickets", "tickets it can hold"),
    NUMBER("load", 4, "", "true tickets over capacity"),
    NUMBER("load_believed", 4, "", "the same as the dispatcher believes, with what it has sent"),
    NUMBER("pending", 0, "orders", "tickets on the rail"),
    NUMBER("cooking", 0, "orders", "dishes being cooked"),
    NUMBER("utilisation", 4, "", "worked share of its cooks in this second"),
    NUMBER("assigned", 0, "orders", "orders given to it in this second"),
    NUMBER("completed", 0, "orders", "dishes it finished in this second"),
    NUMBER("rejected", 0, "tickets", "tickets it rejected in this second"),
    NUMBER("migr_out", 0, "orders", "orders handed over from it in this second"),
    NUMBER("migr_in", 0, "orders", "orders handed over to it in this second"),
    NUMBER("bounces", 0, "orders", "orders handed over to it within their cooldown"),
    NUMBER("ejected", 0, "", "1: the dispatcher sends it nothing because it does not finish"),
    NUMBER("suspected", 0, "", "1: the dispatcher thinks that it is closed"),
    NUMBER("up", 0, "", "1: it is open and runs"),
    NUMBER("resp_mean_ms", 3, "ms", "mean response of orders it finished in this second"),
    NUMBER("score_last", 6, "", "weighted score of the last order it was given"),
};

/* t_ms of a row: when it was offered. */
static const struct system_column MIGRATIONS[] = {
    NUMBER("order_id", 0, "", "number of the order"),
    NODE("from", "kitchen that was to hand it over"),
    NODE("to", "kitchen chosen to take it"),
    NUMBER("offered_ms", 3, "ms", "virtual time of the offer"),
    NUMBER("accepted_ms", 3, "ms", "virtual time at which the target had it; empty if it failed"),
    LIST("outcome", KITCHENS_LIST_HANDOVERS, "accepted: the target has it; failed: it has not"),
    LIST("reason", KITCHENS_LIST_REASONS, "why it failed"),
};

/* t_ms of a row: when the order was placed. The rows of an order sum to its response. */
static const struct system_column ORDER_STEPS[] = {
    NUMBER("order_id", 0, "", "number of the order"),
    NUMBER("seq", 0, "", "1, 2, 3 ... within the order"),
    NUMBER("from_ms", 3, "ms", "begin, since placed"),
    NUMBER("to_ms", 3, "ms", "end, since placed"),
    LIST("blocker", KITCHENS_LIST_BLOCKERS, "what the order waited for"),
    NODE("node", "kitchen that held it, if any"),
    NUMBER("ref", 0, "", "cooks_busy: the order whose cook came free; else the node concerned"),
};

const struct system_table KITCHENS_TABLES[LEDGER_TABLE_COUNT] = {
    [LEDGER_TABLE_ORDERS] = TABLE("orders", ORDERS),
    [LEDGER_TABLE_METRICS] = TABLE("metrics", METRICS),
    [LEDGER_TABLE_KITCHENS] = TABLE("kitchens", KITCHENS_COLUMNS),
    [LEDGER_TABLE_MIGRATIONS] = TABLE("migrations", MIGRATIONS),
    [LEDGER_TABLE_ORDER_STEPS] = TABLE("order_steps", ORDER_STEPS),
};
