/* report_marks.h - what stands on every chart of a report beside its values: faults as shaded
 * stretches, and what somebody did as labelled lines. Both come from the run's inputs. */
#ifndef LAB_REPORT_MARKS_H
#define LAB_REPORT_MARKS_H

#include "lab/input.h"

enum {
    LAB_REPORT_MARKS_MAX = 60,  /* lines; the rest is counted */
    LAB_REPORT_FAULTS_MAX = 60, /* stretches */
    LAB_REPORT_LABEL_BYTES = 48,
    LAB_REPORT_LABEL_ROWS = 6, /* as many as are needed, up to this */
};

/* In order of time. A label begins with the number of its input, as in inputs.csv. */
struct lab_report_marks {
    uint32_t count;
    uint32_t more; /* lines and stretches beyond the limits */
    struct lab_report_mark {
        int64_t time_ns;
        uint32_t number;
        bool line; /* drawn as one; otherwise it only labels the stretch that begins here */
        char label[LAB_REPORT_LABEL_BYTES];
    } marks[LAB_REPORT_MARKS_MAX + LAB_REPORT_FAULTS_MAX];
    uint32_t fault_count;
    struct lab_report_fault {
        int64_t from_ns, to_ns;
    } faults[LAB_REPORT_FAULTS_MAX];
};

/* Of the inputs that had taken effect by `end_ns`. */
void lab_report_marks_make(struct lab_report_marks *marks, const struct lab_scenario *scenario,
                           const struct lab_inputs *inputs, int64_t end_ns);

#endif
