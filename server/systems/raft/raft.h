/* raft.h: consensus by Raft, as a part that any node can hold: a council's server, a replica of a
 * store.
 *
 * The owner keeps a `struct raft` in its own memory (no pointers, zero is a server that has read
 * nothing yet), gives it every event of its node first (raft_step()), and afterwards takes out what
 * came of it: committed entries in order (raft_next_committed()), reads that may be answered
 * (raft_next_read()), an image to restore (raft_restored()). It asks for things by raft_propose(),
 * raft_read(), raft_change_members() and raft_transfer(). Each call gets a `struct raft_turn`: the
 * step it happens in.
 *
 * Chosen: leader election with pre-vote and check-quorum; a no-op at the start of each term; appends
 * in batches and pipelined, with conflict hints a term wide; membership by joint consensus, a new
 * configuration counts from when it is appended; learners are caught up before they vote; snapshots in
 * chunks; leadership transfer; linearizable reads by ReadIndex or by a lease. The leader counts
 * itself only when its own disk has the entry.
 *
 * Sources: Ongaro, Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), the
 * paper; Ongaro, "Consensus: Bridging Theory and Practice" (2014), the dissertation: 3.6 (safety),
 * 3.10 (transfer), 4.2 and 4.3 (membership), 5 (snapshots), 6.2 to 6.4 (clients), 9.6 (pre-vote),
 * 10.2.1 (writing in parallel).
 *
 * Indices begin at 1, terms too; 0 is "before everything". Members are node indices below
 * RAFT_NODES_MAX, as bits of a mask.
 */
#ifndef CHEF_SYSTEMS_RAFT_RAFT_H
#define CHEF_SYSTEMS_RAFT_RAFT_H

#include "node/node.h"

enum {
    RAFT_NODES_MAX = 16,
    RAFT_COMMAND_BYTES_MAX = 256, /* of one entry */
    RAFT_LOG_ENTRIES = 768, /* kept in memory; more is refused until older ones are in an image */
    RAFT_LOG_RESERVE = 64,  /* of them for no-ops and changes of members */
    RAFT_LOG_BYTES = 32 * 1024,       /* of their commands */
    RAFT_IMAGE_BYTES_MAX = 24 * 1024, /* of the owner's machine */
    RAFT_READS_MAX = 64,              /* waiting at once */
    RAFT_PIPELINE_MAX = 16,           /* appends under way to one follower */
    RAFT_FILE_BYTES = 160 * 1024,     /* limit of each of the two files */
    RAFT_MARKS = 128,                 /* writes of the log that are not yet durable */
    RAFT_ROUNDS = 32,                 /* latest ones whose time of leaving is remembered */
};

/* The rules that can be turned off, each with the trap that it opens (docs/raft.md). */
enum raft_bug {
    RAFT_BUG_COMMIT_OLD_TERM,  /* T01 count replicas of an older term's entry */
    RAFT_BUG_NO_NOOP,          /* T02 no entry of one's own at the start of a term */
    RAFT_BUG_LOCAL_READ,       /* T03 a leader answers reads without asking anybody */
    RAFT_BUG_VOTE_NO_FSYNC,    /* T04 a vote leaves before it is on the disk */
    RAFT_BUG_ALWAYS_TRUNCATE,  /* T05 cut the log behind the entries of every append */
    RAFT_BUG_COMMIT_UNCOVERED, /* T06 commit what this append did not cover */
    RAFT_BUG_LONGEST_LOG,      /* T07 the longer log wins, whatever its last term */
    RAFT_BUG_ANY_RESETS_TIMER, /* T08 any message keeps an election away */
    RAFT_BUG_COUNT_UNWRITTEN,  /* T09 count oneself before one's disk has it */
    RAFT_BUG_CONFIG_ON_COMMIT, /* T11 a new configuration counts when the old majority committed it */
    RAFT_BUG_CONFIG_NO_NOOP, /* T11 one server at a time, before an entry of one's term is committed */
    RAFT_BUG_SINGLE_QUORUM,    /* T11 in the joint phase the new majority is enough */
    RAFT_BUG_HEAR_REMOVED,     /* T12 a vote is considered although a leader was just heard */
    RAFT_BUG_VOTER_AT_ONCE,    /* T13 a new server votes before it has caught up */
    RAFT_BUG_TRANSFER_BEHIND,  /* T14 hand over to a server that is not caught up, keep the lease */
    RAFT_BUG_SNAP_DROP_SUFFIX, /* T15 a snapshot throws away the entries behind it */
    RAFT_BUG_LEASE_NO_BOUND,   /* T17 a lease as if no clock drifted */
    RAFT_BUG_TRUST_TORN,       /* T18 a bad record ends the log wherever it stands */
    RAFT_BUG_CHUNK_NO_RESET,   /* T19 a chunk of a snapshot does not keep an election away */
    RAFT_BUG_HINT_TOO_FAR,     /* T20 go on behind what the conflict hint names, not at it */
    RAFT_BUG_COUNT
};

