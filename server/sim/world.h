/* world.h - what a world is made of: for the files of the simulator only.
 *
 * Everything lies in one block that begins with struct sim_world. Parts are named by offsets from
 * its start or by indices; no pointer is stored, so a plain copy of the bytes is a world of its
 * own. sim_fork() copies less: not what was never taken from the pools, and not the scratch for
 * one step's outbox.
 *
 * Who does what: sim.c builds and runs, process.c runs steps and keeps CPUs, network.c, disk.c and
 * clock.c are the models, fault_*.c changes them by inputs, look.c shows. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/digest.h"
#include "base/draw.h"
#include "base/pool.h"
#include "sim/deadlines.h"
#include "sim/event_queue.h"
#include "sim/sim.h"

/* Limits: each is a place where a run slows down, loses or halts instead of growing. */
enum {
    /* Sizes of message records (SIM_MESSAGE_BYTES). */
    SIM_MESSAGE_CLASSES = 4,
    /* Network messages that wait for one node; more are lost, as in a full socket. */
    SIM_INBOX_MAX = 256,
    /* Lost messages remembered for the message layer. */
    SIM_LOST_MAX = 256,
    /* Operations of one disk that are not yet durable or not yet told; a power of two. */
    SIM_DISK_OPS = 512,
    /* From here on the node's next step blocks, as in write() on a full queue. */
    SIM_DISK_OPS_UNDER_WAY = 128,
    /* Old bytes of writes that are not yet durable; a power of two. */
    SIM_DISK_UNDO_BYTES = 128 * 1024,
    /* Below this much room for them a node blocks too: what one step may write at once. */
    SIM_DISK_UNDO_SPARE = NODE_STEP_WRITE_BYTES,
    /* Types from SIM_INPUT_SYSTEM on. */
    SIM_SYSTEM_INPUTS_MAX = 1024,
    /* A factor of 1. */
    SIM_PERCENT = 100,
};

#define SIM_NS_PER_S ((int64_t)1000000000)
#define SIM_NEVER    DEADLINE_NEVER

/* Deadlines of each node: slot = node * SIM_SLOTS + which. At equal times events of the queue come
 * first, then slots in order. */
enum sim_slot {
    SIM_SLOT_DISK,  /* the running batch of disk operations ends */
    SIM_SLOT_START, /* a reboot ends */
    SIM_SLOT_WAKE,  /* the CPU is free for what waits */
    SIM_SLOT_TIMER, /* .. SIM_SLOT_TIMER + NODE_TIMERS_MAX - 1 */
    SIM_SLOTS = 8,
};
_Static_assert(SIM_SLOT_TIMER + NODE_TIMERS_MAX <= SIM_SLOTS, "every timer has a slot");
_Static_assert(SIM_NODES_MAX *SIM_SLOTS <= DEADLINES_MAX, "every node has its slots");

static inline uint32_t sim_timer_slot(uint32_t timer)
{
    return (uint32_t)SIM_SLOT_TIMER + timer;
}

/* ---- Messages ---- */

/* Who owns a record: exactly one of these. HELD -> FLYING -> WAITING -> FREE, and from anywhere to
 * FREE; FLYING -> VOID while it stays in the queue. */
enum sim_message_state {
    SIM_MESSAGE_FREE,
    SIM_MESSAGE_HELD,   /* waits for a write of its sender */
    SIM_MESSAGE_FLYING, /* in the event queue */
    SIM_MESSAGE_VOID,   /* in the event queue, but its sender crashed before it could leave */
    SIM_MESSAGE_WAITING /* in the receiver's inbox */
};
/* Flags. Carried by hand, not by links; an input of a person; a setting that was changed. */
enum { SIM_MESSAGE_CARRIED = 1, SIM_MESSAGE_INPUT = 2, SIM_MESSAGE_SETTING = 4 };
#define SIM_MESSAGE_NONE UINT32_MAX

