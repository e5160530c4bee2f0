/* table.h - a hash table of indices into somebody's array, whose size is known before.
 *
 * Open addressing with linear probing. It keeps 32 bits of each hash beside the index, so a stranger
 * is nearly always told apart without looking at what the index names. */
#ifndef CHECK_TABLE_H
#define CHECK_TABLE_H

#include "base/draw.h"
#include "check/budget.h"

#include <assert.h>

#define CHECK_TABLE_NONE UINT32_MAX

struct check_table {
    uint64_t *slots; /* hash (upper half) and index + 1; 0: free */
    uint32_t mask;
    uint32_t count, capacity;
};

/* Room for `capacity` entries. False: no memory left in the budget. */
bool check_table_open(struct check_table *table, struct check_budget *budget, uint32_t capacity);

/* The next entry of that hash. Start with *at = (uint32_t)hash; compare what the index names; go on
 * until NONE. */
static inline uint32_t check_table_next(const struct check_table *table, uint64_t hash,
                                        uint32_t *at)
{
    for (;;) {
        uint64_t slot = table->slots[*at & table->mask];
        if (slot == 0) {
            return CHECK_TABLE_NONE;
        }
        (*at)++;
        if (slot >> 32 == hash >> 32) {
            return (uint32_t)slot - 1;
        }
    }
}

static inline void check_table_put(struct check_table *table, uint64_t hash, uint32_t index)
{
    assert(table->count < table->capacity && index < CHECK_TABLE_NONE - 1);
    uint32_t at = (uint32_t)hash;
    while (table->slots[at & table->mask] != 0) {
        at++;
    }
    table->slots[at & table->mask] = (hash >> 32 << 32) | (index + 1);
    table->count++;
}

/* Hash and equality of values, quick for integers, which nearly all are. */
static inline uint64_t check_table_hash(const struct check_value *value, uint32_t salt)
{
    uint64_t own =
        value->kind == CHECK_INTEGER ? (uint64_t)value->integer : check_value_hash(value);
    return draw_mix(own + 0x9e3779b97f4a7c15u * ((uint64_t)salt + 1));
}
static inline bool check_table_same(const struct check_value *a, const struct check_value *b)
{
    if (a->kind == CHECK_INTEGER && b->kind == CHECK_INTEGER) {
        return a->integer == b->integer;
    }
    return a->kind == b->kind && check_value_equal(a, b);
}

#endif
