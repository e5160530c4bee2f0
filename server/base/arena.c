/* arena.c - planning one relocatable block. */
#include "base/arena.h"

#include <assert.h>

static const uint64_t ARENA_LIMIT = (uint64_t)1 << 40;

uint64_t arena_reserve(struct arena *arena, uint64_t count, uint64_t item_size, uint32_t alignment)
{
    assert(alignment >= 1);
    assert(alignment <= ARENA_ALIGNMENT);
    assert((alignment & (alignment - 1)) == 0);
    assert(item_size == 0 || count <= ARENA_LIMIT / item_size);
    uint64_t mask = alignment - 1;
    uint64_t offset = (arena->size + mask) & ~mask;
    arena->size = offset + count * item_size;
    assert(arena->size <= ARENA_LIMIT);
    return offset;
}
