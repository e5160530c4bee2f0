/* shrink_orders.c - fewer orders: each given as an input, so that they can be taken away one by one,
 * or else a lower load. */
#include "lab/shrink_internal.h"

#include <string.h>

enum { LOAD_STEPS_MAX = 40 };
static const int64_t NS_PER_US = 1000;

/* ---- Orders ---- */

/* Calls `each` with every setting that makes a load by itself, and is on. */
static bool load_setting(const struct lab_shrinking *shrinking, uint32_t index, uint32_t *setting)
{
    const struct lab_scenario *scenario = shrinking->asked->scenario;
    struct system_remedy remedy;
    if (scenario->system->remedy == NULL ||
        !scenario->system->remedy(scenario->data, index, &remedy)) {
        return false;
    }
    bool is_load = remedy.kind == SYSTEM_REMEDY_STOP && remedy.is_setting &&
                   shrinking->best.settings[remedy.args[0]] != remedy.args[1];
    *setting = is_load ? (uint32_t)remedy.args[0] : UINT32_MAX;
    return true;
}

bool lab_shrink_has_load(const struct lab_shrinking *shrinking)
{
    uint32_t setting;
    for (uint32_t i = 0; load_setting(shrinking, i, &setting); i++) {
        if (setting != UINT32_MAX) {
            return true;
        }
    }
    return false;
}

/* The input that places an order, and the notes that tell of one. */
static const struct system_input *order_input(const struct system *system, uint16_t *type)
{
    for (uint32_t i = 0; i < system->input_count; i++) {
        if (system->inputs[i].told_by != 0) {
            *type = (uint16_t)(SIM_INPUT_SYSTEM + i);
            return &system->inputs[i];
        }
    }
    return NULL;
}

/* A run whose orders are written down as the inputs that would place them. */
struct order_list {
    const struct lab_scenario *scenario;
    const struct system_input *input;
    uint16_t type;
    uint32_t count;            /* of all orders */
    struct lab_inputs *inputs; /* where they go; NULL: only counted */
};

static int64_t order_argument(const struct order_list *list, const struct system_note *known,
                              const struct node_note *note, const struct system_argument *argument)
{
    int64_t value = argument->standard;
    for (int i = 0; i < NODE_NOTE_ARGS && known->args[i] != NULL; i++) {
        value = strcmp(known->args[i], argument->name) == 0 ? note->args[i] : value;
    }
    (void)list;
    return value < argument->min ? argument->min : value > argument->max ? argument->max : value;
}

static void order_seen(void *context, const struct node_note *note, const struct system_note *known)
{
    struct order_list *list = context;
    if (note->kind != list->input->told_by) {
        return;
    }
    list->count++;
    if (list->inputs == NULL) {
        return;
    }
    struct sim_input input = {.time_ns = lab_shrink_round_up(note->time_ns, NS_PER_US),
                              .type = list->type,
                              .node = note->node,
                              .peer = NODE_NONE};
    for (int i = 0; i < NODE_INPUT_ARGS && list->input->args[i].name != NULL; i++) {
        input.args[i] = order_argument(list, known, note, &list->input->args[i]);
    }
    (void)lab_inputs_insert(list->inputs, &input, 0, "script");
}

/* Computes the candidate once more and lists its orders. */
static void orders_list(const struct lab_shrinking *shrinking,
                        const struct lab_candidate *candidate, struct order_list *list)
{
    const struct lab_shrink *asked = shrinking->asked;
    struct lab_course course;
    if (list->input == NULL || lab_course_open(&course, asked->scenario, asked->seed,
                                               candidate->settings, false, NULL) != 0) {
        return;
    }
    for (uint32_t i = 0; i < candidate->inputs.count; i++) {
        lab_course_input(&course, &candidate->inputs.items[i].input, i + 1, "script");
    }
    course.context = list;
    course.note = order_seen;
    course.recorder.put = NULL;
    course.sim.sink.put = NULL;
    (void)lab_course_run(&course, candidate->until_ns, UINT64_MAX);
    lab_course_close(&course);
}

static struct order_list order_list_of(const struct lab_shrinking *shrinking)
{
    struct order_list list = {.scenario = shrinking->asked->scenario};
    list.input = order_input(shrinking->system, &list.type);
    return list;
}

