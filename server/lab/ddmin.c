/* ddmin.c - delta debugging. */
#include "lab/ddmin.h"

#include <assert.h>
#include <stdlib.h>

/* Parts that are still kept, in order. */
struct parts {
    uint32_t *index;
    uint32_t count;
};

static void put(const struct parts *parts, uint32_t from, uint32_t length, bool *kept, bool value)
{
    assert(from + length <= parts->count);
    for (uint32_t i = from; i < from + length; i++) {
        kept[parts->index[i]] = value;
    }
}

static void cut_out(struct parts *parts, uint32_t from, uint32_t length)
{
    for (uint32_t i = from + length; i < parts->count; i++) {
        parts->index[i - length] = parts->index[i];
    }
    parts->count -= length;
}

/* Tries to take away each piece of so many parts, from the last to the first: what comes late is
 * most often not needed. Was there one? */
static bool take_pieces(struct parts *parts, uint32_t length, bool *kept, uint32_t count,
                        lab_ddmin_fails *fails, void *context)
{
    bool any = false;
    uint32_t end = parts->count;
    while (end > 0) {
        uint32_t from = end > length ? end - length : 0;
        put(parts, from, end - from, kept, false);
        if (fails(context, kept, count)) {
            cut_out(parts, from, end - from);
            any = true;
        } else {
            put(parts, from, end - from, kept, true);
        }
        end = from;
    }
    return any;
}

uint32_t lab_ddmin(bool *kept, uint32_t count, lab_ddmin_fails *fails, void *context)
{
    struct parts parts = {.index = malloc((count + 1) * sizeof(uint32_t))};
    if (parts.index == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kept[i]) {
            parts.index[parts.count++] = i;
        }
    }
    uint32_t length = parts.count;
    bool done = parts.count == 0;
    while (!done) {
        bool any = take_pieces(&parts, length, kept, count, fails, context);
        /* Singly until a whole pass found nothing: then each was tried beside all that are left. */
        done = parts.count == 0 || (length == 1 && !any);
        length = length > 1 ? length / 2 : 1;
    }
    free(parts.index);
    return parts.count;
}
