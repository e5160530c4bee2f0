/* embedded.h - files that travel inside the program: scenarios, data, SQL, the web pages.
 *
 * A file of the repository is known by its path from the top ("db/001_runs.sql",
 * "web/index.html"); what the system provides stands under "vendor/". The build puts every file
 * into one table, sorted by path (cmake/embed_files.cmake). The bytes are constant and live as
 * long as the program; nobody owns or frees them. */
#ifndef CHEF_BASE_EMBEDDED_H
#define CHEF_BASE_EMBEDDED_H

#include <stddef.h>
#include <stdint.h>

/* bytes[length] is always 0, so that a text can be read as a C string. */
struct embedded_file {
    const char *path;
    const uint8_t *bytes;
    size_t length;
};

/* The whole table, in rising order of path (strcmp). */
extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

/* The file of exactly this path, or NULL when the program does not carry it. */
const struct embedded_file *embedded_find(const char *path);

/* All files whose path starts with `prefix`: neighbours in the table, `*count` of them from the
 * result on. When there is none, `*count` is 0 and the result is NULL. */
const struct embedded_file *embedded_with_prefix(const char *prefix, size_t *count);

#endif
