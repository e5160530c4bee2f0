/* council.h: what all parts of the system "raft" share: plan, settings, inputs, notes.
 *
 * A council of servers agrees on a small key-value store. Nodes 0 .. server_count-1 are servers, of
 * whom the first `voters` form the council at the beginning, the others are spare; the last node is
 * "clients": every client of the store. Keys are small numbers with names from the plan; values are
 * int64, and each write's own number, so that whoever reads one knows who wrote it.
 *
 * Parts: raft.h and its files (the protocol), machine.c (what is replicated), server.c (a server with
 * both), clients.c (the workload), operations.c (its
 * history). Observer: raft_safety.c (the five promises), ledger*.c, tables.c,
 * view.c, explain.c. */
#ifndef CHEF_SYSTEMS_RAFT_COUNCIL_H
#define CHEF_SYSTEMS_RAFT_COUNCIL_H

#include "systems/raft/machine.h"
#include "systems/raft/messages.h"
#include "systems/system.h"

enum {
    COUNCIL_SERVERS_MAX = 9,
    COUNCIL_KEYS_MAX = MACHINE_KEYS,
    COUNCIL_NAME_BYTES = 16,
    COUNCIL_PROCESSES = 64, /* threads of clients; each has at most one operation open */
    /* A server that stands still for seconds is probed every other heartbeat. */
    COUNCIL_LARGE_MESSAGES = 64,
};
#define COUNCIL_NS_PER_MS INT64_C(1000000)
#define COUNCIL_NS_PER_S  INT64_C(1000000000)

/* The scenario's own data; read-only while a world lives. */
struct council_plan {
    uint32_t server_count, voters;
    uint32_t key_count, pad;
    char servers[COUNCIL_SERVERS_MAX][COUNCIL_NAME_BYTES]; /* names of nodes: "n1" ... */
    char titles[COUNCIL_SERVERS_MAX][COUNCIL_NAME_BYTES * 2];
    char keys[COUNCIL_KEYS_MAX][COUNCIL_NAME_BYTES];
    int32_t x_m[COUNCIL_SERVERS_MAX], y_m[COUNCIL_SERVERS_MAX];
};

static inline uint32_t council_clients(const struct council_plan *plan)
{
    return plan->server_count;
}

/* ---- Settings, in the order of the table in settings.c ---- */

enum council_setting {
    COUNCIL_SET_ELECTION_MIN_MS,
    COUNCIL_SET_ELECTION_MAX_MS,
    COUNCIL_SET_HEARTBEAT_MS,
    COUNCIL_SET_BATCH_BYTES,
    COUNCIL_SET_PIPELINE,
    COUNCIL_SET_SNAPSHOT_ENTRIES,
    COUNCIL_SET_PRE_VOTE,
    COUNCIL_SET_CHECK_QUORUM,
    COUNCIL_SET_READS, /* enum council_reads */
    COUNCIL_SET_LEASE_DRIFT_PPM,
    COUNCIL_SET_OPS_PER_S,
    COUNCIL_SET_READ_PCT,
    COUNCIL_SET_CAS_PCT,
    COUNCIL_SET_DELETE_PCT,
    COUNCIL_SET_CLIENTS,
    COUNCIL_SET_ATTEMPT_MS,
    COUNCIL_SET_OPERATION_MS,
    COUNCIL_SET_STRAY_PCT,
    COUNCIL_SET_BUGS, /* the first of RAFT_BUG_COUNT switches, in the order of enum raft_bug */
    COUNCIL_SET_BUG_SNAP_NO_SESSIONS = COUNCIL_SET_BUGS + RAFT_BUG_COUNT, /* RAFT-T15 */
    COUNCIL_SET_BUG_NO_SESSIONS,                                          /* RAFT-T16 */
    COUNCIL_SET_COUNT,
};
extern const struct system_setting COUNCIL_SETTINGS[COUNCIL_SET_COUNT];
enum council_reads { COUNCIL_READ_INDEX, COUNCIL_READ_LEASE, COUNCIL_READ_LOG };

/* ---- Inputs ---- */

enum council_input {
    COUNCIL_INPUT_PUT,
    COUNCIL_INPUT_GET,
    COUNCIL_INPUT_DELETE,
    COUNCIL_INPUT_CAS,
    COUNCIL_INPUT_TRANSFER, /* raft.transfer -> a server: to (-1: whoever has most) */
    COUNCIL_INPUT_MEMBERS,  /* raft.members -> a server: bits of the servers that are to vote */
    COUNCIL_INPUT_SNAPSHOT, /* raft.snapshot -> a server */
    COUNCIL_INPUT_COUNT
};
extern const struct system_input COUNCIL_INPUTS[COUNCIL_INPUT_COUNT];

/* ---- Operations ---- */

enum council_function {
    COUNCIL_READ,
    COUNCIL_WRITE,
    COUNCIL_CAS,
    COUNCIL_DELETE,
    COUNCIL_FUNCTIONS
};
extern const char *const COUNCIL_FUNCTION_NAMES[COUNCIL_FUNCTIONS + 1];

enum council_error {
    COUNCIL_OK,
    COUNCIL_MISMATCH,  /* compare-and-set: another value, or none: nothing was done */
    COUNCIL_NO_ANSWER, /* nobody who leads answered in time: a write may have happened */
    COUNCIL_EXPIRED,   /* answered before, and forgotten since */
    COUNCIL_ERRORS
};
extern const char *const COUNCIL_ERROR_NAMES[COUNCIL_ERRORS + 1];

