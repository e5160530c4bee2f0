/* export.c - a run's tables as CSV, streamed out of the store, the report about it, and all of that
 * in one archive.
 *
 * What is exported is the run at one moment: rows up to those that it had given then, and what was
 * open. The run goes on meanwhile. */
#include "lab/documents.h"
#include "lab/lab_internal.h"

#include "lab/pieces.h"
#include "lab/report.h"
#include "lab/settings.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The moment that is exported. The run is counted, not locked, while it lasts. */
struct moment {
    struct lab *lab;
    struct lab_run *run;
    int64_t time_ns;
    uint64_t given[LAB_TABLES_MAX];
    struct lab_row *open; /* rows of what is not over yet */
    uint32_t open_count, open_capacity;
    struct lab_inputs inputs;
    struct lab_open_operations open_operations;
    struct lab_operations operations; /* those that were over; read when they are asked for first */
    bool operations_read;
    bool judged; /* verdicts are made when they are asked for first */
    const char *excuse;
    struct lab_fork fork;
    struct lab_judgement judgement;
    struct lab_proofs proofs;
    cJSON *document;
    struct lab_report *report; /* NULL: not asked for */
};

static void keep_open_row(void *context, const struct node_row *from)
{
    struct moment *moment = context;
    if (moment->open_count == moment->open_capacity) {
        moment->open_capacity = moment->open_capacity == 0 ? 64 : moment->open_capacity * 2;
        moment->open = realloc(moment->open, moment->open_capacity * sizeof *moment->open);
        if (moment->open == NULL) {
            abort();
        }
    }
    /* Texts of cells belong to the scenario, which lives as long as the run is counted. */
    lab_row_convert(moment->run->scenario, from, &moment->open[moment->open_count++]);
}

static void copy_inputs(const struct lab_inputs *from, struct lab_inputs *to)
{
    for (uint32_t i = 0; i < from->count; i++) {
        (void)lab_inputs_insert(to, &from->items[i].input, from->items[i].number,
                                from->items[i].who);
    }
}

/* What the report says of the world; the run is locked. */
static void moment_look(struct moment *moment)
{
    const struct lab_run *run = moment->run;
    struct lab_report *report = malloc(sizeof *report);
    if (report == NULL) {
        abort();
    }
    bool branch = run->parent[0] != '\0' || run->branch_ns > 0;
    lab_report_look(report, &run->course, run->label, branch ? run->branch_ns : -1);
    if (run->broken) {
        report->foreign = true;
        (void)snprintf(report->behaviour_id, sizeof report->behaviour_id, "%s", run->behaviour_id);
        (void)snprintf(report->trouble, sizeof report->trouble, "%s", run->trouble.text);
    }
    moment->report = report;
}

