/* job_shrink.c - shrinking a run as a job: the smallest counter-example becomes a run of its own. */
#include "lab/jobs_internal.h"

#include "base/duration.h"
#include "lab/documents.h"
#include "lab/repeat.h"
#include "lab/settings.h"
#include "lab/shrink.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS_TOLD_MAX = 60 };
static const char LABEL[] = "Smallest counter-example";

/* ---- Telling what came of it ---- */

static cJSON *size_json(const struct lab_shrink_size *size)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(object, "until_ms", lab_decimal(size->until_ns / 1000, 3));
    (void)cJSON_AddNumberToObject(object, "inputs", size->inputs);
    (void)cJSON_AddNumberToObject(object, "orders", size->orders);
    (void)cJSON_AddNumberToObject(object, "parts", size->parts);
    return object;
}

static cJSON *inputs_json(const struct lab_scenario *scenario, const struct lab_inputs *inputs)
{
    char buffer[LAB_REPEAT_BYTES];
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < inputs->count && i < INPUTS_TOLD_MAX; i++) {
        const struct sim_input *input = &inputs->items[i].input;
        struct text words = text_init(buffer, sizeof buffer);
        lab_repeat_input_words(scenario, input, &words);
        cJSON *item = lab_repeat_input_json(scenario, input);
        (void)cJSON_AddStringToObject(item, "text", buffer);
        (void)cJSON_AddItemToArray(list, item);
    }
    return list;
}

static cJSON *result_json(const struct lab_job *job, const struct lab_shrink_result *result,
                          const char *run)
{
    char buffer[LAB_REPEAT_BYTES];
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "run", run);
    (void)cJSON_AddStringToObject(object, "check",
                                  job->scenario->system->checks[result->check].name);
    (void)cJSON_AddStringToObject(object, "verdict", result->verdict);
    (void)cJSON_AddStringToObject(object, "text", result->words);
    lab_add_reasons(object, job->scenario->system, result->reasoned ? &result->reason : NULL,
                    result->unpromised);
    (void)cJSON_AddItemToObject(object, "before", size_json(&result->before));
    (void)cJSON_AddItemToObject(object, "after", size_json(&result->after));
    (void)cJSON_AddBoolToObject(object, "load_off", result->load_off);
    (void)cJSON_AddItemToObject(object, "inputs", inputs_json(job->scenario, &result->inputs));
    (void)cJSON_AddBoolToObject(object, "minimal", result->end == LAB_SHRINK_MINIMAL);
    (void)cJSON_AddStringToObject(object, "end", lab_shrink_end_words(result->end));
    (void)cJSON_AddNumberToObject(object, "runs", (double)result->runs);
    struct text words = text_init(buffer, sizeof buffer);
    lab_repeat_words(job->scenario, job->seed, result->settings, &words);
    text_add(&words, " --no-script --inputs FILE --until ");
    duration_format(&words, (uint64_t)result->until_ns);
    (void)cJSON_AddStringToObject(object, "repeat", buffer);
    return object;
}

/* ---- Doing it ---- */

/* The smaller run, standing at its end. Its inputs have numbers behind those of the script, which it
 * no longer has. */
static int run_make(struct lab_job *job, const struct lab_shrink_result *result,
                    char name[LAB_RUN_ID_BYTES], struct lab_problem *problem)
{
    struct lab_inputs inputs = {0};
    struct lab_new_run new_run = {.seed = job->seed,
                                  .owner = job->owner[0] == '\0' ? NULL : job->owner,
                                  .inputs = &inputs,
                                  .at_ns = result->until_ns,
                                  .label = LABEL};
    memcpy(new_run.settings, result->settings, sizeof new_run.settings);
    int status =
        lab_scenario_parse(job->scenario->name, job->scenario->text, &new_run.scenario, problem);
    if (status != 0) {
        return status;
    }
    for (uint32_t i = 0; i < result->inputs.count; i++) {
        (void)lab_inputs_insert(&inputs, &result->inputs.items[i].input,
                                job->scenario->script->count + 1 + i, "script");
    }
    status = lab_run_make(job->lab, &new_run, name, problem);
    lab_inputs_free(&inputs);
    return status;
}

