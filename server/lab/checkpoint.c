/* checkpoint.c - a world's memory kept in the store. */
#include "lab/checkpoint.h"

#include "base/crc32c.h"
#include "lab/lab_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PROGRAM_PIECE = 65536, ROWS_BYTES = 32 * (LAB_TABLES_MAX + 2) };
static const int64_t CHECKPOINT_EVERY_NS = 1800 * INT64_C(1000000000); /* virtual */

void lab_checkpoint_program(struct lab *lab)
{
    FILE *file = fopen("/proc/self/exe", "rb");
    uint8_t *piece = malloc(PROGRAM_PIECE);
    uint32_t crc = 0;
    unsigned long long total = 0;
    size_t length;
    lab->program[0] = '\0'; /* without a name there are no checkpoints */
    while (file != NULL && piece != NULL && (length = fread(piece, 1, PROGRAM_PIECE, file)) > 0) {
        crc = crc32c(crc, piece, length);
        total += length;
    }
    if (total > 0) {
        (void)snprintf(lab->program, sizeof lab->program, "%08x-%llu", crc, total);
    }
    free(piece);
    if (file != NULL) {
        (void)fclose(file);
    }
}

/* "3 17 0 ... 2": inputs applied, rows given of each table, and how many operations of clients are
 * open: they stand behind the world. */
static void write_rows(const struct lab_run *run, char rows[ROWS_BYTES])
{
    struct text text = text_init(rows, ROWS_BYTES);
    text_add_u64(&text, run->course.inputs_done);
    for (uint32_t i = 0; i < run->course.recorder.tables->count; i++) {
        text_add_char(&text, ' ');
        text_add_u64(&text, run->course.recorder.given[i]);
    }
    text_add_char(&text, ' ');
    text_add_u64(&text, run->course.recorder.open.count);
}

/* The number of open operations stands at the end. */
static size_t open_bytes(const char *rows)
{
    const char *last = strrchr(rows, ' ');
    unsigned long long count = last == NULL ? 0 : strtoull(last, NULL, 10);
    return count <= LAB_OPERATIONS_OPEN_MAX ? count * sizeof(struct lab_operation) : 0;
}

static bool read_rows(struct lab_run *run, const char *rows)
{
    char *end;
    unsigned long long inputs_done = strtoull(rows, &end, 10);
    if (inputs_done > run->course.inputs.count) {
        return false;
    }
    uint64_t given[LAB_TABLES_MAX];
    for (uint32_t i = 0; i < run->course.recorder.tables->count; i++) {
        char *at = end;
        given[i] = strtoull(at, &end, 10);
        if (end == at) {
            return false;
        }
    }
    run->course.inputs_done = (uint32_t)inputs_done;
    memcpy(run->course.recorder.given, given, sizeof given);
    return true;
}

void lab_checkpoint_keep(struct lab *lab, struct lab_run *run)
{
    int64_t now_ns = lab_course_now_ns(&run->course);
    if (lab->program[0] == '\0' || now_ns - run->checkpoint_ns < CHECKPOINT_EVERY_NS) {
        return;
    }
    const struct lab_open_operations *open = &run->course.recorder.open;
    size_t world_bytes = sim_save_bytes(&run->course.sim);
    uLong bytes = world_bytes + open->count * sizeof *open->items;
    uLongf deflated_bytes = compressBound(bytes);
    uint8_t *saved = malloc(bytes);
    uint8_t *deflated = malloc(deflated_bytes);
    char rows[ROWS_BYTES];
    if (saved == NULL || deflated == NULL) {
        abort();
    }
    sim_save(&run->course.sim, saved);
    if (open->count > 0) {
        memcpy(saved + world_bytes, open->items, bytes - world_bytes);
    }
    write_rows(run, rows);
    if (compress2(deflated, &deflated_bytes, saved, bytes, 1) == Z_OK) {
        store_checkpoint_put(lab->store, run->key,
                             &(struct store_checkpoint){.t_ns = now_ns,
                                                        .program = lab->program,
                                                        .rows = rows,
                                                        .world = deflated,
                                                        .world_bytes = deflated_bytes});
        run->checkpoint_ns = now_ns;
    }
    free(deflated);
    free(saved);
}

struct restore {
    struct lab *lab;
    struct lab_run *run;
};

static void restore_world(void *context, const struct store_checkpoint *checkpoint)
{
    struct restore *restore = context;
    struct lab_run *run = restore->run;
    if (strcmp(checkpoint->program, restore->lab->program) != 0) {
        return;
    }
    size_t behind = open_bytes(checkpoint->rows);
    uLongf bytes = sim_bytes(&run->course.plan) + behind;
    uint8_t *saved = malloc(bytes);
    if (saved == NULL) {
        abort();
    }
    struct lab_fork from;
    lab_fork_open(&from, &run->course);
    bool good =
        uncompress(saved, &bytes, checkpoint->world, (uLong)checkpoint->world_bytes) == Z_OK &&
        bytes >= behind && sim_load(&from.sim, saved, bytes - behind) &&
        read_rows(run, checkpoint->rows);
    if (good) {
        lab_open_operations_load(&run->course.recorder.open, run->scenario, saved + bytes - behind,
                                 (uint32_t)(behind / sizeof(struct lab_operation)));
        sim_fork(&run->course.sim, &from.sim);
        assert(lab_course_now_ns(&run->course) == checkpoint->t_ns);
        for (uint32_t i = 0; i < run->course.inputs_done; i++) {
            lab_faults_input(&run->show.faults, run->scenario, &run->course.inputs.items[i].input);
        }
    }
    lab_fork_close(&from);
    free(saved);
}

void lab_checkpoint_restore(struct lab *lab, struct lab_run *run)
{
    struct restore restore = {lab, run};
    struct error error;
    if (lab->program[0] == '\0') {
        return;
    }
    (void)store_checkpoint_read(lab->store, run->key, restore_world, &restore, &error);
}
