/* steer.c - what people do to a run: inputs, and its pace.
 *
 * An input is stamped at the run's present, in whole microseconds, and the run holds there until the store has it on the
 * disk; then it takes effect, and only then is it answered. Inputs that wait at the same time share
 * one commit, and take effect in the order of their numbers. */
#include "lab/lab_internal.h"

#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHASE_STEPS = 200000,    /* what a pace request computes before it answers; its rows fit one
                              batch, and the rest is chased turn by turn, with flushes between */
    INTERESTING_S_MAX = 600, /* virtual: how far "the next interesting event" is looked for */
    ADVANCE_MS_MAX = 24 * 3600 * 1000,
};

/* ---- Inputs ---- */

/* When the input is to take effect: now, or at a later time that the body names. */
static int read_time(const struct lab_run *run, const cJSON *body, int64_t *time_ns,
                     struct lab_problem *problem)
{
    const cJSON *at_ms = cJSON_GetObjectItemCaseSensitive(body, "at_ms");
    int64_t now_ns = lab_course_now_ns(&run->course);
    int64_t at_us = 0;
    *time_ns = now_ns;
    if (at_ms == NULL) {
        return 0;
    }
    if (!cJSON_IsNumber(at_ms) || !lab_decimal_parse(at_ms->valuedouble, 3, &at_us) || at_us < 0 ||
        at_us > (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "at_ms must be a number from 0 to %d",
                          LAB_SCENARIO_SECONDS_MAX * 1000);
    }
    if (at_us * 1000 < now_ns) {
        return lab_refuse(problem, LAB_CONFLICT,
                          "at_ms %.3f has passed, the run is at %.3f ms; to change the past make a "
                          "branch: POST /api/v1/runs/%s/branch",
                          lab_decimal(at_us, 3), lab_decimal(now_ns / 1000, 3), run->name);
    }
    *time_ns = at_us * 1000;
    return 0;
}

static int check_setting(const struct lab_run *run, const struct sim_input *input,
                         struct lab_problem *problem)
{
    if (input->type != SIM_INPUT_SETTING) {
        return 0;
    }
    const struct system_setting *setting = &run->scenario->system->settings[input->args[0]];
    if (setting->live || lab_course_now_ns(&run->course) == 0) {
        return 0;
    }
    return lab_refuse(problem, LAB_UNPROCESSABLE,
                      "setting %s can only be chosen at the start; make a new run with it",
                      setting->key);
}

static int check_state(const struct lab_run *run, bool client_operation, uint32_t parts,
                       struct lab_problem *problem)
{
    const char *state = lab_run_state_name(run);
    if (strcmp(state, "halted") == 0 || strcmp(state, "finished") == 0) {
        return lab_refuse(problem, LAB_CONFLICT, "run %s is %s and takes no inputs", run->name,
                          state);
    }
    if (run->trouble.text[0] != '\0') {
        return lab_refuse(problem, LAB_UNAVAILABLE, "run %s is held: %s", run->name,
                          run->trouble.text);
    }
    if (client_operation && run->pace.paused) {
        return lab_refuse(problem, LAB_CONFLICT,
                          "run %s is paused, and a client cannot do anything while time stands; "
                          "go on first",
                          run->name);
    }
    if (run->course.inputs.count + run->waiting_count + parts > LAB_INPUTS_MAX ||
        run->waiting_count + parts > LAB_WAITING_MAX) {
        return lab_refuse(problem, LAB_TOO_MANY, "run %s has too many inputs: %u, of at most %d",
                          run->name, run->course.inputs.count, LAB_INPUTS_MAX);
    }
    return 0;
}

/* Somebody of the audience acts as a client of the system does, and at once. */
static int check_audience(const cJSON *body, bool client_operation, struct lab_problem *problem)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(body, "type");
    if (!client_operation) {
        return lab_refuse(problem, LAB_FORBIDDEN, "Only the presenter may send %.60s.",
                          cJSON_IsString(type) ? type->valuestring : "that");
    }
    if (cJSON_HasObjectItem(body, "at_ms")) {
        return lab_refuse(problem, LAB_FORBIDDEN, "Only the presenter may act at a later time.");
    }
    return 0;
}

