/* sim.h: host 1, the deterministic simulator: virtual clock, event queue, network, disks,
 * clocks, processes, faults, causes, digest.
 *
 * A world is one relocatable block (struct sim_world, opaque): 32-bit indices, no pointers. The
 * handle `struct sim` beside it holds the pointers: block, plan, sink. Copying the block and
 * giving the copy a handle of its own is a fork; both go on independently with the same future.
 *
 * The digest is a chain over (time, target, kind, type, bytes) of inputs and of events delivered
 * to nodes; never over notes, causes, checks, rows or views. The same plan, seed and inputs give
 * the same digest on every machine, at any chunking of sim_run(), with checks and recording on
 * or off.
 *
 * Order: by time; at equal times messages and inputs in the order in which they were sent, then
 * what ends at that time, node by node: disk operations, reboots, waiting for the CPU, timers. An
 * input stamped t takes effect after every event of time <= t, in the order in which inputs are
 * given: callers do sim_run(sim, t, ...) until it has reached t, then sim_apply(). So a live input
 * and its replay are the same.
 *
 * Only one thread may use a handle at a time. Nothing here allocates; memory is given by the
 * caller (sim_bytes()).
 */
#ifndef CHEF_SIM_SIM_H
#define CHEF_SIM_SIM_H

#include <stddef.h>

#include "base/error.h"
#include "node/node.h"
#include "node/observer.h"

/* 63, so that a set of nodes is the bits of one positive int64_t, as inputs carry it. */
enum { SIM_NODES_MAX = 63, SIM_NAME_BYTES = 16 };

struct sim_world; /* opaque, relocatable */

/* ---- The plan: what a world is built from ---- */

struct sim_node_plan {
    char name[SIM_NAME_BYTES]; /* unique: "dispatcher", "A", "customers" */
    const struct node_protocol *protocol;
    int32_t x_m, y_m; /* place in the city, metres: latency by distance */
    uint32_t region;  /* latency by region; district of the city */
};

/* The model's parameters: none can be zero, since a world without latency, CPU or fsync time hides
 * the very races that it is to show. One frozen table stands beside every figure in virtual time. */
struct sim_model {
    int64_t event_cpu_ns;     /* CPU of one event on a node */
    int64_t byte_cpu_ps;      /* CPU of one payload byte, picoseconds */
    int64_t link_base_ns;     /* any message between two nodes */
    int64_t link_ns_per_km;   /* by distance on the map */
    int64_t link_region_ns;   /* added between different regions */
    int64_t link_jitter_ns;   /* mean of an exponential addition, capped at 10 times the mean */
    int64_t link_bytes_per_s; /* bandwidth of a link */
    int64_t disk_write_ns;    /* latency of a write, unsynced */
    int64_t disk_sync_ns;     /* fsync */
    int64_t disk_read_ns;
    int64_t disk_bytes_per_s;
    int64_t reboot_ns; /* from the order to restart until START */
};
/* 20 us an event, 1 ms base link + 0.5 ms per km + 1 ms region + 0.5 ms jitter, 100 MB/s, 2 ms
 * fsync ... */
extern const struct sim_model SIM_MODEL_STANDARD;

/* Pool sizes; zero means the standard that fits the node count. They bound memory, not behaviour: a
 * run that would need more halts with the reason. */
struct sim_limits {
    uint32_t events;      /* pending events */
    uint32_t messages_64; /* message bodies of up to 64 bytes in flight; larger classes: 256, 1024,
                             4096 */
    uint32_t messages_256;
    uint32_t messages_1024;
    uint32_t messages_4096;
};

/* Belongs to the caller, zero value plus nodes and model is a valid one. Plan, inputs and the
 * program's version: that is the run. */
struct sim_plan {
    uint64_t seed;
    uint32_t node_count;
    struct sim_node_plan nodes[SIM_NODES_MAX];
    struct sim_model model;
    struct sim_limits limits;
    const int64_t *settings; /* start values, copied into the world */
    uint32_t setting_count;
    const void *data; /* the system's plan, copied into the world; env->plan points at the copy */
    uint32_t data_bytes;
    const struct node_observer *observer; /* or NULL */
};

/* One thing of the space-time diagram: an event that was delivered to a node, or a message that
 * reached nobody. Events are numbered 1, 2, 3 ... over the run, and none is left out. */
enum sim_fate { SIM_FATE_NONE, SIM_FATE_LOST, SIM_FATE_CUT, SIM_FATE_REFUSED };
struct sim_trace {
    uint64_t event; /* number; 0: a message that reached nobody */
    uint64_t
        cause; /* number of the event whose step brought it about; 0: the beginning, an input */
    int64_t time_ns;      /* of the step, or when the message ended */
    int64_t sent_ns;      /* of a message; else when it was due: the rest it waited for the CPU */
    uint32_t node;        /* whose step, or for whom the message was */
    uint32_t from;        /* of a message, else NODE_NONE */
    uint32_t subject;     /* as in struct sim_flight; NODE_NONE when there is none */
    uint16_t type;        /* of a message, an input or a setting; else 0 */
    uint8_t kind;         /* enum node_event_kind */
    uint8_t id;           /* timer or file */
    enum sim_fate fate;   /* of a message that reached nobody */
    const uint8_t *bytes; /* payload of a message, valid during the call */
    uint32_t length;
};
/* Looks on, like a sink: never touches. Called before the step's notes. */
struct sim_tracer {
    void *context;
    void (*trace)(void *context, const struct sim_trace *trace); /* NULL: nobody looks */
};

