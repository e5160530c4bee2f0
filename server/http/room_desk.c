/* room_desk.c - keeps what the wall shows and what the desk wishes. */
#include "http/room_desk.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

void room_desk_clear(struct room_desk *desk)
{
    desk->wall[0] = 0;
    desk->shows[0] = 0; /* numbers go on: a wall of the former room must not take ours for old */
}

void room_desk_add(const struct room_desk *desk, struct cJSON *document)
{
    uint64_t kept = desk->wish_count < ROOM_WISHES_MAX ? desk->wish_count : ROOM_WISHES_MAX;
    cJSON_AddNumberToObject(document, "wish_count", (double)desk->wish_count);
    cJSON *wishes = cJSON_AddArrayToObject(document, "wishes");
    for (uint64_t number = desk->wish_count - kept + 1; number <= desk->wish_count; number++) {
        cJSON *wish = cJSON_CreateObject();
        cJSON_AddNumberToObject(wish, "number", (double)number);
        cJSON_AddStringToObject(wish, "act", desk->wishes[number % ROOM_WISHES_MAX]);
        cJSON_AddItemToArray(wishes, wish);
    }
    if (desk->wall[0] == 0) {
        cJSON_AddNullToObject(document, "wall");
        return;
    }
    cJSON *wall = cJSON_AddObjectToObject(document, "wall");
    cJSON_AddStringToObject(wall, "id", desk->wall);
    cJSON_AddRawToObject(wall, "shows", desk->shows);
}

/* ---- Reading ---- */

/* A word of these letters. False: none. */
static bool read_word(const cJSON *item, const char *letters, char *word, size_t bytes)
{
    const char *text = cJSON_GetStringValue(item);
    if (text == NULL || text[0] == 0 || strlen(text) >= bytes || text[strspn(text, letters)] != 0)
        return false;
    strcpy(word, text);
    return true;
}

static int read_wish(const cJSON *body, char act[ROOM_WISH_BYTES], struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, "act");
    if (read_word(item, "abcdefghijklmnopqrstuvwxyz", act, ROOM_WISH_BYTES))
        return 0;
    error_set(error, "The body must be {\"act\": \"...\"}, a word of at most %d small letters.",
              ROOM_WISH_BYTES - 1);
    return -422;
}

struct wall_says {
    char id[ROOM_WALL_BYTES];
    bool take, closes;
    char shows[ROOM_SHOWS_BYTES_MAX + 1];
};

static int read_wall(const cJSON *body, struct wall_says *says, struct error *error)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(body, "wall");
    const cJSON *shows = cJSON_GetObjectItemCaseSensitive(body, "shows");
    const cJSON *take = cJSON_GetObjectItemCaseSensitive(body, "take");
    if (!read_word(id, "abcdefghijklmnopqrstuvwxyz0123456789", says->id, ROOM_WALL_BYTES) ||
        (!cJSON_IsObject(shows) && !cJSON_IsNull(shows)) || (take != NULL && !cJSON_IsBool(take))) {
        error_set(
            error,
            "The body must be {\"wall\": \"...\", \"shows\": {...} or null, \"take\": true or "
            "false}; a wall's name has at most %d small letters and digits.",
            ROOM_WALL_BYTES - 1);
        return -422;
    }
    says->take = cJSON_IsTrue(take);
    says->closes = cJSON_IsNull(shows);
    if (cJSON_PrintPreallocated((cJSON *)(uintptr_t)shows, says->shows, sizeof says->shows, false))
        return 0;
    error_set(error, "What a wall shows has at most %d bytes.", ROOM_SHOWS_BYTES_MAX);
    return -422;
}

/* ---- Doing ---- */

int room_desk_wish(struct room_desk *desk, const struct cJSON *body, struct error *error)
{
    char act[ROOM_WISH_BYTES];
    int status = read_wish(body, act, error);
    if (status != 0)
        return status;
    if (desk->wall[0] == 0) {
        error_set(error, "No wall is open that could do it.");
        return -409;
    }
    desk->wish_count++;
    strcpy(desk->wishes[desk->wish_count % ROOM_WISHES_MAX], act);
    return 0;
}

int room_desk_wall(struct room_desk *desk, const struct cJSON *body, struct error *error)
{
    struct wall_says says;
    int status = read_wall(body, &says, error);
    if (status != 0)
        return status;
    if (!says.take && strcmp(desk->wall, says.id) != 0) {
        error_set(error, "Another page is the wall now.");
        return -409;
    }
    if (says.closes) {
        room_desk_clear(desk);
        return 0;
    }
    strcpy(desk->wall, says.id);
    strcpy(desk->shows, says.shows);
    return 0;
}
