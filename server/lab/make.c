/* make.c - making runs: of a scenario, of the past of another run (branch.c), of a link.
 *
 * A run is its scenario, seed, settings and inputs, so making one is storing these and computing the
 * world up to where it is to stand. */
#include "lab/lab_internal.h"

#include "base/digest.h"
#include "lab/behaviour.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
    NAME_TRIES_MAX = 100,
    SEED_FRESH_MAX = 1000000,      /* short enough to be read out */
    PRIVATE_STORED_MAX = 2000,     /* private runs kept; the oldest goes first */
    STEPS_BETWEEN_FLUSHES = 20000, /* their rows fit one batch */
    QUEUE_WAIT_US = 1000,
};
static const int64_t START_WALL_NS = 10 * INT64_C(1000000000); /* of whoever asks for a run */
static const char DEFAULT_SCENARIO[] = "kitchens/lunch-rush";

/* ---- What is asked for ---- */

static int fresh_seed(uint64_t *seed, struct lab_problem *problem)
{
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "no randomness for a seed; give one");
    }
    *seed = random % SEED_FRESH_MAX + 1;
    return 0;
}

static int read_seed(const cJSON *body, uint64_t *seed, struct lab_problem *problem)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, "seed");
    int64_t number = 0;
    if (item == NULL) {
        return fresh_seed(seed, problem);
    }
    if (!cJSON_IsNumber(item) || !lab_decimal_parse(item->valuedouble, 0, &number) || number < 0 ||
        number > (int64_t)LAB_SEED_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "seed must be a whole number from 0 to %lld",
                          (long long)LAB_SEED_MAX);
    }
    *seed = (uint64_t)number;
    return 0;
}

void lab_run_id_make(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                     char run_id[LAB_RUN_ID_BYTES])
{
    struct digest digest = digest_init();
    const char *behaviour_id = lab_behaviour_id();
    digest_bytes(&digest, scenario->name, strlen(scenario->name));
    digest_bytes(&digest, scenario->text, strlen(scenario->text));
    digest_words(&digest, seed, scenario->system->setting_count);
    digest_bytes(&digest, settings, scenario->system->setting_count * sizeof *settings);
    digest_bytes(&digest, behaviour_id, strlen(behaviour_id));
    (void)snprintf(run_id, LAB_RUN_ID_BYTES, "r%012llx",
                   (unsigned long long)(digest_value(&digest) >> 16));
}

/* The first inputs of a run as rows for the store; texts to be freed with script_free(). */
static struct store_input *script_make(const struct lab_run *run)
{
    const struct lab_inputs *script = &run->course.inputs;
    struct store_input *inputs = calloc(script->count + 1, sizeof *inputs);
    if (inputs == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < script->count; i++) {
        cJSON *body = lab_input_json(run->scenario, &script->items[i].input);
        inputs[i] =
            (struct store_input){.input = script->items[i].number,
                                 .t_ns = script->items[i].input.time_ns,
                                 .who = script->items[i].who,
                                 .type = lab_input_name(run->scenario, &script->items[i].input),
                                 .body = cJSON_PrintUnformatted(body)};
        cJSON_Delete(body);
    }
    return inputs;
}

static void script_free(struct store_input *inputs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        cJSON_free((void *)(uintptr_t)inputs[i].body);
    }
    free(inputs);
}

/* Stores the run under the first free name: its id, then -2, -3 ... */
static int store_run(struct lab *lab, struct lab_run *run, struct lab_problem *problem)
{
    char *settings = cJSON_PrintUnformatted(run->settings_json);
    struct store_input *script = script_make(run);
    struct store_run stored = {.name = run->name,
                               .run_id = run->run_id,
                               .system = run->scenario->system->name,
                               .scenario = run->scenario->name,
                               .scenario_text = run->scenario->text,
                               .settings = settings,
                               .behaviour_id = run->behaviour_id,
                               .owner = run->owner,
                               .seed = run->course.seed,
                               .created_ms = run->created_ms,
                               .speed_ppm = run->pace.speed_ppm,
                               .parent = run->parent,
                               .branch_ns = run->branch_ns,
                               .label = run->label,
                               .family = run->family};
    struct error error = {.text = ""};
    int status =
        store_run_create(lab->store, &stored, script, run->course.inputs.count, &run->key, &error);
    script_free(script, run->course.inputs.count);
    cJSON_free(settings);
    return status == 0 ? 0 : lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
}

