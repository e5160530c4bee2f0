/* graph.h - what must come before what: nodes, edges that say why, and real time without its edges.
 *
 * Nodes 0 .. node_count - 1 are transactions in order of their calls (or, in a layered graph, twice
 * as many, see below). That a ended before b began would be an edge for nearly every pair; since the
 * nodes stand in order of their calls, those that began after a has ended are all from after[a] on.
 * So real time is one number a node, and searches walk over moments: moment i leads to node i and to
 * moment i + 1, and node a leads to moment after[a].
 *
 * Names of the edges follow Adya, "Weak Consistency" (1999), chapter 4. */
#ifndef CHECK_GRAPH_H
#define CHECK_GRAPH_H

#include "check/budget.h"

enum graph_kind {
    GRAPH_WW,       /* b wrote the version after a's */
    GRAPH_WR,       /* b read what a wrote */
    GRAPH_RW,       /* b overwrote what a read */
    GRAPH_PROCESS,  /* one process did a before b */
    GRAPH_REALTIME, /* a ended before b began */
};
#define GRAPH_BIT(kind) (1u << (kind))
enum {
    GRAPH_DEPENDENCIES = 1u << GRAPH_WW | 1u << GRAPH_WR,
    GRAPH_DATA = 1u << GRAPH_WW | 1u << GRAPH_WR | 1u << GRAPH_RW,
    GRAPH_ALL = GRAPH_DATA | 1u << GRAPH_PROCESS | 1u << GRAPH_REALTIME,
    GRAPH_NODES_MAX = 1 << 28, /* moments included; an edge is a node and its kind in 32 bits */
};
#define GRAPH_NONE UINT32_MAX

/* An edge: where it leads to (times 8) and its kind. */
typedef uint32_t graph_edge;
static inline uint32_t graph_target(graph_edge edge)
{
    return edge >> 3;
}
static inline uint32_t graph_kind_of(graph_edge edge)
{
    return edge & 7u;
}

struct graph {
    uint32_t node_count;
    uint32_t moment_count; /* nodes 0 .. moment_count - 1 have a moment each */
    uint32_t *first;       /* node_count + 1 places in `edges` */
    graph_edge *edges;     /* all kinds but real time; none leads to its own node */
    uint32_t *after;       /* a node's first moment; moment_count: it never ended */
};

/* ---- Building: tell each edge twice, in the same order ---- */

/* A graph without edges, whose nodes never end. NULL in `first`: no memory left; then false. */
bool graph_open(struct graph *graph, struct check_budget *budget, uint32_t node_count,
                uint32_t moment_count);
/* First round: counts the edges of each node (edges to oneself are left out in both rounds). */
static inline void graph_announce(struct graph *graph, uint32_t from, uint32_t to)
{
    graph->first[from] += from != to;
}
/* Between the rounds: room for what was announced. False: no memory left. */
bool graph_make_room(struct graph *graph, struct check_budget *budget);
/* Second round. */
static inline void graph_add(struct graph *graph, uint32_t from, uint32_t to, enum graph_kind kind)
{
    if (from != to) {
        graph->edges[graph->first[from]++] = to << 3 | (uint32_t)kind;
    }
}
/* Either round. */
static inline void graph_tell(struct graph *graph, bool second, uint32_t from, uint32_t to,
                              enum graph_kind kind)
{
    if (second) {
        graph_add(graph, from, to, kind);
    } else {
        graph_announce(graph, from, to);
    }
}
/* After the second round. */
void graph_seal(struct graph *graph);

/* The latest operation before each one that its process had an answer to; GRAPH_NONE: none. Failed ones
 * have none and are none. NULL: budget. */
uint32_t *graph_processes(const struct check_history *history, struct check_budget *budget);
/* Sets `after` of a graph whose nodes are the operations: only answered ones (ok) have an end. */
void graph_set_times(struct graph *graph, const struct check_history *history);

/* The part of a graph with these nodes only (rising), renumbered from 0. `renumber` has a place for
 * each node of the whole, all GRAPH_NONE before and after. */
bool graph_part(const struct graph *whole, const uint32_t *nodes, uint32_t count,
                uint32_t *renumber, struct check_budget *budget, struct graph *part);

/* The graph of all walks that take no two rw edges in a row: node n + node_count is n just after an
 * rw edge, from where no other rw edge leaves. Its cycles are the cycles of `plain` in which no two rw
 * edges are neighbours. */
bool graph_layer(const struct graph *plain, struct check_budget *budget, struct graph *layered);

/* ---- Strongly connected components (scc.c) ---- */

struct graph_components {
    uint32_t *of;    /* component of each node; numbers rise against the edges: a sink is 0 */
    uint32_t *sizes; /* nodes of each component, moments not counted */
    uint32_t *order; /* all nodes and moments (node_count + i), by component */
    uint32_t count;
    uint32_t largest; /* the largest size */
};
/* Tarjan's algorithm over the edges of the kinds in `mask`, without recursion. False: budget. */
bool graph_components(const struct graph *graph, uint32_t mask, struct check_budget *budget,
                      struct graph_components *components);

/* ---- Short cycles (cycle.c) ---- */

enum { GRAPH_CYCLE_MAX = 60 };
struct graph_cycle {
    uint32_t length;   /* 0: none; all edges are counted, the list holds the first of them */
    uint32_t rw_count; /* of all edges */
    struct {
        uint32_t from;
        uint8_t kind;
    } edges[GRAPH_CYCLE_MAX];
};

/* A shortest cycle that has an edge of `closing` and goes on by edges of `mask` in one component.
 * Breadth first from each closing edge, never deeper than the best so far; after `work_max` edges it
 * is content with the best. False: budget. */
bool graph_find_cycle(const struct graph *graph, const struct graph_components *components,
                      enum graph_kind closing, uint32_t mask, uint64_t work_max,
                      struct check_budget *budget, struct graph_cycle *cycle);

/* Is there an edge of `closing` whose target leads back to its source by edges of `mask`, whose components
 * these are? Only edges that stand in one component of the layered graph come into question. Up to 64
 * of them are followed at a time. */
enum graph_reach { GRAPH_REACH_NO, GRAPH_REACH_YES, GRAPH_REACH_GAVE_UP };
enum graph_reach graph_find_closing(const struct graph *graph,
                                    const struct graph_components *components,
                                    const struct graph_components *layers, enum graph_kind closing,
                                    uint32_t mask, uint64_t work_max, struct check_budget *budget,
                                    struct graph_cycle *cycle);

#endif
