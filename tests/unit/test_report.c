/* test_report.c - the report about a run of the kitchens: every input has its words, nothing of a
 * run is taken for markup, lists end at their limits, and the same run gives the same bytes. */
#include "base/html_writer.h"
#include "lab/report.h"
#include "lab/report_marks.h"
#include "lab/report_plot.h"
#include "lab/report_tables.h"
#include "lab/titles.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { REPORT_BYTES_MAX = 1024 * 1024, SECONDS = 20 };

static struct lab_scenario *scenario_with(const char *extra)
{
    struct lab_scenario *scenario = NULL;
    struct lab_problem problem = {0};
    char json[4096];
    (void)snprintf(json, sizeof json,
                   "{\"system\":\"kitchens\",\"title\":\"A </title><script>alert(1)</script> run\","
                   "\"about\":\"1 < 2 & \\\"3\\\" > '2'\\u0001\",\"seed\":7,\"until_s\":20,"
                   "\"settings\":{\"orders_per_min\":300}%s}",
                   extra);
    if (lab_scenario_parse("own", json, &scenario, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return scenario;
}

/* ---- Words ---- */

static void say(const struct lab_scenario *scenario, const char *json)
{
    struct sim_input input;
    struct lab_problem problem = {0};
    char words[LAB_REPORT_WORDS_BYTES], mark[LAB_REPORT_WORDS_BYTES];
    struct text text = text_init(words, sizeof words);
    struct text short_text = text_init(mark, sizeof mark);
    cJSON *body = cJSON_Parse(json);
    if (lab_input_parse(scenario, body, &input, NULL, &problem) != 0) {
        fail_msg("%s: %s", json, problem.detail);
    }
    cJSON_Delete(body);
    lab_input_words(scenario, &input, &text);
    lab_input_mark(scenario, &input, &short_text);
    if (strpbrk(words, "{}") != NULL || strchr(words, '.') != NULL || text.length < 8) {
        fail_msg("%s is said as \"%s\"", json, words);
    }
    assert_null(strpbrk(mark, "{}"));
    assert_in_range(short_text.length, 3, LAB_REPORT_LABEL_BYTES - 1);
}

/* A name that is its own sentence has a dot in it: so every input must have one of its own. */
static void test_every_input_has_words(void **state)
{
    (void)state;
    struct lab_scenario *scenario = scenario_with("");
    char json[256];
    for (uint32_t i = 0; i < SIM_INPUT_KIND_COUNT; i++) {
        const struct sim_input_kind *kind = &SIM_INPUT_KINDS[i];
        if (kind->type == SIM_INPUT_SETTING) {
            continue;
        }
        (void)snprintf(json, sizeof json, "{\"type\":\"%s\"%s%s%s}", kind->name,
                       kind->needs_node ? ",\"node\":\"B\"" : "",
                       kind->needs_peer ? ",\"peer\":\"C\"" : "",
                       kind->type == SIM_INPUT_NET_PARTITION ? ",\"nodes\":[\"A\",\"B\"]" : "");
        say(scenario, json);
    }
    say(scenario, "{\"type\":\"link.set\"}"); /* of no node: of all */
    say(scenario, "{\"type\":\"setting.set\",\"key\":\"policy\",\"value\":\"round-robin\"}");
    say(scenario, "{\"type\":\"setting.set\",\"key\":\"migration\",\"value\":true}");
    for (uint32_t i = 0; i < scenario->system->input_count; i++) {
        const struct system_input *input = &scenario->system->inputs[i];
        const char *dish = scenario->system->plan_name(scenario->data, input->args[0].list, 0);
        (void)snprintf(json, sizeof json, "{\"type\":\"%s\"%s", input->name,
                       input->target == NULL ? ",\"node\":\"B\"" : "");
        if (strcmp(input->name, "order.place") == 0) {
            (void)snprintf(json + strlen(json), sizeof json - strlen(json), ",\"dish\":\"%s\"",
                           dish);
        }
        (void)snprintf(json + strlen(json), sizeof json - strlen(json), "}");
        say(scenario, json);
    }
    lab_scenario_free(&scenario);
}

static void test_every_chart_has_words(void **state)
{
    (void)state;
    for (uint32_t s = 0; s < SYSTEM_COUNT; s++) {
        assert_true(SYSTEMS[s]->chart_count <= LAB_REPORT_CHARTS_MAX);
        for (uint32_t i = 0; i < SYSTEMS[s]->chart_count; i++) {
            const struct system_chart *chart = &SYSTEMS[s]->charts[i];
            assert_ptr_not_equal(lab_title(SYSTEMS[s], "charts", chart->name), chart->name);
            assert_non_null(lab_title_field(SYSTEMS[s], "charts", chart->name, "text"));
            for (int c = 0; c < SYSTEM_CHART_COLUMNS && chart->columns[c] != NULL; c++) {
                assert_ptr_not_equal(lab_title_line(SYSTEMS[s], chart->name, chart->columns[c]),
                                     chart->columns[c]);
            }
        }
    }
}

static void time_is(int64_t time_ns, unsigned decimals, const char *expected)
{
    char buffer[32];
    struct text text = text_init(buffer, sizeof buffer);
    lab_report_time(time_ns, decimals, &text);
    assert_string_equal(buffer, expected);
}

static void test_times(void **state)
{
    (void)state;
    time_is(0, 0, "0:00");
    time_is(65999999999, 0, "1:05");
    time_is(65250000000, 3, "1:05.250");
    time_is(INT64_C(3599999999999), 3, "59:59.999");
    time_is(INT64_C(3600000000000), 0, "1:00:00");
    time_is(INT64_C(86399000000000), 1, "23:59:59.0");
}

/* ---- Marks ---- */

static void add(struct lab_inputs *inputs, const struct lab_scenario *scenario, int64_t ms,
                const char *json)
{
    struct sim_input input;
    struct lab_problem problem = {0};
    cJSON *body = cJSON_Parse(json);
    assert_int_equal(lab_input_parse(scenario, body, &input, NULL, &problem), 0);
    cJSON_Delete(body);
    input.time_ns = ms * 1000000;
    (void)lab_inputs_insert(inputs, &input, inputs->count + 1, "presenter");
}

/* What begins a fault labels its stretch, what ends it ends that; orders and the steps of heal.all
 * are no marks; a fault that goes on reaches to the end. */
static void test_marks(void **state)
{
    (void)state;
    struct lab_scenario *scenario = scenario_with("");
    struct lab_inputs inputs = {0};
    struct lab_report_marks *marks = malloc(sizeof *marks);
    assert_non_null(marks);
    add(&inputs, scenario, 1000, "{\"type\":\"node.crash\",\"node\":\"B\"}");
    add(&inputs, scenario, 2000, "{\"type\":\"load.rush\"}");
    add(&inputs, scenario, 3000, "{\"type\":\"kitchen.slow\",\"node\":\"C\",\"factor_pct\":50}");
    add(&inputs, scenario, 4000, "{\"type\":\"node.restart\",\"node\":\"B\"}");
    add(&inputs, scenario, 5000, "{\"type\":\"kitchen.slow\",\"node\":\"A\",\"factor_pct\":100}");
    add(&inputs, scenario, 6000, "{\"type\":\"node.pause\",\"node\":\"D\"}");
    add(&inputs, scenario, 99000, "{\"type\":\"heal.all\"}");
    lab_report_marks_make(marks, scenario, &inputs, INT64_C(10000000000));
    assert_int_equal(marks->count, 4);
    assert_string_equal(marks->marks[0].label, "B crashed");
    assert_false(marks->marks[0].line);
    assert_string_equal(marks->marks[1].label, "rush 300 %");
    assert_true(marks->marks[1].line);
    assert_int_equal(marks->marks[3].number, 6);
    assert_int_equal(marks->fault_count, 3);
    assert_int_equal(marks->faults[0].to_ns, INT64_C(4000000000));
    assert_int_equal(marks->faults[1].to_ns, INT64_C(10000000000));
    assert_int_equal(marks->faults[2].from_ns, INT64_C(6000000000));
    lab_report_marks_make(marks, scenario, &inputs, INT64_C(100000000000));
    assert_int_equal(marks->faults[2].to_ns, INT64_C(99000000000));
    assert_string_equal(marks->marks[4].label, "healed");
    free(marks);
    lab_inputs_free(&inputs);
    lab_scenario_free(&scenario);
}

static void test_more_marks_than_fit(void **state)
{
    (void)state;
    struct lab_scenario *scenario = scenario_with("");
    struct lab_inputs inputs = {0};
    struct lab_report_marks *marks = malloc(sizeof *marks);
    assert_non_null(marks);
    for (int i = 0; i < LAB_REPORT_MARKS_MAX + 5; i++) {
        add(&inputs, scenario, 10 * i + 1, "{\"type\":\"load.rush\"}");
    }
    for (int i = 0; i < LAB_REPORT_FAULTS_MAX + 3; i++) {
        add(&inputs, scenario, 1000 + 10 * i, "{\"type\":\"node.crash\",\"node\":\"B\"}");
        add(&inputs, scenario, 1005 + 10 * i, "{\"type\":\"node.restart\",\"node\":\"B\"}");
    }
    lab_report_marks_make(marks, scenario, &inputs, INT64_C(10000000000));
    assert_int_equal(marks->count, LAB_REPORT_MARKS_MAX + LAB_REPORT_FAULTS_MAX);
    assert_int_equal(marks->fault_count, LAB_REPORT_FAULTS_MAX);
    assert_int_equal(marks->more, 5 + 3);
    assert_int_equal(marks->faults[LAB_REPORT_FAULTS_MAX - 1].to_ns -
                         marks->faults[LAB_REPORT_FAULTS_MAX - 1].from_ns,
                     5000000);
    free(marks);
    lab_inputs_free(&inputs);
    lab_scenario_free(&scenario);
}

/* ---- The whole ---- */

struct page {
    char *bytes;
    size_t length;
};

static int keep(void *context, const void *bytes, size_t length)
{
    struct page *page = context;
    assert_true(page->length + length < REPORT_BYTES_MAX);
    memcpy(page->bytes + page->length, bytes, length);
    page->length += length;
    page->bytes[page->length] = '\0';
    return 0;
}

static void put_row(void *context, const struct lab_row *row)
{
    lab_report_rows_put(context, row);
}

/* Runs a scenario and writes the report about it; the page's bytes are the caller's. */
static struct page report_of(const char *extra)
{
    struct lab_scenario *scenario = scenario_with(extra);
    struct lab_report_rows *rows = lab_report_rows_new(scenario);
    struct page page = {.bytes = malloc(REPORT_BYTES_MAX)};
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    struct lab_report *report = malloc(sizeof *report);
    struct lab_judgement *judgement = malloc(sizeof *judgement);
    struct lab_course course;
    struct lab_problem problem = {0};
    struct lab_fork fork;
    assert_true(page.bytes != NULL && pieces != NULL && report != NULL && judgement != NULL);
    assert_int_equal(lab_course_open(&course, scenario, 7, scenario->settings, true, &problem), 0);
    course.context = rows;
    course.put = put_row;
    (void)lab_course_run(&course, (int64_t)SECONDS * 1000000000, UINT64_MAX);
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, judgement);
    lab_fork_close(&fork);
    lab_report_look(report, &course, "<b>", 0);
    lab_pieces_begin(pieces, keep, &page);
    lab_report_write(report, rows, &course.inputs, judgement, pieces);
    assert_true(lab_pieces_end(pieces));
    lab_report_forget(report);
    lab_course_close(&course);
    lab_report_rows_free(&rows);
    lab_scenario_free(&scenario);
    free(pieces);
    free(report);
    free(judgement);
    return page;
}

static void test_nothing_is_taken_for_markup(void **state)
{
    (void)state;
    struct page page = report_of("");
    assert_null(strstr(page.bytes, "<script"));
    assert_null(strstr(page.bytes, "<dd><b>"));
    assert_non_null(strstr(page.bytes, "&lt;script&gt;alert(1)"));
    assert_non_null(strstr(page.bytes, "1 &lt; 2 &amp; &quot;3&quot; &gt; &#39;2&#39; "));
    assert_int_equal(strlen(page.bytes), page.length);
    free(page.bytes);
}

/* A title as long as a scenario file may have it, of letters that take three bytes or six. */
static void test_long_words_end(void **state)
{
    (void)state;
    static char extra[50000];
    struct text text = text_init(extra, sizeof extra);
    struct lab_scenario *scenario = scenario_with("");
    struct lab_report *report = calloc(1, sizeof *report);
    struct lab_report_rows *rows = lab_report_rows_new(scenario);
    struct lab_inputs inputs = {0};
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    struct page page = {.bytes = malloc(REPORT_BYTES_MAX)};
    assert_true(report != NULL && pieces != NULL && page.bytes != NULL);
    for (int i = 0; i < 4000; i++) {
        text_add(&text, "\xe2\x82\xac\"\"\"");
    }
    assert_false(text.cut);
    report->scenario = scenario;
    scenario->title = extra;
    scenario->about = extra;
    lab_pieces_begin(pieces, keep, &page);
    lab_report_write(report, rows, &inputs, NULL, pieces);
    assert_true(lab_pieces_end(pieces));
    assert_non_null(strstr(page.bytes, "</header>"));
    assert_non_null(strstr(page.bytes, "more inputs than a link can hold"));
    assert_non_null(strstr(page.bytes, "</html>"));
    assert_in_range(page.length, 10000, 100000);
    free(page.bytes);
    free(pieces);
    free(report);
    lab_report_rows_free(&rows);
    lab_scenario_free(&scenario);
}

static void test_the_same_run_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char CRASH[] =
        ",\"inputs\":[{\"at_ms\":3000,\"type\":\"node.crash\",\"node\":\"B\"}]";
    struct page first = report_of(CRASH), second = report_of(CRASH);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    assert_non_null(strstr(first.bytes, "class=\"fault\""));
    assert_non_null(strstr(first.bytes, "chef1."));
    free(first.bytes);
    free(second.bytes);
}

