/* command_run.c - `chef run`: one run without a page, from a scenario to its verdicts. */
#include "command/arguments.h"
#include "command/command.h"
#include "command/inputs.h"
#include "command/run_link.h"

#include "base/duration.h"
#include "lab/headless.h"
#include "lab/settings.h"
#include "lab/short_id.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef run SCENARIO [--seed N] [--set KEY=VALUE]... [--inputs FILE] [--no-script]\n"
    "                [--until DURATION|CONDITION] [--out DIR] [--json]\n"
    "       chef run --link LINK|FILE [--until DURATION|CONDITION] [--out DIR] [--json]\n"
    "\n"
    "  SCENARIO         name as in `chef scenarios`; or a file NAME.json of the same form\n"
    "                   that names its \"system\"; or a short id: NAME#SEED-CHECK\n"
    "  --link LINK      the run of a link (chef1...), or of a file that one stands in, up to\n"
    "                   where it was shared\n"
    "  --seed N         another seed than the scenario's\n"
    "  --set KEY=VALUE  another value of a setting at the start; may be repeated\n"
    "  --inputs FILE    inputs beside the scenario's own: JSON Lines, or CSV as exported; with\n"
    "                   --no-script a whole exported inputs.csv is the run again, numbers and all\n"
    "  --no-script      leaves the scenario's own inputs out\n"
    "  --until WHEN     10m, 1h30m, 250ms ...; or a condition: \"first(response_ms > 5000)\"\n"
    "  --out DIR        writes the evidence into this folder: report.html, run.chef (the run as\n"
    "                   a link), run.json and every table as CSV\n"
    "  --json           prints one JSON object instead of words\n"
    "\n"
    "At the end a copy of the run is healed, comes to rest and is judged.\n"
    "Exit code: 0 good, 1 a promise broken, 2 unusable input, 3 unknown, 4 never converged.\n";

/* ---- Reading ---- */

/* A duration, or else a condition. */
static int until_read(const struct lab_scenario *scenario, const char *text, int64_t *until_ns,
                      struct lab_condition *condition, bool *conditional)
{
    uint64_t length_ns = 0;
    struct error error = {.text = ""};
    struct lab_problem problem;
    *conditional = false;
    if (duration_parse(text, &length_ns, &error) == 0) {
        if (length_ns < 1 || length_ns > LAB_SCENARIO_SECONDS_MAX * DURATION_S) {
            return command_refuse("run", "--until must be from 1ns to 24h");
        }
        *until_ns = (int64_t)length_ns;
        return 0;
    }
    if (text[0] >= '0' && text[0] <= '9') {
        return command_refuse("run", "--until: %s", error.text);
    }
    if (lab_condition_parse(scenario, text, condition, &problem) != 0) {
        return command_refuse_problem("run", &problem);
    }
    *conditional = true;
    *until_ns = (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000000;
    return 0;
}

/* ---- Printing ---- */

enum { PROOF_INDENT = 41 };

static void print_figures(const struct system *system, const int64_t *figures)
{
    char number[32];
    for (uint32_t i = 0; i < system->figure_count; i++) {
        if (figures[i] != NODE_CELL_NULL) {
            printf("  %-28s %s\n", system->figures[i].name,
                   lab_decimal_text(figures[i], system->figures[i].decimals, number));
        }
    }
}

/* The lines of the first finding, in the words of the field. */
static void print_proof(const cJSON *proof)
{
    const cJSON *findings = cJSON_GetObjectItemCaseSensitive(proof, "findings");
    const cJSON *first = cJSON_GetArrayItem(findings, 0);
    const cJSON *line;
    const char *said = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(first, "field"));
    if (said != NULL) {
        printf("%*s%s\n", PROOF_INDENT, "", said);
    }
    cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(first, "lines"))
    {
        said = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "field"));
        printf("%*s- %s\n", PROOF_INDENT, "", said == NULL ? "" : said);
    }
}

