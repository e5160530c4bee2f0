/* bench.c - what the benchmarks share. */
#include "command/bench.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double bench_now_s(void)
{
    struct timespec now;
    int result = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(result == 0);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int bench_compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double bench_median_rate(const struct bench_case *measured)
{
    double sorted[BENCH_REPETITIONS];
    for (int i = 0; i < BENCH_REPETITIONS; i++) {
        sorted[i] = measured->seconds[i];
    }
    qsort(sorted, BENCH_REPETITIONS, sizeof sorted[0], bench_compare_doubles);
    return (double)measured->work / sorted[BENCH_REPETITIONS / 2];
}

static double bench_best_rate(const struct bench_case *measured)
{
    double best = 0;
    for (int i = 0; i < BENCH_REPETITIONS; i++) {
        double rate = (double)measured->work / measured->seconds[i];
        best = rate > best ? rate : best;
    }
    return best;
}

void bench_report(const struct bench_case *measured, bool json)
{
    double median = bench_median_rate(measured) / 1e6;
    double best = bench_best_rate(measured) / 1e6;
    if (json) {
        printf("{\"bench\":\"%s\",\"size\":%llu,\"unit\":\"%s\",\"work\":%llu,\"repetitions\":%d,"
               "\"median_million_per_s\":%.3f,\"best_million_per_s\":%.3f}\n",
               measured->bench, (unsigned long long)measured->size, measured->unit,
               (unsigned long long)measured->work, BENCH_REPETITIONS, median, best);
    } else {
        printf("%-6s %8llu  %6.2f M %s/s (median of %d, best %.2f): %s\n", measured->bench,
               (unsigned long long)measured->size, median, measured->unit, BENCH_REPETITIONS, best,
               measured->what);
    }
}

void bench_report_value(const char *bench, const char *what, double value, const char *unit,
                        bool json)
{
    if (json) {
        printf("{\"bench\": \"%s\", \"what\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"}\n", bench,
               what, value, unit);
    } else {
        printf("%-6s %-64s %12.2f %s\n", bench, what, value, unit);
    }
}

double bench_percentile(double *values, uint32_t count, uint32_t percent)
{
    assert(count > 0);
    assert(percent > 0 && percent <= 100);
    qsort(values, count, sizeof *values, bench_compare_doubles);
    return values[((uint64_t)count * percent + 99) / 100 - 1];
}

bool bench_folder_make(char folder[BENCH_FOLDER_BYTES])
{
    (void)snprintf(folder, BENCH_FOLDER_BYTES, "%s", "/tmp/chef-bench-XXXXXX");
    return mkdtemp(folder) != NULL;
}

void bench_folder_remove(const char *folder)
{
    char path[512];
    DIR *directory = opendir(folder);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        (void)snprintf(path, sizeof path, "%s/%.300s", folder, entry->d_name);
        (void)unlink(path);
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    (void)rmdir(folder);
}
