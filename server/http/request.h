/* request.h - one HTTP request as a handler sees it, and the ways to answer it.
 *
 * A handler answers exactly once with one of the reply functions and returns their result, the
 * status. Each answer goes out in one write where it fits, with the headers that every answer of
 * this server carries (content security policy and the like). */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "http/access.h"

struct cJSON;
struct error;
struct lab_problem;
struct mg_connection;
struct server;

enum {
    REQUEST_PARAMETERS = 2,
    REQUEST_PARAMETER_BYTES = 128,
    REQUEST_HEADERS_BYTES = 1024,
    REQUEST_PATH_BYTES = 512
};

struct request {
    struct mg_connection *connection;
    struct server *server;
    const char *method;
    const char *path;  /* decoded; "" when it is longer than any address of this server */
    const char *query; /* NULL if there is none */
    bool zero_byte;    /* %00 in the address: whatever stands behind it would not be heard of */
    bool head_only;    /* HEAD: answered as GET, without the body */
    /* What stands for {...} in the route's pattern, in order. */
    char parameters[REQUEST_PARAMETERS][REQUEST_PARAMETER_BYTES];
    struct cJSON *body; /* of a POST: always an object; NULL otherwise */
    struct visitor visitor;
    /* Header lines added by request_header. */
    struct text headers;
    char headers_buffer[REQUEST_HEADERS_BYTES];
    char path_buffer[REQUEST_PATH_BYTES];
};

/* Fills in all but the parameters, the body and the visitor. */
void request_init(struct request *request, struct mg_connection *connection, struct server *server);
/* Frees the body. */
void request_clear(struct request *request);

/* Reads the body as a JSON object; none at all counts as {}. Returns 0, or the status of the
 * refusal that it has sent. */
int request_read_body(struct request *request);
/* Refuses bodies that are too long or of unknown length, before any of it is read. As above. */
int request_check_length(struct request *request, size_t body_bytes_max);

/* A whole number in the query string; `standard` when the name is absent. Returns 0, or the status
 * of the refusal that it has sent when the value is not a number from low to high. */
int request_query_number(struct request *request, const char *name, uint64_t low, uint64_t high,
                         uint64_t standard, uint64_t *value);
/* A moment of virtual time in the query string, milliseconds with at most three decimals, as
 * nanoseconds; `standard` when the name is absent. From 0 to 24 hours; as above. */
int request_query_ms(struct request *request, const char *name, int64_t standard_ns,
                     int64_t *time_ns);
/* Copies a word of the query string; false when it is absent or too long. */
bool request_query_word(const struct request *request, const char *name, char *word, size_t bytes);

/* A place among those that compute at the same time. Waits in line, HTTP_PLACE_WAIT_S_MAX at most; 0,
 * or the status of the refusal that it has sent. Whoever got one gives it back with sem_post(). */
int request_place_take(struct request *request, sem_t *places);

/* One more header line for the answer; value without line breaks. */
void request_header(struct request *request, const char *name, const char *value);
/* The connection ends with this answer. */
void request_close_after(struct request *request);

int reply_bytes(struct request *request, int status, const char *content_type, const void *bytes,
                size_t length);
/* Takes the document over. */
int reply_json(struct request *request, int status, struct cJSON *document);
int reply_empty(struct request *request, int status);
/* Refuses with one sentence, as printf() makes it. */
int reply_problem(struct request *request, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Refuses with the sentence of what a function refused. */
int reply_error(struct request *request, int status, const struct error *error);
/* The answer to a call of the lab: `result` 0 and the document (taken over), or -status and the
 * problem (cleared). */
int reply_lab(struct request *request, int result, int status_good, struct cJSON *document,
              struct lab_problem *problem);

/* The header lines that every answer carries. */
extern const char REPLY_COMMON_HEADERS[];
/* The same for the one page that others may show in a frame: it steers nothing and knows nobody. */
extern const char REPLY_EMBED_HEADERS[];
/* The same without a content security policy, for an answer that has its own. */
extern const char REPLY_SAFE_HEADERS[];

#endif
