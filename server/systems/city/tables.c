/* tables.c: the columns of the city's tables, and the charts of the report about a run. */
#include "systems/city/ledger.h"
#include "systems/columns.h"

static const struct system_column ORDERS[] = {
    NUMBER("order", 0, "", "number of the order"),
    LIST("dish", CITY_LIST_DISHES, "what was ordered"),
    NODE("kitchen", "whose desk took it"),
    LIST("outcome", CITY_LIST_OUTCOMES, "what became of it"),
    LIST("level", CITY_LIST_LEVELS, "the promise under which it was sold; empty: not sold"),
    NUMBER("answer_ms", 3, "ms", "from order to answer"),
    NUMBER("total_ms", 3, "ms", "from order to the end"),
    NUMBER("delivery", 0, "", "of which delivery the lobster is"),
    NUMBER("price", 0, "", "that the customer was told"),
    NUMBER("stale", 0, "", "1: the price had changed before the order came"),
    NUMBER("oversold", 0, "", "1: another customer had that lobster already"),
    NUMBER("sorry", 0, "", "1: the customer was told so afterwards"),
    NODE("cook", "who cooked it"),
    NUMBER("dishes", 0, "dishes", "dishes that came for it"),
    CHOICE("conflict", CITY_SET_CONFLICT, "rule for concurrent writes"),
};

/* One row a second. */
static const struct system_column METRICS[] = {
    NUMBER("confirmed_per_s", 0, "orders/s", "confirmed in this second"),
    NUMBER("turned_away_per_s", 0, "orders/s", "refused or not answered in this second"),
    NUMBER("sold_out_per_s", 0, "orders/s", "told that nothing is left in this second"),
    NUMBER("stale_per_s", 0, "orders/s", "sold at an old price in this second"),
    NUMBER("oversold_per_s", 0, "orders/s", "sold a lobster that somebody had, in this second"),
    NUMBER("placed", 0, "orders", "orders so far"),
    NUMBER("confirmed", 0, "orders", "confirmed so far"),
    NUMBER("served", 0, "orders", "served so far"),
    NUMBER("turned_away", 0, "orders", "refused or not answered so far"),
    NUMBER("sold_out", 0, "orders", "told that nothing is left so far"),
    NUMBER("stale", 0, "orders", "sold at an old price so far"),
    NUMBER("oversold", 0, "orders", "sold a lobster that somebody had, so far"),
    NUMBER("oversold_named", 0, "orders", "confirmed, then told that somebody else has it"),
    NUMBER("lost", 0, "orders", "confirmed, and now in no book"),
    NUMBER("answer_p50_ms", 3, "ms", "from order to answer, run so far"),
    NUMBER("answer_p99_ms", 3, "ms", "from order to answer, run so far"),
    NUMBER("different_keys", 0, "keys", "keys that two kitchens have differently"),
    NODE("leader", "who leads the log, as far as can be told"),
    NUMBER("kitchens_up", 0, "kitchens", "kitchens that run"),
    NUMBER("active_faults", 0, "", "faults in force"),
};

/* One row a second and kitchen that runs. */
static const struct system_column KITCHENS[] = {
    NODE("kitchen", "the kitchen"),
    NUMBER("tasks", 0, "tasks", "open at its desk"),
    NUMBER("cooking", 0, "orders", "in its kitchen"),
    NUMBER("lobsters_left", 0, "lobsters", "that nobody has, by its copy"),
    NUMBER("delivery", 0, "", "the newest delivery it knows"),
    NUMBER("lobster_price", 0, "", "by its copy"),
    NUMBER("term", 0, "", "Raft's term"),
    NUMBER("leads", 0, "", "1: it believes to lead"),
    NUMBER("suspected", 0, "kitchens", "kitchens it thinks down"),
    NUMBER("siblings", 0, "keys", "keys with more than one value"),
    NUMBER("hints", 0, "hints", "hints it keeps for others"),
};

const struct system_table CITY_TABLES[CITY_TABLE_COUNT] = {
    [CITY_TABLE_ORDERS] = TABLE("orders", ORDERS),
    [CITY_TABLE_METRICS] = TABLE("metrics", METRICS),
    [CITY_TABLE_KITCHENS] = TABLE("kitchens", KITCHENS),
};

const struct system_chart CITY_CHARTS[CITY_CHART_COUNT] = {
    {.name = "answers",
     .kind = SYSTEM_CHART_LINES,
     .table = CITY_TABLE_METRICS,
     .columns = {"confirmed_per_s", "turned_away_per_s", "sold_out_per_s"},
     .unit = "orders/s"},
    {.name = "broken",
     .kind = SYSTEM_CHART_LINES,
     .table = CITY_TABLE_METRICS,
     .columns = {"stale", "oversold", "lost"},
     .unit = "orders"},
    {.name = "latency",
     .kind = SYSTEM_CHART_LINES,
     .table = CITY_TABLE_METRICS,
     .columns = {"answer_p50_ms", "answer_p99_ms"},
     .decimals = 1,
     .unit = "ms"},
    {.name = "agreement",
     .kind = SYSTEM_CHART_LINES,
     .table = CITY_TABLE_METRICS,
     .columns = {"different_keys"},
     .unit = "keys"},
};
