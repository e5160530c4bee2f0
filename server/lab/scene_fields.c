/* scene_fields.c - texts of a scene, and its fields one by one: read, or refused in a sentence. */
#include "lab/scene_read.h"

#include "base/embedded.h"
#include "lab/settings.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
    TEXT_LETTERS_MAX = 400,
    DECIMALS = 3,
    THOUSANDTHS_MAX = 1000000,
};

/* ---- Texts ---- */

/* web/words/scenes.json, as long as the program runs: sentences point into it. */
static const cJSON *WORDS;
static pthread_once_t WORDS_ONCE = PTHREAD_ONCE_INIT;

static void words_make(void)
{
    const struct embedded_file *file = embedded_find("web/words/scenes.json");
    WORDS = file == NULL ? NULL : cJSON_Parse((const char *)file->bytes);
}

const char *lab_scene_word(const char *key)
{
    int status = pthread_once(&WORDS_ONCE, words_make);
    assert(status == 0);
    return cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(WORDS, "scenes"), key));
}

const char *lab_scene_text(const struct lab_scene *scene, const cJSON *holder, const char *key,
                           const char *field)
{
    const char *own = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(holder, field));
    if (own != NULL) {
        return own;
    }
    char path[SCENE_KEY_BYTES];
    (void)snprintf(path, sizeof path, "%s.%s%s%s", scene->name, key, key[0] == 0 ? "" : ".", field);
    return lab_scene_word(path);
}

/* ---- Fields ---- */

int scene_refuse(const struct scene_reader *reader, const char *what)
{
    return lab_refuse(reader->problem, LAB_UNPROCESSABLE, "scene %s: %s%s%.300s",
                      reader->scene->name, reader->where, reader->where[0] == 0 ? "" : ": ", what);
}

/* Hands on a refusal of something inside, with its place. */
int scene_refuse_inner(const struct scene_reader *reader, const char *field,
                       struct lab_problem *inner)
{
    char what[LAB_PROBLEM_BYTES];
    (void)snprintf(what, sizeof what, "%s: %.280s", field, inner->detail);
    lab_problem_clear(inner);
    return scene_refuse(reader, what);
}

static bool is_among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

/* Every field of the object is in one of two lists; `more` may be NULL. */
int scene_check_fields(const struct scene_reader *reader, const cJSON *object,
                       const char *const *names, const char *const *more)
{
    const cJSON *item;
    if (!cJSON_IsObject(object)) {
        return scene_refuse(reader, "every step, option, task and side is an object");
    }
    cJSON_ArrayForEach(item, object)
    {
        if (!is_among(names, item->string) && (more == NULL || !is_among(more, item->string))) {
            char what[SCENE_KEY_BYTES];
            (void)snprintf(what, sizeof what, "there is no field \"%.40s\" here", item->string);
            int status = scene_refuse(reader, what);
            for (; *names != NULL && reader->problem != NULL; names++) {
                lab_problem_allow(reader->problem, *names);
            }
            for (; more != NULL && *more != NULL && reader->problem != NULL; more++) {
                lab_problem_allow(reader->problem, *more);
            }
            return status;
        }
    }
    return 0;
}

static size_t letters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count +=
            ((unsigned char)*text & 0xc0) != 0x80; /* not the later bytes of a letter in UTF-8 */
    }
    return count;
}

int scene_need_text(const struct scene_reader *reader, const cJSON *holder, const char *key,
                    const char *field)
{
    char what[SCENE_KEY_BYTES];
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(holder, field);
    const char *text = cJSON_GetStringValue(own);
    if (text == NULL && !reader->own_words && own == NULL) {
        text = lab_scene_text(reader->scene, holder, key, field);
    }
    if (text != NULL && text[0] != 0 && letters(text) <= TEXT_LETTERS_MAX) {
        return 0;
    }
    (void)snprintf(what, sizeof what, "%s must be a text of 1 to %d letters", field,
                   TEXT_LETTERS_MAX);
    return scene_refuse(reader, what);
}

int scene_may_have_text(const struct scene_reader *reader, const cJSON *holder, const char *key,
                        const char *field)
{
    bool there = cJSON_GetObjectItemCaseSensitive(holder, field) != NULL ||
                 (!reader->own_words && lab_scene_text(reader->scene, holder, key, field) != NULL);
    return there ? scene_need_text(reader, holder, key, field) : 0;
}

/* Letters, digits and hyphens: it is a part of keys and addresses. */
bool scene_is_id(const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
            text[i] != '-') {
            return false;
        }
    }
    return length > 0 && length < LAB_SCENE_NAME_BYTES;
}

int scene_read_number(const struct scene_reader *reader, const cJSON *holder, const char *field,
                      int64_t max, int64_t *value)
{
    char what[SCENE_KEY_BYTES];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(holder, field);
    if (item == NULL || (cJSON_IsNumber(item) && lab_decimal_parse(item->valuedouble, 0, value) &&
                         *value >= 1 && *value <= max)) {
        return 0;
    }
    (void)snprintf(what, sizeof what, "%s must be a whole number from 1 to %lld", field,
                   (long long)max);
    return scene_refuse(reader, what);
}

/* A number with thousandths: a speed, or how much of the past is looked at. */
int scene_read_decimal(const struct scene_reader *reader, const cJSON *holder, const char *field)
{
    char what[SCENE_KEY_BYTES];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(holder, field);
    int64_t thousandths = 0;
    if (item == NULL ||
        (cJSON_IsNumber(item) && lab_decimal_parse(item->valuedouble, DECIMALS, &thousandths) &&
         thousandths >= 1 && thousandths <= THOUSANDTHS_MAX)) {
        return 0;
    }
    (void)snprintf(what, sizeof what, "%s must be a number from 0.001 to 1000", field);
    return scene_refuse(reader, what);
}

int scene_read_condition(const struct scene_reader *reader, const cJSON *item, const char *field,
                         struct lab_condition *condition)
{
    struct lab_problem inner = {0};
    if (!cJSON_IsString(item)) {
        char what[SCENE_KEY_BYTES];
        (void)snprintf(what, sizeof what, "%s must be a condition", field);
        return scene_refuse(reader, what);
    }
    if (lab_condition_parse(reader->scene->scenario, item->valuestring, condition, &inner) != 0) {
        return scene_refuse_inner(reader, field, &inner);
    }
    return 0;
}
