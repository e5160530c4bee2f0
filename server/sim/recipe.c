/* recipe.c - faults that have a name.
 *
 * Who stands where is decided by shuffling the members with the order's seed; ties and places are
 * by node index, so the same order gives the same inputs everywhere. */
#include "sim/recipe.h"

#include "base/draw.h"
#include "sim/nemesis.h"

#include <assert.h>

static const uint32_t DRAW_RECIPE = DRAW_PURPOSE('r', 'e', 'c', 'i');
enum { FACTOR_BUILT_PCT = 100, FACTOR_SLOW_DISK_PCT = 5000, MEMBERS_OF_A_RING = 5 };
static const int64_t CLOCK_SKEW_MAX_US = 5000000; /* what "a wrong clock" means in the lectures */
static const int64_t CLOCK_DRIFT_MAX_PPM = 50000;
static const int64_t NEMESIS_FAULT_NS = 3000000000;

const struct recipe_kind_words RECIPE_KIND_WORDS[RECIPE_KINDS] = {
    [RECIPE_MAJORITY_CUT] = {"recipe.majority_cut", true, false},
    [RECIPE_RING] = {"recipe.ring", true, false},
    [RECIPE_BRIDGE] = {"recipe.bridge", true, false},
    [RECIPE_ISOLATE_LEADER] = {"recipe.isolate_leader", false, false},
    [RECIPE_FLAPPING_LINK] = {"recipe.flapping_link", false, false},
    [RECIPE_ROLLING_RESTARTS] = {"recipe.rolling_restarts", false, false},
    [RECIPE_CLOCK_STORM] = {"recipe.clock_storm", true, false},
    [RECIPE_SLOW_LEADER_DISK] = {"recipe.slow_leader_disk", false, false},
    [RECIPE_NEMESIS] = {"recipe.nemesis", true, true},
};

/* What one order writes to. */
struct draft {
    const struct recipe_order *order;
    const struct sim_plan *plan;
    struct sim_input *inputs;
    uint32_t count;
    struct draw_stream stream;
    uint32_t members[SIM_NODES_MAX]; /* the leader first, the others shuffled */
    uint32_t member_count;
};

static uint64_t bit(uint32_t node)
{
    return UINT64_C(1) << node;
}

static int64_t draw_in(struct draft *draft, int64_t low, int64_t high)
{
    assert(low <= high);
    return low + (int64_t)draw_below(draw_next(&draft->stream), (uint64_t)(high - low) + 1);
}

static struct sim_input *add(struct draft *draft, int64_t after_ns, uint16_t type, uint32_t node)
{
    assert(draft->count < RECIPE_INPUTS_MAX);
    assert(after_ns >= 0);
    struct sim_input *input = &draft->inputs[draft->count++];
    *input = (struct sim_input){
        .time_ns = draft->order->from_ns + after_ns, .type = type, .node = node, .peer = NODE_NONE};
    return input;
}

/* Who is no member hears everybody. */
static uint64_t bystanders(const struct draft *draft)
{
    return (bit(draft->plan->node_count) - 1) & ~draft->order->members;
}

static void add_partition(struct draft *draft, int64_t after_ns, uint64_t side, uint64_t both)
{
    assert(side != 0);
    struct sim_input *input = add(draft, after_ns, SIM_INPUT_NET_PARTITION, NODE_NONE);
    input->args[0] = (int64_t)side;
    input->args[1] = (int64_t)(both | bystanders(draft));
}

static void add_heal(struct draft *draft, int64_t after_ns)
{
    (void)add(draft, after_ns, SIM_INPUT_NET_HEAL, NODE_NONE);
}

static uint64_t first_members(const struct draft *draft, uint32_t from, uint32_t count)
{
    uint64_t mask = 0;
    for (uint32_t i = from; i < from + count; i++) {
        mask |= bit(draft->members[i]);
    }
    return mask;
}

