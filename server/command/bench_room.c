/* bench_room.c - `chef bench room`: a lecture hall of 500 phones, on the machine of the presenter.
 *
 * The server and the phones share the machine's cores, which makes the figures worse than they are in a
 * hall, never better. The phones watch the run of the default city and the room; the presenter asks;
 * within five seconds each phone votes and places an order. */
#include "command/bench.h"
#include "command/bench_phones.h"

#include "http/access.h"
#include "http/server.h"
#include "lab/lab.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PHONES = 500, WARM_S = 3, VOTE_S = 5, ACT_S = 8, TELLS = 10 };

static const char KEY[] = "the-key-of-the-benchmark";
static const char ORDER[] =
    "{\"type\":\"order.place\",\"dish\":\"Lobster\",\"x_m\":100,\"y_m\":200}";
static const char VOTE[] =
    "{\"scene\":\"crisis\",\"step\":\"guess\",\"round\":1,\"option\":\"more\"}";
static const char QUESTION[] =
    "{\"scene\":\"crisis\",\"step\":\"guess\",\"vote\":{\"round\":1,\"open\":true,"
    "\"options\":[{\"id\":\"fewer\"},{\"id\":\"more\"}]}}";

struct hall {
    char folder[BENCH_FOLDER_BYTES];
    struct lab *lab;
    struct access *access;
    struct server *server;
    struct phones *phones;
    char code[PHONES_CODE_BYTES], run[LAB_RUN_ID_BYTES];
};

static double processor_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool hall_open(struct hall *hall)
{
    char path[BENCH_FOLDER_BYTES + 8];
    struct lab_problem problem = {.detail = ""};
    struct error error = {.text = ""};
    if (!bench_folder_make(hall->folder)) {
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/key", hall->folder);
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%s\n", KEY) < 0 || fclose(file) != 0) {
        return false;
    }
    hall->lab = lab_open(&(struct lab_options){.data_directory = hall->folder}, &problem);
    hall->access = hall->lab == NULL ? NULL : access_open(path, &error);
    const struct server_options options = {
        .bind = "127.0.0.1", .port = 0, .lab = hall->lab, .access = hall->access};
    hall->server = hall->access == NULL ? NULL : server_start(&options, &error);
    if (hall->server == NULL) {
        (void)fprintf(stderr, "chef bench room: %s%s\n", problem.detail, error.text);
    }
    lab_problem_clear(&problem);
    return hall->server != NULL;
}

static void hall_close(struct hall *hall)
{
    phones_stop(&hall->phones);
    server_stop(&hall->server);
    lab_close(&hall->lab);
    access_close(&hall->access);
    bench_folder_remove(hall->folder);
}

/* The presenter's; a word of the answer into `word`, if one is wanted. */
static bool present(struct hall *hall, const char *path, const char *body, const char *name,
                    char *word, size_t word_bytes)
{
    char answer[PHONES_ANSWER_BYTES];
    char head[96];
    (void)snprintf(head, sizeof head, "Authorization: Bearer %s\r\n", KEY);
    int status = phones_ask(hall->server->port, "POST", path, head, body, answer);
    cJSON *document = cJSON_Parse(answer);
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(document, name));
    bool good = status >= 200 && status < 300 && (word == NULL || found != NULL);
    if (good && word != NULL) {
        (void)snprintf(word, word_bytes, "%s", found);
    }
    if (!good) {
        (void)fprintf(stderr, "chef bench room: %s: %d %.200s\n", path, status, answer);
    }
    cJSON_Delete(document);
    return good;
}

static bool hall_fill(struct hall *hall)
{
    char state[128];
    if (!present(hall, "/api/v1/runs", "{\"scenario\":\"kitchens/lunch-rush\",\"seed\":7}", "run",
                 hall->run, sizeof hall->run) ||
        !present(hall, "/api/v1/room", "{}", "code", hall->code, sizeof hall->code)) {
        return false;
    }
    (void)snprintf(state, sizeof state, "{\"run\":\"%s\",\"inputs_allowed\":true}", hall->run);
    if (!present(hall, "/api/v1/room/state", state, NULL, NULL, 0)) {
        return false;
    }
    hall->phones = phones_start(hall->server->port, PHONES, hall->code, hall->run);
    return hall->phones != NULL;
}

