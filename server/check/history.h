/* history.h - what clients did and what they were told: the operations of a run, of this laboratory
 * or of any other.
 *
 * An operation is an invocation and what became of it: ok (it happened), fail (it did not and never
 * will), info (nobody knows; it may still happen at any later time). One without a completion is
 * info. Operation a comes before b in real time when a.end < b.call; otherwise they are concurrent.
 *
 * A history owns everything in it (values, texts); it is built once, by a reader (read_*.c) or by a
 * recorder through check_history_add(), and is read-only from then on. Texts are interned: equal ones
 * have the same address. Nothing here knows any system. */
#ifndef CHECK_HISTORY_H
#define CHECK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What an operation carries, as in JSON or EDN; keywords and strings are both texts. */
enum check_kind {
    CHECK_NIL,
    CHECK_FALSE,
    CHECK_TRUE,
    CHECK_INTEGER,
    CHECK_TEXT, /* `count` bytes, ended by a zero byte behind them */
    CHECK_LIST, /* `count` items */
    CHECK_MAP,  /* `count` pairs: items 2 i and 2 i + 1 */
    CHECK_SET,  /* `count` items, as written: what stands twice is there twice */
};
struct check_value {
    uint8_t kind; /* enum check_kind */
    uint32_t count;
    union {
        int64_t integer;
        const char *text;
        const struct check_value *items;
    };
};
_Static_assert(sizeof(struct check_value) == 16, "long lists of values stay small");

enum { CHECK_DEPTH_MAX = 32 }; /* of values in values */

enum check_outcome { CHECK_OK, CHECK_FAIL, CHECK_INFO };

#define CHECK_NEVER        UINT32_MAX /* `end` of an operation that was never completed, or info */
#define CHECK_NO_OPERATION UINT32_MAX /* no such operation */
#define CHECK_NO_TIME      INT64_MIN  /* the history has no clock */

struct check_operation {
    uint32_t call,
        end;          /* places in real time: call < end; equal times are concurrent, so calls of a
                           moment come before its returns */
    uint32_t process; /* one thread of a client: it begins an operation when its last one has ended,
                           at the earliest at the same moment; then both are concurrent for everybody
                           else, and for itself in the order of `operations` */
    uint8_t outcome;  /* enum check_outcome */
    const char *function;             /* "read", "write", "cas", "txn" ...; interned */
    struct check_value key;           /* nil when the history has one object only */
    struct check_value input, output; /* of the invocation; of the completion (ok only, else nil) */
    int64_t call_ns, end_ns;          /* or CHECK_NO_TIME */
    uint32_t call_line, end_line;     /* in the file, from 1; 0: none */
    uint32_t number; /* the recorder's own name of it (op_id), or its place in the file */
};

struct check_history {
    const struct check_operation *operations; /* in order of call; fail ones are there too */
    uint32_t count;
    struct check_store *store; /* opaque: who owns the memory */
};

/* ---- Building (history.c) ---- */

/* Empty, to be filled; `bytes_max` bounds its memory. NULL: there is none at all. */
struct check_history *check_history_new(size_t bytes_max);
void check_history_free(struct check_history **history);
/* A text's only copy; NULL when there is no memory left. */
const char *check_history_text(struct check_history *history, const char *text, uint32_t length);
/* Room for `count` values; NULL when there is no memory left. */
struct check_value *check_history_values(struct check_history *history, uint32_t count);
/* The next operation, in order of call. Its fields are taken as they are. False: no memory left. */
bool check_history_add(struct check_history *history, const struct check_operation *operation);
/* Memory that the history holds. */
size_t check_history_bytes(const struct check_history *history);

/* ---- Values ---- */

/* Integers and texts are never equal, nor lists and sets. Sets and maps are equal in any order. Values
 * nest as deep as a reader lets them (CHECK_DEPTH_MAX). */
bool check_value_equal(const struct check_value *a, const struct check_value *b);
uint64_t check_value_hash(const struct check_value *value);

#endif
