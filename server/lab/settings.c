/* settings.c - a system's settings between JSON, command line and int64. */
#include "lab/settings.h"

#include "base/text.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTING_TEXT_MAX = 200, DECIMALS_MAX = 15 };

static const double POWERS[DECIMALS_MAX + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

double lab_decimal(int64_t value, unsigned decimals)
{
    assert(decimals <= DECIMALS_MAX);
    return (double)value / POWERS[decimals];
}

bool lab_decimal_parse(double number, unsigned decimals, int64_t *value)
{
    assert(decimals <= DECIMALS_MAX);
    double scaled = number * POWERS[decimals];
    if (!(fabs(scaled) < 9e15)) { /* also what is not a number */
        return false;
    }
    int64_t whole = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    double tolerance = fabs(scaled) < 1e6 ? 1e-6 : fabs(scaled) * 1e-12;
    if (fabs(scaled - (double)whole) > tolerance) {
        return false;
    }
    *value = whole;
    return true;
}

const char *lab_decimal_text(int64_t value, unsigned decimals, char buffer[32])
{
    struct text text = text_init(buffer, 32);
    text_add_decimal(&text, value, decimals);
    return buffer;
}

int lab_setting_find(const struct system *system, const char *key, struct lab_problem *problem)
{
    for (uint32_t i = 0; i < system->setting_count; i++) {
        if (strcmp(system->settings[i].key, key) == 0) {
            return (int)i;
        }
    }
    int status =
        lab_refuse(problem, LAB_NOT_FOUND, "%s has no setting \"%.60s\"", system->name, key);
    for (uint32_t i = 0; i < system->setting_count; i++) {
        lab_problem_allow(problem, system->settings[i].key);
    }
    return status;
}

/* ---- One value ---- */

static int parse_number(const struct system_setting *setting, const cJSON *value, int64_t *result,
                        struct lab_problem *problem)
{
    char min[32];
    char max[32];
    int64_t number = 0;
    bool whole =
        cJSON_IsNumber(value) && lab_decimal_parse(value->valuedouble, setting->decimals, &number);
    if (whole && number >= setting->min && number <= setting->max) {
        *result = number;
        return 0;
    }
    const char *given = cJSON_IsString(value) ? value->valuestring : "not a number";
    char given_number[32];
    if (cJSON_IsNumber(value)) {
        (void)snprintf(given_number, sizeof given_number, "%.15g", value->valuedouble);
        given = given_number;
    }
    char most[32] = "";
    if (setting->decimals > 0) {
        (void)snprintf(most, sizeof most, " with at most %u decimal%s", setting->decimals,
                       setting->decimals == 1 ? "" : "s");
    }
    return lab_refuse(problem, LAB_UNPROCESSABLE,
                      "setting %s is %.40s; it must be a %snumber from %s to %s%s%s%s",
                      setting->key, given, setting->decimals == 0 ? "whole " : "",
                      lab_decimal_text(setting->min, setting->decimals, min),
                      lab_decimal_text(setting->max, setting->decimals, max),
                      setting->unit[0] == '\0' ? "" : " ", setting->unit, most);
}

static int parse_switch(const struct system_setting *setting, const cJSON *value, int64_t *result,
                        struct lab_problem *problem)
{
    if (!cJSON_IsBool(value)) {
        int status = lab_refuse(problem, LAB_UNPROCESSABLE, "setting %s must be true or false",
                                setting->key);
        lab_problem_allow(problem, "true");
        lab_problem_allow(problem, "false");
        return status;
    }
    *result = cJSON_IsTrue(value) ? 1 : 0;
    return 0;
}

static int parse_choice(const struct system_setting *setting, const cJSON *value, int64_t *result,
                        struct lab_problem *problem)
{
    const char *given = cJSON_IsString(value) ? value->valuestring : "not a text";
    for (int64_t i = 0; setting->choices[i] != NULL; i++) {
        if (strcmp(setting->choices[i], given) == 0) {
            *result = i;
            return 0;
        }
    }
    int status =
        lab_refuse(problem, LAB_UNPROCESSABLE,
                   "setting %s is \"%.40s\", which is none of its choices", setting->key, given);
    for (int64_t i = 0; setting->choices[i] != NULL; i++) {
        lab_problem_allow(problem, setting->choices[i]);
    }
    return status;
}

int lab_setting_parse(const struct system *system, uint32_t index, const struct cJSON *value,
                      int64_t *result, struct lab_problem *problem)
{
    assert(index < system->setting_count);
    const struct system_setting *setting = &system->settings[index];
    switch (setting->kind) {
    case SYSTEM_NUMBER:
        return parse_number(setting, value, result, problem);
    case SYSTEM_SWITCH:
        return parse_switch(setting, value, result, problem);
    case SYSTEM_CHOICE:
        return parse_choice(setting, value, result, problem);
    }
    return lab_refuse(problem, LAB_UNPROCESSABLE, "setting %s has no kind", setting->key);
}

/* ---- Many ---- */

int lab_settings_parse(const struct system *system, const struct cJSON *object, int64_t *values,
                       struct lab_problem *problem)
{
    if (object == NULL) {
        return 0;
    }
    if (!cJSON_IsObject(object)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "settings must be an object {key: value}");
    }
    int64_t *parsed = malloc(system->setting_count * sizeof *parsed + 1);
    if (parsed == NULL) {
        abort();
    }
    memcpy(parsed, values, system->setting_count * sizeof *parsed);
    int status = 0;
    for (const cJSON *item = object->child; item != NULL && status == 0; item = item->next) {
        int index = lab_setting_find(system, item->string, problem);
        status = index < 0
                     ? -LAB_UNPROCESSABLE
                     : lab_setting_parse(system, (uint32_t)index, item, &parsed[index], problem);
    }
    if (status == 0) {
        memcpy(values, parsed, system->setting_count * sizeof *parsed);
    }
    free(parsed);
    return status;
}

