/* scenario_words.c - what begins most commands: a scenario, its seed and settings. */
#include "command/arguments.h"

#include "lab/settings.h"
#include "lab/short_id.h"

#include <stdio.h>
#include <string.h>

/* The first word that is neither an option nor an option's value. */
static const char *first_word(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i] != NULL && strncmp(argv[i], "--", 2) == 0) {
            i++; /* its value; switches were taken before */
        } else if (argv[i] != NULL) {
            const char *word = argv[i];
            argv[i] = NULL;
            return word;
        }
    }
    return NULL;
}

static int read_settings(const char *command, int argc, char **argv,
                         struct command_scenario *result)
{
    struct lab_problem problem;
    int status = 0;
    const char *text;
    while ((text = command_option(command, argc, argv, "--set", &status)) != NULL) {
        if (lab_setting_parse_text(result->scenario->system, text, result->settings, &problem) !=
            0) {
            return command_refuse_problem(command, &problem);
        }
    }
    text = status == 0 ? command_option(command, argc, argv, "--seed", &status) : NULL;
    if (text != NULL) {
        status = command_number(command, "--seed", text, 0, LAB_SEED_MAX, &result->seed);
    }
    return status;
}

/* A scenario by its name or file, or the run of a short id. */
static int load_scenario(const char *command, const char *name, struct command_scenario *result)
{
    struct lab_problem problem = {.allowed = NULL};
    struct lab_short_id id;
    size_t length = strlen(name);
    bool is_file = length > 5 && strcmp(name + length - 5, ".json") == 0;
    bool is_id = !is_file && lab_short_id_is_meant(name);
    int status = is_id ? lab_short_id_read(name, &id, &problem) : 0;
    if (status == 0) {
        status = lab_scenario_load(is_id ? id.scenario : name, true, &result->scenario, &problem);
    }
    if (status != 0) {
        return command_refuse_problem(command, &problem);
    }
    result->seed = is_id ? id.seed : result->scenario->seed;
    uint64_t digest = 0;
    if (is_id && lab_short_id_digest(result->scenario, id.seed, NULL, &digest, &problem) != 0) {
        lab_scenario_free(&result->scenario);
        return command_refuse_problem(command, &problem);
    }
    if (is_id && lab_short_check(digest) != id.check) {
        (void)fprintf(stderr,
                      "chef %s: the check of %s is %04x here, not %04x: a slip in typing, or an id "
                      "of another version\n",
                      command, id.scenario, lab_short_check(digest), id.check);
    }
    return 0;
}

int command_scenario_read(const char *command, int argc, char **argv,
                          struct command_scenario *result)
{
    const char *name = first_word(argc, argv);
    *result = (struct command_scenario){.scenario = NULL};
    if (name == NULL) {
        return command_refuse(command, "which scenario? see chef scenarios");
    }
    if (load_scenario(command, name, result) != 0) {
        return EXIT_UNUSABLE;
    }
    memcpy(result->settings, result->scenario->settings, sizeof result->settings);
    int status = read_settings(command, argc, argv, result);
    if (status != 0) {
        lab_scenario_free(&result->scenario);
    }
    return status;
}

int command_seeds(const char *command, const char *text, uint64_t count_max, uint64_t *first,
                  uint64_t *last)
{
    char begin[32];
    const char *dots = text == NULL ? NULL : strstr(text, "..");
    if (dots == NULL || dots - text >= (long)sizeof begin) {
        return command_refuse(command, "--seeds must be FIRST..LAST, as in 1..1000");
    }
    (void)snprintf(begin, sizeof begin, "%.*s", (int)(dots - text), text);
    int status = command_number(command, "the first seed", begin, 0, LAB_SEED_MAX, first);
    if (status == 0) {
        uint64_t last_max = *first + count_max - 1;
        status = command_number(command, "the last seed", dots + 2, *first,
                                last_max < LAB_SEED_MAX ? last_max : LAB_SEED_MAX, last);
    }
    return status;
}
