/* branch.c - branches: the past of a run, and from some moment on a future of its own.
 *
 * A branch is (parent, time, changed settings and inputs), never a copy of results: it is made as any
 * run is, of its start and its inputs, and computed again. It holds all its inputs itself, so its
 * parent may go. A run and all that branched from it are a family; its members are told apart by
 * their labels. */
#include "lab/lab_internal.h"

#include "lab/documents.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

enum { TIME_MS_MAX = LAB_SCENARIO_SECONDS_MAX * 1000 };

/* ---- What is asked for ---- */

struct branch {
    struct lab_new_run run;
    struct lab_inputs inputs;
    char parent[LAB_RUN_ID_BYTES], family[LAB_FAMILY_BYTES], label[LAB_LABEL_BYTES];
    int64_t at_ns;
    bool keep_later;
    const char *who; /* gives the new inputs */
};

static int read_fields(const cJSON *body, struct lab_problem *problem)
{
    static const char *const FIELDS[] = {"at_ms",  "private",    "label",   "settings",
                                         "inputs", "keep_later", "until_ms"};
    enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };
    for (const cJSON *item = body->child; item != NULL; item = item->next) {
        bool known = false;
        for (int i = 0; i < FIELD_COUNT; i++) {
            known = known || strcmp(item->string, FIELDS[i]) == 0;
        }
        if (!known) {
            int status = lab_refuse(problem, LAB_UNPROCESSABLE, "a branch has no field \"%.40s\"",
                                    item->string);
            for (int i = 0; i < FIELD_COUNT; i++) {
                lab_problem_allow(problem, FIELDS[i]);
            }
            return status;
        }
    }
    return 0;
}

/* A number of milliseconds as whole microseconds. */
static bool read_us(const cJSON *item, int64_t *us)
{
    return cJSON_IsNumber(item) && lab_decimal_parse(item->valuedouble, 3, us) && *us >= 0 &&
           *us <= (int64_t)TIME_MS_MAX * 1000;
}

static int read_times(const struct lab_run *run, const cJSON *body, struct branch *branch,
                      struct lab_problem *problem)
{
    const cJSON *at_ms = cJSON_GetObjectItemCaseSensitive(body, "at_ms");
    const cJSON *until_ms = cJSON_GetObjectItemCaseSensitive(body, "until_ms");
    const cJSON *keep_later = cJSON_GetObjectItemCaseSensitive(body, "keep_later");
    int64_t at_us = 0;
    int64_t now_ns = lab_course_now_ns(&run->course);
    if (!read_us(at_ms, &at_us) || at_us * 1000 > now_ns) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "at_ms must be a number from 0 to %.3f, where the run is now",
                          lab_decimal(now_ns / 1000, 3));
    }
    int64_t until_us = at_us;
    if (until_ms != NULL && (!read_us(until_ms, &until_us) || until_us < at_us)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "until_ms must be a number from at_ms, %.3f, to %d",
                          lab_decimal(at_us, 3), TIME_MS_MAX);
    }
    if (keep_later != NULL && !cJSON_IsBool(keep_later)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "keep_later must be true or false");
    }
    branch->at_ns = at_us * 1000;
    branch->run.at_ns = until_us * 1000;
    branch->keep_later = cJSON_IsTrue(keep_later);
    return 0;
}

/* What had taken effect by then, and what the script still has in store. What people did later is
 * what a branch leaves behind, unless it is to be compared: then it is the same but for the change. */
static void keep_inputs(const struct lab_run *run, struct branch *branch)
{
    uint32_t script_count = run->scenario->script->count;
    for (uint32_t i = 0; i < run->course.inputs.count; i++) {
        const struct lab_input *item = &run->course.inputs.items[i];
        if (item->input.time_ns <= branch->at_ns || item->number <= script_count ||
            branch->keep_later) {
            (void)lab_inputs_insert(&branch->inputs, &item->input, item->number, item->who);
        }
    }
}

/* What is chosen here stays so: people's later changes of the same settings would undo what is to be
 * compared. */
