/* input.c - what a person or a script does to a run, between JSON and the simulator's struct. */
#include "lab/input.h"

#include "base/text.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const char *const SKIPPED_FIELDS[] = {"at_ms", "t_ms", "who", "type"};

/* An argument, whether the host's or the system's. */
struct argument {
    const char *name;
    int64_t min, max, standard;
    bool choice;
    uint16_t list;
};

/* What an input looks like, whether the host's or the system's. */
struct shape {
    const char *name;
    uint16_t type;
    bool needs_node, needs_peer, client_operation;
    const char *target; /* fixed node, or NULL */
    struct argument args[NODE_INPUT_ARGS];
};

static struct shape shape_of_host(const struct sim_input_kind *kind)
{
    struct shape shape = {.name = kind->name,
                          .type = kind->type,
                          .needs_node = kind->needs_node,
                          .needs_peer = kind->needs_peer};
    for (int i = 0; i < NODE_INPUT_ARGS && kind->args[i].name != NULL; i++) {
        const struct sim_input_argument *from = &kind->args[i];
        shape.args[i] = (struct argument){
            .name = from->name, .min = from->min, .max = from->max, .standard = from->standard};
    }
    return shape;
}

static struct shape shape_of_system(const struct system *system, uint32_t index)
{
    const struct system_input *from = &system->inputs[index];
    struct shape shape = {.name = from->name,
                          .type = (uint16_t)(SIM_INPUT_SYSTEM + index),
                          .needs_node = from->target == NULL,
                          .client_operation = from->client_operation,
                          .target = from->target};
    for (int i = 0; i < NODE_INPUT_ARGS && from->args[i].name != NULL; i++) {
        const struct system_argument *argument = &from->args[i];
        shape.args[i] = (struct argument){.name = argument->name,
                                          .min = argument->min,
                                          .max = argument->max,
                                          .standard = argument->standard,
                                          .choice = argument->kind == SYSTEM_ARG_CHOICE,
                                          .list = argument->list};
    }
    return shape;
}

/* The index-th of all shapes, the system's first; false past the end. */
static bool shape_at(const struct system *system, uint32_t index, struct shape *shape)
{
    if (index < system->input_count) {
        *shape = shape_of_system(system, index);
        return true;
    }
    index -= system->input_count;
    if (index < SIM_INPUT_KIND_COUNT) {
        *shape = shape_of_host(&SIM_INPUT_KINDS[index]);
        return true;
    }
    return false;
}

static bool shape_by_type(const struct system *system, uint16_t type, struct shape *shape)
{
    for (uint32_t i = 0; shape_at(system, i, shape); i++) {
        if (shape->type == type) {
            return true;
        }
    }
    return false;
}

static int shape_find(const struct lab_scenario *scenario, const cJSON *body, struct shape *shape,
                      struct lab_problem *problem)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(body, "type");
    const char *name = cJSON_IsString(type) ? type->valuestring : "";
    for (uint32_t i = 0; shape_at(scenario->system, i, shape); i++) {
        if (strcmp(shape->name, name) == 0) {
            return 0;
        }
    }
    int status =
        type == NULL ? lab_refuse(problem, LAB_UNPROCESSABLE, "type is missing")
        : !cJSON_IsString(type)
            ? lab_refuse(problem, LAB_UNPROCESSABLE, "type is not a text")
            : lab_refuse(problem, LAB_UNPROCESSABLE, "there is no input type \"%.40s\"", name);
    for (uint32_t i = 0; shape_at(scenario->system, i, shape); i++) {
        lab_problem_allow(problem, shape->name);
    }
    return status;
}

/* ---- Nodes ---- */

uint32_t lab_node_find(const struct lab_scenario *scenario, const char *name)
{
    for (uint32_t i = 0; i < scenario->node_count; i++) {
        if (strcmp(scenario->nodes[i].name, name) == 0) {
            return i;
        }
    }
    return NODE_NONE;
}

