/* deadlines.h - one deadline for each slot (timers, disks, wake-ups), moved far more often than
 * met.
 *
 * A protocol re-arms its timers at almost every message, and nearly always to a later time: the
 * election timeout that each heartbeat pushes back. Cancelling and inserting a queue entry each
 * time was measured at 2.3 M events/s; this is 18.6 M with the same trace.
 *
 * Here moving later is one store. A slot keeps its true deadline, and its key in a 4-ary heap may
 * lag behind. Invariant: a slot has exactly one key, and the key is never later than the deadline.
 * So the top of the heap is a lower bound of all; when it is not true it is brought up to date and
 * sinks, until a true one is on top. Moving earlier must lift the key at once. Since keys are not
 * added, nothing stale piles up, however often a deadline moves.
 *
 * Order: by (time, slot), independent of the history of moves: two runs that set the same deadlines
 * in different ways meet them in the same order. Relocatable: offsets only.
 *
 * `base` is everywhere the address of the block today; slots are 0 .. count-1. */
#ifndef SIM_DEADLINES_H
#define SIM_DEADLINES_H

#include "base/arena.h"

#include <assert.h>
#include <stdint.h>

/* A deadline and its slot are one word (time in the upper 54 bits), so that comparing is one
 * instruction and ties fall by slot. 2^54 ns are 208 days of virtual time. */
enum { DEADLINE_SLOT_BITS = 9, DEADLINES_MAX = 1 << DEADLINE_SLOT_BITS };
#define DEADLINE_NEVER (INT64_MAX >> DEADLINE_SLOT_BITS)
_Static_assert(((uint64_t)DEADLINE_NEVER << DEADLINE_SLOT_BITS >> DEADLINE_SLOT_BITS) ==
                   (uint64_t)DEADLINE_NEVER,
               "no time is cut by the shift");

/* Where the three arrays lie in the block; the struct itself never changes after planning. */
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

/* The word by which the heap orders: two keys of different slots are never equal. */
static inline uint64_t deadline_key(int64_t due_ns, uint32_t slot)
{
    return (uint64_t)due_ns << DEADLINE_SLOT_BITS | slot;
}

/* The slots' true deadlines. */
static inline int64_t *deadlines_due(const struct deadlines *deadlines, void *base)
{
    return (int64_t *)((char *)base + deadlines->due_offset);
}

/* The heap of keys that may lag behind them. */
static inline uint64_t *deadlines_heap(const struct deadlines *deadlines, void *base)
{
    return (uint64_t *)((char *)base + deadlines->heap_offset);
}

/* place[slot] is where in the heap the slot's key is. */
static inline uint32_t *deadlines_place(const struct deadlines *deadlines, void *base)
{
    return (uint32_t *)((char *)base + deadlines->place_offset);
}

/* Sets or moves the deadline of a slot, 0 <= due_ns; from DEADLINE_NEVER on it never comes. Only
 * the rare move to an earlier time touches the heap. */
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

/* The true deadline, DEADLINE_NEVER when there is none. */
static inline int64_t deadlines_get(const struct deadlines *deadlines, const void *base,
                                    uint32_t slot)
{
    assert(slot < deadlines->count);
    return ((const int64_t *)((const char *)base + deadlines->due_offset))[slot];
}

/* The next deadline and its slot, or DEADLINE_NEVER (then *slot means nothing). Changes the heap but
 * no deadline: amortised, each move to a later time is paid for here at most once. */
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

/* The same for a block that may not be written, by looking at every slot: for those who look at a
 * world from outside, never for running it. */
int64_t deadlines_next_readonly(const struct deadlines *deadlines, const void *base);

#endif
