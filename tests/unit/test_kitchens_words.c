/* test_kitchens_words.c - the kitchens' blockers and lists have their texts, and no text is
 * without its key; test_system_words.c looks at what every system has. */
#include "base/embedded.h"
#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger.h"
#include "systems/kitchens/words.h"
#include "unit.h"

#include <cjson/cJSON.h>

static cJSON *words;

static int read_words(void **state)
{
    (void)state;
    const struct embedded_file *file = embedded_find("web/words/kitchens.json");
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
        fail_msg("web/words/kitchens.json has no %s for \"%s\"", group, key);
    return item->valuestring;
}

static int group_size(const char *group)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(words, group));
}

static void test_blockers(void **state)
{
    (void)state;
    for (int i = 0; i < LEDGER_BLOCKER_COUNT; i++) {
        (void)text_of("blockers", LEDGER_BLOCKER_NAMES[i]);
        (void)text_of("intervals", LEDGER_BLOCKER_NAMES[i]);
    }
    assert_int_equal(group_size("blockers"), LEDGER_BLOCKER_COUNT);
    assert_int_equal(group_size("intervals"), LEDGER_BLOCKER_COUNT);
}

/* Names of the lists that every city has; dishes, cuisines and districts are their own text. */
static void test_lists(void **state)
{
    (void)state;
    static const struct {
        uint16_t list;
        const char *name;
    } LISTS[] = {
        {KITCHENS_LIST_SOURCES, "sources"},   {KITCHENS_LIST_OUTCOMES, "outcomes"},
        {KITCHENS_LIST_REASONS, "reasons"},   {KITCHENS_LIST_WAITS, "waits"},
        {KITCHENS_LIST_REFUSALS, "refusals"}, {KITCHENS_LIST_HANDOVERS, "handovers"},
    };
    const cJSON *lists = cJSON_GetObjectItemCaseSensitive(words, "lists");
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        const cJSON *texts = cJSON_GetObjectItemCaseSensitive(lists, LISTS[i].name);
        const char *name;
        uint32_t count = 0;
        while ((name = kitchens_plan_name(NULL, LISTS[i].list, count)) != NULL) {
            if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(texts, name)))
                fail_msg("no text for \"%s\" of %s", name, LISTS[i].name);
            count++;
        }
        assert_int_equal(cJSON_GetArraySize(texts), count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blockers),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, read_words, forget_words);
}
