/* embedded.c - looks files up in the generated table of embedded files.
 *
 * The build sorts the table, so a path is found by halving, and a folder is a run of neighbours. */
#include "base/embedded.h"

#include <assert.h>
#include <string.h>

/* Index of the first file whose path is not below `path`. */
static size_t embedded_lower_bound(const char *path)
{
    size_t low = 0;
    size_t high = embedded_file_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(embedded_files[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low <= embedded_file_count);
    return low;
}

const struct embedded_file *embedded_find(const char *path)
{
    assert(path != NULL);
    size_t index = embedded_lower_bound(path);
    if (index == embedded_file_count || strcmp(embedded_files[index].path, path) != 0)
        return NULL;
    return &embedded_files[index];
}

const struct embedded_file *embedded_with_prefix(const char *prefix, size_t *count)
{
    assert(prefix != NULL);
    assert(count != NULL);
    size_t first = embedded_lower_bound(prefix);
    size_t end = first;
    while (end < embedded_file_count &&
           strncmp(embedded_files[end].path, prefix, strlen(prefix)) == 0)
        end++;
    *count = end - first;
    return end == first ? NULL : &embedded_files[first];
}
