/* routes.c - finds the route of a request and checks what holds for all of them. */
#include "http/routes.h"

#include <assert.h>
#include <civetweb.h>
#include <stdio.h>
#include <string.h>

#include "http/handlers.h"
#include "http/limits.h"
#include "http/pages.h"
#include "http/request.h"
#include "http/server.h"
#include "http/stack.h"

enum { COST = 1, COST_PAST = 3, COST_NEW_RUN = 5, COST_HEAVY = 25 };

const struct route ROUTES[] = {
    {"GET", "/api/v1/systems", handle_systems, COST},
    {"GET", "/api/v1/scenarios", handle_scenarios, COST},
    {"GET", "/api/v1/scenes", handle_scenes, COST},
    {"POST", "/api/v1/scenes", handle_scene_check, COST},
    {"GET", "/api/v1/scenes/{scene}", handle_scene, COST},
    {"GET", "/api/v1/words/{system}", handle_words, COST},
    {"GET", "/api/v1/languages", handle_languages, COST},
    {"GET", "/api/v1/openapi.json", handle_openapi, COST},
    {"POST", "/api/v1/session", handle_session, COST_NEW_RUN},
    {"POST", "/api/v1/presenter", handle_presenter, COST_HEAVY},
    {"GET", "/api/v1/runs", handle_runs, COST},
    {"POST", "/api/v1/runs", handle_run_create, COST_NEW_RUN},
    {"GET", "/api/v1/runs/{id}", handle_run, COST},
    {"DELETE", "/api/v1/runs/{id}", handle_run_delete, COST},
    {"POST", "/api/v1/runs/{id}/inputs", handle_inputs, COST},
    {"POST", "/api/v1/runs/{id}/pace", handle_pace, COST},
    {"POST", "/api/v1/runs/{id}/branch", handle_branch, COST_NEW_RUN},
    {"POST", "/api/v1/runs/{id}/label", handle_label, COST},
    {"GET", "/api/v1/runs/{id}/state", handle_state, COST},
    {"GET", "/api/v1/runs/{id}/frames", handle_frames, COST_PAST},
    {"GET", "/api/v1/runs/{id}/find", handle_find, COST_PAST},
    {"GET", "/api/v1/runs/{id}/trace", handle_trace, COST_PAST},
    {"GET", "/api/v1/runs/{id}/causes", handle_causes, COST_PAST},
    {"GET", "/api/v1/runs/{id}/events", handle_events, COST},
    {"GET", "/api/v1/runs/{id}/verdicts", handle_verdicts, COST},
    {"POST", "/api/v1/runs/{id}/verify", handle_verify, COST_HEAVY},
    {"GET", "/api/v1/runs/{id}/metrics", handle_run_metrics, COST},
    {"GET", "/api/v1/runs/{id}/orders", handle_orders, COST},
    {"GET", "/api/v1/runs/{id}/subjects/{n}", handle_subject, COST},
    {"GET", "/api/v1/runs/{id}/export/comparison.csv", handle_export_comparison, COST_HEAVY},
    {"GET", "/api/v1/runs/{id}/export/history.jsonl", handle_export_history, COST_HEAVY},
    {"GET", "/api/v1/runs/{id}/export/{table}.csv", handle_export_csv, COST_HEAVY},
    {"GET", "/api/v1/runs/{id}/export.zip", handle_export_zip, COST_HEAVY},
    {"GET", "/api/v1/runs/{id}/report.html", handle_report, COST_HEAVY},
    {"GET", "/api/v1/runs/{id}/link", handle_link, COST_HEAVY},
    {"POST", "/api/v1/links", handle_link_open, COST_HEAVY},
    {"POST", "/api/v1/comparisons", handle_comparisons, COST_HEAVY},
    {"POST", "/api/v1/searches", handle_search, COST_NEW_RUN},
    {"POST", "/api/v1/runs/{id}/shrink", handle_shrink, COST_NEW_RUN},
    {"GET", "/api/v1/jobs/{job}", handle_job, COST},
    {"DELETE", "/api/v1/jobs/{job}", handle_job_delete, COST},
    {"GET", "/api/v1/cards", handle_cards, COST},
    {"POST", "/api/v1/cards", handle_card_create, COST},
    {"DELETE", "/api/v1/cards/{n}", handle_card_delete, COST},
    {"GET", "/api/v1/room", handle_room, COST},
    {"POST", "/api/v1/room", handle_room_open, COST},
    {"DELETE", "/api/v1/room", handle_room_end, COST},
    {"POST", "/api/v1/room/state", handle_room_state, COST},
    {"POST", "/api/v1/room/wish", handle_room_wish, COST},
    {"POST", "/api/v1/room/wall", handle_room_wall, COST},
    {"POST", "/api/v1/room/reset", handle_room_reset, COST_NEW_RUN},
    {"POST", "/api/v1/room/join", handle_room_join, COST},
    {"POST", "/api/v1/room/vote", handle_room_vote, COST},
    {"GET", "/api/v1/room/votes", handle_room_votes, COST},
    {"GET", "/api/v1/room/votes.csv", handle_room_votes_csv, COST},
    {"GET", "/api/v1/room/qr.svg", handle_room_qr, COST},
    {"GET", "/live", handle_live_plain, COST},
    {"GET", "/metrics", handle_metrics, 0},
    {"GET", "/healthz", handle_healthz, 0},
    {"GET", "/readyz", handle_readyz, 0},
};
const size_t ROUTE_COUNT = sizeof ROUTES / sizeof ROUTES[0];

