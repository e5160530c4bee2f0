/* probe.h - a node that does what inputs tell it and remembers what happens to it: for tests of
 * hosts.
 *
 * A test makes a small world of probes, gives orders, lets time pass and reads the memory of each
 * probe: every event it saw, with its clocks. Nothing is random and nothing happens by itself. */
#ifndef TESTS_LIB_PROBE_H
#define TESTS_LIB_PROBE_H

#include "sim/sim.h"

enum {
    PROBE_MEMORY = 512, /* events remembered */
    PROBE_FILE_BYTES = 8192,
    PROBE_BYTES = 16, /* first bytes of a payload remembered */
    PROBE_NODES = 4,
    PROBE_MASK_ALL = (1 << PROBE_NODES) - 1,
};
#define MS     ((int64_t)1000000)
#define SECOND ((int64_t)1000000000)

/* Orders: types of system inputs, with their arguments. */
enum probe_order {
    PROBE_SEND,          /* to, count, length, after the last write 0/1, carried ms (or 0) */
    PROBE_TIMER,         /* id, ms from now (negative: stop) */
    PROBE_WRITE,         /* file, offset, length, byte, synced 0/1 */
    PROBE_READ,          /* file, offset, length */
    PROBE_COST,          /* us */
    PROBE_HALT,          /* word */
    PROBE_OVERFLOW,      /* asks for more than an outbox holds */
    PROBE_VIOLATE,       /* 1: from now on the invariant is broken, 0: not any more */
    PROBE_VIOLATE_LATER, /* the invariant breaks at the next timer */
    PROBE_BE_BUSY,       /* 1: from now on not at rest */
    PROBE_MANY_WRITES,   /* count: unsynced writes of one byte in one step */
};

/* Messages: 0 is taken silently, 1 is answered by 2, 3 is malformed when its first byte is 0xff. */
enum probe_message {
    PROBE_MESSAGE_PLAIN,
    PROBE_MESSAGE_PING,
    PROBE_MESSAGE_PONG,
    PROBE_MESSAGE_PICKY
};

struct probe_event {
    uint8_t kind, id;
    uint16_t type;
    uint32_t from;
    int64_t monotonic_ns, wall_ns, waited_ns;
    uint32_t token, status, offset, length;
    uint8_t bytes[PROBE_BYTES];
};

struct probe {
    uint32_t count; /* of events seen in this boot */
    uint32_t sent;  /* messages numbered from 1 */
    uint32_t token_last, violated, violated_later, busy;
    struct probe_event events[PROBE_MEMORY];
};

/* A world of PROBE_NODES probes named n0 .. n3, 1 km apart, in its own memory. */
struct probe_world {
    struct sim sim;
    struct sim_plan plan;
    struct probe_tally *tally; /* of notes */
};

/* Notes seen by a listener. */
struct probe_tally {
    uint32_t of_kind[128];
    struct node_note last;
};

struct sim_plan probe_plan(uint64_t seed);
void probe_world_open(struct probe_world *world, const struct sim_plan *plan);
/* The standard plan, started and quiet at 10 ms. */
void probe_world_start(struct probe_world *world);
void probe_world_close(struct probe_world *world);

/* Runs for so long. */
void probe_run(struct probe_world *world, int64_t for_ns);
/* Applies an input now; it must be taken. */
void probe_apply(struct probe_world *world, uint16_t type, uint32_t node, uint32_t peer, int64_t a,
                 int64_t b);
void probe_apply_args(struct probe_world *world, uint16_t type, uint32_t node, uint32_t peer,
                      const int64_t *args);
/* Orders: up to five arguments. */
void probe_order(struct probe_world *world, enum probe_order order, uint32_t node, int64_t a,
                 int64_t b, int64_t c, int64_t d, int64_t e);
/* `count` plain messages of 8 bytes; their first four bytes are the sender's running number. */
void probe_send(struct probe_world *world, uint32_t from, uint32_t to, int64_t count);

/* The node's memory, or NULL while it is down. */
const struct probe *probe_at(const struct probe_world *world, uint32_t node);
/* How many events of a kind it has seen; the n-th of them (0, 1 ...), or NULL. */
uint32_t probe_count(const struct probe_world *world, uint32_t node, enum node_event_kind kind);
const struct probe_event *probe_event(const struct probe_world *world, uint32_t node,
                                      enum node_event_kind kind, uint32_t n);
uint32_t probe_number(const struct probe_event *event);
struct sim_counters probe_counters(const struct probe_world *world);

#endif
