/* lin_seen.c - texts that only grow must begin what is seen of them later.
 *
 * Where texts are appended to, a read tells the order of all appends before it. So a state is hopeless
 * when it does not begin what the next read of the object sees, unless something may still put
 * another text there before that read. */
#include "check/lin_search.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const struct lin_problem *problem, uint32_t first, uint32_t whole)
{
    const struct check_value *a = &problem->values->values[first],
                             *b = &problem->values->values[whole];
    uint32_t length = a->kind == CHECK_TEXT ? a->count : 0;
    return length == 0 ||
           (b->kind == CHECK_TEXT && b->count >= length && memcmp(a->text, b->text, length) == 0);
}

/* Does it put something there, whatever was there before? */
static bool resets(const struct lin_class *class)
{
    return class->kind == LIN_SIMPLE && class->after != LIN_SAME;
}

static int by_object_and_call(const void *left, const void *right)
{
    const struct lin_seen *a = left, *b = right;
    if (a->object != b->object) {
        return a->object < b->object ? -1 : 1;
    }
    return a->call < b->call ? -1 : a->call > b->call;
}

static void list_reads(struct lin_plan *plan)
{
    const struct lin_problem *problem = plan->problem;
    for (uint32_t i = 0; i < plan->event_count; i++) {
        uint32_t operation = plan->events[i].operation;
        const struct lin_class *class = &problem->classes[problem->operations[operation].class];
        if (!class->read) {
            continue;
        }
        if (!plan->events[i].end) {
            plan->seen_of[operation] = plan->seen_count;
            plan->seen[plan->seen_count++] = (struct lin_seen){
                .object = class->object, .value = class->before, .operation = operation, .call = i};
        } else {
            plan->seen[plan->seen_of[operation]].end = i;
        }
    }
    if (plan->seen_count > 0) {
        qsort(plan->seen, plan->seen_count, sizeof *plan->seen, by_object_and_call);
    }
    for (uint32_t i = plan->seen_count; i-- > 0;) {
        const struct lin_seen *after = &plan->seen[i + 1];
        plan->seen_of[plan->seen[i].operation] = i;
        plan->seen[i].first = i + 1 < plan->seen_count && after->object == plan->seen[i].object &&
                                      plan->seen[after->first].end < plan->seen[i].end
                                  ? after->first
                                  : i;
    }
}

/* For each read, the last call before its return of who may put what the read sees the beginning of. */
static void find_resets(struct lin_plan *plan, uint32_t number)
{
    const struct lin_problem *problem = plan->problem;
    const struct lin_class *class = &problem->classes[number];
    for (uint32_t i = 0; i < plan->seen_count; i++) {
        struct lin_seen *seen = &plan->seen[i];
        if (seen->object != class->object || !begins(problem, class->after, seen->value)) {
            continue;
        }
        for (uint32_t j = 0; j < problem->operation_count; j++) {
            if (problem->operations[j].class == number) {
                seen->crashed_reset |= problem->operations[j].optional;
                if (!problem->operations[j].optional && plan->called[j] < seen->end) {
                    seen->last_reset =
                        plan->called[j] > seen->last_reset ? plan->called[j] : seen->last_reset;
                }
            }
        }
    }
}

bool lin_seen_prepare(struct lin_plan *plan, struct check_budget *budget)
{
    const struct lin_problem *problem = plan->problem;
    bool appends = false;
    for (uint32_t i = 0; i < problem->class_count; i++) {
        appends |= problem->classes[i].kind == LIN_APPEND;
    }
    if (!appends) {
        return true;
    }
    uint32_t count = problem->operation_count;
    plan->seen = check_budget_take(budget, (size_t)count + 1, sizeof *plan->seen);
    plan->seen_of = check_budget_take(budget, count, sizeof *plan->seen_of);
    plan->called = check_budget_take(budget, count, sizeof *plan->called);
    if (plan->seen == NULL || plan->seen_of == NULL || plan->called == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < plan->event_count; i++) {
        if (!plan->events[i].end) {
            plan->called[plan->events[i].operation] = i;
        }
    }
    list_reads(plan);
    for (uint32_t i = 0; i < problem->class_count; i++) {
        if (resets(&problem->classes[i])) {
            if (!check_budget_spend(budget, (uint64_t)plan->seen_count + count)) {
                return false;
            }
            find_resets(plan, i);
        }
    }
    return true;
}

/* The first read in the array that is of the object and called behind the event. */
static uint32_t next_call(const struct lin_plan *plan, uint32_t object, uint32_t event)
{
    uint32_t low = 0, high = plan->seen_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct lin_seen *seen = &plan->seen[middle];
        if (seen->object > object || (seen->object == object && seen->call > event)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool is_placed(const struct lin_plan *plan, const uint64_t *placed, uint32_t operation)
{
    return (placed[plan->slot[operation] / 64] >> (plan->slot[operation] % 64) & 1) != 0;
}

/* May an operation that is open put something there that the read sees the beginning of? */
static bool open_reset(const struct lin_plan *plan, const uint64_t *placed,
                       const struct lin_event *event, const struct lin_seen *seen, uint32_t but)
{
    for (uint32_t i = event->open_from; i < event->open_to; i++) {
        uint32_t operation = plan->open[i];
        const struct lin_class *class =
            &plan->problem->classes[plan->problem->operations[operation].class];
        if (operation != but && resets(class) && class->object == seen->object &&
            !is_placed(plan, placed, operation) &&
            begins(plan->problem, class->after, seen->value)) {
            return true;
        }
    }
    return false;
}

bool lin_seen_fits(const struct lin_plan *plan, const uint64_t *placed, uint32_t at,
                   uint32_t object, uint32_t value, uint32_t but)
{
    const struct lin_event *event = &plan->events[at];
    assert(event->end);
    for (uint32_t i = event->open_from; i <= event->open_to; i++) {
        uint32_t number; /* reads that are open, and then the next one that is called */
        if (i < event->open_to) {
            const struct lin_class *class =
                &plan->problem->classes[plan->problem->operations[plan->open[i]].class];
            if (!class->read || class->object != object || plan->open[i] == but ||
                is_placed(plan, placed, plan->open[i])) {
                continue;
            }
            number = plan->seen_of[plan->open[i]];
        } else {
            number = next_call(plan, object, at);
            if (number == plan->seen_count || plan->seen[number].object != object) {
                continue;
            }
            number = plan->seen[number].first;
        }
        const struct lin_seen *seen = &plan->seen[number];
        if (!seen->crashed_reset && seen->last_reset <= at &&
            !begins(plan->problem, value, seen->value) &&
            !open_reset(plan, placed, event, seen, but)) {
            return false;
        }
    }
    return true;
}
