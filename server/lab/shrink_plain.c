/* shrink_plain.c - what is left, in plainer numbers: sooner, at round times, with arguments as they
 * are when nobody gives them. Nothing goes by this, but who reads it has less to wonder about. */
#include "lab/shrink_internal.h"

#include <string.h>

static const int64_t NS_PER_MS = 1000000;
static const int64_t NS_PER_S = 1000000000;

/* The best run with one of its inputs changed. */
static bool try_input(struct lab_shrinking *shrinking, uint32_t index,
                      const struct sim_input *input)
{
    struct lab_candidate candidate = {.until_ns = shrinking->best.until_ns};
    memcpy(candidate.settings, shrinking->best.settings, sizeof candidate.settings);
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        const struct lab_input *item = &shrinking->best.inputs.items[i];
        (void)lab_inputs_insert(&candidate.inputs, i == index ? input : &item->input, 0, item->who);
    }
    return lab_candidate_try(shrinking, &candidate);
}

static bool round_input(struct lab_shrinking *shrinking, uint32_t index)
{
    static const int64_t UNITS[] = {NS_PER_S, NS_PER_S / 10, 10 * NS_PER_MS, NS_PER_MS};
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        struct sim_input input = shrinking->best.inputs.items[index].input;
        if (input.time_ns % UNITS[i] == 0) {
            return false; /* as round as it gets */
        }
        input.time_ns -= input.time_ns % UNITS[i];
        if (try_input(shrinking, index, &input)) {
            return true;
        }
    }
    return false;
}

static bool standard_input(struct lab_shrinking *shrinking, uint32_t index)
{
    bool any = false;
    for (uint32_t i = 0; i < NODE_INPUT_ARGS; i++) {
        struct sim_input input = shrinking->best.inputs.items[index].input;
        int64_t standard;
        if (!lab_input_standard(shrinking->asked->scenario, input.type, i, &standard) ||
            input.args[i] == standard) {
            continue;
        }
        input.args[i] = standard;
        any = try_input(shrinking, index, &input) || any;
    }
    return any;
}

/* A partition of fewer: of one side each node is tried, as long as somebody is left. */
static bool narrow_partition(struct lab_shrinking *shrinking, uint32_t index)
{
    bool any = false;
    for (uint32_t node = 0; node < shrinking->asked->scenario->node_count; node++) {
        struct sim_input input = shrinking->best.inputs.items[index].input;
        int64_t fewer = input.args[0] & ~(INT64_C(1) << node);
        if (input.type != SIM_INPUT_NET_PARTITION || fewer == input.args[0] || fewer == 0) {
            continue;
        }
        input.args[0] = fewer;
        any = try_input(shrinking, index, &input) || any;
    }
    return any;
}

/* Everything so much earlier: what happened before the first input was nothing. */
static bool try_earlier(struct lab_shrinking *shrinking, int64_t by_ns)
{
    struct lab_candidate candidate = lab_candidate_copy(&shrinking->best);
    candidate.until_ns -= by_ns;
    for (uint32_t i = 0; i < candidate.inputs.count; i++) {
        candidate.inputs.items[i].input.time_ns -= by_ns;
    }
    return lab_candidate_try(shrinking, &candidate);
}

static bool shrink_waiting(struct lab_shrinking *shrinking)
{
    static const int64_t LEFT_S[] = {0, 1, 2, 5, 10, 20};
    const struct lab_inputs *inputs = &shrinking->best.inputs;
    int64_t first_ns = inputs->count > 0 ? inputs->items[0].input.time_ns : 0;
    for (size_t i = 0; i < sizeof LEFT_S / sizeof LEFT_S[0]; i++) {
        int64_t by_ns = (first_ns / NS_PER_S - LEFT_S[i]) * NS_PER_S;
        if (by_ns <= 0) {
            return false;
        }
        if (try_earlier(shrinking, by_ns)) {
            return true;
        }
    }
    return false;
}

bool lab_shrink_simplify(struct lab_shrinking *shrinking)
{
    bool any = shrink_waiting(shrinking);
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        any = standard_input(shrinking, i) || any;
        any = narrow_partition(shrinking, i) || any;
    }
    /* Times last: rounding moves an input among the others. */
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        any = round_input(shrinking, i) || any;
    }
    return any;
}
