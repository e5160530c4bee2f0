/* live_reader.h - takes WebSocket messages (RFC 6455) out of the bytes that a viewer sends.
 *
 * A pure state machine over one fixed buffer: no socket, no allocation. A message is at most
 * LIVE_MESSAGE_BYTES_MAX, in as many fragments as its sender likes; what would be longer is refused
 * by its announced length, before it is read. */
#ifndef HTTP_LIVE_READER_H
#define HTTP_LIVE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "http/limits.h"

enum { LIVE_CONTROL_BYTES_MAX = 125, LIVE_FRAME_HEAD_BYTES_MAX = 14 };

/* Codes of a Close (RFC 6455, 7.4.1). */
enum live_close_code {
    LIVE_CLOSE_NORMAL = 1000,
    LIVE_CLOSE_GOING_AWAY = 1001,
    LIVE_CLOSE_PROTOCOL = 1002,
    LIVE_CLOSE_UNSUPPORTED = 1003,
    LIVE_CLOSE_POLICY = 1008,
    LIVE_CLOSE_TOO_BIG = 1009,
    LIVE_CLOSE_TRY_LATER = 1013
};

enum live_read {
    LIVE_READ_MORE,
    LIVE_READ_TEXT,
    LIVE_READ_PING,
    LIVE_READ_PONG,
    LIVE_READ_CLOSE,
    LIVE_READ_REFUSED
};

struct live_message {
    const uint8_t *bytes; /* inside the reader's buffer, until the next call */
    uint32_t length;
    enum live_close_code refused; /* LIVE_READ_REFUSED: the code to close with */
};

/* All zero but for the buffer is the start. */
struct live_reader {
    uint32_t assembled; /* bytes of earlier fragments, at the start of the buffer */
    uint32_t begin;     /* of what is not yet taken */
    uint32_t end;
    bool fragmented; /* a message has begun and not ended */
    uint8_t buffer[LIVE_MESSAGE_BYTES_MAX + LIVE_CONTROL_BYTES_MAX + LIVE_FRAME_HEAD_BYTES_MAX];
};

void live_reader_init(struct live_reader *reader);

/* Where to put bytes that arrive, and how many fit: always at least one after LIVE_READ_MORE. */
uint8_t *live_reader_space(struct live_reader *reader, uint32_t *capacity);
void live_reader_received(struct live_reader *reader, uint32_t length);

/* The next message; call until it says LIVE_READ_MORE. After LIVE_READ_REFUSED or LIVE_READ_CLOSE
 * the connection must not be read further. */
enum live_read live_reader_next(struct live_reader *reader, struct live_message *message);

#endif
