/* sentence.h - a sentence for a person, kept so that it can be said in another language: its words,
 * and apart from them what stands in their places.
 *
 * The text itself is English and is what logs and the command line show. Whoever speaks another
 * language finds the words in a table of theirs: "there is no run \"{a}\"" with the value r1f3. */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct json_writer;

enum {
    SENTENCE_PLACES_MAX = 8,
    SENTENCE_WORDS_BYTES = 320,
    SENTENCE_VALUES_BYTES = 512,
};

/* Zeroed: nothing that could be said in another language. */
struct sentence {
    char words[SENTENCE_WORDS_BYTES]; /* {a}, {b} ... are the places, in their order */
    char values[SENTENCE_VALUES_BYTES];
    uint32_t place_count; /* values, each ended by a zero, one after the other */
};

/* Prints as vsnprintf() does, and keeps words and values; `sentence` is zeroed when they do not fit
 * or `format` has more places than that. Returns what vsnprintf() returns. */
int sentence_print(struct sentence *sentence, char *text, size_t size, const char *format,
                   va_list arguments) __attribute__((format(printf, 4, 0)));

/* Writes the members "words" and "values" (strings) into the open object; neither when zeroed. */
void sentence_write(const struct sentence *sentence, struct json_writer *json);

#endif
