/* bench_live.c - `chef bench live`: many runs of the default city at 1x at once, each recorded.
 *
 * As in a full lecture hall: every run has a world of its own, is paced along the wall clock and
 * writes its tables into the database. None may fall behind its pace. Then the same runs as fast
 * as they can, for the virtual seconds that this machine computes in a wall second in total. */
#include "command/bench.h"

#include "lab/lab.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIVE_RUNS = 1000, LIVE_SECONDS = 20 };

struct live {
    struct lab *lab;
    char folder[BENCH_FOLDER_BYTES];
    char names[LIVE_RUNS][LAB_RUN_ID_BYTES];
};

static int make_runs(struct live *live)
{
    for (int i = 0; i < LIVE_RUNS; i++) {
        struct lab_problem problem = {.allowed = NULL};
        cJSON *out = NULL;
        cJSON *body = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(body, "scenario", "kitchens/lunch-rush");
        (void)cJSON_AddNumberToObject(body, "seed", i + 1);
        int status = lab_run_create(live->lab, body, NULL, &out, &problem);
        cJSON_Delete(body);
        if (status != 0) {
            (void)fprintf(stderr, "chef bench live: run %d: %s\n", i + 1, problem.detail);
            lab_problem_clear(&problem);
            return 3;
        }
        (void)snprintf(live->names[i], LAB_RUN_ID_BYTES, "%s",
                       cJSON_GetObjectItem(out, "run")->valuestring);
        cJSON_Delete(out);
    }
    return 0;
}

static void pause_between(unsigned seconds)
{
    struct timespec length = {.tv_sec = seconds};
    (void)nanosleep(&length, NULL);
}

/* Pages of this process in memory. */
static uint64_t resident_bytes(void)
{
    unsigned long long all = 0;
    unsigned long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%llu %llu", &all, &resident) != 2) {
        resident = 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void report(const char *what, double value, const char *unit, bool json)
{
    bench_report_value("live", what, value, unit, json);
}

static double processor_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns 0 when no run fell behind. */
static int measure(struct live *live, bool json)
{
    struct lab_counters before;
    struct lab_counters after;
    lab_counters_read(live->lab, &before);
    double begin_s = bench_now_s();
    double processor_begin_s = processor_s();
    pause_between(LIVE_SECONDS);
    lab_counters_read(live->lab, &after);
    double wall_s = bench_now_s() - begin_s;
    double virtual_s = (double)(after.virtual_ns - before.virtual_ns) / 1e9;
    uint64_t behind = after.behind_runs - before.behind_runs;
    report("runs live at once at 1x, each recorded", (double)after.runs_live, "runs", json);
    report("turns in which a run was more than 250 ms behind its pace", (double)behind, "turns",
           json);
    report("virtual seconds in a wall second, all runs", virtual_s / wall_s, "virtual s/s", json);
    report("of them expected", (double)after.runs_live, "virtual s/s", json);
    report("processor time used, of one core", 100 * (processor_s() - processor_begin_s) / wall_s,
           "%", json);
    report("result rows written", (double)(after.rows_written - before.rows_written) / wall_s,
           "rows/s", json);
    report("memory of a world", (double)after.world_bytes / (double)after.runs_live / 1024, "KiB",
           json);
    report("memory of the whole process, for each run",
           (double)resident_bytes() / (double)after.runs_live / 1024, "KiB", json);
    return behind == 0 ? 0 : 1;
}

/* All of them as fast as they can. */
static void measure_fastest(struct live *live, bool json)
{
    for (int i = 0; i < LIVE_RUNS; i++) {
        struct lab_problem problem;
        cJSON *out = NULL;
        cJSON *body = cJSON_Parse("{\"speed\": 1000}");
        if (lab_run_pace(live->lab, live->names[i], body, &out, &problem) != 0) {
            lab_problem_clear(&problem);
        }
        cJSON_Delete(out);
        cJSON_Delete(body);
    }
    struct lab_counters before;
    struct lab_counters after;
    lab_counters_read(live->lab, &before);
    double begin_s = bench_now_s();
    pause_between(LIVE_SECONDS / 2);
    lab_counters_read(live->lab, &after);
    report("virtual seconds in a wall second, all runs as fast as they can",
           (double)(after.virtual_ns - before.virtual_ns) / 1e9 / (bench_now_s() - begin_s),
           "virtual s/s", json);
}

int bench_live(bool json)
{
    struct lab_problem problem;
    struct live *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return 3;
    }
    int code = 3;
    if (bench_folder_make(live->folder)) {
        live->lab = lab_open(&(struct lab_options){.data_directory = live->folder}, &problem);
        code = live->lab == NULL ? 3 : make_runs(live);
        if (code == 0) {
            code = measure(live, json);
            measure_fastest(live, json);
        }
        lab_close(&live->lab);
        bench_folder_remove(live->folder);
    }
    free(live);
    return code;
}