/* The host's record; the payload follows it. Inputs travel in the same records. */
struct sim_message {
    int64_t sent_ns;    /* when it left, or will leave, its sender; while held: at the earliest */
    int64_t arrives_ns; /* while held: the travel time of something carried */
    uint64_t cause;     /* event whose step sent it */
    uint32_t next;      /* in the inbox or the list of held ones */
    uint32_t token;     /* the write it waits for */
    uint16_t type;
    uint16_t length;
    uint8_t from, to; /* from: SIM_NODES_MAX for inputs */
    uint8_t flags;
    uint8_t class : 4; /* of size */
    uint8_t state : 4; /* enum sim_message_state */
};
_Static_assert(sizeof(struct sim_message) == 40,
               "a small message and its record share a cache line");
_Static_assert(SIM_NODES_MAX < 256, "a node's index, or SIM_NODES_MAX, fits a byte");

/* First in, first out, linked by `next`. first and last mean nothing while count is 0. */
struct sim_message_list {
    uint32_t first, last, count;
};

static inline uint8_t *sim_message_bytes(struct sim_message *message)
{
    return (uint8_t *)(message + 1);
}

/* ---- Nodes ---- */

/* Computed, not advanced (clock.c): what both showed at `since_ns`, and the rate since then. */
struct sim_clock {
    int64_t since_ns;     /* true time of the last change */
    int64_t monotonic_ns; /* local clocks then */
    int64_t wall_ns;
    int64_t drift_ppm;
    uint32_t wrong_by; /* type of the input that set the wall clock wrong, 0: none */
};

/* Set on the node's own clock; its true time is a deadline of the world, computed anew when the
 * clock's rate changes. */
struct sim_timer {
    int64_t deadline_ns;  /* on the node's monotonic clock; negative: not set */
    int64_t due_since_ns; /* while it waits for the CPU */
    uint64_t cause;       /* event whose step set it */
};
_Static_assert(NODE_TIMERS_MAX <= 8, "sim_node.timers_due has a bit for each");

enum sim_disk_kind { SIM_DISK_WRITE, SIM_DISK_READ };

/* One operation, from its intent until it is told and durable. */
struct sim_disk_op {
    int64_t submitted_ns, completed_ns;
    uint64_t cause; /* event whose step asked for it */
    uint32_t token, offset, length;
    uint32_t undo_at;       /* where the old bytes stand */
    uint32_t length_before; /* of the file */
    uint8_t kind, file, sync, status;
};

/* Operations run through a ring; the cursors only grow: durable, told <= complete <= batch <=
 * submitted. [complete, batch) is with the device, [batch, submitted) waits for it, [told, complete)
 * waits for the node's CPU. durable and told do not know each other: what is told may still be in
 * the cache, what is durable may not have been told. A slot of the ring is free when it is both. */
struct sim_disk {
    uint64_t ops_offset, undo_offset;
    uint64_t file_offset[NODE_FILES_MAX];
    uint32_t file_bytes[NODE_FILES_MAX];  /* limits */
    uint32_t file_length[NODE_FILES_MAX]; /* as the node sees it now */
    uint32_t durable, told, complete, batch, submitted;
    uint32_t undo_first, undo_last; /* grow; modulo SIM_DISK_UNDO_BYTES */
    uint32_t token_complete;        /* of the last write that is over; grows through all boots */
    int64_t stalled_until_ns;
    int64_t factor_pct;
    bool full, tears, loses_fsync;
    struct sim_message_list held; /* messages that wait for a write, by token */
};

/* A node as the host sees it. Its protocol's memory lies elsewhere in the block, at state_offset. */
struct sim_node {
    uint64_t state_offset;
    uint64_t draw_key;     /* of this boot */
    int64_t busy_until_ns; /* its CPU */
    int64_t cpu_factor_pct;
    uint32_t boots;
    uint32_t token_last;
    bool up, paused, violating;
    uint8_t timers_due; /* bit: that timer waits for the CPU */
    struct sim_message_list inbox;
    struct sim_timer timers[NODE_TIMERS_MAX];
    struct sim_clock clock;
    struct sim_disk disk;
};

