/* shrink.c - from a run that breaks a promise to the smallest one that still does.
 *
 * One candidate is the best so far. Each step makes another one that has less in it, computes and
 * judges it, and if the verdict is the same it is the best. So whatever a step tries, the best is
 * always a run that breaks the promise, and ending at any time is safe. */
#include "lab/shrink.h"

#include "lab/ddmin.h"
#include "lab/headless.h"
#include "lab/lab_internal.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_HALVINGS_MAX = 24, LOAD_STEPS_MAX = 40 };
static const int64_t NS_PER_US = 1000;
static const int64_t NS_PER_MS = 1000000;
static const int64_t NS_PER_S = 1000000000;

struct candidate {
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_inputs inputs;
    int64_t until_ns;
};

struct shrinking {
    const struct lab_shrink *asked;
    const struct system *system;
    struct candidate best;
    struct lab_headless_result best_result;
    struct lab_headless_result last; /* of the run that was made last */
    uint32_t check;
    const char *verdict;
    uint32_t orders_tried; /* so many were given as inputs, in vain; it is worth trying with half */
    uint64_t runs;
    int64_t begun_ns;
    bool ended; /* by a bound, or given up: nothing fails any more */
    enum lab_shrink_end end;
    int status; /* of being given up */
    struct lab_problem *problem;
};

const char *lab_shrink_end_words(enum lab_shrink_end end)
{
    static const char *const WORDS[] = {
        [LAB_SHRINK_MINIMAL] = "nothing more can go",
        [LAB_SHRINK_RUNS] = "the bound on runs was reached; perhaps more could go",
        [LAB_SHRINK_WALL] = "the bound on time was reached; perhaps more could go",
        [LAB_SHRINK_ROUNDS] = "the bound on rounds was reached; perhaps more could go",
    };
    return WORDS[end];
}

/* ---- Candidates ---- */

static struct candidate candidate_copy(const struct candidate *from)
{
    struct candidate copy = {.until_ns = from->until_ns};
    memcpy(copy.settings, from->settings, sizeof copy.settings);
    for (uint32_t i = 0; i < from->inputs.count; i++) {
        (void)lab_inputs_insert(&copy.inputs, &from->inputs.items[i].input, 0,
                                from->inputs.items[i].who);
    }
    return copy;
}

/* The same with those inputs only for which kept[] is true. */
static struct candidate candidate_with(const struct candidate *from, const bool *kept)
{
    struct candidate copy = {.until_ns = from->until_ns};
    memcpy(copy.settings, from->settings, sizeof copy.settings);
    for (uint32_t i = 0; i < from->inputs.count; i++) {
        if (kept[i]) {
            (void)lab_inputs_insert(&copy.inputs, &from->inputs.items[i].input, 0,
                                    from->inputs.items[i].who);
        }
    }
    return copy;
}

static void candidate_free(struct candidate *candidate)
{
    lab_inputs_free(&candidate->inputs);
}

static void end(struct shrinking *shrinking, enum lab_shrink_end how)
{
    shrinking->ended = true;
    shrinking->end = how;
}

static bool may_run(struct shrinking *shrinking)
{
    const struct lab_shrink *asked = shrinking->asked;
    uint64_t runs_max = asked->runs_max > 0 ? asked->runs_max : LAB_SHRINK_RUNS_MAX;
    if (!shrinking->ended && shrinking->runs >= runs_max) {
        end(shrinking, LAB_SHRINK_RUNS);
    }
    if (!shrinking->ended &&
        lab_clock_ns() - shrinking->begun_ns > LAB_SHRINK_WALL_S_MAX * NS_PER_S) {
        end(shrinking, LAB_SHRINK_WALL);
    }
    return !shrinking->ended;
}