static void drop_later_changes(const struct lab_run *run, const cJSON *settings,
                               struct branch *branch)
{
    const struct system *system = run->scenario->system;
    uint32_t script_count = run->scenario->script->count;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < branch->inputs.count; i++) {
        const struct lab_input *item = &branch->inputs.items[i];
        bool undoes = item->number > script_count && item->input.type == SIM_INPUT_SETTING &&
                      item->input.time_ns >= branch->at_ns &&
                      cJSON_GetObjectItemCaseSensitive(
                          settings, system->settings[item->input.args[0]].key) != NULL;
        if (!undoes) {
            branch->inputs.items[kept++] = *item;
        }
    }
    branch->inputs.count = kept;
}

/* At the beginning a setting is what the branch begins with; later it is an input. */
static int read_settings(const struct lab_run *run, const cJSON *body, struct branch *branch,
                         struct lab_problem *problem)
{
    const struct system *system = run->scenario->system;
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(body, "settings");
    int64_t values[LAB_SETTINGS_MAX];
    memcpy(values, branch->run.settings, sizeof values);
    int status = lab_settings_parse(system, settings, values, problem);
    if (status != 0) {
        return status;
    }
    drop_later_changes(run, settings, branch);
    if (branch->at_ns == 0) {
        memcpy(branch->run.settings, values, sizeof values);
        return 0;
    }
    for (const cJSON *item = settings == NULL ? NULL : settings->child; item != NULL;
         item = item->next) {
        int index = lab_setting_find(system, item->string, problem);
        if (index < 0 || !system->settings[index].live) {
            return lab_refuse(problem, LAB_UNPROCESSABLE,
                              "setting %.60s can only be chosen at the start; branch at 0",
                              item->string);
        }
        struct sim_input input = {.time_ns = branch->at_ns,
                                  .type = SIM_INPUT_SETTING,
                                  .node = NODE_NONE,
                                  .peer = NODE_NONE,
                                  .args = {index, values[index]}};
        (void)lab_inputs_insert(&branch->inputs, &input, 0, branch->who);
    }
    return 0;
}

/* An input of its own time, or of the moment of branching. */
static int read_input(const struct lab_run *run, const cJSON *body, struct branch *branch,
                      struct lab_problem *problem)
{
    const cJSON *at_ms = cJSON_GetObjectItemCaseSensitive(body, "at_ms");
    int64_t at_us = branch->at_ns / 1000;
    struct lab_input_parts parts;
    int status = lab_input_parts(run->scenario, NULL, body, &parts, NULL, problem);
    if (status != 0) {
        return status;
    }
    if (at_ms != NULL && (!read_us(at_ms, &at_us) || at_us * 1000 < branch->at_ns)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "at_ms of an input must be a number from %.3f, where the branch begins, "
                          "to %d",
                          lab_decimal(branch->at_ns / 1000, 3), TIME_MS_MAX);
    }
    if (parts.list[0].type == SIM_INPUT_SETTING && at_us > 0 &&
        !run->scenario->system->settings[parts.list[0].args[0]].live) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "setting %s can only be chosen at the start; branch at 0",
                          run->scenario->system->settings[parts.list[0].args[0]].key);
    }
    for (uint32_t i = 0; i < parts.count; i++) {
        parts.list[i].time_ns += at_us * 1000;
        (void)lab_inputs_insert(&branch->inputs, &parts.list[i], 0, branch->who);
    }
    return 0;
}

