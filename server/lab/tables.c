/* tables.c - the result tables of a system. */
#include "lab/tables.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { STORE_HISTORY = LAB_OWN_TABLES }; /* in the store, behind those that all systems have */
enum { SYSTEMS_MAX = 16, STORE_TABLE_NAME_BYTES = 48 };

static const struct lab_column EVENTS_COLUMNS[] = {
    {"event_id", "", "number of the event in the run", STORE_INTEGER, 0, NULL},
    {"cause_id", "", "number of the event that caused it; 0: the beginning or an input",
     STORE_INTEGER, 0, NULL},
    {"kind", "", "name of the note", STORE_TEXT, 0, NULL},
    {"node", "", "node it concerns", STORE_TEXT, 0, NULL},
    {"peer", "", "other node", STORE_TEXT, 0, NULL},
    {"order_id", "", "order it concerns", STORE_INTEGER, 0, NULL},
    {"text", "", "the note in words", STORE_TEXT, 0, NULL},
    {"arg_1", "", "first number of the note, as its kind says", STORE_INTEGER, 0, NULL},
    {"arg_2", "", "second number", STORE_INTEGER, 0, NULL},
    {"arg_3", "", "third number", STORE_INTEGER, 0, NULL},
    {"arg_4", "", "fourth number", STORE_INTEGER, 0, NULL},
};
static const struct lab_column VERDICTS_COLUMNS[] = {
    {"check", "", "name of the promise", STORE_TEXT, 0, NULL},
    {"kind", "", "history: judged from operations; invariant: looks inside", STORE_TEXT, 0, NULL},
    {"verdict", "", "PASS, FAIL, UNKNOWN, EXPECTED-FAIL or NOT-PROMISED", STORE_TEXT, 0, NULL},
    {"expected", "", "what the promise says", STORE_INTEGER, 0, NULL},
    {"actual", "", "what was found", STORE_INTEGER, 0, NULL},
    {"text", "", "the finding in words", STORE_TEXT, 0, NULL},
    {"witness", "", "subject, time and window of events to look at", STORE_TEXT, 0, NULL},
};

/* In the order of enum column in operations.c. */
static const struct lab_column HISTORY_COLUMNS[] = {
    {"op_id", "", "number of the operation in the run", STORE_INTEGER, 0, NULL},
    {"process", "", "thread of a client: one operation at a time", STORE_INTEGER, 0, NULL},
    {"type", "", "ok: it happened; fail: it did not and never will; info: nobody knows", STORE_TEXT,
     0, NULL},
    {"f", "", "what was asked", STORE_TEXT, 0, NULL},
    {"key", "", "of what object; absent when there is one only", STORE_TEXT, 0, NULL},
    {"value", "", "what it was asked with, as JSON", STORE_TEXT, 0, NULL},
    {"result", "", "what it was told, as JSON; absent: nothing, or just that it is done",
     STORE_TEXT, 0, NULL},
    {"invoke_ns", "ns", "when it began", STORE_INTEGER, 0, NULL},
    {"complete_ns", "ns", "when it was over; absent: still open", STORE_INTEGER, 0, NULL},
    {"node", "", "who was asked", STORE_TEXT, 0, NULL},
    {"level", "", "which promise it was made under", STORE_TEXT, 0, NULL},
    {"error", "", "why it failed, or why nobody knows", STORE_TEXT, 0, NULL},
    {"fault_active", "", "how much was not as built when it was over", STORE_INTEGER, 0, NULL},
    {"invoke_event", "", "event with which it began", STORE_INTEGER, 0, NULL},
    {"complete_event", "", "event with which it was over", STORE_INTEGER, 0, NULL},
};

static struct lab_tables TABLES[SYSTEMS_MAX];
static struct store_table STORE_TABLES[STORE_TABLES_MAX];
static char STORE_NAMES[STORE_TABLES_MAX][STORE_TABLE_NAME_BYTES];
static uint32_t STORE_TABLE_COUNT;
static pthread_once_t TABLES_ONCE = PTHREAD_ONCE_INIT;

static void add_own(struct lab_table *table, const char *name, uint32_t store_table,
                    const struct lab_column *columns, size_t count)
{
    *table = (struct lab_table){
        .name = name, .store_table = store_table, .column_count = (uint32_t)count};
    memcpy(table->columns, columns, count * sizeof *columns);
}

static void add_own_tables(struct lab_table tables[LAB_OWN_TABLES])
{
    add_own(&tables[LAB_TABLE_EVENTS], "events", LAB_TABLE_EVENTS, EVENTS_COLUMNS,
            sizeof EVENTS_COLUMNS / sizeof EVENTS_COLUMNS[0]);
    add_own(&tables[LAB_TABLE_VERDICTS], "verdicts", LAB_TABLE_VERDICTS, VERDICTS_COLUMNS,
            sizeof VERDICTS_COLUMNS / sizeof VERDICTS_COLUMNS[0]);
}

static void add_history(struct lab_table *table)
{
    add_own(table, "history", STORE_HISTORY, HISTORY_COLUMNS,
            sizeof HISTORY_COLUMNS / sizeof HISTORY_COLUMNS[0]);
}

static struct lab_column column_of_system(const struct system_column *from)
{
    struct lab_column column = {.name = from->name,
                                .unit = from->unit == NULL ? "" : from->unit,
                                .meaning = from->meaning == NULL ? "" : from->meaning,
                                .type = STORE_TEXT,
                                .of_system = from};
    if (from->kind == SYSTEM_CELL_NUMBER) {
        column.type = from->decimals == 0 ? STORE_INTEGER : STORE_REAL;
        column.decimals = from->decimals;
    }
    return column;
}

