/* ledger_ticket.c: notes of kitchens: tickets on a rail, on the stove, done.
 *
 * A ticket is (order, epoch). The same order may have tickets in several kitchens at once: one
 * valid, the others under epochs that the dispatcher has given up (a kitchen that was cut off cooks
 * on, and nobody can uncook a dish). The kitchen's picture counts them all, because its stove is
 * really busy; the order's own story follows only the latest epoch. That is what separates waste, a
 * figure, from a broken promise. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

static const int64_t COOKING_KNOWN_NS = 3600 * LEDGER_SECOND_NS;

/* ---- Kitchens ---- */

/* A ticket under an older epoch than the latest is a side track: it is counted, not followed. */
static bool is_main_track(const struct ledger_order *order, uint64_t epoch)
{
    return order->outcome == LEDGER_OPEN && epoch >= order->epoch;
}

static void load_change(const struct ledger_context *context, int32_t pending, int32_t cooking)
{
    assert(ledger_is_kitchen(context->ledger, context->note->node));
    const struct node_note *note = context->note;
    const struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, note->node);
    ledger_kitchen_load(context->ledger, note->node, note->time_ns, kitchen->pending + pending,
                        kitchen->cooking + cooking);
}

/* The kitchen says how many tickets it has, itself included, so its picture is set and not counted
 * up: an error cannot grow. */
static void note_queued(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    ledger_kitchen_load(context->ledger, note->node, note->time_ns, (int32_t)note->args[1],
                        (int32_t)note->args[2]);
    if (order == NULL || !is_main_track(order, (uint64_t)note->args[0]))
        return;
    if (order->kitchen != note->node)
        ledger_order_commit(context, order, (uint8_t)note->node);
    order->epoch = (uint64_t)note->args[0];
    order->flags &= (uint8_t) ~(LEDGER_REJECTED | LEDGER_TICKET_GONE);
    ledger_order_enter(context, order, LEDGER_PHASE_QUEUED);
}

/* A free cook took the ticket. The interval that ends was spent waiting for a cook; only now it is
 * known whose dish had kept that cook busy, so the blame is written afterwards. */
static void note_cooking(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    load_change(context, -1, 1);
    if (order == NULL || !is_main_track(order, (uint64_t)note->args[0]) ||
        order->kitchen != note->node || !ledger_is_uncooked(order))
        return;
    if (order->blocked == LEDGER_BLOCKED_SLOT && note->args[2] >= 0)
        ledger_order_blame(order, LEDGER_BLOCKED_SLOT, (uint32_t)note->args[2]);
    ledger_order_enter(context, order, LEDGER_PHASE_COOKING);
    if (note->args[1] < COOKING_KNOWN_NS) /* a kitchen at 0 % never finishes */
        order->until = ledger_units(order, note->time_ns + note->args[1]);
}

static bool is_specialist(const struct ledger_context *context, uint32_t node, uint8_t dish)
{
    assert(dish < context->plan->dish_count);
    uint8_t cuisine = context->plan->dishes[dish].cuisine;
    return (ledger_kitchen(context->ledger, node)->specialties >> cuisine & 1u) != 0;
}

/* Response is placed until cooked, of the first dish alone: what is cooked again is waste and would
 * make a slow run look slower or faster at random. */
static void count_response(const struct ledger_context *context, const struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    uint32_t second = (uint32_t)(note->time_ns / LEDGER_SECOND_NS);
    ledger->counts.cooked++;
    ledger->counts.response_units += order->cooked;
    ledger->counts.misrouted += !is_specialist(context, note->node, order->dish);
    histogram_add(&ledger->responses, order->cooked);
    if (order->cooked > LEDGER_LATE_MS * LEDGER_UNITS_PER_MS && ledger->late++ == 0)
        ledger_tell(context, KITCHENS_NOTE_FIRST_LATE, note->node, order->order,
                    order->cooked / LEDGER_UNITS_PER_MS);
    ledger->window.cooked[ledger_second_place(second)]++;
    ledger_window_add(&ledger->window, second, order->cooked);
    ledger_kitchen(ledger, note->node)->response_units += order->cooked;
    ledger_kitchen(ledger, note->node)->responses++;
}

