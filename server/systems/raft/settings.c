/* settings.c: what can be set and done to the council: keys, ranges, standards, names.
 *
 * Ranges are safe for the program, not always wise. Each bug switch names the trap whose rule it turns
 * off. What is older keeps its place: inputs carry the number. */
#include "systems/raft/council.h"

static const char *const READS[] = {"read-index", "lease", "log", NULL};

#define NUMBER(k, u, low, high, std)                                                               \
    {                                                                                              \
        .key = k, .kind = SYSTEM_NUMBER, .live = true, .unit = u, .min = low, .max = high,         \
        .standard = std                                                                            \
    }
#define SWITCH(k, std)                                                                             \
    {                                                                                              \
        .key = k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .standard = std       \
    }
#define BUG(k, which)                                                                              \
    {                                                                                              \
        .key = "bug." k, .kind = SYSTEM_SWITCH, .live = true, .unit = "", .max = 1, .trap = which  \
    }
#define RAFT_BUG(bug, k, which) [COUNCIL_SET_BUGS + (bug)] = BUG(k, which)

const struct system_setting COUNCIL_SETTINGS[COUNCIL_SET_COUNT] = {
    [COUNCIL_SET_ELECTION_MIN_MS] = NUMBER("election_min_ms", "ms", 50, 60000, 300),
    [COUNCIL_SET_ELECTION_MAX_MS] = NUMBER("election_max_ms", "ms", 50, 60000, 600),
    [COUNCIL_SET_HEARTBEAT_MS] = NUMBER("heartbeat_ms", "ms", 5, 10000, 50),
    [COUNCIL_SET_BATCH_BYTES] = NUMBER("batch_bytes", "bytes", 256, 3072, 3072),
    [COUNCIL_SET_PIPELINE] = NUMBER("pipeline", "appends", 1, RAFT_PIPELINE_MAX, 8),
    [COUNCIL_SET_SNAPSHOT_ENTRIES] = NUMBER("snapshot_entries", "entries", 16, 512, 256),
    [COUNCIL_SET_PRE_VOTE] = SWITCH("pre_vote", 1),
    [COUNCIL_SET_CHECK_QUORUM] = SWITCH("check_quorum", 1),
    [COUNCIL_SET_READS] = {.key = "reads",
                           .kind = SYSTEM_CHOICE,
                           .live = true,
                           .unit = "",
                           .max = 2,
                           .choices = READS},
    [COUNCIL_SET_LEASE_DRIFT_PPM] = NUMBER("lease_drift_ppm", "ppm", 0, 200000, 100000),
    [COUNCIL_SET_OPS_PER_S] = NUMBER("ops_per_s", "ops/s", 0, 5000, 50),
    [COUNCIL_SET_READ_PCT] = NUMBER("read_pct", "%", 0, 100, 40),
    [COUNCIL_SET_CAS_PCT] = NUMBER("cas_pct", "%", 0, 100, 15),
    [COUNCIL_SET_DELETE_PCT] = NUMBER("delete_pct", "%", 0, 100, 5),
    [COUNCIL_SET_CLIENTS] = {.key = "clients",
                             .kind = SYSTEM_NUMBER,
                             .unit = "clients",
                             .min = 1,
                             .max = COUNCIL_PROCESSES,
                             .standard = 16},
    [COUNCIL_SET_ATTEMPT_MS] = NUMBER("attempt_ms", "ms", 20, 10000, 400),
    [COUNCIL_SET_OPERATION_MS] = NUMBER("operation_ms", "ms", 50, 60000, 3000),
    [COUNCIL_SET_STRAY_PCT] = NUMBER("stray_pct", "%", 0, 100, 25),
    RAFT_BUG(RAFT_BUG_COMMIT_OLD_TERM, "commit_old_term", "RAFT-T01"),
    RAFT_BUG(RAFT_BUG_NO_NOOP, "no_noop", "RAFT-T02"),
    RAFT_BUG(RAFT_BUG_LOCAL_READ, "local_read", "RAFT-T03"),
    RAFT_BUG(RAFT_BUG_VOTE_NO_FSYNC, "vote_no_fsync", "RAFT-T04"),
    RAFT_BUG(RAFT_BUG_ALWAYS_TRUNCATE, "always_truncate", "RAFT-T05"),
    RAFT_BUG(RAFT_BUG_COMMIT_UNCOVERED, "commit_uncovered", "RAFT-T06"),
    RAFT_BUG(RAFT_BUG_LONGEST_LOG, "longest_log", "RAFT-T07"),
    RAFT_BUG(RAFT_BUG_ANY_RESETS_TIMER, "any_resets_timer", "RAFT-T08"),
    RAFT_BUG(RAFT_BUG_COUNT_UNWRITTEN, "count_unwritten", "RAFT-T09"),
    RAFT_BUG(RAFT_BUG_CONFIG_ON_COMMIT, "config_on_commit", "RAFT-T11"),
    RAFT_BUG(RAFT_BUG_CONFIG_NO_NOOP, "config_no_noop", "RAFT-T11"),
    RAFT_BUG(RAFT_BUG_SINGLE_QUORUM, "single_quorum", "RAFT-T11"),
    RAFT_BUG(RAFT_BUG_HEAR_REMOVED, "hear_removed", "RAFT-T12"),
    RAFT_BUG(RAFT_BUG_VOTER_AT_ONCE, "voter_at_once", "RAFT-T13"),
    RAFT_BUG(RAFT_BUG_TRANSFER_BEHIND, "transfer_behind", "RAFT-T14"),
    RAFT_BUG(RAFT_BUG_SNAP_DROP_SUFFIX, "snap_drop_suffix", "RAFT-T15"),
    RAFT_BUG(RAFT_BUG_LEASE_NO_BOUND, "lease_no_bound", "RAFT-T17"),
    RAFT_BUG(RAFT_BUG_TRUST_TORN, "trust_torn", "RAFT-T18"),
    RAFT_BUG(RAFT_BUG_CHUNK_NO_RESET, "chunk_no_reset", "RAFT-T19"),
    RAFT_BUG(RAFT_BUG_HINT_TOO_FAR, "hint_too_far", "RAFT-T20"),
    [COUNCIL_SET_BUG_SNAP_NO_SESSIONS] = BUG("snap_no_sessions", "RAFT-T15"),
    [COUNCIL_SET_BUG_NO_SESSIONS] = BUG("no_sessions", "RAFT-T16"),
};

