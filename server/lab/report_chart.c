/* report_chart.c - one chart of a report: caption, drawing, table. */
#include "lab/report_chart.h"

#include "base/html_writer.h"
#include "lab/report_plot.h"
#include "lab/titles.h"

#include <assert.h>
#include <string.h>

/* ---- Words ---- */

/* {column}: the newest value; {column:max}: the highest; {column:at}: when that was. */
static bool put_place(const void *context, const char *name, size_t length, struct text *text)
{
    const struct lab_report_chart *chart = context;
    for (uint32_t c = 0; c < chart->column_count; c++) {
        size_t own = strlen(chart->chart->columns[c]);
        if (length < own || memcmp(name, chart->chart->columns[c], own) != 0) {
            continue;
        }
        const char *rest = name + own;
        size_t rest_length = length - own;
        const struct lab_report_point *highest = &chart->highest[c];
        if (rest_length == 0) {
            lab_report_value(chart, chart->seen == 0 ? NODE_CELL_NULL : chart->last.values[c],
                             text);
        } else if (rest_length == 4 && memcmp(rest, ":max", 4) == 0) {
            lab_report_value(chart, highest->values[c], text);
        } else if (rest_length == 3 && memcmp(rest, ":at", 3) == 0) {
            lab_report_time(highest->time_ns, 0, text);
        } else {
            continue;
        }
        return true;
    }
    return false;
}

static bool put_step(const void *context, const char *name, size_t length, struct text *text)
{
    const struct lab_report_chart *chart = context;
    if (length != 4 || memcmp(name, "step", 4) != 0) {
        return false;
    }
    text_add_u64(text, chart->step);
    return true;
}

/* No word of a table has a letter that means markup; what is filled in are numbers. */
static void put_caption(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    const struct system *system = picture->rows->scenario->system;
    const struct lab_report_chart *chart = picture->chart;
    const char *sentence = lab_title_field(system, "charts", chart->chart->name, "text");
    char caption[1024];
    struct text words = text_init(caption, sizeof caption);
    lab_sentence_fill(sentence == NULL ? "" : sentence, put_place, chart, &words);
    if (chart->step > 1) {
        text_add_char(&words, ' ');
        lab_sentence_fill(lab_report_word("chart.thinned"), put_step, chart, &words);
    }
    text_add(text, "<figcaption><h3>");
    html_add(text, lab_title(system, "charts", chart->chart->name));
    if (chart->chart->unit[0] != '\0') {
        text_add(text, " <small>");
        html_add(text, chart->chart->unit);
        text_add(text, "</small>");
    }
    text_add(text, "</h3><p>");
    html_add(text, caption);
    text_add(text, "</p></figcaption>\n");
}

/* ---- The table ---- */

static void put_head(const struct lab_report_picture *picture, const char *first)
{
    struct text *text = &picture->out->text;
    const struct system_chart *chart = picture->chart->chart;
    text_add(text, "<details><summary>");
    html_add(text, lab_report_word("chart.table"));
    text_add(text, "</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">");
    html_add(text, lab_report_word(first));
    for (uint32_t c = 0; c < picture->chart->column_count; c++) {
        text_add(text, "</th><th scope=\"col\" class=\"n\">");
        html_add(text,
                 lab_title_line(picture->rows->scenario->system, chart->name, chart->columns[c]));
        text_add(text, chart->unit[0] == '\0' ? "" : ", ");
        html_add(text, chart->unit);
    }
    text_add(text, "</th></tr></thead><tbody>\n");
}

static void put_cells(const struct lab_report_picture *picture, const int64_t *values)
{
    struct text *text = &picture->out->text;
    for (uint32_t c = 0; c < picture->chart->column_count; c++) {
        text_add(text, "</td><td class=\"n\">");
        lab_report_value(picture->chart, values[c], text);
    }
    text_add(text, "</td></tr>\n");
}

static void put_line_rows(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    for (uint32_t i = 0; i < lab_report_points(picture->chart) && lab_pieces_room(picture->out);
         i++) {
        const struct lab_report_point *point = lab_report_point_at(picture->chart, i);
        text_add(text, "<tr><td>");
        lab_report_time(point->time_ns, 0, text);
        put_cells(picture, point->values);
    }
}

static void put_bar_rows(const struct lab_report_picture *picture)
{
    const struct lab_scenario *scenario = picture->rows->scenario;
    struct text *text = &picture->out->text;
    for (uint32_t n = 0; n < scenario->node_count && lab_pieces_room(picture->out); n++) {
        int64_t values[SYSTEM_CHART_COLUMNS] = {0};
        bool any = false;
        for (uint32_t c = 0; c < picture->chart->column_count; c++) {
            bool known = lab_report_rows_mean(picture->chart, n, c, picture->end_ns, &values[c]);
            values[c] = known ? values[c] : NODE_CELL_NULL;
            any = any || known;
        }
        if (any) {
            text_add(text, "<tr><td>");
            html_add(text, scenario->nodes[n].name);
            put_cells(picture, values);
        }
    }
}

/* ---- The whole ---- */

void lab_report_chart(const struct lab_report_rows *rows, uint32_t chart,
                      const struct lab_report_marks *marks, int64_t end_ns, struct lab_pieces *out)
{
    assert(chart < rows->chart_count);
    struct lab_report_picture picture = {
        .rows = rows, .chart = &rows->charts[chart], .marks = marks, .end_ns = end_ns, .out = out};
    bool lines = picture.chart->chart->kind == SYSTEM_CHART_LINES;
    text_add(&out->text, "<figure>\n");
    put_caption(&picture);
    lab_report_plot(&picture);
    put_head(&picture, lines ? "chart.time" : "chart.node");
    if (lines) {
        put_line_rows(&picture);
    } else {
        put_bar_rows(&picture);
    }
    text_add(&out->text, "</tbody></table></div></details>\n</figure>\n");
    (void)lab_pieces_room(out);
}
