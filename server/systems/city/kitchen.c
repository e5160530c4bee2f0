/* kitchen.c: the protocol of a kitchen: a replica of the store, a desk and stoves behind one door.
 *
 * The replica is the store's own code and does not know where it lives: it gets its own events with
 * its own settings, and what it notes is told on as far as it means something in this city. */
#include "systems/city/kitchen.h"

#include <assert.h>
#include <stddef.h>

#include "base/json_writer.h"

void city_say(const struct city_turn *turn, enum city_note kind, uint32_t peer, uint32_t subject,
              int64_t a, int64_t b, int64_t c, int64_t d)
{
    assert(kind < CITY_NOTE_END);
    struct node_note note = {
        .kind = (uint16_t)kind, .peer = peer, .subject = subject, .args = {a, b, c, d}};
    node_note(turn->outbox, &note);
}

/* ---- The replica's intents ---- */

/* Which note of the city a note of the store is; 0: it stays in the house. */
static uint16_t told_as(uint16_t kind)
{
    static const struct {
        uint16_t store, city;
    } TOLD[] = {
        {KV_NOTE_RAFT + RAFT_NOTE_LEADER, CITY_NOTE_PRESIDES},
        {KV_NOTE_RAFT + RAFT_NOTE_STEPPED_DOWN, CITY_NOTE_PRESIDES_NOT},
        {KV_NOTE_MODE_SEALED, CITY_NOTE_MODE_SEALED},
        {KV_NOTE_MODE_WAITS, CITY_NOTE_MODE_WAITS},
        {KV_NOTE_MODE_OPENED, CITY_NOTE_MODE_OPENED},
        {KV_NOTE_MODE_DROPPED, CITY_NOTE_MODE_DROPPED},
        {KV_NOTE_SUSPECTED, CITY_NOTE_SUSPECTED},
        {KV_NOTE_TRUSTED, CITY_NOTE_TRUSTED},
        {KV_NOTE_HINT_STORED, CITY_NOTE_HINT},
        {KV_NOTE_HINT_REPLAYED, CITY_NOTE_CAUGHT_UP},
    };
    for (uint32_t i = 0; i < sizeof TOLD / sizeof TOLD[0]; i++)
        if (TOLD[i].store == kind)
            return TOLD[i].city;
    return 0;
}

/* What one replica tells another so that it has the same. */
static bool replicates(uint16_t type)
{
    return type == RAFT_APPEND || type == RAFT_SNAPSHOT || type == KV_WRITE || type == KV_HASHES ||
           type == KV_ENTRIES;
}

/* Goes through what the replica has put into the outbox behind `begin`; what is not to leave is
 * taken out. */
static void pass_on(const struct city_turn *turn, uint32_t begin)
{
    struct node_outbox *outbox = turn->outbox;
    bool mute = city_setting(turn, CITY_SET_BUG_NO_REPLICATION) != 0;
    uint64_t settled[KV_KEYS_MAX / 64] = {0};
    uint32_t to = begin;
    for (uint32_t from = begin; from < outbox->length;) {
        struct node_intent intent;
        memcpy(&intent, outbox->at + from, sizeof intent);
        bool has_payload = intent.kind != NODE_INTENT_READ;
        uint32_t bytes = (uint32_t)sizeof intent + (has_payload ? (intent.length + 7u) & ~7u : 0);
        bool keep = true;
        if (intent.kind == NODE_INTENT_NOTE) {
            struct node_note note;
            memcpy(&note, outbox->at + from + sizeof intent, sizeof note);
            if (note.kind == KV_NOTE_SETTLED)
                settled[note.args[0] / 64] |= UINT64_C(1) << note.args[0] % 64;
            note.kind = told_as(note.kind);
            keep = note.kind != 0;
            memcpy(outbox->at + from + sizeof intent, &note, sizeof note);
        } else if (intent.kind == NODE_INTENT_SEND && mute) {
            keep = intent.to == turn->env->self || !replicates(intent.type);
        }
        if (keep)
            memmove(outbox->at + to, outbox->at + from, bytes);
        to += keep ? bytes : 0;
        from += bytes;
    }
    outbox->length = to;
    for (uint32_t key = 0; key < KV_KEYS_MAX; key++)
        if ((settled[key / 64] >> key % 64 & 1) != 0)
            settle_by_store(turn, key);
}

/* What the replica finds around it where nothing happens: its own settings, all else as here. */
struct store_view {
    int64_t settings[KV_SET_COUNT];
    struct node_env env;
};

static void view_store(const struct node_env *env, struct store_view *view)
{
    city_store_settings(env->settings, view->settings);
    view->env = *env;
    view->env.settings = view->settings;
}

static struct node_env store_env(const struct city_turn *turn)
{
    struct node_env env = *turn->env;
    env.settings = turn->store;
    env.node_count = turn->plan->store.replica_count + 1;
    return env;
}

