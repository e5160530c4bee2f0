/* bench.c - what the benchmarks share. */
#include "command/bench.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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
