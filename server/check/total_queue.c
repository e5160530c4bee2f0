/* total_queue.c - the checker "total-queue": what goes in comes out, in whatever order.
 *
 * A drain is a dequeue of all that is left. An acknowledged element that never came out is lost if a drain
 * that began after its enqueue had ended did not find it; without such a drain it may still be inside. A
 * dequeue without an answer may have taken one element, a drain without one any number: who may have been
 * taken so cannot be called lost. As many as are missing beyond what crashed dequeues can have taken are
 * lost for certain. Elements that come out more often than they went in break only "exactly-once", as
 * in Jepsen's checker of that name. */
#include "check/judging.h"

#include <assert.h>
#include <stdlib.h>

struct item {
    uint32_t attempts, acknowledged, taken;
    uint32_t first_enqueue; /* that may have happened; CHECK_NO_OPERATION: none */
    uint32_t last_enqueue;  /* acknowledged, the one that ended last */
    uint32_t last_dequeue;
    uint32_t early_dequeue; /* one that ended before the first enqueue began */
};

/* An element that is missing; `missing` times. */
struct absent {
    uint32_t item, drain, deadline; /* when it must have been taken by: the end of that drain */
    uint32_t missing;
};

struct queue {
    struct judging judging;
    struct naming elements;
    struct item *items;
    struct absent *absent;
    uint32_t absent_count;
    uint32_t *drains, drain_count;    /* answered, in order of call */
    uint32_t *crashed, crashed_count; /* dequeues without an answer, in order of call */
    uint32_t crashed_drain;           /* the first drain without an answer */
    bool once_broken, once_forbidden;
};

static const struct check_operation *at(const struct queue *queue, uint32_t operation)
{
    return &queue->judging.history->operations[operation];
}

static struct item *item_of(struct queue *queue, const struct check_value *value)
{
    uint32_t before = queue->elements.count;
    uint32_t name = naming_add(&queue->elements, value);
    if (name == before) {
        queue->items[name] = (struct item){.first_enqueue = CHECK_NO_OPERATION,
                                           .last_enqueue = CHECK_NO_OPERATION,
                                           .last_dequeue = CHECK_NO_OPERATION,
                                           .early_dequeue = CHECK_NO_OPERATION};
    }
    return &queue->items[name];
}

static void take_enqueue(struct queue *queue, uint32_t operation)
{
    struct item *item = item_of(queue, &at(queue, operation)->input);
    item->attempts++;
    item->first_enqueue =
        item->first_enqueue == CHECK_NO_OPERATION ? operation : item->first_enqueue;
    if (at(queue, operation)->outcome == CHECK_OK) {
        item->acknowledged++;
        if (item->last_enqueue == CHECK_NO_OPERATION ||
            at(queue, item->last_enqueue)->end < at(queue, operation)->end) {
            item->last_enqueue = operation;
        }
    }
}

static void take_element(struct queue *queue, uint32_t operation, const struct check_value *value)
{
    struct item *item = item_of(queue, value);
    item->taken++;
    item->last_dequeue = operation;
    if (item->early_dequeue == CHECK_NO_OPERATION ||
        at(queue, item->early_dequeue)->end > at(queue, operation)->end) {
        item->early_dequeue = operation;
    }
}

/* -1: no such operation. */
static int take_operation(struct queue *queue, uint32_t i)
{
    const struct check_operation *operation = at(queue, i);
    const struct check_value *output = &operation->output;
    bool drain = judging_is(operation, "drain");
    if (judging_is(operation, "enqueue")) {
        take_enqueue(queue, i);
    } else if (!drain && !judging_is(operation, "dequeue")) {
        return judging_refuse(&queue->judging, i, "there are enqueue, dequeue and drain");
    } else if (operation->outcome != CHECK_OK && drain) {
        queue->crashed_drain =
            queue->crashed_drain == CHECK_NO_OPERATION ? i : queue->crashed_drain;
    } else if (operation->outcome != CHECK_OK) {
        queue->crashed[queue->crashed_count++] = i;
    } else if (!drain) {
        if (output->kind != CHECK_NIL) { /* nil: it was empty */
            take_element(queue, i, output);
        }
    } else if (output->kind != CHECK_LIST && output->kind != CHECK_SET) {
        return judging_refuse(&queue->judging, i, "a drain gives a list");
    } else {
        queue->drains[queue->drain_count++] = i;
        for (uint32_t k = 0; k < output->count; k++) {
            take_element(queue, i, &output->items[k]);
        }
    }
    return 0;
}

