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

#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

struct deadlines {
    uint64_t due_offset, heap_offset, place_offset;
    uint32_t count; /* slots, fixed */
};

/* Reserves `count` slots in the plan of a block. */
void deadlines_plan(struct deadlines *deadlines, struct arena *arena, uint32_t count);

/* Makes every deadline never; call once the block exists. */
void deadlines_init(const struct deadlines *deadlines, void *base);

/* Sets or moves the deadline of a slot; DEADLINE_NEVER takes it away. */
void deadlines_set(const struct deadlines *deadlines, void *base, uint32_t slot, int64_t due_ns);

int64_t deadlines_get(const struct deadlines *deadlines, const void *base, uint32_t slot);

/* The next deadline and its slot, or DEADLINE_NEVER (then *slot means nothing). Changes no
 * deadline. */
int64_t deadlines_next(const struct deadlines *deadlines, void *base, uint32_t *slot);

/* The same for a block that may not be written; slow. */
int64_t deadlines_next_readonly(const struct deadlines *deadlines, const void *base);

#endif
