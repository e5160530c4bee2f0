/* report_plot.c - drawing charts of a report.
 *
 * Places on the picture are integers, in tenths of a pixel: the same rows draw the same bytes on
 * every machine. Values stay integers too, x 10^decimals of the chart's columns. */
#include "lab/report_plot.h"

#include "base/html_writer.h"
#include "lab/titles.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In pixels of the picture, which scales with the page. */
enum {
    WIDTH = 720,
    LEFT = 54,
    RIGHT = 76,
    TOP = 12,
    BOTTOM = 24,
    PLOT_HEIGHT = 168,
    PLOT_WIDTH = WIDTH - LEFT - RIGHT,
    LABEL_HEIGHT = 15,
    LETTER_WIDTH_TENTHS = 58, /* of a label, rather too wide than too narrow */
    NAME_HEIGHT = 14,         /* of a line's name at its end */
    TICKS_MAX = 5,
    TIME_TICKS_MAX = 9,
    BARS_LABELLED_MAX = 16, /* with more nodes there is no room for numbers over the bars */
    BAR_WIDTH_MAX = 26,
    TICK_OF_LABEL_PCT = 150, /* capitals, and some room between two names */
};
#define NS_PER_S INT64_C(1000000000)

/* ---- Numbers ---- */

static int64_t power_of_ten(unsigned exponent)
{
    int64_t power = 1;
    assert(exponent <= 18);
    for (unsigned i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

/* Decimals between the integer and what the axis shows. */
static unsigned shown_shift(const struct lab_report_chart *chart)
{
    int shift = chart->decimals + chart->chart->shift;
    assert(shift >= 0); /* no chart multiplies */
    return (unsigned)shift;
}

/* value / 10^shift, rounded half up to `decimals` of its decimals. */
static void put_number(int64_t value, unsigned shift, unsigned decimals, struct text *text)
{
    if (decimals < shift) {
        int64_t divisor = power_of_ten(shift - decimals);
        int64_t half = divisor / 2;
        value = value >= 0 ? (value + half) / divisor : -((-value + half) / divisor);
    } else {
        value *= power_of_ten(decimals - shift);
    }
    text_add_decimal(text, value, decimals);
}

void lab_report_value(const struct lab_report_chart *chart, int64_t value, struct text *text)
{
    if (value == NODE_CELL_NULL) {
        text_add(text, "\xe2\x80\x93"); /* an en dash: nothing yet */
    } else {
        put_number(value, shown_shift(chart), chart->chart->decimals, text);
    }
}

void lab_report_time(int64_t time_ns, unsigned decimals, struct text *text)
{
    char digits[24];
    int64_t seconds = time_ns / NS_PER_S;
    if (seconds >= 3600) {
        (void)snprintf(digits, sizeof digits, "%" PRId64 ":%02d:%02d", seconds / 3600,
                       (int)(seconds / 60 % 60), (int)(seconds % 60));
    } else {
        (void)snprintf(digits, sizeof digits, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
    }
    text_add(text, digits);
    if (decimals > 0) {
        char rest[24];
        struct text part = text_init(rest, sizeof rest);
        text_add_decimal(&part, time_ns % NS_PER_S / (NS_PER_S / power_of_ten(decimals)), decimals);
        text_add(text, strchr(rest, '.'));
    }
}

/* The smallest of 1, 2, 5 x 10^n that reaches `high` in at most `ticks_max` steps. */
static int64_t nice_step(int64_t high, int64_t ticks_max)
{
    static const int64_t NICE[] = {1, 2, 5};
    for (int64_t power = 1;; power *= 10) {
        for (size_t i = 0; i < sizeof NICE / sizeof NICE[0]; i++) {
            if (NICE[i] * power * ticks_max >= high) {
                return NICE[i] * power;
            }
        }
    }
}

static int64_t nice_time_step_s(int64_t seconds)
{
    static const int64_t NICE_S[] = {1,   2,   5,    10,   15,   30,   60,    120,
                                     300, 600, 1200, 1800, 3600, 7200, 10800, 21600};
    size_t count = sizeof NICE_S / sizeof NICE_S[0];
    for (size_t i = 0; i < count; i++) {
        if (NICE_S[i] * TIME_TICKS_MAX >= seconds) {
            return NICE_S[i];
        }
    }
    return NICE_S[count - 1];
}

/* ---- The frame ---- */

static void put_tenths(struct text *text, int64_t tenths)
{
    text_add_decimal(text, tenths, 1);
}

static int64_t x_of(const struct lab_report_picture *picture, int64_t time_ns)
{
    assert(time_ns >= 0 && time_ns <= picture->end_ns);
    return LEFT * 10 + time_ns / 1000 * (PLOT_WIDTH * 10) / (picture->end_ns / 1000);
}

static int64_t y_of(const struct lab_report_picture *picture, int64_t value)
{
    int64_t height = (int64_t)PLOT_HEIGHT * 10;
    assert(value <= INT64_MAX / height);
    return picture->top * 10 + height - value * height / picture->high;
}

static int64_t highest_of(const struct lab_report_picture *picture)
{
    const struct lab_report_chart *chart = picture->chart;
    int64_t high = chart->chart->ideal_is_one ? power_of_ten(shown_shift(chart)) : 0;
    for (uint32_t c = 0; c < chart->column_count; c++) {
        if (chart->chart->kind == SYSTEM_CHART_LINES) {
            high = chart->highest[c].values[c] > high ? chart->highest[c].values[c] : high;
            continue;
        }
        for (uint32_t n = 0; n < picture->rows->scenario->node_count; n++) {
            int64_t mean;
            if (lab_report_rows_mean(chart, n, c, picture->end_ns, &mean) && mean > high) {
                high = mean;
            }
        }
    }
    return high;
}

static void picture_scale(struct lab_report_picture *picture)
{
    int64_t least = power_of_ten(shown_shift(picture->chart));
    int64_t high = highest_of(picture);
    if (high < least) {
        high = least;
    }
    picture->step = nice_step(high, TICKS_MAX);
    picture->high = (high + picture->step - 1) / picture->step * picture->step;
}

static void put_line(struct text *text, const char *class, int64_t x1, int64_t y1, int64_t x2,
                     int64_t y2)
{
    const char *const names[] = {"\" x1=\"", "\" y1=\"", "\" x2=\"", "\" y2=\""};
    const int64_t places[] = {x1, y1, x2, y2};
    text_add(text, "<line class=\"");
    text_add(text, class);
    for (int i = 0; i < 4; i++) {
        text_add(text, names[i]);
        put_tenths(text, places[i]);
    }
    text_add(text, "\"/>");
}

static void begin_text(struct text *text, const char *class, int64_t x, int64_t y)
{
    text_add(text, "<text class=\"");
    text_add(text, class);
    text_add(text, "\" x=\"");
    put_tenths(text, x);
    text_add(text, "\" y=\"");
    put_tenths(text, y);
    text_add(text, "\">");
}

static void put_rect(struct text *text, const char *class, int64_t x, int64_t y, int64_t width,
                     int64_t height)
{
    const char *const names[] = {"\" x=\"", "\" y=\"", "\" width=\"", "\" height=\""};
    const int64_t places[] = {x, y, width, height};
    text_add(text, "<rect class=\"");
    text_add(text, class);
    for (int i = 0; i < 4; i++) {
        text_add(text, names[i]);
        put_tenths(text, places[i]);
    }
    text_add(text, "\"/>");
}

/* As many decimals as tell one step from the next. */
static unsigned tick_decimals(const struct lab_report_picture *picture)
{
    unsigned decimals = shown_shift(picture->chart);
    for (int64_t step = picture->step; decimals > 0 && step % 10 == 0; step /= 10) {
        decimals--;
    }
    return decimals;
}

static void draw_values(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    unsigned shift = shown_shift(picture->chart), decimals = tick_decimals(picture);
    for (int64_t value = 0; value <= picture->high; value += picture->step) {
        int64_t y = y_of(picture, value);
        put_line(text, value == 0 ? "axis" : "grid", LEFT * 10, y, (LEFT + PLOT_WIDTH) * 10, y);
        begin_text(text, "tick end", (LEFT - 6) * 10, y + 40);
        put_number(value, shift, decimals, text);
        if (value + picture->step > picture->high) {
            text_add_char(text, ' ');
            html_add(text,
                     strlen(picture->chart->chart->unit) < 3 ? picture->chart->chart->unit : "");
        }
        text_add(text, "</text>");
    }
    if (picture->chart->chart->ideal_is_one) {
        int64_t y = y_of(picture, power_of_ten(shift));
        put_line(text, "ideal", LEFT * 10, y, (LEFT + PLOT_WIDTH) * 10, y);
    }
}

static void draw_times(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    int64_t seconds = picture->end_ns / NS_PER_S;
    int64_t step_s = nice_time_step_s(seconds);
    int64_t y = (picture->top + PLOT_HEIGHT) * 10;
    for (int64_t s = 0; s <= seconds; s += step_s) {
        int64_t x = x_of(picture, s * NS_PER_S);
        put_line(text, "axis", x, y, x, y + 40);
        begin_text(text, "tick middle", x, y + 170);
        lab_report_time(s * NS_PER_S, 0, text);
        text_add(text, "</text>");
    }
}

/* ---- Faults and actions ---- */

static void draw_fault(const struct lab_report_picture *picture, int64_t from_ns, int64_t to_ns)
{
    struct text *text = &picture->out->text;
    int64_t from = x_of(picture, from_ns), to = x_of(picture, to_ns);
    to = to > from ? to : from + 1;
    put_rect(text, "fault", from, picture->top * 10, to - from, PLOT_HEIGHT * 10);
    put_line(text, "fault-edge", from, picture->top * 10, to, picture->top * 10);
}

/* Stretches that overlap are shaded as one: two faults are not darker than one. They are in order
 * of their beginning. */
static void draw_faults(const struct lab_report_picture *picture)
{
    const struct lab_report_fault *faults = picture->marks->faults;
    for (uint32_t i = 0; i < picture->marks->fault_count;) {
        int64_t from_ns = faults[i].from_ns, to_ns = faults[i].to_ns;
        for (i++; i < picture->marks->fault_count && faults[i].from_ns <= to_ns; i++) {
            to_ns = faults[i].to_ns > to_ns ? faults[i].to_ns : to_ns;
        }
        draw_fault(picture, from_ns, to_ns);
    }
}

static int64_t label_width(const char *label)
{
    int64_t letters = 0;
    for (; *label != '\0'; label++) {
        letters += ((unsigned char)*label & 0xc0) != 0x80; /* not the rest of a letter */
    }
    return letters * LETTER_WIDTH_TENTHS;
}

/* Where a label goes: the first row from the top in which it has room; -1: none. From the top, so
 * that no line on its way down to the plot crosses the label of an earlier one. */
struct label_place {
    int row;
    int64_t left;
    bool number_only; /* a label that finds no room is left to its number, and that to the list */
};

static bool take_row(int64_t x, const char *label, int64_t row_ends[LAB_REPORT_LABEL_ROWS],
                     struct label_place *place)
{
    int64_t width = label_width(label);
    place->left = x + 20 + width > WIDTH * 10 ? WIDTH * 10 - width : x + 20;
    for (place->row = 0; place->row < LAB_REPORT_LABEL_ROWS; place->row++) {
        if (place->left >= row_ends[place->row]) {
            row_ends[place->row] = place->left + width + 40;
            return true;
        }
    }
    place->row = -1;
    return false;
}

static void label_text(const struct lab_report_mark *mark, bool number_only, char *label,
                       size_t bytes)
{
    (void)snprintf(label, bytes, number_only ? "%u" : "%u %s", mark->number, mark->label);
}

static struct label_place place_label(const struct lab_report_picture *picture,
                                      const struct lab_report_mark *mark,
                                      int64_t row_ends[LAB_REPORT_LABEL_ROWS])
{
    char label[LAB_REPORT_LABEL_BYTES + 16];
    struct label_place place = {.number_only = false};
    int64_t x = x_of(picture, mark->time_ns);
    label_text(mark, false, label, sizeof label);
    if (!take_row(x, label, row_ends, &place)) {
        place.number_only = true;
        label_text(mark, true, label, sizeof label);
        (void)take_row(x, label, row_ends, &place);
    }
    return place;
}

/* How many rows the labels need; the same for all charts over time. */
static int label_rows(const struct lab_report_picture *picture)
{
    int64_t row_ends[LAB_REPORT_LABEL_ROWS] = {0};
    int rows = 0;
    for (uint32_t i = 0; i < picture->marks->count; i++) {
        int row = place_label(picture, &picture->marks->marks[i], row_ends).row;
        rows = row + 1 > rows ? row + 1 : rows;
    }
    return rows;
}

static void draw_mark(const struct lab_report_picture *picture, const struct lab_report_mark *mark,
                      const struct label_place *place)
{
    struct text *text = &picture->out->text;
    char label[LAB_REPORT_LABEL_BYTES + 16];
    int64_t x = x_of(picture, mark->time_ns);
    int64_t y = (picture->top - 5 - (picture->label_rows - 1 - place->row) * LABEL_HEIGHT) * 10;
    int64_t bottom = (picture->top + (mark->line ? PLOT_HEIGHT : 0)) * 10;
    put_line(text, mark->line ? "mark" : "mark stem", x,
             place->row < 0 ? picture->top * 10 : y - 80, x, bottom);
    if (place->row >= 0) {
        label_text(mark, place->number_only, label, sizeof label);
        begin_text(text, "label", place->left, y);
        html_add(text, label);
        text_add(text, "</text>");
    }
}

static void draw_marks(const struct lab_report_picture *picture)
{
    int64_t row_ends[LAB_REPORT_LABEL_ROWS] = {0};
    for (uint32_t i = 0; i < picture->marks->count && lab_pieces_room(picture->out); i++) {
        const struct lab_report_mark *mark = &picture->marks->marks[i];
        struct label_place place = place_label(picture, mark, row_ends);
        draw_mark(picture, mark, &place);
    }
}

/* ---- Lines ---- */

static void put_class(struct text *text, const char *kind, uint32_t column)
{
    text_add(text, kind);
    text_add(text, " s");
    text_add_u64(text, column + 1);
}

static bool last_is_kept(const struct lab_report_chart *chart)
{
    return chart->count > 0 && chart->points[chart->count - 1].time_ns == chart->last.time_ns;
}

/* The points that are drawn: the kept ones and, whatever the step, the newest. */
uint32_t lab_report_points(const struct lab_report_chart *chart)
{
    return chart->seen == 0 ? 0 : chart->count + !last_is_kept(chart);
}

const struct lab_report_point *lab_report_point_at(const struct lab_report_chart *chart, uint32_t i)
{
    return i < chart->count ? &chart->points[i] : &chart->last;
}

/* A moment without a value interrupts the line. */
static void draw_path(const struct lab_report_picture *picture, uint32_t column)
{
    struct text *text = &picture->out->text;
    const struct lab_report_chart *chart = picture->chart;
    bool drawn = false, open = false;
    for (uint32_t i = 0; i < lab_report_points(chart); i++) {
        const struct lab_report_point *point = lab_report_point_at(chart, i);
        if (point->values[column] == NODE_CELL_NULL || point->time_ns > picture->end_ns) {
            open = false;
            continue;
        }
        if (!drawn) {
            text_add(text, "<path class=\"");
            put_class(text, "line", column);
            text_add(text, "\" d=\"");
        }
        text_add_char(text, open ? 'L' : 'M');
        put_tenths(text, x_of(picture, point->time_ns));
        text_add_char(text, ' ');
        put_tenths(text, y_of(picture, point->values[column]));
        drawn = open = true;
    }
    text_add(text, drawn ? "\"/>" : "");
    (void)lab_pieces_room(picture->out);
}

/* Where the last value of each column is; INT64_MAX where there is none. */
static void name_places(const struct lab_report_picture *picture,
                        int64_t places[SYSTEM_CHART_COLUMNS])
{
    const struct lab_report_chart *chart = picture->chart;
    for (uint32_t c = 0; c < chart->column_count; c++) {
        places[c] = INT64_MAX;
        for (uint32_t i = lab_report_points(chart); i-- > 0 && places[c] == INT64_MAX;) {
            int64_t value = lab_report_point_at(chart, i)->values[c];
            places[c] = value == NODE_CELL_NULL ? INT64_MAX : y_of(picture, value);
        }
    }
}

/* Names at the ends of their lines, apart from each other, the lowest first. */
static void draw_names(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    const struct lab_report_chart *chart = picture->chart;
    int64_t places[SYSTEM_CHART_COLUMNS];
    int64_t free_up_to = (picture->top + PLOT_HEIGHT + NAME_HEIGHT / 2) * 10;
    bool named[SYSTEM_CHART_COLUMNS] = {false};
    name_places(picture, places);
    for (uint32_t turn = 0; turn < chart->column_count; turn++) {
        uint32_t lowest = UINT32_MAX;
        for (uint32_t c = 0; c < chart->column_count; c++) {
            bool candidate = !named[c] && places[c] != INT64_MAX;
            if (candidate && (lowest == UINT32_MAX || places[c] > places[lowest])) {
                lowest = c;
            }
        }
        if (lowest == UINT32_MAX) {
            return;
        }
        named[lowest] = true;
        int64_t y = places[lowest] < free_up_to - NAME_HEIGHT * 10 ? places[lowest]
                                                                   : free_up_to - NAME_HEIGHT * 10;
        free_up_to = y;
        char class[16];
        struct text name = text_init(class, sizeof class);
        put_class(&name, "swatch", lowest);
        put_line(text, class, (LEFT + PLOT_WIDTH + 4) * 10, y, (LEFT + PLOT_WIDTH + 18) * 10, y);
        begin_text(text, "name", (LEFT + PLOT_WIDTH + 22) * 10, y + 40);
        html_add(text, lab_title_line(picture->rows->scenario->system, chart->chart->name,
                                      chart->chart->columns[lowest]));
        text_add(text, "</text>");
    }
}

/* ---- Bars ---- */

static bool node_has_bars(const struct lab_report_picture *picture, uint32_t node)
{
    int64_t mean;
    return lab_report_rows_mean(picture->chart, node, 0, picture->end_ns, &mean);
}

static uint32_t bar_groups(const struct lab_report_picture *picture)
{
    uint32_t count = 0;
    for (uint32_t n = 0; n < picture->rows->scenario->node_count; n++) {
        count += node_has_bars(picture, n);
    }
    return count;
}

/* Every how many groups a name has room under its bars. */
static uint32_t name_step(const struct lab_report_picture *picture, int64_t pitch)
{
    int64_t widest = 0;
    for (uint32_t n = 0; n < picture->rows->scenario->node_count; n++) {
        int64_t width =
            label_width(picture->rows->scenario->nodes[n].name) * TICK_OF_LABEL_PCT / 100;
        widest = node_has_bars(picture, n) && width > widest ? width : widest;
    }
    return (uint32_t)(widest / pitch) + 1;
}

static void draw_bar(const struct lab_report_picture *picture, uint32_t node, uint32_t column,
                     int64_t x, int64_t width, bool labelled)
{
    struct text *text = &picture->out->text;
    int64_t value = 0;
    char class[16];
    struct text name = text_init(class, sizeof class);
    if (!lab_report_rows_mean(picture->chart, node, column, picture->end_ns, &value)) {
        return;
    }
    int64_t y = y_of(picture, value), bottom = y_of(picture, 0);
    put_class(&name, "bar", column);
    put_rect(text, class, x, y, width, bottom - y);
    if (labelled) {
        begin_text(text, "value middle", x + width / 2, y - 30);
        lab_report_value(picture->chart, value, text);
        text_add(text, "</text>");
    }
}

static void draw_bars(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    const struct lab_report_chart *chart = picture->chart;
    uint32_t groups = bar_groups(picture), group = 0;
    if (groups == 0) {
        return;
    }
    int64_t pitch = (int64_t)PLOT_WIDTH * 10 / groups;
    int64_t width = pitch * 8 / 10 / chart->column_count;
    width = width > BAR_WIDTH_MAX * 10 ? BAR_WIDTH_MAX * 10 : width;
    uint32_t step = name_step(picture, pitch);
    for (uint32_t n = 0; n < picture->rows->scenario->node_count; n++) {
        if (!node_has_bars(picture, n) || !lab_pieces_room(picture->out)) {
            continue;
        }
        int64_t middle = LEFT * 10 + pitch * group + pitch / 2;
        int64_t left = middle - width * chart->column_count / 2;
        for (uint32_t c = 0; c < chart->column_count; c++) {
            draw_bar(picture, n, c, left + width * c, width - 10, groups <= BARS_LABELLED_MAX);
        }
        if (group % step == 0) {
            begin_text(text, "tick middle", middle, (picture->top + PLOT_HEIGHT + 17) * 10);
            html_add(text, picture->rows->scenario->nodes[n].name);
            text_add(text, "</text>");
        }
        group++;
    }
}

/* Bars have no ends of lines: their names stand at the side, from the top. */
static void draw_bar_names(const struct lab_report_picture *picture)
{
    struct text *text = &picture->out->text;
    const struct system_chart *chart = picture->chart->chart;
    for (uint32_t c = 0; c < picture->chart->column_count; c++) {
        char class[16];
        struct text name = text_init(class, sizeof class);
        int64_t y = (picture->top + 8 + (int)c * 18) * 10;
        put_class(&name, "bar", c);
        put_rect(text, class, (LEFT + PLOT_WIDTH + 4) * 10, y - 50, 100, 100);
        begin_text(text, "name", (LEFT + PLOT_WIDTH + 20) * 10, y + 40);
        html_add(text,
                 lab_title_line(picture->rows->scenario->system, chart->name, chart->columns[c]));
        text_add(text, "</text>");
    }
}

/* ---- The whole ---- */

static void draw_plot(const struct lab_report_picture *picture)
{
    if (picture->chart->chart->kind == SYSTEM_CHART_BARS) {
        draw_values(picture);
        draw_bars(picture);
        draw_bar_names(picture);
        return;
    }
    draw_faults(picture);
    draw_values(picture);
    draw_times(picture);
    draw_marks(picture);
    for (uint32_t c = 0; c < picture->chart->column_count; c++) {
        draw_path(picture, c);
    }
    draw_names(picture);
}

void lab_report_plot(struct lab_report_picture *picture)
{
    bool lines = picture->chart->chart->kind == SYSTEM_CHART_LINES;
    picture->end_ns = picture->end_ns < NS_PER_S ? NS_PER_S : picture->end_ns;
    picture->label_rows = lines ? label_rows(picture) : 0;
    picture->top = TOP + picture->label_rows * LABEL_HEIGHT;
    picture_scale(picture);
    struct text *text = &picture->out->text;
    const struct system *system = picture->rows->scenario->system;
    char box[64];
    (void)snprintf(box, sizeof box, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
                   picture->top + PLOT_HEIGHT + BOTTOM);
    text_add(text, "<div class=\"wide\">");
    text_add(text, box);
    html_add(text, lab_title(system, "charts", picture->chart->chart->name));
    text_add(text, "\">");
    draw_plot(picture);
    text_add(text, "</svg></div>\n");
    (void)lab_pieces_room(picture->out);
}
