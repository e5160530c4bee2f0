/* lin_judge.h - what the models of linearizability share: building a problem, telling why. */
#ifndef CHECK_LIN_JUDGE_H
#define CHECK_LIN_JUDGE_H

#include "check/judging.h"
#include "check/lin.h"

/* A problem in the making: operations of one object or of several. */
struct lin_builder {
    const struct check_history *history;
    struct check_budget *budget;
    struct lin_values values;
    struct lin_class *classes;
    struct lin_operation *operations;
    uint32_t class_count, class_capacity, operation_count, operation_capacity;
    uint32_t *slots, mask; /* class + 1; 0: free */
    uint32_t object_count; /* of register_together */
};

/* False: no memory left. */
bool lin_builder_open(struct lin_builder *builder, const struct check_history *history,
                      struct check_budget *budget);
/* An operation of the history with what it does. */
bool lin_builder_add(struct lin_builder *builder, uint32_t source, const struct lin_class *class);

/* Decides it, and tells the verdict what came of it. INVALID: in the shortest part of the history that
 * proves it, as few operations as it takes, with their order (lin_explain.c). */
void lin_judge(const struct lin_problem *problem, struct check_budget *budget,
               const struct check_history *history, struct check_verdict *verdict);
void lin_explain(const struct lin_problem *problem, struct check_budget *budget, uint32_t stuck,
                 const struct check_history *history, struct check_verdict *verdict);

/* "line 7: ..."; returns -1. */
int lin_refuse(const struct check_operation *operation, struct error *error, const char *what);

/* The answer about the model that was asked about is known: puts it among the answers. */
void lin_conclude(struct check_verdict *verdict, const char *model);
/* Puts what it took into the verdict, and closes the budget. */
void lin_finish(struct check_budget *budget, struct check_verdict *verdict);

#endif
