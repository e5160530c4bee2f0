/* customers.c: who orders what where, how long they wait, and the truck.
 *
 * What is drawn is keyed by the number of the arrival, so the same customers come in every mode. */
#include "systems/city/customers.h"

#include <assert.h>

#include "base/draw.h"

static const uint32_t DRAW_GAP = DRAW_PURPOSE('c', 'g', 'a', 'p');
static const uint32_t DRAW_DISH = DRAW_PURPOSE('c', 'd', 's', 'h');
static const uint32_t DRAW_PLACE = DRAW_PURPOSE('c', 'p', 'l', 'c');
enum { HUNDRED = 100, SECONDS_A_MINUTE = 60, ARRIVALS_A_STEP = 16, ORDERS_A_SECOND_MAX = 100 };

struct turn {
    struct city_outside *self;
    const struct node_env *env;
    const struct city_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};

static int64_t setting(const struct turn *turn, enum city_setting which)
{
    return turn->env->settings[which];
}

static uint64_t draw_for(const struct turn *turn, uint32_t purpose, uint32_t number)
{
    return draw_u64(turn->env->draw_key, purpose, 0, number);
}

static void say(const struct turn *turn, enum city_note kind, uint32_t peer, uint32_t subject,
                int64_t a, int64_t b, int64_t c)
{
    struct node_note note = {
        .kind = (uint16_t)kind, .peer = peer, .subject = subject, .args = {a, b, c}};
    node_note(turn->outbox, &note);
}

/* ---- Orders ---- */

static struct city_customer *find(const struct turn *turn, uint32_t order)
{
    for (uint32_t i = 0; i < CUSTOMERS_MAX; i++)
        if (turn->self->waiting[i].order == order)
            return &turn->self->waiting[i];
    return NULL;
}

static void order(const struct turn *turn, uint32_t dish, uint32_t kitchen)
{
    struct city_customer *customer = find(turn, 0);
    assert(kitchen < city_kitchens(turn->plan));
    if (customer == NULL || turn->self->order_last + 1 >= CITY_CLAIM_ORDERS) {
        say(turn, CITY_NOTE_SKIPPED, NODE_NONE, NODE_NONE, ++turn->self->skipped, 0, 0);
        return;
    }
    struct city_order message = {.order = ++turn->self->order_last, .dish = dish};
    *customer = (struct city_customer){
        .order = message.order,
        .dish = (uint8_t)dish,
        .until_ns = turn->now_ns + setting(turn, CITY_SET_ANSWER_MS) * KV_NS_PER_MS};
    turn->self->open++;
    say(turn, CITY_NOTE_ORDERED, kitchen, message.order, dish, kitchen, 1);
    node_send(turn->outbox, kitchen, CITY_ORDER, &message, sizeof message);
}

static void leave(const struct turn *turn, struct city_customer *customer)
{
    assert(turn->self->open > 0);
    customer->order = 0;
    turn->self->open--;
}

static void on_answer(const struct turn *turn, const struct node_event *event)
{
    struct city_answer answer;
    memcpy(&answer, event->bytes, sizeof answer);
    struct city_customer *customer = find(turn, answer.order);
    bool sorry = answer.outcome == CITY_SORRY;
    if (sorry)
        say(turn, CITY_NOTE_SORRY, event->from, answer.order, CITY_LOBSTER, 0, 0);
    if (customer == NULL || (customer->confirmed && !sorry))
        return; /* gone already, or told before */
    if (!sorry)
        say(turn, (enum city_note)(CITY_NOTE_YOURS + answer.outcome - CITY_YOURS), event->from,
            answer.order, customer->dish, answer.price, 0);
    if (answer.outcome != CITY_YOURS) {
        leave(turn, customer);
        return;
    }
    customer->confirmed = true;
    customer->until_ns = turn->now_ns + setting(turn, CITY_SET_DISH_S) * KV_NS_PER_S;
}

static void on_dish(const struct turn *turn, const struct node_event *event)
{
    struct city_order message;
    memcpy(&message, event->bytes, sizeof message);
    struct city_customer *customer = find(turn, message.order);
    say(turn, CITY_NOTE_DISH, event->from, message.order, message.dish, customer != NULL, 0);
    if (customer != NULL)
        leave(turn, customer);
}

/* ---- Who comes when ---- */

/* From one arrival to the next, not from when this node has time for it. */
static void draw_arrival(const struct turn *turn, int64_t from_ns)
{
    int64_t a_minute = setting(turn, CITY_SET_ORDERS_PER_MIN);
    uint64_t gap = draw_exponential(draw_for(turn, DRAW_GAP, turn->self->arrivals),
                                    (uint64_t)(KV_NS_PER_S * SECONDS_A_MINUTE));
    turn->self->arrival_ns = from_ns + (a_minute > 0 ? (int64_t)gap / a_minute : 0);
}

static void arm_arrival(const struct turn *turn)
{
    if (setting(turn, CITY_SET_ORDERS_PER_MIN) == 0)
        node_timer_stop(turn->outbox, CUSTOMERS_TIMER_ARRIVAL);
    else
        node_timer_set(turn->outbox, CUSTOMERS_TIMER_ARRIVAL, turn->self->arrival_ns);
}

static void arrive(const struct turn *turn)
{
    uint32_t number = turn->self->arrivals++;
    int64_t kind = (int64_t)draw_below(draw_for(turn, DRAW_DISH, number), HUNDRED);
    uint32_t kitchen =
        (uint32_t)draw_below(draw_for(turn, DRAW_PLACE, number), city_kitchens(turn->plan));
    order(turn, kind < setting(turn, CITY_SET_LOBSTER_PCT) ? CITY_LOBSTER : CITY_SOUP, kitchen);
}

