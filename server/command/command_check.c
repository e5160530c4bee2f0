/* command_check.c - `chef check`: judges histories from files. */
#include "check/model.h"
#include "check/read.h"
#include "command/arguments.h"
#include "command/command.h"
#include "lab/check_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char USAGE[] =
    "usage: chef check MODEL FILE... [--option KEY=VALUE]... [--level LIST] [--format NAME]\n"
    "                  [--json] [--steps N] [--seconds S] [--memory MIB]\n"
    "\n"
    "Judges histories of what clients did and saw, of this laboratory or of any other; - is the\n"
    "standard input. Formats, found by themselves: edn, json (also JSON Lines), log, awdit, csv.\n"
    "--level strong,local: only operations that were made under one of these promises.\n"
    "Exit code: 0 valid, 1 invalid, 2 unusable, 3 unknown; of several files the worst.\n"
    "Without limits: 60 seconds and 1024 MiB a file.\n"
    "\n"
    "Models:\n";

enum { SECONDS_DEFAULT = 60, MEMORY_DEFAULT_MIB = 1024, SENTENCE_BYTES = 4096 };

struct check_run {
    const struct check_model *model;
    struct check_options options;
    struct check_limits limits;
    enum check_format format;
    const char *levels; /* NULL: all */
    uint64_t seconds;
    struct timespec until;
    bool json, several;
};

static void usage(void)
{
    (void)fputs(USAGE, stdout);
    for (uint32_t i = 0; i < CHECK_MODEL_COUNT; i++) {
        const struct check_model *model = CHECK_MODELS[i];
        (void)printf("  %-15s %s\n", model->name, model->about);
        if (model->options[0] != '\0') {
            (void)printf("  %-15s options: %s\n", "", model->options);
        }
    }
}

static bool is_late(void *context)
{
    const struct check_run *run = context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > run->until.tv_sec ||
           (now.tv_sec == run->until.tv_sec && now.tv_nsec >= run->until.tv_nsec);
}

/* ---- Reading ---- */

/* All of a stream, ended by a zero byte; at most `bytes_max`. */
static char *read_stream(FILE *file, size_t bytes_max, size_t *length)
{
    size_t capacity = (size_t)1 << 16;
    char *text = malloc(capacity);
    *length = 0;
    while (text != NULL) {
        *length += fread(text + *length, 1, capacity - 1 - *length, file);
        if (ferror(file) || *length > bytes_max) {
            break;
        }
        if (*length < capacity - 1) {
            text[*length] = '\0';
            return text;
        }
        char *grown = realloc(text, capacity * 2);
        if (grown == NULL) {
            break;
        }
        text = grown;
        capacity *= 2;
    }
    free(text);
    return NULL;
}

static struct check_history *read_history(const struct check_run *run, const char *name)
{
    bool standard = strcmp(name, "-") == 0;
    FILE *file = standard ? stdin : fopen(name, "rb");
    size_t length;
    char *text = file == NULL ? NULL : read_stream(file, run->limits.bytes_max, &length);
    if (file != NULL && !standard) {
        (void)fclose(file);
    }
    if (text == NULL) {
        (void)command_refuse("check", "%s cannot be read (or is larger than --memory)", name);
        return NULL;
    }
    struct check_history *history = NULL;
    struct error error = {.text = ""};
    if (check_read_levels(text, length, run->format, run->levels, run->limits.bytes_max, &history,
                          &error) != 0) {
        (void)command_refuse("check", "%s: %s", name, error.text);
    }
    free(text);
    return history;
}

/* ---- Telling ---- */

static void print_sentence(const char *before, const struct text *text)
{
    (void)printf("%s%s%s\n", before, text->at, text->cut ? "..." : "");
}

