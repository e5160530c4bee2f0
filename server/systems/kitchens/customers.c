/* customers.c: everybody who orders: asking until answered, and getting the food.
 *
 * A customer is the end of the end-to-end argument: only whoever wants the food can know whether to
 * ask again. So an order is asked for under one number until there is an answer, with pauses that
 * double, and not for ever; the number makes asking idempotent, and the promise "no acknowledged
 * order lost" begins at the moment when the answer arrives here.
 *
 * The oldest number that still has no answer travels with each question. The dispatcher may forget
 * everything below it, which is what keeps its memory of answers bounded (the acknowledged floor of
 * exactly-once RPC). */
#include "systems/kitchens/customers.h"

#include <assert.h>

#include "base/json_writer.h"
#include "systems/kitchens/words.h"

/* Order numbers of a boot begin where the wall clock is, so that those of an earlier boot, which
 * nobody remembers, do not come again: at most a hundred a second are ordered on average. */
static const int64_t ORDER_NUMBER_NS = INT64_C(10000000);

void customers_note(const struct customers_turn *turn, enum kitchens_note kind, uint32_t peer,
                    uint32_t subject, int64_t a, int64_t b, int64_t c, int64_t d)
{
    struct node_note note = {
        .kind = (uint16_t)kind, .peer = peer, .subject = subject, .args = {a, b, c, d}};
    node_note(turn->outbox, &note);
}

/* ---- The unanswered, in order of their numbers ---- */

static struct guest *guest_at(struct customers *self, uint32_t link)
{
    return link == 0 ? NULL : &self->guests[link - 1];
}

/* A list in order of numbers, because numbers rise and each joins at the end: the oldest is the
 * first. */
static void unanswered_add(struct customers *self, uint32_t slot)
{
    assert(slot < ROSTER_SLOTS);
    assert(self->guests[slot].next == 0);
    assert(self->guests[slot].previous == 0);
    struct guest *guest = &self->guests[slot];
    guest->previous = self->unanswered_last;
    if (self->unanswered_last == 0)
        self->unanswered_first = (uint16_t)(slot + 1);
    else
        guest_at(self, self->unanswered_last)->next = (uint16_t)(slot + 1);
    self->unanswered_last = (uint16_t)(slot + 1);
    self->unanswered++;
}

static void unanswered_remove(struct customers *self, uint32_t slot)
{
    assert(slot < ROSTER_SLOTS);
    assert(self->unanswered > 0);
    struct guest *guest = &self->guests[slot];
    if (guest->previous == 0)
        self->unanswered_first = guest->next;
    else
        guest_at(self, guest->previous)->next = guest->next;
    if (guest->next == 0)
        self->unanswered_last = guest->previous;
    else
        guest_at(self, guest->next)->previous = guest->previous;
    guest->next = guest->previous = 0;
    self->unanswered--;
}

static uint32_t oldest_unanswered(const struct customers *self)
{
    return self->unanswered_first == 0 ? self->order_last + 1
                                       : self->roster.numbers[self->unanswered_first - 1];
}

/* ---- Confirmed and served: a window of the latest orders ---- */

/* Two bits for each of the latest orders, by number modulo a window: was it confirmed, was it
 * served? Counting by state instead of by events makes an echo harmless: a second confirmation or a
 * second dish changes nothing. */
static bool bit_test(const uint64_t *bits, uint32_t order)
{
    return (bits[order % CUSTOMERS_SERVED / 64] >> (order % 64)) & 1;
}

static void bit_set(uint64_t *bits, uint32_t order)
{
    bits[order % CUSTOMERS_SERVED / 64] |= UINT64_C(1) << (order % 64);
}

static void bit_clear(uint64_t *bits, uint32_t order)
{
    bits[order % CUSTOMERS_SERVED / 64] &= ~(UINT64_C(1) << (order % 64));
}

static bool is_hungry(const struct customers *self, uint32_t order)
{
    return bit_test(self->confirmed, order) && !bit_test(self->served, order);
}

/* A new number takes the place of one that is long past. */
static void window_begin(struct customers *self, uint32_t order)
{
    self->hungry -= is_hungry(self, order);
    bit_clear(self->confirmed, order);
    bit_clear(self->served, order);
}

static void window_confirmed(struct customers *self, uint32_t order)
{
    bit_set(self->confirmed, order);
    self->hungry += is_hungry(self, order);
}

/* True: it was served before. */
static bool window_served(struct customers *self, uint32_t order)
{
    assert(order > 0);
    bool again = bit_test(self->served, order);
    self->hungry -= is_hungry(self, order);
    bit_set(self->served, order);
    return again;
}

/* ---- Asking ---- */

/* The host's timer stands at the first due time; firing early costs a look and nothing else. */
static void arm_agenda(const struct customers_turn *turn)
{
    uint32_t item;
    int64_t due_ns = agenda_next(&turn->self->agenda, &item);
    if (due_ns != AGENDA_NEVER)
        node_timer_set(turn->outbox, CUSTOMERS_TIMER_AGENDA, due_ns);
}

