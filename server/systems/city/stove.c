/* stove.c: cooking, and who is to cook: as many at a time as there are stoves, in order of arrival.
 *
 * Every kitchen tells the others how much it has to do. Who dispatches gives an order to the one with
 * the least; it is the kitchen that leads the log, so the role moves with the leader. Without a log,
 * or without a leader that is heard, every desk dispatches for itself. A dish goes to the customer by
 * hand: no broken link stops it. */
#include "systems/city/kitchen.h"

#include <assert.h>

enum { COURIER_MS = 400 };

uint32_t stove_open(const struct city_kitchen *self)
{
    return self->ticket_count;
}

/* ---- Who cooks ---- */

uint32_t stove_dispatcher(const struct city_kitchen *self, const struct city_plan *plan,
                          uint32_t own)
{
    uint32_t leader = self->store.raft.leader;
    bool log = self->store.served.mode != KV_MODE_AP;
    bool heard = leader < city_kitchens(plan) &&
                 (leader == own || (self->store.suspected & kv_bit(leader)) == 0);
    return log && heard ? leader : own;
}

uint32_t stove_choose(const struct city_turn *turn, uint32_t not_this)
{
    uint32_t best = turn->env->self;
    turn->self->load[best] = turn->self->ticket_count;
    bool self_fits = not_this != turn->env->self;
    uint32_t least = self_fits ? turn->self->load[best] : UINT32_MAX;
    for (uint32_t i = 0; i < city_kitchens(turn->plan); i++) {
        bool heard = i == turn->env->self || (turn->self->store.suspected & kv_bit(i)) == 0;
        if (!heard || i == not_this || turn->self->load[i] >= least)
            continue;
        best = i;
        least = turn->self->load[i];
    }
    turn->self->load[best]++; /* until it says itself */
    return best;
}

void stove_on_load(const struct city_turn *turn, uint32_t from, const struct city_load *load)
{
    struct city_kitchen *self = turn->self;
    assert(from < city_kitchens(turn->plan));
    bool forgot = self->boot[from] != 0 && self->boot[from] != load->boot;
    self->load[from] = load->open;
    self->boot[from] = load->boot;
    if (forgot)
        desk_on_new_boot(turn, from);
}

static void tell_load(const struct city_turn *turn)
{
    if (turn->now_ns < turn->self->load_due_ns)
        return;
    turn->self->load_due_ns = turn->now_ns + CITY_LOAD_MS * KV_NS_PER_MS;
    struct city_load message = {
        .order = NODE_NONE, .open = turn->self->ticket_count, .boot = turn->self->own_boot};
    for (uint32_t i = 0; i < city_kitchens(turn->plan); i++)
        if (i != turn->env->self)
            node_send(turn->outbox, i, CITY_LOAD, &message, sizeof message);
}

/* ---- Cooking ---- */

static bool is_known(const struct city_kitchen *self, uint32_t order)
{
    for (uint32_t i = 0; i < self->ticket_count; i++)
        if (self->tickets[i].order == order)
            return true;
    for (uint32_t i = 0; i < CITY_SEEN; i++)
        if (self->seen[i] == order)
            return true;
    return false;
}

/* Asked twice, taken once: the answer may have been lost. */
void stove_on_ticket(const struct city_turn *turn, uint32_t desk, const struct city_order *order)
{
    struct city_kitchen *self = turn->self;
    bool known = is_known(self, order->order);
    bool room = self->ticket_count < CITY_TICKETS;
    if (!known && room)
        self->tickets[self->ticket_count++] =
            (struct city_ticket){.order = order->order, .desk = desk, .dish = order->dish};
    struct city_taken answer = {.order = order->order, .taken = known || room};
    node_send(turn->outbox, desk, CITY_TAKEN, &answer, sizeof answer);
}

static void serve(const struct city_turn *turn, const struct city_ticket *ticket)
{
    struct city_kitchen *self = turn->self;
    struct city_order message = {.order = ticket->order, .dish = ticket->dish};
    self->seen[self->seen_next++ % CITY_SEEN] = ticket->order;
    node_send_carried(turn->outbox, COURIER_MS * KV_NS_PER_MS, city_customers(turn->plan),
                      CITY_DISH, &message, sizeof message);
    node_send(turn->outbox, ticket->desk, CITY_COOKED, &message, sizeof message);
}

static void cook(const struct city_turn *turn)
{
    struct city_kitchen *self = turn->self;
    uint32_t stoves = (uint32_t)city_setting(turn, CITY_SET_STOVES);
    uint32_t left = 0;
    for (uint32_t i = 0; i < self->ticket_count; i++) {
        struct city_ticket *ticket = &self->tickets[i];
        if (ticket->done_ns != 0 && ticket->done_ns <= turn->now_ns)
            serve(turn, ticket);
        else
            self->tickets[left++] = *ticket;
    }
    self->ticket_count = left;
    for (uint32_t i = 0; i < left && i < stoves; i++) {
        struct city_ticket *ticket = &self->tickets[i];
        int64_t ms = city_setting(turn, ticket->dish == CITY_LOBSTER ? CITY_SET_LOBSTER_MS
                                                                     : CITY_SET_SOUP_MS);
        if (ticket->done_ns == 0)
            ticket->done_ns = turn->now_ns + ms * KV_NS_PER_MS;
    }
}

void stove_tick(const struct city_turn *turn)
{
    cook(turn);
    tell_load(turn);
}
