/* kitchen_rail.c: the tickets of a kitchen: waiting on the rail, on the stove, done.
 *
 * A ticket waits (QUEUED), cooks (COOKING), and then stays as DONE until the dispatcher has booked
 * it: the word "done" may be lost, and the kitchen is the only one who can say it again. Slots are
 * searched in line; sixty-four of them fit into a few cache lines, and every structure that is
 * faster is also one more thing to keep consistent.
 *
 * Cooking time is kept as work left, not as an end: when the speed changes, what has been cooked so
 * far counts at the old speed, and the end is computed anew. Speed 0 has no end at all. */
#include <assert.h>

#include "systems/kitchens/kitchen.h"

/* ---- Finding ---- */

/* By order and epoch: the same order under another epoch is another ticket (fencing: a word about
 * the old assignment must never touch the new one). */
struct ticket *rail_find(struct kitchen *self, uint32_t order, uint64_t epoch)
{
    assert(self->slot_end <= KITCHEN_SLOTS);
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        if (ticket->state != TICKET_FREE && ticket->order == order && ticket->epoch == epoch)
            return ticket;
    }
    return NULL;
}

/* Answers to an echo. A ring of the latest epochs is enough: an echo older than that would be
 * cooked in vain and fenced by the dispatcher, which is waste and not a broken promise. */
bool rail_is_past(const struct kitchen *self, uint64_t epoch)
{
    uint32_t count = self->past_count < KITCHEN_PAST ? self->past_count : KITCHEN_PAST;
    for (uint32_t i = 0; i < count; i++)
        if (self->past[i] == epoch)
            return true;
    return false;
}

/* First come, first served by arrival here, not by order number: an order that was handed over
 * joins the end of the new rail. */
static struct ticket *first_queued(struct kitchen *self)
{
    struct ticket *first = NULL;
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        if (ticket->state == TICKET_QUEUED && (first == NULL || ticket->arrival < first->arrival))
            first = ticket;
    }
    return first;
}

static uint32_t free_slot(const struct kitchen *self)
{
    uint32_t slot = 0;
    while (slot < KITCHEN_SLOTS && self->tickets[slot].state != TICKET_FREE)
        slot++;
    return slot;
}

/* ---- Time ---- */

static int64_t until_ns(const struct kitchen *self, const struct ticket *ticket)
{
    if (self->slow_pct == 0)
        return INT64_MAX;
    assert(ticket->state == TICKET_COOKING);
    int64_t left_ns = ticket->work_ns * KITCHEN_HUNDRED / self->slow_pct;
    return ticket->since_ns + (left_ns > 0 ? left_ns : 0);
}

/* One timer for all stoves: the next dish that gets done. At speed 0 there is none, and none is
 * armed. */
static void arm(const struct kitchen_turn *turn)
{
    struct kitchen *self = turn->self;
    int64_t next_ns = INT64_MAX;
    for (uint32_t slot = 0; slot < self->slot_end && self->cooking > 0; slot++) {
        if (self->tickets[slot].state != TICKET_COOKING)
            continue;
        int64_t ticket_ns = until_ns(self, &self->tickets[slot]);
        next_ns = ticket_ns < next_ns ? ticket_ns : next_ns;
    }
    if (next_ns == INT64_MAX)
        node_timer_stop(turn->outbox, KITCHEN_TIMER_COOK);
    else
        node_timer_set(turn->outbox, KITCHEN_TIMER_COOK, next_ns);
}

void rail_change_speed(const struct kitchen_turn *turn, uint16_t slow_pct)
{
    struct kitchen *self = turn->self;
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        if (ticket->state != TICKET_COOKING)
            continue;
        ticket->work_ns -= (turn->now_ns - ticket->since_ns) * self->slow_pct / KITCHEN_HUNDRED;
        ticket->since_ns = turn->now_ns;
    }
    self->slow_pct = slow_pct;
    arm(turn);
}

/* Cooking time of one cook at full speed: the same preparation takes longer where the dish is not
 * known well. */
static int64_t work_ns(const struct kitchen_turn *turn, const struct ticket *ticket)
{
    assert(turn->self->speed_pct > 0);
    assert(ticket->dish < turn->plan->dish_count);
    uint32_t cuisine = turn->plan->dishes[ticket->dish].cuisine;
    bool specialist = (turn->self->specialties >> cuisine) & 1;
    int64_t pct = specialist ? KITCHEN_HUNDRED : KITCHEN_FOREIGN_PCT;
    return ticket->preparation_ms * KITCHEN_NS_PER_MS * pct / turn->self->speed_pct;
}

/* ---- Coming and going ---- */

struct ticket *rail_add(const struct kitchen_turn *turn, const struct kitchens_ticket *message)
{
    struct kitchen *self = turn->self;
    uint32_t slot = free_slot(self);
    if (slot == KITCHEN_SLOTS)
        return NULL;
    self->tickets[slot] = (struct ticket){.epoch = message->epoch,
                                          .order = message->order,
                                          .preparation_ms = message->preparation_ms,
                                          .arrival = self->arrivals++,
                                          .x_m = message->x_m,
                                          .y_m = message->y_m,
                                          .dish = message->dish,
                                          .state = TICKET_QUEUED};
    if (slot >= self->slot_end)
        self->slot_end = (uint8_t)(slot + 1);
    self->pending++;
    assert(self->pending <= KITCHEN_SLOTS);
    return &self->tickets[slot];
}

