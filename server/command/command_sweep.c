/* command_sweep.c - `chef sweep`: many seeds of one scenario, with random faults. */
#include "command/arguments.h"
#include "command/command.h"

#include "base/csv_writer.h"
#include "lab/check_words.h"
#include "lab/sweep.h"
#include "lab/words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef sweep SCENARIO --seeds FIRST..LAST [--set KEY=VALUE]... [--faults LIST]\n"
    "                  [--until DURATION] [--jobs N] [--out FILE]\n"
    "\n"
    "  --seeds 1..1000  which seeds\n"
    "  --faults LIST    kinds of faults, separated by commas: all (the default), none, process,\n"
    "                   network, disk, clock, lying_disks, or single ones (crash, partition ...).\n"
    "                   Each seed draws its own mix of them; with ! before the list every seed "
    "has\n"
    "                   all of them\n"
    "  --until 5m       another length than the scenario's\n"
    "  --jobs N         threads; one a core if left out\n"
    "  --out FILE       one row a seed as CSV\n"
    "\n"
    "Faults last for two thirds of the time; then all is healed, or in every other seed only a\n"
    "random core, and the run must come to rest. Prints failures first, then what came of it.\n"
    "Exit code: 0 good (with a bug switch on: caught), 1 a promise broken, 2 unusable input,\n"
    "3 unknown, or faults without effect, 4 never converged.\n";

enum { LINES_PRINTED_MAX = 40, WORDS_BYTES = 400 };

/* ---- Reading ---- */

static int faults_read(const char *text, struct lab_sweep *sweep)
{
    struct lab_problem problem;
    sweep->always = text[0] == '!';
    if (lab_faults_parse(text + sweep->always, &sweep->faults, &problem) != 0) {
        return command_refuse_problem("sweep", &problem);
    }
    return 0;
}

/* ---- Printing ---- */

static void checks_words(const struct system *system, uint64_t failed, struct text *text)
{
    const char *separator = "";
    for (uint32_t i = 0; i < system->check_count; i++) {
        if ((failed >> i & 1) != 0) {
            text_add(text, separator);
            text_add(text, system->checks[i].name);
            separator = " ";
        }
    }
}

/* Why a line is not good. */
static void reason_words(const struct lab_scenario *scenario, const struct lab_sweep_line *line,
                         struct text *text)
{
    if (line->outcome == LAB_OUTCOME_GOOD) {
        return;
    }
    if (line->outcome == LAB_OUTCOME_RESTLESS && line->restless_node < scenario->node_count) {
        text_add(text, scenario->nodes[line->restless_node].name);
        text_add(text, ": ");
    }
    if (line->outcome == LAB_OUTCOME_HALTED) {
        lab_words_halt(scenario, line->halt, &line->reason, text);
    } else if (line->anomaly != NULL) {
        lab_check_anomaly(line->anomaly, false, text);
    } else {
        lab_words_reason(scenario, &line->reason, text);
    }
}

static void line_print(const struct lab_scenario *scenario, const struct lab_sweep_line *line)
{
    char words[WORDS_BYTES];
    struct text text = text_init(words, sizeof words);
    checks_words(scenario->system, line->failed, &text);
    text_add(&text, line->failed != 0 ? ": " : "");
    reason_words(scenario, line, &text);
    text_add(&text, " [");
    lab_faults_words(line->faults, &text);
    text_add(&text, line->core_only ? "; a core healed]" : "]");
    printf("seed %-8" PRIu64 " %-8s %s\n", line->seed, lab_outcome_name(line->outcome), words);
}

static int by_outcome(const void *a, const void *b)
{
    const struct lab_sweep_line *left = a;
    const struct lab_sweep_line *right = b;
    if (left->outcome != right->outcome) {
        return left->outcome < right->outcome ? -1 : 1;
    }
    return left->seed < right->seed ? -1 : left->seed > right->seed;
}

static void summary_print(const struct lab_sweep *sweep, const struct lab_sweep_summary *summary)
{
    for (int i = 0; i < LAB_OUTCOMES; i++) {
        if (summary->outcomes[i] > 0) {
            printf("%" PRIu64 " %s\n", summary->outcomes[i], lab_outcome_name((enum lab_outcome)i));
        }
    }
    if (summary->first_caught > 0) {
        printf("first found with seed %" PRIu64 ", after %" PRIu64 " seeds\n",
               summary->first_caught, summary->first_caught - sweep->first_seed + 1);
    }
    for (int i = 0; i < NEMESIS_KINDS; i++) {
        if (summary->faults[i].on > 0) {
            printf("  %-12s on in %" PRIu64 " runs, changed something in %" PRIu64 "%s\n",
                   nemesis_kind_name((enum nemesis_kind)i), summary->faults[i].on,
                   summary->faults[i].effective,
                   (summary->powerless >> i & 1) != 0 ? ": TOO FEW" : "");
        }
    }
}

