/* read_edn.c - EDN, the notation of Jepsen's histories (github.com/edn-format/edn).
 *
 * Keywords, symbols, strings and characters are texts; a vector and a list are lists; what a tag or
 * metadata says is passed over, but for the tuple of independent objects. */
#include "check/read_scan.h"

#include <assert.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == ',' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Ends a keyword, symbol or number. */
static bool is_end(char c)
{
    return is_space(c) || c == '}' || c == ']' || c == ')' || c == '{' || c == '[' || c == '(' ||
           c == '"' || c == ';';
}

static void pass_space(struct scan *scan)
{
    while (scan->at < scan->end) {
        char c = *scan->at;
        if (c == ';') {
            while (scan->at < scan->end && *scan->at != '\n') {
                scan->at++;
            }
        } else if (is_space(c)) {
            scan->line += c == '\n';
            scan->at++;
        } else {
            return;
        }
    }
}

static bool starts(const struct scan *scan, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(scan->end - scan->at) >= length && memcmp(scan->at, with, length) == 0;
}

bool edn_more(struct scan *scan, int *status)
{
    for (;;) {
        pass_space(scan);
        if (!starts(scan, "#_")) {
            return scan->at < scan->end;
        }
        struct check_value discarded; /* the form that follows is not there */
        scan->at += 2;
        *status = edn_value(scan, &discarded);
        if (*status != 0) {
            return false;
        }
    }
}

/* Items up to `close`, as one value. */
static int collection(struct scan *scan, char close, enum check_kind kind,
                      struct check_value *value)
{
    uint32_t from = scan->stack_count, line = scan->line;
    int status = 0;
    while (edn_more(scan, &status) && *scan->at != close) {
        struct check_value item;
        status = edn_value(scan, &item);
        if (status != 0 || (status = scan_push(scan, &item)) != 0) {
            return status;
        }
    }
    if (status != 0) {
        return status;
    }
    if (scan->at == scan->end) {
        return scan_refuse(scan, "the text ends before the %c that closes line %u", close, line);
    }
    scan->at++;
    scan->tuple = false; /* of an item, not of this */
    uint32_t count = scan->stack_count - from;
    if (kind == CHECK_MAP && count % 2 != 0) {
        return scan_refuse(scan, "a map has a key without a value");
    }
    return scan_pop(scan, count, kind, value);
}

static const char *token_end(const struct scan *scan)
{
    const char *at = scan->at;
    while (at < scan->end && !is_end(*at)) {
        at++;
    }
    return at;
}

static int token(struct scan *scan, struct check_value *value)
{
    const char *from = scan->at, *end = token_end(scan);
    size_t length = (size_t)(end - from);
    if (length == 0) {
        return scan_refuse(scan, "there is no value that begins with byte %u",
                           (unsigned char)*from);
    }
    scan->at = end;
    if (from[0] == ':') {
        if (length == 1) {
            return scan_refuse(scan, "a keyword has no name");
        }
        return scan_text(scan, from + 1, length - 1, value);
    }
    char digit = (from[0] == '-' || from[0] == '+') && length > 1 ? from[1] : from[0];
    if (digit >= '0' && digit <= '9') {
        return scan_number(scan, from, from[length - 1] == 'N' ? length - 1 : length, value);
    }
    *value = (struct check_value){.kind = CHECK_NIL};
    if (scan_is(from, length, "nil")) {
        return 0;
    }
    if (scan_is(from, length, "true") || scan_is(from, length, "false")) {
        value->kind = length == 4 ? CHECK_TRUE : CHECK_FALSE;
        return 0;
    }
    return scan_text(scan, from, length, value);
}

/* Behind '#': a set, a symbolic number like ##NaN, or a tag and what it is about. */
static int dispatch(struct scan *scan, struct check_value *value)
{
    if (scan->at < scan->end && *scan->at == '{') {
        scan->at++;
        return collection(scan, '}', CHECK_SET, value);
    }
    if (scan->at < scan->end && *scan->at == '#') {
        return token(scan, value);
    }
    const char *from = scan->at;
    scan->at = token_end(scan);
    size_t length = (size_t)(scan->at - from);
    if (length == 0) {
        return scan_refuse(scan, "a tag has no name");
    }
    bool tuple = length >= 17 && memcmp(from, "jepsen.independen", 17) == 0;
    int status = edn_value(scan, value);
    if (status == 0 && tuple) {
        if (value->kind != CHECK_LIST || value->count != 2) {
            return scan_refuse(scan, "a tuple of independent objects is [key value]");
        }
        scan->tuple = true;
    }
    return status;
}