/* What a checker of histories looked at: whether the test could have found anything. */
static void print_judged(const struct lab_judged *judged, const char *json)
{
    cJSON *proof = json == NULL ? NULL : cJSON_Parse(json);
    const cJSON *kind;
    if (judged == NULL) {
        return;
    }
    printf("%*smodel %s, %u operations, %u of them over while something was broken\n", PROOF_INDENT,
           "", judged->model, judged->operations, judged->under_fault);
    cJSON_ArrayForEach(kind, cJSON_GetObjectItemCaseSensitive(proof, "operations"))
    {
        printf("%*s%s: %.0f ok, %.0f failed, %.0f unknown\n", PROOF_INDENT, "", kind->string,
               cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(kind, "ok")),
               cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(kind, "fail")),
               cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(kind, "info")));
    }
    if (judged->weakest != NULL) {
        printf("%*sweakest model broken: %s\n", PROOF_INDENT, "", judged->weakest);
    }
    print_proof(proof);
    cJSON_Delete(proof);
}

static void print_verdicts(const struct lab_scenario *scenario,
                           const struct lab_headless_result *result,
                           const struct lab_proofs *proofs)
{
    for (uint32_t i = 0; i < result->judgement.count; i++) {
        char words[LAB_VERDICT_WORDS_BYTES];
        struct text text = text_init(words, sizeof words);
        lab_verdict_words(scenario, &result->judgement, i, result->excuse, &text);
        printf("  %-13s %-24s %s\n", lab_verdict_name(&result->judgement, i, result->excuse),
               scenario->system->checks[i].name, words);
        print_judged(lab_judged_find(&result->judgement, i), lab_proof_of(proofs, i));
    }
}

static void print_words(const struct lab_headless_options *options,
                        const struct lab_headless_result *result)
{
    double virtual_s = (double)result->time_ns / 1e9;
    double wall_s = (double)result->wall_ns / 1e9;
    char short_id[LAB_SHORT_ID_BYTES];
    struct text text = text_init(short_id, sizeof short_id);
    printf("%s, seed %" PRIu64 "\n", options->scenario->name, options->seed);
    if (lab_short_id_of_result(options, result, &text)) {
        printf("short id %s\n", short_id);
    }
    printf("digest %016" PRIx64 ", %" PRIu64 " events, %.3f virtual seconds in %.3f s", //
           result->digest, result->events, virtual_s, wall_s);
    printf(" (%.0f times as fast)\n", wall_s > 0 ? virtual_s / wall_s : 0.0);
    if (options->condition != NULL) {
        printf("%s\n",
               result->met ? "stopped where the condition held" : "the condition never held");
    }
    printf("figures\n");
    print_figures(options->scenario->system, result->figures);
    printf("verdicts\n");
    print_verdicts(options->scenario, result, options->proofs);
    if (options->folder != NULL) {
        printf("evidence in %s\n", options->folder);
    }
}

static void print_json(const struct lab_headless_options *options,
                       const struct lab_headless_result *result)
{
    cJSON *json = lab_headless_json(options, result);
    char *text = cJSON_Print(json);
    printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(json);
}

/* ---- The command ---- */

/* Inputs that the run never came to would else be missed without a word. */
static void tell_unused(const struct lab_inputs *inputs, int64_t end_ns)
{
    uint32_t unused = 0;
    for (uint32_t i = 0; inputs != NULL && i < inputs->count; i++) {
        unused += inputs->items[i].input.time_ns > end_ns;
    }
    if (unused > 0) {
        (void)fprintf(stderr, "chef run: %u of %u inputs lie behind the end and had no effect\n",
                      unused, inputs->count);
    }
}

static int run_and_print(struct lab_headless_options *options, const struct command_link *link,
                         bool json)
{
    struct lab_proofs proofs = {0};
    struct lab_headless_result *result = calloc(1, sizeof *result);
    struct lab_problem problem;
    if (result == NULL) {
        abort();
    }
    int code;
    options->proofs = &proofs;
    if (lab_headless_run(options, result, &problem) != 0) {
        code = command_refuse_problem("run", &problem);
    } else {
        if (json) {
            print_json(options, result);
        } else {
            print_words(options, result);
        }
        if (link != NULL) {
            command_link_compare(link, result);
        } else {
            tell_unused(options->inputs, result->time_ns);
        }
        code = lab_judgement_code(&result->judgement, result->excuse);
        if (code == EXIT_GOOD &&
            (result->halt != SIM_HALT_NONE || (options->condition != NULL && !result->met))) {
            code = EXIT_UNKNOWN;
        }
    }
    lab_proofs_free(&proofs);
    options->proofs = NULL;
    free(result);
    return code;
}

