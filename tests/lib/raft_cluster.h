/* raft_cluster.h - several Raft cores in a test's hand, each with the replicated machine: the test is
 * their network, their clocks, their disks and their power.
 *
 * Nothing happens by itself: messages lie in flight until they are delivered or dropped, writes are in
 * a cache until they are synced, timers go off when the test says so. Every note is given to
 * raft_safety. */
#ifndef TESTS_LIB_RAFT_CLUSTER_H
#define TESTS_LIB_RAFT_CLUSTER_H

#include "systems/raft/machine.h"
#include "systems/raft/raft_safety.h"

enum {
    CLUSTER_NODES_MAX = 8,
    CLUSTER_FLIGHT_MAX = 16384,
    CLUSTER_WRITES_MAX = 2048,
};
#define CLUSTER_MS INT64_C(1000000)

struct cluster_message {
    uint32_t from, to;
    uint16_t type; /* enum raft_message */
    uint16_t length;
    uint8_t *bytes;
};

struct cluster_write {
    uint32_t token, offset, length;
    uint8_t file;
    uint8_t *bytes;
};

struct cluster_node {
    struct raft raft;
    struct machine machine;
    uint64_t applied; /* index that the machine is at */
    bool up;
    int64_t now_ns, timer_ns; /* its clock; INT64_MAX: no timer */
    uint32_t boots, token_last;
    uint64_t token_synced; /* all writes up to here are durable */
    bool disk_refuses;     /* every write fails */
    uint32_t write_count;
    struct cluster_write writes[CLUSTER_WRITES_MAX];
    uint8_t seen[2][RAFT_FILE_BYTES]; /* with the cache */
    uint8_t durable[2][RAFT_FILE_BYTES];
    uint32_t seen_length[2], durable_length[2];
};

struct cluster {
    uint32_t count;
    uint64_t seed;
    struct raft_members first;
    struct raft_tuning tuning;
    struct raft_safety safety;
    uint64_t steps;
    uint32_t overflows;                 /* outboxes or flights that were too full */
    enum raft_violation_kind violation; /* first that a core saw in itself */
    uint32_t diverged;                  /* machines that differed at the same index */
    uint64_t digest_at[4096];           /* of the machine, by applied index modulo that */
    uint64_t digest_index[4096];
    uint32_t flight_count;
    struct cluster_message flight[CLUSTER_FLIGHT_MAX];
    struct cluster_node nodes[CLUSTER_NODES_MAX];
    struct node_outbox outbox;
    bool no_sessions; /* the owner's bug: images without sessions */
    /* Called for each note, applied command and decided read. May be NULL. */
    void *context;
    void (*noted)(void *context, uint32_t node, enum raft_note kind, const struct node_note *note);
    void (*applied)(void *context, uint32_t node, const struct raft_entry *entry,
                    const struct machine_answer *answer);
    void (*read)(void *context, uint32_t node, uint64_t ticket, bool granted);
};

/* The tuning that tests begin with: 150 to 300 ms of patience, 50 ms heartbeats, all rules on. */
struct raft_tuning cluster_tuning(void);
/* Ended with cluster_free(). All nodes are down. */
struct cluster *cluster_new(uint32_t count, uint64_t voters, const struct raft_tuning *tuning,
                            uint64_t seed);
void cluster_free(struct cluster **cluster);

/* Boots it, reads its disk at once. Nothing if it is up. */
void cluster_start(struct cluster *cluster, uint32_t node);
/* Power off: memory and unsynced writes are gone. */
void cluster_crash(struct cluster *cluster, uint32_t node);
/* All its writes become durable and are told. Returns how many. */
uint32_t cluster_sync(struct cluster *cluster, uint32_t node);
/* Its timer goes off; its clock is moved to the deadline if that is later. False: none is set. */
bool cluster_timeout(struct cluster *cluster, uint32_t node);
/* Gives the i-th message in flight to its receiver (lost if that is down), or loses it. */
void cluster_deliver(struct cluster *cluster, uint32_t i);
void cluster_drop(struct cluster *cluster, uint32_t i);
/* Puts a copy of it in flight. */
void cluster_double(struct cluster *cluster, uint32_t i);

/* What owners ask; the node is up. */
enum raft_refusal cluster_propose(struct cluster *cluster, uint32_t node,
                                  const struct machine_command *command);
enum raft_refusal cluster_read(struct cluster *cluster, uint32_t node, uint64_t ticket);
enum raft_refusal cluster_change(struct cluster *cluster, uint32_t node, uint64_t voters);
enum raft_refusal cluster_transfer(struct cluster *cluster, uint32_t node, uint32_t to);
void cluster_ask_image(struct cluster *cluster, uint32_t node);

/* Name of a rule that can be turned off, as in the settings ("commit_old_term"). */
const char *cluster_rule_name(enum raft_bug bug);
/* The node that leads in the highest term; NODE_NONE. */
uint32_t cluster_leader(const struct cluster *cluster);
/* Is any promise broken, seen from within or across? */
bool cluster_broken(const struct cluster *cluster);

#endif
