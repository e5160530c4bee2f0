/* store.c - opening, closing and looking at the store.
 *
 * Why SQLite in WAL mode: one file that any tool reads, transactions that survive kill -9, and
 * readers that never wait for the writer. Its one limit, a single writer at a time, is no limit
 * here: one thread writes for all runs, and commits together what waits. */
#include "store/store_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* STORE_PAGE_BYTES is SQLite's standard page; the size limit is given to it in pages. */
enum { STORE_BUSY_MS = 1000, STORE_PAGE_BYTES = 4096 };

int store_sql_error(struct sqlite3 *database, const char *doing, struct error *error)
{
    int code = sqlite3_errcode(database);
    const char *hint = "";
    if (code == SQLITE_FULL || code == SQLITE_IOERR) {
        hint = ": free some space and it goes on";
    } else if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        hint = ": another program holds it; close that and it goes on";
    }
    return error_set(error, "database (%s): %s%s", doing, sqlite3_errmsg(database), hint);
}

int store_connect(const char *path, bool read_only, struct sqlite3 **database, struct error *error)
{
    int flags = SQLITE_OPEN_NOMUTEX |
                (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (sqlite3_open_v2(path, database, flags, NULL) != SQLITE_OK) {
        (void)error_set(error, "cannot open the database %.150s: %s", path,
                        *database == NULL ? "no memory" : sqlite3_errmsg(*database));
        sqlite3_close(*database);
        *database = NULL;
        return -1;
    }
    (void)sqlite3_busy_timeout(*database, STORE_BUSY_MS);
    return 0;
}

/* Pragmas, schema, statements. journal_mode is remembered by the file, the others by the connection.
 * synchronous is FULL for durable transactions and changed by the writer for the others. */
static int store_writer_prepare(struct store *store, int64_t bytes_max, struct error *error)
{
    char limit[80];
    int64_t pages = bytes_max == 0 ? 4294967294 : bytes_max / STORE_PAGE_BYTES;
    (void)snprintf(limit, sizeof limit, "PRAGMA max_page_count=%lld", (long long)pages);
    const char *const pragmas[] = {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                                   "PRAGMA foreign_keys=ON", limit};
    for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++) {
        if (sqlite3_exec(store->writer, pragmas[i], NULL, NULL, NULL) != SQLITE_OK) {
            return store_sql_error(store->writer, pragmas[i], error);
        }
    }
    store->synchronous_full = true;
    if (store_migrate(store->writer, error) != 0) {
        return -1;
    }
    static const char *const SQL[STORE_SQL_COUNT] = {
        [STORE_SQL_BEGIN] = "BEGIN IMMEDIATE",
        [STORE_SQL_COMMIT] = "COMMIT",
        [STORE_SQL_ROLLBACK] = "ROLLBACK",
        [STORE_SQL_RUN_INSERT] =
            "INSERT INTO runs (run,name,run_id,system,scenario,scenario_text,seed,settings,"
            "behaviour_id,owner,created_ms,t_ns,digest,speed_ppm,paused,parent,branch_ns,label,"
            "family) VALUES (max(?19,(SELECT ifnull(max(run),0)+1 FROM "
            "runs)),?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,"
            "iif(?18='',?1||'@'||?10,?18))",
        [STORE_SQL_RUN_LABEL] = "UPDATE runs SET label=?2 WHERE run=?1",
        [STORE_SQL_RUN_DELETE] = "UPDATE runs SET deleted=1, name='deleted-'||run WHERE run=?",
        [STORE_SQL_INPUT_INSERT] =
            "INSERT INTO inputs (run,input,t_ns,accepted_ns,who,type,body) VALUES (?,?,?,?,?,?,?)",
        [STORE_SQL_EDGE] = "UPDATE runs SET t_ns=?2, digest=?3 WHERE run=?1",
        [STORE_SQL_PACE] = "UPDATE runs SET speed_ppm=?2, paused=?3 WHERE run=?1",
        [STORE_SQL_CHECKPOINT] =
            "REPLACE INTO checkpoints (run,t_ns,program,rows,world) VALUES (?,?,?,?,?)",
        [STORE_SQL_CARD_INSERT] =
            "INSERT INTO cards (owner,created_ms,title,scenario,seed,settings,t_ns,condition) "
            "SELECT ?1,?2,?3,?4,?5,?6,?7,?8 WHERE "
            "(SELECT count(*) FROM cards WHERE owner=?1) < ?9",
        [STORE_SQL_CARD_DELETE] = "DELETE FROM cards WHERE card=?1 AND owner=?2",
        [STORE_SQL_ROOM] = "REPLACE INTO room (room,code,version,state,seen_ms,ended,class) "
                           "VALUES (1,?1,?2,?3,?4,?5,?6)",
        [STORE_SQL_VOTES_CLEAR] = "DELETE FROM votes",
        [STORE_SQL_VOTE] = "INSERT INTO votes (scene,step,round,option,count,run,class,place) "
                           "VALUES (?1,?2,?3,?4,?5,?6,?7,?8)",
    };
    for (int i = 0; i < STORE_SQL_COUNT; i++) {
        if (sqlite3_prepare_v3(store->writer, SQL[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK) {
            return store_sql_error(store->writer, SQL[i], error);
        }
    }
    return 0;
}

/* Of a store whose thread is not running; what is missing of it is NULL and skipped. */
static void store_free(struct store *store)
{
    for (int i = 0; i < STORE_SQL_COUNT; i++) {
        sqlite3_finalize(store->statements[i]);
    }
    for (int i = 0; i < STORE_TABLES_MAX; i++) {
        sqlite3_finalize(store->inserts[i]);
    }
    (void)sqlite3_close(store->writer);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->work);
    pthread_cond_destroy(&store->done);
    free(store->path);
    free(store);
}

struct store *store_open(const struct store_options *options, struct error *error)
{
    assert(options->path != NULL);
    assert(options->table_count <= STORE_TABLES_MAX);
    assert(options->bytes_max >= 0);
    struct store *store = calloc(1, sizeof *store);
    char *path = strdup(options->path);
    if (store == NULL || path == NULL) {
        abort();
    }
    store->path = path;
    store->tables = options->tables;
    store->table_count = options->table_count;
    store->closing_ms = options->closing_ms == 0 ? STORE_CLOSING_MS : options->closing_ms;
    store->purge_needed = true; /* a former process may have been killed while it removed a run */
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->done, NULL);
    /* The writer waits with a deadline: on a clock that nobody sets. */
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (store_connect(path, false, &store->writer, error) != 0 ||
        store_writer_prepare(store, options->bytes_max, error) != 0) {
        store_free(store);
        return NULL;
    }
    if (pthread_create(&store->thread, NULL, store_writer_main, store) != 0) {
        (void)error_set(error, "cannot start the thread that writes the database");
        store_free(store);
        return NULL;
    }
    return store;
}

