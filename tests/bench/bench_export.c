/* bench_export.c - exporting a million rows: against `sqlite3 -csv` on the same table in the same
 * run, in time and byte for byte.
 *
 * Makes a run of 8 virtual hours (1.3 million rows of order_steps), exports that table through the
 * lab, lets the command line tool write it, and compares: the time of a plain SELECT *, and the
 * bytes of a SELECT that spells out prefix and decimals as our file has them. (`.mode csv` is -csv
 * with the line ends of RFC 4180.) */
#include "lab/lab.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REPETITIONS = 5, COMMAND_BYTES = 2048 };
static const char TABLE[] = "order_steps";
static const char HOURS[] = "{\"advance_ms\": 28800000}";

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_export: %s\n", what);
    exit(3);
}

static int write_file(void *context, const void *bytes, size_t length)
{
    return fwrite(bytes, 1, length, context) == length ? 0 : -1;
}

static double export_to(struct lab *lab, const char *run, const char *path)
{
    struct lab_problem problem;
    FILE *file = fopen(path, "wb");
    double begin_s = now_s();
    if (file == NULL ||
        lab_export_csv(lab, run, TABLE, LAB_EXPORT_PLAIN, NULL, write_file, file, &problem) != 0 ||
        fclose(file) != 0) {
        fail("the export failed");
    }
    return now_s() - begin_s;
}

static double tool_to(const char *database, const char *select, const char *path)
{
    char command[COMMAND_BYTES];
    (void)snprintf(command, sizeof command, "sqlite3 -readonly -cmd '.mode csv' '%s' \"%s\" > '%s'",
                   database, select, path);
    double begin_s = now_s();
    if (system(command) != 0) {
        fail("sqlite3 failed (package sqlite3)");
    }
    return now_s() - begin_s;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static double median(double *seconds)
{
    qsort(seconds, REPETITIONS, sizeof *seconds, by_size);
    return seconds[REPETITIONS / 2];
}

static void make_run(struct lab *lab, char run[LAB_RUN_ID_BYTES])
{
    struct lab_problem problem;
    cJSON *out = NULL;
    cJSON *body = cJSON_Parse("{\"scenario\":\"kitchens/lunch-rush\",\"seed\":7}");
    cJSON *pace = cJSON_Parse(HOURS);
    bool paused = false;
    if (lab_run_create(lab, body, NULL, &out, &problem) != 0) {
        fail(problem.detail);
    }
    (void)snprintf(run, LAB_RUN_ID_BYTES, "%s", cJSON_GetObjectItem(out, "run")->valuestring);
    cJSON_Delete(out);
    if (lab_run_pace(lab, run, pace, &out, &problem) != 0) {
        fail(problem.detail);
    }
    cJSON_Delete(out);
    while (!paused) {
        (void)usleep(100000);
        if (lab_run_get(lab, run, &out, &problem) != 0) {
            fail(problem.detail);
        }
        paused = strcmp(cJSON_GetObjectItem(out, "state")->valuestring, "paused") == 0;
        cJSON_Delete(out);
    }
    cJSON_Delete(body);
    cJSON_Delete(pace);
}

/* Drops the header and the rows of what is still open, which the table does not have. */
static void compare(const char *ours, const char *tools, long rows)
{
    char command[COMMAND_BYTES];
    (void)snprintf(command, sizeof command, "tail -n +2 '%s' | head -n %ld | cmp - '%s'", ours,
                   rows, tools);
    printf("bytes of both files: %s\n", system(command) == 0 ? "the same" : "DIFFERENT");
}

static long count_lines(const char *path)
{
    long lines = 0;
    int c;
    FILE *file = fopen(path, "rb");
    while (file != NULL && (c = getc(file)) != EOF) {
        lines += c == '\n';
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return lines;
}

int main(void)
{
    char folder[] = "/tmp/chef-export-XXXXXX";
    char run[LAB_RUN_ID_BYTES];
    char database[64], ours[64], tools[64], spelled[1024];
    double lab_s[REPETITIONS], tool_s[REPETITIONS];
    struct lab_problem problem;
    if (mkdtemp(folder) == NULL) {
        fail("no folder");
    }
    struct lab *lab = lab_open(&(struct lab_options){.data_directory = folder}, &problem);
    if (lab == NULL) {
        fail(problem.detail);
    }
    (void)snprintf(database, sizeof database, "%s/chef.db", folder);
    (void)snprintf(ours, sizeof ours, "%s/ours.csv", folder);
    (void)snprintf(tools, sizeof tools, "%s/tools.csv", folder);
    make_run(lab, run);
    for (int i = 0; i < REPETITIONS; i++) {
        lab_s[i] = export_to(lab, run, ours);
        tool_s[i] = tool_to(database, "SELECT * FROM kitchens_order_steps", tools);
    }
    long rows = count_lines(tools);
    printf("%ld rows of %s, median of %d\n", rows, TABLE, REPETITIONS);
    printf("  chef        %.3f s, %.2f M rows/s (with open rows, header and common prefix)\n",
           median(lab_s), (double)rows / median(lab_s) / 1e6);
    printf("  sqlite3 -csv %.3f s, %.2f M rows/s\n", median(tool_s),
           (double)rows / median(tool_s) / 1e6);
    printf("  ratio        %.2f\n", median(tool_s) / median(lab_s));
    (void)snprintf(spelled, sizeof spelled,
                   "SELECT '%s',7,'kitchens','kitchens/lunch-rush','simulation',"
                   "printf('%%.3f',t_ms),order_id,seq,printf('%%.3f',from_ms),"
                   "printf('%%.3f',to_ms),blocker,node,ref FROM kitchens_order_steps",
                   run);
    (void)tool_to(database, spelled, tools);
    compare(ours, tools, rows);
    lab_close(&lab);
    (void)snprintf(spelled, sizeof spelled, "rm -r '%s'", folder);
    return system(spelled) == 0 ? 0 : 3;
}
