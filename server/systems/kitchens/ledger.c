/* ledger.c: what each note means for the order it speaks of. */
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
    const struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, order->kitchen);
    uint32_t node = order->kitchen;
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

static struct blocked blocked_now(const struct ledger_context *context,
                                  const struct ledger_order *order)
{
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
        return (struct blocked){LEDGER_BLOCKED_HANDOVER, order->handover_to};
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
        return (struct blocked){LEDGER_BLOCKED_KITCHENS, order->wait};
    }
}

static bool is_uncooked(const struct ledger_order *order)
{
    return order->cooked == 0 && order->outcome == LEDGER_OPEN;
}

/* Ends the interval that was and begins the one that is. */
static void order_block(const struct ledger_context *context, struct ledger_order *order,
                        int64_t time_ns)
{
    if (!is_uncooked(order))
        return;
    struct blocked now = blocked_now(context, order);
    if (now.blocker == order->blocked && now.ref == order->blocked_ref)
        return;
    ledger_order_step(context->ledger, order, time_ns, now.blocker, now.ref);
}

/* ---- Changes of an order ---- */

static void order_touch(struct ledger *ledger, struct ledger_order *order)
{
    order->mark = (uint32_t)ledger->notes;
}

static void order_phase(const struct ledger_context *context, struct ledger_order *order,
                        enum ledger_phase phase)
{
    struct ledger *ledger = context->ledger;
    ledger->waiting -= order->phase == LEDGER_PHASE_WAITING;
    ledger->waiting += phase == LEDGER_PHASE_WAITING;
    order->phase = (uint8_t)phase;
    order->until = 0;
    order_touch(ledger, order);
}

/* A note came from a step that had waited for its node's CPU: that wait is an interval of its own,
 * after what brought the event there. */
static void order_waited(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    if (!is_uncooked(order) || note->waited_ns < LEDGER_UNIT_NS)
        return;
    ledger_order_step(context->ledger, order, note->time_ns - note->waited_ns, LEDGER_BLOCKED_BUSY,
                      note->node);
}

static void order_enter(const struct ledger_context *context, struct ledger_order *order,
                        enum ledger_phase phase)
{
    order_waited(context, order);
    if (is_uncooked(order)) { /* the blocker may repeat, but the interval before is closed */
        ledger_order_step(context->ledger, order, context->note->time_ns,
                          (enum ledger_blocker)order->blocked, order->blocked_ref);
        order_phase(context, order, phase);
        order_block(context, order, context->note->time_ns);
    }
}

/* Counts the order among those that its kitchen has to cook. */
static void order_commit(const struct ledger_context *context, struct ledger_order *order,
                         uint8_t node)
{
    struct ledger *ledger = context->ledger;
    if (order->kitchen != LEDGER_NO_KITCHEN && is_uncooked(order)) {
        struct ledger_kitchen *before = ledger_kitchen(ledger, order->kitchen);
        before->committed = (uint16_t)(before->committed - (before->committed > 0));
    }
    order->kitchen = node;
    if (node == LEDGER_NO_KITCHEN || !is_uncooked(order))
        return;
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, node);
    if (kitchen->committed++ == 0)
        kitchen->progress_ns = context->note->time_ns;
}

static void order_handover_end(struct ledger *ledger, struct ledger_order *order)
{
    if (order->handover_to == LEDGER_NO_KITCHEN)
        return;
    struct ledger_kitchen *target = ledger_kitchen(ledger, order->handover_to);
    target->incoming = (uint16_t)(target->incoming - (target->incoming > 0));
    order->handover_to = LEDGER_NO_KITCHEN;
    order->handover_from = LEDGER_NO_KITCHEN;
}

static void order_end(const struct ledger_context *context, struct ledger_order *order,
                      enum ledger_outcome outcome, enum ledger_phase phase)
{
    struct ledger *ledger = context->ledger;
    int64_t now_ns = context->note->time_ns;
    if (is_uncooked(order)) {
        ledger_order_step(ledger, order, now_ns, (enum ledger_blocker)order->blocked, NODE_NONE);
        order_commit(context, order, LEDGER_NO_KITCHEN);
        order->ended = ledger_units(order, now_ns);
    }
    order_handover_end(ledger, order);
    order->outcome = (uint8_t)outcome;
    order_phase(context, order, phase);
    ledger_row_order(ledger, context->plan, order, context->sink);
    ledger_order_finish(ledger, order);
}

