/* ledger_life.c: notes of customers and dispatcher: an order from placed to settled, and its
 * hand-overs.
 *
 * An order's life, as the ledger sees it: placed by a customer, received and confirmed by the
 * dispatcher (from here the promise holds), assigned to a kitchen under an epoch, accepted, cooked,
 * carried, served; settled when the dispatcher has booked it. Notes of different nodes may overtake
 * one another: food can arrive before the book knows that it was cooked. So an order is over only
 * when it is both served and settled, in whichever order the two come. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

enum { TERM_MASK = 0xffffff };

/* ---- Customers ---- */

/* "Settled once" has to be judged long after a record is gone. A bit for each of the latest 65,536
 * order numbers is exact for all of them; beyond that the ledger says nothing rather than something
 * wrong. */
static uint64_t *settled_word(struct ledger *ledger, uint32_t order, uint64_t *bit)
{
    uint32_t place = order % LEDGER_SETTLED_BITS;
    *bit = UINT64_C(1) << (place % 64);
    return &ledger->settled_bits[place / 64];
}

static void settled_forget(struct ledger *ledger, uint32_t order)
{
    uint64_t bit;
    uint64_t *word = settled_word(ledger, order, &bit);
    *word &= ~bit;
    ledger->newest = order > ledger->newest ? order : ledger->newest;
}

/* The record begins here and nowhere else. An order whose number is already known (customers that
 * restarted and count anew) or for which there is no room is counted as not followed: every promise
 * about single orders is then UNKNOWN, not PASS. */
void ledger_note_placed(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    ledger->counts.placed++;
    uint32_t second = (uint32_t)(note->time_ns / LEDGER_SECOND_NS);
    ledger->window.placed[ledger_second_place(second)]++;
    settled_forget(ledger, note->subject);
    struct ledger_order *order = ledger_order_find(ledger, note->subject) != NULL
                                     ? NULL
                                     : ledger_order_open(ledger, note->subject, note->time_ns);
    if (order == NULL) {
        ledger->counts.not_followed++;
        return;
    }
    order->x_m = (uint16_t)note->args[0];
    order->y_m = (uint16_t)note->args[1];
    order->dish = note->args[2] < context->plan->dish_count ? (uint8_t)note->args[2] : 0;
    order->source = (uint8_t)note->args[3];
    order->policy = (uint8_t)context->world->env->settings[KITCHENS_SET_POLICY];
    order->born = (uint32_t)ledger->notes;
    ledger_order_touch(ledger, order);
    ledger_order_block(context, order, note->time_ns);
    ledger_move_add(ledger, note->node, KITCHENS_DISPATCHER);
}

/* Asked again although still on its way: the wait so far was for an answer that did not come. */
static void note_resent(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->phase != LEDGER_PHASE_TO_DISPATCHER || !ledger_is_uncooked(order))
        return;
    if (order->blocked == LEDGER_BLOCKED_MESSAGE)
        ledger_order_blame(order, LEDGER_BLOCKED_ANSWER, NODE_NONE);
    ledger_order_block(context, order, context->note->time_ns);
}

/* A customer that stops asking ends an order only while the dispatcher has not heard of it. One
 * that is in the book will be cooked whether its customer still asks or not. */
void ledger_note_given_up(const struct ledger_context *context, struct ledger_order *order)
{
    order->flags |= LEDGER_GIVEN_UP;
    if (order->outcome != LEDGER_OPEN || order->phase != LEDGER_PHASE_TO_DISPATCHER)
        return;
    context->ledger->counts.given_up++;
    order->reason = LEDGER_REFUSED_NEVER_HEARD;
    ledger_order_end(context, order, LEDGER_REFUSED, LEDGER_PHASE_REFUSED);
}

/* The customer has heard it and asks no more: now the order is refused. One that was taken in the
 * meantime (an old refusal, late) is cooked all the same, and its row says so. */
static void note_turned_away(const struct ledger_context *context, struct ledger_order *order)
{
    assert(order->outcome == LEDGER_OPEN);
    if (order->phase != LEDGER_PHASE_TO_DISPATCHER)
        return;
    context->ledger->counts.refused++;
    order->reason = (uint8_t)context->note->args[0];
    ledger_order_end(context, order, LEDGER_REFUSED, LEDGER_PHASE_REFUSED);
}

