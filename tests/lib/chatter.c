/* chatter.c - a protocol that uses all of its host at random. */
#include "chatter.h"

#include "base/digest.h"
#include "base/draw.h"

#include <stdio.h>
#include <string.h>

enum { CHATTER_FILE_BYTES = 4096, CHATTER_NOTE = NODE_NOTE_SYSTEM, CHATTER_MESSAGES = 3 };
static const uint32_t CHATTER_DRAW = DRAW_PURPOSE('c', 'h', 'a', 't');
static const int64_t CHATTER_MS = 1000000;
static const int64_t CHATTER_SETTINGS_STANDARD[CHATTER_SETTINGS] = {50};

struct chatter {
    struct digest seen;
    uint64_t draws;
    uint32_t token_last, steps;
};

static uint64_t chatter_draw(struct chatter *chatter, const struct node_env *env)
{
    uint64_t n = chatter->draws;
    chatter->draws++;
    return draw_u64(env->draw_key, CHATTER_DRAW, digest_value(&chatter->seen), n);
}

static void chatter_boot(void *state, const struct node_env *env)
{
    (void)env;
    struct chatter *chatter = state;
    chatter->seen = digest_init();
}

/* All that a node may know of an event, its clocks included. */
static void chatter_see(struct chatter *chatter, const struct node_event *event)
{
    digest_words(&chatter->seen,
                 event->kind | (uint64_t)event->id << 8 | (uint64_t)event->type << 16, event->from);
    digest_words(&chatter->seen, (uint64_t)event->monotonic_ns, (uint64_t)event->wall_ns);
    digest_words(&chatter->seen, event->token, event->status);
    if (event->bytes != NULL) {
        digest_bytes(&chatter->seen, event->bytes, event->length);
    }
    chatter->steps++;
}

static void chatter_say(struct chatter *chatter, const struct node_env *env,
                        struct node_outbox *outbox, uint32_t to)
{
    uint8_t bytes[300] = {0};
    uint64_t value = digest_value(&chatter->seen);
    memcpy(bytes, &value, sizeof value);
    uint64_t length = draw_between(chatter_draw(chatter, env), 8, 300);
    uint64_t type = draw_below(chatter_draw(chatter, env), CHATTER_MESSAGES);
    bool gated = draw_chance_ppm(chatter_draw(chatter, env), 300000);
    node_send_after(outbox, gated ? chatter->token_last : 0, to, (uint16_t)type, bytes,
                    (uint32_t)length);
}

static void chatter_write(struct chatter *chatter, const struct node_env *env,
                          struct node_outbox *outbox)
{
    uint64_t value = digest_value(&chatter->seen);
    uint64_t offset = draw_below(chatter_draw(chatter, env), CHATTER_FILE_BYTES - sizeof value);
    bool synced = draw_chance_ppm(chatter_draw(chatter, env), 400000);
    chatter->token_last =
        node_write(outbox, 0, (uint32_t)offset, &value, sizeof value, synced ? NODE_SYNC : 0);
}

static void chatter_arm(struct chatter *chatter, const struct node_env *env,
                        const struct node_event *event, struct node_outbox *outbox)
{
    int64_t period_ms = env->settings[CHATTER_SETTING_PERIOD_MS];
    period_ms = period_ms < 1 || period_ms > 10000 ? 50 : period_ms; /* no range is promised here */
    uint8_t timer = (uint8_t)draw_below(chatter_draw(chatter, env), NODE_TIMERS_MAX);
    uint64_t in_ns =
        draw_exponential(chatter_draw(chatter, env), (uint64_t)(period_ms * CHATTER_MS));
    node_timer_set(outbox, timer, event->monotonic_ns + (int64_t)in_ns);
}

static void chatter_step(void *state, const struct node_env *env, const struct node_event *event,
                         struct node_outbox *outbox)
{
    struct chatter *chatter = state;
    chatter_see(chatter, event);
    chatter_arm(chatter, env, event, outbox);
    uint32_t talk_ppm = event->kind == NODE_EVENT_TIMER ? 900000 : 300000;
    if (draw_chance_ppm(chatter_draw(chatter, env), talk_ppm)) {
        uint64_t to = draw_below(chatter_draw(chatter, env), env->node_count);
        chatter_say(chatter, env, outbox, (uint32_t)to);
    }
    if (draw_chance_ppm(chatter_draw(chatter, env), 200000)) {
        chatter_write(chatter, env, outbox);
    }
    if (draw_chance_ppm(chatter_draw(chatter, env), 50000)) {
        node_read(outbox, 0, 0, CHATTER_FILE_BYTES);
    }
    if (chatter->steps % 4 == 0) {
        struct node_note note = {
            .kind = CHATTER_NOTE, .peer = NODE_NONE, .subject = chatter->steps};
        node_note(outbox, &note);
    }
}

static bool chatter_violation(const void *state, const struct node_env *env,
                              struct node_reason *reason)
{
    (void)env;
    const struct chatter *chatter = state;
    reason->word = 1;
    return chatter->steps % 1000 == 999; /* so that checks have something to say */
}

static const struct node_message_type CHATTER_MESSAGE_TYPES[CHATTER_MESSAGES] = {
    {"chat", 8, 300}, {"gossip", 8, 300}, {"picky", 8, 290}};

const struct node_protocol CHATTER_PROTOCOL = {
    .name = "chatter",
    .state_bytes = sizeof(struct chatter),
    .file_bytes = {CHATTER_FILE_BYTES},
    .messages = CHATTER_MESSAGE_TYPES,
    .message_count = CHATTER_MESSAGES,
    .boot = chatter_boot,
    .step = chatter_step,
    .violation = chatter_violation,
};

static void chatter_observer_init(void *state, const struct node_env *env, uint64_t seed)
{
    (void)env;
    (void)seed;
    *(struct chatter_ledger *)state = (struct chatter_ledger){0};
}

static void chatter_observer_note(void *state, const struct node_world *world,
                                  const struct node_note *note, const struct node_row_sink *sink)
{
    (void)world;
    (void)note;
    (void)sink;
    ((struct chatter_ledger *)state)->notes++;
}

static void chatter_observer_tick(void *state, const struct node_world *world,
                                  const struct node_row_sink *sink)
{
    struct chatter_ledger *ledger = state;
    ledger->ticks++;
    struct node_row row = {
        .time_ns = world->time_ns, .cell_count = 1, .cells = {(int64_t)ledger->notes}};
    sink->put(sink->context, &row);
}

const struct node_observer CHATTER_OBSERVER = {
    .state_bytes = sizeof(struct chatter_ledger),
    .init = chatter_observer_init,
    .note = chatter_observer_note,
    .tick = chatter_observer_tick,
};

struct sim_plan chatter_plan(uint64_t seed, uint32_t count)
{
    struct sim_plan plan = {.seed = seed,
                            .node_count = count,
                            .model = SIM_MODEL_STANDARD,
                            .settings = CHATTER_SETTINGS_STANDARD,
                            .setting_count = CHATTER_SETTINGS,
                            .observer = &CHATTER_OBSERVER};
    for (uint32_t i = 0; i < count; i++) {
        plan.nodes[i].protocol = &CHATTER_PROTOCOL;
        plan.nodes[i].x_m = (int32_t)(i * 700);
        plan.nodes[i].y_m = (int32_t)(i * i * 90);
        plan.nodes[i].region = i % 2;
        (void)snprintf(plan.nodes[i].name, SIM_NAME_BYTES, "c%u", i);
    }
    return plan;
}