/* What may be chosen; from the owner's settings, at each step anew. */
struct raft_tuning {
    int64_t election_min_ns, election_max_ns; /* a server's patience, drawn anew each time */
    int64_t heartbeat_ns;
    uint32_t batch_bytes;      /* of commands in one append, 256 .. 3072 */
    uint32_t pipeline;         /* 1 .. RAFT_PIPELINE_MAX */
    uint32_t snapshot_entries; /* applied ones beyond the image: then another image is due */
    bool pre_vote, check_quorum;
    bool lease_reads;        /* else ReadIndex */
    int64_t lease_drift_ppm; /* how much clocks may differ in rate: what the lease allows for */
    uint32_t bugs;           /* bits of enum raft_bug */
};

/* Where in the owner's node it lives; constants. */
struct raft_place {
    uint16_t message_first; /* its messages are this .. this + RAFT_MESSAGE_COUNT - 1 */
    uint16_t note_first;    /* its notes likewise, RAFT_NOTE_COUNT of them */
    uint8_t timer;
    uint8_t files[2]; /* of at least RAFT_FILE_BYTES */
};

enum raft_message {
    RAFT_VOTE_ASKED, /* RequestVote, and its rehearsal (pre-vote) */
    RAFT_VOTE,
    RAFT_APPEND, /* AppendEntries; without entries: a heartbeat */
    RAFT_APPENDED,
    RAFT_SNAPSHOT, /* one chunk of InstallSnapshot */
    RAFT_SNAPSHOT_TAKEN,
    RAFT_TIMEOUT_NOW,
    RAFT_MESSAGE_COUNT
};
/* Names and lengths; an owner's table has the same rows by RAFT_MESSAGE_ROWS (messages.h). */
extern const struct node_message_type RAFT_MESSAGES[RAFT_MESSAGE_COUNT];
/* For node_protocol.malformed; type is counted from message_first. */
bool raft_malformed(uint16_t type, const uint8_t *bytes, uint32_t length);

/* Subject: NODE_NONE. Terms and indices are the node's. */
enum raft_note {
    RAFT_NOTE_STARTED,      /* disk read; args: term, last index, image index, bytes torn */
    RAFT_NOTE_CORRUPT,      /* a bad record in the middle: this server stays out; args: offset */
    RAFT_NOTE_REHEARSED,    /* pre-vote begins; args: term it would have, last index, last term */
    RAFT_NOTE_CANDIDATE,    /* args: term, last index, last term */
    RAFT_NOTE_VOTED,        /* for peer, durable or not yet; args: term */
    RAFT_NOTE_REFUSED_VOTE, /* to peer; args: term, 1 a leader was heard, 2 voted, 3 log behind */
    RAFT_NOTE_LEADER,       /* args: term, last index, last term */
    RAFT_NOTE_STEPPED_DOWN, /* args: term, 0 higher term, 1 no quorum, 2 not a member any more */
    RAFT_NOTE_APPENDED,     /* to its own log; args: index, term, kind | hash << 8 */
    RAFT_NOTE_TRUNCATED,    /* struck out; args: from index, to index, term of the first */
    RAFT_NOTE_COMMITTED,    /* by this server's knowledge; args: index up to, its term */
    RAFT_NOTE_MEMBERS,      /* a configuration counts from now; args: voters, next voters, learners,
                               index */
    RAFT_NOTE_IMAGE,        /* an image was taken; args: index, bytes */
    RAFT_NOTE_IMAGE_SENT,   /* to peer, begun; args: index, bytes */
    RAFT_NOTE_IMAGE_TAKEN,  /* from peer, whole; args: index, term */
    RAFT_NOTE_TRANSFER,     /* to peer; args: 0 begun, 1 told to begin, 2 given up */
    RAFT_NOTE_CATCHING_UP,  /* peer, a learner; args: round, 1 promoted, 2 given up */
    RAFT_NOTE_DISK_REFUSED, /* a write failed; args: status */
    RAFT_NOTE_COUNT
};

enum raft_role {
    RAFT_READING, /* the disk, after a boot */
    RAFT_FOLLOWER,
    RAFT_REHEARSING, /* pre-candidate */
    RAFT_CANDIDATE,
    RAFT_LEADER,
    RAFT_OUT /* its disk is corrupt */
};

enum raft_kind { RAFT_NOOP, RAFT_COMMAND, RAFT_MEMBERS };

/* Who belongs. While `next` is not empty both majorities are needed (C_old,new). */
struct raft_members {
    uint64_t voters, next, learners;
};

