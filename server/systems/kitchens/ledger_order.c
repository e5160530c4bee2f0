/* ledger_order.c: records of orders in a pool, found by number; their intervals in another.
 *
 * Both pools have a fixed size, chosen so that a world stays within a megabyte, and nothing here
 * allocates. When a pool is full, finished orders give way, the oldest first: an open order is a
 * promise that has to be judged, a finished one is only there to be asked about. If even that is
 * not enough the caller gets NULL, the order counts as not followed, and the verdict becomes
 * UNKNOWN instead of a guess.
 *
 * The intervals of an order are a partition of its life: each begins where the one before ended, so
 * they sum to its response exactly, whatever happens. Three rules keep that: an interval is only
 * ever appended at the end; the last places of the pool are kept for orders that have none yet; and
 * for want of room neighbours are merged, never dropped. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

/* Zeroed memory is a valid index here (record 0), so "none" is LEDGER_NOBODY and has to be written.
 */
void ledger_orders_init(struct ledger *ledger)
{
    for (uint32_t i = 0; i < LEDGER_BUCKETS; i++)
        ledger->buckets[i] = LEDGER_NOBODY;
    ledger->order_free = LEDGER_NOBODY;
    ledger->step_free = LEDGER_NOBODY;
}

/* ---- Records ---- */

/* Orders are numbered one after the other, so the low bits spread them evenly. */
static uint16_t *bucket_of(struct ledger *ledger, uint32_t order)
{
    return &ledger->buckets[order & (LEDGER_BUCKETS - 1)];
}

/* The find functions differ in const alone. C has no generic const, and a cast that takes it away
 * would hide a write into what a reader promised to leave alone. */
struct ledger_order *ledger_order_find(struct ledger *ledger, uint32_t order)
{
    uint16_t at = *bucket_of(ledger, order);
    while (at != LEDGER_NOBODY && ledger->orders[at].order != order)
        at = ledger->orders[at].chain;
    return at == LEDGER_NOBODY ? NULL : &ledger->orders[at];
}

const struct ledger_order *ledger_order_find_const(const struct ledger *ledger, uint32_t order)
{
    uint16_t at = ledger->buckets[order & (LEDGER_BUCKETS - 1)];
    while (at != LEDGER_NOBODY && ledger->orders[at].order != order)
        at = ledger->orders[at].chain;
    return at == LEDGER_NOBODY ? NULL : &ledger->orders[at];
}

/* Hash chains are singly linked to keep a record at 96 bytes. With a thousand buckets for two
 * thousand records the walk is two steps on average. */
static void order_unchain(struct ledger *ledger, uint16_t index)
{
    uint16_t *link = bucket_of(ledger, ledger->orders[index].order);
    while (*link != index) {
        assert(*link != LEDGER_NOBODY);
        link = &ledger->orders[*link].chain;
    }
    *link = ledger->orders[index].chain;
}

/* An order's intervals are already a linked list: it is spliced into the free list as a whole. */
static void steps_free(struct ledger *ledger, struct ledger_order *order)
{
    assert((order->first_step == LEDGER_NOBODY) == (order->last_step == LEDGER_NOBODY));
    if (order->first_step == LEDGER_NOBODY)
        return;
    for (uint16_t at = order->first_step; at != LEDGER_NOBODY; at = ledger->steps[at].next)
        ledger->step_used--;
    assert(ledger->step_used <= LEDGER_STEPS);
    ledger->steps[order->last_step].next = ledger->step_free;
    ledger->step_free = order->first_step;
    order->first_step = LEDGER_NOBODY;
    order->last_step = LEDGER_NOBODY;
}

