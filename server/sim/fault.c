/* fault.c - inputs of the host: faults, their healing, settings, and delivery of the system's own
 * inputs.
 *
 * A fault is an input like any other: it has a time, lies in the run's list, is replayed and enters
 * the digest. Every input is checked against the table of kinds before anything changes, so that a
 * refusal leaves no trace; the same table tells the page and the API what exists. Then one small
 * function acts for each kind. Doing again what is done already (crashing a crashed node) is
 * accepted and changes nothing: random schedules need not know each other.
 *
 * Faults only turn knobs of the models (a link's chances, a disk's factor, a clock's rate); what
 * they then do is decided where the models work. There each change that a fault really makes to a
 * message, a timer or a write is counted (sim_effect), because a schedule that hit nothing has
 * proved nothing. */
#include "sim/world.h"

#include <assert.h>

enum {
    FAULT_FACTOR_PCT_MAX = 100000,
    FAULT_DRIFT_PPM_MAX = 100000,
    FAULT_DELAY_US_MAX = 60 * 1000 * 1000,
    FAULT_STALL_MS_MAX = 60 * 1000,
    FAULT_SETTING_MAX = 1023,
};
#define FAULT_CLOCK_US_MAX ((int64_t)24 * 3600 * 1000 * 1000)
#define FAULT_NO_ARGS                                                                              \
    {                                                                                              \
        {                                                                                          \
            NULL, 0, 0, 0                                                                          \
        }                                                                                          \
    }
static const uint32_t DRAW_ROT = DRAW_PURPOSE('r', 'o', 't', 'b');
static const int64_t NS_PER_US = 1000;
static const int64_t NS_PER_MS = 1000000;

const struct sim_input_kind SIM_INPUT_KINDS[] = {
    {SIM_INPUT_SETTING,
     "setting.set",
     false,
     false,
     {{"setting", 0, FAULT_SETTING_MAX, 0}, {"value", INT64_MIN, INT64_MAX, 0}}},
    {SIM_INPUT_NODE_CRASH, "node.crash", true, false, FAULT_NO_ARGS},
    {SIM_INPUT_NODE_RESTART, "node.restart", true, false, FAULT_NO_ARGS},
    {SIM_INPUT_NODE_PAUSE, "node.pause", true, false, FAULT_NO_ARGS},
    {SIM_INPUT_NODE_RESUME, "node.resume", true, false, FAULT_NO_ARGS},
    {SIM_INPUT_NODE_SLOW,
     "node.slow",
     true,
     false,
     {{"factor_pct", SIM_PERCENT, FAULT_FACTOR_PCT_MAX, 1000}}},
    {SIM_INPUT_LINK_CUT, "link.cut", true, true, {{"one_way", 0, 1, 0}}},
    {SIM_INPUT_LINK_HEAL, "link.heal", true, true, FAULT_NO_ARGS},
    {SIM_INPUT_LINK_SET,
     "link.set",
     false,
     false,
     {{"delay_us", 0, FAULT_DELAY_US_MAX, 0},
      {"jitter_us", 0, FAULT_DELAY_US_MAX, 0},
      {"loss_ppm", 0, DRAW_MILLION, 0},
      {"duplicate_ppm", 0, DRAW_MILLION, 0},
      {"reorder_ppm", 0, DRAW_MILLION, 0}}},
    {SIM_INPUT_NET_PARTITION,
     "net.partition",
     false,
     false,
     {{"side_mask", 1, INT64_MAX, 1}, {"bystander_mask", 0, INT64_MAX, 0}}},
    {SIM_INPUT_NODE_ISOLATE, "node.isolate", true, false, FAULT_NO_ARGS},
    {SIM_INPUT_NET_HEAL, "net.heal", false, false, FAULT_NO_ARGS},
    {SIM_INPUT_DISK_SLOW,
     "disk.slow",
     true,
     false,
     {{"factor_pct", SIM_PERCENT, FAULT_FACTOR_PCT_MAX, 1000}}},
    {SIM_INPUT_DISK_STALL, "disk.stall", true, false, {{"stall_ms", 0, FAULT_STALL_MS_MAX, 1000}}},
    {SIM_INPUT_DISK_FULL, "disk.full", true, false, {{"on", 0, 1, 1}}},
    {SIM_INPUT_DISK_TEAR, "disk.tear", true, false, {{"on", 0, 1, 1}}},
    {SIM_INPUT_DISK_LOSE_FSYNC, "disk.lose_fsync", true, false, {{"on", 0, 1, 1}}},
    {SIM_INPUT_DISK_ROT,
     "disk.rot",
     true,
     false,
     {{"file", 0, NODE_FILES_MAX - 1, 0}, {"place_ppm", 0, DRAW_MILLION, 500000}}},
    {SIM_INPUT_CLOCK_SKEW,
     "clock.skew",
     true,
     false,
     {{"offset_us", -FAULT_CLOCK_US_MAX, FAULT_CLOCK_US_MAX, 1000000}}},
    {SIM_INPUT_CLOCK_DRIFT,
     "clock.drift",
     true,
     false,
     {{"drift_ppm", -FAULT_DRIFT_PPM_MAX, FAULT_DRIFT_PPM_MAX, 1000}}},
    {SIM_INPUT_CLOCK_JUMP,
     "clock.jump",
     true,
     false,
     {{"jump_us", -FAULT_CLOCK_US_MAX, FAULT_CLOCK_US_MAX, 1000000}}},
    {SIM_INPUT_HEAL_ALL, "heal.all", false, false, FAULT_NO_ARGS},
};
const uint32_t SIM_INPUT_KIND_COUNT = sizeof SIM_INPUT_KINDS / sizeof SIM_INPUT_KINDS[0];
_Static_assert(sizeof SIM_INPUT_KINDS / sizeof SIM_INPUT_KINDS[0] == SIM_INPUT_HEAL_ALL,
               "every type has its row");

