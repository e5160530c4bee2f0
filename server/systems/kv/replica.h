/* replica.h: a replica's memory, and what its parts offer each other.
 *
 * Private to the replica's files: store.c (keys and their disk), hints.c, coordinator.c and
 * coordinator_read.c (operations under way), batch.c (several keys), repair.c (anti-entropy), strong.c (the log), switch.c
 * (changing the mode), replica.c (the protocol: who gets which event). Observers may read it.
 *
 * On the disk every key and every hint has two places of fixed size, written in turn, each a record
 * with a checksum and a sequence number. The device works in order, so at most one of the two is torn
 * by a crash, and the other is the state before: a log that needs no compaction, since what there is
 * to store is bounded.
 */
#ifndef CHEF_SYSTEMS_KV_REPLICA_H
#define CHEF_SYSTEMS_KV_REPLICA_H

#include "systems/kv/messages.h"
#include "systems/kv/modes.h"
#include "systems/kv/words.h"

enum {
    KV_HINTS = 32,
    KV_OPS = 96,
    KV_FILE = 0,
    KV_FILE_RAFT = 1, /* and the next one */
    KV_TIMER = 0,
    KV_TIMER_RAFT = 1,
    KV_MESSAGE_RAFT = 0,
    KV_WAITING_MAX = 128, /* strong operations without an answer */
    KV_TICK_MS = 25,
    KV_META_PLACE = KV_KEYS_MAX + KV_HINTS, /* the replica's own record */
    KV_PLACES = KV_META_PLACE + 1,
    KV_PLACE_BYTES = 576,    /* of one of the two records of a place */
    KV_READ_PLACES = 7,      /* records read at a time */
    KV_GRACE_HINTS_MS = 200, /* between two replays of one hint */
    KV_SEEN = 512,           /* requests that are remembered, so that a doubled one does nothing */
    KV_UNANSWERED_MAX = 24,  /* messages to a peer that is not heard; then no more are sent */
    KV_WRITES_MAX = 64,      /* writes that the disk has not told of; then clients are refused */
    KV_STUCK_MS = 100,       /* a key whose write takes longer is not told to anybody */
    KV_TICKET_SWITCH = KV_OPS, /* of a read by which a leader learns a value to be seeded */
};
#define KV_FILE_BYTES (2 * KV_PLACES * KV_PLACE_BYTES)

/* A key as this replica has it. */
struct kv_slot {
    struct kv_state state;
    int64_t since_ns;  /* monotonic: last change; the age of a tombstone here */
    uint32_t token;    /* of the write that makes it durable; 0: it is */
    uint32_t sequence; /* of its record on the disk */
    uint16_t agreed;   /* bits of replicas that are known to have this tombstone */
    uint8_t unsaved;   /* the disk has refused it: to be written again */
    uint8_t pad;
};

/* What a replica keeps for one that it could not reach. */
struct kv_hint {
    struct kv_state state;
    int64_t created_ns; /* wall clock: it outlives a crash */
    int64_t sent_ns;    /* monotonic: last replay */
    uint32_t token, sequence;
    uint32_t serial; /* which content a replay spoke of */
    uint8_t used, unsaved, target, pad;
};

enum kv_op_phase {
    KV_OP_FREE,
    KV_OP_WRITING,
    KV_OP_READING,
    KV_OP_REPAIRING, /* a read that waits until those behind have caught up */
};

/* An operation that this replica coordinates. Bits of masks are replicas. */
struct kv_op {
    struct kv_state state;            /* written; or merged from all answers so far */
    struct kv_sibling written;        /* WRITING: the new version */
    uint64_t hashes[KV_REPLICAS_MAX]; /* READING: of each answer */
    int64_t deadline_ns;
    uint32_t op, client, key, serial;
    uint32_t local_token; /* WRITING: of the own write, until it is durable */
    uint16_t asked;       /* who was sent something */
    uint16_t done;        /* WRITING: has it durably. READING: has answered */
    uint16_t owed;        /* REPAIRING: who has to confirm */
    uint16_t hinted;      /* homes for whom somebody keeps a hint that counts */
    uint8_t phase, function, level, needed, replied, hints_here, pad[2];
};

