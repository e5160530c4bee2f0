/* sim.c - building a world in one block, copying it, and running it event by event.
 *
 * Building happens in two passes over the same plan: sim_lay_out() once to add sizes up, and once
 * more to write offsets down, so that the memory asked for and the memory used cannot differ.
 * Everything a run can ever need is reserved here; afterwards nothing allocates, and a pool that is
 * full halts the run instead of growing.
 *
 * Running is a loop that takes the earlier of two: the top of the event queue (messages and inputs
 * under way) and the next deadline (timers, disks, reboots, wake-ups). They are two structures since
 * a message is pushed once and popped once, while a deadline is moved again and again; each has the
 * one that is fast for its kind. At equal times the queue comes first: a fixed rule, as every tie
 * here needs one.
 *
 * Bounded work (`steps_max`) lets one worker thread drive many runs; how a caller cuts time into
 * pieces cannot be seen in the result. */
#include "sim/world.h"

#include <assert.h>
#include <string.h>

/* A city and not a data centre: a millisecond at least and half a one for each kilometre, so that a
 * message can be watched; an fsync of 2 ms is a disk without a battery behind its cache; a process
 * is back two seconds after the order to restart. */
const struct sim_model SIM_MODEL_STANDARD = {
    .event_cpu_ns = 20000,
    .byte_cpu_ps = 1000,
    .link_base_ns = 1000000,
    .link_ns_per_km = 500000,
    .link_region_ns = 1000000,
    .link_jitter_ns = 500000,
    .link_bytes_per_s = 100000000,
    .disk_write_ns = 100000,
    .disk_sync_ns = 2000000,
    .disk_read_ns = 200000,
    .disk_bytes_per_s = 200000000,
    .reboot_ns = 2 * SIM_NS_PER_S,
};

enum {
    SIM_COORDINATE_MAX = 1000 * 1000, /* metres from the middle of the map */
    SIM_METRES_PER_KM = 1000,
    SIM_STATE_BYTES_MAX = 64 * 1024 * 1024,
    SIM_POOL_MAX = 1 << 20,
    SIM_SETTINGS_MAX = 1024,
};
/* A latency of a quarter of an hour, a terabyte a second: what is beyond is a slip of the pen. */
static const int64_t SIM_MODEL_VALUE_MAX = (int64_t)1000 * 1000 * 1000 * 1000;
static const uint32_t DRAW_JITTER = DRAW_PURPOSE('j', 'i', 't', 't');

/* ---- The plan ---- */

static uint32_t sim_or_standard(uint32_t value, uint32_t standard)
{
    return value != 0 ? value : standard;
}

/* What a plan leaves open: room for a busy run of that many nodes. */
static struct sim_limits sim_standard_limits(const struct sim_plan *plan)
{
    struct sim_limits limits = plan->limits;
    assert(plan->node_count <= SIM_NODES_MAX);
    limits.messages_64 = sim_or_standard(limits.messages_64, 1024 + 128 * plan->node_count);
    limits.messages_256 = sim_or_standard(limits.messages_256, 128 + 8 * plan->node_count);
    limits.messages_1024 = sim_or_standard(limits.messages_1024, 32 + 2 * plan->node_count);
    limits.messages_4096 = sim_or_standard(limits.messages_4096, 8 + plan->node_count);
    uint32_t all =
        limits.messages_64 + limits.messages_256 + limits.messages_1024 + limits.messages_4096;
    limits.events = sim_or_standard(limits.events, all); /* each message is in it once at most */
    return limits;
}

static void sim_plan_messages(struct sim_world *world, struct arena *arena,
                              const struct sim_plan *plan)
{
    struct sim_limits limits = sim_standard_limits(plan);
    const uint32_t counts[SIM_MESSAGE_CLASSES] = {limits.messages_64, limits.messages_256,
                                                  limits.messages_1024, limits.messages_4096};
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        uint32_t item_size = (uint32_t)sizeof(struct sim_message) + SIM_MESSAGE_BYTES[class];
        assert(class == 0 || SIM_MESSAGE_BYTES[class] > SIM_MESSAGE_BYTES[class - 1]);
        world->messages[class] = pool_plan(arena, counts[class], item_size);
    }
    event_queue_plan(&world->queue, arena, limits.events);
}

