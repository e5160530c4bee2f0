/* policy.c: the five policies and the weighted score.
 *
 * A policy is a function of beliefs: what the dispatcher was told, plus what it has itself sent
 * since. Nothing here knows the truth, draws by itself, or remembers more than whose turn it is. So
 * a decision can be shown afterwards with the very numbers that made it ("why this kitchen?").
 *
 * Arithmetic is in integers, because floating point differs between compilers and a difference of
 * one ulp would be another city from there on. Millionths are fine enough that rounding never
 * decides between scores that a person would call different. */
#include "systems/kitchens/policy.h"

#include <assert.h>

#include "base/draw.h"

enum { METRES_PER_KM = 1000, MS_PER_S = 1000 };

static int64_t setting(const struct node_env *env, enum kitchens_setting which)
{
    return env->settings[which];
}

/* ---- The weighted score ---- */

/* A kitchen without capacity has no free share, full stop. The naive formula divides by nought, and
 * in floating point goes on with infinity: such a kitchen then wins every order (CHEF-T10). */
int64_t policy_free_share(const struct node_env *env, uint32_t tickets, uint32_t capacity)
{
    if (capacity == 0)
        return setting(env, KITCHENS_SET_BUG_ZERO_CAPACITY) ? POLICY_INFINITE : 0;
    if (tickets >= capacity)
        return 0;
    return (int64_t)(capacity - tickets) * POLICY_MILLION / capacity;
}

bool policy_has_room(const struct node_env *env, const struct policy_candidate *candidate)
{
    return policy_free_share(env, candidate->tickets, candidate->capacity) > 0;
}

/* 1 / (x + 1), where x is in thousandths. */
static int64_t reciprocal(uint32_t thousandths)
{
    return (int64_t)POLICY_MILLION * MS_PER_S / ((int64_t)thousandths + MS_PER_S);
}
_Static_assert((int)METRES_PER_KM == (int)MS_PER_S, "metres to km and ms to s are one thousandth");

/* The terms as they enter the sum, each rounded down by itself: the page shows four numbers that
 * add up to the fifth. Weights are divided by their sum, so that sliders need not be kept at 100.
 */
struct policy_score policy_score(const struct node_env *env,
                                 const struct policy_candidate *candidate)
{
    int64_t load = setting(env, KITCHENS_SET_WEIGHT_LOAD);
    int64_t specialty = setting(env, KITCHENS_SET_WEIGHT_SPECIALTY);
    int64_t time = setting(env, KITCHENS_SET_WEIGHT_TIME);
    int64_t distance = setting(env, KITCHENS_SET_WEIGHT_DISTANCE);
    int64_t sum = load + specialty + time + distance;
    if (sum == 0)
        return (struct policy_score){0};
    uint32_t average_ms = candidate->average_ms > 0 ? candidate->average_ms : POLICY_AVERAGE_MS;
    assert(sum > 0);
    struct policy_score score = {
        .load = load * policy_free_share(env, candidate->tickets, candidate->capacity) / sum,
        .specialty = candidate->specialist ? specialty * POLICY_MILLION / sum : 0,
        .time = time * reciprocal(average_ms) / sum,
        .distance = distance * reciprocal(candidate->distance_m) / sum,
    };
    score.total = score.load + score.specialty + score.time + score.distance;
    return score;
}

/* Ties go to the lower number: the first of the best is kept, and candidates come in rising order.
 */
uint32_t policy_best_score(const struct node_env *env, const struct policy_candidate *candidates,
                           uint32_t count)
{
    assert(count <= KITCHENS_MAX);
    uint32_t best = POLICY_NOBODY;
    int64_t best_total = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!policy_has_room(env, &candidates[i]))
            continue;
        int64_t total = policy_score(env, &candidates[i]).total;
        bool better = best == POLICY_NOBODY || total > best_total;
        assert(best == POLICY_NOBODY || best < i);
        if (setting(env, KITCHENS_SET_BUG_SPECIALIST_FIRST) && best != POLICY_NOBODY &&
            candidates[i].specialist != candidates[best].specialist)
            better = candidates[i].specialist;
        if (better) {
            best = i;
            best_total = total;
        }
    }
    return best;
}

/* ---- The others ---- */

/* The next kitchen after the last one, in a circle. */
static uint32_t round_robin(struct policy_memory *memory, const struct policy_candidate *candidates,
                            uint32_t count)
{
    assert(count > 0);
    uint32_t next = 0;
    while (next < count && candidates[next].kitchen <= memory->last)
        next++;
    next = next < count ? next : 0;
    assert(next < count);
    memory->last = candidates[next].kitchen;
    return next;
}

