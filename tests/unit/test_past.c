/* test_past.c - the past of a run: any moment of it is bit for bit what it was, everything that
 * happened is found and counted, causes lead back, and nothing of this moves the run. */
#include "data_folder.h"
#include "effort.h"
#include "lab/lab.h"
#include "lab/replay.h"
#include "unit.h"

#include "base/draw.h"
#include "lab/scenario.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOMENTS = 1000, VIRTUAL_S = 1200, WORLDS_MIN = 10 };
static const int64_t NS_PER_MS = 1000000;
static const int64_t NS_PER_US = 1000;
static const uint32_t DRAW_MOMENT = DRAW_PURPOSE('m', 'o', 'm', 't');

struct fixture {
    char folder[DATA_FOLDER_BYTES];
    struct lab *lab;
    char run[LAB_RUN_ID_BYTES];
};

static cJSON *ask_pace(struct fixture *fixture, const char *body)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *json = cJSON_Parse(body);
    cJSON *out = NULL;
    if (lab_run_pace(fixture->lab, fixture->run, json, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    cJSON_Delete(json);
    return out;
}

static void input(struct fixture *fixture, const char *body)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *json = cJSON_Parse(body);
    cJSON *out = NULL;
    if (lab_run_input(fixture->lab, fixture->run, "presenter", json, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    cJSON_Delete(json);
    cJSON_Delete(out);
}

static cJSON *get_run(struct fixture *fixture)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    assert_int_equal(lab_run_get(fixture->lab, fixture->run, &out, &problem), 0);
    return out;
}

static double number(struct fixture *fixture, const char *field)
{
    cJSON *run = get_run(fixture);
    double value = cJSON_GetObjectItem(run, field)->valuedouble;
    cJSON_Delete(run);
    return value;
}

/* Goes on to a moment and waits there. */
static void advance_to(struct fixture *fixture, int64_t ms)
{
    char body[80];
    snprintf(body, sizeof body, "{\"advance_ms\":%.3f}", (double)ms - number(fixture, "t_ms"));
    cJSON_Delete(ask_pace(fixture, body));
    for (int i = 0; i < 3000 && number(fixture, "t_ms") < (double)ms; i++) {
        usleep(10000);
    }
    assert_true(number(fixture, "t_ms") == (double)ms);
}

/* Twenty virtual minutes with faults, a setting and orders by hand in them. */
static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct lab_problem problem = {.allowed = NULL};
    assert_non_null(fixture);
    data_folder_make(fixture->folder);
    fixture->lab = lab_open(
        &(struct lab_options){.data_directory = fixture->folder, .workers = 2, .runs_max = 4},
        &problem);
    assert_non_null(fixture->lab);
    cJSON *body = cJSON_Parse("{\"scenario\":\"kitchens/kitchen-fire\",\"seed\":3}");
    cJSON *out = NULL;
    assert_int_equal(lab_run_create(fixture->lab, body, NULL, &out, &problem), 0);
    strcpy(fixture->run, cJSON_GetObjectItem(out, "run")->valuestring);
    cJSON_Delete(body);
    cJSON_Delete(out);
    cJSON_Delete(ask_pace(fixture, "{\"paused\":true}"));
    advance_to(fixture, 100000);
    input(fixture, "{\"type\":\"node.crash\",\"node\":\"C\"}");
    input(fixture, "{\"type\":\"setting.set\",\"key\":\"policy\",\"value\":\"round-robin\"}");
    advance_to(fixture, 400000);
    input(fixture, "{\"type\":\"heal.all\"}");
    input(fixture, "{\"type\":\"link.cut\",\"node\":\"dispatcher\",\"peer\":\"B\"}");
    advance_to(fixture, VIRTUAL_S * 1000);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    lab_close(&fixture->lab);
    data_folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

/* ---- Any moment ---- */

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static uint64_t digest_at(struct fixture *fixture, int64_t time_ns)
{
    struct lab_replay *replay = NULL;
    struct lab_problem problem = {.allowed = NULL};
    assert_int_equal(
        lab_replay_open(fixture->lab, fixture->run, LAB_REPLAY_AT, time_ns, 0, &replay, &problem),
        0);
    uint64_t digest = sim_digest(&replay->course.sim);
    assert_int_equal(lab_course_now_ns(&replay->course), time_ns);
    lab_replay_close(&replay);
    return digest;
}

/* One run that nobody interrupted has the digests; seeking jumps about in it. */
static void test_digest_at_random_times(void **state)
{
    struct fixture *fixture = *state;
    int moments = (int)effort_rounds(MOMENTS);
    int64_t *times = malloc(MOMENTS * sizeof *times);
    uint64_t *digests = malloc(MOMENTS * sizeof *digests);
    struct lab_replay *whole = NULL;
    struct lab_problem problem = {.allowed = NULL};
    assert_true(times != NULL && digests != NULL);
    for (int i = 0; i < moments; i++) {
        times[i] =
            (int64_t)(draw_u64(1, DRAW_MOMENT, 0, (uint64_t)i) % (VIRTUAL_S * UINT64_C(1000000))) *
            NS_PER_US;
    }
    qsort(times, (size_t)moments, sizeof *times, compare_times);
    assert_int_equal(
        lab_replay_open(fixture->lab, fixture->run, LAB_REPLAY_BEFORE, 0, 0, &whole, &problem), 0);
    for (int i = 0; i < moments; i++) {
        assert_true(lab_replay_run(whole, times[i]));
        digests[i] = sim_digest(&whole->course.sim);
    }
    lab_replay_close(&whole);
    for (int i = 0; i < moments; i++) {
        int at = (i * 617 + 11) % moments;
        assert_int_equal(digest_at(fixture, times[at]), digests[at]);
    }
    cJSON *run = get_run(fixture);
    cJSON *history = cJSON_GetObjectItem(run, "history");
    assert_true(cJSON_GetObjectItem(history, "worlds")->valueint >= WORLDS_MIN);
    cJSON_Delete(run);
    free(times);
    free(digests);
}

/* ---- Frames ---- */

static char *frames_text(struct fixture *fixture, int64_t from_ms, int64_t to_ms, int64_t step_ms)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    struct lab_past_query query = {.from_ns = from_ms * NS_PER_MS,
                                   .to_ns = to_ms * NS_PER_MS,
                                   .step_ns = step_ms * NS_PER_MS,
                                   .messages = true};
    if (lab_run_frames(fixture->lab, fixture->run, &query, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    char *text = cJSON_PrintUnformatted(out);
    cJSON_Delete(out);
    return text;
}

static void test_frames(void **state)
{
    struct fixture *fixture = *state;
    cJSON *before = get_run(fixture);
    char *first = frames_text(fixture, 95000, 105000, 100);
    char *other = frames_text(fixture, 1000000, 1000000, 100);
    char *second = frames_text(fixture, 95000, 105000, 100);
    assert_string_equal(first, second);
    cJSON *document = cJSON_Parse(first);
    cJSON *frames = cJSON_GetObjectItem(document, "frames");
    assert_int_equal(cJSON_GetArraySize(frames), 101);
    for (int i = 0; i < 101; i++) {
        cJSON *frame = cJSON_GetArrayItem(frames, i);
        cJSON *head = cJSON_GetObjectItem(frame, "h");
        assert_int_equal(cJSON_GetArrayItem(head, 4)->valueint, i + 1);
        assert_int_equal(cJSON_GetArrayItem(head, 5)->valueint, i);
        assert_int_equal((int64_t)cJSON_GetObjectItem(frame, "t")->valuedouble,
                         95000000 + i * 100000);
        assert_null(cJSON_GetObjectItem(frame, "pace"));
    }
    assert_non_null(cJSON_GetObjectItem(cJSON_GetArrayItem(frames, 0), "verdicts"));
    cJSON_Delete(document);
    document = cJSON_Parse(other);
    frames = cJSON_GetObjectItem(document, "frames");
    assert_int_equal(cJSON_GetArraySize(frames), 1);
    cJSON_Delete(document);
    cJSON *after = get_run(fixture);
    assert_true(cJSON_Compare(cJSON_GetObjectItem(before, "digest"),
                              cJSON_GetObjectItem(after, "digest"), true));
    assert_true(cJSON_Compare(cJSON_GetObjectItem(before, "t_ms"),
                              cJSON_GetObjectItem(after, "t_ms"), true));
    cJSON_Delete(before);
    cJSON_Delete(after);
    free(first);
    free(second);
    free(other);
}

/* Beyond the live edge is the edge; what is asked for badly is refused. */
static void test_frames_limits(void **state)
{
    struct fixture *fixture = *state;
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    struct lab_past_query query = {.from_ns = VIRTUAL_S * 1000 * NS_PER_MS,
                                   .to_ns = (VIRTUAL_S + 100) * 1000 * NS_PER_MS,
                                   .step_ns = 1000 * NS_PER_MS};
    assert_int_equal(lab_run_frames(fixture->lab, fixture->run, &query, &out, &problem), 0);
    assert_int_equal(cJSON_GetObjectItem(out, "edge_ms")->valueint, VIRTUAL_S * 1000);
    cJSON_Delete(out);
    char *text = frames_text(fixture, 0, (LAB_PAST_FRAMES_MAX - 1) * 1000, 1000);
    out = cJSON_Parse(text);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(out, "frames")), LAB_PAST_FRAMES_MAX);
    cJSON_Delete(out);
    free(text);
    query.from_ns = 0;
    query.to_ns = LAB_PAST_FRAMES_MAX * query.step_ns;
    assert_int_equal(lab_run_frames(fixture->lab, fixture->run, &query, &out, &problem), -422);
    query.to_ns = query.from_ns + LAB_PAST_SPAN_NS_MAX + 1000;
    query.step_ns = 3600 * 1000 * NS_PER_MS;
    assert_int_equal(lab_run_frames(fixture->lab, fixture->run, &query, &out, &problem), -422);
    assert_int_equal(lab_run_frames(fixture->lab, "rnone", &query, &out, &problem), -422);
    query.to_ns = 0;
    assert_int_equal(lab_run_frames(fixture->lab, "rnone", &query, &out, &problem), -404);
}

