/* dispatcher_assign.c: an order goes to a kitchen: choosing, sending, waiting, and what comes back.
 *
 * An assignment is a lease without an end: (order, epoch), valid until the dispatcher takes it
 * back. Taking it back needs no message to the kitchen, which may be unreachable: the order gets a
 * new epoch, and every word under the old one is stale from then on (fencing tokens, as Kleppmann
 * describes them). So at any moment an order has at most one valid epoch, and the decision to move
 * it needs nobody's consent.
 *
 * Waiting is of two kinds. Policies that take turns stand by their choice: the order joins the line
 * of its kitchen, full or not, as round robin does in the real world. The others never name a full
 * kitchen, and their orders wait in common, first come, first served. */
#include <assert.h>

#include "base/draw.h"
#include "systems/kitchens/dispatcher.h"

static const uint32_t DRAW_CHOICE = DRAW_PURPOSE('c', 'h', 'o', 'o');

/* Rising through all boots: the upper bits are the boot's term (dispatcher_recover.c). */
uint64_t epoch_next(const struct turn *turn)
{
    return ++turn->self->epoch;
}

/* ---- Choosing ---- */

struct policy_candidate assign_candidate(const struct turn *turn, const struct order *order,
                                         const struct place *place)
{
    assert(order->dish < turn->plan->dish_count);
    uint32_t cuisine = turn->plan->dishes[order->dish].cuisine;
    return (struct policy_candidate){
        .kitchen = place_number(turn, place),
        .tickets = place_tickets(turn, place),
        .capacity = place_capacity(place),
        .cooks = place->cooks,
        .average_ms = place->average_ms,
        .distance_m = kitchens_distance_m(order->x_m, order->y_m, place->x_m, place->y_m),
        .specialist = (place->specialties >> cuisine) & 1,
    };
}

/* Specialty is a preference, part of the score, and no filter: when the last specialist is gone the
 * others cook its dishes all the same (CHEF-T11). */
uint32_t assign_candidates(const struct turn *turn, const struct order *order,
                           struct policy_candidate *candidates)
{
    uint32_t count = 0;
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        const struct place *place = &turn->self->places[i];
        if (!place_is_open(place))
            continue;
        assert(count < KITCHENS_MAX);
        candidates[count] = assign_candidate(turn, order, place);
        if (turn_setting(turn, KITCHENS_SET_BUG_SPECIALTY_FILTER) && !candidates[count].specialist)
            continue;
        count++;
    }
    return count;
}

/* By belief, with what is under way counted; the kitchen itself has the last word. */
static bool has_room(const struct turn *turn, const struct place *place)
{
    return policy_free_share(turn->env, place_tickets(turn, place), place_capacity(place)) > 0;
}

/* A kitchen that has just refused an order is not asked again before it has spoken. */
static bool is_barred(const struct order *order, const struct turn *turn, const struct place *place)
{
    return order->refused_by == place_number(turn, place) &&
           order->refused_sequence == place->sequence;
}

void assign_note_candidates(const struct turn *turn, const struct order *order,
                            const struct policy_candidate *candidates, uint32_t count)
{
    assert(count <= KITCHENS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (!policy_has_room(turn->env, &candidates[i]))
            continue;
        struct policy_score score = policy_score(turn->env, &candidates[i]);
        dispatcher_note(turn, KITCHENS_NOTE_CANDIDATE,
                        turn->self->places[candidates[i].kitchen].node, order_number(turn, order),
                        score.load, score.specialty, score.time, score.distance);
    }
}

/* ---- Sending ---- */

static void send_ticket(const struct turn *turn, const struct order *order,
                        enum kitchens_message type)
{
    assert(order->epoch != 0);
    assert(order->kitchen != 0);
    const struct place *place = &turn->self->places[order->kitchen];
    struct kitchens_ticket ticket = {.order = order_number(turn, order),
                                     .preparation_ms = order->preparation_ms,
                                     .epoch = order->epoch,
                                     .registration = place->registration,
                                     .x_m = order->x_m,
                                     .y_m = order->y_m,
                                     .dish = order->dish};
    node_send(turn->outbox, place->node, (uint16_t)type, &ticket, sizeof ticket);
}

/* The order counts as a ticket of that kitchen from this line on, long before the kitchen has it or
 * says so. Counting only what reports say would send a whole stampede to whoever looked empty in
 * the last report (CHEF-T02). */
