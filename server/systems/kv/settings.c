/* settings.c: what can be set and done to the store: keys, ranges, standards.
 *
 * Ranges are safe for the program, not always wise: R + W <= N is a lesson. Each bug switch names the
 * trap whose rule it turns off. What is older keeps its place: inputs carry the number. */
#include "systems/kv/kv.h"

static const char *const MODES[] = {"ap", "cp", "hybrid", NULL};
static const char *const SWITCHES[] = {"no", "ap", "cp", "hybrid", NULL};
static const char *const QUORUMS[] = {"strict", "sloppy", NULL};
static const char *const CONFLICTS[] = {"last-write-wins", "siblings", NULL};
static const char *const REPAIRS[] = {"off", "background", "blocking", NULL};

#define NUMBER(k, is_live, u, low, high, std)                                                      \
    {                                                                                              \
        .key = k, .kind = SYSTEM_NUMBER, .live = is_live, .unit = u, .min = low, .max = high,      \
        .standard = std                                                                            \
    }
#define SWITCH(k, std)                                                                             \
    {                                                                                              \
        .key = k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .standard = std       \
    }
#define CHOICE(k, is_live, names, count, std)                                                      \
    {                                                                                              \
        .key = k, .kind = SYSTEM_CHOICE, .live = is_live, .unit = "", .max = (count)-1,            \
        .standard = std, .choices = names                                                          \
    }
#define BUG(k, which)                                                                              \
    {                                                                                              \
        .key = "bug." k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .trap = which  \
    }
/* Changes what stored hashes mean: only before anything is stored. */
#define BUG_AT_START(k, which)                                                                     \
    {                                                                                              \
        .key = "bug." k, .kind = SYSTEM_SWITCH, .unit = "", .max = 1, .trap = which                \
    }

const struct system_setting KV_SETTINGS[KV_SET_COUNT] = {
    [KV_SET_MODE] = CHOICE("mode", false, MODES, 3, KV_MODE_AP),
    [KV_SET_COPIES] = NUMBER("n", false, "replicas", 1, KV_COPIES_MAX, 3),
    [KV_SET_READ_QUORUM] = NUMBER("r", true, "replicas", 1, KV_COPIES_MAX, 2),
    [KV_SET_WRITE_QUORUM] = NUMBER("w", true, "replicas", 1, KV_COPIES_MAX, 2),
    [KV_SET_QUORUM] = CHOICE("quorum", true, QUORUMS, 2, KV_QUORUM_STRICT),
    [KV_SET_CONFLICT] = CHOICE("conflict", false, CONFLICTS, 2, KV_CONFLICT_CLOCK),
    [KV_SET_READ_REPAIR] = CHOICE("read_repair", true, REPAIRS, 3, KV_REPAIR_BLOCKING),
    [KV_SET_HINTS] = SWITCH("hinted_handoff", 1),
    [KV_SET_HINT_WINDOW_MS] = NUMBER("hint_window_ms", true, "ms", 100, 10800000, 20000),
    [KV_SET_ANTI_ENTROPY] = SWITCH("anti_entropy", 1),
    [KV_SET_REPAIR_MS] = NUMBER("repair_interval_ms", true, "ms", 50, 600000, 1000),
    [KV_SET_TOMBSTONE_MS] = NUMBER("tombstone_ms", true, "ms", 1000, 864000000, 60000),
    [KV_SET_PING_MS] = NUMBER("ping_ms", true, "ms", 20, 10000, 200),
    [KV_SET_SUSPECT_MS] = NUMBER("suspect_after_ms", true, "ms", 100, 60000, 800),
    [KV_SET_OPERATION_MS] = NUMBER("operation_ms", true, "ms", 20, 60000, 400),
    [KV_SET_OPS_PER_S] = NUMBER("ops_per_s", true, "ops/s", 0, 20000, 100),
    [KV_SET_READ_PCT] = NUMBER("read_pct", true, "%", 0, 100, 50),
    [KV_SET_DELETE_PCT] = NUMBER("delete_pct", true, "%", 0, 100, 5),
    [KV_SET_CONTEXT_PCT] = NUMBER("context_pct", true, "%", 0, 100, 50),
    [KV_SET_LOCAL_PCT] = NUMBER("local_pct", true, "%", 0, 100, 0),
    [KV_SET_ZIPF] = {.key = "key_zipf",
                     .kind = SYSTEM_NUMBER,
                     .decimals = 2,
                     .unit = "",
                     .max = 200,
                     .standard = 80},
    [KV_SET_CLIENTS] = NUMBER("clients", false, "clients", 1, KV_PROCESSES, 64),
    [KV_SET_FINAL_READS] = SWITCH("final_reads", 0),
    [KV_SET_BUG_ASYNC_REPAIR] = BUG("async_repair", "KV-T01"),
    [KV_SET_BUG_FAIL_IS_NO] = BUG("fail_is_no", "KV-T02"),
    [KV_SET_BUG_HINT_COUNTS] = BUG("hint_counts", "KV-T03"),
    [KV_SET_BUG_HINT_NOW] = BUG("hint_now", "KV-T04"),
    [KV_SET_BUG_NO_REPAIR] = BUG("no_repair", "KV-T05"),
    [KV_SET_BUG_GC_EARLY] = BUG("gc_early", "KV-T06"),
    [KV_SET_BUG_CLOCK_WINS] = BUG_AT_START("clock_wins", "KV-T07"),
    [KV_SET_BUG_NO_DOTS] = BUG_AT_START("no_dots", "KV-T08"),
    [KV_SET_BUG_REPAIR_OVERWRITE] = BUG("repair_overwrite", "KV-T09"),
    [KV_SET_BUG_MERKLE_ORDER] = BUG_AT_START("merkle_order", "KV-T10"),
    [KV_SET_BUG_FIRST_REPLY] = BUG("first_reply", "KV-T16"),
    [KV_SET_ELECTION_MS] = NUMBER("election_ms", true, "ms", 50, 10000, 150),
    [KV_SET_BUG_CAS_ANYWAY] = BUG("cas_anyway", "KV-T11"),
    [KV_SET_BUG_STALE_STRONG] = BUG("stale_strong", "KV-T14"),
    [KV_SET_ROAMING] = SWITCH("roaming", 1),
    [KV_SET_SWITCH_TO] = CHOICE("switch_to", true, SWITCHES, 4, KV_SWITCH_NONE),
    [KV_SET_BUG_SWITCH_NO_SEAL] = BUG("switch_no_seal", "KV-T12"),
    [KV_SET_BUG_RETRY_AS_NEW] = BUG("retry_as_new", "KV-T15"),
    [KV_SET_BATCH_PCT] = NUMBER("batch_pct", true, "%", 0, 100, 0),
    [KV_SET_BUG_BATCH_SPLIT] = BUG("batch_split", "KV-T13"),
};

