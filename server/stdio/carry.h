/* carry.h: messages of hosted nodes inside lines of Maelstrom's protocol.
 *
 * A body {type: "carry", range, from, to, kind, bytes}: the nodes' own numbers and message type, the
 * bytes in hex, as their wire form is their memory form. `range` says which world of nodes is meant
 * (lin_kv.h). */
#ifndef STDIO_CARRY_H
#define STDIO_CARRY_H

#include "node/node.h"
#include "stdio/session.h"

struct carry {
    int64_t range; /* at most SESSION_WHOLE_MAX, either sign */
    uint32_t from, to, length;
    uint16_t kind;
};

/* Sends to the process of node `peer`. */
void carry_send(struct session *session, uint32_t peer, const struct carry *carry,
                const uint8_t *bytes);
/* False: it is no such message. Whether nodes and kind exist is not looked at. */
bool carry_read(const struct cJSON *body, struct carry *carry,
                uint8_t bytes[NODE_MESSAGE_BYTES_MAX]);

#endif