static void add_store_table(const struct lab_table *table, const char *system)
{
    uint32_t index = STORE_TABLE_COUNT++;
    assert(index < STORE_TABLES_MAX && index == table->store_table);
    (void)snprintf(STORE_NAMES[index], sizeof STORE_NAMES[index], "%s%s%s",
                   system == NULL ? "" : system, system == NULL ? "" : "_", table->name);
    STORE_TABLES[index].name = STORE_NAMES[index];
    STORE_TABLES[index].column_count = table->column_count;
    for (uint32_t i = 0; i < table->column_count; i++) {
        STORE_TABLES[index].columns[i] = (struct store_column){
            table->columns[i].name, table->columns[i].type, table->columns[i].decimals};
    }
}

static void add_system(const struct system *system, struct lab_tables *tables)
{
    add_own_tables(tables->tables);
    tables->count = LAB_OWN_TABLES;
    assert(system->table_count + LAB_OWN_TABLES <= LAB_TABLES_MAX);
    for (uint32_t t = 0; t < system->table_count; t++) {
        const struct system_table *from = &system->tables[t];
        struct lab_table *table = &tables->tables[tables->count++];
        assert(from->column_count <= LAB_COLUMNS_MAX);
        *table = (struct lab_table){.name = from->name,
                                    .store_table = STORE_TABLE_COUNT,
                                    .column_count = from->column_count};
        for (uint32_t c = 0; c < from->column_count; c++) {
            table->columns[c] = column_of_system(&from->columns[c]);
        }
        add_store_table(table, system->name);
    }
    tables->history = -1;
    if (system->history != NULL) {
        assert(tables->count < LAB_TABLES_MAX);
        tables->history = (int32_t)tables->count;
        struct lab_table *table = &tables->tables[tables->count++];
        add_history(table);
    }
}

static void tables_make(void)
{
    struct lab_table own[LAB_OWN_TABLES];
    add_own_tables(own);
    for (uint32_t i = 0; i < LAB_OWN_TABLES; i++) {
        add_store_table(&own[i], NULL);
    }
    struct lab_table history;
    add_history(&history);
    add_store_table(&history, NULL);
    assert(SYSTEM_COUNT <= SYSTEMS_MAX);
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        add_system(SYSTEMS[i], &TABLES[i]);
    }
}

const struct lab_tables *lab_tables(const struct system *system)
{
    int status = pthread_once(&TABLES_ONCE, tables_make);
    assert(status == 0);
    for (uint32_t i = 0; i < SYSTEM_COUNT; i++) {
        if (SYSTEMS[i] == system) {
            return &TABLES[i];
        }
    }
    return NULL;
}

const struct store_table *lab_store_tables(uint32_t *count)
{
    int status = pthread_once(&TABLES_ONCE, tables_make);
    assert(status == 0);
    *count = STORE_TABLE_COUNT;
    return STORE_TABLES;
}

static const char *cell_name(const struct lab_scenario *scenario,
                             const struct system_column *column, int64_t value)
{
    switch (column->kind) {
    case SYSTEM_CELL_NODE:
        return value >= 0 && value < (int64_t)scenario->node_count ? scenario->nodes[value].name
                                                                   : NULL;
    case SYSTEM_CELL_LIST:
        return value < 0
                   ? NULL
                   : scenario->system->plan_name(scenario->data, column->list, (uint32_t)value);
    case SYSTEM_CELL_SETTING_CHOICE:
        return scenario->system->settings[column->list].choices[value];
    case SYSTEM_CELL_NUMBER:
        break;
    }
    return NULL;
}

void lab_row_convert(const struct lab_scenario *scenario, const struct node_row *from,
                     struct lab_row *row)
{
    const struct system_table *table = &scenario->system->tables[from->table];
    assert(from->table < scenario->system->table_count);
    assert(from->cell_count == table->column_count);
    row->table = LAB_OWN_TABLES + from->table;
    row->time_ns = from->time_ns;
    for (uint32_t i = 0; i < table->column_count; i++) {
        struct lab_cell *cell = &row->cells[i];
        int64_t value = from->cells[i];
        *cell = (struct lab_cell){.kind = LAB_CELL_NULL, .value = value};
        if (value == NODE_CELL_NULL) {
            continue;
        }
        if (table->columns[i].kind == SYSTEM_CELL_NUMBER) {
            cell->kind = LAB_CELL_NUMBER;
            continue;
        }
        cell->text = cell_name(scenario, &table->columns[i], value);
        cell->kind = cell->text == NULL ? LAB_CELL_NULL : LAB_CELL_TEXT;
    }
}

void lab_row_of_store(const struct lab_table *table, int64_t time_ns,
                      const struct store_cell *cells, struct lab_row *row)
{
    row->time_ns = time_ns;
    for (uint32_t i = 0; i < table->column_count; i++) {
        row->cells[i] = (struct lab_cell){.kind = cells[i].absent         ? LAB_CELL_NULL
                                                  : cells[i].text != NULL ? LAB_CELL_TEXT
                                                                          : LAB_CELL_NUMBER,
                                          .value = cells[i].value,
                                          .text = cells[i].text};
    }
}

int lab_table_find(const struct lab_tables *tables, const char *name, struct lab_problem *problem)
{
    for (uint32_t i = 0; i < tables->count; i++) {
        if (strcmp(tables->tables[i].name, name) == 0) {
            return (int)i;
        }
    }
    int status = lab_refuse(problem, LAB_NOT_FOUND, "there is no table \"%.40s\"", name);
    for (uint32_t i = 0; i < tables->count; i++) {
        lab_problem_allow(problem, tables->tables[i].name);
    }
    lab_problem_allow(problem, "inputs");
    lab_problem_allow(problem, "columns");
    return status;
}
