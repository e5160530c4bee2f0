/* kitchen.c: a kitchen: its standing with the dispatcher, and what it answers.
 *
 * Everything a kitchen says is an answer, or is repeated until it is answered: REGISTER until
 * WELCOME, DONE until booked, LEAVE until FAREWELL. Everything it hears may come twice, late, or in
 * another order than it was sent. Two names make that harmless: the registration (which standing of
 * this kitchen is meant) and the epoch (which assignment of an order). A word under another one
 * than the present is ignored.
 *
 * A kitchen keeps nothing on disk. After a crash its rail is empty and it registers anew, which
 * tells the dispatcher to give its orders to others. Who it is stands in the plan; a place that was
 * empty there asks the dispatcher (ASK, LICENCE). */
#include "systems/kitchens/kitchen.h"

#include <assert.h>

#include "base/draw.h"
#include "base/json_writer.h"
#include "systems/kitchens/city.h"
#include "systems/kitchens/words.h"

static const uint32_t DRAW_REQUEST = DRAW_PURPOSE('k', 'r', 'e', 'q');

/* ---- Speaking ---- */

void kitchen_note(const struct kitchen_turn *turn, enum kitchens_note kind, uint32_t subject,
                  int64_t a, int64_t b, int64_t c, int64_t d)
{
    struct node_note note = {
        .kind = (uint16_t)kind, .peer = NODE_NONE, .subject = subject, .args = {a, b, c, d}};
    node_note(turn->outbox, &note);
}

/* Each word carries a number of its own, so that the dispatcher can tell an older report that was
 * slower on its way from a newer one. */
struct kitchens_state kitchen_state(const struct kitchen_turn *turn)
{
    struct kitchen *self = turn->self;
    return (struct kitchens_state){.sequence = ++self->sequence,
                                   .pending = self->pending,
                                   .cooking = self->cooking,
                                   .average_ms = self->average_ms};
}

void kitchen_say(const struct kitchen_turn *turn, enum kitchens_message type, uint32_t order,
                 uint64_t epoch)
{
    struct kitchens_report word = {.order = order,
                                   .epoch = epoch,
                                   .registration = turn->self->registration,
                                   .state = kitchen_state(turn)};
    node_send(turn->outbox, KITCHENS_DISPATCHER, (uint16_t)type, &word, sizeof word);
}

/* REGISTER lists every ticket that is not done; LEAVE those that will not be cooked here. */
static void send_inventory(const struct kitchen_turn *turn, enum kitchens_message type)
{
    struct kitchen *self = turn->self;
    struct kitchens_register message = {
        .order = NODE_NONE,
        .identity = self->identity,
        .request = self->request,
        .registration = self->registration,
        .state = kitchen_state(turn),
        .x_m = self->x_m,
        .y_m = self->y_m,
        .specialties = self->specialties,
        .cooks = self->cooks,
        .capacity = self->capacity,
        .unfinished = (uint32_t)self->cooking + self->done,
    };
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        const struct ticket *ticket = &self->tickets[slot];
        bool listed = ticket->state == TICKET_QUEUED ||
                      (ticket->state == TICKET_COOKING && type == KITCHENS_REGISTER);
        if (listed && message.count < KITCHENS_CAPACITY_MAX)
            message.held[message.count++] =
                (struct kitchens_held){.epoch = ticket->epoch,
                                       .order = ticket->order,
                                       .slot = (uint8_t)slot,
                                       .cooking = ticket->state == TICKET_COOKING};
    }
    assert(message.count <= KITCHENS_CAPACITY_MAX);
    uint32_t length =
        KITCHENS_REGISTER_BYTES_MIN + message.count * (uint32_t)sizeof message.held[0];
    node_send(turn->outbox, KITCHENS_DISPATCHER, (uint16_t)type, &message, length);
}

/* The dispatcher may have crashed with the word still unwritten, or the word was lost: nobody but
 * this kitchen knows that the dish is cooked. Once a heartbeat and not more often, however many
 * there are. */
