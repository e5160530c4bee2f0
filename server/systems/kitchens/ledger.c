/* ledger.c: the observer: each note to the part that understands it, and every whole second.
 *
 * The ledger is the historian of the city. It sees notes, in the order of true virtual time, and
 * nothing else: what it says of a run is what somebody who only watches could say. That makes its
 * verdicts worth something (a protocol cannot judge itself by its own memory), and it costs the
 * nodes nothing: the digest of a run is the same with the ledger and without it.
 *
 * Most notes are about one order and change one record. A few are about a node or a road (crash,
 * pause, cut): these change what every order waits for, so they go through all records. They come
 * from faults, so they are rare, and the walk is bounded by the pool. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

/* ---- All orders at once ---- */

/* A node stopped or went on, or (NODE_NONE) a road was closed or opened: the orders that it
 * concerns have a new blocker. */
static void orders_reblock(const struct ledger_context *context, uint32_t node)
{
    assert(context->note != NULL);
    assert(context->ledger->order_fresh <= LEDGER_ORDERS);
    struct ledger *ledger = context->ledger;
    bool crashed = context->note->kind == NODE_NOTE_CRASHED;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        struct ledger_order *order = &ledger->orders[i];
        if (order->phase == 0 || order->outcome != LEDGER_OPEN)
            continue;
        /* A dispatcher that crashed may have lost any order that is not settled. Nobody knows yet:
         * it becomes heard of again by the first word about it, or is missing once the book has
         * been read. */
        if (crashed && node == KITCHENS_DISPATCHER && (order->flags & LEDGER_SETTLED) == 0)
            order->flags |= LEDGER_UNHEARD;
        if (crashed && node == KITCHENS_DISPATCHER) /* who asked has forgotten it */
            ledger_handover_failed(context, order, KITCHENS_REASON_TIMEOUT);
        if (crashed && order->kitchen == node &&
            (order->phase == LEDGER_PHASE_QUEUED || order->phase == LEDGER_PHASE_COOKING))
            order->flags |= LEDGER_TICKET_GONE;
        if (node == NODE_NONE || node == KITCHENS_DISPATCHER || order->kitchen == node)
            ledger_order_block(context, order, context->note->time_ns);
        if (crashed)
            ledger_order_lose_if_vanished(context, order);
    }
}

/* The dispatcher has read its book, and this order is not in it. One that was confirmed is gone
 * from there; one that was not will be asked for again. */
static void order_missing(const struct ledger_context *context, struct ledger_order *order)
{
    assert((order->flags & LEDGER_UNHEARD) != 0);
    assert(order->outcome == LEDGER_OPEN);
    if ((order->flags & LEDGER_CONFIRMED) != 0) {
        order->flags |= LEDGER_FORGOTTEN;
        return;
    }
    if (order->phase != LEDGER_PHASE_BOOK)
        return;
    ledger_order_phase(context, order, LEDGER_PHASE_TO_DISPATCHER);
    ledger_order_step(context->ledger, order, context->note->time_ns, LEDGER_BLOCKED_ANSWER,
                      NODE_NONE);
}

/* Called when the dispatcher says that it has read its book to the end: every order it found was
 * noted before (BOOK_ORDER), which took LEDGER_UNHEARD from it. Who still carries that flag is not
 * in the book. So the check "no acknowledged order lost" needs no look into the dispatcher's
 * memory. */
static void orders_recovered(const struct ledger_context *context)
{
    assert(context->note->kind == KITCHENS_NOTE_BOOK_RECOVERED);
    struct ledger *ledger = context->ledger;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        struct ledger_order *order = &ledger->orders[i];
        if (order->phase == 0 || order->outcome != LEDGER_OPEN)
            continue;
        if ((order->flags & LEDGER_UNHEARD) != 0)
            order_missing(context, order);
        else
            ledger_order_block(context, order, context->note->time_ns);
        /* Forgotten, but eaten: it was served and only its settling was lost. Nothing is owed to
         * anybody. */
        if ((order->flags & LEDGER_FORGOTTEN) != 0 && order->phase == LEDGER_PHASE_SERVED)
            ledger_order_end(context, order, LEDGER_SERVED, LEDGER_PHASE_SERVED);
        else
            ledger_order_lose_if_vanished(context, order);
    }
}

