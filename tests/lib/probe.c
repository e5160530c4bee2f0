/* probe.c - a node that does what inputs tell it and remembers what happens to it. */
#include "probe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void probe_boot(void *state, const struct node_env *env)
{
    (void)state;
    (void)env;
}

static void probe_remember(struct probe *probe, const struct node_event *event)
{
    if (probe->count < PROBE_MEMORY) {
        struct probe_event *kept = &probe->events[probe->count];
        *kept = (struct probe_event){.kind = event->kind,
                                     .id = event->id,
                                     .type = event->type,
                                     .from = event->from,
                                     .monotonic_ns = event->monotonic_ns,
                                     .wall_ns = event->wall_ns,
                                     .waited_ns = event->waited_ns,
                                     .token = event->token,
                                     .status = event->status,
                                     .offset = event->offset,
                                     .length = event->length};
        if (event->bytes != NULL) {
            memcpy(kept->bytes, event->bytes,
                   event->length < PROBE_BYTES ? event->length : PROBE_BYTES);
        }
    }
    probe->count++;
}

static void probe_do_send(struct probe *probe, const int64_t *args, struct node_outbox *outbox,
                          uint16_t type)
{
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX] = {0};
    for (int64_t i = 0; i < args[1]; i++) {
        probe->sent++;
        memcpy(bytes, &probe->sent, sizeof probe->sent);
        uint32_t after = args[3] != 0 ? probe->token_last : 0;
        if (args[4] > 0) {
            node_send_carried(outbox, args[4] * MS, (uint32_t)args[0], type, bytes,
                              (uint32_t)args[2]);
        } else {
            node_send_after(outbox, after, (uint32_t)args[0], type, bytes, (uint32_t)args[2]);
        }
    }
}

static void probe_do_write(struct probe *probe, const int64_t *args, struct node_outbox *outbox)
{
    uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    memset(bytes, (int)args[3], sizeof bytes);
    probe->token_last = node_write(outbox, (uint8_t)args[0], (uint32_t)args[1], bytes,
                                   (uint32_t)args[2], args[4] != 0 ? NODE_SYNC : 0);
}

static void probe_obey(struct probe *probe, const struct node_event *event,
                       struct node_outbox *outbox)
{
    const int64_t *args = event->args;
    struct node_reason reason = {.word = (uint16_t)args[0], .subject = 7};
    switch ((enum probe_order)event->type) {
    case PROBE_SEND:
        probe_do_send(probe, args, outbox, PROBE_MESSAGE_PLAIN);
        break;
    case PROBE_TIMER:
        if (args[1] < 0) {
            node_timer_stop(outbox, (uint8_t)args[0]);
        } else {
            node_timer_set(outbox, (uint8_t)args[0], event->monotonic_ns + args[1] * MS);
        }
        break;
    case PROBE_WRITE:
        probe_do_write(probe, args, outbox);
        break;
    case PROBE_READ:
        node_read(outbox, (uint8_t)args[0], (uint32_t)args[1], (uint32_t)args[2]);
        break;
    case PROBE_COST:
        node_cost(outbox, args[0] * 1000);
        break;
    case PROBE_HALT:
        node_halt(outbox, &reason);
        break;
    case PROBE_OVERFLOW:
        for (int i = 0; i < 100; i++) {
            probe_do_send(probe, (const int64_t[]){1, 1, NODE_MESSAGE_BYTES_MAX, 0, 0}, outbox,
                          PROBE_MESSAGE_PLAIN);
        }
        break;
    case PROBE_VIOLATE:
        probe->violated = (uint32_t)args[0];
        break;
    case PROBE_VIOLATE_LATER:
        probe->violated_later = 1;
        break;
    case PROBE_BE_BUSY:
        probe->busy = (uint32_t)args[0];
        break;
    case PROBE_MANY_WRITES:
        for (int64_t i = 0; i < args[0]; i++) {
            probe_do_write(probe, (const int64_t[]){0, 0, 1, 1, 0}, outbox);
        }
        break;
    }
}

static void probe_step(void *state, const struct node_env *env, const struct node_event *event,
                       struct node_outbox *outbox)
{
    (void)env;
    struct probe *probe = state;
    probe_remember(probe, event);
    if (event->kind == NODE_EVENT_INPUT) {
        probe_obey(probe, event, outbox);
    } else if (event->kind == NODE_EVENT_MESSAGE && event->type == PROBE_MESSAGE_PING) {
        node_send(outbox, event->from, PROBE_MESSAGE_PONG, event->bytes, event->length);
    } else if (event->kind == NODE_EVENT_TIMER) {
        probe->violated = probe->violated_later;
    }
}

static bool probe_malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                            uint32_t length)
{
    (void)env;
    return type == PROBE_MESSAGE_PICKY && length > 0 && bytes[0] == 0xff;
}

static bool probe_violation(const void *state, const struct node_env *env,
                            struct node_reason *reason)
{
    (void)env;
    const struct probe *probe = state;
    reason->word = 5;
    return probe->violated != 0;
}

static bool probe_pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    (void)env;
    const struct probe *probe = state;
    reason->word = 6;
    return probe->busy != 0;
}