static void say_again_what_is_done(const struct kitchen_turn *turn)
{
    struct kitchen *self = turn->self;
    int64_t interval_ns = kitchen_setting(turn, KITCHENS_SET_HEARTBEAT_MS) * KITCHEN_NS_PER_MS;
    for (uint32_t slot = 0; slot < self->slot_end && self->done > 0; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        if (ticket->state != TICKET_DONE || turn->now_ns - ticket->since_ns < interval_ns)
            continue;
        ticket->since_ns = turn->now_ns;
        kitchen_say(turn, KITCHENS_DONE, ticket->order, ticket->epoch);
    }
}

/* ---- Standing ---- */

/* A new attempt, with a number that rises within a boot and differs between boots.
 *
 * The upper half is drawn once a boot: two boots of the same kitchen must not be taken for each
 * other, and a kitchen has no disk to count its boots on. */
static void begin_registering(const struct kitchen_turn *turn)
{
    struct kitchen *self = turn->self;
    uint64_t boot = draw_u64(turn->env->draw_key, DRAW_REQUEST, 0, 0) << 32;
    uint64_t attempt = (self->request & UINT32_MAX) + 1;
    self->request = boot | attempt;
    self->registration = 0;
    send_inventory(turn, KITCHENS_REGISTER);
}

/* The one rhythm of a kitchen: who it is, how it is doing, and what the dispatcher has not booked
 * yet. A kitchen that is not registered says REGISTER instead, with the same request, so that the
 * dispatcher can tell a repetition from a new attempt. */
static void beat(const struct kitchen_turn *turn)
{
    struct kitchen *self = turn->self;
    if (turn->now_ns < self->silent_until_ns)
        return;
    if (self->registration == 0)
        send_inventory(turn, KITCHENS_REGISTER);
    else if (self->leaving)
        send_inventory(turn, KITCHENS_LEAVE);
    else
        kitchen_say(turn, KITCHENS_HEARTBEAT, NODE_NONE, 0);
    say_again_what_is_done(turn);
}

static void arm_heartbeat(const struct kitchen_turn *turn)
{
    node_timer_set(turn->outbox, KITCHEN_TIMER_HEARTBEAT,
                   turn->now_ns +
                       kitchen_setting(turn, KITCHENS_SET_HEARTBEAT_MS) * KITCHEN_NS_PER_MS);
}

/* An empty place, after its start: perhaps somebody had moved in before the crash. */
static void ask_who_it_is(const struct kitchen_turn *turn)
{
    if (turn->self->asked == KITCHEN_ASKS_MAX)
        return;
    turn->self->asked++;
    struct kitchens_standing question = {.order = NODE_NONE};
    node_send(turn->outbox, KITCHENS_DISPATCHER, KITCHENS_ASK, &question, sizeof question);
    arm_heartbeat(turn);
}

static void on_heartbeat(const struct kitchen_turn *turn)
{
    if (!turn->self->open) {
        ask_who_it_is(turn);
        return;
    }
    beat(turn);
    arm_heartbeat(turn);
}

/* Some of the tickets belong to others by now: they go, also from the stove. */
static void drop(const struct kitchen_turn *turn, uint64_t slots)
{
    assert(turn->self->open);
    struct kitchen *self = turn->self;
    for (uint32_t slot = 0; slot < KITCHEN_SLOTS; slot++) {
        struct ticket *ticket = &self->tickets[slot];
        bool droppable = ticket->state == TICKET_QUEUED || ticket->state == TICKET_COOKING;
        if (((slots >> slot) & 1) == 0 || !droppable)
            continue;
        kitchen_note(turn, KITCHENS_NOTE_DROPPED, ticket->order, (int64_t)ticket->epoch,
                     ticket->state == TICKET_COOKING, 0, 0);
        rail_remove(turn, ticket);
    }
    rail_cook(turn, NODE_NONE);
}

/* Registered. The answer also names the tickets that went to others while this kitchen was away or
 * suspected: they are dropped, also from the stove, because their orders are being cooked elsewhere
 * under a newer epoch (CHEF-T07). */
