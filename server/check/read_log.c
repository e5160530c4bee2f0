/* read_log.c - the lines that Jepsen logs of its operations:
 * "INFO  jepsen.util - PROCESS<tab>TYPE<tab>FUNCTION<tab>VALUE", or with spaces. Other lines of the log are passed
 * over; one of jepsen.util that begins like an operation and is none is refused. */
#include "check/read_scan.h"

/* Behind the value of what failed or is unknown an error may stand, in any words. */
static int members(struct scan *scan, struct event *event)
{
    static const char *const NAMES[] = {"process", "type", "f", "value"};
    int status = 0;
    for (unsigned i = 0; i < 4; i++) {
        struct check_value value;
        if (!edn_more(scan, &status)) {
            return status != 0 ? status
                               : scan_refuse(scan, "an operation needs process, type, function and "
                                                   "value");
        }
        if (edn_value(scan, &value) != 0 ||
            event_field(scan, event, NAMES[i], strlen(NAMES[i]), &value) != 0) {
            return -1;
        }
    }
    if ((event->type == EVENT_INVOKE || event->type == EVENT_OK) && edn_more(scan, &status)) {
        return scan_refuse(scan, "something stands behind the value");
    }
    return status;
}

/* The line is all that these members may use. */
static int operation(struct scan *scan, struct pairing *pairing, const char *at, const char *end)
{
    struct event event;
    const char *next = scan->at, *text_end = scan->end;
    event_clear(&event, scan->line);
    scan->at = at;
    scan->end = end;
    int status = members(scan, &event);
    scan->at = next;
    scan->end = text_end;
    return status != 0 ? status : pairing_event(pairing, &event);
}

/* Where the message begins, when the line is one of a log; else NULL. */
static const char *message_of(const char *line, const char *end, bool *from_jepsen)
{
    static const char LOGGER[] = "jepsen.util - ";
    for (const char *at = line; end - at >= (int)sizeof LOGGER - 1; at++) {
        if (memcmp(at, LOGGER, sizeof LOGGER - 1) == 0) {
            *from_jepsen = true;
            return at + sizeof LOGGER - 1;
        }
    }
    static const char *const LEVELS[] = {"INFO", "WARN", "ERROR", "DEBUG", "TRACE"};
    *from_jepsen = false;
    for (unsigned i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        size_t length = strlen(LEVELS[i]);
        if ((size_t)(end - line) > length && memcmp(line, LEVELS[i], length) == 0) {
            return line + length;
        }
    }
    return NULL;
}

int read_log(struct scan *scan, struct pairing *pairing)
{
    while (scan->at < scan->end) {
        const char *line = scan->at;
        const char *newline = memchr(line, '\n', (size_t)(scan->end - line));
        const char *end = newline != NULL ? newline : scan->end;
        scan->at = newline != NULL ? newline + 1 : scan->end;
        while (end > line && (end[-1] == '\r' || end[-1] == ' ')) {
            end--;
        }
        bool from_jepsen;
        const char *message = message_of(line, end, &from_jepsen);
        if (message == NULL && end > line) {
            return scan_refuse(scan, "this is no line of a log (INFO ...)");
        }
        if (message != NULL && from_jepsen && message < end &&
            ((*message >= '0' && *message <= '9') || *message == ':') &&
            operation(scan, pairing, message, end) != 0) {
            return -1;
        }
        scan->line++;
    }
    return 0;
}
