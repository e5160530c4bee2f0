/* scene.c - reads scenes of the storyboard and refuses what could not be played. */
#include "lab/scene.h"

#include "base/embedded.h"
#include "lab/parts.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_LETTERS_MAX = 400,
    KEY_BYTES = 128,
    DECIMALS = 3,
    THOUSANDTHS_MAX = 1000000,
    MINUTES_MAX = 180,
};
static const char *const BEATS[LAB_BEATS] = {"situation", "predict",    "run",  "freeze",
                                             "explain",   "vote_again", "turn", "home"};
static const char *const SCENE_FIELDS[] = {"title", "about",  "scenario", "seed",    "settings",
                                           "steps", "expect", "seeds",    "why_own", "sources",
                                           "next",  "act",    "minutes",  NULL};
static const char *const ACTS[] = {"city", "agreement", "trouble"};
static const char *const STEP_FIELDS[] = {
    "id",    "beat",  "caption", "notes",  "question", "options", "do",    "until", "within_s",
    "speed", "focus", "view",    "last_s", "setting",  "sides",   "tasks", NULL};

const char *lab_beat_name(enum lab_beat beat)
{
    assert(beat < LAB_BEATS);
    return BEATS[beat];
}

/* ---- Texts ---- */

/* web/words/scenes.json, as long as the program runs: sentences point into it. */
static const cJSON *WORDS;
static pthread_once_t WORDS_ONCE = PTHREAD_ONCE_INIT;

static void words_make(void)
{
    const struct embedded_file *file = embedded_find("web/words/scenes.json");
    WORDS = file == NULL ? NULL : cJSON_Parse((const char *)file->bytes);
}

const char *lab_scene_word(const char *key)
{
    int status = pthread_once(&WORDS_ONCE, words_make);
    assert(status == 0);
    return cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(WORDS, "scenes"), key));
}

const char *lab_scene_text(const struct lab_scene *scene, const cJSON *holder, const char *key,
                           const char *field)
{
    const char *own = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(holder, field));
    if (own != NULL) {
        return own;
    }
    char path[KEY_BYTES];
    (void)snprintf(path, sizeof path, "%s.%s%s%s", scene->name, key, key[0] == 0 ? "" : ".", field);
    return lab_scene_word(path);
}

/* ---- Refusals ---- */

struct reader {
    struct lab_scene *scene;
    bool own_words;
    const char *where; /* the step, or "" */
    struct lab_problem *problem;
};

static int refuse(const struct reader *reader, const char *what)
{
    return lab_refuse(reader->problem, LAB_UNPROCESSABLE, "scene %s: %s%s%.300s",
                      reader->scene->name, reader->where, reader->where[0] == 0 ? "" : ": ", what);
}

/* Hands on a refusal of something inside, with its place. */
static int refuse_inner(const struct reader *reader, const char *field, struct lab_problem *inner)
{
    char what[LAB_PROBLEM_BYTES];
    (void)snprintf(what, sizeof what, "%s: %.280s", field, inner->detail);
    lab_problem_clear(inner);
    return refuse(reader, what);
}

static int check_fields(const struct reader *reader, const cJSON *object, const char *const *names)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        uint32_t i = 0;
        while (names[i] != NULL && strcmp(names[i], item->string) != 0) {
            i++;
        }
        if (names[i] == NULL) {
            char what[KEY_BYTES];
            (void)snprintf(what, sizeof what, "there is no field \"%.40s\"", item->string);
            int status = refuse(reader, what);
            for (i = 0; names[i] != NULL && reader->problem != NULL; i++) {
                lab_problem_allow(reader->problem, names[i]);
            }
            return status;
        }
    }
    return 0;
}

static int need_text(const struct reader *reader, const cJSON *holder, const char *key,
                     const char *field)
{
    char what[KEY_BYTES];
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(holder, field);
    const char *text = cJSON_GetStringValue(own);
    if (text == NULL && !reader->own_words && own == NULL) {
        text = lab_scene_text(reader->scene, holder, key, field);
    }
    if (text != NULL && text[0] != 0 && strlen(text) <= TEXT_LETTERS_MAX) {
        return 0;
    }
    (void)snprintf(what, sizeof what, "%s must be a text of 1 to %d letters", field,
                   TEXT_LETTERS_MAX);
    return refuse(reader, what);
}