static int read_parts(struct lab_run *run, const cJSON *body, bool audience,
                      struct lab_input_parts *parts, struct lab_problem *problem)
{
    bool client_operation = false;
    int64_t time_ns = 0;
    int status =
        lab_input_parts(run->scenario, &run->course.sim, body, parts, &client_operation, problem);
    if (status == 0 && audience) {
        status = check_audience(body, client_operation, problem);
    }
    if (status == 0) {
        status = check_state(run, client_operation, parts->count, problem);
    }
    if (status == 0) {
        status = read_time(run, body, &time_ns, problem);
    }
    if (status == 0) {
        status = check_setting(run, &parts->list[0], problem);
    }
    if (status != 0) {
        return status;
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        parts->list[i].time_ns += time_ns;
    }
    return 0;
}

/* Stamps: from here the run holds until all of them are decided. Returns the first number. */
static uint32_t stamp(struct lab_run *run, const char *who, const struct lab_input_parts *parts)
{
    uint32_t first = run->input_last + 1;
    for (uint32_t i = 0; i < parts->count; i++) {
        struct lab_waiting_input *waiting = &run->waiting[run->waiting_count++];
        *waiting = (struct lab_waiting_input){.input = parts->list[i], .number = ++run->input_last};
        (void)snprintf(waiting->who, sizeof waiting->who, "%s", who);
    }
    run->held++;
    return first;
}

/* What was decided at the head of the queue takes effect, in order. */
static void decide(struct lab_run *run, uint32_t first, uint32_t count, bool committed)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < run->waiting_count; i++) {
        struct lab_waiting_input *waiting = &run->waiting[i];
        bool mine = waiting->number >= first && waiting->number < first + count;
        waiting->committed = waiting->committed || (mine && committed);
        if (!mine || committed) {
            run->waiting[kept++] = *waiting;
        }
    }
    run->waiting_count = kept;
    uint32_t done = 0;
    while (done < run->waiting_count && run->waiting[done].committed) {
        lab_course_input(&run->course, &run->waiting[done].input, run->waiting[done].number,
                         run->waiting[done].who);
        done++;
    }
    run->waiting_count -= done;
    memmove(run->waiting, run->waiting + done, run->waiting_count * sizeof run->waiting[0]);
    run->held--;
    lab_run_settle(run);
}

static void texts_make(const struct lab_run *run, const struct lab_input_parts *parts,
                       uint32_t first, const char *who, struct store_input *stored)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        cJSON *body = lab_input_json(run->scenario, &parts->list[i]);
        stored[i] = (struct store_input){.input = first + i,
                                         .t_ns = parts->list[i].time_ns,
                                         .accepted_ns = lab_course_now_ns(&run->course),
                                         .who = who,
                                         .type = lab_input_name(run->scenario, &parts->list[i]),
                                         .body = cJSON_PrintUnformatted(body)};
        cJSON_Delete(body);
    }
}

/* The run is locked, let go while the store works, and locked again. */
static int commit(struct lab *lab, struct lab_run *run, const char *who,
                  const struct lab_input_parts *parts, uint32_t *first, struct lab_problem *problem)
{
    struct store_input stored[LAB_INPUT_PARTS_MAX];
    struct error error = {.text = ""};
    *first = stamp(run, who, parts);
    texts_make(run, parts, *first, who, stored);
    pthread_mutex_unlock(&run->lock);
    int status = store_inputs_append(lab->store, run->key, stored, parts->count, &error);
    pthread_mutex_lock(&run->lock);
    decide(run, *first, parts->count, status == 0);
    for (uint32_t i = 0; i < parts->count; i++) {
        cJSON_free((void *)(uintptr_t)stored[i].body);
    }
    return status == 0 ? 0 : lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
}

