/* server.h: the memory of a server: private to server.c, read by views and tests. */
#ifndef CHEF_SYSTEMS_RAFT_SERVER_H
#define CHEF_SYSTEMS_RAFT_SERVER_H

#include "systems/raft/council.h"

enum { COUNCIL_WAITING_MAX = 128 }; /* requests that are not answered */

/* A request that waits for its entry, or for its read. */
struct council_waiting {
    uint64_t index, term; /* of its entry; index 0: a read, by ticket */
    uint32_t operation, attempt, client;
    uint16_t key;
    uint8_t taken, pad;
};

struct council_server {
    struct raft raft;
    struct machine machine;
    uint64_t ticket_last;
    uint32_t waiting_count, pad;
    struct council_waiting waiting[COUNCIL_WAITING_MAX];
};
_Static_assert(sizeof(struct council_server) % 8 == 0, "the host's alignment");

#endif
