/* read_json.c - operation maps in JSON (RFC 8259): one array, or JSON Lines. */
#include "check/read_scan.h"

#include <assert.h>

static void pass_space(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' || *scan->at == '\r')) {
        scan->line += *scan->at == '\n';
        scan->at++;
    }
}

/* Passes space and says what stands there; '\0': the text ends. */
static char next(struct scan *scan)
{
    pass_space(scan);
    return scan->at < scan->end ? *scan->at : '\0';
}

static int expect(struct scan *scan, char c)
{
    char there = next(scan);
    if (there != c) {
        return there == '\0' ? scan_refuse(scan, "the text ends where %c is missing", c)
                             : scan_refuse(scan, "%c is missing before %c", c, there);
    }
    scan->at++;
    return 0;
}

/* Behind an item: 1 when there is one more, 0 behind `close`. */
static int item_follows(struct scan *scan, char close)
{
    char c = next(scan);
    if (c == ',' || c == close) {
        scan->at++;
        return c == ',';
    }
    return scan_refuse(scan, "a comma or %c is missing", close);
}

/* Is it empty? Then its end is passed. */
static bool is_empty(struct scan *scan, char close)
{
    if (next(scan) == close) {
        scan->at++;
        return true;
    }
    return false;
}

static int array(struct scan *scan, struct check_value *value)
{
    uint32_t from = scan->stack_count;
    int more = !is_empty(scan, ']');
    while (more == 1) {
        struct check_value item;
        if (json_value(scan, &item) != 0 || scan_push(scan, &item) != 0) {
            return -1;
        }
        more = item_follows(scan, ']');
    }
    return more < 0 ? -1 : scan_pop(scan, scan->stack_count - from, CHECK_LIST, value);
}

/* An object's key; written like an integer, it is one. */
static int key(struct scan *scan, struct check_value *value)
{
    if (expect(scan, '"') != 0 || scan_quoted(scan, value) != 0) {
        return -1;
    }
    const char *text = value->text;
    uint32_t length = value->count;
    uint32_t sign = length > 1 && text[0] == '-';
    bool canonical = length > sign && (text[sign] != '0' || length == 1);
    for (uint32_t i = sign; i < length && canonical; i++) {
        canonical = text[i] >= '0' && text[i] <= '9';
    }
    return canonical ? scan_number(scan, text, length, value) : 0;
}

static int object(struct scan *scan, struct check_value *value)
{
    uint32_t from = scan->stack_count;
    int more = !is_empty(scan, '}');
    while (more == 1) {
        struct check_value name, item;
        if (key(scan, &name) != 0 || expect(scan, ':') != 0 || scan_push(scan, &name) != 0 ||
            json_value(scan, &item) != 0 || scan_push(scan, &item) != 0) {
            return -1;
        }
        more = item_follows(scan, '}');
    }
    return more < 0 ? -1 : scan_pop(scan, scan->stack_count - from, CHECK_MAP, value);
}

static int word(struct scan *scan, struct check_value *value)
{
    static const struct {
        const char *name;
        enum check_kind kind;
    } WORDS[] = {{"null", CHECK_NIL}, {"true", CHECK_TRUE}, {"false", CHECK_FALSE}};
    const char *from = scan->at, *at = from;
    while (at < scan->end && ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
                              *at == '-' || *at == '+' || *at == '.' || *at == 'E')) {
        at++;
    }
    size_t length = (size_t)(at - from);
    scan->at = at;
    for (unsigned i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (scan_is(from, length, WORDS[i].name)) {
            *value = (struct check_value){.kind = (uint8_t)WORDS[i].kind};
            return 0;
        }
    }
    size_t sign = length > 0 && from[0] == '-';
    if (length <= sign || from[sign] < '0' || from[sign] > '9') {
        return scan_refuse(scan, "a value is missing or is none of JSON");
    }
    return scan_number(scan, from, length, value);
}

static int any(struct scan *scan, struct check_value *value)
{
    switch (next(scan)) {
    case '{':
        scan->at++;
        return object(scan, value);
    case '[':
        scan->at++;
        return array(scan, value);
    case '"':
        scan->at++;
        return scan_quoted(scan, value);
    default:
        return word(scan, value);
    }
}

int json_value(struct scan *scan, struct check_value *value)
{
    if (scan->depth == CHECK_DEPTH_MAX) {
        return scan_refuse(scan, "values are nested deeper than %d", (int)CHECK_DEPTH_MAX);
    }
    scan->depth++;
    int status = any(scan, value);
    scan->depth--;
    return status;
}

/* ---- Operation maps ---- */

static int operation(struct scan *scan, struct pairing *pairing)
{
    struct event event;
    if (expect(scan, '{') != 0) {
        return -1;
    }
    event_clear(&event, scan->line);
    int more = !is_empty(scan, '}');
    while (more == 1) {
        struct check_value name, value;
        if (expect(scan, '"') != 0 || scan_quoted(scan, &name) != 0 || expect(scan, ':') != 0 ||
            json_value(scan, &value) != 0 ||
            event_field(scan, &event, name.text, name.count, &value) != 0) {
            return -1;
        }
        more = item_follows(scan, '}');
    }
    return more < 0 ? -1 : pairing_event(pairing, &event);
}

int read_json(struct scan *scan, struct pairing *pairing)
{
    if (next(scan) == '[') {
        scan->at++;
        int more = !is_empty(scan, ']');
        while (more == 1) {
            if (operation(scan, pairing) != 0) {
                return -1;
            }
            more = item_follows(scan, ']');
        }
        if (more < 0) {
            return -1;
        }
        return next(scan) == '\0' && scan->at == scan->end
                   ? 0
                   : scan_refuse(scan, "something stands behind the end of the array");
    }
    while (next(scan) != '\0' || scan->at < scan->end) {
        if (operation(scan, pairing) != 0) {
            return -1;
        }
    }
    return 0;
}