static int read_node(const struct lab_scenario *scenario, const cJSON *item, const char *field,
                     uint32_t *node, struct lab_problem *problem)
{
    const char *name = cJSON_IsString(item) ? item->valuestring : "";
    *node = lab_node_find(scenario, name);
    if (*node != NODE_NONE) {
        return 0;
    }
    int status = item == NULL ? lab_refuse(problem, LAB_UNPROCESSABLE, "%s is missing", field)
                              : lab_refuse(problem, LAB_UNPROCESSABLE,
                                           "%s is \"%.40s\"; there is no such node", field, name);
    for (uint32_t i = 0; i < scenario->node_count; i++) {
        lab_problem_allow(problem, scenario->nodes[i].name);
    }
    return status;
}

/* A node that is needed, fixed, or may be left out (all of them). */
static int read_nodes(const struct lab_scenario *scenario, const cJSON *body,
                      const struct shape *shape, struct sim_input *input,
                      struct lab_problem *problem)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(body, "node");
    const cJSON *peer = cJSON_GetObjectItemCaseSensitive(body, "peer");
    int status = 0;
    input->node = NODE_NONE;
    input->peer = NODE_NONE;
    if (shape->target != NULL) {
        input->node = lab_node_find(scenario, shape->target);
        assert(input->node != NODE_NONE);
    } else if (shape->needs_node || node != NULL) {
        status = read_node(scenario, node, "node", &input->node, problem);
    }
    if (status == 0 && (shape->needs_peer || peer != NULL)) {
        status = read_node(scenario, peer, "peer", &input->peer, problem);
    }
    if (status == 0 && input->peer != NODE_NONE && input->peer == input->node) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "peer is \"%.40s\", the node itself; a road needs two ends",
                          scenario->nodes[input->peer].name);
    }
    return status;
}

/* ---- Arguments ---- */

static int read_choice(const struct lab_scenario *scenario, const struct argument *argument,
                       const cJSON *item, int64_t *value, struct lab_problem *problem)
{
    const struct system *system = scenario->system;
    const char *given = cJSON_IsString(item) ? item->valuestring : "not a text";
    if (argument->min < 0 && strcmp(given, "all") == 0) {
        *value = -1;
        return 0;
    }
    const char *name;
    for (uint32_t i = 0; (name = system->plan_name(scenario->data, argument->list, i)) != NULL;
         i++) {
        if (strcmp(name, given) == 0) {
            *value = i;
            return 0;
        }
    }
    int status = lab_refuse(problem, LAB_UNPROCESSABLE, "%s is \"%.40s\"; there is no such one",
                            argument->name, given);
    if (argument->min < 0) {
        lab_problem_allow(problem, "all");
    }
    for (uint32_t i = 0; (name = system->plan_name(scenario->data, argument->list, i)) != NULL;
         i++) {
        lab_problem_allow(problem, name);
    }
    return status;
}

static int read_argument(const struct lab_scenario *scenario, const struct argument *argument,
                         const cJSON *item, int64_t *value, struct lab_problem *problem)
{
    if (item == NULL) {
        *value = argument->standard;
        return 0;
    }
    if (argument->choice) {
        return read_choice(scenario, argument, item, value, problem);
    }
    int64_t number = 0;
    bool flag = cJSON_IsBool(item) && argument->min == 0 && argument->max == 1;
    if (flag) {
        number = cJSON_IsTrue(item) ? 1 : 0;
    } else if (!cJSON_IsNumber(item) || !lab_decimal_parse(item->valuedouble, 0, &number) ||
               number < argument->min || number > argument->max) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "%s must be a whole number from %lld to %lld",
                          argument->name, (long long)argument->min, (long long)argument->max);
    }
    *value = number;
    return 0;
}

static bool field_is_known(const struct shape *shape, const char *field)
{
    for (size_t i = 0; i < sizeof SKIPPED_FIELDS / sizeof SKIPPED_FIELDS[0]; i++) {
        if (strcmp(field, SKIPPED_FIELDS[i]) == 0) {
            return true;
        }
    }
    if (shape->target == NULL && (strcmp(field, "node") == 0 || strcmp(field, "peer") == 0)) {
        return true;
    }
    for (int i = 0; i < NODE_INPUT_ARGS && shape->args[i].name != NULL; i++) {
        if (strcmp(field, shape->args[i].name) == 0) {
            return true;
        }
    }
    return false;
}

