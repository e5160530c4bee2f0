/* writer.c - the one thread that writes: takes what is queued, commits it together.
 *
 * Group commit: all jobs that wait when a transaction begins share it. It is synced to the disk
 * when a durable job is among them, otherwise only the log is written. So the cost of an fsync is
 * shared by everybody who waits for one, and rows alone never cause one.
 *
 * When a transaction fails, its durable jobs are tried each alone and answered; batches go back to
 * the head of the queue, in order, since a run's edge must never pass rows that are missing. Alone,
 * because one bad job (a batch of a run that was deleted) must not fail those that shared its
 * transaction.
 *
 * What can make writing fail: no space, another program's lock, a constraint. The first two pass, and
 * are tried again every WRITER_RETRY_MS; the third never does, and its job is dropped. Deleting runs
 * is how a person makes space, so removing goes on even while writing fails.
 *
 * A stop must be quick whatever is queued: see store_jobs_keep(). */
#include "store/store_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    WRITER_GROUP_ROWS = 20000, /* a transaction is closed at this many rows */
    WRITER_RETRY_MS = 250,
    WRITER_CLOSING_TRIES = 4,
    WRITER_CLOSING_BUSY_MS = 100, /* a stop must not wait long for another program's lock */
    WRITER_PURGE_ROWS = 5000,     /* of one transaction that removes a deleted run */
};

int64_t store_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool job_is_durable(const struct store_job *job)
{
    return job->kind >= STORE_JOB_RUN_CREATE;
}

/* ---- The queue ---- */

void store_queue(struct store *store, struct store_job *job)
{
    job->next = NULL;
    assert(!job->done);
    pthread_mutex_lock(&store->lock);
    if (store->last != NULL) {
        store->last->next = job;
    } else {
        store->first = job;
    }
    store->last = job;
    store->queue_bytes += job->bytes;
    pthread_cond_signal(&store->work);
    pthread_mutex_unlock(&store->lock);
}

/* The job is on this stack: it is read by the writer until `done`, and not after. */
int store_queue_and_wait(struct store *store, struct store_job *job, struct error *error)
{
    assert(job_is_durable(job));
    store_queue(store, job);
    pthread_mutex_lock(&store->lock);
    while (!job->done) {
        pthread_cond_wait(&store->done, &store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    if (job->status != 0 && error != NULL) {
        *error = job->error;
    }
    return job->status;
}

/* Takes jobs from the head up to a group's size: bounded, so that who waits for an input behind a
 * million rows does not wait for all of them. The lock is held. */
static struct store_job *queue_take(struct store *store)
{
    struct store_job *first = store->first;
    struct store_job *last = NULL;
    uint32_t rows = 0;
    for (struct store_job *job = first; job != NULL && rows < WRITER_GROUP_ROWS; job = job->next) {
        rows += job->kind == STORE_JOB_BATCH ? job->batch->rows : 1;
        last = job;
    }
    if (last != NULL) {
        store->first = last->next;
        store->last = store->first == NULL ? NULL : store->last;
        last->next = NULL;
    }
    return first;
}

/* Puts jobs back to the head. */
static void queue_return(struct store *store, struct store_job *jobs)
{
    assert(jobs != NULL);
    struct store_job *last = jobs;
    while (last->next != NULL) {
        last = last->next;
    }
    pthread_mutex_lock(&store->lock);
    last->next = store->first;
    if (store->first == NULL) {
        store->last = last;
    }
    store->first = jobs;
    pthread_mutex_unlock(&store->lock);
}

/* ---- Doing a job, within an open transaction ---- */

/* Parameters stay bound after the reset; each job binds all of its own. */
static int statement_run(struct sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return status == SQLITE_DONE ? 0 : -1;
}

static void bind_text(struct sqlite3_stmt *statement, int index, const char *text)
{
    (void)sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

/* In the transaction of its rows: that is what makes edge and rows agree after any crash. */
static int write_edge(struct store *store, const struct store_batch *batch)
{
    if (batch->edge_ns < 0) {
        return 0;
    }
    char digest[20];
    (void)snprintf(digest, sizeof digest, "%016llx", (unsigned long long)batch->edge_digest);
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_EDGE];
    (void)sqlite3_bind_int64(statement, 1, batch->run);
    (void)sqlite3_bind_int64(statement, 2, batch->edge_ns);
    (void)sqlite3_bind_text(statement, 3, digest, -1, SQLITE_TRANSIENT);
    return statement_run(statement);
}

static int write_pace(struct store *store, const struct store_job *job)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_PACE];
    (void)sqlite3_bind_int64(statement, 1, job->run);
    (void)sqlite3_bind_int64(statement, 2, job->speed_ppm);
    (void)sqlite3_bind_int(statement, 3, job->paused);
    return statement_run(statement);
}

