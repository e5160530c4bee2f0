/* command_shrink.c - `chef shrink`: the smallest run that still breaks a promise. */
#include "command/arguments.h"
#include "command/command.h"
#include "command/inputs.h"
#include "command/run_link.h"

#include "base/duration.h"
#include "lab/repeat.h"
#include "lab/shrink.h"
#include "lab/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef shrink SCENARIO [--seed N] [--set KEY=VALUE]... [--inputs FILE] [--faults LIST]\n"
    "                   [--until DURATION] [--check NAME] [--out FILE]\n"
    "       chef shrink --link LINK|FILE [--until DURATION] [--check NAME] [--out FILE]\n"
    "\n"
    "  --inputs FILE    inputs beside the scenario's own: JSON Lines, or CSV as exported\n"
    "  --faults LIST    faults drawn for this seed, as `chef sweep` draws them; all are healed\n"
    "  --until 10m      another length than the scenario's\n"
    "  --link LINK      the run of a link (chef1...), or of a file that one stands in\n"
    "  --check NAME     the promise that stays broken; the first broken one if left out\n"
    "  --out FILE       writes the inputs that are left, for chef run --no-script --inputs FILE\n"
    "\n"
    "Takes away time, inputs, orders and kitchens as long as the verdict stays as it was, judged\n"
    "on a healed copy as at the end of `chef run`. Prints what went, what is left, and the line\n"
    "that repeats it.\n"
    "Exit code: 0 shrunk, 2 unusable input, 3 nothing is broken.\n";

enum { INPUTS_PRINTED_MAX = 60 };

/* ---- What is to be shrunk ---- */

struct words {
    const char *link, *inputs, *faults, *until, *check, *out;
};

/* From a scenario and options, or from a link. */
struct run {
    struct command_scenario chosen; /* its scenario is closed at the end */
    struct lab_inputs inputs;       /* all there are */
    int64_t until_ns;
};

static int words_take(int argc, char **argv, struct words *words)
{
    const struct {
        const char *name;
        const char **value;
    } OPTIONS[] = {{"--link", &words->link},     {"--inputs", &words->inputs},
                   {"--faults", &words->faults}, {"--until", &words->until},
                   {"--check", &words->check},   {"--out", &words->out}};
    int status = 0;
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0] && status == 0; i++) {
        *OPTIONS[i].value = command_option("shrink", argc, argv, OPTIONS[i].name, &status);
    }
    return status;
}

static int link_read(const struct words *words, struct run *run)
{
    struct command_link link;
    if (words->inputs != NULL || words->faults != NULL) {
        return command_refuse("shrink",
                              "a link has its inputs in it; --inputs and --faults are for "
                              "a scenario");
    }
    int status = command_link_read("shrink", words->link, &link);
    if (status != 0) {
        return status;
    }
    run->chosen.scenario = link.run.scenario;
    run->chosen.seed = link.link.seed;
    memcpy(run->chosen.settings, link.run.settings, sizeof link.run.settings);
    run->inputs = link.run.inputs;
    run->until_ns = link.link.edge_ns;
    link.run.scenario = NULL; /* they are taken over */
    link.run.inputs = (struct lab_inputs){0};
    command_link_free(&link);
    return 0;
}

static int faults_read(const struct words *words, struct run *run)
{
    struct lab_problem problem;
    struct lab_sweep sweep = {.scenario = run->chosen.scenario,
                              .settings = run->chosen.settings,
                              .first_seed = run->chosen.seed,
                              .last_seed = run->chosen.seed,
                              .until_ns = run->until_ns,
                              .always = words->faults[0] == '!'};
    if (lab_faults_parse(words->faults + sweep.always, &sweep.faults, &problem) != 0 ||
        lab_sweep_faults(&sweep, &run->inputs, &problem) != 0) {
        return command_refuse_problem("shrink", &problem);
    }
    return 0;
}

static int scenario_read(int argc, char **argv, const struct words *words, struct run *run)
{
    int status = command_scenario_read("shrink", argc, argv, &run->chosen);
    if (status != 0) {
        return status;
    }
    const struct lab_scenario *scenario = run->chosen.scenario;
    run->until_ns = scenario->until_ns;
    for (uint32_t i = 0; i < scenario->script->count; i++) {
        (void)lab_inputs_insert(&run->inputs, &scenario->script->items[i].input, 0, "script");
    }
    if (words->until != NULL) {
        status = command_length("shrink", "--until", words->until, &run->until_ns);
    }
    if (status == 0 && words->inputs != NULL) {
        status = command_inputs_read("shrink", scenario, words->inputs, &run->inputs);
    }
    if (status == 0 && words->faults != NULL) {
        status = faults_read(words, run);
    }
    return status;
}

static int run_read(int argc, char **argv, const struct words *words, struct run *run)
{
    if (words->link == NULL) {
        return scenario_read(argc, argv, words, run);
    }
    int status = link_read(words, run);
    if (status == 0 && words->until != NULL) {
        status = command_length("shrink", "--until", words->until, &run->until_ns);
    }
    if (status == 0 && run->until_ns <= 0) {
        status = command_refuse("shrink", "this run has not begun; --until says how far it goes");
    }
    return status;
}

/* ---- Printing ---- */

