/* link_body.h - the bytes inside a link, between link_write.c and link_read.c.
 *
 * Numbers are varints (seven bits a byte, low ones first); signed ones are folded first, so that
 * small ones are short. In order:
 *
 *     scenario, its hash, its text or nothing, behaviour_id, seed
 *     edge, digest there, edge - moment, branch + 1, label
 *     strings      every name that follows, once
 *     settings     those that differ from the scenario's: key, kind, value
 *     shapes       type, then key and kind of each argument
 *     inputs       unit of their times, then column by column: shape, who, number, time, and each
 *                  argument of each shape
 *
 * Reading keeps the bytes and remembers where each column begins; inputs are then read one by one,
 * so that a link of 100,000 of them needs no other memory. */
#ifndef LAB_LINK_BODY_H
#define LAB_LINK_BODY_H

#include "lab/link.h"

enum {
    LINK_FORMAT = 1,
    LINK_BODY_BYTES_MAX = 8 * 1024 * 1024, /* inflated */
    LINK_VARINT_BYTES_MAX = 10,
};

enum link_kind {
    LINK_STRING,
    LINK_FLAG,
    LINK_STRINGS, /* a list */
    LINK_NUMBER,  /* from here: a number with (kind - LINK_NUMBER) decimals */
    LINK_KIND_COUNT = LINK_NUMBER + 16,
};

/* How inputs of one type with the same arguments look. */
struct link_shape {
    uint32_t type; /* string */
    uint32_t field_count;
    struct link_field {
        uint32_t key; /* string */
        uint32_t kind;
    } fields[LAB_LINK_FIELDS_MAX];
};

/* ---- Bytes that grow ---- */

struct link_bytes {
    uint8_t *at;
    size_t length, capacity;
};
void link_put(struct link_bytes *bytes, const void *from, size_t length);
void link_put_number(struct link_bytes *bytes, uint64_t value);
void link_put_signed(struct link_bytes *bytes, int64_t value);
void link_put_word(struct link_bytes *bytes, uint64_t value); /* eight bytes, low first */
void link_put_text(struct link_bytes *bytes, const char *text);

/* ---- Bytes that are read; `bad` stays once something was not there, and then all is 0 ---- */

struct link_reader {
    const uint8_t *at, *end;
    bool bad;
};
uint64_t link_get_number(struct link_reader *reader);
int64_t link_get_signed(struct link_reader *reader);
uint64_t link_get_word(struct link_reader *reader);
/* Copies a text (UTF-8) of fewer than `capacity` bytes, none of them zero. */
void link_get_text(struct link_reader *reader, char *to, size_t capacity);

/* ---- The whole ---- */

/* The body of a run; the caller's (free). */
struct link_bytes link_body_write(const struct lab_course *course, int64_t moment_ns,
                                  const char *label, int64_t branch_ns);
/* Reads a body, which it takes over in either case. False when it is not one; then nothing is left. */
bool link_body_read(struct link_bytes *bytes, struct lab_link *link);
void link_body_free(struct lab_link_body **body);

/* The script's inputs and the link's, in order of effect; the script's get the numbers that are
 * free. For both sides: what is written must be what will be read. */
void link_merge(const struct lab_inputs *script, const struct lab_inputs *carried,
                struct lab_inputs *merged);

#endif
