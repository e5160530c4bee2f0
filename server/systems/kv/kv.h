/* kv.h: what all parts of the system "kv" share: plan, settings, inputs, notes, levels and results.
 *
 * A small key-value store whose promise can be chosen. Nodes 0 .. replica_count-1 are replicas (A, B,
 * C ...), the last one is "clients": every client of the store. Keys are small numbers with names
 * from the plan; values are int64. A key belongs to the range of its first home; its homes are N
 * replicas in a row, counted round the circle of replicas.
 *
 * Parts: version.c (versions and siblings), store.c (a replica's keys, on its disk), merkle.c and
 * repair.c (anti-entropy), hints.c (hinted handoff), coordinator*.c (N, R and W), modes.c and
 * switch.c (changing the mode while running), batch.c (several keys at once), replica.c (the
 * protocol), clients*.c (the workload).
 * Observer: ledger*.c, tables.c, view.c, explain.c; the history for checkers: operations.c.
 *
 * Sources: DeCandia et al., Dynamo (SOSP 2007), sections 4.3 to 4.7; Preguica et al., Dotted Version
 * Vectors (2012). Units stand in the names.
 */
#ifndef CHEF_SYSTEMS_KV_KV_H
#define CHEF_SYSTEMS_KV_KV_H

#include "node/node.h"
#include "node/observer.h"
#include "systems/raft/raft.h"
#include "systems/system.h"

enum {
    KV_REPLICAS_MAX = 8,
    KV_REPLICAS_MIN = 1,
    KV_KEYS_MAX = 128,
    KV_COPIES_MAX = 5, /* N */
    KV_NAME_BYTES = 16,
    KV_PROCESSES = 256, /* threads of clients; each has at most one operation open */
    KV_BATCH_KEYS = 4,  /* of one batch, at most */
};
#define KV_NS_PER_MS INT64_C(1000000)
#define KV_NS_PER_S  INT64_C(1000000000)

/* The scenario's own data; read-only while a world lives. */
/* Which of several values stands when there is to be one: the store's own choice at a switch of modes,
 * and that of a system that settles siblings itself. */
enum kv_keep {
    KV_KEEP_LATEST,  /* by the clock */
    KV_KEEP_HIGHEST, /* what only grows */
    /* A value is a round and a number in it: of the newest round the lowest number; 0, nobody's, last. */
    KV_KEEP_FIRST,
};

struct kv_plan {
    uint32_t replica_count;
    uint32_t key_count;
    uint32_t
        strong_keys; /* in mode hybrid the first so many keys are strong, the others eventual */
    uint32_t pad;
    int64_t round;                                 /* values in a round of KV_KEEP_FIRST */
    uint8_t keep[KV_KEYS_MAX];                     /* enum kv_keep */
    char replicas[KV_REPLICAS_MAX][KV_NAME_BYTES]; /* "Harbour Kitchen" cut to fit, or "" */
    char keys[KV_KEYS_MAX][KV_NAME_BYTES];         /* "lobster", "k17" */
    int32_t x_m[KV_REPLICAS_MAX], y_m[KV_REPLICAS_MAX];
};

static inline uint32_t kv_clients(const struct kv_plan *plan)
{
    return plan->replica_count;
}

/* ---- Settings, in the order of the table in settings.c; a new one goes to the end ---- */

