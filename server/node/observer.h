/* observer.h: how a host shows its world to those who only look: notes as they happen, a tick
 * each virtual second, node memory read-only.
 *
 * An observer measures and judges; it never touches a node, never enters the digest, and lives
 * in the same relocatable block as the nodes, so that a copied world carries its measurements
 * along. Rows go out through a sink; recomputing a run passes a sink that drops what is already
 * stored.
 */
#ifndef CHEF_NODE_OBSERVER_H
#define CHEF_NODE_OBSERVER_H

#include "node/node.h"

/* Notes of the host itself. args as said; `node` is whom it concerns. */
enum node_host_note {
    NODE_NOTE_CRASHED = 1,
    NODE_NOTE_STARTED, /* first start or restart; args[0] = boot number, 1 at the beginning */
    NODE_NOTE_PAUSED,
    NODE_NOTE_RESUMED,
    NODE_NOTE_CPU_SLOWED, /* args[0] = factor in percent, 100 = as built */
    NODE_NOTE_LINK_CUT,   /* node -> peer; args[0] = 1: one way */
    NODE_NOTE_LINK_HEALED,
    NODE_NOTE_LINK_SET,    /* node -> peer (NODE_NONE: all); args = extra delay us, loss ppm,
                              duplication ppm, reorder ppm */
    NODE_NOTE_PARTITIONED, /* args = bit mask of the nodes of one side (nodes 0..62), bit mask of those
                              who hear both sides */
    NODE_NOTE_NET_HEALED,
    NODE_NOTE_DISK_SET,  /* args = enum sim disk fault, value */
    NODE_NOTE_CLOCK_SET, /* args = enum sim clock fault, value */
    NODE_NOTE_HEALED_ALL,
    NODE_NOTE_SETTING,         /* args = setting index, new value, old value */
    NODE_NOTE_INPUT,           /* an input reached a node; args[0] = type */
    NODE_NOTE_MESSAGE_REFUSED, /* malformed or unknown: node = receiver, peer = sender, args[0] =
                                  type */
    NODE_NOTE_VIOLATION, /* an invariant of `node` is broken; args[0] = word, then the reason's
                            first three args */
    NODE_NOTE_HALTED,    /* the run cannot go on; args[0] = word or, from the host, a number of enum
                            sim_halt */
    NODE_NOTE_SYSTEM = 64, /* the system's own start here */
};

/* What a node really is, beside what others believe of it. */
enum node_truth { NODE_DOWN, NODE_UP, NODE_HELD }; /* NODE_HELD: paused */

/* The world as an observer sees it; valid during the call only. */
struct node_world {
    int64_t time_ns; /* true virtual time */
    uint32_t node_count;
    const struct node_env *env; /* settings and plan; self is NODE_NONE */
    const void *host;           /* the host's own, for the functions below */
    /* Its memory; NULL while it is down. */
    const void *(*state)(const struct node_world *world, uint32_t node);
    enum node_truth (*truth)(const struct node_world *world, uint32_t node);
    /* Is that direction cut at this moment? */
    bool (*cut)(const struct node_world *world, uint32_t from, uint32_t to);
    uint32_t faults_active; /* nodes, disks, clocks and links that are not as built */
    uint32_t clocks_off;    /* of them: clocks; one that is both wrong and too fast counts twice */
};

/* One row of one of the system's tables. Cells are integers in the unit and with the decimals of their
 * column, or an index into a list of names; so a row needs no formatting where it is made and
 * says the same everywhere. */
enum { NODE_ROW_CELLS = 32 };
#define NODE_CELL_NULL INT64_MIN /* an absent value */
struct node_row {
    uint16_t table;      /* index in the system's list of tables */
    uint16_t cell_count; /* at most NODE_ROW_CELLS */
    uint32_t pad;
    int64_t time_ns;
    int64_t cells[NODE_ROW_CELLS];
};

/* Where rows go. Recording, recomputing and plain running differ in nothing but the sink. */
struct node_row_sink {
    void *context; /* handed back unread */
    void (*put)(void *context, const struct node_row *row);
    /* Every note of every node and of the host, called by the host after the observer has seen it:
     * the event list, events.csv, marks and conditions live on it. An observer may tell notes of its
     * system's kinds itself: what nobody in the world can know (the first lost order). May be NULL. */
    void (*note)(void *context, const struct node_note *note);
};

/* A system's measuring and judging, the same for every host: constant data and functions over one
 * block of memory without pointers, which begins as zero. */
struct node_observer {
    uint32_t state_bytes; /* of this observer, multiple of 8 */
    void (*init)(void *state, const struct node_env *env, uint64_t seed);
    /* After each note of a node or of the host, when the note is complete. */
    void (*note)(void *state, const struct node_world *world, const struct node_note *note,
                 const struct node_row_sink *sink);
    /* At each whole virtual second, before the events of it. */
    void (*tick)(void *state, const struct node_world *world, const struct node_row_sink *sink);
};

#endif
