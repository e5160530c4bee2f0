/* check_words.c - verdicts of checkers in words. */
#include "lab/check_words.h"

#include "base/embedded.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <string.h>

enum { VALUE_ITEMS_MAX = 24, VALUE_BYTES_MAX = 160 };

static const cJSON *WORDS; /* kept for ever: sentences point into it */
static pthread_once_t WORDS_ONCE = PTHREAD_ONCE_INIT;

static void words_read(void)
{
    const struct embedded_file *file = embedded_find("web/words/check.json");
    WORDS = file == NULL ? NULL : cJSON_Parse((const char *)file->bytes);
}

/* The word itself when there is no sentence. */
static const char *sentence(const char *table, const char *word, bool city)
{
    int status = pthread_once(&WORDS_ONCE, words_read);
    assert(status == 0);
    const cJSON *entry =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(WORDS, table), word);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, city ? "city" : "field");
    return cJSON_IsString(item) ? item->valuestring : word;
}

/* ---- Values and operations ---- */

static void add_value(const struct check_value *value, unsigned depth, struct text *text);

static void add_items(const struct check_value *value, unsigned depth, struct text *text)
{
    uint32_t step = value->kind == CHECK_MAP ? 2 : 1;
    for (uint32_t i = 0; i < value->count; i++) {
        if (i == VALUE_ITEMS_MAX || depth == 4) {
            text_add(text, " ...");
            return;
        }
        text_add(text, i == 0 ? "" : step == 2 ? ", " : " ");
        add_value(&value->items[step * i], depth + 1, text);
        if (step == 2) {
            text_add(text, " ");
            add_value(&value->items[step * i + 1], depth + 1, text);
        }
    }
}

/* A long text ends in dots, at the end of a character. */
static void add_text(const struct check_value *value, struct text *text)
{
    uint32_t length = value->count;
    if (length > VALUE_BYTES_MAX) {
        length = VALUE_BYTES_MAX;
        while (length > 0 && ((unsigned char)value->text[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    text_add_bytes(text, value->text, length);
    text_add(text, length < value->count ? "..." : "");
}

static void add_value(const struct check_value *value, unsigned depth, struct text *text)
{
    static const char *const OPEN[] = {[CHECK_LIST] = "[", [CHECK_MAP] = "{", [CHECK_SET] = "#{"};
    switch (value->kind) {
    case CHECK_NIL:
        text_add(text, "nil");
        break;
    case CHECK_FALSE:
    case CHECK_TRUE:
        text_add(text, value->kind == CHECK_TRUE ? "true" : "false");
        break;
    case CHECK_INTEGER:
        text_add_i64(text, value->integer);
        break;
    case CHECK_TEXT:
        if (value->count == 0) {
            text_add(text, "\"\"");
        }
        add_text(value, text);
        break;
    default:
        text_add(text, OPEN[value->kind]);
        add_items(value, depth, text);
        text_add(text, value->kind == CHECK_LIST ? "]" : "}");
        break;
    }
}

void lab_check_value(const struct check_value *value, struct text *text)
{
    assert(value != NULL && text != NULL);
    add_value(value, 0, text);
}

void lab_check_operation(const struct check_history *history, uint32_t number, struct text *text)
{
    static const char *const OUTCOMES[] = {
        [CHECK_OK] = "", [CHECK_FAIL] = ", failed", [CHECK_INFO] = ", end unknown"};
    assert(number < history->count);
    const struct check_operation *operation = &history->operations[number];
    const struct check_value *value =
        operation->output.kind != CHECK_NIL ? &operation->output : &operation->input;
    text_add(text, "process ");
    text_add_u64(text, operation->process);
    text_add(text, "'s ");
    text_add(text, operation->function);
    if (operation->key.kind != CHECK_NIL) {
        text_add(text, " of ");
        add_value(&operation->key, 0, text);
    }
    if (value->kind != CHECK_NIL || operation->outcome == CHECK_OK) {
        text_add(text, " ");
        add_value(value, 0, text);
    }
    text_add(text, " (");
    if (operation->call_line > 0) {
        text_add(text, "line ");
        text_add_u64(text, operation->call_line);
    } else {
        text_add(text, "operation ");
        text_add_u64(text, operation->number);
    }
    text_add(text, OUTCOMES[operation->outcome]);
    text_add(text, ")");
}

/* ---- Sentences ---- */

/* One place of a sentence. */
static void add_place(const struct check_history *history, const struct check_line *line,
                      const char *name, size_t length, struct text *text)
{
    if (length == 1 && (*name == 'a' || *name == 'b')) {
        uint32_t operation = *name == 'a' ? line->a : line->b;
        if (operation < history->count) {
            lab_check_operation(history, operation, text);
        } else {
            text_add(text, "nobody");
        }
    } else if (length == 3 && memcmp(name, "key", 3) == 0) {
        add_value(&line->key, 0, text);
    } else if (length == 5 && memcmp(name, "value", 5) == 0) {
        add_value(&line->value, 0, text);
    } else if (length == 6 && memcmp(name, "number", 6) == 0) {
        text_add_i64(text, line->number);
    } else {
        text_add_bytes(text, name - 1, (uint32_t)length + 2);
    }
}

static void add_line(const struct check_history *history, const struct check_line *line,
                     const char *at, struct text *text)
{
    while (*at != '\0') {
        const char *open = strchr(at, '{'), *close = open == NULL ? NULL : strchr(open, '}');
        if (close == NULL) {
            text_add(text, at);
            return;
        }
        text_add_bytes(text, at, (uint32_t)(open - at));
        add_place(history, line, open + 1, (size_t)(close - open) - 1, text);
        at = close + 1;
    }
}

void lab_check_line(const struct check_history *history, const struct check_line *line, bool city,
                    struct text *text)
{
    assert(history != NULL && line != NULL && line->word != NULL);
    add_line(history, line, sentence("check", line->word, city), text);
}

void lab_check_anomaly(const char *anomaly, bool city, struct text *text)
{
    assert(anomaly != NULL);
    text_add(text, sentence("anomalies", anomaly, city));
}

void lab_check_why(const struct check_history *history, const struct check_verdict *verdict,
                   bool city, struct text *text)
{
    assert(verdict->why != NULL);
    if (verdict->why_line.word != NULL) {
        lab_check_line(history, &verdict->why_line, city, text);
    } else {
        text_add(text, sentence("check", verdict->why, city));
    }
}

const char *lab_check_answer(enum check_answer answer)
{
    static const char *const NAMES[] = {
        [CHECK_VALID] = "valid", [CHECK_UNKNOWN] = "unknown", [CHECK_INVALID] = "invalid"};
    assert(answer <= CHECK_INVALID);
    return NAMES[answer];
}

void lab_check_power_count(const struct check_history *history, struct lab_check_power *power)
{
    *power = (struct lab_check_power){.kind_count = 0};
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        uint32_t kind = 0;
        while (kind < power->kind_count &&
               strcmp(power->kinds[kind].function, operation->function) != 0) {
            kind++;
        }
        if (kind == LAB_CHECK_KINDS_MAX) {
            kind--;
        } else if (kind == power->kind_count) {
            power->kinds[power->kind_count++].function = operation->function;
        }
        power->kinds[kind].count[operation->outcome]++;
        if (operation->process >= power->processes) {
            power->processes = operation->process + 1;
        }
    }
}