static void on_welcome(const struct kitchen_turn *turn, const struct kitchens_standing *standing)
{
    struct kitchen *self = turn->self;
    if (standing->request != self->request || self->registration != 0)
        return; /* the answer to something else, or to this a second time */
    self->registration = standing->registration;
    self->silent_until_ns = 0;
    drop(turn, standing->dropped);
    if (self->leaving)
        send_inventory(turn, KITCHENS_LEAVE);
}

/* Another kitchen holds this identity. It is not for this one to argue: it keeps quiet for a while
 * and asks again, because the other may be gone by then (CHEF-T09, X-26). */
static void on_unwanted(const struct kitchen_turn *turn, const struct kitchens_standing *standing)
{
    if (standing->request == turn->self->request && turn->self->registration == 0)
        turn->self->silent_until_ns = turn->now_ns + KITCHEN_ASK_AGAIN_MS * KITCHEN_NS_PER_MS;
}

/* The dispatcher does not know this registration any more: it suspected this kitchen, or has itself
 * restarted. Only the present registration counts; an answer to an old heartbeat must not throw
 * away a new standing. */
static void on_unknown(const struct kitchen_turn *turn, const struct kitchens_standing *standing)
{
    if (turn->self->registration != 0 && standing->registration == turn->self->registration)
        begin_registering(turn);
}

/* Closing in good order: what waits is the dispatcher's again, what is on the stove is finished,
 * and the doors close when nothing is left here that anybody waits for. */
static void on_farewell(const struct kitchen_turn *turn, const struct kitchens_standing *standing)
{
    struct kitchen *self = turn->self;
    if (!self->leaving || standing->request != self->request)
        return;
    uint64_t waiting = 0;
    for (uint32_t slot = 0; slot < self->slot_end; slot++)
        if (self->tickets[slot].state == TICKET_QUEUED)
            waiting |= UINT64_C(1) << slot;
    drop(turn, waiting);
    if (standing->left && self->cooking + self->done == 0) {
        self->open = false;
        self->leaving = false;
        self->registration = 0;
    }
}

/* One message form for all that the dispatcher says about this kitchen's standing. A closed kitchen
 * listens to none of it. */
static void on_standing(const struct kitchen_turn *turn, const struct node_event *event)
{
    assert(event->length == sizeof(struct kitchens_standing));
    struct kitchens_standing standing;
    memcpy(&standing, event->bytes, sizeof standing);
    if (!turn->self->open)
        return;
    if (event->type == KITCHENS_WELCOME)
        on_welcome(turn, &standing);
    else if (event->type == KITCHENS_UNWANTED)
        on_unwanted(turn, &standing);
    else if (event->type == KITCHENS_UNKNOWN)
        on_unknown(turn, &standing);
    else
        on_farewell(turn, &standing);
}

/* ---- Tickets ---- */

static bool is_full(const struct kitchen *self)
{
    return self->pending + self->cooking >= self->capacity;
}

static void reject(const struct kitchen_turn *turn, const struct kitchens_ticket *message)
{
    kitchen_note(turn, KITCHENS_NOTE_REJECTED, message->order, (int64_t)message->epoch,
                 turn->self->pending, turn->self->cooking, 0);
    kitchen_say(turn, KITCHENS_REJECT, message->order, message->epoch);
}

/* The same assignment may come many times: it is answered each time and taken once. */
static void on_assign(const struct kitchen_turn *turn, const struct kitchens_ticket *message)
{
    struct kitchen *self = turn->self;
    if (message->registration != self->registration || self->registration == 0)
        return; /* meant for what this kitchen was before */
    const struct ticket *known = rail_find(self, message->order, message->epoch);
    if (known != NULL) {
        kitchen_say(turn, known->state == TICKET_DONE ? KITCHENS_DONE : KITCHENS_ACCEPT,
                    message->order, message->epoch);
        return;
    }
    if (rail_is_past(self, message->epoch))
        return; /* an echo */
    /* The last word about room is the kitchen's: the dispatcher's belief may be old, and a rail
     * that is full is full whatever it believes. */
    if (is_full(self) || self->leaving || rail_add(turn, message) == NULL) {
        reject(turn, message);
        return;
    }
    kitchen_note(turn, KITCHENS_NOTE_QUEUED, message->order, (int64_t)message->epoch, self->pending,
                 self->cooking, 0);
    rail_cook(turn, NODE_NONE);
    kitchen_say(turn, KITCHENS_ACCEPT, message->order, message->epoch);
}