static int check_fields(const struct shape *shape, const cJSON *body, struct lab_problem *problem)
{
    for (const cJSON *item = body->child; item != NULL; item = item->next) {
        if (field_is_known(shape, item->string)) {
            continue;
        }
        int status = lab_refuse(problem, LAB_UNPROCESSABLE, "%s has no argument \"%.40s\"",
                                shape->name, item->string);
        if (shape->needs_node) {
            lab_problem_allow(problem, "node");
        }
        if (shape->needs_peer) {
            lab_problem_allow(problem, "peer");
        }
        for (int i = 0; i < NODE_INPUT_ARGS && shape->args[i].name != NULL; i++) {
            lab_problem_allow(problem, shape->args[i].name);
        }
        return status;
    }
    return 0;
}

/* ---- Two types whose arguments are not plain numbers ---- */

static int read_setting(const struct lab_scenario *scenario, const cJSON *body,
                        struct sim_input *input, struct lab_problem *problem)
{
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(body, "key");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, "value");
    int index =
        lab_setting_find(scenario->system, cJSON_IsString(key) ? key->valuestring : "", problem);
    if (index < 0) {
        return -LAB_UNPROCESSABLE;
    }
    input->args[0] = index;
    return lab_setting_parse(scenario->system, (uint32_t)index, value, &input->args[1], problem);
}

/* A list of names as a mask. */
static int read_names(const struct lab_scenario *scenario, const cJSON *list, const char *field,
                      int64_t *mask, struct lab_problem *problem)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        uint32_t node;
        int status = read_node(scenario, item, field, &node, problem);
        if (status != 0) {
            return status;
        }
        *mask |= INT64_C(1) << node;
    }
    return 0;
}

static int read_partition(const struct lab_scenario *scenario, const cJSON *body,
                          struct sim_input *input, struct lab_problem *problem)
{
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(body, "nodes");
    const cJSON *bystanders = cJSON_GetObjectItemCaseSensitive(body, "bystanders");
    if (!cJSON_IsArray(nodes) || cJSON_GetArraySize(nodes) == 0) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "nodes must be a list of the names of one side");
    }
    if (bystanders != NULL && !cJSON_IsArray(bystanders)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "bystanders must be a list of the names of those who hear both sides");
    }
    int status = read_names(scenario, nodes, "nodes", &input->args[0], problem);
    return status != 0 ? status
                       : read_names(scenario, bystanders, "bystanders", &input->args[1], problem);
}

/* ---- The whole ---- */

int lab_input_parse(const struct lab_scenario *scenario, const struct cJSON *body,
                    struct sim_input *input, bool *client_operation, struct lab_problem *problem)
{
    if (!cJSON_IsObject(body)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "an input must be an object");
    }
    struct shape shape;
    int status = shape_find(scenario, body, &shape, problem);
    if (status != 0) {
        return status;
    }
    struct sim_input parsed = {.type = shape.type, .node = NODE_NONE, .peer = NODE_NONE};
    if (shape.type == SIM_INPUT_SETTING) {
        status = read_setting(scenario, body, &parsed, problem);
    } else if (shape.type == SIM_INPUT_NET_PARTITION) {
        status = read_partition(scenario, body, &parsed, problem);
    } else {
        status = check_fields(&shape, body, problem);
        if (status == 0) {
            status = read_nodes(scenario, body, &shape, &parsed, problem);
        }
        for (uint32_t i = 0; i < NODE_INPUT_ARGS && shape.args[i].name != NULL && status == 0;
             i++) {
            const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, shape.args[i].name);
            if (shape.type >= SIM_INPUT_SYSTEM && !shape.args[i].choice &&
                scenario->system->argument_max != NULL) {
                shape.args[i].max = scenario->system->argument_max(
                    scenario->data, shape.type - (uint32_t)SIM_INPUT_SYSTEM, i);
            }
            status = read_argument(scenario, &shape.args[i], item, &parsed.args[i], problem);
        }
    }
    if (status != 0) {
        return status;
    }
    *input = parsed;
    if (client_operation != NULL) {
        *client_operation = shape.client_operation;
    }
    return 0;
}

const char *lab_input_name(const struct lab_scenario *scenario, const struct sim_input *input)
{
    struct shape shape;
    return shape_by_type(scenario->system, input->type, &shape) ? shape.name : "unknown";
}

