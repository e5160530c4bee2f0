/* test_kv_words.c - every key of the store' C tables has its text, and no text is without
 * its key. */
#include "base/embedded.h"
#include "systems/kv/kv.h"
#include "systems/kv/ledger.h"
#include "systems/kv/words.h"
#include "unit.h"

#include <cjson/cJSON.h>

enum { NOTE_COUNT = KV_NOTE_END - NODE_NOTE_SYSTEM };

static cJSON *words;

static int read_words(void **state)
{
    (void)state;
    const struct embedded_file *file = embedded_find("web/words/kv.json");
    words = file == NULL ? NULL : cJSON_ParseWithLength((const char *)file->bytes, file->length);
    return words == NULL ? -1 : 0;
}

static int forget_words(void **state)
{
    (void)state;
    cJSON_Delete(words);
    return 0;
}

/* The text under group/key: a string, or an object with a title. */
static const char *text_of(const char *group, const char *key)
{
    const cJSON *item =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(words, group), key);
    if (cJSON_IsObject(item))
        item = cJSON_GetObjectItemCaseSensitive(item, "title");
    if (!cJSON_IsString(item))
        fail_msg("web/words/kv.json has no %s for \"%s\"", group, key);
    return item->valuestring;
}

static int group_size(const char *group)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(words, group));
}

/* Every place of a sentence is one of `names` (NULL-terminated) or of those every note has. */
static void check_places(const char *sentence, const char *const *names, int count)
{
    static const char *const COMMON[] = {"node", "peer", "order"};
    for (const char *at = strchr(sentence, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t length = strcspn(at + 1, "}");
        bool known = false;
        for (int i = 0; i < 3; i++)
            known =
                known || (strlen(COMMON[i]) == length && memcmp(COMMON[i], at + 1, length) == 0);
        for (int i = 0; i < count && names[i] != NULL; i++)
            known = known || (strlen(names[i]) == length && memcmp(names[i], at + 1, length) == 0);
        if (!known)
            fail_msg("unknown place in \"%s\"", sentence);
    }
}

static void test_notes(void **state)
{
    (void)state;
    for (int i = 0; i < NOTE_COUNT; i++) {
        assert_non_null(KV_NOTES[i].name);
        check_places(text_of("notes", KV_NOTES[i].name), KV_NOTES[i].args, NODE_NOTE_ARGS);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(KV_NOTES[i].name, KV_NOTES[j].name);
    }
    assert_int_equal(group_size("notes"), NOTE_COUNT);
}

static void test_reasons(void **state)
{
    (void)state;
    static const char *const PLACES[] = {"a",      "b",      "c",      "d", "a:node",
                                         "b:node", "c:node", "d:node", NULL};
    for (int i = 0; i < KV_WORD_COUNT; i++)
        check_places(text_of("reasons", KV_WORDS[i]), PLACES, 9);
    assert_int_equal(group_size("reasons"), KV_WORD_COUNT);
}

static void test_checks_figures_tables(void **state)
{
    (void)state;
    for (int i = 0; i < KV_CHECK_COUNT; i++)
        (void)text_of("checks", KV_CHECKS[i].name);
    for (int i = 0; i < KV_FIGURE_COUNT; i++)
        (void)text_of("figures", KV_FIGURES[i].name);
    for (int i = 0; i < KV_TABLE_COUNT; i++)
        (void)text_of("tables", KV_TABLES[i].name);
    assert_int_equal(group_size("checks"), KV_CHECK_COUNT);
    assert_int_equal(group_size("figures"), KV_FIGURE_COUNT);
    assert_int_equal(group_size("tables"), KV_TABLE_COUNT);
}

static void test_settings_and_inputs(void **state)
{
    (void)state;
    for (int i = 0; i < KV_SET_COUNT; i++) {
        const struct system_setting *setting = &KV_SETTINGS[i];
        (void)text_of("settings", setting->key);
        for (int j = 0; setting->choices != NULL && setting->choices[j] != NULL; j++)
            (void)text_of("choices", setting->choices[j]);
    }
    for (int i = 0; i < KV_INPUT_COUNT; i++)
        (void)text_of("inputs", KV_INPUTS[i].name);
    assert_int_equal(group_size("settings"), KV_SET_COUNT);
    assert_int_equal(group_size("inputs"), KV_INPUT_COUNT);
}

static void test_columns_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < KV_TABLE_COUNT; i++) {
        const struct system_table *table = &KV_TABLES[i];
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_checks_figures_tables),
        cmocka_unit_test(test_settings_and_inputs),
        cmocka_unit_test(test_columns_are_told),
    };
    return cmocka_run_group_tests(tests, read_words, forget_words);
}
