/* desk.c: what a kitchen's desk is about: orders, deliveries, prices.
 *
 * An order is one small program, the same in every mode: read the price, write the order into the
 * book, tell the customer, have it cooked. A lobster is chosen from the copy in the house and claimed
 * by a write over exactly what the copy says: through the log that is a conditional write, and who
 * was slower tries the next one; without a log it is a plain write, and two sides may both succeed.
 * "Nothing left" is said only after the store has said that no newer delivery is there. */
#include "systems/city/kitchen.h"

#include <assert.h>

enum { THREE = 3, QUARTERS = 4 };

/* ---- Tasks ---- */

struct city_task *desk_begin(const struct city_turn *turn, enum city_task_kind kind, int64_t end_ns)
{
    for (uint32_t i = 0; i < CITY_TASKS; i++) {
        struct city_task *task = &turn->self->tasks[i];
        if (task->kind != CITY_TASK_FREE)
            continue;
        *task = (struct city_task){.kind = (uint8_t)kind,
                                   .end_ns = end_ns,
                                   .order = NODE_NONE,
                                   .cook = NODE_NONE,
                                   .generation = task->generation};
        return task;
    }
    return NULL;
}

static void free_task(struct city_task *task)
{
    assert(task->op == 0);
    task->kind = CITY_TASK_FREE;
}

bool desk_is_about(const struct city_kitchen *self, uint32_t key)
{
    for (uint32_t i = 0; i < CITY_TASKS; i++)
        if (self->tasks[i].kind != CITY_TASK_FREE && self->tasks[i].op != 0 &&
            self->tasks[i].function != KV_GET && self->tasks[i].key == key)
            return true;
    return false;
}

uint32_t desk_open(const struct city_kitchen *self)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < CITY_TASKS; i++)
        open += self->tasks[i].kind != CITY_TASK_FREE;
    return open;
}

static struct city_task *find_order(const struct city_turn *turn, uint32_t order)
{
    for (uint32_t i = 0; i < CITY_TASKS; i++)
        if (turn->self->tasks[i].kind == CITY_TASK_ORDER && turn->self->tasks[i].order == order)
            return &turn->self->tasks[i];
    return NULL;
}

static void wait(const struct city_turn *turn, struct city_task *task, int64_t ms)
{
    task->retry_ns = turn->now_ns + ms * KV_NS_PER_MS;
}

/* ---- What the customer is told ---- */

static void answer(const struct city_turn *turn, uint32_t order, enum city_outcome outcome,
                   int64_t price)
{
    struct city_answer message = {.order = order, .outcome = outcome, .price = price};
    node_send(turn->outbox, city_customers(turn->plan), CITY_ANSWER, &message, sizeof message);
}

static void turn_away(const struct city_turn *turn, struct city_task *task,
                      enum city_outcome outcome)
{
    if (!task->told) {
        answer(turn, task->order, outcome, 0);
        fate_is(turn, task->order, CITY_FATE_VOID);
    }
    free_task(task);
}

/* Only a lobster is anybody's: of soup there is enough, and its place takes the next order. */
static void turn_away_in_doubt(const struct city_turn *turn, struct city_task *task)
{
    if (task->dish != CITY_LOBSTER) {
        turn_away(turn, task, CITY_REFUSED);
        return;
    }
    answer(turn, task->order, CITY_REFUSED, 0);
    fate_is(turn, task->order, CITY_FATE_VOID);
    release_begin(turn, task);
}

static void confirm(const struct city_turn *turn, struct city_task *task)
{
    if (task->told)
        return;
    task->told = true;
    fate_is(turn, task->order, CITY_FATE_STANDS);
    city_say(turn, CITY_NOTE_SOLD, NODE_NONE, task->order, task->key, task->delivery, task->level,
             task->price);
    answer(turn, task->order, CITY_YOURS, task->price);
}

/* ---- Having it cooked ---- */

static void send_ticket(const struct city_turn *turn, struct city_task *task)
{
    struct city_order message = {.order = task->order, .dish = task->dish};
    task->phase = CITY_PHASE_TICKET;
    wait(turn, task, CITY_TICKET_MS);
    node_send(turn->outbox, task->cook, CITY_TICKET, &message, sizeof message);
}

static void give_to(const struct city_turn *turn, struct city_task *task, uint32_t cook)
{
    task->cook = cook;
    task->tries = 0;
    send_ticket(turn, task);
}