static void take_members(struct draft *draft)
{
    const struct recipe_order *order = draft->order;
    draft->members[draft->member_count++] = order->leader;
    for (uint32_t node = 0; node < draft->plan->node_count; node++) {
        if ((order->members >> node & 1) != 0 && node != order->leader) {
            draft->members[draft->member_count++] = node;
        }
    }
    for (uint32_t i = draft->member_count - 1; i > 1; i--) { /* Fisher and Yates */
        uint32_t other = (uint32_t)draw_in(draft, 1, i);
        uint32_t kept = draft->members[i];
        draft->members[i] = draft->members[other];
        draft->members[other] = kept;
    }
}

/* ---- The net ---- */

static void majority_cut(struct draft *draft)
{
    uint32_t minority = (draft->member_count - 1) / 2;
    minority = minority > 0 ? minority : 1;
    add_partition(draft, 0, first_members(draft, 0, minority), 0);
    add_heal(draft, draft->order->length_ns);
}

static void bridge(struct draft *draft)
{
    uint32_t half = (draft->member_count - 1) / 2;
    if (half == 0) {
        return;
    }
    uint64_t between = bit(draft->members[draft->member_count - 1]);
    add_partition(draft, 0, first_members(draft, 0, half), between);
    add_heal(draft, draft->order->length_ns);
}

/* Members in a circle: each hears those at most `reach` places away. With fewer than five everybody
 * would hear everybody, or no majority; there the bridge is what comes closest. */
static void ring(struct draft *draft)
{
    uint32_t count = draft->member_count;
    if (count < MEMBERS_OF_A_RING) {
        bridge(draft);
        return;
    }
    uint32_t reach = (count / 2 + 1) / 2;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t near = 0;
        for (uint32_t step = 1; step <= reach; step++) {
            near |= bit(draft->members[(i + step) % count]);
            near |= bit(draft->members[(i + count - step) % count]);
        }
        add_partition(draft, 0, bit(draft->members[i]), near);
    }
    add_heal(draft, draft->order->length_ns);
}

static void isolate_leader(struct draft *draft)
{
    add_partition(draft, 0, bit(draft->order->leader), 0);
    add_heal(draft, draft->order->length_ns);
}

static void flapping_link(struct draft *draft)
{
    int64_t at_ns = 0;
    for (int flap = 0; flap < RECIPE_FLAPS_MAX && at_ns < draft->order->length_ns; flap++) {
        int64_t end_ns = at_ns + RECIPE_FLAP_NS;
        add_partition(draft, at_ns, bit(draft->order->leader), 0);
        add_heal(draft, end_ns < draft->order->length_ns ? end_ns : draft->order->length_ns);
        at_ns = end_ns + RECIPE_FLAP_NS;
    }
}

/* ---- Nodes, clocks, disks ---- */

/* One after the other: each is away for half of its share of the time. */
static void rolling_restarts(struct draft *draft)
{
    int64_t share_ns = draft->order->length_ns / draft->member_count;
    share_ns -= share_ns % 2000; /* halves are whole microseconds */
    for (uint32_t i = 0; i < draft->member_count; i++) {
        int64_t begin_ns = share_ns * i;
        (void)add(draft, begin_ns, SIM_INPUT_NODE_CRASH, draft->members[i]);
        (void)add(draft, begin_ns + share_ns / 2, SIM_INPUT_NODE_RESTART, draft->members[i]);
    }
}

static void clock_storm(struct draft *draft)
{
    for (uint32_t i = 0; i < draft->member_count; i++) {
        uint32_t node = draft->members[i];
        add(draft, 0, SIM_INPUT_CLOCK_SKEW, node)->args[0] =
            draw_in(draft, -CLOCK_SKEW_MAX_US, CLOCK_SKEW_MAX_US);
        add(draft, 0, SIM_INPUT_CLOCK_DRIFT, node)->args[0] =
            draw_in(draft, -CLOCK_DRIFT_MAX_PPM, CLOCK_DRIFT_MAX_PPM);
    }
    for (uint32_t i = 0; i < draft->member_count; i++) {
        add(draft, draft->order->length_ns / 2, SIM_INPUT_CLOCK_JUMP, draft->members[i])->args[0] =
            draw_in(draft, -CLOCK_SKEW_MAX_US, CLOCK_SKEW_MAX_US);
    }
    for (uint32_t i = 0; i < draft->member_count; i++) {
        (void)add(draft, draft->order->length_ns, SIM_INPUT_CLOCK_SKEW, draft->members[i]);
        (void)add(draft, draft->order->length_ns, SIM_INPUT_CLOCK_DRIFT, draft->members[i]);
    }
}