/* The same order under the same epoch from a second kitchen: a copy was left behind (CHEF-T05). */
static void judge_cooked_again(const struct ledger_context *context,
                               const struct ledger_order *order)
{
    const struct node_note *note = context->note;
    if (order->cooked_epoch == (uint64_t)note->args[0] && order->kitchen_cooked != note->node)
        ledger_break(context, LEDGER_CHECK_ONE_COOK_PER_EPOCH, order->order,
                     KITCHENS_WORD_COOKED_TWICE_ONE_EPOCH, order->kitchen_cooked, note->node,
                     note->args[0], 0);
}

static void order_cooked(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    assert(order->cooked == 0);
    assert(order->outcome == LEDGER_OPEN);
    ledger_order_step(ledger, order, note->time_ns, LEDGER_BLOCKED_COOKING, note->node);
    ledger_order_commit(context, order, (uint8_t)note->node);
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, note->node);
    kitchen->committed = (uint16_t)(kitchen->committed - (kitchen->committed > 0));
    uint32_t cooked = ledger_units(order, note->time_ns);
    order->cooked = cooked == 0 ? 1 : cooked;
    order->cooked_epoch = (uint64_t)note->args[0];
    order->kitchen_cooked = (uint8_t)note->node;
    order->travel_ms = (uint32_t)note->args[1];
    ledger_order_phase(context, order, LEDGER_PHASE_COURIER);
    order->until = ledger_units(order, note->time_ns + note->args[1] * LEDGER_MS_NS);
    count_response(context, order);
    ledger_move_add(ledger, note->node, kitchens_customers(context->plan));
}

/* A dish is done. The first one for an open order is its response; any other is waste, and the same
 * epoch from a second kitchen is a broken promise. */
static void note_cooked(const struct ledger_context *context, struct ledger_order *order)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    load_change(context, 0, -1);
    struct ledger_kitchen *kitchen = ledger_kitchen(ledger, note->node);
    kitchen->completed++;
    kitchen->progress_ns = note->time_ns;
    kitchen->finished_ns = note->time_ns;
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

/* The kitchen was full or leaving. The dispatcher will hear of it by message; until then the order
 * waits for that refusal to travel. */
static void note_rejected(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    struct ledger_kitchen *kitchen = ledger_kitchen(context->ledger, note->node);
    kitchen->rejected++;
    if (order == NULL || order->kitchen != note->node || order->epoch != (uint64_t)note->args[0])
        return;
    ledger_order_waited(context, order);
    order->flags |= LEDGER_REJECTED;
    ledger_order_block(context, order, note->time_ns);
}

/* The dispatcher told a kitchen that a ticket is no longer its own. A ticket that was on the stove
 * is wasted work. If it was the one the order relied on, a new assignment has to come. */
static void note_dropped(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    bool cooking = note->args[1] != 0;
    load_change(context, cooking ? 0 : -1, cooking ? -1 : 0);
    context->ledger->counts.wasted += cooking;
    if (order == NULL || order->kitchen != note->node || order->epoch != (uint64_t)note->args[0] ||
        !ledger_is_uncooked(order) || order->phase == LEDGER_PHASE_HANDOVER)
        return;
    order->flags |= LEDGER_TICKET_GONE;
    ledger_order_commit(context, order, LEDGER_NO_KITCHEN);
    ledger_order_step(context->ledger, order, note->time_ns, LEDGER_BLOCKED_DROPPED, note->node);
    ledger_order_lose_if_vanished(context, order);
}

/* The source has let go (second half of the first phase). A dish on the stove must never be let go
 * (CHEF-T06). */
static void note_released(const struct ledger_context *context, struct ledger_order *order)
{
    const struct node_note *note = context->note;
    bool cooking = order->phase == LEDGER_PHASE_COOKING && order->kitchen == note->node;
    load_change(context, cooking ? 0 : -1, cooking ? -1 : 0);
    if (cooking)
        ledger_break(context, LEDGER_CHECK_STARTED_STAYS, order->order, KITCHENS_WORD_STARTED_MOVED,
                     note->node, note->args[0], 0, 0);
    ledger_order_enter(context, order, LEDGER_PHASE_HANDOVER);
    if (order->handover_to != LEDGER_NO_KITCHEN)
        ledger_move_add(context->ledger, note->node, order->handover_to);
}

/* Notes of a kitchen about a ticket; the order itself may no longer be known (NULL). */
bool ledger_note_of_kitchen(const struct ledger_context *context, struct ledger_order *order)
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
            ledger_handover_failed(context, order, KITCHENS_REASON_TOO_LATE);
        return true;
    default:
        return false;
    }
}