static void ask(const struct customers_turn *turn, uint32_t slot)
{
    struct customers *self = turn->self;
    struct guest *guest = &self->guests[slot];
    struct kitchens_place place = {.order = self->roster.numbers[slot],
                                   .oldest = oldest_unanswered(self),
                                   .preparation_ms = guest->preparation_ms,
                                   .x_m = guest->x_m,
                                   .y_m = guest->y_m,
                                   .dish = guest->dish,
                                   .source = guest->source};
    node_send(turn->outbox, KITCHENS_DISPATCHER, KITCHENS_PLACE, &place, sizeof place);
    assert(guest->attempts < CUSTOMERS_ATTEMPTS_MAX);
    assert(!guest->answered);
    int64_t pause_ms = (int64_t)CUSTOMERS_RESEND_MS << guest->attempts;
    guest->attempts++;
    agenda_set(&self->agenda, slot, turn->now_ns + pause_ms * CUSTOMERS_NS_PER_MS);
    arm_agenda(turn);
}

/* Nobody waits for this order any more. */
static void forget(const struct customers_turn *turn, uint32_t slot)
{
    assert(slot < ROSTER_SLOTS);
    assert(turn->self->roster.numbers[slot] != 0);
    struct customers *self = turn->self;
    uint32_t user = self->guests[slot].user;
    agenda_remove(&self->agenda, slot);
    if (!self->guests[slot].answered)
        unanswered_remove(self, slot);
    roster_remove(&self->roster, slot);
    if (user > 0)
        load_user_free(turn, user - 1);
    arm_agenda(turn);
}

/* After six questions in half a minute. The order may still be cooked, if a question got through
 * and only the answers did not: giving up is about asking, not about the order. */
static void give_up(const struct customers_turn *turn, uint32_t slot)
{
    customers_note(turn, KITCHENS_NOTE_GIVEN_UP, KITCHENS_DISPATCHER,
                   turn->self->roster.numbers[slot], turn->self->guests[slot].attempts, 0, 0, 0);
    forget(turn, slot);
}

/* An order gets its number when it is asked for. When too many wait for an answer already, it is
 * given up at once: nobody gets through. */
void customers_place(const struct customers_turn *turn, const struct wish *wish)
{
    struct customers *self = turn->self;
    uint32_t number = ++self->order_last;
    window_begin(self, number);
    customers_note(turn, KITCHENS_NOTE_PLACED, NODE_NONE, number, wish->x_m, wish->y_m, wish->dish,
                   wish->source);
    /* Beyond the window the dispatcher could not remember the answer: such a question would have no
     * safe repetition, so it is not asked. */
    bool too_many = self->unanswered > 0 && number - oldest_unanswered(self) >= CUSTOMERS_WINDOW;
    uint32_t slot = too_many ? ROSTER_NONE : roster_add(&self->roster, number);
    if (slot == ROSTER_NONE) {
        customers_note(turn, KITCHENS_NOTE_GIVEN_UP, KITCHENS_DISPATCHER, number, 0, 0, 0, 0);
        if (wish->user > 0)
            load_user_free(turn, wish->user - 1);
        return;
    }
    self->guests[slot] = (struct guest){.preparation_ms = wish->preparation_ms,
                                        .x_m = wish->x_m,
                                        .y_m = wish->y_m,
                                        .user = (uint16_t)wish->user,
                                        .dish = (uint8_t)wish->dish,
                                        .source = (uint8_t)wish->source};
    unanswered_add(self, slot);
    ask(turn, slot);
}

/* A guest of the closed loop stays in the roster until the food comes; of anybody else nobody is
 * waiting for more than the answer. */
static void on_answer(const struct customers_turn *turn, const struct node_event *event)
{
    struct customers *self = turn->self;
    struct kitchens_answer answer;
    memcpy(&answer, event->bytes, sizeof answer);
    uint32_t slot = roster_find(&self->roster, answer.order);
    if (slot == ROSTER_NONE || self->guests[slot].answered)
        return; /* said before */
    if (answer.refused == 0) {
        customers_note(turn, KITCHENS_NOTE_ACKNOWLEDGED, KITCHENS_DISPATCHER, answer.order, 0, 0, 0,
                       0);
        window_confirmed(self, answer.order);
    } else {
        customers_note(turn, KITCHENS_NOTE_TURNED_AWAY, KITCHENS_DISPATCHER, answer.order,
                       answer.refused - 1, 0, 0, 0);
    }
    if (answer.refused != 0 || self->guests[slot].user == 0) {
        forget(turn, slot);
        return;
    }
    self->guests[slot].answered = true;
    unanswered_remove(self, slot);
    agenda_remove(&self->agenda, slot);
}

/* Food is taken whether it was expected or not: a courier that outlived its kitchen, a second dish
 * under a stale epoch. Only the first one feeds somebody. */
