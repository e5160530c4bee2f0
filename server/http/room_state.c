/* room_state.c - reads and writes what the presenter shows. */
#include "http/room_state.h"

#include <cjson/cJSON.h>
#include <string.h>

struct room_state room_state_empty(void)
{
    return (struct room_state){.at_us = -1};
}

uint32_t room_vote_option(const struct room_vote *vote, const char *id)
{
    for (uint32_t i = 0; i < vote->option_count; i++) {
        if (strcmp(vote->options[i].id, id) == 0)
            return i;
    }
    return ROOM_OPTIONS_MAX;
}

/* ---- Reading ---- */

/* A name as scenes have them; null is none. */
static int read_word(const cJSON *item, char word[ROOM_WORD_BYTES], struct error *error)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *text = cJSON_IsNull(item) ? "" : cJSON_GetStringValue(item);
    if (text == NULL || strlen(text) >= ROOM_WORD_BYTES || text[strspn(text, LETTERS)] != 0)
        return error_set(error,
                         "%.40s must be a name of at most %d small letters, digits and hyphens, "
                         "or null.",
                         item->string != NULL ? item->string : "id", ROOM_WORD_BYTES - 1);
    strcpy(word, text);
    return 0;
}

static int read_run(const cJSON *item, char run[LAB_RUN_ID_BYTES], struct error *error)
{
    const char *text = cJSON_IsNull(item) ? "" : cJSON_GetStringValue(item);
    if (text == NULL || strlen(text) >= LAB_RUN_ID_BYTES)
        return error_set(error, "run must be the name of a run, or null.");
    strcpy(run, text);
    return 0;
}

static int read_flag(const cJSON *item, bool *flag, struct error *error)
{
    if (!cJSON_IsBool(item))
        return error_set(error, "%.40s must be true or false.", item->string);
    *flag = cJSON_IsTrue(item);
    return 0;
}

/* Milliseconds with at most three decimals; null is the live edge. */
static int read_moment(const cJSON *item, int64_t *at_us, struct error *error)
{
    double us = cJSON_IsNumber(item) ? item->valuedouble * 1000 : -1;
    if (!cJSON_IsNull(item) && !(us >= 0 && us <= (double)ROOM_AT_US_MAX))
        return error_set(error, "at_ms must be a number from 0 to %lld, or null for the live edge.",
                         (long long)(ROOM_AT_US_MAX / 1000));
    *at_us = cJSON_IsNull(item) ? -1 : (int64_t)(us + 0.5);
    return 0;
}

static int read_text(const cJSON *item, char text[ROOM_TEXT_BYTES], struct error *error)
{
    size_t characters = 0;
    const char *given = item == NULL ? "" : cJSON_GetStringValue(item);
    for (const char *at = given; at != NULL && *at != 0; at++)
        characters += ((unsigned char)*at & 0xc0) != 0x80;
    if (given == NULL || characters > ROOM_TEXT_CHARACTERS_MAX || strlen(given) >= ROOM_TEXT_BYTES)
        return error_set(error, "%.40s must be a text of at most %d characters.", item->string,
                         ROOM_TEXT_CHARACTERS_MAX);
    strcpy(text, given);
    return 0;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static int check_fields(const cJSON *object, const char *what, const char *const *fields,
                        struct error *error)
{
    for (const cJSON *item = object->child; item != NULL; item = item->next) {
        const char *const *field = fields;
        while (*field != NULL && strcmp(item->string, *field) != 0)
            field++;
        if (*field == NULL)
            return error_set(error, "%s has no field \"%.40s\".", what, item->string);
    }
    return 0;
}

static int read_option(const cJSON *item, struct room_vote *vote, struct error *error)
{
    static const char *const FIELDS[] = {"id", "text", NULL};
    struct room_option *option = &vote->options[vote->option_count];
    const cJSON *id = member(item, "id");
    if (!cJSON_IsObject(item) || !cJSON_IsString(id) || id->valuestring[0] == 0)
        return error_set(error, "Every option must be an object with an id.");
    if (check_fields(item, "An option", FIELDS, error) != 0 ||
        read_word(id, option->id, error) != 0 ||
        read_text(member(item, "text"), option->text, error) != 0)
        return -1;
    if (room_vote_option(vote, option->id) != ROOM_OPTIONS_MAX)
        return error_set(error, "Option %s stands twice.", option->id);
    vote->option_count++;
    return 0;
}

static int read_options(const cJSON *list, struct room_vote *vote, struct error *error)
{
    const cJSON *item;
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 2 || count > ROOM_OPTIONS_MAX)
        return error_set(error, "options must be a list of 2 to %d options.", ROOM_OPTIONS_MAX);
    cJSON_ArrayForEach(item, list)
    {
        if (read_option(item, vote, error) != 0)
            return -1;
    }
    return 0;
}

