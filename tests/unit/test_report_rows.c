/* test_report_rows.c - what a report keeps of a run's rows: against a stupid one that keeps all, at
 * the limits and beyond. */
#include "base/draw.h"
#include "lab/report_rows.h"
#include "toy_system.h"
#include "unit.h"

#include <stdlib.h>

/* The toy with two charts: over time, and a group of bars for each hearer. */
enum { BEATS, BARS };
static const struct system_column BAR_COLUMNS[] = {
    {"hearer", SYSTEM_CELL_NODE, 0, 0, "", "who"},
    {"load", SYSTEM_CELL_NUMBER, 4, 0, "", "how loaded"},
    {"busy", SYSTEM_CELL_NUMBER, 2, 0, "", "how busy"},
};
static struct system_table TABLES[2];
static const struct system_chart CHARTS[] = {
    {.name = "beats", .table = BEATS, .columns = {"number", "half"}, .unit = ""},
    {.name = "bars",
     .kind = SYSTEM_CHART_BARS,
     .table = BARS,
     .columns = {"load", "busy"},
     .unit = ""},
};
static struct system CHARTED;
const struct system *const SYSTEMS[] = {&CHARTED};
const uint32_t SYSTEM_COUNT = 1;

static struct lab_scenario *scenario;

static int setup(void **state)
{
    (void)state;
    struct lab_problem problem;
    CHARTED = TOY;
    TABLES[BEATS] = TOY.tables[0];
    TABLES[BARS] = (struct system_table){"bars", BAR_COLUMNS, 3};
    CHARTED.tables = TABLES;
    CHARTED.table_count = 2;
    CHARTED.charts = CHARTS;
    CHARTED.chart_count = 2;
    return lab_scenario_parse("toy", TOY_SCENARIO, &scenario, &problem);
}

static int teardown(void **state)
{
    (void)state;
    lab_scenario_free(&scenario);
    return 0;
}

static struct lab_cell number(int64_t value)
{
    return (struct lab_cell){.kind = value == NODE_CELL_NULL ? LAB_CELL_NULL : LAB_CELL_NUMBER,
                             .value = value};
}

/* A number of the i-th second, sometimes none. */
static int64_t value_of(uint64_t i)
{
    uint64_t drawn = draw_u64(1, DRAW_PURPOSE('t', 'e', 's', 't'), 0, i);
    return drawn % 10 == 0 ? NODE_CELL_NULL : (int64_t)(drawn % 100000);
}

static void put_beat(struct lab_report_rows *rows, uint64_t i)
{
    struct lab_row row = {.table = LAB_OWN_TABLES + BEATS, .time_ns = (int64_t)i * 1000000000};
    row.cells[0] = number(value_of(i));
    row.cells[1] = number((int64_t)i);
    lab_report_rows_put(rows, &row);
}

/* Kept are every step-th row and no other, whatever their number; the newest and the highest are
 * known in any case. "number" has no decimals and "half" has one: both are kept with one. */
static void check_points(uint64_t count)
{
    struct lab_report_rows *rows = lab_report_rows_new(scenario);
    int64_t highest = NODE_CELL_NULL;
    for (uint64_t i = 0; i < count; i++) {
        put_beat(rows, i);
        highest = value_of(i) > highest ? value_of(i) : highest;
    }
    const struct lab_report_chart *chart = &rows->charts[0];
    assert_in_range(chart->count, 1, LAB_REPORT_POINTS_MAX);
    assert_int_equal(chart->count, (count + chart->step - 1) / chart->step);
    assert_true(chart->step == 1 || chart->count >= LAB_REPORT_POINTS_MAX / 2);
    for (uint32_t i = 0; i < chart->count; i++) {
        int64_t value = value_of((uint64_t)i * chart->step);
        assert_int_equal(chart->points[i].time_ns, (int64_t)i * chart->step * 1000000000);
        assert_int_equal(chart->points[i].values[0],
                         value == NODE_CELL_NULL ? NODE_CELL_NULL : value * 10);
        assert_int_equal(chart->points[i].values[1], (int64_t)i * chart->step);
    }
    assert_int_equal(chart->last.time_ns, (int64_t)(count - 1) * 1000000000);
    assert_int_equal(chart->highest[0].values[0],
                     highest == NODE_CELL_NULL ? NODE_CELL_NULL : highest * 10);
    lab_report_rows_free(&rows);
    assert_null(rows);
}

static void test_points(void **state)
{
    (void)state;
    check_points(1);
    check_points(LAB_REPORT_POINTS_MAX);
    check_points(LAB_REPORT_POINTS_MAX + 1);
    check_points(LAB_REPORT_POINTS_MAX + 2);
    check_points(2 * LAB_REPORT_POINTS_MAX + 1);
    check_points(24 * 3600);
}

