/* handlers_scenes.c - scenes of the storyboard: those of the program, and a lecturer's own. */
#include "http/handlers.h"

#include <cjson/cJSON.h>

#include "http/request.h"
#include "http/server.h"
#include "lab/scene.h"

/* A field of its file that the list has too, when the scene has it. */
static void add_field(cJSON *item, const struct lab_scene *scene, const char *field)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(scene->json, field);
    if (value != NULL)
        cJSON_AddItemToObject(item, field, cJSON_Duplicate(value, true));
}

static void add_scene(void *list, const char *name)
{
    struct lab_scene *scene = NULL;
    if (lab_scene_load(name, false, &scene, NULL) != 0)
        return; /* a test loads them all: this one is not in the program */
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "name", name);
    cJSON_AddStringToObject(item, "system", scene->scenario->system->name);
    cJSON_AddStringToObject(item, "scenario", scene->scenario->name);
    cJSON_AddNumberToObject(item, "seed", (double)scene->seed);
    cJSON_AddStringToObject(item, "title", lab_scene_text(scene, scene->json, "", "title"));
    cJSON_AddStringToObject(item, "about", lab_scene_text(scene, scene->json, "", "about"));
    add_field(item, scene, "act");
    add_field(item, scene, "minutes");
    cJSON_AddItemToArray(list, item);
    lab_scene_free(&scene);
}

int handle_scenes(struct request *request)
{
    struct lab_problem problem = {0};
    cJSON *list = cJSON_CreateArray();
    lab_scene_names(add_scene, list);
    return reply_lab(request, 0, 200, list, &problem);
}

static int reply_scene(struct request *request, int result, struct lab_scene *scene,
                       struct lab_problem *problem)
{
    cJSON *document = result == 0 ? lab_scene_json(scene) : NULL;
    lab_scene_free(&scene);
    return reply_lab(request, result, 200, document, problem);
}

int handle_scene(struct request *request)
{
    struct lab_problem problem = {0};
    struct lab_scene *scene = NULL;
    int result = lab_scene_load(request->parameters[0], false, &scene, &problem);
    return reply_scene(request, result, scene, &problem);
}

/* Nothing is kept: the page that sent it plays it. */
int handle_scene_check(struct request *request)
{
    struct lab_problem problem = {0};
    struct lab_scene *scene = NULL;
    int result =
        lab_scene_make("own", cJSON_Duplicate(request->body, true), true, &scene, &problem);
    return reply_scene(request, result, scene, &problem);
}
