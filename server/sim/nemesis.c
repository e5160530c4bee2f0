/* nemesis.c - random faults for sweeps.
 *
 * Nothing is decided while the run goes on: a schedule is drawn at once from the seed, as a list of
 * inputs. So a failure found by a sweep is a list that can be read, replayed and shortened by hand.
 *
 * For each seed: toss a coin for every kind that is possible (the swarm); for each kind that is on,
 * draw a few faults from that kind's own stream, each with a beginning, a length and a victim; sort
 * by time; and end with the healing. Faults may overlap and hit the same node; that is wanted.
 *
 * Some kinds show only together with another event, and are drawn with it: a torn write and a lost
 * fsync need a crash at the right moment, which chance alone would hit once in hundreds of seeds. */
#include "sim/nemesis.h"

#include "base/draw.h"

#include <assert.h>
#include <stddef.h>

static const uint32_t DRAW_NEMESIS = DRAW_PURPOSE('n', 'e', 'm', 'e');
static const uint32_t DRAW_SWARM = DRAW_PURPOSE('s', 'w', 'a', 'r');
static const uint32_t DRAW_CORE = DRAW_PURPOSE('c', 'o', 'r', 'e');
enum { NEMESIS_FAULTS_STANDARD = 3 }; /* one alone may hit a node that is down */
static const int64_t NEMESIS_LENGTH_STANDARD_NS = 1500000000;
static const int64_t NEMESIS_LENGTH_MAX_NS =
    40000000000; /* half as much again is the longest stall */
static const int64_t NEMESIS_NS_PER_MS = 1000000;

/* What a kind begins with; its effects are counted under that type. */
static const struct {
    const char *name;
    uint16_t type;
    bool disk;
} NEMESIS_TABLE[NEMESIS_KINDS] = {
    [NEMESIS_CRASH] = {"crash", SIM_INPUT_NODE_CRASH, false},
    [NEMESIS_PAUSE] = {"pause", SIM_INPUT_NODE_PAUSE, false},
    [NEMESIS_SLOW_CPU] = {"slow_cpu", SIM_INPUT_NODE_SLOW, false},
    [NEMESIS_CUT] = {"cut", SIM_INPUT_LINK_CUT, false},
    [NEMESIS_PARTITION] = {"partition", SIM_INPUT_NET_PARTITION, false},
    [NEMESIS_ISOLATE] = {"isolate", SIM_INPUT_NODE_ISOLATE, false},
    [NEMESIS_LINK] = {"link", SIM_INPUT_LINK_SET, false},
    [NEMESIS_DISK_SLOW] = {"disk_slow", SIM_INPUT_DISK_SLOW, true},
    [NEMESIS_DISK_STALL] = {"disk_stall", SIM_INPUT_DISK_STALL, true},
    [NEMESIS_DISK_FULL] = {"disk_full", SIM_INPUT_DISK_FULL, true},
    [NEMESIS_DISK_TEAR] = {"disk_tear", SIM_INPUT_DISK_TEAR, true},
    [NEMESIS_DISK_LOSE_FSYNC] = {"disk_lose_fsync", SIM_INPUT_DISK_LOSE_FSYNC, true},
    [NEMESIS_DISK_ROT] = {"disk_rot", SIM_INPUT_DISK_ROT, true},
    [NEMESIS_CLOCK_SKEW] = {"clock_skew", SIM_INPUT_CLOCK_SKEW, false},
    [NEMESIS_CLOCK_DRIFT] = {"clock_drift", SIM_INPUT_CLOCK_DRIFT, false},
    [NEMESIS_CLOCK_JUMP] = {"clock_jump", SIM_INPUT_CLOCK_JUMP, false},
};

/* What one kind draws from and writes to. */
struct nemesis_draft {
    struct nemesis *nemesis;
    const struct nemesis_profile *profile;
    const struct sim_plan *plan;
    struct draw_stream stream;
    int64_t begin_ns, end_ns; /* of the fault being drawn */
};