static void choose_cook(const struct city_turn *turn, struct city_task *task, uint32_t not_this)
{
    uint32_t cook = stove_choose(turn, not_this);
    city_say(turn, CITY_NOTE_ASSIGNED, cook, task->order, 0, 0, 0, 0);
    give_to(turn, task, cook);
}

static void dispatch(const struct city_turn *turn, struct city_task *task)
{
    uint32_t dispatcher = stove_dispatcher(turn->self, turn->plan, turn->env->self);
    struct city_order message = {.order = task->order, .dish = task->dish};
    task->end_ns = turn->now_ns + city_setting(turn, CITY_SET_DISH_S) * KV_NS_PER_S;
    task->phase = CITY_PHASE_DISPATCH;
    if (dispatcher == turn->env->self) {
        choose_cook(turn, task, NODE_NONE);
        return;
    }
    wait(turn, task, CITY_TICKET_MS);
    node_send(turn->outbox, dispatcher, CITY_DISPATCH, &message, sizeof message);
}

void desk_on_assign(const struct city_turn *turn, const struct city_assign *assign)
{
    struct city_task *task = find_order(turn, assign->order);
    if (task != NULL && task->phase == CITY_PHASE_DISPATCH)
        give_to(turn, task, assign->cook);
}

void desk_on_taken(const struct city_turn *turn, uint32_t cook, const struct city_taken *taken)
{
    struct city_task *task = find_order(turn, taken->order);
    if (task == NULL || task->phase != CITY_PHASE_TICKET || task->cook != cook)
        return;
    if (taken->taken != 0) {
        task->phase = CITY_PHASE_COOKING;
        task->retry_ns = 0;
    } else {
        task->tries = CITY_TICKET_TRIES; /* full: another one, a moment later */
    }
}

void desk_on_cooked(const struct city_turn *turn, const struct city_order *order)
{
    struct city_task *task = find_order(turn, order->order);
    if (task != NULL && task->phase >= CITY_PHASE_DISPATCH && task->phase <= CITY_PHASE_COOKING)
        free_task(task);
}

void desk_on_new_boot(const struct city_turn *turn, uint32_t cook)
{
    for (uint32_t i = 0; i < CITY_TASKS; i++) {
        struct city_task *task = &turn->self->tasks[i];
        if (task->kind == CITY_TASK_ORDER && task->phase == CITY_PHASE_COOKING &&
            task->cook == cook)
            send_ticket(turn, task);
    }
}

/* A cook that does not answer is asked again, then another one. */
static void tick_ticket(const struct city_turn *turn, struct city_task *task)
{
    if (task->retry_ns > turn->now_ns)
        return;
    if (task->phase == CITY_PHASE_DISPATCH)
        choose_cook(turn, task, NODE_NONE); /* nobody dispatches: this desk does */
    else if (++task->tries < CITY_TICKET_TRIES)
        send_ticket(turn, task);
    else
        choose_cook(turn, task, task->cook);
}

/* ---- Writing it into the book ---- */

/* Of values side by side each one counts: what was taken back here may be another one's there. */
static bool is_free(const struct kv_state *state, uint32_t delivery)
{
    for (uint32_t i = 0; i < state->count; i++)
        if (!state->siblings[i].deleted && !city_is_free(state->siblings[i].value, delivery))
            return false;
    return true;
}

/* A lobster that nobody has, by the copy in the house, and that no other task here is writing. */
static uint32_t free_lobster(const struct city_turn *turn, uint32_t delivery, bool *busy)
{
    struct kv_state state;
    *busy = false;
    for (uint32_t key = 0; key < turn->plan->lobsters; key++) {
        client_copy(turn->self, turn->plan, key, &state);
        if (!is_free(&state, delivery))
            continue;
        if (!desk_is_about(turn->self, key) && !release_is_about(turn->self, key))
            return key;
        *busy = true;
    }
    return NODE_NONE;
}

