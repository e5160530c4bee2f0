/* requests.c - listing, looking at, naming and deleting runs. */
#include "lab/lab_internal.h"

#include "lab/documents.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

enum {
    LIST_MAX = 200,
    ALLOWED_MAX = 20,
};

/* ---- Listing ---- */

static void list_stored(void *list, const struct store_run *run)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "run", run->name);
    (void)cJSON_AddStringToObject(item, "run_id", run->run_id);
    (void)cJSON_AddStringToObject(item, "scenario", run->scenario);
    (void)cJSON_AddNumberToObject(item, "seed", (double)run->seed);
    (void)cJSON_AddBoolToObject(item, "private", run->owner[0] != '\0');
    (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(run->t_ns / 1000, 3));
    (void)cJSON_AddStringToObject(item, "state", "stored");
    (void)cJSON_AddNumberToObject(item, "speed", lab_decimal(run->speed_ppm, 6));
    (void)cJSON_AddNumberToObject(item, "viewers", 0);
    lab_add_created(item, run->created_ms);
    (void)cJSON_AddItemToArray(list, item);
}

void lab_summary_refresh(struct lab *lab, cJSON *item)
{
    struct lab_run *run = lab_run_in_memory(lab, cJSON_GetObjectItem(item, "run")->valuestring);
    if (run == NULL) {
        return;
    }
    pthread_mutex_lock(&run->lock);
    if (run->course.sim.world != NULL) {
        lab_summary_update(run, item);
    }
    lab_run_give(lab, run);
}

int lab_run_list(struct lab *lab, const char *owner, struct cJSON **out,
                 struct lab_problem *problem)
{
    cJSON *list = cJSON_CreateArray();
    struct store_run_query query = {.visible_to = owner == NULL ? "" : owner, .limit = LIST_MAX};
    struct error error = {.text = ""};
    if (store_runs_read(lab->store, &query, list_stored, list, &error) != 0) {
        cJSON_Delete(list);
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        lab_summary_refresh(lab, item);
    }
    *out = list;
    return 0;
}

/* ---- One run ---- */

static void allow_run(void *problem, const struct store_run *run)
{
    lab_problem_allow(problem, run->name);
}

void lab_run_allow(struct lab *lab, const char *owner, struct lab_problem *problem)
{
    struct store_run_query query = {.visible_to = owner == NULL ? "" : owner, .limit = ALLOWED_MAX};
    struct error error = {.text = ""};
    (void)store_runs_read(lab->store, &query, allow_run, problem, &error);
}

int lab_run_get(struct lab *lab, const char *name, struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    *out = lab_run_json(run);
    lab_run_give(lab, run);
    return 0;
}

int lab_run_delete(struct lab *lab, const char *name, struct lab_problem *problem)
{
    struct lab_run *run;
    struct error error = {.text = ""};
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    if (store_run_delete(lab->store, run->key, &error) != 0) {
        status = lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    } else {
        lab_run_leave(lab, run);
    }
    lab_run_give(lab, run);
    return status;
}

struct owner_of {
    char *owner;
    bool found;
};

static void keep_owner(void *context, const struct store_run *run)
{
    struct owner_of *owner = context;
    owner->found = true;
    (void)snprintf(owner->owner, LAB_OWNER_BYTES, "%s", run->owner);
}

int lab_run_owner(struct lab *lab, const char *name, char owner[64], struct lab_problem *problem)
{
    struct lab_run *run = lab_run_in_memory(lab, name);
    if (run != NULL) { /* fixed while in memory, once it is complete */
        pthread_mutex_lock(&run->lock);
        (void)snprintf(owner, LAB_OWNER_BYTES, "%s", run->owner);
        lab_run_give(lab, run);
        return 0;
    }
    struct owner_of found = {.owner = owner};
    struct error error = {.text = ""};
    struct store_run_query query = {.name = name, .limit = 1};
    if (store_runs_read(lab->store, &query, keep_owner, &found, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return found.found ? 0 : lab_refuse(problem, LAB_NOT_FOUND, "there is no run \"%.40s\"", name);
}
