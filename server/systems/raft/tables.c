/* tables.c: the columns of the council's tables, as columns.csv tells them, and its charts.
 *
 * Order and names are a contract: a column is added at the end or not at all. */
#include "systems/columns.h"
#include "systems/raft/ledger.h"

/* t_ms of a row: when the operation was invoked. */
static const struct system_column OPERATIONS[] = {
    NUMBER("op_id", 0, "", "number of the operation"),
    LIST("op", COUNCIL_LIST_FUNCTIONS, "read, write, cas or delete"),
    LIST("key", COUNCIL_LIST_KEYS, "the key"),
    NODE("server", "who answered, or was asked last"),
    NUMBER("process", 0, "", "thread of a client"),
    LIST("result", COUNCIL_LIST_ERRORS, "ok, or the word that the client was told"),
    NUMBER("ok", 0, "", "1: it succeeded"),
    NUMBER("latency_ms", 3, "ms", "invoked until answered"),
    NUMBER("attempts", 0, "", "how often it was asked"),
    NUMBER("value", 0, "", "written or read; 0: none"),
    CHOICE("reads", COUNCIL_SET_READS, "how reads are answered"),
};

/* One row a virtual second; counts are of that second where the meaning says so, else of the run. */
static const struct system_column METRICS[] = {
    NUMBER("ok_per_s", 0, "ops/s", "good operations in this second"),
    NUMBER("failed_per_s", 0, "ops/s", "failed in this second"),
    NUMBER("unknown_per_s", 0, "ops/s", "in doubt in this second"),
    NUMBER("availability_pct", 3, "%", "good operations of all that are over"),
    NUMBER("latency_p50_ms", 3, "ms", "median of good operations, run so far"),
    NUMBER("latency_p99_ms", 3, "ms", "99th percentile of the same"),
    NUMBER("commit_p50_ms", 3, "ms", "appended by the leader until committed, median"),
    NUMBER("commit_p99_ms", 3, "ms", "99th percentile of the same"),
    NUMBER("term", 0, "", "highest term in which somebody led"),
    NODE("leader", "who leads in it"),
    NUMBER("leader_changes", 0, "", "so far"),
    NUMBER("elections", 0, "", "candidacies so far"),
    NUMBER("struck_out", 0, "entries", "entries struck out so far"),
    NUMBER("ops_ok", 0, "ops", "good ones so far"),
    NUMBER("ops_fail", 0, "ops", "failed so far"),
    NUMBER("ops_info", 0, "ops", "in doubt so far"),
    NUMBER("safety_violations", 0, "", "broken safety properties so far"),
    NUMBER("servers_up", 0, "servers", "servers that run"),
    NUMBER("active_faults", 0, "", "faults in force"),
};

/* One row a second and server that runs. */
static const struct system_column SERVERS[] = {
    NODE("node", "the server"),
    LIST("role", COUNCIL_LIST_ROLES, "reading, follower, rehearsing, candidate, leader or out"),
    NUMBER("term", 0, "", "its term"),
    NODE("leader", "whom it takes for the leader"),
    NUMBER("last_index", 0, "", "last entry of its log"),
    NUMBER("commit_index", 0, "", "last that it knows to be committed"),
    NUMBER("applied_index", 0, "", "last that its machine has done"),
    NUMBER("log_bytes", 0, "bytes", "commands in its log"),
    NUMBER("snapshot_index", 0, "", "last entry in its image"),
    NUMBER("voters", 0, "", "bits of the servers that vote"),
    NUMBER("next_voters", 0, "", "in the joint phase: bits of those to come"),
    NUMBER("elections", 0, "", "its candidacies so far"),
    NUMBER("votes", 0, "", "votes it gave so far"),
};

const struct system_table COUNCIL_TABLES[COUNCIL_TABLE_COUNT] = {
    [COUNCIL_TABLE_OPERATIONS] = TABLE("operations", OPERATIONS),
    [COUNCIL_TABLE_METRICS] = TABLE("metrics", METRICS),
    [COUNCIL_TABLE_SERVERS] = TABLE("servers", SERVERS),
};

const struct system_chart COUNCIL_CHARTS[COUNCIL_CHART_COUNT] = {
    {.name = "answers",
     .kind = SYSTEM_CHART_LINES,
     .table = COUNCIL_TABLE_METRICS,
     .columns = {"ok_per_s", "failed_per_s", "unknown_per_s"},
     .unit = "ops/s"},
    {.name = "latency",
     .kind = SYSTEM_CHART_LINES,
     .table = COUNCIL_TABLE_METRICS,
     .columns = {"latency_p50_ms", "latency_p99_ms", "commit_p50_ms"},
     .decimals = 2,
     .unit = "ms"},
    {.name = "terms",
     .kind = SYSTEM_CHART_LINES,
     .table = COUNCIL_TABLE_METRICS,
     .columns = {"term", "elections"},
     .unit = ""},
};