void assign_to(const struct turn *turn, struct order *order, struct place *place, uint64_t epoch,
               int64_t score, uint32_t partner)
{
    assert(epoch != 0);
    assert(place_number(turn, place) >= KITCHENS_FIRST);
    order->epoch = epoch;
    order->assigned_ns = turn->now_ns;
    order->state = ORDER_ASSIGNED;
    order->kitchen = (uint8_t)place_number(turn, place);
    order->partner = (uint8_t)partner;
    order->attempts = 0;
    order_append(turn, order, LIST_TICKETS + order->kitchen);
    place->unanswered++;
    dispatcher_note(turn, KITCHENS_NOTE_ASSIGNED, place->node, order_number(turn, order),
                    (int64_t)epoch, score, turn_setting(turn, KITCHENS_SET_POLICY),
                    (order->flags & ORDER_AGAIN) != 0);
    order->flags &= (uint8_t) ~(ORDER_AGAIN | ORDER_STARTED | ORDER_UNTOLD);
    send_ticket(turn, order, KITCHENS_ASSIGN);
    resend_add(turn, order);
}

/* ---- Waiting ---- */

static void wait_for(const struct turn *turn, struct order *order, struct place *place)
{
    order->state = ORDER_WAITING;
    order->kitchen = (uint8_t)place_number(turn, place);
    order->flags &= (uint8_t)~ORDER_UNTOLD;
    order_append(turn, order, LIST_LINE + order->kitchen);
    dispatcher_note(turn, KITCHENS_NOTE_WAITING, place->node, order_number(turn, order),
                    KITCHENS_WAIT_ITS_KITCHEN, 0, 0, 0);
}

/* Says it once for each time that an order begins to wait, with the reason of that moment. */
static void tell_waiting(const struct turn *turn, struct order *order, enum kitchens_wait why)
{
    order->flags &= (uint8_t)~ORDER_UNTOLD;
    dispatcher_note(turn, KITCHENS_NOTE_WAITING, NODE_NONE, order_number(turn, order), why, 0, 0,
                    0);
}

/* Joins the common line; untold until somebody has looked for a kitchen in vain. */
static void wait_for_anybody(const struct turn *turn, struct order *order)
{
    order->state = ORDER_WAITING;
    order->kitchen = 0;
    order->flags |= ORDER_UNTOLD;
    order_append(turn, order, LIST_WAITING);
}

/* For the reader of the event: full is something else than closed, and both are something else than
 * a rule that lets nobody cook it (bug.specialty_filter). */
static enum kitchens_wait why_nobody(const struct turn *turn, uint32_t candidates)
{
    if (candidates > 0)
        return KITCHENS_WAIT_ALL_FULL;
    return turn_setting(turn, KITCHENS_SET_BUG_SPECIALTY_FILTER) ? KITCHENS_WAIT_NO_SPECIALIST
                                                                 : KITCHENS_WAIT_NO_KITCHEN;
}

bool assign_is_early(const struct turn *turn)
{
    return turn->now_ns < turn->self->assembly_until_ns;
}

/* Gives it to the policy's choice. False: nobody can take it now. */
static bool try_assign(const struct turn *turn, struct order *order, enum kitchens_wait *why)
{
    *why = KITCHENS_WAIT_RECOVERING;
    if (assign_is_early(turn))
        return false;
    assert(order->list == LIST_NONE || order->list == LIST_WAITING);
    struct policy_candidate candidates[KITCHENS_MAX];
    uint32_t count = assign_candidates(turn, order, candidates);
    /* The draw is named by the order and by the last epoch given out: fresh for each attempt, and
     * the same in every run with the same history. */
    uint64_t draw =
        draw_u64(turn->env->draw_key, DRAW_CHOICE, order_number(turn, order), turn->self->epoch);
    uint32_t chosen = policy_choose(turn->env, &turn->self->policy, candidates, count, draw);
    *why = why_nobody(turn, count);
    if (chosen == POLICY_NOBODY)
        return false;
    struct place *place = &turn->self->places[candidates[chosen].kitchen];
    if (policy_takes_turns(turn->env)) {
        uint32_t line = turn->self->lists[LIST_LINE + place_number(turn, place)].count;
        if (line > 0 || !has_room(turn, place) || is_barred(order, turn, place)) {
            wait_for(turn, order, place);
            return true;
        }
    } else if (is_barred(order, turn, place)) {
        return false;
    }
    if (turn_setting(turn, KITCHENS_SET_POLICY) == KITCHENS_WEIGHTED_SCORE)
        assign_note_candidates(turn, order, candidates, count);
    assign_to(turn, order, place, epoch_next(turn),
              policy_score(turn->env, &candidates[chosen]).total, 0);
    return true;
}

