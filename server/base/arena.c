/* arena.c - planning one relocatable block.
 *
 * Planning is adding up: the same plan run twice gives the same offsets, so a caller may run it once
 * for the size and again to keep the offsets. */
#include "base/arena.h"

#include <assert.h>

/* A terabyte: no plan comes near it, and products below it cannot overflow. */
static const uint64_t ARENA_LIMIT = (uint64_t)1 << 40;

uint64_t arena_reserve(struct arena *arena, uint64_t count, uint64_t item_size, uint32_t alignment)
{
    assert(alignment >= 1);
    assert(alignment <= ARENA_ALIGNMENT);
    assert((alignment & (alignment - 1)) == 0);
    assert(item_size == 0 || count <= ARENA_LIMIT / item_size);
    uint64_t mask = alignment - 1; /* rounding up to a power of two */
    uint64_t offset = (arena->size + mask) & ~mask;
    arena->size = offset + count * item_size;
    assert(offset % alignment == 0);
    assert(arena->size <= ARENA_LIMIT);
    return offset;
}