static int read_vote(const cJSON *object, struct room_vote *vote, struct error *error)
{
    static const char *const FIELDS[] = {"round", "options", "question", "open", "revealed", NULL};
    const cJSON *round = member(object, "round");
    memset(vote, 0, sizeof *vote);
    if (cJSON_IsNull(object))
        return 0;
    if (!cJSON_IsObject(object))
        return error_set(error, "vote must be an object, or null.");
    if (check_fields(object, "A vote", FIELDS, error) != 0)
        return -1;
    if (!cJSON_IsNumber(round) || (round->valuedouble != 1 && round->valuedouble != 2))
        return error_set(error, "round must be 1 or 2.");
    vote->round = (uint32_t)round->valuedouble;
    if (read_options(member(object, "options"), vote, error) != 0 ||
        read_text(member(object, "question"), vote->question, error) != 0)
        return -1;
    const cJSON *open = member(object, "open"), *revealed = member(object, "revealed");
    if ((open != NULL && read_flag(open, &vote->open, error) != 0) ||
        (revealed != NULL && read_flag(revealed, &vote->revealed, error) != 0))
        return -1;
    if (vote->open && vote->revealed)
        return error_set(error, "A vote that is revealed is over: close it first.");
    return 0;
}

static int read_field(struct room_state *state, const cJSON *item, struct error *error)
{
    const char *name = item->string;
    if (strcmp(name, "run") == 0)
        return read_run(item, state->run, error);
    if (strcmp(name, "scene") == 0)
        return read_word(item, state->scene, error);
    if (strcmp(name, "step") == 0)
        return read_word(item, state->step, error);
    if (strcmp(name, "at_ms") == 0)
        return read_moment(item, &state->at_us, error);
    if (strcmp(name, "frozen") == 0)
        return read_flag(item, &state->frozen, error);
    if (strcmp(name, "inputs_allowed") == 0)
        return read_flag(item, &state->inputs_allowed, error);
    if (strcmp(name, "blank") == 0)
        return read_flag(item, &state->blank, error);
    if (strcmp(name, "vote") == 0)
        return read_vote(item, &state->vote, error);
    return error_set(error, "A room has no field \"%.40s\".", name);
}

int room_state_change(struct room_state *state, const cJSON *change, struct error *error)
{
    struct room_state changed = *state;
    for (const cJSON *item = change->child; item != NULL; item = item->next) {
        if (read_field(&changed, item, error) != 0)
            return -1;
    }
    bool elsewhere =
        strcmp(changed.scene, state->scene) != 0 || strcmp(changed.step, state->step) != 0;
    if (elsewhere && member(change, "vote") == NULL)
        memset(&changed.vote, 0, sizeof changed.vote);
    if (changed.vote.round != 0 && (changed.scene[0] == 0 || changed.step[0] == 0))
        return error_set(error, "A vote needs a scene and a step: what is asked stands there.");
    *state = changed;
    return 0;
}

/* ---- Writing ---- */

/* Nothing is null, so that reading it again says so. */
static void add_word(cJSON *object, const char *name, const char *word)
{
    if (word[0] == 0)
        cJSON_AddNullToObject(object, name);
    else
        cJSON_AddStringToObject(object, name, word);
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text[0] != 0)
        cJSON_AddStringToObject(object, name, text);
}

static cJSON *vote_json(const struct room_vote *vote)
{
    if (vote->round == 0)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "round", vote->round);
    cJSON_AddBoolToObject(object, "open", vote->open);
    cJSON_AddBoolToObject(object, "revealed", vote->revealed);
    add_text(object, "question", vote->question);
    cJSON *list = cJSON_AddArrayToObject(object, "options");
    for (uint32_t i = 0; i < vote->option_count; i++) {
        cJSON *option = cJSON_CreateObject();
        cJSON_AddStringToObject(option, "id", vote->options[i].id);
        add_text(option, "text", vote->options[i].text);
        cJSON_AddItemToArray(list, option);
    }
    return object;
}

cJSON *room_state_json(const struct room_state *state)
{
    cJSON *object = cJSON_CreateObject();
    add_word(object, "run", state->run);
    add_word(object, "scene", state->scene);
    add_word(object, "step", state->step);
    if (state->at_us < 0)
        cJSON_AddNullToObject(object, "at_ms");
    else
        cJSON_AddNumberToObject(object, "at_ms", (double)state->at_us / 1000);
    cJSON_AddBoolToObject(object, "frozen", state->frozen);
    cJSON_AddBoolToObject(object, "inputs_allowed", state->inputs_allowed);
    cJSON_AddBoolToObject(object, "blank", state->blank);
    cJSON_AddItemToObject(object, "vote", vote_json(&state->vote));
    return object;
}
