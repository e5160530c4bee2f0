/* lin_explain.c - the fewest operations that have no order, and why.
 *
 * From the shortest part of the history that is wrong, operations are let off as long as it stays wrong:
 * a read is left out, of any other operation is no longer asked that it happened at all or when it
 * ended. What must stay proves the violation, wherever all others are put. */
#include "check/lin_judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Explaining is worth this much of search, and so many of several objects are explained. */
enum {
    PREFIX_STEPS = 30 * 1000 * 1000,
    STEPS_A_TRY = 20 * 1000,
    STEPS_IN_ALL = 200 * 1000,
    EXPLAINED_MAX = 4,
    WINDOW_FIRST = 8
};

struct shrinking {
    struct lin_problem problem; /* with own operations */
    struct lin_operation *operations, *tried;
    bool *kept, *kept_tried; /* by operation: asked for as it was */
    uint32_t *inits;
    uint32_t count, last; /* `last`: the one whose return cannot be */
    const struct check_limits *limits;
    uint64_t steps, steps_a_try;
};

/* What is asked for; a read that is not asked for is left out. */
static bool is_wrong(struct shrinking *shrinking, const bool *kept)
{
    struct check_limits limits = {.steps_max = shrinking->steps_a_try};
    struct check_budget budget;
    uint32_t count = 0, stuck;
    if (shrinking->limits != NULL) {
        limits.stop = shrinking->limits->stop;
        limits.context = shrinking->limits->context;
        limits.bytes_max = shrinking->limits->bytes_max;
    }
    for (uint32_t i = 0; i < shrinking->count; i++) {
        struct lin_operation operation = shrinking->operations[i];
        operation.optional |= !kept[i];
        if (kept[i] || !shrinking->problem.classes[operation.class].read) {
            shrinking->tried[count++] = operation;
        }
    }
    struct lin_problem problem = shrinking->problem;
    problem.operations = shrinking->tried;
    problem.operation_count = count;
    check_budget_open(&budget, &limits);
    enum check_answer answer = lin_search(&problem, &budget, &stuck);
    shrinking->steps += budget.steps;
    check_budget_close(&budget);
    return answer == CHECK_INVALID;
}

/* Lets off stretches of half of all, then of a quarter ..., then single ones. */
static void shrink(struct shrinking *shrinking)
{
    for (uint32_t size = shrinking->count; size > 0; size /= 2) {
        for (uint32_t from = 0; from < shrinking->count; from += size) {
            bool any = false;
            if (shrinking->steps > STEPS_IN_ALL) {
                return;
            }
            memcpy(shrinking->kept_tried, shrinking->kept, shrinking->count);
            for (uint32_t i = from; i < from + size && i < shrinking->count; i++) {
                any |= shrinking->kept_tried[i] && i != shrinking->last;
                shrinking->kept_tried[i] = shrinking->kept_tried[i] && i == shrinking->last;
            }
            if (any && is_wrong(shrinking, shrinking->kept_tried)) {
                memcpy(shrinking->kept, shrinking->kept_tried, shrinking->count);
            }
        }
    }
}

static bool take_memory(struct shrinking *shrinking, const struct lin_problem *problem,
                        struct check_budget *budget)
{
    uint32_t count = problem->operation_count;
    shrinking->problem = *problem;
    shrinking->problem.hints = NULL; /* they hold for all operations together */
    shrinking->operations = check_budget_take(budget, count, sizeof *shrinking->operations);
    shrinking->tried = check_budget_take(budget, count, sizeof *shrinking->tried);
    shrinking->kept = check_budget_take(budget, count, sizeof *shrinking->kept);
    shrinking->kept_tried = check_budget_take(budget, count, sizeof *shrinking->kept_tried);
    shrinking->inits = check_budget_take(budget, (size_t)count + 1, sizeof *shrinking->inits);
    return budget->why == NULL;
}

/* What was called before the return of `stuck` and had not ended before `start`. Of what was under way
 * then, or has not ended yet, nobody knows when it happened. */
static void take_window(struct shrinking *shrinking, const struct lin_problem *problem,
                        uint32_t stuck, uint32_t start)
{
    uint32_t end = problem->operations[stuck].end;
    shrinking->count = 0;
    for (uint32_t i = 0; i < problem->operation_count && problem->operations[i].call < end; i++) {
        struct lin_operation operation = problem->operations[i];
        if (!operation.optional && operation.end < start) {
            continue;
        }
        operation.optional |= operation.end > end || operation.call < start;
        shrinking->last = i == stuck ? shrinking->count : shrinking->last;
        shrinking->kept[shrinking->count] = !operation.optional;
        shrinking->operations[shrinking->count++] = operation;
    }
}

