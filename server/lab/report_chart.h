/* report_chart.h - one chart of a report: a caption in words, the drawing as inline SVG, and the
 * same values as a table that folds away.
 *
 * Colours are classes of web/style/report.css; everything else about the drawing is numbers that
 * depend on the rows alone. */
#ifndef LAB_REPORT_CHART_H
#define LAB_REPORT_CHART_H

#include "lab/pieces.h"
#include "lab/report_marks.h"
#include "lab/report_rows.h"

void lab_report_chart(const struct lab_report_rows *rows, uint32_t chart,
                      const struct lab_report_marks *marks, int64_t end_ns, struct lab_pieces *out);

#endif
