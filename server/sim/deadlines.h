/* deadlines.h - one deadline for each slot (timers, disks, wake-ups), moved far more often than
 * met.
 *
 * A protocol re-arms its timers at almost every message. Here that is one store: a slot keeps its
 * true deadline, and its key in a 4-ary heap may lag behind as long as it is not later; only when a
 * key reaches the top is it brought up to date. There is exactly one key a slot, so nothing stale
 * piles up, however often a deadline moves.
 *
 * Order: by (time, slot), independent of the history of moves. Relocatable: offsets only. */
#ifndef SIM_DEADLINES_H
#define SIM_DEADLINES_H

#include "base/arena.h"

#include <assert.h>
#include <stdint.h>

/* A deadline and its slot are one word (time in the upper 54 bits), so that comparing is one
 * instruction and ties fall by slot. 2^54 ns are 208 days of virtual time. */
enum { DEADLINE_SLOT_BITS = 9, DEADLINES_MAX = 1 << DEADLINE_SLOT_BITS };
#define DEADLINE_NEVER (INT64_MAX >> DEADLINE_SLOT_BITS)

struct deadlines {
    uint64_t due_offset, heap_offset, place_offset;
    uint32_t count; /* slots, fixed */
};

/* Reserves `count` slots, at most DEADLINES_MAX, in the plan of a block. */
void deadlines_plan(struct deadlines *deadlines, struct arena *arena, uint32_t count);

/* Makes every deadline never; call once the block exists. */
void deadlines_init(const struct deadlines *deadlines, void *base);

/* Moves the key of a slot whose deadline has become earlier; for deadlines_set(). */
void deadlines_advance_key(const struct deadlines *deadlines, void *base, uint64_t key);

/* Brings keys at the top up to date until the first one is true; for deadlines_next(). */
void deadlines_settle(const struct deadlines *deadlines, void *base);

static inline uint64_t deadline_key(int64_t due_ns, uint32_t slot)
{
    return (uint64_t)due_ns << DEADLINE_SLOT_BITS | slot;
}

/* The slots' true deadlines, and the heap of keys that may lag behind them. */
static inline int64_t *deadlines_due(const struct deadlines *deadlines, void *base)
{
    return (int64_t *)((char *)base + deadlines->due_offset);
}

static inline uint64_t *deadlines_heap(const struct deadlines *deadlines, void *base)
{
    return (uint64_t *)((char *)base + deadlines->heap_offset);
}

/* place[slot] is where in the heap the slot's key is. */
static inline uint32_t *deadlines_place(const struct deadlines *deadlines, void *base)
{
    return (uint32_t *)((char *)base + deadlines->place_offset);
}

/* Sets or moves the deadline of a slot, 0 <= due_ns; from DEADLINE_NEVER on it never comes. */
static inline void deadlines_set(const struct deadlines *deadlines, void *base, uint32_t slot,
                                 int64_t due_ns)
{
    assert(slot < deadlines->count);
    assert(due_ns >= 0);
    due_ns = due_ns < DEADLINE_NEVER ? due_ns : DEADLINE_NEVER;
    deadlines_due(deadlines, base)[slot] = due_ns;
    uint64_t key = deadline_key(due_ns, slot);
    if (key < deadlines_heap(deadlines, base)[deadlines_place(deadlines, base)[slot]]) {
        deadlines_advance_key(deadlines, base, key);
    }
}

static inline int64_t deadlines_get(const struct deadlines *deadlines, const void *base,
                                    uint32_t slot)
{
    assert(slot < deadlines->count);
    return ((const int64_t *)((const char *)base + deadlines->due_offset))[slot];
}

/* The next deadline and its slot, or DEADLINE_NEVER (then *slot means nothing). */
static inline int64_t deadlines_next(const struct deadlines *deadlines, void *base, uint32_t *slot)
{
    uint64_t top = deadlines_heap(deadlines, base)[0];
    uint32_t first = (uint32_t)top % DEADLINES_MAX;
    if (top != deadline_key(deadlines_due(deadlines, base)[first], first)) {
        deadlines_settle(deadlines, base);
        top = deadlines_heap(deadlines, base)[0];
    }
    *slot = (uint32_t)top % DEADLINES_MAX;
    return (int64_t)(top >> DEADLINE_SLOT_BITS);
}

/* The same for a block that may not be written; slow. */
int64_t deadlines_next_readonly(const struct deadlines *deadlines, const void *base);

#endif
