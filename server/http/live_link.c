/* live_link.c - admits viewers. */
#include "http/live_link.h"

#include <civetweb.h>
#include <string.h>

#include "http/connection.h"
#include "http/handlers.h"
#include "http/limits.h"
#include "http/live_hub.h"
#include "http/request.h"
#include "http/server.h"
#include "http/stack.h"
#include "lab/lab.h"

enum { ROOM_GIVEN_BYTES = 64 };

/* The audience of a lecture watches the room instead of a run. */
static bool room_named(const struct request *request, char code[ROOM_GIVEN_BYTES])
{
    return request_query_word(request, "room", code, ROOM_GIVEN_BYTES) && code[0] != 0;
}

static bool run_named(const struct request *request, char run[LAB_RUN_ID_BYTES])
{
    return request_query_word(request, "run", run, LAB_RUN_ID_BYTES) && run[0] != 0;
}

/* 0, or the status of the refusal that was sent. */
static int viewer_check(struct request *request)
{
    struct server *server = request->server;
    struct error error;
    struct lab_problem problem = {0};
    char run[LAB_RUN_ID_BYTES], owner[64], code[ROOM_GIVEN_BYTES];
    if (request->zero_byte || strcmp(request->path, "/live") != 0)
        return reply_problem(request, 404, "The only WebSocket here is /live?run=ID.");
    if (!access_origin_allowed(server->access, request->connection, &error)) {
        atomic_fetch_add(&server->counters.origin_refused, 1);
        return reply_error(request, 403, &error);
    }
    bool of_room = room_named(request, code);
    if (!of_room && !run_named(request, run))
        return reply_problem(request, 404, "Say which run to watch: /live?run=ID.");
    if (!live_hub_has_room(server->hub)) {
        atomic_fetch_add(&live_hub_counters(server->hub)->viewers_refused, 1);
        request_header(request, "Retry-After", "10");
        return reply_problem(request, 503, "The server has as many viewers as it can have.");
    }
    if (of_room) {
        int refused = room_code_check(request, code, &error);
        return refused == 0 ? 0 : reply_error(request, -refused, &error);
    }
    int result = lab_run_owner(server->lab, run, owner, &problem);
    return result == 0 ? 0 : reply_lab(request, result, 0, NULL, &problem);
}

static int viewer_check_rated(void *argument)
{
    struct request *request = argument;
    struct server *server = request->server;
    uint32_t retry_after_s = 0;
    const char *address = mg_get_request_info(request->connection)->remote_addr;
    if (rate_take(&server->rate, address, 1, server_now_ns(), &retry_after_s))
        return viewer_check(request);
    atomic_fetch_add(&server->counters.rate_refused, 1);
    request_header(request, "Retry-After", "1");
    return reply_problem(request, 429, "Too many requests from this address.");
}

int live_link_connect(const struct mg_connection *connection, void *context)
{
    struct request request;
    int status = 0;
    request_init(&request, (struct mg_connection *)connection, context);
    if (stack_run(viewer_check_rated, &request, &status) != 0)
        status = reply_problem(&request, 503, "The system has no thread left for the request.");
    if (status != 0)
        mg_disable_connection_keep_alive((struct mg_connection *)connection);
    request_clear(&request);
    return status;
}

/* 0, or -1: the connection stays civetweb's and is to be ended. */
static int viewer_hand_over(void *argument)
{
    struct request *request = argument;
    struct server *server = request->server;
    struct lab_problem problem = {0};
    char run[LAB_RUN_ID_BYTES] = "", code[ROOM_GIVEN_BYTES];
    if (!room_named(request, code) && !run_named(request, run))
        return -1;
    int socket = connection_take(request->connection, server->viewer_descriptor_min);
    if (socket == -1)
        return -1;
    if (live_hub_add(server->hub, socket, run, &problem) != 0)
        lab_problem_clear(&problem); /* the viewer was told in the Close */
    return 0;
}

void live_link_ready(struct mg_connection *connection, void *context)
{
    struct request request;
    int result = -1;
    request_init(&request, connection, context);
    if (stack_run(viewer_hand_over, &request, &result) != 0 || result != 0)
        mg_disable_connection_keep_alive(connection);
    request_clear(&request);
}
