/* shared_histories.c - the reference histories (shared_histories.h). */
#include "shared_histories.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024, LINE_BYTES = 8192, COLUMNS = 4 };

/* The whole file and a zero byte; NULL: there is none. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    assert(size >= 0);
    char *text = malloc((size_t)size + 1);
    assert(text != NULL);
    *length = fread(text, 1, (size_t)size, file);
    assert(*length == (size_t)size);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static void folder_find(char folder[PATH_BYTES])
{
    const char *shared = getenv("CHEF_SHARED");
    const char *source = getenv("CHEF_SOURCE");
    if (shared != NULL) {
        snprintf(folder, PATH_BYTES, "%s/data/histories", shared);
    } else {
        snprintf(folder, PATH_BYTES, "%s/../shared/data/histories", source != NULL ? source : ".");
    }
}

/* Cuts a line at its tabs. False: it has too few. */
static bool columns(char *line, char *cells[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++) {
        cells[i] = line;
        line = strchr(line, '\t');
        if (line == NULL) {
            return false;
        }
        *line++ = '\0';
    }
    return true;
}

static void visit_row(const char *folder, char *cells[COLUMNS],
                      void (*visit)(const struct shared_history *, void *), void *context)
{
    char path[2 * PATH_BYTES];
    struct shared_history row = {
        .path = cells[0], .model = cells[1], .expected = cells[2], .format = cells[3]};
    snprintf(path, sizeof path, "%s/%s", folder, cells[0]);
    char *text = read_file(path, &row.length);
    if (text == NULL) {
        fprintf(stderr, "%s is in the manifest and not there\n", path);
        exit(1);
    }
    row.text = text;
    visit(&row, context);
    free(text);
}

uint32_t shared_histories_visit(const char *prefix,
                                void (*visit)(const struct shared_history *row, void *context),
                                void *context)
{
    char folder[PATH_BYTES];
    char path[2 * PATH_BYTES];
    char line[LINE_BYTES];
    char *cells[COLUMNS];
    uint32_t count = 0;
    folder_find(folder);
    snprintf(path, sizeof path, "%s/MANIFEST.tsv", folder);
    FILE *manifest = fopen(path, "r");
    if (manifest == NULL) {
        printf("skipped: no reference histories in %s\n", folder);
        return 0;
    }
    while (fgets(line, sizeof line, manifest) != NULL) {
        if (columns(line, cells) && strncmp(cells[0], prefix, strlen(prefix)) == 0) {
            visit_row(folder, cells, visit, context);
            count++;
        }
    }
    fclose(manifest);
    return count;
}