static void step_store(const struct city_turn *turn, const struct node_event *event)
{
    uint32_t begin = turn->outbox->length;
    struct node_env env = store_env(turn);
    KV_REPLICA_PROTOCOL.step(&turn->self->store, &env, event, turn->outbox);
    pass_on(turn, begin);
}

/* ---- Events ---- */

static void on_start(const struct city_turn *turn)
{
    enum { PROCESS_NS = 100000000 };
    struct city_kitchen *self = turn->self;
    int64_t wall_ms = turn->wall_ns > 0 ? turn->wall_ns / KV_NS_PER_MS : 0;
    self->op_last = (uint32_t)(wall_ms % (UINT32_MAX / KV_REPLICAS_MAX));
    self->serial_last = (uint32_t)wall_ms;
    self->generation = (uint32_t)(wall_ms * KV_NS_PER_MS / PROCESS_NS);
    self->own_boot = turn->env->draw_key | 1;
}

static void on_tick(const struct city_turn *turn)
{
    node_timer_set(turn->outbox, CITY_TIMER, turn->now_ns + CITY_TICK_MS * KV_NS_PER_MS);
    desk_tick(turn);
    settle_tick(turn);
    stove_tick(turn);
}

static void on_dispatch(const struct city_turn *turn, uint32_t desk, const struct city_order *order)
{
    struct city_assign answer = {.order = order->order, .cook = stove_choose(turn, NODE_NONE)};
    city_say(turn, CITY_NOTE_ASSIGNED, answer.cook, order->order, 0, 0, 0, 0);
    node_send(turn->outbox, desk, CITY_ASSIGN, &answer, sizeof answer);
}

/* `bytes` is an aligned copy. */
static void on_city_message(const struct city_turn *turn, const struct node_event *event,
                            const void *bytes)
{
    switch ((enum city_message)event->type) {
    case CITY_ORDER:
        desk_on_order(turn, bytes);
        break;
    case CITY_DISPATCH:
        on_dispatch(turn, event->from, bytes);
        break;
    case CITY_ASSIGN:
        desk_on_assign(turn, bytes);
        break;
    case CITY_TICKET:
        stove_on_ticket(turn, event->from, bytes);
        break;
    case CITY_TAKEN:
        desk_on_taken(turn, event->from, bytes);
        break;
    case CITY_COOKED:
        desk_on_cooked(turn, bytes);
        break;
    case CITY_TRUCK:
        desk_on_truck(turn);
        break;
    case CITY_LOAD:
        stove_on_load(turn, event->from, bytes);
        break;
    case CITY_ASK_FATE:
        fate_on_question(turn, event->from, bytes);
        break;
    case CITY_TELL_FATE:
        fate_on_told(turn, bytes);
        break;
    case CITY_ANSWER:
    case CITY_DISH:
    case CITY_MESSAGE_COUNT:
        break; /* refused as malformed */
    }
}

static void on_message(const struct city_turn *turn, const struct node_event *event)
{
    union {
        uint64_t align;
        uint8_t bytes[sizeof(struct city_load)];
    } copy;
    if (event->type == KV_REPLY) {
        client_on_reply(turn, event);
    } else if (event->type < KV_MESSAGE_COUNT) {
        step_store(turn, event);
    } else {
        assert(event->length <= sizeof copy.bytes);
        memcpy(copy.bytes, event->bytes, event->length);
        on_city_message(turn, event, copy.bytes);
    }
}

static void on_input(const struct city_turn *turn, const struct node_event *event)
{
    struct node_event repair = *event;
    switch ((enum city_input)event->type) {
    case CITY_INPUT_DELIVER:
        desk_on_truck(turn);
        break;
    case CITY_INPUT_PRICE:
        desk_on_price(turn, (uint32_t)event->args[0] % CITY_DISHES, event->args[1]);
        break;
    case CITY_INPUT_REPAIR:
        repair.type = KV_INPUT_REPAIR;
        step_store(turn, &repair);
        break;
    case CITY_INPUT_ORDER:
    case CITY_INPUT_COUNT:
        break;
    }
}

/* The store is told of its own settings only, under its own numbers. */
static void on_setting(const struct city_turn *turn, const struct node_event *event)
{
    struct node_event own = *event;
    own.type = (uint16_t)city_store_setting(event->type);
    if (own.type < KV_SET_COUNT)
        step_store(turn, &own);
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    int64_t store[KV_SET_COUNT];
    struct city_turn turn = {.self = state,
                             .env = env,
                             .plan = env->plan,
                             .outbox = outbox,
                             .store = store,
                             .now_ns = event->monotonic_ns,
                             .wall_ns = event->wall_ns};
    city_store_settings(env->settings, store);
    switch ((enum node_event_kind)event->kind) {
    case NODE_EVENT_START:
        step_store(&turn, event);
        on_start(&turn);
        on_tick(&turn);
        break;
    case NODE_EVENT_TIMER:
        if (event->id == CITY_TIMER)
            on_tick(&turn);
        else
            step_store(&turn, event);
        break;
    case NODE_EVENT_MESSAGE:
        on_message(&turn, event);
        break;
    case NODE_EVENT_INPUT:
        on_input(&turn, event);
        break;
    case NODE_EVENT_SETTING:
        on_setting(&turn, event);
        break;
    case NODE_EVENT_WRITTEN:
    case NODE_EVENT_READ:
        step_store(&turn, event);
        break;
    }
}

