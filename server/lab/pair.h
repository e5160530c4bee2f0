/* pair.h - two runs side by side from their beginning: what their figures say at the end, second by
 * second, and where they came apart first.
 *
 * Both must be of one system. They are computed here, in lockstep of short stretches, on courses
 * that their owner gives; nothing of them is kept. */
#ifndef LAB_PAIR_H
#define LAB_PAIR_H

#include "lab/course.h"
#include "lab/pieces.h"
#include "lab/show.h"

#include <stdatomic.h>

enum { LAB_SIDES = 2, LAB_PARTING_BYTES = 400 };

/* Where two runs came apart. */
struct lab_parting {
    bool found;
    struct lab_parting_side {
        bool there; /* false: nothing happened there on this side */
        int64_t time_ns;
        uint64_t event;
        uint32_t node, subject; /* or NODE_NONE */
        bool noted;             /* it is a note, this one */
        struct node_note note;
        char words[LAB_PARTING_BYTES];
    } sides[LAB_SIDES];
};

struct lab_pair {
    struct lab_course
        *sides[LAB_SIDES]; /* at time 0, no event run yet; their listeners are the pair's */
    int64_t until_ns;
    const atomic_bool *give_up; /* looked at now and then; or NULL */
    /* Results. */
    int64_t reached_ns; /* until_ns, or where one of them was halted */
    int64_t figures[LAB_SIDES][64];
    struct lab_parting first_event; /* that is not the same on both sides, be it by a microsecond */
    struct lab_parting decision;    /* the first thing that went otherwise with a subject (order) */
    uint32_t row_count[LAB_SIDES];
    struct node_row *rows[LAB_SIDES]; /* of the table of figures, one a virtual second */
    uint32_t row_capacity[LAB_SIDES];
};

/* Runs both to the end. False: given up. lab_pair_free() afterwards in any case. */
bool lab_pair_run(struct lab_pair *pair);
void lab_pair_free(struct lab_pair *pair);

/* {rows, first_event, divergence ...} as docs/api.md says; the caller adds what the sides are called. */
struct cJSON *lab_pair_json(const struct lab_pair *pair);
/* One table of both, three rows a second: side A, side B, and B-A. */
void lab_pair_csv(const struct lab_pair *pair, char run_ids[LAB_SIDES][LAB_RUN_ID_BYTES],
                  struct lab_pieces *pieces);
/* Which side is better in a figure: -1 the first, 1 the second, 0 neither. */
int lab_pair_better(const struct system_figure *figure, int64_t a, int64_t b);

#endif