/* A node without files has no disk. */
static void sim_plan_disk(struct sim_disk *disk, struct arena *arena,
                          const struct node_protocol *protocol)
{
    bool any = false;
    for (uint32_t file = 0; file < NODE_FILES_MAX; file++) {
        disk->file_bytes[file] = protocol->file_bytes[file];
        disk->file_offset[file] =
            arena_reserve(arena, protocol->file_bytes[file], 1, ARENA_ALIGNMENT);
        any = any || protocol->file_bytes[file] > 0;
    }
    disk->ops_offset =
        arena_reserve(arena, any ? SIM_DISK_OPS : 0, sizeof(struct sim_disk_op), ARENA_ALIGNMENT);
    disk->undo_offset = arena_reserve(arena, any ? SIM_DISK_UNDO_BYTES : 0, 1, ARENA_ALIGNMENT);
}

/* Lays the block out: header, nodes, links, settings, plan, observer, deadlines, each node's memory
 * and disk, then the queue and the messages, then the scratch. Run twice by sim_init(), since the
 * nodes' own offsets are stored in the block whose layout is being found: with nodes == NULL they
 * are not kept. */
static uint64_t sim_lay_out(struct sim_world *world, const struct sim_plan *plan,
                            struct sim_node *nodes)
{
    struct arena arena = {0};
    (void)arena_reserve(&arena, 1, sizeof *world, ARENA_ALIGNMENT);
    uint64_t links = (uint64_t)plan->node_count * plan->node_count;
    world->nodes_offset =
        arena_reserve(&arena, plan->node_count, sizeof(struct sim_node), ARENA_ALIGNMENT);
    world->links_offset = arena_reserve(&arena, links, sizeof(struct sim_link), ARENA_ALIGNMENT);
    world->settings_offset =
        arena_reserve(&arena, plan->setting_count, sizeof(int64_t), ARENA_ALIGNMENT);
    world->data_offset = arena_reserve(&arena, plan->data_bytes, 1, ARENA_ALIGNMENT);
    uint32_t observer_bytes = plan->observer != NULL ? plan->observer->state_bytes : 0;
    world->observer_offset = arena_reserve(&arena, observer_bytes, 1, ARENA_ALIGNMENT);
    deadlines_plan(&world->deadlines, &arena, plan->node_count * SIM_SLOTS);
    for (uint32_t i = 0; i < plan->node_count; i++) {
        struct sim_node node = {0};
        const struct node_protocol *protocol = plan->nodes[i].protocol;
        node.state_offset = arena_reserve(&arena, protocol->state_bytes, 1, ARENA_ALIGNMENT);
        sim_plan_disk(&node.disk, &arena, protocol);
        if (nodes != NULL) {
            nodes[i] = node;
        }
    }
    world->bytes = arena.size; /* what is always in use; of the pools only what was ever taken is */
    sim_plan_messages(world, &arena, plan);
    world->outbox_offset = arena_reserve(&arena, NODE_OUTBOX_BYTES, 1, ARENA_ALIGNMENT);
    return arena.size;
}

/* None may be zero: a model without latency or CPU time makes races invisible that decide in
 * reality, and figures that no machine reaches. */
