/* link.c - the text of a link: base64url and a checksum around bytes that are deflated when that
 * makes them shorter. */
#include "lab/link.h"

#include "base/crc32c.h"
#include "base/digest.h"
#include "lab/link_body.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    CHECK_DIGITS = 8,
    TAIL_BYTES = 1 + CHECK_DIGITS, /* "." and the checksum */
    RAW_WINDOW_BITS = -15,         /* zlib: deflate without a wrapper */
    MEMORY_LEVEL = 9,
    INFLATE_AT_FIRST = 16384,
};
/* The first byte says how the others are packed. */
enum link_packing { LINK_PLAIN, LINK_DEFLATED, LINK_PACKING_COUNT };

static const char PREFIX[] = "chef1.";
static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
enum { PREFIX_BYTES = sizeof PREFIX - 1 };

uint64_t lab_link_scenario_hash(const char *text)
{
    struct digest digest = digest_init();
    digest_bytes(&digest, text, strlen(text));
    return digest_value(&digest);
}

/* ---- Packing ---- */

static struct link_bytes pack(const struct link_bytes *body)
{
    struct link_bytes packed = {0};
    uLong bound = compressBound((uLong)body->length);
    uint8_t *deflated = malloc(bound);
    z_stream stream = {0};
    if (deflated == NULL || deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, RAW_WINDOW_BITS,
                                         MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        abort();
    }
    stream.next_in = body->at;
    stream.avail_in = (uInt)body->length;
    stream.next_out = deflated;
    stream.avail_out = (uInt)bound;
    bool shorter = deflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out < body->length;
    link_put_number(&packed, shorter ? LINK_DEFLATED : LINK_PLAIN);
    link_put(&packed, shorter ? deflated : body->at, shorter ? stream.total_out : body->length);
    (void)deflateEnd(&stream);
    free(deflated);
    return packed;
}

/* Never more than a body can have, whatever the bytes claim. */
static bool inflate_all(z_stream *stream, struct link_bytes *body)
{
    uint8_t piece[INFLATE_AT_FIRST];
    int status;
    do {
        stream->next_out = piece;
        stream->avail_out = sizeof piece;
        status = inflate(stream, Z_NO_FLUSH);
        link_put(body, piece, sizeof piece - stream->avail_out);
    } while (status == Z_OK && body->length <= LINK_BODY_BYTES_MAX);
    return status == Z_STREAM_END && stream->avail_in == 0 && body->length <= LINK_BODY_BYTES_MAX;
}

/* False when these are not packed bytes; *body is then empty. */
static bool unpack(const uint8_t *bytes, size_t length, struct link_bytes *body)
{
    bool good = false;
    *body = (struct link_bytes){0};
    if (length > 0 && bytes[0] == LINK_PLAIN && length - 1 <= LINK_BODY_BYTES_MAX) {
        link_put(body, bytes + 1, length - 1);
        good = true;
    } else if (length > 0 && bytes[0] == LINK_DEFLATED) {
        z_stream stream = {.next_in = (z_const Bytef *)(bytes + 1), .avail_in = (uInt)(length - 1)};
        if (inflateInit2(&stream, RAW_WINDOW_BITS) != Z_OK) {
            abort();
        }
        good = inflate_all(&stream, body);
        (void)inflateEnd(&stream);
    }
    if (!good) {
        free(body->at);
        *body = (struct link_bytes){0};
    }
    return good;
}

/* ---- Base64url (RFC 4648, without padding) ---- */

static size_t base64_length(size_t length)
{
    return length / 3 * 4 + (length % 3 == 0 ? 0 : length % 3 + 1);
}

static void base64_write(const struct link_bytes *bytes, char *to)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < bytes->length; i++) {
        bits = bits << 8 | bytes->at[i];
        for (count += 8; count >= 6; count -= 6) {
            *to++ = ALPHABET[bits >> (count - 6) & 63];
        }
    }
    if (count > 0) {
        *to++ = ALPHABET[bits << (6 - count) & 63];
    }
    *to = '\0';
}

/* Value of a letter, or -1. */
static int base64_value(char letter)
{
    const char *at = letter == '\0' ? NULL : strchr(ALPHABET, letter);
    return at == NULL ? -1 : (int)(at - ALPHABET);
}

