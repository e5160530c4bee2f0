/* dispatcher_handover.c: pending orders of overloaded kitchens go to kitchens with room.
 *
 * A hand-over has two phases (CHEF-T05). The source is asked to let the order go: it takes the
 * ticket off its rail, or answers that it is too late. Only then the target gets it, under a new
 * epoch, so that there is never more than one valid ticket. Whatever fails on the way, the order is
 * in the book, and the dispatcher alone decides where it goes next.
 */
#include <assert.h>

#include "systems/kitchens/dispatcher.h"

enum { PERCENT = 100 };

void handover_failed(const struct turn *turn, const struct order *order, uint32_t source,
                     uint32_t target, enum kitchens_reason reason)
{
    assert(source < DISPATCHER_PLACES);
    assert(target < DISPATCHER_PLACES);
    dispatcher_note(turn, KITCHENS_NOTE_HANDOVER_FAILED, turn->self->places[target].node,
                    order_number(turn, order), (int64_t)order->epoch,
                    turn->self->places[source].node, reason, 0);
}

void handover_unreserve(const struct turn *turn, struct order *order)
{
    if ((order->flags & ORDER_RESERVES) == 0)
        return;
    assert(turn->self->places[order->partner].reserved > 0);
    turn->self->places[order->partner].reserved--;
    order->flags &= (uint8_t)~ORDER_RESERVES;
}

/* ---- Choosing ---- */

/* Thresholds in hundredths, counts in tickets: compared by multiplication, so that nothing is
 * rounded. */
static bool is_overloaded(const struct turn *turn, const struct place *place)
{
    return place_is_open(place) && place->capacity > 0 &&
           (int64_t)place_tickets(turn, place) * PERCENT >
               turn_setting(turn, KITCHENS_SET_OVERLOAD_THRESHOLD) * place->capacity;
}

/* Below the threshold now, and not above the other one with one order more. */
static bool is_available(const struct turn *turn, const struct place *place)
{
    int64_t tickets = place_tickets(turn, place);
    return place->state == PLACE_TRUSTED && !place->leaving &&
           tickets * PERCENT <
               turn_setting(turn, KITCHENS_SET_AVAILABLE_THRESHOLD) * place->capacity &&
           (tickets + 1) * PERCENT <=
               turn_setting(turn, KITCHENS_SET_OVERLOAD_THRESHOLD) * place->capacity;
}

/* Ranks the targets anew for every order: each offer counts as a ticket of its target at once. A
 * list made once a cycle would send every overloaded kitchen's orders to the same best target and
 * overload that one next (CHEF-T03). */
static struct place *choose_target(const struct turn *turn, const struct order *order)
{
    assert(order->state == ORDER_ACCEPTED);
    struct policy_candidate candidates[KITCHENS_MAX];
    uint32_t count = 0;
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        const struct place *place = &turn->self->places[i];
        if (i != order->kitchen && is_available(turn, place))
            candidates[count++] = assign_candidate(turn, order, place);
    }
    uint32_t best = policy_best_score(turn->env, candidates, count);
    return best == POLICY_NOBODY ? NULL : &turn->self->places[candidates[best].kitchen];
}

/* An order that has just moved stays for a while: hysteresis in time, beside that of the two
 * thresholds. Without it an order is carried to and fro between two kitchens that are both nearly
 * full (CHEF-T04). */
static bool has_cooled_down(const struct turn *turn, const struct order *order)
{
    return (order->flags & ORDER_MOVED) == 0 ||
           turn->now_ns - order->moved_ns >= turn_setting_ns(turn, KITCHENS_SET_COOLDOWN_MS) ||
           turn_setting(turn, KITCHENS_SET_BUG_NO_COOLDOWN);
}

/* What is being cooked stays (CHEF-T06). The dispatcher asks only for what it believes to be
 * waiting; the last word is the kitchen's. */
static bool may_move(const struct turn *turn, const struct order *order)
{
    return order->state == ORDER_ACCEPTED && (order->flags & ORDER_STARTED) == 0 &&
           has_cooled_down(turn, order);
}

/* ---- First phase ---- */

static void hand_to(const struct turn *turn, struct order *order, struct place *target,
                    uint64_t epoch, uint32_t source)
{
    struct policy_candidate candidate = assign_candidate(turn, order, target);
    assign_note_candidates(turn, order, &candidate, 1);
    assign_to(turn, order, target, epoch, policy_score(turn->env, &candidate).total, source);
}

