/* deadlines.c - a 4-ary heap of lagging keys over one deadline a slot. */
#include "sim/deadlines.h"

#include <assert.h>
#include <stdbool.h>

enum { DEADLINES_CHILDREN = 4 };

/* 16 bytes: the four children of a place share a cache line. */
struct deadline_key {
    int64_t time_ns; /* never later than the slot's deadline */
    uint32_t slot;
    uint32_t pad;
};

static inline int64_t *deadlines_due(const struct deadlines *deadlines, void *base)
{
    return (int64_t *)((char *)base + deadlines->due_offset);
}

static inline struct deadline_key *deadlines_heap(const struct deadlines *deadlines, void *base)
{
    return (struct deadline_key *)((char *)base + deadlines->heap_offset);
}

/* place[slot] is where in the heap the slot's key is. */
static inline uint32_t *deadlines_place(const struct deadlines *deadlines, void *base)
{
    return (uint32_t *)((char *)base + deadlines->place_offset);
}

static inline bool deadline_before(struct deadline_key a, struct deadline_key b)
{
    return a.time_ns < b.time_ns || (a.time_ns == b.time_ns && a.slot < b.slot);
}

void deadlines_plan(struct deadlines *deadlines, struct arena *arena, uint32_t count)
{
    assert(count > 0);
    deadlines->count = count;
    deadlines->heap_offset =
        arena_reserve(arena, count, sizeof(struct deadline_key), ARENA_ALIGNMENT);
    deadlines->due_offset = arena_reserve(arena, count, sizeof(int64_t), ARENA_ALIGNMENT);
    deadlines->place_offset = arena_reserve(arena, count, sizeof(uint32_t), ARENA_ALIGNMENT);
}

void deadlines_init(const struct deadlines *deadlines, void *base)
{
    for (uint32_t slot = 0; slot < deadlines->count; slot++) {
        deadlines_due(deadlines, base)[slot] = DEADLINE_NEVER;
        deadlines_place(deadlines, base)[slot] = slot;
        deadlines_heap(deadlines, base)[slot] =
            (struct deadline_key){.time_ns = DEADLINE_NEVER, .slot = slot};
    }
}

static void deadlines_sift_up(const struct deadlines *deadlines, void *base,
                              struct deadline_key key)
{
    struct deadline_key *heap = deadlines_heap(deadlines, base);
    uint32_t *place = deadlines_place(deadlines, base);
    uint32_t at = place[key.slot];
    while (at > 0) {
        uint32_t parent = (at - 1) / DEADLINES_CHILDREN;
        if (!deadline_before(key, heap[parent])) {
            break;
        }
        heap[at] = heap[parent];
        place[heap[at].slot] = at;
        at = parent;
    }
    heap[at] = key;
    place[key.slot] = at;
}

static void deadlines_sift_down_top(const struct deadlines *deadlines, void *base,
                                    struct deadline_key key)
{
    struct deadline_key *heap = deadlines_heap(deadlines, base);
    uint32_t *place = deadlines_place(deadlines, base);
    uint32_t at = 0;
    for (uint32_t child = 1; child < deadlines->count; child = at * DEADLINES_CHILDREN + 1) {
        uint32_t end = child + DEADLINES_CHILDREN;
        end = end < deadlines->count ? end : deadlines->count;
        uint32_t least = child;
        for (uint32_t other = child + 1; other < end; other++) {
            least = deadline_before(heap[other], heap[least]) ? other : least;
        }
        if (!deadline_before(heap[least], key)) {
            break;
        }
        heap[at] = heap[least];
        place[heap[at].slot] = at;
        at = least;
    }
    heap[at] = key;
    place[key.slot] = at;
}

void deadlines_set(const struct deadlines *deadlines, void *base, uint32_t slot, int64_t due_ns)
{
    assert(slot < deadlines->count);
    assert(due_ns >= 0);
    deadlines_due(deadlines, base)[slot] = due_ns;
    uint32_t at = deadlines_place(deadlines, base)[slot];
    if (due_ns < deadlines_heap(deadlines, base)[at].time_ns) {
        deadlines_sift_up(deadlines, base, (struct deadline_key){.time_ns = due_ns, .slot = slot});
    }
}

int64_t deadlines_get(const struct deadlines *deadlines, const void *base, uint32_t slot)
{
    assert(slot < deadlines->count);
    return ((const int64_t *)((const char *)base + deadlines->due_offset))[slot];
}

int64_t deadlines_next(const struct deadlines *deadlines, void *base, uint32_t *slot)
{
    const struct deadline_key *top = deadlines_heap(deadlines, base);
    const int64_t *due = deadlines_due(deadlines, base);
    while (top->time_ns != due[top->slot]) {
        assert(top->time_ns < due[top->slot]);
        struct deadline_key current = {.time_ns = due[top->slot], .slot = top->slot};
        deadlines_sift_down_top(deadlines, base, current);
    }
    *slot = top->slot;
    return top->time_ns;
}

int64_t deadlines_next_readonly(const struct deadlines *deadlines, const void *base)
{
    int64_t next_ns = DEADLINE_NEVER;
    for (uint32_t slot = 0; slot < deadlines->count; slot++) {
        int64_t due_ns = deadlines_get(deadlines, base, slot);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    return next_ns;
}
