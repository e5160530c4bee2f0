/* server.c - starts and stops civetweb with the options that this program needs. */
#include "http/server.h"

#include <assert.h>
#include <civetweb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "http/access.h"
#include "http/connection.h"
#include "http/limits.h"
#include "http/live_hub.h"
#include "http/live_link.h"
#include "http/pages.h"
#include "http/request.h"
#include "http/room_keep.h"
#include "http/routes.h"
#include "lab/lab.h"

enum {
    /* Descriptors besides the viewers': threads, accepted ones that wait, the store, the rest. */
    DESCRIPTORS_OTHER = HTTP_THREADS + HTTP_ACCEPT_QUEUE + 256,
    VIEWERS_MIN = 16
};

int64_t server_now_ns(void)
{
    struct timespec now;
    int result = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(result == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* How many viewers the system's limit of open files leaves room for. */
static int descriptors_plan(struct server *server, struct error *error)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return error_set(error, "the limit of open files cannot be read");
    rlim_t wanted = DESCRIPTORS_OTHER + LIVE_VIEWERS_MAX;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return error_set(error, "the limit of open files cannot be raised");
    }
    if (limit.rlim_cur < DESCRIPTORS_OTHER + VIEWERS_MIN)
        return error_set(error, "the system allows %llu open files; the server needs %d",
                         (unsigned long long)limit.rlim_cur, DESCRIPTORS_OTHER + VIEWERS_MIN);
    rlim_t left = limit.rlim_cur - DESCRIPTORS_OTHER;
    server->viewer_descriptor_min = DESCRIPTORS_OTHER;
    server->viewers_max = left < LIVE_VIEWERS_MAX ? (uint32_t)left : LIVE_VIEWERS_MAX;
    return 0;
}

/* ---- civetweb's callbacks ---- */

static int on_request(struct mg_connection *connection, void *context)
{
    return routes_dispatch(context, connection);
}

/* Requests that civetweb itself refuses, before any route: malformed, too long, too slow. */
static int on_http_error(struct mg_connection *connection, int status, const char *message)
{
    struct request request;
    request_init(&request, connection, mg_get_user_data(mg_get_context(connection)));
    request_close_after(&request);
    reply_problem(&request, status, "The request cannot be served: %s.", message);
    request_clear(&request);
    return 0;
}

/* While the server starts, its own error says what is wrong, in one line. */
static int on_log(const struct mg_connection *connection, const char *message)
{
    const struct server *server = mg_get_user_data(mg_get_context(connection));
    if (atomic_load(&server->serving))
        fprintf(stderr, "chef: http: %s\n", message);
    return 1;
}

/* ---- Start and stop ---- */

/* civetweb takes all its settings as words. */
static void number(char text[12], int value)
{
    snprintf(text, 12, "%d", value);
}

static int context_start(struct server *server, const struct server_options *options,
                         struct error *error)
{
    char ports[80], threads[12], queue[12], backlog[12], timeout[12], keep_alive[12], head[12];
    snprintf(ports, sizeof ports, "%s:%u", options->bind, options->port);
    number(threads, HTTP_THREADS);
    number(queue, HTTP_ACCEPT_QUEUE);
    number(backlog, HTTP_LISTEN_BACKLOG);
    number(timeout, HTTP_REQUEST_TIMEOUT_MS);
    number(keep_alive, HTTP_KEEP_ALIVE_MS);
    number(head, HTTP_HEADER_BYTES_MAX);
    const char *settings[] = {"listening_ports",
                              ports,
                              "num_threads",
                              threads,
                              "connection_queue",
                              queue,
                              "listen_backlog",
                              backlog,
                              "request_timeout_ms",
                              timeout,
                              "enable_keep_alive",
                              "yes",
                              "keep_alive_timeout_ms",
                              keep_alive,
                              "max_request_size",
                              head,
                              "tcp_nodelay",
                              "1",
                              "decode_url", /* a zero byte would be lost: request.c does it */
                              "no",
                              "enable_directory_listing",
                              "no",
                              "enable_websocket_ping_pong",
                              "no",
                              "access_control_allow_origin",
                              "",
                              "access_control_allow_methods",
                              "",
                              "access_control_allow_headers",
                              "",
                              "enable_auth_domain_check",
                              "no",
                              NULL};
    /* No access log: requests are counted in the metrics, none is written down. */
    const struct mg_callbacks callbacks = {.http_error = on_http_error, .log_message = on_log};
    server->context = mg_start(&callbacks, server, settings);
    if (server->context == NULL)
        return error_set(error, "cannot listen on %s port %u: %s", options->bind, options->port,
                         "the address is not of this machine, or the port is taken");
    struct mg_server_port port;
    if (mg_get_server_ports(server->context, 1, &port) != 1)
        return error_set(error, "the port that is served on cannot be read");
    server->port = (uint16_t)port.port;
    atomic_store(&server->serving, true);
    mg_set_request_handler(server->context, "**", on_request, server);
    mg_set_websocket_handler(server->context, "**", live_link_connect, live_link_ready, NULL, NULL,
                             server);
    return 0;
}

/* The hub before the context: whoever connects finds it. */
struct server *server_start(const struct server_options *options, struct error *error)
{
    assert(options->lab != NULL && options->access != NULL);
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL || rate_init(&server->rate) != 0 || rate_init(&server->code_rate) != 0 ||
        sem_init(&server->heavy_places, 0, HTTP_HEAVY_MAX) != 0 ||
        sem_init(&server->past_places, 0, HTTP_PAST_MAX) != 0) {
        free(server);
        error_set(error, "out of memory");
        return NULL;
    }
    server->lab = options->lab;
    server->access = options->access;
    server->started_ns = server_now_ns();
    mg_init_library(0);
    if (descriptors_plan(server, error) != 0 || (server->pages = pages_build(error)) == NULL ||
        (server->hub = live_hub_start(server->lab, server->viewers_max, error)) == NULL ||
        (server->room = room_keep_open(server->lab, server->hub, error)) == NULL ||
        context_start(server, options, error) != 0)
        server_stop(&server);
    return server;
}

static void *context_stop(void *argument)
{
    struct server *server = argument;
    mg_stop(server->context);
    atomic_store(&server->stopped, true);
    return NULL;
}

/* mg_stop waits for threads that sit in poll() on their connections; so it runs beside, and the
 * connections are ended under it until it is done. */
static void context_end(struct server *server)
{
    pthread_t thread;
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    if (pthread_create(&thread, NULL, context_stop, server) != 0) {
        mg_stop(server->context);
        return;
    }
    while (!atomic_load(&server->stopped)) {
        connection_end_all(server->port, server->viewer_descriptor_min);
        nanosleep(&pause, NULL);
    }
    pthread_join(thread, NULL);
}

/* In the opposite order: first nobody new comes in, then viewers are told, then memory goes. */
void server_stop(struct server **server)
{
    struct server *gone = *server;
    if (gone == NULL)
        return;
    atomic_store(&gone->stopping, true);
    lab_stop_soon(gone->lab);
    if (gone->context != NULL)
        context_end(gone);
    live_hub_stop(&gone->hub);
    room_keep_close(&gone->room);
    pages_free(&gone->pages);
    rate_destroy(&gone->rate);
    rate_destroy(&gone->code_rate);
    sem_destroy(&gone->heavy_places);
    sem_destroy(&gone->past_places);
    mg_exit_library();
    free(gone);
    *server = NULL;
}
