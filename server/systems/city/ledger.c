/* ledger.c: what each note means for the ledger of the city. */
#include "systems/city/ledger.h"

#include <assert.h>

#include "systems/city/kitchen.h"

static const int64_t NS_PER_US = 1000;
/* After the last trouble, and after the start, so long nobody is blamed for a missing answer. */
static const int64_t SETTLED_NS = 6 * KV_NS_PER_S;

static void init(void *state, const struct node_env *env, uint64_t seed)
{
    struct city_ledger *ledger = state;
    const struct city_plan *plan = env->plan;
    (void)seed;
    ledger->leader = NODE_NONE;
    ledger->mode = (uint32_t)env->settings[CITY_SET_MODE];
    for (uint32_t dish = 0; dish < CITY_DISHES; dish++) {
        ledger->prices[dish].version = 1;
        ledger->prices[dish].values[1] = plan->price[dish];
    }
}

/* ---- Looking into the kitchens ---- */

bool city_ledger_copy(const struct node_world *world, uint32_t kitchen, uint32_t key,
                      int64_t *value)
{
    const struct city_kitchen *memory = world->state(world, kitchen);
    struct kv_state state;
    if (memory == NULL)
        return false;
    client_copy(memory, world->env->plan, key, &state);
    *value = client_value(&state, 0);
    return true;
}

void city_ledger_pantry(const struct node_world *world, uint32_t kitchen,
                        struct city_pantry *pantry)
{
    const struct city_plan *plan = world->env->plan;
    const struct city_kitchen *memory = world->state(world, kitchen);
    int64_t value = 0;
    *pantry = (struct city_pantry){.left = 0};
    if (memory == NULL || !city_ledger_copy(world, kitchen, city_key_delivery(plan), &value))
        return;
    pantry->delivery = (uint32_t)value;
    for (uint32_t dish = 0; dish < CITY_DISHES; dish++) {
        (void)city_ledger_copy(world, kitchen, city_key_price(plan, dish), &value);
        pantry->price[dish] = value == 0 ? plan->price[dish] : value;
    }
    for (uint32_t key = 0; key < plan->store.key_count; key++) {
        (void)city_ledger_copy(world, kitchen, key, &value);
        pantry->left += city_is_lobster(plan, key) && city_is_free(value, pantry->delivery);
        pantry->siblings += memory->store.slots[key].state.count > 1;
    }
}

uint32_t city_ledger_different(const struct node_world *world, uint32_t *key, uint32_t *one,
                               uint32_t *other)
{
    const struct city_plan *plan = world->env->plan;
    uint32_t different = 0;
    for (uint32_t at = 0; at < plan->store.key_count; at++) {
        uint32_t first = NODE_NONE;
        int64_t value = 0;
        int64_t there = 0;
        for (uint32_t i = 0; i < city_kitchens(plan); i++) {
            if (!city_ledger_copy(world, i, at, &there))
                continue;
            if (first != NODE_NONE && there != value) {
                if (different++ == 0) {
                    *key = at;
                    *one = first;
                    *other = i;
                }
                break;
            }
            first = i;
            value = there;
        }
    }
    return different;
}

/* Does any kitchen that runs have this order, or a newer one in its place? */
static bool stands_in_book(const struct node_world *world, uint32_t key, uint32_t delivery,
                           uint32_t order)
{
    const struct city_plan *plan = world->env->plan;
    bool lobster = city_is_lobster(plan, key);
    int64_t value = 0;
    bool anybody = false;
    for (uint32_t i = 0; i < city_kitchens(plan); i++) {
        if (!city_ledger_copy(world, i, key, &value))
            continue;
        anybody = true;
        if (value == city_claim(delivery, order) || (!lobster && value > (int64_t)order) ||
            (lobster && city_claim_delivery(value) > delivery))
            return true;
    }
    return !anybody;
}