static uint32_t inputs_of_type(const struct lab_inputs *inputs, uint16_t type)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < inputs->count; i++) {
        count += inputs->items[i].input.type == type;
    }
    return count;
}

/* The best run with its load turned off and each of its orders given as an input. */
static struct lab_candidate orders_given(const struct lab_shrinking *shrinking,
                                         struct order_list *list)
{
    struct lab_candidate candidate = {.until_ns = shrinking->best.until_ns};
    memcpy(candidate.settings, shrinking->best.settings, sizeof candidate.settings);
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        const struct lab_input *item = &shrinking->best.inputs.items[i];
        if (item->input.type != list->type) { /* those are among the orders that are listed */
            (void)lab_inputs_insert(&candidate.inputs, &item->input, 0, item->who);
        }
    }
    list->inputs = &candidate.inputs;
    orders_list(shrinking, &shrinking->best, list);
    uint32_t setting;
    for (uint32_t i = 0; load_setting(shrinking, i, &setting); i++) {
        if (setting != UINT32_MAX) {
            candidate.settings[setting] = 0;
        }
    }
    return candidate;
}

/* Orders one by one instead of a load. Where that breaks nothing, or needs more of them than anybody
 * would read, the load stays. */
static bool shrink_to_orders(struct lab_shrinking *shrinking)
{
    struct order_list list = order_list_of(shrinking);
    if (list.input == NULL || !lab_shrink_has_load(shrinking)) {
        return false;
    }
    struct lab_candidate given = orders_given(shrinking, &list);
    if (list.count > shrinking->orders_tried / 2) {
        lab_candidate_free(&given);
        return false;
    }
    shrinking->orders_tried = list.count;
    struct lab_candidate before = lab_candidate_copy(&shrinking->best);
    struct lab_headless_result before_result = shrinking->best_result;
    bool fewer = lab_candidate_try(shrinking, &given);
    if (fewer) {
        (void)lab_shrink_inputs(shrinking);
        fewer = inputs_of_type(&shrinking->best.inputs, list.type) <= LAB_SHRINK_ORDERS_MAX;
    }
    if (fewer) {
        lab_candidate_free(&before);
        return true;
    }
    lab_candidate_free(&shrinking->best);
    shrinking->best = before;
    shrinking->best_result = before_result;
    return false;
}

/* Lowers one setting as far as the verdict stays: by the whole, by halves of what was tried ... */
static bool lower_setting(struct lab_shrinking *shrinking, uint32_t setting)
{
    int64_t least = shrinking->system->settings[setting].min;
    int64_t step = shrinking->best.settings[setting] - least;
    bool any = false;
    for (int i = 0; i < LOAD_STEPS_MAX && step > 0; i++) {
        struct lab_candidate candidate = lab_candidate_copy(&shrinking->best);
        candidate.settings[setting] -= step;
        bool fits = candidate.settings[setting] >= least;
        if (!fits) {
            lab_candidate_free(&candidate);
        }
        if (fits && lab_candidate_try(shrinking, &candidate)) {
            any = true;
        } else {
            step /= 2;
        }
    }
    return any;
}

bool lab_shrink_load(struct lab_shrinking *shrinking)
{
    uint32_t setting;
    bool any = shrink_to_orders(shrinking);
    for (uint32_t i = 0; !any && load_setting(shrinking, i, &setting); i++) {
        if (setting != UINT32_MAX) {
            any = lower_setting(shrinking, setting) || any;
        }
    }
    return any;
}

/* ---- How large it is ---- */

struct lab_shrink_size lab_shrink_size_of(const struct lab_shrinking *shrinking)
{
    struct order_list list = order_list_of(shrinking);
    const struct lab_candidate *best = &shrinking->best;
    int parts = lab_shrink_parts_setting(shrinking->system);
    struct lab_shrink_size size = {.until_ns = best->until_ns, .inputs = best->inputs.count};
    if (list.input != NULL) {
        uint32_t given = inputs_of_type(&best->inputs, list.type);
        orders_list(shrinking, best, &list);
        /* Those given at the very end are placed in the copy that is judged. */
        size.orders = list.count > given ? list.count : given;
        size.inputs -= given;
    }
    size.parts = parts < 0 ? 0 : (uint32_t)best->settings[parts];
    return size;
}
