/* live_reader.c - parses WebSocket frames.
 *
 * The buffer holds, in this order: what earlier fragments brought, a gap of bytes already taken,
 * and the bytes not yet taken. live_reader_space closes the gap. */
#include "http/live_reader.h"

#include <assert.h>
#include <string.h>

enum {
    FIN = 0x80,
    RESERVED = 0x70,
    OPCODE = 0x0f,
    MASKED = 0x80,
    CONTROL = 0x08,
    CONTINUATION = 0,
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10,
    MASK_BYTES = 4
};

struct frame_head {
    uint8_t opcode;
    bool final;
    uint8_t mask[MASK_BYTES];
    uint32_t head_length;
    uint64_t length; /* of the payload */
};

void live_reader_init(struct live_reader *reader)
{
    reader->assembled = reader->begin = reader->end = 0;
    reader->fragmented = false;
}

uint8_t *live_reader_space(struct live_reader *reader, uint32_t *capacity)
{
    assert(reader->assembled <= reader->begin && reader->begin <= reader->end);
    uint32_t waiting = reader->end - reader->begin;
    memmove(reader->buffer + reader->assembled, reader->buffer + reader->begin, waiting);
    reader->begin = reader->assembled;
    reader->end = reader->begin + waiting;
    *capacity = (uint32_t)sizeof reader->buffer - reader->end;
    return reader->buffer + reader->end;
}

void live_reader_received(struct live_reader *reader, uint32_t length)
{
    assert(length <= sizeof reader->buffer - reader->end);
    reader->end += length;
}

static uint64_t big_endian(const uint8_t *bytes, uint32_t count)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* False: the head is not all there yet. */
static bool head_read(const struct live_reader *reader, struct frame_head *head)
{
    const uint8_t *bytes = reader->buffer + reader->begin;
    uint32_t available = reader->end - reader->begin;
    if (available < 2)
        return false;
    uint32_t length_bytes = (bytes[1] & ~MASKED) == 127 ? 8 : (bytes[1] & ~MASKED) == 126 ? 2 : 0;
    head->head_length = 2 + length_bytes + MASK_BYTES;
    if (available < head->head_length)
        return false;
    head->opcode = bytes[0] & OPCODE;
    head->final = (bytes[0] & FIN) != 0;
    head->length =
        length_bytes == 0 ? bytes[1] & (uint8_t)~MASKED : big_endian(bytes + 2, length_bytes);
    memcpy(head->mask, bytes + 2 + length_bytes, MASK_BYTES);
    return true;
}

/* 0, or the code to close with. What can be said from two bytes is said from them. */
static enum live_close_code start_check(const struct live_reader *reader)
{
    const uint8_t *bytes = reader->buffer + reader->begin;
    uint8_t opcode = bytes[0] & OPCODE;
    bool final = (bytes[0] & FIN) != 0;
    if ((bytes[0] & RESERVED) != 0 || (bytes[1] & MASKED) == 0)
        return LIVE_CLOSE_PROTOCOL; /* no extension was agreed on; clients always mask */
    if ((opcode & CONTROL) != 0) {
        bool known = opcode == CLOSE || opcode == PING || opcode == PONG;
        bool short_enough = (bytes[1] & ~MASKED) <= LIVE_CONTROL_BYTES_MAX;
        return known && final && short_enough ? 0 : LIVE_CLOSE_PROTOCOL;
    }
    if (opcode == BINARY)
        return LIVE_CLOSE_UNSUPPORTED;
    if (opcode > TEXT || (opcode == CONTINUATION) != reader->fragmented)
        return LIVE_CLOSE_PROTOCOL;
    return 0;
}

static enum live_read refuse(struct live_message *message, enum live_close_code code)
{
    message->refused = code;
    return LIVE_READ_REFUSED;
}

/* The payload of a whole frame, unmasked in place; moves past it. */
static uint8_t *payload_take(struct live_reader *reader, const struct frame_head *head)
{
    uint8_t *payload = reader->buffer + reader->begin + head->head_length;
    for (uint32_t i = 0; i < head->length; i++)
        payload[i] ^= head->mask[i % MASK_BYTES];
    reader->begin += head->head_length + (uint32_t)head->length;
    assert(reader->begin <= reader->end);
    return payload;
}

static enum live_read control_take(struct live_reader *reader, const struct frame_head *head,
                                   struct live_message *message)
{
    message->bytes = payload_take(reader, head);
    message->length = (uint32_t)head->length;
    if (head->opcode == CLOSE)
        return message->length == 1 ? refuse(message, LIVE_CLOSE_PROTOCOL) : LIVE_READ_CLOSE;
    return head->opcode == PING ? LIVE_READ_PING : LIVE_READ_PONG;
}

/* Adds a fragment; LIVE_READ_TEXT when it was the last, else LIVE_READ_MORE. */
static enum live_read fragment_take(struct live_reader *reader, const struct frame_head *head,
                                    struct live_message *message)
{
    const uint8_t *payload = payload_take(reader, head);
    memmove(reader->buffer + reader->assembled, payload, head->length);
    reader->assembled += (uint32_t)head->length;
    reader->fragmented = !head->final;
    if (!head->final)
        return LIVE_READ_MORE;
    message->bytes = reader->buffer;
    message->length = reader->assembled;
    reader->assembled = 0;
    return LIVE_READ_TEXT;
}

enum live_read live_reader_next(struct live_reader *reader, struct live_message *message)
{
    struct frame_head head;
    for (;;) {
        if (reader->end - reader->begin < 2)
            return LIVE_READ_MORE;
        enum live_close_code code = start_check(reader);
        if (code != 0)
            return refuse(message, code);
        if (!head_read(reader, &head))
            return LIVE_READ_MORE;
        bool control = (head.opcode & CONTROL) != 0;
        if (!control && head.length > LIVE_MESSAGE_BYTES_MAX - reader->assembled)
            return refuse(message, LIVE_CLOSE_TOO_BIG);
        if (reader->end - reader->begin - head.head_length < head.length)
            return LIVE_READ_MORE;
        if (control)
            return control_take(reader, &head, message);
        if (fragment_take(reader, &head, message) == LIVE_READ_TEXT)
            return LIVE_READ_TEXT;
    }
}
