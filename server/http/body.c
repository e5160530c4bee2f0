/* body.c - reads a request's body as JSON. */
#include "http/body.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "http/limits.h"

static bool only_space_between(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) != NULL && *at != 0)
        at++;
    return at == end;
}

/* Counts brackets outside strings. Of a text that is not JSON it says something, which is then
 * found out by parsing. */
static bool is_too_deep(const char *at, const char *end)
{
    int depth = 0;
    bool in_string = false;
    for (; at < end; at++) {
        if (in_string && *at == '\\' && at + 1 < end)
            at++;
        else if (*at == '"')
            in_string = !in_string;
        else if (!in_string && (*at == '[' || *at == '{') && ++depth > HTTP_BODY_DEPTH_MAX)
            return true;
        else if (!in_string && (*at == ']' || *at == '}'))
            depth--;
    }
    return false;
}

struct cJSON *body_parse(const char *bytes, size_t length, struct error *error)
{
    const char *end = NULL;
    if (!utf8_is_valid(bytes, length)) {
        error_set(error, "The body is not valid UTF-8.");
        return NULL;
    }
    if (is_too_deep(bytes, bytes + length)) {
        error_set(error, "The body has more than %d objects and arrays inside each other.",
                  HTTP_BODY_DEPTH_MAX);
        return NULL;
    }
    cJSON *body = cJSON_ParseWithLengthOpts(bytes, length, &end, false);
    if (body == NULL || !only_space_between(end, bytes + length)) {
        error_set(error, "The body is not JSON: it cannot be read from byte %td on.",
                  end != NULL ? end - bytes : 0);
        cJSON_Delete(body);
        return NULL;
    }
    if (!cJSON_IsObject(body)) {
        error_set(error, "The body must be a JSON object, such as {}.");
        cJSON_Delete(body);
        return NULL;
    }
    return body;
}