/* One direction between two nodes. All node_count^2 of them stand in one array, also those of a node
 * to itself (which no fault touches): finding one is a multiplication. */
struct sim_link {
    struct draw_stream jitter;   /* its n also numbers the messages for the link's other draws */
    int64_t base_ns;             /* by the map: fixed */
    int64_t free_ns;             /* when the last byte before has left */
    int64_t arrival_ns_last;     /* a link keeps order unless it is told otherwise */
    int64_t delay_ns, jitter_ns; /* by a fault */
    uint32_t loss_ppm, duplicate_ppm, reorder_ppm;
    uint16_t cut_by; /* type of the input that cut it, 0: not cut */
    bool degraded;
};

/* ---- The world ---- */

/* The block's head. Behind it lie, in this order: nodes, links, settings, the plan's data, the
 * observer's memory, deadlines, each node's memory and disk; up to here a copy takes all (`bytes`).
 * Then the pools of messages and the queue's entries, of which a copy takes what was ever used, and
 * the outbox of the step under way, which means nothing between steps. */
struct sim_world {
    uint64_t bytes; /* of the block's first part, which is copied whole */
    uint64_t seed;
    int64_t now_ns;
    int64_t tick_ns; /* next whole second for the observer */
    uint64_t steps;
    struct digest digest;
    uint64_t event, cause; /* of the step under way, 0 outside */
    int64_t waited_ns;
    uint32_t node_count, setting_count;
    uint32_t faults_active;
    uint32_t clocks_off; /* of them: clocks */
    enum sim_halt halt;
    struct node_reason halt_reason;
    int64_t byte_link_ps, byte_disk_ps;
    struct sim_model model;
    struct sim_counters counters;
    uint64_t effects[SIM_INPUT_HEAL_ALL + 1]; /* by type of input (sim_fault_effects) */
    uint64_t nodes_offset, links_offset, settings_offset, data_offset, observer_offset,
        outbox_offset;
    struct deadlines deadlines;
    struct pool messages[SIM_MESSAGE_CLASSES];
    uint32_t lost_count; /* grows; the ring holds the last ones */
    struct sim_flight lost[SIM_LOST_MAX];
    struct event_queue queue; /* messages and inputs under way */
};

/* The one place where an offset becomes an address; the address is never stored. */
static inline void *sim_at(struct sim_world *world, uint64_t offset)
{
    return (char *)world + offset;
}

static inline struct sim_node *sim_node_at(struct sim_world *world, uint32_t node)
{
    return (struct sim_node *)sim_at(world, world->nodes_offset) + node;
}

static inline struct sim_link *sim_link_at(struct sim_world *world, uint32_t from, uint32_t to)
{
    return (struct sim_link *)sim_at(world, world->links_offset) + from * world->node_count + to;
}

/* True times, not a node's; SIM_NEVER takes a deadline back. */
static inline void sim_deadline_set(struct sim_world *world, uint32_t node, uint32_t which,
                                    int64_t due_ns)
{
    deadlines_set(&world->deadlines, world, node * SIM_SLOTS + which, due_ns);
}

static inline int64_t sim_deadline_get(const struct sim_world *world, uint32_t node, uint32_t which)
{
    return deadlines_get(&world->deadlines, world, node * SIM_SLOTS + which);
}

/* Has the timer's deadline passed, and does it wait for the CPU? */
static inline bool sim_timer_is_due(const struct sim_node *node, uint32_t timer)
{
    return ((uint32_t)node->timers_due >> timer & 1u) != 0;
}

/* A fault of this type has changed a message, a timer or a write. */
static inline void sim_effect(struct sim_world *world, uint32_t type)
{
    assert(type <= SIM_INPUT_HEAL_ALL);
    world->effects[type]++;
}

/* ---- message.c ---- */