/* A place under a name that nobody has. */
static int place_run(struct lab *lab, const char *run_id, struct lab_run **run,
                     struct lab_problem *problem)
{
    uint32_t count = 0;
    struct error error = {.text = ""};
    if (store_runs_count(lab->store, run_id, &count, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    for (uint32_t i = 0; i < NAME_TRIES_MAX; i++) {
        char name[LAB_RUN_ID_BYTES];
        struct lab_problem inner = {.allowed = NULL};
        int written = count + i == 0 ? snprintf(name, sizeof name, "%s", run_id)
                                     : snprintf(name, sizeof name, "%s-%u", run_id, count + i + 1);
        assert(written > 0 && written < (int)sizeof name);
        int status =
            lab_run_is_stored(lab, name) ? -LAB_CONFLICT : lab_run_place(lab, name, run, &inner);
        if (status != -LAB_CONFLICT) {
            if (status != 0) {
                (void)lab_refuse(problem, -status, "%s", inner.detail);
            }
            return status;
        }
    }
    return lab_refuse(problem, LAB_CONFLICT, "too many runs of the same content; delete some");
}

/* Rows go to the store while they come. False while it takes nothing: the worker goes on later. */
static bool flush(struct lab *lab, struct lab_run *run)
{
    struct error reason;
    while (run->batch != NULL && !lab_run_flush(lab, run)) {
        if (store_problem(lab->store, &reason) || atomic_load(&lab->stopping_soon)) {
            return false;
        }
        (void)usleep(QUEUE_WAIT_US);
    }
    return true;
}

/* Computes the run up to where it is to stand. If that cannot be finished here, its turns do it. */
static void go_to_start(struct lab *lab, struct lab_run *run, const struct lab_new_run *new_run)
{
    run->pace.paused = new_run->paused;
    if (new_run->at_ns == 0) {
        return;
    }
    int64_t until_ns = lab_clock_ns() + START_WALL_NS; /* who lists runs waits for this one */
    enum sim_status status;
    do {
        status = lab_course_run(&run->course, new_run->at_ns, STEPS_BETWEEN_FLUSHES);
        lab_history_keep(lab, run);
    } while (status == SIM_WORKING && flush(lab, run) && lab_clock_ns() < until_ns &&
             lab_recorder_rows(&run->course.recorder) < LAB_ROWS_MAX &&
             !atomic_load(&lab->stopping_soon));
    (void)lab_run_flush(lab, run);
    run->pace.paused = status != SIM_WORKING;
    run->pace.mode = status != SIM_WORKING ? LAB_PACE_PLAY : LAB_PACE_GOAL;
    run->pace.goal_ns = new_run->at_ns;
    lab_run_anchor(run);
}

/* A run that is no branch begins a family of its own; the time tells it from an older one of the same
 * name. */
static void family_name(struct lab_run *run, const char *family)
{
    int written =
        family != NULL && family[0] != '\0'
            ? snprintf(run->family, sizeof run->family, "%s", family)
            : snprintf(run->family, sizeof run->family, "%s@%" PRId64, run->name, run->created_ms);
    assert(written > 0 && written < (int)sizeof run->family);
}

static void keep_name(void *context, const struct store_run *run)
{
    (void)snprintf(context, LAB_RUN_ID_BYTES, "%s", run->name);
}

/* Private runs are many and short-lived: beyond a number the oldest goes. */
static void limit_private_runs(struct lab *lab)
{
    uint32_t count = 0;
    char oldest[LAB_RUN_ID_BYTES] = "";
    struct error error;
    if (store_runs_count(lab->store, NULL, &count, &error) != 0 || count <= PRIVATE_STORED_MAX) {
        return;
    }
    struct store_run_query query = {.private_oldest = true, .limit = 1};
    if (store_runs_read(lab->store, &query, keep_name, oldest, &error) == 0 && oldest[0] != '\0') {
        (void)lab_run_delete(lab, oldest, NULL);
    }
}

int lab_run_make(struct lab *lab, struct lab_new_run *new_run, char name[LAB_RUN_ID_BYTES],
                 struct lab_problem *problem)
{
    char run_id[LAB_RUN_ID_BYTES];
    struct lab_run *run;
    struct timespec now;
    lab_run_id_make(new_run->scenario, new_run->seed, new_run->settings, run_id);
    if (new_run->owner != NULL) {
        limit_private_runs(lab);
    }
    int status = place_run(lab, run_id, &run, problem);
    if (status != 0) {
        lab_scenario_free(&new_run->scenario);
        return status;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    run->scenario = new_run->scenario;
    run->created_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    run->pace.speed_ppm = LAB_SPEED_PPM_ONE;
    (void)snprintf(run->run_id, sizeof run->run_id, "%s", run_id);
    (void)snprintf(run->behaviour_id, sizeof run->behaviour_id, "%s", lab_behaviour_id());
    (void)snprintf(run->owner, sizeof run->owner, "%s",
                   new_run->owner == NULL ? "" : new_run->owner);
    (void)snprintf(run->parent, sizeof run->parent, "%s",
                   new_run->parent == NULL ? "" : new_run->parent);
    (void)snprintf(run->label, sizeof run->label, "%s",
                   new_run->label == NULL ? "" : new_run->label);
    family_name(run, new_run->family);
    run->branch_ns = new_run->branch_ns;
    run->settings_json = lab_settings_json(run->scenario->system, new_run->settings);
    status = lab_run_open(lab, run, new_run->seed, new_run->settings, problem);
    if (status == 0) {
        run->input_last = lab_course_inputs(
            &run->course, new_run->inputs != NULL ? new_run->inputs : run->scenario->script);
        status = store_run(lab, run, problem);
    }
    if (status != 0) {
        lab_run_leave(lab, run);
        lab_run_give(lab, run);
        return status;
    }
    lab->counters.runs_created++;
    go_to_start(lab, run, new_run);
    (void)snprintf(name, LAB_RUN_ID_BYTES, "%s", run->name);
    lab_run_started(lab, run);
    lab_run_give(lab, run);
    return 0;
}

/* A scenario that is not there, or no text, is answered with those that are. */
static int scenario_read(const cJSON *name, struct lab_scenario **scenario,
                         struct lab_problem *problem)
{
    int status =
        lab_scenario_load(cJSON_IsString(name) ? name->valuestring : "", false, scenario, problem);
    if (status != 0 && !cJSON_IsString(name)) {
        (void)snprintf(problem->detail, sizeof problem->detail, "scenario %s",
                       name == NULL ? "is missing" : "is not a text");
    }
    return status;
}

static int read_new_run(const cJSON *body, struct lab_new_run *new_run, struct lab_problem *problem)
{
    static const char *const FIELDS[] = {"scenario", "seed", "settings", "private", "paused"};
    for (const cJSON *item = body->child; item != NULL; item = item->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
            known = known || strcmp(item->string, FIELDS[i]) == 0;
        }
        if (!known) {
            int status = lab_refuse(problem, LAB_UNPROCESSABLE, "a run has no field \"%.40s\"",
                                    item->string);
            for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
                lab_problem_allow(problem, FIELDS[i]);
            }
            return status;
        }
    }
    const cJSON *paused = cJSON_GetObjectItemCaseSensitive(body, "paused");
    if (paused != NULL && !cJSON_IsBool(paused)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "paused must be true or false");
    }
    new_run->paused = cJSON_IsTrue(paused);
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(body, "scenario");
    int status = scenario_read(name, &new_run->scenario, problem);
    if (status == 0) {
        memcpy(new_run->settings, new_run->scenario->settings, sizeof new_run->settings);
        status = lab_settings_parse(new_run->scenario->system,
                                    cJSON_GetObjectItemCaseSensitive(body, "settings"),
                                    new_run->settings, problem);
        if (status == 0) {
            status = read_seed(body, &new_run->seed, problem);
        }
        if (status != 0) {
            lab_scenario_free(&new_run->scenario);
        }
    }
    return status == -LAB_NOT_FOUND ? -LAB_UNPROCESSABLE : status;
}

