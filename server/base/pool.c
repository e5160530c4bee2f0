/* pool.c - items of one size inside a relocatable block. */
#include "base/pool.h"

#include <assert.h>
#include <string.h>

struct pool pool_plan(struct arena *arena, uint32_t capacity, uint32_t item_size)
{
    assert(item_size > 0);
    assert(capacity < POOL_NONE);
    uint32_t rounded = (item_size + 7u) & ~7u;
    return (struct pool){
        .offset = arena_reserve(arena, capacity, rounded, ARENA_ALIGNMENT),
        .item_size = rounded,
        .capacity = capacity,
        .free = POOL_NONE,
    };
}

uint32_t pool_take(struct pool *pool, void *base)
{
    uint32_t index = pool->free;
    if (index != POOL_NONE) {
        memcpy(&pool->free, pool_at(pool, base, index), sizeof pool->free);
    } else if (pool->fresh < pool->capacity) {
        index = pool->fresh;
        pool->fresh++;
    } else {
        return POOL_NONE;
    }
    pool->used++;
    assert(pool->used <= pool->fresh);
    pool->used_max = pool->used > pool->used_max ? pool->used : pool->used_max;
    return index;
}

void pool_give(struct pool *pool, void *base, uint32_t index)
{
    assert(index < pool->fresh);
    assert(pool->used > 0);
    assert(index != pool->free); /* the same item twice in a row */
    memcpy(pool_at(pool, base, index), &pool->free, sizeof pool->free);
    pool->free = index;
    pool->used--;
}
