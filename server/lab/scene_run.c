/* scene_run.c - a scene from its first step to its last, without a page. */
#include "lab/scene.h"

#include "lab/course.h"
#include "lab/headless.h"
#include "lab/parts.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STEPS_BETWEEN_LOOKS = 100000 };
#define NS_PER_US INT64_C(1000)

struct play {
    const struct lab_scene *scene;
    uint64_t seed;
    struct lab_course course;
    struct lab_scene_result *result;
    struct lab_problem *problem;
    uint32_t node, peer; /* of the event that the last run ended with, or NODE_NONE */
    bool looks_back;     /* for answers and comparisons, each of which is a run again */
};

static void fail(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct play *play, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(play->result->why, sizeof play->result->why, format, arguments);
    va_end(arguments);
    play->result->failed = true;
}

/* The course has just looked at the note. */
static void note_event(void *context, const struct node_note *note, const struct system_note *known)
{
    struct play *play = context;
    (void)known;
    if (play->course.stopped && play->course.stop_armed && play->node == NODE_NONE) {
        play->node = note->node;
        play->peer = note->peer;
    }
}

static int open_course(struct play *play)
{
    int status = lab_course_open(&play->course, play->scene->scenario, play->seed,
                                 play->scene->settings, true, play->problem);
    play->course.context = play;
    play->course.note = note_event;
    play->node = NODE_NONE;
    play->peer = NODE_NONE;
    return status;
}

static void run_to(struct lab_course *course, int64_t until_ns)
{
    while (lab_course_run(course, until_ns, STEPS_BETWEEN_LOOKS) == SIM_WORKING) {
    }
}

/* Goes on until the condition holds; false when it did not by `until_ns`. */
static bool run_until(struct lab_course *course, const struct lab_condition *condition,
                      int64_t until_ns)
{
    lab_course_arm(course, condition, false);
    run_to(course, until_ns);
    bool stopped = course->stopped;
    lab_course_arm(course, NULL, false);
    return stopped;
}

/* A moment is a whole microsecond: the first that has had all that is now. */
static int64_t moment_now_ns(const struct lab_course *course)
{
    return (lab_course_now_ns(course) + NS_PER_US - 1) / NS_PER_US * NS_PER_US;
}

static int apply(struct play *play, const cJSON *body)
{
    struct lab_input_parts parts;
    struct lab_course *course = &play->course;
    cJSON *full = lab_scene_body(play->scene, body, play->node, play->peer);
    int status =
        lab_input_parts(play->scene->scenario, &course->sim, full, &parts, NULL, play->problem);
    cJSON_Delete(full);
    for (uint32_t i = 0; i < parts.count && status == 0; i++) {
        parts.list[i].time_ns += lab_course_now_ns(course);
        lab_course_input(course, &parts.list[i], course->inputs.count + 1, "script");
    }
    return status;
}

static int do_inputs(struct play *play, const struct lab_scene_step *step)
{
    int status = 0;
    const cJSON *body;
    cJSON_ArrayForEach(body, cJSON_GetObjectItemCaseSensitive(step->json, "do"))
    {
        status = status != 0 ? status : apply(play, body);
    }
    play->node = NODE_NONE;
    play->peer = NODE_NONE;
    return status;
}

/* The condition is looked at from the moment on, so it sees what the inputs cause at once. */
static int play_run(struct play *play, const struct lab_scene_step *step, int64_t moment_ns)
{
    struct lab_course *course = &play->course;
    lab_course_arm(course, &step->until, false);
    run_to(course, moment_ns + LAB_SCENE_APART_NS);
    int status = do_inputs(play, step);
    run_to(course, moment_ns + step->within_ns);
    if (status == 0 && !course->stopped) {
        fail(play, "step %s: \"%.200s\" did not come within %lld s", step->id,
             cJSON_GetObjectItemCaseSensitive(step->json, "until")->valuestring,
             (long long)(step->within_ns / 1000000000));
    }
    lab_course_arm(course, NULL, false);
    return status;
}

/* The same run again with other settings: does the condition come after from_ns, up to to_ns? */
static int holds_between(struct play *play, const int64_t *settings,
                         const struct lab_condition *condition, const int64_t span_ns[2],
                         bool *holds)
{
    struct lab_course again;
    int status =
        lab_course_open(&again, play->scene->scenario, play->seed, settings, false, play->problem);
    if (status != 0) {
        return status;
    }
    for (uint32_t i = 0; i < play->course.inputs.count; i++) {
        const struct lab_input *item = &play->course.inputs.items[i];
        lab_course_input(&again, &item->input, item->number, item->who);
    }
    run_to(&again, span_ns[0]);
    *holds = run_until(&again, condition, span_ns[1]);
    lab_course_close(&again);
    return 0;
}