/* Served twice is possible (waste under a stale epoch sends a courier too) and counts once. */
static void note_served(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->cooked == 0 || order->phase == LEDGER_PHASE_SERVED)
        return;
    context->ledger->counts.served++;
    if (ledger_is_kitchen(context->ledger, context->note->peer))
        ledger_kitchen(context->ledger, context->note->peer)->served_total++;
    ledger_order_phase(context, order, LEDGER_PHASE_SERVED);
    if ((order->flags & (LEDGER_SETTLED | LEDGER_FORGOTTEN)) != 0)
        ledger_order_end(context, order, LEDGER_SERVED, LEDGER_PHASE_SERVED);
}

/* ---- The dispatcher ---- */

/* Refused, but not over: the refusal may be lost on its way, and the dispatcher forgets it when it
 * crashes; then the next time of asking may be taken. What is known is only that there is an
 * answer under way. */
static void note_refused(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->phase != LEDGER_PHASE_TO_DISPATCHER && order->phase != LEDGER_PHASE_BOOK)
        return;
    ledger_order_enter(context, order, LEDGER_PHASE_TO_DISPATCHER);
    ledger_order_blame(order, LEDGER_BLOCKED_MESSAGE, kitchens_customers(context->plan));
}

static void note_received(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->phase == LEDGER_PHASE_TO_DISPATCHER || order->phase == LEDGER_PHASE_BOOK)
        ledger_order_enter(context, order, LEDGER_PHASE_BOOK);
}

/* The record is durable: from this note on, losing the order breaks a promise. A restarted
 * dispatcher may confirm a second time; it is one promise. */
static void note_confirmed(const struct ledger_context *context, struct ledger_order *order)
{
    context->ledger->counts.confirmed += (order->flags & LEDGER_CONFIRMED) == 0;
    order->flags |= LEDGER_CONFIRMED;
    ledger_order_waited(context, order);
}

/* Nobody has it now: what the kitchen before did with it no longer blocks it. */
static void note_waiting(const struct ledger_context *context, struct ledger_order *order)
{
    order->reason = (uint8_t)context->note->args[0];
    ledger_order_commit(context, order, LEDGER_NO_KITCHEN);
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    ledger_order_enter(context, order, LEDGER_PHASE_WAITING);
}

/* The score terms noted just before belong to this assignment. False: there are none. */
static bool decision_adopt(struct ledger *ledger, struct ledger_order *order, uint32_t node)
{
    assert(ledger->candidate_next - ledger->candidate_first <= UINT32_MAX / 2);
    if (ledger->candidate_order != order->order)
        return false;
    uint32_t count = ledger->candidate_next - ledger->candidate_first;
    order->candidates = ledger->candidate_first;
    order->candidate_count = (uint8_t)(count > KITCHENS_MAX ? KITCHENS_MAX : count);
    order->decided = (uint8_t)node;
    ledger->candidate_order = NODE_NONE;
    return true;
}

/* Candidates come one by one, just before the ASSIGNED they belong to. They go into a ring of their
 * own: "why this kitchen?" is asked about recent orders, and eight candidates kept with each of two
 * thousand orders would be a quarter of the world's megabyte. */
void ledger_note_candidate(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (ledger->candidate_order != note->subject) {
        ledger->candidate_order = note->subject;
        ledger->candidate_first = ledger->candidate_next;
    }
    ledger->candidates[ledger->candidate_next % LEDGER_CANDIDATES] =
        (struct ledger_candidate){.load = (uint32_t)note->args[0] & TERM_MASK,
                                  .specialty = (uint32_t)note->args[1],
                                  .time = (uint32_t)note->args[2],
                                  .distance = (uint32_t)note->args[3],
                                  .node = (uint8_t)note->peer};
    ledger->candidate_next++;
}

/* The order is now committed to a kitchen under a new epoch. Whatever older epochs still do
 * somewhere is a side track: counted, not followed (ledger_ticket.c). */
static void note_assigned(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (!ledger_is_kitchen(ledger, note->peer))
        return;
    bool again = note->args[3] != 0;
    ledger->counts.reassigned += again;
    order->reassigned = (uint8_t)(order->reassigned + (again && order->reassigned < UINT8_MAX));
    order->epoch = (uint64_t)note->args[0];
    order->score = (int32_t)note->args[1];
    order->policy = (uint8_t)note->args[2];
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    if (order->kitchen_first == LEDGER_NO_KITCHEN)
        order->kitchen_first = (uint8_t)note->peer;
    bool decided = decision_adopt(ledger, order, note->peer);
    if (order->handover_to == note->peer)
        ledger_handover_sent(ledger, order);
    ledger_order_commit(context, order, (uint8_t)note->peer);
    ledger_order_enter(context, order, LEDGER_PHASE_TO_KITCHEN);
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, note->peer);
    kitchen->assigned++;
    kitchen->score = order->score;
    ledger_move_add(ledger, KITCHENS_DISPATCHER, note->peer);
    ledger_judge_assigned(context, order, decided);
}

