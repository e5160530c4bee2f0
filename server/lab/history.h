/* history.h - the past of a run in memory: worlds kept now and then while it went on, so that any
 * moment can be computed again from the one before it, in milliseconds.
 *
 * A kept world is its bytes and what frames were made of then (without the stretches of zeros that
 * half of them are), and how far inputs and rows had come.
 * They stand at about equal distances of virtual time. When there are too many, the one whose
 * neighbours are closest to each other goes, so that a run of any length makes use of its allowance.
 * It is a cache: with no kept world at all the past is computed from the beginning. */
#ifndef LAB_HISTORY_H
#define LAB_HISTORY_H

#include "lab/course.h"
#include "lab/show.h"

enum {
    LAB_HISTORY_WORLDS_MAX = 256,
    LAB_HISTORY_BYTES_MAX = 64 * 1024 * 1024,        /* of one run */
    LAB_HISTORY_TOTAL_BYTES_MAX = 512 * 1024 * 1024, /* of all runs in memory: each has its share */
};

struct lab;
struct lab_run;

struct lab_kept {
    int64_t time_ns;
    uint64_t steps; /* events so far */
    uint32_t inputs_done;
    size_t bytes; /* of this struct and all behind it */
    uint64_t given[LAB_TABLES_MAX];
    size_t world_bytes; /* as sim_save() writes it; the show follows, then zeros to a whole block */
    uint8_t packed[];   /* a bit for each block, set where it is not all zero; then those blocks */
};

/* All zero is empty. Under run->lock. */
struct lab_history {
    uint32_t count;
    size_t bytes;
    int64_t distance_ns;                             /* between two worlds; 0: not yet chosen */
    struct lab_kept *worlds[LAB_HISTORY_WORLDS_MAX]; /* in order of time */
};

/* Keeps the world of a run that has come far enough since the last one. The run is locked. */
void lab_history_keep(struct lab *lab, struct lab_run *run);
/* A copy of a world at its present moment; the caller's (free). */
struct lab_kept *lab_kept_make(const struct lab_course *course, const struct lab_show *show);
/* Puts a fresh course of the same plan, and its show, where the kept world was. */
void lab_kept_restore(const struct lab_kept *kept, struct lab_course *course,
                      struct lab_show *show);
/* Takes a world over that was computed again, if there is need of one at its time; else frees it. */
void lab_history_add(struct lab *lab, struct lab_run *run, struct lab_kept *kept);
/* How far apart worlds should be, with as many of them as this run may have. */
int64_t lab_history_distance_ns(const struct lab_history *history);
/* The last world not after a time, or with at most so many events; NULL: none. */
const struct lab_kept *lab_history_at(const struct lab_history *history, int64_t time_ns);
const struct lab_kept *lab_history_before_event(const struct lab_history *history, uint64_t event);
void lab_history_free(struct lab *lab, struct lab_history *history);

#endif