const char *nemesis_kind_name(enum nemesis_kind kind)
{
    assert(kind < NEMESIS_KINDS);
    assert(NEMESIS_TABLE[kind].name != NULL);
    return NEMESIS_TABLE[kind].name;
}

uint32_t nemesis_effective_kinds(const struct sim *sim)
{
    uint32_t kinds = 0;
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        kinds |= sim_fault_effects(sim, NEMESIS_TABLE[kind].type) > 0 ? 1u << kind : 0;
    }
    return kinds;
}

/* ---- Drawing ---- */

/* Every choice takes exactly one number of the stream, whatever it comes to: so a change of one
 * range leaves the choices after it alone. */
static int64_t nemesis_between(struct nemesis_draft *draft, int64_t low, int64_t high)
{
    assert(low <= high);
    return low + (int64_t)draw_below(draw_next(&draft->stream), (uint64_t)(high - low) + 1);
}

static bool nemesis_chance(struct nemesis_draft *draft, uint32_t ppm)
{
    return draw_chance_ppm(draw_next(&draft->stream), ppm);
}

/* A node of a mask that is not empty. */
static uint32_t nemesis_pick(struct nemesis_draft *draft, uint64_t mask)
{
    assert(mask != 0);
    int64_t skip = nemesis_between(draft, 0, __builtin_popcountll(mask) - 1);
    for (; skip > 0; skip--) {
        mask &= mask - 1;
    }
    return (uint32_t)__builtin_ctzll(mask);
}

/* Masks hold a bit for each node, and one word is enough. */
_Static_assert(SIM_NODES_MAX < 64, "the shift below has a bit to spare");

static uint64_t nemesis_all_nodes(const struct sim_plan *plan)
{
    assert(plan->node_count > 0);
    assert(plan->node_count <= SIM_NODES_MAX);
    return ((uint64_t)1 << plan->node_count) - 1;
}

/* Who may be hit: by the profile, or everyone. */
static uint64_t nemesis_allowed_nodes(const struct nemesis_profile *profile,
                                      const struct sim_plan *plan)
{
    uint64_t all = nemesis_all_nodes(plan);
    return profile->nodes != 0 ? profile->nodes & all : all;
}

/* Who may be hit and has something to lose on a disk. */
static uint64_t nemesis_nodes_with_disk(const struct nemesis_profile *profile,
                                        const struct sim_plan *plan)
{
    uint64_t mask = 0;
    for (uint32_t node = 0; node < plan->node_count; node++) {
        mask |= plan->nodes[node].protocol->file_bytes[0] > 0 ? (uint64_t)1 << node : 0;
    }
    return mask & nemesis_allowed_nodes(profile, plan);
}

/* ---- Writing ---- */

/* Appends an input to the list; the caller fills in what is not a node and a time. */
static struct sim_input *nemesis_add(struct nemesis_draft *draft, int64_t time_ns, uint16_t type,
                                     uint32_t node)
{
    struct nemesis *nemesis = draft->nemesis;
    assert(nemesis->count < NEMESIS_INPUTS_MAX);
    assert(node < draft->plan->node_count || node == NODE_NONE);
    assert(time_ns >= 0);
    struct sim_input *input = &nemesis->inputs[nemesis->count];
    nemesis->count++;
    *input = (struct sim_input){.time_ns = time_ns, .type = type, .node = node, .peer = NODE_NONE};
    return input;
}

/* One input at the fault's beginning and one at its end, on one node with one number each. */
static void nemesis_add_pair(struct nemesis_draft *draft, uint32_t node, uint16_t type,
                             int64_t value, uint16_t end_type, int64_t end_value)
{
    nemesis_add(draft, draft->begin_ns, type, node)->args[0] = value;
    nemesis_add(draft, draft->end_ns, end_type, node)->args[0] = end_value;
}