static inline struct sim_message *sim_message_at(struct sim_world *world, uint32_t message)
{
    return pool_at(world, message);
}

/* Room for payload in the records of each class. */
extern const uint32_t SIM_MESSAGE_BYTES[SIM_MESSAGE_CLASSES];

/* A record for `length` bytes of payload (at most NODE_MESSAGE_BYTES_MAX), or SIM_MESSAGE_NONE after
 * halting the run. Only class, state (HELD), length and flags are set. The caller owns it. */
uint32_t sim_message_take(struct sim *sim, uint32_t length);
/* Gives a record back that is in no list and not in the queue. */
void sim_message_give(struct sim_world *world, uint32_t message);
/* Puts a record that is in no list at the end of one. */
void sim_message_append(struct sim_world *world, struct sim_message_list *list, uint32_t message);
/* Takes the first of a list that is not empty. */
uint32_t sim_message_pop(struct sim_world *world, struct sim_message_list *list);
/* Gives all of a list back. */
void sim_message_drop_all(struct sim_world *world, struct sim_message_list *list);

/* ---- network.c ---- */

/* Acts on a SEND intent of node `from` whose CPU is done with it at `departs_ns` (>= now). A receiver
 * that does not exist is the protocol's doing: counted and noted, not asserted. */
void sim_network_send(struct sim *sim, uint32_t from, const struct node_intent *intent,
                      const void *payload, int64_t departs_ns);
/* Puts a message on its way now that nothing holds it any more. */
void sim_network_transmit(struct sim *sim, uint32_t message, int64_t departs_ns);
/* A message or input came out of the event queue. */
void sim_network_arrive(struct sim *sim, uint32_t message);
/* Tells the tracer of a message that reaches nobody. */
void sim_network_trace(struct sim *sim, uint32_t message, enum sim_fate fate);
/* Messages that a crashed node had not yet got rid of will not arrive. */
void sim_network_void(struct sim_world *world, uint32_t from);
/* Puts an input on its way, arriving now; false after halting the run. */
bool sim_network_input(struct sim *sim, uint32_t node, uint16_t type, uint8_t flags,
                       const int64_t *args);

/* ---- process.c ---- */

/* Boots a node that is down, and runs its first step. */
void sim_process_start(struct sim *sim, uint32_t node);
/* Ends a node, or the reboot that it is in; nothing when it is down for good. */
void sim_process_crash(struct sim *sim, uint32_t node);
/* Something has arrived for a node that is up: run it now or let it wait. */
void sim_process_message(struct sim *sim, uint32_t node, uint32_t message);
/* The deadline of a timer of a node that is up has passed: the same. */
void sim_process_timer(struct sim *sim, uint32_t node, uint32_t timer);
/* Something finished for the node, or its CPU is free: run the oldest of what waits. */
void sim_process_wake(struct sim *sim, uint32_t node);
/* Have sim_process_wake called as soon as what waits can run. */
void sim_process_plan_wake(struct sim_world *world, uint32_t node);
/* What a node may read, valid until the block moves. NODE_NONE: as observers see it. */
struct node_env sim_process_env(struct sim_world *world, uint32_t node);

/* ---- disk.c ---- */

/* Takes a WRITE or READ intent of a node whose CPU is done with it at `departs_ns`. The file must be
 * one that the protocol has. Halts the run when the ring is full in the middle of a step. */
void sim_disk_submit(struct sim *sim, uint32_t node, const struct node_intent *intent,
                     const void *payload, int64_t departs_ns);
