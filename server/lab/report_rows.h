/* report_rows.h - what a report keeps of a run's rows while they go by: points of its charts, what
 * happened, how loaded each node was in the last minute.
 *
 * The same rows in the same order leave the same, whether they come out of the store or out of a
 * world on its way; and never more than the limits below, however long the run is. */
#ifndef LAB_REPORT_ROWS_H
#define LAB_REPORT_ROWS_H

#include "lab/tables.h"

enum {
    LAB_REPORT_CHARTS_MAX = 12,
    LAB_REPORT_POINTS_MAX = 480, /* of one chart; then every second one goes */
    LAB_REPORT_EVENTS_MAX = 120, /* the first ones; the rest is counted */
    LAB_REPORT_EVENT_BYTES = 240,
    LAB_REPORT_MEAN_S = 60, /* what bars are the mean of */
};

/* Values of all columns of a chart have the same decimals; NODE_CELL_NULL where there is none. */
struct lab_report_point {
    int64_t time_ns;
    int64_t values[SYSTEM_CHART_COLUMNS];
};

struct lab_report_chart {
    const struct system_chart *chart;
    uint32_t column_count;
    uint32_t columns[SYSTEM_CHART_COLUMNS]; /* in the table */
    int64_t scale[SYSTEM_CHART_COLUMNS];    /* to the common decimals */
    uint8_t decimals;                       /* the largest of its columns' */

    /* Lines. */
    uint32_t step, count; /* every step-th row is kept */
    uint64_t seen;
    struct lab_report_point points[LAB_REPORT_POINTS_MAX];
    struct lab_report_point last;                          /* the newest, kept or not */
    struct lab_report_point highest[SYSTEM_CHART_COLUMNS]; /* where each column was largest */

    /* Bars: the last rows of each node, the oldest overwritten first. */
    struct lab_report_node {
        uint64_t seen;
        struct lab_report_point rows[LAB_REPORT_MEAN_S];
    } * nodes; /* by node, for as many as the scenario has */
};

struct lab_report_rows {
    const struct lab_scenario *scenario;
    uint32_t chart_count;
    struct lab_report_chart charts[LAB_REPORT_CHARTS_MAX];
    uint32_t event_count;
    uint64_t events_more;
    struct lab_report_event {
        int64_t time_ns;
        uint64_t event;
        char text[LAB_REPORT_EVENT_BYTES];
    } events[LAB_REPORT_EVENTS_MAX]; /* interesting ones */
};

/* The scenario must outlive it. */
struct lab_report_rows *lab_report_rows_new(const struct lab_scenario *scenario);
/* Takes the pointer and clears it. */
void lab_report_rows_free(struct lab_report_rows **rows);
/* Does a report look at this table (index in struct lab_tables)? */
bool lab_report_rows_want(const struct lab_report_rows *rows, uint32_t table);
/* Of `count` rows of a table, how many of the first ones leave no trace: of bars only the last minute
 * counts. Who reads rows from a store need not read these. */
uint64_t lab_report_rows_skip(const struct lab_report_rows *rows, uint32_t table, uint64_t count);
/* The next row of a table. Rows of tables that are not wanted are passed over. */
void lab_report_rows_put(struct lab_report_rows *rows, const struct lab_row *row);

/* The mean of a column over the last minute before `end_ns`; false when the node has no row there. */
bool lab_report_rows_mean(const struct lab_report_chart *chart, uint32_t node, uint32_t column,
                          int64_t end_ns, int64_t *mean);

#endif