/* An order that comes while the step has already asked for a lot joins the common line untold; the
 * next step looks at it. A step is bounded, whatever a crash lets loose at once. */
void assign_order(const struct turn *turn, struct order *order)
{
    assert(order->list == LIST_NONE);
    enum kitchens_wait why;
    if (turn_is_long(turn)) {
        wait_for_anybody(turn, order);
        dispatcher_continue(turn);
    } else if (!try_assign(turn, order, &why)) {
        wait_for_anybody(turn, order);
        tell_waiting(turn, order, why);
    }
}

static bool anybody_has_room(const struct turn *turn)
{
    assert(turn->plan->kitchen_count <= KITCHENS_MAX);
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++)
        if (place_is_open(&turn->self->places[i]) && has_room(turn, &turn->self->places[i]))
            return true;
    return false;
}

/* Looks no further when nobody has room: a long line costs nothing while it cannot move. */
void assign_serve_waiting(const struct turn *turn)
{
    struct order *order = assign_is_early(turn) ? NULL : order_first(turn, LIST_WAITING);
    while (order != NULL && (policy_takes_turns(turn->env) || anybody_has_room(turn))) {
        struct order *after = order_after(turn, order);
        enum kitchens_wait why;
        if (turn_is_long(turn)) {
            dispatcher_continue(turn);
            return;
        }
        if (!try_assign(turn, order, &why) && why == KITCHENS_WAIT_NO_KITCHEN)
            return;
        order = after;
    }
}

void assign_continue(const struct turn *turn)
{
    assign_serve_waiting(turn);
    struct order *order = order_first(turn, LIST_WAITING);
    while (order != NULL && !turn_is_long(turn)) {
        if (order->flags & ORDER_UNTOLD)
            tell_waiting(turn, order, KITCHENS_WAIT_ALL_FULL);
        order = order_after(turn, order);
    }
    if (order != NULL)
        dispatcher_continue(turn);
}

/* In turn, as long as there is room: the line moves by what the kitchen said last. */
static void serve_line(const struct turn *turn, struct place *place)
{
    uint32_t line = LIST_LINE + place_number(turn, place);
    struct order *order = order_first(turn, line);
    while (order != NULL && place_is_open(place) && has_room(turn, place) &&
           !is_barred(order, turn, place)) {
        struct policy_candidate candidate = assign_candidate(turn, order, place);
        assign_to(turn, order, place, epoch_next(turn), policy_score(turn->env, &candidate).total,
                  0);
        order = order_first(turn, line);
    }
}

/* Called whenever something about this place may have got better: a heartbeat, a dish done, a
 * refusal, a registration. */
void assign_serve(const struct turn *turn, struct place *place)
{
    serve_line(turn, place);
    if (order_first(turn, LIST_WAITING) != NULL)
        assign_serve_waiting(turn);
}

/* Everybody who waits in a line that is no longer right joins the common one. */
void assign_policy_changed(const struct turn *turn)
{
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        if (policy_takes_turns(turn->env) && place_is_open(&turn->self->places[i]))
            continue;
        struct order *order = order_first(turn, LIST_LINE + i);
        while (order != NULL) {
            order->kitchen = 0;
            order_append(turn, order, LIST_WAITING);
            order = order_first(turn, LIST_LINE + i);
        }
    }
    assign_serve_waiting(turn);
}

/* ---- Taking back ---- */

/* Undoes whatever was under way for this order, by the state it is in: an offer gives its
 * reservation back, an unanswered assignment is no longer under way. Even a waiting order may be
 * meant: until it has a new epoch, its former kitchen's "done" is still the valid one. After this
 * it is in no list and in no count, and may be assigned anew. */
void assign_take_back(const struct turn *turn, struct order *order, enum kitchens_reason reason)
{
    assert(order->state != ORDER_BOOKING);
    assert(order->state != ORDER_RECOVERED);
    assert(order->state != ORDER_SETTLING);
    struct place *place = &turn->self->places[order->kitchen];
    if (order->state == ORDER_OFFERED) {
        handover_unreserve(turn, order);
        if (reason != KITCHENS_REASON_NONE)
            handover_failed(turn, order, order->kitchen, order->partner,
                            KITCHENS_REASON_SOURCE_DEAD);
    } else if (order->state == ORDER_ASSIGNED) {
        assert(place->unanswered > 0);
        place->unanswered--;
        if (order->partner != 0 && reason != KITCHENS_REASON_NONE)
            handover_failed(turn, order, order->partner, order->kitchen, reason);
    }
    resend_remove(turn, order);
    order_remove(turn, order);
    order->state = ORDER_WAITING;
    order->partner = 0;
}

