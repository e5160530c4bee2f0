/* store.h - what survives: runs, their inputs and their results, in one SQLite database.
 *
 * One writer thread owns the writing connection. Callers queue jobs; the writer takes many at once
 * and commits them together. Two kinds of job:
 *  - durable ones (a run, an input, a deletion): the caller waits until they are on the disk
 *    (WAL, synchronous FULL). Several that wait at the same time share one commit.
 *  - batches of result rows: queued and forgotten. They move the run's live edge in the same
 *    transaction, so that rows and edge agree after any crash. Losing the last ones costs nothing:
 *    the run computes them again, and writes only row numbers that are missing.
 *
 * When the disk is full or another program locks the database, batches stay queued and are tried
 * again until the cause is gone; store_problem() says why meanwhile, and runs pause on it. Durable
 * jobs are answered with the error at once: what was not stored did not happen.
 *
 * Readers have connections of their own and never wait for the writer (WAL).
 *
 * All functions may be called from any thread. Those that can refuse return -1 and fill `error`. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;
struct store; /* opaque */

/* Limits. What waits to be written is bounded, so that a slow disk slows runs down instead of filling
 * memory. */
enum {
    STORE_COLUMNS_MAX = 40,
    STORE_TABLES_MAX = 64,
    STORE_NAME_BYTES = 32, /* run names, owners' limit is STORE_OWNER_BYTES */
    STORE_OWNER_BYTES = 64,
    STORE_BATCH_ROWS = 1024,                  /* a batch is handed over at this many rows */
    STORE_BATCH_BYTES_MAX = 64 * 1024 * 1024, /* of one batch: only a bug makes one so large */
    STORE_CLOSING_MS = 1000,
    STORE_QUEUE_BYTES_MAX = 64 * 1024 * 1024, /* of all that waits; a single batch always fits */
};

enum store_type { STORE_INTEGER, STORE_REAL, STORE_TEXT };

/* A result table: its first columns are always run, row, t_ms; these follow. */
struct store_column {
    const char *name;
    enum store_type type;
    uint8_t decimals; /* STORE_REAL: a cell is an integer, value x 10^decimals */
};
struct store_table {
    const char *name;
    uint32_t column_count;
    struct store_column columns[STORE_COLUMNS_MAX];
};

/* The zero value of what is not a path means none. */
struct store_options {
    const char *path; /* of the database file; made if missing */
    const struct store_table
        *tables; /* result tables, named by their index; must outlive the store */
    uint32_t table_count;
    int64_t bytes_max;  /* size limit of the database; 0: none but the disk */
    int64_t closing_ms; /* see store_close(); 0: STORE_CLOSING_MS; negative: no time at all */
};

/* Opens or makes the database and applies the migrations of db/ that it lacks. A database of a
 * newer program is refused. NULL with a reason on failure. */
struct store *store_open(const struct store_options *options, struct error *error);
/* Writes what is queued and closes. What waits for an answer is written in any case; of rows, paces
 * and checkpoints, which the run can compute again, what STORE_CLOSING_MS are enough for, in order
 * (two seconds at most, if the database refuses). Takes the pointer and clears it. */
void store_close(struct store **store);

/* ---- Runs and inputs ---- */

/* Texts belong to the caller on the way in; what store_runs_read() hands out is valid during the
 * call. */
/* A run as it is stored: all that is needed to compute it again, and where it was last. */
struct store_run {
    int64_t run; /* key, given by store_run_create() */
    const char *name, *run_id, *system, *scenario, *scenario_text, *settings, *behaviour_id, *owner;
    uint64_t seed;
    int64_t created_ms; /* of the calendar, since 1970 */
    int64_t t_ns;       /* live edge: virtual time up to which results are stored ... */
    uint64_t digest;    /* ... and the run's digest there */
    int64_t speed_ppm;  /* millionths of 1x */
    bool paused;
    uint32_t inputs_count; /* read only */
    /* A branch: the name of the run it left, when, and what people call it. A run that is none has
     * "", 0, "". `family` is the same for a run and all that branched from it, whatever was
     * deleted since; "" on the way in begins a new one. */
    const char *parent, *label, *family;
    int64_t branch_ns;
};
/* One input, as the API took it. */
struct store_input {
    uint32_t input;      /* 1, 2, 3 ... */
    int64_t t_ns;        /* when it takes effect */
    int64_t accepted_ns; /* where the run was when it was accepted */
    const char *who, *type, *body;
};