/* Computes it and judges a healed copy into shrinking->last. 0, or -status. */
static int candidate_run(struct shrinking *shrinking, const struct candidate *candidate,
                         struct lab_problem *problem)
{
    const struct lab_shrink *asked = shrinking->asked;
    const struct lab_headless_options options = {.scenario = asked->scenario,
                                                 .seed = asked->seed,
                                                 .settings = candidate->settings,
                                                 .inputs = &candidate->inputs,
                                                 .without_script = true,
                                                 .until_ns = candidate->until_ns,
                                                 .give_up = asked->give_up};
    shrinking->runs++;
    if (asked->runs_done != NULL) {
        atomic_fetch_add(asked->runs_done, 1);
    }
    return lab_headless_run(&options, &shrinking->last, problem);
}

/* Is the promise broken all the same? What cannot be run is not the same. */
static bool candidate_fails(struct shrinking *shrinking, const struct candidate *candidate)
{
    struct lab_problem problem;
    if (!may_run(shrinking)) {
        return false;
    }
    int status = candidate_run(shrinking, candidate, &problem);
    if (status == -LAB_UNAVAILABLE) {
        shrinking->ended = true;
        shrinking->status = lab_refuse(shrinking->problem, LAB_UNAVAILABLE, "%s", problem.detail);
    }
    if (status != 0) {
        lab_problem_clear(&problem);
        return false;
    }
    const struct lab_headless_result *last = &shrinking->last;
    return strcmp(lab_verdict_name(&last->judgement, shrinking->check, last->excuse),
                  shrinking->verdict) == 0;
}

/* Takes the candidate over: it is the best from now on if it still fails. */
static bool candidate_try(struct shrinking *shrinking, struct candidate *candidate)
{
    bool fails = candidate_fails(shrinking, candidate);
    if (fails) {
        candidate_free(&shrinking->best);
        shrinking->best = *candidate;
        shrinking->best_result = shrinking->last;
    } else {
        candidate_free(candidate);
    }
    return fails;
}

/* ---- Time ---- */