static void put_bar(struct lab_report_rows *rows, const char *node, uint64_t i)
{
    struct lab_row row = {.table = LAB_OWN_TABLES + BARS, .time_ns = (int64_t)i * 1000000000};
    row.cells[0] = (struct lab_cell){.kind = LAB_CELL_TEXT, .text = node};
    row.cells[1] = number(value_of(i));
    row.cells[2] = number(3);
    lab_report_rows_put(rows, &row);
}

/* The mean of the last minute, of those seconds that have a value; of a node that was not there,
 * nothing. */
static void test_means(void **state)
{
    (void)state;
    const uint64_t end = 500;
    struct lab_report_rows *rows = lab_report_rows_new(scenario);
    int64_t sum = 0, count = 0, mean;
    for (uint64_t i = 0; i <= end; i++) {
        put_bar(rows, "A", i);
        if (i + LAB_REPORT_MEAN_S > end && value_of(i) != NODE_CELL_NULL) {
            sum += value_of(i);
            count++;
        }
    }
    put_bar(rows, "nobody", end);
    const struct lab_report_chart *chart = &rows->charts[1];
    assert_true(lab_report_rows_mean(chart, 0, 0, (int64_t)end * 1000000000, &mean));
    assert_int_equal(mean, (sum + count / 2) / count);
    assert_true(lab_report_rows_mean(chart, 0, 1, (int64_t)end * 1000000000, &mean));
    assert_int_equal(mean, 300); /* 0.03, with the four decimals of its neighbour */
    assert_false(lab_report_rows_mean(chart, 1, 0, (int64_t)end * 1000000000, &mean));
    assert_false(lab_report_rows_mean(chart, 0, 0, INT64_C(700000000000), &mean));
    lab_report_rows_free(&rows);
}

static void put_event(struct lab_report_rows *rows, const char *kind, uint64_t i, const char *words)
{
    struct lab_row row = {.table = LAB_TABLE_EVENTS, .time_ns = (int64_t)i * 1000000};
    row.cells[0] = number((int64_t)i);
    row.cells[2] = (struct lab_cell){.kind = LAB_CELL_TEXT, .text = kind};
    row.cells[6] = (struct lab_cell){.kind = LAB_CELL_TEXT, .text = words};
    lab_report_rows_put(rows, &row);
}

/* Interesting ones up to the limit, then only their number; not what every run begins with. */
static void test_events(void **state)
{
    (void)state;
    char long_words[1000];
    struct lab_report_rows *rows = lab_report_rows_new(scenario);
    memset(long_words, 'x', sizeof long_words);
    long_words[sizeof long_words - 1] = '\0';
    put_event(rows, "node_started", 0, "A starts");
    for (uint64_t i = 1; i <= LAB_REPORT_EVENTS_MAX + 7; i++) {
        put_event(rows, "heard", i, "no place to jump to");
        put_event(rows, "nothing of the kind", i, "unknown");
        put_event(rows, "bumped", i, i == 1 ? long_words : "bumped");
    }
    assert_int_equal(rows->event_count, LAB_REPORT_EVENTS_MAX);
    assert_int_equal(rows->events_more, 7);
    assert_int_equal(strlen(rows->events[0].text), LAB_REPORT_EVENT_BYTES - 1);
    assert_int_equal(rows->events[1].event, 2);
    assert_string_equal(rows->events[1].text, "bumped");
    lab_report_rows_free(&rows);
}

static void test_wanted(void **state)
{
    (void)state;
    struct lab_report_rows *rows = lab_report_rows_new(scenario);
    assert_true(lab_report_rows_want(rows, LAB_TABLE_EVENTS));
    assert_false(lab_report_rows_want(rows, LAB_TABLE_VERDICTS));
    assert_true(lab_report_rows_want(rows, LAB_OWN_TABLES + BARS));
    assert_false(lab_report_rows_want(rows, LAB_OWN_TABLES + BARS + 1));
    const uint64_t minute = (uint64_t)LAB_REPORT_MEAN_S * scenario->node_count;
    assert_int_equal(lab_report_rows_skip(rows, LAB_OWN_TABLES + BARS, minute + 5), 5);
    assert_int_equal(lab_report_rows_skip(rows, LAB_OWN_TABLES + BARS, minute), 0);
    assert_int_equal(lab_report_rows_skip(rows, LAB_OWN_TABLES + BEATS, minute + 5), 0);
    assert_int_equal(lab_report_rows_skip(rows, LAB_TABLE_EVENTS, minute + 5), 0);
    lab_report_rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_wanted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