static int may_have_text(const struct reader *reader, const cJSON *holder, const char *key,
                         const char *field)
{
    bool there = cJSON_GetObjectItemCaseSensitive(holder, field) != NULL ||
                 (!reader->own_words && lab_scene_text(reader->scene, holder, key, field) != NULL);
    return there ? need_text(reader, holder, key, field) : 0;
}

/* Letters, digits and hyphens: it is a part of keys and addresses. */
static bool is_id(const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
            text[i] != '-') {
            return false;
        }
    }
    return length > 0 && length < LAB_SCENE_NAME_BYTES;
}

static int read_number(const struct reader *reader, const cJSON *holder, const char *field,
                       int64_t max, int64_t *value)
{
    char what[KEY_BYTES];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(holder, field);
    if (item == NULL || (cJSON_IsNumber(item) && lab_decimal_parse(item->valuedouble, 0, value) &&
                         *value >= 1 && *value <= max)) {
        return 0;
    }
    (void)snprintf(what, sizeof what, "%s must be a whole number from 1 to %lld", field,
                   (long long)max);
    return refuse(reader, what);
}

/* A number with thousandths: a speed, or how much of the past is looked at. */
static int read_decimal(const struct reader *reader, const cJSON *holder, const char *field)
{
    char what[KEY_BYTES];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(holder, field);
    int64_t thousandths = 0;
    if (item == NULL ||
        (cJSON_IsNumber(item) && lab_decimal_parse(item->valuedouble, DECIMALS, &thousandths) &&
         thousandths >= 1 && thousandths <= THOUSANDTHS_MAX)) {
        return 0;
    }
    (void)snprintf(what, sizeof what, "%s must be a number from 0.001 to 1000", field);
    return refuse(reader, what);
}

static int read_condition(const struct reader *reader, const cJSON *item, const char *field,
                          struct lab_condition *condition)
{
    struct lab_problem inner = {0};
    if (!cJSON_IsString(item)) {
        char what[KEY_BYTES];
        (void)snprintf(what, sizeof what, "%s must be a condition", field);
        return refuse(reader, what);
    }
    if (lab_condition_parse(reader->scene->scenario, item->valuestring, condition, &inner) != 0) {
        return refuse_inner(reader, field, &inner);
    }
    return 0;
}

/* ---- Parts of a step ---- */

static const struct choice_kind {
    const char *list, *text, *condition;
    uint32_t min, max;
    bool must_hold; /* every one has a condition */
} OPTIONS = {"options", "text", "holds", 2, LAB_SCENE_OPTIONS_MAX, false},
  TASKS = {"tasks", "text", "until", 1, LAB_SCENE_TASKS_MAX, true},
  SIDES = {"sides", NULL, "holds", 2, 2, false};

static int read_choice(const struct reader *reader, const struct choice_kind *kind,
                       const char *step_id, const cJSON *item, struct lab_scene_choice *choice)
{
    char key[KEY_BYTES];
    const cJSON *condition = cJSON_GetObjectItemCaseSensitive(item, kind->condition);
    choice->id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
    if (!is_id(choice->id)) {
        return refuse(reader, "every option, task and side has an id of small letters and digits");
    }
    (void)snprintf(key, sizeof key, "%s.%s.%s", step_id, kind->list, choice->id);
    choice->conditional = condition != NULL;
    int status = kind->text == NULL ? 0 : need_text(reader, item, key, kind->text);
    if (status == 0 && (condition != NULL || kind->must_hold)) {
        status = read_condition(reader, condition, kind->condition, &choice->condition);
    }
    return status;
}

static int read_choices(const struct reader *reader, const struct choice_kind *kind,
                        struct lab_scene_step *step)
{
    char what[KEY_BYTES];
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(step->json, kind->list);
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < (int)kind->min || count > (int)kind->max) {
        (void)snprintf(what, sizeof what, "%s must be a list of %u to %u", kind->list, kind->min,
                       kind->max);
        return refuse(reader, what);
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
static int read_question(const struct reader *reader, struct lab_scene_step *step)
{
    int status = need_text(reader, step->json, step->id, "question");
    status = status != 0 ? status : read_choices(reader, &OPTIONS, step);
    uint32_t rest = 0;
    for (uint32_t i = 0; i < step->choice_count; i++) {
        rest += !step->choices[i].conditional;
    }
    return status != 0 ? status
           : rest == 1 ? 0
                       : refuse(reader, "exactly one option has no \"holds\": it is the answer "
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

static int read_do(const struct reader *reader, const struct lab_scene_step *step)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(step->json, "do");
    if (list == NULL) {
        return 0;
    }
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > LAB_SCENE_DO_MAX) {
        return refuse(reader, "do must be a list of at most 8 inputs");
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
            return refuse_inner(reader, "do", &inner);
        }
        if (operation) {
            return refuse(reader, "do: a client's operation cannot be done while the run stands "
                                  "still; let the scenario do it");
        }
    }
    return 0;
}

