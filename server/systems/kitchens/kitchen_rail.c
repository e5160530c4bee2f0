/* kitchen_rail.c: the tickets of a kitchen: waiting on the rail, on the stove, done. */
#include <assert.h>

#include "systems/kitchens/kitchen.h"

/* ---- Finding ---- */

struct ticket *rail_find(struct kitchen *self, uint32_t order, uint64_t epoch)
{
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        if (ticket->state != TICKET_FREE && ticket->order == order && ticket->epoch == epoch)
            return ticket;
    }
    return NULL;
}

bool rail_is_past(const struct kitchen *self, uint64_t epoch)
{
    uint32_t count = self->past_count < KITCHEN_PAST ? self->past_count : KITCHEN_PAST;
    for (uint32_t i = 0; i < count; i++)
        if (self->past[i] == epoch)
            return true;
    return false;
}

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
    int64_t left_ns = ticket->work_ns * KITCHEN_HUNDRED / self->slow_pct;
    return ticket->since_ns + (left_ns > 0 ? left_ns : 0);
}

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
    return &self->tickets[slot];
}

/* Off the stove: the pan is free. */
static void leave_stove(struct kitchen *self, const struct ticket *ticket)
{
    assert(self->cooking > 0);
    self->cooking--;
    self->pans &= ~(UINT32_C(1) << ticket->pan);
}

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
    struct kitchen *self = turn->self;
    ticket->state = TICKET_COOKING;
    ticket->work_ns = work_ns(turn, ticket);
    ticket->since_ns = turn->now_ns;
    ticket->started_ns = turn->now_ns;
    ticket->pan = free_pan(self);
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
    while (self->cooking < self->cooks && self->pending > 0 && !self->leaving) {
        start(turn, first_queued(self), freed_by);
        freed_by = NODE_NONE;
    }
    arm(turn);
}

static void learn_average(struct kitchen *self, int64_t took_ns)
{
    int64_t took_ms = took_ns / KITCHEN_NS_PER_MS;
    if (took_ms > KITCHENS_AVERAGE_MS_MAX)
        took_ms = KITCHENS_AVERAGE_MS_MAX;
    if (self->average_ms == 0)
        self->average_ms = (uint32_t)(took_ms > 0 ? took_ms : 1);
    else
        self->average_ms = (uint32_t)((7 * (int64_t)self->average_ms + took_ms + 7) / 8);
}

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

static void finish(const struct kitchen_turn *turn, struct ticket *ticket)
{
    struct kitchen *self = turn->self;
    leave_stove(self, ticket);
    ticket->state = TICKET_DONE;
    ticket->since_ns = turn->now_ns;
    self->done++;
    learn_average(self, turn->now_ns - ticket->started_ns);
    send_courier(turn, ticket);
    kitchen_say(turn, KITCHENS_DONE, ticket->order, ticket->epoch);
}

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