/* Off the stove: the pan is free. */
static void leave_stove(struct kitchen *self, const struct ticket *ticket)
{
    assert((self->pans >> ticket->pan & 1) != 0);
    assert(self->cooking > 0);
    self->cooking--;
    self->pans &= ~(UINT32_C(1) << ticket->pan);
}

/* Whatever it was doing. Its epoch joins the past, so that a late copy of the same message starts
 * nothing again: at most once per epoch, without the dispatcher's help. */
void rail_remove(const struct kitchen_turn *turn, struct ticket *ticket)
{
    struct kitchen *self = turn->self;
    assert(ticket->state != TICKET_FREE);
    if (ticket->state == TICKET_COOKING)
        leave_stove(self, ticket);
    if (ticket->state == TICKET_QUEUED)
        self->pending--;
    if (ticket->state == TICKET_DONE)
        self->done--;
    self->past[self->past_count++ % KITCHEN_PAST] = ticket->epoch;
    ticket->state = TICKET_FREE;
    while (self->slot_end > 0 && self->tickets[self->slot_end - 1].state == TICKET_FREE)
        self->slot_end--;
}

/* ---- Cooking ---- */

static uint8_t free_pan(const struct kitchen *self)
{
    uint8_t pan = 0;
    while ((self->pans >> pan) & 1)
        pan++;
    return pan;
}

static void start(const struct kitchen_turn *turn, struct ticket *ticket, uint32_t freed_by)
{
    assert(ticket->state == TICKET_QUEUED);
    assert(turn->self->pending > 0);
    assert(turn->self->cooking < turn->self->cooks);
    struct kitchen *self = turn->self;
    ticket->state = TICKET_COOKING;
    ticket->work_ns = work_ns(turn, ticket);
    ticket->since_ns = turn->now_ns;
    ticket->started_ns = turn->now_ns;
    ticket->pan = free_pan(self);
    assert(ticket->pan < KITCHENS_COOKS_MAX);
    self->pans |= UINT32_C(1) << ticket->pan;
    self->pending--;
    self->cooking++;
    int64_t end_ns = until_ns(self, ticket);
    kitchen_note(turn, KITCHENS_NOTE_COOKING, ticket->order, (int64_t)ticket->epoch,
                 end_ns == INT64_MAX ? -1 : end_ns - turn->now_ns,
                 freed_by == NODE_NONE ? -1 : (int64_t)freed_by, ticket->pan);
}

void rail_cook(const struct kitchen_turn *turn, uint32_t freed_by)
{
    struct kitchen *self = turn->self;
    /* A kitchen that is leaving finishes what is on the stove and begins nothing new. Only the
     * first dish is owed to the cook who came free; the others had a free cook already. */
    while (self->cooking < self->cooks && self->pending > 0 && !self->leaving) {
        start(turn, first_queued(self), freed_by);
        freed_by = NODE_NONE;
    }
    arm(turn);
}

/* An exponential moving average with weight 1/8 (the smoothing that TCP uses for its round-trip
 * time), rounded up so that it never sticks below a constant input. Bounded, because it travels in
 * every message. */
static void learn_average(struct kitchen *self, int64_t took_ns)
{
    int64_t took_ms = took_ns / KITCHEN_NS_PER_MS;
    assert(took_ms >= 0);
    if (took_ms > KITCHENS_AVERAGE_MS_MAX)
        took_ms = KITCHENS_AVERAGE_MS_MAX;
    if (self->average_ms == 0)
        self->average_ms = (uint32_t)(took_ms > 0 ? took_ms : 1);
    else
        self->average_ms = (uint32_t)((7 * (int64_t)self->average_ms + took_ms + 7) / 8);
}

/* The food leaves at once, whether the dispatcher knows of it or not: nobody lets a dish get cold
 * for a message. That is why a fenced epoch can waste a dish and cannot break a promise. */
static void send_courier(const struct kitchen_turn *turn, const struct ticket *ticket)
{
    uint32_t metres =
        kitchens_distance_m(ticket->x_m, ticket->y_m, turn->self->x_m, turn->self->y_m);
    int64_t travel_ms = KITCHEN_COURIER_MS + (int64_t)metres * KITCHEN_COURIER_MS_PER_KM / 1000;
    kitchen_note(turn, KITCHENS_NOTE_COOKED, ticket->order, (int64_t)ticket->epoch, travel_ms, 0,
                 0);
    struct kitchens_parcel parcel = {.order = ticket->order, .epoch = ticket->epoch};
    node_send_carried(turn->outbox, travel_ms * KITCHEN_NS_PER_MS, kitchens_customers(turn->plan),
                      KITCHENS_PARCEL, &parcel, sizeof parcel);
}

/* Done is said at once and then again with each heartbeat until it is booked. */
static void finish(const struct kitchen_turn *turn, struct ticket *ticket)
{
    assert(ticket->state == TICKET_COOKING);
    struct kitchen *self = turn->self;
    leave_stove(self, ticket);
    ticket->state = TICKET_DONE;
    ticket->since_ns = turn->now_ns;
    self->done++;
    learn_average(self, turn->now_ns - ticket->started_ns);
    send_courier(turn, ticket);
    kitchen_say(turn, KITCHENS_DONE, ticket->order, ticket->epoch);
}

/* Several dishes may be due in the same nanosecond: all are taken, in order of their slots. */
void rail_finish_due(const struct kitchen_turn *turn)
{
    struct kitchen *self = turn->self;
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        if (ticket->state != TICKET_COOKING || until_ns(self, ticket) > turn->now_ns)
            continue;
        finish(turn, ticket);
        rail_cook(turn, ticket->order);
    }
    arm(turn);
}
