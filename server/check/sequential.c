/* sequential.c - the checker "sequential": is there one order of all operations in which each process has
 * its own order, whatever the clock said (Lamport, "How to make a multiprocessor computer", 1979)?
 *
 * It is not local: two keys that are each fine may not be together, so all are judged as one. The search
 * goes deep first over how far each process has come, and the state; each such pair once. A read that
 * is legal now is passed at once: later would allow nothing more. */
#include "check/lin_register.h"

#include "base/draw.h"

#include <assert.h>
#include <string.h>

enum { SLOTS_FIRST = 256, STEPS_A_TRY = 100 * 1000, STEPS_IN_ALL = 3 * 1000 * 1000 };

/* Operations of one process, one after the other. */
struct thread {
    uint32_t from, to; /* of sequential.order */
};

struct sequential {
    const struct lin_problem *problem;
    struct thread *threads;
    uint32_t thread_count;
    uint32_t *order; /* operations by process */
    bool *optional;  /* by operation: may be passed over */
    bool *absent;    /* by operation: is not there at all */
};

/* How far each process has come, behind the state. */
struct point {
    uint32_t state;
    uint32_t next[];
};

struct search {
    const struct sequential *sequential;
    struct check_budget *budget;
    struct lin_states states;
    size_t size;
    struct point **kept;
    uint32_t kept_count, kept_capacity;
    uint32_t *slots, mask;
    uint32_t *stack, stack_count, stack_capacity;
    struct point *now, *child;
};

static bool same(const struct search *search, const struct point *a, const struct point *b)
{
    return memcmp(a, b, search->size) == 0;
}

static uint32_t *slot_of(const struct search *search, const struct point *point)
{
    uint64_t hash = draw_mix(point->state);
    for (uint32_t i = 0; i < search->sequential->thread_count; i++) {
        hash = draw_mix(hash ^ point->next[i]);
    }
    uint32_t at = (uint32_t)hash & search->mask;
    while (search->slots[at] != 0 && !same(search, search->kept[search->slots[at] - 1], point)) {
        at = (at + 1) & search->mask;
    }
    return &search->slots[at];
}

