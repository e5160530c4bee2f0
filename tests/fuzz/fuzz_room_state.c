/* fuzz_room_state.c - whatever a body asks the room to show: it is refused in words and changes nothing, or
 * what is shown reads back as itself. */
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/body.h"
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
    cJSON_Delete(body);
    return 0;
}