struct raft_entry {
    uint64_t index, term;
    uint32_t length;
    uint8_t kind; /* enum raft_kind */
    uint8_t pad[3];
    uint8_t bytes[RAFT_COMMAND_BYTES_MAX];
};

enum raft_refusal {
    RAFT_ACCEPTED,
    RAFT_NOT_LEADER, /* raft_leader() may know who is */
    RAFT_TRANSFERRING,
    RAFT_LOG_FULL, /* too much is not applied, or not in an image */
    RAFT_TOO_LONG,
    RAFT_TOO_MANY_READS,
    RAFT_CHANGE_UNDER_WAY, /* one change of members at a time, and after an entry of one's term */
    RAFT_BAD_MEMBERS,
};

/* ---- Memory. Owners look at it through the functions below. ---- */

struct raft_head { /* of an entry in memory */
    uint64_t term;
    uint32_t at; /* of its bytes: position in the ring, counted from the beginning of time */
    uint16_t length;
    uint8_t kind;
    uint8_t pad;
};

struct raft_progress { /* what a leader knows of a follower */
    uint64_t match, next;
    uint64_t round;       /* last read round it answered */
    int64_t heard_ns;     /* when it answered last */
    int64_t lease_ns;     /* when the latest round left that it has answered */
    uint64_t image_index; /* of the image being sent; 0: none */
    uint32_t image_offset;
    uint32_t under_way; /* appends not answered */
    int64_t sent_ns;
    uint8_t probing; /* one append at a time until one is taken */
    uint8_t pad[7];
};

struct raft_wait { /* a read that waits */
    uint64_t ticket, round, index;
};

struct raft_mark { /* a write of the log that is not yet durable */
    uint32_t token;
    uint32_t pad;
    uint64_t index; /* durable up to there when it is */
};

struct raft_recovery { /* reading the disk after a boot */
    uint32_t stage;    /* 0, 1: looking at that file; 2: reading the one that counts */
    uint32_t offset, torn;
    uint32_t searching; /* a record at `offset` is not good: is there a good one behind it? */
    uint32_t search_offset;
    uint32_t whole[2]; /* it has a whole image and log at its beginning */
    uint32_t bad[2];   /* a good record stands behind a bad one */
    uint32_t pad;
    uint64_t generation[2];
};

struct raft {
    uint8_t role;
    uint8_t vote_owed; /* the vote is being written; it is sent, or counted, when it is durable */
    uint8_t disk_bad;  /* a write failed: the next segment mends it */
    uint8_t restored, image_due, transferring, told_now;
    uint8_t disturbs; /* candidate: the leader itself wants it */
    uint8_t no_lease; /* leader: somebody was told to take over; may come late, so never again */
    uint8_t pad0[7];
    uint64_t term;
    uint32_t vote;                      /* NODE_NONE: nobody in this term; zero before boot */
    uint32_t leader;                    /* NODE_NONE: unknown */
    struct raft_members members;        /* that count now */
    struct raft_members members_before; /* of the configuration before, should it be struck out */
    uint64_t members_index;             /* where the one that counts stands */
    uint64_t members_before_index;
    struct raft_members image_members;
    uint64_t image_index, image_term; /* what the image holds is applied up to there */
    uint64_t begin, begin_term;       /* entries in memory are those behind it; <= image_index */
    uint64_t last, commit, applied, durable;
    uint64_t verified;   /* follower: up to there its log is the leader's */
    uint64_t term_start; /* leader: index of its first entry */
    uint64_t votes;      /* mask of those who said yes */
    int64_t election_ns; /* monotonic deadline */
    int64_t heartbeat_ns;
    int64_t heard_leader_ns; /* negative: never */
    int64_t quorum_ns;       /* leader: when it looks next for a quorum */
    int64_t transfer_until_ns;
    int64_t disk_again_ns; /* disk_bad: when the next segment is tried */
    uint32_t transfer_to;
    uint32_t draws;
    uint64_t round, round_done;         /* heartbeats sent to all; answered by a quorum */
    int64_t round_sent_ns[RAFT_ROUNDS]; /* by number modulo that */
    /* Learners that are to become voters. */
    uint64_t wanted_voters; /* 0: no change asked for */
    uint32_t catch_round, catch_rounds_left;
    uint64_t catch_target;
    int64_t catch_since_ns;
    uint32_t read_count;
    uint32_t granted_count;
    struct raft_wait reads[RAFT_READS_MAX];
    uint64_t granted[RAFT_READS_MAX]; /* tickets to be answered now */
    uint8_t granted_ok[RAFT_READS_MAX];
    struct raft_progress progress[RAFT_NODES_MAX];
    /* Disk. */
    uint32_t file, offset;
    uint32_t vote_token;    /* of the write that holds term and vote */
    uint32_t segment_token; /* first one of the present file: older failures do not matter */
    uint32_t whole_token;   /* of the write that makes the present file whole */
    uint32_t file_whole;    /* that write is durable: the other file may be overwritten */
    uint32_t mark_count, pad2;
    uint64_t generation; /* of the present file */
    struct raft_mark marks[RAFT_MARKS];
    struct raft_recovery recovery;
    /* Log. */
    uint32_t bytes_begin, bytes_end; /* positions in the ring of bytes */
    struct raft_head heads[RAFT_LOG_ENTRIES];
    uint8_t bytes[RAFT_LOG_BYTES];
    /* Image: the owner's machine after entry image_index; and one that comes in. */
    uint32_t image_length, incoming_length, incoming_total, pad;
    uint64_t incoming_index, incoming_term;
    struct raft_members incoming_members;
    uint8_t image[RAFT_IMAGE_BYTES_MAX];
    uint8_t incoming[RAFT_IMAGE_BYTES_MAX];
};
_Static_assert(sizeof(struct raft) % 8 == 0, "it stands in other nodes' memory");
_Static_assert((RAFT_LOG_BYTES & (RAFT_LOG_BYTES - 1)) == 0, "positions wrap");

