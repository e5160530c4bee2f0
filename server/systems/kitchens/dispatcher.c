/* dispatcher.c: the node that takes orders, chooses who cooks, and books what is done.
 *
 * An order passes through it three times: it comes (written to the book, then confirmed), it is
 * assigned (dispatcher_assign.c), and it is done (written to the book, then acknowledged). At both
 * ends of its life the disk comes first and the word second; in between nothing is written, because
 * a dispatcher that crashes asks the kitchens what they have.
 *
 * It is one node and the city's single point of failure, and is shown as such. Its decisions are
 * fenced by epochs, so that a restarted one can never be confused with what it said before. */
#include "systems/kitchens/dispatcher.h"

#include <assert.h>

void dispatcher_note(const struct turn *turn, enum kitchens_note kind, uint32_t peer,
                     uint32_t subject, int64_t a, int64_t b, int64_t c, int64_t d)
{
    struct node_note note = {
        .kind = (uint16_t)kind, .peer = peer, .subject = subject, .args = {a, b, c, d}};
    node_note(turn->outbox, &note);
}

/* ---- An order comes ---- */

/* `refused`: 0, or 1 + why. */
static void answer(const struct turn *turn, uint32_t number, uint32_t refused)
{
    struct kitchens_answer message = {.order = number, .refused = (uint8_t)refused};
    node_send(turn->outbox, kitchens_customers(turn->plan), KITCHENS_ANSWER, &message,
              sizeof message);
}

/* Nothing is promised and nothing is written: a refusal need not survive a crash. It is remembered
 * as long as this boot lasts, so that asking again gets the same answer. */
static void refuse(const struct turn *turn, uint32_t number, enum kitchens_refusal why)
{
    book_remember_refused(&turn->self->book, number, why);
    dispatcher_note(turn, KITCHENS_NOTE_REFUSED, kitchens_customers(turn->plan), number, why, 0, 0,
                    0);
    answer(turn, number, 1 + (uint32_t)why);
}

static void accept(const struct turn *turn, const struct kitchens_place *place)
{
    assert(place->order >= turn->self->book.floor);
    struct dispatcher *self = turn->self;
    uint32_t slot = roster_add(&self->roster, place->order);
    if (slot == ROSTER_NONE) {
        refuse(turn, place->order, KITCHENS_REFUSED_BOOK_FULL);
        return;
    }
    assert(slot < KITCHENS_ORDERS_MAX);
    struct order *order = &self->orders[slot];
    *order = (struct order){.preparation_ms = place->preparation_ms,
                            .x_m = place->x_m,
                            .y_m = place->y_m,
                            .dish = place->dish,
                            .source = place->source,
                            .state = ORDER_BOOKING};
    dispatcher_note(turn, KITCHENS_NOTE_RECEIVED, kitchens_customers(turn->plan), place->order, 0,
                    0, 0, 0);
    book_remember_accepted(&self->book, place->order);
    book_write(turn, order);
    /* The bug: a promise whose record may still be lost. */
    if (turn_setting(turn, KITCHENS_SET_BUG_ACK_EARLY))
        answer(turn, place->order, 0);
}

/* The same order may come many times; it is taken once. */
static void on_place(const struct turn *turn, const struct node_event *event)
{
    struct dispatcher *self = turn->self;
    struct kitchens_place place;
    memcpy(&place, event->bytes, sizeof place);
    if (self->phase != DISPATCHER_OPEN && !self->book.broken)
        return; /* it reads its book and cannot tell; they will ask again */
    book_raise_floor(&self->book, place.oldest);
    switch (book_recall(&self->book, place.order)) {
    case BOOK_ANSWERED_LONG_AGO:
        return;
    case BOOK_ACCEPTED: {
        const struct order *order = order_find(turn, place.order);
        /* Not while its record is being written: that answer comes when it is durable, and not
         * before. */
        if (order == NULL || order->state != ORDER_BOOKING)
            answer(turn, place.order, 0);
        return;
    }
    case BOOK_REFUSED:
        answer(turn, place.order, 1 + (uint32_t)book_refusal(&self->book, place.order));
        return;
    case BOOK_NEVER_SEEN:
        break;
    }
    if (self->book.broken)
        refuse(turn, place.order, KITCHENS_REFUSED_DISK);
    else if (self->waiting >= turn_setting(turn, KITCHENS_SET_WAITING_MAX))
        refuse(turn, place.order, KITCHENS_REFUSED_TOO_MANY_WAITING);
    else if (place.order - self->book.floor >= DISPATCHER_WINDOW)
        return; /* its number is beyond what customers may have open */
    else
        accept(turn, &place);
}