/* Every list at its limit: what is left out is counted, and the page stays small. */
static void test_long_lists_end(void **state)
{
    (void)state;
    static char extra[4096];
    struct text text = text_init(extra, sizeof extra);
    char more[64];
    text_add(&text, ",\"inputs\":[");
    for (int i = 0; i < 40; i++) {
        text_add(&text, i == 0 ? "" : ",");
        text_add(&text, "{\"at_ms\":30000,\"type\":\"net.heal\"}");
    }
    text_add(&text, "]");
    assert_false(text.cut);
    struct page page = report_of(extra);
    (void)snprintf(more, sizeof more, "40 inputs are due later");
    assert_non_null(strstr(page.bytes, more));
    assert_in_range(page.length, 20000, 400000);
    free(page.bytes);
}

static void test_inputs_end(void **state)
{
    (void)state;
    struct lab_scenario *scenario = scenario_with("");
    struct lab_inputs inputs = {0};
    struct lab_report *report = calloc(1, sizeof *report);
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    struct page page = {.bytes = malloc(REPORT_BYTES_MAX)};
    assert_true(report != NULL && pieces != NULL && page.bytes != NULL);
    report->scenario = scenario;
    report->time_ns = INT64_C(1000000000);
    for (int i = 0; i < LAB_REPORT_INPUTS_MAX + 3; i++) {
        add(&inputs, scenario, i, "{\"type\":\"net.heal\"}");
    }
    lab_pieces_begin(pieces, keep, &page);
    lab_report_inputs(report, &inputs, pieces);
    assert_true(lab_pieces_end(pieces));
    assert_non_null(strstr(page.bytes, "And 3 more, see inputs.csv."));
    free(page.bytes);
    free(pieces);
    free(report);
    lab_inputs_free(&inputs);
    lab_scenario_free(&scenario);
}

