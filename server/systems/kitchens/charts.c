/* charts.c: what the report about a run of the kitchens draws.
 *
 * The order is that of a lecture: what the customer feels, what was asked and done, where it piled
 * up, and who carried the load. Words stand in web/words/kitchens.json under "charts". */
#include "systems/kitchens/ledger.h"

const struct system_chart KITCHENS_CHARTS[LEDGER_CHART_COUNT] = {
    {.name = "response",
     .kind = SYSTEM_CHART_LINES,
     .table = LEDGER_TABLE_METRICS,
     .columns = {"resp_mean_ms", "resp_p95_ms", "resp_p99_ms"},
     .shift = 3,
     .decimals = 2,
     .unit = "s"},
    {.name = "throughput",
     .kind = SYSTEM_CHART_LINES,
     .table = LEDGER_TABLE_METRICS,
     .columns = {"throughput_per_min", "offered_per_min"},
     .unit = "orders/min"},
    {.name = "waiting",
     .kind = SYSTEM_CHART_LINES,
     .table = LEDGER_TABLE_METRICS,
     .columns = {"waiting", "cooking"},
     .unit = "orders"},
    {.name = "evenness",
     .kind = SYSTEM_CHART_LINES,
     .table = LEDGER_TABLE_METRICS,
     .columns = {"max_over_mean", "jain_utilisation"},
     .decimals = 2,
     .unit = "",
     .ideal_is_one = true},
    {.name = "load",
     .kind = SYSTEM_CHART_BARS,
     .table = LEDGER_TABLE_KITCHENS,
     .columns = {"load", "utilisation"},
     .shift = -2,
     .unit = "%"},
};
