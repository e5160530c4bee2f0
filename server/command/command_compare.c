/* command_compare.c - `chef compare`: the same orders and faults twice, with one change between. */
#include "command/arguments.h"
#include "command/command.h"

#include "base/duration.h"
#include "lab/lab_internal.h"
#include "lab/pair.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef compare SCENARIO [--seed N] [--set KEY=VALUE]... --a KEY=VALUE --b KEY=VALUE\n"
    "                    [--until DURATION] [--out FILE] [--json]\n"
    "\n"
    "  --set KEY=VALUE  on both sides; may be repeated\n"
    "  --a, --b         the change: this setting on side A, that one on side B\n"
    "  --until WHEN     10m, 1h30m ...; the scenario's length when absent\n"
    "  --out FILE       both sides and their difference, second by second, as one CSV file\n"
    "  --json           prints one JSON object instead of words\n"
    "\n"
    "Says where the two came apart first, and why. Exit code: 0, or 2 for unusable input.\n";

struct comparison {
    struct command_scenario chosen;
    int64_t settings[LAB_SIDES][LAB_SETTINGS_MAX];
    struct lab_course courses[LAB_SIDES];
    struct lab_pair pair;
    const char *change[LAB_SIDES];
    const char *file;
    bool json;
};

static int write_bytes(void *context, const void *bytes, size_t length)
{
    return fwrite(bytes, 1, length, context) == length ? 0 : -1;
}

static int write_file(const struct comparison *comparison)
{
    char run_ids[LAB_SIDES][LAB_RUN_ID_BYTES];
    FILE *file = fopen(comparison->file, "wb");
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    if (pieces == NULL) {
        abort();
    }
    bool good = file != NULL;
    if (good) {
        for (uint32_t side = 0; side < LAB_SIDES; side++) {
            lab_run_id_make(comparison->chosen.scenario, comparison->chosen.seed,
                            comparison->settings[side], run_ids[side]);
        }
        lab_pieces_begin(pieces, write_bytes, file);
        lab_pair_csv(&comparison->pair, run_ids, pieces);
        good = lab_pieces_end(pieces);
        good = fclose(file) == 0 && good;
    }
    free(pieces);
    return good ? EXIT_GOOD
                : command_refuse("compare", "cannot write %s: %s", comparison->file,
                                 strerror(errno));
}

static void print_figures(const struct comparison *comparison)
{
    const struct system *system = comparison->chosen.scenario->system;
    const struct lab_pair *pair = &comparison->pair;
    printf("  %-28s %14s %14s %14s\n", "figure", "A", "B", "B-A");
    for (uint32_t i = 0; i < system->figure_count; i++) {
        const struct system_figure *figure = &system->figures[i];
        int64_t a = pair->figures[0][i];
        int64_t b = pair->figures[1][i];
        char texts[3][32] = {"-", "-", "-"};
        if (a != NODE_CELL_NULL) {
            (void)lab_decimal_text(a, figure->decimals, texts[0]);
        }
        if (b != NODE_CELL_NULL) {
            (void)lab_decimal_text(b, figure->decimals, texts[1]);
        }
        if (a != NODE_CELL_NULL && b != NODE_CELL_NULL) {
            (void)lab_decimal_text(b - a, figure->decimals, texts[2]);
        }
        int better = lab_pair_better(figure, a, b);
        printf("  %-28s %14s %14s %s%13s %s\n", figure->name, texts[0], texts[1],
               texts[2][0] == '-' || texts[2][0] == '0' ? " " : "+", texts[2],
               better < 0   ? "A is better"
               : better > 0 ? "B is better"
                            : "");
    }
}

static void print_parting(const char *what, const struct lab_parting *parting)
{
    char time[32];
    printf("%s\n", what);
    for (int i = 0; i < LAB_SIDES; i++) {
        const struct lab_parting_side *side = &parting->sides[i];
        if (side->there) {
            printf("  %c at %s s, event %" PRIu64 ": %s\n", 'A' + i,
                   lab_decimal_text(side->time_ns / 1000, 6, time), side->event, side->words);
        } else {
            printf("  %c: nothing\n", 'A' + i);
        }
    }
}