static const struct node_message_type PROBE_MESSAGES[] = {
    {"plain", 4, NODE_MESSAGE_BYTES_MAX}, {"ping", 4, 64}, {"pong", 4, 64}, {"picky", 1, 64}};

static const struct node_protocol PROBE_PROTOCOL = {
    .name = "probe",
    .state_bytes = sizeof(struct probe),
    .file_bytes = {PROBE_FILE_BYTES, PROBE_FILE_BYTES},
    .messages = PROBE_MESSAGES,
    .message_count = 4,
    .boot = probe_boot,
    .step = probe_step,
    .malformed = probe_malformed,
    .violation = probe_violation,
    .pending = probe_pending,
};

struct sim_plan probe_plan(uint64_t seed)
{
    struct sim_plan plan = {.seed = seed, .node_count = PROBE_NODES, .model = SIM_MODEL_STANDARD};
    for (uint32_t i = 0; i < PROBE_NODES; i++) {
        plan.nodes[i].protocol = &PROBE_PROTOCOL;
        plan.nodes[i].x_m = (int32_t)i * 1000;
        (void)snprintf(plan.nodes[i].name, SIM_NAME_BYTES, "n%u", i);
    }
    return plan;
}

static void probe_hear(void *context, const struct node_note *note)
{
    struct probe_tally *tally = context;
    tally->of_kind[note->kind < 128 ? note->kind : 127]++;
    tally->last = *note;
}

void probe_world_open(struct probe_world *world, const struct sim_plan *plan)
{
    *world = (struct probe_world){.plan = *plan};
    size_t bytes = (sim_bytes(&world->plan) + 63) / 64 * 64;
    world->tally = calloc(1, sizeof *world->tally);
    world->sim.world = aligned_alloc(64, bytes);
    assert(world->sim.world != NULL && world->tally != NULL);
    world->sim.sink = (struct node_row_sink){.context = world->tally, .note = probe_hear};
    world->sim.checks = true;
    struct error error;
    if (sim_init(&world->sim, &world->plan, &error) != 0) {
        (void)fprintf(stderr, "probe world: %s\n", error.text);
        abort();
    }
}

void probe_world_start(struct probe_world *world)
{
    struct sim_plan plan = probe_plan(1);
    probe_world_open(world, &plan);
    probe_run(world, 10 * MS);
}

void probe_world_close(struct probe_world *world)
{
    free(world->sim.world);
    free(world->tally);
}

void probe_run(struct probe_world *world, int64_t for_ns)
{
    (void)sim_run(&world->sim, sim_now_ns(&world->sim) + for_ns, UINT64_MAX);
}

void probe_apply_args(struct probe_world *world, uint16_t type, uint32_t node, uint32_t peer,
                      const int64_t *args)
{
    struct sim_input input = {
        .time_ns = sim_now_ns(&world->sim), .type = type, .node = node, .peer = peer};
    memcpy(input.args, args, sizeof input.args);
    struct error error;
    if (sim_apply(&world->sim, &input, &error) != 0) {
        (void)fprintf(stderr, "probe world: %s\n", error.text);
        abort();
    }
}

void probe_apply(struct probe_world *world, uint16_t type, uint32_t node, uint32_t peer, int64_t a,
                 int64_t b)
{
    const int64_t args[NODE_INPUT_ARGS] = {a, b};
    probe_apply_args(world, type, node, peer, args);
}

void probe_order(struct probe_world *world, enum probe_order order, uint32_t node, int64_t a,
                 int64_t b, int64_t c, int64_t d, int64_t e)
{
    const int64_t args[NODE_INPUT_ARGS] = {a, b, c, d, e};
    probe_apply_args(world, (uint16_t)(SIM_INPUT_SYSTEM + order), node, NODE_NONE, args);
}

void probe_send(struct probe_world *world, uint32_t from, uint32_t to, int64_t count)
{
    probe_order(world, PROBE_SEND, from, to, count, 8, 0, 0);
}

const struct probe *probe_at(const struct probe_world *world, uint32_t node)
{
    struct node_world view;
    sim_world_view(&world->sim, &view);
    return view.state(&view, node);
}

const struct probe_event *probe_event(const struct probe_world *world, uint32_t node,
                                      enum node_event_kind kind, uint32_t n)
{
    const struct probe *probe = probe_at(world, node);
    for (uint32_t i = 0; probe != NULL && i < probe->count && i < PROBE_MEMORY; i++) {
        if (probe->events[i].kind == kind) {
            if (n == 0) {
                return &probe->events[i];
            }
            n--;
        }
    }
    return NULL;
}

uint32_t probe_count(const struct probe_world *world, uint32_t node, enum node_event_kind kind)
{
    uint32_t count = 0;
    while (probe_event(world, node, kind, count) != NULL) {
        count++;
    }
    return count;
}

uint32_t probe_number(const struct probe_event *event)
{
    uint32_t number;
    memcpy(&number, event->bytes, sizeof number);
    return number;
}

struct sim_counters probe_counters(const struct probe_world *world)
{
    struct sim_counters counters;
    sim_counters_read(&world->sim, &counters);
    return counters;
}
