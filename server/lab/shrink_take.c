/* shrink_take.c - taking away what can simply go: time behind the breach, inputs, kitchens. */
#include "lab/shrink_internal.h"

#include "lab/ddmin.h"

#include <stdlib.h>
#include <string.h>

enum { TIME_HALVINGS_MAX = 24 };
static const int64_t NS_PER_MS = 1000000;

/* ---- Time ---- */

static bool try_until(struct lab_shrinking *shrinking, int64_t until_ns)
{
    struct lab_candidate candidate = {.until_ns = until_ns};
    if (until_ns >= shrinking->best.until_ns || until_ns <= 0) {
        return false;
    }
    memcpy(candidate.settings, shrinking->best.settings, sizeof candidate.settings);
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        const struct lab_input *item = &shrinking->best.inputs.items[i];
        if (item->input.time_ns <= until_ns) {
            (void)lab_inputs_insert(&candidate.inputs, &item->input, 0, item->who);
        }
    }
    return lab_candidate_try(shrinking, &candidate);
}

/* Ends just behind the breach. Where it only shows at rest (an order that nobody has any more), the
 * least time is looked for by halving. */
bool lab_shrink_time(struct lab_shrinking *shrinking)
{
    int64_t broken_ns = shrinking->best_result.judgement.findings[shrinking->check].at_ns;
    int64_t low_ns = 0;
    if (broken_ns < shrinking->best.until_ns) {
        if (try_until(shrinking, lab_shrink_round_up(broken_ns + 1, NS_PER_MS))) {
            return true;
        }
        low_ns = broken_ns;
    }
    bool any = false;
    for (int i = 0; i < TIME_HALVINGS_MAX; i++) {
        int64_t middle_ns = lab_shrink_round_up((low_ns + shrinking->best.until_ns) / 2, NS_PER_MS);
        if (middle_ns >= shrinking->best.until_ns) {
            break;
        }
        if (try_until(shrinking, middle_ns)) {
            any = true;
        } else {
            low_ns = middle_ns;
        }
    }
    return any;
}

/* ---- Inputs ---- */

/* The same with those inputs only for which kept[] is true. */
static struct lab_candidate candidate_with(const struct lab_candidate *from, const bool *kept)
{
    struct lab_candidate copy = {.until_ns = from->until_ns};
    memcpy(copy.settings, from->settings, sizeof copy.settings);
    for (uint32_t i = 0; i < from->inputs.count; i++) {
        if (kept[i]) {
            (void)lab_inputs_insert(&copy.inputs, &from->inputs.items[i].input, 0,
                                    from->inputs.items[i].who);
        }
    }
    return copy;
}

struct input_search {
    struct lab_shrinking *shrinking;
    const struct lab_candidate *whole; /* of which parts are kept */
};

static bool inputs_fail(void *context, const bool *kept, uint32_t count)
{
    struct input_search *search = context;
    struct lab_candidate candidate = candidate_with(search->whole, kept);
    (void)count;
    return lab_candidate_try(search->shrinking, &candidate);
}

bool lab_shrink_inputs(struct lab_shrinking *shrinking)
{
    struct lab_candidate whole = lab_candidate_copy(&shrinking->best);
    struct input_search search = {shrinking, &whole};
    uint32_t count = whole.inputs.count;
    bool *kept = malloc(count + 1);
    if (kept == NULL) {
        abort();
    }
    memset(kept, true, count);
    (void)lab_ddmin(kept, count, inputs_fail, &search);
    free(kept);
    lab_candidate_free(&whole);
    return shrinking->best.inputs.count < count;
}

/* ---- Parts of the world ---- */

int lab_shrink_parts_setting(const struct system *system)
{
    for (uint32_t i = 0; system->parts_setting != NULL && i < system->setting_count; i++) {
        if (strcmp(system->settings[i].key, system->parts_setting) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool lab_shrink_parts(struct lab_shrinking *shrinking)
{
    int setting = lab_shrink_parts_setting(shrinking->system);
    if (setting < 0) {
        return false;
    }
    int64_t now = shrinking->best.settings[setting];
    int64_t most = now > 0 ? now - 1 : shrinking->asked->scenario->node_count;
    for (int64_t parts = 1; parts <= most; parts++) {
        struct lab_candidate candidate = lab_candidate_copy(&shrinking->best);
        candidate.settings[setting] = parts;
        if (lab_candidate_try(shrinking, &candidate)) {
            return true;
        }
    }
    return false;
}

/* ---- Which of several alike ---- */

static bool is_at(const struct sim_input *input, uint32_t node)
{
    bool inside = input->type == SIM_INPUT_NET_PARTITION && (input->args[0] >> node & 1) != 0;
    return inside || input->node == node || input->peer == node;
}

/* Every input at one node, or between it and another, at `to` instead. */
static bool try_node(struct lab_shrinking *shrinking, uint32_t from, uint32_t to)
{
    struct lab_candidate candidate = lab_candidate_copy(&shrinking->best);
    bool any = false;
    for (uint32_t i = 0; i < candidate.inputs.count; i++) {
        struct sim_input *input = &candidate.inputs.items[i].input;
        any = any || is_at(input, from);
        input->node = input->node == from ? to : input->node;
        input->peer = input->peer == from ? to : input->peer;
        if (input->type == SIM_INPUT_NET_PARTITION && (input->args[0] >> from & 1) != 0) {
            input->args[0] &= ~(INT64_C(1) << from);
            input->args[0] |= INT64_C(1) << to;
        }
    }
    if (!any) {
        lab_candidate_free(&candidate);
        return false;
    }
    return lab_candidate_try(shrinking, &candidate);
}

static bool is_named(const struct lab_inputs *inputs, uint32_t node)
{
    for (uint32_t i = 0; i < inputs->count; i++) {
        if (is_at(&inputs->items[i].input, node)) {
            return true;
        }
    }
    return false;
}

/* What happens to the sixth kitchen may as well happen to the first: then the others can go. */
bool lab_shrink_nodes(struct lab_shrinking *shrinking)
{
    const struct lab_scenario *scenario = shrinking->asked->scenario;
    bool any = false;
    for (uint32_t from = 1; from < scenario->node_count; from++) {
        bool found = false;
        for (uint32_t to = 0; to < from && !found && is_named(&shrinking->best.inputs, from);
             to++) {
            bool alike = scenario->nodes[to].protocol == scenario->nodes[from].protocol;
            found =
                alike && !is_named(&shrinking->best.inputs, to) && try_node(shrinking, from, to);
        }
        any = any || found;
    }
    return any;
}
