/* shrink_internal.h - what the steps of shrinking share: the best candidate so far, and trying a
 * smaller one. Each step answers whether it made the run smaller or plainer. */
#ifndef LAB_SHRINK_INTERNAL_H
#define LAB_SHRINK_INTERNAL_H

#include "lab/headless.h"
#include "lab/lab_internal.h"
#include "lab/shrink.h"

/* A run that might be the result. */
struct lab_candidate {
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_inputs inputs;
    int64_t until_ns;
};

struct lab_shrinking {
    const struct lab_shrink *asked;
    const struct system *system;
    struct lab_candidate best; /* breaks the promise, always */
    struct lab_headless_result best_result;
    struct lab_headless_result last; /* of the run that was made last */
    uint32_t check;
    const char *verdict;
    uint32_t orders_tried; /* so many were given as inputs, in vain; it is worth trying with half */
    uint64_t runs;
    int64_t begun_ns;
    bool ended; /* by a bound, or given up: nothing fails any more */
    enum lab_shrink_end end;
    int status; /* of being given up */
    struct lab_problem *problem;
};

static inline int64_t lab_shrink_round_up(int64_t value, int64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* ---- shrink.c ---- */

struct lab_candidate lab_candidate_copy(const struct lab_candidate *from);
void lab_candidate_free(struct lab_candidate *candidate);
/* Takes the candidate over: it is the best from now on if it still breaks the promise. */
bool lab_candidate_try(struct lab_shrinking *shrinking, struct lab_candidate *candidate);

/* ---- shrink_take.c ---- */

bool lab_shrink_time(struct lab_shrinking *shrinking);
bool lab_shrink_inputs(struct lab_shrinking *shrinking);
bool lab_shrink_nodes(struct lab_shrinking *shrinking);
bool lab_shrink_parts(struct lab_shrinking *shrinking);
/* Index of the setting that lets only some parts of the world take part; -1: there is none. */
int lab_shrink_parts_setting(const struct system *system);

/* ---- shrink_orders.c ---- */

bool lab_shrink_load(struct lab_shrinking *shrinking);
/* Does anything order by itself? */
bool lab_shrink_has_load(const struct lab_shrinking *shrinking);
/* Of the best; computes it once more. */
struct lab_shrink_size lab_shrink_size_of(const struct lab_shrinking *shrinking);

/* ---- shrink_plain.c ---- */

bool lab_shrink_simplify(struct lab_shrinking *shrinking);

#endif