static void move_add(struct ledger *ledger, uint32_t from, uint32_t to)
{
    struct ledger_move *move = &ledger->moves[ledger->move_next % LEDGER_MOVES];
    *move = (struct ledger_move){
        .mark = (uint32_t)ledger->notes, .from = (uint8_t)from, .to = (uint8_t)to};
    ledger->move_next++;
}

/* ---- Customers ---- */

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

static void note_placed(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    ledger->counts.placed++;
    uint32_t second = (uint32_t)(note->time_ns / LEDGER_SECOND_NS);
    ledger->window.placed[second % LEDGER_WINDOW_S]++;
    settled_forget(ledger, note->subject);
    struct ledger_order *order = ledger_order_find(ledger, note->subject) != NULL
                                     ? NULL
                                     : ledger_order_open(ledger, note->subject, note->time_ns);
    if (order == NULL) {
        ledger->counts.not_followed++;
        return;
    }
    order->x_m = (int32_t)note->args[0];
    order->y_m = (int32_t)note->args[1];
    order->dish = (uint8_t)note->args[2];
    order->source = (uint8_t)note->args[3];
    order->policy = (uint8_t)context->world->env->settings[KITCHENS_SET_POLICY];
    order->born = (uint32_t)ledger->notes;
    order_touch(ledger, order);
    struct blocked now = blocked_now(context, order);
    ledger_order_blame(order, now.blocker, now.ref);
    move_add(ledger, note->node, KITCHENS_DISPATCHER);
}

/* Asked again although still on its way: the wait so far was for an answer that did not come. */
static void note_resent(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->phase != LEDGER_PHASE_TO_DISPATCHER || !is_uncooked(order))
        return;
    if (order->blocked == LEDGER_BLOCKED_MESSAGE)
        ledger_order_blame(order, LEDGER_BLOCKED_ANSWER, NODE_NONE);
    struct blocked now = blocked_now(context, order);
    ledger_order_step(context->ledger, order, context->note->time_ns, now.blocker, now.ref);
}

static void note_given_up(const struct ledger_context *context, struct ledger_order *order)
{
    order->flags |= LEDGER_GIVEN_UP;
    if (order->outcome != LEDGER_OPEN || order->phase != LEDGER_PHASE_TO_DISPATCHER)
        return;
    context->ledger->counts.given_up++;
    order->reason = LEDGER_REFUSED_NEVER_HEARD;
    order_end(context, order, LEDGER_REFUSED, LEDGER_PHASE_REFUSED);
}

static void note_served(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->cooked == 0 || order->phase == LEDGER_PHASE_SERVED)
        return;
    context->ledger->counts.served++;
    if (ledger_is_kitchen(context->ledger, context->note->peer))
        ledger_kitchen(context->ledger, context->note->peer)->served_total++;
    order->ended = ledger_units(order, context->note->time_ns);
    order_phase(context, order, LEDGER_PHASE_SERVED);
    if ((order->flags & (LEDGER_SETTLED | LEDGER_FORGOTTEN)) != 0)
        order_end(context, order, LEDGER_SERVED, LEDGER_PHASE_SERVED);
}

/* ---- The dispatcher ---- */

static void note_refused(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->outcome != LEDGER_OPEN)
        return;
    context->ledger->counts.refused++;
    order->reason = (uint8_t)context->note->args[0];
    order_end(context, order, LEDGER_REFUSED, LEDGER_PHASE_REFUSED);
}

static void note_received(const struct ledger_context *context, struct ledger_order *order)
{
    if (order->phase == LEDGER_PHASE_TO_DISPATCHER)
        order_enter(context, order, LEDGER_PHASE_BOOK);
}

static void note_confirmed(const struct ledger_context *context, struct ledger_order *order)
{
    context->ledger->counts.confirmed += (order->flags & LEDGER_CONFIRMED) == 0;
    order->flags |= LEDGER_CONFIRMED;
    order_waited(context, order);
}

static void note_waiting(const struct ledger_context *context, struct ledger_order *order)
{
    order->wait = (uint8_t)context->note->args[0];
    order_commit(context, order, LEDGER_NO_KITCHEN);
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    order_enter(context, order, LEDGER_PHASE_WAITING);
}

static void decision_adopt(struct ledger *ledger, struct ledger_order *order)
{
    if (ledger->candidate_order != order->order)
        return;
    uint32_t count = ledger->candidate_next - ledger->candidate_first;
    order->candidates = ledger->candidate_first;
    order->candidate_count = (uint8_t)(count > KITCHENS_MAX ? KITCHENS_MAX : count);
    ledger->candidate_order = NODE_NONE;
}

