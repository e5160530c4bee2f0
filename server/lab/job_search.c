/* job_search.c - a search over seeds as a job: `chef search` for the page. */
#include "lab/jobs_internal.h"

#include "base/duration.h"
#include "lab/search.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <string.h>

enum { HITS_STANDARD = 20, SEEDS_STANDARD = 2000 };

/* ---- Doing it ---- */

/* Hits are shown as they come. */
static void hit_found(void *context, const struct lab_search_hit *hit)
{
    struct lab_job *job = context;
    cJSON *item = lab_search_hit_json(job->scenario, hit);
    lab_job_lock(job);
    (void)cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(job->result, "hits"), item);
    lab_job_unlock(job);
}

static int search_work(struct lab_job *job, struct lab_problem *problem)
{
    struct lab_search_result result;
    const struct lab_search search = {.scenario = job->scenario,
                                      .settings = job->settings,
                                      .condition = &job->condition,
                                      .first_seed = job->seed,
                                      .last_seed = job->last_seed,
                                      .within_ns = job->until_ns,
                                      .hits_max = job->hits_max,
                                      .jobs = 1, /* the others of the machine are for live runs */
                                      .give_up = &job->give_up,
                                      .seeds_done = &job->done,
                                      .context = job,
                                      .found = hit_found};
    int status = lab_search_run(&search, &result, problem);
    if (status != 0) {
        return status;
    }
    lab_job_lock(job);
    (void)cJSON_AddNumberToObject(job->result, "seeds", (double)result.seeds);
    (void)cJSON_AddNumberToObject(job->result, "wall_ms", lab_decimal(result.wall_ns / 1000000, 0));
    lab_job_unlock(job);
    lab_search_free(&result);
    return 0;
}

/* ---- Reading what is asked for ---- */

static int read_scenario(const cJSON *body, struct lab_job *job, struct lab_problem *problem)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(body, "scenario");
    if (lab_scenario_load(cJSON_IsString(name) ? name->valuestring : "", false, &job->scenario,
                          problem) != 0) {
        return -LAB_UNPROCESSABLE;
    }
    memcpy(job->settings, job->scenario->settings, sizeof job->settings);
    return lab_settings_parse(job->scenario->system,
                              cJSON_GetObjectItemCaseSensitive(body, "settings"), job->settings,
                              problem);
}

static int read_until(const cJSON *body, struct lab_job *job, struct lab_problem *problem)
{
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(body, "until");
    if (!cJSON_IsString(until)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "until must be a condition, in a text");
    }
    return lab_condition_parse(job->scenario, until->valuestring, &job->condition, problem);
}

/* A whole number; `standard` when it is absent. */
static int read_number(const cJSON *body, const char *name, int64_t min, int64_t max,
                       int64_t standard, int64_t *number, struct lab_problem *problem)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, name);
    *number = standard;
    if (item == NULL) {
        return 0;
    }
    if (!cJSON_IsNumber(item) || !lab_decimal_parse(item->valuedouble, 0, number) ||
        *number < min || *number > max) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "%s must be a whole number from %lld to %lld",
                          name, (long long)min, (long long)max);
    }
    return 0;
}

static int read_seeds(const cJSON *body, struct lab_job *job, struct lab_problem *problem)
{
    int64_t first = 0;
    int64_t last = 0;
    int64_t hits = 0;
    int status = read_number(body, "first_seed", 0, (int64_t)LAB_SEED_MAX, 1, &first, problem);
    if (status == 0) {
        int64_t most = first + LAB_JOB_SEEDS_MAX - 1;
        most = most < (int64_t)LAB_SEED_MAX ? most : (int64_t)LAB_SEED_MAX;
        int64_t standard = first + SEEDS_STANDARD - 1 < most ? first + SEEDS_STANDARD - 1 : most;
        status = read_number(body, "last_seed", first, most, standard, &last, problem);
    }
    if (status == 0) {
        status = read_number(body, "hits", 1, LAB_JOB_HITS_MAX, HITS_STANDARD, &hits, problem);
    }
    job->seed = (uint64_t)first;
    job->last_seed = (uint64_t)last;
    job->hits_max = (uint32_t)hits;
    job->of = (uint64_t)(last - first + 1);
    return status;
}

/* How far each run goes, and all of them together. */
static int read_within(const cJSON *body, struct lab_job *job, struct lab_problem *problem)
{
    const cJSON *within = cJSON_GetObjectItemCaseSensitive(body, "within");
    uint64_t length_ns = LAB_SEARCH_WITHIN_STANDARD_NS;
    struct error error = {.text = ""};
    if (cJSON_IsString(within) && duration_parse(within->valuestring, &length_ns, &error) != 0) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "within: %s", error.text);
    }
    if ((within != NULL && !cJSON_IsString(within)) || length_ns < DURATION_S ||
        length_ns > DURATION_HOUR) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "within must be a duration from 1s to 1h, as in 1m");
    }
    if (job->of * (length_ns / DURATION_MS) >
        LAB_JOB_MINUTES_MAX * (DURATION_MINUTE / DURATION_MS)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "%llu seeds for that long are more than %d virtual minutes together; ask "
                          "for fewer seeds or a shorter time",
                          (unsigned long long)job->of, LAB_JOB_MINUTES_MAX);
    }
    job->until_ns = (int64_t)length_ns;
    return 0;
}

static int read_search(const cJSON *body, struct lab_job *job, struct lab_problem *problem)
{
    static int (*const PARTS[])(const cJSON *, struct lab_job *, struct lab_problem *) = {
        read_scenario, read_until, read_seeds, read_within};
    static const char *const FIELDS[] = {"scenario", "until",    "first_seed", "last_seed",
                                         "within",   "settings", "hits",       NULL};
    int status = lab_job_fields(body, "search", FIELDS, problem);
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0] && status == 0; i++) {
        status = PARTS[i](body, job, problem);
    }
    return status;
}

int lab_search_begin(struct lab *lab, const struct cJSON *body, const char *owner,
                     struct cJSON **out, struct lab_problem *problem)
{
    struct lab_job *job = lab_job_make(lab, "search", owner, search_work);
    int status = read_search(body, job, problem);
    if (status != 0) {
        lab_job_free(job);
        return status;
    }
    job->result = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(job->result, "scenario", job->scenario->name);
    (void)cJSON_AddStringToObject(job->result, "until",
                                  cJSON_GetObjectItemCaseSensitive(body, "until")->valuestring);
    (void)cJSON_AddArrayToObject(job->result, "hits");
    return lab_job_queue(job, out, problem);
}
