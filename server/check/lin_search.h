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

/* A read of an object that is appended to (lin_seen.c), in order of object and call. */
struct lin_seen {
    uint32_t object, value, operation;
    uint32_t call, end; /* events */
    uint32_t first;     /* of those from here on, of this object: whose return comes first */
    uint32_t
        last_reset;     /* last call of who may put what this read sees the beginning of; 0: none */
    bool crashed_reset; /* a crashed one may, at any time */
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
    struct lin_seen *seen; /* or NULL: nothing is appended */
    uint32_t seen_count;
    uint32_t *seen_of, *called; /* by operation: its place in `seen`; the event of its call */
    struct lin_pooled {
        uint32_t operation, event; /* of the first event behind its call */
    } * pooled;
};

/* False: no memory left. */
bool lin_prepare(const struct lin_problem *problem, struct check_budget *budget,
                 struct lin_plan *plan);

bool lin_seen_prepare(struct lin_plan *plan, struct check_budget *budget);
/* At the return `at`: can all later reads of the object still see what they do, when it holds this value
 * now and the operations of `placed`, and `but`, are in the order? */
bool lin_seen_fits(const struct lin_plan *plan, const uint64_t *placed, uint32_t at,
                   uint32_t object, uint32_t value, uint32_t but);

#endif