static int read_run(const struct reader *reader, struct lab_scene_step *step)
{
    int64_t within_s = LAB_SCENE_WITHIN_S_STANDARD;
    int status = read_condition(reader, cJSON_GetObjectItemCaseSensitive(step->json, "until"),
                                "until", &step->until);
    status = status != 0
                 ? status
                 : read_number(reader, step->json, "within_s", LAB_SCENE_WITHIN_S_MAX, &within_s);
    status = status != 0 ? status : read_decimal(reader, step->json, "speed");
    step->within_ns = within_s * 1000000000;
    return status != 0 ? status : read_do(reader, step);
}

/* A node, or whoever the event is about that the run before ended with. */
static bool is_focus(const struct lab_scenario *scenario, const char *name)
{
    return name != NULL && (strcmp(name, "@node") == 0 || strcmp(name, "@peer") == 0 ||
                            lab_node_find(scenario, name) != NODE_NONE);
}

static int read_focus(const struct reader *reader, const struct lab_scene_step *step)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(step->json, "focus"))
    {
        if (!is_focus(reader->scene->scenario, cJSON_GetStringValue(item))) {
            int status = refuse(reader, "focus must be a list of names of nodes, or of @node and "
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
static int read_sides(const struct reader *reader, struct lab_scene_step *step)
{
    const struct system *system = reader->scene->scenario->system;
    const cJSON *setting = cJSON_GetObjectItemCaseSensitive(step->json, "setting");
    struct lab_problem inner = {0};
    int index =
        cJSON_IsString(setting) ? lab_setting_find(system, setting->valuestring, &inner) : -1;
    if (index < 0) {
        return cJSON_IsString(setting) ? refuse_inner(reader, "setting", &inner)
                                       : refuse(reader, "a comparison names its \"setting\"");
    }
    int status = read_choices(reader, &SIDES, step);
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(step->json, "sides"))
    {
        int64_t value = 0;
        if (status == 0 && lab_setting_parse(system, (uint32_t)index,
                                             cJSON_GetObjectItemCaseSensitive(item, "value"),
                                             &value, &inner) != 0) {
            status = refuse_inner(reader, "sides", &inner);
        }
    }
    return status;
}

static int read_explain(const struct reader *reader, struct lab_scene_step *step)
{
    const char *view = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step->json, "view"));
    int status = read_decimal(reader, step->json, "last_s");
    if (status != 0) {
        return status;
    }
    if (view == NULL || strcmp(view, "stage") == 0 || strcmp(view, "spacetime") == 0 ||
        strcmp(view, "verdict") == 0) {
        return 0;
    }
    if (strcmp(view, "compare") == 0) {
        return read_sides(reader, step);
    }
    status = refuse(reader, "view must be stage, spacetime, verdict or compare");
    return status;
}

/* ---- Steps ---- */

static int read_beat(const struct reader *reader, struct lab_scene_step *step)
{
    const char *beat = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step->json, "beat"));
    step->beat = LAB_BEAT_SITUATION;
    while (step->beat < LAB_BEATS && (beat == NULL || strcmp(BEATS[step->beat], beat) != 0)) {
        step->beat++;
    }
    if (step->beat < LAB_BEATS) {
        return 0;
    }
    int status = refuse(reader, "beat must be one of those that exist");
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

static int read_step(struct reader *reader, struct lab_scene_step *step)
{
    step->id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(step->json, "id"));
    if (!is_id(step->id) || id_is_taken(reader->scene, step->id)) {
        return refuse(reader, "every step has an id of its own, of small letters and digits");
    }
    reader->where = step->id;
    int status = check_fields(reader, step->json, STEP_FIELDS);
    status = status != 0 ? status : read_beat(reader, step);
    status = status != 0 ? status : may_have_text(reader, step->json, step->id, "notes");
    bool plain = step->beat == LAB_BEAT_VOTE_AGAIN || step->beat == LAB_BEAT_HOME ||
                 step->beat == LAB_BEAT_PREDICT;
    if (status == 0 && !plain) {
        status = need_text(reader, step->json, step->id, "caption");
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
static int check_order(struct reader *reader)
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
            return refuse(reader, "vote_again comes after a predict and its run");
        }
    }
    return ran ? 0 : refuse(reader, "after a predict comes a run that answers it");
}