/* Would you let it go? What has begun to cook stays (CHEF-T06). */
static void on_offer(const struct kitchen_turn *turn, const struct kitchens_ticket *message)
{
    struct kitchen *self = turn->self;
    if (message->registration != self->registration || self->registration == 0)
        return;
    struct ticket *ticket = rail_find(self, message->order, message->epoch);
    if (ticket == NULL && rail_is_past(self, message->epoch)) {
        kitchen_say(turn, KITCHENS_RELEASED, message->order, message->epoch); /* said before */
        return;
    }
    if (ticket == NULL)
        return;
    if (ticket->state != TICKET_QUEUED &&
        !kitchen_setting(turn, KITCHENS_SET_BUG_MIGRATE_STARTED)) {
        kitchen_note(turn, KITCHENS_NOTE_HANDOVER_TOO_LATE, message->order, (int64_t)message->epoch,
                     0, 0, 0);
        kitchen_say(turn, KITCHENS_TOO_LATE, message->order, message->epoch);
        return;
    }
    /* From here on this kitchen will not cook it, and will say so again as often as it is asked.
     * The dispatcher gives the order to the target only now: there is no moment with two valid
     * tickets, and if this kitchen crashes here the order is still in the book (CHEF-T05). */
    kitchen_note(turn, KITCHENS_NOTE_HANDOVER_RELEASED, message->order, (int64_t)message->epoch, 0,
                 0, 0);
    rail_remove(turn, ticket);
    rail_cook(turn, NODE_NONE);
    kitchen_say(turn, KITCHENS_RELEASED, message->order, message->epoch);
}

/* Booked, or stale; either way nobody needs to hear of it again. */
static void on_done_ack(const struct kitchen_turn *turn, const struct kitchens_ticket *message)
{
    struct ticket *ticket = rail_find(turn->self, message->order, message->epoch);
    if (ticket != NULL && ticket->state == TICKET_DONE)
        rail_remove(turn, ticket);
}

/* ---- Opening ---- */

static void open_doors(const struct kitchen_turn *turn)
{
    assert(!turn->self->open || turn->self->registration == 0);
    struct kitchen *self = turn->self;
    self->open = true;
    self->leaving = false;
    self->slow_pct = KITCHEN_HUNDRED;
    self->asked = KITCHEN_ASKS_MAX;
    begin_registering(turn);
    arm_heartbeat(turn);
}

/* Somebody had moved in here, and the dispatcher remembers who. */
static void on_licence(const struct kitchen_turn *turn, const struct node_event *event)
{
    struct kitchen *self = turn->self;
    struct kitchens_register licence;
    memset(&licence, 0, sizeof licence);
    memcpy(&licence, event->bytes, event->length);
    if (self->open || self->asked == KITCHEN_ASKS_MAX)
        return; /* not asked for, or too late */
    self->specialties = licence.specialties;
    self->cooks = licence.cooks;
    self->capacity = licence.capacity;
    self->x_m = licence.x_m;
    self->y_m = licence.y_m;
    self->identity = licence.identity;
    self->speed_pct = KITCHEN_HUNDRED;
    kitchen_note(turn, KITCHENS_NOTE_KITCHEN_OPENED, NODE_NONE, self->cooks, self->capacity,
                 self->specialties, self->speed_pct);
    open_doors(turn);
}

/* Only the dispatcher speaks to a kitchen. Kitchens never speak with each other: even a hand-over
 * goes through the dispatcher, because it alone gives out epochs. */
