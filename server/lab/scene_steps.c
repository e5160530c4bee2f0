/* scene_steps.c - reads the steps of a scene: each by its beat, and their order. */
#include "lab/scene_read.h"

#include "lab/parts.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static const char *const BEATS[LAB_BEATS] = {"situation", "predict",    "run",  "freeze",
                                             "explain",   "vote_again", "turn", "home"};
/* Beside those of every step. A field that its beat does not look at is a mistake of whoever wrote it there. */
static const char *const STEP_FIELDS[] = {"id", "beat", "caption", "notes", "focus", NULL};
static const char *const BEAT_FIELDS[LAB_BEATS][6] = {
    [LAB_BEAT_PREDICT] = {"question", "options"},
    [LAB_BEAT_RUN] = {"do", "until", "within_s", "speed"},
    [LAB_BEAT_EXPLAIN] = {"view", "last_s", "setting", "sides"},
    [LAB_BEAT_TURN] = {"tasks", "speed"},
};

const char *lab_beat_name(enum lab_beat beat)
{
    assert(beat < LAB_BEATS);
    return BEATS[beat];
}

/* ---- Parts of a step ---- */

static const struct choice_kind {
    const char *list, *text, *condition;
    uint32_t min, max;
    bool must_hold; /* every one has a condition */
    const char *fields[5];
} OPTIONS = {"options", "text", "holds", 2, LAB_SCENE_OPTIONS_MAX, false, {"id", "text", "holds"}},
  TASKS =
      {"tasks", "text", "until", 1, LAB_SCENE_TASKS_MAX, true, {"id", "text", "until", "unless"}},
  SIDES = {"sides", NULL, "holds", 2, 2, false, {"id", "value", "holds"}};

/* What makes a task impossible from then on: one condition with what it asks for. */
static int read_unless(const struct scene_reader *reader, const cJSON *task,
                       struct lab_condition *condition)
{
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(task, "until");
    const cJSON *unless = cJSON_GetObjectItemCaseSensitive(task, "unless");
    if (unless == NULL) {
        return 0;
    }
    int status = scene_read_condition(reader, unless, "unless", condition);
    if (status != 0) {
        return status;
    }
    char text[2 * LAB_CONDITION_BYTES_MAX + 32];
    (void)snprintf(text, sizeof text, "(%s) and not first(%s)", until->valuestring,
                   unless->valuestring);
    cJSON *both = cJSON_CreateString(text);
    status = scene_read_condition(reader, both, "until with unless", condition);
    cJSON_Delete(both);
    return status;
}

static int read_choice(const struct scene_reader *reader, const struct choice_kind *kind,
                       const char *step_id, const cJSON *item, struct lab_scene_choice *choice)
{
    char key[SCENE_KEY_BYTES];
    const cJSON *condition = cJSON_GetObjectItemCaseSensitive(item, kind->condition);
    choice->id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
    int status = scene_check_fields(reader, item, kind->fields, NULL);
    if (status != 0) {
        return status;
    }
    if (!scene_is_id(choice->id)) {
        return scene_refuse(reader,
                            "every option, task and side has an id of small letters and digits");
    }
    (void)snprintf(key, sizeof key, "%s.%s.%s", step_id, kind->list, choice->id);
    choice->conditional = condition != NULL;
    status = kind->text == NULL ? 0 : scene_need_text(reader, item, key, kind->text);
    if (status == 0 && (condition != NULL || kind->must_hold)) {
        status = scene_read_condition(reader, condition, kind->condition, &choice->condition);
    }
    return status == 0 && kind == &TASKS ? read_unless(reader, item, &choice->condition) : status;
}

static int read_choices(const struct scene_reader *reader, const struct choice_kind *kind,
                        struct lab_scene_step *step)
{
    char what[SCENE_KEY_BYTES];
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(step->json, kind->list);
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < (int)kind->min || count > (int)kind->max) {
        (void)snprintf(what, sizeof what, "%s must be a list of %u to %u", kind->list, kind->min,
                       kind->max);
        return scene_refuse(reader, what);
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        int status = read_choice(reader, kind, step->id, item, &step->choices[step->choice_count]);
        if (status != 0) {
            return status;
        }
        step->choice_count++;
    }
    return 0;
}

/* A question has one option that holds when no other does. */
static int read_question(const struct scene_reader *reader, struct lab_scene_step *step)
{
    int status = scene_need_text(reader, step->json, step->id, "question");
    status = status != 0 ? status : read_choices(reader, &OPTIONS, step);
    uint32_t rest = 0;
    for (uint32_t i = 0; i < step->choice_count; i++) {
        rest += !step->choices[i].conditional;
    }
    return status != 0 ? status
           : rest == 1
               ? 0
               : scene_refuse(reader, "exactly one option has no \"holds\": it is the answer "
                                      "when none of the others came true");
}

