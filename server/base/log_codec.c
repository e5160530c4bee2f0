/* log_codec.c - records in a file that may end anywhere.
 *
 * The terminator is what a reader needs to be sure. Without it a torn record at the end looks like
 * no record, and a log that lost its tail is taken for a whole one: the node would deny what it had
 * acknowledged. With it, an end without terminator is damage, and the protocol can say so. */
#include "base/log_codec.h"

#include <assert.h>
#include <string.h>

#include "base/crc32c.h"

struct log_header {
    uint32_t crc;
    uint16_t length, type; /* the checksum begins here */
};
_Static_assert(sizeof(struct log_header) == LOG_HEADER_BYTES, "header without padding");

/* Over what is said and how long it is; a flipped length must not lead the reader astray. */
static uint32_t log_checksum(uint32_t salt, const struct log_header *header, const void *body)
{
    uint32_t crc = crc32c(salt, &header->length, sizeof header->length + sizeof header->type);
    return crc32c(crc, body, header->length);
}

uint32_t log_record_bytes(uint32_t length)
{
    assert(length <= UINT32_MAX - LOG_HEADER_BYTES - 7u);
    return (LOG_HEADER_BYTES + length + 7u) & ~7u;
}

uint32_t log_record_put(uint8_t *at, uint32_t salt, uint16_t type, const void *body,
                        uint32_t length)
{
    assert(type > 0);
    assert(length <= LOG_BODY_BYTES_MAX);
    struct log_header header = {.length = (uint16_t)length, .type = type};
    header.crc = log_checksum(salt, &header, body);
    uint32_t bytes = log_record_bytes(length);
    memset(at, 0, bytes + LOG_TERMINATOR_BYTES); /* padding is part of the file: always zero */
    memcpy(at, &header, sizeof header);
    memcpy(at + LOG_HEADER_BYTES, body, length);
    return bytes;
}

enum log_found log_record_next(const uint8_t *bytes, uint32_t length, uint32_t salt,
                               uint32_t *offset, struct log_record *record)
{
    assert(*offset <= length);
    uint32_t left = length - *offset;
    if (left < LOG_HEADER_BYTES)
        return LOG_PARTIAL;
    struct log_header header;
    memcpy(&header, bytes + *offset, sizeof header);
    /* From here on every field is a claim of unknown bytes: the length is bounded before it is used,
     * the checksum comes before the body is believed. */
    if (header.type == 0)
        return header.length == 0 && header.crc == 0 ? LOG_END : LOG_TORN;
    if (header.length > LOG_BODY_BYTES_MAX)
        return LOG_TORN;
    if (log_record_bytes(header.length) > left)
        return LOG_PARTIAL;
    const uint8_t *body = bytes + *offset + LOG_HEADER_BYTES;
    if (log_checksum(salt, &header, body) != header.crc)
        return LOG_TORN;
    *record = (struct log_record){.body = body, .length = header.length, .type = header.type};
    *offset += log_record_bytes(header.length);
    return LOG_RECORD;
}
