/* runs.c - runs, inputs and checkpoints: what callers ask of the store beside rows.
 *
 * Writing is making a job for the writer: one that must be durable stands on the caller's stack and
 * is waited for; one that need not be is copied to the heap and forgotten, or dropped when the queue
 * is full. Reading happens here, on the caller's thread, with a connection opened for it; opening one
 * is cheap beside what is asked, and nothing is shared between threads. */
#include "store/store_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Writing ---- */

int store_run_create(struct store *store, const struct store_run *run,
                     const struct store_input *inputs, uint32_t input_count, int64_t *key,
                     struct error *error)
{
    struct store_job job = {
        .kind = STORE_JOB_RUN_CREATE, .created = run, .inputs = inputs, .input_count = input_count};
    if (store_queue_and_wait(store, &job, error) != 0) {
        return -1;
    }
    *key = job.run;
    return 0;
}

int store_run_label(struct store *store, int64_t run, const char *label, struct error *error)
{
    struct store_job job = {.kind = STORE_JOB_RUN_LABEL, .run = run, .label = label};
    return store_queue_and_wait(store, &job, error);
}

int store_run_delete(struct store *store, int64_t run, struct error *error)
{
    struct store_job job = {.kind = STORE_JOB_RUN_DELETE, .run = run};
    return store_queue_and_wait(store, &job, error);
}

int store_inputs_append(struct store *store, int64_t run, const struct store_input *inputs,
                        uint32_t input_count, struct error *error)
{
    struct store_job job = {
        .kind = STORE_JOB_INPUT, .run = run, .inputs = inputs, .input_count = input_count};
    return store_queue_and_wait(store, &job, error);
}

int store_flush(struct store *store, struct error *error)
{
    struct store_job job = {.kind = STORE_JOB_FLUSH};
    return store_queue_and_wait(store, &job, error);
}

/* A job on the heap with room for `extra` bytes behind it, or NULL when the queue is full. */
static struct store_job *job_create(struct store *store, size_t extra)
{
    pthread_mutex_lock(&store->lock);
    bool room = store->queue_bytes + sizeof(struct store_job) + extra <= STORE_QUEUE_BYTES_MAX;
    pthread_mutex_unlock(&store->lock);
    if (!room) {
        return NULL;
    }
    struct store_job *job = calloc(1, sizeof *job + extra);
    if (job == NULL) {
        abort();
    }
    job->bytes = (uint32_t)(sizeof *job + extra);
    return job;
}

void store_pace_put(struct store *store, int64_t run, int64_t speed_ppm, bool paused)
{
    struct store_job *job = job_create(store, 0);
    if (job == NULL) {
        return;
    }
    job->kind = STORE_JOB_PACE;
    job->run = run;
    job->speed_ppm = speed_ppm;
    job->paused = paused;
    store_queue(store, job);
}

void store_checkpoint_put(struct store *store, int64_t run,
                          const struct store_checkpoint *checkpoint)
{
    size_t program_size = strlen(checkpoint->program) + 1;
    size_t rows_size = strlen(checkpoint->rows) + 1;
    struct store_job *job = job_create(store, checkpoint->world_bytes + program_size + rows_size);
    if (job == NULL) {
        return;
    }
    char *world = (char *)(job + 1);
    char *program = world + checkpoint->world_bytes;
    char *rows = program + program_size;
    memcpy(world, checkpoint->world, checkpoint->world_bytes);
    memcpy(program, checkpoint->program, program_size);
    memcpy(rows, checkpoint->rows, rows_size);
    job->kind = STORE_JOB_CHECKPOINT;
    job->run = run;
    job->checkpoint = (struct store_checkpoint){.t_ns = checkpoint->t_ns,
                                                .program = program,
                                                .rows = rows,
                                                .world = world,
                                                .world_bytes = checkpoint->world_bytes};
    store_queue(store, job);
}

/* ---- Reading ---- */

