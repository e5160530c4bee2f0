/* path.h - shortest ways through a graph, breadth first, used by those who look for cycles. */
#ifndef CHECK_PATH_H
#define CHECK_PATH_H

#include "check/graph.h"

struct path_search {
    const struct graph *graph;
    const uint32_t *component_of; /* stay in the component of the start; NULL: go anywhere */
    uint32_t mask;
    uint32_t *seen; /* round in which a node was met last */
    uint32_t *from; /* the node before it on the way */
    uint32_t *depth;
    uint8_t *kind;
    uint32_t *queue;
    uint32_t round, queued;
    uint32_t moments_seen; /* all from here on were met in this round */
    uint64_t work;         /* edges that were looked at, in all rounds */
};

bool path_open(struct path_search *search, const struct graph *graph, const uint32_t *component_of,
               uint32_t mask, struct check_budget *budget);

/* The length of a shortest way from `start` to `goal`, at most `depth_max`; 0: there is none. */
uint32_t path_find(struct path_search *search, uint32_t start, uint32_t goal, uint32_t depth_max);

/* The way that was just found, closed to a cycle by the edge goal -> start of that kind. */
void path_close(const struct path_search *search, uint32_t start, uint32_t goal,
                enum graph_kind closing, struct graph_cycle *cycle);

#endif
