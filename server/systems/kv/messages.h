/* messages.h: what the nodes of the store say to each other.
 *
 * Wire form is memory form: little-endian, fixed width, no implicit padding, no pointers. The first
 * field of every message is the operation it is about, NODE_NONE if none. Messages that carry a state
 * end with it and are as long as it is (kv_state_bytes()).
 *
 *   clients            coordinator (a home of the key)       other replicas
 *     REQUEST ------->  writes to its disk
 *                       WRITE --------------------------->   merge, write to their disk
 *                       <-------------------------- WROTE
 *     <--------- REPLY  as soon as W have it
 *
 *     REQUEST ------->  READ ---------------------------->
 *                       <------------------------- VALUE
 *     <--------- REPLY  all R compared; who is behind gets a WRITE (read repair)
 *
 *     BATCH   ------->  through the log: one entry, or one read
 *     <--- BATCH_REPLY
 *     BATCH   ------->  keys of the eventual class: PART ->    a home of that key coordinates it
 *     <------------------------------------------- REPLY       one a key
 *
 * Anti-entropy: HASHES from the root down, level by level, each answered by the next level of what
 * differs, at last by ENTRIES of the leaves that differ, and AGREED where nothing does.
 *
 * A switch of modes: steps go through Raft's log; REPORT tells the leader what a sealed replica has.
 */
#ifndef CHEF_SYSTEMS_KV_MESSAGES_H
#define CHEF_SYSTEMS_KV_MESSAGES_H

#include "systems/kv/merkle.h"
#include "systems/kv/version.h"
#include "systems/raft/messages.h"

enum kv_message {
    KV_REQUEST = RAFT_MESSAGE_COUNT, /* before it: Raft's own */
    KV_REPLY,
    KV_WRITE,
    KV_WROTE,
    KV_READ,
    KV_VALUE,
    KV_PING,
    KV_HASHES,
    KV_ENTRIES,
    KV_AGREE,
    KV_REPORT,
    KV_BATCH,
    KV_BATCH_REPLY,
    KV_PART,
    KV_MESSAGE_COUNT,
};
extern const struct node_message_type KV_MESSAGES[KV_MESSAGE_COUNT];

struct kv_request {
    uint32_t op;
    uint16_t key;
    uint8_t function; /* enum kv_function */
    uint8_t level;    /* enum kv_level */
    uint8_t has_context;
    uint8_t attempt;          /* strong: 1, 2 ... of the same operation */
    uint16_t epoch;           /* of the reply that the context came with */
    uint32_t if_version;      /* of a conditional write: the entry that wrote the key last */
    uint32_t session, serial; /* strong: the client's session and number in it */
    int64_t value;
    uint32_t context[KV_REPLICAS_MAX]; /* what the client has read: it overwrites that */
};
_Static_assert(sizeof(struct kv_request) == 32 + 4 * KV_REPLICAS_MAX, "no padding");
_Static_assert(sizeof(struct kv_request) <= 64, "of the host's smallest size of messages");

/* The promise that was kept stands in `level`; what was read or written in `state`. */
struct kv_reply {
    uint32_t op;
    uint8_t result;          /* enum kv_result */
    uint8_t level;           /* enum kv_level */
    uint8_t attempt, leader; /* strong: whose leader may be replica leader - 1 */
    uint32_t version;        /* strong: the entry that wrote the key last; what if_version names */
    uint16_t epoch;          /* what the replica serves now: */
    uint8_t mode, pad;       /* enum kv_mode */
    struct kv_state state;
};

/* Reads or writes several keys; the value is the same for all. Its parts are the operations op + 1,
 * op + 2 ... in the order of the keys. */
struct kv_batch {
    uint32_t op;
    uint8_t function; /* KV_GET or KV_PUT */
    uint8_t level;    /* KV_LEVEL_ATOMIC or KV_LEVEL_NOT_ISOLATED */
    uint8_t count, attempt;
    uint32_t session, serial;
    int64_t value;
    uint16_t keys[KV_BATCH_KEYS];
};
_Static_assert(sizeof(struct kv_batch) == 32, "no padding");

/* Of a batch through the log, or of one that was refused whole: all keys at one moment. */
struct kv_batch_item {
    int64_t value;
    uint32_t version; /* the entry that wrote the key last; 0: never written */
    uint32_t there;
};
struct kv_batch_reply {
    uint32_t op;
    uint8_t result, level, attempt, leader; /* as in struct kv_reply */
    uint16_t epoch;
    uint8_t mode, count;
    uint32_t pad;
    struct kv_batch_item items[KV_BATCH_KEYS];
};
_Static_assert(sizeof(struct kv_batch_reply) == 16 + 16 * KV_BATCH_KEYS, "no padding");

/* A coordinator that is no home of this key to one that is: it answers the client itself. */
struct kv_part {
    struct kv_request request;
    uint32_t client, pad;
};
_Static_assert(sizeof(struct kv_part) == sizeof(struct kv_request) + 8, "no padding");

