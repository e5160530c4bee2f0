/* command_search.c - `chef search`: seeds on which a condition comes true. */
#include "command/arguments.h"
#include "command/command.h"

#include "base/duration.h"
#include "lab/repeat.h"
#include "lab/search.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef search SCENARIO --until CONDITION --seeds FIRST..LAST [--within DURATION]\n"
    "                   [--set KEY=VALUE]... [--first N] [--jobs N] [--json]\n"
    "\n"
    "  --until WHAT      a condition: \"kitchen_suspected\", \"first(response_ms > 20000)\" ...\n"
    "  --seeds 1..10000  which seeds, at most 1000000\n"
    "  --within 1m       how far each run goes, in virtual time; a minute if left out\n"
    "  --first N         ends with so many hits, 1 to 1000; 10 if left out\n"
    "  --jobs N          threads; one a core if left out\n"
    "  --json            prints one JSON object instead of words\n"
    "\n"
    "Prints the hits in order of seed, the same for any number of threads, each with its moment,\n"
    "what came true, and the line that repeats it. A run is stopped as soon as it is decided.\n"
    "Exit code: 0 found, 2 unusable input, 3 none found.\n";

enum { HITS_STANDARD = 10 };

/* ---- Printing ---- */

/* What is behind "chef run" for a hit. */
static void repeat_words(const struct lab_search *search, const char *until,
                         const struct lab_search_hit *hit, struct text *text)
{
    lab_repeat_words(search->scenario, hit->seed, search->settings, text);
    text_add(text, " --until '");
    text_add(text, until);
    text_add_char(text, '\'');
}

static double rate(const struct lab_search_result *result)
{
    return result->wall_ns > 0 ? (double)result->runs * 1e9 / (double)result->wall_ns : 0;
}

static void print_words(const struct lab_search *search, const char *until,
                        const struct lab_search_result *result)
{
    char words[LAB_REPEAT_BYTES];
    for (uint32_t i = 0; i < result->count; i++) {
        const struct lab_search_hit *hit = &result->hits[i];
        struct text text = text_init(words, sizeof words);
        repeat_words(search, until, hit, &text);
        printf("seed %-8" PRIu64 " %9.3f s  %s\n", hit->seed, (double)hit->time_ns / 1e9,
               hit->words);
        printf("              chef run %s\n", words);
    }
    printf("%u found among %" PRIu64 " seeds\n", result->count, result->seeds);
    printf("%" PRIu64 " runs in %.2f s: %.0f runs a second, %.0f virtual seconds a second\n",
           result->runs, (double)result->wall_ns / 1e9, rate(result),
           result->wall_ns > 0 ? (double)result->virtual_ns / (double)result->wall_ns : 0);
}

static cJSON *hit_json(const struct lab_search *search, const char *until,
                       const struct lab_search_hit *hit)
{
    char words[LAB_REPEAT_BYTES];
    struct text text = text_init(words, sizeof words);
    cJSON *object = lab_search_hit_json(search->scenario, hit);
    repeat_words(search, until, hit, &text);
    (void)cJSON_AddStringToObject(object, "repeat", words);
    return object;
}

static void print_json(const struct lab_search *search, const char *until,
                       const struct lab_search_result *result)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "scenario", search->scenario->name);
    (void)cJSON_AddStringToObject(object, "until", until);
    (void)cJSON_AddNumberToObject(object, "seeds", (double)result->seeds);
    cJSON *hits = cJSON_AddArrayToObject(object, "hits");
    for (uint32_t i = 0; i < result->count; i++) {
        (void)cJSON_AddItemToArray(hits, hit_json(search, until, &result->hits[i]));
    }
    (void)cJSON_AddNumberToObject(object, "runs", (double)result->runs);
    (void)cJSON_AddNumberToObject(object, "events", (double)result->events);
    (void)cJSON_AddNumberToObject(object, "wall_s", (double)result->wall_ns / 1e9);
    (void)cJSON_AddNumberToObject(object, "runs_per_s", rate(result));
    char *text = cJSON_Print(object);
    printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(object);
}

/* ---- The command ---- */

struct words {
    const char *until, *seeds, *within, *first, *jobs;
    bool json;
};

static int words_take(int argc, char **argv, struct words *words)
{
    const struct {
        const char *name;
        const char **value;
    } OPTIONS[] = {{"--until", &words->until},
                   {"--seeds", &words->seeds},
                   {"--within", &words->within},
                   {"--first", &words->first},
                   {"--jobs", &words->jobs}};
    int status = 0;
    words->json = command_switch(argc, argv, "--json");
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0] && status == 0; i++) {
        *OPTIONS[i].value = command_option("search", argc, argv, OPTIONS[i].name, &status);
    }
    return status;
}

static int words_read(const struct words *words, struct lab_search *search,
                      struct lab_condition *condition)
{
    struct lab_problem problem;
    uint64_t hits = HITS_STANDARD;
    uint64_t jobs = 0;
    if (words->until == NULL) {
        return command_refuse("search", "--until says what to look for, as in "
                                        "--until \"first(response_ms > 20000)\"");
    }
    if (lab_condition_parse(search->scenario, words->until, condition, &problem) != 0) {
        return command_refuse_problem("search", &problem);
    }
    int status = command_seeds("search", words->seeds, LAB_SEARCH_SEEDS_MAX, &search->first_seed,
                               &search->last_seed);
    if (status == 0 && words->within != NULL) {
        status = command_length("search", "--within", words->within, &search->within_ns);
    }
    if (status == 0 && words->first != NULL) {
        status = command_number("search", "--first", words->first, 1, LAB_SEARCH_HITS_MAX, &hits);
    }
    if (status == 0 && words->jobs != NULL) {
        status = command_number("search", "--jobs", words->jobs, 1, LAB_SEARCH_JOBS_MAX, &jobs);
    }
    search->condition = condition;
    search->hits_max = (uint32_t)hits;
    search->jobs = (uint32_t)jobs;
    return status;
}

static int search_and_print(const struct lab_search *search, const struct words *words)
{
    struct lab_problem problem;
    struct lab_search_result result;
    if (lab_search_run(search, &result, &problem) != 0) {
        return command_refuse_problem("search", &problem);
    }
    if (words->json) {
        print_json(search, words->until, &result);
    } else {
        print_words(search, words->until, &result);
    }
    int code = result.count > 0 ? EXIT_GOOD : EXIT_UNKNOWN;
    lab_search_free(&result);
    return code;
}

int command_search(int argc, char **argv)
{
    struct words words = {.until = NULL};
    struct command_scenario chosen;
    struct lab_condition condition;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int status = words_take(argc, argv, &words);
    if (status == 0) {
        status = command_scenario_read("search", argc, argv, &chosen);
    }
    if (status != 0) {
        return status;
    }
    struct lab_search search = {.scenario = chosen.scenario, .settings = chosen.settings};
    status = command_rest("search", argc, argv);
    if (status == 0) {
        status = words_read(&words, &search, &condition);
    }
    if (status == 0) {
        status = search_and_print(&search, &words);
    }
    lab_scenario_free(&chosen.scenario);
    return status;
}
