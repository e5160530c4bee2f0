/* shared_data.h - reference histories with known verdicts, which are not part of the repository.
 *
 * They are looked for in $CHEF_SHARED/data, else in ../shared/data beside the repository. A test that
 * does not find them says so and is skipped. */
#ifndef TESTS_LIB_SHARED_DATA_H
#define TESTS_LIB_SHARED_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/history.h"

/* A row of histories/MANIFEST.tsv. */
struct shared_row {
    char path[160], model[160], expected[512], format[96];
};

/* A whole file, ended by a zero byte; the caller frees it. NULL: it is not there. */
char *file_read(const char *path, size_t *length);

/* The rows whose path begins with `prefix`; returns how many there are, 0
 * when there is no such data. The caller frees *rows. */
uint32_t shared_manifest(const char *prefix, struct shared_row **rows);
/* The text of a path of the manifest; the caller frees it. */
char *shared_text(const char *path, size_t *length);
/* The history of a path of the manifest; NULL with a line on stderr when it cannot be read. */
struct check_history *shared_history(const char *path);

#endif
