/* compare.c - side by side: the same orders and faults under several values of one setting, computed
 * headless; or two runs that are there, from their beginning to where both have come. */
#include "lab/headless.h"
#include "lab/lab_internal.h"
#include "lab/pair.h"
#include "lab/replay.h"

#include "base/duration.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 8 };
static const int64_t UNTIL_MAX_NS = 3600 * INT64_C(1000000000); /* a request must end soon */

struct comparison {
    struct lab_scenario *scenario;
    uint64_t seed;
    uint32_t setting;
    int64_t until_ns;
    uint32_t count;
    int64_t values[VALUES_MAX];
    int64_t settings[LAB_SETTINGS_MAX];  /* the same in every column but for the compared one */
    struct lab_headless_result *results; /* VALUES_MAX of them */
};

static int read_until(const cJSON *body, struct comparison *comparison, struct lab_problem *problem)
{
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(body, "until");
    uint64_t length_ns = (uint64_t)comparison->scenario->until_ns;
    struct error error = {.text = ""};
    if (cJSON_IsString(until) && duration_parse(until->valuestring, &length_ns, &error) != 0) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "until: %s", error.text);
    }
    if ((until != NULL && !cJSON_IsString(until)) || length_ns < 1 ||
        length_ns > (uint64_t)UNTIL_MAX_NS) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "until must be a duration from 1ns to 1h, as in 10m");
    }
    comparison->until_ns = (int64_t)length_ns;
    return 0;
}

static int read_values(const cJSON *body, struct comparison *comparison,
                       struct lab_problem *problem)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "values");
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > VALUES_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "values must be a list of 1 to %d values",
                          VALUES_MAX);
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        int status = lab_setting_parse(comparison->scenario->system, comparison->setting, item,
                                       &comparison->values[comparison->count++], problem);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int read_comparison(const cJSON *body, struct comparison *comparison,
                           struct lab_problem *problem)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(body, "scenario");
    const cJSON *setting = cJSON_GetObjectItemCaseSensitive(body, "setting");
    const cJSON *seed = cJSON_GetObjectItemCaseSensitive(body, "seed");
    if (lab_scenario_load(cJSON_IsString(name) ? name->valuestring : "", false,
                          &comparison->scenario, problem) != 0) {
        return -LAB_UNPROCESSABLE;
    }
    int64_t number = (int64_t)comparison->scenario->seed;
    if (seed != NULL && (!cJSON_IsNumber(seed) ||
                         !lab_decimal_parse(seed->valuedouble, 0, &number) || number < 0)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "seed must be a whole number from 0");
    }
    comparison->seed = (uint64_t)number;
    int index = lab_setting_find(comparison->scenario->system,
                                 cJSON_IsString(setting) ? setting->valuestring : "", problem);
    if (index < 0) {
        return -LAB_UNPROCESSABLE;
    }
    comparison->setting = (uint32_t)index;
    memcpy(comparison->settings, comparison->scenario->settings, sizeof comparison->settings);
    int status = lab_settings_parse(comparison->scenario->system,
                                    cJSON_GetObjectItemCaseSensitive(body, "settings"),
                                    comparison->settings, problem);
    if (status == 0) {
        status = read_values(body, comparison, problem);
    }
    return status == 0 ? read_until(body, comparison, problem) : status;
}

static int run_all(struct lab *lab, struct comparison *comparison, struct lab_problem *problem)
{
    int64_t settings[LAB_SETTINGS_MAX];
    memcpy(settings, comparison->settings, sizeof settings);
    for (uint32_t i = 0; i < comparison->count; i++) {
        settings[comparison->setting] = comparison->values[i];
        struct lab_headless_options options = {.scenario = comparison->scenario,
                                               .seed = comparison->seed,
                                               .settings = settings,
                                               .until_ns = comparison->until_ns,
                                               .unjudged = true,
                                               .give_up = &lab->stopping_soon};
        int status = lab_headless_run(&options, &comparison->results[i], problem);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static cJSON *row_json(const struct comparison *comparison, uint32_t figure)
{
    const struct system_figure *of = &comparison->scenario->system->figures[figure];
    cJSON *row = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(row, "figure", of->name);
    (void)cJSON_AddStringToObject(row, "unit", of->unit);
    cJSON *values = cJSON_AddArrayToObject(row, "values");
    for (uint32_t i = 0; i < comparison->count; i++) {
        int64_t value = comparison->results[i].figures[figure];
        (void)cJSON_AddItemToArray(
            values, value == NODE_CELL_NULL ? cJSON_CreateNull()
                                            : cJSON_CreateNumber(lab_decimal(value, of->decimals)));
    }
    return row;
}

static cJSON *comparison_json(const struct comparison *comparison)
{
    const struct system *system = comparison->scenario->system;
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "scenario", comparison->scenario->name);
    (void)cJSON_AddNumberToObject(object, "seed", (double)comparison->seed);
    (void)cJSON_AddStringToObject(object, "setting", system->settings[comparison->setting].key);
    (void)cJSON_AddNumberToObject(object, "virtual_s", (double)comparison->until_ns / 1e9);
    cJSON *columns = cJSON_AddArrayToObject(object, "columns");
    cJSON *rows = cJSON_AddArrayToObject(object, "rows");
    cJSON *digests = cJSON_AddArrayToObject(object, "digests");
    for (uint32_t i = 0; i < comparison->count; i++) {
        char digest[20];
        (void)snprintf(digest, sizeof digest, "%016" PRIx64, comparison->results[i].digest);
        (void)cJSON_AddItemToArray(columns, lab_setting_json(&system->settings[comparison->setting],
                                                             comparison->values[i]));
        (void)cJSON_AddItemToArray(digests, cJSON_CreateString(digest));
    }
    for (uint32_t i = 0; i < system->figure_count; i++) {
        (void)cJSON_AddItemToArray(rows, row_json(comparison, i));
    }
    return object;
}

/* ---- Two runs ---- */

struct two_runs {
    struct lab_replay *replays[LAB_SIDES];
    struct lab_pair pair;
};

static void two_close(struct two_runs *two)
{
    lab_pair_free(&two->pair);
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        if (two->replays[side] != NULL) {
            lab_replay_close(&two->replays[side]);
        }
    }
}