/* What never came to rest is not said to have done so, and what then is not decided says why. */
static void test_a_copy_without_rest(void **state)
{
    (void)state;
    struct lab_scenario *scenario = scenario_with("");
    struct lab_report *report = calloc(1, sizeof *report);
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    struct page page = {.bytes = malloc(REPORT_BYTES_MAX)};
    struct lab_judgement *judgement = calloc(1, sizeof *judgement);
    assert_true(report != NULL && pieces != NULL && page.bytes != NULL && judgement != NULL);
    report->scenario = scenario;
    judgement->count = scenario->system->check_count;
    judgement->final = true;
    judgement->restless_node = 0;
    lab_pieces_begin(pieces, keep, &page);
    lab_report_verdicts(report, judgement, pieces);
    assert_true(lab_pieces_end(pieces));
    assert_non_null(strstr(page.bytes, "it never came to rest"));
    assert_non_null(strstr(page.bytes, "never came to rest after healing; dispatcher: "));
    assert_non_null(strstr(page.bytes, "nothing can be said"));
    assert_null(strstr(page.bytes, "class=\"kept\""));
    page.length = 0;
    lab_pieces_begin(pieces, keep, &page);
    lab_report_verdicts(report, NULL, pieces);
    assert_true(lab_pieces_end(pieces));
    assert_non_null(strstr(page.bytes, "nothing can be proved"));
    free(page.bytes);
    free(pieces);
    free(report);
    free(judgement);
    lab_scenario_free(&scenario);
}

static void test_policy(void **state)
{
    (void)state;
    assert_int_equal(strncmp(lab_report_policy(), "default-src 'none'; style-src 'sha256-", 38), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_input_has_words),
        cmocka_unit_test(test_every_chart_has_words),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_more_marks_than_fit),
        cmocka_unit_test(test_nothing_is_taken_for_markup),
        cmocka_unit_test(test_long_words_end),
        cmocka_unit_test(test_the_same_run_gives_the_same_bytes),
        cmocka_unit_test(test_long_lists_end),
        cmocka_unit_test(test_inputs_end),
        cmocka_unit_test(test_a_copy_without_rest),
        cmocka_unit_test(test_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
