/* show.h - what frames are made of beside the world itself: the latest notes and rows of figures, and
 * the faults that are active. Collected while a world goes on; the live edge of a run has one, and so
 * has every moment of its past that is computed again.
 *
 * No pointers but to constant data and to the scenario: a copy is as good. */
#ifndef LAB_SHOW_H
#define LAB_SHOW_H

#include "lab/faults.h"

enum {
    LAB_EVENTS_KEPT = 256, /* listed notes */
    LAB_POINTS_KEPT = 60,  /* rows of figures, one a virtual second */
};

struct lab_show {
    const struct lab_scenario *scenario;
    uint64_t event_count; /* listed notes so far */
    struct lab_event_note {
        struct node_note note;
        const char *name;
        bool interesting;
    } events[LAB_EVENTS_KEPT];
    uint32_t point_count;
    int32_t points_table; /* the system's table "metrics", or -1 */
    struct node_row points[LAB_POINTS_KEPT];
    struct lab_faults faults;
};

/* Of a world at time 0. The scenario must outlive it. */
void lab_show_begin(struct lab_show *show, const struct lab_scenario *scenario);
void lab_show_note(struct lab_show *show, const struct node_note *note,
                   const struct system_note *known);
void lab_show_row(struct lab_show *show, const struct node_row *row);
/* Index of a table of the system by its name, or -1. */
int32_t lab_show_table(const struct system *system, const char *name);

#endif