/* Gives what waits to an idle device; called after all operations of a step are submitted. */
void sim_disk_begin_batch(struct sim_world *world, uint32_t node);
/* Does something wait for an idle device? */
static inline bool sim_disk_wants_batch(const struct sim_disk *disk)
{
    return disk->batch == disk->complete && disk->submitted != disk->complete;
}
/* The running batch is done. */
void sim_disk_end_batch(struct sim *sim, uint32_t node);
/* Power fails: what is not durable is gone. */
void sim_disk_crash(struct sim_world *world, uint32_t node);
/* As built again; a stalled batch goes on at once. */
void sim_disk_heal(struct sim_world *world, uint32_t node);
/* Must the node's next step wait for the device? Many operations or bytes are under way. */
static inline bool sim_disk_blocks(const struct sim_disk *disk)
{
    uint32_t under_way = disk->submitted - disk->complete;
    uint32_t undo_bytes = disk->undo_last - disk->undo_first;
    return under_way >= SIM_DISK_OPS_UNDER_WAY ||
           (under_way > 0 && undo_bytes > SIM_DISK_UNDO_BYTES - SIM_DISK_UNDO_SPARE);
}

static inline struct sim_disk_op *sim_disk_op_at(struct sim_world *world,
                                                 const struct sim_disk *disk, uint32_t cursor)
{
    struct sim_disk_op *ops = sim_at(world, disk->ops_offset);
    return &ops[cursor & (SIM_DISK_OPS - 1)];
}

/* The bytes of a file as the node sees them now; file_length[] of them mean something. */
uint8_t *sim_disk_file(struct sim_world *world, const struct sim_disk *disk, uint32_t file);

/* ---- clock.c ---- */

/* What a clock counts while `elapsed_ns` of true time pass, when it drifts. */
int64_t sim_clock_drifted_ns(const struct sim_clock *clock, int64_t elapsed_ns);

static inline int64_t sim_clock_elapsed_ns(const struct sim_clock *clock, int64_t now_ns)
{
    int64_t elapsed_ns = now_ns - clock->since_ns;
    return clock->drift_ppm == 0 ? elapsed_ns : sim_clock_drifted_ns(clock, elapsed_ns);
}

static inline int64_t sim_clock_monotonic_ns(const struct sim_clock *clock, int64_t now_ns)
{
    return clock->monotonic_ns + sim_clock_elapsed_ns(clock, now_ns);
}

static inline int64_t sim_clock_wall_ns(const struct sim_clock *clock, int64_t now_ns)
{
    return clock->wall_ns + sim_clock_elapsed_ns(clock, now_ns);
}

/* The first true time at which the monotonic clock shows at least deadline_ns; SIM_NEVER if out of
 * range. */
int64_t sim_clock_drifted_true_ns(const struct sim_clock *clock, int64_t deadline_ns);

static inline int64_t sim_clock_true_ns(const struct sim_clock *clock, int64_t deadline_ns)
{
    if (clock->drift_ppm != 0) {
        return sim_clock_drifted_true_ns(clock, deadline_ns);
    }
    int64_t left_ns = deadline_ns - clock->monotonic_ns;
    left_ns = left_ns > 0 ? left_ns : 0;
    return left_ns < SIM_NEVER - clock->since_ns ? clock->since_ns + left_ns : SIM_NEVER;
}

/* Makes `now` the reference, so that rates may change from here on. */
void sim_clock_rebase(struct sim_clock *clock, int64_t now_ns);

/* ---- fault.c ---- */

/* Counts what is wrong now: nodes, disks, clocks and links (each pair of nodes once). */
void sim_fault_count(struct sim_world *world);

/* ---- look.c ---- */

/* Shows a note to the observer and to the handle's listener. Fills the host's half. */
void sim_note(struct sim *sim, uint32_t node, struct node_note *note);
/* A note of the host itself about a node and a peer (or NODE_NONE). */
void sim_note_host(struct sim *sim, uint16_t kind, uint32_t node, uint32_t peer,
                   const int64_t *args, uint32_t count);
/* Brings the world to its next whole second and lets the observer look. */
void sim_tick(struct sim *sim);
/* Stops the run for good, at this moment; the first reason stays. `reason` only with SIM_HALT_NODE:
 * the protocol's own words. `node` is whom it concerns, or NODE_NONE. */
void sim_halt(struct sim *sim, enum sim_halt halt, uint32_t node, const struct node_reason *reason);

#endif