static int read_inputs(const struct lab_run *run, const cJSON *body, struct branch *branch,
                       struct lab_problem *problem)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "inputs");
    if (list != NULL &&
        (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > LAB_BRANCH_INPUTS_MAX)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "inputs must be a list of at most %d inputs",
                          LAB_BRANCH_INPUTS_MAX);
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        int status = read_input(run, item, branch, problem);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int read_label(const cJSON *item, char label[LAB_LABEL_BYTES], struct lab_problem *problem)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    size_t characters = 0;
    for (const char *at = text; *at != '\0'; at++) {
        characters += ((unsigned char)*at & 0xc0) != 0x80;
    }
    if ((item != NULL && !cJSON_IsString(item)) || characters > LAB_LABEL_CHARACTERS_MAX ||
        strlen(text) >= LAB_LABEL_BYTES) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "label must be a text of at most %d characters",
                          LAB_LABEL_CHARACTERS_MAX);
    }
    (void)snprintf(label, LAB_LABEL_BYTES, "%s", text);
    return 0;
}

static int read_branch(const struct lab_run *run, const cJSON *body, struct branch *branch,
                       struct lab_problem *problem)
{
    if (run->broken) {
        return lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    }
    int status = read_fields(body, problem);
    if (status == 0) {
        status = read_times(run, body, branch, problem);
    }
    if (status == 0) {
        status =
            read_label(cJSON_GetObjectItemCaseSensitive(body, "label"), branch->label, problem);
    }
    if (status != 0) {
        return status;
    }
    memcpy(branch->run.settings, run->course.settings, sizeof branch->run.settings);
    keep_inputs(run, branch);
    status = read_settings(run, body, branch, problem);
    if (status == 0) {
        status = read_inputs(run, body, branch, problem);
    }
    if (status == 0 && branch->inputs.count > LAB_INPUTS_MAX) {
        status = lab_refuse(problem, LAB_TOO_MANY, "the branch would have %u inputs, of at most %d",
                            branch->inputs.count, LAB_INPUTS_MAX);
    }
    if (status == 0) {
        status = lab_scenario_parse(run->scenario->name, run->scenario->text, &branch->run.scenario,
                                    problem);
    }
    return status;
}

/* ---- Families ---- */

struct count {
    uint32_t branches;
};

static void count_branch(void *context, const struct store_run *run)
{
    struct count *count = context;
    count->branches += run->parent[0] != '\0';
}