/* The promise holds from here. */
void dispatcher_confirmed(const struct turn *turn, struct order *order)
{
    assert(order->state == ORDER_BOOKING);
    order_remove(turn, order);
    order->state = ORDER_WAITING;
    dispatcher_note(turn, KITCHENS_NOTE_CONFIRMED, NODE_NONE, order_number(turn, order), 0, 0, 0,
                    0);
    answer(turn, order_number(turn, order), 0);
    assign_order(turn, order);
}

/* ---- An order is done ---- */

/* Epochs of the latest settled orders, by number modulo a table: enough to tell an echo of the word
 * that counted from a word under another epoch. An older one is simply acknowledged. */
static struct settled *settled_at(struct dispatcher *self, uint32_t number)
{
    return &self->settled[number % DISPATCHER_SETTLED];
}

/* Booked, or not wanted: in both cases the kitchen may forget it. Without this answer it would say
 * "done" with each heartbeat for ever. */
static void acknowledge(const struct turn *turn, uint32_t node, uint32_t number, uint64_t epoch)
{
    struct kitchens_ticket ack = {.order = number, .epoch = epoch};
    node_send(turn->outbox, node, KITCHENS_DONE_ACK, &ack, sizeof ack);
}

void dispatcher_settled(const struct turn *turn, struct order *order)
{
    assert(order->state == ORDER_SETTLING);
    uint32_t number = order_number(turn, order);
    dispatcher_note(turn, KITCHENS_NOTE_SETTLED, order->done_node, number, (int64_t)order->epoch, 0,
                    0, 0);
    acknowledge(turn, order->done_node, number, order->epoch);
    *settled_at(turn->self, number) = (struct settled){.epoch = order->epoch, .order = number};
    order_remove(turn, order);
    roster_remove(&turn->self->roster, order_slot(turn, order));
}

/* Cooked. The order leaves its kitchen at once, and is over when that is durable. */
static void settle(const struct turn *turn, struct order *order, uint32_t node, uint64_t epoch)
{
    assert(node >= KITCHENS_FIRST);
    assert(order->state != ORDER_SETTLING);
    assert(order->state != ORDER_BOOKING);
    if (order->state != ORDER_RECOVERED)
        assign_take_back(turn, order, KITCHENS_REASON_NONE);
    order->epoch = epoch;
    order->state = ORDER_SETTLING;
    order->done_node = (uint8_t)node;
    book_write(turn, order);
}

/* "Done" for an order that is over: the same word again, or one from under an old epoch. */
static void done_again(const struct turn *turn, uint32_t node, const struct kitchens_report *word)
{
    const struct settled *settled = settled_at(turn->self, word->order);
    bool known = settled->order == word->order;
    if (turn_setting(turn, KITCHENS_SET_BUG_NO_FENCE) && known && settled->epoch != word->epoch)
        dispatcher_note(turn, KITCHENS_NOTE_SETTLED, node, word->order, (int64_t)word->epoch, 0, 0,
                        0);
    else if (known && settled->epoch != word->epoch)
        dispatcher_note(turn, KITCHENS_NOTE_FENCED, node, word->order, (int64_t)word->epoch, 0, 0,
                        0);
    acknowledge(turn, node, word->order, word->epoch);
}

/* Is this "done" from the kitchen that has the order now? After a reboot nobody is known to have
 * it; then the first one is as good as any. */
static bool is_valid(const struct turn *turn, const struct order *order, uint64_t epoch)
{
    return order->state == ORDER_RECOVERED || order->epoch == epoch ||
           turn_setting(turn, KITCHENS_SET_BUG_NO_FENCE);
}

/* The fence (CHEF-T07). A kitchen that was paused or cut off may come back with a dish for an order
 * that was reassigned meanwhile: its epoch is old, so the word is noted and ignored. It is told so
 * that it stops asking; the dish is waste, not a second settlement. */
