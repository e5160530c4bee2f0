/* catalogue.c - systems and scenarios as JSON documents: what the page builds its controls from. */
#include "lab/lab_internal.h"
#include "lab/parts.h"

#include "lab/notes.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>

/* ---- Systems ---- */

static const char *const SETTING_KINDS[] = {
    [SYSTEM_NUMBER] = "number", [SYSTEM_SWITCH] = "switch", [SYSTEM_CHOICE] = "choice"};

static cJSON *setting_json(const struct system_setting *setting)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "key", setting->key);
    (void)cJSON_AddStringToObject(item, "kind", SETTING_KINDS[setting->kind]);
    (void)cJSON_AddBoolToObject(item, "live", setting->live);
    (void)cJSON_AddStringToObject(item, "unit", setting->unit);
    (void)cJSON_AddNumberToObject(item, "decimals", setting->decimals);
    if (setting->kind == SYSTEM_NUMBER) {
        (void)cJSON_AddItemToObject(item, "min", lab_setting_json(setting, setting->min));
        (void)cJSON_AddItemToObject(item, "max", lab_setting_json(setting, setting->max));
    }
    (void)cJSON_AddItemToObject(item, "standard", lab_setting_json(setting, setting->standard));
    if (setting->kind == SYSTEM_CHOICE) {
        cJSON *choices = cJSON_AddArrayToObject(item, "choices");
        for (int i = 0; setting->choices[i] != NULL; i++) {
            (void)cJSON_AddItemToArray(choices, cJSON_CreateString(setting->choices[i]));
        }
    }
    if (setting->trap != NULL) {
        (void)cJSON_AddStringToObject(item, "trap", setting->trap);
    }
    return item;
}

static cJSON *argument_json(const char *name, const char *kind, int64_t min, int64_t max,
                            int64_t standard)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "name", name);
    (void)cJSON_AddStringToObject(item, "kind", kind);
    (void)cJSON_AddNumberToObject(item, "min", (double)min);
    (void)cJSON_AddNumberToObject(item, "max", (double)max);
    (void)cJSON_AddNumberToObject(item, "standard", (double)standard);
    return item;
}

static cJSON *system_input_json(const struct system_input *input)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "name", input->name);
    if (input->target != NULL) {
        (void)cJSON_AddStringToObject(item, "target", input->target);
    }
    (void)cJSON_AddBoolToObject(item, "needs_node", input->target == NULL);
    (void)cJSON_AddBoolToObject(item, "needs_peer", false);
    (void)cJSON_AddBoolToObject(item, "client_operation", input->client_operation);
    cJSON *args = cJSON_AddArrayToObject(item, "args");
    for (int i = 0; i < NODE_INPUT_ARGS && input->args[i].name != NULL; i++) {
        const struct system_argument *argument = &input->args[i];
        bool choice = argument->kind == SYSTEM_ARG_CHOICE;
        cJSON *one = argument_json(argument->name, choice ? "choice" : "number", argument->min,
                                   argument->max, argument->standard);
        if (choice) {
            (void)cJSON_AddNumberToObject(one, "list", argument->list);
        }
        (void)cJSON_AddItemToArray(args, one);
    }
    return item;
}

static cJSON *host_input_json(const struct sim_input_kind *kind)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "name", kind->name);
    (void)cJSON_AddBoolToObject(item, "needs_node", kind->needs_node);
    (void)cJSON_AddBoolToObject(item, "needs_peer", kind->needs_peer);
    (void)cJSON_AddBoolToObject(item, "client_operation", false);
    cJSON *args = cJSON_AddArrayToObject(item, "args");
    for (int i = 0; i < NODE_INPUT_ARGS && kind->args[i].name != NULL; i++) {
        const struct sim_input_argument *argument = &kind->args[i];
        (void)cJSON_AddItemToArray(args, argument_json(argument->name, "number", argument->min,
                                                       argument->max, argument->standard));
    }
    return item;
}

static void add_note(void *list, uint16_t kind, const struct system_note *note)
{
    (void)kind;
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "name", note->name);
    cJSON *args = cJSON_AddArrayToObject(item, "args");
    for (int i = 0; i < NODE_NOTE_ARGS && note->args[i] != NULL; i++) {
        (void)cJSON_AddItemToArray(args, cJSON_CreateString(note->args[i]));
    }
    (void)cJSON_AddBoolToObject(item, "listed", note->listed);
    (void)cJSON_AddBoolToObject(item, "interesting", note->interesting);
    (void)cJSON_AddBoolToObject(item, "jump", note->interesting || note->jump);
    (void)cJSON_AddItemToArray(list, item);
}

