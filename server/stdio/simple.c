/* simple.c - the two workloads that need no agreement. */
#include "stdio/simple.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ID_BYTES = 96 };

static void refuse_type(struct session *session, const struct session_request *request)
{
    session_refuse(session, request->client, request->message, SESSION_NOT_SUPPORTED,
                   "this node does not serve requests of that type");
}

/* ---- echo ---- */

static int echo_begin(void *context, struct session *session, struct error *error)
{
    (void)context;
    (void)session;
    (void)error;
    return 0;
}

static void echo_request(void *context, struct session *session,
                         const struct session_request *request)
{
    (void)context;
    const cJSON *echo = cJSON_GetObjectItemCaseSensitive(request->body, "echo");
    if (strcmp(request->type, "echo") != 0) {
        refuse_type(session, request);
        return;
    }
    char *text = echo == NULL ? NULL : cJSON_PrintUnformatted(echo);
    if (text == NULL) {
        session_refuse(session, request->client, request->message, SESSION_MALFORMED,
                       "there is nothing to echo");
        return;
    }
    session_reply(session, request->client, request->message, "echo_ok");
    json_raw(&session->json, "echo", text, (uint32_t)strlen(text));
    session_send(session);
    cJSON_free(text);
}

const struct session_workload STDIO_ECHO = {
    .name = "echo", .begin = echo_begin, .request = echo_request};

/* ---- unique-ids ---- */

static int ids_begin(void *context, struct session *session, struct error *error)
{
    struct stdio_ids *ids = context;
    struct timespec now;
    (void)session;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return error_set(error, "there is no clock");
    }
    ids->begun_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    return 0;
}

static void ids_request(void *context, struct session *session,
                        const struct session_request *request)
{
    struct stdio_ids *ids = context;
    char id[ID_BYTES];
    if (strcmp(request->type, "generate") != 0) {
        refuse_type(session, request);
        return;
    }
    (void)snprintf(id, sizeof id, "%s-%lld-%llu", session->names[session->self],
                   (long long)ids->begun_ns, (unsigned long long)++ids->count);
    session_reply(session, request->client, request->message, "generate_ok");
    json_string(&session->json, "id", id);
    session_send(session);
}

const struct session_workload STDIO_UNIQUE_IDS = {
    .name = "unique-ids", .begin = ids_begin, .request = ids_request};
