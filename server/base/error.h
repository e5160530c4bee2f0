/* error.h - one line of words for a person, filled where something is refused.
 *
 * A function that can refuse takes a `struct error *` and returns -1 after filling it; the caller
 * owns the struct. The text names the thing, the value and what exists or the range. It is never
 * parsed by code: who says it in another language has its words and values apart (sentence.h). */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/sentence.h"

enum { ERROR_TEXT_SIZE = 256 };

struct error {
    char text[ERROR_TEXT_SIZE]; /* always terminated once error_set has run; longer texts are cut */
    struct sentence sentence;   /* the same, in words and values */
};

/* Writes the text and returns -1, so that refusing is one statement: `return error_set(error,
 * "...")`. `error` may be NULL for callers that only want the code. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
