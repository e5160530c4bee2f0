/* read_scan.c - a place in a text and the values that are read there. */
#include "check/read_scan.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { STACK_FIRST = 256, BUFFER_FIRST = 256 };

void scan_open(struct scan *scan, const char *text, size_t length, struct check_history *history,
               size_t bytes_max, struct error *error)
{
    assert(scan != NULL && history != NULL);
    *scan = (struct scan){.at = text,
                          .end = text + length,
                          .line = 1,
                          .history = history,
                          .bytes_max = bytes_max,
                          .error = error};
}

void scan_close(struct scan *scan)
{
    free(scan->stack);
    free(scan->buffer);
    scan->stack = NULL;
    scan->buffer = NULL;
}

int scan_refuse(const struct scan *scan, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(scan->error, "line %u: %s", scan->line, length < 0 ? "unreadable" : text);
}

int scan_no_memory(const struct scan *scan)
{
    return scan_refuse(scan, "the history needs more memory than it may have");
}

/* Doubles an array of `size` bytes an item when it is full. */
static bool grow(const struct scan *scan, void **items, uint32_t count, uint32_t *capacity,
                 uint32_t first, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    uint32_t wanted = *capacity == 0 ? first : *capacity * 2;
    if (wanted <= *capacity || wanted > scan->bytes_max / size) {
        return false;
    }
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

int scan_push(struct scan *scan, const struct check_value *value)
{
    void *stack = scan->stack;
    if (!grow(scan, &stack, scan->stack_count, &scan->stack_capacity, STACK_FIRST,
              sizeof *scan->stack)) {
        return scan_no_memory(scan);
    }
    scan->stack = stack;
    scan->stack[scan->stack_count++] = *value;
    return 0;
}

int scan_pop(struct scan *scan, uint32_t count, enum check_kind kind, struct check_value *value)
{
    assert(count <= scan->stack_count);
    assert(kind != CHECK_MAP || count % 2 == 0);
    struct check_value *items = check_history_values(scan->history, count);
    if (items == NULL) {
        return scan_no_memory(scan);
    }
    scan->stack_count -= count;
    if (count > 0) {
        memcpy(items, &scan->stack[scan->stack_count], count * sizeof *items);
    }
    *value = (struct check_value){
        .kind = (uint8_t)kind, .count = kind == CHECK_MAP ? count / 2 : count, .items = items};
    return 0;
}

int scan_text(struct scan *scan, const char *text, size_t length, struct check_value *value)
{
    if (length >= UINT32_MAX) {
        return scan_no_memory(scan);
    }
    const char *kept = check_history_text(scan->history, text, (uint32_t)length);
    if (kept == NULL) {
        return scan_no_memory(scan);
    }
    *value = (struct check_value){.kind = CHECK_TEXT, .count = (uint32_t)length, .text = kept};
    return 0;
}

int scan_number(struct scan *scan, const char *text, size_t length, struct check_value *value)
{
    size_t i = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    bool negative = i > 0 && text[0] == '-';
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, number = 0;
    bool fits = length > i;
    for (; i < length && fits; i++) {
        unsigned digit = (unsigned)(text[i] - '0');
        fits = digit <= 9 && number <= (limit - digit) / 10;
        number = number * 10 + digit;
    }
    if (!fits) {
        return scan_text(scan, text, length, value);
    }
    *value = (struct check_value){.kind = CHECK_INTEGER,
                                  .integer = negative ? (int64_t)(0 - number) : (int64_t)number};
    return 0;
}

/* ---- Quoted texts ---- */

static int add_byte(struct scan *scan, unsigned byte)
{
    void *buffer = scan->buffer;
    if (!grow(scan, &buffer, scan->buffer_count, &scan->buffer_capacity, BUFFER_FIRST, 1)) {
        return scan_no_memory(scan);
    }
    scan->buffer = buffer;
    scan->buffer[scan->buffer_count++] = (char)byte;
    return 0;
}

static int add_code_point(struct scan *scan, uint32_t code)
{
    if (code < 0x80) {
        return add_byte(scan, code);
    }
    unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned LEAD[] = {0, 0xC0, 0xE0, 0xF0};
    int status = add_byte(scan, LEAD[more] | code >> (6 * more));
    while (more > 0 && status == 0) {
        more--;
        status = add_byte(scan, 0x80 | ((code >> (6 * more)) & 0x3F));
    }
    return status;
}

/* Four hex digits. */
static bool hex4(struct scan *scan, uint32_t *code)
{
    *code = 0;
    if (scan->end - scan->at < 4) {
        return false;
    }
    for (int i = 0; i < 4; i++) {
        char c = *scan->at++;
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit == 16) {
            return false;
        }
        *code = *code << 4 | digit;
    }
    return true;
}

/* Behind "\u"; two of them make one character beyond the first 65,536. */
static int unicode(struct scan *scan)
{
    uint32_t code, low;
    if (!hex4(scan, &code)) {
        return scan_refuse(scan, "\\u needs four hex digits");
    }
    if (code >= 0xD800 && code < 0xDC00 && scan->end - scan->at >= 6 && scan->at[0] == '\\' &&
        scan->at[1] == 'u') {
        scan->at += 2;
        if (!hex4(scan, &low) || low < 0xDC00 || low > 0xDFFF) {
            return scan_refuse(scan, "\\u has the first half of a character without the second");
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return add_code_point(scan, code);
}

static int escape(struct scan *scan)
{
    static const char NAMES[] = "\"\\/bfnrt'", BYTES[] = "\"\\/\b\f\n\r\t'";
    if (scan->at == scan->end) {
        return scan_refuse(scan, "the text ends within a string");
    }
    char c = *scan->at++;
    if (c == 'u') {
        return unicode(scan);
    }
    const char *found = c == '\0' ? NULL : strchr(NAMES, c);
    if (found == NULL) {
        return scan_refuse(scan, "a string has no escape with byte %u", (unsigned char)c);
    }
    return add_byte(scan, (unsigned char)BYTES[found - NAMES]);
}

static int quoted_with_escapes(struct scan *scan, struct check_value *value)
{
    int status = 0;
    scan->buffer_count = 0;
    while (status == 0 && scan->at < scan->end && *scan->at != '"') {
        char c = *scan->at++;
        scan->line += c == '\n';
        status = c == '\\' ? escape(scan) : add_byte(scan, (unsigned char)c);
    }
    if (status != 0) {
        return status;
    }
    if (scan->at == scan->end) {
        return scan_refuse(scan, "the text ends within a string");
    }
    scan->at++;
    return scan_text(scan, scan->buffer_count == 0 ? "" : scan->buffer, scan->buffer_count, value);
}

int scan_quoted(struct scan *scan, struct check_value *value)
{
    const char *from = scan->at, *at = from;
    while (at < scan->end && *at != '"' && *at != '\\' && *at != '\n') {
        at++;
    }
    if (at < scan->end && *at == '"') { /* nearly always: as it stands there */
        scan->at = at + 1;
        return scan_text(scan, from, (size_t)(at - from), value);
    }
    return quoted_with_escapes(scan, value);
}

int scan_undouble(struct scan *scan, const char *text, size_t length, struct check_value *value)
{
    scan->buffer_count = 0;
    for (size_t i = 0; i < length; i++) {
        if (add_byte(scan, (unsigned char)text[i]) != 0) {
            return -1;
        }
        i += text[i] == '"';
    }
    return scan_text(scan, scan->buffer == NULL ? "" : scan->buffer, scan->buffer_count, value);
}