/* Why a state is sent: what its receiver does beside merging it. */
enum kv_write_kind {
    KV_WRITE_PUT,
    KV_WRITE_HINT, /* keep it for `target` */
    KV_WRITE_REPAIR,
    KV_WRITE_REPLAY, /* a hint that has come home; `ticket` names it at the sender */
    KV_WRITE_KINDS,
};
struct kv_write {
    uint32_t op;
    uint32_t ticket; /* the sender's place for the answer */
    uint32_t serial; /* of that place: an answer to its former use is ignored */
    uint8_t kind;    /* enum kv_write_kind */
    uint8_t target;  /* HINT: for whom */
    uint8_t overwrite;
    uint8_t pad;
    struct kv_state state;
};
struct kv_wrote {
    uint32_t op;
    uint32_t ticket, serial;
    uint8_t kind, target;
    uint16_t pad;
};

struct kv_read {
    uint32_t op;
    uint32_t ticket, serial;
    uint32_t key;
};
struct kv_value {
    uint32_t op;
    uint32_t ticket, serial;
    uint32_t pad;
    struct kv_state state;
};

struct kv_ping {
    uint32_t op; /* NODE_NONE */
};

/* One level of the tree of a range, below node `index` of the level above. */
struct kv_hashes {
    uint32_t op; /* NODE_NONE */
    uint8_t range;
    uint8_t level; /* 0: the root, one hash; else MERKLE_FANOUT of them */
    uint8_t index;
    uint8_t pad;
    uint64_t hashes[MERKLE_FANOUT];
};
enum { KV_HASHES_BYTES_MIN = 16 };
_Static_assert(sizeof(struct kv_hashes) == 8 + 8 * MERKLE_FANOUT, "no padding");

/* States of the keys in some leaves of a range, one behind the other. */
enum { KV_ENTRIES_BYTES = 1008 };
struct kv_entries {
    uint32_t op; /* NODE_NONE */
    uint8_t range;
    uint8_t answer; /* 1: these are the other side's; nothing comes back */
    uint16_t count;
    uint64_t leaves; /* which: bits */
    uint8_t states[KV_ENTRIES_BYTES];
};
enum { KV_ENTRIES_BYTES_MIN = 16 };
_Static_assert(sizeof(struct kv_entries) == KV_ENTRIES_BYTES_MIN + KV_ENTRIES_BYTES, "no padding");
_Static_assert(sizeof(struct kv_entries) <= 1024, "of the host's third size of messages");
_Static_assert(MERKLE_LEAVES <= 64, "leaves are the bits of one word");

/* Same root; or, with `collected`, "that tombstone is gone here, throw yours away". */
struct kv_agree {
    uint32_t op; /* NODE_NONE */
    uint8_t range;
    uint8_t collected;
    uint16_t key;
    uint64_t root;
};

/* The store's rows of an owner's table of messages, Raft's included; in the order of enum kv_message. */
enum {
    KV_STATE_HEAD = 16
}; /* A sealed replica to the leader: what it has of the keys that move, all of it durable. */
struct kv_report {
    uint32_t op; /* NODE_NONE */
    uint32_t epoch;
    uint32_t counter; /* no version that it knows of has a higher one, */
    uint32_t pad;
    int64_t wall_ns;                   /* or a later clock */
    uint64_t digests[KV_REPLICAS_MAX]; /* by range; equal when two homes have the same */
};
_Static_assert(sizeof(struct kv_report) == 24 + 8 * KV_REPLICAS_MAX, "no padding");

/* of each message that ends with a state */
_Static_assert(sizeof(struct kv_reply) == KV_STATE_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(sizeof(struct kv_write) == KV_STATE_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(sizeof(struct kv_value) == KV_STATE_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(sizeof(struct kv_wrote) == 16, "no padding");
_Static_assert(sizeof(struct kv_read) == 16, "no padding");
_Static_assert(sizeof(struct kv_agree) == 16, "no padding");
#define KV_STATE_MIN (KV_STATE_HEAD + KV_STATE_BYTES_MIN)
#define KV_MESSAGE_ROWS                                                                            \
    RAFT_MESSAGE_ROWS,                                                                             \
        [KV_REQUEST] = {"request", sizeof(struct kv_request), sizeof(struct kv_request)},          \
        [KV_REPLY] = {"reply", KV_STATE_MIN, sizeof(struct kv_reply)},                             \
        [KV_WRITE] = {"write", KV_STATE_MIN, sizeof(struct kv_write)},                             \
        [KV_WROTE] = {"wrote", sizeof(struct kv_wrote), sizeof(struct kv_wrote)},                  \
        [KV_READ] = {"read", sizeof(struct kv_read), sizeof(struct kv_read)},                      \
        [KV_VALUE] = {"value", KV_STATE_MIN, sizeof(struct kv_value)},                             \
        [KV_PING] = {"ping", sizeof(struct kv_ping), sizeof(struct kv_ping)},                      \
        [KV_HASHES] = {"hashes", KV_HASHES_BYTES_MIN, sizeof(struct kv_hashes)},                   \
        [KV_ENTRIES] = {"entries", KV_ENTRIES_BYTES_MIN, sizeof(struct kv_entries)},               \
        [KV_AGREE] = {"agree", sizeof(struct kv_agree), sizeof(struct kv_agree)},                  \
        [KV_REPORT] = {"report", sizeof(struct kv_report), sizeof(struct kv_report)},              \
        [KV_BATCH] = {"batch", sizeof(struct kv_batch), sizeof(struct kv_batch)},                  \
        [KV_BATCH_REPLY] = {"batch_reply", sizeof(struct kv_batch_reply),                          \
                            sizeof(struct kv_batch_reply)},                                        \
        [KV_PART] = {"part", sizeof(struct kv_part), sizeof(struct kv_part)}

#endif