uint32_t city_ledger_lost(const struct city_ledger *ledger, const struct node_world *world,
                          uint32_t *key, uint32_t *order)
{
    const struct city_plan *plan = world->env->plan;
    uint32_t lost = 0;
    for (uint32_t at = 0; at < plan->store.key_count; at++) {
        const struct ledger_sale *sale = &ledger->sales[at];
        for (uint32_t i = 0; i < sale->count && i < LEDGER_SALES; i++) {
            if ((sale->sorry >> i & 1) != 0 ||
                stands_in_book(world, at, sale->delivery, sale->orders[i]))
                continue;
            if (lost++ == 0) {
                *key = at;
                *order = sale->orders[i];
            }
        }
    }
    return lost;
}

uint32_t city_ledger_kept(const struct city_ledger *ledger, const struct node_world *world)
{
    const struct city_plan *plan = world->env->plan;
    uint32_t first = 0;
    uint32_t kept = 0;
    while (first < city_kitchens(plan) && world->state(world, first) == NULL)
        first++;
    for (uint32_t key = 0; key < plan->lobsters && first < city_kitchens(plan); key++) {
        int64_t claim = 0;
        (void)city_ledger_copy(world, first, key, &claim);
        const struct ledger_order *order = city_ledger_find(ledger, city_claim_order(claim));
        kept +=
            order != NULL && (order->outcome == CITY_REFUSED || order->outcome == CITY_NO_ANSWER);
    }
    return kept;
}

uint32_t city_ledger_wronged(const struct city_ledger *ledger, const struct ledger_order **order)
{
    uint32_t wronged = 0;
    for (uint32_t i = 0; i < LEDGER_ORDERS; i++) {
        const struct ledger_order *one = &ledger->orders[i];
        const struct ledger_order *winner = city_ledger_find(ledger, one->beaten_by);
        if (one->key == NODE_NONE || winner == NULL || winner->outcome != CITY_REFUSED)
            continue;
        if (wronged++ == 0 || one->order < (*order)->order)
            *order = one;
    }
    return wronged;
}

/* ---- Promises ---- */

static void witness(const struct ledger_context *context, struct ledger_witness *to,
                    enum city_word word, uint32_t subject, const int64_t *args)
{
    to->count++;
    if (to->count > 1)
        return;
    to->subject = subject;
    to->word = word;
    to->at_ns = context->note->time_ns;
    to->event = context->note->event;
    memcpy(to->args, args, sizeof to->args);
}

static void broken(const struct ledger_context *context, enum city_check check, enum city_word word,
                   uint32_t subject, const int64_t *args)
{
    struct ledger_witness *to = &context->ledger->witness[check];
    witness(context, to, word, subject, args);
    if (to->count > 1 || context->sink->note == NULL)
        return;
    struct node_note told = *context->note;
    told.kind = CITY_NOTE_PROMISE_BROKEN;
    told.subject = subject;
    told.peer = NODE_NONE;
    memset(told.args, 0, sizeof told.args);
    told.args[0] = check;
    context->sink->note(context->sink->context, &told);
}

/* ---- Orders ---- */

const struct ledger_order *city_ledger_find(const struct city_ledger *ledger, uint32_t order)
{
    const struct ledger_order *one = &ledger->orders[order % LEDGER_ORDERS];
    return order != 0 && one->order == order ? one : NULL;
}

static struct ledger_order *find(const struct ledger_context *context)
{
    uint32_t order = context->note->subject;
    struct ledger_order *one = &context->ledger->orders[order % LEDGER_ORDERS];
    return order != 0 && one->order == order ? one : NULL;
}

uint64_t city_ledger_turned_away(const struct city_ledger *ledger)
{
    return ledger->refused + ledger->unanswered + ledger->full;
}

static bool is_whole(const struct ledger_context *context)
{
    return context->world->faults_active == 0 &&
           context->note->time_ns - context->ledger->troubled_ns > SETTLED_NS;
}

static void placed(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct city_ledger *ledger = context->ledger;
    uint32_t dish = (uint32_t)note->args[0] % CITY_DISHES;
    ledger->placed++;
    ledger->orders[note->subject % LEDGER_ORDERS] =
        (struct ledger_order){.order = note->subject,
                              .dish = (uint8_t)dish,
                              .kitchen = note->peer,
                              .cook = NODE_NONE,
                              .key = NODE_NONE,
                              .level = LEDGER_LEVEL_NONE,
                              .placed_ns = note->time_ns,
                              .event = note->event,
                              .price_version = ledger->prices[dish].version,
                              .whole = is_whole(context)};
}