static void on_done(const struct turn *turn, struct place *place, uint32_t node,
                    const struct kitchens_report *word)
{
    struct order *order = order_find(turn, word->order);
    if (order == NULL) {
        done_again(turn, node, word);
    } else if (order->state == ORDER_SETTLING || order->state == ORDER_BOOKING) {
        return; /* its answer waits for the disk */
    } else if (is_valid(turn, order, word->epoch)) {
        settle(turn, order, node, word->epoch);
        if (place != NULL)
            place_finished_one(turn, place);
    } else {
        dispatcher_note(turn, KITCHENS_NOTE_FENCED, node, word->order, (int64_t)word->epoch,
                        (int64_t)order->epoch, 0, 0);
        acknowledge(turn, node, word->order, word->epoch);
    }
    if (place != NULL)
        assign_serve(turn, place);
}

/* ---- Words of kitchens ---- */

/* Each word also says how the kitchen is doing, and that it lives. "Done" counts even from a
 * kitchen whose registration has ended: the epoch decides about the order, the registration only
 * about the place. */
static void on_word(const struct turn *turn, const struct node_event *event)
{
    struct kitchens_report word;
    memcpy(&word, event->bytes, sizeof word);
    struct place *place = place_by_registration(turn, event->from, word.registration);
    if (place != NULL)
        place_told(turn, place, &word.state);
    if (event->type == KITCHENS_DONE)
        on_done(turn, place, event->from, &word);
    else if (place == NULL)
        return; /* its registration is not valid any more; its heartbeat will hear of it */
    else if (event->type == KITCHENS_ACCEPT)
        assign_accepted(turn, place, &word);
    else if (event->type == KITCHENS_REJECT)
        assign_rejected(turn, place, &word);
    else if (event->type == KITCHENS_RELEASED)
        handover_released(turn, place, &word);
    else if (event->type == KITCHENS_TOO_LATE)
        handover_too_late(turn, place, &word);
}

/* Who may say what: customers place orders, kitchens everything else. A message from anybody else
 * is dropped, because indices that come from a sender are used below. */
static void on_message(const struct turn *turn, const struct node_event *event)
{
    if (event->type == KITCHENS_PLACE) {
        if (event->from == kitchens_customers(turn->plan))
            on_place(turn, event);
        return;
    }
    bool is_kitchen = event->from >= KITCHENS_FIRST && event->from < kitchens_customers(turn->plan);
    if (turn->self->phase != DISPATCHER_OPEN || !is_kitchen)
        return;
    if (event->type == KITCHENS_HEARTBEAT)
        registry_heartbeat(turn, event);
    else if (event->type == KITCHENS_REGISTER)
        registry_register(turn, event);
    else if (event->type == KITCHENS_LEAVE)
        registry_leave(turn, event);
    else if (event->type == KITCHENS_ASK)
        registry_ask(turn, event->from);
    else
        on_word(turn, event);
}

/* ---- Time ---- */

/* Intervals come from settings that may change while the run goes on; they take effect at the next
 * firing. */
static void arm(const struct turn *turn, enum dispatcher_timer timer, enum kitchens_setting ms)
{
    node_timer_set(turn->outbox, (uint8_t)timer, turn->now_ns + turn_setting_ns(turn, ms));
}

/* Kitchens have had the time to say what they have: the rest is given out again. */
static void end_grace(const struct turn *turn)
{
    struct order *order = order_first(turn, LIST_RECOVERED);
    while (order != NULL && !turn_is_long(turn)) {
        order_remove(turn, order);
        order->state = ORDER_WAITING;
        assign_order(turn, order);
        order = order_first(turn, LIST_RECOVERED);
    }
    if (order == NULL)
        turn->self->grace_until_ns = 0;
    else
        dispatcher_continue(turn);
}

/* After a restart two clocks run. The assembly is short: before every kitchen can have registered,
 * a choice among the first two would be a stampede. The grace is as long as suspicion: until then
 * an order of the book waits for the kitchen that has it, because giving it out again would have it
 * cooked twice. */
static void watch_restart(const struct turn *turn)
{
    if (turn->self->assembly_until_ns != 0 && !assign_is_early(turn)) {
        turn->self->assembly_until_ns = 0;
        assign_serve_waiting(turn);
    }
    if (turn->self->grace_until_ns != 0 && turn->now_ns >= turn->self->grace_until_ns)
        end_grace(turn);
}

/* With the rhythm of the heartbeats: the book is tried again, silence is noticed, and the restart
 * goes on. */
static void on_watch(const struct turn *turn)
{
    arm(turn, DISPATCHER_TIMER_WATCH, KITCHENS_SET_HEARTBEAT_MS);
    book_retry(turn);
    if (turn->self->phase != DISPATCHER_OPEN)
        return;
    registry_watch(turn);
    watch_restart(turn);
}

