/* short_id.c - a run of the catalogue in a form that fits on a slide. */
#include "lab/short_id.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPED_BYTES_MAX = 200, REMEMBERED_MAX = 64 };

/* ---- Reading ---- */

bool lab_short_id_is_meant(const char *typed)
{
    return strchr(typed, '#') != NULL;
}

static bool is_space(char letter)
{
    return isspace((unsigned char)letter) != 0;
}

/* In small letters, without the spaces around. False when it is too long to be one. */
static bool tidy(const char *typed, char text[TYPED_BYTES_MAX])
{
    while (is_space(*typed)) {
        typed++;
    }
    size_t length = strlen(typed);
    while (length > 0 && is_space(typed[length - 1])) {
        length--;
    }
    if (length >= TYPED_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        text[i] = (char)tolower((unsigned char)typed[i]);
    }
    text[length] = '\0';
    return true;
}

/* Digits of the base from *at on, at least one and at most `digits_max`. */
static bool read_digits(const char **at, int base, size_t digits_max, uint64_t *value)
{
    size_t digits = strspn(*at, base == 10 ? "0123456789" : "0123456789abcdef");
    if (digits == 0 || digits > digits_max) {
        return false;
    }
    *value = strtoull(*at, NULL, base);
    *at += digits;
    return true;
}

struct search {
    const char *name;
    char found[LAB_SCENARIO_NAME_BYTES];
};

/* The name itself, or its part after the system. */
static void look_at_name(void *context, const char *name)
{
    struct search *search = context;
    const char *slash = strchr(name, '/');
    if (strcmp(name, search->name) == 0 ||
        (slash != NULL && search->found[0] == '\0' && strcmp(slash + 1, search->name) == 0)) {
        (void)snprintf(search->found, sizeof search->found, "%s", name);
    }
}

static void allow_name(void *problem, const char *name)
{
    lab_problem_allow(problem, name);
}

static int find_scenario(const char *name, struct lab_short_id *id, struct lab_problem *problem)
{
    struct search search = {.name = name};
    lab_scenario_names(look_at_name, &search);
    if (search.found[0] != '\0') {
        memcpy(id->scenario, search.found, sizeof id->scenario);
        return 0;
    }
    int status = lab_refuse(problem, LAB_NOT_FOUND, "there is no scenario \"%.64s\"", name);
    if (problem != NULL) {
        lab_scenario_names(allow_name, problem);
    }
    return status;
}

int lab_short_id_read(const char *typed, struct lab_short_id *id_out, struct lab_problem *problem)
{
    enum { SEED_DIGITS_MAX = 16 };
    char text[TYPED_BYTES_MAX];
    struct lab_short_id id = {.seed = 0};
    uint64_t check = 0;
    bool good = tidy(typed, text);
    char *number = good ? strchr(text, '#') : NULL;
    if (number != NULL) {
        *number = '\0';
        const char *at = number + 1;
        good = read_digits(&at, 10, SEED_DIGITS_MAX, &id.seed) && *at++ == '-' &&
               read_digits(&at, 16, LAB_SHORT_CHECK_DIGITS, &check) && *at == '\0' &&
               at[-LAB_SHORT_CHECK_DIGITS - 1] == '-' && id.seed <= LAB_SEED_MAX;
    }
    if (number == NULL || !good) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "\"%.80s\" is no short id: it is written SCENARIO#SEED-CHECK with four "
                          "digits of check, like kitchens/lunch-rush#7-f14d",
                          typed);
    }
    int status = find_scenario(text, &id, problem);
    if (status == 0) {
        id.check = (uint32_t)check;
        *id_out = id;
    }
    return status;
}

/* ---- Writing ---- */

uint32_t lab_short_check(uint64_t digest)
{
    return (uint32_t)(digest >> (64 - 4 * LAB_SHORT_CHECK_DIGITS));
}

void lab_short_id_write(const struct lab_scenario *scenario, uint64_t seed, uint64_t digest,
                        struct text *text)
{
    text_add(text, scenario->name);
    text_add_char(text, '#');
    text_add_u64(text, seed);
    text_add_char(text, '-');
    text_add_hex(text, lab_short_check(digest), LAB_SHORT_CHECK_DIGITS);
}

/* The script's inputs are the run's first; whoever has more has somebody's. */
bool lab_short_id_exists(const struct lab_course *course)
{
    const struct lab_scenario *scenario = course->scenario;
    const struct lab_inputs *script = scenario->script;
    if (!lab_scenario_is_in_catalogue(scenario) || course->inputs.count != script->count ||
        memcmp(course->settings, scenario->settings,
               scenario->system->setting_count * sizeof course->settings[0]) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < script->count; i++) {
        if (memcmp(&course->inputs.items[i].input, &script->items[i].input,
                   sizeof script->items[i].input) != 0) {
            return false;
        }
    }
    return true;
}

bool lab_short_id_of_result(const struct lab_headless_options *options,
                            const struct lab_headless_result *result, struct text *text)
{
    const struct lab_scenario *scenario = options->scenario;
    bool own = lab_scenario_is_in_catalogue(scenario) && !options->without_script &&
               (options->inputs == NULL || options->inputs->count == 0) &&
               memcmp(options->settings, scenario->settings,
                      scenario->system->setting_count * sizeof *options->settings) == 0;
    bool whole = options->condition == NULL &&
                 (options->until_ns == 0 || options->until_ns == scenario->until_ns);
    if (own && whole) {
        lab_short_id_write(scenario, options->seed, result->digest, text);
    }
    return own && whole;
}

/* ---- Computing ---- */

/* Digests of the last runs that were asked about; the oldest goes first. A digest never changes
 * while the program runs, so one memory serves all. */
static struct {
    pthread_mutex_t lock;
    uint32_t next;
    struct {
        char scenario[LAB_SCENARIO_NAME_BYTES];
        uint64_t seed, digest;
    } runs[REMEMBERED_MAX];
} remembered = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool recall(const struct lab_scenario *scenario, uint64_t seed, uint64_t *digest)
{
    bool found = false;
    pthread_mutex_lock(&remembered.lock);
    for (uint32_t i = 0; i < REMEMBERED_MAX && !found; i++) {
        found = remembered.runs[i].seed == seed &&
                strcmp(remembered.runs[i].scenario, scenario->name) == 0;
        *digest = found ? remembered.runs[i].digest : *digest;
    }
    pthread_mutex_unlock(&remembered.lock);
    return found;
}

static void remember(const struct lab_scenario *scenario, uint64_t seed, uint64_t digest)
{
    pthread_mutex_lock(&remembered.lock);
    uint32_t place = remembered.next++ % REMEMBERED_MAX;
    memcpy(remembered.runs[place].scenario, scenario->name, sizeof scenario->name);
    remembered.runs[place].seed = seed;
    remembered.runs[place].digest = digest;
    pthread_mutex_unlock(&remembered.lock);
}

int lab_short_id_digest(const struct lab_scenario *scenario, uint64_t seed,
                        const atomic_bool *give_up, uint64_t *digest, struct lab_problem *problem)
{
    if (recall(scenario, seed, digest)) {
        return 0;
    }
    const struct lab_headless_options options = {.scenario = scenario,
                                                 .seed = seed,
                                                 .settings = scenario->settings,
                                                 .unchecked = true,
                                                 .unjudged = true,
                                                 .give_up = give_up};
    struct lab_headless_result *result = malloc(sizeof *result);
    if (result == NULL) {
        abort();
    }
    int status = lab_headless_run(&options, result, problem);
    if (status == 0) {
        *digest = result->digest;
        remember(scenario, seed, result->digest);
    }
    free(result);
    return status;
}