/* What the run answers to the question of step `asked`, now that it has come here. */
static int answer(struct play *play, uint32_t asked)
{
    const struct lab_scene_step *step = &play->scene->steps[asked];
    const int64_t span_ns[] = {play->result->time_ns[asked], lab_course_now_ns(&play->course)};
    uint32_t rest = 0;
    for (uint32_t i = 0; i < step->choice_count; i++) {
        bool holds = false;
        if (!step->choices[i].conditional) {
            rest = i;
            continue;
        }
        int status = holds_between(play, play->scene->settings, &step->choices[i].condition,
                                   span_ns, &holds);
        if (status != 0 || holds) {
            play->result->answers[asked] = i;
            return status;
        }
    }
    play->result->answers[asked] = rest;
    return 0;
}

static int play_sides(struct play *play, const struct lab_scene_step *step)
{
    const struct system *system = play->scene->scenario->system;
    const char *key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step->json, "setting"));
    const int64_t span_ns[] = {0, lab_course_now_ns(&play->course)};
    int status = 0;
    if (step->choice_count == 0) {
        return 0;
    }
    int index = lab_setting_find(system, key, play->problem);
    for (uint32_t i = 0; i < step->choice_count && status == 0; i++) {
        const cJSON *side =
            cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(step->json, "sides"), (int)i);
        int64_t settings[LAB_SETTINGS_MAX];
        bool holds = true;
        memcpy(settings, play->scene->settings, sizeof settings);
        status = lab_setting_parse(system, (uint32_t)index,
                                   cJSON_GetObjectItemCaseSensitive(side, "value"),
                                   &settings[index], play->problem);
        if (status == 0 && step->choices[i].conditional) {
            status = holds_between(play, settings, &step->choices[i].condition, span_ns, &holds);
        }
        if (status == 0 && !holds) {
            fail(play, "step %s: what side %s should show did not come", step->id,
                 step->choices[i].id);
        }
    }
    return status;
}

/* A step from its moment on. A question, if one is open, is answered by the first step behind its run. */
static int play_step(struct play *play, uint32_t index, uint32_t *asked)
{
    const struct lab_scene *scene = play->scene;
    const struct lab_scene_step *step = &scene->steps[index];
    struct lab_course *course = &play->course;
    int64_t moment_ns = moment_now_ns(course);
    int status = 0;
    run_to(course, moment_ns);
    play->result->time_ns[index] = moment_ns;
    if (step->beat == LAB_BEAT_RUN) {
        status = play_run(play, step, moment_ns);
        play->result->time_ns[index] = moment_now_ns(course);
        return status;
    }
    run_to(course, moment_ns + LAB_SCENE_APART_NS);
    bool ran = *asked < index && scene->steps[index - 1].beat == LAB_BEAT_RUN;
    if (play->looks_back && ran && step->beat != LAB_BEAT_PREDICT) {
        status = answer(play, *asked);
        *asked = LAB_SCENE_STEPS_MAX;
    }
    if (play->looks_back && status == 0 && step->beat == LAB_BEAT_EXPLAIN) {
        status = play_sides(play, step);
    }
    *asked = step->beat == LAB_BEAT_PREDICT ? index : *asked;
    return status;
}

static int play_steps(struct play *play, uint32_t count)
{
    uint32_t asked = LAB_SCENE_STEPS_MAX;
    int status = 0;
    for (uint32_t i = 0; i < count && status == 0 && !play->result->failed; i++) {
        status = play_step(play, i, &asked);
        play->result->steps_done += !play->result->failed;
    }
    return status;
}

static void compare_expected(struct play *play)
{
    struct lab_fork fork;
    static _Thread_local struct lab_judgement judgement;
    const struct lab_scene *scene = play->scene;
    const char *excuse = lab_course_excuse(&play->course);
    lab_fork_open(&fork, &play->course);
    lab_fork_verify(&fork, &judgement);
    lab_fork_close(&fork);
    for (uint32_t i = 0; i < judgement.count && !play->result->failed; i++) {
        const char *name = scene->scenario->system->checks[i].name;
        const char *expected = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(scene->json, "expect"), name));
        const char *verdict = lab_verdict_name(&judgement, i, excuse);
        if (expected != NULL && strcmp(expected, verdict) != 0) {
            fail(play, "%s is %s at the end, not %s", name, verdict, expected);
        }
    }
}

