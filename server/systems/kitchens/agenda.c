/* agenda.c: many due times behind one timer. */
#include "systems/kitchens/agenda.h"

#include <assert.h>
#include <stdbool.h>

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

static void sift_up(struct agenda *agenda, uint32_t at)
{
    uint32_t item = agenda->heap[at];
    while (at > 0 && is_before(agenda, item, agenda->heap[(at - 1) / 2])) {
        put(agenda, at, agenda->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(agenda, at, item);
}

static void sift_down(struct agenda *agenda, uint32_t at)
{
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
    agenda->due_ns[item] = due_ns;
    if (agenda->place[item] == 0)
        put(agenda, agenda->count++, item);
    sift_up(agenda, agenda->place[item] - 1u);
    sift_down(agenda, agenda->place[item] - 1u);
}

void agenda_remove(struct agenda *agenda, uint32_t item)
{
    assert(item < AGENDA_ITEMS);
    if (agenda->place[item] == 0)
        return;
    uint32_t at = agenda->place[item] - 1u;
    uint32_t last = agenda->heap[--agenda->count];
    agenda->place[item] = 0;
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
