/* bench_check_transactions.c - how long the checkers of transactions take, reading the text included: whole
 * runs of a store without faults, and single components of 3,000 transactions. Usage:
 * bench_check_transactions [REPETITIONS] */
#include "append_runs.h"
#include "check/model.h"
#include "check/read.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPETITIONS = 5, RING = 3000 };
static const size_t BYTES_MAX = (size_t)4 << 30;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const char *answer_text(enum check_answer answer)
{
    static const char *const TEXTS[] = {"valid", "unknown", "invalid"};
    return TEXTS[answer];
}

/* The fewest edges of a kind of cycle that was told; 0: none. */
static uint32_t shortest(const struct check_verdict *verdict)
{
    uint32_t lines = 0;
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        const char *anomaly = verdict->findings[i].anomaly;
        if (anomaly[0] == 'G' && strcmp(anomaly, "G1a") != 0 && strcmp(anomaly, "G1b") != 0 &&
            (lines == 0 || verdict->findings[i].line_count < lines)) {
            lines = verdict->findings[i].line_count;
        }
    }
    return lines;
}

/* Reads and judges; the best of some rounds. */
static void measure(const char *what, const char *model, const char *text, size_t length,
                    int repetitions)
{
    static struct check_verdict verdict;
    /* What nobody wrote reads as -1 in the registers. */
    struct check_options options = {.items = {{"init", "-1"}},
                                    .count = strcmp(model, "transactions") == 0};
    double best_read = 1e9;
    double best_judge = 1e9;
    uint32_t count = 0;
    for (int i = 0; i < repetitions; i++) {
        struct check_history *history;
        struct error error;
        double start = now_s();
        int status = check_read(text, length, CHECK_FORMAT_DETECT, BYTES_MAX, &history, &error);
        assert(status == 0);
        double middle = now_s();
        verdict = (struct check_verdict){.answer = CHECK_VALID};
        status = check_model_find(model)->judge(history, &options, NULL, &verdict, &error);
        assert(status == 0);
        double end = now_s();
        best_read = middle - start < best_read ? middle - start : best_read;
        best_judge = end - middle < best_judge ? end - middle : best_judge;
        count = history->count;
        check_history_free(&history);
    }
    printf("%-44s %7" PRIu32 " transactions %6.1f MB: read %.3f s, judge %.3f s, sum %.3f s, "
           "%5.1f MB; %s",
           what, count, (double)length / 1e6, best_read, best_judge, best_read + best_judge,
           (double)verdict.bytes_peak / 1e6, answer_text(verdict.answer));
    if (shortest(&verdict) > 0) {
        printf(", a cycle of %" PRIu32, shortest(&verdict));
    }
    printf("\n");
}

static void measure_history(const char *what, struct check_history *history, int repetitions)
{
    size_t length;
    char *text = append_run_text(history, &length);
    check_history_free(&history);
    measure(what, "list-append", text, length, repetitions);
    free(text);
}

static struct append_run run_of(enum append_store store, uint32_t transactions)
{
    return (struct append_run){.seed = 1,
                               .store = store,
                               .transactions = transactions,
                               .clients = 20,
                               .keys = 10,
                               .appends_max = 64,
                               .micros_max = 4,
                               .fail_ppm = 10000,
                               .info_ppm = 10000};
}

static void measure_registers(uint32_t transactions, int repetitions)
{
    struct append_run run = run_of(APPEND_SERIAL, transactions);
    struct check_history *lists = append_run_make(&run);
    struct check_history *registers = append_run_registers(lists);
    size_t length;
    char *text = append_run_text(registers, &length);
    check_history_free(&lists);
    check_history_free(&registers);
    measure("transactions, all three levels", "transactions", text, length, repetitions);
    free(text);
}

/* All at once: each reads as empty the key that the next one appends to. With chords, every hundredth is also
 * read by one some places behind it. */
static struct check_history *ring(uint32_t chord)
{
    struct check_history *history = check_history_new(BYTES_MAX);
    for (uint32_t i = 0; i < RING; i++) {
        char text[96];
        snprintf(text, sizeof text, "a%" PRIu32 "=1 r%" PRIu32 "=", i, (i + 1) % RING);
        if (chord > 0 && i % 100 == 99) {
            snprintf(text + strlen(text), sizeof text - strlen(text), " r%" PRIu32 "=", i - chord);
        }
        append_plant(history, i, CHECK_OK, i, RING + i, text);
    }
    return history;
}

/* One after the other, all right, but the last one does not see the first. */
static struct check_history *stale(void)
{
    struct check_history *history = check_history_new(BYTES_MAX);
    for (uint32_t i = 0; i < RING; i++) {
        char text[96];
        snprintf(text, sizeof text, i + 1 < RING ? "a%" PRIu32 "=1" : "r0=", i);
        append_plant(history, i, CHECK_OK, 2 * i, 2 * i + 1, text);
    }
    return history;
}

int main(int count, char **arguments)
{
    int repetitions = count > 1 ? atoi(arguments[1]) : REPETITIONS;
    static const uint32_t SIZES[] = {10000, 50000, 200000};
    for (uint32_t i = 0; i < 3; i++) {
        struct append_run run = run_of(APPEND_SERIAL, SIZES[i]);
        measure_history("list-append, strictly serializable", append_run_make(&run), repetitions);
    }
    for (uint32_t i = 0; i < 3; i++) {
        struct append_run run = run_of(APPEND_STALE, SIZES[i]);
        measure_history("list-append, stale reads", append_run_make(&run), repetitions);
    }
    struct append_run torn = run_of(APPEND_TORN, RING);
    torn.keys = 3;
    torn.clients = 300; /* then nearly all are in it */
    torn.info_ppm = 0;
    torn.appends_max = 4 * RING;
    measure_history("one component: torn transactions", append_run_make(&torn), repetitions);
    torn.store = APPEND_SNAPSHOT;
    torn.keys = 30;
    measure_history("snapshot isolation, 300 clients", append_run_make(&torn), repetitions);
    measure_history("one component: a stale read after all", stale(), repetitions);
    measure_history("one component: a ring of rw", ring(0), repetitions);
    measure_history("one component: a ring of rw with chords", ring(7), repetitions);
    for (uint32_t i = 0; i < 3; i++) {
        measure_registers(SIZES[i], repetitions);
    }
    return 0;
}