/* What a command line means by a word: true, false, a number, else a name. */
static cJSON *json_of_word(const char *word)
{
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
        return cJSON_CreateBool(word[0] == 't');
    }
    char *end;
    double number = strtod(word, &end);
    return *word != '\0' && *end == '\0' ? cJSON_CreateNumber(number) : cJSON_CreateString(word);
}

int lab_setting_parse_text(const struct system *system, const char *text, int64_t *values,
                           struct lab_problem *problem)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals - text >= SETTING_TEXT_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "\"%.80s\" sets nothing: write KEY=VALUE, as in policy=round-robin",
                          text);
    }
    char key[SETTING_TEXT_MAX];
    memcpy(key, text, (size_t)(equals - text));
    key[equals - text] = '\0';
    int index = lab_setting_find(system, key, problem);
    if (index < 0) {
        return index;
    }
    cJSON *value = json_of_word(equals + 1);
    int status = lab_setting_parse(system, (uint32_t)index, value, &values[index], problem);
    cJSON_Delete(value);
    return status;
}

struct cJSON *lab_setting_json(const struct system_setting *setting, int64_t value)
{
    switch (setting->kind) {
    case SYSTEM_NUMBER:
        return cJSON_CreateNumber(lab_decimal(value, setting->decimals));
    case SYSTEM_SWITCH:
        return cJSON_CreateBool(value != 0);
    case SYSTEM_CHOICE:
        return cJSON_CreateString(setting->choices[value]);
    }
    return cJSON_CreateNull();
}

struct cJSON *lab_settings_json(const struct system *system, const int64_t *values)
{
    cJSON *object = cJSON_CreateObject();
    for (uint32_t i = 0; i < system->setting_count; i++) {
        (void)cJSON_AddItemToObject(object, system->settings[i].key,
                                    lab_setting_json(&system->settings[i], values[i]));
    }
    return object;
}
