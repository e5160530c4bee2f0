/* node.h: the one contract between a protocol and whatever hosts it.
 *
 * A protocol is a pure state machine. The host calls step() with one event; the protocol changes
 * its own memory and appends intents (send, write, read, timer, note ...) to an outbox, which
 * the host drains afterwards. A protocol does no I/O, reads no clock, allocates nothing, and
 * draws only from the key in its environment; so the same code runs in the simulator and in a
 * process, and a run is its seed and its inputs.
 *
 * Rules both sides keep:
 *  - Outputs are data. Nothing happens while step() runs; the host acts on the whole outbox when
 *    it returns.
 *  - Persist before you speak: a send may name the write (its token) that must be durable before
 *    the message leaves. If the write fails, the message is dropped and the WRITTEN event says
 *    so.
 *  - Node memory is one block of `state_bytes` without pointers: a crash forgets it, a
 *    checkpoint copies it. Messages hold no pointers either; their wire form is their memory
 *    form: fixed-width little-endian fields, no implicit padding (assert it with
 *    _Static_assert).
 *  - Two clocks: monotonic_ns drifts but never jumps and restarts at 0 with each boot; wall_ns
 *    is skewed and may jump. Deadlines are monotonic.
 *  - What a fault, a bug switch or a peer can cause is never an assert: it is a violation()
 *    finding, a refused message, or node_halt().
 *
 * Times are nanoseconds. All functions here are total and never fail by themselves; an outbox
 * that overflows sets `overflow`, and the host halts that run.
 */
#ifndef CHEF_NODE_NODE_H
#define CHEF_NODE_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct json_writer;

/* Limits of the contract. They keep a node's memory and a step's work bounded, and are the same for
 * every host: what fits here fits everywhere. */
enum {
    NODE_TIMERS_MAX = 4,           /* timers a node has; for more, an own heap behind one of them */
    NODE_FILES_MAX = 3,            /* files on a node's disk */
    NODE_MESSAGE_BYTES_MAX = 4096, /* payload of one message, one write or one read */
    NODE_STEP_WRITE_BYTES = 88 * 1024, /* writes of one step that every host can take at once */
    NODE_OUTBOX_BYTES = 256 * 1024,    /* all intents of one step */
    NODE_INPUT_ARGS = 6,               /* numbers an input carries */
    NODE_NOTE_ARGS = 4,                /* numbers a note or a reason carries */
};
#define NODE_NONE UINT32_MAX /* no such node, no such peer, no subject */
_Static_assert(NODE_MESSAGE_BYTES_MAX < NODE_OUTBOX_BYTES,
               "a step may send several of the largest");
_Static_assert(NODE_OUTBOX_BYTES % 8 == 0, "the outbox is filled in units of eight bytes");

/* ---- What the host tells a node ---- */

enum node_event_kind {
    NODE_EVENT_START,   /* after boot(): the process begins; its files hold what survived */
    NODE_EVENT_MESSAGE, /* from, type, bytes; already validated by the protocol's message table */
    NODE_EVENT_TIMER,   /* id: the timer whose deadline has passed; it is no longer set */
    NODE_EVENT_WRITTEN, /* id: file, token, status: every byte of that write and of all earlier ones
                           of the file is durable (or, unsynced, in the cache) */
    NODE_EVENT_READ,    /* id: file, offset, bytes (may be fewer than asked for at the end of the
                           file), status */
    NODE_EVENT_INPUT,   /* type: an input of the system; args */
    NODE_EVENT_SETTING, /* type: index of the setting; the new value is already in env->settings */
};

enum node_io_status { NODE_IO_OK = 0, NODE_IO_FULL = 1, NODE_IO_ERROR = 2 };

/* One struct for all kinds; fields that a kind does not name are 0, from is NODE_NONE. Belongs to the
 * host: nothing of it may be kept by its address beyond the step. */
struct node_event {
    uint8_t kind;         /* enum node_event_kind */
    uint8_t id;           /* timer or file */
    uint16_t type;        /* message type, input type or setting index */
    uint32_t from;        /* sender of a message, else NODE_NONE */
    int64_t monotonic_ns; /* this node's own clocks at the step */
    int64_t wall_ns;
    int64_t waited_ns; /* how long the event waited for this node's CPU before the step began */
    uint32_t token;    /* of a write */
    uint32_t status;   /* enum node_io_status */
    uint32_t offset;   /* of a read */
    uint32_t length;
    const uint8_t *bytes; /* message payload or bytes read; valid during the step only */
    const int64_t *args;  /* NODE_INPUT_ARGS numbers of an input; valid during the step only */
};

/* What a node may read at any time: its configuration. Belongs to the host; the same pointers
 * for every step of a boot are not promised. */
struct node_env {
    uint32_t self;           /* this node's index, 0 .. node_count-1; identity on every link */
    uint32_t node_count;     /* nodes in the world */
    uint64_t draw_key;       /* for draw_*(): own to this node and boot */
    const int64_t *settings; /* current values, indexed as in the system's table of settings */
    const void *plan; /* the scenario's read-only data (city, menu): the system's own struct */
};

