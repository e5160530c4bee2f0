/* bench.h - what the benchmarks of `chef bench` share: a clock, repetitions, a way of reporting. */
#ifndef COMMAND_BENCH_H
#define COMMAND_BENCH_H

#include <stdbool.h>
#include <stdint.h>

enum { BENCH_REPETITIONS = 7, BENCH_FOLDER_BYTES = 64 };

/* One measured case. The caller fills all but the results. */
struct bench_case {
    const char *bench; /* "queue" */
    const char *what;  /* what was done, one line */
    const char *unit;  /* of one piece of work: "events" */
    uint64_t size;     /* how large the case is: pending events, nodes */
    uint64_t work;     /* pieces of work in a repetition */
    double seconds[BENCH_REPETITIONS];
};

/* Seconds of a monotonic clock. */
double bench_now_s(void);

/* Work per second, median of the repetitions. */
double bench_median_rate(const struct bench_case *measured);

/* One line for a person, or one JSON object. */
void bench_report(const struct bench_case *measured, bool json);

/* One figure that is no rate, likewise. */
void bench_report_value(const char *bench, const char *what, double value, const char *unit,
                        bool json);
/* Nearest rank; sorts the values. percent from 1 to 100. */
double bench_percentile(double *values, uint32_t count, uint32_t percent);
/* An empty folder for a database, and away with it. */
bool bench_folder_make(char folder[BENCH_FOLDER_BYTES]);
void bench_folder_remove(const char *folder);

/* The benchmarks: each prints its cases and returns the exit code. */
int bench_queue(bool json);
int bench_host(bool json);
int bench_city(bool json);
int bench_raft(bool json);
int bench_room(bool json);
int bench_live(bool json);
int bench_search(bool json);
int bench_seek(bool json);
int bench_shrink(bool json);

#endif