static bool grow_slots(struct search *search)
{
    uint32_t slots = 2 * (search->mask + 1);
    uint32_t *grown = slots == 0 ? NULL : check_budget_take(search->budget, slots, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    search->slots = grown;
    search->mask = slots - 1;
    for (uint32_t i = 0; i < search->kept_count; i++) {
        *slot_of(search, search->kept[i]) = i + 1;
    }
    return true;
}

/* To be looked at later, if it was never there. */
static void push(struct search *search, const struct point *point)
{
    uint32_t *slot = slot_of(search, point);
    void *kept = search->kept, *stack = search->stack;
    if (*slot != 0) {
        return;
    }
    struct point *copy = check_budget_take(search->budget, 1, search->size);
    if (copy == NULL ||
        !lin_grow(search->budget, &kept, search->kept_count, &search->kept_capacity,
                  sizeof *search->kept) ||
        !lin_grow(search->budget, &stack, search->stack_count, &search->stack_capacity,
                  sizeof *search->stack)) {
        return;
    }
    memcpy(copy, point, search->size);
    search->kept = kept;
    search->stack = stack;
    search->stack[search->stack_count++] = search->kept_count;
    search->kept[search->kept_count++] = copy;
    *slot = search->kept_count;
    if (search->kept_count > search->mask / 2) {
        (void)grow_slots(search);
    }
}

static bool step(struct search *search, uint32_t state, uint32_t operation, uint32_t *after)
{
    const struct lin_problem *problem = search->sequential->problem;
    uint32_t number = problem->operations[operation].class;
    const struct lin_class *class = &problem->classes[number];
    if (class->kind != LIN_SIMPLE || !problem->scalar) {
        return lin_states_step(&search->states, state, number, after);
    }
    *after = class->after == LIN_SAME ? state : class->after;
    return class->before == LIN_ANY || class->before == state;
}

/* Passes what is not there, and reads that are legal now, until none is left. True: all is done, but for
 * what may be passed over. */
static bool advance(struct search *search)
{
    const struct sequential *sequential = search->sequential;
    const struct lin_problem *problem = sequential->problem;
    bool moved = true, done = false;
    while (moved && check_budget_spend(search->budget, sequential->thread_count)) {
        moved = false;
        done = true;
        for (uint32_t i = 0; i < sequential->thread_count; i++) {
            uint32_t *next = &search->now->next[i], state;
            for (; *next < sequential->threads[i].to; ++*next) {
                uint32_t operation = sequential->order[*next];
                bool read = problem->classes[problem->operations[operation].class].read;
                if (!sequential->absent[operation] &&
                    !(read && step(search, search->now->state, operation, &state))) {
                    break;
                }
                moved = true;
            }
            uint32_t rest = *next;
            while (rest < sequential->threads[i].to &&
                   sequential->optional[sequential->order[rest]]) {
                rest++;
            }
            done = done && rest == sequential->threads[i].to;
        }
    }
    return done && search->budget->why == NULL;
}

/* Does a process wait for what the object holds after this? Such steps are tried first. */
static bool is_awaited(const struct search *search, uint32_t operation)
{
    const struct sequential *sequential = search->sequential;
    const struct lin_problem *problem = sequential->problem;
    const struct lin_class *class = &problem->classes[problem->operations[operation].class];
    for (uint32_t i = 0; i < sequential->thread_count; i++) {
        uint32_t next = search->now->next[i];
        if (next < sequential->threads[i].to && sequential->order[next] != operation) {
            const struct lin_class *other =
                &problem->classes[problem->operations[sequential->order[next]].class];
            if (other->object == class->object && other->before == class->after) {
                return true;
            }
        }
    }
    return false;
}

/* The process whose next operation was called last of those before `limit`; the number of processes:
 * none. */
static uint32_t latest_before(const struct search *search, uint32_t limit, bool awaited)
{
    const struct sequential *sequential = search->sequential;
    uint32_t found = sequential->thread_count, call = 0;
    for (uint32_t i = 0; i < sequential->thread_count; i++) {
        uint32_t next = search->now->next[i];
        if (next == sequential->threads[i].to) {
            continue;
        }
        const struct lin_operation *operation =
            &sequential->problem->operations[sequential->order[next]];
        if (operation->call < limit &&
            (found == sequential->thread_count || operation->call > call) &&
            is_awaited(search, sequential->order[next]) == awaited) {
            found = i;
            call = operation->call;
        }
    }
    return found;
}

/* What was called first comes on top of the stack: clocks are mostly right. */
static void expand(struct search *search, bool awaited)
{
    const struct sequential *sequential = search->sequential;
    uint32_t thread, limit = UINT32_MAX;
    while ((thread = latest_before(search, limit, awaited)) < sequential->thread_count) {
        uint32_t operation = sequential->order[search->now->next[thread]], state;
        limit = sequential->problem->operations[operation].call;
        memcpy(search->child, search->now, search->size);
        search->child->next[thread]++;
        if (sequential->optional[operation]) {
            push(search, search->child);
        }
        if (step(search, search->now->state, operation, &state)) {
            search->child->state = state;
            push(search, search->child);
        }
    }
}

static enum check_answer find_order(const struct sequential *sequential,
                                    struct check_budget *budget)
{
    struct check_block *mark = check_budget_mark(budget);
    struct lin_values values = *sequential->problem->values;
    struct search search = {.sequential = sequential,
                            .budget = budget,
                            .size =
                                sizeof(struct point) + sequential->thread_count * sizeof(uint32_t),
                            .mask = SLOTS_FIRST - 1};
    enum check_answer answer = CHECK_INVALID;
    sequential->problem->values->budget = budget;
    search.slots = check_budget_take(budget, SLOTS_FIRST, sizeof *search.slots);
    search.now = check_budget_take(budget, 1, search.size);
    search.child = check_budget_take(budget, 1, search.size);
    if (search.slots != NULL && search.now != NULL && search.child != NULL &&
        lin_states_open(&search.states, sequential->problem, budget, &search.now->state)) {
        for (uint32_t i = 0; i < sequential->thread_count; i++) {
            search.now->next[i] = sequential->threads[i].from;
        }
        push(&search, search.now);
    }
    while (search.stack_count > 0 && answer == CHECK_INVALID && budget->why == NULL) {
        memcpy(search.now, search.kept[search.stack[--search.stack_count]], search.size);
        if (advance(&search)) {
            answer = CHECK_VALID;
        } else {
            expand(&search, false);
            expand(&search, true); /* on top of the stack */
        }
    }
    answer = budget->why != NULL && answer != CHECK_VALID ? CHECK_UNKNOWN : answer;
    lin_values_restore(sequential->problem->values, &values);
    check_budget_release(budget, mark);
    return answer;
}

/* ---- Processes ---- */

static bool make_threads(struct sequential *sequential, struct check_budget *budget)
{
    const struct lin_problem *problem = sequential->problem;
    uint32_t count = problem->operation_count, highest = 0, *thread_of;
    struct lin_values names;
    sequential->order = check_budget_take(budget, count, sizeof *sequential->order);
    sequential->optional = check_budget_take(budget, count, sizeof *sequential->optional);
    sequential->absent = check_budget_take(budget, count, sizeof *sequential->absent);
    thread_of = check_budget_take(budget, count, sizeof *thread_of);
    if (sequential->order == NULL || sequential->optional == NULL || sequential->absent == NULL ||
        thread_of == NULL || !lin_values_open(&names, budget)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct check_value process = {.kind = CHECK_INTEGER,
                                      .integer = problem->operations[i].process};
        thread_of[i] = lin_value_id(&names, &process);
        sequential->optional[i] = problem->operations[i].optional;
        if (thread_of[i] == LIN_NONE) {
            return false;
        }
        highest = thread_of[i] > highest ? thread_of[i] : highest;
    }
    sequential->thread_count = names.count;
    sequential->threads =
        check_budget_take(budget, (size_t)highest + 2, sizeof *sequential->threads);
    if (sequential->threads == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        sequential->threads[thread_of[i] + 1].from++;
    }
    for (uint32_t i = 0; i < sequential->thread_count; i++) {
        sequential->threads[i + 1].from += sequential->threads[i].from;
        sequential->threads[i].to = sequential->threads[i].from;
    }
    for (uint32_t i = 0; i < count; i++) {
        sequential->order[sequential->threads[thread_of[i]].to++] = i;
    }
    return true;
}

/* ---- Why ---- */

static bool is_wrong(const struct sequential *sequential, const struct check_limits *outer,
                     uint64_t *steps)
{
    struct check_limits limits = {.steps_max = STEPS_A_TRY};
    struct check_budget budget;
    if (outer != NULL) {
        limits.stop = outer->stop;
        limits.context = outer->context;
        limits.bytes_max = outer->bytes_max;
    }
    check_budget_open(&budget, &limits);
    enum check_answer answer = find_order(sequential, &budget);
    *steps += budget.steps;
    check_budget_close(&budget);
    return answer == CHECK_INVALID;
}

/* Lets operations off while it stays wrong: reads are left out, others may be passed over. */
static void let_off(struct sequential *sequential, uint32_t operation, bool off)
{
    const struct lin_problem *problem = sequential->problem;
    if (problem->classes[problem->operations[operation].class].read) {
        sequential->absent[operation] = off;
    } else {
        sequential->optional[operation] = off;
    }
}

static void shrink(struct sequential *sequential, const struct check_limits *limits, bool *kept)
{
    uint32_t count = sequential->problem->operation_count;
    uint64_t steps = 0;
    for (uint32_t size = count; size > 0; size /= 2) {
        for (uint32_t from = 0; from < count && steps < STEPS_IN_ALL; from += size) {
            uint32_t to = from + size < count ? from + size : count;
            bool any = false;
            for (uint32_t i = from; i < to; i++) {
                any |= kept[i];
                if (kept[i]) {
                    let_off(sequential, i, true);
                }
            }
            bool wrong = any && is_wrong(sequential, limits, &steps);
            for (uint32_t i = from; i < to; i++) {
                if (kept[i] && !wrong) {
                    let_off(sequential, i, false);
                }
                kept[i] = kept[i] && !wrong;
            }
        }
    }
}

static void explain(struct sequential *sequential, struct check_budget *budget,
                    const struct check_history *history, struct check_verdict *verdict)
{
    const struct lin_problem *problem = sequential->problem;
    struct check_finding *finding = check_verdict_find(verdict, "nonsequential");
    bool *kept = check_budget_take(budget, problem->operation_count, sizeof *kept);
    if (kept == NULL) {
        budget->why = NULL; /* it is proved, only not explained */
        struct check_line line = {
            .word = "no_one_order", .a = CHECK_NO_OPERATION, .b = CHECK_NO_OPERATION};
        check_finding_line(finding, &line);
        return;
    }
    for (uint32_t i = 0; i < problem->operation_count; i++) {
        kept[i] = !problem->operations[i].optional;
    }
    shrink(sequential, budget->limits, kept);
    for (uint32_t i = 0; i < sequential->thread_count; i++) {
        uint32_t before = CHECK_NO_OPERATION;
        for (uint32_t j = sequential->threads[i].from; j < sequential->threads[i].to; j++) {
            uint32_t operation = sequential->order[j];
            if (!kept[operation]) {
                continue;
            }
            uint32_t source = problem->operations[operation].source;
            struct check_line line = {.word = "alone_in_process",
                                      .a = source,
                                      .b = CHECK_NO_OPERATION,
                                      .key = history->operations[source].key};
            if (before != CHECK_NO_OPERATION) {
                line.word = "edge_process";
                line.a = before;
                line.b = source;
            }
            before = source;
            check_finding_line(finding, &line);
        }
    }
    struct check_line last = {
        .word = "no_one_order", .a = CHECK_NO_OPERATION, .b = CHECK_NO_OPERATION};
    check_finding_line(finding, &last);
}

static void judge_problem(const struct lin_problem *problem, struct check_budget *budget,
                          const struct check_history *history, struct check_verdict *verdict)
{
    struct sequential sequential = {.problem = problem};
    if (!make_threads(&sequential, budget)) {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, budget->why);
        return;
    }
    enum check_answer answer = find_order(&sequential, budget);
    check_verdict_worsen(verdict, answer, answer == CHECK_UNKNOWN ? budget->why : NULL);
    if (answer == CHECK_INVALID) {
        explain(&sequential, budget, history, verdict);
    }
}

