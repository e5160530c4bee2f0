/* lin_kv.h: the workload lin-kv: registers by key, with read, write and compare-and-set.
 *
 * Keys and values are whole numbers of at most SESSION_WHOLE_MAX, either sign. The systems that serve
 * them have room for few keys, so keys are split into ranges of neighbours, each a world of its own:
 * as many servers, another log, another leader. What is promised is promised of each key by itself, so
 * nothing is lost by that. A range begins at a node when somebody asks for a key of it there, or another
 * node sends a message about it: until then, it is as if that server had been down. There is room for
 * LIN_KV_RANGES; a request for a key of one more is refused. */
#ifndef STDIO_LIN_KV_H
#define STDIO_LIN_KV_H

#include "stdio/store.h"

enum { LIN_KV_RANGES = 32, LIN_KV_OPEN_MAX = 256 };

/* Makes the plan and the settings for that many servers: the lab reads them from a scenario. 0, or -1
 * with a reason. The plan belongs to whoever made it and must live as long as the workload runs. */
typedef int lin_kv_prepare(void *context, const struct store *store, uint32_t servers,
                           const void **plan, const int64_t **settings, struct error *error);

struct lin_kv; /* opaque */

/* folder: for the servers' files, each range in a folder of its own within; or NULL. NULL: no memory. */
struct lin_kv *lin_kv_new(const struct store *store, lin_kv_prepare *prepare, void *context,
                          const char *folder);
void lin_kv_free(struct lin_kv **lin_kv);

extern const struct session_workload STDIO_LIN_KV; /* context: struct lin_kv */

#endif
