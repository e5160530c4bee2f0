/* read_event.c - one operation map, member by member. */
#include "check/read_scan.h"

#include <assert.h>

void event_clear(struct event *event, uint32_t line)
{
    *event = (struct event){.time = CHECK_NO_TIME, .index = -1, .number = -1, .line = line};
}

static int type_of(const struct scan *scan, const struct check_value *value, enum event_type *type)
{
    static const char *const NAMES[] = {"", "invoke", "ok", "fail", "info"};
    for (unsigned i = EVENT_INVOKE; value->kind == CHECK_TEXT && i <= EVENT_INFO; i++) {
        if (scan_is(value->text, value->count, NAMES[i])) {
            *type = (enum event_type)i;
            return 0;
        }
    }
    return scan_refuse(scan, "type is %.40s; it is invoke, ok, fail or info",
                       value->kind == CHECK_TEXT ? value->text : "no text");
}

static int count_of(const struct scan *scan, const char *name, const struct check_value *value,
                    int64_t *count)
{
    if (value->kind == CHECK_NIL) {
        return 0;
    }
    if (value->kind != CHECK_INTEGER || value->integer < 0) {
        return scan_refuse(scan, "%s is no whole number from 0", name);
    }
    *count = value->integer;
    return 0;
}

/* key and value of one of several independent objects */
static void take_tuple(struct event *event, const struct check_value *value)
{
    assert(value->kind == CHECK_LIST && value->count == 2);
    event->key = value->items[0];
    event->value = value->items[1];
}

int event_field(struct scan *scan, struct event *event, const char *name, size_t length,
                const struct check_value *value)
{
    switch (length == 0 ? '\0' : name[0]) {
    case 'p':
        if (scan_is(name, length, "process")) {
            event->process = *value;
        }
        break;
    case 't':
        if (scan_is(name, length, "type")) {
            return type_of(scan, value, &event->type);
        }
        if (scan_is(name, length, "time")) {
            return count_of(scan, "time", value, &event->time);
        }
        break;
    case 'f':
        if (length == 1) {
            event->function = *value;
        }
        break;
    case 'v':
        if (scan_is(name, length, "value")) {
            if (scan->tuple) {
                take_tuple(event, value);
            } else {
                event->value = *value;
            }
        }
        break;
    case 'k':
        if (scan_is(name, length, "key")) {
            event->key = *value;
        }
        break;
    case 'l':
        if (scan_is(name, length, "level")) {
            event->level = *value;
        }
        break;
    case 'i':
        if (scan_is(name, length, "index")) {
            return count_of(scan, "index", value, &event->index);
        }
        break;
    case 'o':
        if (scan_is(name, length, "op_id")) {
            return count_of(scan, "op_id", value, &event->number);
        }
        break;
    default:
        break;
    }
    return 0;
}