static void nemesis_crash(struct nemesis_draft *draft, uint32_t node)
{
    nemesis_add_pair(draft, node, SIM_INPUT_NODE_CRASH, 0, SIM_INPUT_NODE_RESTART, 0);
}

/* One link, in one direction or both; the victim may be at either end. */
static void nemesis_cut(struct nemesis_draft *draft)
{
    uint32_t node = nemesis_pick(draft, nemesis_allowed_nodes(draft->profile, draft->plan));
    uint64_t others = nemesis_all_nodes(draft->plan) & ~((uint64_t)1 << node);
    uint64_t allowed = nemesis_allowed_nodes(draft->profile, draft->plan) & others;
    uint64_t peers = draft->profile->peers & others;
    uint32_t peer = nemesis_pick(draft, peers != 0 ? peers : allowed != 0 ? allowed : others);
    bool one_way = nemesis_chance(draft, 500000);
    bool inward = nemesis_chance(draft, 500000);
    struct sim_input *cut =
        nemesis_add(draft, draft->begin_ns, SIM_INPUT_LINK_CUT, inward ? peer : node);
    cut->peer = inward ? node : peer;
    cut->args[0] = one_way;
    nemesis_add(draft, draft->end_ns, SIM_INPUT_LINK_HEAL, node)->peer = peer;
}

/* One side gets at least one node that may be hit, the other at least one node. */
static void nemesis_partition(struct nemesis_draft *draft)
{
    uint64_t all = nemesis_all_nodes(draft->plan);
    uint32_t inside = nemesis_pick(draft, nemesis_allowed_nodes(draft->profile, draft->plan));
    uint32_t outside = nemesis_pick(draft, all & ~((uint64_t)1 << inside));
    uint64_t side = draw_next(&draft->stream) & all;
    side = (side | (uint64_t)1 << inside) & ~((uint64_t)1 << outside);
    assert(side != 0);
    assert(side != all);
    nemesis_add_pair(draft, NODE_NONE, SIM_INPUT_NET_PARTITION, (int64_t)side, SIM_INPUT_NET_HEAL,
                     0);
}

/* All links to or from a node, or all there are; each trouble by itself, at least one of the five
 * (`kept` is a mask that is not zero). At the end of the fault all of them go back to none. */
static void nemesis_link(struct nemesis_draft *draft)
{
    uint32_t node = nemesis_pick(draft, nemesis_allowed_nodes(draft->profile, draft->plan));
    bool all = nemesis_chance(draft, 300000);
    bool inward = nemesis_chance(draft, 500000);
    int64_t args[5] = {nemesis_between(draft, 1000, 500000), nemesis_between(draft, 1000, 50000),
                       nemesis_between(draft, 10000, 300000), nemesis_between(draft, 10000, 300000),
                       nemesis_between(draft, 10000, 300000)};
    int64_t kept = nemesis_between(draft, 1, 31);
    for (int end = 0; end < 2; end++) {
        int64_t time_ns = end ? draft->end_ns : draft->begin_ns;
        struct sim_input *input = nemesis_add(draft, time_ns, SIM_INPUT_LINK_SET, NODE_NONE);
        input->node = all || inward ? NODE_NONE : node;
        input->peer = all || !inward ? NODE_NONE : node;
        for (int i = 0; i < 5 && !end; i++) {
            input->args[i] = (kept >> i & 1) != 0 ? args[i] : 0;
        }
    }
}

/* The disk stalls, so that a write is under way when power fails. */
static void nemesis_tear(struct nemesis_draft *draft, uint32_t node)
{
    int64_t stall_ms = (draft->end_ns - draft->begin_ns) / NEMESIS_NS_PER_MS;
    nemesis_add(draft, draft->begin_ns, SIM_INPUT_DISK_STALL, node)->args[0] = stall_ms + 1;
    nemesis_add_pair(draft, node, SIM_INPUT_DISK_TEAR, 1, SIM_INPUT_NODE_CRASH, 0);
    nemesis_add(draft, draft->end_ns, SIM_INPUT_DISK_TEAR, node);
    nemesis_add(draft, draft->end_ns, SIM_INPUT_NODE_RESTART, node);
}