/* ---- Refusals ---- */

/* The row of a type, NULL when there is none. */
static const struct sim_input_kind *fault_kind(uint16_t type)
{
    for (uint32_t i = 0; i < SIM_INPUT_KIND_COUNT; i++) {
        if (SIM_INPUT_KINDS[i].type == type) {
            return &SIM_INPUT_KINDS[i];
        }
    }
    return NULL;
}

/* Numbers beyond the kind's arguments are ignored, but they are part of the digest. */
static int fault_check_args(const struct sim_input_kind *kind, const struct sim_input *input,
                            struct error *error)
{
    for (uint32_t i = 0; i < NODE_INPUT_ARGS && kind->args[i].name != NULL; i++) {
        const struct sim_input_argument *argument = &kind->args[i];
        assert(argument->min <= argument->standard);
        assert(argument->standard <= argument->max);
        int64_t value = input->args[i];
        if (value < argument->min || value > argument->max) {
            return error_set(error, "%s: %s is %lld, must be %lld to %lld", kind->name,
                             argument->name, (long long)value, (long long)argument->min,
                             (long long)argument->max);
        }
    }
    return 0;
}

/* A node that the input names: `optional` lets NODE_NONE stand for all. */
static int fault_check_node(const struct sim *sim, const char *name, const char *what,
                            uint32_t node, bool optional, struct error *error)
{
    if (node < sim->world->node_count || (optional && node == NODE_NONE)) {
        return 0;
    }
    return error_set(error, "%s: %s %u does not exist, nodes are 0 to %u", name, what, node,
                     sim->world->node_count - 1);
}

static bool fault_is_disk(uint16_t type)
{
    return type >= SIM_INPUT_DISK_SLOW && type <= SIM_INPUT_DISK_ROT;
}

