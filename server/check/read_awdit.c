/* read_awdit.c - the text of AWDIT's tests: reads and writes, transactions, sessions.
 *
 * There is no clock: sessions are concurrent, a session's transactions follow each other. So all are
 * called at one moment and return at one, and each session is a process. */
#include "check/read_scan.h"

#include <assert.h>

struct awdit {
    struct scan *scan;
    struct pairing *pairing;
    const char *function; /* "txn" */
    uint32_t session;
    uint32_t line;  /* of the transaction's first operation */
    uint32_t parts; /* of the transaction, on the stack */
};

static int end_transaction(struct awdit *awdit)
{
    struct check_value list;
    if (awdit->parts == 0) {
        return 0;
    }
    if (scan_pop(awdit->scan, awdit->parts, CHECK_LIST, &list) != 0) {
        return -1;
    }
    struct check_operation operation = {.process = awdit->session,
                                        .outcome = CHECK_OK,
                                        .function = awdit->function,
                                        .input = list,
                                        .output = list,
                                        .call_ns = 0,
                                        .end_ns = 0,
                                        .call_line = awdit->line,
                                        .end_line = awdit->line,
                                        .number = awdit->pairing->operation_count};
    awdit->parts = 0;
    return pairing_operation(awdit->pairing, &operation);
}

/* The next word of the line, from *at on. */
static bool word(const char **at, const char *end, const char **from, size_t *length)
{
    while (*at < end && (**at == ' ' || **at == '\t')) {
        ++*at;
    }
    *from = *at;
    while (*at < end && **at != ' ' && **at != '\t') {
        ++*at;
    }
    *length = (size_t)(*at - *from);
    return *length > 0;
}

/* "w KEY VALUE" */
static int part(struct awdit *awdit, const char *at, const char *end)
{
    struct scan *scan = awdit->scan;
    for (unsigned i = 0; i < 3; i++) {
        const char *from;
        size_t length;
        struct check_value value;
        if (!word(&at, end, &from, &length)) {
            return scan_refuse(scan, "an operation is \"w KEY VALUE\" or \"r KEY VALUE\"");
        }
        if (i == 0 && !scan_is(from, length, "w") && !scan_is(from, length, "r")) {
            return scan_refuse(scan, "an operation begins with w or r");
        }
        if (scan_number(scan, from, length, &value) != 0 || scan_push(scan, &value) != 0) {
            return -1;
        }
    }
    const char *rest;
    size_t length;
    struct check_value list;
    if (word(&at, end, &rest, &length)) {
        return scan_refuse(scan, "something stands behind the operation");
    }
    if (awdit->parts == 0) {
        awdit->line = scan->line;
    }
    awdit->parts++;
    return scan_pop(scan, 3, CHECK_LIST, &list) != 0 ? -1 : scan_push(scan, &list);
}

static bool is_rule(const char *line, const char *end, char of)
{
    for (const char *at = line; at < end; at++) {
        if (*at != of) {
            return false;
        }
    }
    return end - line >= 3;
}

static int read_line(struct awdit *awdit, const char *line, const char *end)
{
    if (is_rule(line, end, '-')) {
        return end_transaction(awdit);
    }
    if (is_rule(line, end, '=')) {
        int status = end_transaction(awdit);
        awdit->session++;
        return status;
    }
    return line == end ? 0 : part(awdit, line, end);
}

int read_awdit(struct scan *scan, struct pairing *pairing)
{
    struct awdit awdit = {
        .scan = scan, .pairing = pairing, .function = check_history_text(scan->history, "txn", 3)};
    if (awdit.function == NULL) {
        return scan_no_memory(scan);
    }
    while (scan->at < scan->end) {
        const char *line = scan->at;
        const char *newline = memchr(line, '\n', (size_t)(scan->end - line));
        const char *end = newline != NULL ? newline : scan->end;
        scan->at = newline != NULL ? newline + 1 : scan->end;
        while (end > line && (end[-1] == '\r' || end[-1] == ' ')) {
            end--;
        }
        if (read_line(&awdit, line, end) != 0) {
            return -1;
        }
        scan->line++;
    }
    return end_transaction(&awdit) != 0 ? -1 : pairing_sort(pairing);
}
