/* command_causes.c - `chef causes`: why something happened in a run, and what came of it. */
#include "command/arguments.h"
#include "command/command.h"

#include "base/duration.h"
#include "lab/replay.h"
#include "lab/scenario.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char USAGE[] =
    "usage: chef causes SCENARIO (--event N | --order N) [--seed N] [--set KEY=VALUE]...\n"
    "                   [--until DURATION] [--back N] [--forward N] [--json]\n"
    "\n"
    "  --event N    its causes, nearest first, and its effects within a virtual minute\n"
    "  --order N    every event about the order, and what brought each about\n"
    "  --back N     at most so many causes (40), --forward N: so many effects\n"
    "  --until WHEN as far as the run is looked at; the scenario's length when absent\n"
    "  --json       prints one JSON object instead of words\n"
    "\n"
    "Events are numbered 1, 2, 3 ... over the run; events.csv names those of its lines.\n"
    "Exit code: 0, or 2 for unusable input (there is no such event).\n";

struct causes {
    struct command_scenario chosen;
    struct lab_course course;
    struct lab_causes_query query;
    int64_t until_ns;
    bool json;
};

/* ---- Printing ---- */

static const char *text_of(const cJSON *object, const char *field)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_of(const cJSON *object, const char *field)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static const char *node_of(const struct causes *causes, const cJSON *item, const char *field)
{
    double node = number_of(item, field);
    const struct lab_scenario *scenario = causes->chosen.scenario;
    return node >= 0 && node < scenario->node_count ? scenario->nodes[(uint32_t)node].name : "-";
}

/* "  115.833980 s  #20000  dispatcher: message done from C, order 1043", then its notes. */
static void print_item(const struct causes *causes, const cJSON *item)
{
    printf("%14.6f s  #%-9.0f %s: %s", number_of(item, "t_ms") / 1000, number_of(item, "event"),
           node_of(causes, item, "node"), text_of(item, "kind"));
    if (number_of(item, "from") >= 0) {
        printf(" %s from %s", text_of(item, "type"), node_of(causes, item, "from"));
    }
    if (number_of(item, "subject") >= 0) {
        printf(", order %.0f", number_of(item, "subject"));
    }
    printf("\n");
    const cJSON *note;
    cJSON_ArrayForEach(note, cJSON_GetObjectItemCaseSensitive(item, "notes"))
    {
        printf("%32s%s\n", "", text_of(note, "text"));
    }
}

static void print_list(const struct causes *causes, const cJSON *document, const char *field,
                       const char *title, const char *more)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(document, field);
    if (list == NULL) {
        return;
    }
    printf("%s\n", title);
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        print_item(causes, item);
    }
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, more))) {
        printf("  ... and more\n");
    }
}

static void print_document(const struct causes *causes, const cJSON *document)
{
    if (causes->json) {
        char *text = cJSON_Print(document);
        printf("%s\n", text);
        cJSON_free(text);
        return;
    }
    const cJSON *event = cJSON_GetObjectItemCaseSensitive(document, "event");
    if (event != NULL) {
        print_item(causes, event);
    }
    print_list(causes, document, "back", "because of", "back_more");
    print_list(causes, document, "forward", "and then", "forward_more");
    print_list(causes, document, "events", "what happened to it", "more");
}

/* ---- The command ---- */

static int causes_run(struct causes *causes)
{
    struct lab_problem problem;
    cJSON *document = NULL;
    if (lab_course_open(&causes->course, causes->chosen.scenario, causes->chosen.seed,
                        causes->chosen.settings, true, &problem) != 0) {
        return command_refuse_problem("causes", &problem);
    }
    (void)lab_course_run(&causes->course, causes->until_ns, UINT64_MAX);
    const struct lab_past past = {.run = causes->chosen.scenario->name, .course = &causes->course};
    int status =
        lab_past_causes(&past, causes->chosen.scenario, &causes->query, &document, &problem);
    if (status == 0) {
        print_document(causes, document);
        cJSON_Delete(document);
    } else {
        status = command_refuse_problem("causes", &problem);
    }
    lab_course_close(&causes->course);
    return status;
}

/* An option that is a number; *number stays as it was when it is absent. */
static int read_number(int argc, char **argv, const char *name, uint64_t min, uint64_t max,
                       uint64_t *number)
{
    int status = 0;
    const char *text = command_option("causes", argc, argv, name, &status);
    return status != 0 || text == NULL ? status
                                       : command_number("causes", name, text, min, max, number);
}

static int read_query(int argc, char **argv, struct lab_causes_query *query)
{
    uint64_t event = 0;
    uint64_t order = UINT64_MAX;
    uint64_t back = LAB_CAUSES_STANDARD;
    uint64_t forward = LAB_CAUSES_STANDARD;
    int status = read_number(argc, argv, "--event", 1, INT64_MAX, &event);
    status = status == 0 ? read_number(argc, argv, "--order", 0, UINT32_MAX - 1, &order) : status;
    status = status == 0 ? read_number(argc, argv, "--back", 0, LAB_CAUSES_MAX, &back) : status;
    status =
        status == 0 ? read_number(argc, argv, "--forward", 0, LAB_CAUSES_MAX, &forward) : status;
    if (status == 0 && (event != 0) == (order != UINT64_MAX)) {
        return command_refuse("causes", "give --event or --order: whose causes are asked for");
    }
    *query = (struct lab_causes_query){.event = event,
                                       .subject = (uint32_t)order,
                                       .back = (uint32_t)back,
                                       .forward = (uint32_t)forward};
    return status;
}

static int read_until(struct causes *causes, const char *until)
{
    uint64_t length_ns = (uint64_t)causes->chosen.scenario->until_ns;
    struct error error = {.text = ""};
    if (until != NULL && duration_parse(until, &length_ns, &error) != 0) {
        return command_refuse("causes", "--until: %s", error.text);
    }
    if (length_ns < 1 || length_ns > LAB_SCENARIO_SECONDS_MAX * DURATION_S) {
        return command_refuse("causes", "--until must be from 1ns to 24h");
    }
    causes->until_ns = (int64_t)length_ns;
    return 0;
}

int command_causes(int argc, char **argv)
{
    struct causes causes = {.json = false};
    int status = 0;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    causes.json = command_switch(argc, argv, "--json");
    const char *until = command_option("causes", argc, argv, "--until", &status);
    status = status == 0 ? read_query(argc, argv, &causes.query) : status;
    if (status != 0 || command_scenario_read("causes", argc, argv, &causes.chosen) != 0) {
        return EXIT_UNUSABLE;
    }
    status = command_rest("causes", argc, argv);
    status = status == 0 ? read_until(&causes, until) : status;
    status = status == 0 ? causes_run(&causes) : status;
    lab_scenario_free(&causes.chosen.scenario);
    return status;
}
