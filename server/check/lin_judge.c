/* lin_judge.c - what the models of linearizability share. */
#include "check/lin_judge.h"

#include "base/draw.h"

#include <assert.h>

enum { FIRST = 64 };

bool lin_builder_open(struct lin_builder *builder, const struct check_history *history,
                      struct check_budget *budget)
{
    *builder = (struct lin_builder){.history = history, .budget = budget, .mask = 2 * FIRST - 1};
    builder->slots = check_budget_take(budget, 2 * FIRST, sizeof *builder->slots);
    return builder->slots != NULL && lin_values_open(&builder->values, budget);
}

static uint32_t *slot_of(const struct lin_builder *builder, const struct lin_class *class)
{
    uint64_t hash = draw_mix((uint64_t) class->before << 32 | class->after);
    hash = draw_mix(hash ^ ((uint64_t) class->object << 3 | class->kind));
    uint32_t at = (uint32_t)hash & builder->mask;
    for (; builder->slots[at] != 0; at = (at + 1) & builder->mask) {
        const struct lin_class *there = &builder->classes[builder->slots[at] - 1];
        if (there->kind == class->kind && there->object == class->object &&
            there->before == class->before && there->after == class->after) {
            break;
        }
    }
    return &builder->slots[at];
}

static bool grow_slots(struct lin_builder *builder)
{
    uint32_t slots = 2 * (builder->mask + 1);
    uint32_t *grown = slots == 0 ? NULL : check_budget_take(builder->budget, slots, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    builder->slots = grown;
    builder->mask = slots - 1;
    for (uint32_t i = 0; i < builder->class_count; i++) {
        *slot_of(builder, &builder->classes[i]) = i + 1;
    }
    return true;
}

static uint32_t class_number(struct lin_builder *builder, const struct lin_class *class)
{
    uint32_t *slot = slot_of(builder, class);
    if (*slot != 0) {
        return *slot - 1;
    }
    void *classes = builder->classes;
    if (!lin_grow(builder->budget, &classes, builder->class_count, &builder->class_capacity,
                  sizeof *builder->classes)) {
        return LIN_NONE;
    }
    builder->classes = classes;
    builder->classes[builder->class_count++] = *class;
    *slot = builder->class_count;
    uint32_t number = builder->class_count - 1;
    return builder->class_count > builder->mask / 2 && !grow_slots(builder) ? LIN_NONE : number;
}

bool lin_builder_add(struct lin_builder *builder, uint32_t source, const struct lin_class *class)
{
    const struct check_operation *operation = &builder->history->operations[source];
    void *operations = builder->operations;
    assert(operation->outcome != CHECK_FAIL);
    uint32_t number = class_number(builder, class);
    if (number == LIN_NONE ||
        !lin_grow(builder->budget, &operations, builder->operation_count,
                  &builder->operation_capacity, sizeof *builder->operations)) {
        return false;
    }
    builder->operations = operations;
    builder->operations[builder->operation_count++] =
        (struct lin_operation){.class = number,
                               .call = operation->call,
                               .end = operation->end,
                               .process = operation->process,
                               .source = source,
                               .optional = operation->outcome == CHECK_INFO};
    return true;
}

void lin_judge(const struct lin_problem *problem, struct check_budget *budget,
               const struct check_history *history, struct check_verdict *verdict)
{
    uint32_t stuck = LIN_NONE;
    enum check_answer answer = lin_search(problem, budget, &stuck);
    check_verdict_worsen(verdict, answer, answer == CHECK_UNKNOWN ? budget->why : NULL);
    if (answer == CHECK_INVALID) {
        lin_explain(problem, budget, stuck, history, verdict);
    }
}

int lin_refuse(const struct check_operation *operation, struct error *error, const char *what)
{
    return error_set(error, "line %u: \"%.40s\" %s", operation->call_line, operation->function,
                     what);
}

void lin_conclude(struct check_verdict *verdict, const char *model)
{
    assert(verdict->answer_count == 0);
    verdict->answers[0].model = model;
    verdict->answers[0].answer = verdict->answer;
    verdict->answer_count = 1;
    verdict->weakest = verdict->answer == CHECK_INVALID ? model : NULL;
}

void lin_finish(struct check_budget *budget, struct check_verdict *verdict)
{
    verdict->steps = budget->steps;
    verdict->bytes_peak = budget->bytes_peak;
    check_budget_close(budget);
}
