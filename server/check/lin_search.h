/* lin_search.h - what preparing (lin_prepare.c) and searching (lin_search.c) share. */
#ifndef CHECK_LIN_SEARCH_H
#define CHECK_LIN_SEARCH_H

#include "check/lin.h"

/* A call or return of an operation that is not crashed, in order of real time. */
struct lin_event {
    uint32_t operation;
    bool end;
    uint32_t open_from,
        open_to; /* of a return: who is open then, itself included (lin_plan.open) */
};

/* Crashed operations with the same effect, in order of their calls. */
struct lin_pool {
    uint32_t class;
    uint32_t from, to; /* of lin_plan.pooled */
};

/* A value that only one operation leaves (or that is there first). */
struct lin_need {
    bool single;
    bool any;            /* somebody needs it: reads it or compares with it */
    bool must;           /* one of those is not crashed */
    uint32_t last_event; /* of the last call of such a one */
};

struct lin_plan {
    const struct lin_problem *problem;
    struct lin_event *events;
    uint32_t event_count;
    uint32_t *slot; /* by operation: its bit while it is open */
    uint32_t
        *after; /* by operation: one of its process that must be in the order before it; LIN_NONE */
    uint32_t *open;
    uint32_t slot_count;
    struct lin_pool *pools;
    uint32_t pool_count;
    struct lin_need *needs; /* by value, of a scalar problem without APPEND; or NULL */
    uint32_t need_count;
    struct lin_pooled {
        uint32_t operation, event; /* of the first event behind its call */
    } * pooled;
};

/* False: no memory left. */
bool lin_prepare(const struct lin_problem *problem, struct check_budget *budget,
                 struct lin_plan *plan);

#endif