/* Smooth weighted round robin: everybody earns as many turns as it has cooks, the richest one pays
 * for all. In any row of turns each kitchen comes up in proportion to its cooks, evenly spread. */
static uint32_t weighted_round_robin(struct policy_memory *memory,
                                     const struct policy_candidate *candidates, uint32_t count)
{
    assert(count > 0);
    int32_t total = 0;
    uint32_t richest = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t weight = (int32_t)(candidates[i].cooks > 0 ? candidates[i].cooks : 1);
        assert(candidates[i].kitchen <= KITCHENS_MAX);
        memory->credit[candidates[i].kitchen] += weight;
        total += weight;
        if (memory->credit[candidates[i].kitchen] > memory->credit[candidates[richest].kitchen])
            richest = i;
    }
    memory->credit[candidates[richest].kitchen] -= total;
    return richest;
}

/* The fewest tickets, whatever the size of the kitchen: that is what it is called and what it does.
 * In a city of unequal kitchens it sends the small one as much as the large one, which is the
 * lesson of the comparison. */
static uint32_t least_connections(const struct node_env *env,
                                  const struct policy_candidate *candidates, uint32_t count)
{
    assert(count <= KITCHENS_MAX);
    uint32_t least = POLICY_NOBODY;
    for (uint32_t i = 0; i < count; i++) {
        if (!policy_has_room(env, &candidates[i]))
            continue;
        if (least == POLICY_NOBODY || candidates[i].tickets < candidates[least].tickets)
            least = i;
    }
    return least;
}

/* The n-th candidate that has room. */
static uint32_t nth_with_room(const struct node_env *env, const struct policy_candidate *candidates,
                              uint32_t count, uint32_t n)
{
    for (uint32_t i = 0; i < count; i++)
        if (policy_has_room(env, &candidates[i]) && n-- == 0)
            return i;
    return POLICY_NOBODY;
}

/* Two different ones at random; the one with the smaller share of its capacity in use
 * (Mitzenmacher's power of two choices, on shares because kitchens differ in size). */
static uint32_t two_choices(const struct node_env *env, const struct policy_candidate *candidates,
                            uint32_t count, uint64_t draw)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < count; i++)
        open += policy_has_room(env, &candidates[i]);
    if (open < 2)
        return nth_with_room(env, candidates, count, 0);
    /* One draw names an ordered pair of different kitchens: at most one draw in a decision, so that
     * the policy shifts nobody else's random stream. Choosing the better of two at random, instead
     * of the best of all, is what keeps stale information from becoming a stampede: two
     * dispatchers, or fifty orders between two reports, do not all see the same winner. */
    uint64_t pair = draw_below(draw, (uint64_t)open * (open - 1));
    uint32_t first = (uint32_t)(pair / (open - 1));
    uint32_t second = (uint32_t)(pair % (open - 1));
    second += second >= first;
    uint32_t a = nth_with_room(env, candidates, count, first < second ? first : second);
    uint32_t b = nth_with_room(env, candidates, count, first < second ? second : first);
    assert(first != second);
    assert(a < count);
    assert(b < count);
    int64_t free_a = policy_free_share(env, candidates[a].tickets, candidates[a].capacity);
    int64_t free_b = policy_free_share(env, candidates[b].tickets, candidates[b].capacity);
    return free_b > free_a ? b : a;
}

/* ---- The interface ---- */

bool policy_takes_turns(const struct node_env *env)
{
    int64_t policy = setting(env, KITCHENS_SET_POLICY);
    return policy == KITCHENS_ROUND_ROBIN || policy == KITCHENS_WEIGHTED_ROUND_ROBIN;
}

uint32_t policy_choose(const struct node_env *env, struct policy_memory *memory,
                       const struct policy_candidate *candidates, uint32_t count, uint64_t draw)
{
    assert(count <= KITCHENS_MAX);
    if (count == 0)
        return POLICY_NOBODY;
    switch ((enum kitchens_policy)setting(env, KITCHENS_SET_POLICY)) {
    case KITCHENS_ROUND_ROBIN:
        return round_robin(memory, candidates, count);
    case KITCHENS_WEIGHTED_ROUND_ROBIN:
        return weighted_round_robin(memory, candidates, count);
    case KITCHENS_LEAST_CONNECTIONS:
        return least_connections(env, candidates, count);
    case KITCHENS_TWO_CHOICES:
        return two_choices(env, candidates, count, draw);
    case KITCHENS_WEIGHTED_SCORE:
        break;
    }
    return policy_best_score(env, candidates, count);
}
