/* lin_values.c - values as small numbers. */
#include "check/lin.h"

#include <assert.h>
#include <string.h>

enum { FIRST = 64 };

bool lin_grow(struct check_budget *budget, void **items, uint32_t count, uint32_t *capacity,
              size_t size)
{
    if (count < *capacity) {
        return true;
    }
    uint32_t wanted = *capacity == 0 ? FIRST : *capacity * 2;
    void *grown = wanted <= *capacity ? NULL : check_budget_take(budget, wanted, size);
    if (grown == NULL) {
        budget->why = "memory";
        return false;
    }
    if (count > 0) {
        memcpy(grown, *items, count * size);
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

bool lin_values_open(struct lin_values *values, struct check_budget *budget)
{
    *values = (struct lin_values){.budget = budget, .mask = 2 * FIRST - 1};
    values->slots = check_budget_take(budget, 2 * FIRST, sizeof *values->slots);
    return values->slots != NULL;
}

static uint32_t *slot_of(const struct lin_values *values, const struct check_value *value)
{
    uint32_t at = (uint32_t)check_value_hash(value) & values->mask;
    while (values->slots[at] != 0 &&
           !check_value_equal(&values->values[values->slots[at] - 1], value)) {
        at = (at + 1) & values->mask;
    }
    return &values->slots[at];
}

static bool grow_slots(struct lin_values *values)
{
    uint32_t slots = 2 * (values->mask + 1);
    uint32_t *grown =
        slots == 0 ? NULL : check_budget_take(values->budget, slots, sizeof *values->slots);
    if (grown == NULL) {
        return false;
    }
    values->slots = grown;
    values->mask = slots - 1;
    for (uint32_t i = 0; i < values->count; i++) {
        *slot_of(values, &values->values[i]) = i + 1;
    }
    return true;
}

uint32_t lin_value_id(struct lin_values *values, const struct check_value *value)
{
    assert(value != NULL);
    uint32_t *slot = slot_of(values, value);
    if (*slot != 0) {
        return *slot - 1;
    }
    void *items = values->values;
    if (!lin_grow(values->budget, &items, values->count, &values->capacity,
                  sizeof *values->values)) {
        return LIN_NONE;
    }
    values->values = items;
    values->values[values->count++] = *value;
    *slot = values->count;
    uint32_t id = values->count - 1;
    if (values->count > values->mask / 2 && !grow_slots(values)) {
        return LIN_NONE;
    }
    return id;
}

void lin_values_restore(struct lin_values *values, const struct lin_values *before)
{
    assert(values->count >= before->count);
    if (values->count == before->count) {
        *values = *before;
        return;
    }
    *values = *before;
    memset(values->slots, 0, ((size_t)values->mask + 1) * sizeof *values->slots);
    for (uint32_t i = 0; i < values->count; i++) {
        *slot_of(values, &values->values[i]) = i + 1;
    }
}

uint32_t lin_value_append(struct lin_values *values, uint32_t first, uint32_t second)
{
    assert(first < values->count && second < values->count);
    const struct check_value *a = &values->values[first], *b = &values->values[second];
    uint32_t length_a = a->kind == CHECK_TEXT ? a->count : 0,
             length_b = b->kind == CHECK_TEXT ? b->count : 0;
    char *text = length_a > UINT32_MAX - 1 - length_b
                     ? NULL
                     : check_budget_take(values->budget, (size_t)length_a + length_b + 1, 1);
    if (text == NULL) {
        values->budget->why = "memory";
        return LIN_NONE;
    }
    if (length_a > 0) {
        memcpy(text, a->text, length_a);
    }
    if (length_b > 0) {
        memcpy(text + length_a, b->text, length_b);
    }
    struct check_value joined = {.kind = CHECK_TEXT, .count = length_a + length_b, .text = text};
    return lin_value_id(values, &joined);
}