static void report(const char *what, double value, const char *unit, bool json)
{
    bench_report_value("room", what, value, unit, json);
}

static void report_times(const char *what, double *values, uint32_t count, bool json)
{
    char line[96];
    static const uint32_t PERCENTS[] = {50, 99, 100};
    for (size_t i = 0; i < sizeof PERCENTS / sizeof PERCENTS[0] && count > 0; i++) {
        (void)snprintf(line, sizeof line, "%s, p%u", what, PERCENTS[i]);
        report(line, bench_percentile(values, count, PERCENTS[i]), "ms", json);
    }
}

/* How old a change of the room is when a phone reads it: all phones, several changes. */
static bool measure_telling(struct hall *hall, bool json)
{
    double *told_ms = calloc((size_t)PHONES * TELLS, sizeof *told_ms);
    bool good = told_ms != NULL;
    for (int i = 0; good && i < TELLS; i++) {
        good = present(hall, "/api/v1/room/state",
                       i % 2 == 0 ? "{\"blank\":true}" : "{\"blank\":false}", NULL, NULL, 0);
        phones_watch(hall->phones, 0.5);
        memcpy(told_ms + (size_t)i * PHONES, phones_figures(hall->phones)->told_ms,
               PHONES * sizeof *told_ms);
    }
    if (good) {
        report_times("age of the room's state at a phone", told_ms, PHONES * TELLS, json);
    }
    free(told_ms);
    return good;
}

static uint32_t votes_counted(struct hall *hall)
{
    char answer[PHONES_ANSWER_BYTES];
    char head[96];
    uint32_t counted = 0;
    (void)snprintf(head, sizeof head, "Authorization: Bearer %s\r\n", KEY);
    (void)phones_ask(hall->server->port, "GET", "/api/v1/room/votes", head, "", answer);
    cJSON *list = cJSON_Parse(answer);
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        counted += (uint32_t)cJSON_GetNumberValue(cJSON_GetObjectItem(item, "count"));
    }
    cJSON_Delete(list);
    return counted;
}

/* Returns 0 when every vote and order was answered and counted, and nobody was lost. */
static int measure(struct hall *hall, bool json)
{
    phones_watch(hall->phones, WARM_S);
    if (!measure_telling(hall, json) ||
        !present(hall, "/api/v1/room/state", QUESTION, NULL, NULL, 0)) {
        return 3;
    }
    double begin_s = bench_now_s();
    double processor_begin_s = processor_s();
    phones_act(hall->phones, VOTE, ORDER, VOTE_S, ACT_S);
    double wall_s = bench_now_s() - begin_s;
    const struct phones_figures *figures = phones_figures(hall->phones);
    uint32_t counted = votes_counted(hall);
    report("phones following run and room", PHONES, "phones", json);
    report("votes answered", figures->votes, "votes", json);
    report("votes counted", counted, "votes", json);
    report_times("answer to a vote", figures->vote_ms, figures->votes, json);
    report("orders answered", figures->orders, "orders", json);
    report_times("answer to an order", figures->order_ms, figures->orders, json);
    report("frames read", (double)figures->frames, "frames", json);
    report("of them more than 250 ms old", (double)figures->frames_late, "frames", json);
    report_times("age of a frame when it is read", figures->frame_ms, figures->frame_samples, json);
    report("refused, or lost", figures->votes_refused + figures->orders_refused + figures->lost, "",
           json);
    report("processor time of server and phones, of one core",
           100 * (processor_s() - processor_begin_s) / wall_s, "%", json);
    return counted == PHONES && figures->orders == PHONES && figures->lost == 0 ? 0 : 1;
}

int bench_room(bool json)
{
    struct hall hall = {.lab = NULL};
    int code = 3;
    if (hall_open(&hall) && hall_fill(&hall)) {
        code = measure(&hall, json);
    }
    hall_close(&hall);
    return code;
}
