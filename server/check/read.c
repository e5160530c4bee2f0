/* read.c - which format is it, and the way from a text to a history. */
#include "check/read_scan.h"

#include <assert.h>

const char *const CHECK_FORMAT_NAMES[CHECK_FORMATS] = {
    [CHECK_FORMAT_DETECT] = "detect", [CHECK_FORMAT_EDN] = "edn",     [CHECK_FORMAT_JSON] = "json",
    [CHECK_FORMAT_LOG] = "log",       [CHECK_FORMAT_AWDIT] = "awdit", [CHECK_FORMAT_CSV] = "csv"};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ',';
}

/* The first byte from *at on that is neither space nor comment; '\0': none. */
static char first_byte(const char **at, const char *end)
{
    for (; *at < end; ++*at) {
        if (**at == ';') {
            while (*at < end - 1 && **at != '\n') {
                ++*at;
            }
        } else if (!is_space(**at)) {
            return **at;
        }
    }
    return '\0';
}

static bool contains(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);
    for (; (size_t)(end - text) >= length; text++) {
        if (memcmp(text, word, length) == 0) {
            return true;
        }
    }
    return false;
}

static enum check_format detect(const char *text, const char *end)
{
    const char *at = text;
    char first = first_byte(&at, end);
    if (first == '#' || first == '(' || first == '^') {
        return CHECK_FORMAT_EDN;
    }
    if (first == '[') {
        at++;
        first = first_byte(&at, end);
        if (first == '#' || first == '^' || first == ']') {
            return CHECK_FORMAT_EDN;
        }
    }
    if (first == '{') {
        at++;
        return first_byte(&at, end) == '"' ? CHECK_FORMAT_JSON : CHECK_FORMAT_EDN;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *line_end = newline != NULL ? newline : end;
    if (contains(at, line_end, "jepsen.")) {
        return CHECK_FORMAT_LOG;
    }
    if (contains(at, line_end, "process") && contains(at, line_end, ",")) {
        return CHECK_FORMAT_CSV;
    }
    if ((first == 'w' || first == 'r') && line_end - at > 1 && at[1] == ' ') {
        return CHECK_FORMAT_AWDIT;
    }
    return CHECK_FORMAT_DETECT;
}

static int read_as(enum check_format format, struct scan *scan, struct pairing *pairing)
{
    switch (format) {
    case CHECK_FORMAT_EDN:
        return read_edn(scan, pairing);
    case CHECK_FORMAT_JSON:
        return read_json(scan, pairing);
    case CHECK_FORMAT_LOG:
        return read_log(scan, pairing);
    case CHECK_FORMAT_AWDIT:
        return read_awdit(scan, pairing);
    case CHECK_FORMAT_CSV:
        return read_csv(scan, pairing);
    default:
        return scan_refuse(scan, "the text is in no known format; they are EDN and JSON of "
                                 "Jepsen's operations, its log, AWDIT's transactions, CSV");
    }
}

int check_read(const char *text, size_t length, enum check_format format, size_t bytes_max,
               struct check_history **history, struct error *error)
{
    return check_read_levels(text, length, format, NULL, bytes_max, history, error);
}

int check_read_levels(const char *text, size_t length, enum check_format format, const char *levels,
                      size_t bytes_max, struct check_history **history, struct error *error)
{
    assert(text != NULL && history != NULL);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark */
        text += 3;
        length -= 3;
    }
    if (format == CHECK_FORMAT_DETECT) {
        format = detect(text, text + length);
    }
    struct check_history *made = check_history_new(bytes_max);
    if (made == NULL) {
        return error_set(error, "line 1: there is no memory for a history");
    }
    struct scan scan;
    struct pairing pairing;
    scan_open(&scan, text, length, made, bytes_max, error);
    pairing_open(&pairing, made, bytes_max, error);
    pairing.levels = levels;
    int status = read_as(format, &scan, &pairing);
    if (status == 0 && pairing.operation_count == 0) {
        status = levels == NULL
                     ? scan_refuse(&scan, "there is no operation of a client")
                     : scan_refuse(&scan, "there is no operation of level %.40s", levels);
    }
    if (status == 0) {
        status = pairing_finish(&pairing);
    }
    pairing_close(&pairing);
    scan_close(&scan);
    if (status != 0) {
        check_history_free(&made);
        return status;
    }
    *history = made;
    return 0;
}