static int shrink_work(struct lab_job *job, struct lab_problem *problem)
{
    char name[LAB_RUN_ID_BYTES];
    struct lab_shrink_result *result = calloc(1, sizeof *result);
    const struct lab_shrink shrink = {.scenario = job->scenario,
                                      .seed = job->seed,
                                      .settings = job->settings,
                                      .inputs = &job->inputs,
                                      .until_ns = job->until_ns,
                                      .check = job->check[0] == '\0' ? NULL : job->check,
                                      .give_up = &job->give_up,
                                      .runs_done = &job->done};
    if (result == NULL) {
        abort();
    }
    int status = lab_shrink_run(&shrink, result, problem);
    if (status == 0) {
        status = atomic_load(&job->give_up) /* since the last candidate: nobody wants the run */
                     ? lab_refuse(problem, LAB_UNAVAILABLE, "cancelled")
                     : run_make(job, result, name, problem);
        if (status == 0) {
            cJSON *told = result_json(job, result, name);
            lab_job_lock(job);
            job->result = told;
            lab_job_unlock(job);
        }
        lab_shrink_free(result);
    }
    free(result);
    return status;
}

/* ---- Reading what is asked for ---- */

static int read_check(const struct lab_run *run, const cJSON *body, struct lab_job *job,
                      struct lab_problem *problem)
{
    static const char *const FIELDS[] = {"check", NULL};
    const cJSON *check = cJSON_GetObjectItemCaseSensitive(body, "check");
    int status = lab_job_fields(body, "shrink", FIELDS, problem);
    if (status != 0 || check == NULL) {
        return status;
    }
    const struct system *system = run->scenario->system;
    for (uint32_t i = 0; i < system->check_count && cJSON_IsString(check); i++) {
        if (strcmp(system->checks[i].name, check->valuestring) == 0) {
            (void)snprintf(job->check, sizeof job->check, "%s", check->valuestring);
            return 0;
        }
    }
    status = lab_refuse(problem, LAB_UNPROCESSABLE, "there is no promise \"%.40s\"",
                        cJSON_IsString(check) ? check->valuestring : "");
    for (uint32_t i = 0; i < system->check_count; i++) {
        lab_problem_allow(problem, system->checks[i].name);
    }
    return status;
}

/* The run as it is now: what lies ahead of it has not happened. */
static int copy_run(const struct lab_run *run, struct lab_job *job, struct lab_problem *problem)
{
    const struct lab_course *course = &run->course;
    if (run->broken) {
        return lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    }
    job->until_ns = lab_course_now_ns(course);
    if (job->until_ns == 0) {
        return lab_refuse(problem, LAB_CONFLICT, "run %s has not begun: nothing is broken in it",
                          run->name);
    }
    job->seed = course->seed;
    memcpy(job->settings, course->settings, sizeof job->settings);
    for (uint32_t i = 0; i < course->inputs_done; i++) {
        const struct lab_input *item = &course->inputs.items[i];
        (void)lab_inputs_insert(&job->inputs, &item->input, item->number, item->who);
    }
    return lab_scenario_parse(run->scenario->name, run->scenario->text, &job->scenario, problem);
}

int lab_shrink_begin(struct lab *lab, const char *name, const struct cJSON *body, const char *owner,
                     struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    struct lab_job *job = lab_job_make(lab, "shrink", owner, shrink_work);
    status = read_check(run, body, job, problem);
    if (status == 0) {
        status = copy_run(run, job, problem);
    }
    lab_run_give(lab, run);
    if (status != 0) {
        lab_job_free(job);
        return status;
    }
    return lab_job_queue(job, out, problem);
}