static void boot(void *state, const struct node_env *env)
{
    struct city_kitchen *self = state;
    struct store_view view;
    view_store(env, &view);
    KV_REPLICA_PROTOCOL.boot(&self->store, &view.env);
    for (uint32_t i = 0; i < CITY_SEEN; i++)
        self->seen[i] = self->orders_seen[i] = self->named[i].order = NODE_NONE;
    for (uint32_t i = 0; i < CITY_FATES; i++)
        self->fates[i].order = NODE_NONE;
}

static bool malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length)
{
    const struct city_plan *plan = env->plan;
    struct city_order order = {.order = 0};
    struct city_assign assign;
    struct city_told told;
    struct store_view view;
    if (type < KV_MESSAGE_COUNT) {
        view_store(env, &view);
        return type == KV_REPLY ? KV_CLIENTS_PROTOCOL.malformed(&view.env, type, bytes, length)
                                : KV_REPLICA_PROTOCOL.malformed(&view.env, type, bytes, length);
    }
    switch ((enum city_message)type) {
    case CITY_ORDER:
    case CITY_DISPATCH:
    case CITY_TICKET:
    case CITY_COOKED:
        memcpy(&order, bytes, sizeof order);
        return order.dish >= CITY_DISHES || order.order >= CITY_CLAIM_ORDERS;
    case CITY_ASSIGN:
        memcpy(&assign, bytes, sizeof assign);
        return assign.cook >= city_kitchens(plan);
    case CITY_TELL_FATE:
        memcpy(&told, bytes, sizeof told);
        return told.fate != CITY_FATE_STANDS && told.fate != CITY_FATE_VOID;
    case CITY_TAKEN:
    case CITY_TRUCK:
    case CITY_LOAD:
    case CITY_ASK_FATE:
        return false;
    default:
        return true; /* for customers */
    }
}

/* ---- Looking ---- */

static bool of_store(const void *state, const struct node_env *env,
                     bool (*asked)(const void *, const struct node_env *, struct node_reason *),
                     enum city_word word, struct node_reason *reason)
{
    const struct city_kitchen *self = state;
    struct store_view view;
    struct node_reason inner = {.subject = NODE_NONE};
    view_store(env, &view);
    if (!asked(&self->store, &view.env, &inner))
        return false;
    *reason = (struct node_reason){
        .word = (uint16_t)word, .subject = NODE_NONE, .args = {inner.word, inner.args[0]}};
    return true;
}

static bool violation(const void *state, const struct node_env *env, struct node_reason *reason)
{
    return of_store(state, env, KV_REPLICA_PROTOCOL.violation, CITY_WORD_STORE_BROKEN, reason);
}

static bool pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct city_kitchen *self = state;
    *reason = (struct node_reason){
        .word = CITY_WORD_DESK_OPEN, .subject = NODE_NONE, .args = {desk_open(self)}};
    if (env->settings[CITY_SET_BUG_NO_REPLICATION] != 0)
        reason->args[0] -= release_open(self); /* the log never answers */
    if (reason->args[0] > 0)
        return true;
    reason->word = CITY_WORD_COOKING;
    reason->args[0] = stove_open(self);
    if (reason->args[0] > 0)
        return true;
    reason->word = CITY_WORD_SIBLINGS_LEFT;
    reason->args[0] = settle_left(self, env->plan);
    if (reason->args[0] != NODE_NONE && env->settings[CITY_SET_CONFLICT] == KV_CONFLICT_SIBLINGS)
        return true;
    if (env->settings[CITY_SET_BUG_NO_REPLICATION] != 0)
        return false; /* with it they never come to an end */
    return of_store(state, env, KV_REPLICA_PROTOCOL.pending, CITY_WORD_STORE_OPEN, reason);
}

static void inspect(const void *state, const struct node_env *env, struct json_writer *writer)
{
    const struct city_kitchen *self = state;
    struct store_view view;
    view_store(env, &view);
    json_u64(writer, "tasks", desk_open(self));
    json_u64(writer, "cooking", stove_open(self));
    json_object(writer, "store");
    KV_REPLICA_PROTOCOL.inspect(&self->store, &view.env, writer);
    json_close(writer);
}

const struct node_protocol CITY_KITCHEN_PROTOCOL = {
    .name = "kitchen",
    .state_bytes = (sizeof(struct city_kitchen) + 7) / 8 * 8,
    .file_bytes = {KV_FILE_BYTES, RAFT_FILE_BYTES, RAFT_FILE_BYTES},
    .messages = CITY_MESSAGES,
    .message_count = CITY_MESSAGE_COUNT,
    .boot = boot,
    .step = step,
    .malformed = malformed,
    .violation = violation,
    .pending = pending,
    .inspect = inspect,
};