static int write_checkpoint(struct store *store, const struct store_job *job)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_CHECKPOINT];
    (void)sqlite3_bind_int64(statement, 1, job->run);
    (void)sqlite3_bind_int64(statement, 2, job->checkpoint.t_ns);
    bind_text(statement, 3, job->checkpoint.program);
    bind_text(statement, 4, job->checkpoint.rows);
    (void)sqlite3_bind_blob64(statement, 5, job->checkpoint.world, job->checkpoint.world_bytes,
                              SQLITE_STATIC);
    return statement_run(statement);
}

static int write_input(struct store *store, int64_t run, const struct store_input *input)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_INPUT_INSERT];
    (void)sqlite3_bind_int64(statement, 1, run);
    (void)sqlite3_bind_int64(statement, 2, input->input);
    (void)sqlite3_bind_int64(statement, 3, input->t_ns);
    (void)sqlite3_bind_int64(statement, 4, input->accepted_ns);
    bind_text(statement, 5, input->who);
    bind_text(statement, 6, input->type);
    bind_text(statement, 7, input->body);
    return statement_run(statement);
}

static int write_inputs(struct store *store, int64_t run, const struct store_job *job)
{
    for (uint32_t i = 0; i < job->input_count; i++) {
        if (write_input(store, run, &job->inputs[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

static int write_run(struct store *store, struct store_job *job)
{
    const struct store_run *run = job->created;
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_RUN_INSERT];
    char digest[20];
    (void)snprintf(digest, sizeof digest, "%016llx", (unsigned long long)run->digest);
    bind_text(statement, 1, run->name);
    bind_text(statement, 2, run->run_id);
    bind_text(statement, 3, run->system);
    bind_text(statement, 4, run->scenario);
    bind_text(statement, 5, run->scenario_text);
    (void)sqlite3_bind_int64(statement, 6, (int64_t)run->seed);
    bind_text(statement, 7, run->settings);
    bind_text(statement, 8, run->behaviour_id);
    bind_text(statement, 9, run->owner);
    (void)sqlite3_bind_int64(statement, 10, run->created_ms);
    (void)sqlite3_bind_int64(statement, 11, run->t_ns);
    (void)sqlite3_bind_text(statement, 12, digest, -1, SQLITE_TRANSIENT);
    (void)sqlite3_bind_int64(statement, 13, run->speed_ppm);
    (void)sqlite3_bind_int(statement, 14, run->paused);
    bind_text(statement, 15, run->parent == NULL ? "" : run->parent);
    (void)sqlite3_bind_int64(statement, 16, run->branch_ns);
    bind_text(statement, 17, run->label == NULL ? "" : run->label);
    bind_text(statement, 18, run->family == NULL ? "" : run->family);
    (void)sqlite3_bind_int64(statement, 19, store->key_last + 1);
    if (statement_run(statement) != 0) {
        return -1;
    }
    job->run = sqlite3_last_insert_rowid(store->writer);
    store->key_last = job->run;
    return write_inputs(store, job->run, job);
}

static int write_label(struct store *store, const struct store_job *job)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_RUN_LABEL];
    (void)sqlite3_bind_int64(statement, 1, job->run);
    bind_text(statement, 2, job->label);
    return statement_run(statement);
}

/* Marks only; writer_purge() removes. */
static int write_delete(struct store *store, const struct store_job *job)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_RUN_DELETE];
    (void)sqlite3_bind_int64(statement, 1, job->run);
    store->purge_needed = true;
    return statement_run(statement);
}

