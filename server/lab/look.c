/* look.c - looking at a run: state, events, verdicts, rows. Changes nothing. */
#include "lab/documents.h"
#include "lab/lab_internal.h"

#include "base/json_writer.h"
#include "lab/notes.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATE_BYTES = 1024 * 1024,
    ROWS_LIMIT_MAX = 5000,
    ROWS_LIMIT_STANDARD = 500,
};

static char *buffer_make(uint32_t bytes)
{
    char *buffer = malloc(bytes);
    if (buffer == NULL) {
        abort();
    }
    return buffer;
}

static int take_whole(struct lab *lab, const char *name, struct lab_run **run,
                      struct lab_problem *problem)
{
    int status = lab_run_take(lab, name, run, problem);
    if (status == 0 && (*run)->broken) {
        status = lab_refuse(problem, LAB_CONFLICT, "%s", (*run)->trouble.text);
        lab_run_give(lab, *run);
    }
    return status;
}

/* ---- State ---- */

static void write_nodes(const struct lab_run *run, struct json_writer *writer)
{
    struct node_world world;
    sim_world_view(&run->course.sim, &world);
    json_object(writer, NULL);
    for (uint32_t i = 0; i < run->scenario->node_count; i++) {
        const struct node_protocol *protocol = run->scenario->nodes[i].protocol;
        const void *state = world.state(&world, i);
        json_object(writer, run->scenario->nodes[i].name);
        json_string(writer, "protocol", protocol->name);
        json_bool(writer, "up", state != NULL);
        if (state != NULL && protocol->inspect != NULL) {
            protocol->inspect(state, world.env, writer);
        }
        json_close(writer);
    }
    json_close(writer);
}

