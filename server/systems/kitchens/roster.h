/* roster.h: a bounded set of numbers (orders), each with a slot of its own, found by hashing.
 *
 * One block without pointers; a zeroed one is an empty one. The slot stays the same as long as the
 * number is in, so the owner keeps what belongs to it in an array beside the roster. Slots are
 * reused last-freed first, which is the same in every run.
 */
#ifndef CHEF_KITCHENS_ROSTER_H
#define CHEF_KITCHENS_ROSTER_H

#include "systems/kitchens/kitchens.h"

/* Sizes. One roster holds as many orders as may be open at once (KITCHENS_ORDERS_MAX). */
enum {
    ROSTER_SLOTS = KITCHENS_ORDERS_MAX,
    ROSTER_BUCKETS = 1024, /* a power of two; numbers in a row spread evenly over them */
    ROSTER_NONE = UINT16_MAX,
};
_Static_assert(ROSTER_SLOTS < ROSTER_NONE, "a slot has a name of 16 bits");

/* Links hold slot + 1, so that zero means none. */
struct roster {
    uint32_t numbers[ROSTER_SLOTS]; /* by slot; 0: free */
    uint16_t next[ROSTER_SLOTS];    /* in the bucket, or in the list of free slots */
    uint16_t buckets[ROSTER_BUCKETS];
    uint16_t freed; /* slots given back */
    uint16_t fresh; /* slots from here on were never used */
    uint32_t count;
};

/* Slot of a number, ROSTER_NONE if it is not in. */
uint32_t roster_find(const struct roster *roster, uint32_t number);
/* Takes in a number (> 0) that is not in yet. ROSTER_NONE when all slots are taken. */
uint32_t roster_add(struct roster *roster, uint32_t number);
/* Takes a number out; its slot was `slot`. */
void roster_remove(struct roster *roster, uint32_t slot);

#endif
