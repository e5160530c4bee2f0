/* room.c - opens and ends the room, lets members in, holds what the presenter shows. */
#include "http/room.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/room_internal.h"
#include "store/store.h"

enum { VERSIONS_LOST_MAX = 1000 }; /* told, and not yet stored when the program ended */

struct room *room_new(void)
{
    struct room *room = calloc(1, sizeof *room);
    if (room == NULL || pthread_mutex_init(&room->mutex, NULL) != 0) {
        free(room);
        return NULL;
    }
    room->state = room_state_empty();
    return room;
}

void room_free(struct room **room)
{
    if (*room == NULL)
        return;
    pthread_mutex_destroy(&(*room)->mutex);
    free(*room);
    *room = NULL;
}

/* Without what is read as another one: 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B, U and V. */
void room_code_make(const uint8_t random[ROOM_CODE_LETTERS], char code[ROOM_CODE_BYTES])
{
    static const char ALPHABET[] = "ACDEFGHJKMNPQRTUWXY34679";
    for (int i = 0; i < ROOM_CODE_LETTERS; i++)
        code[i] = ALPHABET[random[i] % (sizeof ALPHABET - 1)];
    code[ROOM_CODE_LETTERS] = 0;
}

/* ---- Is it there? With the mutex. ---- */

static bool is_over(const struct room *room, int64_t now_ms)
{
    return room->ended || now_ms - room->seen_ms > ROOM_IDLE_MS_MAX;
}

static int refuse(struct error *error, int status, const char *sentence)
{
    error_set(error, "%s", sentence);
    return -status;
}

static int check(const struct room *room, const char *code, int64_t now_ms, struct error *error)
{
    if (room->code[0] == 0)
        return refuse(error, 404, "There is no room: the presenter has not opened one.");
    if (code != NULL && strcasecmp(code, room->code) != 0) {
        error_set(error, "There is no room \"%.20s\".", code);
        return -404;
    }
    if (is_over(room, now_ms))
        return refuse(error, 410, "The room is over.");
    return 0;
}

static struct room_member *member_find(struct room *room, const char *owner)
{
    for (uint32_t i = 0; i < room->member_count; i++) {
        if (strcmp(room->members[i].owner, owner) == 0)
            return &room->members[i];
    }
    return NULL;
}

int room_member_check(struct room *room, const char *owner, int64_t now_ms,
                      struct room_member **member, struct error *error)
{
    int status = check(room, NULL, now_ms, error);
    *member = status == 0 ? member_find(room, owner) : NULL;
    if (status == 0 && *member == NULL)
        return refuse(error, 403, "Come into the room first, with its code.");
    return status;
}

int room_check(struct room *room, const char *code, int64_t now_ms, struct error *error)
{
    pthread_mutex_lock(&room->mutex);
    int status = check(room, code, now_ms, error);
    pthread_mutex_unlock(&room->mutex);
    return status;
}

int room_check_member(struct room *room, const char *owner, int64_t now_ms, struct error *error)
{
    struct room_member *member;
    pthread_mutex_lock(&room->mutex);
    int status = room_member_check(room, owner, now_ms, &member, error);
    pthread_mutex_unlock(&room->mutex);
    return status;
}

bool room_has_member(struct room *room, const char *owner)
{
    pthread_mutex_lock(&room->mutex);
    bool found = member_find(room, owner) != NULL;
    pthread_mutex_unlock(&room->mutex);
    return found;
}

/* ---- The presenter ---- */

static void seen(struct room *room, int64_t now_ms)
{
    room->seen_ms = now_ms;
    if (now_ms - room->seen_stored_ms < ROOM_SEEN_STEP_MS && now_ms >= room->seen_stored_ms)
        return;
    room->seen_stored_ms = now_ms;
    room->generation++;
}

static void changed(struct room *room)
{
    room->version++;
    room->generation++;
}

bool room_open(struct room *room, const char *code, int64_t now_ms)
{
    assert(strlen(code) == ROOM_CODE_LETTERS);
    pthread_mutex_lock(&room->mutex);
    bool opened = room->code[0] == 0 || is_over(room, now_ms);
    if (opened) {
        memcpy(room->code, code, ROOM_CODE_BYTES);
        room->ended = false;
        room->state = room_state_empty();
        room->member_count = 0;
        room_desk_clear(&room->desk);
        room_class_begin(room);
        changed(room);
    }
    seen(room, now_ms);
    pthread_mutex_unlock(&room->mutex);
    return opened;
}

void room_end(struct room *room)
{
    pthread_mutex_lock(&room->mutex);
    room->ended = true;
    room->member_count = 0; /* nicknames live as long as the room */
    changed(room);
    pthread_mutex_unlock(&room->mutex);
}

void room_presenter_seen(struct room *room, int64_t now_ms)
{
    pthread_mutex_lock(&room->mutex);
    if (!is_over(room, now_ms))
        seen(room, now_ms);
    pthread_mutex_unlock(&room->mutex);
}