/* None is written when the owner has as many as are allowed: counted here, where nobody else writes. */
static int write_card(struct store *store, struct store_job *job)
{
    const struct store_card *card = job->card;
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_CARD_INSERT];
    bind_text(statement, 1, card->owner);
    (void)sqlite3_bind_int64(statement, 2, card->created_ms);
    bind_text(statement, 3, card->title);
    bind_text(statement, 4, card->scenario);
    (void)sqlite3_bind_int64(statement, 5, (int64_t)card->seed);
    bind_text(statement, 6, card->settings);
    (void)sqlite3_bind_int64(statement, 7, card->t_ns);
    bind_text(statement, 8, card->condition);
    (void)sqlite3_bind_int64(statement, 9, job->cards_max);
    if (statement_run(statement) != 0) {
        return -1;
    }
    job->run = sqlite3_changes(store->writer) > 0 ? sqlite3_last_insert_rowid(store->writer) : 0;
    return 0;
}

static int write_card_delete(struct store *store, const struct store_job *job)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_CARD_DELETE];
    (void)sqlite3_bind_int64(statement, 1, job->card->card);
    bind_text(statement, 2, job->card->owner);
    return statement_run(statement);
}

static int write_vote(struct store *store, const struct store_vote *vote, uint32_t place)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_VOTE];
    bind_text(statement, 1, vote->scene);
    bind_text(statement, 2, vote->step);
    (void)sqlite3_bind_int64(statement, 3, vote->round);
    bind_text(statement, 4, vote->option);
    (void)sqlite3_bind_int64(statement, 5, vote->count);
    bind_text(statement, 6, vote->run);
    (void)sqlite3_bind_int64(statement, 7, vote->class);
    (void)sqlite3_bind_int64(statement, 8, place);
    return statement_run(statement);
}

/* Whole, since it is small: so no order of writing can leave a count that never was. */
static int write_room(struct store *store, const struct store_room *room)
{
    struct sqlite3_stmt *statement = store->statements[STORE_SQL_ROOM];
    bind_text(statement, 1, room->code);
    (void)sqlite3_bind_int64(statement, 2, (int64_t)room->version);
    bind_text(statement, 3, room->state);
    (void)sqlite3_bind_int64(statement, 4, room->seen_ms);
    (void)sqlite3_bind_int(statement, 5, room->ended);
    (void)sqlite3_bind_int64(statement, 6, room->class);
    int status = statement_run(statement);
    if (status == 0) {
        status = statement_run(store->statements[STORE_SQL_VOTES_CLEAR]);
    }
    for (uint32_t i = 0; i < room->vote_count && status == 0; i++) {
        status = write_vote(store, &room->votes[i], i);
    }
    return status;
}

static int write_job(struct store *store, struct store_job *job)
{
    switch (job->kind) {
    case STORE_JOB_BATCH:
        return store_batch_insert(store, job->batch) != 0 ? -1 : write_edge(store, job->batch);
    case STORE_JOB_CHECKPOINT:
        return write_checkpoint(store, job);
    case STORE_JOB_PACE:
        return write_pace(store, job);
    case STORE_JOB_RUN_CREATE:
        return write_run(store, job);
    case STORE_JOB_RUN_LABEL:
        return write_label(store, job);
    case STORE_JOB_RUN_DELETE:
        return write_delete(store, job);
    case STORE_JOB_INPUT:
        return write_inputs(store, job->run, job);
    case STORE_JOB_CARD_CREATE:
        return write_card(store, job);
    case STORE_JOB_CARD_DELETE:
        return write_card_delete(store, job);
    case STORE_JOB_ROOM:
        return write_room(store, job->room);
    case STORE_JOB_FLUSH:
        return 0;
    }
    return -1;
}

/* ---- Transactions ---- */

/* FULL syncs the log at each commit, NORMAL only when it is folded into the database: a crash of the
 * machine may then lose the last commits, never their order. */
