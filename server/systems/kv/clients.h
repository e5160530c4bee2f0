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
    uint8_t function, level, attempt, in_doubt, refused, read_there, pad[2];
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

#endif
