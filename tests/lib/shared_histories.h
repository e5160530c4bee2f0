/* shared_histories.h - the reference histories with known verdicts, which stand beside the repository
 * (../shared/data/histories, or $CHEF_SHARED/data/histories) and are no part of it. */
#ifndef TESTS_SHARED_HISTORIES_H
#define TESTS_SHARED_HISTORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row of MANIFEST.tsv with its file. All texts end with a zero byte and live until the visit ends. */
struct shared_history {
    const char *path;     /* below histories/ */
    const char *model;    /* "list-append" */
    const char *expected; /* "valid", "invalid", or what the judge found as JSON or words */
    const char *format;   /* "edn-lines" ... */
    const char *text;
    size_t length;
};

/* Visits the rows whose path begins with `prefix`. Returns how many; 0, after a line that says so, when
 * the data is not there. A row whose file is missing ends the program. */
uint32_t shared_histories_visit(const char *prefix,
                                void (*visit)(const struct shared_history *row, void *context),
                                void *context);

#endif
