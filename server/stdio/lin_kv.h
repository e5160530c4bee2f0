/* lin_kv.h: the workload lin-kv: registers by key, linearizable, served by the council of the system
 * "raft": the same servers and clients as in the simulator, one of each in every process.
 *
 * Node i of Maelstrom is server i; its clients' requests are asked by the client node beside it, which
 * follows who leads, repeats under one serial and gives up in time, as in the laboratory. Keys are whole
 * numbers from 0 to LIN_KV_KEYS - 1, values whole numbers. */
#ifndef STDIO_LIN_KV_H
#define STDIO_LIN_KV_H

#include "stdio/session.h"
#include "systems/raft/council.h"

enum { LIN_KV_KEYS = COUNCIL_KEYS_MAX, LIN_KV_OPEN_MAX = 256 };

/* Makes the plan and the settings for that many servers: the lab reads them from a scenario. 0, or -1
 * with a reason. The plan belongs to whoever made it and must live as long as the workload runs. */
typedef int lin_kv_prepare(void *context, uint32_t servers, const void **plan,
                           const int64_t **settings, struct error *error);

struct lin_kv; /* opaque */

/* folder: for the servers' files, or NULL. NULL: no memory. */
struct lin_kv *lin_kv_new(lin_kv_prepare *prepare, void *context, const char *folder);
void lin_kv_free(struct lin_kv **lin_kv);

extern const struct session_workload STDIO_LIN_KV; /* context: struct lin_kv */

#endif
