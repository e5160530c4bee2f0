/* budget.h - what a checker may use: steps of search and bytes, counted and given back.
 *
 * Memory is a stack: what was taken last is released first, down to a mark. When something has run
 * out, `why` says what, nothing more is given, and the checker answers UNKNOWN where it has no proof
 * yet. A step is about one edge of a graph or one value looked at. */
#ifndef CHECK_BUDGET_H
#define CHECK_BUDGET_H

#include "check/model.h"

struct check_block; /* one piece of memory that was taken */

struct check_budget {
    const struct check_limits *limits; /* or NULL: none */
    uint64_t steps;
    uint64_t steps_to_ask; /* limits->stop is asked when so many are done */
    size_t bytes, bytes_peak, bytes_max;
    struct check_block *newest;
    const char *why; /* NULL, "steps", "time" (somebody said stop) or "memory"; static */
};

/* Owns memory from now on: check_budget_close() gives it back. `limits` must outlive it. */
void check_budget_open(struct check_budget *budget, const struct check_limits *limits);
void check_budget_close(struct check_budget *budget);

/* Counts steps that were done. False: no more, see `why`. */
bool check_budget_spend(struct check_budget *budget, uint64_t steps);

/* `count` items of `size` bytes, all zero; NULL: no more, see `why`. Never NULL for a count of 0. */
void *check_budget_take(struct check_budget *budget, size_t count, size_t size);

/* Where the stack stands; and back to there: all that was taken since is gone. */
struct check_block *check_budget_mark(const struct check_budget *budget);
void check_budget_release(struct check_budget *budget, struct check_block *mark);

#endif