/* ---- Patterns ---- */

/* One part of a path, up to the next '/' or the end, against one part of a pattern. The part is
 * copied to `parameter` when the pattern has {...} there. */
static bool part_matches(const char *pattern, size_t pattern_length, const char *part,
                         size_t length, char *parameter, size_t parameter_bytes)
{
    if (pattern[0] != '{')
        return length == pattern_length && memcmp(pattern, part, length) == 0;
    const char *tail = memchr(pattern, '}', pattern_length);
    assert(tail != NULL);
    size_t tail_length = pattern_length - (size_t)(tail + 1 - pattern);
    if (length <= tail_length || length - tail_length >= parameter_bytes ||
        memcmp(part + length - tail_length, tail + 1, tail_length) != 0)
        return false;
    memcpy(parameter, part, length - tail_length);
    parameter[length - tail_length] = 0;
    return true;
}

bool route_matches(const char *pattern, const char *path, char *parameters, size_t parameter_bytes,
                   size_t parameter_count)
{
    size_t used = 0;
    while (*pattern == '/' && *path == '/') {
        size_t pattern_length = strcspn(++pattern, "/");
        size_t length = strcspn(++path, "/");
        bool named = pattern[0] == '{';
        if (named && used == parameter_count)
            return false;
        if (!part_matches(pattern, pattern_length, path, length,
                          parameters + used * parameter_bytes, parameter_bytes))
            return false;
        used += named;
        pattern += pattern_length;
        path += length;
    }
    return *pattern == 0 && *path == 0;
}

static bool request_fits(struct request *request, const struct route *route)
{
    return route_matches(route->pattern, request->path, request->parameters[0],
                         REQUEST_PARAMETER_BYTES, REQUEST_PARAMETERS);
}

/* HEAD is GET whose body stays here. */
static bool method_fits(const struct request *request, const struct route *route)
{
    return strcmp(request->method, route->method) == 0 ||
           (request->head_only && strcmp(route->method, "GET") == 0);
}

/* ---- Dispatch ---- */

/* "/?embed=1" is the page for frames; the same address without it is the whole one. */
static const char *page_address(const struct request *request)
{
    char word[4];
    bool embed = strcmp(request->path, "/") == 0 &&
                 request_query_word(request, "embed", word, sizeof word) && strcmp(word, "1") == 0;
    return embed ? PAGES_EMBED : request->path;
}