/* Computes both. Whatever comes of it, two_close() follows. */
static int two_run(struct lab *lab, const char *const names[LAB_SIDES], int64_t until_ns,
                   struct two_runs *two, struct lab_problem *problem)
{
    *two = (struct two_runs){.pair = {.until_ns = until_ns, .give_up = &lab->stopping_soon}};
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        int status = lab_replay_open(lab, names[side], LAB_REPLAY_BEFORE, 0, 0, &two->replays[side],
                                     problem);
        if (status != 0) {
            return status;
        }
        struct lab_replay *replay = two->replays[side];
        two->pair.sides[side] = &replay->course;
        two->pair.until_ns =
            replay->edge_ns < two->pair.until_ns ? replay->edge_ns : two->pair.until_ns;
    }
    if (two->replays[0]->run->scenario->system != two->replays[1]->run->scenario->system) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "runs %s and %s are of different systems",
                          names[0], names[1]);
    }
    return lab_pair_run(&two->pair)
               ? 0
               : lab_refuse(problem, LAB_UNAVAILABLE, "the program is about to end");
}

static int read_two(const cJSON *body, const char *names[LAB_SIDES], int64_t *until_ns,
                    struct lab_problem *problem)
{
    static const char *const FIELDS[LAB_SIDES] = {"a", "b"};
    const cJSON *until_ms = cJSON_GetObjectItemCaseSensitive(body, "until_ms");
    int64_t until_us = INT64_MAX / 1000;
    for (uint32_t side = 0; side < LAB_SIDES; side++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, FIELDS[side]);
        if (!cJSON_IsString(item)) {
            return lab_refuse(problem, LAB_UNPROCESSABLE, "%s must be the name of a run",
                              FIELDS[side]);
        }
        names[side] = item->valuestring;
    }
    if (until_ms != NULL &&
        (!cJSON_IsNumber(until_ms) || !lab_decimal_parse(until_ms->valuedouble, 3, &until_us) ||
         until_us < 1 || until_us > LAB_SCENARIO_SECONDS_MAX * INT64_C(1000000))) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "until_ms must be a number from 0.001 to %d",
                          LAB_SCENARIO_SECONDS_MAX * 1000);
    }
    *until_ns = until_us * 1000;
    return 0;
}

static int compare_two(struct lab *lab, const cJSON *body, struct cJSON **out,
                       struct lab_problem *problem)
{
    struct two_runs *two = malloc(sizeof *two);
    const char *names[LAB_SIDES];
    int64_t until_ns = 0;
    if (two == NULL) {
        abort();
    }
    int status = read_two(body, names, &until_ns, problem);
    if (status == 0) {
        status = two_run(lab, names, until_ns, two, problem);
        if (status == 0) {
            *out = lab_pair_json(&two->pair);
            (void)cJSON_AddStringToObject(*out, "a", names[0]);
            (void)cJSON_AddStringToObject(*out, "b", names[1]);
        }
        two_close(two);
    }
    free(two);
    return status == -LAB_NOT_FOUND ? -LAB_UNPROCESSABLE : status;
}

int lab_compare_csv(struct lab *lab, const char *a, const char *b, lab_export_write write,
                    void *context, struct lab_problem *problem)
{
    const char *const names[LAB_SIDES] = {a, b};
    struct two_runs *two = malloc(sizeof *two);
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    char run_ids[LAB_SIDES][LAB_RUN_ID_BYTES];
    if (two == NULL || pieces == NULL) {
        abort();
    }
    int status = two_run(lab, names, INT64_MAX, two, problem);
    if (status == 0) {
        for (uint32_t side = 0; side < LAB_SIDES; side++) {
            (void)snprintf(run_ids[side], sizeof run_ids[side], "%s",
                           two->replays[side]->run->run_id);
        }
        lab_pieces_begin(pieces, write, context);
        lab_pair_csv(&two->pair, run_ids, pieces);
        status = lab_pieces_end(pieces)
                     ? 0
                     : lab_refuse(problem, LAB_UNAVAILABLE, "the receiver has gone");
    }
    two_close(two);
    free(pieces);
    free(two);
    return status;
}

/* ---- The request ---- */

int lab_compare(struct lab *lab, const struct cJSON *body, struct cJSON **out,
                struct lab_problem *problem)
{
    struct comparison comparison = {.count = 0};
    if (!cJSON_IsObject(body)) {
        return lab_refuse(problem, LAB_BAD_REQUEST, "the body must be a JSON object");
    }
    if (cJSON_HasObjectItem(body, "a") || cJSON_HasObjectItem(body, "b")) {
        return compare_two(lab, body, out, problem);
    }
    comparison.results = calloc(VALUES_MAX, sizeof *comparison.results);
    if (comparison.results == NULL) {
        abort();
    }
    int status = read_comparison(body, &comparison, problem);
    if (status == 0) {
        status = run_all(lab, &comparison, problem);
    }
    if (status == 0) {
        *out = comparison_json(&comparison);
    }
    lab_scenario_free(&comparison.scenario);
    free(comparison.results);
    return status;
}
