/* operations_stored.c - the operations of a run that the store has, for judging it and for its history
 * as a file: so they are whole after the program ended anywhere, and for runs of any length. */
#include "lab/lab_internal.h"

struct reading {
    const struct lab_scenario *scenario;
    const struct lab_table *table;
    struct lab_operations *operations;
    struct lab_row row;
};

static bool read_one(void *context, uint64_t number, int64_t time_ns,
                     const struct store_cell *cells)
{
    struct reading *reading = context;
    struct lab_operation operation;
    (void)number;
    lab_row_of_store(reading->table, time_ns, cells, &reading->row);
    lab_operation_of_row(reading->scenario, &reading->row, &operation);
    lab_operations_add(reading->operations, &operation);
    return !reading->operations->full;
}

int lab_operations_stored(struct lab *lab, const struct lab_run *run, uint64_t rows,
                          struct lab_operations *operations, struct lab_problem *problem)
{
    const struct lab_tables *tables = lab_tables(run->scenario->system);
    struct error error = {.text = ""};
    if (tables->history < 0 || rows == 0) {
        return 0;
    }
    struct reading reading = {.scenario = run->scenario,
                              .table = &tables->tables[tables->history],
                              .operations = operations};
    struct store_rows_query query = {
        .table = reading.table->store_table, .run = run->key, .last = rows};
    if (store_flush(lab->store, &error) != 0 ||
        store_rows_read(lab->store, &query, read_one, &reading, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    if (!operations->full && operations->count != rows) {
        return lab_refuse(problem, LAB_UNAVAILABLE,
                          "the database has not taken the last operations yet");
    }
    return 0;
}
