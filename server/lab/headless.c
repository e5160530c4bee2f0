/* headless.c - a run from beginning to end in one go. */
#include "lab/headless.h"

#include "lab/csv_files.h"
#include "lab/documents.h"
#include "lab/settings.h"
#include "lab/short_id.h"
#include "lab/words.h"
#include "sim/nemesis.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_row(void *context, const struct lab_row *row)
{
    lab_csv_files_put(context, row);
}

enum { STEPS_BETWEEN_LOOKS = 100000 }; /* some milliseconds */

static bool given_up(const struct lab_headless_options *options)
{
    return options->give_up != NULL && atomic_load(options->give_up);
}

static void run_to_end(struct lab_course *course, const struct lab_headless_options *options,
                       struct lab_headless_result *result)
{
    int64_t until_ns = options->until_ns > 0 ? options->until_ns : options->scenario->until_ns;
    int64_t begun_ns = lab_clock_ns();
    if (options->condition != NULL) {
        lab_course_arm(course, options->condition, false);
    }
    enum sim_status status;
    do {
        status = lab_course_run(course, until_ns, STEPS_BETWEEN_LOOKS);
    } while (status == SIM_WORKING && !given_up(options));
    result->wall_ns = lab_clock_ns() - begun_ns;
    result->met = course->stopped;
    if (status == SIM_HALTED) {
        result->halt = sim_halted(&course->sim, &result->halt_reason);
    }
    result->time_ns = lab_course_now_ns(course);
    result->digest = sim_digest(&course->sim);
    result->events = sim_steps(&course->sim);
    result->excuse = lab_course_excuse(course);
    sim_counters_read(&course->sim, &result->counters);
    result->effective_faults = nemesis_effective_kinds(&course->sim);
    lab_course_figures(course, result->figures);
}

static void judge(const struct lab_course *course, const struct lab_headless_options *options,
                  struct lab_proofs *proofs, struct lab_judgement *judgement)
{
    struct lab_fork fork;
    if (options->unjudged) {
        lab_course_judge(course, judgement);
        return;
    }
    lab_fork_open(&fork, course);
    fork.proofs = proofs;
    if (options->core != 0) {
        lab_fork_verify_core(&fork, options->core, judgement);
    } else {
        lab_fork_verify(&fork, judgement);
    }
    lab_fork_close(&fork);
}

static int close_files(struct lab_csv_files **files, const struct lab_course *course,
                       const struct lab_headless_options *options,
                       const struct lab_headless_result *result, const struct lab_proofs *proofs,
                       struct lab_problem *problem)
{
    cJSON *json = lab_headless_json(options, result);
    cJSON_DeleteItemFromObject(json, "wall_s"); /* the files of a run are the same anywhere */
    char *text = cJSON_Print(json);
    int status = lab_csv_files_close(files, course, &result->judgement, proofs, result->excuse,
                                     text, problem);
    cJSON_free(text);
    cJSON_Delete(json);
    return status;
}

int lab_headless_run(const struct lab_headless_options *options, struct lab_headless_result *result,
                     struct lab_problem *problem)
{
    struct lab_course course;
    struct lab_csv_files *files = NULL;
    struct lab_proofs own = {0}; /* for the report alone */
    struct lab_proofs *proofs = options->proofs != NULL   ? options->proofs
                                : options->folder != NULL ? &own
                                                          : NULL;
    memset(result, 0, sizeof *result);
    assert(options->scenario->system->figure_count <= sizeof result->figures / sizeof(int64_t));
    assert(options->folder == NULL || options->give_up == NULL); /* files are always finished */
    int status = lab_course_open(&course, options->scenario, options->seed, options->settings,
                                 !options->without_script, problem);
    if (status != 0) {
        return status;
    }
    course.sim.checks = !options->unchecked;
    if (options->folder != NULL) {
        status = lab_csv_files_open(options->folder, &course, &files, problem);
        course.context = files;
        course.put = put_row;
    } else if (options->condition == NULL) {
        course.recorder.put = NULL; /* nobody keeps rows */
        if (options->unjudged || options->scenario->system->history == NULL) {
            course.sim.sink = (struct node_row_sink){0}; /* nor listens at all */
        }
    }
    if (!options->unjudged || options->folder != NULL) {
        lab_course_collect(&course);
    }
    if (status == 0) {
        if (options->inputs != NULL) {
            (void)lab_course_inputs(&course, options->inputs);
        }
        run_to_end(&course, options, result);
        if (given_up(options)) {
            status = lab_refuse(problem, LAB_UNAVAILABLE, "the program is about to end");
        }
    }
    if (status == 0) {
        judge(&course, options, proofs, &result->judgement);
        if (files != NULL) {
            status = close_files(&files, &course, options, result, proofs, problem);
        }
    }
    lab_course_close(&course);
    lab_proofs_free(&own);
    return status;
}

struct cJSON *lab_headless_json(const struct lab_headless_options *options,
                                const struct lab_headless_result *result)
{
    const struct lab_scenario *scenario = options->scenario;
    char digest[20];
    char run_id[LAB_RUN_ID_BYTES];
    char short_id_letters[LAB_SHORT_ID_BYTES];
    struct text short_id = text_init(short_id_letters, sizeof short_id_letters);
    cJSON *object = cJSON_CreateObject();
    (void)snprintf(digest, sizeof digest, "%016" PRIx64, result->digest);
    lab_run_id_make(scenario, options->seed, options->settings, run_id);
    (void)cJSON_AddStringToObject(object, "run_id", run_id);
    (void)cJSON_AddStringToObject(object, "scenario", scenario->name);
    (void)cJSON_AddNumberToObject(object, "seed", (double)options->seed);
    if (lab_short_id_of_result(options, result, &short_id)) {
        (void)cJSON_AddStringToObject(object, "short_id", short_id.at);
    }
    (void)cJSON_AddItemToObject(object, "settings",
                                lab_settings_json(scenario->system, options->settings));
    (void)cJSON_AddStringToObject(object, "digest", digest);
    (void)cJSON_AddNumberToObject(object, "events", (double)result->events);
    (void)cJSON_AddNumberToObject(object, "virtual_s", (double)result->time_ns / 1e9);
    (void)cJSON_AddNumberToObject(object, "wall_s", (double)result->wall_ns / 1e9);
    (void)cJSON_AddItemToObject(object, "figures",
                                lab_figures_json(scenario->system, result->figures));
    (void)cJSON_AddItemToObject(
        object, "verdicts",
        lab_judgement_json(scenario, &result->judgement, result->excuse, options->proofs));
    if (result->halt != SIM_HALT_NONE) {
        char words[400];
        struct text text = text_init(words, sizeof words);
        lab_words_halt(scenario, result->halt, &result->halt_reason, &text);
        (void)cJSON_AddStringToObject(object, "halted", words);
    }
    return object;
}