static int change(struct room *room, const cJSON *asked, struct error *error)
{
    struct room_state state = room->state;
    if (room_state_change(&state, asked, error) != 0)
        return -422;
    int status = state.vote.open ? room_ballot_begin(room, &state, error) : 0;
    if (status == 0) {
        room->state = state;
        changed(room);
    }
    return status;
}

int room_change(struct room *room, const cJSON *asked, int64_t now_ms, struct error *error)
{
    pthread_mutex_lock(&room->mutex);
    int status = check(room, NULL, now_ms, error);
    if (status == 0)
        status = change(room, asked, error);
    if (status == 0)
        seen(room, now_ms);
    pthread_mutex_unlock(&room->mutex);
    return status;
}

/* Told to whoever listens, and not stored. */
int room_wish(struct room *room, const cJSON *body, int64_t now_ms, struct error *error)
{
    pthread_mutex_lock(&room->mutex);
    int status = check(room, NULL, now_ms, error);
    if (status == 0)
        status = room_desk_wish(&room->desk, body, error);
    if (status == 0) {
        room->version++;
        seen(room, now_ms);
    }
    pthread_mutex_unlock(&room->mutex);
    return status;
}

/* As room_wish(); only a former wall is to hear of it. */
int room_wall(struct room *room, const cJSON *body, int64_t now_ms, struct error *error)
{
    pthread_mutex_lock(&room->mutex);
    char before[ROOM_WALL_BYTES];
    strcpy(before, room->desk.wall);
    int status = check(room, NULL, now_ms, error);
    if (status == 0)
        status = room_desk_wall(&room->desk, body, error);
    if (status == 0) {
        room->version += strcmp(before, room->desk.wall) != 0;
        seen(room, now_ms);
    }
    pthread_mutex_unlock(&room->mutex);
    return status;
}

int room_reset(struct room *room, const char *run, int64_t now_ms, struct error *error)
{
    assert(strlen(run) < LAB_RUN_ID_BYTES);
    pthread_mutex_lock(&room->mutex);
    int status = check(room, NULL, now_ms, error);
    if (status == 0) {
        room_class_begin(room);
        memset(&room->state.vote, 0, sizeof room->state.vote);
        strcpy(room->state.run, run);
        room->state.step[0] = 0;
        room->state.at_us = -1;
        changed(room);
        seen(room, now_ms);
    }
    pthread_mutex_unlock(&room->mutex);
    return status;
}

/* ---- Members ---- */

/* Any text of people, without what would break a line. */
static bool nickname_is_good(const char *nickname)
{
    size_t characters = 0;
    for (const unsigned char *at = (const unsigned char *)nickname; *at != 0; at++) {
        if (*at < ' ' || *at == 0x7f)
            return false;
        characters += (*at & 0xc0) != 0x80;
    }
    return characters <= ROOM_NICKNAME_CHARACTERS_MAX && strlen(nickname) < ROOM_NICKNAME_BYTES;
}

static int join(struct room *room, const char *owner, const char *nickname, struct error *error)
{
    struct room_member *member = member_find(room, owner);
    if (!nickname_is_good(nickname)) {
        error_set(error, "A nickname has at most %d characters, all in one line.",
                  ROOM_NICKNAME_CHARACTERS_MAX);
        return -422;
    }
    if (member == NULL && room->member_count == ROOM_MEMBERS_MAX)
        return refuse(error, 503, "The room is full.");
    if (member == NULL) {
        member = &room->members[room->member_count++];
        memset(member, 0, sizeof *member);
        strcpy(member->owner, owner);
    }
    strcpy(member->nickname, nickname);
    return 0;
}

int room_join(struct room *room, const char *code, const char *owner, const char *nickname,
              int64_t now_ms, struct error *error)
{
    assert(owner[0] != 0 && strlen(owner) < ACCESS_TOKEN_BYTES);
    pthread_mutex_lock(&room->mutex);
    int status = check(room, code, now_ms, error);
    if (status == 0)
        status = join(room, owner, nickname, error);
    pthread_mutex_unlock(&room->mutex);
    return status;
}

bool room_shows(struct room *room, const char *run)
{
    pthread_mutex_lock(&room->mutex);
    bool shows = room->state.run[0] != 0 && strcmp(room->state.run, run) == 0;
    pthread_mutex_unlock(&room->mutex);
    return shows;
}

static int order(struct room *room, struct room_member *member, int64_t now_ms, struct error *error)
{
    if (room->state.frozen)
        return refuse(error, 403, "The presenter has stopped the class for a moment.");
    if (!room->state.inputs_allowed)
        return refuse(error, 403, "The presenter takes no orders now.");
    int64_t full_ms = member->orders_full_ms;
    /* A clock that was set back must not lock anybody out. */
    if (full_ms < now_ms || full_ms > now_ms + ROOM_ORDERS_BURST * ROOM_ORDER_PAUSE_MS)
        full_ms = now_ms;
    full_ms += ROOM_ORDER_PAUSE_MS;
    if (full_ms > now_ms + ROOM_ORDERS_BURST * ROOM_ORDER_PAUSE_MS)
        return refuse(error, 429, "Slowly: the kitchens have other guests too.");
    member->orders_full_ms = full_ms;
    return 0;
}