/* What the table alone cannot say. */
static int fault_check_more(const struct sim *sim, const struct sim_input_kind *kind,
                            const struct sim_input *input, struct error *error)
{
    if (kind->needs_peer && input->peer == input->node) {
        return error_set(error, "%s: a node has no link to itself (node %u)", kind->name,
                         input->node);
    }
    if (kind->type == SIM_INPUT_SETTING && input->args[0] >= sim->world->setting_count) {
        return error_set(error, "%s: setting %lld does not exist, there are %u", kind->name,
                         (long long)input->args[0], sim->world->setting_count);
    }
    if (fault_is_disk(kind->type)) {
        uint32_t file = kind->type == SIM_INPUT_DISK_ROT ? (uint32_t)input->args[0] : 0;
        const struct sim_node_plan *node = &sim->plan->nodes[input->node];
        if (node->protocol->file_bytes[file] == 0) {
            return error_set(error, "%s: node '%s' has no file %u on a disk", kind->name,
                             node->name, file);
        }
    }
    return 0;
}

/* All that can be refused is refused here, before anything has changed. */
static int fault_check(const struct sim *sim, const struct sim_input *input, struct error *error)
{
    if (input->time_ns != sim->world->now_ns) {
        return error_set(error, "input stamped %lld ns, but the world is at %lld ns",
                         (long long)input->time_ns, (long long)sim->world->now_ns);
    }
    if (input->type >= SIM_INPUT_SYSTEM && input->type < SIM_INPUT_SYSTEM + SIM_SYSTEM_INPUTS_MAX) {
        return fault_check_node(sim, "input", "node", input->node, false, error);
    }
    const struct sim_input_kind *kind = fault_kind(input->type);
    if (kind == NULL) {
        return error_set(error, "input type %u does not exist", input->type);
    }
    bool optional = kind->type == SIM_INPUT_LINK_SET;
    bool named = kind->needs_node || optional;
    if (named && fault_check_node(sim, kind->name, "node", input->node, optional, error) != 0) {
        return -1;
    }
    named = kind->needs_peer || optional;
    if (named && fault_check_node(sim, kind->name, "peer", input->peer, optional, error) != 0) {
        return -1;
    }
    if (fault_check_args(kind, input, error) != 0) {
        return -1;
    }
    return fault_check_more(sim, kind, input, error);
}

/* ---- Settings ---- */

/* The value is in force at once; every node that is up also gets an event, like any other in its
 * inbox, so that it may act on the change. */
static void fault_set_setting(struct sim *sim, const struct sim_input *input)
{
    struct sim_world *world = sim->world;
    assert(input->args[0] >= 0);
    assert(input->args[0] < world->setting_count);
    int64_t *settings = sim_at(world, world->settings_offset);
    int64_t args[] = {input->args[0], input->args[1], settings[input->args[0]]};
    settings[input->args[0]] = input->args[1];
    sim_note_host(sim, NODE_NOTE_SETTING, NODE_NONE, NODE_NONE, args, 3);
    for (uint32_t node = 0; node < world->node_count; node++) {
        bool up = sim_node_at(world, node)->up;
        if (up && !sim_network_input(sim, node, (uint16_t)input->args[0], SIM_MESSAGE_SETTING,
                                     input->args)) {
            return;
        }
    }
}

/* ---- Processes ---- */

/* A node that is up, or on its way up, stays as it is. */
static void fault_restart(struct sim_world *world, uint32_t node)
{
    if (!sim_node_at(world, node)->up &&
        sim_deadline_get(world, node, SIM_SLOT_START) == SIM_NEVER) {
        sim_deadline_set(world, node, SIM_SLOT_START, world->now_ns + world->model.reboot_ns);
    }
}

/* SIGSTOP: what waits goes on waiting. */
static void fault_pause(struct sim *sim, uint32_t index)
{
    struct sim_node *node = sim_node_at(sim->world, index);
    if (node->up && !node->paused) {
        node->paused = true;
        sim_process_plan_wake(sim->world, index);
        sim_note_host(sim, NODE_NOTE_PAUSED, index, NODE_NONE, NULL, 0);
    }
}

/* SIGCONT: timers that passed meanwhile all come now; the node cannot tell that it slept except by its
 * clocks. This is how a leader that has been voted out goes on believing. */
