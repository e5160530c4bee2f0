/* fuzz_room_state.c - whatever a body asks the room to show, or a wall or a desk says in it: it is refused
 * in words and changes nothing, or what is shown reads back as itself. */
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/body.h"
#include "http/room_desk.h"
#include "http/room_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct room_state *state)
{
    struct room_state again = room_state_empty();
    struct error error;
    cJSON *once = room_state_json(state);
    if (room_state_change(&again, once, &error) != 0)
        abort();
    cJSON *twice = room_state_json(&again);
    if (!cJSON_Compare(once, twice, true))
        abort();
    cJSON_Delete(once);
    cJSON_Delete(twice);
}

/* What the presenter's two pages hear of each other is JSON, whatever they say. */
static void check_desk(const struct room_desk *desk)
{
    cJSON *document = cJSON_CreateObject();
    room_desk_add(desk, document);
    char *text = cJSON_PrintUnformatted(document);
    cJSON *again = text == NULL ? NULL : cJSON_Parse(text);
    if (!cJSON_HasObjectItem(again, "wall") || !cJSON_HasObjectItem(again, "wishes"))
        abort();
    cJSON_Delete(again);
    cJSON_free(text);
    cJSON_Delete(document);
}

static void try_desk(const cJSON *body)
{
    static const struct room_desk HAS_A_WALL = {.wall = "w", .shows = "{}"};
    for (int wish = 0; wish < 2; wish++) {
        struct error error = {.text = ""};
        struct room_desk desk = HAS_A_WALL;
        int status =
            wish != 0 ? room_desk_wish(&desk, body, &error) : room_desk_wall(&desk, body, &error);
        if (status != 0 &&
            (strlen(error.text) == 0 || memcmp(&desk, &HAS_A_WALL, sizeof desk) != 0))
            abort();
        check_desk(&desk);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {.text = ""};
    struct room_state state = room_state_empty(), before = state;
    cJSON *body = body_parse((const char *)data, size, &error);
    if (body == NULL)
        return 0;
    if (room_state_change(&state, body, &error) == 0)
        check_same(&state);
    else if (strlen(error.text) == 0 || memcmp(&state, &before, sizeof state) != 0)
        abort();
    try_desk(body);
    cJSON_Delete(body);
    return 0;
}
