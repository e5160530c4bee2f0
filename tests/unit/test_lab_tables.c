/* test_lab_tables.c - the tables of the store are those that the systems and the lab write. */
#include "data_folder.h"
#include "lab/tables.h"
#include "store/store.h"
#include "unit.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

static const char *type_name(enum store_type type)
{
    return type == STORE_TEXT ? "TEXT" : type == STORE_REAL ? "REAL" : "INTEGER";
}

/* "name TYPE, name TYPE" of what the program writes. */
static void describe(const struct store_table *table, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "run INTEGER, row INTEGER, t_ms REAL");
    for (uint32_t i = 0; i < table->column_count; i++) {
        length += (size_t)snprintf(text + length, size - length, ", %s %s", table->columns[i].name,
                                   type_name(table->columns[i].type));
    }
    assert_true(length < size);
}

static void assert_same(struct sqlite3 *reader, const struct store_table *table)
{
    char expected[2048];
    struct sqlite3_stmt *statement = NULL;
    describe(table, expected, sizeof expected);
    assert_int_equal(
        sqlite3_prepare_v2(reader,
                           "SELECT group_concat(name||' '||type, ', ') FROM pragma_table_info(?)",
                           -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const char *actual = (const char *)sqlite3_column_text(statement, 0);
    if (actual == NULL) {
        fail_msg("db/ has no table %s", table->name);
    }
    assert_string_equal(actual, expected);
    sqlite3_finalize(statement);
}

static void test_schema_is_what_is_written(void **state)
{
    (void)state;
    char folder[DATA_FOLDER_BYTES];
    char path[DATA_FOLDER_BYTES + 16];
    struct error error = {.text = ""};
    uint32_t count;
    const struct store_table *tables = lab_store_tables(&count);
    data_folder_make(folder);
    snprintf(path, sizeof path, "%s/chef.db", folder);
    struct store *store = store_open(
        &(struct store_options){.path = path, .tables = tables, .table_count = count}, &error);
    if (store == NULL) {
        fail_msg("%s", error.text);
    }
    struct sqlite3 *reader = store_reader_open(store, &error);
    assert_non_null(reader);
    for (uint32_t i = 0; i < count; i++) {
        assert_same(reader, &tables[i]);
    }
    store_reader_close(store, &reader);
    store_close(&store);
    data_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_schema_is_what_is_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