static void fault_resume(struct sim *sim, uint32_t index)
{
    struct sim_node *node = sim_node_at(sim->world, index);
    if (node->paused) {
        node->paused = false;
        sim_note_host(sim, NODE_NOTE_RESUMED, index, NODE_NONE, NULL, 0);
        sim_process_plan_wake(sim->world, index);
    }
}

static void fault_slow_cpu(struct sim *sim, uint32_t index, int64_t factor_pct)
{
    sim_node_at(sim->world, index)->cpu_factor_pct = factor_pct;
    sim_note_host(sim, NODE_NOTE_CPU_SLOWED, index, NODE_NONE, &factor_pct, 1);
}

/* ---- Links ---- */

/* The link remembers which kind of input cut it, for the count of effects. */
static void fault_cut(struct sim_world *world, uint32_t from, uint32_t to, uint16_t type)
{
    assert(type != 0);
    assert(from < world->node_count);
    assert(to < world->node_count);
    if (from != to) {
        sim_link_at(world, from, to)->cut_by = type;
    }
}

static void fault_cut_both(struct sim_world *world, uint32_t a, uint32_t b, uint16_t type)
{
    fault_cut(world, a, b, type);
    fault_cut(world, b, a, type);
}

/* Values replace those before: two degradations of a link do not add up. */
static void fault_set_link(struct sim_link *link, const int64_t *args)
{
    assert(args[0] >= 0);
    assert(args[1] >= 0);
    link->delay_ns = args[0] * NS_PER_US;
    link->jitter_ns = args[1] * NS_PER_US;
    link->loss_ppm = (uint32_t)args[2];
    link->duplicate_ppm = (uint32_t)args[3];
    link->reorder_ppm = (uint32_t)args[4];
    link->degraded = (args[0] | args[1] | args[2] | args[3] | args[4]) != 0;
}

/* Messages under way come as they were decided; order on the link goes on from them. */
static void fault_heal_link(struct sim_world *world, uint32_t from, uint32_t to)
{
    const int64_t none[NODE_INPUT_ARGS] = {0};
    struct sim_link *link = sim_link_at(world, from, to);
    link->cut_by = 0;
    fault_set_link(link, none);
}

/* From `node` to `peer`, that direction only; NODE_NONE on either side stands for everyone. */
static void fault_degrade(struct sim *sim, const struct sim_input *input)
{
    struct sim_world *world = sim->world;
    for (uint32_t from = 0; from < world->node_count; from++) {
        for (uint32_t to = 0; to < world->node_count; to++) {
            bool meant = (input->node == NODE_NONE || input->node == from) &&
                         (input->peer == NODE_NONE || input->peer == to);
            if (meant && from != to) {
                fault_set_link(sim_link_at(world, from, to), input->args);
            }
        }
    }
    int64_t args[] = {input->args[0], input->args[2], input->args[3], input->args[4]};
    sim_note_host(sim, NODE_NOTE_LINK_SET, input->node, input->peer, args, 4);
}

/* Cuts what crosses the line between the nodes of the mask and the others; earlier cuts stay. */
static void fault_partition(struct sim *sim, const int64_t masks[2])
{
    struct sim_world *world = sim->world;
    for (uint32_t a = 0; a < world->node_count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            bool across = (masks[0] >> a & 1) != (masks[0] >> b & 1);
            bool bystander = (masks[1] >> a & 1) != 0 || (masks[1] >> b & 1) != 0;
            if (across && !bystander) {
                fault_cut_both(world, a, b, SIM_INPUT_NET_PARTITION);
            }
        }
    }
    sim_note_host(sim, NODE_NOTE_PARTITIONED, NODE_NONE, NODE_NONE, masks, 2);
}