/* A step looks at every process, and each crashed client has left one behind: so many looks in all. */
enum { LOOKS_ON_THE_SIDE = 2 * 1000 * 1000 };

enum check_answer sequential_answer(const struct registers *registers,
                                    const struct check_limits *outer)
{
    struct check_limits limits = {.steps_max = LOOKS_ON_THE_SIDE};
    struct check_budget budget;
    struct lin_builder builder;
    uint32_t *init;
    enum check_answer answer = CHECK_UNKNOWN;
    if (outer != NULL) {
        limits.stop = outer->stop;
        limits.context = outer->context;
        limits.bytes_max = outer->bytes_max;
    }
    check_budget_open(&budget, &limits);
    if (register_together(registers, &budget, &builder, &init)) {
        struct lin_problem problem = register_problem(&builder, init, builder.object_count);
        struct sequential sequential = {.problem = &problem};
        if (make_threads(&sequential, &budget)) {
            limits.steps_max = budget.steps + LOOKS_ON_THE_SIDE / (sequential.thread_count + 1);
            answer = find_order(&sequential, &budget);
        }
    }
    check_budget_close(&budget);
    return answer;
}

static int judge(const struct check_history *history, const struct check_options *options,
                 const struct check_limits *limits, struct check_verdict *verdict,
                 struct error *error)
{
    static const char *const KNOWN[] = {"init", "nil", NULL};
    struct registers registers;
    struct check_budget budget;
    struct lin_builder builder;
    uint32_t *init;
    if (register_open(&registers, history, options, "sequential", KNOWN, error) != 0) {
        return -1;
    }
    check_budget_open(&budget, limits);
    if (register_is_linearizable(&registers, &budget)) {
        check_verdict_worsen(verdict, CHECK_VALID, NULL); /* which is more than was asked for */
    } else if (register_together(&registers, &budget, &builder, &init)) {
        struct lin_problem problem = register_problem(&builder, init, builder.object_count);
        judge_problem(&problem, &budget, history, verdict);
    } else {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, budget.why);
    }
    lin_conclude(verdict, "sequential");
    lin_finish(&budget, verdict);
    return 0;
}

const struct check_model check_sequential = {
    .name = "sequential",
    .about =
        "registers by key, as in kv; sequentially consistent: one order that keeps each process's",
    .options = "init=VALUE (nil; with append: the empty text) nil=missing|any",
    .judge = judge,
};