static void over(const struct ledger_context *context, struct ledger_order *order,
                 enum city_outcome outcome)
{
    order->outcome = (uint8_t)outcome;
    order->ended_ns = context->note->time_ns;
    city_row_order(context, order);
}

/* Nobody is told anything, and nothing is broken. */
static void judge_answered(const struct ledger_context *context, const struct ledger_order *order)
{
    if (order->whole && is_whole(context))
        broken(context, CITY_CHECK_ANSWERED, CITY_WORD_NOBODY_ANSWERED, order->order,
               (int64_t[NODE_NOTE_ARGS]){order->kitchen});
}

static void turned_away(const struct ledger_context *context, struct ledger_order *order,
                        enum city_outcome outcome)
{
    struct city_ledger *ledger = context->ledger;
    ledger->refused += outcome == CITY_REFUSED;
    ledger->unanswered += outcome == CITY_NO_ANSWER;
    ledger->full += outcome == CITY_FULL;
    ledger->second_turned_away++;
    if (order == NULL)
        return;
    if (outcome != CITY_FULL)
        judge_answered(context, order);
    over(context, order, outcome);
}

static void told(const struct ledger_context *context)
{
    struct city_ledger *ledger = context->ledger;
    struct ledger_order *order = find(context);
    enum city_outcome outcome =
        (enum city_outcome)(context->note->kind - CITY_NOTE_YOURS + CITY_YOURS);
    if (order != NULL && order->answered_ns == 0) {
        order->answered_ns = context->note->time_ns;
        histogram_add(&ledger->answer_us,
                      (uint64_t)((order->answered_ns - order->placed_ns) / NS_PER_US));
    }
    if (outcome == CITY_YOURS) {
        ledger->confirmed++;
        ledger->second_confirmed++;
        if (order != NULL)
            order->outcome = CITY_YOURS;
    } else if (outcome == CITY_SOLD_OUT) {
        ledger->sold_out++;
        ledger->second_sold_out++;
        if (order != NULL)
            over(context, order, CITY_SOLD_OUT);
    } else if (outcome == CITY_SORRY) {
        if (order != NULL && order->ended_ns == 0)
            over(context, order, CITY_SORRY);
    } else {
        turned_away(context, order, outcome);
    }
}

static void dish(const struct ledger_context *context)
{
    struct ledger_order *order = find(context);
    bool first = context->note->args[1] != 0;
    context->ledger->served += first;
    context->ledger->cooked_twice += !first;
    if (order == NULL)
        return;
    order->dishes = (uint8_t)(order->dishes + (order->dishes < UINT8_MAX));
    order->cook = context->note->peer;
    if (first)
        over(context, order, CITY_SERVED);
}

/* ---- Sales ---- */

static void judge_price(const struct ledger_context *context, struct ledger_order *order)
{
    struct city_ledger *ledger = context->ledger;
    const struct ledger_price *prices = &ledger->prices[order->dish];
    uint32_t oldest = prices->version >= LEDGER_PRICES ? prices->version - LEDGER_PRICES + 1 : 1;
    for (uint32_t version = prices->version; version >= oldest; version--) {
        if (prices->values[version % LEDGER_PRICES] != order->price)
            continue;
        order->stale = version < order->price_version;
        ledger->stale += order->stale;
        ledger->second_stale += order->stale;
        return;
    }
}