/* A partition with one node on its side, under a name and a count of effects of its own. */
static void fault_isolate(struct sim *sim, uint32_t node)
{
    for (uint32_t peer = 0; peer < sim->world->node_count; peer++) {
        fault_cut_both(sim->world, node, peer, SIM_INPUT_NODE_ISOLATE);
    }
    int64_t mask = (int64_t)1 << node;
    sim_note_host(sim, NODE_NOTE_PARTITIONED, node, NODE_NONE, &mask, 1);
}

static void fault_heal_links(struct sim_world *world)
{
    for (uint32_t from = 0; from < world->node_count; from++) {
        for (uint32_t to = 0; to < world->node_count; to++) {
            fault_heal_link(world, from, to);
        }
    }
}

static void fault_link(struct sim *sim, const struct sim_input *input)
{
    if (input->type == SIM_INPUT_LINK_CUT) {
        fault_cut(sim->world, input->node, input->peer, SIM_INPUT_LINK_CUT);
        if (input->args[0] == 0) {
            fault_cut(sim->world, input->peer, input->node, SIM_INPUT_LINK_CUT);
        }
        sim_note_host(sim, NODE_NOTE_LINK_CUT, input->node, input->peer, input->args, 1);
    } else {
        fault_heal_link(sim->world, input->node, input->peer);
        fault_heal_link(sim->world, input->peer, input->node);
        sim_note_host(sim, NODE_NOTE_LINK_HEALED, input->node, input->peer, NULL, 0);
    }
}

/* ---- Disks ---- */

/* The running batch ends later by the stall, and no batch begins before its end. */
static void fault_stall_disk(struct sim_world *world, uint32_t node, int64_t stall_ms)
{
    struct sim_disk *disk = &sim_node_at(world, node)->disk;
    assert(stall_ms >= 0);
    int64_t until_ns = world->now_ns + stall_ms * NS_PER_MS;
    disk->stalled_until_ns = until_ns > disk->stalled_until_ns ? until_ns : disk->stalled_until_ns;
    int64_t ends_ns = sim_deadline_get(world, node, SIM_SLOT_DISK);
    if (ends_ns != SIM_NEVER && stall_ms > 0) {
        sim_effect(world, SIM_INPUT_DISK_STALL);
        sim_deadline_set(world, node, SIM_SLOT_DISK, ends_ns + stall_ms * NS_PER_MS);
    }
}

/* Flips one bit of what is in the file; nobody is told. */
static void fault_rot(struct sim_world *world, uint32_t node, const int64_t *args)
{
    const struct sim_disk *disk = &sim_node_at(world, node)->disk;
    uint32_t length = disk->file_length[args[0]];
    if (length > 0) {
        uint64_t place = (uint64_t)length * (uint64_t)args[1] / DRAW_MILLION;
        place = place < length ? place : length - 1;
        assert(length <= disk->file_bytes[args[0]]);
        uint64_t value = draw_u64(world->seed, DRAW_ROT, node, (uint64_t)world->now_ns);
        uint8_t *file = sim_disk_file(world, disk, (uint32_t)args[0]);
        file[place] ^= (uint8_t)(1u << draw_below(value, 8));
        sim_effect(world, SIM_INPUT_DISK_ROT);
    }
}

static void fault_disk(struct sim *sim, const struct sim_input *input)
{
    struct sim_world *world = sim->world;
    struct sim_disk *disk = &sim_node_at(world, input->node)->disk;
    switch (input->type) {
    case SIM_INPUT_DISK_SLOW:
        disk->factor_pct = input->args[0];
        break;
    case SIM_INPUT_DISK_STALL:
        fault_stall_disk(world, input->node, input->args[0]);
        break;
    case SIM_INPUT_DISK_FULL:
        disk->full = input->args[0] != 0;
        break;
    case SIM_INPUT_DISK_TEAR:
        disk->tears = input->args[0] != 0;
        break;
    case SIM_INPUT_DISK_LOSE_FSYNC:
        disk->loses_fsync = input->args[0] != 0;
        break;
    default:
        assert(input->type == SIM_INPUT_DISK_ROT);
        fault_rot(world, input->node, input->args);
        break;
    }
    int64_t args[] = {input->type, input->args[0], input->args[1]};
    sim_note_host(sim, NODE_NOTE_DISK_SET, input->node, NODE_NONE, args, 3);
}

