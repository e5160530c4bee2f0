/* report_plot.h - the drawing of one chart of a report, as inline SVG. */
#ifndef LAB_REPORT_PLOT_H
#define LAB_REPORT_PLOT_H

#include "lab/pieces.h"
#include "lab/report_marks.h"
#include "lab/report_rows.h"

struct lab_report_picture {
    const struct lab_report_rows *rows;
    const struct lab_report_chart *chart;
    const struct lab_report_marks *marks;
    int64_t end_ns; /* right edge; made at least one second */
    struct lab_pieces *out;
    /* Set by lab_report_plot(). */
    int64_t high; /* upper edge, a multiple of step */
    int64_t step;
    int label_rows;
    int top; /* of the plot, under the rows of labels */
};

/* Appends the picture. */
void lab_report_plot(struct lab_report_picture *picture);

/* A value as caption and table show it; a dash where there is none. */
void lab_report_value(const struct lab_report_chart *chart, int64_t value, struct text *text);
/* The points of a line chart: the kept ones and, whatever the step, the newest. */
uint32_t lab_report_points(const struct lab_report_chart *chart);
const struct lab_report_point *lab_report_point_at(const struct lab_report_chart *chart,
                                                   uint32_t index);
/* A moment of virtual time for people: "1:05", "2:03:00"; with decimals "1:05.250". */
void lab_report_time(int64_t time_ns, unsigned decimals, struct text *text);

#endif
