/* routes.h - one table of all routes: used to dispatch, to say which methods a path has, and to
 * test the OpenAPI description. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mg_connection;
struct request;
struct server;

struct route {
    const char *method;
    /* As in OpenAPI: "{...}" stands for one part of a path, perhaps followed by fixed letters. */
    const char *pattern;
    int (*handle)(struct request *request); /* answers; returns the status */
    uint32_t cost;                          /* of the client's rate; 0: not counted */
};

extern const struct route ROUTES[];
extern const size_t ROUTE_COUNT;

/* Does the path fit the pattern? Copies what stands for {...} into `parameters`, one row of
 * parameter_bytes each, at most parameter_count. */
bool route_matches(const char *pattern, const char *path, char *parameters, size_t parameter_bytes,
                   size_t parameter_count);

/* Answers one request. Returns the status. */
int routes_dispatch(struct server *server, struct mg_connection *connection);

#endif