/* ---- What a node asks of the host ---- */

enum node_intent_kind {
    NODE_INTENT_SEND,
    NODE_INTENT_WRITE,
    NODE_INTENT_READ,
    NODE_INTENT_TIMER,
    NODE_INTENT_NOTE,
    NODE_INTENT_COST,
    NODE_INTENT_HALT,
};

/* One intent; its payload (length bytes, padded to 8) follows it in the outbox. */
struct node_intent {
    uint8_t kind;    /* enum node_intent_kind */
    uint8_t id;      /* timer or file */
    uint16_t type;   /* message type */
    uint32_t to;     /* receiver */
    uint32_t token;  /* SEND: write it waits for (0: none). WRITE: its own token */
    uint32_t length; /* bytes of payload; for READ: bytes wanted */
    uint32_t offset; /* WRITE, READ: place in the file */
    uint32_t flags;  /* NODE_SYNC, NODE_CARRIED */
    int64_t time_ns; /* TIMER: monotonic deadline (negative: stop). SEND with NODE_CARRIED: travel
                        time. COST: CPU time */
};
_Static_assert(sizeof(struct node_intent) == 32, "an intent has no padding");

enum { NODE_SYNC = 1, NODE_CARRIED = 2 };

/* Where a step puts its intents, in the order in which the host will act on them. Belongs to the
 * host; empty when the step begins. */
struct node_outbox {
    uint8_t *at; /* the host's buffer of NODE_OUTBOX_BYTES, 8-aligned */
    uint32_t length;
    uint32_t token_last; /* last write token given out; they grow through all boots of a node */
    bool overflow;
};

/* A note: at once a trace line, a coverage mark, a caption and what the observers live on. The
 * host fills the second half. */
struct node_note {
    uint16_t kind; /* below NODE_NOTE_SYSTEM: the host's own (enum node_host_note); from there on
                      the system's */
    uint16_t pad;
    uint32_t peer;    /* other node, or NODE_NONE */
    uint32_t subject; /* order, operation ... ; or NODE_NONE */
    uint32_t node;    /* host: who noted it */
    int64_t args[NODE_NOTE_ARGS];
    int64_t time_ns;   /* host: true virtual time */
    int64_t waited_ns; /* host: CPU wait before the step that noted */
    uint64_t event; /* host: number of the event whose step noted it (1, 2, 3 ... over the run) */
    uint64_t cause; /* host: number of the event that caused that event; 0: the beginning */
};

/* A finding in words: a key of the system's table of words with parameters. */
struct node_reason {
    uint16_t word; /* index in the system's table `words` */
    uint16_t pad;
    uint32_t subject;
    int64_t args[NODE_NOTE_ARGS];
};

/* ---- Appending to the outbox ---- */

/* For the functions below, which are how a protocol appends. Returns the intent's place, or NULL
 * after setting `overflow`: a step that asks for too much is a fault of the protocol (a bug switch
 * may cause it), so the run is halted and the program goes on. */
static inline void *node_append(struct node_outbox *outbox, const struct node_intent *intent,
                                const void *payload, uint32_t payload_length)
{
    uint32_t padded = (payload_length + 7u) & ~7u;
    uint32_t need = (uint32_t)sizeof *intent + padded;
    if (payload_length > NODE_MESSAGE_BYTES_MAX || need > NODE_OUTBOX_BYTES - outbox->length) {
        outbox->overflow = true;
        return NULL;
    }
    uint8_t *at = outbox->at + outbox->length;
    memcpy(at, intent, sizeof *intent);
    if (payload_length > 0)
        memcpy(at + sizeof *intent, payload, payload_length);
    outbox->length += need;
    return at;
}

/* Send `length` bytes to node `to` over the network, as soon as the write `after` (0: none) is
 * durable. May be lost, delayed, doubled, reordered. */
static inline void node_send_after(struct node_outbox *outbox, uint32_t after, uint32_t to,
                                   uint16_t type, const void *bytes, uint32_t length)
{
    struct node_intent intent = {
        .kind = NODE_INTENT_SEND, .type = type, .to = to, .token = after, .length = length};
    (void)node_append(outbox, &intent, bytes, length);
}

/* The same without waiting for a write. */
static inline void node_send(struct node_outbox *outbox, uint32_t to, uint16_t type,
                             const void *bytes, uint32_t length)
{
    node_send_after(outbox, 0, to, type, bytes, length);
}

/* Something carried by hand, not by the network: arrives exactly travel_ns later, whatever the
 * links do; it outlives its sender. */
static inline void node_send_carried(struct node_outbox *outbox, int64_t travel_ns, uint32_t to,
                                     uint16_t type, const void *bytes, uint32_t length)
{
    struct node_intent intent = {.kind = NODE_INTENT_SEND,
                                 .type = type,
                                 .to = to,
                                 .length = length,
                                 .flags = NODE_CARRIED,
                                 .time_ns = travel_ns};
    (void)node_append(outbox, &intent, bytes, length);
}