int lab_run_state(struct lab *lab, const char *name, struct cJSON **out,
                  struct lab_problem *problem)
{
    struct lab_run *run;
    int status = take_whole(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    char *buffer = buffer_make(STATE_BYTES);
    struct text text = text_init(buffer, STATE_BYTES);
    lab_live_snapshot(run, &text);
    cJSON *state = text.cut ? NULL : cJSON_Parse(buffer);
    text_clear(&text);
    struct json_writer writer = json_init(&text);
    write_nodes(run, &writer);
    lab_run_give(lab, run);
    if (state == NULL || text.cut) {
        cJSON_Delete(state);
        status =
            lab_refuse(problem, LAB_UNAVAILABLE, "the state has more than %d bytes", STATE_BYTES);
    } else {
        (void)cJSON_AddItemToObject(state, "nodes", cJSON_CreateRaw(buffer));
        *out = state;
    }
    free(buffer);
    return status;
}

/* ---- Verdicts ---- */

int lab_run_verdicts(struct lab *lab, const char *name, struct cJSON **out,
                     struct lab_problem *problem)
{
    struct lab_run *run;
    struct lab_judgement judgement;
    int status = take_whole(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    lab_course_judge(&run->course, &judgement);
    *out = lab_judgement_json(run->scenario, &judgement, lab_course_excuse(&run->course), NULL);
    lab_run_give(lab, run);
    return 0;
}

/* A judgement is a result too: its rows go where the others go. */
static void put_verdicts(struct lab_run *run, const struct lab_judgement *judgement,
                         const char *excuse)
{
    for (uint32_t i = 0; i < judgement->count; i++) {
        struct lab_row row;
        struct lab_verdict_texts texts;
        lab_verdict_row(run->scenario, judgement, i, excuse, lab_course_now_ns(&run->course), &row,
                        &texts);
        lab_recorder_put(&run->course.recorder, &row);
    }
}

/* The fork needs nobody; the run goes on meanwhile. It is counted, not locked. */
static int verify(struct lab *lab, const struct lab_run *run, uint64_t operations_stored,
                  struct lab_fork *fork, struct lab_judgement *judgement,
                  struct lab_problem *problem)
{
    struct lab_operations operations = {0};
    int status = lab_operations_stored(lab, run, operations_stored, &operations, problem);
    if (status == 0) {
        fork->before = &operations;
        lab_fork_verify(fork, judgement);
    }
    lab_operations_free(&operations);
    return status;
}

int lab_run_verify(struct lab *lab, const char *name, struct cJSON **out,
                   struct lab_problem *problem)
{
    struct lab_run *run;
    struct lab_judgement judgement;
    struct lab_fork fork;
    struct lab_proofs proofs = {0};
    uint64_t operations = 0;
    int status = take_whole(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    lab_run_settle(run);
    const char *excuse = lab_course_excuse(&run->course);
    if (run->course.recorder.tables->history >= 0) {
        (void)lab_run_flush(lab, run);
        operations = run->course.recorder.given[run->course.recorder.tables->history];
    }
    lab_fork_open(&fork, &run->course);
    fork.proofs = &proofs;
    pthread_mutex_unlock(&run->lock);
    status = verify(lab, run, operations, &fork, &judgement, problem);
    lab_fork_close(&fork);
    pthread_mutex_lock(&run->lock);
    if (status == 0) {
        put_verdicts(run, &judgement, excuse);
        *out = lab_judgement_json(run->scenario, &judgement, excuse, &proofs);
    }
    lab_run_give(lab, run);
    lab_proofs_free(&proofs);
    return status;
}

/* ---- Rows, from the store ---- */

struct row_list {
    const struct lab_table *table;
    cJSON *rows;
};

static bool add_stored_row(void *context, uint64_t number, int64_t time_ns,
                           const struct store_cell *cells)
{
    struct row_list *list = context;
    cJSON *row = cJSON_CreateArray();
    (void)cJSON_AddItemToArray(row, cJSON_CreateNumber((double)number));
    (void)cJSON_AddItemToArray(row, cJSON_CreateNumber(lab_decimal(time_ns / 1000, 3)));
    for (uint32_t i = 0; i < list->table->column_count; i++) {
        (void)cJSON_AddItemToArray(
            row, cells[i].absent         ? cJSON_CreateNull()
                 : cells[i].text != NULL ? cJSON_CreateString(cells[i].text)
                                         : cJSON_CreateNumber(lab_decimal(
                                               cells[i].value, list->table->columns[i].decimals)));
    }
    (void)cJSON_AddItemToArray(list->rows, row);
    return true;
}

static int read_rows(struct lab *lab, const struct lab_run *run, uint32_t table, int64_t after,
                     uint32_t limit, cJSON *rows, struct lab_problem *problem)
{
    struct error error = {.text = ""};
    struct row_list list = {&run->course.recorder.tables->tables[table], rows};
    struct store_rows_query query = {.table = list.table->store_table,
                                     .run = run->key,
                                     .after = after < 0 ? 0 : (uint64_t)after,
                                     .limit = limit};
    if (store_rows_read(lab->store, &query, add_stored_row, &list, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return 0;
}

struct open_rows {
    struct lab_run *run;
    uint32_t table;
    cJSON *rows;
    uint32_t limit;
};

static void add_open_row(void *context, const struct node_row *from)
{
    struct open_rows *open = context;
    struct lab_row row;
    if (open->limit == 0 || (uint32_t)LAB_OWN_TABLES + from->table != open->table) {
        return;
    }
    open->limit--;
    lab_row_convert(open->run->scenario, from, &row);
    const struct lab_table *table = &open->run->course.recorder.tables->tables[row.table];
    cJSON *list = cJSON_CreateArray();
    (void)cJSON_AddItemToArray(list, cJSON_CreateNull()); /* not yet a row of its own */
    (void)cJSON_AddItemToArray(list, cJSON_CreateNumber(lab_decimal(row.time_ns / 1000, 3)));
    for (uint32_t i = 0; i < table->column_count; i++) {
        const struct lab_cell *cell = &row.cells[i];
        cJSON *value =
            cell->kind == LAB_CELL_NULL ? cJSON_CreateNull()
            : cell->kind == LAB_CELL_TEXT
                ? cJSON_CreateString(cell->text)
                : cJSON_CreateNumber(lab_decimal(cell->value, table->columns[i].decimals));
        (void)cJSON_AddItemToArray(list, value);
    }
    (void)cJSON_AddItemToArray(open->rows, list);
}

static void read_open_rows(struct lab_run *run, uint32_t table, uint32_t limit, cJSON *rows)
{
    struct node_world world;
    struct open_rows open = {run, table, rows, limit};
    struct node_row_sink sink = {.context = &open, .put = add_open_row};
    sim_world_view(&run->course.sim, &world);
    run->scenario->system->rows_open(sim_observer_state(&run->course.sim), &world, &sink);
}

static cJSON *columns_json(const struct lab_table *table)
{
    cJSON *columns = cJSON_CreateArray();
    (void)cJSON_AddItemToArray(columns, cJSON_CreateString("row"));
    (void)cJSON_AddItemToArray(columns, cJSON_CreateString("t_ms"));
    for (uint32_t i = 0; i < table->column_count; i++) {
        (void)cJSON_AddItemToArray(columns, cJSON_CreateString(table->columns[i].name));
    }
    return columns;
}

/* Rows that are still on their way to the store belong to the answer: they are waited for. */
static int flush_rows(struct lab *lab, struct lab_run *run, struct lab_problem *problem)
{
    struct error error = {.text = ""};
    if (run->batch != NULL) {
        (void)lab_run_flush(lab, run);
    }
    if (run->rows_queued && store_flush(lab->store, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    run->rows_queued = false;
    return 0;
}

int lab_run_rows(struct lab *lab, const char *name, const char *table_name, int64_t after,
                 uint32_t limit, bool open_only, struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    const struct lab_tables *tables = run->course.recorder.tables;
    int table = table_name == NULL ? (int)(LAB_OWN_TABLES + run->scenario->system->subject_table)
                                   : lab_table_find(tables, table_name, problem);
    cJSON *rows = cJSON_CreateArray();
    limit = limit == 0 ? ROWS_LIMIT_STANDARD : limit > ROWS_LIMIT_MAX ? ROWS_LIMIT_MAX : limit;
    if (table < 0) {
        status = table;
    } else if (open_only) {
        read_open_rows(run, (uint32_t)table, limit, rows);
    } else {
        status = flush_rows(lab, run, problem);
        if (status == 0) {
            status = read_rows(lab, run, (uint32_t)table, after, limit, rows, problem);
        }
    }
    if (status == 0) {
        *out = cJSON_CreateObject();
        (void)cJSON_AddItemToObject(*out, "columns", columns_json(&tables->tables[table]));
        (void)cJSON_AddItemToObject(*out, "rows", rows);
    } else {
        cJSON_Delete(rows);
    }
    lab_run_give(lab, run);
    return status;
}

/* ---- Events, from the store ---- */

enum {
    EVENT_ID,
    EVENT_CAUSE,
    EVENT_KIND,
    EVENT_NODE,
    EVENT_PEER,
    EVENT_SUBJECT,
    EVENT_TEXT,
    EVENT_ARGS
};

static bool add_event(void *list, uint64_t number, int64_t time_ns, const struct store_cell *cells)
{
    cJSON *item = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(item, "row", (double)number);
    (void)cJSON_AddNumberToObject(item, "event", (double)cells[EVENT_ID].value);
    (void)cJSON_AddNumberToObject(item, "cause", (double)cells[EVENT_CAUSE].value);
    (void)cJSON_AddNumberToObject(item, "t_ms", lab_decimal(time_ns / 1000, 3));
    (void)cJSON_AddStringToObject(item, "kind", cells[EVENT_KIND].text);
    if (!cells[EVENT_NODE].absent) {
        (void)cJSON_AddStringToObject(item, "node", cells[EVENT_NODE].text);
    }
    if (!cells[EVENT_PEER].absent) {
        (void)cJSON_AddStringToObject(item, "peer", cells[EVENT_PEER].text);
    }
    if (!cells[EVENT_SUBJECT].absent) {
        (void)cJSON_AddNumberToObject(item, "subject", (double)cells[EVENT_SUBJECT].value);
    }
    cJSON *args = cJSON_AddArrayToObject(item, "args");
    for (int i = 0; i < NODE_NOTE_ARGS && !cells[EVENT_ARGS + i].absent; i++) {
        (void)cJSON_AddItemToArray(args, cJSON_CreateNumber((double)cells[EVENT_ARGS + i].value));
    }
    (void)cJSON_AddStringToObject(item, "text", cells[EVENT_TEXT].text);
    (void)cJSON_AddItemToArray(list, item);
    return true;
}

static int read_events(struct lab *lab, int64_t key, const struct lab_events_query *asked,
                       uint32_t limit, cJSON *list, struct lab_problem *problem)
{
    struct error error = {.text = ""};
    struct store_rows_query query = {.table = LAB_TABLE_EVENTS,
                                     .run = key,
                                     .limit = limit,
                                     .after = asked->after_row,
                                     .passed = asked->after_event == 0 ? NULL : "event_id",
                                     .passed_value = (int64_t)asked->after_event};
    if (store_rows_read(lab->store, &query, add_event, list, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return 0;
}

int lab_run_events(struct lab *lab, const char *name, const struct lab_events_query *query,
                   struct cJSON **out, struct lab_problem *problem)
{
    struct lab_run *run;
    int status = lab_run_take(lab, name, &run, problem);
    if (status != 0) {
        return status;
    }
    int64_t key = run->key;
    cJSON *list = cJSON_CreateArray();
    uint32_t limit = query->limit == 0               ? ROWS_LIMIT_STANDARD
                     : query->limit > ROWS_LIMIT_MAX ? ROWS_LIMIT_MAX
                                                     : query->limit;
    status = flush_rows(lab, run, problem);
    lab_run_give(lab, run);
    if (status == 0) {
        status = read_events(lab, key, query, limit, list, problem);
    }
    if (status == 0) {
        *out = list;
    } else {
        cJSON_Delete(list);
    }
    return status;
}
