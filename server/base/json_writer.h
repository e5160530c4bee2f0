/* json_writer.h - JSON written straight into a text, one value after the other, without a tree.
 *
 * Every function takes the member's name inside an object and NULL inside an array or at the top.
 * Commas, quotes and escapes are the writer's business. Misuse (a name in an array, closing what is
 * not open) is a bug of the caller and asserted; a full buffer is not, it shows as `cut` of the
 * text. Output is UTF-8 (RFC 8259): a byte sequence that is not valid UTF-8 becomes U+FFFD, so that
 * one bad byte from outside cannot break a reader's parser. */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 31 };

/* The text belongs to the caller. */
struct json_writer {
    struct text *text;
    uint32_t depth;
    uint32_t objects;  /* bit d: level d is an object, not an array */
    uint32_t followed; /* bit d: level d already holds a value, the next needs a comma */
};

struct json_writer json_init(struct text *text);

void json_object(struct json_writer *json, const char *name);
void json_array(struct json_writer *json, const char *name);
/* Closes the innermost object or array. */
void json_close(struct json_writer *json);

/* Integers are written exactly; beyond 2^53 a JavaScript reader loses digits: send such ids as
 * strings. */
void json_u64(struct json_writer *json, const char *name, uint64_t value);
void json_i64(struct json_writer *json, const char *name, int64_t value);
/* value / 10^decimals, e.g. microseconds as milliseconds with three decimals. */
void json_decimal(struct json_writer *json, const char *name, int64_t value, unsigned decimals);
void json_bool(struct json_writer *json, const char *name, bool value);
void json_null(struct json_writer *json, const char *name);
/* NULL is written as null. */
void json_string(struct json_writer *json, const char *name, const char *value);
void json_bytes(struct json_writer *json, const char *name, const char *value, uint32_t size);
/* 16 hex digits as a string: digests. */
void json_hex(struct json_writer *json, const char *name, uint64_t value);
/* JSON that was written before, taken over unread. */
void json_raw(struct json_writer *json, const char *name, const char *value, uint32_t size);

#endif
