/* test_system_words.c - whatever a system of the catalogue can say has its text in web/words, and no
 * text there is without its key. */
#include "base/embedded.h"
#include "systems/system.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* The words of the system under test; a failing test names it. */
static const struct system *about;
static cJSON *words;

static void open_words(const struct system *system)
{
    char path[96];
    (void)snprintf(path, sizeof path, "web/words/%s.json", system->name);
    const struct embedded_file *file = embedded_find(path);
    if (file == NULL)
        fail_msg("there is no %s", path);
    about = system;
    words = cJSON_ParseWithLength((const char *)file->bytes, file->length);
    if (words == NULL)
        fail_msg("%s is not JSON", path);
}

static const cJSON *group_of(const char *group)
{
    return cJSON_GetObjectItemCaseSensitive(words, group);
}

/* The text under group/key: a string, or an object with a title. */
static const char *text_of(const char *group, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(group_of(group), key);
    if (cJSON_IsObject(item))
        item = cJSON_GetObjectItemCaseSensitive(item, "title");
    if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
        fail_msg("web/words/%s.json has no %s for \"%s\"", about->name, group, key);
    return item->valuestring;
}

static void group_has(const char *group, uint32_t count)
{
    int found = cJSON_GetArraySize(group_of(group));
    if (found != (int)count)
        fail_msg("web/words/%s.json has %d texts in %s; there are %u keys", about->name, found,
                 group, count);
}

static bool is_one_of(const char *name, size_t length, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count && names[i] != NULL; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    return false;
}

/* Every place of a sentence is one that a note, or a reason, has. */
static void check_places(const char *sentence, const char *const *names, uint32_t count)
{
    static const char *const COMMON[] = {"node", "peer", "order"};
    for (const char *at = strchr(sentence, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t length = strcspn(at + 1, "}");
        if (!is_one_of(at + 1, length, COMMON, 3) && !is_one_of(at + 1, length, names, count))
            fail_msg("%s: unknown place in \"%s\"", about->name, sentence);
    }
}

static void check_notes_and_reasons(const struct system *system)
{
    static const char *const PLACES[] = {"a",      "b",      "c",      "d",
                                         "a:node", "b:node", "c:node", "d:node"};
    for (uint32_t i = 0; i < system->note_count; i++) {
        assert_non_null(system->notes[i].name);
        check_places(text_of("notes", system->notes[i].name), system->notes[i].args,
                     NODE_NOTE_ARGS);
        for (uint32_t j = 0; j < i; j++)
            assert_string_not_equal(system->notes[i].name, system->notes[j].name);
    }
    for (uint32_t i = 0; i < system->word_count; i++)
        check_places(text_of("reasons", system->words[i]), PLACES, 8);
    group_has("notes", system->note_count);
    group_has("reasons", system->word_count);
}

static void check_what_is_shown(const struct system *system)
{
    for (uint32_t i = 0; i < system->check_count; i++)
        (void)text_of("checks", system->checks[i].name);
    for (uint32_t i = 0; i < system->figure_count; i++)
        (void)text_of("figures", system->figures[i].name);
    for (uint32_t i = 0; i < system->table_count; i++)
        (void)text_of("tables", system->tables[i].name);
    for (uint32_t i = 0; i < system->chart_count; i++)
        (void)text_of("charts", system->charts[i].name);
    group_has("checks", system->check_count);
    group_has("figures", system->figure_count);
    group_has("tables", system->table_count);
    group_has("charts", system->chart_count);
}

static void check_what_is_chosen(const struct system *system)
{
    for (uint32_t i = 0; i < system->setting_count; i++) {
        const struct system_setting *setting = &system->settings[i];
        (void)text_of("settings", setting->key);
        for (uint32_t j = 0; setting->choices != NULL && setting->choices[j] != NULL; j++)
            (void)text_of("choices", setting->choices[j]);
    }
    for (uint32_t i = 0; i < system->input_count; i++)
        (void)text_of("inputs", system->inputs[i].name);
    group_has("settings", system->setting_count);
    group_has("inputs", system->input_count);
}

static void check_columns(const struct system *system)
{
    for (uint32_t i = 0; i < system->table_count; i++) {
        const struct system_table *table = &system->tables[i];
        assert_in_range(table->column_count, 1, NODE_ROW_CELLS);
        for (uint32_t j = 0; j < table->column_count; j++) {
            const struct system_column *column = &table->columns[j];
            assert_true(strlen(column->meaning) > 3);
            assert_non_null(column->unit);
            const char *ending = strrchr(column->name, '_');
            if (ending != NULL && strcmp(ending, "_ms") == 0)
                assert_string_equal(column->unit, "ms");
        }
    }
}

static void test_every_system_has_its_words(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        open_words(SYSTEMS[i]);
        (void)text_of("system", "title");
        (void)text_of("system", "term");
        check_notes_and_reasons(SYSTEMS[i]);
        check_what_is_shown(SYSTEMS[i]);
        check_what_is_chosen(SYSTEMS[i]);
        check_columns(SYSTEMS[i]);
        cJSON_Delete(words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_system_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