enum council_list {
    COUNCIL_LIST_KEYS,
    COUNCIL_LIST_FUNCTIONS,
    COUNCIL_LIST_ERRORS,
    COUNCIL_LIST_SERVERS,
    COUNCIL_LIST_ROLES,
};

/* ---- Messages: Raft's first, then these ---- */

enum council_message { COUNCIL_REQUEST = RAFT_MESSAGE_COUNT, COUNCIL_REPLY, COUNCIL_MESSAGE_COUNT };
extern const struct node_message_type COUNCIL_MESSAGES[COUNCIL_MESSAGE_COUNT];

struct council_request {
    uint32_t operation;
    uint32_t attempt;
    struct machine_command command;
};
_Static_assert(sizeof(struct council_request) == 40, "no padding");

enum council_status { COUNCIL_DONE, COUNCIL_NOT_LEADER, COUNCIL_BUSY, COUNCIL_STATUS_COUNT };
struct council_reply {
    uint32_t operation;
    uint32_t attempt;
    uint32_t leader; /* NOT_LEADER: who may be; NODE_NONE: not known */
    uint8_t status;
    uint8_t pad[3];
    struct machine_answer answer;
};
_Static_assert(sizeof(struct council_reply) == 40, "no padding");

/* ---- Notes: Raft's first, then these ---- */

enum council_note {
    COUNCIL_NOTE_RAFT = NODE_NOTE_SYSTEM, /* + enum raft_note */
    /* Clients; subject = the operation. `what` is function | key << 8 | process << 32. */
    COUNCIL_NOTE_INVOKED = COUNCIL_NOTE_RAFT + RAFT_NOTE_COUNT, /* args: what, value, expected */
    COUNCIL_NOTE_OK,      /* peer = who answered; args: what, value, version << 1 | 1 if the key is
                              there, attempts */
    COUNCIL_NOTE_FAILED,  /* it did not happen; args: what, error */
    COUNCIL_NOTE_UNKNOWN, /* nobody knows; args: what, error */
    COUNCIL_NOTE_RETRIED, /* peer = whom it asks now; args: attempt, status of the last one */
    COUNCIL_NOTE_SKIPPED, /* every client was busy; args: how many so far */
    /* Servers. */
    COUNCIL_NOTE_APPLIED, /* subject = the operation; args: index, session, serial, 1 if it was a
                              repetition that did nothing */
    COUNCIL_NOTE_REFUSED, /* an operator's wish; args: input, enum raft_refusal */
    COUNCIL_NOTE_PROMISE_BROKEN, /* the ledger's: args: check */
    COUNCIL_NOTE_END
};
extern const struct system_note COUNCIL_NOTES[COUNCIL_NOTE_END - NODE_NOTE_SYSTEM];

#define COUNCIL_WHAT(function, key, process)                                                       \
    ((int64_t)((uint64_t)(function) | (uint64_t)(key) << 8 | (uint64_t)(process) << 32))
#define COUNCIL_WHAT_FUNCTION(what) ((uint32_t)((what)&255))
#define COUNCIL_WHAT_KEY(what)      ((uint32_t)((what) >> 8 & 0xffff))
#define COUNCIL_WHAT_PROCESS(what)  ((uint32_t)((what) >> 32))

/* ---- Words of reasons (web/words/raft.json) ---- */

enum council_word {
    COUNCIL_WORD_NONE,
    COUNCIL_WORD_DISK_NOT_READ,   /* it still reads its disk */
    COUNCIL_WORD_UNCOMMITTED,     /* entries are not committed: a..b */
    COUNCIL_WORD_CLIENTS_WAIT,    /* a operations have no answer yet */
    COUNCIL_WORD_FINAL_READS,     /* a keys are still to be read once more */
    COUNCIL_WORD_TWO_LEADERS,     /* nodes a and b lead term c */
    COUNCIL_WORD_STRUCK_OUT,      /* leader a struck out its entry b */
    COUNCIL_WORD_LOGS_DIFFER,     /* logs of a and b differ at index c, of one term */
    COUNCIL_WORD_LACKS_COMMITTED, /* leader a lacks committed entry b of term c */
    COUNCIL_WORD_APPLIED_OTHER,   /* a committed another entry at index b than others */
    COUNCIL_WORD_APPLIED_TWICE,   /* operation was done twice: serial b of session a */
    COUNCIL_WORD_STALE,           /* it saw version a of its key, b had been seen before it began */
    COUNCIL_WORD_BAD_STATE,       /* a server is not sound: a = enum raft_violation_kind */
    COUNCIL_WORD_NOBODY_LED,      /* nobody led for a ms, although a majority could have agreed */
    COUNCIL_WORD_DEPOSED,         /* leader a of term b, whom c followed */
    COUNCIL_WORD_COUNT
};
extern const char *const COUNCIL_WORDS[COUNCIL_WORD_COUNT];

/* ---- The system's parts ---- */

/* From the settings. */
void council_tuning(const int64_t *settings, struct raft_tuning *tuning);
extern const struct raft_place COUNCIL_PLACE;
extern const struct node_protocol COUNCIL_SERVER_PROTOCOL, COUNCIL_CLIENTS_PROTOCOL;
extern const struct node_observer COUNCIL_LEDGER;
extern const struct system_history COUNCIL_HISTORY;
int council_load(const struct cJSON *scenario, void *plan, struct error *error);
extern const struct system RAFT;

#endif