/* A lie about durability shows only when power fails before the truth catches up. */
static void nemesis_lose_fsync(struct nemesis_draft *draft, uint32_t node)
{
    nemesis_add_pair(draft, node, SIM_INPUT_DISK_LOSE_FSYNC, 1, SIM_INPUT_NODE_CRASH, 0);
    nemesis_add(draft, draft->end_ns, SIM_INPUT_DISK_LOSE_FSYNC, node);
    nemesis_add(draft, draft->end_ns, SIM_INPUT_NODE_RESTART, node);
}

static void nemesis_disk(struct nemesis_draft *draft, enum nemesis_kind kind)
{
    uint32_t node = nemesis_pick(draft, nemesis_nodes_with_disk(draft->profile, draft->plan));
    int64_t length_ms = (draft->end_ns - draft->begin_ns) / NEMESIS_NS_PER_MS;
    int64_t factor_pct = nemesis_between(draft, 200, 5000);
    switch (kind) {
    case NEMESIS_DISK_SLOW:
        nemesis_add_pair(draft, node, SIM_INPUT_DISK_SLOW, factor_pct, SIM_INPUT_DISK_SLOW, 100);
        break;
    case NEMESIS_DISK_STALL:
        nemesis_add(draft, draft->begin_ns, SIM_INPUT_DISK_STALL, node)->args[0] = length_ms;
        break;
    case NEMESIS_DISK_FULL:
        nemesis_add_pair(draft, node, SIM_INPUT_DISK_FULL, 1, SIM_INPUT_DISK_FULL, 0);
        break;
    case NEMESIS_DISK_TEAR:
        nemesis_tear(draft, node);
        break;
    case NEMESIS_DISK_LOSE_FSYNC:
        nemesis_lose_fsync(draft, node);
        break;
    default:
        assert(kind == NEMESIS_DISK_ROT);
        nemesis_add(draft, draft->end_ns, SIM_INPUT_DISK_ROT, node)->args[1] =
            nemesis_between(draft, 0, 999999);
        break;
    }
}

/* Up to ten seconds off, up to a tenth too fast or too slow. */
static void nemesis_clock(struct nemesis_draft *draft, enum nemesis_kind kind, uint32_t node)
{
    int64_t minus = nemesis_chance(draft, 500000) ? -1 : 1;
    int64_t offset_us = minus * nemesis_between(draft, 10000, 10 * 1000 * 1000);
    int64_t drift_ppm = minus * nemesis_between(draft, 100, 100000);
    if (kind == NEMESIS_CLOCK_SKEW) {
        nemesis_add_pair(draft, node, SIM_INPUT_CLOCK_SKEW, offset_us, SIM_INPUT_CLOCK_SKEW, 0);
    } else if (kind == NEMESIS_CLOCK_DRIFT) {
        nemesis_add_pair(draft, node, SIM_INPUT_CLOCK_DRIFT, drift_ppm, SIM_INPUT_CLOCK_DRIFT, 0);
    } else {
        nemesis_add(draft, draft->begin_ns, SIM_INPUT_CLOCK_JUMP, node)->args[0] = offset_us;
    }
}

