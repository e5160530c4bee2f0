/* agenda.c: many due times behind one timer.
 *
 * A binary heap with a place table: each item knows where it stands, so its due time is moved in
 * place instead of cancelled and pushed anew, and an item is never in twice. The host gives a node
 * four timers on purpose; whoever needs two thousand keeps this and arms one timer for the first.
 */
#include "systems/kitchens/agenda.h"

#include <assert.h>
#include <stdbool.h>

/* Total order: (due, item). Two users who are due at the same nanosecond come in the same order in
 * every run, whatever was put in first. */
static bool is_before(const struct agenda *agenda, uint32_t a, uint32_t b)
{
    if (agenda->due_ns[a] != agenda->due_ns[b])
        return agenda->due_ns[a] < agenda->due_ns[b];
    return a < b;
}

static void put(struct agenda *agenda, uint32_t at, uint32_t item)
{
    agenda->heap[at] = (uint16_t)item;
    agenda->place[item] = (uint16_t)(at + 1);
}

/* Both sifts carry the moving item in a register and write it once at the end. */
static void sift_up(struct agenda *agenda, uint32_t at)
{
    assert(at < agenda->count);
    uint32_t item = agenda->heap[at];
    while (at > 0 && is_before(agenda, item, agenda->heap[(at - 1) / 2])) {
        put(agenda, at, agenda->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(agenda, at, item);
}

static void sift_down(struct agenda *agenda, uint32_t at)
{
    assert(at < agenda->count);
    uint32_t item = agenda->heap[at];
    for (uint32_t child = 2 * at + 1; child < agenda->count; child = 2 * at + 1) {
        if (child + 1 < agenda->count &&
            is_before(agenda, agenda->heap[child + 1], agenda->heap[child]))
            child++;
        if (!is_before(agenda, agenda->heap[child], item))
            break;
        put(agenda, at, agenda->heap[child]);
        at = child;
    }
    put(agenda, at, item);
}

void agenda_set(struct agenda *agenda, uint32_t item, int64_t due_ns)
{
    assert(item < AGENDA_ITEMS);
    assert(due_ns >= 0);
    assert(agenda->count < AGENDA_ITEMS || agenda->place[item] != 0);
    agenda->due_ns[item] = due_ns;
    if (agenda->place[item] == 0)
        put(agenda, agenda->count++, item);
    /* At most one of the two moves it: the due time may have come nearer or gone further away. */
    sift_up(agenda, agenda->place[item] - 1u);
    sift_down(agenda, agenda->place[item] - 1u);
}

void agenda_remove(struct agenda *agenda, uint32_t item)
{
    assert(item < AGENDA_ITEMS);
    if (agenda->place[item] == 0)
        return;
    assert(agenda->count > 0);
    assert(agenda->heap[agenda->place[item] - 1u] == item);
    uint32_t at = agenda->place[item] - 1u;
    uint32_t last = agenda->heap[--agenda->count];
    agenda->place[item] = 0;
    /* It was the last place of the heap: nothing has to fill the hole. */
    if (last == item)
        return;
    put(agenda, at, last);
    sift_up(agenda, at);
    sift_down(agenda, agenda->place[last] - 1u);
}

int64_t agenda_next(const struct agenda *agenda, uint32_t *item)
{
    if (agenda->count == 0)
        return AGENDA_NEVER;
    *item = agenda->heap[0];
    return agenda->due_ns[*item];
}
