/* frame.c - a text as one message of a WebSocket (RFC 6455, 5.2), shared by all who get it. */
#include "lab/lab.h"

#include <stdlib.h>
#include <string.h>

enum { WS_TEXT = 0x81, WS_LENGTH_16 = 126, WS_LENGTH_64 = 127 };

/* The header of an unmasked text message. Returns its length. */
static uint32_t websocket_header(uint8_t header[LAB_FRAME_HEADER_BYTES], uint64_t length)
{
    header[0] = WS_TEXT;
    uint32_t length_bytes = length < WS_LENGTH_16 ? 0 : length <= UINT16_MAX ? 2 : 8;
    header[1] = length_bytes == 0   ? (uint8_t)length
                : length_bytes == 2 ? (uint8_t)WS_LENGTH_16
                                    : (uint8_t)WS_LENGTH_64;
    for (uint32_t i = 0; i < length_bytes; i++) {
        header[2 + i] = (uint8_t)(length >> (8 * (length_bytes - 1 - i)));
    }
    return 2 + length_bytes;
}

struct lab_frame *lab_frame_make(const char *text, uint32_t length, int64_t now_ns)
{
    uint8_t header[LAB_FRAME_HEADER_BYTES];
    uint32_t header_length = websocket_header(header, length);
    struct lab_frame *frame = malloc(sizeof *frame + header_length + length);
    if (frame == NULL) {
        abort();
    }
    atomic_init(&frame->references, 1);
    frame->length = header_length + length;
    frame->sequence = frame->base = 0;
    frame->nonce = (uint32_t)((uint64_t)now_ns / 1000);
    frame->encoded_ns = now_ns;
    memcpy(frame->bytes, header, header_length);
    memcpy(frame->bytes + header_length, text, length);
    return frame;
}

void lab_frame_release(struct lab_frame *frame)
{
    if (atomic_fetch_sub(&frame->references, 1) == 1) {
        free(frame);
    }
}