int lab_run_create(struct lab *lab, const struct cJSON *body, const char *owner, struct cJSON **out,
                   struct lab_problem *problem)
{
    if (!cJSON_IsObject(body)) {
        return lab_refuse(problem, LAB_BAD_REQUEST, "the body must be a JSON object");
    }
    struct lab_new_run new_run = {.owner = owner};
    char name[LAB_RUN_ID_BYTES];
    int status = read_new_run(body, &new_run, problem);
    if (status == 0) {
        status = lab_run_make(lab, &new_run, name, problem);
    }
    if (status != 0) {
        return status;
    }
    *out = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(*out, "run", name);
    return 0;
}

/* ---- The private run of a session ---- */

int lab_run_session(struct lab *lab, const char *owner, struct cJSON **out,
                    struct lab_problem *problem)
{
    char name[LAB_RUN_ID_BYTES] = "";
    struct error error = {.text = ""};
    struct store_run_query query = {.owner = owner, .limit = 1};
    if (store_runs_read(lab->store, &query, keep_name, name, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    bool created = name[0] == '\0';
    if (created) {
        struct lab_new_run new_run = {.owner = owner};
        int status = lab_scenario_load(DEFAULT_SCENARIO, false, &new_run.scenario, problem);
        if (status != 0) {
            return status;
        }
        new_run.seed = new_run.scenario->seed;
        memcpy(new_run.settings, new_run.scenario->settings, sizeof new_run.settings);
        status = lab_run_make(lab, &new_run, name, problem);
        if (status != 0) {
            return status;
        }
    }
    *out = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(*out, "run", name);
    (void)cJSON_AddBoolToObject(*out, "created", created);
    return 0;
}