/* Taken one by one from the head: an order that is given out again goes elsewhere, because this
 * place is no longer open, so the loop ends. */
uint32_t assign_take_all(const struct turn *turn, struct place *place, enum kitchens_reason reason)
{
    uint32_t count = 0;
    struct order *order = order_first(turn, LIST_TICKETS + place_number(turn, place));
    while (order != NULL) {
        assign_take_back(turn, order, reason);
        order->flags |= ORDER_AGAIN;
        assign_order(turn, order);
        count++;
        order = order_first(turn, LIST_TICKETS + place_number(turn, place));
    }
    assign_policy_changed(turn);
    return count;
}

/* ---- What kitchens answer ---- */

/* The order that this word is about, if the word is about its valid assignment there. */
static struct order *meant(const struct turn *turn, const struct place *place,
                           const struct kitchens_report *word)
{
    struct order *order = order_find(turn, word->order);
    if (order == NULL || order->epoch != word->epoch ||
        order->list != LIST_TICKETS + place_number(turn, place))
        return NULL;
    return order;
}

/* On the rail. If it came by a hand-over, that is now over, and its cooldown begins. */
void assign_accepted(const struct turn *turn, struct place *place,
                     const struct kitchens_report *word)
{
    struct order *order = meant(turn, place, word);
    if (order == NULL || order->state != ORDER_ASSIGNED)
        return;
    assert(place->unanswered > 0);
    place->unanswered--;
    resend_remove(turn, order);
    order->state = ORDER_ACCEPTED;
    if (order->partner != 0) {
        order->moved_ns = turn->now_ns;
        order->flags |= ORDER_MOVED;
        dispatcher_note(turn, KITCHENS_NOTE_HANDOVER_ACCEPTED, place->node, word->order,
                        (int64_t)order->epoch, turn->self->places[order->partner].node, 0, 0);
        order->partner = 0;
    }
}

/* The kitchen knows better how full it is. The order is not sent there again before it has spoken,
 * or the two would argue as fast as messages travel. */
void assign_rejected(const struct turn *turn, struct place *place,
                     const struct kitchens_report *word)
{
    struct order *order = meant(turn, place, word);
    if (order == NULL || order->state != ORDER_ASSIGNED)
        return;
    assign_take_back(turn, order, KITCHENS_REASON_TARGET_FULL);
    order->refused_by = (uint8_t)place_number(turn, place);
    order->refused_sequence = place->sequence;
    if (policy_takes_turns(turn->env) && place_is_open(place)) {
        order->state = ORDER_WAITING; /* first in its line, once there is room */
        order_prepend(turn, order, LIST_LINE + place_number(turn, place));
        dispatcher_note(turn, KITCHENS_NOTE_WAITING, place->node, word->order,
                        KITCHENS_WAIT_ITS_KITCHEN, 0, 0, 0);
        return;
    }
    assign_order(turn, order);
}

/* Asks again what has not been answered; who does not answer at all is suspected. */
void assign_resend_due(const struct turn *turn)
{
    const int64_t interval_ns = DISPATCHER_RESEND_MS * DISPATCHER_NS_PER_MS;
    turn->self->resend_armed = false;
    struct order *order = resend_first(turn);
    while (order != NULL && turn->now_ns - order->sent_ns >= interval_ns && !turn_is_long(turn)) {
        /* Unanswered for as long as silence would need to be suspicious is suspicion too: a kitchen
         * whose heartbeats arrive and whose answers do not is cut off in one direction. */
        order->attempts = (uint8_t)(order->attempts + (order->attempts < UINT8_MAX));
        if (order->attempts * interval_ns > turn_setting_ns(turn, KITCHENS_SET_SUSPECT_MS) ||
            order->attempts == UINT8_MAX) {
            place_suspect(turn, &turn->self->places[order->kitchen]);
        } else {
            send_ticket(turn, order,
                        order->state == ORDER_OFFERED ? KITCHENS_OFFER : KITCHENS_ASSIGN);
            resend_add(turn, order);
        }
        order = resend_first(turn);
    }
    if (order != NULL) {
        turn->self->resend_armed = true;
        node_timer_set(turn->outbox, DISPATCHER_TIMER_RESEND, order->sent_ns + interval_ns);
    }
}