static int writer_synchronous(struct store *store, bool full)
{
    if (store->synchronous_full == full) {
        return 0;
    }
    const char *sql = full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL";
    if (sqlite3_exec(store->writer, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return -1;
    }
    store->synchronous_full = full;
    return 0;
}

/* Writes a chain of jobs in one transaction: all or, with -1, none. *code: SQLite's. */
static int writer_commit(struct store *store, struct store_job *jobs, int *code,
                         struct error *error)
{
    bool durable = false;
    for (struct store_job *job = jobs; job != NULL; job = job->next) {
        durable = durable || job_is_durable(job);
    }
    int64_t begun_ns = store_clock_ns();
    bool good = writer_synchronous(store, durable) == 0 &&
                statement_run(store->statements[STORE_SQL_BEGIN]) == 0;
    for (struct store_job *job = jobs; good && job != NULL; job = job->next) {
        good = write_job(store, job) == 0;
    }
    good = good && statement_run(store->statements[STORE_SQL_COMMIT]) == 0;
    if (!good) {
        *code = sqlite3_errcode(store->writer);
        (void)store_sql_error(store->writer, "writing", error);
        (void)statement_run(store->statements[STORE_SQL_ROLLBACK]);
    }
    pthread_mutex_lock(&store->lock);
    store->counters.commits += good;
    store->counters.errors += !good;
    store->counters.commit_ns_sum += (uint64_t)(store_clock_ns() - begun_ns);
    pthread_mutex_unlock(&store->lock);
    return good ? 0 : -1;
}

/* Answers a durable job, or frees another. */
static void job_finish(struct store *store, struct store_job *job, int status,
                       const struct error *error)
{
    pthread_mutex_lock(&store->lock);
    assert(store->queue_bytes >= job->bytes);
    store->queue_bytes -= job->bytes;
    if (job_is_durable(job)) {
        job->status = status;
        if (status != 0) {
            job->error = *error;
        }
        job->done = true; /* from here the job is its caller's again */
        pthread_cond_broadcast(&store->done);
        pthread_mutex_unlock(&store->lock);
        return;
    }
    if (job->kind == STORE_JOB_BATCH && status == 0) {
        store->counters.rows_written += job->batch->rows;
    }
    pthread_mutex_unlock(&store->lock);
    if (job->kind == STORE_JOB_BATCH) {
        store_batch_destroy(&job->batch);
    }
    free(job);
}

static void writer_problem_set(struct store *store, const struct error *error)
{
    pthread_mutex_lock(&store->lock);
    store->problem = error != NULL;
    if (error != NULL) {
        store->problem_text = *error;
    }
    pthread_mutex_unlock(&store->lock);
}

/* A batch whose run was deleted meanwhile breaks a constraint, and always will. */
static bool code_is_final(int code)
{
    return code == SQLITE_CONSTRAINT;
}

/* After a common transaction failed: each job alone. Returns the jobs to try again later, in their
 * old order. Once one is held, everything behind it that is not durable is held too, and a flush is
 * refused: it asks whether all before it is stored. */
static struct store_job *writer_commit_apart(struct store *store, struct store_job *jobs)
{
    struct store_job *again = NULL;
    struct store_job **again_end = &again;
    bool locked = false; /* waiting for the lock once is enough */
    int code = SQLITE_OK;
    struct error error = {.text = ""};
    for (struct store_job *job = jobs, *next; job != NULL; job = next) {
        next = job->next;
        job->next = NULL;
        bool hold = again != NULL && (!job_is_durable(job) || job->kind == STORE_JOB_FLUSH);
        int status = -1;
        if (!locked && !hold) {
            status = writer_commit(store, job, &code, &error);
            locked = status != 0 && code == SQLITE_BUSY;
        }
        if (status == 0 || job_is_durable(job) || (!hold && !locked && code_is_final(code))) {
            job_finish(store, job, status, &error);
            continue;
        }
        writer_problem_set(store, &error); /* before a waiting flush is told that it failed */
        *again_end = job;
        again_end = &job->next;
    }
    if (again == NULL) {
        writer_problem_set(store, NULL);
    }
    return again;
}

/* ---- Removing deleted runs, a slice at a time ---- */

/* A deleted run that still has rows, 0 when there is none. */
static int64_t purge_next(struct store *store)
{
    struct sqlite3_stmt *statement = NULL;
    int64_t run = 0;
    if (sqlite3_prepare_v2(store->writer, "SELECT run FROM runs WHERE deleted=1 LIMIT 1", -1,
                           &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        run = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return run;
}

/* Rows changed, or -1. Takes and frees the text. */
static int purge_execute(struct store *store, char *sql)
{
    int status = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(store->writer, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return status == SQLITE_OK ? sqlite3_changes(store->writer) : -1;
}

/* Removes some rows of a deleted run; when none is left, the run. One slice a call: between two of
 * them the writer looks at its queue. */
static void writer_purge(struct store *store)
{
    int64_t run = purge_next(store);
    store->purge_needed = run != 0;
    if (run == 0 || writer_synchronous(store, false) != 0) {
        return;
    }
    for (uint32_t i = 0; i < store->table_count; i++) {
        int changed = purge_execute(
            store, sqlite3_mprintf("DELETE FROM \"%w\" WHERE run=%lld AND row IN "
                                   "(SELECT row FROM \"%w\" WHERE run=%lld LIMIT %d)",
                                   store->tables[i].name, (long long)run, store->tables[i].name,
                                   (long long)run, WRITER_PURGE_ROWS));
        if (changed != 0) {
            store->purge_needed = changed > 0; /* refused: with the next deletion or start */
            return;
        }
    }
    if (purge_execute(store, sqlite3_mprintf("DELETE FROM runs WHERE run=%lld", (long long)run)) <
        0) {
        store->purge_needed = false;
    }
}

/* ---- The thread ---- */

static struct timespec writer_deadline(int64_t after_ms)
{
    int64_t at_ns = store_clock_ns() + after_ms * 1000000;
    return (struct timespec){.tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000};
}

/* Waits for work. NULL: nothing queued (time to remove rows, or to end). */
static struct store_job *writer_wait(struct store *store, bool retrying, bool *closing)
{
    pthread_mutex_lock(&store->lock);
    if (retrying && !store->closing) {
        struct timespec deadline = writer_deadline(WRITER_RETRY_MS);
        (void)pthread_cond_timedwait(&store->work, &store->lock, &deadline);
    }
    while (store->first == NULL && !store->closing && !store->purge_needed) {
        pthread_cond_wait(&store->work, &store->lock);
    }
    struct store_job *jobs = queue_take(store);
    *closing = store->closing;
    pthread_mutex_unlock(&store->lock);
    return jobs;
}

/* Stored: answers and frees a whole chain. */
static void writer_finish_all(struct store *store, struct store_job *jobs)
{
    for (struct store_job *job = jobs, *next; job != NULL; job = next) {
        next = job->next; /* finishing gives the job away */
        job_finish(store, job, 0, NULL);
    }
}

/* Given up, because the program ends and the database refuses. */
static void writer_drop_all(struct store *store, struct store_job *jobs)
{
    struct error error = store->problem_text;
    for (struct store_job *job = jobs, *next; job != NULL; job = next) {
        next = job->next;
        job_finish(store, job, -1, &error);
    }
}

struct store_job *store_jobs_keep(struct store *store, struct store_job *jobs)
{
    struct store_job *kept = NULL;
    struct store_job **kept_end = &kept;
    struct error error;
    (void)error_set(&error, "the program ends before all rows are stored");
    for (struct store_job *job = jobs, *next; job != NULL; job = next) {
        next = job->next;
        job->next = NULL;
        if (job_is_durable(job) && job->kind != STORE_JOB_FLUSH) {
            *kept_end = job;
            kept_end = &job->next;
        } else {
            job_finish(store, job, -1, &error);
        }
    }
    return kept;
}

/* Is the time for closing over? Then it stays so. */
static bool writer_is_late(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    int64_t until_ns = store->closing_until_ns;
    pthread_mutex_unlock(&store->lock);
    return store_clock_ns() >= until_ns;
}

/* Wait, take, commit; on failure apart, and what must be tried again back to the head. */
void *store_writer_main(void *argument)
{
    struct store *store = argument;
    bool retrying = false;
    int closing_tries = 0;
    for (;;) {
        bool closing;
        struct store_job *jobs = writer_wait(store, retrying, &closing);
        if (jobs == NULL && closing) {
            return NULL;
        }
        if (jobs == NULL) {
            writer_purge(store);
            continue;
        }
        if (closing) {
            (void)sqlite3_busy_timeout(store->writer, WRITER_CLOSING_BUSY_MS);
            jobs = writer_is_late(store) ? store_jobs_keep(store, jobs) : jobs;
        }
        if (jobs == NULL) {
            continue;
        }
        int code;
        struct error error;
        if (writer_commit(store, jobs, &code, &error) == 0) {
            writer_problem_set(store, NULL);
            writer_finish_all(store, jobs);
            retrying = false;
            continue;
        }
        struct store_job *again = writer_commit_apart(store, jobs);
        retrying = again != NULL;
        closing_tries += closing;
        if (again != NULL && closing_tries >= WRITER_CLOSING_TRIES) {
            writer_drop_all(store, again); /* what is lost, the run computes again */
        } else if (again != NULL) {
            queue_return(store, again);
        }
        if (store->purge_needed) {
            writer_purge(store); /* what a deletion gives back may be the room that lacks */
        }
    }
}