/* The options that go with a scenario and with a link alike. */
struct run_words {
    const char *until, *folder, *inputs, *link;
    bool json, without_script;
};

static int words_read(int argc, char **argv, struct run_words *words)
{
    static const char *const NAMES[] = {"--until", "--out", "--inputs", "--link"};
    const char **const values[] = {&words->until, &words->folder, &words->inputs, &words->link};
    int status = 0;
    words->json = command_switch(argc, argv, "--json");
    words->without_script = command_switch(argc, argv, "--no-script");
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0] && status == 0; i++) {
        *values[i] = command_option("run", argc, argv, NAMES[i], &status);
    }
    return status;
}

static int run_until(struct lab_headless_options *options, const struct run_words *words,
                     const struct command_link *link)
{
    struct lab_condition condition;
    bool conditional = false;
    int status = words->until == NULL ? 0
                                      : until_read(options->scenario, words->until,
                                                   &options->until_ns, &condition, &conditional);
    options->condition = conditional ? &condition : NULL;
    options->folder = words->folder;
    return status != 0 ? status : run_and_print(options, link, words->json);
}

static int run_link(int argc, char **argv, const struct run_words *words)
{
    struct command_link link;
    int status = command_rest("run", argc, argv);
    if (status == 0 && (words->inputs != NULL || words->without_script)) {
        status = command_refuse("run", "a link has its inputs in it; %s cannot go with --link",
                                words->without_script ? "--no-script" : "--inputs");
    }
    if (status == 0) {
        status = command_link_read("run", words->link, &link);
    }
    if (status != 0) {
        return status;
    }
    struct lab_headless_options options = {.scenario = link.run.scenario,
                                           .seed = link.link.seed,
                                           .settings = link.run.settings,
                                           .inputs = &link.run.inputs,
                                           .without_script = true,
                                           .until_ns = link.link.edge_ns};
    status = run_until(&options, words, &link);
    command_link_free(&link);
    return status;
}

/* A whole exported table holds the inputs of the script too: they would take effect twice. */
static int refuse_script_twice(const struct lab_scenario *scenario, const struct lab_inputs *inputs)
{
    for (uint32_t i = 0; i < inputs->count; i++) {
        uint32_t number = inputs->items[i].number;
        if (number != 0 && number <= scenario->script->count) {
            return command_refuse("run",
                                  "the file of inputs holds input %u, which the scenario's script "
                                  "has by itself: add --no-script, or leave it out",
                                  number);
        }
    }
    return 0;
}

static int run_scenario(int argc, char **argv, const struct run_words *words)
{
    struct command_scenario chosen;
    struct lab_inputs inputs = {0};
    int status = command_scenario_read("run", argc, argv, &chosen);
    if (status != 0) {
        return status;
    }
    status = command_rest("run", argc, argv);
    if (status == 0 && words->inputs != NULL) {
        status = command_inputs_read("run", chosen.scenario, words->inputs, &inputs);
    }
    if (status == 0 && !words->without_script) {
        status = refuse_script_twice(chosen.scenario, &inputs);
    }
    if (status == 0) {
        struct lab_headless_options options = {.scenario = chosen.scenario,
                                               .seed = chosen.seed,
                                               .settings = chosen.settings,
                                               .inputs = &inputs,
                                               .without_script = words->without_script};
        status = run_until(&options, words, NULL);
    }
    lab_inputs_free(&inputs);
    lab_scenario_free(&chosen.scenario);
    return status;
}

int command_run(int argc, char **argv)
{
    struct run_words words;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int status = words_read(argc, argv, &words);
    if (status != 0) {
        return status;
    }
    return words.link != NULL ? run_link(argc, argv, &words) : run_scenario(argc, argv, &words);
}