/* One fault of a kind: first those that choose their victims in ways of their own. */
static void nemesis_fault(struct nemesis_draft *draft, enum nemesis_kind kind)
{
    assert(draft->begin_ns <= draft->end_ns);
    if (NEMESIS_TABLE[kind].disk) {
        nemesis_disk(draft, kind);
        return;
    }
    switch (kind) {
    case NEMESIS_CUT:
        nemesis_cut(draft);
        return;
    case NEMESIS_PARTITION:
        nemesis_partition(draft);
        return;
    case NEMESIS_LINK:
        nemesis_link(draft);
        return;
    default:
        break;
    }
    uint32_t node = nemesis_pick(draft, nemesis_allowed_nodes(draft->profile, draft->plan));
    switch (kind) {
    case NEMESIS_CRASH:
        nemesis_crash(draft, node);
        break;
    case NEMESIS_PAUSE:
        nemesis_add_pair(draft, node, SIM_INPUT_NODE_PAUSE, 0, SIM_INPUT_NODE_RESUME, 0);
        break;
    case NEMESIS_SLOW_CPU: {
        int64_t factor_pct = nemesis_between(draft, 200, 5000);
        nemesis_add_pair(draft, node, SIM_INPUT_NODE_SLOW, factor_pct, SIM_INPUT_NODE_SLOW, 100);
        break;
    }
    case NEMESIS_ISOLATE:
        nemesis_add_pair(draft, node, SIM_INPUT_NODE_ISOLATE, 0, SIM_INPUT_NET_HEAL, 0);
        break;
    default:
        nemesis_clock(draft, kind, node);
        break;
    }
}

/* Begin and length of a fault, within the profile's time: half to one and a half times the usual
 * length. */
static void nemesis_draw_time(struct nemesis_draft *draft)
{
    const struct nemesis_profile *profile = draft->profile;
    int64_t usual_ns = profile->length_ns > 0 ? profile->length_ns : NEMESIS_LENGTH_STANDARD_NS;
    int64_t span_ns = profile->to_ns - profile->from_ns;
    int64_t length_ns = nemesis_between(draft, usual_ns / 2, usual_ns + usual_ns / 2);
    length_ns = length_ns < span_ns ? length_ns : span_ns;
    draft->begin_ns = nemesis_between(draft, profile->from_ns, profile->to_ns - length_ns);
    draft->end_ns = draft->begin_ns + length_ns;
    assert(draft->begin_ns >= profile->from_ns);
    assert(draft->begin_ns <= draft->end_ns);
    assert(draft->end_ns <= profile->to_ns);
}

/* A stream for each kind: which other kinds are on changes nothing about this one's faults. */
static void nemesis_draw_kind(struct nemesis_draft *draft, enum nemesis_kind kind, uint64_t seed)
{
    assert(kind < NEMESIS_KINDS);
    uint32_t faults_max = draft->profile->faults_max;
    faults_max = faults_max > 0 ? faults_max : NEMESIS_FAULTS_STANDARD;
    draft->stream = draw_stream_init(seed, DRAW_NEMESIS, kind);
    int64_t faults = nemesis_between(draft, (faults_max + 1) / 2, faults_max);
    for (int64_t i = 0; i < faults; i++) {
        nemesis_draw_time(draft);
        nemesis_fault(draft, kind);
    }
}

/* ---- The swarm, the order, the healing ---- */

/* Without a second node there are no links to harm, without files no disks. */
static uint32_t nemesis_possible_kinds(const struct nemesis_profile *profile,
                                       const struct sim_plan *plan)
{
    uint32_t kinds = profile->kinds != 0 ? profile->kinds & NEMESIS_ALL : NEMESIS_ALL;
    bool alone = plan->node_count < 2;
    bool no_disk = nemesis_nodes_with_disk(profile, plan) == 0;
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        bool link = kind >= NEMESIS_CUT && kind <= NEMESIS_LINK;
        if ((link && alone) || (NEMESIS_TABLE[kind].disk && no_disk)) {
            kinds &= ~(1u << kind);
        }
    }
    return kinds;
}