/* ---- What came out and should not have ---- */

static void judge_taken(struct queue *queue, const struct item *item,
                        const struct check_value *element)
{
    struct check_line line = {
        .a = item->early_dequeue, .b = item->first_enqueue, .value = *element};
    if (item->attempts == 0) {
        line.word = "queue_phantom";
        judging_broken(&queue->judging, "phantom", &line);
    } else if (at(queue, item->early_dequeue)->end < at(queue, item->first_enqueue)->call) {
        line.word = "queue_early";
        judging_broken(&queue->judging, "phantom", &line);
    } else if (item->taken > item->attempts) {
        queue->once_broken = true;
        if (queue->once_forbidden) {
            line = (struct check_line){.word = "queue_twice",
                                       .a = item->early_dequeue,
                                       .b = item->last_dequeue,
                                       .value = *element,
                                       .number = item->taken};
            judging_broken(&queue->judging, "duplicate-elements", &line);
        }
    }
}

/* ---- What is missing ---- */

/* The answered drain that ended first of those that began after that moment. */
static uint32_t drain_after(const struct queue *queue, uint32_t moment)
{
    uint32_t low = 0, high = queue->drain_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (at(queue, queue->drains[middle])->call <= moment) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    /* Drains are few and rarely overlap: the first that began is good enough, as it is a proof. */
    return low < queue->drain_count ? queue->drains[low] : CHECK_NO_OPERATION;
}

static void note_absent(struct queue *queue, uint32_t name)
{
    const struct item *item = &queue->items[name];
    uint32_t drain = drain_after(queue, at(queue, item->last_enqueue)->end);
    queue->absent[queue->absent_count++] = (struct absent){
        .item = name,
        .drain = drain,
        .deadline = drain == CHECK_NO_OPERATION ? CHECK_NEVER : at(queue, drain)->end,
        .missing = item->acknowledged - item->taken};
}

static int by_deadline(const void *a, const void *b)
{
    const struct absent *left = a, *right = b;
    if (left->deadline != right->deadline) {
        return left->deadline < right->deadline ? -1 : 1;
    }
    return (left->item > right->item) - (left->item < right->item);
}

static void tell_lost(struct queue *queue, const struct absent *absent, uint32_t suspects)
{
    struct check_line line = {.word = "queue_lost",
                              .a = queue->items[absent->item].last_enqueue,
                              .b = absent->drain,
                              .value = *queue->elements.values[absent->item]};
    struct check_finding *finding = judging_broken(&queue->judging, "lost", &line);
    if (finding != NULL && suspects > 0) {
        line = (struct check_line){.word = "queue_more_than_crashed",
                                   .a = CHECK_NO_OPERATION,
                                   .b = CHECK_NO_OPERATION,
                                   .number = suspects};
        check_finding_line(finding, &line);
    }
}

/* By deadline; each crashed dequeue that began in time excuses one. Taking the earliest deadlines first
 * excuses as many as can be. */
static void judge_absent(struct queue *queue)
{
    uint32_t suspects = 0, excused = 0;
    qsort(queue->absent, queue->absent_count, sizeof *queue->absent, by_deadline);
    for (uint32_t i = 0; i < queue->absent_count; i++) {
        const struct absent *absent = &queue->absent[i];
        struct check_line line = {.word = "not_drained",
                                  .a = queue->items[absent->item].last_enqueue,
                                  .b = CHECK_NO_OPERATION,
                                  .value = *queue->elements.values[absent->item]};
        if (absent->drain == CHECK_NO_OPERATION) {
            judging_unknown(&queue->judging, &line);
            continue;
        }
        while (suspects < queue->crashed_count &&
               at(queue, queue->crashed[suspects])->call <= absent->deadline) {
            suspects++;
        }
        bool drained = queue->crashed_drain != CHECK_NO_OPERATION &&
                       at(queue, queue->crashed_drain)->call <= absent->deadline;
        uint32_t free_suspects = suspects - excused;
        if (drained || absent->missing <= free_suspects) {
            line.word = "crashed_dequeue";
            line.b = drained ? queue->crashed_drain : queue->crashed[excused];
            excused += drained ? 0 : absent->missing;
            judging_unknown(&queue->judging, &line);
        } else {
            excused = suspects;
            tell_lost(queue, absent, suspects);
        }
    }
}

