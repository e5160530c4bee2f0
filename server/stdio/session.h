/* session.h - one node of Maelstrom's protocol: lines of JSON on standard input and output.
 *
 * The protocol is described in Maelstrom's doc/protocol.md: an envelope {src, dest, body}, a body with
 * type, msg_id and in_reply_to; the first message is "init" and tells a node who it is. Standard
 * output carries nothing else; what a person may want to know goes to standard error.
 *
 * A workload answers the clients' requests; messages of other nodes of ours are its business too. */
#ifndef STDIO_SESSION_H
#define STDIO_SESSION_H

#include "base/error.h"
#include "base/json_writer.h"

#include <stdbool.h>
#include <stdint.h>

struct cJSON;

enum {
    SESSION_NODES_MAX = 31,
    SESSION_NAME_BYTES = 32,         /* of a node or a client */
    SESSION_LINE_BYTES = 256 * 1024, /* in and out; a longer line is passed over, with a word */
};

/* Numbers of the protocol are read up to here, either sign: a double tells all of them apart. */
#define SESSION_WHOLE_MAX INT64_C(9000000000000000)

/* Error codes of Maelstrom; those below 1000 that are used here. */
enum session_error {
    SESSION_TIMEOUT = 0, /* indefinite: it may have happened */
    SESSION_NOT_SUPPORTED = 10,
    SESSION_UNAVAILABLE = 11, /* definite: it did not */
    SESSION_MALFORMED = 12,
    SESSION_NO_KEY = 20,
    SESSION_MISMATCH = 22, /* precondition failed */
};

struct session {
    uint32_t self, node_count; /* known from init on */
    char names[SESSION_NODES_MAX][SESSION_NAME_BYTES];
    bool begun;
    char *line; /* being written */
    struct text text;
    struct json_writer json;
};

/* Who asked what; `body` belongs to the session and is gone when the call returns. */
struct session_request {
    char client[SESSION_NAME_BYTES];
    int64_t message; /* msg_id, to be answered once */
    const char *type;
    const struct cJSON *body;
};

struct session_workload {
    const char *name;
    /* Everybody is known now. 0, or -1: the process ends with the reason. */
    int (*begin)(void *context, struct session *session, struct error *error);
    /* A request of a client. */
    void (*request)(void *context, struct session *session, const struct session_request *request);
    /* A message of another node of ours, `from`; may be NULL. */
    void (*peer)(void *context, struct session *session, uint32_t from, const struct cJSON *body);
    /* Goes on with what there is to do; as stdio_host_turn(). NULL: nothing to do by itself. */
    int64_t (*turn)(void *context, struct session *session, struct error *error);
};

/* Until the input ends. 0, or -1 with a reason. */
int session_run(const struct session_workload *workload, void *context, struct error *error);

/* A whole number of at most SESSION_WHOLE_MAX. `item` may be NULL. */
bool session_whole(const struct cJSON *item, int64_t *number);

/* ---- Answering ----
 *
 * A reply is begun, gets its own members through session->json, and is sent. */

void session_reply(struct session *session, const char *client, int64_t message, const char *type);
void session_send(struct session *session);
/* The whole of an error reply. */
void session_refuse(struct session *session, const char *client, int64_t message,
                    enum session_error code, const char *text);
/* A message to another node of ours; also begun here and sent by session_send(). */
void session_peer(struct session *session, uint32_t to, const char *type);

#endif
