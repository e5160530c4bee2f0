/* lin_states.c - states of several words as numbers, and what each class makes of each, remembered. */
#include "check/lin.h"

#include "base/draw.h"

#include <assert.h>
#include <string.h>

enum { FIRST = 128 };

struct lin_move {
    uint32_t state, class; /* class + 1; 0: free */
    uint32_t after;        /* LIN_NONE: not legal */
};

static uint64_t words_hash(const uint32_t *words, uint32_t count)
{
    uint64_t hash = draw_mix(count);
    for (uint32_t i = 0; i < count; i++) {
        hash = draw_mix(hash ^ words[i]);
    }
    return hash;
}

static uint32_t *state_slot(const struct lin_states *states, const uint32_t *words, uint32_t count)
{
    uint32_t at = (uint32_t)words_hash(words, count) & states->mask;
    while (states->slots[at] != 0) {
        const uint32_t *there = states->words[states->slots[at] - 1];
        if (there[0] == count && memcmp(there + 1, words, count * sizeof *words) == 0) {
            break;
        }
        at = (at + 1) & states->mask;
    }
    return &states->slots[at];
}

static bool grow_slots(struct lin_states *states)
{
    uint32_t slots = 2 * (states->mask + 1);
    uint32_t *grown =
        slots == 0 ? NULL : check_budget_take(states->budget, slots, sizeof *states->slots);
    if (grown == NULL) {
        return false;
    }
    states->slots = grown;
    states->mask = slots - 1;
    for (uint32_t i = 0; i < states->count; i++) {
        *state_slot(states, states->words[i] + 1, states->words[i][0]) = i + 1;
    }
    return true;
}

/* The number of the state with these words; LIN_NONE: no memory left. */
static uint32_t state_of(struct lin_states *states, const uint32_t *words, uint32_t count)
{
    uint32_t *slot = state_slot(states, words, count);
    if (*slot != 0) {
        return *slot - 1;
    }
    void *items = states->words;
    uint32_t *kept = check_budget_take(states->budget, (size_t)count + 1, sizeof *kept);
    if (kept == NULL || !lin_grow(states->budget, &items, states->count, &states->capacity,
                                  sizeof *states->words)) {
        return LIN_NONE;
    }
    states->words = items;
    kept[0] = count;
    if (count > 0) {
        memcpy(kept + 1, words, count * sizeof *words);
    }
    uint32_t state = states->count++;
    states->words[state] = kept;
    *slot = state + 1;
    if (states->count > states->mask / 2 && !grow_slots(states)) {
        return LIN_NONE;
    }
    return state;
}

bool lin_states_open(struct lin_states *states, const struct lin_problem *problem,
                     struct check_budget *budget, uint32_t *first)
{
    *states = (struct lin_states){
        .problem = problem, .budget = budget, .mask = FIRST - 1, .move_mask = FIRST - 1};
    states->slots = check_budget_take(budget, FIRST, sizeof *states->slots);
    states->moves = check_budget_take(budget, FIRST, sizeof *states->moves);
    states->after = check_budget_take(budget, problem->words_max, sizeof *states->after);
    if (states->slots == NULL || states->moves == NULL || states->after == NULL) {
        return false;
    }
    *first =
        problem->scalar ? problem->init[0] : state_of(states, problem->init, problem->init_count);
    return *first != LIN_NONE;
}

/* One object of several words. LIN_NONE: not legal, or no memory left. */
static uint32_t step_object(struct lin_states *states, const struct lin_class *class,
                            const uint32_t *words, uint32_t count)
{
    assert(class->object < count);
    uint32_t word = words[class->object];
    if (class->kind == LIN_SIMPLE && class->before != LIN_ANY && class->before != word) {
        return LIN_NONE;
    }
    memcpy(states->after, words, count * sizeof *words);
    if (class->kind == LIN_APPEND) {
        word = lin_value_append(states->problem->values, word, class->after);
        if (word == LIN_NONE) {
            return LIN_NONE;
        }
    } else if (class->after != LIN_SAME) {
        word = class->after;
    }
    states->after[class->object] = word;
    return state_of(states, states->after, count);
}

static uint32_t step(struct lin_states *states, uint32_t state, uint32_t number)
{
    const struct lin_problem *problem = states->problem;
    const struct lin_class *class = &problem->classes[number];
    uint32_t count;
    if (problem->scalar) { /* only APPEND comes here */
        return lin_value_append(problem->values, state, class->after);
    }
    const uint32_t *words = states->words[state];
    if (class->kind != LIN_GENERAL) {
        return step_object(states, class, words + 1, words[0]);
    }
    if (!problem->apply(problem, class, words + 1, words[0], states->after, &count)) {
        return LIN_NONE;
    }
    assert(count <= problem->words_max);
    return state_of(states, states->after, count);
}

static struct lin_move *move_slot(const struct lin_states *states, uint32_t state, uint32_t class)
{
    uint32_t at = (uint32_t)draw_mix((uint64_t)state << 32 | class) & states->move_mask;
    while (states->moves[at].class != 0 &&
           (states->moves[at].state != state || states->moves[at].class != class + 1)) {
        at = (at + 1) & states->move_mask;
    }
    return &states->moves[at];
}

static bool grow_moves(struct lin_states *states)
{
    uint32_t old_slots = states->move_mask + 1;
    struct lin_move *old = states->moves;
    struct lin_move *grown =
        2 * old_slots == 0
            ? NULL
            : check_budget_take(states->budget, 2 * (size_t)old_slots, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    states->moves = grown;
    states->move_mask = 2 * old_slots - 1;
    for (uint32_t i = 0; i < old_slots; i++) {
        if (old[i].class != 0) {
            *move_slot(states, old[i].state, old[i].class - 1) = old[i];
        }
    }
    return true;
}

bool lin_states_step(struct lin_states *states, uint32_t state, uint32_t class, uint32_t *after)
{
    const struct lin_move *known = move_slot(states, state, class);
    if (known->class == 0) {
        uint32_t made = step(states, state, class);
        if (states->budget->why != NULL ||
            (states->move_count > states->move_mask / 2 && !grow_moves(states))) {
            return false;
        }
        struct lin_move *slot = move_slot(states, state, class);
        *slot = (struct lin_move){.state = state, .class = class + 1, .after = made};
        states->move_count++;
        known = slot;
    }
    *after = known->after;
    return known->after != LIN_NONE;
}
