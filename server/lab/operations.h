/* operations.h - the operations of clients: what the notes of a system tell about them becomes rows of
 * the table "history", a file of JSON Lines, and what checkers read.
 *
 * An operation that was invoked is open until a note tells what became of it; then it is over and
 * goes by, once. Only open ones are kept, at most LAB_OPERATIONS_OPEN_MAX; they belong to the
 * recorder, outside the world, and go into its checkpoints. */
#ifndef LAB_OPERATIONS_H
#define LAB_OPERATIONS_H

#include "check/history.h"
#include "lab/pieces.h"
#include "lab/tables.h"

enum {
    LAB_OPERATION_BYTES = 240,      /* of what it asked for, and of what it was told */
    LAB_OPERATIONS_OPEN_MAX = 4096, /* one that is begun beyond them is not recorded */
    LAB_OPERATIONS_MAX = 1000000,   /* that are judged, or written as JSON Lines, in one go */
};

/* Values are JSON: "5", "[0,1]", "[[\"append\",\"x\",3]]"; "" is nil. */
struct lab_operation {
    uint32_t operation, process;
    uint32_t node;            /* or NODE_NONE */
    uint16_t function, error; /* UINT16_MAX: no error */
    uint8_t phase;            /* enum system_phase; SYSTEM_PART: not yet invoked */
    uint8_t level;
    bool cut;                       /* its values have more than LAB_OPERATION_BYTES */
    uint32_t faults_active;         /* when it was over */
    int64_t invoke_ns, complete_ns; /* complete_ns: -1 while it is open */
    uint64_t invoke_event, complete_event;
    uint32_t key_index; /* NODE_NONE: none, or not known any more */
    const char *key;    /* NULL: none. Of the plan, or of the list that holds it */
    char input[LAB_OPERATION_BYTES], output[LAB_OPERATION_BYTES];
};

/* ---- Open ones ---- */

/* All zero is empty. */
struct lab_open_operations {
    struct lab_operation *items; /* in order of their first note */
    uint32_t count, capacity;
    uint64_t unrecorded; /* there was no room for them */
};

/* Takes a note. True: *over is an operation that is over with it; its faults_active is the caller's to
 * say. */
bool lab_operations_note(struct lab_open_operations *open, const struct lab_scenario *scenario,
                         const struct node_note *note, struct lab_operation *over);
void lab_open_operations_copy(const struct lab_open_operations *from,
                              struct lab_open_operations *to);
void lab_open_operations_free(struct lab_open_operations *open);
/* Takes over the bytes of `count` items that the same program copied out of such a list. */
void lab_open_operations_load(struct lab_open_operations *open, const struct lab_scenario *scenario,
                              const void *items, uint32_t count);

/* ---- Those that are over ---- */

/* All zero is empty. */
struct lab_operations {
    struct lab_kept_operation *items;
    uint32_t count, capacity;
    char *texts; /* of all, behind one another */
    size_t text_bytes, text_capacity;
    bool full; /* more came than LAB_OPERATIONS_MAX, or values that were cut */
};

void lab_operations_add(struct lab_operations *list, const struct lab_operation *operation);
void lab_operations_get(const struct lab_operations *list, uint32_t index,
                        struct lab_operation *operation);
void lab_operations_free(struct lab_operations *list);

/* ---- As rows ---- */

/* The row; it points into the operation and the scenario. */
void lab_operation_row(const struct lab_scenario *scenario, const struct lab_operation *operation,
                       struct lab_row *row);
/* The same back, from cells as they are stored. */
void lab_operation_of_row(const struct lab_scenario *scenario, const struct lab_row *row,
                          struct lab_operation *operation);

/* ---- As a history ---- */

/* What is known at one moment: what is over (each list may be NULL) and what is open. */
struct lab_told_operations {
    const struct lab_operations *before, *more;
    const struct lab_open_operations *open;
};
/* Operations of these levels, in order of invocation; NULL: there is no memory, or the lists are not
 * whole. *events gets, for operation i, its events at 2 i and 2 i + 1; the caller's (free). */
struct check_history *lab_operations_history(const struct lab_scenario *scenario,
                                             const struct lab_told_operations *told, uint8_t levels,
                                             uint64_t **events);
/* history.jsonl: an event a line, {process, type, f, key, value, time, index, op_id}. */
void lab_operations_lines(const struct lab_scenario *scenario,
                          const struct lab_told_operations *told, struct lab_pieces *out);

#endif