/* All letters are known to be of the alphabet. */
static void base64_read(const char *text, size_t length, struct link_bytes *bytes)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 6 | (uint32_t)base64_value(text[i]);
        count += 6;
        if (count >= 8) {
            count -= 8;
            uint8_t byte = (uint8_t)(bits >> count);
            link_put(bytes, &byte, 1);
        }
    }
}

/* ---- Writing ---- */

static void write_text(const struct link_bytes *packed, struct text *text)
{
    size_t length = base64_length(packed->length);
    char *letters = malloc(length + 1);
    if (letters == NULL) {
        abort();
    }
    base64_write(packed, letters);
    if (text->capacity - text->length <= PREFIX_BYTES + length + TAIL_BYTES) {
        text->cut = true; /* all of it or nothing */
    } else {
        text_add(text, PREFIX);
        text_add_bytes(text, letters, (uint32_t)length);
        text_add_char(text, '.');
        text_add_hex(text, crc32c(0, letters, length), CHECK_DIGITS);
    }
    free(letters);
}

void lab_link_of_course(const struct lab_course *course, int64_t moment_ns, const char *label,
                        int64_t branch_ns, struct text *text)
{
    struct link_bytes body = link_body_write(course, moment_ns, label, branch_ns);
    if (body.length == 0 || body.length > LINK_BODY_BYTES_MAX) {
        text->cut = true;
        free(body.at);
        return;
    }
    struct link_bytes packed = pack(&body);
    write_text(&packed, text);
    free(body.at);
    free(packed.at);
}

/* ---- Reading ---- */

/* The next place where a link begins; NULL when there is none. */
static const char *find_prefix(const char *at, const char *end)
{
    while ((size_t)(end - at) >= PREFIX_BYTES) {
        at = memchr(at, PREFIX[0], (size_t)(end - at) - PREFIX_BYTES + 1);
        if (at == NULL || memcmp(at, PREFIX, PREFIX_BYTES) == 0) {
            return at;
        }
        at++;
    }
    return NULL;
}

static size_t letters_length(const char *at, const char *end)
{
    const char *from = at;
    while (at < end && base64_value(*at) >= 0) {
        at++;
    }
    return (size_t)(at - from);
}

/* The checksum behind the letters, in small digits only: a link has one form. */
static bool check_fits(const char *letters, size_t length, const char *end)
{
    char digits[CHECK_DIGITS + 1];
    struct text check = text_init(digits, sizeof digits);
    text_add_hex(&check, crc32c(0, letters, length), CHECK_DIGITS);
    return (size_t)(end - letters) >= length + TAIL_BYTES && letters[length] == '.' &&
           memcmp(letters + length + 1, digits, CHECK_DIGITS) == 0;
}

static bool read_letters(const char *letters, size_t length, struct lab_link *link)
{
    struct link_bytes packed = {0};
    struct link_bytes body;
    base64_read(letters, length, &packed);
    bool good = unpack(packed.at, packed.length, &body) && link_body_read(&body, link);
    free(packed.at);
    return good;
}

int lab_link_read(const char *text, size_t length, struct lab_link *link,
                  struct lab_problem *problem)
{
    const char *end = text + length;
    bool seen = false;
    bool checked = false;
    for (const char *at = find_prefix(text, end); at != NULL; at = find_prefix(at, end)) {
        at += PREFIX_BYTES;
        size_t letters = letters_length(at, end);
        seen = seen || letters > 0; /* a mere word in a text is no damaged link */
        if (letters == 0 || letters > LAB_LINK_BYTES_MAX || !check_fits(at, letters, end)) {
            continue;
        }
        checked = true;
        if (read_letters(at, letters, link)) {
            return 0;
        }
    }
    return lab_refuse(problem, LAB_UNPROCESSABLE, "%s",
                      checked ? "the link is whole, but this version cannot read what is in it"
                      : seen  ? "the link is damaged: its check does not fit; copy all of it, "
                                "from chef1. to the last digit"
                              : "there is no link in this: a link begins with chef1.");
}

void lab_link_free(struct lab_link *link)
{
    link_body_free(&link->body);
    free(link->scenario_text);
    link->scenario_text = NULL;
}
