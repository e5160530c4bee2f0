/* pool.h - items of one size inside a relocatable block, named by 32-bit indices, with a free list.
 *
 * The struct and the items lie in the same block and hold no pointer; `base` below is the block's
 * address today. A free item's first four bytes link to the next one, everything else in it is left
 * alone. Taking the most recently freed item first keeps the working set small, and is the same
 * order in every run. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/arena.h"

#include <stdint.h>

#define POOL_NONE UINT32_MAX

struct pool {
    uint64_t offset;    /* of the first item, from base */
    uint32_t item_size; /* bytes, a multiple of 8 */
    uint32_t capacity;  /* items */
    uint32_t free;      /* head of the free list or POOL_NONE */
    uint32_t fresh;     /* items never taken so far begin here */
    uint32_t used;
    uint32_t used_max; /* how full it ever was: what a limit is judged by */
};

/* Reserves the items in a plan. item_size > 0 is rounded up to a multiple of 8. */
struct pool pool_plan(struct arena *arena, uint32_t capacity, uint32_t item_size);

/* The index of an item with undefined content, or POOL_NONE when all are taken: the caller refuses
 * with a reason. */
uint32_t pool_take(struct pool *pool, void *base);

/* Gives back an item that was taken and not given back yet. */
void pool_give(struct pool *pool, void *base, uint32_t index);

static inline void *pool_at(const struct pool *pool, void *base, uint32_t index)
{
    return (char *)base + pool->offset + (uint64_t)index * pool->item_size;
}

static inline const void *pool_at_const(const struct pool *pool, const void *base, uint32_t index)
{
    return (const char *)base + pool->offset + (uint64_t)index * pool->item_size;
}

#endif
