/* machine.h: the replicated machine of the council: a small key-value store with client sessions.
 *
 * Every server applies the same commands in the same order, so all machines are equal at the same
 * index. A client numbers its commands; what is retried under the same number is answered from its
 * session and done once (dissertation 6.3). Sessions stand in the image, so a restored machine knows
 * them too. When there is no room for another session the one that was used longest ago goes, by the
 * log's own order, never by a clock. Clients take growing session numbers; a session that is not there
 * and not above all that ever went is answered MACHINE_EXPIRED and does nothing, since its command may
 * have been done before. Its client goes on under a new number.
 *
 * A conditional put names the value that it expects: compare-and-set. A batch puts several keys at
 * once. Keys are below MACHINE_KEYS. A key's version counts its writes and deletions, so it only
 * grows. */
#ifndef CHEF_SYSTEMS_RAFT_MACHINE_H
#define CHEF_SYSTEMS_RAFT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MACHINE_KEYS = 256,
    MACHINE_SESSIONS = 128,
    MACHINE_BATCH_MAX = 8, /* puts in one command */
};

enum machine_operation {
    MACHINE_GET, /* through the log: linearizable without asking anybody */
    MACHINE_PUT,
    MACHINE_DELETE,
    MACHINE_CAS,         /* to `value` if it is `expected` now */
    MACHINE_PUT_VERSION, /* to `value` if its version is `expected` now; 0: if it is not there */
    MACHINE_BATCH,       /* `count` puts, all or none */
    MACHINE_OPERATION_COUNT
};

enum machine_result { MACHINE_OK, MACHINE_MISSING, MACHINE_MISMATCH, MACHINE_EXPIRED };

/* The head of a command; a batch is followed by `count` struct machine_pair. */
struct machine_command {
    uint32_t session;   /* of the client; 0: none, do it each time */
    uint32_t serial;    /* 1, 2, 3 ... of that client */
    uint32_t operation; /* the client's own number, for who looks on */
    uint16_t key;
    uint8_t kind;  /* enum machine_operation */
    uint8_t count; /* of a batch */
    int64_t value, expected;
};
struct machine_pair {
    uint32_t key, pad;
    int64_t value;
};
_Static_assert(sizeof(struct machine_command) == 32, "no padding");
_Static_assert(sizeof(struct machine_pair) == 16, "no padding");

struct machine_answer {
    int64_t value;    /* of the key, before a delete, after anything else */
    uint64_t version; /* of the key, after the command; 0: it was never written */
    uint8_t result;   /* enum machine_result */
    uint8_t repeated; /* answered from the session */
    uint8_t pad[6];
};
_Static_assert(sizeof(struct machine_answer) == 24, "no padding");

struct machine_key {
    int64_t value;
    uint64_t version;
    uint8_t there, pad[7];
};
struct machine_session {
    uint32_t session, serial; /* 0: free */
    uint64_t used;            /* count of commands when it was used last */
    struct machine_answer answer;
};
/* No pointers; all zero is the empty machine. The image is the struct itself. */
struct machine {
    uint64_t commands;
    uint32_t expired_last; /* highest number of a session that went; 0: none */
    uint32_t pad;
    struct machine_key keys[MACHINE_KEYS];
    struct machine_session sessions[MACHINE_SESSIONS];
};
_Static_assert(sizeof(struct machine) % 8 == 0, "it stands in a node's memory");

/* Is this a command that the machine has? Whoever proposes asks first; what is in the log is. */
bool machine_valid(const void *command, uint32_t length);
/* Applies one. `no_sessions`: the bug that does a retried command again. */
struct machine_answer machine_apply(struct machine *machine, const void *command, uint32_t length,
                                    bool no_sessions);
/* Reads without changing anything. */
struct machine_answer machine_get(const struct machine *machine, uint16_t key);
/* A number that equal machines share. */
uint64_t machine_digest(const struct machine *machine);

/* An image, at most `room` bytes; only keys and sessions that are there. Returns its length, 0 when it
 * does not fit. `no_sessions`: the bug that leaves them out. */
uint32_t machine_image(const struct machine *machine, void *bytes, uint32_t room, bool no_sessions);
/* Replaces the machine by an image; length 0: the empty one. False, and the empty one: it is none. */
bool machine_restore(struct machine *machine, const void *bytes, uint32_t length);

#endif
