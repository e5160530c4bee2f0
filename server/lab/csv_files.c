/* csv_files.c - all tables of a run as files in a folder, and the evidence beside them. */
#include "lab/csv_files.h"

#include "lab/lab_internal.h"
#include "lab/pieces.h"
#include "lab/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 1024, FILES_MAX = LAB_TABLES_MAX };

struct lab_csv_files {
    char folder[PATH_BYTES];
    struct lab_csv csv;
    const struct lab_scenario *scenario;
    const struct lab_tables *tables;
    FILE *files[FILES_MAX];
    struct lab_pieces *pieces[FILES_MAX];
    struct lab_report_rows *report_rows;
    int error; /* errno of the first failure */
};

static int write_file(void *context, const void *bytes, size_t length)
{
    return fwrite(bytes, 1, length, context) == length ? 0 : -1;
}

static FILE *file_open(struct lab_csv_files *files, const char *name, const char *ending)
{
    char path[PATH_BYTES + 64];
    (void)snprintf(path, sizeof path, "%s/%s%s", files->folder, name, ending);
    FILE *file = fopen(path, "wb");
    if (file == NULL && files->error == 0) {
        files->error = errno;
    }
    return file;
}

static void file_close(struct lab_csv_files *files, FILE *file)
{
    bool bad = file == NULL || ferror(file) != 0;
    if (file != NULL && fclose(file) != 0) {
        bad = true;
    }
    if (bad && files->error == 0) {
        files->error = errno == 0 ? EIO : errno;
    }
}

static void tables_open(struct lab_csv_files *files)
{
    for (uint32_t i = 0; i < files->tables->count; i++) {
        files->pieces[i] = malloc(sizeof *files->pieces[i]);
        if (files->pieces[i] == NULL) {
            abort();
        }
        files->files[i] = file_open(files, files->tables->tables[i].name, ".csv");
        if (files->files[i] == NULL) {
            return;
        }
        lab_pieces_begin(files->pieces[i], write_file, files->files[i]);
        lab_csv_header(&files->csv, &files->tables->tables[i], &files->pieces[i]->text);
    }
}

static int refuse(const struct lab_csv_files *files, struct lab_problem *problem)
{
    return lab_refuse(problem, LAB_UNAVAILABLE, "cannot write to %.300s: %s", files->folder,
                      strerror(files->error));
}

static void files_free(struct lab_csv_files **files)
{
    for (uint32_t i = 0; i < FILES_MAX; i++) {
        free((*files)->pieces[i]);
    }
    lab_report_rows_free(&(*files)->report_rows);
    free(*files);
    *files = NULL;
}

int lab_csv_files_open(const char *folder, const struct lab_course *course,
                       struct lab_csv_files **out, struct lab_problem *problem)
{
    char run_id[LAB_RUN_ID_BYTES];
    struct lab_csv_files *files = calloc(1, sizeof *files);
    if (files == NULL) {
        abort();
    }
    files->scenario = course->scenario;
    files->tables = course->recorder.tables;
    files->report_rows = lab_report_rows_new(course->scenario);
    (void)snprintf(files->folder, sizeof files->folder, "%s", folder);
    lab_run_id_make(course->scenario, course->seed, course->settings, run_id);
    lab_csv_begin(&files->csv, LAB_EXPORT_PLAIN, run_id, course->seed, course->scenario);
    if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
        files->error = errno;
    } else {
        tables_open(files);
    }
    if (files->error != 0) {
        int status = refuse(files, problem);
        for (uint32_t i = 0; i < FILES_MAX; i++) {
            if (files->files[i] != NULL) {
                (void)fclose(files->files[i]);
            }
        }
        files_free(&files);
        return status;
    }
    *out = files;
    return 0;
}

void lab_csv_files_put(struct lab_csv_files *files, const struct lab_row *row)
{
    lab_report_rows_put(files->report_rows, row);
    if (lab_pieces_room(files->pieces[row->table])) {
        lab_csv_row(&files->csv, &files->tables->tables[row->table], row,
                    &files->pieces[row->table]->text);
    }
}

static void put_open(void *context, const struct node_row *from)
{
    struct lab_csv_files *files = context;
    struct lab_row row;
    lab_row_convert(files->scenario, from, &row);
    lab_csv_files_put(files, &row);
}

