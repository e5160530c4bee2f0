/* growing.c - a text that grows as it is written. */
#include "lab/growing.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRINT_BYTES_MAX = 1024 };

void lab_growing_add(struct lab_growing *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->capacity) {
        text->capacity = 2 * (text->capacity + length + 1);
        text->at = realloc(text->at, text->capacity);
        if (text->at == NULL) {
            abort();
        }
    }
    memcpy(text->at + text->length, bytes, length);
    text->length += length;
    text->at[text->length] = '\0';
}

void lab_growing_print(struct lab_growing *text, const char *format, ...)
{
    char line[PRINT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert(length >= 0 && length < (int)sizeof line);
    lab_growing_add(text, line, (size_t)length);
}