/* A kitchen on probation has finished its ticket: from here the dispatcher trusts it in full. */
static void probation_end(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    uint32_t node = context->note->peer;
    if (!ledger_is_kitchen(ledger, node) || !ledger_kitchen(ledger, node)->probation)
        return;
    ledger_kitchen(ledger, node)->probation = false;
    ledger_judge_kitchens_changed(context);
}

/* Is the order already booked as done? Then two cooks were paid for one order. */
void ledger_note_settled(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    uint64_t bit;
    uint64_t *word = settled_word(ledger, note->subject, &bit);
    probation_end(context);
    bool remembered = ledger->newest - note->subject < LEDGER_SETTLED_BITS;
    if (remembered && (*word & bit) != 0) {
        ledger->counts.settled_twice++;
        ledger_break(context, LEDGER_CHECK_SETTLED_ONCE, note->subject, KITCHENS_WORD_SETTLED_TWICE,
                     order == NULL ? -1 : order->kitchen_cooked, note->peer, 0, 0);
        return;
    }
    *word |= bit;
    ledger->counts.settled++;
    if (order == NULL || order->outcome != LEDGER_OPEN)
        return;
    order->flags |= LEDGER_SETTLED;
    if (order->phase == LEDGER_PHASE_SERVED)
        ledger_order_end(context, order, LEDGER_SERVED, LEDGER_PHASE_SERVED);
}

/* ---- Hand-overs ---- */

/* First phase of a hand-over (CHEF-T05): nothing has moved yet, but the target has to keep the
 * place free. The judge looks at it with everything that is already on its way there. */
static void note_offered(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    uint32_t target = (uint32_t)note->args[1];
    if (!ledger_is_kitchen(ledger, target) || !ledger_is_kitchen(ledger, note->peer))
        return;
    ledger_order_handover_end(ledger, order);
    ledger->counts.offered++;
    order->offered = ledger_units(order, note->time_ns);
    order->handover_from = (uint8_t)note->peer;
    order->handover_to = (uint8_t)target;
    assert(order->outcome == LEDGER_OPEN);
    ledger_kitchen(ledger, target)->incoming++;
    ledger_judge_offered(context, target);
}

static void count_migration(struct ledger *ledger, const struct ledger_order *order)
{
    ledger->counts.migrations++;
    if (order->handover_from != LEDGER_NO_KITCHEN)
        ledger_kitchen(ledger, order->handover_from)->migrated_out++;
    if (order->handover_to != LEDGER_NO_KITCHEN)
        ledger_kitchen(ledger, order->handover_to)->migrated_in++;
}

/* An order that moves again within its cooldown bounces (CHEF-T04). Measured from acceptance to
 * acceptance, from notes alone: the ledger does not ask the dispatcher whether its cooldown had
 * passed. */
static void judge_bounce(const struct ledger_context *context, struct ledger_order *order)
{
    int64_t cooldown_ms = context->world->env->settings[KITCHENS_SET_COOLDOWN_MS];
    uint32_t now = ledger_units(order, context->note->time_ns);
    uint32_t since_ms = (now - order->handed) / LEDGER_UNITS_PER_MS;
    if (order->handed != 0 && since_ms < cooldown_ms) {
        context->ledger->counts.bounces++;
        if (order->handover_to != LEDGER_NO_KITCHEN)
            ledger_kitchen(context->ledger, order->handover_to)->bounced++;
        ledger_break(context, LEDGER_CHECK_NO_BOUNCE, order->order, KITCHENS_WORD_BOUNCED,
                     (int64_t)context->note->args[1], context->note->peer, since_ms, 0);
    }
    /* Nought means never, so a hand-over in the very unit of the order's birth is written as one.
     */
    order->handed = now == 0 ? 1 : now;
}