static int take_input(struct lab *lab, const char *name, const char *who, bool audience,
                      const struct cJSON *body, struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    struct lab_input_parts parts = {.count = 0};
    uint32_t number = 0;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    if (run->broken) {
        status = lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    } else {
        lab_run_align(run); /* a stamp comes after all that happens at its time */
        status = read_parts(run, body, audience, &parts, problem);
    }
    if (status == 0) {
        status = commit(lab, run, who, &parts, &number, problem);
    }
    if (status == 0) {
        lab->counters.inputs += parts.count;
        *out = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(*out, "input_id", number);
        (void)cJSON_AddNumberToObject(*out, "inputs", parts.count);
        (void)cJSON_AddNumberToObject(*out, "t_ms", lab_decimal(parts.list[0].time_ns / 1000, 3));
        lab_run_wake(lab, run);
    }
    lab_run_give(lab, run);
    return status;
}

int lab_run_input(struct lab *lab, const char *name, const char *who, const struct cJSON *body,
                  struct cJSON **out, struct lab_problem *problem)
{
    return take_input(lab, name, who, false, body, out, problem);
}

int lab_run_operation(struct lab *lab, const char *name, const char *who, const struct cJSON *body,
                      struct cJSON **out, struct lab_problem *problem)
{
    return take_input(lab, name, who, true, body, out, problem);
}

/* ---- Pace ---- */

static void chase(struct lab *lab, struct lab_run *run, int64_t goal_ns)
{
    run->pace.mode = LAB_PACE_GOAL;
    run->pace.paused = false;
    run->pace.goal_ns = goal_ns;
    run->pace.version++;
    if (run->held == 0) {
        lab_run_chase(lab, run, CHASE_STEPS);
    }
}

static int64_t last_ns(void)
{
    return (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000000;
}

static int pace_speed(struct lab *lab, struct lab_run *run, const cJSON *value,
                      struct lab_problem *problem)
{
    (void)lab;
    int64_t speed_ppm = 0;
    if (!cJSON_IsNumber(value) || !lab_decimal_parse(value->valuedouble, 6, &speed_ppm) ||
        speed_ppm < LAB_SPEED_PPM_MIN || speed_ppm > LAB_SPEED_PPM_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "speed must be a number from 0.001 to 1000");
    }
    run->pace.speed_ppm = speed_ppm;
    return 0;
}

static int pace_paused(struct lab *lab, struct lab_run *run, const cJSON *value,
                       struct lab_problem *problem)
{
    (void)lab;
    if (!cJSON_IsBool(value)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "paused must be true or false");
    }
    run->pace.paused = cJSON_IsTrue(value);
    run->pace.mode = LAB_PACE_PLAY;
    lab_course_arm(&run->course, NULL, false);
    return 0;
}

static int pace_step(struct lab *lab, struct lab_run *run, const cJSON *value,
                     struct lab_problem *problem)
{
    const char *step = cJSON_IsString(value) ? value->valuestring : "";
    if (strcmp(step, "interesting") == 0) {
        int64_t goal_ns = lab_course_now_ns(&run->course) + (int64_t)INTERESTING_S_MAX * 1000000000;
        lab_course_arm(&run->course, NULL, true);
        chase(lab, run, goal_ns < last_ns() ? goal_ns : last_ns());
        return 0;
    }
    if (strcmp(step, "event") != 0) {
        int status = lab_refuse(problem, LAB_UNPROCESSABLE, "step must be event or interesting");
        lab_problem_allow(problem, "event");
        lab_problem_allow(problem, "interesting");
        return status;
    }
    run->pace.paused = true;
    run->pace.mode = LAB_PACE_PLAY;
    if (run->held == 0) {
        (void)lab_course_step(&run->course, last_ns());
    }
    return 0;
}

static int arm_until(struct lab_run *run, const cJSON *value, struct lab_problem *problem)
{
    struct lab_condition condition;
    if (!cJSON_IsString(value)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "until must be a condition, in a text");
    }
    int status = lab_condition_parse(run->scenario, value->valuestring, &condition, problem);
    if (status == 0) {
        lab_course_arm(&run->course, &condition, false);
    }
    return status;
}

