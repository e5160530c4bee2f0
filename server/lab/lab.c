/* lab.c - opening and closing the lab, and figures about it. */
#include "lab/lab_internal.h"

#include "lab/checkpoint.h"
#include "lab/jobs.h"
#include "lab/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, PIECES_MAX = 64 };

/* Makes the folder and those above it. */
static int make_folder(const char *path, struct lab_problem *problem)
{
    char part[PATH_BYTES];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part - 16) {
        return lab_refuse(problem, LAB_BAD_REQUEST, "the data folder needs a path of 1 to %d bytes",
                          PATH_BYTES - 17);
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST) {
            return lab_refuse(problem, LAB_BAD_REQUEST, "cannot make the folder %.200s: %s", part,
                              strerror(errno));
        }
    }
    return 0;
}

static int open_store(struct lab *lab, const char *folder, struct lab_problem *problem)
{
    char path[PATH_BYTES];
    struct error error = {.text = ""};
    struct store_options options = {.path = path};
    options.tables = lab_store_tables(&options.table_count);
    int status = make_folder(folder, problem);
    if (status != 0) {
        return status;
    }
    (void)snprintf(path, sizeof path, "%s/chef.db", folder);
    lab->store = store_open(&options, &error);
    return lab->store != NULL ? 0 : lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
}

static uint32_t worker_count(const struct lab_options *options)
{
    long cores = options->workers != 0 ? (long)options->workers : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > LAB_WORKERS_MAX ? LAB_WORKERS_MAX : (uint32_t)cores;
}

static int start_workers(struct lab *lab, uint32_t count, struct lab_problem *problem)
{
    for (; lab->worker_count < count; lab->worker_count++) {
        if (pthread_create(&lab->workers[lab->worker_count], NULL, lab_worker_main, lab) != 0) {
            return lab_refuse(problem, LAB_UNAVAILABLE, "cannot start a worker thread");
        }
    }
    return 0;
}

struct lab *lab_open(const struct lab_options *options, struct lab_problem *problem)
{
    struct lab *lab = calloc(1, sizeof *lab);
    if (lab == NULL) {
        abort();
    }
    lab->runs_max = options->runs_max == 0 || options->runs_max > LAB_RUNS_LIVE_MAX
                        ? LAB_RUNS_LIVE_MAX
                        : options->runs_max;
    pthread_mutex_init(&lab->lock, NULL);
    pthread_rwlock_init(&lab->live_lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&lab->due, &monotonic);
    pthread_condattr_destroy(&monotonic);
    lab_checkpoint_program(lab);
    if (open_store(lab, options->data_directory, problem) != 0 ||
        start_workers(lab, worker_count(options), problem) != 0 ||
        lab_jobs_open(lab, problem) != 0) {
        lab_close(&lab);
        return NULL;
    }
    return lab;
}

void lab_stop_soon(struct lab *lab)
{
    atomic_store(&lab->stopping_soon, true);
    lab_jobs_give_up(lab->jobs);
}

static void stop_workers(struct lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    lab->closing = true;
    pthread_cond_broadcast(&lab->due);
    pthread_mutex_unlock(&lab->lock);
    for (uint32_t i = 0; i < lab->worker_count; i++) {
        pthread_join(lab->workers[i], NULL);
    }
}

/* Nobody else runs any more: no lock is needed. */
static void put_all_away(struct lab *lab)
{
    for (uint32_t i = 0; i < lab->runs_max; i++) {
        struct lab_run *run = lab->runs[i];
        if (run == NULL) {
            continue;
        }
        if (run->course.sim.world != NULL && !run->broken) {
            (void)lab_run_flush(lab, run);
            store_pace_put(lab->store, run->key, run->pace.speed_ppm, run->pace.paused);
        }
        lab_run_close(lab, run);
        pthread_mutex_destroy(&run->lock);
        free(run);
    }
}

void lab_close(struct lab **lab_pointer)
{
    struct lab *lab = *lab_pointer;
    if (lab == NULL) {
        return;
    }
    *lab_pointer = NULL;
    lab_jobs_close(&lab->jobs);
    stop_workers(lab);
    if (lab->store != NULL) {
        put_all_away(lab);
    }
    store_close(&lab->store);
    pthread_mutex_destroy(&lab->lock);
    pthread_rwlock_destroy(&lab->live_lock);
    pthread_cond_destroy(&lab->due);
    free(lab);
}

/* ---- Figures about the lab ---- */

