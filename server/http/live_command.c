/* live_command.c - reads a viewer's message. */
#include "http/live_command.h"

#include <cjson/cJSON.h>
#include <string.h>

/* A number that is a whole one of 32 bits. */
static bool is_u32(const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= UINT32_MAX &&
           item->valuedouble == (double)(uint32_t)item->valuedouble;
}

static struct live_command object_read(const cJSON *object)
{
    struct live_command command = {.kind = LIVE_COMMAND_UNKNOWN};
    const cJSON *ack = cJSON_GetObjectItemCaseSensitive(object, "ack");
    const cJSON *layer = cJSON_GetObjectItemCaseSensitive(object, "layer");
    const cJSON *on = cJSON_GetObjectItemCaseSensitive(object, "on");
    int members = cJSON_GetArraySize(object);
    if (members == 1 && is_u32(ack)) {
        command.kind = LIVE_COMMAND_ACK;
        command.nonce = (uint32_t)ack->valuedouble;
    } else if (members == 2 && cJSON_IsString(layer) && cJSON_IsBool(on) &&
               strcmp(layer->valuestring, "messages") == 0) {
        command.kind = LIVE_COMMAND_LAYER;
        command.messages_layer = cJSON_IsTrue(on);
    }
    return command;
}

struct live_command live_command_parse(const uint8_t *bytes, uint32_t length)
{
    struct live_command command = {.kind = LIVE_COMMAND_UNKNOWN};
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithLengthOpts((const char *)bytes, length, &end, false);
    if (cJSON_IsObject(object) && end == (const char *)bytes + length)
        command = object_read(object);
    cJSON_Delete(object);
    return command;
}
