/* bench_check.c - how long the checkers of linearizability take, reading the text included: reference
 * histories, all in one process, and generated ones of a key-value store. Usage:
 * bench_check [REPETITIONS] */
#include "check/model.h"
#include "check/read.h"
#include "kv_runs.h"
#include "shared_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPETITIONS = 5 };
static const size_t BYTES_MAX = (size_t)1 << 30;

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct measured {
    double seconds, slowest; /* of all, of the slowest history */
    size_t bytes;            /* the most that history and checker held */
    uint32_t files, answers[3];
};

static void judge(const char *model, const char *text, size_t length,
                  const struct check_options *options, struct measured *measured)
{
    static struct check_verdict verdict;
    struct check_history *history = NULL;
    struct check_limits limits = {.bytes_max = BYTES_MAX};
    struct error error = {.text = ""};
    double start = now_s();
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    if (check_read(text, length, CHECK_FORMAT_DETECT, BYTES_MAX, &history, &error) != 0 ||
        check_model_find(model)->judge(history, options, &limits, &verdict, &error) != 0) {
        (void)fprintf(stderr, "%s\n", error.text);
        exit(2);
    }
    size_t bytes = check_history_bytes(history) + verdict.bytes_peak;
    check_history_free(&history);
    double seconds = now_s() - start;
    measured->seconds += seconds;
    measured->slowest = seconds > measured->slowest ? seconds : measured->slowest;
    measured->bytes = bytes > measured->bytes ? bytes : measured->bytes;
    measured->answers[verdict.answer]++;
    measured->files++;
}

static void report(const char *what, const struct measured *best)
{
    (void)printf("%-52s %4u files  %9.3f ms  slowest %8.3f ms  %7.2f MB  %u valid, %u unknown, %u "
                 "invalid\n",
                 what, best->files, best->seconds * 1e3, best->slowest * 1e3,
                 (double)best->bytes / 1e6, best->answers[CHECK_VALID],
                 best->answers[CHECK_UNKNOWN], best->answers[CHECK_INVALID]);
}

/* The texts are in memory; the best of some rounds. */
static void measure(const char *what, const char *model, char **texts, const size_t *lengths,
                    uint32_t count, const struct check_options *options, int repetitions)
{
    struct measured best = {.seconds = 1e9};
    for (int i = 0; i < repetitions; i++) {
        struct measured round = {.seconds = 0};
        for (uint32_t j = 0; j < count; j++) {
            judge(model, texts[j], lengths[j], options, &round);
        }
        best = round.seconds < best.seconds ? round : best;
    }
    report(what, &best);
}

static void measure_files(const char *what, const char *prefix, const char *model,
                          const struct check_options *options, int repetitions)
{
    struct shared_row *rows;
    uint32_t count = shared_manifest(prefix, &rows);
    char **texts = calloc(count + 1, sizeof *texts);
    size_t *lengths = calloc(count + 1, sizeof *lengths);
    for (uint32_t i = 0; i < count; i++) {
        texts[i] = shared_text(rows[i].path, &lengths[i]);
    }
    if (count > 0) {
        measure(what, model, texts, lengths, count, options, repetitions);
    }
    for (uint32_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    free(texts);
    free(lengths);
    free(rows);
}

static void measure_run(const char *what, const struct kv_run *run, int repetitions)
{
    struct check_options none = {.count = 0};
    size_t length;
    char *text = kv_run_text(run, &length, NULL);
    measure(what, "kv", &text, &length, 1, &none, repetitions);
    free(text);
}

int main(int argc, char **argv)
{
    int repetitions = argc > 1 ? atoi(argv[1]) : REPETITIONS;
    struct check_options none = {.count = 0},
                         knossos = {.items = {{"init", "0"}, {"nil", "any"}}, .count = 2},
                         together = {.items = {{"partition", "no"}}, .count = 1};
    measure_files("register, etcd logs", "porcupine-etcd/", "register", &none, repetitions);
    measure_files("register, Knossos", "knossos-cas-register/", "register", &knossos, repetitions);
    measure_files("register, generated", "generated/reg_", "register", &none, repetitions);
    measure_files("kv, Porcupine c10-ok", "porcupine-kv/c10-ok", "kv", &none, repetitions);
    measure_files("kv, Porcupine c10-ok, not by key", "porcupine-kv/c10-ok", "kv", &together,
                  repetitions);
    measure_run(
        "kv, 100,000 operations, 1,000 keys, 1 % info",
        &(struct kv_run){
            .seed = 1, .clients = 50, .keys = 1000, .operations = 100000, .info_ppm = 10000},
        repetitions);
    measure_run("kv, the same with one stale read",
                &(struct kv_run){.seed = 1,
                                 .clients = 50,
                                 .keys = 1000,
                                 .operations = 100000,
                                 .info_ppm = 10000,
                                 .fault = KV_FAULT_STALE,
                                 .fault_after = 50000},
                repetitions);
    measure_run("kv, 100,000 operations, 1 key, 50 clients, no info",
                &(struct kv_run){.seed = 1, .clients = 50, .keys = 1, .operations = 100000},
                repetitions);
    return 0;
}
