/* policy.h: who cooks? Five policies behind one small interface.
 *
 * A policy sees what the dispatcher believes of each kitchen and names one, or none. Integers
 * only: scores and their terms are in millionths of the whole score, ties go to the lower number.
 * The weighted score is CHEF-10 .. CHEF-14 (systems page of the kitchens):
 *
 *   score = 0.4 load + 0.3 specialty + 0.2 time + 0.1 distance
 *   load = free share of the capacity, specialty = 0 or 1, time = 1 / (average s + 1),
 *   distance = 1 / (1 + km)
 *
 * with adjustable weights, divided by their sum. The hand-over cycle ranks its targets by the same
 * score (CHEF-17).
 */
#ifndef CHEF_KITCHENS_POLICY_H
#define CHEF_KITCHENS_POLICY_H

#include "systems/kitchens/kitchens.h"

enum {
    POLICY_MILLION = 1000000,
    POLICY_NOBODY = UINT16_MAX,
    POLICY_AVERAGE_MS = 2000, /* of a kitchen that has not finished anything yet (CHEF-T10) */
};
/* What dividing by a capacity of nought gave somebody's floating point (bug.zero_capacity). */
#define POLICY_INFINITE ((int64_t)1000000000000)

/* What the dispatcher believes of one kitchen, for one order. */
struct policy_candidate {
    uint32_t kitchen; /* node of its place: 1 .. ; candidates come in rising order of it */
    uint32_t tickets; /* believed, hand-overs on their way to it included */
    uint32_t capacity;
    uint32_t cooks;
    uint32_t average_ms; /* 0: none yet */
    uint32_t distance_m; /* from the customer */
    bool specialist;
};

/* Terms as they enter the score: weight x factor, millionths. `total` is their sum: at most one
 * million, whatever the weights. */
struct policy_score {
    int64_t load, specialty, time, distance, total;
};

/* What the policies that take turns remember; zeroed at the start. Forgotten at a crash: whose turn
 * it is, is no promise. */
struct policy_memory {
    uint32_t last;                    /* round robin: who came last */
    int32_t credit[KITCHENS_MAX + 2]; /* weighted round robin: by kitchen */
};

/* Free share of a kitchen's capacity, 0 .. 1,000,000. 0 means: no room. */
int64_t policy_free_share(const struct node_env *env, uint32_t tickets, uint32_t capacity);

/* May one ticket more go there? The same question as a free share above nought. */
bool policy_has_room(const struct node_env *env, const struct policy_candidate *candidate);

/* The weighted score of one candidate under the present weights; all nought when all weights are.
 */
struct policy_score policy_score(const struct node_env *env,
                                 const struct policy_candidate *candidate);

/* Index of the candidate that the policy in the settings chooses, or POLICY_NOBODY. `draw` is one
 * fresh random value (two-choices). Policies that take turns name a kitchen without looking at its
 * load; the others never name one without room. */
uint32_t policy_choose(const struct node_env *env, struct policy_memory *memory,
                       const struct policy_candidate *candidates, uint32_t count, uint64_t draw);

/* The candidate with the highest weighted score that has room, or POLICY_NOBODY. */
uint32_t policy_best_score(const struct node_env *env, const struct policy_candidate *candidates,
                           uint32_t count);

/* Does this policy stand by its choice, so that the order waits for a full kitchen? */
bool policy_takes_turns(const struct node_env *env);

#endif
