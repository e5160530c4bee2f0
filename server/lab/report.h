/* report.h - one HTML file about a run: what was set and done, what came of it, what holds and why,
 * as charts and words. It opens offline, needs no script, loads nothing, and carries the run's link.
 *
 * Nothing in it depends on when, where or by whom it is made: the same run at the same moment gives
 * the same bytes, from the server and from the command line. It is bounded: charts of long runs are
 * thinned and lists end with what they leave out (report_rows.h, report_marks.h). */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include "lab/course.h"
#include "lab/link.h"
#include "lab/pieces.h"
#include "lab/report_rows.h"

enum {
    LAB_REPORT_INPUTS_MAX = 120,           /* the first ones; the rest is counted */
    LAB_REPORT_LINK_BYTES_MAX = 64 * 1024, /* a longer one stands in run.chef only */
    LAB_REPORT_WORDS_BYTES = 400,
};

/* What a world says of its run at one moment. */
struct lab_report {
    const struct lab_scenario *scenario;
    uint64_t seed, digest, steps;
    int64_t time_ns;
    char run_id[24];
    char behaviour_id[24];
    int64_t settings_at_start[LAB_SETTINGS_MAX], settings[LAB_SETTINGS_MAX];
    int64_t figures[64];
    const char *excuse;                   /* lab_course_excuse() */
    char trouble[LAB_REPORT_WORDS_BYTES]; /* why the run does not go on, or "" */
    bool foreign;      /* made by another version: what this world says is not what was stored */
    int64_t branch_ns; /* where the branch began; -1: it is none */
    char label[LAB_LABEL_BYTES];
    const struct lab_proofs
        *proofs;            /* of histories; lent by whoever has the report written, or NULL */
    struct lab_votes votes; /* lent likewise; none: the report has nothing of them */
    char *link;             /* lab_link_of_course(); NULL: the run is too much for one */
};

/* Copies what is needed of the course, so that it can go on. The scenario must outlive the report.
 * label and branch_ns: as for lab_link_of_course(). */
void lab_report_look(struct lab_report *report, const struct lab_course *course, const char *label,
                     int64_t branch_ns);
void lab_report_forget(struct lab_report *report);

/* Writes the file. judgement: of the healed copy; NULL when it could not be judged. */
void lab_report_write(const struct lab_report *report, const struct lab_report_rows *rows,
                      const struct lab_inputs *inputs, const struct lab_judgement *judgement,
                      struct lab_pieces *out);

/* The Content-Security-Policy that such a file needs: its own style and nothing else. */
const char *lab_report_policy(void);

#endif