static int sim_check_model(const struct sim_model *model, struct error *error)
{
    const struct {
        const char *name;
        int64_t value;
    } values[] = {
        {"event_cpu_ns", model->event_cpu_ns},         {"byte_cpu_ps", model->byte_cpu_ps},
        {"link_base_ns", model->link_base_ns},         {"link_ns_per_km", model->link_ns_per_km},
        {"link_region_ns", model->link_region_ns},     {"link_jitter_ns", model->link_jitter_ns},
        {"link_bytes_per_s", model->link_bytes_per_s}, {"disk_write_ns", model->disk_write_ns},
        {"disk_sync_ns", model->disk_sync_ns},         {"disk_read_ns", model->disk_read_ns},
        {"disk_bytes_per_s", model->disk_bytes_per_s}, {"reboot_ns", model->reboot_ns},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (values[i].value < 1 || values[i].value > SIM_MODEL_VALUE_MAX) {
            return error_set(error, "model: %s is %lld, must be 1 to %lld", values[i].name,
                             (long long)values[i].value, (long long)SIM_MODEL_VALUE_MAX);
        }
    }
    return 0;
}

/* A plan comes from scenario data, which a person may have written: refused in words. */
static int sim_check_node(const struct sim_plan *plan, uint32_t index, struct error *error)
{
    const struct sim_node_plan *node = &plan->nodes[index];
    if (memchr(node->name, '\0', sizeof node->name) == NULL || node->name[0] == '\0') {
        return error_set(error, "node %u: the name must have 1 to %d bytes", index,
                         SIM_NAME_BYTES - 1);
    }
    for (uint32_t other = 0; other < index; other++) {
        if (strcmp(plan->nodes[other].name, node->name) == 0) {
            return error_set(error, "nodes %u and %u are both named '%s'", other, index,
                             node->name);
        }
    }
    if (node->protocol == NULL || node->protocol->state_bytes % 8 != 0 ||
        node->protocol->state_bytes > SIM_STATE_BYTES_MAX) {
        return error_set(
            error,
            "node '%s': a protocol with a state of 0 to %d bytes, a multiple of 8, is needed",
            node->name, SIM_STATE_BYTES_MAX);
    }
    bool near = node->x_m >= -SIM_COORDINATE_MAX && node->x_m <= SIM_COORDINATE_MAX &&
                node->y_m >= -SIM_COORDINATE_MAX && node->y_m <= SIM_COORDINATE_MAX;
    if (!near) {
        return error_set(error, "node '%s': place (%d, %d) m is off the map of +-%d m", node->name,
                         node->x_m, node->y_m, SIM_COORDINATE_MAX);
    }
    return 0;
}

static int sim_check_plan(const struct sim_plan *plan, struct error *error)
{
    if (plan->node_count < 1 || plan->node_count > SIM_NODES_MAX) {
        return error_set(error, "a world has 1 to %d nodes, not %u", SIM_NODES_MAX,
                         plan->node_count);
    }
    for (uint32_t i = 0; i < plan->node_count; i++) {
        if (sim_check_node(plan, i, error) != 0) {
            return -1;
        }
    }
    if (plan->setting_count > SIM_SETTINGS_MAX) {
        return error_set(error, "at most %d settings, not %u", SIM_SETTINGS_MAX,
                         plan->setting_count);
    }
    struct sim_limits limits = sim_standard_limits(plan);
    const uint32_t counts[] = {limits.events, limits.messages_64, limits.messages_256,
                               limits.messages_1024, limits.messages_4096};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i] > SIM_POOL_MAX) {
            return error_set(error, "limits: a pool has at most %d items, not %u", SIM_POOL_MAX,
                             counts[i]);
        }
    }
    return sim_check_model(&plan->model, error);
}

/* ---- Building ---- */

/* Rounded down; libm may round differently elsewhere. */
static int64_t sim_square_root(int64_t value)
{
    assert(value >= 0);
    assert(value < (int64_t)1 << 62);
    int64_t root = 0; /* bit by bit from the top */
    for (int64_t bit = (int64_t)1 << 31; bit > 0; bit >>= 1) {
        if ((root + bit) * (root + bit) <= value) {
            root += bit;
        }
    }
    return root;
}