/* A strong request that waits for its entry, or for its read. */
struct kv_waiting {
    uint64_t index, term; /* of its entry; index 0: a read, by ticket */
    uint32_t op, client;
    uint16_t key; /* of a batch: the first one */
    uint8_t attempt, level, function;
    uint8_t batch_count; /* 0: no batch */
    uint16_t pad;
    uint16_t batch_keys[KV_BATCH_KEYS];
};

/* What a leader does about a switch; forgotten with its term. */
struct kv_leading {
    uint64_t term;
    uint64_t step_index; /* of the step that it has proposed; 0: none */
    uint64_t seeded[(KV_KEYS_MAX + 63) / 64];
    int64_t since_ns, ask_due_ns;
    uint32_t epoch;
    uint32_t waits_for; /* the replica that holds the switch up, or NODE_NONE */
    uint8_t waits_why, agreed, pad[6];
};

struct kv_replica {
    struct kv_slot slots[KV_KEYS_MAX];
    struct merkle trees[KV_REPLICAS_MAX]; /* by range; those this replica is a home of */
    struct kv_hint hints[KV_HINTS];
    struct kv_op ops[KV_OPS];
    int64_t heard_ns[KV_REPLICAS_MAX];
    uint32_t unanswered[KV_REPLICAS_MAX]; /* messages since it was heard */
    uint32_t seen[KV_SEEN];               /* operations of the latest requests */
    uint32_t seen_next, writes_open;
    int64_t ping_due_ns, repair_due_ns, sweep_due_ns;
    uint64_t agreed_root[KV_REPLICAS_MAX][KV_REPLICAS_MAX]; /* [peer][range] */
    uint32_t op_serial, hint_serial;
    uint32_t counter_floor;           /* counters of collected tombstones are below; on the disk */
    uint32_t own_sequence, own_token; /* of the replica's own record */
    uint32_t read_at;                 /* recovery: next record to read */
    uint32_t recovered_keys, torn;
    uint32_t repair_peer;               /* whose turn it is */
    uint32_t repair_rounds;             /* of admin.repair that are left */
    uint32_t hashes_sent, entries_sent; /* in the present exchange */
    uint32_t suspected;                 /* bits */
    uint32_t told_agreed;               /* bits of peers for whom KV_NOTE_AGREED has been said */
    uint8_t ready;
    uint8_t own_unsaved; /* the disk has refused the own record */
    uint8_t awake;       /* Raft works; it sleeps until a mode that needs it is first wished */
    uint8_t pad;
    /* The mode. */
    struct kv_served served;
    struct kv_modes modes; /* as of the last applied entry */
    struct kv_leading leading;
    struct kv_report reports[KV_REPLICAS_MAX];
    int64_t report_due_ns;
    /* The strong path. */
    uint32_t waiting_count, pad2;
    uint64_t ticket_last;
    struct kv_waiting waiting[KV_WAITING_MAX];
    uint64_t written_at[KV_KEYS_MAX]; /* the entry that wrote each key last */
    struct machine machine;
    struct raft raft;
};

/* What every function of a replica gets: one step. */
struct kv_turn {
    struct kv_replica *self;
    const struct node_env *env;
    const struct kv_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns, wall_ns;
};

static inline int64_t kv_setting(const struct kv_turn *turn, enum kv_setting setting)
{
    return turn->env->settings[setting];
}
static inline uint32_t kv_bit(uint32_t replica)
{
    return UINT32_C(1) << replica;
}
uint32_t kv_count_bits(uint32_t mask);
void kv_say(const struct kv_turn *turn, enum kv_note kind, uint32_t peer, uint32_t subject,
            int64_t a, int64_t b, int64_t c, int64_t d);