static void put_open_rows(struct lab_csv_files *files, const struct lab_course *course)
{
    struct node_world world;
    struct node_row_sink sink = {.context = files, .put = put_open};
    sim_world_view(&course->sim, &world);
    course->scenario->system->rows_open(sim_observer_state(&course->sim), &world, &sink);
    for (uint32_t i = 0; i < course->recorder.open.count; i++) {
        struct lab_row row;
        lab_operation_row(files->scenario, &course->recorder.open.items[i], &row);
        lab_csv_files_put(files, &row);
    }
}

static void put_verdicts(struct lab_csv_files *files, const struct lab_course *course,
                         const struct lab_judgement *judgement, const char *excuse)
{
    for (uint32_t i = 0; i < judgement->count; i++) {
        struct lab_row row;
        struct lab_verdict_texts texts;
        lab_verdict_row(course->scenario, judgement, i, excuse, lab_course_now_ns(course), &row,
                        &texts);
        lab_csv_files_put(files, &row);
    }
}

/* For the checkers of others. */
static void put_lines(struct lab_csv_files *files, const struct lab_course *course)
{
    const struct lab_told_operations told = {&course->operations, NULL, &course->recorder.open};
    FILE *lines = file_open(files, "history", ".jsonl");
    if (lines != NULL) {
        lab_pieces_begin(files->pieces[0], write_file, lines);
        lab_operations_lines(files->scenario, &told, files->pieces[0]);
        (void)lab_pieces_end(files->pieces[0]);
    }
    file_close(files, lines);
}

static void put_others(struct lab_csv_files *files, const struct lab_course *course,
                       const char *run_json)
{
    struct lab_pieces *pieces = files->pieces[0]; /* its table is finished */
    FILE *inputs = file_open(files, "inputs", ".csv");
    FILE *columns = file_open(files, "columns", ".csv");
    FILE *document = file_open(files, "run", ".json");
    if (inputs != NULL && columns != NULL && document != NULL) {
        lab_pieces_begin(pieces, write_file, inputs);
        lab_csv_inputs(&files->csv, course->scenario, &course->inputs, pieces);
        (void)lab_pieces_end(pieces);
        lab_pieces_begin(pieces, write_file, columns);
        lab_csv_columns(&files->csv, course->scenario->system, pieces);
        (void)lab_pieces_end(pieces);
        (void)fputs(run_json, document);
    }
    file_close(files, inputs);
    file_close(files, columns);
    file_close(files, document);
}

static void put_link(struct lab_csv_files *files, const char *letters)
{
    FILE *link = file_open(files, "run", ".chef");
    if (link != NULL) {
        (void)fputs(letters, link);
        (void)fputc('\n', link);
    }
    file_close(files, link);
}

/* report.html and, unless the run is too much for a link, run.chef. */
static void put_evidence(struct lab_csv_files *files, const struct lab_course *course,
                         const struct lab_judgement *judgement, const struct lab_proofs *proofs)
{
    struct lab_pieces *pieces = files->pieces[0]; /* its table is finished */
    struct lab_report *report = malloc(sizeof *report);
    FILE *page = file_open(files, "report", ".html");
    if (report == NULL) {
        abort();
    }
    lab_report_look(report, course, NULL, -1);
    report->proofs = proofs;
    if (page != NULL) {
        lab_pieces_begin(pieces, write_file, page);
        lab_report_write(report, files->report_rows, &course->inputs, judgement, pieces);
        (void)lab_pieces_end(pieces);
    }
    file_close(files, page);
    if (report->link != NULL) {
        put_link(files, report->link);
    }
    lab_report_forget(report);
    free(report);
}

int lab_csv_files_close(struct lab_csv_files **files_pointer, const struct lab_course *course,
                        const struct lab_judgement *judgement, const struct lab_proofs *proofs,
                        const char *excuse, const char *run_json, struct lab_problem *problem)
{
    struct lab_csv_files *files = *files_pointer;
    *files_pointer = NULL;
    put_open_rows(files, course);
    put_verdicts(files, course, judgement, excuse);
    for (uint32_t i = 0; i < files->tables->count; i++) {
        (void)lab_pieces_end(files->pieces[i]);
        file_close(files, files->files[i]);
    }
    put_others(files, course, run_json);
    if (files->tables->history >= 0) {
        put_lines(files, course);
    }
    put_evidence(files, course, judgement, proofs);
    int status = files->error == 0 ? 0 : refuse(files, problem);
    files_free(&files);
    return status;
}
