/* carry.c: messages of hosted nodes inside lines of Maelstrom's protocol. */
#include "stdio/carry.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

enum { HEX_BASE = 16 };

void carry_send(struct session *session, uint32_t peer, const struct carry *carry,
                const uint8_t *bytes)
{
    static const char DIGITS[] = "0123456789abcdef";
    char hex[2 * NODE_MESSAGE_BYTES_MAX + 1];
    assert(carry->length <= NODE_MESSAGE_BYTES_MAX);
    for (uint32_t i = 0; i < carry->length; i++) {
        hex[2 * i] = DIGITS[bytes[i] / HEX_BASE];
        hex[2 * i + 1] = DIGITS[bytes[i] % HEX_BASE];
    }
    session_peer(session, peer, "carry");
    json_i64(&session->json, "range", carry->range);
    json_u64(&session->json, "from", carry->from);
    json_u64(&session->json, "to", carry->to);
    json_u64(&session->json, "kind", carry->kind);
    json_bytes(&session->json, "bytes", hex, 2 * carry->length);
    session_send(session);
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

static bool hex_read(const char *hex, uint8_t *bytes, uint32_t *length)
{
    size_t digits = strlen(hex);
    if (digits % 2 != 0 || digits / 2 > NODE_MESSAGE_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits / 2; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high * HEX_BASE + low);
    }
    *length = (uint32_t)(digits / 2);
    return true;
}

static bool number(const cJSON *body, const char *name, int64_t max, uint32_t *value)
{
    int64_t whole = 0;
    if (!session_whole(cJSON_GetObjectItemCaseSensitive(body, name), &whole) || whole < 0 ||
        whole > max) {
        return false;
    }
    *value = (uint32_t)whole;
    return true;
}

bool carry_read(const struct cJSON *body, struct carry *carry,
                uint8_t bytes[NODE_MESSAGE_BYTES_MAX])
{
    const cJSON *hex = cJSON_GetObjectItemCaseSensitive(body, "bytes");
    uint32_t kind = 0;
    bool good = session_whole(cJSON_GetObjectItemCaseSensitive(body, "range"), &carry->range) &&
                number(body, "from", UINT32_MAX, &carry->from) &&
                number(body, "to", UINT32_MAX, &carry->to) &&
                number(body, "kind", UINT16_MAX, &kind) && cJSON_IsString(hex) &&
                hex_read(hex->valuestring, bytes, &carry->length);
    carry->kind = (uint16_t)kind;
    return good;
}
