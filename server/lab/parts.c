/* parts.c - what one body of a request, a script or a file becomes. */
#include "lab/parts.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

static const char RECIPE_PREFIX[] = "recipe.";
static const int64_t NS_PER_MS = 1000000;

enum recipe_argument { ARGUMENT_LENGTH, ARGUMENT_SEED, ARGUMENT_INTENSITY, ARGUMENTS };
static const struct {
    const char *name;
    int64_t min, max, standard;
} RECIPE_ARGUMENTS[ARGUMENTS] = {
    [ARGUMENT_LENGTH] = {"length_ms", 1000, 3600000, 20000},
    [ARGUMENT_SEED] = {"seed", 0, (int64_t)LAB_SEED_MAX, 1},
    [ARGUMENT_INTENSITY] = {"intensity", 1, RECIPE_INTENSITY_MAX, 2},
};

static bool recipe_takes(enum recipe_kind kind, enum recipe_argument argument)
{
    return argument == ARGUMENT_SEED        ? RECIPE_KIND_WORDS[kind].random
           : argument == ARGUMENT_INTENSITY ? RECIPE_KIND_WORDS[kind].intensity
                                            : true;
}

/* ---- Healing ---- */

/* heal.all of the host does not reach what the system's own inputs broke. */
static void add_remedies(const struct lab_scenario *scenario, struct lab_input_parts *parts)
{
    const struct system *system = scenario->system;
    struct system_remedy remedy;
    for (uint32_t i = 0; system->remedy != NULL && parts->count < LAB_INPUT_PARTS_MAX &&
                         system->remedy(scenario->data, i, &remedy);
         i++) {
        if (remedy.kind != SYSTEM_REMEDY_HEAL) {
            continue;
        }
        struct sim_input *input = &parts->list[parts->count++];
        *input =
            (struct sim_input){.type = SIM_INPUT_SETTING, .node = NODE_NONE, .peer = NODE_NONE};
        if (!remedy.is_setting) {
            input->type = (uint16_t)(SIM_INPUT_SYSTEM + remedy.type);
            input->node = remedy.node;
        }
        memcpy(input->args, remedy.args, sizeof input->args);
    }
}

/* ---- Recipes ---- */

static int recipe_find(const char *name, enum recipe_kind *kind, struct lab_problem *problem)
{
    for (int i = 0; i < RECIPE_KINDS; i++) {
        if (strcmp(RECIPE_KIND_WORDS[i].name, name) == 0) {
            *kind = (enum recipe_kind)i;
            return 0;
        }
    }
    int status = lab_refuse(problem, LAB_UNPROCESSABLE, "there is no input type \"%.40s\"", name);
    for (int i = 0; i < RECIPE_KINDS; i++) {
        lab_problem_allow(problem, RECIPE_KIND_WORDS[i].name);
    }
    return status;
}

static int check_fields(enum recipe_kind kind, const cJSON *body, struct lab_problem *problem)
{
    static const char *const OTHERS[] = {"type", "leader", "at_ms", "t_ms", "who"};
    for (const cJSON *item = body->child; item != NULL; item = item->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
            known = known || strcmp(item->string, OTHERS[i]) == 0;
        }
        for (int i = 0; i < ARGUMENTS; i++) {
            known = known || (recipe_takes(kind, (enum recipe_argument)i) &&
                              strcmp(item->string, RECIPE_ARGUMENTS[i].name) == 0);
        }
        if (!known) {
            return lab_refuse(problem, LAB_UNPROCESSABLE, "%s has no argument \"%.40s\"",
                              RECIPE_KIND_WORDS[kind].name, item->string);
        }
    }
    return 0;
}

static int read_arguments(enum recipe_kind kind, const cJSON *body, int64_t values[ARGUMENTS],
                          struct lab_problem *problem)
{
    int status = check_fields(kind, body, problem);
    for (int i = 0; i < ARGUMENTS && status == 0; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, RECIPE_ARGUMENTS[i].name);
        values[i] = RECIPE_ARGUMENTS[i].standard;
        if (item == NULL) {
            continue;
        }
        double number = cJSON_IsNumber(item) ? item->valuedouble : -1;
        if (!(number >= (double)RECIPE_ARGUMENTS[i].min &&
              number <= (double)RECIPE_ARGUMENTS[i].max) ||
            number != (double)(int64_t)number) {
            status =
                lab_refuse(problem, LAB_UNPROCESSABLE,
                           "%s must be a whole number from %lld to %lld", RECIPE_ARGUMENTS[i].name,
                           (long long)RECIPE_ARGUMENTS[i].min, (long long)RECIPE_ARGUMENTS[i].max);
        } else {
            values[i] = (int64_t)number;
        }
    }
    return status;
}

static uint64_t members_of(const struct lab_scenario *scenario)
{
    uint64_t all = (UINT64_C(1) << scenario->node_count) - 1;
    const struct system *system = scenario->system;
    return system->members != NULL ? system->members(scenario->data) & all : all;
}