static void claim(const struct city_turn *turn, struct city_task *task)
{
    struct kv_state state;
    client_copy(turn->self, turn->plan, city_key_delivery(turn->plan), &state);
    bool busy = false;
    uint32_t delivery = (uint32_t)client_value(&state, 0);
    uint32_t key = task->dish == CITY_LOBSTER ? free_lobster(turn, delivery, &busy)
                                              : city_key_book(turn->plan, task->order);
    task->phase = CITY_PHASE_CLAIM;
    task->delivery = task->dish == CITY_LOBSTER ? delivery : 0;
    if (key == NODE_NONE && busy) {
        wait(turn, task, CITY_AGAIN_MS);
        return;
    }
    if (key == NODE_NONE) {
        task->phase = CITY_PHASE_EMPTY;
        client_read(turn, task, city_key_delivery(turn->plan));
        return;
    }
    client_copy(turn->self, turn->plan, key, &state);
    int64_t value = city_claim(task->delivery, task->order);
    if (task->dish == CITY_SOUP && client_value(&state, 0) > value)
        value = client_value(&state, 0); /* a place keeps its newest order */
    task->tries++;
    client_write(turn, task, key, value, &state);
    if (city_setting(turn, CITY_SET_BUG_SELL_UNASKED) != 0)
        confirm(turn, task);
}

static void claim_again(const struct city_turn *turn, struct city_task *task, enum kv_result result)
{
    if (result == KV_SWITCHING) {
        task->tries--; /* nothing was tried; as long as the customer waits */
        wait(turn, task, CITY_ATTEMPT_MS);
        return;
    }
    if (task->tries >= CITY_TRIES_MAX)
        turn_away(turn, task, CITY_REFUSED);
    else
        wait(turn, task, CITY_AGAIN_MS);
}

static void on_claimed(const struct city_turn *turn, struct city_task *task, enum kv_result result)
{
    bool again = result == KV_MISMATCH || result == KV_TOO_MANY_SIBLINGS ||
                 result == KV_WRONG_LEVEL || result == KV_BUSY || result == KV_SWITCHING;
    if (result == KV_OK || task->told) {
        confirm(turn, task);
        dispatch(turn, task);
    } else if (again) {
        claim_again(turn, task, result);
    } else if (kv_is_failure((enum kv_function)task->function, result)) {
        turn_away(turn, task, CITY_REFUSED);
    } else {
        turn_away_in_doubt(turn, task);
    }
}

/* Nothing left in the copy: it may only be old. */
static void on_empty(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                     const struct kv_state *told)
{
    if (result != KV_OK && result != KV_WRONG_LEVEL && result != KV_SWITCHING)
        turn_away(turn, task, CITY_REFUSED);
    else if (result == KV_OK && client_value(told, 0) <= (int64_t)task->delivery)
        turn_away(turn, task, CITY_SOLD_OUT);
    else
        claim_again(turn, task, KV_MISMATCH);
    task->tries = (uint8_t)(task->tries + (task->kind != CITY_TASK_FREE));
}

static void on_price(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                     const struct kv_state *told)
{
    if (result == KV_OK) {
        task->price = client_value(told, turn->plan->price[task->dish]);
        claim(turn, task);
    } else if (result == KV_SWITCHING ||
               (result == KV_WRONG_LEVEL && ++task->tries < CITY_TRIES_MAX)) {
        wait(turn, task, CITY_AGAIN_MS);
    } else {
        turn_away(turn, task, CITY_REFUSED);
    }
}

/* ---- Orders ---- */

static bool order_is_known(const struct city_turn *turn, uint32_t order)
{
    struct city_kitchen *self = turn->self;
    for (uint32_t i = 0; i < CITY_SEEN; i++)
        if (self->orders_seen[i] == order)
            return true;
    self->orders_seen[self->orders_next++ % CITY_SEEN] = order;
    return false;
}

void desk_on_order(const struct city_turn *turn, const struct city_order *order)
{
    if (order_is_known(turn, order->order))
        return;
    int64_t patience_ms = city_setting(turn, CITY_SET_ANSWER_MS) * THREE / QUARTERS;
    struct city_task *task =
        desk_begin(turn, CITY_TASK_ORDER, turn->now_ns + patience_ms * KV_NS_PER_MS);
    if (task == NULL) {
        answer(turn, order->order, CITY_FULL, 0);
        return;
    }
    task->order = order->order;
    task->dish = (uint8_t)order->dish;
    task->phase = CITY_PHASE_PRICE;
    fate_is(turn, task->order, CITY_FATE_OPEN);
    client_read(turn, task, city_key_price(turn->plan, task->dish));
}

/* ---- Deliveries and prices: one write, tried until it is done ---- */

static void write_once(const struct city_turn *turn, struct city_task *task)
{
    struct kv_state state;
    client_copy(turn->self, turn->plan, task->key, &state);
    int64_t value = task->kind == CITY_TASK_TRUCK ? client_value(&state, 0) + 1 : task->price;
    client_write(turn, task, task->key, value, &state);
}