/* Never NULL: what the schema lets be absent reads as empty. */
static const char *column_text(struct sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text == NULL ? "" : text;
}

/* On failure nothing is left to finalize, and `error` says why. */
static struct sqlite3_stmt *reader_prepare(struct sqlite3 *reader, const char *sql,
                                           struct error *error)
{
    struct sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(reader, sql, -1, &statement, NULL) != SQLITE_OK) {
        (void)store_sql_error(reader, "reading", error);
        return NULL;
    }
    return statement;
}

/* In the order of the columns of the query below. Texts live until the next step of the statement. */
static struct store_run run_of_row(struct sqlite3_stmt *statement)
{
    return (struct store_run){
        .run = sqlite3_column_int64(statement, 0),
        .name = column_text(statement, 1),
        .run_id = column_text(statement, 2),
        .system = column_text(statement, 3),
        .scenario = column_text(statement, 4),
        .scenario_text = column_text(statement, 5),
        .seed = (uint64_t)sqlite3_column_int64(statement, 6),
        .settings = column_text(statement, 7),
        .behaviour_id = column_text(statement, 8),
        .owner = column_text(statement, 9),
        .created_ms = sqlite3_column_int64(statement, 10),
        .t_ns = sqlite3_column_int64(statement, 11),
        .digest = strtoull(column_text(statement, 12), NULL, 16),
        .speed_ppm = sqlite3_column_int64(statement, 13),
        .paused = sqlite3_column_int(statement, 14) != 0,
        .inputs_count = (uint32_t)sqlite3_column_int(statement, 15),
        .parent = column_text(statement, 16),
        .branch_ns = sqlite3_column_int64(statement, 17),
        .label = column_text(statement, 18),
        .family = column_text(statement, 19),
    };
}

