/* migrate.c - brings a database to the schema of this program: db/NNN_name.sql, each once, in order.
 *
 * SQLite keeps a number for its users in the file's header (PRAGMA user_version); it is the number of
 * the last migration that was applied, and changes in the same transaction. So a program that is
 * killed in the middle finds the old schema or the new one. Files once published are never edited:
 * a change is a new file. */
#include "store/store_internal.h"

#include "base/embedded.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MIGRATIONS_FOLDER[] = "db/";

/* The NNN of its name; the table of embedded files is sorted, so the last one is the newest. */
static int migration_number(const struct embedded_file *file)
{
    return atoi(file->path + strlen(MIGRATIONS_FOLDER));
}

/* 0 for a database that has just been made. */
static int store_version(struct sqlite3 *database, int *version)
{
    struct sqlite3_stmt *statement = NULL;
    int status = -1;
    if (sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *version = sqlite3_column_int(statement, 0);
        status = 0;
    }
    sqlite3_finalize(statement);
    return status;
}

/* The file and the new version in one transaction: either both or neither. */
static int migration_apply(struct sqlite3 *database, const struct embedded_file *file)
{
    char set_version[64];
    (void)snprintf(set_version, sizeof set_version, "PRAGMA user_version=%d; COMMIT",
                   migration_number(file));
    if (sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        return -1;
    }
    if (sqlite3_exec(database, (const char *)file->bytes, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(database, set_version, NULL, NULL, NULL) != SQLITE_OK) {
        return -1;
    }
    return 0;
}

int store_migrate(struct sqlite3 *database, struct error *error)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_with_prefix(MIGRATIONS_FOLDER, &count);
    int newest = count > 0 ? migration_number(&files[count - 1]) : 0;
    int version = 0;
    if (store_version(database, &version) != 0) {
        return store_sql_error(database, "reading its version", error);
    }
    /* An older program would write what the newer schema does not expect. */
    if (version > newest) {
        return error_set(error,
                         "the database has version %d and this program knows versions up to %d; "
                         "use a newer program or another data directory",
                         version, newest);
    }
    for (size_t i = 0; i < count; i++) {
        assert(migration_number(&files[i]) == (int)i + 1); /* none twice, none left out */
        if (migration_number(&files[i]) <= version) {
            continue;
        }
        if (migration_apply(database, &files[i]) != 0) {
            int status = store_sql_error(database, files[i].path, error);
            (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
            return status;
        }
    }
    return 0;
}
