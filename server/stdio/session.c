/* session.c - one node of Maelstrom's protocol. */
#include "stdio/session.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t NS_PER_MS = 1000000;
enum { WAIT_MS_MAX = 60000 };

/* ---- Out ---- */

static void open_envelope(struct session *session, const char *to, const char *type)
{
    assert(session->begun);
    text_clear(&session->text);
    session->json = json_init(&session->text);
    json_object(&session->json, NULL);
    json_string(&session->json, "src", session->names[session->self]);
    json_string(&session->json, "dest", to);
    json_object(&session->json, "body");
    json_string(&session->json, "type", type);
}

void session_reply(struct session *session, const char *client, int64_t message, const char *type)
{
    open_envelope(session, client, type);
    json_i64(&session->json, "in_reply_to", message);
}

void session_peer(struct session *session, uint32_t to, const char *type)
{
    assert(to < session->node_count);
    open_envelope(session, session->names[to], type);
}

void session_send(struct session *session)
{
    json_close(&session->json);
    json_close(&session->json);
    if (session->text.cut) {
        (void)fprintf(stderr, "a message is longer than %d bytes and was not sent\n",
                      SESSION_LINE_BYTES);
        return;
    }
    (void)fwrite(session->text.at, 1, session->text.length, stdout);
    (void)fputc('\n', stdout);
    (void)fflush(stdout); /* nobody reads any more: the input ends soon, too */
}

void session_refuse(struct session *session, const char *client, int64_t message,
                    enum session_error code, const char *text)
{
    session_reply(session, client, message, "error");
    json_i64(&session->json, "code", code);
    json_string(&session->json, "text", text);
    session_send(session);
}

/* ---- In ---- */

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) && strlen(item->valuestring) < SESSION_NAME_BYTES
               ? item->valuestring
               : NULL;
}

bool session_whole(const cJSON *item, int64_t *number)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= -(double)SESSION_WHOLE_MAX) ||
        !(item->valuedouble <= (double)SESSION_WHOLE_MAX) ||
        item->valuedouble != (double)(int64_t)item->valuedouble) {
        return false;
    }
    *number = (int64_t)item->valuedouble;
    return true;
}

static bool node_find(const struct session *session, const char *name, uint32_t *node)
{
    for (uint32_t i = 0; i < session->node_count; i++) {
        if (strcmp(session->names[i], name) == 0) {
            *node = i;
            return true;
        }
    }
    return false;
}

/* Who we are and who the others are. */
static bool take_init(struct session *session, const cJSON *body)
{
    const char *self = text_of(body, "node_id");
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(body, "node_ids");
    int count = cJSON_IsArray(nodes) ? cJSON_GetArraySize(nodes) : 0;
    if (self == NULL || count < 1 || count > SESSION_NODES_MAX) {
        return false;
    }
    const cJSON *item;
    session->node_count = 0;
    cJSON_ArrayForEach(item, nodes)
    {
        if (!cJSON_IsString(item) || strlen(item->valuestring) >= SESSION_NAME_BYTES) {
            return false;
        }
        (void)snprintf(session->names[session->node_count++], SESSION_NAME_BYTES, "%s",
                       item->valuestring);
    }
    return node_find(session, self, &session->self);
}

static int on_init(const struct session_workload *workload, void *context, struct session *session,
                   const char *from, const cJSON *body, struct error *error)
{
    int64_t message = 0;
    if (session->begun) {
        return 0; /* said twice: answered once */
    }
    if (!take_init(session, body) ||
        !session_whole(cJSON_GetObjectItemCaseSensitive(body, "msg_id"), &message)) {
        return error_set(error, "init names no node_id among 1 to %d node_ids", SESSION_NODES_MAX);
    }
    session->begun = true;
    if (workload->begin(context, session, error) != 0) {
        return -1;
    }
    session_reply(session, from, message, "init_ok");
    session_send(session);
    return 0;
}