int room_order(struct room *room, const char *owner, int64_t now_ms, struct error *error)
{
    struct room_member *member;
    pthread_mutex_lock(&room->mutex);
    int status = room_member_check(room, owner, now_ms, &member, error);
    if (status == 0)
        status = order(room, member, now_ms, error);
    pthread_mutex_unlock(&room->mutex);
    return status;
}

/* ---- Documents ---- */

static void members_add(const struct room *room, cJSON *document)
{
    cJSON_AddNumberToObject(document, "members", room->member_count);
    cJSON *names = cJSON_AddArrayToObject(document, "nicknames");
    for (uint32_t i = 0, shown = 0; i < room->member_count && shown < ROOM_NICKNAMES_SHOWN_MAX;
         i++) {
        if (room->members[i].nickname[0] == 0)
            continue;
        cJSON_AddItemToArray(names, cJSON_CreateString(room->members[i].nickname));
        shown++;
    }
}

cJSON *room_json(struct room *room, bool presenter)
{
    pthread_mutex_lock(&room->mutex);
    cJSON *document = room_state_json(&room->state);
    cJSON_AddStringToObject(document, "code", room->code);
    cJSON_AddNumberToObject(document, "version", (double)room->version);
    cJSON_AddBoolToObject(document, "ended", room->ended);
    cJSON *vote = cJSON_GetObjectItemCaseSensitive(document, "vote");
    if (room->state.vote.round != 0 && (presenter || room->state.vote.revealed))
        room_counts_add(room, vote);
    if (presenter) {
        members_add(room, document);
        room_desk_add(&room->desk, document);
    }
    pthread_mutex_unlock(&room->mutex);
    return document;
}

/* ---- Stored and read again ---- */

uint64_t room_generation(struct room *room)
{
    pthread_mutex_lock(&room->mutex);
    uint64_t generation = room->generation;
    pthread_mutex_unlock(&room->mutex);
    return generation;
}

static struct store_vote vote_of(const struct room_tally *tally)
{
    return (struct store_vote){.run = tally->run,
                               .class = tally->class,
                               .scene = tally->scene,
                               .step = tally->step,
                               .option = tally->option,
                               .round = tally->round,
                               .count = tally->count};
}

/* One block: the votes, and behind them the room as it was, to which their texts point. */
void room_copy(struct room *room, const char *run, struct store_room *copy)
{
    struct room_tally *tallies = NULL;
    pthread_mutex_lock(&room->mutex);
    uint32_t count = room->tally_count;
    struct store_vote *votes =
        malloc((count + 1) * (sizeof *votes + sizeof *tallies) + ROOM_CODE_BYTES);
    cJSON *state = room_state_json(&room->state);
    if (votes == NULL || state == NULL)
        abort();
    tallies = (struct room_tally *)(void *)(votes + count + 1);
    memcpy(tallies, room->tallies, count * sizeof *tallies);
    char *code = (char *)(tallies + count + 1);
    memcpy(code, room->code, ROOM_CODE_BYTES);
    *copy = (struct store_room){.code = code,
                                .version = room->version,
                                .seen_ms = room->seen_ms,
                                .ended = room->ended,
                                .class = room->class,
                                .votes = votes};
    pthread_mutex_unlock(&room->mutex);
    for (uint32_t i = 0; i < count; i++) {
        if (run == NULL || strcmp(run, tallies[i].run) == 0)
            votes[copy->vote_count++] = vote_of(&tallies[i]);
    }
    copy->state = cJSON_PrintUnformatted(state);
    cJSON_Delete(state);
    if (copy->state == NULL)
        abort();
}

void room_copy_free(struct store_room *copy)
{
    cJSON_free((void *)(uintptr_t)copy->state);
    free((void *)(uintptr_t)copy->votes);
    memset(copy, 0, sizeof *copy);
}

/* A state that this program cannot read is none: the room is there, and shows nothing. */
void room_load(struct room *room, const struct store_room *stored)
{
    struct error error;
    if (strlen(stored->code) != ROOM_CODE_LETTERS)
        return;
    cJSON *state = cJSON_Parse(stored->state);
    if (cJSON_IsObject(state) && room_state_change(&room->state, state, &error) != 0)
        room->state = room_state_empty();
    cJSON_Delete(state);
    strcpy(room->code, stored->code);
    room->state.vote.open = false;
    room->version = stored->version + VERSIONS_LOST_MAX;
    room->seen_ms = room->seen_stored_ms = stored->seen_ms;
    room->ended = stored->ended;
    room->class = stored->class;
}