static void note_accepted(const struct ledger_context *context, struct ledger_order *order)
{
    count_migration(context->ledger, order);
    order->migrations = (uint8_t)(order->migrations + (order->migrations < UINT8_MAX));
    judge_bounce(context, order);
    ledger_row_migration(context, order, true, KITCHENS_REASON_NONE);
    ledger_order_handover_end(context->ledger, order);
    ledger_order_touch(context->ledger, order);
}

void ledger_handover_failed(const struct ledger_context *context, struct ledger_order *order,
                            uint32_t reason)
{
    if (order->handover_to == LEDGER_NO_KITCHEN)
        return; /* already closed: a source that is too late says so, and then the dispatcher */
    ledger_row_migration(context, order, false, reason);
    ledger_order_handover_end(context->ledger, order);
    ledger_order_touch(context->ledger, order);
}

/* The dispatcher has restarted: hand-overs under way are forgotten, and so is a kitchen that does
 * not have the ticket. */
static void note_in_book(const struct ledger_context *context, struct ledger_order *order)
{
    bool on_the_way =
        order->phase == LEDGER_PHASE_TO_KITCHEN || order->phase == LEDGER_PHASE_HANDOVER;
    ledger_order_handover_end(context->ledger, order);
    if (on_the_way || (order->flags & LEDGER_TICKET_GONE) != 0)
        ledger_order_commit(context, order, LEDGER_NO_KITCHEN);
}

/* After a restart the dispatcher knows only what kitchens tell it: an order belongs to the first
 * that has it, even one it had been taken from (and perhaps waited since) before the crash. The
 * story goes on there, under that ticket's epoch. */
static void note_claimed(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    uint64_t epoch = (uint64_t)note->args[0];
    enum ledger_phase phase = note->args[1] != 0 ? LEDGER_PHASE_COOKING : LEDGER_PHASE_QUEUED;
    bool known = order->kitchen == note->peer && order->epoch == epoch && order->phase == phase;
    if (known || !ledger_is_uncooked(order) || !ledger_is_kitchen(context->ledger, note->peer))
        return;
    ledger_order_commit(context, order, (uint8_t)note->peer);
    order->epoch = epoch;
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    ledger_order_enter(context, order, phase);
}

/* Notes of the dispatcher about an order: whatever it says, it has not forgotten it. */
bool ledger_note_of_dispatcher(const struct ledger_context *context, struct ledger_order *order)
{
    switch (context->note->kind) {
    case KITCHENS_NOTE_RECEIVED:
        note_received(context, order);
        break;
    case KITCHENS_NOTE_CONFIRMED:
        note_confirmed(context, order);
        break;
    case KITCHENS_NOTE_REFUSED:
        note_refused(context, order);
        break;
    case KITCHENS_NOTE_WAITING:
        note_waiting(context, order);
        break;
    case KITCHENS_NOTE_ASSIGNED:
        note_assigned(context, order);
        break;
    case KITCHENS_NOTE_HANDOVER_OFFERED:
        note_offered(context, order);
        break;
    case KITCHENS_NOTE_HANDOVER_ACCEPTED:
        note_accepted(context, order);
        break;
    case KITCHENS_NOTE_HANDOVER_FAILED:
        ledger_handover_failed(context, order, (uint32_t)context->note->args[2]);
        break;
    case KITCHENS_NOTE_BOOK_ORDER:
        note_in_book(context, order);
        break;
    case KITCHENS_NOTE_CLAIMED:
        note_claimed(context, order);
        break;
    default:
        return false;
    }
    if (context->note->kind != KITCHENS_NOTE_RECEIVED)
        order->flags &= (uint8_t) ~(LEDGER_UNHEARD | LEDGER_FORGOTTEN);
    return true;
}

/* What customers know. That they were told is a promise of its own: an answer that left before its
 * record was durable (bug.ack_before_fsync) binds the city all the same. */
bool ledger_note_of_customers(const struct ledger_context *context, struct ledger_order *order)
{
    switch (context->note->kind) {
    case KITCHENS_NOTE_RESENT:
        note_resent(context, order);
        return true;
    case KITCHENS_NOTE_ACKNOWLEDGED: /* a promise, even if the book does not know of it */
        order->flags |= LEDGER_CONFIRMED;
        return true;
    case KITCHENS_NOTE_TURNED_AWAY:
        note_turned_away(context, order);
        return true;
    case KITCHENS_NOTE_GIVEN_UP:
        ledger_note_given_up(context, order);
        return true;
    case KITCHENS_NOTE_SERVED:
        note_served(context, order);
        return true;
    default:
        return false;
    }
}
