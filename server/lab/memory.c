/* memory.c - which runs are in memory: found by name, counted, brought back, put away. */
#include "lab/lab_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lab_run *find_locked(struct lab *lab, const char *name)
{
    for (uint32_t i = 0; i < lab->runs_max; i++) {
        struct lab_run *run = lab->runs[i];
        if (run != NULL && !run->leaving && strcmp(run->name, name) == 0) {
            return run;
        }
    }
    return NULL;
}

/* ---- The heap of runs by due time; under lab->lock ---- */

static void heap_place(struct lab *lab, uint32_t index, struct lab_run *run)
{
    lab->heap[index] = run;
    run->heap_index = (int32_t)index;
}

static void heap_up(struct lab *lab, uint32_t index)
{
    struct lab_run *run = lab->heap[index];
    while (index > 0 && lab->heap[(index - 1) / 2]->due_ns > run->due_ns) {
        heap_place(lab, index, lab->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    heap_place(lab, index, run);
}

static void heap_down(struct lab *lab, uint32_t index)
{
    struct lab_run *run = lab->heap[index];
    for (;;) {
        uint32_t child = 2 * index + 1;
        if (child >= lab->heap_count) {
            break;
        }
        if (child + 1 < lab->heap_count &&
            lab->heap[child + 1]->due_ns < lab->heap[child]->due_ns) {
            child++;
        }
        if (lab->heap[child]->due_ns >= run->due_ns) {
            break;
        }
        heap_place(lab, index, lab->heap[child]);
        index = child;
    }
    heap_place(lab, index, run);
}

void lab_heap_push(struct lab *lab, struct lab_run *run)
{
    assert(run->heap_index < 0 && lab->heap_count < LAB_RUNS_LIVE_MAX);
    lab->heap[lab->heap_count] = run;
    heap_up(lab, lab->heap_count++);
}

void lab_heap_remove(struct lab *lab, struct lab_run *run)
{
    assert(run->heap_index >= 0);
    uint32_t index = (uint32_t)run->heap_index;
    struct lab_run *last = lab->heap[--lab->heap_count];
    run->heap_index = -1;
    if (last == run) {
        return;
    }
    heap_place(lab, index, last);
    heap_up(lab, index);
    heap_down(lab, (uint32_t)last->heap_index);
}

void lab_run_wake(struct lab *lab, struct lab_run *run)
{
    pthread_mutex_lock(&lab->lock);
    if (run->heap_index >= 0) {
        run->due_ns = 0;
        heap_up(lab, (uint32_t)run->heap_index);
        pthread_cond_signal(&lab->due);
    } else {
        run->wake = true;
    }
    pthread_mutex_unlock(&lab->lock);
}

/* ---- Counting ---- */

static void run_free(struct lab *lab, struct lab_run *run)
{
    pthread_mutex_lock(&lab->lock);
    assert(lab->runs[run->place] == run);
    lab->runs[run->place] = NULL;
    lab->run_count--;
    pthread_mutex_unlock(&lab->lock);
    lab_live_gone(lab, run);
    lab_run_close(lab, run);
    pthread_mutex_destroy(&run->lock);
    free(run);
}

/* One user less; the last user of a run that leaves takes it away. */
void lab_run_release(struct lab *lab, struct lab_run *run)
{
    pthread_mutex_lock(&lab->lock);
    assert(run->references > 0);
    run->references--;
    bool last = run->leaving && run->references == 0;
    if (last && run->heap_index >= 0) {
        lab_heap_remove(lab, run);
    }
    pthread_mutex_unlock(&lab->lock);
    if (last) {
        run_free(lab, run);
    }
}

void lab_run_give(struct lab *lab, struct lab_run *run)
{
    pthread_mutex_unlock(&run->lock);
    lab_run_release(lab, run);
}

void lab_run_leave(struct lab *lab, struct lab_run *run)
{
    pthread_mutex_lock(&lab->lock);
    run->leaving = true;
    pthread_mutex_unlock(&lab->lock);
}

/* ---- Places ---- */

/* May this run go to the store to make room? Nobody uses or watches it, and it stands still. Only
 * its own lock guards what is asked here, so it is tried, never waited for. */
static bool may_go(struct lab_run *run)
{
    if (run->references > 0 || run->leaving || pthread_mutex_trylock(&run->lock) != 0) {
        return false;
    }
    bool watched = run->live.layers[0].viewers + run->live.layers[1].viewers > 0;
    bool stands = run->pace.paused || run->finished || run->broken || run->owner[0] != '\0';
    bool stored = run->course.sim.world == NULL ||
                  (run->batch == NULL && run->edge_ns == lab_course_now_ns(&run->course));
    bool may = !watched && stands && run->held == 0 && stored;
    pthread_mutex_unlock(&run->lock);
    return may;
}

static struct lab_run *oldest_that_may_go(struct lab *lab)
{
    struct lab_run *oldest = NULL;
    for (uint32_t i = 0; i < lab->runs_max; i++) {
        struct lab_run *run = lab->runs[i];
        if (run != NULL && (oldest == NULL || run->used_ns < oldest->used_ns) && may_go(run)) {
            oldest = run;
        }
    }
    return oldest;
}

/* Puts one run away. False when none may go. */
static bool make_room(struct lab *lab)
{
    pthread_mutex_lock(&lab->lock);
    struct lab_run *run = oldest_that_may_go(lab);
    if (run != NULL) {
        run->leaving = true;
        run->references++;
    }
    pthread_mutex_unlock(&lab->lock);
    if (run == NULL) {
        return false;
    }
    lab_run_release(lab, run);
    return true;
}

static struct lab_run *run_allocate(const char *name)
{
    struct lab_run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        abort();
    }
    (void)snprintf(run->name, sizeof run->name, "%s", name);
    pthread_mutex_init(&run->lock, NULL);
    run->references = 1;
    run->heap_index = -1;
    run->nodes_table = -1;
    run->used_ns = lab_clock_ns();
    return run;
}

/* A new run in a free place; under lab->lock. NULL when there is none. */
static struct lab_run *place_locked(struct lab *lab, const char *name)
{
    for (uint32_t i = 0; i < lab->runs_max; i++) {
        if (lab->runs[i] == NULL) {
            struct lab_run *run = run_allocate(name);
            run->place = i;
            run->generation = lab->generations[i]++;
            lab->runs[i] = run;
            lab->run_count++;
            return run;
        }
    }
    return NULL;
}

/* Finds the name in memory, or makes a place for it. *fresh: the place is new, its run is locked
 * and to be filled. */
static int find_or_place(struct lab *lab, const char *name, struct lab_run **run, bool *fresh,
                         struct lab_problem *problem)
{
    do {
        pthread_mutex_lock(&lab->lock);
        *run = find_locked(lab, name);
        *fresh = *run == NULL;
        if (*fresh) {
            *run = place_locked(lab, name);
        } else {
            (*run)->references++;
            (*run)->used_ns = lab_clock_ns();
        }
        if (*run != NULL && *fresh) {
            /* Nobody else knows it yet: it is free, and nothing is waited for out of order. */
            int taken = pthread_mutex_trylock(&(*run)->lock);
            assert(taken == 0);
        }
        pthread_mutex_unlock(&lab->lock);
        if (*run != NULL) {
            return 0;
        }
    } while (make_room(lab));
    return lab_refuse(problem, LAB_UNAVAILABLE,
                      "%u runs are live, which is the limit here; pause or delete one, or come "
                      "again later",
                      lab->runs_max);
}

int lab_run_place(struct lab *lab, const char *name, struct lab_run **run,
                  struct lab_problem *problem)
{
    bool fresh;
    int status = find_or_place(lab, name, run, &fresh, problem);
    if (status == 0 && !fresh) {
        lab_run_release(lab, *run);
        return lab_refuse(problem, LAB_CONFLICT, "run %s exists already", name);
    }
    return status;
}

static int refuse_unknown(const char *name, struct lab_problem *problem)
{
    return lab_refuse(problem, LAB_NOT_FOUND, "there is no run \"%.40s\"", name);
}

static void count_run(void *context, const struct store_run *run)
{
    (void)run;
    ++*(int *)context;
}

bool lab_run_is_stored(struct lab *lab, const char *name)
{
    int count = 0;
    struct error error;
    struct store_run_query query = {.name = name, .limit = 1};
    return store_runs_read(lab->store, &query, count_run, &count, &error) == 0 && count == 1;
}

struct lab_run *lab_run_in_memory(struct lab *lab, const char *name)
{
    pthread_mutex_lock(&lab->lock);
    struct lab_run *run = find_locked(lab, name);
    if (run != NULL) {
        run->references++;
        run->used_ns = lab_clock_ns();
    }
    pthread_mutex_unlock(&lab->lock);
    return run;
}

int lab_run_take(struct lab *lab, const char *name, struct lab_run **out,
                 struct lab_problem *problem)
{
    struct lab_run *run = lab_run_in_memory(lab, name);
    bool fresh = false;
    int status = 0;
    if (run == NULL) {
        /* Asked before a place is made, so that unknown names push nobody out. */
        status = lab_run_is_stored(lab, name) ? find_or_place(lab, name, &run, &fresh, problem)
                                              : refuse_unknown(name, problem);
        if (status != 0) {
            return status;
        }
    }
    if (fresh) {
        status = lab_run_restore(lab, run, name, problem);
        if (status != 0) {
            lab_run_leave(lab, run);
            lab_run_give(lab, run);
            return status;
        }
        lab_run_started(lab, run);
    } else {
        pthread_mutex_lock(&run->lock);
        if (run->course.sim.world == NULL && !run->broken) { /* its maker gave up meanwhile */
            lab_run_give(lab, run);
            return refuse_unknown(name, problem);
        }
    }
    *out = run;
    return 0;
}

void lab_run_started(struct lab *lab, struct lab_run *run)
{
    pthread_mutex_lock(&lab->lock);
    run->due_ns = 0;
    lab_heap_push(lab, run);
    pthread_cond_signal(&lab->due);
    pthread_mutex_unlock(&lab->lock);
}

struct lab_run *lab_run_of_slot(struct lab *lab, uint32_t slot)
{
    pthread_mutex_lock(&lab->lock);
    struct lab_run *run = lab->runs[slot % LAB_RUNS_LIVE_MAX];
    if (run != NULL && (run->leaving || run->generation != slot / LAB_RUNS_LIVE_MAX)) {
        run = NULL;
    }
    if (run != NULL) {
        run->references++;
        run->used_ns = lab_clock_ns();
    }
    pthread_mutex_unlock(&lab->lock);
    if (run != NULL) {
        pthread_mutex_lock(&run->lock);
    }
    return run;
}