static int moment_take(struct lab *lab, const char *name, bool with_report, struct moment *moment,
                       struct lab_problem *problem)
{
    struct error error = {.text = ""};
    *moment = (struct moment){.lab = lab};
    int status = lab_run_take(lab, name, &moment->run, problem);
    if (status != 0) {
        return status;
    }
    struct lab_run *run = moment->run;
    if (!run->broken) {
        struct node_world world;
        struct node_row_sink sink = {.context = moment, .put = keep_open_row};
        lab_run_settle(run);
        (void)lab_run_flush(lab, run);
        sim_world_view(&run->course.sim, &world);
        run->scenario->system->rows_open(sim_observer_state(&run->course.sim), &world, &sink);
        moment->excuse = lab_course_excuse(&run->course);
        lab_fork_open(&moment->fork, &run->course);
        lab_open_operations_copy(&run->course.recorder.open, &moment->open_operations);
        memcpy(moment->given, run->course.recorder.given, sizeof moment->given);
    } else {
        memcpy(moment->given, run->course.recorder.stored, sizeof moment->given);
    }
    moment->time_ns = lab_course_now_ns(&run->course);
    moment->document = lab_run_json(run);
    copy_inputs(&run->course.inputs, &moment->inputs);
    if (with_report) {
        moment_look(moment);
    }
    pthread_mutex_unlock(&run->lock);
    if (store_flush(lab->store, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return 0;
}

static void moment_give(struct moment *moment)
{
    if (moment->run == NULL) {
        return;
    }
    if (moment->fork.sim.world != NULL) {
        lab_fork_close(&moment->fork);
    }
    if (moment->report != NULL) {
        lab_report_forget(moment->report);
        free(moment->report);
    }
    lab_inputs_free(&moment->inputs);
    lab_operations_free(&moment->operations);
    lab_open_operations_free(&moment->open_operations);
    lab_proofs_free(&moment->proofs);
    free(moment->open);
    cJSON_Delete(moment->document);
    lab_run_release(moment->lab, moment->run);
}

static int moment_operations(struct moment *moment, struct lab_problem *problem)
{
    int32_t history = moment->run->course.recorder.tables->history;
    if (history < 0 || moment->operations_read) {
        return 0;
    }
    moment->operations_read = true;
    return lab_operations_stored(moment->lab, moment->run, moment->given[history],
                                 &moment->operations, problem);
}

static int moment_judge(struct moment *moment, struct lab_problem *problem)
{
    if (moment->judged || moment->fork.sim.world == NULL) {
        return 0;
    }
    int status = moment_operations(moment, problem);
    if (status == 0) {
        moment->fork.before = &moment->operations;
        moment->fork.proofs = &moment->proofs;
        lab_fork_verify(&moment->fork, &moment->judgement);
        moment->judged = true;
    }
    return status;
}

/* ---- Rows ---- */

struct stream {
    const struct lab_csv *csv;
    const struct lab_table *table;
    struct lab_pieces *pieces;
    struct lab_row row;
};

static bool stream_row(void *context, uint64_t number, int64_t time_ns,
                       const struct store_cell *cells)
{
    struct stream *stream = context;
    (void)number;
    lab_row_of_store(stream->table, time_ns, cells, &stream->row);
    lab_csv_row(stream->csv, stream->table, &stream->row, &stream->pieces->text);
    return lab_pieces_room(stream->pieces);
}

static int stream_stored(struct moment *moment, const struct lab_csv *csv,
                         const struct lab_table *table, uint64_t rows, struct lab_pieces *pieces,
                         struct lab_problem *problem)
{
    struct error error = {.text = ""};
    struct stream stream = {.csv = csv, .table = table, .pieces = pieces};
    struct store_rows_query query = {
        .table = table->store_table, .run = moment->run->key, .last = rows};
    if (rows == 0 || !lab_pieces_room(pieces)) {
        return 0;
    }
    if (store_rows_read(moment->lab->store, &query, stream_row, &stream, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return 0;
}

static int stream_verdicts(struct moment *moment, const struct lab_csv *csv,
                           const struct lab_table *table, struct lab_pieces *pieces,
                           struct lab_problem *problem)
{
    int status = moment_judge(moment, problem);
    for (uint32_t i = 0; i < moment->judgement.count && lab_pieces_room(pieces); i++) {
        struct lab_row row;
        struct lab_verdict_texts texts;
        lab_verdict_row(moment->run->scenario, &moment->judgement, i, moment->excuse,
                        moment->time_ns, &row, &texts);
        lab_csv_row(csv, table, &row, &pieces->text);
    }
    return status;
}

static void stream_open(const struct moment *moment, const struct lab_csv *csv,
                        const struct lab_table *table, int file, struct lab_pieces *pieces)
{
    for (uint32_t i = 0; i < moment->open_count && lab_pieces_room(pieces); i++) {
        if (moment->open[i].table == (uint32_t)file) {
            lab_csv_row(csv, table, &moment->open[i], &pieces->text);
        }
    }
    bool history = file == moment->run->course.recorder.tables->history;
    for (uint32_t i = 0; history && i < moment->open_operations.count && lab_pieces_room(pieces);
         i++) {
        struct lab_row row;
        lab_operation_row(moment->run->scenario, &moment->open_operations.items[i], &row);
        lab_csv_row(csv, table, &row, &pieces->text);
    }
}

/* ---- One file ---- */

enum { FILE_INPUTS = -1, FILE_COLUMNS = -2, FILE_VOTES = -3 };

/* A table's index, or one of the first two files above; -404 is below them all. */
static int file_find(const struct moment *moment, const char *name, struct lab_problem *problem)
{
    if (strcmp(name, "inputs") == 0) {
        return FILE_INPUTS;
    }
    if (strcmp(name, "columns") == 0) {
        return FILE_COLUMNS;
    }
    return lab_table_find(moment->run->course.recorder.tables, name, problem);
}

static uint64_t file_rows(const struct moment *moment, int file)
{
    const struct system *system = moment->run->scenario->system;
    if (file == FILE_INPUTS) {
        return moment->inputs.count;
    }
    if (file == FILE_COLUMNS) {
        return lab_csv_columns_count(system);
    }
    if (file == LAB_TABLE_VERDICTS) {
        return system->check_count;
    }
    bool history = file == moment->run->course.recorder.tables->history;
    uint64_t open = history ? moment->open_operations.count : 0;
    for (uint32_t i = 0; i < moment->open_count; i++) {
        open += moment->open[i].table == (uint32_t)file;
    }
    return moment->given[file] + open;
}

static struct lab_votes moment_votes(const struct moment *moment)
{
    return moment->report == NULL ? (struct lab_votes){.count = 0} : moment->report->votes;
}

static int stream_file(struct moment *moment, int file, enum lab_export_flavour flavour,
                       lab_export_write write, void *context, struct lab_problem *problem)
{
    struct lab_csv csv;
    const struct lab_run *run = moment->run;
    const struct lab_votes votes = moment_votes(moment);
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    int status = 0;
    if (pieces == NULL) {
        abort();
    }
    lab_csv_begin(&csv, flavour, run->run_id, run->course.seed, run->scenario);
    lab_pieces_begin(pieces, write, context);
    if (file == FILE_INPUTS) {
        lab_csv_inputs(&csv, run->scenario, &moment->inputs, pieces);
    } else if (file == FILE_COLUMNS) {
        lab_csv_columns(&csv, run->scenario->system, pieces);
        if (votes.count > 0) {
            lab_csv_votes_columns(&csv, pieces);
        }
    } else if (file == FILE_VOTES) {
        lab_csv_votes(&csv, votes, pieces);
    } else {
        const struct lab_table *table = &run->course.recorder.tables->tables[file];
        lab_csv_header(&csv, table, &pieces->text);
        if (file == LAB_TABLE_VERDICTS) {
            status = stream_verdicts(moment, &csv, table, pieces, problem);
        } else {
            status = stream_stored(moment, &csv, table, moment->given[file], pieces, problem);
        }
        stream_open(moment, &csv, table, file, pieces);
    }
    if (status == 0 && !lab_pieces_end(pieces)) {
        status = lab_refuse(problem, LAB_UNAVAILABLE, "the receiver has gone");
    }
    free(pieces);
    return status;
}

int lab_export_csv(struct lab *lab, const char *name, const char *table,
                   enum lab_export_flavour flavour, int (*begin)(void *context, uint64_t rows),
                   lab_export_write write, void *context, struct lab_problem *problem)
{
    struct moment moment;
    int status = moment_take(lab, name, false, &moment, problem);
    if (status == 0) {
        int file = file_find(&moment, table, problem);
        if (file == -LAB_NOT_FOUND) {
            status = file;
        } else if (begin != NULL && begin(context, file_rows(&moment, file)) != 0) {
            status = lab_refuse(problem, LAB_UNAVAILABLE, "the receiver has gone");
        } else {
            status = stream_file(&moment, file, flavour, write, context, problem);
        }
    }
    moment_give(&moment);
    return status;
}

/* ---- The history for the checkers of others ---- */

static int stream_lines(struct moment *moment, lab_export_write write, void *context,
                        struct lab_problem *problem)
{
    const struct lab_run *run = moment->run;
    const struct lab_told_operations told = {&moment->operations, NULL, &moment->open_operations};
    if (run->course.recorder.tables->history < 0) {
        return lab_refuse(problem, LAB_NOT_FOUND, "the system %s tells of no operations of clients",
                          run->scenario->system->name);
    }
    int status = moment_operations(moment, problem);
    if (status != 0) {
        return status;
    }
    if (moment->operations.full) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "there are more than %d operations; history.csv has them all",
                          LAB_OPERATIONS_MAX);
    }
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    if (pieces == NULL) {
        abort();
    }
    lab_pieces_begin(pieces, write, context);
    lab_operations_lines(run->scenario, &told, pieces);
    if (!lab_pieces_end(pieces)) {
        status = lab_refuse(problem, LAB_UNAVAILABLE, "the receiver has gone");
    }
    free(pieces);
    return status;
}

int lab_export_history(struct lab *lab, const char *name, lab_export_write write, void *context,
                       struct lab_problem *problem)
{
    struct moment moment;
    int status = moment_take(lab, name, false, &moment, problem);
    if (status == 0) {
        status = stream_lines(&moment, write, context, problem);
    }
    moment_give(&moment);
    return status;
}

/* ---- The report ---- */

struct gather {
    const struct lab_table *table;
    struct lab_report_rows *rows;
    struct lab_row row;
};

static bool gather_row(void *context, uint64_t number, int64_t time_ns,
                       const struct store_cell *cells)
{
    struct gather *gather = context;
    (void)number;
    lab_row_of_store(gather->table, time_ns, cells, &gather->row);
    lab_report_rows_put(gather->rows, &gather->row);
    return true;
}

/* What the report needs of the rows up to this moment. */
static int gather_rows(struct moment *moment, struct lab_report_rows *rows,
                       struct lab_problem *problem)
{
    const struct lab_tables *tables = moment->run->course.recorder.tables;
    struct error error = {.text = ""};
    for (uint32_t i = 0; i < tables->count; i++) {
        struct gather gather = {.table = &tables->tables[i], .rows = rows, .row = {.table = i}};
        struct store_rows_query query = {.table = gather.table->store_table,
                                         .run = moment->run->key,
                                         .after = lab_report_rows_skip(rows, i, moment->given[i]),
                                         .last = moment->given[i]};
        if (!lab_report_rows_want(rows, i) || moment->given[i] == 0) {
            continue;
        }
        if (store_rows_read(moment->lab->store, &query, gather_row, &gather, &error) != 0) {
            return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
        }
    }
    return 0;
}

static int stream_report(struct moment *moment, lab_export_write write, void *context,
                         struct lab_problem *problem)
{
    struct lab_report_rows *rows = lab_report_rows_new(moment->run->scenario);
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    if (pieces == NULL) {
        abort();
    }
    int status = gather_rows(moment, rows, problem);
    if (status == 0) {
        status = moment_judge(moment, problem);
    }
    if (status == 0) {
        moment->report->proofs = &moment->proofs;
        lab_pieces_begin(pieces, write, context);
        lab_report_write(moment->report, rows, &moment->inputs,
                         moment->judged ? &moment->judgement : NULL, pieces);
        if (!lab_pieces_end(pieces)) {
            status = lab_refuse(problem, LAB_UNAVAILABLE, "the receiver has gone");
        }
    }
    free(pieces);
    lab_report_rows_free(&rows);
    return status;
}

int lab_export_report(struct lab *lab, const char *name, struct lab_votes votes,
                      lab_export_write write, void *context, struct lab_problem *problem)
{
    struct moment moment;
    int status = moment_take(lab, name, true, &moment, problem);
    if (status == 0) {
        moment.report->votes = votes;
        status = stream_report(&moment, write, context, problem);
    }
    moment_give(&moment);
    return status;
}

const char *lab_export_report_policy(void)
{
    return lab_report_policy();
}

/* ---- All in one archive ---- */

struct zip {
    struct archive *archive;
    lab_export_write write;
    void *context;
    int status;
};

/* libarchive forgets to free its compressor after a write that failed; so it is never told of one,
 * and zip_put stops the export instead. */
static la_ssize_t zip_write(struct archive *archive, void *context, const void *bytes,
                            size_t length)
{
    struct zip *zip = context;
    size_t done = 0;
    (void)archive;
    while (done < length && zip->status == 0) {
        size_t piece = length - done < LAB_PIECE_BYTES ? length - done : LAB_PIECE_BYTES;
        zip->status = zip->write(zip->context, (const char *)bytes + done, piece);
        done += piece;
    }
    return (la_ssize_t)length;
}

static int zip_put(void *context, const void *bytes, size_t length)
{
    struct zip *zip = context;
    bool put = archive_write_data(zip->archive, bytes, length) == (la_ssize_t)length;
    return put && zip->status == 0 ? 0 : -1;
}

/* Begins a file whose length is not known yet. The time is fixed: the same run gives the same
 * archive. */
static int zip_begin(struct zip *zip, const char *folder, const char *name)
{
    char path[96];
    struct archive_entry *entry = archive_entry_new();
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 315532800, 0); /* 1980, where zip begins */
    int status = archive_write_header(zip->archive, entry);
    archive_entry_free(entry);
    return status == ARCHIVE_OK ? 0 : -1;
}

static int zip_refuse(const struct zip *zip, struct lab_problem *problem)
{
    return lab_refuse(problem, LAB_UNAVAILABLE, "archive: %s", archive_error_string(zip->archive));
}

static int zip_table(struct moment *moment, struct zip *zip, int file, const char *name,
                     struct lab_problem *problem)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s.csv", name);
    if (zip_begin(zip, moment->run->run_id, path) != 0) {
        return zip_refuse(zip, problem);
    }
    return stream_file(moment, file, LAB_EXPORT_PLAIN, zip_put, zip, problem);
}

