/* recorder.h - listens to a world: turns its rows and listed notes into rows of the result tables,
 * numbers them, and hands each on once.
 *
 * Rows are numbered 1, 2, 3 ... for each table, in the order in which the world gives them, which
 * is the same each time the run is computed. A run that is computed again passes how many rows of
 * each table are already stored; only later ones go on.
 *
 * Operations of clients are rows of the table history; the recorder holds those that are open. */
#ifndef LAB_RECORDER_H
#define LAB_RECORDER_H

#include "lab/operations.h"
#include "lab/tables.h"

struct lab_recorder {
    const struct lab_scenario *scenario;
    const struct lab_tables *tables;
    uint64_t given[LAB_TABLES_MAX];  /* rows so far */
    uint64_t stored[LAB_TABLES_MAX]; /* rows up to here are not handed on */
    struct lab_open_operations open; /* the recorder's own */
    struct lab_operations *over;     /* gets those that are over; or NULL */
    const struct sim *sim;           /* asked for the faults of the moment; or NULL */
    void *context;
    /* Any of these may be NULL. put: a row to keep. row: every row of the system as it is. note:
     * every note. */
    void (*put)(void *context, const struct lab_row *row);
    void (*row)(void *context, const struct node_row *row);
    void (*note)(void *context, const struct node_note *note, const struct system_note *known);
};

/* All callbacks NULL. */
void lab_recorder_init(struct lab_recorder *recorder, const struct lab_scenario *scenario);
void lab_recorder_free(struct lab_recorder *recorder);
/* The sink for a world. The recorder must stay where it is. */
struct node_row_sink lab_recorder_sink(struct lab_recorder *recorder);
/* A row of the lab's own (a verdict): numbers it and hands it on. */
void lab_recorder_put(struct lab_recorder *recorder, struct lab_row *row);
/* Rows of all tables so far. */
uint64_t lab_recorder_rows(const struct lab_recorder *recorder);

#endif
