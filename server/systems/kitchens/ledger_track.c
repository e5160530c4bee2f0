/* ledger_track.c: where an order is, what blocks it, and how it ends.
 *
 * "What does it wait for?" is answered by one function of the present state (blocked_now), asked
 * again at each change, and never by the code that handles a note: so a crash, a cut road or a
 * paused node changes the answer for every order in the same way, and no case can be forgotten. The
 * interval that ends is named by what was true while it lasted. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

/* ---- What blocks an order now ---- */

struct blocked {
    enum ledger_blocker blocker;
    uint32_t ref;
};

/* On the way to, or in, its kitchen. */
static struct blocked blocked_at_kitchen(const struct ledger_context *context,
                                         const struct ledger_order *order)
{
    uint32_t node = order->kitchen;
    if (node == LEDGER_NO_KITCHEN)
        return (struct blocked){LEDGER_BLOCKED_DROPPED, NODE_NONE};
    assert(ledger_is_kitchen(context->ledger, node));
    const struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, node);
    if ((order->flags & LEDGER_TICKET_GONE) != 0 || !kitchen->up)
        return (struct blocked){LEDGER_BLOCKED_CLOSED, node};
    if (kitchen->paused)
        return (struct blocked){LEDGER_BLOCKED_PAUSED, node};
    switch (order->phase) {
    case LEDGER_PHASE_QUEUED:
        return (struct blocked){LEDGER_BLOCKED_SLOT, NODE_NONE};
    case LEDGER_PHASE_COOKING:
        return (struct blocked){LEDGER_BLOCKED_COOKING, node};
    default:
        break;
    }
    if (context->world->cut(context->world, KITCHENS_DISPATCHER, node))
        return (struct blocked){LEDGER_BLOCKED_CUT, node};
    return (struct blocked){LEDGER_BLOCKED_MESSAGE, node};
}

/* The nearest cause wins. A ticket in a kitchen depends on that kitchen even while the dispatcher
 * is down, which is why kitchens go on cooking through its crash; an order that is nowhere yet
 * depends on the dispatcher. */
static struct blocked blocked_now(const struct ledger_context *context,
                                  const struct ledger_order *order)
{
    assert(order->phase != 0);
    assert(ledger_is_uncooked(order));
    const struct ledger *ledger = context->ledger;
    bool dispatcher = ledger->dispatcher_up && !ledger->dispatcher_paused;
    switch (order->phase) {
    case LEDGER_PHASE_TO_KITCHEN:
    case LEDGER_PHASE_QUEUED:
    case LEDGER_PHASE_COOKING:
        if ((order->flags & LEDGER_REJECTED) != 0)
            return (struct blocked){LEDGER_BLOCKED_REJECTED, order->kitchen};
        return blocked_at_kitchen(context, order);
    case LEDGER_PHASE_HANDOVER:
        return (struct blocked){LEDGER_BLOCKED_HANDOVER, order->handover_to == LEDGER_NO_KITCHEN
                                                             ? NODE_NONE
                                                             : order->handover_to};
    default:
        break;
    }
    if (!dispatcher || (order->phase == LEDGER_PHASE_WAITING && ledger->dispatcher_recovering))
        return (struct blocked){LEDGER_BLOCKED_DISPATCHER, KITCHENS_DISPATCHER};
    switch (order->phase) {
    case LEDGER_PHASE_TO_DISPATCHER:
        return (struct blocked){LEDGER_BLOCKED_MESSAGE, KITCHENS_DISPATCHER};
    case LEDGER_PHASE_BOOK:
        return (struct blocked){LEDGER_BLOCKED_BOOK, KITCHENS_DISPATCHER};
    default:
        return (struct blocked){LEDGER_BLOCKED_KITCHENS, order->reason};
    }
}

/* Ends the interval that was and begins the one that is. */
void ledger_order_block(const struct ledger_context *context, struct ledger_order *order,
                        int64_t time_ns)
{
    if (!ledger_is_uncooked(order))
        return;
    struct blocked now = blocked_now(context, order);
    if (now.blocker == order->blocked && now.ref == order->blocked_ref)
        return;
    ledger_order_step(context->ledger, order, time_ns, now.blocker, now.ref);
}

/* ---- Changes of an order ---- */

void ledger_order_touch(struct ledger *ledger, struct ledger_order *order)
{
    order->mark = (uint32_t)ledger->notes;
}

/* The only place where a phase changes, so that the count of those who wait cannot go wrong. */
void ledger_order_phase(const struct ledger_context *context, struct ledger_order *order,
                        enum ledger_phase phase)
{
    assert(phase != 0);
    struct ledger *ledger = context->ledger;
    ledger->waiting -= order->phase == LEDGER_PHASE_WAITING;
    ledger->waiting += phase == LEDGER_PHASE_WAITING;
    order->phase = (uint8_t)phase;
    order->until = 0;
    ledger_order_touch(ledger, order);
}

/* A note came from a step that had waited for its node's CPU: that wait is an interval of its own,
 * after what brought the event there. */
void ledger_order_waited(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    if (!ledger_is_uncooked(order) || note->waited_ns < LEDGER_UNIT_NS)
        return;
    ledger_order_step(context->ledger, order, note->time_ns - note->waited_ns, LEDGER_BLOCKED_BUSY,
                      note->node);
}

