/* ledger.h: the observer of the store: what it offers to the catalogue (kv.c), and its memory.
 *
 * The ledger sees every operation on the true clock and every version that a coordinator gave out.
 * So it knows what nobody in the store can know: which reads were stale and by how much, which writes
 * were lost, and when the replicas were of one mind again. It never touches a node.
 *
 * Parts: ledger.c (what each note means), ledger_truth.c (what is true of each key, and judging reads
 * against it), ledger_switch.c (the same when the mode changes), ledger_judge.c (promises), ledger_rows.c with tables.c (CSV, figures), view.c (live
 * frame), explain.c (one operation).
 */
#ifndef CHEF_SYSTEMS_KV_LEDGER_H
#define CHEF_SYSTEMS_KV_LEDGER_H

#include "base/histogram.h"
#include "systems/kv/version.h"
#include "systems/kv/words.h"

/* The promises that are judged; which trap each one guards. The first four are judged by server/check
 * from what clients saw (operations.c), the others here:
 *   strong_linearizable   strong operations fit into one order, key by key (T11, T14)
 *   eventual_linearizable so do eventual ones: nobody promises that
 *   sessions_keep         a session sees what it wrote and what it saw
 *   final_reads_agree     when all is quiet every home of a key answers the same (T05)
 *   batches_whole         who reads several strong keys at once never sees a half of a batch (T13)
 *   no_acked_write_lost   what was acknowledged is there in the end, or knowingly overwritten (T03, T08, T09)
 *   reads_fresh           with R + W > N an eventual read sees every write acknowledged before it (T16)
 *   reads_never_go_back   and nothing older than a read before it has seen (T01)
 *   failed_stays_failed   what was said to have failed is never seen (T02)
 *   deleted_stays_deleted an acknowledged deletion does not come undone (T06)
 *   versions_kept         every version in the store was given to a write by its coordinator (T04)
 *   replicas_converge     healed and left alone, all homes of a key have the same (T05)
 *   trees_agree           same data, same Merkle root (T10)
 *   store_sound           a replica's own invariant */
enum kv_check {
    KV_CHECK_STRONG_LINEARIZABLE,
    KV_CHECK_EVENTUAL_LINEARIZABLE,
    KV_CHECK_SESSIONS_KEEP,
    KV_CHECK_FINAL_READS_AGREE,
    KV_CHECK_NO_ACKED_WRITE_LOST,
    KV_CHECK_READS_FRESH,
    KV_CHECK_READS_NEVER_GO_BACK,
    KV_CHECK_FAILED_STAYS_FAILED,
    KV_CHECK_DELETED_STAYS_DELETED,
    KV_CHECK_VERSIONS_KEPT,
    KV_CHECK_REPLICAS_CONVERGE,
    KV_CHECK_TREES_AGREE,
    KV_CHECK_STORE_SOUND,
    KV_CHECK_BATCHES_WHOLE,
    KV_CHECK_COUNT,
};
extern const struct system_check KV_CHECKS[KV_CHECK_COUNT];

enum kv_figure {
    KV_FIGURE_AVAILABILITY_PCT, /* good operations of all that are over */
    KV_FIGURE_OPS_PER_S,        /* good ones, over the last 10 s */
    KV_FIGURE_LATENCY_MEAN_MS,  /* of good quorum operations, over the run */
    KV_FIGURE_LATENCY_P50_MS,
    KV_FIGURE_LATENCY_P99_MS,
    KV_FIGURE_LOCAL_MEAN_MS, /* of local reads */
    KV_FIGURE_LOCAL_P99_MS,
    KV_FIGURE_OPS_OK,
    KV_FIGURE_UNAVAILABLE, /* refused or failed: nothing was done */
    KV_FIGURE_UNKNOWN,
    KV_FIGURE_SKIPPED,
    KV_FIGURE_STALE_READS,
    KV_FIGURE_STALE_PCT, /* of good reads */
    KV_FIGURE_STALENESS_MAX_MS,
    KV_FIGURE_SIBLINGS, /* most values of one key at any replica now */
    KV_FIGURE_HINTS_STORED,
    KV_FIGURE_HINTS_REPLAYED,
    KV_FIGURE_READ_REPAIRS,
    KV_FIGURE_MERKLE_HASHES,
    KV_FIGURE_KEYS_STREAMED,
    KV_FIGURE_LOST_CONCURRENT_WRITES,
    KV_FIGURE_DIFFERENT_KEYS, /* keys of which two homes have not the same now */
    KV_FIGURE_CONVERGE_MS,    /* from the last healing until all homes had the same */
    KV_FIGURE_REPLICAS_UP,
    KV_FIGURE_COUNT,
};
extern const struct system_figure KV_FIGURES[KV_FIGURE_COUNT];