enum kv_setting {
    KV_SET_MODE,
    KV_SET_COPIES,
    KV_SET_READ_QUORUM,
    KV_SET_WRITE_QUORUM,
    KV_SET_QUORUM,   /* enum kv_quorum */
    KV_SET_CONFLICT, /* enum kv_conflict */
    KV_SET_READ_REPAIR,
    KV_SET_HINTS,
    KV_SET_HINT_WINDOW_MS,
    KV_SET_ANTI_ENTROPY,
    KV_SET_REPAIR_MS,
    KV_SET_TOMBSTONE_MS,
    KV_SET_PING_MS,
    KV_SET_SUSPECT_MS,
    KV_SET_OPERATION_MS, /* a coordinator gives up after so long */
    KV_SET_OPS_PER_S,
    KV_SET_READ_PCT,
    KV_SET_DELETE_PCT,
    KV_SET_CONTEXT_PCT,
    KV_SET_LOCAL_PCT,
    KV_SET_ZIPF,
    KV_SET_CLIENTS,
    KV_SET_FINAL_READS,
    KV_SET_BUG_ASYNC_REPAIR,
    KV_SET_BUG_FAIL_IS_NO,
    KV_SET_BUG_HINT_COUNTS,
    KV_SET_BUG_HINT_NOW,
    KV_SET_BUG_NO_REPAIR,
    KV_SET_BUG_GC_EARLY,
    KV_SET_BUG_CLOCK_WINS,
    KV_SET_BUG_NO_DOTS,
    KV_SET_BUG_REPAIR_OVERWRITE,
    KV_SET_BUG_MERKLE_ORDER,
    KV_SET_BUG_FIRST_REPLY,
    KV_SET_ELECTION_MS,
    KV_SET_BUG_CAS_ANYWAY,
    KV_SET_BUG_STALE_STRONG,
    KV_SET_ROAMING,   /* clients ask any replica; else their own, and whom that names as leader */
    KV_SET_SWITCH_TO, /* enum kv_switch: the mode that is wished now */
    KV_SET_BUG_SWITCH_NO_SEAL,
    KV_SET_BUG_RETRY_AS_NEW,
    KV_SET_BATCH_PCT, /* of the operations of the load; each reads or writes several keys */
    KV_SET_BUG_BATCH_SPLIT,
    KV_SET_COUNT,
};
extern const struct system_setting KV_SETTINGS[KV_SET_COUNT];

enum kv_mode { KV_MODE_AP, KV_MODE_CP, KV_MODE_HYBRID };
/* As it was started, or a mode: 1 + enum kv_mode. */
enum kv_switch { KV_SWITCH_NONE, KV_SWITCH_FIRST_MODE };
enum kv_quorum { KV_QUORUM_STRICT, KV_QUORUM_SLOPPY };
enum kv_conflict { KV_CONFLICT_CLOCK, KV_CONFLICT_SIBLINGS };
enum kv_read_repair { KV_REPAIR_OFF, KV_REPAIR_BACKGROUND, KV_REPAIR_BLOCKING };

/* ---- Inputs ---- */

enum kv_input {
    KV_INPUT_PUT,
    KV_INPUT_GET,
    KV_INPUT_DELETE,
    KV_INPUT_REPAIR,
    KV_INPUT_CAS,
    KV_INPUT_BATCH_PUT,
    KV_INPUT_BATCH_GET,
    KV_INPUT_COUNT
};
extern const struct system_input KV_INPUTS[KV_INPUT_COUNT];

/* ---- Operations ---- */

/* What a client asks for; names: KV_FUNCTIONS. A batch is told as one operation in the history, beside
 * its parts, which are gets or puts of one key each. */
enum kv_function { KV_GET, KV_PUT, KV_DELETE, KV_CAS, KV_BATCH_OF_KEYS, KV_FUNCTION_COUNT };
extern const char *const KV_FUNCTIONS[KV_FUNCTION_COUNT + 1];

/* The promise that an operation is made under, and that its reply states; names: KV_LEVELS. */
enum kv_level {
    KV_LEVEL_EVENTUAL, /* R or W replicas; converges */
    KV_LEVEL_LOCAL,    /* one replica, whatever it has: may be stale */
    KV_LEVEL_STRONG,   /* linearizable, through Raft's log */
    /* Of batches: */
    KV_LEVEL_ATOMIC,       /* all keys at once: nobody sees a half; each part is strong */
    KV_LEVEL_NOT_ISOLATED, /* each part is eventual; what others see in between is not said */
    KV_LEVEL_COUNT,
};
extern const char *const KV_LEVELS[KV_LEVEL_COUNT + 1];

static inline bool kv_is_eventual(uint32_t level)
{
    return level == KV_LEVEL_EVENTUAL || level == KV_LEVEL_NOT_ISOLATED;
}