static void judge_key(struct queue *queue)
{
    for (uint32_t name = 0; name < queue->elements.count; name++) {
        const struct item *item = &queue->items[name];
        if (item->taken > 0) {
            judge_taken(queue, item, queue->elements.values[name]);
        }
        if (item->acknowledged > item->taken) {
            note_absent(queue, name);
        }
    }
    judge_absent(queue);
}

/* Elements that the operations may name. */
static uint64_t count_elements(const struct queue *queue, const uint32_t *operations,
                               uint32_t count)
{
    uint64_t elements = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct check_value *output = &at(queue, operations[i])->output;
        elements += output->kind == CHECK_LIST || output->kind == CHECK_SET ? output->count : 0;
    }
    return elements;
}

static int judge_operations(struct queue *queue, const uint32_t *operations, uint32_t count)
{
    struct check_budget *budget = &queue->judging.budget;
    uint64_t room = count_elements(queue, operations, count);
    queue->absent_count = queue->drain_count = queue->crashed_count = 0;
    queue->crashed_drain = CHECK_NO_OPERATION;
    if (room > UINT32_MAX / 4) {
        budget->why = "memory";
        return 0;
    }
    queue->items = check_budget_take(budget, room, sizeof *queue->items);
    queue->absent = check_budget_take(budget, room, sizeof *queue->absent);
    queue->drains = check_budget_take(budget, count, sizeof *queue->drains);
    queue->crashed = check_budget_take(budget, count, sizeof *queue->crashed);
    if (queue->items == NULL || queue->absent == NULL || queue->drains == NULL ||
        queue->crashed == NULL || !naming_open(&queue->elements, budget, (uint32_t)room)) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (take_operation(queue, operations[i]) != 0) {
            return -1;
        }
    }
    if (check_budget_spend(budget, room)) {
        judge_key(queue);
    }
    return 0;
}

static int judge_keys(struct queue *queue)
{
    struct check_budget *budget = &queue->judging.budget;
    struct keyed keyed;
    int status = 0;
    if (!keyed_open(&keyed, &queue->judging)) {
        return 0;
    }
    for (uint32_t k = 0; k < keyed.key_count && budget->why == NULL && status == 0; k++) {
        struct check_block *mark = check_budget_mark(budget);
        status = judge_operations(queue, &keyed.operations[keyed.first[k]],
                                  keyed.first[k + 1] - keyed.first[k]);
        check_budget_release(budget, mark);
    }
    return status;
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN[] = {"duplicates", NULL};
    static const char *const DUPLICATES[] = {"allowed", "forbidden", NULL};
    struct queue queue = {.once_broken = false};
    uint32_t forbidden;
    if (option_refuse_others(options, "total-queue", KNOWN, error) != 0 ||
        option_choice(options, "duplicates", DUPLICATES, &forbidden, error) != 0) {
        return -1;
    }
    queue.once_forbidden = forbidden == 1;
    judging_open(&queue.judging, history, limits, verdict, error);
    int status = judge_keys(&queue);
    if (queue.judging.budget.why == NULL) {
        verdict->answers[0].model = "exactly-once";
        verdict->answers[0].answer = queue.once_broken ? CHECK_INVALID : verdict->answer;
        verdict->answer_count = 1;
    }
    return judging_close(&queue.judging, "total-queue", status);
}

const struct check_model check_total_queue = {
    .name = "total-queue",
    .about = "a queue in any order: nothing is lost, nothing comes out that did not go in",
    .options = "duplicates=allowed|forbidden",
    .judge = judge_history,
};