/* The part of a link's latency that the map gives. */
static int64_t sim_link_base_ns(const struct sim_plan *plan, uint32_t from, uint32_t to)
{
    const struct sim_node_plan *a = &plan->nodes[from];
    const struct sim_node_plan *b = &plan->nodes[to];
    assert(from < plan->node_count);
    assert(to < plan->node_count);
    int64_t dx = a->x_m - b->x_m;
    int64_t dy = a->y_m - b->y_m;
    int64_t base_ns = plan->model.link_base_ns;
    base_ns += sim_square_root(dx * dx + dy * dy) * plan->model.link_ns_per_km / SIM_METRES_PER_KM;
    base_ns += a->region != b->region ? plan->model.link_region_ns : 0;
    return base_ns;
}

/* Nodes start at time 0, in order; links are told apart by a stream of their own. */
static void sim_init_nodes(struct sim_world *world, const struct sim_plan *plan)
{
    for (uint32_t i = 0; i < plan->node_count; i++) {
        struct sim_node *node = sim_node_at(world, i);
        node->cpu_factor_pct = SIM_PERCENT;
        node->disk.factor_pct = SIM_PERCENT;
        for (uint32_t timer = 0; timer < NODE_TIMERS_MAX; timer++) {
            node->timers[timer].deadline_ns = -1;
        }
        sim_deadline_set(world, i, SIM_SLOT_START, 0);
        for (uint32_t to = 0; to < plan->node_count; to++) {
            *sim_link_at(world, i, to) = (struct sim_link){
                .jitter = draw_stream_init(plan->seed, DRAW_JITTER, (uint64_t)i << 32 | to),
                .base_ns = sim_link_base_ns(plan, i, to),
            };
        }
    }
}

size_t sim_bytes(const struct sim_plan *plan)
{
    struct sim_world world;
    if (sim_check_plan(plan, NULL) != 0) {
        return 0;
    }
    return (size_t)sim_lay_out(&world, plan, NULL);
}

int sim_init(struct sim *sim, const struct sim_plan *plan, struct error *error)
{
    struct sim_world *world = sim->world;
    assert(world != NULL);
    assert((uintptr_t)world % ARENA_ALIGNMENT == 0);
    if (sim_check_plan(plan, error) != 0) {
        return -1;
    }
    sim->plan = plan;
    memset(world, 0, sizeof *world);
    (void)sim_lay_out(world, plan, NULL); /* where the nodes go */
    memset((char *)world + sizeof *world, 0, world->bytes - sizeof *world);
    (void)sim_lay_out(world, plan, sim_node_at(world, 0));
    world->seed = plan->seed;
    world->tick_ns = SIM_NS_PER_S;
    world->digest = digest_init();
    world->node_count = plan->node_count;
    world->setting_count = plan->setting_count;
    world->model = plan->model;
    world->byte_link_ps = 1000 * SIM_NS_PER_S / plan->model.link_bytes_per_s;
    world->byte_disk_ps = 1000 * SIM_NS_PER_S / plan->model.disk_bytes_per_s;
    if (plan->setting_count > 0) {
        memcpy(sim_at(world, world->settings_offset), plan->settings,
               plan->setting_count * sizeof(int64_t));
    }
    if (plan->data_bytes > 0) {
        memcpy(sim_at(world, world->data_offset), plan->data, plan->data_bytes);
    }
    deadlines_init(&world->deadlines, world);
    sim_init_nodes(world, plan);
    sim->env = sim_process_env(world, NODE_NONE);
    if (plan->observer != NULL) {
        plan->observer->init(sim_observer_state(sim), &sim->env, plan->seed);
    }
    assert(world->now_ns == 0);
    assert(sim_save_bytes(sim) == world->bytes); /* nothing is taken from the pools yet */
    return 0;
}

/* ---- Copying ---- */

/* A world's bytes that mean something: the first part, and of the queue and of each pool what was
 * ever taken. What lies behind holds nothing, and a copy leaves its pages untouched. */
