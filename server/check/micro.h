/* micro.h - the micro-operations of which transactions are made: [r KEY SEEN] reads; [append KEY VALUE]
 * or [w KEY VALUE] writes. */
#ifndef CHECK_MICRO_H
#define CHECK_MICRO_H

#include "check/history.h"

/* What a transaction is known to have done: its answer, which says what was read, or else its call. A list,
 * or nil: nothing. */
const struct check_value *micro_list(const struct check_operation *operation);

/* Is it known what its reads saw? */
bool micro_answered(const struct check_operation *operation);

static inline bool micro_writes(const struct check_value *micro)
{
    return micro->items[0].text[0] != 'r';
}
static inline const struct check_value *micro_key(const struct check_value *micro)
{
    return &micro->items[1];
}
/* What was written or seen; NULL: it does not say. */
static inline const struct check_value *micro_value(const struct check_value *micro)
{
    return micro->count > 2 ? &micro->items[2] : NULL;
}

/* Are all operations transactions of reads and of that write ("append", "w")? Reads see lists if `lists`.
 * Counts the micro-operations. 0; -1 with a sentence that names the line. */
int micro_check(const struct check_history *history, const char *write, bool lists, uint64_t *count,
                struct error *error);

#endif
