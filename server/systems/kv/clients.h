/* clients.h: the memory of the clients' node; private to clients*.c, read by views and tests.
 *
 * One node plays all clients. A process is one thread of a client: one operation at a time, against
 * one home of the key that it keeps to (its own part of the city) until that one fails it. Operations
 * come in an open loop, by rate; when every process waits, the operation is skipped and counted.
 */
#ifndef CHEF_SYSTEMS_KV_CLIENTS_H
#define CHEF_SYSTEMS_KV_CLIENTS_H

#include "systems/kv/messages.h"
#include "systems/kv/words.h"

enum {
    CLIENTS_TIMER_ARRIVAL = 0,
    CLIENTS_TIMER_TICK = 1,
    CLIENTS_TICK_MS = 20,
    CLIENTS_PATIENCE_MS = 300,  /* longer than a coordinator waits */
    CLIENTS_QUIET_MS = 15000,   /* from the end of the load to the final reads, at least, and */
    CLIENTS_QUIET_REPAIRS = 4,  /* so many times as long as replicas need to compare */
    CLIENTS_FINAL_PAUSE_MS = 2, /* between two final reads */
    CLIENTS_ATTEMPT_MS = 150,   /* strong: without an answer the next replica is asked */
    CLIENTS_BACKOFF_MS = 20,    /* strong: doubles with each refusal, */
    CLIENTS_BACKOFF_STEPS = 4,  /* so often */
};

struct kv_process {
    int64_t deadline_ns;
    uint32_t op; /* 0: none is open */
    uint32_t key;
    uint32_t node;
    uint32_t number;                   /* 0: it gets a new one; after an operation in doubt it
                                          is another process */
    uint32_t shift;                    /* which home it keeps to */
    uint32_t read_key;                 /* what it read last, or NODE_NONE, */
    uint32_t read_epoch;               /* in which epoch of the modes, */
    uint32_t context[KV_REPLICAS_MAX]; /* and the clock that came with it */
    /* Strong: the session, and what is being asked again until somebody answers. */
    int64_t retry_ns; /* when; 0: nothing is to be asked again */
    int64_t value, if_version;
    uint64_t read_version;
    int64_t read_value; /* what it read there, if `read_there` */
    uint32_t session, serial;
    uint8_t function, level, attempt, in_doubt, refused, read_there;
    /* A batch through the log: it is asked for by its head, of part_count parts, which are processes
     * of their own with the numbers behind that of the head; they end when it ends. */
    uint8_t part_count, is_part;
};

struct kv_client_node {
    struct kv_process processes[KV_PROCESSES];
    uint64_t weights[KV_KEYS_MAX];           /* cumulative, of key_zipf */
    uint64_t asked[(KV_KEYS_MAX + 63) / 64]; /* keys that somebody asked for */
    int64_t arrival_ns;                      /* when the next operation comes */
    int64_t final_at_ns;                     /* when the final reads begin; 0: not asked for */
    uint32_t op_last, arrivals, open, skipped;
    uint32_t final_next; /* key x N + home */
    uint32_t next_process, number_last;
    uint32_t leader; /* who is thought to lead */
    uint16_t epoch;  /* the newest that a reply told of, */
    uint8_t mode;    /* and the mode then */
    uint8_t pad;
};

/* ---- Between the files ---- */

struct clients_turn {
    struct kv_client_node *self;
    const struct node_env *env;
    const struct kv_plan *plan;
    struct node_outbox *outbox;
    int64_t now_ns;
};
static inline int64_t clients_setting(const struct clients_turn *turn, enum kv_setting which)
{
    return turn->env->settings[which];
}

enum { CLIENTS_ANY_REPLICA = -1 };
/* What to do; as an input or the load says it. */
struct clients_wish {
    enum kv_function function;
    enum kv_level level;
    uint32_t key;    /* of a batch: the first one, */
    uint32_t keys;   /* and how many from there on; 0: no batch */
    int64_t replica; /* or CLIENTS_ANY_REPLICA */
    int64_t value;
    bool own_value; /* else the operation's number */
    int64_t if_version;
};

/* A client that waits for nothing, or NULL. */
struct kv_process *clients_free(const struct clients_turn *turn);
void clients_skip(const struct clients_turn *turn);
/* Gives it a number, and notes what it asks for; `chooses`: and whom, and under which session. */
void clients_open(const struct clients_turn *turn, struct kv_process *process,
                  const struct clients_wish *wish, bool chooses);
/* Opens it and asks. */
void clients_begin(const struct clients_turn *turn, struct kv_process *process,
                   const struct clients_wish *wish);
void clients_ask(const struct clients_turn *turn, struct kv_process *process);
void clients_back_off(const struct clients_turn *turn, struct kv_process *process, uint8_t attempt,
                      uint8_t leader);
void clients_note_values(const struct clients_turn *turn, const struct kv_process *process,
                         const struct kv_state *state);
/* Over; of the head of a batch: with all its parts. */
void clients_end(const struct clients_turn *turn, struct kv_process *process,
                 enum kv_result result);
/* What a reply says about the mode. */
void clients_learn(const struct clients_turn *turn, uint16_t epoch, uint8_t mode);

/* clients_load.c */
void clients_load_start(const struct clients_turn *turn);
void clients_load_on_timer(const struct clients_turn *turn);
void clients_load_on_setting(const struct clients_turn *turn, uint16_t which);

/* clients_batch.c: several keys in one operation, the load's or a person's. */
void clients_batch_begin(const struct clients_turn *turn, const struct clients_wish *wish);
void clients_batch_ask(const struct clients_turn *turn, const struct kv_process *head);
void clients_batch_on_reply(const struct clients_turn *turn, const struct node_event *event);
void clients_batch_note_over(const struct clients_turn *turn, const struct kv_process *head,
                             enum kv_result result);

#endif
