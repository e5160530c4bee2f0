/* text.c - appending to a caller's buffer, bounded.
 *
 * Everything goes through text_add_bytes(), the one place that knows the bound. Numbers are written
 * here and not by printf, which reads the locale. */
#include "base/text.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { TEXT_U64_DIGITS_MAX = 20 };

struct text text_init(char *buffer, uint32_t capacity)
{
    assert(buffer != NULL);
    assert(capacity >= 1);
    buffer[0] = '\0';
    return (struct text){.at = buffer, .length = 0, .capacity = capacity, .cut = false};
}

void text_clear(struct text *text)
{
    assert(text->capacity >= 1);
    text->length = 0;
    text->cut = false;
    text->at[0] = '\0';
}

/* All or nothing: half a number would be a wrong number. Once cut, stays cut. */
void text_add_bytes(struct text *text, const char *bytes, uint32_t size)
{
    assert(text->length < text->capacity);
    if (text->cut || size >= text->capacity - text->length) {
        text->cut = true;
        return;
    }
    memcpy(text->at + text->length, bytes, size);
    text->length += size;
    text->at[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    assert(string != NULL);
    size_t size = strlen(string);
    text_add_bytes(text, string, size < UINT32_MAX ? (uint32_t)size : UINT32_MAX);
}

void text_add_char(struct text *text, char c)
{
    text_add_bytes(text, &c, 1);
}

/* Writes the digits of `value` so that they end before `end`; returns where they begin. At least
 * one digit. */
static char *text_digits(uint64_t value, char *end)
{
    char *at = end;
    do {
        at--;
        *at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return at;
}

void text_add_u64(struct text *text, uint64_t value)
{
    char digits[TEXT_U64_DIGITS_MAX];
    char *end = digits + sizeof digits;
    char *begin = text_digits(value, end);
    text_add_bytes(text, begin, (uint32_t)(end - begin));
}

/* The magnitude without the overflow that negating INT64_MIN would be. */
static uint64_t text_magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void text_add_i64(struct text *text, int64_t value)
{
    text_add_decimal(text, value, 0);
}

/* Digits backwards from the end; zeros in front until the point has one before it; then the whole
 * part moves one place left to make room for the point. */
void text_add_decimal(struct text *text, int64_t value, unsigned decimals)
{
    assert(decimals <= 18);
    char digits[TEXT_U64_DIGITS_MAX + 2]; /* sign and point */
    char *end = digits + sizeof digits;
    char *begin = text_digits(text_magnitude(value), end);
    if (decimals > 0) {
        while (end - begin <= (ptrdiff_t)decimals) {
            begin--;
            *begin = '0';
        }
        ptrdiff_t whole = (end - begin) - (ptrdiff_t)decimals;
        assert(whole >= 1);
        begin--;
        memmove(begin, begin + 1, (size_t)whole);
        begin[whole] = '.';
    }
    if (value < 0) {
        begin--;
        *begin = '-';
    }
    assert(begin >= digits);
    text_add_bytes(text, begin, (uint32_t)(end - begin));
}

void text_add_hex(struct text *text, uint64_t value, unsigned digits)
{
    assert(digits >= 1);
    assert(digits <= 16);
    char buffer[16];
    unsigned count = 0;
    for (unsigned i = 0; i < 16; i++) {
        unsigned shift = 60 - 4 * i;
        unsigned nibble = (unsigned)(value >> shift) & 15u;
        if (count > 0 || nibble != 0 || shift < 4 * digits) {
            buffer[count] = "0123456789abcdef"[nibble];
            count++;
        }
    }
    text_add_bytes(text, buffer, count);
}