/* ---- Finding ---- */

static bool find(struct fixture *fixture, double from_ms, bool previous, bool interesting,
                 const char *until, double *t_ms, char kind[64])
{
    struct lab_problem problem = {.allowed = NULL};
    struct lab_find_request request = {.from_ns = (int64_t)(from_ms * 1000 + 0.5) * NS_PER_US,
                                       .previous = previous,
                                       .interesting = interesting,
                                       .until = until};
    cJSON *out = NULL;
    if (lab_run_find(fixture->lab, fixture->run, &request, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    bool found = cJSON_IsTrue(cJSON_GetObjectItem(out, "found"));
    const cJSON *event = cJSON_GetObjectItem(out, "event");
    *t_ms = cJSON_GetObjectItem(out, "t_ms")->valuedouble;
    if (kind != NULL) {
        snprintf(kind, 64, "%s",
                 event == NULL ? "" : cJSON_GetObjectItem(event, "kind")->valuestring);
    }
    cJSON_Delete(out);
    return found;
}

/* Steps of single events lead there and back by the same moments. */
static void test_events_there_and_back(void **state)
{
    struct fixture *fixture = *state;
    enum { STEPS = 40 };
    double there[STEPS + 1] = {100000};
    for (int i = 0; i < STEPS; i++) {
        assert_true(find(fixture, there[i], false, false, NULL, &there[i + 1], NULL));
        assert_true(there[i + 1] > there[i]);
    }
    double at = there[STEPS];
    for (int i = STEPS - 1; i > 0; i--) {
        assert_true(find(fixture, at, true, false, NULL, &at, NULL));
        assert_true(at == there[i]);
    }
}

static void test_interesting_and_conditions(void **state)
{
    struct fixture *fixture = *state;
    double at;
    char kind[64];
    assert_true(find(fixture, 99999, false, true, NULL, &at, kind));
    assert_string_equal(kind, "node_crashed");
    assert_true(at == 100000);
    assert_true(find(fixture, 400000.001, true, true, NULL, &at, kind));
    assert_true(at == 400000);
    assert_true(find(fixture, 400000, true, true, NULL, &at, kind));
    assert_true(at < 400000);
    assert_true(find(fixture, 0, false, false, "kitchen_suspected and peer == C", &at, kind));
    assert_true(at > 101000 && at < 103000);
    assert_string_equal(kind, "kitchen_suspected");
    assert_true(find(fixture, 0, false, false, "t_ms >= 5000", &at, kind));
    assert_string_equal(kind, "");
    assert_false(find(fixture, 0, false, false, "t_ms > 86000000", &at, kind));
    assert_true(at == VIRTUAL_S * 1000);
    assert_false(find(fixture, 0, true, true, NULL, &at, kind));
    struct lab_problem problem = {.allowed = NULL};
    struct lab_find_request bad = {.until = "no such thing"};
    cJSON *out = NULL;
    assert_int_equal(lab_run_find(fixture->lab, fixture->run, &bad, &out, &problem), -422);
    lab_problem_clear(&problem);
}

/* ---- Everything that happened ---- */

static cJSON *trace(struct fixture *fixture, int64_t from_ms, int64_t to_ms, uint32_t max)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    if (lab_run_trace(fixture->lab, fixture->run, from_ms * NS_PER_MS, to_ms * NS_PER_MS, max, &out,
                      &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    char *text = cJSON_PrintUnformatted(out);
    cJSON *parsed = cJSON_Parse(text);
    assert_non_null(parsed);
    cJSON_free(text);
    cJSON_Delete(out);
    return parsed;
}

static double sum(const cJSON *trace, const char *list, int column)
{
    double total = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(trace, list))
    {
        total += cJSON_GetArrayItem(row, column)->valuedouble;
    }
    return total;
}

/* However the run is cut into stretches, each event is in exactly one of them. */
static void test_trace_leaves_nothing_out(void **state)
{
    struct fixture *fixture = *state;
    double steps = number(fixture, "steps");
    cJSON *whole = trace(fixture, 0, VIRTUAL_S * 1000, LAB_TRACE_EVENTS_MIN);
    assert_string_equal(cJSON_GetObjectItem(whole, "kind")->valuestring, "counts");
    assert_true(cJSON_GetObjectItem(whole, "total")->valuedouble == steps);
    assert_true(sum(whole, "nodes", 2) == steps);
    assert_true(sum(whole, "cells", 4) == cJSON_GetObjectItem(whole, "total_lost")->valuedouble);
    assert_true(cJSON_GetObjectItem(whole, "total_lost")->valuedouble > 0);
    double parts = 0;
    double last = 0;
    for (int64_t ms = 0; ms < VIRTUAL_S * 1000; ms += 40000) {
        cJSON *part = trace(fixture, ms, ms + 40000, LAB_TRACE_EVENTS_MAX);
        assert_string_equal(cJSON_GetObjectItem(part, "kind")->valuestring, "events");
        const cJSON *row;
        cJSON_ArrayForEach(row, cJSON_GetObjectItem(part, "events"))
        {
            assert_true(cJSON_GetArrayItem(row, 0)->valuedouble == last + 1);
            assert_true(cJSON_GetArrayItem(row, 1)->valuedouble <= last);
            last += 1;
        }
        parts += cJSON_GetObjectItem(part, "total")->valuedouble;
        cJSON_Delete(part);
    }
    assert_true(parts == steps && last == steps);
    cJSON_Delete(whole);
}

static void test_trace_limits(void **state)
{
    struct fixture *fixture = *state;
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    assert_int_equal(lab_run_trace(fixture->lab, fixture->run, 1000, 1000, 1000, &out, &problem),
                     -422);
    assert_int_equal(lab_run_trace(fixture->lab, fixture->run, 0, 1000, LAB_TRACE_EVENTS_MIN - 1,
                                   &out, &problem),
                     -422);
    assert_int_equal(lab_run_trace(fixture->lab, fixture->run, 0, 1000, LAB_TRACE_EVENTS_MAX + 1,
                                   &out, &problem),
                     -422);
}

/* ---- Causes ---- */

static cJSON *causes(struct fixture *fixture, const struct lab_causes_query *query)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    if (lab_run_causes(fixture->lab, fixture->run, query, &out, &problem) != 0) {
        fail_msg("%s", problem.detail);
    }
    return out;
}

static double field(const cJSON *item, const char *name)
{
    return cJSON_GetObjectItem(item, name)->valuedouble;
}

/* The chain goes from cause to cause, as far as one wants and to the beginning. */
static void test_causes_lead_back(void **state)
{
    struct fixture *fixture = *state;
    cJSON *out =
        causes(fixture, &(struct lab_causes_query){.event = 30000, .back = 60, .forward = 10});
    double expected = field(cJSON_GetObjectItem(out, "event"), "cause");
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(out, "back"))
    {
        assert_true(field(item, "event") == expected);
        expected = field(item, "cause");
    }
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(out, "back")) == 60 || expected == 0);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(out, "forward"))
    {
        assert_true(field(item, "event") > 30000);
    }
    cJSON_Delete(out);
    out = causes(fixture, &(struct lab_causes_query){.event = 5, .back = 60, .forward = 3});
    assert_false(cJSON_IsTrue(cJSON_GetObjectItem(out, "back_more")));
    cJSON_Delete(out);
    struct lab_problem problem = {.allowed = NULL};
    struct lab_causes_query none = {.event = 999999999, .back = 3, .forward = 3};
    assert_int_equal(lab_run_causes(fixture->lab, fixture->run, &none, &out, &problem), -404);
}

