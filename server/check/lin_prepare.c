/* lin_prepare.c - operations become events: who is open when, under which bit; which crashed operations
 * could matter. */
#include "check/lin_search.h"

#include <assert.h>
#include <stdlib.h>

/* A place in real time, and whose. */
struct place {
    uint32_t at, operation;
};

static int by_place(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* Calls are in order already; returns are sorted, and both are merged. */
static bool make_events(struct lin_plan *plan, struct check_budget *budget)
{
    const struct lin_problem *problem = plan->problem;
    struct place *ends = check_budget_take(budget, problem->operation_count, sizeof *ends);
    plan->events =
        check_budget_take(budget, 2 * (size_t)problem->operation_count, sizeof *plan->events);
    if (ends == NULL || plan->events == NULL) {
        return false;
    }
    uint32_t end_count = 0, next = 0;
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        if (!problem->operations[i].optional) {
            ends[end_count++] = (struct place){problem->operations[i].end, i};
        }
    }
    qsort(ends, end_count, sizeof *ends, by_place);
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        if (problem->operations[i].optional) {
            continue;
        }
        while (next < end_count && ends[next].at < problem->operations[i].call) {
            plan->events[plan->event_count++] =
                (struct lin_event){.operation = ends[next++].operation, .end = true};
        }
        plan->events[plan->event_count++] = (struct lin_event){.operation = i};
    }
    while (next < end_count) {
        plan->events[plan->event_count++] =
            (struct lin_event){.operation = ends[next++].operation, .end = true};
    }
    return true;
}

/* Gives each operation the lowest bit that is free, and each return the list of who is open. */
static bool give_slots(struct lin_plan *plan, struct check_budget *budget)
{
    uint32_t count = plan->problem->operation_count, open_count = 0, listed = 0, listed_max = 0;
    uint32_t *open = check_budget_take(budget, count, sizeof *open); /* by slot; LIN_NONE: free */
    void *list = NULL;
    plan->slot = check_budget_take(budget, count, sizeof *plan->slot);
    if (open == NULL || plan->slot == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < plan->event_count; i++) {
        struct lin_event *event = &plan->events[i];
        if (!event->end) {
            uint32_t slot = 0;
            while (slot < plan->slot_count && open[slot] != LIN_NONE) {
                slot++;
            }
            plan->slot_count += slot == plan->slot_count;
            open[slot] = event->operation;
            plan->slot[event->operation] = slot;
            open_count++;
            continue;
        }
        event->open_from = listed;
        for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
            if (open[slot] != LIN_NONE) {
                if (!lin_grow(budget, &list, listed, &listed_max, sizeof *plan->open)) {
                    return false;
                }
                ((uint32_t *)list)[listed++] = open[slot];
            }
        }
        event->open_to = listed;
        assert(listed - event->open_from == open_count);
        open[plan->slot[event->operation]] = LIN_NONE;
        open_count--;
    }
    plan->open = list;
    return true;
}

/* A client may go on at the very moment when it is answered: both are concurrent for everybody else, but
 * not for itself. */
static bool find_order_of_processes(struct lin_plan *plan, struct check_budget *budget)
{
    const struct lin_problem *problem = plan->problem;
    plan->after = check_budget_take(budget, problem->operation_count, sizeof *plan->after);
    if (plan->after == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        plan->after[i] = LIN_NONE;
    }
    for (uint32_t i = 0; i < plan->event_count; i++) {
        const struct lin_event *event = &plan->events[i];
        const struct lin_operation *ends = &problem->operations[event->operation];
        /* Whoever of the same process was called before this return, but after this one's call. */
        for (uint32_t j = event->open_from; event->end && j < event->open_to; j++) {
            const struct lin_operation *other = &problem->operations[plan->open[j]];
            if (other->process == ends->process && plan->open[j] > event->operation &&
                (plan->after[plan->open[j]] == LIN_NONE ||
                 plan->after[plan->open[j]] < event->operation)) {
                plan->after[plan->open[j]] = event->operation;
            }
        }
    }
    return true;
}