/* A handle: everything about a world that is an address. Filled by the caller up to `tracer` before
 * sim_init() or sim_fork(); plan and env are set there. */
struct sim {
    struct sim_world *world;     /* caller's memory, 64-aligned */
    const struct sim_plan *plan; /* must outlive the handle; only protocol pointers, observer and
                                    names are used after sim_init() */
    struct node_row_sink sink;   /* where rows go; put == NULL drops them */
    bool checks;                 /* call violation() after each step */
    bool stop;                   /* for listeners: sim_run() ends after the event under way */
    struct sim_tracer tracer;
    struct node_env env; /* the host's own: what views of this handle point at */
};

/* ---- Building and copying ---- */

/* Bytes of memory that a world of this plan needs; 0 for a plan that sim_init() refuses. */
size_t sim_bytes(const struct sim_plan *plan);
/* Build a world at time 0 in `sim->world` (sim_bytes() bytes). 0, or -1 with a reason. */
int sim_init(struct sim *sim, const struct sim_plan *plan, struct error *error);
/* Copy `from`'s world into the memory of `to` (same size); sink and checks of `to` stay its own. The
 * cost is the bytes in use (sim_counters.world_bytes), about a megabyte for the default city. */
void sim_fork(struct sim *to, const struct sim *from);

/* A world as bytes without gaps, for a store; only the same build can read it, into a world of the
 * same plan that sim_init() has built. sim_load() is false, and the world unusable, when the bytes
 * do not fit it. */
size_t sim_save_bytes(const struct sim *sim);
void sim_save(const struct sim *sim, void *to);
bool sim_load(struct sim *sim, const void *from, size_t bytes);

/* ---- Going on ---- */

enum sim_status {
    SIM_REACHED, /* every event of time <= until is done and now == until */
    SIM_WORKING, /* steps_max used up, or a listener has set sim->stop; call again */
    SIM_HALTED,  /* a node or the host halted the run; now stays */
};
/* Run to `until_ns` (>= now), at most `steps_max` events. The tick of the observer comes at each
 * whole second, before that second's events. A listener that has heard what it waited for sets
 * sim->stop: the run then ends where sim_step() would have ended, and clearing it is the caller's. */
enum sim_status sim_run(struct sim *sim, int64_t until_ns, uint64_t steps_max);
/* Run exactly one event, whenever it comes, but not after `until_ns`. True when one was run; false
 * when none is left until then or the run has halted. now is the event's time, or where it was. */
bool sim_step(struct sim *sim, int64_t until_ns);

/* ---- Inputs: faults of the host, settings, and the system's own ----
 *
 * What a person, a scenario or a nemesis does to a world is an input, and nothing else changes its
 * course. Inputs are stamped, stored and replayed; a run is judged by what its inputs allowed. */

enum sim_input_type {
    SIM_INPUT_SETTING = 1,  /* args: setting index, value */
    SIM_INPUT_NODE_CRASH,   /* node */
    SIM_INPUT_NODE_RESTART, /* node */
    SIM_INPUT_NODE_PAUSE,   /* node */
    SIM_INPUT_NODE_RESUME,  /* node */
    SIM_INPUT_NODE_SLOW,    /* node; args: CPU factor percent (100 = as built .. 100000) */
    SIM_INPUT_LINK_CUT,     /* node, peer; args: one_way 0/1 */
    SIM_INPUT_LINK_HEAL,    /* node, peer: both ways, cut and degradation */
    SIM_INPUT_LINK_SET, /* node, peer (either NODE_NONE: all); args: delay us, jitter us, loss ppm,
                           duplicate ppm, reorder ppm */
    SIM_INPUT_NET_PARTITION, /* args: bit mask of one side, bit mask of bystanders (0: none); every
                                link across is cut both ways, but not those of a bystander, who
                                goes on hearing both sides */
    SIM_INPUT_NODE_ISOLATE,  /* node: every link of it is cut both ways */
    SIM_INPUT_NET_HEAL,      /* every cut, partition and degradation */
    SIM_INPUT_DISK_SLOW,     /* node; args: factor percent */
    SIM_INPUT_DISK_STALL,    /* node; args: ms without progress */
    SIM_INPUT_DISK_FULL,     /* node; args: 0/1 */
    SIM_INPUT_DISK_TEAR,     /* node; args: 0/1: at the next crash the write in progress survives in
                                part */
    SIM_INPUT_DISK_LOSE_FSYNC, /* node; args: 0/1: fsync answers, a crash loses what it promised */
    SIM_INPUT_DISK_ROT, /* node; args: file, byte offset ppm of the file's length: one bit flips */
    SIM_INPUT_CLOCK_SKEW,  /* node; args: wall offset us */
    SIM_INPUT_CLOCK_DRIFT, /* node; args: ppm, both clocks run so much faster */
    SIM_INPUT_CLOCK_JUMP,  /* node; args: wall jumps by us */
    SIM_INPUT_HEAL_ALL, /* links, disks, clocks, CPU; paused nodes resume, crashed ones restart */
    SIM_INPUT_SYSTEM = 64, /* from here: the system's, delivered to `node` as NODE_EVENT_INPUT with
                              type minus 64 */
};

