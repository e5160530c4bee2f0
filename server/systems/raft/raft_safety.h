/* raft_safety.h: are Raft's five promises kept? Judged from the notes of all servers (paper, figure 3).
 *
 * What one server can see of itself is raft_violation(); this looks across servers. It is fed with
 * every note in the order of the run, costs O(1) a note (amortised over committed entries), and keeps
 * a window of RAFT_SAFETY_WINDOW indices: what is older was compared while it was in the window.
 *
 * What a note does not tell is not guessed: entries that a restart may have brought back from the disk
 * in place of others are unknown, and unknown entries break nothing.
 *
 * No pointers; all zero is the beginning. Belongs to the caller, a ledger or a test. */
#ifndef CHEF_SYSTEMS_RAFT_RAFT_SAFETY_H
#define CHEF_SYSTEMS_RAFT_RAFT_SAFETY_H

#include "systems/raft/raft.h"

enum {
    RAFT_SAFETY_WINDOW = 1024, /* indices */
    RAFT_SAFETY_VARIANTS = 3,  /* different entries of one index that are remembered */
    RAFT_SAFETY_TERMS = 256,   /* latest terms whose leader is remembered */
};

enum raft_promise {
    RAFT_ELECTION_SAFETY,      /* at most one leader a term */
    RAFT_LEADER_APPEND_ONLY,   /* a leader strikes out nothing and overwrites nothing of its log */
    RAFT_LOG_MATCHING,         /* same index, same term: same entry, and the same before it */
    RAFT_LEADER_COMPLETENESS,  /* what is committed is in the log of each later leader */
    RAFT_STATE_MACHINE_SAFETY, /* no two servers apply different entries at one index */
    RAFT_PROMISE_COUNT
};

/* The first time that a promise was broken. */
struct raft_breach {
    uint8_t broken, pad[3];
    uint32_t node, other; /* who broke it; against whom, or NODE_NONE */
    uint32_t pad2;
    uint64_t index; /* of the entry; 0 for election safety */
    uint64_t term,
        other_term; /* of the entry here and as it should be; election safety: the term */
    int64_t at_ns;
    uint64_t event;
};

struct raft_variant { /* an entry as somebody appended it */
    uint64_t term;    /* 0: free */
    uint64_t before;  /* term of the entry before it; 0: unknown, or there is none */
    uint64_t what;    /* kind and hash */
};
struct raft_place_in_log { /* an index of the window */
    uint64_t index;
    struct raft_variant variants[RAFT_SAFETY_VARIANTS];
    uint64_t committed_term; /* 0: not yet */
    uint64_t committed_what; /* 0: unknown */
    uint32_t committed_by;
    uint32_t pad;
};
struct raft_seen { /* of a server */
    uint64_t last, commit, term;
    uint64_t struck_from; /* first index struck out in this boot; 0: none */
    uint8_t leads, pad[7];
    uint8_t variant[RAFT_SAFETY_WINDOW]; /* of its entry at an index, + 1; 0: unknown */
};
struct raft_safety {
    struct raft_place_in_log places[RAFT_SAFETY_WINDOW];
    struct raft_seen servers[RAFT_NODES_MAX];
    uint64_t leader_term[RAFT_SAFETY_TERMS]; /* by term modulo that; 0: none */
    uint32_t leader[RAFT_SAFETY_TERMS];
    uint64_t committed; /* largest index that anybody committed, and the term of its entry */
    uint64_t committed_term;
    struct raft_breach breaches[RAFT_PROMISE_COUNT];
};
_Static_assert(sizeof(struct raft_safety) % 8 == 0, "it stands in a ledger");

/* Tells of a note of server `node` (below RAFT_NODES_MAX; others are ignored). `kind` is counted from
 * the place's note_first; unknown kinds are ignored. at_ns and event are kept for the breach. */
void raft_safety_note(struct raft_safety *safety, uint32_t node, enum raft_note kind,
                      const int64_t args[NODE_NOTE_ARGS], int64_t at_ns, uint64_t event);
/* Name of a promise in snake_case: key of its words. */
const char *raft_promise_name(enum raft_promise promise);

#endif