static void note_candidate(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (ledger->candidate_order != note->subject) {
        ledger->candidate_order = note->subject;
        ledger->candidate_first = ledger->candidate_next;
    }
    ledger->candidates[ledger->candidate_next % LEDGER_CANDIDATES] =
        (struct ledger_candidate){.load = (int32_t)note->args[0],
                                  .specialty = (int32_t)note->args[1],
                                  .time = (int32_t)note->args[2],
                                  .distance = (int32_t)note->args[3],
                                  .node = note->peer};
    ledger->candidate_next++;
}

static void note_assigned(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (!ledger_is_kitchen(ledger, note->peer))
        return;
    bool again = note->args[3] != 0;
    ledger->counts.reassigned += again;
    order->reassigned = (uint8_t)(order->reassigned + (again && order->reassigned < UINT8_MAX));
    order->epoch = (uint32_t)note->args[0];
    order->score = (int32_t)note->args[1];
    order->policy = (uint8_t)note->args[2];
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    if (order->kitchen_first == LEDGER_NO_KITCHEN)
        order->kitchen_first = (uint8_t)note->peer;
    decision_adopt(ledger, order);
    order_waited(context, order);
    if (is_uncooked(order))
        ledger_order_step(ledger, order, note->time_ns, (enum ledger_blocker)order->blocked,
                          order->blocked_ref);
    order_commit(context, order, (uint8_t)note->peer);
    order_enter(context, order, LEDGER_PHASE_TO_KITCHEN);
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, note->peer);
    kitchen->assigned++;
    kitchen->score = order->score;
    move_add(ledger, KITCHENS_DISPATCHER, note->peer);
    ledger_judge_assigned(context, order);
}

/* Is the order already booked as done? Then two cooks were paid for one order. */
static void note_settled(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    uint64_t bit;
    uint64_t *word = settled_word(ledger, note->subject, &bit);
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
        order_end(context, order, LEDGER_SERVED, LEDGER_PHASE_SERVED);
}

/* ---- Hand-overs ---- */

static void note_offered(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    uint32_t target = (uint32_t)note->args[1];
    if (!ledger_is_kitchen(ledger, target) || !ledger_is_kitchen(ledger, note->peer))
        return;
    order_handover_end(ledger, order);
    ledger->counts.offered++;
    order->offered = ledger_units(order, note->time_ns);
    order->handover_from = (uint8_t)note->peer;
    order->handover_to = (uint8_t)target;
    ledger_kitchen(ledger, target)->incoming++;
    ledger_judge_offered(context, target);
}

static void note_released(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    if (order->phase == LEDGER_PHASE_COOKING && order->kitchen == note->node)
        ledger_break(context, LEDGER_CHECK_STARTED_STAYS, order->order, KITCHENS_WORD_STARTED_MOVED,
                     note->node, note->args[0], 0, 0);
    order_enter(context, order, LEDGER_PHASE_HANDOVER);
    if (order->handover_to != LEDGER_NO_KITCHEN)
        move_add(context->ledger, note->node, order->handover_to);
}

static void count_migration(struct ledger *ledger, const struct ledger_order *order)
{
    ledger->counts.migrations++;
    if (order->handover_from != LEDGER_NO_KITCHEN)
        ledger_kitchen(ledger, order->handover_from)->migrated_out++;
    if (order->handover_to != LEDGER_NO_KITCHEN)
        ledger_kitchen(ledger, order->handover_to)->migrated_in++;
}

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
    order->handed = now == 0 ? 1 : now;
}

static void note_accepted(const struct ledger_context *context, struct ledger_order *order)
{
    count_migration(context->ledger, order);
    order->migrations = (uint8_t)(order->migrations + (order->migrations < UINT8_MAX));
    judge_bounce(context, order);
    ledger_row_migration(context, order, true, KITCHENS_REASON_NONE);
    order_handover_end(context->ledger, order);
    order_touch(context->ledger, order);
}

static void note_failed(const struct ledger_context *context, struct ledger_order *order,
                        uint32_t reason)
{
    if (order->handover_to == LEDGER_NO_KITCHEN)
        return; /* already closed: a source that is too late says so, and then the dispatcher */
    ledger_row_migration(context, order, false, reason);
    order_handover_end(context->ledger, order);
    order_touch(context->ledger, order);
}

