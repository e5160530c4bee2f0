/* access.h - histories of reads, writes and compare-and-sets of registers by sessions: who read from whom,
 * and what came before what for certain.
 *
 * A session is a process. Causal order (Bouajjani, Enea, Guerraoui, Hamza, "On verifying causal consistency",
 * POPL 2017) is the order of the sessions and who read from whom, and what follows from both. Values are
 * told apart by being written once; a read of one that several wrote is ambiguous and says nothing here. */
#ifndef CHECK_ACCESS_H
#define CHECK_ACCESS_H

#include "check/graph.h"
#include "check/judging.h"

#define ACCESS_NONE  UINT32_MAX       /* no access */
#define ACCESS_START (UINT32_MAX - 1) /* what was there at the start */

/* An operation that did something, or may have. */
struct access {
    uint32_t operation; /* of the history */
    uint32_t key;
    uint32_t session, place; /* and its place there, from 0 */
    uint32_t previous;       /* the one before in its session, or ACCESS_NONE */
    uint32_t from; /* the access whose write it read; ACCESS_START; ACCESS_NONE: not known */
    const struct check_value *read, *written; /* or NULL */
};

/* The writes of one session to one key, in order: `count` of `writes` from `first` on. */
struct access_run {
    uint32_t key, session, first, count;
};

struct accesses {
    struct judging *judging;
    struct access *items; /* in order of call */
    uint32_t count, session_count, key_count;
    struct access_run *runs;
    uint32_t *first_run;       /* of each key; key_count + 1 */
    uint32_t *writes;          /* accesses, by key, session and place */
    uint32_t ambiguous;        /* how many reads are */
    uint32_t ambiguous_reader; /* one of them (operation) */
    struct graph graph;        /* GRAPH_PROCESS and GRAPH_WR; and GRAPH_WW of what is forced */
    struct graph_components components;
    uint32_t *clocks; /* of each access and session: so many of its come before, or are it */
    uint32_t *spare;  /* room that access_order() takes for clocks each time; or NULL */
};

/* Options init=VALUE, nil=missing|any and siblings=single|list are taken from `options`. With nil=any
 * nothing is known of deletions, with siblings=list reads of several values say nothing. Reads of what nobody wrote, or only
 * somebody who failed, are told as `phantom` and "G1a" and otherwise left out. 0; or -1, with a
 * sentence: not such a history; without one: budget. */
int access_load(struct accesses *accesses, struct judging *judging,
                const struct check_options *options, const char *phantom);

/* `after` must come after `before`, because who read it knew that. */
struct access_forced {
    uint32_t before, after;
};
/* Builds graph, components and, when there is no cycle, clocks. Memory of an earlier time is not given back:
 * that is for a caller's mark. False: budget. */
bool access_order(struct accesses *accesses, const struct access_forced *forced, uint32_t count,
                  bool *cyclic);

static inline const uint32_t *access_clock(const struct accesses *accesses, uint32_t access)
{
    return &accesses->clocks[(uint64_t)access * accesses->session_count];
}
/* Is a the same as b or before it? The start is before all. */
static inline bool access_before(const struct accesses *accesses, uint32_t a, uint32_t b)
{
    return a == ACCESS_START ||
           access_clock(accesses, b)[accesses->items[a].session] > accesses->items[a].place;
}
/* How many accesses of a session are before `access`, itself not counted. */
static inline uint32_t access_known(const struct accesses *accesses, uint32_t access,
                                    uint32_t session)
{
    uint32_t known = access_clock(accesses, access)[session];
    return known - (session == accesses->items[access].session);
}
/* The last write of a run whose place is below `bound`, or ACCESS_NONE. */
uint32_t access_latest(const struct accesses *accesses, const struct access_run *run,
                       uint32_t bound);

/* Tells a way of sessions and reads from one access to another, as lines of a finding (or NULL). */
void access_tell_way(struct accesses *accesses, struct check_finding *finding, uint32_t from,
                     uint32_t to);
/* Tells a shortest cycle that has an edge of that kind, as a finding of that name. False: budget. */
bool access_tell_cycle(struct accesses *accesses, const char *anomaly, enum graph_kind closing);
/* What is read without its better: `reader` read what `older` wrote (or the start), knowing `newer`. */
void access_tell_stale(struct accesses *accesses, const char *anomaly, uint32_t older,
                       uint32_t newer, uint32_t reader);
/* UNKNOWN if a read was ambiguous and nothing is broken. */
void access_tell_ambiguous(struct accesses *accesses);

#endif