/* No route: a page, or 404; or a path that has other methods: 405. */
static int answer_unrouted(struct request *request)
{
    char allow[64] = "";
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (request_fits(request, &ROUTES[i]))
            snprintf(allow + strlen(allow), sizeof allow - strlen(allow), "%s%s",
                     allow[0] != 0 ? ", " : "",
                     strcmp(ROUTES[i].method, "GET") == 0 ? "GET, HEAD" : ROUTES[i].method);
    }
    bool reads = request->head_only || strcmp(request->method, "GET") == 0;
    if (allow[0] == 0 && reads) {
        int status = pages_serve(request->server->pages, request, page_address(request));
        return status != 0 ? status
                           : reply_problem(request, 404, "There is nothing at this address.");
    }
    if (allow[0] == 0 && !pages_has(request->server->pages, request->path))
        return reply_problem(request, 404, "There is nothing at this address.");
    if (allow[0] == 0)
        strcpy(allow, "GET, HEAD");
    request_header(request, "Allow", allow);
    return reply_problem(request, 405, "This address takes %s, not %.20s.", allow, request->method);
}

/* 0, or the status of the refusal that was sent. */
static int check_rate(struct request *request, const struct route *route)
{
    struct server *server = request->server;
    uint32_t retry_after_s = 0;
    char seconds[16];
    const char *address = mg_get_request_info(request->connection)->remote_addr;
    if (route->cost == 0 ||
        rate_take(&server->rate, address, route->cost, server_now_ns(), &retry_after_s))
        return 0;
    atomic_fetch_add(&server->counters.rate_refused, 1);
    snprintf(seconds, sizeof seconds, "%u", retry_after_s);
    request_header(request, "Retry-After", seconds);
    return reply_problem(request, 429, "Too many requests from this address.");
}

static int check_origin(struct request *request)
{
    struct error error;
    if (access_origin_allowed(request->server->access, request->connection, &error))
        return 0;
    atomic_fetch_add(&request->server->counters.origin_refused, 1);
    return reply_error(request, 403, &error);
}

struct routed {
    struct request *request;
    const struct route *route;
};

static int routed_handle(void *argument)
{
    struct routed *routed = argument;
    struct request *request = routed->request;
    if (strcmp(routed->route->method, "POST") == 0) {
        int status = request_read_body(request);
        if (status != 0)
            return status;
    }
    access_identify(request->server->access, request->connection, &request->visitor);
    return routed->route->handle(request);
}

/* What is cheap to find out is found out first: rate, origin, then the body. */
static int answer_routed(struct request *request, const struct route *route)
{
    struct routed routed = {request, route};
    bool changes = strcmp(route->method, "GET") != 0;
    int status = check_rate(request, route);
    if (status == 0 && changes)
        status = check_origin(request);
    if (status == 0 && stack_run(routed_handle, &routed, &status) != 0)
        status = reply_problem(request, 503, "The system has no thread left for the request.");
    return status;
}

static const struct route *route_find(struct request *request)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (method_fits(request, &ROUTES[i]) && request_fits(request, &ROUTES[i]))
            return &ROUTES[i];
    }
    return NULL;
}

/* One of them takes whole links, which may be long. */
static size_t body_bytes_max(const struct route *route)
{
    return route != NULL && route->handle == handle_link_open ? HTTP_LINK_BODY_BYTES_MAX
                                                              : HTTP_BODY_BYTES_MAX;
}

static int answer(struct request *request)
{
    if (request->zero_byte)
        return reply_problem(request, 400, "The address holds a zero byte (%%00).");
    const struct route *route = route_find(request);
    int status = request_check_length(request, body_bytes_max(route));
    if (status != 0)
        return status;
    return route != NULL ? answer_routed(request, route) : answer_unrouted(request);
}

int routes_dispatch(struct server *server, struct mg_connection *connection)
{
    struct request request;
    int64_t begin_ns = server_now_ns();
    atomic_fetch_add(&server->counters.requests_running, 1);
    request_init(&request, connection, server);
    int status = answer(&request);
    request_clear(&request);
    assert(status >= 200 && status < 600);
    atomic_fetch_sub(&server->counters.requests_running, 1);
    atomic_fetch_add(&server->counters.requests[status / 100], 1);
    atomic_fetch_add(&server->counters.request_ns_sum, (uint64_t)(server_now_ns() - begin_ns));
    return status;
}
