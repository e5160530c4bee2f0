/* export.c - tables and archives, streamed: what the lab writes goes out in chunks, nothing is
 * kept. */
#include <assert.h>
#include <civetweb.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/handlers.h"
#include "http/limits.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/room.h"
#include "http/room_keep.h"
#include "http/server.h"
#include "lab/lab.h"
#include "store/store.h"

enum { CHUNK_BYTES_MAX = 65536, CHUNK_FRAME_BYTES = 16, HEAD_BYTES_MAX = 2048 };

struct export
{
    struct request *request;
    const char *content_type;
    const char
        *policy; /* shown in the browser, under this content security policy; NULL: a download */
    char file_name[160];
    bool begun;   /* the head is out: from here on, failing means cutting the connection */
    bool chunked; /* HTTP/1.0 cannot: it gets plain bytes up to the end of the connection */
    bool cut;
    uint64_t bytes;
    int64_t begin_ns;
};

static bool send_bytes(struct export *export, const void *bytes, size_t length)
{
    if (mg_write(export->request->connection, bytes, length) != (int)length)
        export->cut = true;
    return !export->cut;
}

/* rows: UINT64_MAX when it is not known. */
static int export_begin(struct export *export, uint64_t rows)
{
    char buffer[HEAD_BYTES_MAX], line[256];
    struct text head = text_init(buffer, sizeof buffer);
    text_add(&head, "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: ");
    text_add(&head, export->content_type);
    snprintf(line, sizeof line, "\r\nContent-Disposition: %s; filename=\"%s\"\r\n",
             export->policy == NULL ? "attachment" : "inline", export->file_name);
    text_add(&head, line);
    if (rows != UINT64_MAX) {
        snprintf(line, sizeof line, "X-Total-Rows: %" PRIu64 "\r\n", rows);
        text_add(&head, line);
    }
    text_add(&head, export->chunked ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n");
    if (export->policy == NULL) {
        text_add(&head, REPLY_COMMON_HEADERS);
    } else {
        text_add(&head, "Content-Security-Policy: ");
        text_add(&head, export->policy);
        text_add(&head, "; frame-ancestors 'none'\r\n");
        text_add(&head, REPLY_SAFE_HEADERS);
    }
    text_add(&head, "\r\n");
    assert(!head.cut);
    export->begun = true;
    return send_bytes(export, buffer, head.length) ? 0 : -1;
}

static int on_begin(void *context, uint64_t rows)
{
    return export_begin(context, rows);
}

/* A reader who takes less than a fair share for long gives its place back. */
static bool reader_is_stalled(const struct export *export)
{
    int64_t seconds = (server_now_ns() - export->begin_ns) / 1000000000;
    return seconds > HTTP_EXPORT_SECONDS_STALLED &&
           export->bytes / (uint64_t)seconds < HTTP_EXPORT_BYTES_PER_S_MIN;
}

/* A chunk, its length and its end go out in one write; the lab's pieces are at most 64 KB. */
static int on_write(void *context, const void *bytes, size_t length)
{
    struct export *export = context;
    char chunk[CHUNK_FRAME_BYTES + CHUNK_BYTES_MAX];
    assert(length <= CHUNK_BYTES_MAX);
    if (!export->begun && export_begin(export, UINT64_MAX) != 0)
        return -1;
    if (length == 0)
        return 0;
    if (export->request->head_only || atomic_load(&export->request->server->stopping))
        return -1;
    export->bytes += length;
    if (!export->chunked) {
        send_bytes(export, bytes, length);
    } else {
        int head = snprintf(chunk, sizeof chunk, "%zx\r\n", length);
        memcpy(chunk + head, bytes, length);
        memcpy(chunk + head + length, "\r\n", 2);
        send_bytes(export, chunk, (size_t)head + length + 2);
    }
    if (reader_is_stalled(export))
        export->cut = true;
    return export->cut ? -1 : 0;
}

/* Failed before the first byte: a problem document. After it: the connection is cut without the
 * last chunk, so that the reader knows that something is missing. */
static int export_end(struct export *export, int result, struct lab_problem *problem)
{
    struct request *request = export->request;
    struct server_counters *counters = &request->server->counters;
    if (!export->begun && result != 0)
        return reply_lab(request, result, 200, NULL, problem);
    lab_problem_clear(problem);
    if (!export->begun)
        export_begin(export, 0);
    if (result == 0 && export->chunked && !request->head_only)
        send_bytes(export, "0\r\n\r\n", 5);
    if (result != 0 || export->cut || !export->chunked || request->head_only)
        mg_disable_connection_keep_alive(request->connection);
    atomic_fetch_add(&counters->exports, 1);
    atomic_fetch_add(&counters->exports_cut, (result != 0 && !request->head_only) || export->cut);
    atomic_fetch_add(&counters->export_bytes, export->bytes);
    return 200;
}

/* HTTP/1.0 has no chunks: its end is the end of the connection. */
static void export_init(struct export *export, struct request *request, const char *content_type)
{
    memset(export, 0, sizeof *export);
    export->request = request;
    export->content_type = content_type;
    export->begin_ns = server_now_ns();
    const char *version = mg_get_request_info(request->connection)->http_version;
    export->chunked = strcmp(version, "1.0") != 0;
}

/* One of the places for exports; 0, or the status of the refusal that was sent. */
static int place_take(struct request *request)
{
    struct server_counters *counters = &request->server->counters;
    if (atomic_fetch_add(&counters->exports_running, 1) < HTTP_EXPORTS_MAX)
        return 0;
    atomic_fetch_sub(&counters->exports_running, 1);
    request_header(request, "Retry-After", "5");
    return reply_problem(request, 503, "As many exports are under way as there can be at once.");
}

static void place_give_back(struct request *request)
{
    atomic_fetch_sub(&request->server->counters.exports_running, 1);
}

/* 0, or the status of the refusal that was sent. */
static int flavour_read(struct request *request, enum lab_export_flavour *flavour)
{
    char word[16] = "";
    *flavour = LAB_EXPORT_PLAIN;
    if (request->query == NULL || strstr(request->query, "for=") == NULL)
        return 0;
    if (!request_query_word(request, "for", word, sizeof word) || strcmp(word, "excel") != 0)
        return reply_problem(request, 422, "for must be excel, or absent for the plain file.");
    *flavour = LAB_EXPORT_EXCEL;
    return 0;
}

/* A name for the file from words that came in the address; other letters become '-'. */
static void file_name_make(struct export *export, const char *run, const char *rest)
{
    snprintf(export->file_name, sizeof export->file_name, "%.40s-%.80s", run, rest);
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    for (char *at = export->file_name; *at != 0; at++) {
        if (strchr(good, *at) == NULL)
            *at = '-';
    }
}

int handle_export_csv(struct request *request)
{
    struct export export;
    struct lab_problem problem = {0};
    enum lab_export_flavour flavour;
    char rest[REQUEST_PARAMETER_BYTES + 8];
    const char *run = request->parameters[0], *table = request->parameters[1];
    int status = flavour_read(request, &flavour);
    if (status == 0)
        status = place_take(request);
    if (status != 0)
        return status;
    export_init(&export, request, "text/csv; charset=utf-8; header=present");
    snprintf(rest, sizeof rest, "%s.csv", table);
    file_name_make(&export, run, rest);
    int result = lab_export_csv(request->server->lab, run, table, flavour, on_begin, on_write,
                                &export, &problem);
    place_give_back(request);
    return export_end(&export, result, &problem);
}

int handle_export_comparison(struct request *request)
{
    struct export export;
    struct lab_problem problem = {0};
    char other[LAB_RUN_ID_BYTES] = "";
    const char *run = request->parameters[0];
    if (!request_query_word(request, "with", other, sizeof other) || other[0] == 0)
        return reply_problem(request, 422, "with must be the name of the run to compare with.");
    int status = place_take(request);
    if (status != 0)
        return status;
    export_init(&export, request, "text/csv; charset=utf-8; header=present");
    file_name_make(&export, run, "comparison.csv");
    int result = lab_compare_csv(request->server->lab, run, other, on_write, &export, &problem);
    place_give_back(request);
    return export_end(&export, result, &problem);
}

int handle_export_history(struct request *request)
{
    struct export export;
    struct lab_problem problem = {0};
    const char *run = request->parameters[0];
    int status = place_take(request);
    if (status != 0)
        return status;
    export_init(&export, request, "application/jsonl; charset=utf-8");
    file_name_make(&export, run, "history.jsonl");
    int result = lab_export_history(request->server->lab, run, on_write, &export, &problem);
    place_give_back(request);
    return export_end(&export, result, &problem);
}

/* What was voted on a run, for the presenter only: room_copy_free() by the caller. */
static struct lab_votes votes_take(const struct request *request, const char *run,
                                   struct store_room *copy)
{
    struct lab_votes votes = {.count = 0};
    memset(copy, 0, sizeof *copy);
    if (request->visitor.presenter) {
        room_copy(room_keep_room(request->server->room), run, copy);
        votes = (struct lab_votes){.items = copy->votes, .count = copy->vote_count};
    }
    return votes;
}

int handle_export_zip(struct request *request)
{
    struct export export;
    struct store_room room;
    struct lab_problem problem = {0};
    const char *run = request->parameters[0];
    int status = place_take(request);
    if (status != 0)
        return status;
    export_init(&export, request, "application/zip");
    file_name_make(&export, run, "evidence.zip");
    struct lab_votes votes = votes_take(request, run, &room);
    int result = lab_export_zip(request->server->lab, run, votes, on_write, &export, &problem);
    room_copy_free(&room);
    place_give_back(request);
    return export_end(&export, result, &problem);
}

int handle_report(struct request *request)
{
    struct export export;
    struct store_room room;
    struct lab_problem problem = {0};
    const char *run = request->parameters[0];
    int status = place_take(request);
    if (status != 0)
        return status;
    export_init(&export, request, "text/html; charset=utf-8");
    export.policy = lab_export_report_policy();
    file_name_make(&export, run, "report.html");
    struct lab_votes votes = votes_take(request, run, &room);
    int result = lab_export_report(request->server->lab, run, votes, on_write, &export, &problem);
    room_copy_free(&room);
    place_give_back(request);
    return export_end(&export, result, &problem);
}