/* What became of it. Those after KV_OK name the word that a client is told; names: KV_ERRORS. */
enum kv_result {
    KV_OK,
    KV_UNAVAILABLE,       /* too few replicas can be reached: nothing was done */
    KV_UNCONFIRMED,       /* written somewhere, and not by W in time: nobody knows */
    KV_NOT_READY,         /* the replica reads its disk, or is not a home of the key */
    KV_BUSY,              /* too many operations under way there */
    KV_TOO_MANY_SIBLINGS, /* conflicts must be settled first */
    KV_TIMEOUT,           /* no answer at all */
    KV_NOT_LEADER,        /* somebody else may lead */
    KV_MISMATCH,          /* the key has another version than the condition names */
    KV_WRONG_LEVEL,       /* this mode does not serve that level for this key */
    KV_SWITCHING,         /* the key is on its way from one mode to the other */
    KV_RESULT_COUNT,
};
extern const char *const KV_ERRORS[KV_RESULT_COUNT + 1];
/* Did it surely not happen? (A read never does anything, so only writes can be in doubt.) */
static inline bool kv_is_failure(enum kv_function function, enum kv_result result)
{
    return function == KV_GET || (result != KV_UNCONFIRMED && result != KV_TIMEOUT);
}

/* Lists of names for columns and inputs. */
enum kv_list { KV_LIST_KEYS, KV_LIST_FUNCTIONS, KV_LIST_LEVELS, KV_LIST_RESULTS };

/* ---- Notes ---- */

enum kv_note {
    /* Clients. peer = the coordinator; `what` says who did what, see KV_WHAT. */
    KV_NOTE_INVOKED = NODE_NOTE_SYSTEM, /* args: what, value, if_version, expected */
    KV_NOTE_SIBLING,                    /* one more value of the reply: args as KV_NOTE_OK */
    KV_NOTE_OK,                         /* args: what, value, wall_ns, version (kv_dot; 0: none) */
    KV_NOTE_FAILED,                     /* args: what, error */
    KV_NOTE_UNKNOWN,                    /* args: what, error */
    KV_NOTE_SKIPPED,                    /* every client was busy; args: how many since the last */
    /* Replicas. */
    KV_NOTE_VERSIONED,      /* the write has its version: args: key, value, wall, version */
    KV_NOTE_CONTEXT,        /* the clock that was read or is overwritten; see kv_pack_clock() */
    KV_NOTE_HINT_STORED,    /* peer = for whom; args: key */
    KV_NOTE_HINT_REPLAYED,  /* peer took it; args: key */
    KV_NOTE_HINT_EXPIRED,   /* args: key, age_ms */
    KV_NOTE_HINT_DROPPED,   /* no room; args: key */
    KV_NOTE_READ_REPAIR,    /* peer is behind; args: key, blocking */
    KV_NOTE_COMPARED,       /* with peer; args: range, hashes, keys, equal */
    KV_NOTE_AGREED,         /* peer has the same keys in all ranges shared with it */
    KV_NOTE_COLLECTED,      /* a tombstone is thrown away; args: key, age_ms */
    KV_NOTE_SUSPECTED,      /* peer is thought down; args: silence_ms */
    KV_NOTE_TRUSTED,        /* peer is heard again */
    KV_NOTE_RECOVERED,      /* args: keys, torn, hints */
    KV_NOTE_REPAIR_ASKED,   /* by admin.repair */
    KV_NOTE_PROMISE_BROKEN, /* the ledger's: args: check */
    /* A switch of modes. Modes: enum kv_mode. */
    KV_NOTE_MODE_SEALED, /* this replica takes no more writes on keys that move; args: epoch, from,
                             to */
    KV_NOTE_MODE_WAITS, /* the leader waits for peer; args: epoch, 0 no report, 1 not the same yet */
    KV_NOTE_MODE_AGREED,  /* the leader knows that all homes have the same; args: epoch */
    KV_NOTE_SETTLED,      /* of several values the latest is kept; args: key, value, how many go */
    KV_NOTE_SEEDED,       /* the agreed value is the log's; args: key, epoch, wall, version */
    KV_NOTE_MODE_OPENED,  /* this replica serves that mode; args: epoch, mode */
    KV_NOTE_MODE_DROPPED, /* the switch was taken back: as before; args: epoch, mode */
    /* Clients: a batch. Its parts have the numbers that follow its own, and their own notes. What
     * goes through the log is told once more as a whole. */
    KV_NOTE_BATCH_PART, /* before the next two: one of its keys. args: what, value (of a read that is
                           over: what it saw), 1 there is one */
    KV_NOTE_BATCH_INVOKED, /* args: what, keys */
    KV_NOTE_BATCH_OVER,    /* args: what, result */
    KV_NOTE_RAFT,          /* + enum raft_note */
    KV_NOTE_END = KV_NOTE_RAFT + RAFT_NOTE_COUNT,
};
extern const struct system_note KV_NOTES[KV_NOTE_END - NODE_NOTE_SYSTEM];

