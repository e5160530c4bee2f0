/* lin.h - is there an order of operations that real time allows and one object could have answered in?
 *
 * Linearizability (Herlihy and Wing, TOPLAS 1990), decided by just-in-time linearization (Lowe, "Testing
 * for linearizability", 2017): operations are put into the order only when one of them must return.
 * A configuration is the state, the set of open operations that are in the order already, and how
 * many crashed ones of each kind are. The search goes deep first over configurations, each visited
 * once, and is cut where another configuration allows everything that this one does:
 *
 * - A read that is legal now is put into the order now: later would allow nothing more.
 * - A write whose place does not matter (it is legal anywhere and what it leaves does not depend on
 *   what was) may stand unseen just before the next such write. So an open one is only marked as
 *   hidden when another one takes effect, and no order of writes that nobody sees is tried.
 * - Where only one operation leaves a value, all who need it must have come before another one takes its
 *   place; and that operation cannot stand unseen. Where nobody needs it, it need not be seen.
 * - Crashed operations with the same effect are one kind with a count; the fewer are used, the better.
 * - Where every operation is about one object, those of other objects wait for their own returns.
 *
 * The models (lin_*.c) say what operations do; this knows only states. */
#ifndef CHECK_LIN_H
#define CHECK_LIN_H

#include "check/budget.h"

#define LIN_ANY  UINT32_MAX       /* `before`: legal in any state */
#define LIN_SAME (UINT32_MAX - 1) /* `after`: the state stays as it is */
#define LIN_NONE UINT32_MAX       /* no such thing, or no memory left */

enum lin_kind {
    LIN_SIMPLE,  /* the object must hold `before` and then holds `after` */
    LIN_APPEND,  /* text `after` is added to the text that the object holds */
    LIN_GENERAL, /* the model's function says it; may be about all objects */
};

/* What an operation does. Operations of one class are interchangeable. */
struct lin_class {
    uint8_t kind;           /* enum lin_kind */
    bool read;              /* changes no state in which it is legal */
    uint32_t object;        /* word of the state; 0 when there is one */
    uint32_t before, after; /* values by lin_value_id; GENERAL: the model's own */
};

struct lin_operation {
    uint32_t class;
    uint32_t call, end; /* as in the history */
    uint32_t process;
    uint32_t source; /* its number in the history */
    bool optional;   /* crashed: may be in the order, at any time from its call on, or not at all */
};

struct lin_problem;
/* In `words` of the state, is the class legal, and what are the words then? At most words_max. */
typedef bool lin_apply(const struct lin_problem *problem, const struct lin_class *class,
                       const uint32_t *words, uint32_t count, uint32_t *after,
                       uint32_t *after_count);

struct lin_problem {
    const struct lin_class *classes;
    const struct lin_operation *operations; /* in order of call */
    uint32_t class_count, operation_count;
    bool scalar; /* the state is one value, of init[0]; no class is GENERAL */
    const uint32_t *init;
    const uint32_t *inits; /* scalar: what else it may hold at first; or NULL */
    uint32_t init_count, inits_count, words_max;
    lin_apply *apply; /* or NULL: no class is GENERAL */
    const void *context;
    const void *hints; /* of the model: what all of the history shows to be hopeless; or NULL */
    struct lin_values *values; /* APPEND makes new ones */
};

/* VALID, INVALID, or UNKNOWN when the budget says why. INVALID: *stuck is the operation at whose
 * return no order was left; what was called before that return is the shortest part of the history
 * that proves it. */
enum check_answer lin_search(const struct lin_problem *problem, struct check_budget *budget,
                             uint32_t *stuck);

/* ---- Values as numbers (lin_values.c) ---- */

struct lin_values {
    struct check_budget *budget;
    struct check_value *values;
    uint32_t *slots; /* number + 1; 0: free */
    uint32_t count, capacity, mask;
};
/* False: no memory left. */
bool lin_values_open(struct lin_values *values, struct check_budget *budget);
/* Equal values have equal numbers, 0, 1, 2 ... in order of first use. LIN_NONE: no memory left. */
uint32_t lin_value_id(struct lin_values *values, const struct check_value *value);
/* As it was when `before` was copied: what came since is forgotten. */
void lin_values_restore(struct lin_values *values, const struct lin_values *before);
/* The text of two one after the other; what is no text counts as empty. */
uint32_t lin_value_append(struct lin_values *values, uint32_t first, uint32_t second);

/* Twice the room for `count` items of `size` bytes, when there is none left; old room stays taken until
 * the budget releases it. False: no memory left. */
bool lin_grow(struct check_budget *budget, void **items, uint32_t count, uint32_t *capacity,
              size_t size);

/* ---- States of several words (lin_states.c) ---- */

struct lin_states {
    const struct lin_problem *problem;
    struct check_budget *budget;
    uint32_t **words; /* by state: a count, then the words */
    uint32_t count, capacity;
    uint32_t *slots, mask;  /* state + 1; 0: free */
    struct lin_move *moves; /* what classes made of states, remembered */
    uint32_t move_count, move_mask;
    uint32_t *after; /* room for words_max */
};
bool lin_states_open(struct lin_states *states, const struct lin_problem *problem,
                     struct check_budget *budget, uint32_t *first);
/* The state after a class; false: it is not legal, or there is no memory left (budget->why). */
bool lin_states_step(struct lin_states *states, uint32_t state, uint32_t class, uint32_t *after);

static inline bool lin_is_blind(const struct lin_class *class)
{
    return class->kind == LIN_SIMPLE && class->before == LIN_ANY && class->after != LIN_SAME;
}

#endif