int lab_scene_run(const struct lab_scene *scene, uint64_t seed, struct lab_scene_result *result,
                  struct lab_problem *problem)
{
    struct play play = {
        .scene = scene, .seed = seed, .result = result, .problem = problem, .looks_back = true};
    memset(result, 0, sizeof *result);
    int status = open_course(&play);
    if (status != 0) {
        return status;
    }
    lab_course_collect(&play.course);
    status = play_steps(&play, scene->step_count);
    if (status == 0 && !result->failed) {
        compare_expected(&play);
    }
    result->digest = sim_digest(&play.course.sim);
    lab_course_close(&play.course);
    return status;
}

/* ---- A task of a turn ---- */

/* Goes on to where this is done, and does it, unless the task has come true before. */
static int task_input(struct play *play, int64_t turn_ns, const cJSON *item)
{
    struct lab_course *course = &play->course;
    cJSON *body = cJSON_Duplicate(item, true);
    int64_t after_ms = 0;
    (void)lab_decimal_parse(
        cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "after_ms")), 0, &after_ms);
    cJSON_DeleteItemFromObjectCaseSensitive(body, "after_ms");
    run_to(course, turn_ns + after_ms * 1000000);
    int status = course->stopped ? 0 : apply(play, body);
    cJSON_Delete(body);
    return status;
}

static int task_after_turn(struct play *play, const struct lab_condition *until,
                           const cJSON *inputs, int64_t within_ns, bool *done)
{
    struct lab_course *course = &play->course;
    int64_t turn_ns = lab_course_now_ns(course);
    const cJSON *item;
    int status = 0;
    lab_course_arm(course, until, false);
    cJSON_ArrayForEach(item, inputs)
    {
        status = status != 0 || course->stopped ? status : task_input(play, turn_ns, item);
    }
    if (status == 0) {
        run_to(course, turn_ns + within_ns);
    }
    *done = course->stopped;
    return status;
}

int lab_scene_task(const struct lab_scene *scene, uint64_t seed, uint32_t step, uint32_t task,
                   const cJSON *inputs, int64_t within_ns, bool *done, struct lab_problem *problem)
{
    struct lab_scene_result result = {.failed = false};
    struct play play = {.scene = scene, .seed = seed, .result = &result, .problem = problem};
    assert(step < scene->step_count && task < scene->steps[step].choice_count);
    int status = open_course(&play);
    if (status != 0) {
        return status;
    }
    status = play_steps(&play, step);
    if (status == 0 && result.failed) {
        status = lab_refuse(problem, LAB_UNPROCESSABLE, "scene %s: %s", scene->name, result.why);
    }
    if (status == 0) {
        status = task_after_turn(&play, &scene->steps[step].choices[task].condition, inputs,
                                 within_ns, done);
    }
    lab_course_close(&play.course);
    return status;
}

static int try_task(struct play *play, uint32_t step, uint32_t task, const cJSON *inputs)
{
    const struct lab_scene_step *turn = &play->scene->steps[step];
    const int64_t within_s = inputs == NULL ? LAB_TASK_IDLE_S : LAB_TASK_SOLVED_S;
    bool done = false;
    int status = lab_scene_task(play->scene, play->seed, step, task, inputs, within_s * 1000000000,
                                &done, play->problem);
    if (status == 0 && done != (inputs != NULL)) {
        fail(play, "task %s/%s %s within %lld s", turn->id, turn->choices[task].id,
             done ? "comes true though nobody does anything" : "is not done by its solution",
             (long long)within_s);
    }
    return status;
}

int lab_scene_tasks(const struct lab_scene *scene, uint64_t seed, const cJSON *solutions,
                    struct lab_scene_result *result, struct lab_problem *problem)
{
    struct play play = {.scene = scene, .seed = seed, .result = result, .problem = problem};
    int count = 0;
    int status = 0;
    memset(result, 0, sizeof *result);
    for (uint32_t i = 0; i < scene->step_count; i++) {
        const struct lab_scene_step *step = &scene->steps[i];
        for (uint32_t k = 0; step->beat == LAB_BEAT_TURN && k < step->choice_count; k++) {
            char key[2 * LAB_SCENE_NAME_BYTES + 2];
            (void)snprintf(key, sizeof key, "%s/%s", step->id, step->choices[k].id);
            const cJSON *inputs = cJSON_GetObjectItemCaseSensitive(solutions, key);
            count++;
            if (!cJSON_IsArray(inputs)) {
                fail(&play, "there is no solution of %s", key);
            }
            status = status != 0 || result->failed ? status : try_task(&play, i, k, NULL);
            status = status != 0 || result->failed ? status : try_task(&play, i, k, inputs);
        }
    }
    if (status == 0 && !result->failed && cJSON_GetArraySize(solutions) != count) {
        fail(&play, "%d solutions of %d tasks", cJSON_GetArraySize(solutions), count);
    }
    return status;
}