/* Homes of a key, and those of all replicas that are not thought down (self included), as bits. */
uint32_t kv_homes(const struct kv_turn *turn, uint32_t key);
uint32_t kv_alive(const struct kv_turn *turn);
/* Sends to a peer as part of an operation; counts what it has not answered. */
void kv_send(const struct kv_turn *turn, uint32_t after, uint32_t to, enum kv_message type,
             const void *bytes, uint32_t length);

/* ---- store.c ---- */

/* Begins to read the disk; ready when all of it is read. */
void store_recover(const struct kv_turn *turn);
void store_on_read(const struct kv_turn *turn, const struct node_event *event);
void store_on_written(const struct kv_turn *turn, const struct node_event *event);
/* Merges what somebody else knows (or takes it as it is, with `overwrite`). Returns the write that
 * has to be durable before anybody is told; 0: it is. */
uint32_t store_merge(const struct kv_turn *turn, const struct kv_state *state, bool overwrite);
/* A new version written here; *sibling is it. */
uint32_t store_write(const struct kv_turn *turn, uint32_t key, const uint32_t *context,
                     int64_t value, bool deleted, struct kv_sibling *sibling);
/* The write that must be durable before this key may be told to anybody. Writes it again if the disk
 * had refused it. */
uint32_t store_token(const struct kv_turn *turn, uint32_t key);
/* Has this key waited so long for the disk that it had better not be told? */
bool store_is_stuck(const struct kv_turn *turn, uint32_t key);
/* Writes a place of the disk: a key, a hint, the own record. Used by hints.c. */
uint32_t store_put(const struct kv_turn *turn, uint32_t place, uint32_t *sequence, uint32_t target,
                   int64_t created_ns, const struct kv_state *state);
/* That peer has the same data in this range: its tombstones are there too. */
void store_agreed(const struct kv_turn *turn, uint32_t range, uint32_t peer);
void store_peer_collected(const struct kv_turn *turn, uint32_t key, uint32_t peer);
/* Once a second: writes what the disk refused, throws old tombstones away. */
void store_sweep(const struct kv_turn *turn);
/* Writes the replica's own record: counters and mode. */
void store_save_own(const struct kv_turn *turn);
/* Is all that is here on the disk? */
bool store_is_durable(const struct kv_turn *turn);
/* Is this tombstone old enough to be collected? */
bool store_is_aged(const struct kv_turn *turn, const struct kv_state *state);
struct merkle *store_tree(const struct kv_turn *turn, uint32_t range);

/* ---- hints.c ---- */

/* Keeps a state for a replica. *token: the write it waits for. False: no room. */
bool hints_keep(const struct kv_turn *turn, uint32_t target, const struct kv_state *state,
                uint32_t *token);
void hints_on_written(const struct kv_turn *turn, const struct node_event *event);
void hints_on_wrote(const struct kv_turn *turn, uint32_t from, const struct kv_wrote *wrote);
void hints_restore(const struct kv_turn *turn, uint32_t index, uint32_t target, int64_t created_ns,
                   uint32_t sequence, const struct kv_state *state);
/* Replays to those who are back, throws the expired away. */
void hints_tick(const struct kv_turn *turn);
/* Merges what hints know of a key. */
void hints_read(const struct kv_turn *turn, uint32_t key, struct kv_state *state);
uint32_t hints_count(const struct kv_replica *self);

/* ---- coordinator.c, coordinator_read.c ---- */

void coordinator_on_request(const struct kv_turn *turn, uint32_t client,
                            const struct kv_request *request);
void coordinator_on_wrote(const struct kv_turn *turn, uint32_t from, const struct kv_wrote *wrote);
void coordinator_on_written(const struct kv_turn *turn, const struct node_event *event);
void coordinator_tick(const struct kv_turn *turn);
uint32_t coordinator_open(const struct kv_replica *self);
/* Between the two files. */
struct kv_op *coordinator_begin(const struct kv_turn *turn, uint32_t client,
                                const struct kv_request *request, enum kv_op_phase phase);
