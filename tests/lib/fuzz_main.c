/* fuzz_main.c - runs a fuzz target without libFuzzer: every seed file as it is, then a fixed
 * number of mutations of it. The same seeds give the same inputs in every run. */
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_BYTES_MAX = 65536, MUTATIONS_PER_SEED = 2000, EDITS_PER_MUTATION_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* xorshift64*: small, and its own, so that the inputs never depend on what is tested. */
static uint64_t random_state = 0x9e3779b97f4a7c15u;

static size_t random_below(size_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)((random_state * 0x2545f4914f6cdd1du) >> 33) % bound;
}

/* One edit in place: flip a bit, set a byte, cut a piece out, double a piece, or shorten. */
static size_t input_edit(uint8_t *bytes, size_t size)
{
    static const uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xff, '"', '\\', '{', '}', '[', ']', '-'};
    size_t at = random_below(size);
    size_t length = 1 + random_below(size - at);
    switch (random_below(5)) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << random_below(8));
        return size;
    case 1:
        bytes[at] = telling[random_below(sizeof telling)];
        return size;
    case 2:
        memmove(bytes + at, bytes + at + length, size - at - length);
        return size - length;
    case 3:
        if (size + length > INPUT_BYTES_MAX)
            return size;
        memmove(bytes + at + length, bytes + at, size - at);
        return size + length;
    default:
        return at;
    }
}

/* Runs the target on an exact heap copy, so that a read past the end is seen by ASan. */
static bool input_run(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        return false;
    if (size > 0)
        memcpy(copy, bytes, size);
    int rejected = LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return rejected == 0 || rejected == -1;
}

static bool seed_run(const uint8_t *seed, size_t seed_size)
{
    static uint8_t bytes[INPUT_BYTES_MAX];
    if (!input_run(seed, seed_size))
        return false;
    for (int i = 0; i < MUTATIONS_PER_SEED; i++) {
        size_t size = seed_size;
        memcpy(bytes, seed, seed_size);
        size_t edits = 1 + random_below(EDITS_PER_MUTATION_MAX);
        for (size_t edit = 0; edit < edits && size > 0; edit++)
            size = input_edit(bytes, size);
        if (!input_run(bytes, size))
            return false;
    }
    return true;
}

static bool seed_read_and_run(const char *folder, const char *name)
{
    static uint8_t seed[INPUT_BYTES_MAX];
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        return false;
    }
    size_t size = fread(seed, 1, sizeof seed, file);
    bool whole = feof(file) != 0 && ferror(file) == 0;
    if (fclose(file) != 0 || !whole) {
        fprintf(stderr, "%s: unreadable, or not below %d bytes\n", path, INPUT_BYTES_MAX);
        return false;
    }
    return seed_run(seed, size);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER_OF_SEEDS\n", argv[0]);
        return 2;
    }
    struct dirent **entries = NULL;
    int count = scandir(argv[1], &entries, is_visible, alphasort);
    if (count <= 0) {
        fprintf(stderr, "%s: no seeds\n", argv[1]);
        return 2;
    }
    bool good = true;
    for (int i = 0; i < count; i++) {
        good = seed_read_and_run(argv[1], entries[i]->d_name) && good;
        free(entries[i]);
    }
    free(entries);
    printf("%d seeds, %d mutations each\n", count, MUTATIONS_PER_SEED);
    return good ? 0 : 1;
}
