/* titles.c - what things are called for people. */
#include "lab/titles.h"

#include "base/embedded.h"
#include "lab/input.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { FILES_MAX = 18, PATH_BYTES = 96, NUMBER_BYTES = 32 };

/* Parsed once and kept for ever, since what is answered points into them. */
static struct {
    const char *name;
    const cJSON *json;
} FILES[FILES_MAX];
static uint32_t FILE_COUNT;
static pthread_once_t FILES_ONCE = PTHREAD_ONCE_INIT;

static void file_add(const char *name)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "web/words/%s.json", name);
    const struct embedded_file *file = embedded_find(path);
    assert(FILE_COUNT < FILES_MAX);
    FILES[FILE_COUNT].name = name;
    FILES[FILE_COUNT].json = file == NULL ? NULL : cJSON_Parse((const char *)file->bytes);
    FILE_COUNT++;
}

static void files_read(void)
{
    file_add("host");
    file_add("report");
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        file_add(SYSTEMS[i]->name);
    }
}

/* NULL where there is no such file; every look into it then finds nothing. */
static const cJSON *words_file(const char *name)
{
    int status = pthread_once(&FILES_ONCE, files_read);
    assert(status == 0);
    for (uint32_t i = 0; i < FILE_COUNT; i++) {
        if (strcmp(FILES[i].name, name) == 0) {
            return FILES[i].json;
        }
    }
    return NULL;
}

static const cJSON *entry(const char *file, const char *group, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(words_file(file), group), key);
}

static const char *text_of(const cJSON *item)
{
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

const char *lab_title_field(const struct system *system, const char *group, const char *key,
                            const char *field)
{
    return text_of(cJSON_GetObjectItemCaseSensitive(entry(system->name, group, key), field));
}

const char *lab_title(const struct system *system, const char *group, const char *key)
{
    const char *title = lab_title_field(system, group, key, "title");
    return title == NULL ? key : title;
}

const char *lab_title_line(const struct system *system, const char *chart, const char *column)
{
    const cJSON *lines =
        cJSON_GetObjectItemCaseSensitive(entry(system->name, "charts", chart), "lines");
    const char *title = text_of(cJSON_GetObjectItemCaseSensitive(lines, column));
    return title == NULL ? column : title;
}

const char *lab_report_word(const char *key)
{
    const char *word = text_of(entry("report", "words", key));
    assert(word != NULL); /* the words travel inside the program; a test reads them all */
    return word;
}

void lab_sentence_fill(const char *sentence, lab_place_put put, const void *context,
                       struct text *text)
{
    while (*sentence != '\0') {
        size_t plain = strcspn(sentence, "{");
        text_add_bytes(text, sentence, (uint32_t)plain);
        sentence += plain;
        if (*sentence == '\0') {
            return;
        }
        size_t length = strcspn(sentence, "}");
        bool closed = sentence[length] == '}';
        if (!closed || !put(context, sentence + 1, length - 1, text)) {
            text_add_bytes(text, sentence, (uint32_t)(length + closed));
        }
        sentence += length + closed;
    }
}

/* ---- Values ---- */

void lab_setting_words(const struct system *system, const struct system_setting *setting,
                       int64_t value, struct text *text)
{
    if (setting->kind == SYSTEM_CHOICE) {
        text_add(text, lab_title(system, "choices", setting->choices[value]));
    } else if (setting->kind == SYSTEM_SWITCH) {
        text_add(text, lab_report_word(value != 0 ? "on" : "off"));
    } else {
        text_add_decimal(text, value, setting->decimals);
        if (setting->unit[0] != '\0') {
            text_add_char(text, ' ');
            text_add(text, setting->unit);
        }
    }
}

/* ---- Inputs ---- */

/* Fields of an input as the API has it; a list as its names, one after the other. */
static bool put_field(const void *context, const char *name, size_t length, struct text *text)
{
    const cJSON *object = context;
    char field[NUMBER_BYTES];
    if (length >= sizeof field) {
        return false;
    }
    (void)snprintf(field, sizeof field, "%.*s", (int)length, name);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field);
    if (cJSON_IsString(item)) {
        text_add(text, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        text_add_i64(text, (int64_t)item->valuedouble);
    } else if (cJSON_IsArray(item)) {
        const cJSON *part;
        cJSON_ArrayForEach(part, item)
        {
            text_add(text, part == item->child ? "" : ", ");
            text_add(text, part->valuestring);
        }
    } else if (strcmp(field, "node") == 0) {
        text_add(text, lab_report_word("all_nodes"));
    } else {
        return false;
    }
    return true;
}

static void setting_input_words(const struct lab_scenario *scenario, const struct sim_input *input,
                                const char *field, struct text *text)
{
    const struct system_setting *setting = &scenario->system->settings[input->args[0]];
    const char *name = lab_title_field(scenario->system, "settings", setting->key, field);
    text_add(text, name == NULL ? lab_title(scenario->system, "settings", setting->key) : name);
    text_add(text, ": ");
    lab_setting_words(scenario->system, setting, input->args[1], text);
}

/* `field` is "text" or "mark"; a mark that is missing is said as the text. */
static void say_input(const struct lab_scenario *scenario, const struct sim_input *input,
                      const char *field, struct text *text)
{
    const char *name = lab_input_name(scenario, input);
    if (input->type == SIM_INPUT_SETTING) {
        setting_input_words(scenario, input, field, text);
        return;
    }
    const char *file = input->type >= SIM_INPUT_SYSTEM ? scenario->system->name : "host";
    const cJSON *words = entry(file, "inputs", name);
    const char *sentence = text_of(cJSON_GetObjectItemCaseSensitive(words, field));
    if (sentence == NULL) {
        sentence = text_of(cJSON_GetObjectItemCaseSensitive(words, "text"));
    }
    cJSON *object = lab_input_json(scenario, input);
    lab_sentence_fill(sentence == NULL ? name : sentence, put_field, object, text);
    cJSON_Delete(object);
}

void lab_input_words(const struct lab_scenario *scenario, const struct sim_input *input,
                     struct text *text)
{
    say_input(scenario, input, "text", text);
}

void lab_input_mark(const struct lab_scenario *scenario, const struct sim_input *input,
                    struct text *text)
{
    say_input(scenario, input, "mark", text);
}