static bool has_disk(const struct draft *draft, uint32_t node)
{
    return draft->plan->nodes[node].protocol->file_bytes[0] > 0;
}

static void slow_leader_disk(struct draft *draft)
{
    uint32_t node = draft->order->leader;
    if (!has_disk(draft, node)) {
        return;
    }
    add(draft, 0, SIM_INPUT_DISK_SLOW, node)->args[0] = FACTOR_SLOW_DISK_PCT;
    add(draft, draft->order->length_ns, SIM_INPUT_DISK_SLOW, node)->args[0] = FACTOR_BUILT_PCT;
}

/* Without lying disks and rotten bits: those are outside of what any promise holds under, and are
 * chosen one by one. */
static void nemesis(struct draft *draft)
{
    const struct recipe_order *order = draft->order;
    struct nemesis drawn;
    uint32_t outside = 1u << NEMESIS_DISK_LOSE_FSYNC | 1u << NEMESIS_DISK_ROT;
    struct nemesis_profile profile = {
        .kinds = NEMESIS_ALL & ~outside,
        .faults_max = order->intensity < NEMESIS_FAULTS_MAX ? order->intensity : NEMESIS_FAULTS_MAX,
        .nodes = order->members,
        .peers = order->members,
        .always = order->intensity == RECIPE_INTENSITY_MAX,
        .from_ns = order->from_ns,
        .to_ns = order->from_ns + order->length_ns,
        .length_ns = NEMESIS_FAULT_NS,
    };
    nemesis_draw(&drawn, &profile, draft->plan, order->seed);
    for (uint32_t i = 0; i < drawn.count; i++) {
        struct sim_input *input =
            add(draft, drawn.inputs[i].time_ns - order->from_ns, drawn.inputs[i].type, NODE_NONE);
        int64_t time_ns = input->time_ns - input->time_ns % 1000; /* whole microseconds */
        *input = drawn.inputs[i];
        input->time_ns = time_ns;
    }
}
_Static_assert((int)NEMESIS_INPUTS_MAX <= (int)RECIPE_INPUTS_MAX,
               "whatever the nemesis draws has room");
_Static_assert(2 * (int)RECIPE_FLAPS_MAX <= (int)RECIPE_INPUTS_MAX, "so has every flap");
_Static_assert(5 * (int)SIM_NODES_MAX <= (int)RECIPE_INPUTS_MAX, "so has a storm over all clocks");

uint32_t recipe_draw(const struct recipe_order *order, const struct sim_plan *plan,
                     struct sim_input *inputs)
{
    static void (*const DRAW[RECIPE_KINDS])(struct draft *) = {
        [RECIPE_MAJORITY_CUT] = majority_cut,
        [RECIPE_RING] = ring,
        [RECIPE_BRIDGE] = bridge,
        [RECIPE_ISOLATE_LEADER] = isolate_leader,
        [RECIPE_FLAPPING_LINK] = flapping_link,
        [RECIPE_ROLLING_RESTARTS] = rolling_restarts,
        [RECIPE_CLOCK_STORM] = clock_storm,
        [RECIPE_SLOW_LEADER_DISK] = slow_leader_disk,
        [RECIPE_NEMESIS] = nemesis,
    };
    assert(order->kind < RECIPE_KINDS);
    assert((order->members >> order->leader & 1) != 0);
    assert(order->length_ns >= 1000000);
    struct draft draft = {.order = order,
                          .plan = plan,
                          .inputs = inputs,
                          .stream = draw_stream_init(order->seed, DRAW_RECIPE, order->kind)};
    take_members(&draft);
    if (draft.member_count > 1) {
        DRAW[order->kind](&draft);
    }
    return draft.count;
}