/* Whom the body names, or who leads now, or the first of all. */
static int read_leader(const struct lab_scenario *scenario, const struct sim *sim,
                       const cJSON *body, struct recipe_order *order, struct lab_problem *problem)
{
    const cJSON *named = cJSON_GetObjectItemCaseSensitive(body, "leader");
    const struct system *system = scenario->system;
    order->leader = NODE_NONE;
    if (named != NULL) {
        const char *name = cJSON_IsString(named) ? named->valuestring : "";
        order->leader = lab_node_find(scenario, name);
        if (order->leader == NODE_NONE || (order->members >> order->leader & 1) == 0) {
            int status = lab_refuse(problem, LAB_UNPROCESSABLE,
                                    "leader is \"%.40s\"; there is no such member", name);
            for (uint32_t i = 0; i < scenario->node_count; i++) {
                if ((order->members >> i & 1) != 0) {
                    lab_problem_allow(problem, scenario->nodes[i].name);
                }
            }
            return status;
        }
    } else if (sim != NULL && system->leader != NULL) {
        struct node_world world;
        sim_world_view(sim, &world);
        order->leader = system->leader(sim_observer_state(sim), &world);
    }
    if (order->leader == NODE_NONE || (order->members >> order->leader & 1) == 0) {
        order->leader = (uint32_t)__builtin_ctzll(order->members);
    }
    return 0;
}

static int read_recipe(const struct lab_scenario *scenario, const struct sim *sim,
                       const cJSON *body, const char *name, struct lab_input_parts *parts,
                       struct lab_problem *problem)
{
    int64_t values[ARGUMENTS];
    struct sim_plan plan;
    struct recipe_order order = {.members = members_of(scenario)};
    assert(order.members != 0);
    int status = recipe_find(name, &order.kind, problem);
    if (status == 0) {
        status = read_arguments(order.kind, body, values, problem);
    }
    if (status == 0) {
        status = read_leader(scenario, sim, body, &order, problem);
    }
    if (status != 0) {
        return status;
    }
    order.length_ns = values[ARGUMENT_LENGTH] * NS_PER_MS;
    order.seed = (uint64_t)values[ARGUMENT_SEED];
    order.intensity = (uint32_t)values[ARGUMENT_INTENSITY];
    lab_scenario_plan(scenario, scenario->seed, scenario->settings, &plan);
    parts->count = recipe_draw(&order, &plan, parts->list);
    return parts->count > 0
               ? 0
               : lab_refuse(problem, LAB_UNPROCESSABLE,
                            "%s has nothing to act on here: too few members, or no disk", name);
}

/* ---- The whole ---- */

int lab_input_parts(const struct lab_scenario *scenario, const struct sim *sim,
                    const struct cJSON *body, struct lab_input_parts *parts, bool *client_operation,
                    struct lab_problem *problem)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(body, "type");
    parts->count = 0;
    if (cJSON_IsString(type) &&
        strncmp(type->valuestring, RECIPE_PREFIX, sizeof RECIPE_PREFIX - 1) == 0) {
        return read_recipe(scenario, sim, body, type->valuestring, parts, problem);
    }
    int status = lab_input_parse(scenario, body, &parts->list[0], client_operation, problem);
    if (status == 0) {
        parts->count = 1;
        if (parts->list[0].type == SIM_INPUT_HEAL_ALL) {
            add_remedies(scenario, parts);
        }
    }
    return status;
}

int lab_input_script_parts(const struct lab_scenario *scenario, const struct cJSON *body,
                           struct lab_input_parts *parts, struct lab_problem *problem)
{
    int status = lab_input_parts(scenario, NULL, body, parts, NULL, problem);
    if (status == 0 && parts->list[0].type == SIM_INPUT_HEAL_ALL) {
        parts->count = 1;
    }
    return status;
}

struct cJSON *lab_recipes_json(void)
{
    cJSON *list = cJSON_CreateArray();
    for (int kind = 0; kind < RECIPE_KINDS; kind++) {
        cJSON *item = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(item, "name", RECIPE_KIND_WORDS[kind].name);
        cJSON *args = cJSON_AddArrayToObject(item, "args");
        for (int i = 0; i < ARGUMENTS; i++) {
            if (!recipe_takes((enum recipe_kind)kind, (enum recipe_argument)i)) {
                continue;
            }
            cJSON *one = cJSON_CreateObject();
            (void)cJSON_AddStringToObject(one, "name", RECIPE_ARGUMENTS[i].name);
            (void)cJSON_AddStringToObject(one, "kind", "number");
            (void)cJSON_AddNumberToObject(one, "min", (double)RECIPE_ARGUMENTS[i].min);
            (void)cJSON_AddNumberToObject(one, "max", (double)RECIPE_ARGUMENTS[i].max);
            (void)cJSON_AddNumberToObject(one, "standard", (double)RECIPE_ARGUMENTS[i].standard);
            (void)cJSON_AddItemToArray(args, one);
        }
        (void)cJSON_AddItemToArray(list, item);
    }
    return list;
}