/* Stores a run and its first inputs (a scenario's script) together. Durable. */
int store_run_create(struct store *store, const struct store_run *run,
                     const struct store_input *inputs, uint32_t input_count, int64_t *key,
                     struct error *error);
/* Removes a run with everything of it. Durable. It is gone for every reader at once; its rows are
 * removed later in slices, so that nobody waits for a million of them. */
int store_run_delete(struct store *store, int64_t run, struct error *error);
/* Durable: when it returns 0 the inputs are on the disk, all of them or, on failure, none. Inputs
 * of one run that are appended one after the other are committed in that order. */
int store_inputs_append(struct store *store, int64_t run, const struct store_input *inputs,
                        uint32_t input_count, struct error *error);
/* How many runs there are of this content (run_id), or (NULL) at all. *count on success only. */
int store_runs_count(struct store *store, const char *run_id, uint32_t *count, struct error *error);
/* What people call a run from now on. Durable. */
int store_run_label(struct store *store, int64_t run, const char *label, struct error *error);
/* Queued, not durable: how the run was paced last. Dropped when the queue is full. */
void store_pace_put(struct store *store, int64_t run, int64_t speed_ppm, bool paused);

/* Which runs to read, newest first. All zero: all of them. */
struct store_run_query {
    int64_t run;            /* 0: any */
    const char *name;       /* NULL: any */
    const char *owner;      /* NULL: any; "": shared ones */
    const char *visible_to; /* shared ones and those of this owner */
    const char *family;     /* NULL: any */
    bool private_oldest;    /* private ones only, oldest first */
    uint32_t limit;         /* 0: no limit */
};
/* Calls `each` for every run in the query's order, on the caller's thread. */
int store_runs_read(struct store *store, const struct store_run_query *query,
                    void (*each)(void *context, const struct store_run *run), void *context,
                    struct error *error);
/* In order of effect: time, then number. */
int store_inputs_read(struct store *store, int64_t run,
                      void (*each)(void *context, const struct store_input *input), void *context,
                      struct error *error);

/* ---- Cards: moments that somebody keeps ---- */

struct store_card {
    int64_t card; /* given by store_card_create() */
    int64_t created_ms;
    const char *owner; /* "" for everybody */
    const char *title, *scenario, *settings, *condition;
    uint64_t seed;
    int64_t t_ns;
};
/* Durable. *card is its number, or 0 when the owner has `cards_max` of them already. */
int store_card_create(struct store *store, const struct store_card *created, uint32_t cards_max,
                      int64_t *card, struct error *error);
/* Durable. A card that is not there, or not this owner's, stays as it is. */
int store_card_delete(struct store *store, int64_t card, const char *owner, struct error *error);
/* Those of everybody and of this owner, newest first. */
int store_cards_read(struct store *store, const char *owner,
                     void (*each)(void *context, const struct store_card *card), void *context,
                     struct error *error);

/* ---- The room of a lecture: what it shows, and how many voted for what ---- */

struct store_vote {
    const char *run; /* that was shown when the vote was opened; "": none */
    const char *scene, *step, *option;
    uint32_t class; /* each opening or reset of the room begins another */
    uint32_t round; /* 1 or 2 */
    uint32_t count;
};
struct store_room {
    const char *code, *state; /* JSON */
    uint64_t version;
    int64_t seen_ms; /* of the calendar, since 1970 */
    bool ended;
    uint32_t class; /* the present one */
    const struct store_vote *votes;
    uint32_t vote_count;
};
/* Durable. Takes the place of the one before, with its votes; no option may stand
 * twice in those of a class. */
int store_room_put(struct store *store, const struct store_room *room, struct error *error);
/* Who is told: `room` at most once, without votes; then `vote` for each, in order. */
struct store_room_reader {
    void *context;
    void (*room)(void *context, const struct store_room *room);
    void (*vote)(void *context, const struct store_vote *vote);
};
int store_room_read(struct store *store, const struct store_room_reader *to, struct error *error);