static bool has_note(const cJSON *item, const char *name)
{
    const cJSON *note;
    cJSON_ArrayForEach(note, cJSON_GetObjectItem(item, "notes"))
    {
        if (strcmp(cJSON_GetObjectItem(note, "name")->valuestring, name) == 0) {
            return true;
        }
    }
    return false;
}

/* From an order's settling the causes lead to its placing, by events that are all about it. */
static void test_order_from_placing_to_settling(void **state)
{
    struct fixture *fixture = *state;
    cJSON *out = causes(fixture, &(struct lab_causes_query){.subject = 300});
    bool placed = false;
    bool settled = false;
    double last = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(out, "events"))
    {
        assert_true(field(item, "event") > last);
        last = field(item, "event");
        placed = placed || has_note(item, "order_placed");
        settled = settled || has_note(item, "order_settled");
    }
    assert_true(placed && settled);
    cJSON_Delete(out);
    struct lab_problem problem = {.allowed = NULL};
    struct lab_causes_query none = {.subject = 99999999};
    assert_int_equal(lab_run_causes(fixture->lab, fixture->run, &none, &out, &problem), -404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_at_random_times),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frames_limits),
        cmocka_unit_test(test_events_there_and_back),
        cmocka_unit_test(test_interesting_and_conditions),
        cmocka_unit_test(test_trace_leaves_nothing_out),
        cmocka_unit_test(test_trace_limits),
        cmocka_unit_test(test_causes_lead_back),
        cmocka_unit_test(test_order_from_placing_to_settling),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