cJSON *lab_scene_body(const struct lab_scene *scene, const cJSON *item, uint32_t node,
                      uint32_t peer)
{
    static const char *const FIELDS[] = {"node", "peer"};
    const struct lab_scenario *scenario = scene->scenario;
    cJSON *body = cJSON_Duplicate(item, true);
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, FIELDS[i]));
        uint32_t who = name == NULL                 ? NODE_NONE
                       : strcmp(name, "@node") == 0 ? node
                       : strcmp(name, "@peer") == 0 ? peer
                                                    : NODE_NONE;
        if (who < scenario->node_count) {
            cJSON_ReplaceItemInObjectCaseSensitive(body, FIELDS[i],
                                                   cJSON_CreateString(scenario->nodes[who].name));
        }
    }
    return body;
}

static int read_do(const struct scene_reader *reader, const struct lab_scene_step *step)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(step->json, "do");
    if (list == NULL) {
        return 0;
    }
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > LAB_SCENE_DO_MAX) {
        return scene_refuse(reader, "do must be a list of at most 8 inputs");
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        struct lab_problem inner = {0};
        struct lab_input_parts parts;
        bool operation = false;
        cJSON *body = lab_scene_body(reader->scene, item, 0, 0);
        int status =
            lab_input_parts(reader->scene->scenario, NULL, body, &parts, &operation, &inner);
        cJSON_Delete(body);
        if (status != 0) {
            return scene_refuse_inner(reader, "do", &inner);
        }
        if (operation) {
            return scene_refuse(reader,
                                "do: a client's operation cannot be done while the run stands "
                                "still; let the scenario do it");
        }
    }
    return 0;
}

static int read_run(const struct scene_reader *reader, struct lab_scene_step *step)
{
    int64_t within_s = LAB_SCENE_WITHIN_S_STANDARD;
    int status = scene_read_condition(reader, cJSON_GetObjectItemCaseSensitive(step->json, "until"),
                                      "until", &step->until);
    status = status != 0 ? status
                         : scene_read_number(reader, step->json, "within_s", LAB_SCENE_WITHIN_S_MAX,
                                             &within_s);
    status = status != 0 ? status : scene_read_decimal(reader, step->json, "speed");
    step->within_ns = within_s * 1000000000;
    return status != 0 ? status : read_do(reader, step);
}

/* A node, or whoever the event is about that the run before ended with. */
static bool is_focus(const struct lab_scenario *scenario, const char *name)
{
    return name != NULL && (strcmp(name, "@node") == 0 || strcmp(name, "@peer") == 0 ||
                            lab_node_find(scenario, name) != NODE_NONE);
}

static int read_focus(const struct scene_reader *reader, const struct lab_scene_step *step)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(step->json, "focus");
    const cJSON *item;
    if (list != NULL && !cJSON_IsArray(list)) {
        return scene_refuse(reader,
                            "focus must be a list of names of nodes, or of @node and @peer");
    }
    cJSON_ArrayForEach(item, list)
    {
        if (!is_focus(reader->scene->scenario, cJSON_GetStringValue(item))) {
            int status =
                scene_refuse(reader, "focus must be a list of names of nodes, or of @node and "
                                     "@peer");
            for (uint32_t i = 0; i < reader->scene->scenario->node_count && reader->problem; i++) {
                lab_problem_allow(reader->problem, reader->scene->scenario->nodes[i].name);
            }
            return status;
        }
    }
    return 0;
}

/* Two values of one setting beside each other, from the run's beginning. */
static int read_sides(const struct scene_reader *reader, struct lab_scene_step *step)
{
    const struct system *system = reader->scene->scenario->system;
    const cJSON *setting = cJSON_GetObjectItemCaseSensitive(step->json, "setting");
    struct lab_problem inner = {0};
    int index =
        cJSON_IsString(setting) ? lab_setting_find(system, setting->valuestring, &inner) : -1;
    if (index < 0) {
        return cJSON_IsString(setting) ? scene_refuse_inner(reader, "setting", &inner)
                                       : scene_refuse(reader, "a comparison names its \"setting\"");
    }
    int status = read_choices(reader, &SIDES, step);
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(step->json, "sides"))
    {
        int64_t value = 0;
        if (status == 0 && lab_setting_parse(system, (uint32_t)index,
                                             cJSON_GetObjectItemCaseSensitive(item, "value"),
                                             &value, &inner) != 0) {
            status = scene_refuse_inner(reader, "sides", &inner);
        }
    }
    return status;
}