int store_runs_read(struct store *store, const struct store_run_query *query,
                    void (*each)(void *context, const struct store_run *run), void *context,
                    struct error *error)
{
    /* One statement for every question: a condition whose parameter is absent is true. */
    static const char SQL[] =
        "SELECT run,name,run_id,system,scenario,scenario_text,seed,settings,behaviour_id,owner,"
        "created_ms,t_ns,digest,speed_ppm,paused,"
        "(SELECT count(*) FROM inputs WHERE inputs.run=runs.run),parent,branch_ns,label,family "
        "FROM runs "
        "WHERE deleted=0 AND (?1=0 OR run=?1) AND (?2 IS NULL OR name=?2) "
        "AND (?3 IS NULL OR owner=?3) AND (?5 IS NULL OR owner='' OR owner=?5) "
        "AND (?6=0 OR owner<>'') AND (?7 IS NULL OR family=?7) ORDER BY iif(?6=0,-run,run) LIMIT "
        "?4";
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    int status = SQLITE_ERROR;
    struct sqlite3_stmt *statement = reader_prepare(reader, SQL, error);
    if (statement != NULL) {
        (void)sqlite3_bind_int64(statement, 1, query->run);
        (void)sqlite3_bind_text(statement, 2, query->name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(statement, 3, query->owner, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(statement, 5, query->visible_to, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int(statement, 6, query->private_oldest);
        (void)sqlite3_bind_text(statement, 7, query->family, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(statement, 4, query->limit == 0 ? -1 : (int64_t)query->limit);
        while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
            struct store_run run = run_of_row(statement);
            each(context, &run);
        }
        if (status != SQLITE_DONE) {
            (void)store_sql_error(reader, "reading runs", error);
        }
        sqlite3_finalize(statement);
    }
    store_reader_close(store, &reader);
    return status == SQLITE_DONE ? 0 : -1;
}

int store_inputs_read(struct store *store, int64_t run,
                      void (*each)(void *context, const struct store_input *input), void *context,
                      struct error *error)
{
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    int status = SQLITE_ERROR;
    struct sqlite3_stmt *statement =
        reader_prepare(reader,
                       "SELECT input,t_ns,accepted_ns,who,type,body FROM inputs WHERE run=? "
                       "ORDER BY t_ns,input",
                       error);
    if (statement != NULL) {
        (void)sqlite3_bind_int64(statement, 1, run);
        while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
            struct store_input input = {.input = (uint32_t)sqlite3_column_int64(statement, 0),
                                        .t_ns = sqlite3_column_int64(statement, 1),
                                        .accepted_ns = sqlite3_column_int64(statement, 2),
                                        .who = column_text(statement, 3),
                                        .type = column_text(statement, 4),
                                        .body = column_text(statement, 5)};
            each(context, &input);
        }
        if (status != SQLITE_DONE) {
            (void)store_sql_error(reader, "reading inputs", error);
        }
        sqlite3_finalize(statement);
    }
    store_reader_close(store, &reader);
    return status == SQLITE_DONE ? 0 : -1;
}

int store_runs_count(struct store *store, const char *run_id, uint32_t *count, struct error *error)
{
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    int status = SQLITE_ERROR;
    struct sqlite3_stmt *statement = reader_prepare(
        reader, "SELECT count(*) FROM runs WHERE deleted=0 AND (?1 IS NULL OR run_id=?1)", error);
    if (statement != NULL) {
        (void)sqlite3_bind_text(statement, 1, run_id, -1, SQLITE_STATIC);
        status = sqlite3_step(statement);
        *count = (uint32_t)sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
    }
    store_reader_close(store, &reader);
    return status == SQLITE_ROW ? 0 : -1;
}

/* Rows are numbered without gaps, so the largest number is the count; the key gives it at once. */
static int rows_count(struct sqlite3 *reader, const char *table, int64_t run, uint64_t *count,
                      struct error *error)
{
    char *sql = sqlite3_mprintf("SELECT ifnull(max(row),0) FROM \"%w\" WHERE run=%lld", table,
                                (long long)run);
    if (sql == NULL) {
        abort();
    }
    struct sqlite3_stmt *statement = reader_prepare(reader, sql, error);
    sqlite3_free(sql);
    if (statement == NULL) {
        return -1;
    }
    int status = sqlite3_step(statement);
    *count = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status == SQLITE_ROW ? 0 : store_sql_error(reader, "counting rows", error);
}

int store_rows_count(struct store *store, int64_t run, uint64_t *counts, struct error *error)
{
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    int status = 0;
    for (uint32_t i = 0; i < store->table_count && status == 0; i++) {
        status = rows_count(reader, store->tables[i].name, run, &counts[i], error);
    }
    store_reader_close(store, &reader);
    return status;
}

int store_checkpoint_read(struct store *store, int64_t run,
                          void (*each)(void *context, const struct store_checkpoint *checkpoint),
                          void *context, struct error *error)
{
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    int status = SQLITE_ERROR;
    struct sqlite3_stmt *statement = reader_prepare(
        reader, "SELECT t_ns,program,rows,world FROM checkpoints WHERE run=?", error);
    if (statement != NULL) {
        (void)sqlite3_bind_int64(statement, 1, run);
        status = sqlite3_step(statement);
        if (status == SQLITE_ROW) {
            struct store_checkpoint checkpoint = {.t_ns = sqlite3_column_int64(statement, 0),
                                                  .program = column_text(statement, 1),
                                                  .rows = column_text(statement, 2),
                                                  .world = sqlite3_column_blob(statement, 3),
                                                  .world_bytes =
                                                      (size_t)sqlite3_column_bytes(statement, 3)};
            each(context, &checkpoint);
            status = SQLITE_DONE;
        } else if (status != SQLITE_DONE) {
            (void)store_sql_error(reader, "reading a checkpoint", error);
        }
        sqlite3_finalize(statement);
    }
    store_reader_close(store, &reader);
    return status == SQLITE_DONE ? 0 : -1;
}
