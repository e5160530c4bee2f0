/* room.c - the room of a lecture: stored whole, read whole. */
#include "store/store_internal.h"

int store_room_put(struct store *store, const struct store_room *room, struct error *error)
{
    struct store_job job = {.kind = STORE_JOB_ROOM, .room = room};
    return store_queue_and_wait(store, &job, error);
}

/* In the order of the columns below; all are NOT NULL. Texts live until the next step. */
static struct store_room room_of_row(struct sqlite3_stmt *statement)
{
    return (struct store_room){
        .code = (const char *)sqlite3_column_text(statement, 0),
        .version = (uint64_t)sqlite3_column_int64(statement, 1),
        .state = (const char *)sqlite3_column_text(statement, 2),
        .seen_ms = sqlite3_column_int64(statement, 3),
        .ended = sqlite3_column_int(statement, 4) != 0,
        .class = (uint32_t)sqlite3_column_int64(statement, 5),
    };
}

static struct store_vote vote_of_row(struct sqlite3_stmt *statement)
{
    return (struct store_vote){
        .scene = (const char *)sqlite3_column_text(statement, 0),
        .step = (const char *)sqlite3_column_text(statement, 1),
        .round = (uint32_t)sqlite3_column_int(statement, 2),
        .option = (const char *)sqlite3_column_text(statement, 3),
        .count = (uint32_t)sqlite3_column_int64(statement, 4),
        .run = (const char *)sqlite3_column_text(statement, 5),
        .class = (uint32_t)sqlite3_column_int64(statement, 6),
    };
}

static int read_rows(struct sqlite3 *reader, const char *sql, const struct store_room_reader *to,
                     bool votes)
{
    struct sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2(reader, sql, -1, &statement, NULL);
    while (status == SQLITE_OK || status == SQLITE_ROW) {
        status = sqlite3_step(statement);
        if (status == SQLITE_ROW && votes) {
            struct store_vote vote = vote_of_row(statement);
            to->vote(to->context, &vote);
        } else if (status == SQLITE_ROW) {
            struct store_room room = room_of_row(statement);
            to->room(to->context, &room);
        }
    }
    sqlite3_finalize(statement);
    return status == SQLITE_DONE ? 0 : -1;
}

int store_room_read(struct store *store, const struct store_room_reader *to, struct error *error)
{
    struct sqlite3 *reader = store_reader_open(store, error);
    if (reader == NULL) {
        return -1;
    }
    static const char ROOM[] = "SELECT code,version,state,seen_ms,ended,class FROM room";
    static const char VOTES[] =
        "SELECT scene,step,round,option,count,run,class FROM votes ORDER BY place";
    int status = read_rows(reader, ROOM, to, false);
    if (status == 0) {
        status = read_rows(reader, VOTES, to, true);
    }
    if (status != 0) {
        (void)store_sql_error(reader, "reading the room", error);
    }
    store_reader_close(store, &reader);
    return status;
}