/* ---- Clocks ---- */

/* Deadlines are on the node's own clock: when its rate changes, their true times do. */
static void fault_set_drift(struct sim_world *world, uint32_t index, int64_t drift_ppm)
{
    struct sim_node *node = sim_node_at(world, index);
    sim_clock_rebase(&node->clock, world->now_ns);
    if (drift_ppm == node->clock.drift_ppm) {
        return;
    }
    assert(node->clock.since_ns == world->now_ns); /* the new rate counts from here */
    node->clock.drift_ppm = drift_ppm;
    for (uint32_t timer = 0; timer < NODE_TIMERS_MAX; timer++) {
        if (node->timers[timer].deadline_ns >= 0 && !sim_timer_is_due(node, timer)) {
            int64_t due_ns = sim_clock_true_ns(&node->clock, node->timers[timer].deadline_ns);
            sim_deadline_set(world, index, sim_timer_slot(timer), due_ns);
            sim_effect(world, SIM_INPUT_CLOCK_DRIFT);
        }
    }
}

/* A skew sets the wall clock to so much off the truth; a jump moves it from where it is. */
static void fault_clock(struct sim *sim, const struct sim_input *input)
{
    struct sim_world *world = sim->world;
    struct sim_clock *clock = &sim_node_at(world, input->node)->clock;
    if (input->type == SIM_INPUT_CLOCK_DRIFT) {
        fault_set_drift(world, input->node, input->args[0]);
    } else {
        sim_clock_rebase(clock, world->now_ns);
        int64_t from_ns = input->type == SIM_INPUT_CLOCK_SKEW ? world->now_ns : clock->wall_ns;
        clock->wall_ns = from_ns + input->args[0] * NS_PER_US;
        clock->wrong_by = clock->wall_ns != world->now_ns ? input->type : 0;
    }
    int64_t args[] = {input->type, input->args[0]};
    sim_note_host(sim, NODE_NOTE_CLOCK_SET, input->node, NODE_NONE, args, 2);
}

/* ---- Healing ---- */

/* As built, its clock set right, running or on its way up. What was lost stays lost. */
static void fault_heal_node(struct sim *sim, uint32_t index)
{
    struct sim_world *world = sim->world;
    struct sim_node *node = sim_node_at(world, index);
    node->cpu_factor_pct = SIM_PERCENT;
    sim_disk_heal(world, index);
    fault_set_drift(world, index, 0);
    node->clock.wall_ns = world->now_ns;
    node->clock.wrong_by = 0;
    fault_resume(sim, index);
    fault_restart(world, index);
    assert(!node->paused);
}

/* Links first: who restarts finds a network. */
static void fault_heal_all(struct sim *sim)
{
    fault_heal_links(sim->world);
    for (uint32_t node = 0; node < sim->world->node_count; node++) {
        fault_heal_node(sim, node);
    }
    sim_note_host(sim, NODE_NOTE_HEALED_ALL, NODE_NONE, NODE_NONE, NULL, 0);
}

/* ---- How many faults there are ---- */

static uint32_t fault_count_of_node(const struct sim_world *world, const struct sim_node *node)
{
    const struct sim_disk *disk = &node->disk;
    uint32_t count = 0;
    count += !node->up || node->paused;
    count += node->cpu_factor_pct != SIM_PERCENT;
    count += disk->factor_pct != SIM_PERCENT || disk->stalled_until_ns > world->now_ns;
    count += disk->full;
    count += disk->tears || disk->loses_fsync;
    return count;
}

static uint32_t fault_count_of_clock(const struct sim_clock *clock)
{
    uint32_t count = 0;
    count += clock->drift_ppm != 0;
    count += clock->wrong_by != 0;
    return count;
}

static bool fault_on_link(const struct sim_link *link)
{
    return link->cut_by != 0 || link->degraded;
}

