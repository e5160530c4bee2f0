/* tables.h - the result tables of a system: its own, and those that every system has.
 *
 * The tables of the lab are events (of listed notes) and verdicts, and for a system that tells of its
 * clients' operations history; inputs.csv and columns.csv are made of other things. In the store a
 * system's table is called SYSTEM_TABLE (kitchens_orders); events, verdicts and history are one table
 * for all. Every CSV file begins with the same columns:
 * run_id, seed, system, scenario, mode, t_ms. */
#ifndef LAB_TABLES_H
#define LAB_TABLES_H

#include "lab/scenario.h"
#include "store/store.h"

enum { LAB_TABLES_MAX = 16, LAB_COLUMNS_MAX = STORE_COLUMNS_MAX };

enum lab_own_table { LAB_TABLE_EVENTS, LAB_TABLE_VERDICTS, LAB_OWN_TABLES };

struct lab_column {
    const char *name, *unit, *meaning;
    enum store_type type;
    uint8_t decimals;
    const struct system_column *of_system; /* how a cell is turned into words; NULL: the lab's */
};
struct lab_table {
    const char *name;     /* "orders" */
    uint32_t store_table; /* index in the store's options */
    uint32_t column_count;
    struct lab_column columns[LAB_COLUMNS_MAX];
};
/* Of one system: events, verdicts, then the system's in its own order, then history. */
struct lab_tables {
    uint32_t count;
    int32_t history; /* where it stands; -1: the system tells of no operations */
    struct lab_table tables[LAB_TABLES_MAX];
};

/* One value on its way to a CSV file or the store. */
struct lab_cell {
    enum lab_cell_kind { LAB_CELL_NULL, LAB_CELL_NUMBER, LAB_CELL_TEXT } kind;
    int64_t value;    /* x 10^decimals of its column */
    const char *text; /* valid until the row was taken */
};
struct lab_row {
    uint32_t table; /* index in struct lab_tables */
    uint64_t row;   /* 1, 2, 3 ... of the table */
    int64_t time_ns;
    struct lab_cell cells[LAB_COLUMNS_MAX];
};

/* The tables of a system; made at the first call, valid for ever. */
const struct lab_tables *lab_tables(const struct system *system);
/* All tables of all systems as the store wants them; *count of them. Valid for ever. */
const struct store_table *lab_store_tables(uint32_t *count);
/* A system's row in words. The scenario names nodes and dishes. */
void lab_row_convert(const struct lab_scenario *scenario, const struct node_row *from,
                     struct lab_row *row);
/* The cells of a row of the store as the world gave them; texts are the store's. */
void lab_row_of_store(const struct lab_table *table, int64_t time_ns,
                      const struct store_cell *cells, struct lab_row *row);
/* -404 with the list of what can be exported. */
int lab_table_find(const struct lab_tables *tables, const char *name, struct lab_problem *problem);

#endif