static int read_steps(struct reader *reader)
{
    struct lab_scene *scene = reader->scene;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(scene->json, "steps");
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > LAB_SCENE_STEPS_MAX) {
        return refuse(reader, "steps must be a list of 1 to 24");
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

/* ---- The head ---- */

static int read_run_of_scene(const struct reader *reader)
{
    struct lab_scene *scene = reader->scene;
    struct lab_problem inner = {0};
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(scene->json, "scenario");
    if (!cJSON_IsString(name)) {
        return refuse(reader, "scenario must be the name of one");
    }
    if (lab_scenario_load(name->valuestring, false, &scene->scenario, &inner) != 0) {
        int status = refuse_inner(reader, "scenario", &inner);
        return status;
    }
    int64_t seed = (int64_t)scene->scenario->seed;
    int status = read_number(reader, scene->json, "seed", (int64_t)LAB_SEED_MAX, &seed);
    scene->seed = (uint64_t)seed;
    memcpy(scene->settings, scene->scenario->settings, sizeof scene->settings);
    if (status == 0 && lab_settings_parse(scene->scenario->system,
                                          cJSON_GetObjectItemCaseSensitive(scene->json, "settings"),
                                          scene->settings, &inner) != 0) {
        status = refuse_inner(reader, "settings", &inner);
    }
    return status;
}

static int read_expect(const struct reader *reader)
{
    static const char *const VERDICTS[] = {"PASS",          "FAIL",         "UNKNOWN",
                                           "EXPECTED-FAIL", "NOT-PROMISED", NULL};
    const struct system *system = reader->scene->scenario->system;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(reader->scene->json, "expect"))
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
            char what[KEY_BYTES];
            (void)snprintf(what, sizeof what,
                           "expect: \"%.40s\" must be a promise of %s and its verdict",
                           item->string, system->name);
            return refuse(reader, what);
        }
    }
    return 0;
}

/* What the scene stands on, and the one that comes after it. */
static int read_links(const struct reader *reader)
{
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "next");
    const cJSON *sources = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "sources");
    const cJSON *item;
    if (next != NULL && !is_id(cJSON_GetStringValue(next))) {
        return refuse(reader, "next must be the name of a scene");
    }
    if (sources != NULL && !cJSON_IsArray(sources)) {
        return refuse(reader, "sources must be a list of texts");
    }
    cJSON_ArrayForEach(item, sources)
    {
        if (!cJSON_IsString(item)) {
            return refuse(reader, "sources must be a list of texts");
        }
    }
    return 0;
}

/* Where the storyboard puts it, and how long a class takes with it. */
static int read_place(const struct reader *reader)
{
    int64_t minutes = 0;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reader->scene->json, "act");
    const char *act = cJSON_GetStringValue(item);
    bool known = item == NULL;
    for (size_t i = 0; i < sizeof ACTS / sizeof ACTS[0]; i++) {
        known = known || (act != NULL && strcmp(act, ACTS[i]) == 0);
    }
    if (!known) {
        return refuse(reader, "act must be city, agreement or trouble, or left out");
    }
    return read_number(reader, reader->scene->json, "minutes", MINUTES_MAX, &minutes);
}

static int read_head(const struct reader *reader)
{
    struct lab_scene *scene = reader->scene;
    const char *seeds =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(scene->json, "seeds"));
    int status = check_fields(reader, scene->json, SCENE_FIELDS);
    status = status != 0 ? status : read_run_of_scene(reader);
    status = status != 0 ? status : need_text(reader, scene->json, "", "title");
    status = status != 0 ? status : need_text(reader, scene->json, "", "about");
    scene->any_seed = seeds == NULL;
    if (status == 0 && seeds != NULL && strcmp(seeds, "own") != 0) {
        status = refuse(reader, "seeds must be \"own\", or left out");
    }
    if (status == 0 && !scene->any_seed) {
        status = need_text(reader, scene->json, "", "why_own");
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
    struct reader reader = {
        .scene = scene, .own_words = own_words, .where = "", .problem = problem};
    (void)snprintf(scene->name, sizeof scene->name, "%s", name);
    scene->json = json;
    int status = cJSON_IsObject(json) ? 0 : refuse(&reader, "not a JSON object");
    status = status != 0 ? status : read_head(&reader);
    status = status != 0 ? status : read_steps(&reader);
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
