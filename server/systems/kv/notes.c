/* notes.c: what happens in the store, by name; sentences stand in web/words/kv.json.
 *
 * Names of notes and of their arguments are a contract: conditions, events.csv and the page use them. */
#include "systems/kv/kv.h"

#define QUIET(n, ...)                                                                              \
    {                                                                                              \
        .name = n, .args = { __VA_ARGS__ }                                                         \
    }
#define DETAIL(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .detail = true                                           \
    }
#define LISTED(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .listed = true                                           \
    }
#define JUMPED(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .listed = true, .jump = true                             \
    }
#define MARKED(n, ...)                                                                             \
    {                                                                                              \
        .name = n, .args = {__VA_ARGS__}, .listed = true, .interesting = true                      \
    }
#define AT(kind) [KV_NOTE_##kind - NODE_NOTE_SYSTEM]

const struct system_note KV_NOTES[KV_NOTE_END - NODE_NOTE_SYSTEM] = {
    AT(INVOKED) = QUIET("op_invoked", "what", "value"),
    AT(SIBLING) = DETAIL("op_sibling", "what", "value", "wall_ns", "version"),
    AT(OK) = QUIET("op_ok", "what", "value", "wall_ns", "version"),
    AT(FAILED) = LISTED("op_failed", "what", "error"),
    AT(UNKNOWN) = LISTED("op_unknown", "what", "error"),
    AT(SKIPPED) = QUIET("op_skipped", "skipped"),
    AT(VERSIONED) = QUIET("write_versioned", "key", "value", "wall_ns", "version"),
    AT(CONTEXT) = DETAIL("op_context", "clock_ab", "clock_cd", "clock_ef", "clock_gh"),
    AT(HINT_STORED) = JUMPED("hint_stored", "key"),
    AT(HINT_REPLAYED) = LISTED("hint_replayed", "key"),
    AT(HINT_EXPIRED) = MARKED("hint_expired", "key", "age_ms"),
    AT(HINT_DROPPED) = LISTED("hint_dropped", "key"),
    AT(READ_REPAIR) = LISTED("read_repair", "key", "blocking"),
    AT(COMPARED) = QUIET("trees_compared", "range", "hashes", "keys", "equal"),
    AT(AGREED) = JUMPED("replicas_agree", NULL),
    AT(COLLECTED) = LISTED("tombstone_collected", "key", "age_ms"),
    AT(SUSPECTED) = MARKED("replica_suspected", "silence_ms"),
    AT(TRUSTED) = MARKED("replica_trusted", NULL),
    AT(RECOVERED) = LISTED("replica_recovered", "keys", "torn", "hints"),
    AT(REPAIR_ASKED) = MARKED("repair_asked", NULL),
    AT(PROMISE_BROKEN) = MARKED("promise_broken", "check"),
};
