/* scenario.c - where a run begins. */
#include "lab/scenario.h"

#include "base/embedded.h"
#include "lab/model.h"
#include "lab/parts.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCENARIO_UNTIL_S_STANDARD = 600, PATH_BYTES = 160 };
static const char SCENARIO_ENDING[] = ".json";
static const char SYSTEMS_FOLDER[] = "server/systems/";
static const char SCENARIOS_PART[] = "/scenarios/";

/* ---- Names ---- */

/* "server/systems/kitchens/scenarios/bench.json" is "kitchens/bench"; false for another file. */
static bool name_of_path(const char *path, char name[LAB_SCENARIO_NAME_BYTES])
{
    const char *system = path + strlen(SYSTEMS_FOLDER);
    const char *middle = strstr(system, SCENARIOS_PART);
    size_t length = strlen(path);
    size_t ending = strlen(SCENARIO_ENDING);
    if (middle == NULL || length < ending || strcmp(path + length - ending, SCENARIO_ENDING) != 0) {
        return false;
    }
    const char *file = middle + strlen(SCENARIOS_PART);
    int written = snprintf(name, LAB_SCENARIO_NAME_BYTES, "%.*s/%.*s", (int)(middle - system),
                           system, (int)(strlen(file) - ending), file);
    return written > 0 && written < LAB_SCENARIO_NAME_BYTES;
}

void lab_scenario_names(void (*each)(void *context, const char *name), void *context)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_with_prefix(SYSTEMS_FOLDER, &count);
    for (size_t i = 0; i < count; i++) {
        char name[LAB_SCENARIO_NAME_BYTES];
        if (name_of_path(files[i].path, name)) {
            each(context, name);
        }
    }
}

static void allow_name(void *problem, const char *name)
{
    lab_problem_allow(problem, name);
}

static const struct system *system_find(const char *name)
{
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        if (strcmp(SYSTEMS[i]->name, name) == 0) {
            return SYSTEMS[i];
        }
    }
    return NULL;
}

/* ---- Fields ---- */

static const cJSON *field(const struct lab_scenario *scenario, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(scenario->json, name);
}

static int read_text(const struct lab_scenario *scenario, const char *name, const char **text,
                     struct lab_problem *problem)
{
    const cJSON *item = field(scenario, name);
    if (item != NULL && !cJSON_IsString(item)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: %s must be a text",
                          scenario->name, name);
    }
    *text = item == NULL ? NULL : item->valuestring;
    return 0;
}

static int read_whole(const struct lab_scenario *scenario, const char *name, int64_t min,
                      int64_t max, int64_t *value, struct lab_problem *problem)
{
    const cJSON *item = field(scenario, name);
    if (item == NULL) {
        return 0;
    }
    int64_t number = 0;
    if (!cJSON_IsNumber(item) || !lab_decimal_parse(item->valuedouble, 0, &number) ||
        number < min || number > max) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "scenario %s: %s must be a whole number from %lld to %lld",
                          scenario->name, name, (long long)min, (long long)max);
    }
    *value = number;
    return 0;
}

static int read_times(struct lab_scenario *scenario, struct lab_problem *problem)
{
    int64_t seed = 1;
    int64_t until_s = SCENARIO_UNTIL_S_STANDARD;
    int status = read_whole(scenario, "seed", 0, (int64_t)LAB_SEED_MAX, &seed, problem);
    if (status == 0) {
        status = read_whole(scenario, "until_s", 1, LAB_SCENARIO_SECONDS_MAX, &until_s, problem);
    }
    scenario->seed = (uint64_t)seed;
    scenario->until_ns = until_s * 1000000000;
    return status;
}

static int read_words(struct lab_scenario *scenario, struct lab_problem *problem)
{
    const char *title = NULL;
    const char *about = NULL;
    int status = read_text(scenario, "title", &title, problem);
    if (status == 0) {
        status = read_text(scenario, "about", &about, problem);
    }
    if (status == 0) {
        status = read_text(scenario, "bug", &scenario->bug, problem);
    }
    scenario->title = title == NULL ? scenario->name : title;
    scenario->about = about == NULL ? "" : about;
    scenario->expect = field(scenario, "expect");
    if (status == 0 && scenario->bug != NULL &&
        lab_setting_find(scenario->system, scenario->bug, problem) < 0) {
        status = -LAB_UNPROCESSABLE;
    }
    return status;
}