/* Write bytes at a place in a file; with NODE_SYNC the WRITTEN event comes when they are
 * durable. Returns the token, never 0: the name by which sends wait for it and WRITTEN tells of it.
 * A write past the file's limit, or to a full disk, is answered with NODE_IO_FULL and changes
 * nothing. */
static inline uint32_t node_write(struct node_outbox *outbox, uint8_t file, uint32_t offset,
                                  const void *bytes, uint32_t length, uint32_t flags)
{
    uint32_t token = ++outbox->token_last;
    struct node_intent intent = {.kind = NODE_INTENT_WRITE,
                                 .id = file,
                                 .token = token,
                                 .length = length,
                                 .offset = offset,
                                 .flags = flags};
    (void)node_append(outbox, &intent, bytes, length);
    return token;
}

/* Ask for up to `length` bytes of a file; they come as a READ event. */
static inline void node_read(struct node_outbox *outbox, uint8_t file, uint32_t offset,
                             uint32_t length)
{
    struct node_intent intent = {
        .kind = NODE_INTENT_READ, .id = file, .length = length, .offset = offset};
    (void)node_append(outbox, &intent, NULL, 0);
}

/* Set (or move) timer `id` to a monotonic deadline; a deadline in the past fires at once, as a
 * new event. */
static inline void node_timer_set(struct node_outbox *outbox, uint8_t id, int64_t deadline_ns)
{
    struct node_intent intent = {
        .kind = NODE_INTENT_TIMER, .id = id, .time_ns = deadline_ns < 0 ? 0 : deadline_ns};
    (void)node_append(outbox, &intent, NULL, 0);
}

/* Stop timer `id`; nothing if it is not set. An event that it has caused but that still waits for the
 * CPU is taken back. */
static inline void node_timer_stop(struct node_outbox *outbox, uint8_t id)
{
    struct node_intent intent = {.kind = NODE_INTENT_TIMER, .id = id, .time_ns = -1};
    (void)node_append(outbox, &intent, NULL, 0);
}

/* Say what happened. Only kind, peer, subject and args are the node's to fill. */
static inline void node_note(struct node_outbox *outbox, const struct node_note *note)
{
    struct node_intent intent = {.kind = NODE_INTENT_NOTE, .length = (uint32_t)sizeof *note};
    (void)node_append(outbox, &intent, note, (uint32_t)sizeof *note);
}

/* This step used so much more CPU than the model's price of an event. */
static inline void node_cost(struct node_outbox *outbox, int64_t cpu_ns)
{
    struct node_intent intent = {.kind = NODE_INTENT_COST, .time_ns = cpu_ns};
    (void)node_append(outbox, &intent, NULL, 0);
}

/* The protocol found itself in a state it cannot go on from: the host stops the whole run and
 * shows the reason. */
static inline void node_halt(struct node_outbox *outbox, const struct node_reason *reason)
{
    struct node_intent intent = {.kind = NODE_INTENT_HALT, .length = (uint32_t)sizeof *reason};
    (void)node_append(outbox, &intent, reason, (uint32_t)sizeof *reason);
}

/* ---- The protocol itself ---- */

/* One kind of message. The host checks length and fields before the receiver sees it, so that step()
 * never reads what is not there. */
struct node_message_type {
    const char *name;   /* snake_case, for the message layer and the space-time diagram */
    uint32_t bytes_min; /* the host drops, counts and notes a message whose length is outside,
                           whoever sent it */
    uint32_t bytes_max;
};

/* A protocol is constant data and pure functions. All of them get the node's memory and environment
 * from the host and keep nothing elsewhere; the last four only look. */
struct node_protocol {
    const char *name;                    /* for a person */
    uint32_t state_bytes;                /* multiple of 8 */
    uint32_t file_bytes[NODE_FILES_MAX]; /* size limit of each file; 0: no such file */
    /* Indexed by type; shared by all protocols of a system. */
    const struct node_message_type *messages;
    uint32_t message_count;

    /* Zeroed memory of a fresh process; no intents yet. */
    void (*boot)(void *state, const struct node_env *env);
    /* React to one event: change the memory, append intents. The same memory, environment and event
     * always give the same result. */
    void (*step)(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox);
    /* Is some field of this message out of range? (length was checked.) True: the host drops and
     * notes it. May be NULL. */
    bool (*malformed)(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length);
    /* An invariant of this node is broken: fill reason, return true. Called after each step
     * while checks are on; must be cheap. May be NULL. */
    bool (*violation)(const void *state, const struct node_env *env, struct node_reason *reason);
    /* Something is still to be done here: fill reason, return true. Asked when a healed run is
     * to have come to rest. May be NULL. */
    bool (*pending)(const void *state, const struct node_env *env, struct node_reason *reason);
    /* What an expert sees of this node: fields of a JSON object that the caller has opened. May
     * be NULL. */
    void (*inspect)(const void *state, const struct node_env *env, struct json_writer *writer);
};

#endif