/* ---- Kitchens ---- */

/* A ticket under an older epoch than the latest is a side track: it is counted, not followed. */
static bool is_main_track(const struct ledger_order *order, uint32_t epoch)
{
    return order->outcome == LEDGER_OPEN && epoch >= order->epoch;
}

static void load_change(const struct ledger_context *context, int32_t pending, int32_t cooking)
{
    const struct node_note *note = context->note;
    const struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, note->node);
    ledger_kitchen_load(context->ledger, note->node, note->time_ns, kitchen->pending + pending,
                        kitchen->cooking + cooking);
}

static void note_queued(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    ledger_kitchen_load(context->ledger, note->node, note->time_ns, (int32_t)note->args[1],
                        (int32_t)note->args[2]);
    if (order == NULL || !is_main_track(order, (uint32_t)note->args[0]))
        return;
    order_waited(context, order);
    if (order->kitchen != note->node)
        order_commit(context, order, (uint8_t)note->node);
    order->epoch = (uint32_t)note->args[0];
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    order_enter(context, order, LEDGER_PHASE_QUEUED);
}

static void note_cooking(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    load_change(context, -1, 1);
    if (order == NULL || !is_main_track(order, (uint32_t)note->args[0]) ||
        order->kitchen != note->node || !is_uncooked(order))
        return;
    if (order->blocked == LEDGER_BLOCKED_SLOT && note->args[2] >= 0)
        ledger_order_blame(order, LEDGER_BLOCKED_SLOT, (uint32_t)note->args[2]);
    order_enter(context, order, LEDGER_PHASE_COOKING);
    order->until = ledger_units(order, note->time_ns + note->args[1]);
}

static bool is_specialist(const struct ledger_context *context, uint32_t node, uint8_t dish)
{
    uint8_t cuisine = context->plan->dishes[dish].cuisine;
    return (ledger_kitchen(context->ledger, node)->specialties >> cuisine & 1u) != 0;
}

static void count_response(const struct ledger_context *context, const struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    uint32_t second = (uint32_t)(note->time_ns / LEDGER_SECOND_NS);
    ledger->counts.cooked++;
    ledger->counts.response_units += order->cooked;
    ledger->counts.misrouted += !is_specialist(context, note->node, order->dish);
    histogram_add(&ledger->responses, order->cooked);
    ledger->window.cooked[second % LEDGER_WINDOW_S]++;
    ledger_window_add(&ledger->window, second, order->cooked);
    ledger_kitchen(ledger, note->node)->response_units += order->cooked;
    ledger_kitchen(ledger, note->node)->responses++;
}

/* The same order under the same epoch from a second kitchen: a copy was left behind (CHEF-T05). */
static void judge_cooked_again(const struct ledger_context *context,
                               const struct ledger_order *order)
{
    const struct node_note *note = context->note;
    if (order->cooked_epoch == (uint32_t)note->args[0] && order->kitchen_cooked != note->node)
        ledger_break(context, LEDGER_CHECK_ONE_COOK_PER_EPOCH, order->order,
                     KITCHENS_WORD_COOKED_TWICE_ONE_EPOCH, order->kitchen_cooked, note->node,
                     note->args[0], 0);
}

static void order_cooked(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    ledger_order_step(ledger, order, note->time_ns, LEDGER_BLOCKED_COOKING, note->node);
    order_commit(context, order, (uint8_t)note->node);
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, note->node);
    kitchen->committed = (uint16_t)(kitchen->committed - (kitchen->committed > 0));
    uint32_t cooked = ledger_units(order, note->time_ns);
    order->cooked = cooked == 0 ? 1 : cooked;
    order->cooked_epoch = (uint32_t)note->args[0];
    order->kitchen_cooked = (uint8_t)note->node;
    order->travel_ms = (uint32_t)note->args[1];
    order_phase(context, order, LEDGER_PHASE_COURIER);
    order->until = ledger_units(order, note->time_ns + note->args[1] * LEDGER_MS_NS);
    count_response(context, order);
    move_add(ledger, note->node, kitchens_customers(context->plan));
}

static void note_cooked(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    load_change(context, 0, -1);
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, note->node);
    kitchen->completed++;
    kitchen->progress_ns = note->time_ns;
    if (order == NULL || order->outcome != LEDGER_OPEN || order->cooked != 0) {
        ledger->counts.wasted++;
        if (order != NULL && order->cooked != 0)
            judge_cooked_again(context, order);
    } else {
        order_cooked(context, order);
    }
    if (order != NULL)
        order->times_cooked = (uint8_t)(order->times_cooked + (order->times_cooked < UINT8_MAX));
}