static int64_t round_up(int64_t value, int64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static bool try_until(struct shrinking *shrinking, int64_t until_ns)
{
    struct candidate candidate = {.until_ns = until_ns};
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
    return candidate_try(shrinking, &candidate);
}

/* Ends just behind the breach. Where it only shows at rest (an order that nobody has any more), the
 * least time is looked for by halving. */
static bool shrink_time(struct shrinking *shrinking)
{
    int64_t broken_ns = shrinking->best_result.judgement.findings[shrinking->check].at_ns;
    int64_t low_ns = 0;
    if (broken_ns < shrinking->best.until_ns) {
        if (try_until(shrinking, round_up(broken_ns + 1, NS_PER_MS))) {
            return true;
        }
        low_ns = broken_ns;
    }
    bool any = false;
    for (int i = 0; i < TIME_HALVINGS_MAX; i++) {
        int64_t middle_ns = round_up((low_ns + shrinking->best.until_ns) / 2, NS_PER_MS);
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

struct input_search {
    struct shrinking *shrinking;
    const struct candidate *whole; /* of which parts are kept */
};

static bool inputs_fail(void *context, const bool *kept, uint32_t count)
{
    struct input_search *search = context;
    struct candidate candidate = candidate_with(search->whole, kept);
    (void)count;
    return candidate_try(search->shrinking, &candidate);
}

static bool shrink_inputs(struct shrinking *shrinking)
{
    struct candidate whole = candidate_copy(&shrinking->best);
    struct input_search search = {shrinking, &whole};
    uint32_t count = whole.inputs.count;
    bool *kept = malloc(count + 1);
    if (kept == NULL) {
        abort();
    }
    memset(kept, true, count);
    (void)lab_ddmin(kept, count, inputs_fail, &search);
    free(kept);
    candidate_free(&whole);
    return shrinking->best.inputs.count < count;
}

/* ---- Orders ---- */

/* Calls `each` with every setting that makes a load by itself, and is on. */
static bool load_setting(const struct shrinking *shrinking, uint32_t index, uint32_t *setting)
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

static bool has_load(const struct shrinking *shrinking)
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
    struct sim_input input = {.time_ns = round_up(note->time_ns, NS_PER_US),
                              .type = list->type,
                              .node = note->node,
                              .peer = NODE_NONE};
    for (int i = 0; i < NODE_INPUT_ARGS && list->input->args[i].name != NULL; i++) {
        input.args[i] = order_argument(list, known, note, &list->input->args[i]);
    }
    (void)lab_inputs_insert(list->inputs, &input, 0, "script");
}

/* Computes the candidate once more and lists its orders. */
static void orders_list(const struct shrinking *shrinking, const struct candidate *candidate,
                        struct order_list *list)
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

static struct order_list order_list_of(const struct shrinking *shrinking)
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
static struct candidate orders_given(const struct shrinking *shrinking, struct order_list *list)
{
    struct candidate candidate = {.until_ns = shrinking->best.until_ns};
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
static bool shrink_to_orders(struct shrinking *shrinking)
{
    struct order_list list = order_list_of(shrinking);
    if (list.input == NULL || !has_load(shrinking)) {
        return false;
    }
    struct candidate given = orders_given(shrinking, &list);
    if (list.count > shrinking->orders_tried / 2) {
        candidate_free(&given);
        return false;
    }
    shrinking->orders_tried = list.count;
    struct candidate before = candidate_copy(&shrinking->best);
    struct lab_headless_result before_result = shrinking->best_result;
    bool fewer = candidate_try(shrinking, &given);
    if (fewer) {
        (void)shrink_inputs(shrinking);
        fewer = inputs_of_type(&shrinking->best.inputs, list.type) <= LAB_SHRINK_ORDERS_MAX;
    }
    if (fewer) {
        candidate_free(&before);
        return true;
    }
    candidate_free(&shrinking->best);
    shrinking->best = before;
    shrinking->best_result = before_result;
    return false;
}

/* Lowers one setting as far as the verdict stays: by the whole, by halves of what was tried ... */
static bool lower_setting(struct shrinking *shrinking, uint32_t setting)
{
    int64_t least = shrinking->system->settings[setting].min;
    int64_t step = shrinking->best.settings[setting] - least;
    bool any = false;
    for (int i = 0; i < LOAD_STEPS_MAX && step > 0; i++) {
        struct candidate candidate = candidate_copy(&shrinking->best);
        candidate.settings[setting] -= step;
        bool fits = candidate.settings[setting] >= least;
        if (!fits) {
            candidate_free(&candidate);
        }
        if (fits && candidate_try(shrinking, &candidate)) {
            any = true;
        } else {
            step /= 2;
        }
    }
    return any;
}

static bool shrink_load(struct shrinking *shrinking)
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

/* ---- Parts of the world ---- */

static int parts_setting(const struct system *system)
{
    for (uint32_t i = 0; system->parts_setting != NULL && i < system->setting_count; i++) {
        if (strcmp(system->settings[i].key, system->parts_setting) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool shrink_parts(struct shrinking *shrinking)
{
    int setting = parts_setting(shrinking->system);
    if (setting < 0) {
        return false;
    }
    int64_t now = shrinking->best.settings[setting];
    int64_t most = now > 0 ? now - 1 : shrinking->asked->scenario->node_count;
    for (int64_t parts = 1; parts <= most; parts++) {
        struct candidate candidate = candidate_copy(&shrinking->best);
        candidate.settings[setting] = parts;
        if (candidate_try(shrinking, &candidate)) {
            return true;
        }
    }
    return false;
}

/* ---- Which of several alike ---- */

/* Every input at one node, or between it and another, at `to` instead. */
static bool try_node(struct shrinking *shrinking, uint32_t from, uint32_t to)
{
    struct candidate candidate = candidate_copy(&shrinking->best);
    bool any = false;
    for (uint32_t i = 0; i < candidate.inputs.count; i++) {
        struct sim_input *input = &candidate.inputs.items[i].input;
        any = any || input->node == from || input->peer == from;
        input->node = input->node == from ? to : input->node;
        input->peer = input->peer == from ? to : input->peer;
    }
    if (!any) {
        candidate_free(&candidate);
        return false;
    }
    return candidate_try(shrinking, &candidate);
}

static bool is_named(const struct lab_inputs *inputs, uint32_t node)
{
    for (uint32_t i = 0; i < inputs->count; i++) {
        if (inputs->items[i].input.node == node || inputs->items[i].input.peer == node) {
            return true;
        }
    }
    return false;
}

/* What happens to the sixth kitchen may as well happen to the first: then the others can go. */
static bool shrink_nodes(struct shrinking *shrinking)
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

/* ---- What is left, in plainer numbers ---- */

/* The best run with one of its inputs changed. */
static bool try_input(struct shrinking *shrinking, uint32_t index, const struct sim_input *input)
{
    struct candidate candidate = {.until_ns = shrinking->best.until_ns};
    memcpy(candidate.settings, shrinking->best.settings, sizeof candidate.settings);
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        const struct lab_input *item = &shrinking->best.inputs.items[i];
        (void)lab_inputs_insert(&candidate.inputs, i == index ? input : &item->input, 0, item->who);
    }
    return candidate_try(shrinking, &candidate);
}

static bool round_input(struct shrinking *shrinking, uint32_t index)
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

static bool standard_input(struct shrinking *shrinking, uint32_t index)
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

/* Everything so much earlier: what happened before the first input was nothing. */
static bool try_earlier(struct shrinking *shrinking, int64_t by_ns)
{
    struct candidate candidate = candidate_copy(&shrinking->best);
    candidate.until_ns -= by_ns;
    for (uint32_t i = 0; i < candidate.inputs.count; i++) {
        candidate.inputs.items[i].input.time_ns -= by_ns;
    }
    return candidate_try(shrinking, &candidate);
}

static bool shrink_waiting(struct shrinking *shrinking)
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

static bool simplify(struct shrinking *shrinking)
{
    bool any = shrink_waiting(shrinking);
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        any = standard_input(shrinking, i) || any;
    }
    /* Times last: rounding moves an input among the others. */
    for (uint32_t i = 0; i < shrinking->best.inputs.count; i++) {
        any = round_input(shrinking, i) || any;
    }
    return any;
}

/* ---- All of it ---- */

static void shrink_rounds(struct shrinking *shrinking)
{
    static bool (*const STEPS[])(struct shrinking *) = {shrink_time,  shrink_inputs, shrink_nodes,
                                                        shrink_parts, shrink_load,   simplify};
    bool any = true;
    for (int round = 0; any && round < LAB_SHRINK_ROUNDS_MAX; round++) {
        any = false;
        for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
            any = STEPS[i](shrinking) || any;
        }
    }
    if (any && !shrinking->ended) {
        shrinking->end = LAB_SHRINK_ROUNDS;
    }
}

/* A file says times in whole microseconds; what lies behind the end has no effect. */
static void first_candidate(struct shrinking *shrinking)
{
    const struct lab_shrink *asked = shrinking->asked;
    shrinking->best.until_ns = asked->until_ns;
    memcpy(shrinking->best.settings, asked->settings, sizeof shrinking->best.settings);
    for (uint32_t i = 0; i < asked->inputs->count; i++) {
        struct sim_input input = asked->inputs->items[i].input;
        input.time_ns -= input.time_ns % NS_PER_US;
        if (input.time_ns <= asked->until_ns) {
            (void)lab_inputs_insert(&shrinking->best.inputs, &input, 0,
                                    asked->inputs->items[i].who);
        }
    }
}

static int check_named(const struct shrinking *shrinking, const char *name,
                       struct lab_problem *problem)
{
    for (uint32_t i = 0; i < shrinking->system->check_count; i++) {
        if (strcmp(shrinking->system->checks[i].name, name) == 0) {
            return (int)i;
        }
    }
    int status = lab_refuse(problem, LAB_NOT_FOUND, "there is no promise \"%.40s\"", name);
    for (uint32_t i = 0; i < shrinking->system->check_count; i++) {
        lab_problem_allow(problem, shrinking->system->checks[i].name);
    }
    return status;
}

static bool is_broken(const struct lab_judgement *judgement, uint32_t check)
{
    return judgement->findings[check].verdict == SYSTEM_FAIL;
}

/* Which promise it is about: the one that was named, or the first that is broken. */
static int choose_check(struct shrinking *shrinking, struct lab_problem *problem)
{
    const struct lab_judgement *judgement = &shrinking->last.judgement;
    const char *named = shrinking->asked->check;
    int check = named == NULL ? 0 : check_named(shrinking, named, problem);
    if (check < 0) {
        return check;
    }
    while (named == NULL && check < (int)judgement->count &&
           !is_broken(judgement, (uint32_t)check)) {
        check++;
    }
    if (check == (int)judgement->count || !is_broken(judgement, (uint32_t)check)) {
        return lab_refuse(problem, LAB_CONFLICT,
                          "nothing to shrink: %s is not broken up to %.3f ms, judged on a healed "
                          "copy",
                          named == NULL ? "every promise is kept, or one of them" : named,
                          lab_decimal(shrinking->best.until_ns / NS_PER_US, 3));
    }
    shrinking->check = (uint32_t)check;
    shrinking->verdict = lab_verdict_name(judgement, shrinking->check, shrinking->last.excuse);
    shrinking->best_result = shrinking->last;
    return 0;
}

static struct lab_shrink_size size_of(const struct shrinking *shrinking)
{
    struct order_list list = order_list_of(shrinking);
    const struct candidate *best = &shrinking->best;
    int parts = parts_setting(shrinking->system);
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

static void result_fill(struct shrinking *shrinking, const struct lab_shrink_size *before,
                        struct lab_shrink_result *result)
{
    const struct lab_headless_result *best = &shrinking->best_result;
    *result = (struct lab_shrink_result){.inputs = shrinking->best.inputs,
                                         .until_ns = shrinking->best.until_ns,
                                         .check = shrinking->check,
                                         .verdict = shrinking->verdict,
                                         .before = *before,
                                         .after = size_of(shrinking),
                                         .load_off = !has_load(shrinking),
                                         .digest = best->digest,
                                         .end = shrinking->end,
                                         .runs = shrinking->runs,
                                         .wall_ns = lab_clock_ns() - shrinking->begun_ns};
    memcpy(result->settings, shrinking->best.settings, sizeof result->settings);
    struct text words = text_init(result->words, sizeof result->words);
    lab_verdict_words(shrinking->asked->scenario, &best->judgement, result->check, best->excuse,
                      &words);
}

int lab_shrink_run(const struct lab_shrink *shrink, struct lab_shrink_result *result,
                   struct lab_problem *problem)
{
    assert(shrink->until_ns > 0);
    assert(shrink->inputs != NULL);
    struct shrinking *shrinking = calloc(1, sizeof *shrinking);
    if (shrinking == NULL) {
        abort();
    }
    shrinking->asked = shrink;
    shrinking->system = shrink->scenario->system;
    shrinking->problem = problem;
    shrinking->begun_ns = lab_clock_ns();
    shrinking->orders_tried = UINT32_MAX;
    first_candidate(shrinking);
    int status = candidate_run(shrinking, &shrinking->best, problem);
    if (status == 0) {
        status = choose_check(shrinking, problem);
    }
    if (status == 0) {
        struct lab_shrink_size before = size_of(shrinking);
        shrink_rounds(shrinking);
        status = shrinking->status;
        if (status == 0) {
            result_fill(shrinking, &before, result);
        }
    }
    if (status != 0) {
        candidate_free(&shrinking->best);
    }
    free(shrinking);
    return status;
}

void lab_shrink_free(struct lab_shrink_result *result)
{
    lab_inputs_free(&result->inputs);
}