void store_close(struct store **store_pointer)
{
    struct store *store = *store_pointer;
    if (store == NULL) {
        return;
    }
    *store_pointer = NULL;
    pthread_mutex_lock(&store->lock);
    store->closing = true;
    store->closing_until_ns = store_clock_ns() + store->closing_ms * 1000000;
    pthread_cond_broadcast(&store->work);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->thread, NULL); /* after it has written what was queued */
    assert(store->first == NULL);
    assert(store->queue_bytes == 0);
    store_free(store);
}

struct sqlite3 *store_reader_open(struct store *store, struct error *error)
{
    struct sqlite3 *reader = NULL;
    if (store_connect(store->path, true, &reader, error) != 0) {
        return NULL;
    }
    return reader;
}

void store_reader_close(struct store *store, struct sqlite3 **reader)
{
    (void)store;
    int status = sqlite3_close(*reader);
    assert(status == SQLITE_OK); /* all statements were finalized */
    *reader = NULL;
}

bool store_problem(struct store *store, struct error *reason)
{
    pthread_mutex_lock(&store->lock);
    bool problem = store->problem;
    if (problem && reason != NULL) {
        *reason = store->problem_text;
    }
    pthread_mutex_unlock(&store->lock);
    return problem;
}

void store_counters_read(struct store *store, struct store_counters *counters)
{
    pthread_mutex_lock(&store->lock);
    *counters = store->counters;
    counters->queue_bytes = store->queue_bytes;
    pthread_mutex_unlock(&store->lock);
}
