/* clients.h: the memory of the clients' node; private to clients.c, read by views and tests.
 *
 * One node plays all clients. A process is one thread of a client with a session of its own: one
 * operation at a time, sent to whom it takes for the leader, repeated under the same serial until
 * somebody answers. When nobody does in time, nobody knows whether it happened; the process goes on
 * under another number and with another session. */
#ifndef CHEF_SYSTEMS_RAFT_CLIENTS_H
#define CHEF_SYSTEMS_RAFT_CLIENTS_H

#include "systems/raft/council.h"

enum {
    CLIENTS_TIMER_ARRIVAL = 0,
    CLIENTS_TIMER_TICK = 1,
    CLIENTS_TICK_MS = 5,
    CLIENTS_BACKOFF_MS = 20,     /* doubles with every refusal, */
    CLIENTS_BACKOFF_DOUBLES = 4, /* so often at most */
};

struct council_process {
    uint32_t operation; /* 0: none is open */
    uint32_t number;    /* of the process in histories, and its session */
    uint32_t serial;
    uint32_t attempt, refusals;
    uint32_t server;                              /* whom it asked last */
    int64_t attempt_until_ns, until_ns, again_ns; /* again_ns: when it asks again; 0: it waits */
    int64_t seen;                                 /* what it read last, for compare-and-set */
    uint16_t seen_key;
    uint8_t function, last_status;
    uint8_t pad[4];
    struct machine_command command;
};

struct council_client_node {
    struct council_process processes[COUNCIL_PROCESSES];
    uint64_t written[COUNCIL_KEYS_MAX / 64]; /* keys */
    int64_t arrival_ns;
    uint32_t operation_last, arrivals, open, skipped;
    uint32_t number_last, next_process;
    uint32_t leader;     /* as far as the clients know */
    uint32_t final_next; /* key to be read once more; key_count and above: nothing is */
};
_Static_assert(COUNCIL_KEYS_MAX % 64 == 0, "written keys are bits of words");
_Static_assert(sizeof(struct council_client_node) % 8 == 0, "the host's alignment");

#endif