enum { SIM_PARTS = 2 + SIM_MESSAGE_CLASSES };
struct sim_part {
    uint64_t offset, bytes;
};

static void sim_parts(const struct sim_world *world, struct sim_part *parts)
{
    assert(world->bytes >= sizeof *world);
    parts[0] = (struct sim_part){0, world->bytes};
    parts[1] = (struct sim_part){world->queue.offset,
                                 world->queue.fresh * sizeof(struct event_queue_entry)};
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        const struct pool *pool = &world->messages[class];
        parts[2 + class] = (struct sim_part){(uint64_t)pool->first * POOL_UNIT,
                                             (uint64_t)(pool->fresh - pool->first) * POOL_UNIT};
    }
}

void sim_fork(struct sim *to, const struct sim *from)
{
    assert(to->world != NULL);
    assert(to->world != from->world);
    assert((uintptr_t)to->world % ARENA_ALIGNMENT == 0);
    struct sim_part parts[SIM_PARTS];
    sim_parts(from->world, parts);
    for (uint32_t i = 0; i < SIM_PARTS; i++) {
        memcpy(sim_at(to->world, parts[i].offset), sim_at(from->world, parts[i].offset),
               parts[i].bytes);
    }
    to->plan = from->plan;
    assert(sim_digest(to) == sim_digest(from));
    to->env = sim_process_env(to->world, NODE_NONE);
}

size_t sim_save_bytes(const struct sim *sim)
{
    struct sim_part parts[SIM_PARTS];
    sim_parts(sim->world, parts);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < SIM_PARTS; i++) {
        bytes += parts[i].bytes;
    }
    return (size_t)bytes;
}

void sim_save(const struct sim *sim, void *to)
{
    struct sim_part parts[SIM_PARTS];
    sim_parts(sim->world, parts);
    char *at = to;
    for (uint32_t i = 0; i < SIM_PARTS; i++) {
        memcpy(at, sim_at(sim->world, parts[i].offset), parts[i].bytes);
        at += parts[i].bytes;
    }
}

/* Do the first part's own words about itself fit a world of this plan? Bytes from a store may be cut
 * or of another build: what the copying relies on is looked at before it is relied on. */
static bool sim_saved_fits(const struct sim_world *saved, const struct sim_plan *plan,
                           uint64_t bytes)
{
    struct sim_world expected;
    (void)sim_lay_out(&expected, plan, NULL);
    bool fits = saved->bytes == expected.bytes && saved->node_count == plan->node_count &&
                saved->queue.offset == expected.queue.offset &&
                saved->queue.fresh <= expected.queue.capacity;
    for (uint32_t class = 0; class < SIM_MESSAGE_CLASSES; class ++) {
        const struct pool *pool = &saved->messages[class];
        uint32_t end = expected.messages[class].first +
                       expected.messages[class].capacity * expected.messages[class].stride;
        fits = fits && pool->first == expected.messages[class].first &&
               pool->fresh >= pool->first && pool->fresh <= end;
    }
    struct sim_part parts[SIM_PARTS];
    sim_parts(saved, parts);
    for (uint32_t i = 0; i < SIM_PARTS && fits; i++) {
        fits = parts[i].bytes <= bytes;
        bytes -= parts[i].bytes;
    }
    return fits && bytes == 0;
}

bool sim_load(struct sim *sim, const void *from, size_t bytes)
{
    struct sim_world *world = sim->world;
    assert(world != NULL);
    assert(sim->plan != NULL);
    struct sim_world expected;
    (void)sim_lay_out(&expected, sim->plan, NULL);
    if (bytes < expected.bytes) {
        return false;
    }
    memcpy(world, from, expected.bytes);
    if (!sim_saved_fits(world, sim->plan, bytes)) {
        return false;
    }
    struct sim_part parts[SIM_PARTS];
    sim_parts(world, parts);
    const char *at = from;
    for (uint32_t i = 0; i < SIM_PARTS; i++) {
        memcpy(sim_at(world, parts[i].offset), at, parts[i].bytes);
        at += parts[i].bytes;
    }
    assert((size_t)(at - (const char *)from) == bytes);
    sim->env = sim_process_env(world, NODE_NONE);
    return true;
}

