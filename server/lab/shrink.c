/* shrink.c - from a run that breaks a promise to the smallest one that still does.
 *
 * One candidate is the best so far. Each step makes another one that has less in it, computes and
 * judges it, and if the verdict is the same it is the best. So whatever a step tries, the best is
 * always a run that breaks the promise, and ending at any time is safe. */
#include "lab/shrink_internal.h"

#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const int64_t NS_PER_US = 1000;
static const int64_t NS_PER_S = 1000000000;

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

struct lab_candidate lab_candidate_copy(const struct lab_candidate *from)
{
    struct lab_candidate copy = {.until_ns = from->until_ns};
    memcpy(copy.settings, from->settings, sizeof copy.settings);
    for (uint32_t i = 0; i < from->inputs.count; i++) {
        (void)lab_inputs_insert(&copy.inputs, &from->inputs.items[i].input, 0,
                                from->inputs.items[i].who);
    }
    return copy;
}

void lab_candidate_free(struct lab_candidate *candidate)
{
    lab_inputs_free(&candidate->inputs);
}

static void end(struct lab_shrinking *shrinking, enum lab_shrink_end how)
{
    shrinking->ended = true;
    shrinking->end = how;
}

static bool may_run(struct lab_shrinking *shrinking)
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
static int candidate_run(struct lab_shrinking *shrinking, const struct lab_candidate *candidate,
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
static bool candidate_fails(struct lab_shrinking *shrinking, const struct lab_candidate *candidate)
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
bool lab_candidate_try(struct lab_shrinking *shrinking, struct lab_candidate *candidate)
{
    bool fails = candidate_fails(shrinking, candidate);
    if (fails) {
        lab_candidate_free(&shrinking->best);
        shrinking->best = *candidate;
        shrinking->best_result = shrinking->last;
    } else {
        lab_candidate_free(candidate);
    }
    return fails;
}

/* ---- All of it ---- */

static void shrink_rounds(struct lab_shrinking *shrinking)
{
    static bool (*const STEPS[])(struct lab_shrinking *) = {lab_shrink_time,  lab_shrink_inputs,
                                                            lab_shrink_nodes, lab_shrink_parts,
                                                            lab_shrink_load,  lab_shrink_simplify};
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
static void first_candidate(struct lab_shrinking *shrinking)
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

static int check_named(const struct lab_shrinking *shrinking, const char *name,
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

/* Which promise it is about: the one that was named, or the first that is broken; of what
 * is no promise only what is named. */
static int choose_check(struct lab_shrinking *shrinking, struct lab_problem *problem)
{
    const struct lab_judgement *judgement = &shrinking->last.judgement;
    const char *named = shrinking->asked->check;
    int check = named == NULL ? 0 : check_named(shrinking, named, problem);
    if (check < 0) {
        return check;
    }
    while (named == NULL && check < (int)judgement->count &&
           (!is_broken(judgement, (uint32_t)check) || judgement->unpromised[check] != UINT16_MAX)) {
        check++;
    }
    if (check == (int)judgement->count || !is_broken(judgement, (uint32_t)check)) {
        return lab_refuse(problem, LAB_CONFLICT,
                          "nothing to shrink: %s is%s broken up to %.3f ms, judged on a healed "
                          "copy",
                          named == NULL ? "no promise" : named, named == NULL ? "" : " not",
                          lab_decimal(shrinking->best.until_ns / NS_PER_US, 3));
    }
    shrinking->check = (uint32_t)check;
    shrinking->verdict = lab_verdict_name(judgement, shrinking->check, shrinking->last.excuse);
    shrinking->best_result = shrinking->last;
    return 0;
}

static void result_fill(struct lab_shrinking *shrinking, const struct lab_shrink_size *before,
                        struct lab_shrink_result *result)
{
    const struct lab_headless_result *best = &shrinking->best_result;
    *result = (struct lab_shrink_result){.inputs = shrinking->best.inputs,
                                         .until_ns = shrinking->best.until_ns,
                                         .check = shrinking->check,
                                         .verdict = shrinking->verdict,
                                         .before = *before,
                                         .after = lab_shrink_size_of(shrinking),
                                         .load_off = !lab_shrink_has_load(shrinking),
                                         .digest = best->digest,
                                         .end = shrinking->end,
                                         .runs = shrinking->runs,
                                         .wall_ns = lab_clock_ns() - shrinking->begun_ns};
    memcpy(result->settings, shrinking->best.settings, sizeof result->settings);
    const struct node_reason *reason = lab_finding_reason(&best->judgement, result->check);
    result->reasoned = reason != NULL;
    result->reason = reason != NULL ? *reason : (struct node_reason){.word = UINT16_MAX};
    result->unpromised = best->judgement.unpromised[result->check];
    struct text words = text_init(result->words, sizeof result->words);
    lab_verdict_words(shrinking->asked->scenario, &best->judgement, result->check, best->excuse,
                      &words);
}

int lab_shrink_run(const struct lab_shrink *shrink, struct lab_shrink_result *result,
                   struct lab_problem *problem)
{
    assert(shrink->until_ns > 0);
    assert(shrink->inputs != NULL);
    struct lab_shrinking *shrinking = calloc(1, sizeof *shrinking);
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
        struct lab_shrink_size before = lab_shrink_size_of(shrinking);
        shrink_rounds(shrinking);
        status = shrinking->status;
        if (status == 0) {
            result_fill(shrinking, &before, result);
        }
    }
    if (status != 0) {
        lab_candidate_free(&shrinking->best);
    }
    free(shrinking);
    return status;
}

void lab_shrink_free(struct lab_shrink_result *result)
{
    lab_inputs_free(&result->inputs);
}