bool lab_input_standard(const struct lab_scenario *scenario, uint16_t type, uint32_t argument,
                        int64_t *standard)
{
    struct shape shape;
    if (type == SIM_INPUT_SETTING || type == SIM_INPUT_NET_PARTITION ||
        !shape_by_type(scenario->system, type, &shape) || argument >= NODE_INPUT_ARGS ||
        shape.args[argument].name == NULL) {
        return false;
    }
    *standard = shape.args[argument].standard;
    return true;
}

static void add_setting(const struct lab_scenario *scenario, const struct sim_input *input,
                        cJSON *object)
{
    const struct system_setting *setting = &scenario->system->settings[input->args[0]];
    (void)cJSON_AddStringToObject(object, "key", setting->key);
    (void)cJSON_AddItemToObject(object, "value", lab_setting_json(setting, input->args[1]));
}

static void add_names(const struct lab_scenario *scenario, const char *field, int64_t mask,
                      cJSON *object)
{
    cJSON *nodes = cJSON_AddArrayToObject(object, field);
    for (uint32_t i = 0; i < scenario->node_count; i++) {
        if ((mask >> i & 1) != 0) {
            (void)cJSON_AddItemToArray(nodes, cJSON_CreateString(scenario->nodes[i].name));
        }
    }
}

static void add_partition(const struct lab_scenario *scenario, const struct sim_input *input,
                          cJSON *object)
{
    add_names(scenario, "nodes", input->args[0], object);
    if (input->args[1] != 0) {
        add_names(scenario, "bystanders", input->args[1], object);
    }
}

static void add_argument(const struct lab_scenario *scenario, const struct argument *argument,
                         int64_t value, cJSON *object)
{
    const char *name =
        !argument->choice ? NULL
        : value < 0       ? "all"
                    : scenario->system->plan_name(scenario->data, argument->list, (uint32_t)value);
    if (name != NULL) {
        (void)cJSON_AddStringToObject(object, argument->name, name);
    } else {
        (void)cJSON_AddNumberToObject(object, argument->name, (double)value);
    }
}

struct cJSON *lab_input_json(const struct lab_scenario *scenario, const struct sim_input *input)
{
    struct shape shape;
    cJSON *object = cJSON_CreateObject();
    if (!shape_by_type(scenario->system, input->type, &shape)) {
        return object;
    }
    (void)cJSON_AddStringToObject(object, "type", shape.name);
    if (shape.target == NULL && input->node != NODE_NONE) {
        (void)cJSON_AddStringToObject(object, "node", scenario->nodes[input->node].name);
    }
    if (input->peer != NODE_NONE) {
        (void)cJSON_AddStringToObject(object, "peer", scenario->nodes[input->peer].name);
    }
    if (input->type == SIM_INPUT_SETTING) {
        add_setting(scenario, input, object);
    } else if (input->type == SIM_INPUT_NET_PARTITION) {
        add_partition(scenario, input, object);
    } else {
        for (int i = 0; i < NODE_INPUT_ARGS && shape.args[i].name != NULL; i++) {
            add_argument(scenario, &shape.args[i], input->args[i], object);
        }
    }
    return object;
}

/* ---- Lists ---- */

uint32_t lab_inputs_insert(struct lab_inputs *inputs, const struct sim_input *input,
                           uint32_t number, const char *who)
{
    if (inputs->count == inputs->capacity) {
        inputs->capacity = inputs->capacity == 0 ? 16 : inputs->capacity * 2;
        inputs->items = realloc(inputs->items, inputs->capacity * sizeof *inputs->items);
        if (inputs->items == NULL) {
            abort();
        }
    }
    uint32_t place = inputs->count;
    while (place > 0 && inputs->items[place - 1].input.time_ns > input->time_ns) {
        place--;
    }
    memmove(&inputs->items[place + 1], &inputs->items[place],
            (inputs->count - place) * sizeof *inputs->items);
    struct lab_input *item = &inputs->items[place];
    *item = (struct lab_input){.input = *input, .number = number};
    struct text text = text_init(item->who, sizeof item->who);
    text_add_bytes(&text, who, (uint32_t)strnlen(who, sizeof item->who - 1));
    inputs->count++;
    return place;
}

void lab_inputs_free(struct lab_inputs *inputs)
{
    free(inputs->items);
    *inputs = (struct lab_inputs){0};
}
