/* json_writer.c - JSON written straight into a text.
 *
 * What must be remembered between two values is one bit a level (is a comma due?) and one more (is it
 * an object?), so the writer is three words and frames are written ten times a second without
 * building a tree first. */
#include "base/json_writer.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

_Static_assert(JSON_DEPTH_MAX < 32, "a bit for each level, and one for the top");

struct json_writer json_init(struct text *text)
{
    assert(text != NULL);
    return (struct json_writer){.text = text};
}

static bool json_in_object(const struct json_writer *json)
{
    assert(json->depth <= JSON_DEPTH_MAX);
    return (json->objects >> json->depth & 1u) != 0;
}

/* Length of the valid UTF-8 sequence at `at`, 0 when there is none (RFC 3629: no surrogates,
 * shortest form). */
static uint32_t json_utf8_length(const uint8_t *at, uint32_t left)
{
    uint32_t length = at[0] < 0x80   ? 1
                      : at[0] < 0xc2 ? 0
                      : at[0] < 0xe0 ? 2
                      : at[0] < 0xf0 ? 3
                      : at[0] < 0xf5 ? 4
                                     : 0;
    if (length > left) {
        return 0;
    }
    for (uint32_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] >= 0xa0;
    bool too_large = at[0] == 0xf4 && at[1] >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

/* The short escapes that JSON has for what is common; the rest as \u00XX. */
static void json_add_escape(struct text *text, uint8_t c)
{
    switch (c) {
    case '"':
        text_add(text, "\\\"");
        break;
    case '\\':
        text_add(text, "\\\\");
        break;
    case '\n':
        text_add(text, "\\n");
        break;
    case '\r':
        text_add(text, "\\r");
        break;
    case '\t':
        text_add(text, "\\t");
        break;
    default:
        text_add(text, "\\u");
        text_add_hex(text, c, 4);
        break;
    }
}

/* Runs of bytes that need nothing are copied whole: the usual string is one copy. */
static void json_add_quoted(struct text *text, const char *value, uint32_t size)
{
    const uint8_t *at = (const uint8_t *)value;
    text_add_char(text, '"');
    uint32_t begin = 0;
    for (uint32_t i = 0; i < size;) {
        uint32_t length = json_utf8_length(at + i, size - i);
        bool plain = length > 0 && at[i] >= 0x20 && at[i] != '"' && at[i] != '\\';
        if (plain) {
            i += length;
            continue;
        }
        text_add_bytes(text, value + begin, i - begin);
        if (length == 0) {
            text_add(text, "\xef\xbf\xbd");
        } else {
            json_add_escape(text, at[i]);
        }
        i++;
        begin = i;
    }
    text_add_bytes(text, value + begin, size - begin);
    text_add_char(text, '"');
}

/* Everything that comes before a value: the comma and the name. */
static void json_begin_value(struct json_writer *json, const char *name)
{
    assert((name != NULL) == json_in_object(json));
    uint32_t bit = 1u << json->depth;
    if ((json->followed & bit) != 0) {
        assert(json->depth > 0); /* one value at the top */
        text_add_char(json->text, ',');
    }
    json->followed |= bit;
    if (name != NULL) {
        json_add_quoted(json->text, name, (uint32_t)strlen(name));
        text_add_char(json->text, ':');
    }
}

/* An opened level starts anew: its bits may be left from a sibling. */
static void json_open(struct json_writer *json, const char *name, bool object)
{
    json_begin_value(json, name);
    assert(json->depth < JSON_DEPTH_MAX);
    json->depth++;
    uint32_t bit = 1u << json->depth;
    json->followed &= ~bit;
    json->objects = object ? json->objects | bit : json->objects & ~bit;
    text_add_char(json->text, object ? '{' : '[');
}

void json_object(struct json_writer *json, const char *name)
{
    json_open(json, name, true);
}

void json_array(struct json_writer *json, const char *name)
{
    json_open(json, name, false);
}

void json_close(struct json_writer *json)
{
    assert(json->depth > 0);
    text_add_char(json->text, json_in_object(json) ? '}' : ']');
    json->depth--;
}

void json_u64(struct json_writer *json, const char *name, uint64_t value)
{
    json_begin_value(json, name);
    text_add_u64(json->text, value);
}

void json_i64(struct json_writer *json, const char *name, int64_t value)
{
    json_begin_value(json, name);
    text_add_i64(json->text, value);
}

void json_decimal(struct json_writer *json, const char *name, int64_t value, unsigned decimals)
{
    json_begin_value(json, name);
    text_add_decimal(json->text, value, decimals);
}

void json_bool(struct json_writer *json, const char *name, bool value)
{
    json_begin_value(json, name);
    text_add(json->text, value ? "true" : "false");
}

void json_null(struct json_writer *json, const char *name)
{
    json_begin_value(json, name);
    text_add(json->text, "null");
}

void json_string(struct json_writer *json, const char *name, const char *value)
{
    if (value == NULL) {
        json_null(json, name);
        return;
    }
    json_bytes(json, name, value, (uint32_t)strlen(value));
}

void json_bytes(struct json_writer *json, const char *name, const char *value, uint32_t size)
{
    json_begin_value(json, name);
    json_add_quoted(json->text, value, size);
}

void json_hex(struct json_writer *json, const char *name, uint64_t value)
{
    json_begin_value(json, name);
    text_add_char(json->text, '"');
    text_add_hex(json->text, value, 16);
    text_add_char(json->text, '"');
}

void json_raw(struct json_writer *json, const char *name, const char *value, uint32_t size)
{
    json_begin_value(json, name);
    text_add_bytes(json->text, value, size);
}