/* Ends the present interval with this note. */
static void order_close(const struct ledger_context *context, struct ledger_order *order)
{
    ledger_order_waited(context, order);
    if (ledger_is_uncooked(order))
        ledger_order_step(context->ledger, order, context->note->time_ns,
                          (enum ledger_blocker)order->blocked, order->blocked_ref);
}

/* Close, change, ask anew, always in this order: the interval before belongs to the old phase. */
void ledger_order_enter(const struct ledger_context *context, struct ledger_order *order,
                        enum ledger_phase phase)
{
    if (!ledger_is_uncooked(order))
        return;
    order_close(context, order);
    ledger_order_phase(context, order, phase);
    ledger_order_block(context, order, context->note->time_ns);
}

/* Who has to cook it. The dispatcher's promise to a kitchen (`committed`) is counted from here,
 * from notes alone, as a second opinion on the dispatcher's own arithmetic (CHEF-T02, CHEF-T03). */
void ledger_order_commit(const struct ledger_context *context, struct ledger_order *order,
                         uint8_t node)
{
    struct ledger *ledger = context->ledger;
    order_close(context, order);
    if (order->kitchen != LEDGER_NO_KITCHEN && ledger_is_uncooked(order)) {
        struct ledger_kitchen *before = ledger_kitchen(ledger, order->kitchen);
        before->committed = (uint16_t)(before->committed - (before->committed > 0));
    }
    assert(node == LEDGER_NO_KITCHEN || ledger_is_kitchen(ledger, node));
    order->kitchen = node;
    if (node == LEDGER_NO_KITCHEN || !ledger_is_uncooked(order))
        return;
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, node);
    /* A kitchen that had nothing to do owes no progress; its patience begins with its first order.
     */
    if (kitchen->committed++ == 0)
        kitchen->progress_ns = context->note->time_ns;
}

/* The target's reservation becomes an order of its own when it is sent there, or nothing. */
void ledger_handover_sent(struct ledger *ledger, struct ledger_order *order)
{
    if (order->handover_to == LEDGER_NO_KITCHEN || (order->flags & LEDGER_HANDED_ON) != 0)
        return;
    struct ledger_kitchen *target = ledger_kitchen(ledger, order->handover_to);
    target->incoming = (uint16_t)(target->incoming - (target->incoming > 0));
    order->flags |= LEDGER_HANDED_ON;
}

void ledger_order_handover_end(struct ledger *ledger, struct ledger_order *order)
{
    ledger_handover_sent(ledger, order);
    order->flags &= (uint8_t)~LEDGER_HANDED_ON;
    order->handover_to = LEDGER_NO_KITCHEN;
    order->handover_from = LEDGER_NO_KITCHEN;
}

/* Over, one way or another: the last interval is closed, what was held for it is given back, and
 * its row leaves for the export. After this the record is only for questions. */
void ledger_order_end(const struct ledger_context *context, struct ledger_order *order,
                      enum ledger_outcome outcome, enum ledger_phase phase)
{
    assert(order->outcome == LEDGER_OPEN);
    assert(outcome != LEDGER_OPEN);
    struct ledger *ledger = context->ledger;
    int64_t now_ns = context->note->time_ns;
    if (ledger_is_uncooked(order)) {
        ledger_order_step(ledger, order, now_ns, (enum ledger_blocker)order->blocked, NODE_NONE);
        ledger_order_commit(context, order, LEDGER_NO_KITCHEN);
    }
    ledger_order_handover_end(ledger, order);
    order->outcome = (uint8_t)outcome;
    ledger_order_phase(context, order, phase);
    ledger_row_order(ledger, context->plan, order, context->sink);
    ledger_order_finish(ledger, order);
}

void ledger_move_add(struct ledger *ledger, uint32_t from, uint32_t to)
{
    assert(from < KITCHENS_MAX + 2);
    assert(to < KITCHENS_MAX + 2);
    struct ledger_move *move = &ledger->moves[ledger->move_next % LEDGER_MOVES];
    *move = (struct ledger_move){
        .mark = (uint32_t)ledger->notes, .from = (uint8_t)from, .to = (uint8_t)to};
    ledger->move_next++;
}

/* Vanished: the book forgot it, and no kitchen holds a ticket any more. */
void ledger_order_lose_if_vanished(const struct ledger_context *context, struct ledger_order *order)
{
    bool ticket = order->phase == LEDGER_PHASE_TO_KITCHEN || order->phase == LEDGER_PHASE_QUEUED ||
                  order->phase == LEDGER_PHASE_COOKING;
    if ((order->flags & LEDGER_FORGOTTEN) == 0 || !ledger_is_uncooked(order) ||
        (ticket && (order->flags & LEDGER_TICKET_GONE) == 0))
        return;
    if (context->ledger->counts.lost++ == 0)
        ledger_tell(context, KITCHENS_NOTE_FIRST_LOST, NODE_NONE, order->order, 0);
    ledger_break(context, LEDGER_CHECK_NO_ORDER_LOST, order->order,
                 KITCHENS_WORD_LOST_AFTER_CONFIRMED, (int64_t)context->ledger->counts.lost, 0, 0,
                 0);
    ledger_order_end(context, order, LEDGER_LOST, LEDGER_PHASE_LOST);
}