static void on_arrivals(const struct turn *turn)
{
    for (uint32_t i = 0; i < ARRIVALS_A_STEP && turn->self->arrival_ns <= turn->now_ns; i++) {
        arrive(turn);
        draw_arrival(turn, turn->self->arrival_ns);
    }
    arm_arrival(turn);
}

/* The truck comes as long as people do. */
static void send_truck(const struct turn *turn)
{
    struct city_outside *self = turn->self;
    int64_t every_ns = setting(turn, CITY_SET_DELIVERY_S) * KV_NS_PER_S;
    if (every_ns == 0 || setting(turn, CITY_SET_ORDERS_PER_MIN) == 0) {
        self->truck_ns = turn->now_ns + every_ns;
        return;
    }
    if (self->truck_ns > turn->now_ns)
        return;
    struct city_truck message = {.order = NODE_NONE, .number = ++self->trucks};
    node_send_carried(turn->outbox, KV_NS_PER_S, message.number % city_kitchens(turn->plan),
                      CITY_TRUCK, &message, sizeof message);
    self->truck_ns = turn->now_ns + every_ns;
}

static void on_tick(const struct turn *turn)
{
    for (uint32_t i = 0; i < CUSTOMERS_MAX; i++) {
        struct city_customer *customer = &turn->self->waiting[i];
        if (customer->order == 0 || customer->until_ns > turn->now_ns)
            continue;
        say(turn, customer->confirmed ? CITY_NOTE_WAITED : CITY_NOTE_GONE, NODE_NONE,
            customer->order, customer->dish, 0, 0);
        leave(turn, customer);
    }
    send_truck(turn);
    node_timer_set(turn->outbox, CUSTOMERS_TIMER_TICK,
                   turn->now_ns + CUSTOMERS_TICK_MS * KV_NS_PER_MS);
}

static void on_input(const struct turn *turn, const struct node_event *event)
{
    if (event->type != CITY_INPUT_ORDER)
        return;
    for (int64_t i = 0; i < event->args[2]; i++) {
        uint32_t anywhere = (uint32_t)draw_below(draw_for(turn, DRAW_PLACE, turn->self->order_last),
                                                 city_kitchens(turn->plan));
        uint32_t kitchen =
            event->args[1] < 0 ? anywhere : (uint32_t)event->args[1] % city_kitchens(turn->plan);
        order(turn, (uint32_t)event->args[0] % CITY_DISHES, kitchen);
    }
}

/* Orders are numbered on behind those of before a crash, of which nothing is known here but the time:
 * numbers never grow faster than this, which is five times the highest rate that can be set, and there
 * are enough of them for a day. */
static void number_from(const struct turn *turn, int64_t wall_ns)
{
    int64_t behind = wall_ns > 0 ? wall_ns / (KV_NS_PER_S / ORDERS_A_SECOND_MAX) : 0;
    turn->self->order_last = (uint32_t)(behind % CITY_CLAIM_ORDERS);
    turn->self->arrivals = turn->self->order_last;
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    struct turn turn = {.self = state,
                        .env = env,
                        .plan = env->plan,
                        .outbox = outbox,
                        .now_ns = event->monotonic_ns};
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        number_from(&turn, event->wall_ns);
        turn.self->truck_ns = turn.now_ns + setting(&turn, CITY_SET_DELIVERY_S) * KV_NS_PER_S;
        draw_arrival(&turn, turn.now_ns);
        arm_arrival(&turn);
        on_tick(&turn);
        break;
    case NODE_EVENT_MESSAGE:
        if (event->type == CITY_ANSWER)
            on_answer(&turn, event);
        else if (event->type == CITY_DISH)
            on_dish(&turn, event);
        break;
    case NODE_EVENT_TIMER:
        if (event->id == CUSTOMERS_TIMER_TICK)
            on_tick(&turn);
        else
            on_arrivals(&turn);
        break;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        break;
    case NODE_EVENT_SETTING:
        if (event->type == CITY_SET_ORDERS_PER_MIN) {
            draw_arrival(&turn, turn.now_ns);
            arm_arrival(&turn);
        }
        break;
    case NODE_EVENT_WRITTEN:
    case NODE_EVENT_READ:
        break;
    }
}

static void boot(void *state, const struct node_env *env)
{
    (void)state;
    (void)env;
}

static bool malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length)
{
    struct city_answer answer;
    struct city_order dish;
    (void)env;
    (void)length;
    if (type == CITY_ANSWER) {
        memcpy(&answer, bytes, sizeof answer);
        return answer.order == 0 || answer.outcome < CITY_YOURS || answer.outcome > CITY_SORRY;
    }
    if (type != CITY_DISH)
        return true;
    memcpy(&dish, bytes, sizeof dish);
    return dish.order == 0 || dish.dish >= CITY_DISHES;
}

static bool pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct city_outside *self = state;
    (void)env;
    *reason = (struct node_reason){
        .word = CITY_WORD_CUSTOMERS_WAIT, .subject = NODE_NONE, .args = {self->open}};
    return self->open > 0;
}

const struct node_protocol CITY_CUSTOMERS_PROTOCOL = {
    .name = "customers",
    .state_bytes = (sizeof(struct city_outside) + 7) / 8 * 8,
    .messages = CITY_MESSAGES,
    .message_count = CITY_MESSAGE_COUNT,
    .boot = boot,
    .step = step,
    .malformed = malformed,
    .pending = pending,
};
