/* pool.c - items of one size inside a relocatable block.
 *
 * Two sources: the free list, last given first taken, and behind it `fresh`, from where no item was
 * ever taken. So planning a pool touches none of its memory, and a copy of the block need only copy
 * up to `fresh`. */
#include "base/pool.h"

#include <assert.h>
#include <string.h>

struct pool pool_plan(struct arena *arena, uint32_t capacity, uint32_t item_size)
{
    assert(item_size > 0);
    uint32_t stride = (item_size + POOL_UNIT - 1) / POOL_UNIT;
    uint64_t offset = arena_reserve(arena, capacity, (uint64_t)stride * POOL_UNIT, ARENA_ALIGNMENT);
    assert(arena->size / POOL_UNIT < POOL_NONE);
    uint32_t first = (uint32_t)(offset / POOL_UNIT);
    return (struct pool){
        .first = first, .stride = stride, .capacity = capacity, .free = POOL_NONE, .fresh = first};
}

uint32_t pool_take(struct pool *pool, void *base)
{
    uint32_t place = pool->free;
    if (place != POOL_NONE) {
        memcpy(&pool->free, pool_at(base, place), sizeof pool->free);
    } else if (pool->used < pool->capacity) { /* none is free, so those used are all before it */
        place = pool->fresh;
        pool->fresh += pool->stride;
    } else {
        return POOL_NONE;
    }
    pool->used++;
    pool->used_max = pool->used > pool->used_max ? pool->used : pool->used_max;
    return place;
}

void pool_give(struct pool *pool, void *base, uint32_t place)
{
    assert(place >= pool->first);
    assert(place < pool->fresh);
    assert(pool->used > 0);
    assert(pool->used <= pool->capacity);
    assert(place != pool->free); /* the same item twice in a row */
    memcpy(pool_at(base, place), &pool->free, sizeof pool->free);
    pool->free = place;
    pool->used--;
}