void coordinator_reply(const struct kv_turn *turn, struct kv_op *op, enum kv_result result,
                       uint32_t after);
void coordinator_refuse(const struct kv_turn *turn, uint32_t client,
                        const struct kv_request *request, enum kv_result result);
void coordinator_send(const struct kv_turn *turn, const struct kv_op *op, uint32_t to,
                      enum kv_write_kind kind, uint32_t target, uint32_t after);
/* Replicas that stand in for homes that are down: the i-th missing home is served by the i-th. */
uint32_t coordinator_fallbacks(const struct kv_turn *turn, uint32_t key, uint32_t missing,
                               uint32_t *stand_ins, uint32_t *targets);
void coordinator_read(const struct kv_turn *turn, uint32_t client,
                      const struct kv_request *request);
void coordinator_on_value(const struct kv_turn *turn, uint32_t from, const struct kv_value *value);
void coordinator_repaired(const struct kv_turn *turn, struct kv_op *op, uint32_t from);

/* ---- batch.c ---- */

void batch_on_request(const struct kv_turn *turn, uint32_t client, const struct kv_batch *batch);
/* The answer to what waited: every key as it stands in the machine now. */
void batch_reply(const struct kv_turn *turn, const struct kv_waiting *waiting,
                 enum kv_result result);
/* A request of one key, by its class: replica.c. */
void replica_on_request(const struct kv_turn *turn, uint32_t client,
                        const struct kv_request *request);

/* ---- strong.c ---- */

void strong_boot(struct kv_replica *self, const struct kv_plan *plan, const int64_t *settings);
/* Gives Raft the event, and takes out what came of it. True: it was Raft's own. */
bool strong_step(const struct kv_turn *turn, const struct node_event *event);
void strong_request(const struct kv_turn *turn, uint32_t client, const struct kv_request *request);
void strong_batch(const struct kv_turn *turn, uint32_t client, const struct kv_batch *batch);
/* A key of the machine, as a state whose one version is the entry that wrote it. */
void strong_state(const struct kv_replica *self, uint32_t key, struct kv_state *state);

/* Puts a step into the log. False: not now. */
bool strong_propose(const struct kv_turn *turn, const struct kv_step *step, uint64_t *index);

/* ---- switch.c ---- */

/* Must Raft be awake? */
bool switch_wakes(const struct kv_turn *turn, const struct node_event *event);
/* May a client have this done here, as far as a switch goes? */
bool switch_holds_up(const struct kv_turn *turn, const struct kv_request *request);
/* A step has come out of the log. */
void switch_apply(const struct kv_turn *turn, const struct raft_entry *entry);
/* Serves what the log says by now. */
void switch_adopt(const struct kv_turn *turn);
/* Reports to the leader; or, as the leader, takes the next step. */
void switch_tick(const struct kv_turn *turn);
void switch_on_report(const struct kv_turn *turn, uint32_t from, const struct kv_report *report);
void switch_on_value(const struct kv_turn *turn, const struct kv_value *value);
/* Is a switch under way here that makes keys strong? Then homes must come to agree. */
static inline bool switch_tightens(const struct kv_replica *self)
{
    return self->served.sealed && kv_tightens(self->served.mode, self->served.next);
}

/* ---- repair.c ---- */

void repair_on_hashes(const struct kv_turn *turn, uint32_t from, const struct kv_hashes *hashes);
void repair_on_entries(const struct kv_turn *turn, uint32_t from, const struct kv_entries *entries);
void repair_on_agree(const struct kv_turn *turn, uint32_t from, const struct kv_agree *agree);
void repair_tick(const struct kv_turn *turn);
/* Compare with everybody at once, and again until all agree (admin.repair). */
void repair_ask(const struct kv_turn *turn);
/* Ranges in which this peer is not known to have the same, as far as both are homes. */
uint32_t repair_differences(const struct kv_replica *self, const struct kv_plan *plan,
                            const int64_t *settings, uint32_t replica, uint32_t peer);

#endif