/* ---- Running ---- */

/* Whoever meets a deadline sets it anew or to never, or it would come again at once. */
static void sim_meet_deadline(struct sim *sim, uint32_t slot)
{
    assert(slot < sim->world->deadlines.count);
    uint32_t node = slot / SIM_SLOTS;
    uint32_t which = slot % SIM_SLOTS;
    switch (which) {
    case SIM_SLOT_DISK:
        sim_deadline_set(sim->world, node, SIM_SLOT_DISK, SIM_NEVER);
        sim_disk_end_batch(sim, node);
        break;
    case SIM_SLOT_START:
        sim_process_start(sim, node);
        break;
    case SIM_SLOT_WAKE:
        sim_process_wake(sim, node);
        break;
    default:
        sim_process_timer(sim, node, which - SIM_SLOT_TIMER);
        break;
    }
}

/* What comes next: its time, and the slot if it is a deadline. */
struct sim_next {
    int64_t time_ns; /* SIM_NEVER or later: nothing */
    bool message;
    uint32_t slot;
};

static inline struct sim_next sim_find_next(struct sim_world *world)
{
    uint32_t slot;
    int64_t deadline_ns = deadlines_next(&world->deadlines, world, &slot);
    int64_t message_ns = event_queue_next_ns(&world->queue);
    bool message = message_ns <= deadline_ns;
    return (struct sim_next){
        .time_ns = message ? message_ns : deadline_ns, .message = message, .slot = slot};
}

static inline void sim_take_next(struct sim *sim, const struct sim_next *next)
{
    struct sim_world *world = sim->world;
    assert(next->time_ns >= world->now_ns);  /* time never goes back */
    assert(next->time_ns <= world->tick_ns); /* seconds are told before what happens in them */
    world->now_ns = next->time_ns;
    if (next->message) {
        int64_t time_ns;
        sim_network_arrive(sim, event_queue_pop(&world->queue, world, &time_ns));
    } else {
        sim_meet_deadline(sim, next->slot);
    }
}

enum sim_status sim_run(struct sim *sim, int64_t until_ns, uint64_t steps_max)
{
    struct sim_world *world = sim->world;
    assert(until_ns >= world->now_ns);
    assert(until_ns < SIM_NEVER);
    for (uint64_t done = 0; world->halt == SIM_HALT_NONE; done++) {
        struct sim_next next = sim_find_next(world);
        bool tick_first = world->tick_ns <= next.time_ns;
        int64_t time_ns = tick_first ? world->tick_ns : next.time_ns;
        if (time_ns > until_ns) {
            assert(world->now_ns <= until_ns);
            world->now_ns = until_ns;
            return SIM_REACHED;
        }
        if (done == steps_max) {
            return SIM_WORKING;
        }
        uint64_t steps = world->steps;
        if (tick_first) {
            sim_tick(sim);
        } else {
            sim_take_next(sim, &next);
        }
        if (sim->stop && world->steps != steps && world->halt == SIM_HALT_NONE) {
            return SIM_WORKING;
        }
    }
    return SIM_HALTED;
}

/* What comes out of the queue may run no step (lost at a cut, put into an inbox): go on until one has
 * run. */
bool sim_step(struct sim *sim, int64_t until_ns)
{
    struct sim_world *world = sim->world;
    uint64_t before = world->steps;
    while (world->halt == SIM_HALT_NONE && world->steps == before) {
        struct sim_next next = sim_find_next(world);
        if (next.time_ns > until_ns || next.time_ns >= SIM_NEVER) {
            return false;
        }
        if (world->tick_ns <= next.time_ns) {
            sim_tick(sim);
        } else {
            sim_take_next(sim, &next);
        }
    }
    return world->steps != before;
}
