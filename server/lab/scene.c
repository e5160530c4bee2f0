/* scene.c - reads scenes of the storyboard and refuses what could not be played: the head, and the whole. */
#include "lab/scene.h"

#include "lab/scene_read.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTES_MAX = 180 };
static const char *const SCENE_FIELDS[] = {"$schema",  "title", "about",  "scenario", "seed",
                                           "settings", "steps", "expect", "seeds",    "why_own",
                                           "sources",  "next",  "act",    "minutes",  NULL};
static const char *const ACTS[] = {"city", "agreement", "trouble"};

static int read_run_of_scene(const struct scene_reader *reader)
{
    struct lab_scene *scene = reader->scene;
    struct lab_problem inner = {0};
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(scene->json, "scenario");
    if (!cJSON_IsString(name)) {
        return scene_refuse(reader, "scenario must be the name of one");
    }
    if (lab_scenario_load(name->valuestring, false, &scene->scenario, &inner) != 0) {
        int status = scene_refuse_inner(reader, "scenario", &inner);
        return status;
    }
    int64_t seed = (int64_t)scene->scenario->seed;
    int status = scene_read_number(reader, scene->json, "seed", (int64_t)LAB_SEED_MAX, &seed);
    scene->seed = (uint64_t)seed;
    memcpy(scene->settings, scene->scenario->settings, sizeof scene->settings);
    if (status == 0 && lab_settings_parse(scene->scenario->system,
                                          cJSON_GetObjectItemCaseSensitive(scene->json, "settings"),
                                          scene->settings, &inner) != 0) {
        status = scene_refuse_inner(reader, "settings", &inner);
    }
    return status;
}

static int read_expect(const struct scene_reader *reader)
{
    static const char *const VERDICTS[] = {"PASS",          "FAIL",         "UNKNOWN",
                                           "EXPECTED-FAIL", "NOT-PROMISED", NULL};
    const struct system *system = reader->scene->scenario->system;
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "expect");
    const cJSON *item;
    if (expect != NULL && !cJSON_IsObject(expect)) {
        return scene_refuse(reader, "expect must be an object {promise: verdict}");
    }
    cJSON_ArrayForEach(item, expect)
    {
        uint32_t check = 0;
        uint32_t verdict = 0;
        while (check < system->check_count &&
               strcmp(system->checks[check].name, item->string) != 0) {
            check++;
        }
        while (VERDICTS[verdict] != NULL &&
               (!cJSON_IsString(item) || strcmp(VERDICTS[verdict], item->valuestring) != 0)) {
            verdict++;
        }
        if (check == system->check_count || VERDICTS[verdict] == NULL) {
            char what[SCENE_KEY_BYTES];
            (void)snprintf(what, sizeof what,
                           "expect: \"%.40s\" must be a promise of %s and its verdict",
                           item->string, system->name);
            return scene_refuse(reader, what);
        }
    }
    return 0;
}

/* What the scene stands on, and the one that comes after it. */
static int read_links(const struct scene_reader *reader)
{
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "next");
    const cJSON *sources = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "sources");
    const cJSON *item;
    if (next != NULL && !scene_is_id(cJSON_GetStringValue(next))) {
        return scene_refuse(reader, "next must be the name of a scene");
    }
    if (sources != NULL && !cJSON_IsArray(sources)) {
        return scene_refuse(reader, "sources must be a list of texts");
    }
    cJSON_ArrayForEach(item, sources)
    {
        if (!cJSON_IsString(item)) {
            return scene_refuse(reader, "sources must be a list of texts");
        }
    }
    return 0;
}

/* Where the storyboard puts it, and how long a class takes with it. */
static int read_place(const struct scene_reader *reader)
{
    int64_t minutes = 0;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "act");
    const char *act = cJSON_GetStringValue(item);
    bool known = item == NULL;
    for (size_t i = 0; i < sizeof ACTS / sizeof ACTS[0]; i++) {
        known = known || (act != NULL && strcmp(act, ACTS[i]) == 0);
    }
    if (!known) {
        return scene_refuse(reader, "act must be city, agreement or trouble, or left out");
    }
    return scene_read_number(reader, reader->scene->json, "minutes", MINUTES_MAX, &minutes);
}

static int read_head(const struct scene_reader *reader)
{
    struct lab_scene *scene = reader->scene;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(scene->json, "seeds");
    const char *seeds = cJSON_GetStringValue(item);
    int status = scene_check_fields(reader, scene->json, SCENE_FIELDS, NULL);
    status = status != 0 ? status : read_run_of_scene(reader);
    status = status != 0 ? status : scene_need_text(reader, scene->json, "", "title");
    status = status != 0 ? status : scene_need_text(reader, scene->json, "", "about");
    scene->any_seed = item == NULL;
    if (status == 0 && item != NULL && (seeds == NULL || strcmp(seeds, "own") != 0)) {
        status = scene_refuse(reader, "seeds must be \"own\", or left out");
    }
    if (status == 0 && !scene->any_seed) {
        status = scene_need_text(reader, scene->json, "", "why_own");
    }
    status = status != 0 ? status : read_place(reader);
    status = status != 0 ? status : read_links(reader);
    return status != 0 ? status : read_expect(reader);
}

int lab_scene_make(const char *name, cJSON *json, bool own_words, struct lab_scene **out,
                   struct lab_problem *problem)
{
    struct lab_scene *scene = calloc(1, sizeof *scene);
    if (scene == NULL) {
        abort();
    }
    struct scene_reader reader = {
        .scene = scene, .own_words = own_words, .where = "", .problem = problem};
    (void)snprintf(scene->name, sizeof scene->name, "%s", name);
    scene->json = json;
    int status = cJSON_IsObject(json) ? 0 : scene_refuse(&reader, "not a JSON object");
    status = status != 0 ? status : read_head(&reader);
    status = status != 0 ? status : scene_read_steps(&reader);
    if (status != 0) {
        lab_scene_free(&scene);
        return status;
    }
    *out = scene;
    return 0;
}

int lab_scene_parse(const char *name, const char *text, bool own_words, struct lab_scene **out,
                    struct lab_problem *problem)
{
    return lab_scene_make(name, cJSON_ParseWithOpts(text, NULL, true), own_words, out, problem);
}

cJSON *lab_scene_json(const struct lab_scene *scene)
{
    cJSON *object = cJSON_Duplicate(scene->json, true);
    cJSON_DeleteItemFromObjectCaseSensitive(object, "seed");
    (void)cJSON_AddStringToObject(object, "name", scene->name);
    (void)cJSON_AddStringToObject(object, "system", scene->scenario->system->name);
    (void)cJSON_AddNumberToObject(object, "seed", (double)scene->seed);
    return object;
}

void lab_scene_free(struct lab_scene **scene_pointer)
{
    struct lab_scene *scene = *scene_pointer;
    if (scene == NULL) {
        return;
    }
    *scene_pointer = NULL;
    lab_scenario_free(&scene->scenario);
    cJSON_Delete(scene->json);
    free(scene);
}
