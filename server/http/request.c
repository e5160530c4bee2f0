/* request.c - reads what a request carries and writes answers. */
#include "http/request.h"

#include <assert.h>
#include <civetweb.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sentence.h"
#include "http/body.h"
#include "http/connection.h"
#include "http/limits.h"
#include "http/problem.h"
#include "http/server.h"
#include "lab/lab.h"

enum {
    REPLY_HEAD_BYTES_MAX = 2560,
    REPLY_ONE_WRITE_BYTES_MAX = 20480,
    QUERY_VALUE_BYTES_MAX = 32,
    DETAIL_BYTES = 512
};

#define SAFE_HEADERS                                                                               \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "Referrer-Policy: no-referrer\r\n"                                                             \
    "Cross-Origin-Resource-Policy: same-origin\r\n"

const char REPLY_SAFE_HEADERS[] = SAFE_HEADERS;
#define POLICY(ancestors)                                                                          \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "           \
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "             \
    "base-uri 'none'; form-action 'none'; frame-ancestors " ancestors "\r\n"

const char REPLY_COMMON_HEADERS[] = POLICY("'none'") SAFE_HEADERS;
const char REPLY_EMBED_HEADERS[] = POLICY("* file:") SAFE_HEADERS;

/* Value of two hex digits; -1 when they are none. */
static int escaped_byte(const char *digits)
{
    int value = 0;
    for (int i = 0; i < 2; i++) {
        char c = digits[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* What is no escape stays as it is. A path that does not fit is no address of this server. */
static void path_decode(const char *raw, char *path, size_t capacity)
{
    size_t length = 0;
    while (*raw != 0 && length + 1 < capacity) {
        int byte = *raw == '%' ? escaped_byte(raw + 1) : -1;
        path[length++] = byte >= 0 ? (char)byte : *raw;
        raw += byte >= 0 ? 3 : 1;
    }
    path[*raw == 0 ? length : 0] = 0;
}

void request_init(struct request *request, struct mg_connection *connection, struct server *server)
{
    assert(request != NULL && connection != NULL);
    memset(request, 0, sizeof *request);
    const struct mg_request_info *info = mg_get_request_info(connection);
    request->connection = connection;
    request->server = server;
    request->method = info->request_method != NULL ? info->request_method : "";
    const char *raw = info->local_uri != NULL ? info->local_uri : "";
    path_decode(raw, request->path_buffer, sizeof request->path_buffer);
    request->path = request->path_buffer;
    request->query = info->query_string;
    request->zero_byte = strstr(raw, "%00") != NULL ||
                         (request->query != NULL && strstr(request->query, "%00") != NULL);
    request->head_only = strcmp(request->method, "HEAD") == 0;
    request->headers = text_init(request->headers_buffer, sizeof request->headers_buffer);
}

void request_clear(struct request *request)
{
    cJSON_Delete(request->body);
    request->body = NULL;
}

void request_header(struct request *request, const char *name, const char *value)
{
    assert(strpbrk(value, "\r\n") == NULL);
    text_add(&request->headers, name);
    text_add(&request->headers, ": ");
    text_add(&request->headers, value);
    text_add(&request->headers, "\r\n");
    assert(!request->headers.cut);
}

/* The header tells the client, the call tells civetweb. */
void request_close_after(struct request *request)
{
    request_header(request, "Connection", "close");
    mg_disable_connection_keep_alive(request->connection);
}

/* ---- Reading ---- */

static const char *header(const struct request *request, const char *name)
{
    return mg_get_header(request->connection, name);
}

/* A client that is still sending would not read the answer; so what it sends is taken in for a
 * while and dropped. */
static void request_drain(struct request *request)
{
    char bytes[4096];
    int64_t until_ns = server_now_ns() + INT64_C(1000000000);
    for (size_t drained = 0; drained < HTTP_DRAIN_BYTES_MAX; drained += sizeof bytes) {
        if (mg_read(request->connection, bytes, sizeof bytes) <= 0 || server_now_ns() > until_ns)
            return;
    }
}

/* A body of unknown length could only be refused after reading it; so it must say its length. */
int request_check_length(struct request *request, size_t body_bytes_max)
{
    long long length = mg_get_request_info(request->connection)->content_length;
    const char *encoding = header(request, "Transfer-Encoding");
    if (encoding != NULL) {
        request_close_after(request);
        return reply_problem(request, 411, "A body must come with its Content-Length.");
    }
    if (length <= (long long)body_bytes_max)
        return 0;
    request_close_after(request);
    int status = reply_problem(request, 413, "The body has %lld bytes; at most %zu are read.",
                               length, body_bytes_max);
    request_drain(request);
    return status;
}

/* mg_read waits for as many bytes as it is asked for, and each of them may take the whole timeout.
 * So it is asked for no more than have come, and for one where none has: then the deadline holds.
 * Bytes that came with the head cost no system call; of a short body that is most. */
static bool body_receive(struct request *request, char *bytes, size_t length)
{
    int64_t until_ns = server_now_ns() + HTTP_BODY_SECONDS_MAX * INT64_C(1000000000);
    int descriptor =
        length > HTTP_BODY_BYTES_MAX
            ? connection_descriptor(request->connection, request->server->viewer_descriptor_min)
            : -1;
    for (size_t received = 0; received < length;) {
        size_t piece = connection_waiting(descriptor);
        piece = piece < 1 ? 1 : piece;
        piece = piece < length - received ? piece : length - received;
        if (mg_read(request->connection, bytes + received, piece) != (int)piece ||
            server_now_ns() > until_ns)
            return false;
        received += piece;
    }
    return true;
}

/* Takes the body in and makes JSON of it. The bytes are the caller's, `length` of them. */
static int body_read(struct request *request, char *bytes, size_t length)
{
    struct error error;
    if (!body_receive(request, bytes, length)) {
        request_close_after(request);
        return reply_problem(request, 408, "The body did not arrive in time.");
    }
    request->body = body_parse(bytes, length, &error);
    return request->body != NULL ? 0 : reply_error(request, 400, &error);
}

int request_read_body(struct request *request)
{
    long long length = mg_get_request_info(request->connection)->content_length;
    if (length <= 0) {
        request->body = cJSON_CreateObject();
        return request->body != NULL ? 0 : reply_problem(request, 503, "Out of memory.");
    }
    const char *expect = header(request, "Expect");
    if (expect != NULL && mg_strcasecmp(expect, "100-continue") == 0)
        mg_printf(request->connection, "HTTP/1.1 100 Continue\r\n\r\n");
    char short_body[HTTP_BODY_BYTES_MAX];
    if (length <= HTTP_BODY_BYTES_MAX)
        return body_read(request, short_body, (size_t)length);
    char *long_body = malloc((size_t)length); /* of a route that takes such */
    int status = long_body != NULL ? body_read(request, long_body, (size_t)length)
                                   : reply_problem(request, 503, "Out of memory.");
    free(long_body);
    return status;
}

bool request_query_word(const struct request *request, const char *name, char *word, size_t bytes)
{
    if (request->query == NULL)
        return false;
    return mg_get_var(request->query, strlen(request->query), name, word, bytes) >= 0;
}

/* strtoull takes signs, spaces and the empty word; here only digits count. */
int request_query_number(struct request *request, const char *name, uint64_t low, uint64_t high,
                         uint64_t standard, uint64_t *value)
{
    char word[QUERY_VALUE_BYTES_MAX];
    *value = standard;
    if (request->query == NULL)
        return 0;
    int length = mg_get_var(request->query, strlen(request->query), name, word, sizeof word);
    if (length == -1)
        return 0; /* not there */
    char *end = NULL;
    errno = 0;
    unsigned long long number = length > 0 ? strtoull(word, &end, 10) : 0;
    if (length > 0 && word[0] >= '0' && word[0] <= '9' && *end == 0 && errno == 0 &&
        number >= low && number <= high) {
        *value = number;
        return 0;
    }
    return reply_problem(request, 422,
                         "%s must be a whole number from %" PRIu64 " to %" PRIu64 ", not \"%s\".",
                         name, low, high, length > 0 ? word : "");
}

enum { MS_DECIMALS = 3, MS_DIGITS_MAX = 8, MS_MAX = 24 * 3600 * 1000 };

/* Digits, perhaps a point and one to three more. False when it is anything else. */
static bool ms_parse(const char *word, int64_t *us)
{
    size_t whole = strspn(word, "0123456789");
    size_t decimals = word[whole] == '.' ? strspn(word + whole + 1, "0123456789") : 0;
    size_t length = whole + (word[whole] == '.') + decimals;
    if (whole < 1 || whole > MS_DIGITS_MAX || decimals > MS_DECIMALS || word[length] != 0 ||
        (word[whole] == '.' && decimals == 0))
        return false;
    *us = 0;
    for (size_t i = 0; i < whole; i++)
        *us = *us * 10 + (word[i] - '0');
    for (size_t i = 0; i < MS_DECIMALS; i++)
        *us = *us * 10 + (i < decimals ? word[whole + 1 + i] - '0' : 0);
    return *us <= (int64_t)MS_MAX * 1000;
}

int request_query_ms(struct request *request, const char *name, int64_t standard_ns,
                     int64_t *time_ns)
{
    char word[QUERY_VALUE_BYTES_MAX];
    int64_t us = 0;
    *time_ns = standard_ns;
    if (request->query == NULL)
        return 0;
    int length = mg_get_var(request->query, strlen(request->query), name, word, sizeof word);
    if (length == -1)
        return 0; /* not there */
    if (length > 0 && ms_parse(word, &us)) {
        *time_ns = us * 1000;
        return 0;
    }
    return reply_problem(request, 422,
                         "%s must be a number from 0 to %d with at most %d decimals, not \"%s\".",
                         name, MS_MAX, MS_DECIMALS, length > 0 ? word : "");
}

/* ---- Waiting in line ---- */

int request_place_take(struct request *request, sem_t *places)
{
    struct timespec until;
    int result = -1;
    if (clock_gettime(CLOCK_REALTIME, &until) == 0) {
        until.tv_sec += HTTP_PLACE_WAIT_S_MAX;
        do
            result = sem_timedwait(places, &until);
        while (result != 0 && errno == EINTR);
    }
    if (result == 0)
        return 0;
    request_header(request, "Retry-After", "5");
    return reply_problem(request, 503, "Too many ask for what has to be computed at this moment.");
}

/* ---- Answering ---- */

static bool write_all(struct request *request, const void *bytes, size_t length)
{
    return length == 0 || mg_write(request->connection, bytes, length) == (int)length;
}

static void head_write(struct request *request, struct text *head, int status,
                       const char *content_type, size_t length)
{
    text_add(head, "HTTP/1.1 ");
    text_add_i64(head, status);
    text_add_char(head, ' ');
    text_add(head, problem_title(status));
    text_add(head, "\r\nCache-Control: no-store\r\n");
    if (content_type != NULL) {
        text_add(head, "Content-Type: ");
        text_add(head, content_type);
        text_add(head, "\r\n");
    }
    if (status != 204) {
        text_add(head, "Content-Length: ");
        text_add_u64(head, length);
        text_add(head, "\r\n");
    }
    text_add(head, REPLY_COMMON_HEADERS);
    text_add_bytes(head, request->headers.at, request->headers.length);
    text_add(head, "\r\n");
    assert(!head->cut);
}

/* Head and body in one write where they are short: one packet, and half the system calls. */
int reply_bytes(struct request *request, int status, const char *content_type, const void *bytes,
                size_t length)
{
    char buffer[REPLY_HEAD_BYTES_MAX + REPLY_ONE_WRITE_BYTES_MAX];
    struct text head = text_init(buffer, REPLY_HEAD_BYTES_MAX);
    head_write(request, &head, status, content_type, length);
    if (request->head_only)
        length = 0;
    bool sent;
    if (length <= REPLY_ONE_WRITE_BYTES_MAX) {
        if (length > 0)
            memcpy(buffer + head.length, bytes, length);
        sent = write_all(request, buffer, head.length + length);
    } else {
        sent = write_all(request, buffer, head.length) && write_all(request, bytes, length);
    }
    if (!sent)
        mg_disable_connection_keep_alive(request->connection);
    return status;
}

int reply_json(struct request *request, int status, struct cJSON *document)
{
    assert(document != NULL);
    char *printed = cJSON_PrintUnformatted(document);
    cJSON_Delete(document);
    if (printed == NULL)
        return reply_problem(request, 503, "Out of memory.");
    int result = reply_bytes(request, status, "application/json", printed, strlen(printed));
    cJSON_free(printed);
    return result;
}

int reply_empty(struct request *request, int status)
{
    return reply_bytes(request, status, NULL, NULL, 0);
}

static int reply_refusal(struct request *request, int status, const char *detail,
                         const struct sentence *sentence, const struct cJSON *allowed)
{
    char buffer[PROBLEM_BYTES_MAX];
    struct text text = text_init(buffer, sizeof buffer);
    problem_write(&text, status, detail, sentence, request->path, allowed);
    return reply_bytes(request, status, "application/problem+json", text.at, text.length);
}

int reply_problem(struct request *request, int status, const char *format, ...)
{
    char detail[DETAIL_BYTES];
    struct sentence sentence;
    va_list arguments;
    va_start(arguments, format);
    (void)sentence_print(&sentence, detail, sizeof detail, format, arguments);
    va_end(arguments);
    return reply_refusal(request, status, detail, &sentence, NULL);
}

int reply_error(struct request *request, int status, const struct error *error)
{
    return reply_refusal(request, status, error->text, &error->sentence, NULL);
}

int reply_lab(struct request *request, int result, int status_good, struct cJSON *document,
              struct lab_problem *problem)
{
    if (result == 0) {
        lab_problem_clear(problem);
        if (status_good == 204)
            return reply_empty(request, 204);
        return reply_json(request, status_good, document);
    }
    assert(result <= -400 && result >= -599);
    if (result == -503)
        request_header(request, "Retry-After", "5");
    if (result == -404 && problem->allowed == NULL) /* only a run is refused without a list */
        lab_run_allow(request->server->lab, request->visitor.owner, problem);
    int status =
        reply_refusal(request, -result, problem->detail, &problem->sentence, problem->allowed);
    lab_problem_clear(problem);
    return status;
}