static void judge_sale(const struct ledger_context *context, struct ledger_order *order)
{
    struct city_ledger *ledger = context->ledger;
    struct ledger_sale *sale = &ledger->sales[order->key];
    const struct city_plan *plan = context->world->env->plan;
    bool lobster = city_is_lobster(plan, order->key);
    if (!lobster || sale->delivery != order->delivery)
        sale->count = sale->sorry = 0; /* another delivery, or the next order in this place */
    sale->delivery = order->delivery;
    for (uint32_t i = 0; lobster && i < sale->count && i < LEDGER_SALES; i++) {
        bool strong = sale->levels[i] == KV_LEVEL_STRONG && order->level == KV_LEVEL_STRONG;
        int64_t args[NODE_NOTE_ARGS] = {order->key + 1, sale->orders[i], order->delivery};
        if (i == 0) {
            order->oversold = true;
            ledger->oversold++;
            ledger->second_oversold++;
        }
        if (strong)
            broken(context, CITY_CHECK_SOLD_ONCE, CITY_WORD_SOLD_TWICE, order->order, args);
        else
            witness(context, &ledger->sold_twice_weakly, CITY_WORD_SOLD_TWICE, order->order, args);
    }
    if (sale->count < LEDGER_SALES) {
        sale->orders[sale->count] = order->order;
        sale->levels[sale->count++] = order->level;
    }
}

static void sold(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct ledger_order *order = find(context);
    if (order == NULL || order->key != NODE_NONE)
        return;
    order->key = (uint32_t)note->args[0];
    order->delivery = (uint32_t)note->args[1];
    order->level = (uint8_t)note->args[2];
    order->price = note->args[3];
    judge_price(context, order);
    judge_sale(context, order);
}

static void oversold(const struct ledger_context *context)
{
    struct ledger_order *order = find(context);
    struct ledger_sale *sale = &context->ledger->sales[context->note->args[0]];
    for (uint32_t i = 0; i < sale->count && i < LEDGER_SALES; i++)
        if (sale->orders[i] == context->note->subject)
            sale->sorry = (uint8_t)(sale->sorry | 1u << i);
    if (order == NULL || order->sorry)
        return; /* named before */
    order->sorry = true;
    order->beaten_by = (uint32_t)context->note->args[1];
    context->ledger->named += order->key != NODE_NONE; /* of those that were told "yours" */
}

static void priced(const struct ledger_context *context)
{
    struct ledger_price *prices =
        &context->ledger->prices[(uint32_t)context->note->args[0] % CITY_DISHES];
    prices->version++;
    prices->values[prices->version % LEDGER_PRICES] = context->note->args[1];
}

/* ---- A switch of modes ---- */

enum { SWITCH_PROCESS = 1 << 30 };
static const uint32_t SWITCH_OP_FIRST = UINT32_C(0xc0000000);

/* What a switch puts into the log is a strong write that no desk made. Checkers have to know of it, so
 * it is told as one, of a process and under a number that no desk has. */
static void tell_write(const struct ledger_context *context, uint32_t key)
{
    struct node_note told = *context->note;
    int64_t value = 0;
    if (context->sink->note == NULL ||
        !city_ledger_copy(context->world, context->note->node, key, &value))
        return;
    told.kind = CITY_NOTE_ASKED;
    told.peer = context->note->node;
    told.subject = SWITCH_OP_FIRST + context->ledger->switch_writes++;
    memset(told.args, 0, sizeof told.args);
    told.args[0] = KV_WHAT(KV_PUT, KV_LEVEL_STRONG, key, 0) | (int64_t)SWITCH_PROCESS << 32;
    told.args[1] = value;
    context->sink->note(context->sink->context, &told);
    told.kind = CITY_NOTE_OK;
    context->sink->note(context->sink->context, &told);
}

/* By the first kitchen that goes by it; the others follow. */
static void mode_opened(const struct ledger_context *context)
{
    struct city_ledger *ledger = context->ledger;
    const struct kv_plan *store = context->world->env->plan;
    uint32_t epoch = (uint32_t)context->note->args[0];
    uint32_t mode = (uint32_t)context->note->args[1];
    if (epoch <= ledger->epoch)
        return;
    for (uint32_t key = 0; key < store->key_count; key++)
        if (kv_is_strong(store, mode, key) && !kv_is_strong(store, ledger->mode, key))
            tell_write(context, key);
    ledger->epoch = epoch;
    ledger->mode = mode;
    ledger->troubled_ns = context->note->time_ns;
}

/* ---- Kitchens ---- */

