/* bench_seek.c - `chef bench seek`: any moment in the past of a long recorded run.
 *
 * Eight virtual hours of the default city are recorded as the server records them; then a viewer asks
 * for a thousand moments at random (the frame of each, as the page gets it), and steps through the
 * run. Every moment's digest is compared with that of a run that nobody interrupted. */
#include "command/bench.h"

#include "base/draw.h"
#include "lab/lab.h"
#include "lab/replay.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEEKS = 1000, HOURS = 8, STEPS = 200 };
static const int64_t LENGTH_US = HOURS * INT64_C(3600) * 1000000;
static const uint32_t DRAW_SEEK = DRAW_PURPOSE('s', 'e', 'e', 'k');

struct seek {
    struct lab *lab;
    char folder[BENCH_FOLDER_BYTES];
    char run[LAB_RUN_ID_BYTES];
    int64_t moments_ns[SEEKS];
    char digests[SEEKS][24];
    double seconds[SEEKS];
};

static void report(const char *what, double value, const char *unit, bool json)
{
    bench_report_value("seek", what, value, unit, json);
}

static bool ask_pace(struct seek *seek, const char *text)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    cJSON *body = cJSON_Parse(text);
    int status = lab_run_pace(seek->lab, seek->run, body, &out, &problem);
    cJSON_Delete(body);
    cJSON_Delete(out);
    return status == 0;
}

static cJSON *ask_run(struct seek *seek)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    return lab_run_get(seek->lab, seek->run, &out, &problem) == 0 ? out : NULL;
}

static bool make_run(struct seek *seek)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    cJSON *body = cJSON_Parse("{\"scenario\": \"kitchens/lunch-rush\", \"seed\": 7}");
    int status = lab_run_create(seek->lab, body, NULL, &out, &problem);
    cJSON_Delete(body);
    if (status == 0) {
        (void)snprintf(seek->run, sizeof seek->run, "%s",
                       cJSON_GetObjectItem(out, "run")->valuestring);
    }
    cJSON_Delete(out);
    return status == 0;
}

static bool record(struct seek *seek, bool json)
{
    char body[64];
    struct timespec pause = {.tv_nsec = 20000000};
    double begun_s = bench_now_s();
    (void)snprintf(body, sizeof body, "{\"advance_ms\": %lld}", (long long)LENGTH_US / 1000);
    if (!make_run(seek) || !ask_pace(seek, "{\"paused\": true}") || !ask_pace(seek, body)) {
        return false;
    }
    double t_ms = 0;
    while (t_ms * 1000 < (double)LENGTH_US) {
        cJSON *run = ask_run(seek);
        t_ms = run == NULL ? 0 : cJSON_GetObjectItem(run, "t_ms")->valuedouble;
        cJSON_Delete(run);
        (void)nanosleep(&pause, NULL);
    }
    report("eight virtual hours of kitchens/lunch-rush, seed 7, recorded in",
           bench_now_s() - begun_s, "s", json);
    return true;
}

static bool seek_one(struct seek *seek, int index)
{
    struct lab_problem problem = {.allowed = NULL};
    cJSON *out = NULL;
    struct lab_past_query query = {
        .from_ns = seek->moments_ns[index], .to_ns = seek->moments_ns[index], .step_ns = 1000000};
    double begun_s = bench_now_s();
    if (lab_run_frames(seek->lab, seek->run, &query, &out, &problem) != 0) {
        return false;
    }
    char *text = cJSON_PrintUnformatted(out);
    seek->seconds[index] = bench_now_s() - begun_s;
    (void)snprintf(seek->digests[index], sizeof seek->digests[index], "%s",
                   cJSON_GetObjectItem(out, "digest")->valuestring);
    cJSON_free(text);
    cJSON_Delete(out);
    return true;
}

