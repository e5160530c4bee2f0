/* shared_data.c - reference histories that stand beside the repository. */
#include "shared_data.h"

#include "check/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024, HISTORY_BYTES_MAX = 1 << 30 };

char *file_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    if (fseek(file, 0, SEEK_END) == 0 && ftell(file) >= 0) {
        *length = (size_t)ftell(file);
        rewind(file);
        text = malloc(*length + 1);
        if (text != NULL && fread(text, 1, *length, file) != *length) {
            free(text);
            text = NULL;
        }
    }
    if (text != NULL) {
        text[*length] = '\0';
    }
    (void)fclose(file);
    return text;
}

char *shared_text(const char *path, size_t *length)
{
    char full[PATH_BYTES];
    const char *shared = getenv("CHEF_SHARED"), *source = getenv("CHEF_SOURCE");
    if (shared != NULL) {
        (void)snprintf(full, sizeof full, "%s/data/histories/%s", shared, path);
    } else {
        (void)snprintf(full, sizeof full, "%s/../shared/data/histories/%s",
                       source != NULL ? source : ".", path);
    }
    return file_read(full, length);
}

/* The cell at *at, cut to the room there is; *at is behind its end. */
static void cell(const char **at, char *to, size_t size)
{
    size_t length = strcspn(*at, "\t\n");
    size_t kept = length < size ? length : size - 1;
    memcpy(to, *at, kept);
    to[kept] = '\0';
    *at += length + ((*at)[length] == '\t');
}

uint32_t shared_manifest(const char *prefix, struct shared_row **rows)
{
    size_t length;
    uint32_t count = 0, lines = 1;
    char *text = shared_text("MANIFEST.tsv", &length);
    *rows = NULL;
    if (text == NULL) {
        (void)fprintf(stderr, "skipped: there is no shared/data/histories (see CHEF_SHARED)\n");
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    *rows = calloc(lines, sizeof **rows);
    for (const char *at = text; *rows != NULL && *at != '\0'; at++) {
        struct shared_row row;
        cell(&at, row.path, sizeof row.path);
        cell(&at, row.model, sizeof row.model);
        cell(&at, row.expected, sizeof row.expected);
        cell(&at, row.format, sizeof row.format);
        at += strcspn(at, "\n");
        if (strcmp(row.path, "path") != 0 && strncmp(row.path, prefix, strlen(prefix)) == 0) {
            (*rows)[count++] = row;
        }
        if (*at == '\0') {
            break;
        }
    }
    free(text);
    return count;
}

struct check_history *shared_history(const char *path)
{
    size_t length;
    char *text = shared_text(path, &length);
    struct check_history *history = NULL;
    struct error error = {.text = "it is not there"};
    if (text == NULL ||
        check_read(text, length, CHECK_FORMAT_DETECT, HISTORY_BYTES_MAX, &history, &error) != 0) {
        (void)fprintf(stderr, "%s: %s\n", path, error.text);
    }
    free(text);
    return history;
}
