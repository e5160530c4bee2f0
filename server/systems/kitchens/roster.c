/* roster.c: a bounded set of numbers, each with a slot of its own.
 *
 * Hash chains over arrays, links as slot + 1 so that zeroed memory is an empty set. Order numbers
 * come in a row, so their low bits spread them perfectly and a mask is the whole hash function; a
 * peer cannot choose them against it, because the range it may use is bounded by the window of open
 * orders. */
#include "systems/kitchens/roster.h"

#include <assert.h>

_Static_assert((ROSTER_BUCKETS & (ROSTER_BUCKETS - 1)) == 0, "buckets are chosen by a mask");

static uint32_t bucket_of(uint32_t number)
{
    return number & (ROSTER_BUCKETS - 1);
}

uint32_t roster_find(const struct roster *roster, uint32_t number)
{
    uint32_t link = roster->buckets[bucket_of(number)];
    while (link != 0 && roster->numbers[link - 1] != number)
        link = roster->next[link - 1];
    return link == 0 ? ROSTER_NONE : link - 1;
}

uint32_t roster_add(struct roster *roster, uint32_t number)
{
    assert(number > 0);
    assert(roster_find(roster, number) == ROSTER_NONE);
    /* Slots given back come first, the latest first: the array stays short, and the same in every
     * run. */
    uint32_t slot;
    if (roster->freed != 0) {
        slot = roster->freed - 1u;
        roster->freed = roster->next[slot];
    } else if (roster->fresh < ROSTER_SLOTS) {
        slot = roster->fresh++;
    } else {
        return ROSTER_NONE;
    }
    assert(slot < ROSTER_SLOTS);
    assert(roster->numbers[slot] == 0);
    roster->numbers[slot] = number;
    roster->next[slot] = roster->buckets[bucket_of(number)];
    roster->buckets[bucket_of(number)] = (uint16_t)(slot + 1);
    roster->count++;
    assert(roster->count <= ROSTER_SLOTS);
    assert(roster->count <= roster->fresh);
    return slot;
}

void roster_remove(struct roster *roster, uint32_t slot)
{
    assert(slot < ROSTER_SLOTS);
    assert(roster->numbers[slot] != 0);
    uint16_t *link = &roster->buckets[bucket_of(roster->numbers[slot])];
    while (*link != slot + 1) {
        assert(*link != 0);
        link = &roster->next[*link - 1];
    }
    assert(roster->count > 0);
    *link = roster->next[slot];
    roster->numbers[slot] = 0;
    roster->next[slot] = roster->freed;
    roster->freed = (uint16_t)(slot + 1);
    roster->count--;
}