static int form(struct scan *scan, struct check_value *value)
{
    struct check_value meta;
    int status = 0;
    if (!edn_more(scan, &status)) {
        return status != 0 ? status : scan_refuse(scan, "the text ends where a value is missing");
    }
    scan->tuple = false;
    switch (*scan->at) {
    case '{':
        scan->at++;
        return collection(scan, '}', CHECK_MAP, value);
    case '[':
        scan->at++;
        return collection(scan, ']', CHECK_LIST, value);
    case '(':
        scan->at++;
        return collection(scan, ')', CHECK_LIST, value);
    case '"':
        scan->at++;
        return scan_quoted(scan, value);
    case '#':
        scan->at++;
        return dispatch(scan, value);
    case '^':
        scan->at++;
        status = edn_value(scan, &meta);
        return status != 0 ? status : edn_value(scan, value);
    case '\\': /* a character; also one that ends other tokens */
        scan->at++;
        if (scan->at < scan->end) {
            const char *from = scan->at++;
            scan->at = token_end(scan);
            return scan_text(scan, from, (size_t)(scan->at - from), value);
        }
        return scan_refuse(scan, "the text ends within a character");
    default:
        return token(scan, value);
    }
}

int edn_value(struct scan *scan, struct check_value *value)
{
    if (scan->depth == CHECK_DEPTH_MAX) {
        return scan_refuse(scan, "values are nested deeper than %d", (int)CHECK_DEPTH_MAX);
    }
    scan->depth++;
    int status = form(scan, value);
    scan->depth--;
    return status;
}

/* ---- Operation maps ---- */

/* Behind '{'. */
static int operation(struct scan *scan, struct pairing *pairing)
{
    struct event event;
    uint32_t line = scan->line;
    int status = 0;
    event_clear(&event, line);
    while (edn_more(scan, &status) && *scan->at != '}') {
        struct check_value name, value;
        if (edn_value(scan, &name) != 0) {
            return -1;
        }
        if (name.kind != CHECK_TEXT) {
            return scan_refuse(scan, "a member of an operation has no name");
        }
        if (edn_value(scan, &value) != 0 ||
            event_field(scan, &event, name.text, name.count, &value) != 0) {
            return -1;
        }
    }
    if (status != 0) {
        return status;
    }
    if (scan->at == scan->end) {
        return scan_refuse(scan, "the text ends within the operation of line %u", line);
    }
    scan->at++;
    return pairing_event(pairing, &event);
}

/* Passes tags and metadata in front of an operation; then '{' must come. */
static int operation_start(struct scan *scan)
{
    struct check_value meta;
    int status = 0;
    while (edn_more(scan, &status) && *scan->at != '{') {
        if (*scan->at == '#') {
            scan->at++;
            const char *end = token_end(scan);
            if (end == scan->at) {
                return scan_refuse(scan, "an operation is a map, not a set");
            }
            scan->at = end;
        } else if (*scan->at == '^') {
            scan->at++;
            if (edn_value(scan, &meta) != 0) {
                return -1;
            }
        } else {
            return scan_refuse(scan, "an operation is missing: it is a map that begins with {");
        }
    }
    if (status != 0) {
        return status;
    }
    if (scan->at == scan->end) {
        return scan_refuse(scan, "the text ends where an operation is missing");
    }
    scan->at++;
    return 0;
}

int read_edn(struct scan *scan, struct pairing *pairing)
{
    int status = 0;
    char close = '\0';
    if (edn_more(scan, &status) && (*scan->at == '[' || *scan->at == '(')) {
        close = *scan->at++ == '[' ? ']' : ')';
    }
    while (status == 0 && edn_more(scan, &status) && *scan->at != close) {
        status = operation_start(scan);
        if (status == 0) {
            status = operation(scan, pairing);
        }
    }
    if (status != 0 || close == '\0') {
        return status;
    }
    if (scan->at == scan->end) {
        return scan_refuse(scan, "the text ends before the %c that closes the history", close);
    }
    scan->at++;
    if (edn_more(scan, &status)) {
        return scan_refuse(scan, "something stands behind the %c that closes the history", close);
    }
    return status;
}