static int pace_until(struct lab *lab, struct lab_run *run, const cJSON *value,
                      struct lab_problem *problem)
{
    int status = arm_until(run, value, problem);
    if (status == 0) {
        chase(lab, run, last_ns());
    }
    return status;
}

/* The same at a speed, for somebody who watches. */
static int pace_play_until(struct lab *lab, struct lab_run *run, const cJSON *body,
                           struct lab_problem *problem)
{
    int status = arm_until(run, cJSON_GetObjectItemCaseSensitive(body, "until"), problem);
    if (status == 0) {
        status = pace_speed(lab, run, cJSON_GetObjectItemCaseSensitive(body, "speed"), problem);
    }
    if (status == 0) {
        run->pace.mode = LAB_PACE_PLAY;
        run->pace.paused = false;
    }
    return status;
}

static int pace_advance(struct lab *lab, struct lab_run *run, const cJSON *value,
                        struct lab_problem *problem)
{
    int64_t us = 0;
    if (!cJSON_IsNumber(value) || !lab_decimal_parse(value->valuedouble, 3, &us) || us < 0 ||
        us > (int64_t)ADVANCE_MS_MAX * 1000) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "advance_ms must be a number from 0 to %d",
                          ADVANCE_MS_MAX);
    }
    int64_t goal_ns = lab_course_now_ns(&run->course) + us * 1000;
    lab_course_arm(&run->course, NULL, false);
    chase(lab, run, goal_ns < last_ns() ? goal_ns : last_ns());
    return 0;
}

static const struct {
    const char *field;
    int (*apply)(struct lab *, struct lab_run *, const cJSON *, struct lab_problem *);
} PACES[] = {{"speed", pace_speed},
             {"paused", pace_paused},
             {"step", pace_step},
             {"until", pace_until},
             {"advance_ms", pace_advance}};
enum { PACE_COUNT = sizeof PACES / sizeof PACES[0] };

static int apply_pace(struct lab *lab, struct lab_run *run, const cJSON *body,
                      struct lab_problem *problem)
{
    const cJSON *item = cJSON_IsObject(body) ? body->child : NULL;
    bool both = cJSON_GetArraySize(body) == 2 && cJSON_HasObjectItem(body, "until") &&
                cJSON_HasObjectItem(body, "speed");
    if (both) {
        return pace_play_until(lab, run, body, problem);
    }
    if (item == NULL || item->next != NULL) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "a pace is an object with exactly one of speed, paused, step, until, "
                          "advance_ms, or until and speed together");
    }
    for (size_t i = 0; i < PACE_COUNT; i++) {
        if (strcmp(PACES[i].field, item->string) == 0) {
            return PACES[i].apply(lab, run, item, problem);
        }
    }
    int status =
        lab_refuse(problem, LAB_UNPROCESSABLE, "a pace has no field \"%.40s\"", item->string);
    for (size_t i = 0; i < PACE_COUNT; i++) {
        lab_problem_allow(problem, PACES[i].field);
    }
    return status;
}

int lab_run_pace(struct lab *lab, const char *name, const struct cJSON *body, struct cJSON **out,
                 struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    if (run->broken) {
        status = lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    } else {
        status = apply_pace(lab, run, body, problem);
    }
    if (status == 0) {
        run->pace.version++;
        lab_run_anchor(run);
        store_pace_put(lab->store, run->key, run->pace.speed_ppm, run->pace.paused);
        *out = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(*out, "t_ms",
                                      lab_decimal(lab_course_now_ns(&run->course) / 1000, 3));
        (void)cJSON_AddStringToObject(*out, "state", lab_run_state_name(run));
        (void)cJSON_AddNumberToObject(*out, "speed", lab_decimal(run->pace.speed_ppm, 6));
        lab_run_wake(lab, run);
    }
    lab_run_give(lab, run);
    return status;
}