void dispatcher_continue(const struct turn *turn)
{
    node_timer_set(turn->outbox, DISPATCHER_TIMER_MORE, turn->now_ns);
}

/* What a long step has put off: telling the book after a boot, or giving out orders. */
static void on_more(const struct turn *turn)
{
    if (turn->self->phase == DISPATCHER_OPEN) {
        assign_continue(turn);
        watch_restart(turn);
    } else {
        recover_continue(turn);
    }
}

static void on_timer(const struct turn *turn, const struct node_event *event)
{
    if (event->id == DISPATCHER_TIMER_RESEND) {
        assign_resend_due(turn);
    } else if (event->id == DISPATCHER_TIMER_WATCH) {
        on_watch(turn);
    } else if (event->id == DISPATCHER_TIMER_MORE) {
        on_more(turn);
    } else if (turn_setting(turn, KITCHENS_SET_MIGRATION)) {
        handover_cycle(turn);
        arm(turn, DISPATCHER_TIMER_CYCLE, KITCHENS_SET_CYCLE_MS);
    }
}

/* Most settings are read where they matter. These two need a hand: a cycle that was off has no
 * timer, and lines belong to policies that take turns. */
static void on_setting(const struct turn *turn, const struct node_event *event)
{
    if (turn->self->phase != DISPATCHER_OPEN)
        return;
    if (event->type == KITCHENS_SET_MIGRATION && turn_setting(turn, KITCHENS_SET_MIGRATION))
        arm(turn, DISPATCHER_TIMER_CYCLE, KITCHENS_SET_CYCLE_MS);
    if (event->type == KITCHENS_SET_POLICY)
        assign_policy_changed(turn);
}

void dispatcher_open(const struct turn *turn)
{
    assert(turn->self->phase == DISPATCHER_BEGINNING);
    turn->self->phase = DISPATCHER_OPEN;
    turn->self->grace_until_ns = turn->now_ns + turn_setting_ns(turn, KITCHENS_SET_SUSPECT_MS);
    bool had_book = turn->self->recover.stage == RECOVER_TELL;
    if (had_book) /* kitchens are up and will register at their next heartbeat */
        turn->self->assembly_until_ns =
            turn->now_ns + turn_setting_ns(turn, KITCHENS_SET_HEARTBEAT_MS);
    if (turn_setting(turn, KITCHENS_SET_MIGRATION))
        arm(turn, DISPATCHER_TIMER_CYCLE, KITCHENS_SET_CYCLE_MS);
}

/* ---- The protocol ---- */

static void dispatcher_boot(void *state, const struct node_env *env)
{
    (void)state; /* zeroed memory is an empty dispatcher */
    (void)env;
}

/* One event, one step. Whatever it finds to do at once is bounded (turn_is_long); the rest follows
 * in a step of its own, so that one crash cannot overflow an outbox. */
static void dispatcher_step(void *state, const struct node_env *env, const struct node_event *event,
                            struct node_outbox *outbox)
{
    struct turn turn = {.self = state,
                        .env = env,
                        .plan = env->plan,
                        .outbox = outbox,
                        .now_ns = event->monotonic_ns};
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        arm(&turn, DISPATCHER_TIMER_WATCH, KITCHENS_SET_HEARTBEAT_MS);
        recover_begin(&turn);
        return;
    case NODE_EVENT_MESSAGE:
        on_message(&turn, event);
        return;
    case NODE_EVENT_TIMER:
        on_timer(&turn, event);
        return;
    case NODE_EVENT_WRITTEN:
        book_written(&turn, event);
        return;
    case NODE_EVENT_READ:
        recover_read(&turn, event);
        return;
    case NODE_EVENT_SETTING:
        on_setting(&turn, event);
        return;
    case NODE_EVENT_INPUT:
        return; /* no input is for the dispatcher */
    }
}

const struct node_protocol KITCHENS_DISPATCHER_PROTOCOL = {
    .name = "dispatcher",
    .state_bytes = sizeof(struct dispatcher),
    .file_bytes = {DISPATCHER_SEGMENT_BYTES, DISPATCHER_SEGMENT_BYTES},
    .messages = KITCHENS_MESSAGES,
    .message_count = KITCHENS_MESSAGE_COUNT,
    .boot = dispatcher_boot,
    .step = dispatcher_step,
    .malformed = kitchens_malformed,
    .violation = dispatcher_violation,
    .pending = dispatcher_pending,
    .inspect = dispatcher_inspect,
};