static int read_settings(struct lab_scenario *scenario, struct lab_problem *problem)
{
    const struct system *system = scenario->system;
    assert(system->setting_count <= LAB_SETTINGS_MAX);
    for (uint32_t i = 0; i < system->setting_count; i++) {
        scenario->settings[i] = system->settings[i].standard;
    }
    return lab_settings_parse(system, field(scenario, "settings"), scenario->settings, problem);
}

static int read_system(struct lab_scenario *scenario, struct lab_problem *problem)
{
    char name[LAB_SCENARIO_NAME_BYTES];
    const cJSON *named = field(scenario, "system");
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(scenario->name, "/"), scenario->name);
    scenario->system = system_find(cJSON_IsString(named) ? named->valuestring : name);
    if (scenario->system != NULL) {
        return 0;
    }
    int status =
        cJSON_IsString(named) || strchr(scenario->name, '/') != NULL
            ? lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: there is no system \"%.40s\"",
                         scenario->name, cJSON_IsString(named) ? named->valuestring : name)
            : lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: it names no \"system\"",
                         scenario->name);
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        lab_problem_allow(problem, SYSTEMS[i]->name);
    }
    return status;
}

static int read_plan(struct lab_scenario *scenario, struct lab_problem *problem)
{
    const struct system *system = scenario->system;
    struct error error = {.text = ""};
    scenario->data = calloc(1, system->plan_bytes + 1);
    if (scenario->data == NULL) {
        abort();
    }
    if (system->load(scenario->json, scenario->data, &error) != 0) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: %s", scenario->name,
                          error.text);
    }
    scenario->node_count = system->nodes(scenario->data, scenario->nodes, SIM_NODES_MAX);
    scenario->model = SIM_MODEL_STANDARD;
    return lab_model_parse(field(scenario, "model"), &scenario->model, problem);
}

static int read_script_item(struct lab_scenario *scenario, const cJSON *item,
                            struct lab_problem *problem)
{
    const cJSON *at_ms = cJSON_GetObjectItemCaseSensitive(item, "at_ms");
    int64_t at_us = 0;
    if (!cJSON_IsNumber(at_ms) || !lab_decimal_parse(at_ms->valuedouble, 3, &at_us) || at_us < 0 ||
        at_us > (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "at_ms must be a number from 0 to %d",
                          LAB_SCENARIO_SECONDS_MAX * 1000);
    }
    struct lab_input_parts parts;
    int status = lab_input_script_parts(scenario, item, &parts, problem);
    for (uint32_t i = 0; i < parts.count && status == 0; i++) {
        parts.list[i].time_ns += at_us * 1000;
        (void)lab_inputs_insert(scenario->script, &parts.list[i], scenario->script->count + 1,
                                "script");
    }
    return status;
}

static int read_script(struct lab_scenario *scenario, struct lab_problem *problem)
{
    scenario->script = calloc(1, sizeof *scenario->script);
    if (scenario->script == NULL) {
        abort();
    }
    const cJSON *list = field(scenario, "inputs");
    if (list != NULL && !cJSON_IsArray(list)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: inputs must be a list",
                          scenario->name);
    }
    uint32_t place = 1;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        struct lab_problem inner;
        int status = read_script_item(scenario, item, &inner);
        if (status != 0) {
            (void)lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: input %u: %.300s",
                             scenario->name, place, inner.detail);
            lab_problem_clear(&inner);
            return -LAB_UNPROCESSABLE;
        }
        place++;
    }
    return 0;
}

/* ---- The whole ---- */

int lab_scenario_parse(const char *name, const char *text, struct lab_scenario **scenario_out,
                       struct lab_problem *problem)
{
    struct lab_scenario *scenario = calloc(1, sizeof *scenario);
    char *copy = strdup(text);
    if (scenario == NULL || copy == NULL) {
        abort();
    }
    scenario->text = copy;
    (void)snprintf(scenario->name, sizeof scenario->name, "%s", name);
    const char *end = NULL;
    scenario->json = cJSON_ParseWithOpts(text, &end, true);
    int status = 0;
    if (!cJSON_IsObject(scenario->json)) {
        status =
            lab_refuse(problem, LAB_UNPROCESSABLE, "scenario %s: not a JSON object near \"%.20s\"",
                       name, end == NULL ? "" : end);
    }
    int (*const steps[])(struct lab_scenario *, struct lab_problem *) = {
        read_system, read_times, read_words, read_settings, read_plan, read_script};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == 0; i++) {
        status = steps[i](scenario, problem);
    }
    if (status != 0) {
        lab_scenario_free(&scenario);
        return status;
    }
    *scenario_out = scenario;
    return 0;
}