static void offer(const struct turn *turn, struct order *order, struct place *target)
{
    assert(order->state == ORDER_ACCEPTED);
    assert(order->kitchen != place_number(turn, target));
    const struct place *source = &turn->self->places[order->kitchen];
    dispatcher_note(turn, KITCHENS_NOTE_HANDOVER_OFFERED, source->node, order_number(turn, order),
                    (int64_t)order->epoch, target->node, 0, 0);
    if (turn_setting(turn, KITCHENS_SET_BUG_COPY_MIGRATE)) {
        hand_to(turn, order, target, order->epoch, order->kitchen); /* a copy */
        return;
    }
    order->state = ORDER_OFFERED;
    order->partner = (uint8_t)place_number(turn, target);
    order->attempts = 0;
    /* The place at the target is kept from now on, in the count that every other decision looks at
     * too. */
    if (!turn_setting(turn, KITCHENS_SET_BUG_TARGETS_ONCE)) {
        target->reserved++;
        order->flags |= ORDER_RESERVES;
    }
    struct kitchens_ticket ticket = {.order = order_number(turn, order),
                                     .epoch = order->epoch,
                                     .registration = source->registration,
                                     .dish = order->dish};
    node_send(turn->outbox, source->node, KITCHENS_OFFER, &ticket, sizeof ticket);
    resend_add(turn, order);
}

/* Offers up to `count` orders of one kitchen, those that came last: they would wait longest. Looks
 * at no more tickets than are said to be pending. */
static uint32_t relieve(const struct turn *turn, const struct place *place, uint32_t count)
{
    uint32_t moved = 0;
    struct order *order = order_last(turn, LIST_TICKETS + place_number(turn, place));
    for (uint32_t seen = 0; order != NULL && seen < place->pending && moved < count; seen++) {
        struct order *before = order_before(turn, order);
        struct place *target = may_move(turn, order) ? choose_target(turn, order) : NULL;
        if (target != NULL) {
            offer(turn, order, target);
            moved++;
        }
        order = before;
    }
    return moved;
}

/* Kitchens in order of their numbers, each with its own share and all within the cycle's: a cycle
 * is short work however bad the rush is, and the next one comes in half a second. */
void handover_cycle(const struct turn *turn)
{
    int64_t per_cycle = turn_setting(turn, KITCHENS_SET_PER_CYCLE);
    int64_t left = per_cycle > 0 ? per_cycle : INT32_MAX;
    for (uint32_t i = KITCHENS_FIRST; i < KITCHENS_FIRST + turn->plan->kitchen_count; i++) {
        const struct place *place = &turn->self->places[i];
        int64_t count = turn_setting(turn, KITCHENS_SET_PER_KITCHEN);
        count = count < left ? count : left;
        if (count > 0 && is_overloaded(turn, place) && !turn_is_long(turn))
            left -= relieve(turn, place, (uint32_t)count);
    }
}

/* ---- Second phase ---- */

/* An answer counts for the offer that is open: same order, same epoch, same kitchen. Anything else
 * is an echo. */
static struct order *offered(const struct turn *turn, const struct place *place,
                             const struct kitchens_report *word)
{
    struct order *order = order_find(turn, word->order);
    if (order == NULL || order->state != ORDER_OFFERED || order->epoch != word->epoch ||
        order->kitchen != place_number(turn, place))
        return NULL;
    return order;
}

/* The source will not cook it: only now a new epoch is given out, and the target gets it. The
 * reservation is not enough by itself, because the target may have died or filled up meanwhile;
 * then the order goes where any other would. */
void handover_released(const struct turn *turn, struct place *place,
                       const struct kitchens_report *word)
{
    struct order *order = offered(turn, place, word);
    if (order == NULL)
        return;
    uint32_t source = order->kitchen;
    struct place *target = &turn->self->places[order->partner];
    assign_take_back(turn, order, KITCHENS_REASON_NONE);
    bool room = place_tickets(turn, target) < place_capacity(target);
    if (place_is_open(target) && room) {
        hand_to(turn, order, target, epoch_next(turn), source);
    } else {
        handover_failed(turn, order, source, place_number(turn, target),
                        place_is_open(target) ? KITCHENS_REASON_TARGET_FULL
                                              : KITCHENS_REASON_TARGET_DEAD);
        assign_order(turn, order);
    }
    assign_serve(turn, place);
}

/* The cook was faster. The order stays where it is and is not asked for again (CHEF-T06). */
void handover_too_late(const struct turn *turn, struct place *place,
                       const struct kitchens_report *word)
{
    struct order *order = offered(turn, place, word);
    if (order == NULL)
        return;
    handover_unreserve(turn, order);
    resend_remove(turn, order);
    handover_failed(turn, order, order->kitchen, order->partner, KITCHENS_REASON_TOO_LATE);
    order->state = ORDER_ACCEPTED;
    order->flags |= ORDER_STARTED;
    order->partner = 0;
}