static void note_rejected(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, note->node);
    context->ledger->counts.oversold++;
    kitchen->rejected++;
    if (order == NULL || order->kitchen != note->node || order->epoch != (uint32_t)note->args[0])
        return;
    order_waited(context, order);
    order->flags |= LEDGER_REJECTED;
    order_block(context, order, note->time_ns);
}

/* Vanished: the book forgot it, and no kitchen holds a ticket any more. */
static void order_lose_if_vanished(const struct ledger_context *context, struct ledger_order *order)
{
    bool ticket = order->phase == LEDGER_PHASE_TO_KITCHEN || order->phase == LEDGER_PHASE_QUEUED ||
                  order->phase == LEDGER_PHASE_COOKING;
    if ((order->flags & LEDGER_FORGOTTEN) == 0 || !is_uncooked(order) ||
        (ticket && (order->flags & LEDGER_TICKET_GONE) == 0))
        return;
    context->ledger->counts.lost++;
    ledger_break(context, LEDGER_CHECK_NO_ORDER_LOST, order->order,
                 KITCHENS_WORD_LOST_AFTER_CONFIRMED, (int64_t)context->ledger->counts.lost, 0, 0,
                 0);
    order_end(context, order, LEDGER_LOST, LEDGER_PHASE_LOST);
}

static void note_dropped(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    bool cooking = note->args[1] != 0;
    load_change(context, cooking ? 0 : -1, cooking ? -1 : 0);
    context->ledger->counts.wasted += cooking;
    if (order == NULL || order->kitchen != note->node || order->epoch != (uint32_t)note->args[0] ||
        !is_uncooked(order) || order->phase == LEDGER_PHASE_HANDOVER)
        return;
    order->flags |= LEDGER_TICKET_GONE;
    ledger_order_step(context->ledger, order, note->time_ns, LEDGER_BLOCKED_DROPPED, note->node);
    order_lose_if_vanished(context, order);
}

/* ---- All orders at once ---- */

/* A node stopped or went on: the orders it concerns have a new blocker. */
static void orders_reblock(const struct ledger_context *context, uint32_t node)
{
    struct ledger *ledger = context->ledger;
    bool crashed = context->note->kind == NODE_NOTE_CRASHED;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        struct ledger_order *order = &ledger->orders[i];
        if (order->phase == 0 || order->outcome != LEDGER_OPEN)
            continue;
        if (crashed && node == KITCHENS_DISPATCHER && (order->flags & LEDGER_SETTLED) == 0)
            order->flags |= LEDGER_UNHEARD;
        if (crashed && order->kitchen == node &&
            (order->phase == LEDGER_PHASE_QUEUED || order->phase == LEDGER_PHASE_COOKING))
            order->flags |= LEDGER_TICKET_GONE;
        if (node == KITCHENS_DISPATCHER || order->kitchen == node)
            order_block(context, order, context->note->time_ns);
        if (crashed)
            order_lose_if_vanished(context, order);
    }
}

/* The dispatcher has read its book: a confirmed order that is not in it is gone from there. */
static void orders_recovered(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        struct ledger_order *order = &ledger->orders[i];
        if (order->phase == 0 || order->outcome != LEDGER_OPEN)
            continue;
        if ((order->flags & LEDGER_UNHEARD) != 0 && (order->flags & LEDGER_CONFIRMED) != 0)
            order->flags |= LEDGER_FORGOTTEN;
        else
            order_block(context, order, context->note->time_ns);
        order_lose_if_vanished(context, order);
    }
}

/* ---- Every note ---- */

/* Notes of the dispatcher about an order: whatever it says, it has not forgotten it. */
static bool note_of_dispatcher(const struct ledger_context *context, struct ledger_order *order)
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
        note_failed(context, order, (uint32_t)context->note->args[2]);
        break;
    case KITCHENS_NOTE_BOOK_ORDER:
        break;
    default:
        return false;
    }
    if (context->note->kind != KITCHENS_NOTE_RECEIVED)
        order->flags &= (uint8_t) ~(LEDGER_UNHEARD | LEDGER_FORGOTTEN);
    return true;
}

