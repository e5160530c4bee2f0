/* live_command.h - what a viewer may say over the live link (docs/api.md). */
#ifndef HTTP_LIVE_COMMAND_H
#define HTTP_LIVE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

enum live_command_kind { LIVE_COMMAND_UNKNOWN, LIVE_COMMAND_ACK, LIVE_COMMAND_LAYER };

struct live_command {
    enum live_command_kind kind;
    uint32_t nonce;      /* LIVE_COMMAND_ACK */
    bool messages_layer; /* LIVE_COMMAND_LAYER: wanted or not */
};

/* {"ack": nonce} or {"layer": "messages", "on": true}, exactly; anything else is unknown. */
struct live_command live_command_parse(const uint8_t *bytes, uint32_t length);

#endif
