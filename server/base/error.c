/* error.c - one line of words for a person. */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, const char *format, ...)
{
    assert(format != NULL);
    if (error == NULL) {
        return -1;
    }
    va_list arguments;
    va_start(arguments, format);
    int written =
        sentence_print(&error->sentence, error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    if (written < 0) {
        /* An encoding error in the arguments: the refusal stands, only its words are lost. */
        memcpy(error->text, "refused (no text)", sizeof "refused (no text)");
    }
    return -1;
}