void lab_scenario_free(struct lab_scenario **scenario_pointer)
{
    struct lab_scenario *scenario = *scenario_pointer;
    if (scenario == NULL) {
        return;
    }
    *scenario_pointer = NULL;
    if (scenario->script != NULL) {
        lab_inputs_free(scenario->script);
        free(scenario->script);
    }
    cJSON_Delete(scenario->json);
    free(scenario->data);
    free(scenario->text);
    free(scenario);
}

static int load_file(const char *path, struct lab_scenario **scenario, struct lab_problem *problem)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return lab_refuse(problem, LAB_NOT_FOUND, "cannot read scenario file %.200s: %s", path,
                          strerror(errno));
    }
    char *text = malloc(LAB_SCENARIO_BYTES_MAX + 1);
    if (text == NULL) {
        abort();
    }
    size_t length = fread(text, 1, LAB_SCENARIO_BYTES_MAX + 1, file);
    bool bad = ferror(file) != 0 || length > LAB_SCENARIO_BYTES_MAX;
    (void)fclose(file);
    int status;
    if (bad) {
        status = lab_refuse(problem, LAB_UNPROCESSABLE,
                            "scenario file %.200s cannot be read, or has more than %d bytes", path,
                            LAB_SCENARIO_BYTES_MAX);
    } else {
        const char *slash = strrchr(path, '/');
        text[length] = '\0';
        status = lab_scenario_parse(slash == NULL ? path : slash + 1, text, scenario, problem);
    }
    free(text);
    return status;
}

/* The file of a scenario inside the program; NULL when there is none of this name. */
static const struct embedded_file *file_of_name(const char *name)
{
    char path[PATH_BYTES];
    const char *slash = strchr(name, '/');
    if (slash == NULL || strlen(name) >= LAB_SCENARIO_NAME_BYTES) {
        return NULL;
    }
    (void)snprintf(path, sizeof path, "%s%.*s%s%s%s", SYSTEMS_FOLDER, (int)(slash - name), name,
                   SCENARIOS_PART, slash + 1, SCENARIO_ENDING);
    return embedded_find(path);
}

bool lab_scenario_is_in_catalogue(const struct lab_scenario *scenario)
{
    const struct embedded_file *file = file_of_name(scenario->name);
    return file != NULL && strcmp((const char *)file->bytes, scenario->text) == 0;
}

int lab_scenario_load(const char *name, bool files, struct lab_scenario **scenario,
                      struct lab_problem *problem)
{
    size_t length = strlen(name);
    size_t ending = strlen(SCENARIO_ENDING);
    if (files && length > ending && strcmp(name + length - ending, SCENARIO_ENDING) == 0) {
        return load_file(name, scenario, problem);
    }
    const struct embedded_file *file = file_of_name(name);
    if (file != NULL) {
        return lab_scenario_parse(name, (const char *)file->bytes, scenario, problem);
    }
    int status = lab_refuse(problem, LAB_NOT_FOUND, "there is no scenario \"%.64s\"", name);
    if (problem != NULL) {
        lab_scenario_names(allow_name, problem);
    }
    return status;
}

void lab_scenario_plan(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                       struct sim_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    plan->seed = seed;
    plan->node_count = scenario->node_count;
    for (uint32_t i = 0; i < scenario->node_count; i++) {
        const struct system_node *from = &scenario->nodes[i];
        struct sim_node_plan *to = &plan->nodes[i];
        _Static_assert(sizeof from->name == sizeof to->name, "names fit");
        memcpy(to->name, from->name, sizeof to->name);
        to->protocol = from->protocol;
        to->x_m = from->x_m;
        to->y_m = from->y_m;
        to->region = from->region;
    }
    uint32_t large = scenario->system->large_messages * scenario->node_count;
    /* Of any of the three larger sizes, as it comes. Who asks again every 20 ms over a slow road has
     * thousands of small ones under way. */
    if (large > 0) {
        plan->limits.messages_64 = 12 * large;
        plan->limits.messages_256 = 2 * large;
        plan->limits.messages_1024 = large;
        plan->limits.messages_4096 = large;
    }
    plan->model = scenario->model;
    plan->settings = settings;
    plan->setting_count = scenario->system->setting_count;
    plan->data = scenario->data;
    plan->data_bytes = scenario->system->plan_bytes;
    plan->observer = scenario->system->observer;
}