static void on_message(const struct kitchen_turn *turn, const struct node_event *event)
{
    struct kitchens_ticket message;
    if (event->from != KITCHENS_DISPATCHER)
        return;
    switch ((enum kitchens_message)event->type) {
    case KITCHENS_WELCOME:
    case KITCHENS_UNWANTED:
    case KITCHENS_UNKNOWN:
    case KITCHENS_FAREWELL:
        on_standing(turn, event);
        return;
    case KITCHENS_LICENCE:
        on_licence(turn, event);
        return;
    case KITCHENS_ASSIGN:
        memcpy(&message, event->bytes, sizeof message);
        on_assign(turn, &message);
        return;
    case KITCHENS_OFFER:
        memcpy(&message, event->bytes, sizeof message);
        on_offer(turn, &message);
        return;
    case KITCHENS_DONE_ACK:
        memcpy(&message, event->bytes, sizeof message);
        on_done_ack(turn, &message);
        return;
    default:
        return; /* nothing else is for a kitchen */
    }
}

/* ---- Inputs ---- */

static void on_open(const struct kitchen_turn *turn, const int64_t *args)
{
    struct kitchen *self = turn->self;
    const struct kitchens_kitchen *place = &turn->plan->kitchens[turn->env->self - KITCHENS_FIRST];
    if (self->open) {
        kitchen_note(turn, KITCHENS_NOTE_KITCHEN_UNMOVED, NODE_NONE, true, 0, 0, 0);
        return;
    }
    self->specialties = UINT32_C(1) << args[0];
    self->cooks = (uint16_t)args[1];
    self->capacity = (uint16_t)args[2];
    self->x_m = args[3] < 0 ? place->x_m : (int32_t)args[3];
    self->y_m = args[4] < 0 ? place->y_m : (int32_t)args[4];
    bool own = args[5] < KITCHENS_FIRST || args[5] >= kitchens_customers(turn->plan);
    self->identity = own ? turn->env->self : (uint32_t)args[5];
    self->speed_pct = KITCHEN_HUNDRED;
    kitchen_note(turn, KITCHENS_NOTE_KITCHEN_OPENED, NODE_NONE, self->cooks, self->capacity,
                 self->specialties, self->speed_pct);
    open_doors(turn);
}

/* What a person does to a kitchen. What is pointless is said (KITCHEN_UNMOVED) and not an error:
 * between the click and this step the kitchen may have closed by itself. */
static void on_input(const struct kitchen_turn *turn, const struct node_event *event)
{
    struct kitchen *self = turn->self;
    if (event->type == KITCHENS_INPUT_OPEN) {
        on_open(turn, event->args);
    } else if (event->type == KITCHENS_INPUT_SLOW && self->open) {
        kitchen_note(turn, KITCHENS_NOTE_KITCHEN_SLOWED, NODE_NONE, event->args[0], 0, 0, 0);
        rail_change_speed(turn, (uint16_t)event->args[0]);
    } else if (event->type == KITCHENS_INPUT_CLOSE && self->open && !self->leaving) {
        self->leaving = true;
        beat(turn);
    } else if (event->type == KITCHENS_INPUT_CLOSE && !self->open) {
        kitchen_note(turn, KITCHENS_NOTE_KITCHEN_UNMOVED, NODE_NONE, false, 0, 0, 0);
    }
}

/* ---- The protocol ---- */

static void kitchen_boot(void *state, const struct node_env *env)
{
    struct kitchen *self = state;
    const struct kitchens_plan *plan = env->plan;
    assert(env->self >= KITCHENS_FIRST);
    assert(env->self < kitchens_customers(plan));
    struct kitchens_kitchen place = kitchens_place(env, env->self - KITCHENS_FIRST);
    self->identity = env->self;
    self->cooks = place.cooks;
    self->capacity = place.capacity;
    self->specialties = place.specialties;
    self->speed_pct = place.speed_pct > 0 ? place.speed_pct : KITCHEN_HUNDRED;
    self->slow_pct = KITCHEN_HUNDRED;
    self->x_m = place.x_m;
    self->y_m = place.y_m;
    self->open = place.open != 0;
}