/* Instead of all that was before the window: any value that anybody in it needs, or another one. */
static void take_inits(struct shrinking *shrinking, const struct lin_problem *problem)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < shrinking->count; i++) {
        uint32_t before = problem->classes[shrinking->operations[i].class].before;
        if (before != LIN_ANY) {
            shrinking->inits[count++] = before; /* the same one again is found to be known */
        }
    }
    shrinking->inits[count++] = LIN_NONE - 2; /* another one */
    shrinking->problem.inits = shrinking->inits;
    shrinking->problem.inits_count = count;
}

/* Is what was called before the return of `stuck` wrong? */
static bool is_wrong_until(struct shrinking *shrinking, const struct lin_problem *problem,
                           uint32_t stuck)
{
    take_window(shrinking, problem, stuck, 0);
    return is_wrong(shrinking, shrinking->kept);
}

/* A return. */
struct place {
    uint32_t end, operation;
};

static int by_end(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return a->end < b->end ? -1 : a->end > b->end;
}

/* The search looks ahead, so it may give up before the first return that cannot be: the operation of that
 * one, by doubling and halving. */
static uint32_t find_stuck(struct shrinking *shrinking, const struct lin_problem *problem,
                           struct check_budget *budget, uint32_t stuck)
{
    struct place *returns = check_budget_take(budget, problem->operation_count, sizeof *returns);
    uint32_t count = 0, low = 0, step = 1;
    for (uint32_t i = 0; returns != NULL && i < problem->operation_count; i++) {
        if (!problem->operations[i].optional &&
            problem->operations[i].end >= problem->operations[stuck].end) {
            returns[count++] = (struct place){problem->operations[i].end, i};
        }
    }
    if (count == 0) {
        return stuck;
    }
    qsort(returns, count, sizeof *returns, by_end);
    uint32_t high = count - 1; /* all together are wrong; what is below `low` is not */
    shrinking->steps_a_try = PREFIX_STEPS / 2;
    for (uint32_t next = 0; next < high && shrinking->steps < PREFIX_STEPS; step *= 2) {
        if (is_wrong_until(shrinking, problem, returns[next].operation)) {
            high = next;
            break;
        }
        low = next + 1;
        next = next + step < high ? next + step : high;
    }
    while (low < high && shrinking->steps < PREFIX_STEPS) {
        uint32_t middle = low + (high - low) / 2;
        if (is_wrong_until(shrinking, problem, returns[middle].operation)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return returns[high].operation;
}

/* The latest operations, as few as are wrong whatever was before them; else the whole part. */
static void find_window(struct shrinking *shrinking, const struct lin_problem *problem,
                        uint32_t stuck)
{
    bool simple = problem->scalar;
    uint32_t end = problem->operations[stuck].end, called = 0;
    for (uint32_t i = 0; i < problem->class_count; i++) {
        simple = simple && problem->classes[i].kind == LIN_SIMPLE;
    }
    while (called < problem->operation_count && problem->operations[called].call < end) {
        called++;
    }
    for (uint32_t size = WINDOW_FIRST; simple && size < called; size *= 2) {
        uint32_t start = problem->operations[called - size].call;
        if (start > problem->operations[stuck].call) {
            continue;
        }
        take_window(shrinking, problem, stuck, start);
        take_inits(shrinking, problem);
        if (is_wrong(shrinking, shrinking->kept)) {
            return;
        }
    }
    shrinking->problem.inits = NULL;
    shrinking->problem.inits_count = 0;
    take_window(shrinking, problem, stuck, 0);
}

/* ---- Telling ---- */

struct telling {
    const struct shrinking *shrinking;
    const struct check_history *history;
    struct check_finding *finding;
};

static void tell(const struct telling *telling, const char *word, uint32_t a, uint32_t b)
{
    const struct lin_operation *operations = telling->shrinking->operations;
    uint32_t source = operations[a].source;
    const struct check_operation *operation = &telling->history->operations[source];
    struct check_line line = {.word = word,
                              .a = source,
                              .b = b == LIN_NONE ? CHECK_NO_OPERATION : operations[b].source,
                              .key = operation->key,
                              .value = operation->output.kind != CHECK_NIL ? operation->output
                                                                           : operation->input};
    check_finding_line(telling->finding, &line);
}

/* Who in all of the history leaves the value that the class needs; LIN_NONE: nobody. */
static uint32_t writer_of(const struct lin_problem *problem, const struct lin_class *class)
{
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        const struct lin_class *other = &problem->classes[problem->operations[i].class];
        if (other->object == class->object && other->after == class->before && !other->read) {
            return i;
        }
    }
    return LIN_NONE;
}

/* The one of those that must stay that put another value there last, or saw one, before `stuck` began. */
static uint32_t overwriter_of(const struct shrinking *shrinking, uint32_t stuck)
{
    const struct lin_operation *read = &shrinking->operations[stuck];
    const struct lin_class *class = &shrinking->problem.classes[read->class];
    uint32_t found = LIN_NONE;
    for (uint32_t i = 0; i < shrinking->count; i++) {
        const struct lin_operation *operation = &shrinking->operations[i];
        const struct lin_class *other = &shrinking->problem.classes[operation->class];
        uint32_t left = other->after == LIN_SAME ? other->before : other->after;
        if (shrinking->kept[i] && operation->end < read->call && other->kind == LIN_SIMPLE &&
            other->object == class->object && left != class->before &&
            (found == LIN_NONE || shrinking->operations[found].end < operation->end)) {
            found = i;
        }
    }
    return found;
}

/* Why `stuck` has no place. */
static void tell_why(const struct telling *telling, const struct lin_problem *problem,
                     uint32_t stuck)
{
    const struct shrinking *shrinking = telling->shrinking;
    const struct lin_class *class = &problem->classes[problem->operations[stuck].class];
    if (class->kind != LIN_SIMPLE || class->before == LIN_ANY) {
        tell(telling, "no_place", shrinking->last, LIN_NONE);
        return;
    }
    bool first = class->before == problem->init[problem->scalar ? 0 : class->object];
    uint32_t writer = writer_of(problem, class), over = overwriter_of(shrinking, shrinking->last);
    if (writer == LIN_NONE && !first) {
        tell(telling, "needed_phantom", shrinking->last, LIN_NONE);
    } else if (over != LIN_NONE) {
        const struct lin_class *other = &problem->classes[shrinking->operations[over].class];
        tell(telling, other->read ? "seen_other" : "overwritten", shrinking->last, over);
    } else if (!first && problem->operations[writer].call > problem->operations[stuck].end) {
        struct check_line line = {
            .word = "needed_future",
            .a = problem->operations[stuck].source,
            .b = problem->operations[writer].source,
            .value = telling->history->operations[problem->operations[stuck].source].output};
        check_finding_line(telling->finding, &line);
    } else {
        tell(telling, "no_place", shrinking->last, LIN_NONE);
    }
}

/* Who of those that must stay had ended before who began, without what follows from others. */
static void tell_order(const struct telling *telling)
{
    const struct shrinking *shrinking = telling->shrinking;
    const struct lin_operation *operations = shrinking->operations;
    for (uint32_t b = 0; b < shrinking->count; b++) {
        uint32_t latest = 0; /* call of one that had ended before b began */
        for (uint32_t i = 0; i < shrinking->count && shrinking->kept[b]; i++) {
            if (shrinking->kept[i] && operations[i].end < operations[b].call &&
                operations[i].call > latest) {
                latest = operations[i].call;
            }
        }
        for (uint32_t a = 0; a < shrinking->count && shrinking->kept[b]; a++) {
            if (shrinking->kept[a] && operations[a].end < operations[b].call &&
                operations[a].end >= latest) {
                tell(telling, "edge_realtime", a, b);
            }
        }
    }
}

void lin_explain(const struct lin_problem *problem, struct check_budget *budget, uint32_t stuck,
                 const struct check_history *history, struct check_verdict *verdict)
{
    struct check_finding *finding = check_verdict_find(verdict, "nonlinearizable");
    struct check_block *mark = check_budget_mark(budget);
    struct shrinking shrinking = {.limits = budget->limits};
    assert(stuck < problem->operation_count);
    if (finding == NULL || finding->count > EXPLAINED_MAX) {
        return;
    }
    if (!take_memory(&shrinking, problem, budget)) {
        budget->why = NULL; /* it is proved, only not explained */
        struct check_line line = {
            .word = "no_place", .a = problem->operations[stuck].source, .b = CHECK_NO_OPERATION};
        check_finding_line(finding, &line);
        check_budget_release(budget, mark);
        return;
    }
    stuck = find_stuck(&shrinking, problem, budget, stuck);
    shrinking.steps = 0;
    shrinking.steps_a_try = STEPS_A_TRY;
    find_window(&shrinking, problem, stuck);
    shrink(&shrinking);
    struct check_finding told = {.anomaly = finding->anomaly, .count = finding->count};
    struct telling telling = {&shrinking, history, &told};
    tell_order(&telling);
    tell_why(&telling, problem, stuck);
    if (finding->line_count == 0 || told.line_count < finding->line_count) {
        *finding = told;
    }
    check_budget_release(budget, mark);
}