static int zip_document(struct moment *moment, struct zip *zip, struct lab_problem *problem)
{
    char *text = cJSON_Print(moment->document);
    int status = zip_begin(zip, moment->run->run_id, "run.json");
    if (status == 0) {
        status = zip_put(zip, text, strlen(text));
    }
    cJSON_free(text);
    return status == 0 ? 0 : zip_refuse(zip, problem);
}

/* The run itself comes first and as it is, so that whoever looks into the first kilobytes of the
 * archive finds its link. */
static int zip_link(struct moment *moment, struct zip *zip, struct lab_problem *problem)
{
    const char *link = moment->report->link;
    if (link == NULL) {
        return 0; /* the run is too much for one; the report says so */
    }
    if (archive_write_zip_set_compression_store(zip->archive) != ARCHIVE_OK ||
        zip_begin(zip, moment->run->run_id, "run.chef") != 0 ||
        zip_put(zip, link, strlen(link)) != 0 || zip_put(zip, "\n", 1) != 0 ||
        archive_write_zip_set_compression_deflate(zip->archive) != ARCHIVE_OK) {
        return zip_refuse(zip, problem);
    }
    return 0;
}

static int zip_report(struct moment *moment, struct zip *zip, struct lab_problem *problem)
{
    if (zip_begin(zip, moment->run->run_id, "report.html") != 0) {
        return zip_refuse(zip, problem);
    }
    return stream_report(moment, zip_put, zip, problem);
}