static void print_words(const struct comparison *comparison)
{
    const struct lab_pair *pair = &comparison->pair;
    char time[32];
    printf("%s, seed %" PRIu64 ", %s virtual seconds; A: %s, B: %s\n",
           comparison->chosen.scenario->name, comparison->chosen.seed,
           lab_decimal_text(pair->reached_ns / 1000000, 3, time), comparison->change[0],
           comparison->change[1]);
    if (pair->first_event.found) {
        print_parting("first other event", &pair->first_event);
    } else {
        printf("no difference\n");
    }
    if (pair->decision.found) {
        print_parting("first other decision", &pair->decision);
    }
    print_figures(comparison);
}

static void print_json(const struct comparison *comparison)
{
    cJSON *json = lab_pair_json(&comparison->pair);
    char *text = cJSON_Print(json);
    printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(json);
}

static int compare(struct comparison *comparison)
{
    struct lab_problem problem;
    uint32_t opened = 0;
    int status = 0;
    while (opened < LAB_SIDES && status == 0) {
        struct lab_course *course = &comparison->courses[opened];
        if (lab_course_open(course, comparison->chosen.scenario, comparison->chosen.seed,
                            comparison->settings[opened], true, &problem) != 0) {
            status = command_refuse_problem("compare", &problem);
            break;
        }
        comparison->pair.sides[opened++] = course;
    }
    if (status == 0) {
        (void)lab_pair_run(&comparison->pair);
        status = comparison->file != NULL ? write_file(comparison) : EXIT_GOOD;
        if (status == EXIT_GOOD && comparison->json) {
            print_json(comparison);
        } else if (status == EXIT_GOOD) {
            print_words(comparison);
        }
        lab_pair_free(&comparison->pair);
    }
    while (opened > 0) {
        lab_course_close(&comparison->courses[--opened]);
    }
    return status;
}

static int read_changes(struct comparison *comparison)
{
    struct lab_problem problem;
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        memcpy(comparison->settings[side], comparison->chosen.settings,
               sizeof comparison->settings[side]);
        if (comparison->change[side] == NULL) {
            return command_refuse("compare", "--a and --b say what is compared, as in --a "
                                             "policy=round-robin --b policy=weighted-score");
        }
        if (lab_setting_parse_text(comparison->chosen.scenario->system, comparison->change[side],
                                   comparison->settings[side], &problem) != 0) {
            return command_refuse_problem("compare", &problem);
        }
    }
    return 0;
}

static int read_until(struct comparison *comparison, const char *until)
{
    uint64_t length_ns = (uint64_t)comparison->chosen.scenario->until_ns;
    struct error error = {.text = ""};
    if (until != NULL && duration_parse(until, &length_ns, &error) != 0) {
        return command_refuse("compare", "--until: %s", error.text);
    }
    if (length_ns < 1 || length_ns > LAB_SCENARIO_SECONDS_MAX * DURATION_S) {
        return command_refuse("compare", "--until must be from 1ns to 24h");
    }
    comparison->pair.until_ns = (int64_t)length_ns;
    return 0;
}

int command_compare(int argc, char **argv)
{
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    struct comparison *comparison = calloc(1, sizeof *comparison);
    if (comparison == NULL) {
        abort();
    }
    int status = 0;
    comparison->json = command_switch(argc, argv, "--json");
    const char *until = command_option("compare", argc, argv, "--until", &status);
    comparison->file = status == 0 ? command_option("compare", argc, argv, "--out", &status) : NULL;
    comparison->change[0] =
        status == 0 ? command_option("compare", argc, argv, "--a", &status) : NULL;
    comparison->change[1] =
        status == 0 ? command_option("compare", argc, argv, "--b", &status) : NULL;
    if (status == 0) {
        status = command_scenario_read("compare", argc, argv, &comparison->chosen);
    }
    if (status == 0) {
        status = command_rest("compare", argc, argv);
        status = status == 0 ? read_changes(comparison) : status;
        status = status == 0 ? read_until(comparison, until) : status;
        status = status == 0 ? compare(comparison) : status;
        lab_scenario_free(&comparison->chosen.scenario);
    }
    free(comparison);
    return status;
}
