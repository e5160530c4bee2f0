/* pool.h - items of one size inside a relocatable block, named by where they lie, with a free list.
 *
 * An item's name is its place: the distance from the block's start in units of eight bytes, so that
 * finding it is one addition and a block may have 32 GB. The struct and the items lie in the same
 * block and hold no pointer; `base` below is the block's address today. A free item's first four
 * bytes link to the next one, everything else in it is left alone. Taking the most recently freed
 * item first keeps the working set small, and is the same order in every run. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/arena.h"

#include <stdint.h>

#define POOL_NONE UINT32_MAX
enum { POOL_UNIT = 8 }; /* bytes */

struct pool {
    uint32_t first;    /* place of the first item */
    uint32_t stride;   /* from one item to the next */
    uint32_t capacity; /* items */
    uint32_t free;     /* head of the free list or POOL_NONE */
    uint32_t fresh;    /* items never taken so far begin at this place */
    uint32_t used;
    uint32_t used_max; /* how full it ever was: what a limit is judged by */
};

/* Reserves the items in a plan. item_size > 0 is rounded up to whole units. */
struct pool pool_plan(struct arena *arena, uint32_t capacity, uint32_t item_size);

/* The place of an item with undefined content, or POOL_NONE when all are taken: the caller
 * refuses with a reason. */
uint32_t pool_take(struct pool *pool, void *base);

/* Gives back an item that was taken and not given back yet. */
void pool_give(struct pool *pool, void *base, uint32_t place);

static inline void *pool_at(void *base, uint32_t place)
{
    return (char *)base + (uint64_t)place * POOL_UNIT;
}

static inline const void *pool_at_const(const void *base, uint32_t place)
{
    return (const char *)base + (uint64_t)place * POOL_UNIT;
}

#endif
