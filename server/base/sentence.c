/* sentence.c - the words of a printf format apart from what stands in their places. */
#include "base/sentence.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/text.h"

/* Put around each place before printing, so that the values can be cut out of what is printed. */
#define MARK '\x1f'

/* Length of a conversion that begins with '%', its letter included. */
static uint32_t conversion_length(const char *at)
{
    uint32_t length = 1 + (uint32_t)strspn(at + 1, "-+ #0123456789.*hlzjt");
    return at[length] != '\0' ? length + 1 : length;
}

/* Splits the format: its words with {a}, {b} ... and the same format with a mark before and after
 * each place. False when it has too many places or does not fit. */
static bool format_split(struct sentence *sentence, const char *format, struct text *marked)
{
    struct text words = text_init(sentence->words, sizeof sentence->words);
    for (const char *at = format; *at != '\0';) {
        uint32_t length = (uint32_t)strcspn(at, "%");
        text_add_bytes(&words, at, length);
        text_add_bytes(marked, at, length);
        at += length;
        if (*at == '\0')
            break;
        length = conversion_length(at);
        if (at[length - 1] == '%') {
            text_add_char(&words, '%');
            text_add_bytes(marked, at, length);
        } else {
            if (sentence->place_count == SENTENCE_PLACES_MAX)
                return false;
            const char place[] = {'{', (char)('a' + sentence->place_count), '}'};
            sentence->place_count++;
            text_add_bytes(&words, place, sizeof place);
            text_add_char(marked, MARK);
            text_add_bytes(marked, at, length);
            text_add_char(marked, MARK);
        }
        at += length;
    }
    return !words.cut && !marked->cut;
}

/* Cuts the values out of what was printed; false when a value itself holds a mark. */
static bool values_take(struct sentence *sentence, const char *printed)
{
    struct text values = text_init(sentence->values, sizeof sentence->values);
    uint32_t found = 0;
    for (const char *at = strchr(printed, MARK); at != NULL; at = strchr(at, MARK)) {
        const char *end = strchr(++at, MARK);
        if (end == NULL || found == sentence->place_count)
            return false;
        text_add_bytes(&values, at, (uint32_t)(end - at));
        text_add_char(&values, '\0');
        found++;
        at = end + 1;
    }
    return found == sentence->place_count && !values.cut;
}

int sentence_print(struct sentence *sentence, char *text, size_t size, const char *format,
                   va_list arguments)
{
    assert(sentence != NULL && text != NULL && format != NULL);
    char format_marked[SENTENCE_WORDS_BYTES + 2 * SENTENCE_PLACES_MAX];
    char printed[SENTENCE_WORDS_BYTES + SENTENCE_VALUES_BYTES];
    struct text marked = text_init(format_marked, sizeof format_marked);
    *sentence = (struct sentence){.place_count = 0};
    bool whole = format_split(sentence, format, &marked);
    if (whole) {
        va_list again;
        va_copy(again, arguments);
        /* the format of the caller, which was checked there, with marks around its places */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int written = vsnprintf(printed, sizeof printed, format_marked, again);
#pragma GCC diagnostic pop
        va_end(again);
        whole = written >= 0 && (size_t)written < sizeof printed && values_take(sentence, printed);
    }
    if (!whole)
        *sentence = (struct sentence){.place_count = 0};
    return vsnprintf(text, size, format, arguments);
}

void sentence_write(const struct sentence *sentence, struct json_writer *json)
{
    assert(sentence != NULL && json != NULL);
    if (sentence->words[0] == '\0')
        return;
    json_string(json, "words", sentence->words);
    json_array(json, "values");
    const char *value = sentence->values;
    for (uint32_t i = 0; i < sentence->place_count; i++, value += strlen(value) + 1)
        json_string(json, NULL, value);
    json_close(json);
}