static void print_finding(const struct check_history *history, const struct check_finding *finding)
{
    char bytes[SENTENCE_BYTES];
    struct text text = text_init(bytes, sizeof bytes);
    text_add(&text, finding->anomaly);
    text_add(&text, ": ");
    lab_check_anomaly(finding->anomaly, false, &text);
    if (finding->count > 1) {
        text_add(&text, " (");
        text_add_u64(&text, finding->count);
        text_add(&text, " times; the smallest:)");
    }
    print_sentence("  ", &text);
    for (uint32_t i = 0; i < finding->line_count; i++) {
        text_clear(&text);
        lab_check_line(history, &finding->lines[i], false, &text);
        print_sentence("    - ", &text);
    }
}

static void print_answers(const struct check_verdict *verdict)
{
    static const char *const HEADS[] = {
        [CHECK_VALID] = "holds", [CHECK_UNKNOWN] = "not decided", [CHECK_INVALID] = "broken"};
    for (int answer = CHECK_INVALID; answer >= CHECK_VALID; answer--) {
        const char *before = NULL;
        for (uint32_t i = 0; i < verdict->answer_count; i++) {
            if (verdict->answers[i].answer == (enum check_answer)answer) {
                (void)(before == NULL ? printf("  %s: ", HEADS[answer]) : printf("%s", before));
                (void)printf("%s", verdict->answers[i].model);
                before = ", ";
            }
        }
        (void)printf("%s", before == NULL ? "" : "\n");
    }
    if (verdict->weakest != NULL) {
        (void)printf("  weakest model broken: %s\n", verdict->weakest);
    }
}

static void print_power(const struct check_history *history)
{
    struct lab_check_power power;
    lab_check_power_count(history, &power);
    (void)printf("  operations:");
    for (uint32_t i = 0; i < power.kind_count; i++) {
        (void)printf("%s %s %u ok, %u failed, %u unknown", i == 0 ? "" : ";",
                     power.kinds[i].function, power.kinds[i].count[CHECK_OK],
                     power.kinds[i].count[CHECK_FAIL], power.kinds[i].count[CHECK_INFO]);
    }
    (void)printf("\n");
}

static void print_words(const struct check_run *run, const char *name,
                        const struct check_history *history, const struct check_verdict *verdict)
{
    char bytes[SENTENCE_BYTES];
    struct text text = text_init(bytes, sizeof bytes);
    (void)printf("%s: %s (%s, %u operations)", name, lab_check_answer(verdict->answer),
                 run->model->name, history->count);
    if (verdict->why != NULL) {
        lab_check_why(history, verdict, false, &text);
        (void)printf(": %s", text.at);
    }
    (void)printf("\n");
    if (run->several) {
        return;
    }
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        print_finding(history, &verdict->findings[i]);
    }
    print_answers(verdict);
    print_power(history);
}

/* ---- Judging ---- */

static int judge(struct check_run *run, const char *name)
{
    static struct check_verdict verdict; /* large, and one at a time */
    static const int CODES[] = {
        [CHECK_VALID] = EXIT_GOOD, [CHECK_UNKNOWN] = EXIT_UNKNOWN, [CHECK_INVALID] = EXIT_BROKEN};
    struct check_history *history = read_history(run, name);
    if (history == NULL) {
        return EXIT_UNUSABLE;
    }
    struct error error = {.text = ""};
    verdict = (struct check_verdict){.answer = CHECK_VALID};
    (void)clock_gettime(CLOCK_MONOTONIC, &run->until);
    run->until.tv_sec += (time_t)run->seconds;
    int status = run->model->judge(history, &run->options, &run->limits, &verdict, &error);
    int code =
        status != 0 ? command_refuse("check", "%s: %s", name, error.text) : CODES[verdict.answer];
    if (status == 0 && run->json) {
        char *json = lab_check_json(run->model->name, name, history, &verdict);
        if (json == NULL) {
            code = command_refuse("check", "%s: the verdict does not fit", name);
        } else {
            (void)printf("%s\n", json);
        }
        free(json);
    } else if (status == 0) {
        print_words(run, name, history, &verdict);
    }
    check_history_free(&history);
    return code;
}