static void on_parcel(const struct customers_turn *turn, const struct node_event *event)
{
    struct customers *self = turn->self;
    struct kitchens_parcel parcel;
    memcpy(&parcel, event->bytes, sizeof parcel);
    if (parcel.order == 0 || parcel.order > self->order_last)
        return; /* from before these customers' memory */
    bool again = window_served(self, parcel.order);
    customers_note(turn, KITCHENS_NOTE_SERVED, event->from, parcel.order, (int64_t)parcel.epoch,
                   again, 0, 0);
    uint32_t slot = roster_find(&self->roster, parcel.order);
    if (slot != ROSTER_NONE)
        forget(turn, slot);
}

/* ---- Time ---- */

/* Due items are users who have thought enough, or orders without an answer. Each turn of the loop
 * moves or removes the first one, so it ends. */
static void on_agenda(const struct customers_turn *turn)
{
    struct customers *self = turn->self;
    uint32_t item;
    while (agenda_next(&self->agenda, &item) <= turn->now_ns) {
        assert(item < AGENDA_ITEMS);
        if (item >= ROSTER_SLOTS) {
            agenda_remove(&self->agenda, item);
            load_user_due(turn, item - ROSTER_SLOTS);
        } else if (self->guests[item].attempts >= CUSTOMERS_ATTEMPTS_MAX) {
            give_up(turn, item);
        } else {
            customers_note(turn, KITCHENS_NOTE_RESENT, KITCHENS_DISPATCHER,
                           self->roster.numbers[item], self->guests[item].attempts + 1, 0, 0, 0);
            ask(turn, item);
        }
    }
    arm_agenda(turn);
}

/* ---- The protocol ---- */

static void on_start(const struct customers_turn *turn, int64_t wall_ns)
{
    int64_t first = wall_ns > 0 ? wall_ns / ORDER_NUMBER_NS : 0;
    turn->self->order_last = (uint32_t)(first % INT32_MAX);
    load_begin(turn);
}

static void on_input(const struct customers_turn *turn, const struct node_event *event)
{
    if (event->type == KITCHENS_INPUT_ORDER) {
        struct wish wish = load_wish_by_hand(turn, event->args);
        customers_place(turn, &wish);
    } else if (event->type == KITCHENS_INPUT_RUSH) {
        load_rush(turn, event->args);
    }
}

/* Answers come from the dispatcher alone; food may come from any kitchen, also one that has crashed
 * since: its courier was on the way already. */
static void on_message(const struct customers_turn *turn, const struct node_event *event)
{
    if (event->type == KITCHENS_ANSWER && event->from == KITCHENS_DISPATCHER)
        on_answer(turn, event);
    else if (event->type == KITCHENS_PARCEL)
        on_parcel(turn, event);
}

static void customers_boot(void *state, const struct node_env *env)
{
    (void)state; /* zeroed memory is nobody yet */
    (void)env;
}

static void customers_step(void *state, const struct node_env *env, const struct node_event *event,
                           struct node_outbox *outbox)
{
    struct customers_turn turn = {.self = state,
                                  .env = env,
                                  .plan = env->plan,
                                  .outbox = outbox,
                                  .now_ns = event->monotonic_ns};
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        on_start(&turn, event->wall_ns);
        return;
    case NODE_EVENT_MESSAGE:
        on_message(&turn, event);
        return;
    case NODE_EVENT_TIMER:
        if (event->id == CUSTOMERS_TIMER_ARRIVAL)
            load_arrival_due(&turn);
        else
            on_agenda(&turn);
        return;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        return;
    case NODE_EVENT_SETTING:
        load_changed(&turn);
        return;
    case NODE_EVENT_WRITTEN:
    case NODE_EVENT_READ:
        return; /* no files */
    }
}

/* The customers' view of rest: everybody has an answer, everybody who was promised food has it. */
static bool customers_pending(const void *state, const struct node_env *env,
                              struct node_reason *reason)
{
    (void)env;
    const struct customers *self = state;
    if (self->unanswered > 0)
        *reason = (struct node_reason){.word = KITCHENS_WORD_ANSWERS_MISSING,
                                       .subject = oldest_unanswered(self),
                                       .args = {self->unanswered}};
    else if (self->hungry > 0)
        *reason = (struct node_reason){
            .word = KITCHENS_WORD_FOOD_MISSING, .subject = NODE_NONE, .args = {self->hungry}};
    else
        return false;
    return true;
}

static void customers_inspect(const void *state, const struct node_env *env,
                              struct json_writer *writer)
{
    (void)env;
    const struct customers *self = state;
    json_u64(writer, "latest_order", self->order_last);
    json_u64(writer, "unanswered", self->unanswered);
    json_u64(writer, "hungry", self->hungry);
    json_u64(writer, "users", self->users);
    json_u64(writer, "arrivals", self->arrivals.count);
    json_u64(writer, "rate_now_per_min", self->arrivals.rate / 1000000);
}

const struct node_protocol KITCHENS_CUSTOMERS_PROTOCOL = {
    .name = "customers",
    .state_bytes = sizeof(struct customers),
    .messages = KITCHENS_MESSAGES,
    .message_count = KITCHENS_MESSAGE_COUNT,
    .boot = customers_boot,
    .step = customers_step,
    .malformed = kitchens_malformed,
    .pending = customers_pending,
    .inspect = customers_inspect,
};
