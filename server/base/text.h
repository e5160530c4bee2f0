/* text.h - appending to a caller's buffer, bounded, without printf.
 *
 * The buffer belongs to the caller and must outlive the struct. What does not fit is dropped from
 * there on and `cut` stays set: a caller checks it once at the end. The text is terminated after
 * every call. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

struct text {
    char *at;
    uint32_t length;   /* bytes written, without the terminator */
    uint32_t capacity; /* size of the buffer; length < capacity always */
    bool cut;          /* something did not fit; nothing was appended after it */
};

/* capacity >= 1. */
struct text text_init(char *buffer, uint32_t capacity);

/* Back to empty, in the same buffer. */
void text_clear(struct text *text);

/* Each appends all of what it is given or, when it does not fit, nothing: half a number would be a
 * wrong number. `string` is terminated, `bytes` need not be. */
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, uint32_t size);
void text_add_char(struct text *text, char c);
void text_add_u64(struct text *text, uint64_t value);
void text_add_i64(struct text *text, int64_t value);

/* `value` / 10^decimals with exactly that many decimals: (-1234, 2) is "-12.34". decimals <= 18. */
void text_add_decimal(struct text *text, int64_t value, unsigned decimals);

/* Lower-case hex, padded with zeros to `digits` (1 to 16), never shortened. */
void text_add_hex(struct text *text, uint64_t value, unsigned digits);

#endif
