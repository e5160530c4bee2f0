/* deadlines.c - a 4-ary heap of lagging keys over one deadline a slot.
 *
 * Four children a place instead of two: half the levels, and the four keys lie side by side, so
 * that choosing among them costs one cache line and no jump. The children of place p are 4p+1 ..
 * 4p+4, the parent of p is (p-1)/4. place[] is the heap's inverse: it says where a slot's key is,
 * for the moves that must lift it. */
#include "sim/deadlines.h"

enum { DEADLINES_CHILDREN = 4 };

/* The heap is filled up with keys later than all, so that every place has four children or none. */
static uint32_t deadlines_places(uint32_t count)
{
    return (count + DEADLINES_CHILDREN - 2) / DEADLINES_CHILDREN * DEADLINES_CHILDREN + 1;
}

void deadlines_plan(struct deadlines *deadlines, struct arena *arena, uint32_t count)
{
    assert(count > 0);
    assert(count <= DEADLINES_MAX);
    assert(deadlines_places(count) >= count);
    assert(deadlines_places(count) % DEADLINES_CHILDREN == 1);
    deadlines->count = count;
    deadlines->heap_offset =
        arena_reserve(arena, deadlines_places(count), sizeof(uint64_t), ARENA_ALIGNMENT);
    deadlines->due_offset = arena_reserve(arena, count, sizeof(int64_t), ARENA_ALIGNMENT);
    deadlines->place_offset = arena_reserve(arena, count, sizeof(uint32_t), ARENA_ALIGNMENT);
}

/* Keys of equal time in the order of their slots are a heap already. */
void deadlines_init(const struct deadlines *deadlines, void *base)
{
    assert(deadlines->count > 0);
    for (uint32_t slot = 0; slot < deadlines->count; slot++) {
        deadlines_due(deadlines, base)[slot] = DEADLINE_NEVER;
        deadlines_place(deadlines, base)[slot] = slot;
        deadlines_heap(deadlines, base)[slot] = deadline_key(DEADLINE_NEVER, slot);
    }
    for (uint32_t place = deadlines->count; place < deadlines_places(deadlines->count); place++) {
        deadlines_heap(deadlines, base)[place] = UINT64_MAX;
    }
}

/* A key and its inverse are always written together. */
static inline void deadlines_put(const struct deadlines *deadlines, void *base, uint32_t at,
                                 uint64_t key)
{
    deadlines_heap(deadlines, base)[at] = key;
    deadlines_place(deadlines, base)[key % DEADLINES_MAX] = at;
}

void deadlines_advance_key(const struct deadlines *deadlines, void *base, uint64_t key)
{
    const uint64_t *heap = deadlines_heap(deadlines, base);
    uint32_t at = deadlines_place(deadlines, base)[key % DEADLINES_MAX];
    assert(heap[at] % DEADLINES_MAX == key % DEADLINES_MAX);
    assert(key < heap[at]);
    while (at > 0) {
        uint32_t parent = (at - 1) / DEADLINES_CHILDREN;
        if (key >= heap[parent]) {
            break;
        }
        deadlines_put(deadlines, base, at, heap[parent]);
        at = parent;
    }
    deadlines_put(deadlines, base, at, key);
}

/* The least of four children, two by two; written so that it needs no jumps. */
static inline uint32_t deadlines_least_child(const uint64_t *heap, uint32_t first)
{
    uint32_t left = first + (heap[first + 1] < heap[first] ? 1 : 0);
    uint32_t right = first + 2 + (heap[first + 3] < heap[first + 2] ? 1 : 0);
    return heap[right] < heap[left] ? right : left;
}

/* Lets the top's slot have the later `key`: smaller keys move up until it fits. The keys that fill
 * the heap up are larger than any, so it never passes the last slot. */
static void deadlines_sink_top(const struct deadlines *deadlines, void *base, uint64_t key)
{
    const uint64_t *heap = deadlines_heap(deadlines, base);
    uint32_t at = 0;
    assert(key % DEADLINES_MAX < deadlines->count);
    for (uint32_t child = 1; child < deadlines->count; child = at * DEADLINES_CHILDREN + 1) {
        uint32_t least = deadlines_least_child(heap, child);
        if (key < heap[least]) {
            break;
        }
        deadlines_put(deadlines, base, at, heap[least]);
        at = least;
    }
    deadlines_put(deadlines, base, at, key);
}

void deadlines_settle(const struct deadlines *deadlines, void *base)
{
    const uint64_t *heap = deadlines_heap(deadlines, base);
    /* Ends: each turn makes one lagging key true, and there are no more of them than slots. */
    for (;;) {
        uint32_t slot = (uint32_t)heap[0] % DEADLINES_MAX;
        uint64_t key = deadline_key(deadlines_due(deadlines, base)[slot], slot);
        if (key == heap[0]) {
            return;
        }
        assert(key > heap[0]); /* a key never stands later than its deadline */
        deadlines_sink_top(deadlines, base, key);
    }
}

int64_t deadlines_next_readonly(const struct deadlines *deadlines, const void *base)
{
    assert(deadlines->count > 0);
    int64_t next_ns = DEADLINE_NEVER;
    for (uint32_t slot = 0; slot < deadlines->count; slot++) {
        int64_t due_ns = deadlines_get(deadlines, base, slot);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    return next_ns;
}
