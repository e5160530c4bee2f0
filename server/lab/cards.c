/* cards.c - moments that somebody keeps: scenario, seed, settings, moment, and what held there. */
#include "lab/jobs_internal.h"

#include "lab/documents.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- Making ---- */

/* A card as it was read; texts point into the body. */
struct new_card {
    struct store_card card;
    struct lab_scenario *scenario;
    char *settings; /* printed; freed with cJSON_free() */
};

static int read_title(const cJSON *body, struct new_card *new_card, struct lab_problem *problem)
{
    const cJSON *title = cJSON_GetObjectItemCaseSensitive(body, "title");
    size_t characters = 0;
    for (const char *at = cJSON_IsString(title) ? title->valuestring : ""; *at != '\0'; at++) {
        characters += ((unsigned char)*at & 0xc0) != 0x80;
    }
    if (characters < 1 || characters > LAB_CARD_TITLE_CHARACTERS_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "title must be a text of 1 to %d characters",
                          LAB_CARD_TITLE_CHARACTERS_MAX);
    }
    new_card->card.title = title->valuestring;
    return 0;
}

static int read_scenario(const cJSON *body, struct new_card *new_card, struct lab_problem *problem)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(body, "scenario");
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(body, "settings");
    int64_t values[LAB_SETTINGS_MAX];
    if (lab_scenario_load(cJSON_IsString(name) ? name->valuestring : "", false, &new_card->scenario,
                          problem) != 0) {
        return -LAB_UNPROCESSABLE;
    }
    new_card->card.scenario = new_card->scenario->name;
    int status = lab_settings_parse(new_card->scenario->system, settings, values, problem);
    if (status == 0) {
        cJSON *none = settings == NULL ? cJSON_CreateObject() : NULL;
        new_card->settings = cJSON_PrintUnformatted(settings == NULL ? none : settings);
        new_card->card.settings = new_card->settings;
        cJSON_Delete(none);
    }
    return status;
}

static int read_moment(const cJSON *body, struct new_card *new_card, struct lab_problem *problem)
{
    const cJSON *seed = cJSON_GetObjectItemCaseSensitive(body, "seed");
    const cJSON *t_ms = cJSON_GetObjectItemCaseSensitive(body, "t_ms");
    int64_t number = 0;
    int64_t us = 0;
    if (!cJSON_IsNumber(seed) || !lab_decimal_parse(seed->valuedouble, 0, &number) || number < 0 ||
        number > (int64_t)LAB_SEED_MAX) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "seed must be a whole number from 0 to %lld",
                          (long long)LAB_SEED_MAX);
    }
    if (!cJSON_IsNumber(t_ms) || !lab_decimal_parse(t_ms->valuedouble, 3, &us) || us < 0 ||
        us > (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "t_ms must be a number from 0 to %d",
                          LAB_SCENARIO_SECONDS_MAX * 1000);
    }
    new_card->card.seed = (uint64_t)number;
    new_card->card.t_ns = us * 1000;
    return 0;
}

static int read_condition(const cJSON *body, struct new_card *new_card, struct lab_problem *problem)
{
    const cJSON *condition = cJSON_GetObjectItemCaseSensitive(body, "condition");
    struct lab_condition parsed;
    if (!cJSON_IsString(condition)) {
        return lab_refuse(problem, LAB_UNPROCESSABLE, "condition must be a condition, in a text");
    }
    new_card->card.condition = condition->valuestring;
    return lab_condition_parse(new_card->scenario, condition->valuestring, &parsed, problem);
}

static int read_card(const cJSON *body, struct new_card *new_card, struct lab_problem *problem)
{
    static int (*const PARTS[])(const cJSON *, struct new_card *, struct lab_problem *) = {
        read_title, read_scenario, read_moment, read_condition};
    static const char *const FIELDS[] = {"title", "scenario",  "seed",    "settings",
                                         "t_ms",  "condition", "private", NULL};
    int status = lab_job_fields(body, "card", FIELDS, problem);
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0] && status == 0; i++) {
        status = PARTS[i](body, new_card, problem);
    }
    return status;
}

static int64_t calendar_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int lab_card_create(struct lab *lab, const struct cJSON *body, const char *owner,
                    struct cJSON **out, struct lab_problem *problem)
{
    struct new_card new_card = {.settings = NULL};
    struct error error = {.text = ""};
    int64_t number = 0;
    int status = read_card(body, &new_card, problem);
    if (status == 0) {
        new_card.card.owner = owner == NULL ? "" : owner;
        new_card.card.created_ms = calendar_ms();
        if (store_card_create(lab->store, &new_card.card, LAB_CARDS_MAX, &number, &error) != 0) {
            status = lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
        } else if (number == 0) {
            status = lab_refuse(problem, LAB_CONFLICT,
                                "there are %d cards already, the most there may be; delete one",
                                LAB_CARDS_MAX);
        }
    }
    if (status == 0) {
        *out = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(*out, "card", (double)number);
    }
    cJSON_free(new_card.settings);
    lab_scenario_free(&new_card.scenario);
    return status;
}

/* ---- Listing and deleting ---- */

static void list_card(void *context, const struct store_card *card)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(item, "card", (double)card->card);
    (void)cJSON_AddBoolToObject(item, "private", card->owner[0] != '\0');
    (void)cJSON_AddStringToObject(item, "title", card->title);
    (void)cJSON_AddStringToObject(item, "scenario", card->scenario);
    (void)cJSON_AddNumberToObject(item, "seed", (double)card->seed);
    (void)cJSON_AddItemToObject(item, "settings", cJSON_CreateRaw(card->settings));
    (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(card->t_ns / 1000, 3));
    (void)cJSON_AddStringToObject(item, "condition", card->condition);
    lab_add_created(item, card->created_ms);
    (void)cJSON_AddItemToArray(context, item);
}

int lab_card_list(struct lab *lab, const char *owner, struct cJSON **out,
                  struct lab_problem *problem)
{
    struct error error = {.text = ""};
    cJSON *list = cJSON_CreateArray();
    if (store_cards_read(lab->store, owner == NULL ? "" : owner, list_card, list, &error) != 0) {
        cJSON_Delete(list);
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    *out = list;
    return 0;
}

struct card_search {
    int64_t card;
    bool found, shared;
};

static void match_card(void *context, const struct store_card *card)
{
    struct card_search *search = context;
    if (card->card == search->card) {
        search->found = true;
        search->shared = card->owner[0] == '\0';
    }
}

int lab_card_delete(struct lab *lab, int64_t card, const char *owner, bool all,
                    struct lab_problem *problem)
{
    struct card_search search = {.card = card};
    struct error error = {.text = ""};
    const char *asking = owner == NULL ? "" : owner;
    int status = store_cards_read(lab->store, asking, match_card, &search, &error);
    if (status == 0 && !search.found) {
        return lab_refuse(problem, LAB_NOT_FOUND, "there is no card %lld of yours",
                          (long long)card);
    }
    if (status == 0 && search.shared && !all) {
        return lab_refuse(problem, LAB_FORBIDDEN,
                          "only the presenter may delete a card for everybody");
    }
    if (status == 0) {
        status = store_card_delete(lab->store, card, search.shared ? "" : asking, &error);
    }
    return status == 0 ? 0 : lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
}
