/* bench_host.c - `chef bench host`: the whole simulator under a small quorum protocol.
 *
 * Five replicas and a client. The client keeps a window of operations going; replica 0 writes each
 * with fsync and sends it to the others, they write it and answer when it is durable, a majority
 * makes the reply. Every event moves a timer; links lose one message in a thousand and the client
 * asks again. All of the host works: links with their draws, disks, gating, timers, causes, the
 * digest. A step is one event run by a node. */
#include "command/bench.h"
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

enum { REPLICAS = 5, CLIENT = REPLICAS, WINDOW = 16, MAJORITY = REPLICAS / 2 + 1 };
enum { QUORUM_REQUEST, QUORUM_APPEND, QUORUM_ACCEPTED, QUORUM_REPLY, QUORUM_MESSAGES };
static const int64_t QUORUM_MS = 1000000;

struct quorum_message {
    uint32_t slot, round;
    uint8_t command[40];
};

struct quorum_slot {
    uint32_t round, voters; /* bit: that replica has it on disk */
};

struct quorum {
    uint64_t operations;
    struct quorum_slot slots[WINDOW];
    struct quorum_message last[WINDOW]; /* what was asked or written */
    uint32_t token_of_slot[WINDOW];
    uint32_t round_asked_before[WINDOW];
};

static void quorum_boot(void *state, const struct node_env *env)
{
    (void)state;
    (void)env;
}

static void quorum_send(struct node_outbox *outbox, uint32_t after, uint32_t to, uint16_t type,
                        const struct quorum_message *message)
{
    node_send_after(outbox, after, to, type, message, sizeof *message);
}

static void quorum_ask(struct quorum *quorum, uint32_t slot, struct node_outbox *outbox)
{
    quorum->last[slot].slot = slot;
    quorum->last[slot].round = quorum->slots[slot].round;
    quorum_send(outbox, 0, 0, QUORUM_REQUEST, &quorum->last[slot]);
}

static uint32_t quorum_write(struct node_outbox *outbox, const struct quorum_message *message)
{
    return node_write(outbox, 0, message->slot * (uint32_t)sizeof *message, message,
                      sizeof *message, NODE_SYNC);
}

static void quorum_on_request(struct quorum *quorum, const struct quorum_message *message,
                              struct node_outbox *outbox)
{
    struct quorum_slot *slot = &quorum->slots[message->slot];
    if (message->round > slot->round || slot->round == 0) {
        *slot = (struct quorum_slot){.round = message->round, .voters = 0};
        quorum->token_of_slot[message->slot] = quorum_write(outbox, message);
    }
    quorum->last[message->slot] = *message;
    if (__builtin_popcount(slot->voters) >= MAJORITY) { /* asked again: the reply was lost */
        quorum_send(outbox, 0, CLIENT, QUORUM_REPLY, message);
        return;
    }
    for (uint32_t replica = 1; replica < REPLICAS; replica++) {
        quorum_send(outbox, 0, replica, QUORUM_APPEND, message);
    }
}

static void quorum_vote(struct quorum *quorum, uint32_t slot, uint32_t replica,
                        struct node_outbox *outbox)
{
    uint32_t before = quorum->slots[slot].voters;
    uint32_t after = before | 1u << replica;
    quorum->slots[slot].voters = after;
    if (before != after && __builtin_popcount(after) == MAJORITY) {
        quorum->operations++;
        quorum_send(outbox, 0, CLIENT, QUORUM_REPLY, &quorum->last[slot]);
    }
}

static void quorum_on_message(struct quorum *quorum, const struct node_event *event,
                              struct node_outbox *outbox)
{
    struct quorum_message message;
    memcpy(&message, event->bytes, sizeof message);
    struct quorum_slot *slot = &quorum->slots[message.slot];
    switch (event->type) {
    case QUORUM_REQUEST:
        quorum_on_request(quorum, &message, outbox);
        break;
    case QUORUM_APPEND:
        quorum_send(outbox, quorum_write(outbox, &message), 0, QUORUM_ACCEPTED, &message);
        break;
    case QUORUM_ACCEPTED:
        if (message.round == slot->round) {
            quorum_vote(quorum, message.slot, event->from, outbox);
        }
        break;
    default:
        if (message.round == slot->round) {
            slot->round++;
            quorum_ask(quorum, message.slot, outbox);
        }
        break;
    }
}

static void quorum_on_written(struct quorum *quorum, uint32_t self, uint32_t token,
                              struct node_outbox *outbox)
{
    for (uint32_t slot = 0; slot < WINDOW && self == 0; slot++) {
        if (quorum->token_of_slot[slot] == token) {
            quorum_vote(quorum, slot, 0, outbox);
        }
    }
}

/* The client asks again for every operation that was already open at the last look. */
static void quorum_ask_again(struct quorum *quorum, struct node_outbox *outbox)
{
    for (uint32_t slot = 0; slot < WINDOW; slot++) {
        if (quorum->slots[slot].round == quorum->round_asked_before[slot]) {
            quorum_ask(quorum, slot, outbox);
        }
        quorum->round_asked_before[slot] = quorum->slots[slot].round;
    }
}

static void quorum_on_start(struct quorum *quorum, struct node_outbox *outbox)
{
    for (uint32_t slot = 0; slot < WINDOW; slot++) {
        quorum->slots[slot].round = 1;
        quorum_ask(quorum, slot, outbox);
    }
}