static void print_sizes(const struct lab_shrink_result *result)
{
    const struct lab_shrink_size *before = &result->before;
    const struct lab_shrink_size *after = &result->after;
    printf("  %-9s %12.3f s -> %.3f s\n", "time", (double)before->until_ns / 1e9,
           (double)after->until_ns / 1e9);
    printf("  %-9s %12u   -> %u\n", "inputs", before->inputs, after->inputs);
    printf("  %-9s %12u   -> %u%s\n", "orders", before->orders, after->orders,
           result->load_off ? ", each given as an input" : ", by the load");
    char parts[16] = "all";
    if (before->parts > 0) {
        (void)snprintf(parts, sizeof parts, "%u", before->parts);
    }
    if (after->parts > 0) {
        printf("  %-9s %12s   -> the first %u\n", "kitchens", parts, after->parts);
    }
}

static void print_inputs(const struct lab_scenario *scenario, const struct lab_inputs *inputs)
{
    char buffer[LAB_REPEAT_BYTES];
    for (uint32_t i = 0; i < inputs->count && i < INPUTS_PRINTED_MAX; i++) {
        struct text words = text_init(buffer, sizeof buffer);
        lab_repeat_input_words(scenario, &inputs->items[i].input, &words);
        printf("  %12.6f s  %s\n", (double)inputs->items[i].input.time_ns / 1e9, buffer);
    }
    if (inputs->count > INPUTS_PRINTED_MAX) {
        printf("  and %u more\n", inputs->count - INPUTS_PRINTED_MAX);
    }
    if (inputs->count == 0) {
        printf("  nothing: the settings are enough\n");
    }
}

/* The link of the smaller run, as far as a line goes. */
static void print_link(const struct run *run, const struct lab_shrink_result *result)
{
    struct lab_course course;
    char *buffer = malloc(LAB_LINK_BYTES_MAX);
    if (buffer == NULL || lab_course_open(&course, run->chosen.scenario, run->chosen.seed,
                                          result->settings, false, NULL) != 0) {
        free(buffer);
        return;
    }
    for (uint32_t i = 0; i < result->inputs.count; i++) {
        lab_course_input(&course, &result->inputs.items[i].input,
                         run->chosen.scenario->script->count + 1 + i, "script");
    }
    (void)lab_course_run(&course, result->until_ns, UINT64_MAX);
    struct text link = text_init(buffer, LAB_LINK_BYTES_MAX);
    lab_link_of_course(&course, result->until_ns, NULL, -1, &link);
    if (!link.cut) {
        printf("  chef run --link '%s'\n", buffer);
    }
    lab_course_close(&course);
    free(buffer);
}

static void print_repeat(const struct run *run, const struct lab_shrink_result *result,
                         const char *out)
{
    char buffer[LAB_REPEAT_BYTES];
    struct text words = text_init(buffer, sizeof buffer);
    lab_repeat_words(run->chosen.scenario, run->chosen.seed, result->settings, &words);
    text_add(&words, " --no-script");
    if (result->inputs.count > 0) {
        text_add(&words, " --inputs ");
        text_add(&words, out == NULL ? "FILE" : out);
    }
    text_add(&words, " --until ");
    duration_format(&words, (uint64_t)result->until_ns);
    printf("repeat it\n");
    printf("  chef run %s\n", buffer);
    if (out == NULL && result->inputs.count > 0) {
        printf("  (--out FILE writes the inputs)\n");
    }
    print_link(run, result);
}

static void print_result(const struct run *run, const struct lab_shrink_result *result,
                         const char *out)
{
    const struct system *system = run->chosen.scenario->system;
    printf("%s, seed %" PRIu64 ": %s of %s\n", run->chosen.scenario->name, run->chosen.seed,
           result->verdict, system->checks[result->check].name);
    printf("  %s\n", result->words);
    printf("size\n");
    print_sizes(result);
    printf("left\n");
    print_inputs(run->chosen.scenario, &result->inputs);
    print_repeat(run, result, out);
    printf("digest %016" PRIx64 "; %s; %" PRIu64 " runs in %.2f s\n", result->digest,
           lab_shrink_end_words(result->end), result->runs, (double)result->wall_ns / 1e9);
}

/* ---- The command ---- */

static int shrink_and_print(const struct run *run, const struct words *words)
{
    struct lab_problem problem;
    struct lab_shrink_result *result = calloc(1, sizeof *result);
    const struct lab_shrink shrink = {.scenario = run->chosen.scenario,
                                      .seed = run->chosen.seed,
                                      .settings = run->chosen.settings,
                                      .inputs = &run->inputs,
                                      .until_ns = run->until_ns,
                                      .check = words->check};
    if (result == NULL) {
        abort();
    }
    int status = lab_shrink_run(&shrink, result, &problem);
    int code = EXIT_GOOD;
    if (status != 0) {
        code = command_refuse_problem("shrink", &problem);
        code = status == -LAB_CONFLICT ? EXIT_UNKNOWN : code;
    } else {
        if (words->out != NULL) {
            code =
                command_inputs_write("shrink", run->chosen.scenario, &result->inputs, words->out);
        }
        if (code == EXIT_GOOD) {
            print_result(run, result, words->out);
        }
        lab_shrink_free(result);
    }
    free(result);
    return code;
}

int command_shrink(int argc, char **argv)
{
    struct words words = {.link = NULL};
    struct run run = {.until_ns = 0};
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int status = words_take(argc, argv, &words);
    if (status == 0) {
        status = run_read(argc, argv, &words, &run);
    }
    if (status == 0) {
        status = command_rest("shrink", argc, argv);
    }
    if (status == 0) {
        status = shrink_and_print(&run, &words);
    }
    lab_inputs_free(&run.inputs);
    lab_scenario_free(&run.chosen.scenario);
    return status;
}
