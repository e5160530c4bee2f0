/* rows.c - reading result rows, one by one, in order.
 *
 * Each reader has a connection of its own and sees the database as it was when it began (WAL): an
 * export of a million rows neither holds the writer up nor sees half of a batch. Rows are handed on
 * as SQLite gives them, so memory does not grow with their number. */
#include "store/store_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { TIME_DECIMALS = 3, NS_PER_US = 1000, FIRST_CELL = 2 };

static const double POWERS_OF_TEN[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* The integer that was divided by 10^decimals when it was stored. Rounding is needed: 0.29 x 100 is
 * 28.999999999999996. */
static int64_t whole_of(double value, unsigned decimals)
{
    double scaled = value * POWERS_OF_TEN[decimals];
    return (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/* Names come from the program's own tables and are quoted; values are bound. */
static char *rows_sql(const struct store_table *table, const struct store_rows_query *query)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "SELECT row,t_ms");
    for (uint32_t i = 0; i < table->column_count; i++) {
        sqlite3_str_appendf(sql, ",\"%w\"", table->columns[i].name);
    }
    sqlite3_str_appendf(sql, " FROM \"%w\" WHERE run=?1 AND row>?2 AND row<=?3", table->name);
    if (query->passed != NULL) {
        sqlite3_str_appendf(
            sql,
            " AND row>ifnull((SELECT row FROM \"%w\" WHERE run=?1 AND \"%w\" BETWEEN 1 AND "
            "?5 ORDER BY row DESC LIMIT 1),0)",
            table->name, query->passed);
    }
    sqlite3_str_appendall(sql, " ORDER BY row LIMIT ?4");
    char *text = sqlite3_str_finish(sql);
    if (text == NULL) {
        abort();
    }
    return text;
}

/* A cell has the type of its column, whatever SQLite stored. */
static void cell_read(struct sqlite3_stmt *statement, int index, const struct store_column *column,
                      struct store_cell *cell)
{
    cell->absent = sqlite3_column_type(statement, index) == SQLITE_NULL;
    cell->value = 0;
    cell->text = NULL;
    switch (column->type) {
    case STORE_INTEGER:
        cell->value = sqlite3_column_int64(statement, index);
        break;
    case STORE_REAL:
        cell->value = whole_of(sqlite3_column_double(statement, index), column->decimals);
        break;
    case STORE_TEXT:
        cell->text = (const char *)sqlite3_column_text(statement, index);
        break;
    }
}

/* Zero means "no limit" to the caller; SQL has other words for it. */
static void rows_bind(struct sqlite3_stmt *statement, const struct store_rows_query *query)
{
    (void)sqlite3_bind_int64(statement, 1, query->run);
    (void)sqlite3_bind_int64(statement, 2, (int64_t)query->after);
    (void)sqlite3_bind_int64(statement, 3, query->last == 0 ? INT64_MAX : (int64_t)query->last);
    (void)sqlite3_bind_int64(statement, 4, query->limit == 0 ? -1 : (int64_t)query->limit);
    if (query->passed != NULL) {
        (void)sqlite3_bind_int64(statement, 5, query->passed_value);
    }
}

int store_rows_read(struct store *store, const struct store_rows_query *query,
                    bool (*each)(void *context, uint64_t row, int64_t time_ns,
                                 const struct store_cell *cells),
                    void *context, struct error *error)
{
    assert(query->table < store->table_count);
    const struct store_table *table = &store->tables[query->table];
    assert(table->column_count <= STORE_COLUMNS_MAX);
    struct sqlite3 *reader = store_reader_open(store, error);
    struct sqlite3_stmt *statement = NULL;
    struct store_cell cells[STORE_COLUMNS_MAX];
    bool more = true;
    if (reader == NULL) {
        return -1;
    }
    char *sql = rows_sql(table, query);
    int status = sqlite3_prepare_v2(reader, sql, -1, &statement, NULL);
    sqlite3_free(sql);
    if (status == SQLITE_OK) {
        rows_bind(statement, query);
        while (more && (status = sqlite3_step(statement)) == SQLITE_ROW) {
            for (uint32_t i = 0; i < table->column_count; i++) {
                cell_read(statement, (int)i + FIRST_CELL, &table->columns[i], &cells[i]);
            }
            more = each(context, (uint64_t)sqlite3_column_int64(statement, 0),
                        whole_of(sqlite3_column_double(statement, 1), TIME_DECIMALS) * NS_PER_US,
                        cells);
        }
    }
    bool good = status == SQLITE_DONE || !more;
    if (!good) {
        (void)store_sql_error(reader, "reading rows", error);
    }
    sqlite3_finalize(statement);
    store_reader_close(store, &reader);
    return good ? 0 : -1;
}