static int compare_moments(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* The same moments in one go; how many digests are others. */
static int count_different(struct seek *seek)
{
    struct lab_problem problem = {.allowed = NULL};
    struct lab_replay *whole = NULL;
    int different = 0;
    if (lab_replay_open(seek->lab, seek->run, LAB_REPLAY_BEFORE, 0, 0, &whole, &problem) != 0) {
        return SEEKS;
    }
    for (int i = 0; i < SEEKS; i++) {
        char digest[24];
        (void)lab_replay_run(whole, seek->moments_ns[i]);
        (void)snprintf(digest, sizeof digest, "%016llx",
                       (unsigned long long)sim_digest(&whole->course.sim));
        different += strcmp(digest, seek->digests[i]) != 0;
    }
    lab_replay_close(&whole);
    return different;
}

static bool measure_seeks(struct seek *seek, bool json)
{
    for (uint64_t i = 0; i < SEEKS; i++) {
        seek->moments_ns[i] =
            (int64_t)(draw_u64(7, DRAW_SEEK, 0, i) % (uint64_t)(LENGTH_US + 1)) * 1000;
    }
    qsort(seek->moments_ns, SEEKS, sizeof seek->moments_ns[0], compare_moments);
    for (int i = 0; i < SEEKS; i++) {
        if (!seek_one(seek, (int)(((int64_t)i * 617 + 11) % SEEKS))) {
            return false;
        }
    }
    report("1,000 random moments: digests that differ from an uninterrupted run",
           (double)count_different(seek), "of 1,000", json);
    report("a random moment and its frame, median",
           1000 * bench_percentile(seek->seconds, SEEKS, 50), "ms", json);
    report("the same, p99", 1000 * bench_percentile(seek->seconds, SEEKS, 99), "ms", json);
    report("the same, worst", 1000 * seek->seconds[SEEKS - 1], "ms", json);
    cJSON *run = ask_run(seek);
    const cJSON *history = cJSON_GetObjectItem(run, "history");
    report("worlds kept", cJSON_GetObjectItem(history, "worlds")->valuedouble, "worlds", json);
    report("their memory", cJSON_GetObjectItem(history, "bytes")->valuedouble / 1048576, "MiB",
           json);
    report("virtual time between two of them",
           cJSON_GetObjectItem(history, "distance_ms")->valuedouble / 1000, "s", json);
    cJSON_Delete(run);
    return true;
}

/* A second of play (ten frames) from a random moment, and one event back from there. */
static bool measure_steps(struct seek *seek, bool json)
{
    struct lab_problem problem = {.allowed = NULL};
    double play_s[STEPS];
    double back_s[STEPS];
    for (int i = 0; i < STEPS; i++) {
        int64_t from_ns = seek->moments_ns[i * (SEEKS / STEPS)];
        struct lab_past_query play = {.from_ns = from_ns,
                                      .to_ns = from_ns + 1000 * INT64_C(1000000),
                                      .step_ns = 100 * INT64_C(1000000)};
        struct lab_find_request back = {.from_ns = from_ns, .previous = true};
        cJSON *out = NULL;
        double begun_s = bench_now_s();
        if (lab_run_frames(seek->lab, seek->run, &play, &out, &problem) != 0) {
            return false;
        }
        cJSON_Delete(out);
        play_s[i] = bench_now_s() - begun_s;
        begun_s = bench_now_s();
        if (lab_run_find(seek->lab, seek->run, &back, &out, &problem) != 0) {
            return false;
        }
        cJSON_Delete(out);
        back_s[i] = bench_now_s() - begun_s;
    }
    report("a virtual second of frames from a random moment, p99",
           1000 * bench_percentile(play_s, STEPS, 99), "ms", json);
    report("the event before a random moment, p99", 1000 * bench_percentile(back_s, STEPS, 99),
           "ms", json);
    return true;
}

int bench_seek(bool json)
{
    struct lab_problem problem = {.allowed = NULL};
    struct seek *seek = calloc(1, sizeof *seek);
    if (seek == NULL) {
        return 3;
    }
    int code = 3;
    if (bench_folder_make(seek->folder)) {
        seek->lab = lab_open(&(struct lab_options){.data_directory = seek->folder}, &problem);
        if (seek->lab != NULL && record(seek, json) && measure_seeks(seek, json) &&
            measure_steps(seek, json)) {
            code = 0;
        }
        lab_close(&seek->lab);
        bench_folder_remove(seek->folder);
    }
    free(seek);
    return code;
}
