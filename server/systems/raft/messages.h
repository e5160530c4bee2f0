/* messages.h: what servers of a council say to each other, and what stands in their files.
 *
 * Wire form is memory form: little-endian, fixed width, no implicit padding, no pointers. The first
 * field of a message is its subject for the message layer: the low half of the index it is about, or
 * NODE_NONE. Private to the files of Raft. */
#ifndef CHEF_SYSTEMS_RAFT_MESSAGES_H
#define CHEF_SYSTEMS_RAFT_MESSAGES_H

#include "systems/raft/raft.h"

enum { RAFT_BODY_BYTES = 3584, RAFT_CHUNK_BYTES = 3072 };

/* RAFT_VOTE_ASKED */
struct raft_vote_asked {
    uint32_t subject;
    uint8_t rehearsal; /* pre-vote: changes nothing at whoever answers */
    uint8_t transfer;  /* the leader itself wants it: may disrupt (dissertation 4.2.3) */
    uint16_t pad;
    uint64_t term, last, last_term;
};
_Static_assert(sizeof(struct raft_vote_asked) == 32, "no padding");

/* RAFT_VOTE */
struct raft_vote {
    uint32_t subject;
    uint8_t rehearsal, granted;
    uint16_t pad;
    uint64_t term;
};
_Static_assert(sizeof(struct raft_vote) == 16, "no padding");

/* An entry within an append, followed by its bytes padded to 8. */
struct raft_carried {
    uint64_t term;
    uint16_t length;
    uint8_t kind;
    uint8_t pad[5];
};
_Static_assert(sizeof(struct raft_carried) == 16, "no padding");

/* RAFT_APPEND; as long as its body is. */
struct raft_append {
    uint32_t subject;
    uint32_t count; /* entries */
    uint64_t term, previous, previous_term, commit, round;
    uint8_t body[RAFT_BODY_BYTES];
};
enum { RAFT_APPEND_BYTES_MIN = 48 };
_Static_assert(sizeof(struct raft_append) == RAFT_APPEND_BYTES_MIN + RAFT_BODY_BYTES, "no padding");
_Static_assert(sizeof(struct raft_append) <= NODE_MESSAGE_BYTES_MAX, "one message");

/* RAFT_APPENDED */
struct raft_appended {
    uint32_t subject;
    uint8_t taken; /* 0: `previous` was not there */
    uint8_t pad[3];
    uint64_t term;
    uint64_t match; /* taken: durable and the leader's, up to here; else the hint's index */
    uint64_t hint_term;
    uint64_t previous; /* not taken: of the append that is answered */
    uint64_t round;
};
_Static_assert(sizeof(struct raft_appended) == 48, "no padding");

/* RAFT_SNAPSHOT; as long as its chunk is. */
struct raft_chunk {
    uint32_t subject;
    uint32_t offset, total, length;
    uint64_t term, index, index_term, round;
    struct raft_members members;
    uint8_t bytes[RAFT_CHUNK_BYTES];
};
enum { RAFT_CHUNK_BYTES_MIN = 72 };
_Static_assert(sizeof(struct raft_chunk) == RAFT_CHUNK_BYTES_MIN + RAFT_CHUNK_BYTES, "no padding");

/* RAFT_SNAPSHOT_TAKEN */
struct raft_chunk_taken {
    uint32_t subject;
    uint32_t offset; /* of the next chunk that is wanted */
    uint64_t term, index, round;
};
_Static_assert(sizeof(struct raft_chunk_taken) == 32, "no padding");

/* RAFT_TIMEOUT_NOW */
struct raft_now {
    uint32_t subject, pad;
    uint64_t term;
};

/* Raft's rows of an owner's table of messages, when its message_first is 0. */
#define RAFT_MESSAGE_ROWS                                                                          \
    [RAFT_VOTE_ASKED] = {"vote_asked", sizeof(struct raft_vote_asked),                             \
                         sizeof(struct raft_vote_asked)},                                          \
    [RAFT_VOTE] = {"vote", sizeof(struct raft_vote), sizeof(struct raft_vote)},                    \
    [RAFT_APPEND] = {"append", RAFT_APPEND_BYTES_MIN, sizeof(struct raft_append)},                 \
    [RAFT_APPENDED] = {"appended", sizeof(struct raft_appended), sizeof(struct raft_appended)},    \
    [RAFT_SNAPSHOT] = {"snapshot", RAFT_CHUNK_BYTES_MIN, sizeof(struct raft_chunk)},               \
    [RAFT_SNAPSHOT_TAKEN] = {"snapshot_taken", sizeof(struct raft_chunk_taken),                    \
                             sizeof(struct raft_chunk_taken)},                                     \
    [RAFT_TIMEOUT_NOW] = {"timeout_now", sizeof(struct raft_now), sizeof(struct raft_now)}

/* ---- Files ----
 *
 * Two files are used in turn. A file is SEGMENT (salt 0), then, under its generation as salt, the
 * image in pieces, term and vote, the entries behind `begin`, WHOLE; and after that what happens. Of
 * two files that are whole the one of the higher generation counts, so there is one at every
 * moment. Numbers are on the disk: a new kind is added at the end. */
enum raft_record {
    RAFT_RECORD_SEGMENT = 1,
    RAFT_RECORD_IMAGE,    /* the next piece */
    RAFT_RECORD_STATE,    /* struct raft_state */
    RAFT_RECORD_ENTRY,    /* struct raft_stored, then its bytes; index = the last one + 1 */
    RAFT_RECORD_TRUNCATE, /* uint64_t: entries from here on are struck out */
    RAFT_RECORD_WHOLE,
};
struct raft_segment {
    uint64_t generation, image_index, image_term, begin, begin_term;
    struct raft_members image_members; /* as of the image */
    uint64_t members_index;
    uint32_t image_length, pad;
};
_Static_assert(sizeof(struct raft_segment) == 80, "no padding");
struct raft_state {
    uint64_t term;
    uint32_t vote, pad;
};
_Static_assert(sizeof(struct raft_state) == 16, "no padding");
struct raft_stored {
    uint64_t index, term;
    uint16_t length;
    uint8_t kind;
    uint8_t pad[5];
};
_Static_assert(sizeof(struct raft_stored) == 24, "no padding");

#endif