enum kv_table { KV_TABLE_OPERATIONS, KV_TABLE_METRICS, KV_TABLE_REPLICAS, KV_TABLE_COUNT };
extern const struct system_table KV_TABLES[KV_TABLE_COUNT];

enum { KV_CHART_COUNT = 4 };
extern const struct system_chart KV_CHARTS[KV_CHART_COUNT];

/* ---- Memory; private to the ledger's files ---- */

enum {
    LEDGER_OPEN = 512, /* operations that are open, or lately over */
    LEDGER_ACKED = 8,  /* latest acknowledged versions of a key */
    LEDGER_ASSIGNED = 16,
    LEDGER_LIVE = 24, /* writes of a key that nobody has knowingly overwritten */
    LEDGER_FAILED = 4,
    LEDGER_RATE_S = 10,
    LEDGER_BATCHES = 512, /* latest strong batches that write */
    LEDGER_BY_HAND = 32,  /* latest values that are no number of an operation */
};

/* A version as the ledger compares it: by wall clock, then dot. Zero: none. */
struct ledger_version {
    int64_t wall_ns, dot, value;
    int64_t acked_ns; /* when its client knew; 0: not yet */
    uint32_t op, pad;
};

struct ledger_op {
    struct ledger_version floor;   /* newest acknowledged before this one began, */
    struct ledger_version seen;    /* newest that a finished read had returned */
    struct ledger_version written; /* what its coordinator called it */
    uint32_t floor_clock[KV_REPLICAS_MAX], seen_clock[KV_REPLICAS_MAX];
    uint32_t clock[KV_REPLICAS_MAX]; /* of its answer */
    int64_t invoked_ns, ended_ns, what, staleness_ns, value;
    uint64_t event;                /* of its invocation */
    int64_t dots[KV_SIBLINGS_MAX]; /* of its answer's values */
    uint32_t op, node, mark;
    uint32_t era;   /* of its key, when it got its version */
    uint32_t batch; /* the one that it is a part of; 0: none */
    uint8_t open, unfloored, stale, result, siblings, repairs, dot_count, pad[1];
};

struct ledger_key {
    struct ledger_version acked[LEDGER_ACKED];       /* newest version first */
    struct ledger_version assigned[LEDGER_ASSIGNED]; /* newest version first */
    struct ledger_version live[LEDGER_LIVE];
    struct ledger_version seen; /* newest that a finished read returned */
    uint32_t seen_op, acked_op;
    uint32_t acked_clock[KV_REPLICAS_MAX], seen_clock[KV_REPLICAS_MAX];
    int64_t failed[LEDGER_FAILED]; /* dots of writes that were said to have failed */
    uint32_t failed_next, live_count, overflow, changed;
    /* Switches of modes: one era of the key lasts until it changes its path. */
    struct ledger_version seeded; /* by the latest switch into the log, in the order of the store */
    struct ledger_version
        taken; /* what the present era began with, in the order of the one before */
    struct ledger_version base; /* the same in its own */
    uint32_t seeded_epoch, era;
};

/* A batch: its number, which is also the value that it writes to all its keys. */
struct ledger_batch {
    uint32_t op, count;
    uint32_t keys[KV_BATCH_KEYS];
    int64_t values[KV_BATCH_KEYS]; /* of a read: what it saw, */
    uint8_t there[KV_BATCH_KEYS];  /* if anything */
    uint32_t pad;
};

struct ledger_witness {
    uint32_t count, subject, word, pad;
    int64_t args[NODE_NOTE_ARGS];
    int64_t at_ns;
    uint64_t first_event, last_event;
};

struct kv_ledger {
    struct ledger_op ops[LEDGER_OPEN];
    struct ledger_key keys[KV_KEYS_MAX];
    struct ledger_witness witness[KV_CHECK_COUNT];
    struct histogram latency_us, local_us;
    uint64_t notes;
    uint64_t ok, failed, unknown, skipped, reads_ok, stale, hints_stored, hints_replayed,
        read_repairs, hashes, streamed, lost_writes;
    int64_t quorum_changed_ns;
    uint32_t switch_writes, pad; /* what switches put into the log, told as operations */
    uint32_t mode, epoch;        /* that the first replica has opened */
    int64_t staleness_max_ns, healed_ns, converge_ns; /* converge_ns < 0: not yet */
    uint32_t ok_second[LEDGER_RATE_S]; /* ring: good operations of the latest seconds */
    uint32_t second;
    uint32_t different; /* keys on which homes differ, as of the last tick */
    uint32_t siblings_max;
    /* Of the present second, for the rows. */
    uint64_t second_ok, second_failed, second_unknown, second_stale;
    struct {
        uint32_t op; /* context that was told just before */
        uint32_t pad;
        uint32_t clock[KV_REPLICAS_MAX];
    } context;
    struct ledger_batch batches[LEDGER_BATCHES]; /* by number, modulo */
    struct ledger_batch told;                    /* the one whose parts were told just before */
    int64_t by_hand[LEDGER_BY_HAND];
    uint32_t by_hand_next, last_batch, last_batch_count, batch_pad;
};