static bool note_of_customers(const struct ledger_context *context, struct ledger_order *order)
{
    switch (context->note->kind) {
    case KITCHENS_NOTE_RESENT:
        note_resent(context, order);
        return true;
    case KITCHENS_NOTE_GIVEN_UP:
        note_given_up(context, order);
        return true;
    case KITCHENS_NOTE_SERVED:
        note_served(context, order);
        return true;
    default:
        return false;
    }
}

/* Notes of a kitchen about a ticket; the order itself may no longer be known (NULL). */
static bool note_of_kitchen(const struct ledger_context *context, struct ledger_order *order)
{
    switch (context->note->kind) {
    case KITCHENS_NOTE_QUEUED:
        note_queued(context, order);
        return true;
    case KITCHENS_NOTE_COOKING:
        note_cooking(context, order);
        return true;
    case KITCHENS_NOTE_COOKED:
        note_cooked(context, order);
        return true;
    case KITCHENS_NOTE_REJECTED:
        note_rejected(context, order);
        return true;
    case KITCHENS_NOTE_DROPPED:
        note_dropped(context, order);
        return true;
    case KITCHENS_NOTE_HANDOVER_RELEASED:
        if (order != NULL)
            note_released(context, order);
        return true;
    case KITCHENS_NOTE_HANDOVER_TOO_LATE:
        if (order != NULL)
            note_failed(context, order, KITCHENS_REASON_TOO_LATE);
        return true;
    default:
        return false;
    }
}

/* False: not a note about an order. */
static bool ledger_order_note(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (note->kind == KITCHENS_NOTE_PLACED) {
        note_placed(context);
        return true;
    }
    if (note->kind == KITCHENS_NOTE_CANDIDATE) {
        note_candidate(context);
        return true;
    }
    struct ledger_order *order = ledger_order_find(ledger, note->subject);
    if (note->kind == KITCHENS_NOTE_SETTLED) {
        note_settled(context, order);
        return true;
    }
    if (note->kind == KITCHENS_NOTE_FENCED) {
        ledger->counts.stale++;
        return true;
    }
    if (ledger_is_kitchen(ledger, note->node) && note_of_kitchen(context, order))
        return true;
    if (order == NULL || order->outcome != LEDGER_OPEN)
        return false;
    return note_of_dispatcher(context, order) || note_of_customers(context, order);
}

/* ---- The observer ---- */

static void ledger_init(void *state, const struct node_env *env, uint64_t seed)
{
    (void)seed;
    struct ledger *ledger = state;
    memset(ledger, 0, sizeof *ledger);
    ledger->candidate_order = NODE_NONE;
    ledger_orders_init(ledger);
    ledger_city_init(ledger, env->plan);
}

static void ledger_note(void *state, const struct node_world *world, const struct node_note *note,
                        const struct node_row_sink *sink)
{
    struct ledger *ledger = state;
    struct ledger_context context = {
        .ledger = ledger, .world = world, .plan = world->env->plan, .note = note, .sink = sink};
    ledger->notes++;
    if (note->kind < NODE_NOTE_SYSTEM || !ledger_order_note(&context))
        ledger_city_note(&context);
    if (note->kind == KITCHENS_NOTE_BOOK_RECOVERED)
        orders_recovered(&context);
    else if (note->kind >= NODE_NOTE_CRASHED && note->kind <= NODE_NOTE_RESUMED)
        orders_reblock(&context, note->node);
}

static void ledger_tick(void *state, const struct node_world *world,
                        const struct node_row_sink *sink)
{
    struct ledger *ledger = state;
    struct ledger_context context = {
        .ledger = ledger, .world = world, .plan = world->env->plan, .note = NULL, .sink = sink};
    uint32_t second = (uint32_t)(world->time_ns / LEDGER_SECOND_NS);
    ledger->faults = world->faults_active;
    ledger->tick_mark[second % LEDGER_TICKS] = (uint32_t)ledger->notes;
    ledger_window_expire(&ledger->window, second);
    ledger_city_tick(&context);
    ledger_judge_tick(&context);
    ledger_rows_second(&context);
    ledger->window.placed[second % LEDGER_WINDOW_S] = 0;
    ledger->window.cooked[second % LEDGER_WINDOW_S] = 0;
    ledger->second = ledger->counts;
}

const struct node_observer KITCHENS_LEDGER = {
    .state_bytes = sizeof(struct ledger),
    .init = ledger_init,
    .note = ledger_note,
    .tick = ledger_tick,
};