#define ARG(n, low, high, std)                                                                     \
    {                                                                                              \
        .name = n, .kind = SYSTEM_ARG_NUMBER, .min = low, .max = high, .standard = std             \
    }
#define KEY                                                                                        \
    {                                                                                              \
        .name = "key", .kind = SYSTEM_ARG_CHOICE, .max = COUNCIL_KEYS_MAX - 1,                     \
        .list = COUNCIL_LIST_KEYS                                                                  \
    }
#define VALUE(n) ARG(n, -1000000000, 1000000000, 0)

const struct system_input COUNCIL_INPUTS[COUNCIL_INPUT_COUNT] = {
    /* Value 0: the operation's own number. */
    [COUNCIL_INPUT_PUT] = {.name = "kv.put",
                           .target = "clients",
                           .client_operation = true,
                           .args = {KEY, VALUE("value")}},
    [COUNCIL_INPUT_GET] = {.name = "kv.get",
                           .target = "clients",
                           .client_operation = true,
                           .args = {KEY}},
    [COUNCIL_INPUT_DELETE] = {.name = "kv.delete",
                              .target = "clients",
                              .client_operation = true,
                              .args = {KEY}},
    [COUNCIL_INPUT_CAS] = {.name = "kv.cas",
                           .target = "clients",
                           .client_operation = true,
                           .args = {KEY, VALUE("expected"), VALUE("value")}},
    [COUNCIL_INPUT_TRANSFER] = {.name = "raft.transfer",
                                .args = {ARG("to", -1, COUNCIL_SERVERS_MAX - 1, -1)}},
    [COUNCIL_INPUT_MEMBERS] = {.name = "raft.members",
                               .args = {ARG("voters_mask", 1, (1 << COUNCIL_SERVERS_MAX) - 1, 1)}},
    [COUNCIL_INPUT_SNAPSHOT] = {.name = "raft.snapshot"},
};

const char *const COUNCIL_FUNCTION_NAMES[COUNCIL_FUNCTIONS + 1] = {"read", "write", "cas", "delete",
                                                                   NULL};
const char *const COUNCIL_ERROR_NAMES[COUNCIL_ERRORS + 1] = {"ok", "mismatch", "no-answer",
                                                             "expired", NULL};