/* "KEY=VALUE" as often as it is given; the '=' becomes the end of the key. */
static int read_options(struct check_run *run, int argc, char **argv)
{
    int status = 0;
    const char *word;
    while ((word = command_option("check", argc, argv, "--option", &status)) != NULL) {
        char *key = strdup(word); /* lives as long as the program does */
        char *equals = key == NULL ? NULL : strchr(key, '=');
        if (equals == NULL || run->options.count == CHECK_OPTIONS_MAX) {
            free(key);
            return command_refuse("check", "--option %s is not KEY=VALUE, or one too many", word);
        }
        *equals = '\0';
        run->options.items[run->options.count++] =
            (struct check_option){.key = key, .value = equals + 1};
    }
    return status;
}

static int read_limits(struct check_run *run, int argc, char **argv)
{
    uint64_t memory_mib = MEMORY_DEFAULT_MIB;
    struct {
        const char *name;
        uint64_t max, *value;
    } numbers[] = {{"--steps", INT64_MAX, &run->limits.steps_max},
                   {"--seconds", 1000000, &run->seconds},
                   {"--memory", 1 << 20, &memory_mib}};
    int status = 0;
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0] && status == 0; i++) {
        const char *word = command_option("check", argc, argv, numbers[i].name, &status);
        if (word != NULL) {
            status =
                command_number("check", numbers[i].name, word, 1, numbers[i].max, numbers[i].value);
        }
    }
    run->limits.bytes_max = (size_t)memory_mib << 20;
    return status;
}

/* How a file is read, and what of it. */
static int read_format(struct check_run *run, int argc, char **argv)
{
    int status = 0;
    run->levels = command_option("check", argc, argv, "--level", &status);
    const char *word =
        status == 0 ? command_option("check", argc, argv, "--format", &status) : NULL;
    while (word != NULL && strcmp(word, CHECK_FORMAT_NAMES[run->format]) != 0) {
        if (++run->format == CHECK_FORMATS) {
            return command_refuse(
                "check", "there is no format %s; there is edn, json, log, awdit, csv", word);
        }
    }
    return status;
}

/* The first word is the model; it is set to NULL. */
static const struct check_model *take_model(int argc, char **argv)
{
    if (argc < 2 || argv[1] == NULL || argv[1][0] == '-') {
        (void)command_refuse("check", "say a model and a file; see chef check --help");
        return NULL;
    }
    const struct check_model *model = check_model_find(argv[1]);
    if (model == NULL) {
        (void)command_refuse("check", "there is no model \"%s\"; see chef check --help", argv[1]);
    }
    argv[1] = NULL;
    return model;
}

/* The worse of two exit codes: unusable is worse than broken, which is worse than unknown. */
static int worse(int a, int b)
{
    static const int RANKS[] = {
        [EXIT_GOOD] = 0, [EXIT_UNKNOWN] = 1, [EXIT_BROKEN] = 2, [EXIT_UNUSABLE] = 3};
    return RANKS[a] > RANKS[b] ? a : b;
}

int command_check(int argc, char **argv)
{
    if (command_switch(argc, argv, "--help")) {
        usage();
        return EXIT_GOOD;
    }
    struct check_run run = {.seconds = SECONDS_DEFAULT};
    run.limits.stop = is_late;
    run.limits.context = &run;
    run.json = command_switch(argc, argv, "--json");
    run.model = take_model(argc, argv);
    if (run.model == NULL || read_options(&run, argc, argv) != 0 ||
        read_limits(&run, argc, argv) != 0 || read_format(&run, argc, argv) != 0) {
        return EXIT_UNUSABLE;
    }
    int files = 0, code = EXIT_GOOD;
    for (int i = 1; i < argc; i++) {
        if (argv[i] != NULL && argv[i][0] == '-' && argv[i][1] != '\0') {
            return command_rest("check", argc, argv);
        }
        files += argv[i] != NULL;
    }
    if (files == 0) {
        return command_refuse("check", "say a file; see chef check --help");
    }
    run.several = files > 1;
    for (int i = 1; i < argc; i++) {
        if (argv[i] != NULL) {
            code = worse(code, judge(&run, argv[i]));
        }
    }
    return code;
}