/* No padding: it is stored and compared as bytes. */
struct sim_input {
    int64_t time_ns;
    uint16_t type;
    uint16_t pad;
    uint32_t node; /* or NODE_NONE */
    uint32_t peer; /* or NODE_NONE */
    uint32_t pad2;
    int64_t args[NODE_INPUT_ARGS];
};
_Static_assert(sizeof(struct sim_input) == 24 + 8 * NODE_INPUT_ARGS, "an input has no padding");

/* Apply an input at now (precondition: input->time_ns == now and sim_run() has reached it). 0,
 * or -1 with a reason and nothing changed (unknown type, no such node, argument out of range).
 * Crashing a crashed node and the like are accepted and do nothing. What the input sets off at this
 * very time has happened when the call returns. */
int sim_apply(struct sim *sim, const struct sim_input *input, struct error *error);

/* The host's own input types by name, for the API and the page; `args` name the numbers in
 * order. */
struct sim_input_argument {
    const char *name; /* with its unit: "delay_us" */
    int64_t min, max, standard;
};
struct sim_input_kind {
    uint16_t type;
    const char *name; /* "node.crash" */
    bool needs_node, needs_peer;
    struct sim_input_argument args[NODE_INPUT_ARGS]; /* until name == NULL */
};
extern const struct sim_input_kind SIM_INPUT_KINDS[];
extern const uint32_t SIM_INPUT_KIND_COUNT;

/* ---- Looking: none of this changes a world or its digest ---- */

int64_t sim_now_ns(const struct sim *sim);
/* Time of the next event, INT64_MAX if none; changes nothing. */
int64_t sim_next_ns(const struct sim *sim);
uint64_t sim_steps(const struct sim *sim); /* events run so far */
/* The chain so far: equal digests at equal times are equal runs. */
uint64_t sim_digest(const struct sim *sim);
/* Fills what observers and views look through. */
void sim_world_view(const struct sim *sim, struct node_world *world);
void *sim_observer_state(const struct sim *sim); /* of the plan's observer */
/* Is the world at rest? False and a reason when some node up says that it is not
 * (protocol->pending), naming the node. */
bool sim_at_rest(const struct sim *sim, uint32_t *node, struct node_reason *reason);

/* Since time 0, except for what is pending or in use now. A message sent ends as delivered, lost,
 * cut or refused, dies with its receiver, or is still in flight; doubles come on top. */
struct sim_counters {
    uint64_t messages_sent, messages_delivered, messages_lost, messages_cut, messages_doubled,
        messages_reordered, messages_refused;
    uint64_t bytes_sent, writes, syncs, timers, crashes, violations;
    uint32_t events_pending, messages_in_flight;
    uint32_t world_bytes; /* in use so far: what a copy takes */
};
void sim_counters_read(const struct sim *sim, struct sim_counters *counters);

/* How many messages, timers or writes faults of this input type have changed so far: a sweep whose
 * faults changed nothing has proved nothing. */
uint64_t sim_fault_effects(const struct sim *sim, uint16_t type);

/* Why a run cannot go on. */
enum sim_halt {
    SIM_HALT_NONE,
    SIM_HALT_NODE,          /* a protocol said so: node_halt() */
    SIM_HALT_EVENTS_FULL,   /* sim_limits.events are pending */
    SIM_HALT_MESSAGES_FULL, /* no record left of the message's size or larger */
    SIM_HALT_OUTBOX_FULL,   /* one step asked for more than NODE_OUTBOX_BYTES */
    SIM_HALT_DISK_FULL      /* more operations of one disk under way than it can hold */
};
/* *reason is the protocol's with SIM_HALT_NODE, else empty. */
enum sim_halt sim_halted(const struct sim *sim, struct node_reason *reason);

/* Messages under way now (and those lost in the last virtual second), for the message layer.
 * Returns how many were written, at most `count`. */
struct sim_flight {
    int64_t sent_ns, arrives_ns; /* lost: when it would have arrived */
    uint32_t from, to;
    uint32_t subject; /* first four bytes of the payload: by convention the order, key or entry the
                         message is about */
    uint16_t type;
    uint8_t lost; /* 0 under way, 1 lost on the link, 2 stopped by a cut */
    uint8_t carried;
};
uint32_t sim_flights(const struct sim *sim, struct sim_flight *flights, uint32_t count);

#endif
