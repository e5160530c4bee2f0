/* store.h: by which of our systems the workload lin-kv is served.
 *
 * cp  the council of the system "raft": a majority agrees on every operation.
 * ap  the leaderless replicas of the system "kv", every node with a copy of every key, R = W = 1: a node
 *     answers by itself, cut off or not, of two writes the later clock's stays, and copies converge. It
 *     has no compare-and-set, and says so.
 *
 * In both, node i of Maelstrom is server i of `servers`, and the system's own node of clients, which
 * lives in the same process as node servers + i, asks for whom Maelstrom's clients have asked. */
#ifndef STDIO_STORE_H
#define STDIO_STORE_H

#include "node/node.h"
#include "stdio/session.h"

enum store_function { STORE_READ, STORE_WRITE, STORE_CAS };

struct store_request {
    uint32_t key; /* from 0 to `keys` - 1 of the store */
    enum store_function function;
    int64_t value, expected; /* written; what STORE_CAS has to find there */
};

/* What a note of the node of clients says about operations. */
struct store_news {
    enum {
        STORE_NO_NEWS,
        STORE_INVOKED, /* `operation` is this `request` */
        STORE_SKIPPED, /* the next one was not asked at all, with `code` and `text` */
        STORE_DONE,
        STORE_REFUSED /* with `code` and `text` */
    } kind;
    uint32_t operation;
    struct store_request request; /* INVOKED, without `expected`; a read has no `value` */
    bool there;                   /* DONE: a read has found a value, */
    int64_t value;                /* this one */
    enum session_error code;
    const char *text;
};

struct store {
    const char *mode; /* "cp" */
    const struct node_protocol *server, *clients;
    uint32_t keys, servers_max, setting_count;
    /* The input by which the node of clients is asked. `server`: the one of its process. */
    uint16_t (*input)(const struct store_request *request, uint32_t server,
                      int64_t args[NODE_INPUT_ARGS]);
    void (*news)(const struct node_note *note, struct store_news *news);
};

extern const struct store STORE_CP, STORE_AP;

#endif