static void begin_write(const struct city_turn *turn, enum city_task_kind kind, uint32_t key,
                        int64_t price)
{
    struct city_task *task = desk_begin(turn, kind, turn->now_ns + CITY_TRUCK_MS * KV_NS_PER_MS);
    if (task == NULL)
        return;
    task->key = (uint16_t)key;
    task->price = price;
    task->phase = CITY_PHASE_WRITE;
    write_once(turn, task);
}

void desk_on_truck(const struct city_turn *turn)
{
    begin_write(turn, CITY_TASK_TRUCK, city_key_delivery(turn->plan), 0);
}

void desk_on_price(const struct city_turn *turn, uint32_t dish, int64_t price)
{
    begin_write(turn, CITY_TASK_PRICE, city_key_price(turn->plan, dish), price);
}

static void on_written(const struct city_turn *turn, struct city_task *task, enum kv_result result)
{
    uint32_t dish = task->key - city_key_price(turn->plan, 0);
    if (result != KV_OK) {
        wait(turn, task, CITY_TICKET_MS);
        return;
    }
    if (task->kind == CITY_TASK_TRUCK)
        city_say(turn, CITY_NOTE_LOADED, NODE_NONE, NODE_NONE, task->value, 0, 0, 0);
    else if (task->kind == CITY_TASK_PRICE)
        city_say(turn, CITY_NOTE_PRICED, NODE_NONE, NODE_NONE, dish, task->value, 0, 0);
    free_task(task);
}

void desk_sorry(const struct city_turn *turn, uint32_t order)
{
    answer(turn, order, CITY_SORRY, 0);
}

/* ---- Answers and time ---- */

void desk_on_answer(const struct city_turn *turn, struct city_task *task, enum kv_result result,
                    const struct kv_state *state)
{
    assert(task->kind != CITY_TASK_FREE);
    switch ((enum city_phase)task->phase) {
    case CITY_PHASE_PRICE:
        on_price(turn, task, result, state);
        break;
    case CITY_PHASE_CLAIM:
        on_claimed(turn, task, result);
        break;
    case CITY_PHASE_EMPTY:
        on_empty(turn, task, result, state);
        break;
    case CITY_PHASE_WRITE:
        on_written(turn, task, result);
        break;
    case CITY_PHASE_RELEASE:
        release_on_answer(turn, task, result, state);
        break;
    case CITY_PHASE_DISPATCH:
    case CITY_PHASE_TICKET:
    case CITY_PHASE_COOKING:
        break;
    }
}

/* Out of time: a customer is told so, everything else is given up. */
static void give_up(const struct city_turn *turn, struct city_task *task)
{
    if (task->kind == CITY_TASK_ORDER && task->phase < CITY_PHASE_DISPATCH)
        turn_away(turn, task, CITY_REFUSED);
    else
        free_task(task);
}

static void tick_task(const struct city_turn *turn, struct city_task *task)
{
    client_tick(turn, task);
    if (task->kind == CITY_TASK_FREE || task->op != 0)
        return;
    if (task->end_ns <= turn->now_ns && task->kind != CITY_TASK_RELEASE) {
        give_up(turn, task);
    } else if (task->phase == CITY_PHASE_DISPATCH || task->phase == CITY_PHASE_TICKET) {
        tick_ticket(turn, task);
    } else if (task->retry_ns != 0 && task->retry_ns <= turn->now_ns) {
        task->retry_ns = 0;
        if (task->phase == CITY_PHASE_PRICE)
            client_read(turn, task, city_key_price(turn->plan, task->dish));
        else if (task->phase == CITY_PHASE_WRITE && task->kind == CITY_TASK_SETTLE)
            free_task(task); /* looked at anew */
        else if (task->phase == CITY_PHASE_WRITE)
            write_once(turn, task);
        else if (task->phase == CITY_PHASE_RELEASE)
            release_go_on(turn, task);
        else if (task->phase != CITY_PHASE_COOKING)
            claim(turn, task);
    }
}

void desk_tick(const struct city_turn *turn)
{
    for (uint32_t i = 0; i < CITY_TASKS; i++)
        if (turn->self->tasks[i].kind != CITY_TASK_FREE)
            tick_task(turn, &turn->self->tasks[i]);
}