/* One event, one step; the cases are the whole surface of the protocol towards its host. */
static void kitchen_step(void *state, const struct node_env *env, const struct node_event *event,
                         struct node_outbox *outbox)
{
    struct kitchen_turn turn = {.self = state,
                                .env = env,
                                .plan = env->plan,
                                .outbox = outbox,
                                .now_ns = event->monotonic_ns};
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        if (turn.self->open)
            open_doors(&turn);
        else
            ask_who_it_is(&turn);
        return;
    case NODE_EVENT_MESSAGE:
        on_message(&turn, event);
        return;
    case NODE_EVENT_TIMER:
        if (event->id == KITCHEN_TIMER_COOK)
            rail_finish_due(&turn);
        else
            on_heartbeat(&turn);
        return;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        return;
    case NODE_EVENT_WRITTEN:
    case NODE_EVENT_READ:
    case NODE_EVENT_SETTING:
        return; /* no files, and settings are read where they matter */
    }
}

/* The invariants of DECISIONS: cooking <= cooks, tickets <= capacity. A check and no assertion,
 * because a bug switch may break them, and then the run has to say so and go on. */
static bool kitchen_violation(const void *state, const struct node_env *env,
                              struct node_reason *reason)
{
    (void)env;
    const struct kitchen *self = state;
    if (self->cooking > self->cooks)
        *reason = (struct node_reason){.word = KITCHENS_WORD_COOKS_EXCEEDED,
                                       .subject = NODE_NONE,
                                       .args = {self->cooking, self->cooks}};
    else if (self->pending + self->cooking > self->capacity)
        *reason = (struct node_reason){.word = KITCHENS_WORD_TICKETS_EXCEEDED,
                                       .subject = NODE_NONE,
                                       .args = {self->pending + self->cooking, self->capacity}};
    else
        return false;
    return true;
}

/* At rest a kitchen has no ticket, no dish that is not booked, and is not half closed. */
static bool kitchen_pending(const void *state, const struct node_env *env,
                            struct node_reason *reason)
{
    (void)env;
    const struct kitchen *self = state;
    uint32_t tickets = (uint32_t)self->pending + self->cooking;
    if (tickets == 0 && self->done == 0 && !self->leaving)
        return false;
    *reason = (struct node_reason){
        .word = tickets > 0      ? KITCHENS_WORD_TICKETS_OPEN
                : self->done > 0 ? KITCHENS_WORD_DONE_NOT_BOOKED
                                 : KITCHENS_WORD_LEAVING,
        .subject = NODE_NONE,
        .args = {tickets > 0 ? tickets : self->done},
    };
    return true;
}

static const char *const TICKET_STATES[] = {"free", "queued", "cooking", "done"};

static void kitchen_inspect(const void *state, const struct node_env *env,
                            struct json_writer *writer)
{
    (void)env;
    const struct kitchen *self = state;
    json_bool(writer, "open", self->open);
    json_bool(writer, "leaving", self->leaving);
    json_u64(writer, "identity", self->identity);
    json_u64(writer, "registration", self->registration);
    json_u64(writer, "cooks", self->cooks);
    json_u64(writer, "capacity", self->capacity);
    json_u64(writer, "pending", self->pending);
    json_u64(writer, "cooking", self->cooking);
    json_u64(writer, "average_ms", self->average_ms);
    json_u64(writer, "slow_pct", self->slow_pct);
    json_array(writer, "tickets");
    for (uint32_t slot = 0; slot < self->slot_end; slot++) {
        const struct ticket *ticket = &self->tickets[slot];
        if (ticket->state == TICKET_FREE)
            continue;
        json_object(writer, NULL);
        json_u64(writer, "order", ticket->order);
        json_u64(writer, "epoch", ticket->epoch);
        json_string(writer, "state", TICKET_STATES[ticket->state]);
        json_close(writer);
    }
    json_close(writer);
}

const struct node_protocol KITCHENS_KITCHEN_PROTOCOL = {
    .name = "kitchen",
    .state_bytes = sizeof(struct kitchen),
    .messages = KITCHENS_MESSAGES,
    .message_count = KITCHENS_MESSAGE_COUNT,
    .boot = kitchen_boot,
    .step = kitchen_step,
    .malformed = kitchens_malformed,
    .violation = kitchen_violation,
    .pending = kitchen_pending,
    .inspect = kitchen_inspect,
};