static int read_explain(const struct scene_reader *reader, struct lab_scene_step *step)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(step->json, "view");
    const char *view = item == NULL ? "stage" : cJSON_GetStringValue(item);
    int status = scene_read_decimal(reader, step->json, "last_s");
    if (status != 0) {
        return status;
    }
    if (view != NULL && strcmp(view, "compare") == 0) {
        return read_sides(reader, step);
    }
    bool known = view != NULL && (strcmp(view, "stage") == 0 || strcmp(view, "spacetime") == 0 ||
                                  strcmp(view, "verdict") == 0);
    return known ? 0 : scene_refuse(reader, "view must be stage, spacetime, verdict or compare");
}

/* ---- Steps ---- */

static int read_beat(const struct scene_reader *reader, struct lab_scene_step *step)
{
    const char *beat = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step->json, "beat"));
    step->beat = LAB_BEAT_SITUATION;
    while (step->beat < LAB_BEATS && (beat == NULL || strcmp(BEATS[step->beat], beat) != 0)) {
        step->beat++;
    }
    if (step->beat < LAB_BEATS) {
        return 0;
    }
    int status = scene_refuse(reader, "beat must be one of those that exist");
    for (uint32_t i = 0; i < LAB_BEATS && reader->problem != NULL; i++) {
        lab_problem_allow(reader->problem, BEATS[i]);
    }
    return status;
}

static bool id_is_taken(const struct lab_scene *scene, const char *id)
{
    for (uint32_t i = 0; i < scene->step_count; i++) {
        if (strcmp(scene->steps[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static int read_step(struct scene_reader *reader, struct lab_scene_step *step)
{
    step->id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step->json, "id"));
    if (!scene_is_id(step->id) || id_is_taken(reader->scene, step->id)) {
        return scene_refuse(reader, "every step has an id of its own, of small letters and digits");
    }
    reader->where = step->id;
    int status = read_beat(reader, step);
    if (status == 0) {
        status = scene_check_fields(reader, step->json, STEP_FIELDS, BEAT_FIELDS[step->beat]);
    }
    status = status != 0 ? status : scene_may_have_text(reader, step->json, step->id, "notes");
    bool plain = step->beat == LAB_BEAT_VOTE_AGAIN || step->beat == LAB_BEAT_HOME ||
                 step->beat == LAB_BEAT_PREDICT;
    if (status == 0) {
        status = plain ? scene_may_have_text(reader, step->json, step->id, "caption")
                       : scene_need_text(reader, step->json, step->id, "caption");
    }
    status = status != 0 ? status : read_focus(reader, step);
    if (status != 0) {
        return status;
    }
    switch (step->beat) {
    case LAB_BEAT_PREDICT:
        return read_question(reader, step);
    case LAB_BEAT_RUN:
        return read_run(reader, step);
    case LAB_BEAT_EXPLAIN:
        return read_explain(reader, step);
    case LAB_BEAT_TURN:
        return read_choices(reader, &TASKS, step);
    default:
        return 0;
    }
}

/* The order of what belongs together: a question before its run, a second vote after the first. */
static int check_order(struct scene_reader *reader)
{
    bool asked = false;
    bool ran = true;
    reader->where = "";
    for (uint32_t i = 0; i < reader->scene->step_count; i++) {
        const struct lab_scene_step *step = &reader->scene->steps[i];
        if (step->beat == LAB_BEAT_PREDICT) {
            asked = true;
            ran = false;
        } else if (step->beat == LAB_BEAT_RUN) {
            ran = true;
        } else if (step->beat == LAB_BEAT_VOTE_AGAIN && (!asked || !ran)) {
            return scene_refuse(reader, "vote_again comes after a predict and its run");
        }
    }
    return ran ? 0 : scene_refuse(reader, "after a predict comes a run that answers it");
}

int scene_read_steps(struct scene_reader *reader)
{
    struct lab_scene *scene = reader->scene;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(scene->json, "steps");
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > LAB_SCENE_STEPS_MAX) {
        return scene_refuse(reader, "steps must be a list of 1 to 24");
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        struct lab_scene_step *step = &scene->steps[scene->step_count];
        step->json = item;
        int status = read_step(reader, step);
        if (status != 0) {
            return status;
        }
        scene->step_count++;
    }
    return check_order(reader);
}