static void row_write(FILE *file, const struct lab_sweep *sweep, const struct lab_sweep_line *line)
{
    char row[4 * WORDS_BYTES];
    char words[WORDS_BYTES];
    struct text text = text_init(row, sizeof row);
    struct csv_writer csv = csv_init(&text);
    struct text part = text_init(words, sizeof words);
    csv_u64(&csv, line->seed);
    csv_string(&csv, lab_outcome_name(line->outcome));
    checks_words(sweep->scenario->system, line->failed, &part);
    csv_string(&csv, part.length == 0 ? NULL : words);
    text_clear(&part);
    reason_words(sweep->scenario, line, &part);
    csv_string(&csv, part.length == 0 ? NULL : words);
    text_clear(&part);
    text_add_hex(&part, line->digest, 16);
    csv_string(&csv, words);
    csv_u64(&csv, line->events);
    text_clear(&part);
    lab_faults_words(line->faults, &part);
    csv_string(&csv, part.length == 0 ? NULL : words);
    csv_string(&csv, line->core_only ? "core" : "all");
    csv_end_row(&csv);
    (void)fwrite(row, 1, text.length, file);
}

static int file_write(const struct lab_sweep *sweep, uint64_t count, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return command_refuse("sweep", "cannot write %s: %s", path, strerror(errno));
    }
    (void)fputs("seed,outcome,checks,reason,digest,events,faults,healed\r\n", file);
    for (uint64_t i = 0; i < count; i++) {
        row_write(file, sweep, &sweep->lines[i]);
    }
    bool bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad) {
        return command_refuse("sweep", "cannot write %s: %s", path, strerror(errno));
    }
    return 0;
}

static int exit_code(const struct lab_sweep_summary *summary)
{
    if (summary->outcomes[LAB_OUTCOME_BROKEN] > 0) {
        return EXIT_BROKEN;
    }
    if (summary->outcomes[LAB_OUTCOME_RESTLESS] > 0) {
        return EXIT_RESTLESS;
    }
    bool unknown = summary->outcomes[LAB_OUTCOME_UNKNOWN] > 0 ||
                   summary->outcomes[LAB_OUTCOME_HALTED] > 0 || summary->powerless != 0;
    return unknown ? EXIT_UNKNOWN : EXIT_GOOD;
}

/* ---- The command ---- */

static int sweep_and_print(struct lab_sweep *sweep, const char *path)
{
    struct lab_problem problem;
    struct lab_sweep_summary summary;
    uint64_t count = sweep->last_seed - sweep->first_seed + 1;
    sweep->lines = calloc(count, sizeof *sweep->lines);
    if (sweep->lines == NULL) {
        return command_refuse("sweep", "no memory for %" PRIu64 " seeds", count);
    }
    int code;
    if (lab_sweep_run(sweep, &problem) != 0) {
        code = command_refuse_problem("sweep", &problem);
    } else {
        lab_sweep_summarise(sweep, &summary);
        qsort(sweep->lines, count, sizeof *sweep->lines, by_outcome);
        for (uint64_t i = 0; i < count && i < LINES_PRINTED_MAX; i++) {
            if (sweep->lines[i].outcome != LAB_OUTCOME_GOOD) {
                line_print(sweep->scenario, &sweep->lines[i]);
            }
        }
        summary_print(sweep, &summary);
        code = path == NULL ? 0 : file_write(sweep, count, path);
        code = code == 0 ? exit_code(&summary) : code;
    }
    free(sweep->lines);
    return code;
}

static int options_read(int argc, char **argv, struct lab_sweep *sweep, const char **path)
{
    int status = 0;
    uint64_t jobs = 0;
    const char *seeds = command_option("sweep", argc, argv, "--seeds", &status);
    const char *faults =
        status == 0 ? command_option("sweep", argc, argv, "--faults", &status) : NULL;
    const char *until =
        status == 0 ? command_option("sweep", argc, argv, "--until", &status) : NULL;
    const char *threads =
        status == 0 ? command_option("sweep", argc, argv, "--jobs", &status) : NULL;
    *path = status == 0 ? command_option("sweep", argc, argv, "--out", &status) : NULL;
    if (status == 0) {
        status = command_seeds("sweep", seeds, LAB_SWEEP_SEEDS_MAX, &sweep->first_seed,
                               &sweep->last_seed);
    }
    status = status == 0 ? faults_read(faults == NULL ? "all" : faults, sweep) : status;
    status = status == 0 && until != NULL
                 ? command_length("sweep", "--until", until, &sweep->until_ns)
                 : status;
    status = status == 0 && threads != NULL
                 ? command_number("sweep", "--jobs", threads, 1, LAB_SWEEP_JOBS_MAX, &jobs)
                 : status;
    sweep->jobs = (uint32_t)jobs;
    return status;
}

int command_sweep(int argc, char **argv)
{
    struct lab_sweep sweep = {.until_ns = 0};
    struct command_scenario chosen;
    const char *path = NULL;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int status = options_read(argc, argv, &sweep, &path);
    if (status != 0) {
        return status;
    }
    status = command_scenario_read("sweep", argc, argv, &chosen);
    if (status != 0) {
        return status;
    }
    status = command_rest("sweep", argc, argv);
    if (status == 0) {
        sweep.scenario = chosen.scenario;
        sweep.settings = chosen.settings;
        status = sweep_and_print(&sweep, path);
    }
    lab_scenario_free(&chosen.scenario);
    return status;
}
