/* agenda.h: many due times behind one timer: a binary heap of items, each with at most one due
 * time.
 *
 * One block without pointers; a zeroed one is an empty one. Order: by (due, item), so that it is
 * the same whatever was put in first.
 */
#ifndef CHEF_KITCHENS_AGENDA_H
#define CHEF_KITCHENS_AGENDA_H

#include <stdint.h>

#include "systems/kitchens/roster.h"

enum {
    AGENDA_ITEMS = ROSTER_SLOTS + KITCHENS_USERS_MAX, /* orders asked for, then users who think */
};
#define AGENDA_NEVER INT64_MAX

/* The heap, and for each item where it stands in it: moving a due time is a sift, not a search. */
struct agenda {
    int64_t due_ns[AGENDA_ITEMS]; /* by item */
    uint16_t heap[AGENDA_ITEMS];  /* items */
    uint16_t place[AGENDA_ITEMS]; /* by item: place in the heap + 1; 0: not in it */
    uint32_t count;
    uint32_t pad;
};

/* Sets or moves the due time of an item. */
void agenda_set(struct agenda *agenda, uint32_t item, int64_t due_ns);
/* Takes an item out, if it is in. */
void agenda_remove(struct agenda *agenda, uint32_t item);
/* The earliest due time and its item; AGENDA_NEVER when empty. */
int64_t agenda_next(const struct agenda *agenda, uint32_t *item);

#endif