static void leader_is(const struct ledger_context *context, uint32_t leader)
{
    struct city_ledger *ledger = context->ledger;
    int64_t now_ns = context->note->time_ns;
    if (leader == ledger->leader)
        return;
    if (leader == NODE_NONE)
        ledger->no_leader_since_ns = now_ns;
    else if (ledger->leader == NODE_NONE &&
             now_ns - ledger->no_leader_since_ns > ledger->no_leader_ns)
        ledger->no_leader_ns = now_ns - ledger->no_leader_since_ns;
    ledger->leader_changes += leader != NODE_NONE;
    ledger->leader = leader;
}

static void leads_no_more(const struct ledger_context *context, uint32_t node)
{
    if (context->ledger->leader == node)
        leader_is(context, NODE_NONE);
}

static void presides(const struct ledger_context *context)
{
    uint64_t term = (uint64_t)context->note->args[0];
    if (term < context->ledger->term)
        return;
    context->ledger->term = term;
    leader_is(context, context->note->node);
}

static void host_note(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    if (note->kind == NODE_NOTE_CRASHED)
        leads_no_more(context, note->node);
    if (note->kind == NODE_NOTE_VIOLATION)
        broken(context, CITY_CHECK_SOUND, CITY_WORD_BAD_STATE, NODE_NONE,
               (int64_t[NODE_NOTE_ARGS]){note->args[1], note->node});
    bool quiet = note->kind == NODE_NOTE_INPUT || note->kind == NODE_NOTE_VIOLATION ||
                 (note->kind == NODE_NOTE_SETTING && note->args[0] != CITY_SET_SWITCH_TO);
    if (!quiet)
        context->ledger->troubled_ns = note->time_ns;
}

static void note(void *state, const struct node_world *world, const struct node_note *seen,
                 const struct node_row_sink *sink)
{
    struct ledger_context context = {.ledger = state, .world = world, .note = seen, .sink = sink};
    context.ledger->notes++;
    if (world->faults_active > 0)
        context.ledger->troubled_ns = seen->time_ns;
    if (seen->kind < NODE_NOTE_SYSTEM) {
        host_note(&context);
        return;
    }
    struct ledger_order *order = find(&context);
    switch ((enum city_note)seen->kind) {
    case CITY_NOTE_ORDERED:
        placed(&context);
        break;
    case CITY_NOTE_YOURS:
    case CITY_NOTE_SOLD_OUT:
    case CITY_NOTE_REFUSED:
    case CITY_NOTE_FULL:
    case CITY_NOTE_SORRY:
        told(&context);
        break;
    case CITY_NOTE_GONE:
        turned_away(&context, order, CITY_NO_ANSWER);
        break;
    case CITY_NOTE_DISH:
        dish(&context);
        break;
    case CITY_NOTE_WAITED:
        context.ledger->waited++;
        if (order != NULL)
            over(&context, order, CITY_WAITED);
        break;
    case CITY_NOTE_SKIPPED:
        context.ledger->skipped++;
        break;
    case CITY_NOTE_SOLD:
        sold(&context);
        break;
    case CITY_NOTE_OVERSOLD:
        oversold(&context);
        break;
    case CITY_NOTE_ASSIGNED:
        if (order != NULL)
            order->cook = seen->peer;
        break;
    case CITY_NOTE_PRICED:
        priced(&context);
        break;
    case CITY_NOTE_MODE_OPENED:
        mode_opened(&context);
        break;
    case CITY_NOTE_MODE_SEALED:
        context.ledger->troubled_ns = seen->time_ns;
        break;
    case CITY_NOTE_PRESIDES:
        presides(&context);
        break;
    case CITY_NOTE_PRESIDES_NOT:
        leads_no_more(&context, seen->node);
        break;
    default:
        break;
    }
}

static void tick(void *state, const struct node_world *world, const struct node_row_sink *sink)
{
    struct city_ledger *ledger = state;
    struct ledger_context context = {.ledger = ledger, .world = world, .sink = sink};
    city_rows_second(&context);
    ledger->second_confirmed = ledger->second_turned_away = ledger->second_sold_out = 0;
    ledger->second_stale = ledger->second_oversold = 0;
}

const struct node_observer CITY_LEDGER = {
    .state_bytes = (sizeof(struct city_ledger) + 7) / 8 * 8,
    .init = init,
    .note = note,
    .tick = tick,
};