enum { TIMER_SILENCE, TIMER_RETRY };

/* Like an election timeout, the silence timer moves at every event and hardly ever rings. */
static void quorum_step(void *state, const struct node_env *env, const struct node_event *event,
                        struct node_outbox *outbox)
{
    struct quorum *quorum = state;
    node_timer_set(outbox, TIMER_SILENCE, event->monotonic_ns + 300 * QUORUM_MS);
    if (event->kind == NODE_EVENT_MESSAGE) {
        quorum_on_message(quorum, event, outbox);
    } else if (event->kind == NODE_EVENT_WRITTEN) {
        quorum_on_written(quorum, env->self, event->token, outbox);
    } else if (env->self == CLIENT && event->kind == NODE_EVENT_START) {
        quorum_on_start(quorum, outbox);
        node_timer_set(outbox, TIMER_RETRY, event->monotonic_ns + 50 * QUORUM_MS);
    } else if (env->self == CLIENT && event->id == TIMER_RETRY) {
        quorum_ask_again(quorum, outbox);
        node_timer_set(outbox, TIMER_RETRY, event->monotonic_ns + 50 * QUORUM_MS);
    }
}

static bool quorum_malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                             uint32_t length)
{
    (void)env;
    (void)type;
    (void)length;
    struct quorum_message message;
    memcpy(&message, bytes, sizeof message);
    return message.slot >= WINDOW;
}

static const struct node_message_type QUORUM_TYPES[QUORUM_MESSAGES] = {
    {"request", sizeof(struct quorum_message), sizeof(struct quorum_message)},
    {"append", sizeof(struct quorum_message), sizeof(struct quorum_message)},
    {"accepted", sizeof(struct quorum_message), sizeof(struct quorum_message)},
    {"reply", sizeof(struct quorum_message), sizeof(struct quorum_message)},
};

static const struct node_protocol QUORUM_PROTOCOL = {
    .name = "quorum",
    .state_bytes = sizeof(struct quorum),
    .file_bytes = {WINDOW * sizeof(struct quorum_message)},
    .messages = QUORUM_TYPES,
    .message_count = QUORUM_MESSAGES,
    .boot = quorum_boot,
    .step = quorum_step,
    .malformed = quorum_malformed,
};

static void host_plan(struct sim_plan *plan)
{
    *plan = (struct sim_plan){.seed = 1, .node_count = REPLICAS + 1, .model = SIM_MODEL_STANDARD};
    for (uint32_t node = 0; node < plan->node_count; node++) {
        plan->nodes[node].protocol = &QUORUM_PROTOCOL;
        plan->nodes[node].x_m = (int32_t)(node * 300);
        (void)snprintf(plan->nodes[node].name, SIM_NAME_BYTES, "n%u", node);
    }
}

/* One loss in a thousand on every link, from the beginning. */
static int host_start(struct sim *sim, const struct sim_plan *plan)
{
    struct sim_input faults = {.type = SIM_INPUT_LINK_SET,
                               .node = NODE_NONE,
                               .peer = NODE_NONE,
                               .args = {0, 0, 1000, 0, 0}};
    struct error error;
    if (sim_init(sim, plan, &error) != 0 || sim_apply(sim, &faults, &error) != 0) {
        (void)fprintf(stderr, "chef bench host: %s\n", error.text);
        return 3;
    }
    return 0;
}

/* Runs for a virtual minute; returns the steps. */
static uint64_t host_run(struct sim *sim)
{
    const int64_t length_ns = 60 * 1000 * QUORUM_MS;
    uint64_t before = sim_steps(sim);
    (void)sim_run(sim, sim_now_ns(sim) + length_ns, UINT64_MAX); /* bounded by its time */
    return sim_steps(sim) - before;
}

static uint64_t host_operations(const struct sim *sim)
{
    struct node_world view;
    sim_world_view(sim, &view);
    return ((const struct quorum *)view.state(&view, 0))->operations;
}

static void host_measure(struct sim *sim, bool json)
{
    struct bench_case steps = {
        .bench = "host",
        .what = "events run by nodes: links with loss, disks with fsync, timers, digest",
        .unit = "steps",
        .size = REPLICAS + 1};
    struct bench_case operations = steps;
    operations.what = "operations written by a majority of five";
    operations.unit = "operations";
    (void)host_run(sim); /* to the steady state */
    double begin_s = bench_now_s();
    for (int repetition = 0; repetition < BENCH_REPETITIONS; repetition++) {
        uint64_t done = host_operations(sim);
        steps.work = host_run(sim);
        operations.work = host_operations(sim) - done;
        double now_s = bench_now_s();
        steps.seconds[repetition] = operations.seconds[repetition] = now_s - begin_s;
        begin_s = now_s;
    }
    bench_report(&steps, json);
    bench_report(&operations, json);
}

int bench_host(bool json)
{
    struct sim_plan plan;
    host_plan(&plan);
    struct sim sim = {.world = aligned_alloc(64, (sim_bytes(&plan) + 63) / 64 * 64)};
    if (sim.world == NULL) {
        (void)fprintf(stderr, "chef bench host: no memory for a world\n");
        return 3;
    }
    int result = host_start(&sim, &plan);
    if (result == 0) {
        host_measure(&sim, json);
    }
    free(sim.world);
    return result;
}
