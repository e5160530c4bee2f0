/* link_bytes.c - bytes that a link's body is written to and read from. */
#include "lab/link_body.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_AT_FIRST = 256 };

/* ---- Writing ---- */

void link_put(struct link_bytes *bytes, const void *from, size_t length)
{
    if (length == 0) {
        return;
    }
    if (bytes->capacity - bytes->length < length) {
        size_t capacity = bytes->capacity == 0 ? BYTES_AT_FIRST : bytes->capacity;
        while (capacity - bytes->length < length) {
            capacity *= 2;
        }
        bytes->at = realloc(bytes->at, capacity);
        if (bytes->at == NULL) {
            abort();
        }
        bytes->capacity = capacity;
    }
    memcpy(bytes->at + bytes->length, from, length);
    bytes->length += length;
}

void link_put_number(struct link_bytes *bytes, uint64_t value)
{
    uint8_t varint[LINK_VARINT_BYTES_MAX];
    size_t length = 0;
    while (value >= 0x80) {
        varint[length++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    varint[length++] = (uint8_t)value;
    assert(length <= sizeof varint);
    link_put(bytes, varint, length);
}

/* 0, -1, 1, -2, 2 ... become 0, 1, 2, 3, 4 ... */
void link_put_signed(struct link_bytes *bytes, int64_t value)
{
    uint64_t folded = (uint64_t)value << 1;
    link_put_number(bytes, value < 0 ? ~folded : folded);
}

void link_put_word(struct link_bytes *bytes, uint64_t value)
{
    uint8_t word[8];
    for (size_t i = 0; i < sizeof word; i++) {
        word[i] = (uint8_t)(value >> (8 * i));
    }
    link_put(bytes, word, sizeof word);
}

void link_put_text(struct link_bytes *bytes, const char *text)
{
    size_t length = strlen(text);
    link_put_number(bytes, length);
    link_put(bytes, text, length);
}

/* ---- Reading ---- */

static uint64_t refuse(struct link_reader *reader)
{
    reader->bad = true;
    reader->at = reader->end;
    return 0;
}

/* Only the shortest writing of a number is one: a link has one form. */
uint64_t link_get_number(struct link_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (reader->at == reader->end) {
            return refuse(reader);
        }
        uint8_t byte = *reader->at++;
        uint64_t part = byte & 0x7f;
        if (part << shift >> shift != part || (byte == 0 && shift > 0)) {
            return refuse(reader);
        }
        value |= part << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    return refuse(reader);
}

int64_t link_get_signed(struct link_reader *reader)
{
    uint64_t folded = link_get_number(reader);
    uint64_t value = (folded & 1) != 0 ? ~(folded >> 1) : folded >> 1;
    return (int64_t)value;
}

uint64_t link_get_word(struct link_reader *reader)
{
    uint64_t value = 0;
    if (reader->end - reader->at < 8) {
        return refuse(reader);
    }
    for (unsigned i = 0; i < 8; i++) {
        value |= (uint64_t)*reader->at++ << (8 * i);
    }
    return value;
}

void link_get_text(struct link_reader *reader, char *to, size_t capacity)
{
    uint64_t length = link_get_number(reader);
    to[0] = '\0';
    if (reader->bad || length >= capacity || length > (size_t)(reader->end - reader->at) ||
        memchr(reader->at, '\0', (size_t)length) != NULL ||
        !utf8_is_valid(reader->at, (size_t)length)) {
        (void)refuse(reader);
        return;
    }
    memcpy(to, reader->at, (size_t)length);
    to[length] = '\0';
    reader->at += length;
}