int lab_storing(struct lab *lab, struct lab_problem *problem)
{
    struct error reason;
    if (!store_problem(lab->store, &reason)) {
        return 0;
    }
    return lab_refuse(problem, LAB_UNAVAILABLE, "%s", reason.text);
}

void lab_counters_read(struct lab *lab, struct lab_counters *counters)
{
    struct store_counters store;
    struct error error;
    memset(counters, 0, sizeof *counters);
    store_counters_read(lab->store, &store);
    counters->runs_created = lab->counters.runs_created;
    counters->inputs = lab->counters.inputs;
    counters->steps = lab->counters.steps;
    counters->virtual_ns = lab->counters.virtual_ns;
    counters->frames = lab->counters.frames;
    counters->frame_bytes = lab->counters.frame_bytes;
    counters->keyframes = lab->counters.keyframes;
    counters->behind_runs = lab->counters.behind_turns;
    counters->ticks = lab->counters.ticks;
    counters->tick_ns_sum = lab->counters.tick_ns_sum;
    counters->rows_written = store.rows_written;
    counters->commits = store.commits;
    counters->store_errors = store.errors;
    counters->commit_ns_sum = store.commit_ns_sum;
    uint32_t stored = 0;
    (void)store_runs_count(lab->store, NULL, &stored, &error);
    counters->runs_stored = stored;
    pthread_mutex_lock(&lab->lock);
    counters->runs_live = lab->run_count;
    for (uint32_t i = 0; i < lab->runs_max; i++) {
        if (lab->runs[i] != NULL) {
            counters->world_bytes += lab->runs[i]->world_bytes;
        }
    }
    pthread_mutex_unlock(&lab->lock);
}

static struct lab_run *take_place(struct lab *lab, uint32_t place)
{
    pthread_mutex_lock(&lab->lock);
    struct lab_run *run = lab->runs[place];
    if (run != NULL && run->leaving) {
        run = NULL;
    }
    if (run != NULL) {
        run->references++;
    }
    pthread_mutex_unlock(&lab->lock);
    if (run != NULL) {
        pthread_mutex_lock(&run->lock);
    }
    return run;
}

static void put_series(const struct lab_run *run, lab_series_put put, void *context)
{
    const struct system *system = run->scenario->system;
    int64_t figures[LAB_LIVE_FIGURES_MAX];
    char name[96];
    char labels[160];
    lab_course_figures(&run->course, figures);
    (void)snprintf(labels, sizeof labels, "run=\"%s\",scenario=\"%s\"", run->name,
                   run->scenario->name);
    for (uint32_t i = 0; i < system->figure_count; i++) {
        if (figures[i] != NODE_CELL_NULL) {
            (void)snprintf(name, sizeof name, "chef_%s_%s%s", system->name, system->figures[i].name,
                           system->figures[i].total ? "_total" : "");
            put(context, name, labels, lab_decimal(figures[i], system->figures[i].decimals));
        }
    }
}

/* The last row of each node in the system's table of nodes (kitchens). */
static void put_nodes(const struct lab_run *run, lab_series_put put, void *context)
{
    if (run->nodes_table < 0) {
        return;
    }
    const struct system_table *table = &run->scenario->system->tables[run->nodes_table];
    char name[96];
    char labels[160];
    for (uint32_t node = 0; node < run->scenario->node_count; node++) {
        const struct node_row *row = &run->node_rows[node];
        (void)snprintf(labels, sizeof labels, "run=\"%s\",%s=\"%s\"", run->name,
                       table->columns[0].name, run->scenario->nodes[node].name);
        for (uint32_t i = 1; i < row->cell_count; i++) {
            if (table->columns[i].kind == SYSTEM_CELL_NUMBER && row->cells[i] != NODE_CELL_NULL) {
                (void)snprintf(name, sizeof name, "chef_%s_%s_%s", run->scenario->system->name,
                               table->columns[0].name, table->columns[i].name);
                put(context, name, labels, lab_decimal(row->cells[i], table->columns[i].decimals));
            }
        }
    }
}

void lab_series(struct lab *lab, lab_series_put put, void *context)
{
    for (uint32_t i = 0; i < lab->runs_max; i++) {
        struct lab_run *run = take_place(lab, i);
        if (run == NULL) {
            continue;
        }
        if (run->course.sim.world != NULL && run->owner[0] == '\0') {
            put_series(run, put, context);
            put_nodes(run, put, context);
        }
        lab_run_give(lab, run);
    }
}