#define ARG(n, low, high, std)                                                                     \
    {                                                                                              \
        .name = n, .kind = SYSTEM_ARG_NUMBER, .min = low, .max = high, .standard = std             \
    }
#define ARG_NAMED(n, low, high, std, which)                                                        \
    {                                                                                              \
        .name = n, .kind = SYSTEM_ARG_CHOICE, .min = low, .max = high, .standard = std,            \
        .list = which                                                                              \
    }
#define KEY   ARG_NAMED("key", 0, KV_KEYS_MAX - 1, 0, KV_LIST_KEYS)
#define LEVEL ARG_NAMED("level", 0, KV_LEVEL_STRONG, 0, KV_LIST_LEVELS)
/* -1: any home of the key. */
#define REPLICA ARG("replica", -1, KV_REPLICAS_MAX - 1, -1)
/* How many keys, from that one on. */
#define KEYS ARG("keys", 1, KV_BATCH_KEYS, KV_BATCH_KEYS)

const struct system_input KV_INPUTS[KV_INPUT_COUNT] = {
    [KV_INPUT_PUT] = {.name = "kv.put",
                      .target = "clients",
                      .client_operation = true,
                      .args = {KEY, ARG("value", -1000000000, 1000000000, 0), REPLICA, LEVEL}},
    [KV_INPUT_GET] = {.name = "kv.get",
                      .target = "clients",
                      .client_operation = true,
                      .args = {KEY, REPLICA, LEVEL}},
    [KV_INPUT_DELETE] = {.name = "kv.delete",
                         .target = "clients",
                         .client_operation = true,
                         .args = {KEY, REPLICA, LEVEL}},
    [KV_INPUT_CAS] = {.name = "kv.cas",
                      .target = "clients",
                      .client_operation = true,
                      .args = {KEY, ARG("value", -1000000000, 1000000000, 0), REPLICA,
                               ARG("if_version", 0, 1000000000, 0)}},
    [KV_INPUT_BATCH_PUT] = {.name = "kv.batch_put",
                            .target = "clients",
                            .client_operation = true,
                            .args = {KEY, KEYS, REPLICA}},
    [KV_INPUT_BATCH_GET] = {.name = "kv.batch_get",
                            .target = "clients",
                            .client_operation = true,
                            .args = {KEY, KEYS, REPLICA}},
    [KV_INPUT_REPAIR] = {.name = "admin.repair"},
};

const char *const KV_FUNCTIONS[KV_FUNCTION_COUNT + 1] = {"read", "write", "delete",
                                                         "cas",  "batch", NULL};
const char *const KV_LEVELS[KV_LEVEL_COUNT + 1] = {"eventual", "local",        "strong",
                                                   "atomic",   "not-isolated", NULL};
const char *const KV_ERRORS[KV_RESULT_COUNT + 1] = {
    "ok",      "unavailable", "unconfirmed", "not-ready",   "busy",      "too-many-siblings",
    "timeout", "not-leader",  "mismatch",    "wrong-level", "switching", NULL};
