/* repeat.c - the words that repeat a run on the command line. */
#include "lab/repeat.h"

#include "lab/input.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <string.h>

static void add_value(const struct system_setting *setting, int64_t value, struct text *text)
{
    if (setting->kind == SYSTEM_CHOICE) {
        text_add(text, setting->choices[value]);
    } else if (setting->kind == SYSTEM_SWITCH) {
        text_add(text, value != 0 ? "true" : "false");
    } else {
        text_add_decimal(text, value, setting->decimals);
    }
}

void lab_repeat_words(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                      struct text *text)
{
    const struct system *system = scenario->system;
    text_add(text, scenario->name);
    text_add(text, " --seed ");
    text_add_u64(text, seed);
    for (uint32_t i = 0; i < system->setting_count; i++) {
        if (settings[i] == scenario->settings[i]) {
            continue;
        }
        text_add(text, " --set ");
        text_add(text, system->settings[i].key);
        text_add_char(text, '=');
        add_value(&system->settings[i], settings[i], text);
    }
}

static void add_json(const cJSON *item, struct text *text)
{
    const cJSON *part;
    if (cJSON_IsString(item)) {
        text_add(text, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        text_add_i64(text, (int64_t)item->valuedouble);
    } else if (cJSON_IsBool(item)) {
        text_add(text, cJSON_IsTrue(item) ? "on" : "off");
    }
    cJSON_ArrayForEach(part, item)
    {
        text_add(text, part == item->child ? "" : " ");
        add_json(part, text);
    }
}

/* Fields whose values speak for themselves. */
static bool is_plain(const char *field)
{
    static const char *const FIELDS[] = {"node", "peer", "nodes", "key", "value"};
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        if (strcmp(field, FIELDS[i]) == 0) {
            return true;
        }
    }
    return false;
}

void lab_repeat_input_words(const struct lab_scenario *scenario, const struct sim_input *input,
                            struct text *text)
{
    cJSON *object = lab_input_json(scenario, input);
    const cJSON *item;
    bool first = true;
    uint32_t argument = 0;
    text_add(text, lab_input_name(scenario, input));
    cJSON_ArrayForEach(item, object)
    {
        int64_t standard;
        if (strcmp(item->string, "type") == 0) {
            continue;
        }
        bool plain = is_plain(item->string);
        bool left_out = !plain && lab_input_standard(scenario, input->type, argument, &standard) &&
                        input->args[argument] == standard;
        argument += !plain;
        if (left_out) {
            continue;
        }
        text_add(text, first || plain ? " " : ", ");
        if (!plain) {
            text_add(text, item->string);
            text_add_char(text, ' ');
            first = false;
        }
        add_json(item, text);
    }
    cJSON_Delete(object);
}

struct cJSON *lab_repeat_input_json(const struct lab_scenario *scenario,
                                    const struct sim_input *input)
{
    cJSON *object = lab_input_json(scenario, input);
    (void)cJSON_AddNumberToObject(object, "t_ms", lab_decimal(input->time_ns / 1000, 3));
    return object;
}