/* Could anybody notice that it happened? */
static bool matters(const struct lin_problem *problem, const struct lin_class *class)
{
    if (class->kind != LIN_SIMPLE || class->after == LIN_SAME) {
        return class->kind != LIN_SIMPLE && !class->read;
    }
    for (uint32_t i = 0; i < problem->class_count; i++) {
        const struct lin_class *other = &problem->classes[i];
        if (other->object == class->object &&
            (other->kind != LIN_SIMPLE || other->before == class->after)) {
            return true;
        }
    }
    return false;
}

static bool make_pools(struct lin_plan *plan, struct check_budget *budget)
{
    const struct lin_problem *problem = plan->problem;
    uint32_t *count = check_budget_take(budget, problem->class_count, sizeof *count);
    uint32_t *pool_of = check_budget_take(budget, problem->class_count, sizeof *pool_of);
    uint32_t pooled = 0, event = 0;
    if (count == NULL || pool_of == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        count[problem->operations[i].class] += problem->operations[i].optional;
    }
    for (uint32_t i = 0; i < problem->class_count; i++) {
        count[i] = count[i] > 0 && matters(problem, &problem->classes[i]) ? count[i] : 0;
        plan->pool_count += count[i] > 0;
        pooled += count[i];
    }
    plan->pools = check_budget_take(budget, plan->pool_count, sizeof *plan->pools);
    plan->pooled = check_budget_take(budget, pooled, sizeof *plan->pooled);
    if (plan->pools == NULL || plan->pooled == NULL) {
        return false;
    }
    uint32_t pools = 0;
    pooled = 0;
    for (uint32_t i = 0; i < problem->class_count; i++) {
        if (count[i] > 0) {
            plan->pools[pools] = (struct lin_pool){.class = i, .from = pooled, .to = pooled};
            pool_of[i] = pools++;
            pooled += count[i];
        }
    }
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        const struct lin_operation *operation = &problem->operations[i];
        while (event < plan->event_count &&
               (plan->events[event].end
                    ? problem->operations[plan->events[event].operation].end
                    : problem->operations[plan->events[event].operation].call) < operation->call) {
            event++;
        }
        if (operation->optional && count[operation->class] > 0) {
            struct lin_pool *pool = &plan->pools[pool_of[operation->class]];
            plan->pooled[pool->to++] = (struct lin_pooled){.operation = i, .event = event};
        }
    }
    return true;
}

static bool find_needs(struct lin_plan *plan, struct check_budget *budget)
{
    const struct lin_problem *problem = plan->problem;
    bool simple = problem->scalar && problem->inits == NULL;
    for (uint32_t i = 0; i < problem->class_count && simple; i++) {
        simple = problem->classes[i].kind == LIN_SIMPLE;
    }
    if (!simple) {
        return true;
    }
    uint32_t *left = check_budget_take(budget, problem->values->count, sizeof *left);
    struct lin_need *needs = check_budget_take(budget, problem->values->count, sizeof *needs);
    if (left == NULL || needs == NULL) {
        return false;
    }
    left[problem->init[0]]++;
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        const struct lin_operation *operation = &problem->operations[i];
        const struct lin_class *class = &problem->classes[operation->class];
        if (class->after != LIN_SAME && class->after != class->before) {
            left[class->after]++;
        }
        if (class->before != LIN_ANY) {
            needs[class->before].any = true;
            needs[class->before].must |= !operation->optional;
        }
    }
    for (uint32_t i = 0; i < plan->event_count; i++) {
        uint32_t before =
            problem->classes[problem->operations[plan->events[i].operation].class].before;
        if (!plan->events[i].end && before != LIN_ANY) {
            needs[before].last_event = i;
        }
    }
    for (uint32_t i = 0; i < problem->values->count; i++) {
        needs[i].single = left[i] <= 1;
    }
    plan->needs = needs;
    plan->need_count = problem->values->count;
    return true;
}

bool lin_prepare(const struct lin_problem *problem, struct check_budget *budget,
                 struct lin_plan *plan)
{
    *plan = (struct lin_plan){.problem = problem};
    return make_events(plan, budget) && give_slots(plan, budget) &&
           find_order_of_processes(plan, budget) && make_pools(plan, budget) &&
           find_needs(plan, budget) && lin_seen_prepare(plan, budget);
}
