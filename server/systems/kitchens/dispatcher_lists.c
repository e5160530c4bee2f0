/* dispatcher_lists.c: the dispatcher's lists of orders; each order is in one of them.
 *
 * Intrusive, doubly linked, by 16-bit slot numbers: a list costs four bytes an order, needs no
 * memory of its own, and an order leaves it without a search. "In exactly one list" is a
 * representation invariant and not a rule to remember: every way into a list begins by leaving the
 * one before. */
#include <assert.h>

#include "systems/kitchens/dispatcher.h"

/* Links are slot + 1: zeroed memory is a set of empty lists. */
static struct order *order_at(const struct turn *turn, uint32_t link)
{
    assert(link <= KITCHENS_ORDERS_MAX);
    return link == 0 ? NULL : &turn->self->orders[link - 1];
}

static uint16_t link_to(const struct turn *turn, const struct order *order)
{
    assert(order_slot(turn, order) < KITCHENS_ORDERS_MAX);
    return (uint16_t)(order_slot(turn, order) + 1);
}

/* Orders that wait for a kitchen: what waiting_max bounds. */
static bool is_waiting(uint32_t list)
{
    return list == LIST_WAITING || (list >= LIST_LINE && list < LIST_TICKETS);
}

void order_remove(const struct turn *turn, struct order *order)
{
    if (order->list == LIST_NONE)
        return;
    struct order_list *list = &turn->self->lists[order->list];
    assert(list->count > 0);
    if (order->previous == 0)
        list->first = order->next;
    else
        order_at(turn, order->previous)->next = order->next;
    if (order->next == 0)
        list->last = order->previous;
    else
        order_at(turn, order->next)->previous = order->previous;
    assert((list->count == 1) == (list->first == 0));
    list->count--;
    assert(!is_waiting(order->list) || turn->self->waiting > 0);
    turn->self->waiting -= is_waiting(order->list);
    order->list = LIST_NONE;
    order->next = order->previous = 0;
}

static void count_in(const struct turn *turn, struct order *order, uint32_t name)
{
    assert(order->list == LIST_NONE);
    assert(name < LIST_COUNT);
    order->list = (uint8_t)name;
    turn->self->lists[name].count++;
    turn->self->waiting += is_waiting(name);
}

void order_append(const struct turn *turn, struct order *order, uint32_t name)
{
    assert(name > LIST_NONE);
    assert(name < LIST_COUNT);
    order_remove(turn, order);
    struct order_list *list = &turn->self->lists[name];
    order->previous = list->last;
    if (list->last == 0)
        list->first = link_to(turn, order);
    else
        order_at(turn, list->last)->next = link_to(turn, order);
    list->last = link_to(turn, order);
    count_in(turn, order, name);
}

void order_prepend(const struct turn *turn, struct order *order, uint32_t name)
{
    assert(name > LIST_NONE);
    assert(name < LIST_COUNT);
    order_remove(turn, order);
    struct order_list *list = &turn->self->lists[name];
    order->next = list->first;
    if (list->first == 0)
        list->last = link_to(turn, order);
    else
        order_at(turn, list->first)->previous = link_to(turn, order);
    list->first = link_to(turn, order);
    count_in(turn, order, name);
}

struct order *order_first(const struct turn *turn, uint32_t list)
{
    return order_at(turn, turn->self->lists[list].first);
}

struct order *order_last(const struct turn *turn, uint32_t list)
{
    return order_at(turn, turn->self->lists[list].last);
}

struct order *order_after(const struct turn *turn, const struct order *order)
{
    assert(order->list != LIST_NONE);
    return order_at(turn, order->next);
}

struct order *order_before(const struct turn *turn, const struct order *order)
{
    assert(order->list != LIST_NONE);
    return order_at(turn, order->previous);
}

struct order *order_find(const struct turn *turn, uint32_t number)
{
    uint32_t slot = roster_find(&turn->self->roster, number);
    return slot == ROSTER_NONE ? NULL : &turn->self->orders[slot];
}

/* ---- Unanswered questions, in the order in which they were last sent ---- */

void resend_remove(const struct turn *turn, struct order *order)
{
    struct dispatcher *self = turn->self;
    uint16_t link = link_to(turn, order);
    if (order->resend_previous == 0 && order->resend_next == 0 && self->resend_first != link)
        return;
    if (order->resend_previous == 0)
        self->resend_first = order->resend_next;
    else
        order_at(turn, order->resend_previous)->resend_next = order->resend_next;
    if (order->resend_next == 0)
        self->resend_last = order->resend_previous;
    else
        order_at(turn, order->resend_next)->resend_previous = order->resend_previous;
    order->resend_next = order->resend_previous = 0;
}

/* Every question waits equally long, so the one sent last is due last: appending keeps the list
 * sorted, and one timer for its head is enough. Asking again moves an order to the end. */
void resend_add(const struct turn *turn, struct order *order)
{
    struct dispatcher *self = turn->self;
    resend_remove(turn, order);
    order->sent_ns = turn->now_ns;
    order->resend_previous = self->resend_last;
    if (self->resend_last == 0)
        self->resend_first = link_to(turn, order);
    else
        order_at(turn, self->resend_last)->resend_next = link_to(turn, order);
    self->resend_last = link_to(turn, order);
    if (self->resend_armed)
        return;
    self->resend_armed = true;
    node_timer_set(turn->outbox, DISPATCHER_TIMER_RESEND,
                   turn->now_ns + DISPATCHER_RESEND_MS * DISPATCHER_NS_PER_MS);
}

struct order *resend_first(const struct turn *turn)
{
    return order_at(turn, turn->self->resend_first);
}