/* ---- Result rows ---- */

struct store_batch; /* rows of one run, in order; belongs to one thread until it is queued */

/* An empty batch; never NULL. The caller owns it until store_batch_put() takes it. */
struct store_batch *store_batch_create(int64_t run);
/* Drops a batch and clears the pointer; nothing for NULL. */
void store_batch_destroy(struct store_batch **batch);
/* How much it holds: rows, and bytes of memory. */
uint32_t store_batch_rows(const struct store_batch *batch);
uint32_t store_batch_bytes(const struct store_batch *batch);
/* Begins a row of a table; then one call a column, in order. `row` counts 1, 2, 3 ... for each
 * (run, table). A batch takes what its owner gives it; hand it over before it is large
 * (STORE_BATCH_ROWS). */
void store_batch_row(struct store_batch *batch, uint32_t table, uint64_t row, int64_t time_ns);
/* A cell: absent, a whole number, value / 10^decimals (at most 15), or a text (cut at 1,000 bytes). */
void store_batch_null(struct store_batch *batch);
void store_batch_number(struct store_batch *batch, int64_t value);
void store_batch_decimal(struct store_batch *batch, int64_t value, uint8_t decimals);
void store_batch_text(struct store_batch *batch, const char *text);
/* The live edge that holds once these rows are stored. */
void store_batch_edge(struct store_batch *batch, int64_t t_ns, uint64_t digest);

/* Queues a batch and clears the pointer; false, and the batch stays the caller's, when the queue is
 * full (come again later). */
bool store_batch_put(struct store *store, struct store_batch **batch);
/* Waits until all that was queued before is stored. */
int store_flush(struct store *store, struct error *error);
/* Row numbers stored so far for each table of the options (counts[table_count]). */
int store_rows_count(struct store *store, int64_t run, uint64_t *counts, struct error *error);

/* ---- Checkpoints ---- */

/* A world as bytes, so that a run need not be computed from its beginning after a restart. A cache:
 * losing it costs time and nothing else. */
struct store_checkpoint {
    int64_t t_ns;
    const char *program; /* who can read it */
    const char *rows; /* rows given and inputs applied by then, in the words of whoever wrote it */
    const void *world;
    size_t world_bytes;
};
/* Queued, replaces the run's former one. Copies. Dropped when the queue is full. */
void store_checkpoint_put(struct store *store, int64_t run,
                          const struct store_checkpoint *checkpoint);
/* Calls `each` at most once. */
int store_checkpoint_read(struct store *store, int64_t run,
                          void (*each)(void *context, const struct store_checkpoint *checkpoint),
                          void *context, struct error *error);

/* ---- Reading results ---- */

/* One value of a row that is read. */
struct store_cell {
    bool absent;
    int64_t value;    /* STORE_INTEGER; STORE_REAL: x 10^decimals of its column */
    const char *text; /* STORE_TEXT; valid during the call */
};
struct store_rows_query {
    uint32_t table;
    int64_t run;
    uint64_t after;       /* rows with a larger number */
    uint64_t last;        /* up to this one; 0: all */
    uint32_t limit;       /* 0: all */
    const char *passed;   /* or only rows behind the last one whose column of this name ... */
    int64_t passed_value; /* ... is from 1 to so much: what people do is of event 0 */
};
/* In order of row number, each as soon as it is read; `each` answers whether it wants more. */
int store_rows_read(struct store *store, const struct store_rows_query *query,
                    bool (*each)(void *context, uint64_t row, int64_t time_ns,
                                 const struct store_cell *cells),
                    void *context, struct error *error);

/* A connection of one's own, for whatever else (tests). Statements must be finalized before it is
 * given back. */
struct sqlite3 *store_reader_open(struct store *store, struct error *error);
void store_reader_close(struct store *store, struct sqlite3 **reader);

/* ---- Looking ---- */

/* True while writing fails; copies the reason. */
bool store_problem(struct store *store, struct error *reason);

/* Since the store was opened; queue_bytes is now. For /metrics. */
struct store_counters {
    uint64_t rows_written, commits, errors, commit_ns_sum;
    uint64_t queue_bytes;
};
void store_counters_read(struct store *store, struct store_counters *counters);

#endif
