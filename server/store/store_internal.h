/* store_internal.h - what the parts of the store share: the struct behind the handle, and jobs.
 *
 * store.c opens and closes, writer.c is the one thread that writes, batch.c packs and inserts result
 * rows, runs.c and rows.c read, migrate.c brings the schema up to date.
 *
 * What crosses threads is the queue and the few fields below the lock; everything else belongs to
 * the writer, or to one caller. SQLite itself is used with a connection a thread (NOMUTEX). */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "store/store.h"

#include <pthread.h>
#include <sqlite3.h>

/* The order matters: from RUN_CREATE on somebody waits for the answer. */
enum store_job_kind {
    STORE_JOB_BATCH,
    STORE_JOB_CHECKPOINT,
    STORE_JOB_PACE,
    STORE_JOB_RUN_CREATE,
    STORE_JOB_RUN_LABEL,
    STORE_JOB_RUN_DELETE,
    STORE_JOB_INPUT,
    STORE_JOB_CARD_CREATE,
    STORE_JOB_CARD_DELETE,
    STORE_JOB_ROOM,
    STORE_JOB_FLUSH,
};

/* One thing for the writer to do. Those up to PACE are on the heap and freed by the writer, the
 * others stand on the stack of a caller who waits for `done`. */
struct store_job {
    struct store_job *next;
    enum store_job_kind kind;
    uint32_t bytes; /* counted against STORE_QUEUE_BYTES_MAX */
    int64_t run;
    struct store_batch *batch;
    struct store_checkpoint checkpoint; /* its bytes follow the job in memory */
    int64_t speed_ppm;
    bool paused;
    const struct store_run *created;
    const char *label;
    const struct store_input *inputs;
    const struct store_card *card; /* of a deletion: number and owner */
    uint32_t cards_max;
    const struct store_room *room;
    uint32_t input_count;
    bool done; /* under the lock */
    int status;
    struct error error;
};

/* Rows packed one behind the other (batch.c); one growing buffer, since a batch lives for a moment. */
struct store_batch {
    int64_t run;
    int64_t edge_ns; /* -1: none */
    uint64_t edge_digest;
    uint32_t rows;
    uint32_t length, capacity;
    uint8_t *bytes;
};

/* The writer's prepared statements: parsed once, bound many times. */
enum store_statement {
    STORE_SQL_BEGIN,
    STORE_SQL_COMMIT,
    STORE_SQL_ROLLBACK,
    STORE_SQL_RUN_INSERT,
    STORE_SQL_RUN_LABEL,
    STORE_SQL_RUN_DELETE,
    STORE_SQL_INPUT_INSERT,
    STORE_SQL_EDGE,
    STORE_SQL_PACE,
    STORE_SQL_CHECKPOINT,
    STORE_SQL_CARD_INSERT,
    STORE_SQL_CARD_DELETE,
    STORE_SQL_ROOM,
    STORE_SQL_VOTES_CLEAR,
    STORE_SQL_VOTE,
    STORE_SQL_COUNT
};

struct store {
    char *path;
    const struct store_table *tables;
    uint32_t table_count;

    /* The writer's alone. */
    struct sqlite3 *writer;
    struct sqlite3_stmt *statements[STORE_SQL_COUNT];
    struct sqlite3_stmt *inserts[STORE_TABLES_MAX];
    bool synchronous_full;
    bool purge_needed; /* deleted runs still have rows */
    int64_t key_last;  /* given to a run: never again, or a straggling row would find another run */
    pthread_t thread;

    /* Guards all that follows. Held for a few assignments, never while SQLite works. */
    pthread_mutex_t lock;
    pthread_cond_t work; /* for the writer: something was queued, or closing */
    pthread_cond_t done; /* for those who wait for a durable job */
    struct store_job *first, *last;
    uint64_t queue_bytes;
    bool closing;
    int64_t closing_until_ns; /* then what can be computed again is written no more */
    int64_t closing_ms;
    bool problem; /* the last attempt to write batches failed */
    struct error problem_text;
    struct store_counters counters;
};

/* Opens a connection that waits a second for other programs' locks. On failure *database is NULL. */
int store_connect(const char *path, bool read_only, struct sqlite3 **database, struct error *error);
/* Fills the error from the connection's last one, with a hint at what to do. Returns -1. */
int store_sql_error(struct sqlite3 *database, const char *doing, struct error *error);
/* Applies the migrations that are missing, each in a transaction of its own. Refuses a database that
 * is newer than the program. */
int store_migrate(struct sqlite3 *database, struct error *error);

int64_t store_clock_ns(void); /* monotonic */

/* Puts a job at the end of the queue. */
void store_queue(struct store *store, struct store_job *job);
/* Queues a job of the caller's stack and waits for it. Returns its status, and fills error. */
int store_queue_and_wait(struct store *store, struct store_job *job, struct error *error);
/* What is still to be written of a chain when the time for closing is over: who waits for a durable
 * job is answered by it, all else can be computed again and is dropped. A flush is refused, since not
 * all before it is stored. Once begun, this goes on to the end of the queue: a run's edge never
 * passes rows that are missing. */
struct store_job *store_jobs_keep(struct store *store, struct store_job *jobs);
/* The writer's thread: works until the store is closing and nothing is left. */
void *store_writer_main(void *store);

/* Inserts all rows of a batch within the open transaction. 0 or -1 (the connection knows why). */
int store_batch_insert(struct store *store, const struct store_batch *batch);

#endif