static void add_checks_and_figures(const struct system *system, cJSON *object)
{
    cJSON *checks = cJSON_AddArrayToObject(object, "checks");
    for (uint32_t i = 0; i < system->check_count; i++) {
        cJSON *item = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(item, "name", system->checks[i].name);
        (void)cJSON_AddStringToObject(item, "kind",
                                      system->checks[i].history ? "history" : "invariant");
        (void)cJSON_AddItemToArray(checks, item);
    }
    cJSON *figures = cJSON_AddArrayToObject(object, "figures");
    for (uint32_t i = 0; i < system->figure_count; i++) {
        cJSON *item = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(item, "name", system->figures[i].name);
        (void)cJSON_AddStringToObject(item, "unit", system->figures[i].unit);
        (void)cJSON_AddNumberToObject(item, "decimals", system->figures[i].decimals);
        if (system->figures[i].better != SYSTEM_NEITHER) {
            (void)cJSON_AddStringToObject(
                item, "better", system->figures[i].better == SYSTEM_LOWER ? "lower" : "higher");
        }
        (void)cJSON_AddItemToArray(figures, item);
    }
}

static void add_tables(const struct system *system, cJSON *object)
{
    const struct lab_tables *tables = lab_tables(system);
    cJSON *list = cJSON_AddArrayToObject(object, "tables");
    for (uint32_t t = 0; t < tables->count; t++) {
        cJSON *item = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(item, "name", tables->tables[t].name);
        cJSON *columns = cJSON_AddArrayToObject(item, "columns");
        for (uint32_t c = 0; c < tables->tables[t].column_count; c++) {
            const struct lab_column *from = &tables->tables[t].columns[c];
            cJSON *column = cJSON_CreateObject();
            (void)cJSON_AddStringToObject(column, "name", from->name);
            (void)cJSON_AddStringToObject(column, "unit", from->unit);
            (void)cJSON_AddStringToObject(column, "meaning", from->meaning);
            (void)cJSON_AddItemToArray(columns, column);
        }
        (void)cJSON_AddItemToArray(list, item);
    }
    (void)cJSON_AddStringToObject(object, "subject_table",
                                  system->tables[system->subject_table].name);
}

static cJSON *system_json(const struct system *system)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "name", system->name);
    cJSON *settings = cJSON_AddArrayToObject(object, "settings");
    for (uint32_t i = 0; i < system->setting_count; i++) {
        (void)cJSON_AddItemToArray(settings, setting_json(&system->settings[i]));
    }
    cJSON *inputs = cJSON_AddArrayToObject(object, "inputs");
    for (uint32_t i = 0; i < system->input_count; i++) {
        (void)cJSON_AddItemToArray(inputs, system_input_json(&system->inputs[i]));
    }
    for (uint32_t i = 0; i < SIM_INPUT_KIND_COUNT; i++) {
        (void)cJSON_AddItemToArray(inputs, host_input_json(&SIM_INPUT_KINDS[i]));
    }
    (void)cJSON_AddItemToObject(object, "recipes", lab_recipes_json());
    lab_notes_each(system, add_note, cJSON_AddArrayToObject(object, "notes"));
    add_checks_and_figures(system, object);
    add_tables(system, object);
    return object;
}

int lab_systems(struct lab *lab, struct cJSON **out)
{
    (void)lab;
    *out = cJSON_CreateArray();
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        (void)cJSON_AddItemToArray(*out, system_json(SYSTEMS[i]));
    }
    return 0;
}

/* ---- Scenarios ---- */

static void add_scenario(void *list, const char *name)
{
    struct lab_scenario *scenario = NULL;
    if (lab_scenario_load(name, false, &scenario, NULL) != 0) {
        return; /* a test loads them all: this one is not in the program */
    }
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(item, "name", name);
    (void)cJSON_AddStringToObject(item, "system", scenario->system->name);
    (void)cJSON_AddStringToObject(item, "title", scenario->title);
    (void)cJSON_AddStringToObject(item, "about", scenario->about);
    (void)cJSON_AddNumberToObject(item, "seed", (double)scenario->seed);
    (void)cJSON_AddNumberToObject(item, "until_s", (double)(scenario->until_ns / 1000000000));
    (void)cJSON_AddItemToObject(item, "settings",
                                lab_settings_json(scenario->system, scenario->settings));
    if (scenario->expect != NULL) {
        (void)cJSON_AddItemToObject(item, "expect", cJSON_Duplicate(scenario->expect, true));
    }
    if (scenario->bug != NULL) {
        (void)cJSON_AddStringToObject(item, "bug", scenario->bug);
    }
    (void)cJSON_AddItemToArray(list, item);
    lab_scenario_free(&scenario);
}

int lab_scenarios(struct lab *lab, struct cJSON **out)
{
    (void)lab;
    *out = cJSON_CreateArray();
    lab_scenario_names(add_scenario, *out);
    return 0;
}
