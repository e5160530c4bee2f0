/* migrate.c - brings a database to the schema of this program: db/NNN_name.sql, each once, in order. */
#include "store/store_internal.h"

#include "base/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MIGRATIONS_FOLDER[] = "db/";

static int migration_number(const struct embedded_file *file)
{
    return atoi(file->path + strlen(MIGRATIONS_FOLDER));
}

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
    if (version > newest) {
        return error_set(error,
                         "the database has version %d and this program knows versions up to %d; "
                         "use a newer program or another data directory",
                         version, newest);
    }
    for (size_t i = 0; i < count; i++) {
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
