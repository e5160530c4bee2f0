/* arena.h - planning one relocatable block: reserve parts, then allocate once.
 *
 * A world lives in one block of memory and refers to its parts by offsets, so that a plain copy of
 * the bytes is a copy of the world. The plan only adds sizes up; the caller allocates `size` bytes
 * aligned to ARENA_ALIGNMENT. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdint.h>

enum { ARENA_ALIGNMENT = 64 }; /* a cache line; the largest alignment that a part may ask for */

/* Starts as all zero. */
struct arena {
    uint64_t size; /* bytes reserved so far */
};

/* Reserves count x item_size bytes and returns their offset, a multiple of `alignment` (a power of
 * two up to ARENA_ALIGNMENT). Sizes come from validated settings: a total past 2^40 is a bug and
 * asserted. */
uint64_t arena_reserve(struct arena *arena, uint64_t count, uint64_t item_size, uint32_t alignment);

#endif