/* The customers have forgotten what they ordered: nobody asks any more for what had no answer. */
static void orders_unasked(const struct ledger_context *context)
{
    assert(context->note->kind == NODE_NOTE_STARTED);
    struct ledger *ledger = context->ledger;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        struct ledger_order *order = &ledger->orders[i];
        if (order->phase == LEDGER_PHASE_TO_DISPATCHER && order->outcome == LEDGER_OPEN)
            ledger_note_given_up(context, order);
    }
}

/* ---- Every note ---- */

/* False: not a note about an order.
 *
 * Who may say what: a kitchen's note counts for its tickets even when the order is over (a dish
 * cooked in vain is waste, and worth a count); notes of the dispatcher and the customers matter
 * only while the order is open. */
static bool ledger_order_note(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    const struct node_note *note = context->note;
    if (note->kind == KITCHENS_NOTE_PLACED) {
        ledger_note_placed(context);
        return true;
    }
    if (note->kind == KITCHENS_NOTE_CANDIDATE) {
        ledger_note_candidate(context);
        return true;
    }
    /* SETTLED is looked at even for orders that are no longer known here: "settled once" is
     * remembered in a bit map that outlives the records. */
    struct ledger_order *order = ledger_order_find(ledger, note->subject);
    if (note->kind == KITCHENS_NOTE_SETTLED) {
        ledger_note_settled(context, order);
        return true;
    }
    if (note->kind == KITCHENS_NOTE_FENCED)
        return true; /* ignored there, and changes nothing here: it stands in the event list */
    if (ledger_is_kitchen(ledger, note->node) && ledger_note_of_kitchen(context, order))
        return true;
    if (order == NULL || order->outcome != LEDGER_OPEN)
        return false;
    return ledger_note_of_dispatcher(context, order) || ledger_note_of_customers(context, order);
}

/* ---- The observer ---- */

static void ledger_init(void *state, const struct node_env *env, uint64_t seed)
{
    assert(env->plan != NULL);
    (void)seed;
    struct ledger *ledger = state;
    memset(ledger, 0, sizeof *ledger);
    /* Zero is a possible order number and a possible record, so "none" has to be written where it
     * is not zero. */
    ledger->candidate_order = NODE_NONE;
    ledger_orders_init(ledger);
    ledger_city_init(ledger, env);
}

static void ledger_note(void *state, const struct node_world *world, const struct node_note *note,
                        const struct node_row_sink *sink)
{
    assert(world->env != NULL);
    assert(note->time_ns <= world->time_ns);
    struct ledger *ledger = state;
    struct ledger_context context = {
        .ledger = ledger, .world = world, .plan = world->env->plan, .note = note, .sink = sink};
    ledger->notes++;
    ledger->event = note->event != 0 ? note->event : ledger->event;
    /* The order of these steps matters: first the note changes the truth about its node, then all
     * orders are asked what they wait for in the city as it is now. */
    if (note->kind < NODE_NOTE_SYSTEM || !ledger_order_note(&context))
        ledger_city_note(&context);
    if (note->kind == NODE_NOTE_STARTED && note->node == kitchens_customers(context.plan))
        orders_unasked(&context);
    if (note->kind == KITCHENS_NOTE_BOOK_RECOVERED)
        orders_recovered(&context);
    else if (note->kind >= NODE_NOTE_CRASHED && note->kind <= NODE_NOTE_RESUMED)
        orders_reblock(&context, note->node);
    else if (note->kind >= NODE_NOTE_LINK_CUT && note->kind <= NODE_NOTE_NET_HEALED)
        orders_reblock(&context, NODE_NONE);
}

/* At every whole virtual second: figures, rows and the judgements that need time to pass rather
 * than a note. The counts of the second that now begins start at nought last, after everybody has
 * read them. */
static void ledger_tick(void *state, const struct node_world *world,
                        const struct node_row_sink *sink)
{
    assert(world->time_ns >= 0);
    assert(world->time_ns % LEDGER_SECOND_NS == 0);
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
    ledger->window.placed[ledger_second_place(second)] = 0;
    ledger->window.cooked[ledger_second_place(second)] = 0;
    ledger->second = ledger->counts;
}

const struct node_observer KITCHENS_LEDGER = {
    .state_bytes = sizeof(struct ledger),
    .init = ledger_init,
    .note = ledger_note,
    .tick = ledger_tick,
};