/* Gives back the oldest finished order. False when there is none. */
static bool finished_evict(struct ledger *ledger)
{
    if (ledger->finished_count == 0)
        return false;
    /* The ring holds records in the order in which they were finished, so its first one is the
     * oldest. */
    uint16_t index = ledger->finished[ledger->finished_first];
    struct ledger_order *order = &ledger->orders[index];
    assert(order->outcome != LEDGER_OPEN);
    assert(order->phase != 0);
    ledger->finished_first = (uint16_t)((ledger->finished_first + 1) % LEDGER_FINISHED);
    ledger->finished_count--;
    order_unchain(ledger, index);
    steps_free(ledger, order);
    order->phase = 0;
    order->chain = ledger->order_free;
    ledger->order_free = index;
    return true;
}

/* First what was given back, then what was never used, and only then somebody else's: a finished
 * order stays known for as long as there is room. */
static uint16_t order_take(struct ledger *ledger)
{
    if (ledger->order_free == LEDGER_NOBODY && ledger->order_fresh == LEDGER_ORDERS &&
        !finished_evict(ledger))
        return LEDGER_NOBODY;
    uint16_t index = ledger->order_free;
    if (index == LEDGER_NOBODY)
        return ledger->order_fresh++;
    ledger->order_free = ledger->orders[index].chain;
    return index;
}

struct ledger_order *ledger_order_open(struct ledger *ledger, uint32_t number, int64_t placed_ns)
{
    /* The caller has looked: an order number that comes twice would make two records of one
     * promise. */
    assert(ledger_order_find(ledger, number) == NULL);
    uint16_t index = order_take(ledger);
    assert(index == LEDGER_NOBODY || index < LEDGER_ORDERS);
    if (index == LEDGER_NOBODY)
        return NULL;
    struct ledger_order *order = &ledger->orders[index];
    *order = (struct ledger_order){
        .placed_ns = placed_ns,
        .order = number,
        .chain = *bucket_of(ledger, number),
        .blocked_ref = NODE_NONE,
        .score = -1,
        .first_step = LEDGER_NOBODY,
        .last_step = LEDGER_NOBODY,
        .phase = LEDGER_PHASE_TO_DISPATCHER,
        .kitchen_first = LEDGER_NO_KITCHEN,
        .kitchen = LEDGER_NO_KITCHEN,
        .kitchen_cooked = LEDGER_NO_KITCHEN,
        .handover_from = LEDGER_NO_KITCHEN,
        .handover_to = LEDGER_NO_KITCHEN,
    };
    *bucket_of(ledger, number) = index;
    ledger->open++;
    return order;
}

void ledger_order_finish(struct ledger *ledger, struct ledger_order *order)
{
    assert(order->outcome != LEDGER_OPEN);
    assert(ledger->open > 0);
    /* The ring is bounded even when the pool has room: keyframes go through all records, and a long
     * run must not make them longer. */
    if (ledger->finished_count == LEDGER_FINISHED)
        (void)finished_evict(ledger);
    uint32_t place = (uint32_t)(ledger->finished_first + ledger->finished_count) % LEDGER_FINISHED;
    assert(place < LEDGER_FINISHED);
    ledger->finished[place] = (uint16_t)(order - ledger->orders);
    ledger->finished_count++;
    ledger->open--;
}

/* ---- Intervals ---- */

/* Saturates at both ends. Before `placed_ns` means: a note of a cause that was there before the
 * order; after 29 hours the record says "very long" and stays comparable. */
