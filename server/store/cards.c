/* cards.c - moments that somebody keeps. */
#include "store/store_internal.h"

int store_card_create(struct store *store, const struct store_card *created, uint32_t cards_max,
                      int64_t *card, struct error *error)
{
    struct store_job job = {.kind = STORE_JOB_CARD_CREATE, .card = created, .cards_max = cards_max};
    if (store_queue_and_wait(store, &job, error) != 0) {
        return -1;
    }
    *card = job.run;
    return 0;
}

int store_card_delete(struct store *store, int64_t card, const char *owner, struct error *error)
{
    const struct store_card deleted = {.card = card, .owner = owner};
    struct store_job job = {.kind = STORE_JOB_CARD_DELETE, .card = &deleted};
    return store_queue_and_wait(store, &job, error);
}

/* In the order of the columns of the query below; all are NOT NULL. Texts live until the next step. */
static struct store_card card_of_row(struct sqlite3_stmt *statement)
{
    return (struct store_card){
        .card = sqlite3_column_int64(statement, 0),
        .owner = (const char *)sqlite3_column_text(statement, 1),
        .created_ms = sqlite3_column_int64(statement, 2),
        .title = (const char *)sqlite3_column_text(statement, 3),
        .scenario = (const char *)sqlite3_column_text(statement, 4),
        .seed = (uint64_t)sqlite3_column_int64(statement, 5),
        .settings = (const char *)sqlite3_column_text(statement, 6),
        .t_ns = sqlite3_column_int64(statement, 7),
        .condition = (const char *)sqlite3_column_text(statement, 8),
    };
}

int store_cards_read(struct store *store, const char *owner,
                     void (*each)(void *context, const struct store_card *card), void *context,
                     struct error *error)
{
    static const char SQL[] =
        "SELECT card,owner,created_ms,title,scenario,seed,settings,t_ns,condition FROM cards "
        "WHERE owner='' OR owner=?1 ORDER BY card DESC";
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    struct sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2(reader, SQL, -1, &statement, NULL);
    if (status == SQLITE_OK) {
        (void)sqlite3_bind_text(statement, 1, owner, -1, SQLITE_STATIC);
        while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
            struct store_card card = card_of_row(statement);
            each(context, &card);
        }
    }
    if (status != SQLITE_DONE) {
        (void)store_sql_error(reader, "reading cards", error);
    }
    sqlite3_finalize(statement);
    store_reader_close(store, &reader);
    return status == SQLITE_DONE ? 0 : -1;
}
