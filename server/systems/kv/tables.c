/* tables.c: the columns of the store's tables, as columns.csv tells them, and its charts.
 *
 * Order and names are a contract: a column is added at the end or not at all. */
#include "systems/columns.h"
#include "systems/kv/ledger.h"

/* t_ms of a row: when the operation was invoked. */
static const struct system_column OPERATIONS[] = {
    NUMBER("op_id", 0, "", "number of the operation"),
    LIST("op", KV_LIST_FUNCTIONS, "read, write or delete"),
    LIST("level", KV_LIST_LEVELS, "the promise it was made under"),
    LIST("key", KV_LIST_KEYS, "the key"),
    NODE("replica", "its coordinator"),
    NUMBER("process", 0, "", "thread of a client"),
    LIST("result", KV_LIST_RESULTS, "ok, or the word that the client was told"),
    NUMBER("ok", 0, "", "1: it succeeded"),
    NUMBER("latency_ms", 3, "ms", "invoked until answered"),
    NUMBER("stale", 0, "", "1: a newer value had been acknowledged before it began"),
    NUMBER("staleness_ms", 3, "ms", "for how long, at least"),
    NUMBER("siblings", 0, "values", "values in the answer; more than 1: a conflict"),
    NUMBER("read_repairs", 0, "replicas", "replicas it found behind"),
    NUMBER("value", 0, "", "written or read (the first one)"),
    CHOICE("consistency", KV_SET_MODE, "mode of the store"),
    NUMBER("n", 0, "replicas", "copies of a key"),
    NUMBER("r", 0, "replicas", "answers a read waits for"),
    NUMBER("w", 0, "replicas", "confirmations a write waits for"),
    NUMBER("batch", 0, "", "number of the batch that it is a part of; empty: of none"),
};

/* One row a virtual second; counts are of that second where the meaning says so, else of the run. */
static const struct system_column METRICS[] = {
    NUMBER("ok_per_s", 0, "ops/s", "good operations in this second"),
    NUMBER("unavailable_per_s", 0, "ops/s", "refused or failed in this second"),
    NUMBER("unknown_per_s", 0, "ops/s", "in doubt in this second"),
    NUMBER("stale_per_s", 0, "reads/s", "stale reads in this second"),
    NUMBER("availability_pct", 3, "%", "good operations of all that are over"),
    NUMBER("latency_p50_ms", 3, "ms", "median of quorum operations, run so far"),
    NUMBER("latency_p99_ms", 3, "ms", "99th percentile of the same"),
    NUMBER("local_p99_ms", 3, "ms", "99th percentile of local reads, run so far"),
    NUMBER("stale_reads", 0, "reads", "stale reads so far"),
    NUMBER("staleness_ms", 3, "ms", "largest staleness so far"),
    NUMBER("siblings", 0, "values", "most values of one key at any replica"),
    NUMBER("hints_queued", 0, "hints", "hints stored so far"),
    NUMBER("hints_replayed", 0, "hints", "hints that came home so far"),
    NUMBER("read_repairs", 0, "repairs", "read repairs so far"),
    NUMBER("merkle_hashes", 0, "hashes", "hashes exchanged so far"),
    NUMBER("keys_streamed", 0, "keys", "keys sent by anti-entropy so far"),
    NUMBER("lost_concurrent_writes", 0, "writes", "acknowledged, and overruled unread, so far"),
    NUMBER("unavailable", 0, "ops", "refused or failed so far"),
    NUMBER("different_keys", 0, "keys", "keys on which two homes differ"),
    NUMBER("converged", 0, "", "1: all homes have the same"),
    NUMBER("replicas_up", 0, "replicas", "replicas that run"),
    NUMBER("active_faults", 0, "", "faults in force"),
};

/* One row a second and replica that runs. */
static const struct system_column REPLICAS[] = {
    NODE("replica", "the replica"),
    NUMBER("keys", 0, "keys", "keys it holds"),
    NUMBER("operations", 0, "ops", "operations it coordinates now"),
    NUMBER("hints", 0, "hints", "hints it keeps for others"),
    NUMBER("suspected", 0, "replicas", "replicas it thinks down"),
    NUMBER("ranges_different", 0, "ranges", "ranges not known to agree with another home"),
    NUMBER("siblings", 0, "values", "most values of one key"),
};

const struct system_table KV_TABLES[KV_TABLE_COUNT] = {
    [KV_TABLE_OPERATIONS] = TABLE("operations", OPERATIONS),
    [KV_TABLE_METRICS] = TABLE("metrics", METRICS),
    [KV_TABLE_REPLICAS] = TABLE("replicas", REPLICAS),
};

const struct system_chart KV_CHARTS[KV_CHART_COUNT] = {
    {.name = "answers",
     .kind = SYSTEM_CHART_LINES,
     .table = KV_TABLE_METRICS,
     .columns = {"ok_per_s", "unavailable_per_s", "unknown_per_s"},
     .unit = "ops/s"},
    {.name = "latency",
     .kind = SYSTEM_CHART_LINES,
     .table = KV_TABLE_METRICS,
     .columns = {"latency_p50_ms", "latency_p99_ms"},
     .decimals = 2,
     .unit = "ms"},
    {.name = "agreement",
     .kind = SYSTEM_CHART_LINES,
     .table = KV_TABLE_METRICS,
     .columns = {"different_keys"},
     .unit = "keys"},
    {.name = "stale",
     .kind = SYSTEM_CHART_LINES,
     .table = KV_TABLE_METRICS,
     .columns = {"stale_per_s"},
     .unit = "reads/s"},
};