static int on_body(const struct session_workload *workload, void *context, struct session *session,
                   const char *from, const cJSON *body, struct error *error)
{
    struct session_request request = {.type = text_of(body, "type"), .body = body};
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(body, "msg_id");
    uint32_t peer = 0;
    if (request.type != NULL && strcmp(request.type, "init") == 0) {
        return on_init(workload, context, session, from, body, error);
    }
    if (!session->begun || request.type == NULL) {
        return 0; /* gossip of others who began earlier: like a lost message */
    }
    if (node_find(session, from, &peer)) {
        if (workload->peer != NULL) {
            workload->peer(context, session, peer, body);
        }
    } else if (session_whole(message, &request.message)) {
        (void)snprintf(request.client, sizeof request.client, "%s", from);
        workload->request(context, session, &request);
    }
    return 0;
}

static int on_line(const struct session_workload *workload, void *context, struct session *session,
                   const char *line, size_t length, struct error *error)
{
    cJSON *envelope = cJSON_ParseWithLength(line, length);
    const char *from = text_of(envelope, "src");
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(envelope, "dest");
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(envelope, "body");
    bool for_another = session->begun && cJSON_IsString(to) &&
                       strcmp(to->valuestring, session->names[session->self]) != 0;
    int status = 0;
    if (for_another) {
        (void)fprintf(stderr, "a message is for another node: %.80s\n", line);
    } else if (from != NULL && cJSON_IsObject(body)) {
        status = on_body(workload, context, session, from, body, error);
    } else {
        (void)fprintf(stderr, "a line is no message of the protocol: %.80s\n", line);
    }
    cJSON_Delete(envelope);
    return status;
}

/* ---- The loop ---- */

struct input {
    char *bytes; /* SESSION_LINE_BYTES + 1 */
    size_t length;
    bool too_long, ended; /* skipping to the end of a line; end of the input */
};

/* What there is to read, without waiting for more. */
static void input_fill(struct input *input)
{
    if (input->length == SESSION_LINE_BYTES) {
        (void)fprintf(stderr, "a line is longer than %d bytes and is passed over\n",
                      SESSION_LINE_BYTES);
        input->length = 0;
        input->too_long = true;
    }
    ssize_t got =
        read(STDIN_FILENO, input->bytes + input->length, SESSION_LINE_BYTES - input->length);
    if (got > 0) {
        input->length += (size_t)got;
    } else if (got == 0 || errno != EINTR) {
        input->ended = true;
    }
}

static int input_lines(const struct session_workload *workload, void *context,
                       struct session *session, struct input *input, struct error *error)
{
    size_t at = 0;
    int status = 0;
    while (status == 0) {
        char *end = memchr(input->bytes + at, '\n', input->length - at);
        if (end == NULL) {
            break;
        }
        *end = '\0';
        size_t length = (size_t)(end - (input->bytes + at));
        if (!input->too_long && length > 0) {
            status = on_line(workload, context, session, input->bytes + at, length, error);
        }
        input->too_long = false;
        at += length + 1;
    }
    memmove(input->bytes, input->bytes + at, input->length - at);
    input->length -= at;
    return status;
}

static int wait_ms(int64_t wait_ns)
{
    if (wait_ns > WAIT_MS_MAX * NS_PER_MS) {
        return WAIT_MS_MAX;
    }
    return (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static int loop(const struct session_workload *workload, void *context, struct session *session,
                struct input *input, struct error *error)
{
    int status = 0;
    while (status == 0 && !input->ended) {
        int64_t wait_ns = INT64_MAX;
        if (session->begun && workload->turn != NULL) {
            wait_ns = workload->turn(context, session, error);
            if (wait_ns < 0) {
                return -1;
            }
        }
        struct pollfd descriptor = {.fd = STDIN_FILENO, .events = POLLIN};
        int ready = poll(&descriptor, 1, wait_ms(wait_ns));
        if (ready > 0) {
            input_fill(input);
            status = input_lines(workload, context, session, input, error);
        } else if (ready < 0 && errno != EINTR) {
            status = error_set(error, "cannot wait for input: %s", strerror(errno));
        }
    }
    return status;
}

int session_run(const struct session_workload *workload, void *context, struct error *error)
{
    struct session session = {.line = malloc(SESSION_LINE_BYTES)};
    struct input input = {.bytes = malloc(SESSION_LINE_BYTES + 1)};
    int status = -1;
    if (session.line == NULL || input.bytes == NULL) {
        (void)error_set(error, "no memory for a line");
    } else {
        session.text = text_init(session.line, SESSION_LINE_BYTES);
        status = loop(workload, context, &session, &input, error);
    }
    free(session.line);
    free(input.bytes);
    return status;
}
