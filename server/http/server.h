/* server.h - the server: civetweb's context, and what the handlers share. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "http/rate.h"

struct access;
struct lab;
struct live_hub;
struct mg_context;
struct pages;
struct room_keep;

enum { STATUS_CLASSES = 6 };

/* Since the start. */
struct server_counters {
    _Atomic uint64_t requests[STATUS_CLASSES]; /* answered, by the status' first digit */
    _Atomic uint64_t request_ns_sum;
    _Atomic int64_t requests_running;
    _Atomic int64_t exports_running;
    _Atomic uint64_t rate_refused, origin_refused, exports, export_bytes, exports_cut;
};

struct server_options {
    const char *bind;      /* an IPv4 address */
    uint16_t port;         /* 0: the kernel chooses */
    struct lab *lab;       /* stays the caller's; open until server_stop has returned */
    struct access *access; /* likewise */
};

struct server {
    struct lab *lab;
    struct access *access;
    struct pages *pages;
    struct live_hub *hub;
    struct room_keep *room; /* of a lecture */
    struct mg_context *context;
    struct rate rate;
    struct rate code_rate; /* of room codes alone: who guesses takes nothing from those who vote */
    sem_t heavy_places;    /* for what computes much: comparisons, verifying */
    sem_t past_places;     /* for looking at the past of runs */
    struct server_counters counters;
    uint16_t port;             /* that it serves on */
    int viewer_descriptor_min; /* viewers' sockets from here up, all others below */
    uint32_t viewers_max;
    int64_t started_ns;
    atomic_bool serving, stopping, stopped;
};

/* SIGINT and SIGTERM must be blocked before, since threads inherit the mask. Raises the limit of
 * open files as far as the system allows. NULL with a reason on failure. */
struct server *server_start(const struct server_options *options, struct error *error);
/* Ends all connections and threads; within a second. */
void server_stop(struct server **server);

/* Nanoseconds of the monotonic clock. */
int64_t server_now_ns(void);

#endif