/* What the ledger's functions get. */
struct ledger_context {
    struct kv_ledger *ledger;
    const struct node_world *world;
    const struct kv_plan *plan;
    const int64_t *settings;
    const struct node_note *note; /* NULL at a tick */
    const struct node_row_sink *sink;
};

/* ledger_truth.c */
void kv_ledger_begin(const struct ledger_context *context);
void kv_ledger_versioned(const struct ledger_context *context);
void kv_ledger_context_told(const struct ledger_context *context);
void kv_ledger_sibling(const struct ledger_context *context);
void kv_ledger_end(const struct ledger_context *context, enum kv_result result);
void kv_ledger_collected(const struct ledger_context *context, uint32_t key);
void kv_ledger_quorum_changed(struct kv_ledger *ledger, int64_t now_ns);
void kv_ledger_forget_open(const struct ledger_context *context);
/* Was that version given to a write? True also for one that is too old to know. */
bool kv_ledger_is_assigned(const struct ledger_key *key, const struct ledger_version *version);
struct ledger_op *kv_ledger_find(struct kv_ledger *ledger, uint32_t op);
bool kv_ledger_later(const struct ledger_version *a, const struct ledger_version *b);
static inline bool kv_ledger_is_deleted(int64_t dot)
{
    return (dot & 1) != 0;
}

/* ledger_batch.c */
/* A write whose value somebody chose: it may look like the mark of a batch. */
void kv_ledger_chosen_value(struct kv_ledger *ledger, int64_t value);
void kv_ledger_batch_part(const struct ledger_context *context);
void kv_ledger_batch_invoked(const struct ledger_context *context);
void kv_ledger_batch_over(const struct ledger_context *context);

/* ledger_switch.c */
void kv_ledger_seeded(const struct ledger_context *context);
void kv_ledger_mode_opened(const struct ledger_context *context);
/* A write of the era before is acknowledged only now. */
void kv_ledger_acked_late(const struct ledger_context *context, const struct ledger_op *op);
/* Was this version given out by the path that does not serve the key now? */
bool kv_ledger_is_foreign(const struct ledger_context *context, uint32_t key,
                          const struct ledger_version *version);

/* ledger_judge.c */
void kv_ledger_break(const struct ledger_context *context, enum kv_check check, uint32_t subject,
                     uint32_t word, int64_t a, int64_t b, int64_t c);
/* How many keys differ between homes that are up; *siblings: most values of one key. */
uint32_t kv_ledger_differences(const struct node_world *world, uint32_t *siblings);
/* The mode of the replica that has gone furthest. */
uint32_t kv_ledger_mode(const struct node_world *world);
/* A replica's state of a key, whichever path serves it (*copy: room for a strong one); NULL while it
 * is down. */
const struct kv_state *kv_ledger_state(const struct node_world *world, uint32_t replica,
                                       uint32_t key, struct kv_state *copy);
/* How many replicas have the key, and the i-th of them. */
uint32_t kv_ledger_homes(const struct node_world *world, uint32_t key);
uint32_t kv_ledger_home(const struct node_world *world, uint32_t key, uint32_t i);

/* ledger_rows.c */
void kv_ledger_row_operation(const struct ledger_context *context, const struct ledger_op *op);
void kv_ledger_rows_second(const struct ledger_context *context);

/* ---- For the catalogue ---- */

uint16_t kv_unpromised(const void *plan, const int64_t *settings, uint32_t check);
void kv_figures_read(const void *ledger, const struct node_world *world, int64_t *values);
void kv_judge(const void *ledger, const struct node_world *world, bool final,
              struct system_finding *findings);
void kv_rows_open(const void *ledger, const struct node_world *world,
                  const struct node_row_sink *sink);
uint64_t kv_view(const void *ledger, const struct node_world *world, uint64_t since,
                 struct json_writer *writer);
bool kv_explain(const void *ledger, const struct node_world *world, uint32_t subject,
                struct json_writer *writer);

#endif
