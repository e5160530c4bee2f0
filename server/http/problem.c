/* problem.c - writes problem documents. */
#include "http/problem.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stddef.h>

#include "base/json_writer.h"
#include "base/sentence.h"

const char *problem_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (titles[i].status == status)
            return titles[i].title;
    }
    return status < 500 ? "Request Refused" : "Server Error";
}

static void allowed_write(struct json_writer *json, const struct cJSON *allowed)
{
    json_array(json, "allowed");
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, allowed)
    {
        if (cJSON_IsString(item))
            json_string(json, NULL, item->valuestring);
    }
    json_close(json);
}

static void document_write(struct text *text, int status, const char *detail,
                           const struct sentence *sentence, const char *instance,
                           const struct cJSON *allowed)
{
    text_clear(text);
    struct json_writer json = json_init(text);
    json_object(&json, NULL);
    json_string(&json, "type", "about:blank");
    json_string(&json, "title", problem_title(status));
    json_i64(&json, "status", status);
    json_string(&json, "detail", detail);
    if (sentence != NULL)
        sentence_write(sentence, &json);
    json_string(&json, "instance", instance);
    if (allowed != NULL)
        allowed_write(&json, allowed);
    json_close(&json);
}

void problem_write(struct text *text, int status, const char *detail,
                   const struct sentence *sentence, const char *instance,
                   const struct cJSON *allowed)
{
    assert(text != NULL && detail != NULL);
    document_write(text, status, detail, sentence, instance, allowed);
    if (text->cut && allowed != NULL)
        document_write(text, status, detail, sentence, instance, NULL);
    if (text->cut)
        document_write(text, status, "The request is refused; its words are too long to repeat.",
                       NULL, NULL, NULL);
    assert(!text->cut);
}