/* Each possible kind by the toss of a coin, but at least one. */
static uint32_t nemesis_choose_kinds(const struct nemesis_profile *profile,
                                     const struct sim_plan *plan, uint64_t seed)
{
    uint32_t possible = nemesis_possible_kinds(profile, plan);
    uint64_t swarm = draw_u64(seed, DRAW_SWARM, 0, 0);
    uint32_t chosen = profile->always ? possible : possible & (uint32_t)swarm;
    if (chosen == 0 && possible != 0) {
        struct nemesis_draft draft = {.stream = draw_stream_init(seed, DRAW_SWARM, 1)};
        chosen = 1u << nemesis_pick(&draft, possible);
    }
    return chosen;
}

/* By time; equal times keep the order of drawing. A few hundred at most, drawn once a run. */
static void nemesis_sort(struct nemesis *nemesis)
{
    assert(nemesis->count <= NEMESIS_INPUTS_MAX);
    for (uint32_t i = 1; i < nemesis->count; i++) {
        struct sim_input input = nemesis->inputs[i];
        uint32_t at = i;
        for (; at > 0 && nemesis->inputs[at - 1].time_ns > input.time_ns; at--) {
            nemesis->inputs[at] = nemesis->inputs[at - 1];
        }
        nemesis->inputs[at] = input;
    }
}

/* A random majority that holds all of the profile's core, and one of those of whom it needs one. */
static uint64_t nemesis_choose_core(const struct nemesis_profile *profile,
                                    const struct sim_plan *plan, uint64_t seed)
{
    uint64_t all = nemesis_all_nodes(plan);
    if (!profile->core_only) {
        return all;
    }
    struct nemesis_draft draft = {.stream = draw_stream_init(seed, DRAW_CORE, 0)};
    int least = (int)plan->node_count / 2 + 1;
    uint64_t core = (profile->core | draw_next(&draft.stream)) & all;
    uint64_t one = profile->core_one & all;
    if (one != 0 && (core & one) == 0) {
        core |= (uint64_t)1 << nemesis_pick(&draft, one);
    }
    while (__builtin_popcountll(core) < least) {
        core |= (uint64_t)1 << nemesis_pick(&draft, all & ~core);
    }
    assert((core & ~all) == 0);
    assert((profile->core & all & ~core) == 0);
    return core;
}

/* Everything is healed; then who is not of the core is crashed or cut off for good. */
static void nemesis_heal(struct nemesis_draft *draft, uint64_t seed)
{
    draft->stream = draw_stream_init(seed, DRAW_CORE, 1);
    nemesis_add(draft, draft->profile->to_ns, SIM_INPUT_HEAL_ALL, NODE_NONE);
    for (uint32_t node = 0; node < draft->plan->node_count; node++) {
        if ((draft->nemesis->core >> node & 1) == 0) {
            bool crash = nemesis_chance(draft, 500000);
            uint16_t type = crash ? SIM_INPUT_NODE_CRASH : SIM_INPUT_NODE_ISOLATE;
            nemesis_add(draft, draft->profile->to_ns, type, node);
        }
    }
}

void nemesis_draw(struct nemesis *nemesis, const struct nemesis_profile *profile,
                  const struct sim_plan *plan, uint64_t seed)
{
    assert(profile->from_ns >= 0);
    assert(profile->to_ns > profile->from_ns);
    assert(profile->length_ns <= NEMESIS_LENGTH_MAX_NS);
    assert(profile->faults_max <= NEMESIS_FAULTS_MAX);
    nemesis->count = 0;
    nemesis->kinds = nemesis_choose_kinds(profile, plan, seed);
    nemesis->core = nemesis_choose_core(profile, plan, seed);
    struct nemesis_draft draft = {.nemesis = nemesis, .profile = profile, .plan = plan};
    for (uint32_t kind = 0; kind < NEMESIS_KINDS; kind++) {
        if ((nemesis->kinds >> kind & 1) != 0) {
            nemesis_draw_kind(&draft, (enum nemesis_kind)kind, seed);
        }
    }
    nemesis_sort(nemesis);
    nemesis_heal(&draft, seed);
}
