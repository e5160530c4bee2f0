/* budget.c - what a checker may use (budget.h). */
#include "check/budget.h"

#include <assert.h>
#include <stdlib.h>

enum { STEPS_BETWEEN_QUESTIONS = 1 << 16 };
static const size_t BYTES_MAX_BY_DEFAULT = (size_t)1 << 30;

struct check_block {
    struct check_block *older;
    size_t bytes; /* behind this head */
};
_Static_assert(sizeof(struct check_block) % 16 == 0, "what stands behind it is aligned");

void check_budget_open(struct check_budget *budget, const struct check_limits *limits)
{
    *budget = (struct check_budget){.limits = limits,
                                    .steps_to_ask = STEPS_BETWEEN_QUESTIONS,
                                    .bytes_max = BYTES_MAX_BY_DEFAULT};
    if (limits != NULL && limits->bytes_max > 0) {
        budget->bytes_max = limits->bytes_max;
    }
}

void check_budget_close(struct check_budget *budget)
{
    check_budget_release(budget, NULL);
    assert(budget->bytes == 0);
}

bool check_budget_spend(struct check_budget *budget, uint64_t steps)
{
    const struct check_limits *limits = budget->limits;
    budget->steps += steps;
    if (budget->why != NULL || limits == NULL) {
        return budget->why == NULL;
    }
    if (limits->steps_max > 0 && budget->steps > limits->steps_max) {
        budget->why = "steps";
    } else if (limits->stop != NULL && budget->steps >= budget->steps_to_ask) {
        budget->steps_to_ask = budget->steps + STEPS_BETWEEN_QUESTIONS;
        if (limits->stop(limits->context)) {
            budget->why = "time";
        }
    }
    return budget->why == NULL;
}

void *check_budget_take(struct check_budget *budget, size_t count, size_t size)
{
    assert(size > 0);
    size_t left = budget->bytes_max - budget->bytes;
    if (budget->why != NULL || left <= sizeof(struct check_block) ||
        count > (left - sizeof(struct check_block)) / size) {
        budget->why = budget->why != NULL ? budget->why : "memory";
        return NULL;
    }
    size_t bytes = sizeof(struct check_block) + count * size;
    struct check_block *block = calloc(1, bytes);
    if (block == NULL) {
        budget->why = "memory";
        return NULL;
    }
    *block = (struct check_block){.older = budget->newest, .bytes = bytes};
    budget->newest = block;
    budget->bytes += bytes;
    budget->bytes_peak = budget->bytes > budget->bytes_peak ? budget->bytes : budget->bytes_peak;
    return block + 1;
}

struct check_block *check_budget_mark(const struct check_budget *budget)
{
    return budget->newest;
}

void check_budget_release(struct check_budget *budget, struct check_block *mark)
{
    while (budget->newest != mark) {
        struct check_block *block = budget->newest;
        assert(block != NULL && budget->bytes >= block->bytes);
        budget->newest = block->older;
        budget->bytes -= block->bytes;
        free(block);
    }
}
