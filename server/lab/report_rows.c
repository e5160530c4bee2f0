/* report_rows.c - what a report keeps of a run's rows while they go by. */
#include "lab/report_rows.h"

#include "base/text.h"
#include "lab/input.h"
#include "lab/notes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LAB_REPORT_POINTS_MAX % 2 == 0, "every second point goes");

static void *zeroed(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static uint32_t column_find(const struct system_table *table, const char *name)
{
    uint32_t i = 0;
    while (i < table->column_count && strcmp(table->columns[i].name, name) != 0) {
        i++;
    }
    assert(i < table->column_count); /* the system's tables and charts are constants */
    return i;
}

static void chart_init(struct lab_report_chart *chart, const struct lab_scenario *scenario,
                       const struct system_chart *from)
{
    const struct system_table *table = &scenario->system->tables[from->table];
    chart->chart = from;
    chart->step = 1;
    while (chart->column_count < SYSTEM_CHART_COLUMNS &&
           from->columns[chart->column_count] != NULL) {
        uint32_t i = chart->column_count++;
        chart->columns[i] = column_find(table, from->columns[i]);
        uint8_t decimals = table->columns[chart->columns[i]].decimals;
        chart->decimals = decimals > chart->decimals ? decimals : chart->decimals;
        chart->highest[i].values[i] = NODE_CELL_NULL;
    }
    for (uint32_t i = 0; i < chart->column_count; i++) {
        chart->scale[i] = 1;
        for (uint8_t d = table->columns[chart->columns[i]].decimals; d < chart->decimals; d++) {
            chart->scale[i] *= 10;
        }
    }
    if (from->kind == SYSTEM_CHART_BARS) {
        chart->nodes = zeroed(scenario->node_count, sizeof *chart->nodes);
    }
}

struct lab_report_rows *lab_report_rows_new(const struct lab_scenario *scenario)
{
    const struct system *system = scenario->system;
    struct lab_report_rows *rows = zeroed(1, sizeof *rows);
    rows->scenario = scenario;
    rows->chart_count = system->chart_count;
    assert(rows->chart_count <= LAB_REPORT_CHARTS_MAX);
    for (uint32_t i = 0; i < rows->chart_count; i++) {
        chart_init(&rows->charts[i], scenario, &system->charts[i]);
    }
    return rows;
}

void lab_report_rows_free(struct lab_report_rows **rows)
{
    for (uint32_t i = 0; *rows != NULL && i < (*rows)->chart_count; i++) {
        free((*rows)->charts[i].nodes);
    }
    free(*rows);
    *rows = NULL;
}

bool lab_report_rows_want(const struct lab_report_rows *rows, uint32_t table)
{
    bool wanted = table == LAB_TABLE_EVENTS;
    for (uint32_t i = 0; i < rows->chart_count; i++) {
        wanted = wanted || table == LAB_OWN_TABLES + rows->charts[i].chart->table;
    }
    return wanted;
}

uint64_t lab_report_rows_skip(const struct lab_report_rows *rows, uint32_t table, uint64_t count)
{
    uint64_t needed = (uint64_t)LAB_REPORT_MEAN_S * rows->scenario->node_count;
    bool bars_only = table != LAB_TABLE_EVENTS;
    for (uint32_t i = 0; i < rows->chart_count; i++) {
        const struct system_chart *chart = rows->charts[i].chart;
        bool lines = chart->kind == SYSTEM_CHART_LINES;
        bars_only = bars_only && !(lines && table == LAB_OWN_TABLES + chart->table);
    }
    return bars_only && count > needed ? count - needed : 0;
}

/* ---- Charts ---- */

static struct lab_report_point point_of(const struct lab_report_chart *chart,
                                        const struct lab_row *row)
{
    struct lab_report_point point = {.time_ns = row->time_ns};
    for (uint32_t i = 0; i < chart->column_count; i++) {
        const struct lab_cell *cell = &row->cells[chart->columns[i]];
        point.values[i] =
            cell->kind == LAB_CELL_NUMBER ? cell->value * chart->scale[i] : NODE_CELL_NULL;
    }
    return point;
}

/* From now on every second one: what is left looks as if it had been so from the beginning. */
static void thin_out(struct lab_report_chart *chart)
{
    for (uint32_t i = 0; i < LAB_REPORT_POINTS_MAX / 2; i++) {
        chart->points[i] = chart->points[2 * i];
    }
    chart->count = LAB_REPORT_POINTS_MAX / 2;
    chart->step *= 2;
}

static void put_line(struct lab_report_chart *chart, const struct lab_row *row)
{
    struct lab_report_point point = point_of(chart, row);
    if (chart->seen % chart->step == 0) {
        if (chart->count == LAB_REPORT_POINTS_MAX) {
            thin_out(chart);
        }
        if (chart->seen % chart->step == 0) {
            chart->points[chart->count++] = point;
        }
    }
    chart->seen++;
    chart->last = point;
    for (uint32_t i = 0; i < chart->column_count; i++) {
        if (point.values[i] > chart->highest[i].values[i]) { /* NODE_CELL_NULL is the least */
            chart->highest[i] = point;
        }
    }
}

static void put_bar(const struct lab_report_rows *rows, struct lab_report_chart *chart,
                    const struct lab_row *row)
{
    uint32_t index = row->cells[0].kind == LAB_CELL_TEXT
                         ? lab_node_find(rows->scenario, row->cells[0].text)
                         : NODE_NONE;
    if (index == NODE_NONE) {
        return;
    }
    struct lab_report_node *node = &chart->nodes[index];
    node->rows[node->seen++ % LAB_REPORT_MEAN_S] = point_of(chart, row);
}

bool lab_report_rows_mean(const struct lab_report_chart *chart, uint32_t node, uint32_t column,
                          int64_t end_ns, int64_t *mean)
{
    const struct lab_report_node *from = &chart->nodes[node];
    int64_t begin_ns = end_ns - (int64_t)LAB_REPORT_MEAN_S * 1000000000;
    int64_t sum = 0, count = 0;
    for (uint32_t i = 0; i < LAB_REPORT_MEAN_S && i < from->seen; i++) {
        if (from->rows[i].time_ns > begin_ns && from->rows[i].values[column] != NODE_CELL_NULL) {
            sum += from->rows[i].values[column];
            count++;
        }
    }
    if (count > 0) {
        *mean = (sum + count / 2) / count;
    }
    return count > 0;
}

/* ---- Events ---- */

static void put_event(struct lab_report_rows *rows, const struct lab_row *row)
{
    const struct system *system = rows->scenario->system;
    const struct system_note *note = lab_note(system, lab_note_find(system, row->cells[2].text));
    bool begins = row->time_ns == 0; /* that everything starts goes without saying */
    if (note == NULL || !note->interesting || begins) {
        return;
    }
    if (rows->event_count == LAB_REPORT_EVENTS_MAX) {
        rows->events_more++;
        return;
    }
    struct lab_report_event *event = &rows->events[rows->event_count++];
    event->time_ns = row->time_ns;
    event->event = (uint64_t)row->cells[0].value;
    struct text text = text_init(event->text, sizeof event->text);
    text_add_bytes(&text, row->cells[6].text,
                   (uint32_t)strnlen(row->cells[6].text, sizeof event->text - 1));
}

void lab_report_rows_put(struct lab_report_rows *rows, const struct lab_row *row)
{
    if (row->table == LAB_TABLE_EVENTS) {
        put_event(rows, row);
        return;
    }
    for (uint32_t i = 0; i < rows->chart_count; i++) {
        struct lab_report_chart *chart = &rows->charts[i];
        if (row->table != LAB_OWN_TABLES + chart->chart->table) {
            continue;
        }
        if (chart->chart->kind == SYSTEM_CHART_LINES) {
            put_line(chart, row);
        } else {
            put_bar(rows, chart, row);
        }
    }
}