uint32_t ledger_units(const struct ledger_order *order, int64_t time_ns)
{
    int64_t units = (time_ns - order->placed_ns) / LEDGER_UNIT_NS;
    if (units < 0)
        return 0;
    return units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

uint32_t ledger_order_told(const struct ledger *ledger, const struct ledger_order *order)
{
    return order->last_step == LEDGER_NOBODY ? 0 : ledger->steps[order->last_step].until;
}

/* A place for an interval. The last LEDGER_ORDERS places are for orders that have none yet, so that
 * every order's life stays a partition, however coarse. */
static uint16_t step_take(struct ledger *ledger, bool first)
{
    uint32_t reserve = first ? 0 : LEDGER_ORDERS;
    while ((uint32_t)LEDGER_STEPS - ledger->step_used <= reserve) {
        if (!finished_evict(ledger))
            return LEDGER_NOBODY;
    }
    ledger->step_used++;
    assert(ledger->step_used <= LEDGER_STEPS);
    uint16_t index = ledger->step_free;
    if (index == LEDGER_NOBODY)
        return ledger->step_fresh++;
    ledger->step_free = ledger->steps[index].next;
    return index;
}

/* No room for one more interval: the first two become one, untold, and give it. The order's own
 * intervals stay a partition of its life. */
static uint16_t step_merge(struct ledger *ledger, struct ledger_order *order)
{
    if (order->first_step == order->last_step)
        return LEDGER_NOBODY;
    uint16_t taken = order->first_step;
    order->first_step = ledger->steps[taken].next;
    ledger->steps[order->first_step].blocker = LEDGER_BLOCKED_UNTOLD;
    ledger->steps[order->first_step].ref = NODE_NONE;
    return taken;
}

static void step_append(struct ledger *ledger, struct ledger_order *order,
                        const struct ledger_step *step)
{
    bool first = order->first_step == LEDGER_NOBODY;
    uint16_t index = step_take(ledger, first);
    /* Three ways, each a little coarser: a place of its own, a place from merging its first two, or
     * its only interval grows and says that it tells less than it might. */
    if (index == LEDGER_NOBODY && !first)
        index = step_merge(ledger, order);
    if (index == LEDGER_NOBODY) { /* its only interval grows */
        assert(!first);
        ledger->steps[order->last_step].until = step->until;
        ledger->steps[order->last_step].blocker = LEDGER_BLOCKED_UNTOLD;
        return;
    }
    ledger->steps[index] = *step;
    ledger->steps[index].next = LEDGER_NOBODY;
    if (first)
        order->first_step = index;
    else
        ledger->steps[order->last_step].next = index;
    order->last_step = index;
}

/* The heart of the bookkeeping. A step ends the interval that was, under the blocker that the order
 * had all along, and only then takes up the next blocker: what is written is always what was, never
 * what is expected. An interval of length nought leaves no trace, and one that goes on under the
 * same blocker at the same place grows instead of multiplying (a busy kitchen would fill the pool
 * with crumbs). */
void ledger_order_step(struct ledger *ledger, struct ledger_order *order, int64_t time_ns,
                       enum ledger_blocker blocker, uint32_t ref)
{
    uint32_t until = ledger_units(order, time_ns);
    assert(blocker < LEDGER_BLOCKER_COUNT);
    assert(order->blocked < LEDGER_BLOCKER_COUNT);
    if (until > ledger_order_told(ledger, order)) {
        struct ledger_step *last =
            order->last_step == LEDGER_NOBODY ? NULL : &ledger->steps[order->last_step];
        if (last != NULL && last->blocker == order->blocked && last->ref == order->blocked_ref &&
            last->node == order->kitchen) {
            last->until = until;
        } else {
            struct ledger_step step = {.until = until,
                                       .ref = order->blocked_ref,
                                       .blocker = order->blocked,
                                       .node = order->kitchen};
            step_append(ledger, order, &step);
        }
    }
    order->blocked = (uint8_t)blocker;
    order->blocked_ref = ref;
}

void ledger_order_blame(struct ledger_order *order, enum ledger_blocker blocker, uint32_t ref)
{
    assert(blocker < LEDGER_BLOCKER_COUNT);
    order->blocked = (uint8_t)blocker;
    order->blocked_ref = ref;
}

uint32_t ledger_order_blocked(const struct ledger *ledger, const struct ledger_order *order,
                              enum ledger_blocker blocker)
{
    uint32_t sum = 0;
    uint32_t from = 0;
    for (uint16_t at = order->first_step; at != LEDGER_NOBODY; at = ledger->steps[at].next) {
        assert(ledger->steps[at].until >= from);
        if (ledger->steps[at].blocker == blocker)
            sum += ledger->steps[at].until - from;
        from = ledger->steps[at].until;
    }
    return sum;
}