void sim_fault_count(struct sim_world *world)
{
    uint32_t count = 0;
    uint32_t clocks = 0;
    for (uint32_t a = 0; a < world->node_count; a++) {
        count += fault_count_of_node(world, sim_node_at(world, a));
        clocks += fault_count_of_clock(&sim_node_at(world, a)->clock);
        for (uint32_t b = 0; b < a; b++) {
            count +=
                fault_on_link(sim_link_at(world, a, b)) || fault_on_link(sim_link_at(world, b, a));
        }
    }
    world->faults_active = count + clocks;
    world->clocks_off = clocks;
}

/* ---- Applying ---- */

/* `input` has passed fault_check(). */
static void fault_act(struct sim *sim, const struct sim_input *input)
{
    assert(input->time_ns == sim->world->now_ns);
    switch (input->type) {
    case SIM_INPUT_SETTING:
        fault_set_setting(sim, input);
        break;
    case SIM_INPUT_NODE_CRASH:
        sim_process_crash(sim, input->node);
        break;
    case SIM_INPUT_NODE_RESTART:
        fault_restart(sim->world, input->node);
        break;
    case SIM_INPUT_NODE_PAUSE:
        fault_pause(sim, input->node);
        break;
    case SIM_INPUT_NODE_RESUME:
        fault_resume(sim, input->node);
        break;
    case SIM_INPUT_NODE_SLOW:
        fault_slow_cpu(sim, input->node, input->args[0]);
        break;
    case SIM_INPUT_LINK_CUT:
    case SIM_INPUT_LINK_HEAL:
        fault_link(sim, input);
        break;
    case SIM_INPUT_LINK_SET:
        fault_degrade(sim, input);
        break;
    case SIM_INPUT_NET_PARTITION:
        fault_partition(sim, input->args);
        break;
    case SIM_INPUT_NODE_ISOLATE:
        fault_isolate(sim, input->node);
        break;
    case SIM_INPUT_NET_HEAL:
        fault_heal_links(sim->world);
        sim_note_host(sim, NODE_NOTE_NET_HEALED, NODE_NONE, NODE_NONE, NULL, 0);
        break;
    case SIM_INPUT_CLOCK_SKEW:
    case SIM_INPUT_CLOCK_DRIFT:
    case SIM_INPUT_CLOCK_JUMP:
        fault_clock(sim, input);
        break;
    case SIM_INPUT_HEAL_ALL:
        fault_heal_all(sim);
        break;
    default:
        assert(fault_is_disk(input->type));
        fault_disk(sim, input);
        break;
    }
}

/* An input is part of the run's story even if it changes nothing. */
static void fault_digest(struct sim_world *world, const struct sim_input *input)
{
    digest_words(&world->digest, (uint64_t)input->time_ns,
                 (uint64_t)input->type << 48 | input->type);
    digest_words(&world->digest, input->node, input->peer);
    digest_bytes(&world->digest, input->args, sizeof input->args);
}

int sim_apply(struct sim *sim, const struct sim_input *input, struct error *error)
{
    struct sim_world *world = sim->world;
    if (fault_check(sim, input, error) != 0) {
        return -1;
    }
    /* Before and after, everything of this time is done: the state at a time is that after its last
     * input, whether or not the caller ran the world in between. */
    if (sim_run(sim, world->now_ns, UINT64_MAX) == SIM_HALTED) {
        return error_set(error, "the run has halted at %lld ns and takes no input",
                         (long long)world->now_ns);
    }
    fault_digest(world, input);
    if (input->type >= SIM_INPUT_SYSTEM) {
        uint16_t type = (uint16_t)(input->type - SIM_INPUT_SYSTEM);
        (void)sim_network_input(sim, input->node, type, SIM_MESSAGE_INPUT, input->args);
    } else {
        fault_act(sim, input);
        sim_fault_count(world);
    }
    (void)sim_run(sim, world->now_ns, UINT64_MAX); /* a halt shows itself */
    return 0;
}