/* Somebody's branches of one family; those of others in a shared run do not count. */
static int check_room(struct lab *lab, const struct branch *branch, struct lab_problem *problem)
{
    struct count count = {0};
    struct error error = {.text = ""};
    struct store_run_query query = {.family = branch->family,
                                    .owner = branch->run.owner == NULL ? "" : branch->run.owner};
    if (store_runs_read(lab->store, &query, count_branch, &count, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    if (count.branches >= LAB_BRANCHES_MAX) {
        return lab_refuse(problem, LAB_CONFLICT,
                          "there are %u branches of this run, which is the limit; delete one first",
                          count.branches);
    }
    return 0;
}

int lab_run_branch(struct lab *lab, const char *name, const struct cJSON *body, const char *owner,
                   const char *who, struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    struct branch branch = {.run = {.owner = owner}, .who = who};
    char branch_name[LAB_RUN_ID_BYTES];
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    status = read_branch(run, body, &branch, problem);
    (void)snprintf(branch.parent, sizeof branch.parent, "%s", run->name);
    (void)snprintf(branch.family, sizeof branch.family, "%s", run->family);
    branch.run.seed = run->course.seed;
    lab_run_give(lab, run);
    if (status == 0) {
        status = check_room(lab, &branch, problem);
    }
    if (status == 0) {
        branch.run.inputs = &branch.inputs;
        branch.run.parent = branch.parent;
        branch.run.family = branch.family;
        branch.run.label = branch.label;
        branch.run.branch_ns = branch.at_ns;
        status = lab_run_make(lab, &branch.run, branch_name, problem);
    } else if (branch.run.scenario != NULL) {
        lab_scenario_free(&branch.run.scenario);
    }
    lab_inputs_free(&branch.inputs);
    if (status != 0) {
        return status;
    }
    *out = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(*out, "run", branch_name);
    (void)cJSON_AddNumberToObject(*out, "t_ms", lab_decimal(branch.at_ns / 1000, 3));
    return 0;
}

int lab_run_label(struct lab *lab, const char *name, const struct cJSON *body,
                  struct lab_problem *problem)
{
    struct lab_run *run;
    char label[LAB_LABEL_BYTES];
    struct error error = {.text = ""};
    int status = read_label(cJSON_GetObjectItemCaseSensitive(body, "label"), label, problem);
    if (status == 0 && cJSON_GetObjectItemCaseSensitive(body, "label") == NULL) {
        status = lab_refuse(problem, LAB_UNPROCESSABLE, "label is missing");
    }
    if (status == 0) {
        status = lab_run_take(lab, name, &run, problem);
    }
    if (status != 0) {
        return status;
    }
    if (store_run_label(lab->store, run->key, label, &error) != 0) {
        status = lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    } else {
        (void)snprintf(run->label, sizeof run->label, "%s", label);
    }
    lab_run_give(lab, run);
    return status;
}

/* ---- The family as a document ---- */

static void list_member(void *context, const struct store_run *run)
{
    cJSON *list = context;
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "run", run->name);
    if (run->parent[0] != '\0') {
        (void)cJSON_AddStringToObject(item, "parent", run->parent);
    }
    (void)cJSON_AddNumberToObject(item, "at_ms", lab_decimal(run->branch_ns / 1000, 3));
    (void)cJSON_AddStringToObject(item, "label", run->label);
    (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(run->t_ns / 1000, 3));
    (void)cJSON_AddStringToObject(item, "state", "stored");
    (void)cJSON_InsertItemInArray(list, 0, item); /* newest first they come, oldest first they go */
}

static bool has_parent(const cJSON *item, const char *parent)
{
    const cJSON *field = cJSON_GetObjectItemCaseSensitive(item, "parent");
    return field != NULL && strcmp(field->valuestring, parent) == 0;
}

static bool is_there(const cJSON *list, const char *name)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (strcmp(cJSON_GetObjectItem(item, "run")->valuestring, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A member whose parent was deleted has none any more. */
static void drop_lost_parents(cJSON *list)
{
    cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *parent = cJSON_GetObjectItemCaseSensitive(item, "parent");
        if (parent != NULL && !is_there(list, parent->valuestring)) {
            cJSON_DeleteItemFromObjectCaseSensitive(item, "parent");
        }
    }
}

/* Moves those that have this parent, each followed by its own, from one list to the other. Parents are
 * older than their branches and a family is small, so the depth is bounded by its size. */
static void move_children(cJSON *from, const char *parent, uint32_t depth, cJSON *to)
{
    for (cJSON *item = from->child; item != NULL && depth < LAB_BRANCHES_MAX * 4;) {
        bool mine = parent == NULL ? cJSON_GetObjectItemCaseSensitive(item, "parent") == NULL
                                   : has_parent(item, parent);
        if (!mine) {
            item = item->next;
            continue;
        }
        (void)cJSON_AddItemToArray(to, cJSON_DetachItemViaPointer(from, item));
        move_children(from, cJSON_GetObjectItem(item, "run")->valuestring, depth + 1, to);
        item = from->child; /* the list has changed */
    }
}

int lab_run_family(struct lab *lab, const char *name, const char *viewer, struct cJSON **out,
                   struct lab_problem *problem)
{
    struct lab_run *run;
    char family[LAB_FAMILY_BYTES];
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    (void)snprintf(family, sizeof family, "%s", run->family);
    lab_run_give(lab, run);
    cJSON *list = cJSON_CreateArray();
    struct error error = {.text = ""};
    struct store_run_query query = {
        .family = family, .visible_to = viewer == NULL ? "" : viewer, .limit = LAB_FAMILY_MAX};
    if (store_runs_read(lab->store, &query, list_member, list, &error) != 0) {
        cJSON_Delete(list);
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    drop_lost_parents(list);
    *out = cJSON_CreateArray();
    move_children(list, NULL, 0, *out);
    cJSON_Delete(list);
    cJSON *item;
    cJSON_ArrayForEach(item, *out)
    {
        lab_summary_refresh(lab, item);
    }
    return 0;
}
