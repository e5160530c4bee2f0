/* host.h - host 2: nodes of a system in a process of their own, with real time, real files, and
 * messages that somebody else carries.
 *
 * The same protocol code as in the simulator, by the same contract (node/node.h). A process hosts the
 * few nodes that live in it; what they send to others is handed to `send`, and what arrives for them
 * is given to stdio_host_message(). Nodes of one process talk through a queue, never within a step.
 *
 * Files are real when a folder is given: a write with NODE_SYNC is followed by fdatasync(2) before
 * anything that waits for it leaves. A write that fails ends the process (fail-stop): a node that
 * cannot keep its promises makes none. Without a folder files are memory, and end with the process.
 *
 * One thread; nothing here waits. */
#ifndef STDIO_HOST_H
#define STDIO_HOST_H

#include "base/error.h"
#include "node/node.h"

enum {
    STDIO_NODES_MAX = 4,       /* hosted by one process */
    STDIO_EVENTS_MAX = 4096,   /* waiting at once; more is dropped, as a network does */
    STDIO_STEPS_A_TURN = 10000 /* of one call of stdio_host_turn() */
};

struct stdio_host; /* opaque */

struct stdio_host_options {
    uint32_t node_count; /* of the whole world, hosted here or not */
    uint32_t hosted_count;
    struct {
        uint32_t node;
        const struct node_protocol *protocol;
    } hosted[STDIO_NODES_MAX];
    const int64_t *settings; /* copied */
    uint32_t setting_count;
    const void *plan;   /* must outlive the host */
    uint64_t seed;      /* of every draw of these nodes */
    const char *folder; /* existing, for files; or NULL */
    void *context;      /* for the two below */
    void (*send)(void *context, uint32_t from, uint32_t to, uint16_t type, const uint8_t *bytes,
                 uint32_t length);
    void (*note)(void *context, const struct node_note *note);
};

/* NULL with a reason: no memory, or files that cannot be opened. */
struct stdio_host *stdio_host_new(const struct stdio_host_options *options, struct error *error);
void stdio_host_free(struct stdio_host **host);

/* START of every hosted node. */
void stdio_host_start(struct stdio_host *host);
/* A message for a node that is hosted here. False: it is malformed, too long, or for somebody
 * else. */
bool stdio_host_message(struct stdio_host *host, uint32_t from, uint32_t to, uint16_t type,
                        const uint8_t *bytes, uint32_t length);
/* An input of the system for a node that is hosted here. */
void stdio_host_input(struct stdio_host *host, uint32_t node, uint16_t type,
                      const int64_t args[NODE_INPUT_ARGS]);
/* Runs what waits and what is due. Returns after how many nanoseconds there is more to do (0: at
 * once, INT64_MAX: not before something arrives), or -1 with a reason when a node halted or a file
 * failed. */
int64_t stdio_host_turn(struct stdio_host *host, struct error *error);

#endif