/* A step of the owner's node. */
struct raft_turn {
    struct raft *self;
    const struct raft_tuning *tuning;
    const struct raft_place *place;
    const struct node_env *env;
    struct node_outbox *outbox;
    int64_t now_ns; /* monotonic */
};

/* ---- Events ---- */

/* Fresh memory; `first` are the members of an empty disk (what the disk says goes first). */
void raft_boot(struct raft *raft, const struct raft_members *first);
/* Gives it the event; true when it was its own (START is everybody's: false). Afterwards drain. */
bool raft_step(const struct raft_turn *turn, const struct node_event *event);

/* ---- Asking, by the owner ---- */

/* Appends a command; *index is where it will stand, if it is ever committed under the present term. */
enum raft_refusal raft_propose(const struct raft_turn *turn, const void *command, uint32_t length,
                               uint64_t *index);
/* May the owner answer from its machine? The ticket comes back by raft_next_read(). */
enum raft_refusal raft_read(const struct raft_turn *turn, uint64_t ticket);
/* These are to be the voters: others learn first, then both old and new decide, then the new ones. */
enum raft_refusal raft_change_members(const struct raft_turn *turn, uint64_t voters);
/* Somebody else is to lead. NODE_NONE: whoever has most. */
enum raft_refusal raft_transfer(const struct raft_turn *turn, uint32_t to);

/* ---- Taking out, after each event and request ---- */

/* The next committed entry to apply; false: none. Every one comes, in order, once a boot. */
bool raft_next_committed(const struct raft_turn *turn, struct raft_entry *entry);
/* A read that is decided: answer it from the machine as it is now (all that it must have seen is
 * applied), or refuse it (*granted false: not the leader any more). */
bool raft_next_read(const struct raft_turn *turn, uint64_t *ticket, bool *granted);
/* An image came, from the disk or from a leader: the machine is to be replaced by it before anything
 * else is applied. Length 0: the empty machine. False: nothing to do. */
bool raft_restored(const struct raft_turn *turn, const uint8_t **image, uint32_t *length);
/* Is an image of the machine wanted? Then raft_take_image(), with everything applied that was taken
 * out; at most RAFT_IMAGE_BYTES_MAX. */
bool raft_wants_image(const struct raft_turn *turn);
void raft_take_image(const struct raft_turn *turn, const void *image, uint32_t length);
/* The owner wants one now (an operator asks). */
void raft_ask_image(const struct raft_turn *turn);

/* ---- Looking ---- */

static inline bool raft_leads(const struct raft *raft)
{
    return raft->role == RAFT_LEADER;
}
uint64_t raft_term_at(const struct raft *raft, uint64_t index); /* 0: not in memory */
/* Does it hold the lease that lets a leader answer at once? */
bool raft_has_lease(const struct raft_turn *turn);
bool raft_is_voter(const struct raft *raft, uint32_t node);
/* Is something still to be done here that would end by itself in a healed world? */
bool raft_pending(const struct raft *raft, uint32_t self);
/* As far as this server knows, does one that answers lack entries, or not know yet that its newest are
 * committed? In a healed world that ends by itself too, a heartbeat after the last entry. */
bool raft_behind(const struct raft *raft, uint32_t self);
/* What one server can see broken in itself: 0 none, else a number of enum raft_violation_kind. */
enum raft_violation_kind {
    RAFT_SOUND,
    RAFT_APPLIED_BEYOND_COMMIT,
    RAFT_COMMIT_BEYOND_LOG,
    RAFT_TERM_BELOW_LOG,
};
enum raft_violation_kind raft_violation(const struct raft *raft);

#endif