static int zip_lines(struct moment *moment, struct zip *zip, struct lab_problem *problem)
{
    int status = moment_operations(moment, problem);
    if (status != 0 || moment->operations.full) {
        return status; /* history.csv has them all */
    }
    if (zip_begin(zip, moment->run->run_id, "history.jsonl") != 0) {
        return zip_refuse(zip, problem);
    }
    return stream_lines(moment, zip_put, zip, problem);
}

static int zip_all(struct moment *moment, struct zip *zip, struct lab_problem *problem)
{
    const struct lab_tables *tables = moment->run->course.recorder.tables;
    int status = zip_link(moment, zip, problem);
    if (status == 0) {
        status = zip_report(moment, zip, problem);
    }
    if (status == 0) {
        status = zip_document(moment, zip, problem);
    }
    for (uint32_t i = 0; i < tables->count && status == 0; i++) {
        status = zip_table(moment, zip, (int)i, tables->tables[i].name, problem);
    }
    if (status == 0 && tables->history >= 0) {
        status = zip_lines(moment, zip, problem);
    }
    if (status == 0) {
        status = zip_table(moment, zip, FILE_INPUTS, "inputs", problem);
    }
    if (status == 0 && moment_votes(moment).count > 0) {
        status = zip_table(moment, zip, FILE_VOTES, "votes", problem);
    }
    if (status == 0) {
        status = zip_table(moment, zip, FILE_COLUMNS, "columns", problem);
    }
    return status;
}

int lab_export_zip(struct lab *lab, const char *name, struct lab_votes votes,
                   lab_export_write write, void *context, struct lab_problem *problem)
{
    struct moment moment;
    struct zip zip = {.write = write, .context = context};
    int status = moment_take(lab, name, true, &moment, problem);
    if (status == 0) {
        moment.report->votes = votes;
        zip.archive = archive_write_new();
        if (zip.archive == NULL || archive_write_set_format_zip(zip.archive) != ARCHIVE_OK ||
            archive_write_set_bytes_in_last_block(zip.archive, 1) != ARCHIVE_OK ||
            archive_write_open(zip.archive, &zip, NULL, zip_write, NULL) != ARCHIVE_OK) {
            status = lab_refuse(problem, LAB_UNAVAILABLE, "no archive can be made");
        } else {
            status = zip_all(&moment, &zip, problem);
        }
        if (status == 0 && (archive_write_close(zip.archive) != ARCHIVE_OK || zip.status != 0)) {
            status = lab_refuse(problem, LAB_UNAVAILABLE, "the receiver has gone");
        }
        (void)archive_write_free(zip.archive);
    }
    moment_give(&moment);
    return status;
}