/* What the version held that a conditional write names, as far as its client has read it. */
enum kv_condition { KV_CONDITION_UNKNOWN, KV_CONDITION_NOTHING, KV_CONDITION_VALUE };

/* `what` of a note: function, level, key, of a reply how many values it had (of a conditional write
 * that is invoked: enum kv_condition), and the process. */
#define KV_WHAT(function, level, key, siblings)                                                    \
    ((int64_t)(function) | (int64_t)(level) << 4 | (int64_t)(key) << 8 | (int64_t)(siblings) << 24)
#define KV_WHAT_FUNCTION(what) ((uint32_t)((what)&15))
#define KV_WHAT_LEVEL(what)    ((uint32_t)((what) >> 4 & 15))
#define KV_WHAT_KEY(what)      ((uint32_t)((what) >> 8 & 0xffff))
#define KV_WHAT_SIBLINGS(what) ((uint32_t)((what) >> 24 & 0xff))
#define KV_WHAT_PROCESS(what)  ((uint32_t)((what) >> 32))

/* ---- Classes of keys ---- */

/* Is this key served by the log in that mode? cp: all of them; hybrid: those of the strong class, and
 * then never by the other path: a conditional write next to an eventual one would mean nothing
 * (KV-T11). */
static inline bool kv_is_strong(const struct kv_plan *plan, uint32_t mode, uint32_t key)
{
    return mode == KV_MODE_CP || (mode == KV_MODE_HYBRID && key < plan->strong_keys);
}
/* The mode that the operator wishes now; what the store is in, its replicas know (modes.h). */
static inline uint32_t kv_wished_mode(const int64_t *settings)
{
    return settings[KV_SET_SWITCH_TO] == KV_SWITCH_NONE
               ? (uint32_t)settings[KV_SET_MODE]
               : (uint32_t)settings[KV_SET_SWITCH_TO] - KV_SWITCH_FIRST_MODE;
}

/* ---- Placement ---- */

/* The range that a key is in is the number of its first home. */
uint32_t kv_range(const struct kv_plan *plan, uint32_t key);
/* The i-th home of a range, i < N. */
static inline uint32_t kv_home(const struct kv_plan *plan, uint32_t range, uint32_t i)
{
    return (range + i) % plan->replica_count;
}
/* N, never more than there are replicas. */
static inline uint32_t kv_copies(const struct kv_plan *plan, const int64_t *settings)
{
    uint32_t copies = (uint32_t)settings[KV_SET_COPIES];
    return copies < plan->replica_count ? copies : plan->replica_count;
}
bool kv_is_home(const struct kv_plan *plan, const int64_t *settings, uint32_t range,
                uint32_t replica);

/* ---- The system's parts ---- */

extern const struct node_protocol KV_REPLICA_PROTOCOL, KV_CLIENTS_PROTOCOL;
extern const struct node_observer KV_LEDGER;
extern const struct system_history KV_HISTORY;
int kv_load(const struct cJSON *scenario, void *plan, struct error *error);

extern const struct system KV;

#endif
