/* open.c - completing a run: a new one, or one that comes back from the store.
 *
 * A stored run is its scenario, seed, settings and inputs. It is computed again up to its live
 * edge: from the beginning, or from a checkpoint that this very program wrote. Its rows are
 * numbered as they were the first time, so only those that the store lacks are written. */
#include "lab/lab_internal.h"

#include "lab/checkpoint.h"
#include "lab/settings.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Listening ---- */

static void keep_row(void *context, const struct lab_row *row)
{
    struct lab_run *run = context;
    const struct lab_table *table = &run->course.recorder.tables->tables[row->table];
    if (run->batch == NULL) {
        run->batch = store_batch_create(run->key);
    }
    store_batch_row(run->batch, table->store_table, row->row, row->time_ns);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const struct lab_cell *cell = &row->cells[i];
        if (cell->kind == LAB_CELL_NULL) {
            store_batch_null(run->batch);
        } else if (cell->kind == LAB_CELL_TEXT) {
            store_batch_text(run->batch, cell->text);
        } else if (table->columns[i].type == STORE_REAL) {
            store_batch_decimal(run->batch, cell->value, table->columns[i].decimals);
        } else {
            store_batch_number(run->batch, cell->value);
        }
    }
}

static void see_note(void *context, const struct node_note *note, const struct system_note *known)
{
    struct lab_run *run = context;
    lab_show_note(&run->show, note, known);
}

static void see_row(void *context, const struct node_row *row)
{
    struct lab_run *run = context;
    lab_show_row(&run->show, row);
    if (row->table == run->nodes_table && row->cells[0] >= 0 &&
        row->cells[0] < (int64_t)SIM_NODES_MAX) {
        run->node_rows[row->cells[0]] = *row;
    }
}

static void see_input(void *context, const struct sim_input *input)
{
    struct lab_run *run = context;
    lab_faults_input(&run->show.faults, run->scenario, input);
}

void lab_run_listen(struct lab_run *run)
{
    run->course.context = run;
    run->course.put = keep_row;
    run->course.note = see_note;
    run->course.row = see_row;
    run->course.applied = see_input;
}

int lab_run_open(struct lab *lab, struct lab_run *run, uint64_t seed, const int64_t *settings,
                 struct lab_problem *problem)
{
    (void)lab;
    int status = lab_course_open(&run->course, run->scenario, seed, settings, false, problem);
    if (status != 0) {
        return status;
    }
    const struct system *system = run->scenario->system;
    struct sim_counters counters;
    sim_counters_read(&run->course.sim, &counters);
    run->world_bytes = counters.world_bytes;
    lab_show_begin(&run->show, run->scenario);
    run->nodes_table = lab_show_table(system, system->name); /* called like the system */
    run->flushed_ns = lab_clock_ns();
    lab_run_listen(run);
    lab_run_anchor(run);
    return 0;
}

void lab_run_close(struct lab *lab, struct lab_run *run)
{
    lab_history_free(lab, &run->history);
    store_batch_destroy(&run->batch);
    if (run->course.sim.world != NULL) {
        lab_course_close(&run->course);
    }
    cJSON_Delete(run->settings_json);
    lab_scenario_free(&run->scenario);
}

/* ---- Coming back ---- */

/* What the store says about a run, copied out of its reader. */
struct stored {
    struct lab_run *run;
    struct lab_problem *problem;
    int status;
    bool found;
    uint64_t seed, digest;
    int64_t t_ns;
    int64_t settings[LAB_SETTINGS_MAX];
};

static int read_settings(struct stored *stored, const char *text)
{
    const struct system *system = stored->run->scenario->system;
    cJSON *object = cJSON_Parse(text);
    memcpy(stored->settings, stored->run->scenario->settings,
           system->setting_count * sizeof stored->settings[0]);
    stored->run->settings_json = object;
    return lab_settings_parse(system, object, stored->settings, stored->problem);
}

static void read_run(void *context, const struct store_run *from)
{
    struct stored *stored = context;
    struct lab_run *run = stored->run;
    stored->found = true;
    stored->seed = from->seed;
    stored->t_ns = from->t_ns;
    stored->digest = from->digest;
    run->key = from->run;
    run->created_ms = from->created_ms;
    run->pace.speed_ppm = from->speed_ppm;
    run->pace.paused = from->paused;
    (void)snprintf(run->run_id, sizeof run->run_id, "%s", from->run_id);
    (void)snprintf(run->behaviour_id, sizeof run->behaviour_id, "%s", from->behaviour_id);
    (void)snprintf(run->owner, sizeof run->owner, "%s", from->owner);
    (void)snprintf(run->parent, sizeof run->parent, "%s", from->parent);
    (void)snprintf(run->family, sizeof run->family, "%s", from->family);
    (void)snprintf(run->label, sizeof run->label, "%s", from->label);
    run->branch_ns = from->branch_ns;
    stored->status =
        lab_scenario_parse(from->scenario, from->scenario_text, &run->scenario, stored->problem);
    if (stored->status == 0) {
        stored->status = read_settings(stored, from->settings);
    }
}

static void read_input(void *context, const struct store_input *from)
{
    struct stored *stored = context;
    struct lab_run *run = stored->run;
    struct sim_input input;
    cJSON *body = cJSON_Parse(from->body);
    if (stored->status == 0) {
        stored->status = lab_input_parse(run->scenario, body, &input, NULL, stored->problem);
    }
    cJSON_Delete(body);
    if (stored->status != 0) {
        return;
    }
    if (from->t_ns == stored->t_ns) {
        stored->digest = 0; /* it was noted before this input took effect, or after: unknown */
    }
    input.time_ns = from->t_ns;
    lab_course_input(&run->course, &input, from->input, from->who);
    run->input_last = from->input > run->input_last ? from->input : run->input_last;
    stored->t_ns = from->accepted_ns > stored->t_ns ? from->accepted_ns : stored->t_ns;
}

static int restore_inputs(struct lab *lab, struct stored *stored)
{
    struct error error = {.text = ""};
    if (store_inputs_read(lab->store, stored->run->key, read_input, stored, &error) != 0) {
        return lab_refuse(stored->problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    return stored->status;
}

static int restore_counts(struct lab *lab, struct stored *stored)
{
    uint64_t counts[STORE_TABLES_MAX];
    struct error error = {.text = ""};
    struct lab_recorder *recorder = &stored->run->course.recorder;
    if (store_rows_count(lab->store, stored->run->key, counts, &error) != 0) {
        return lab_refuse(stored->problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    for (uint32_t i = 0; i < recorder->tables->count; i++) {
        recorder->stored[i] = counts[recorder->tables->tables[i].store_table];
    }
    return 0;
}

/* A run of another version of the program may take another way; then what is stored is all that
 * can be shown of it. */
static void check_digest(struct stored *stored)
{
    struct lab_run *run = stored->run;
    uint64_t digest = sim_digest(&run->course.sim);
    if (lab_course_now_ns(&run->course) != stored->t_ns || stored->digest == 0 ||
        stored->digest == digest) {
        return;
    }
    run->broken = true;
    (void)error_set(&run->trouble,
                    "this run was made by another version (digest %016" PRIx64 ", here %016" PRIx64
                    "); its exports stay as they were",
                    stored->digest, digest);
}

/* Up to the edge, however far that is: whoever asked for the run waits. Only the end of the program
 * goes first. */
static int recompute(struct lab *lab, struct stored *stored)
{
    struct lab_run *run = stored->run;
    int64_t edge_ns = stored->t_ns;
    uint64_t stored_digest = stored->digest;
    while (lab_course_run(&run->course, edge_ns, LAB_STEPS_A_TURN) == SIM_WORKING) {
        if (atomic_load(&lab->stopping_soon)) {
            return lab_refuse(stored->problem, LAB_UNAVAILABLE, "the program is stopping");
        }
        lab_history_keep(lab, run);
    }
    stored->digest = stored_digest;
    check_digest(stored);
    struct lab_recorder *recorder = &run->course.recorder;
    recorder->given[LAB_TABLE_VERDICTS] = recorder->stored[LAB_TABLE_VERDICTS]; /* by hand */
    run->edge_ns = lab_course_now_ns(&run->course);
    run->checkpoint_ns = run->edge_ns;
    return 0;
}

int lab_run_restore(struct lab *lab, struct lab_run *run, const char *name,
                    struct lab_problem *problem)
{
    struct stored stored = {.run = run, .problem = problem};
    struct error error = {.text = ""};
    struct store_run_query query = {.name = name, .limit = 1};
    if (store_runs_read(lab->store, &query, read_run, &stored, &error) != 0) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%s", error.text);
    }
    if (!stored.found) {
        return lab_refuse(problem, LAB_NOT_FOUND, "there is no run \"%.40s\"", name);
    }
    int64_t edge_of_digest_ns = stored.t_ns;
    if (stored.status == 0) {
        stored.status = lab_run_open(lab, run, stored.seed, stored.settings, problem);
    }
    if (stored.status == 0) {
        stored.status = restore_inputs(lab, &stored);
    }
    if (stored.status == 0) {
        stored.status = restore_counts(lab, &stored);
    }
    if (stored.status != 0) {
        return stored.status;
    }
    if (stored.t_ns != edge_of_digest_ns) {
        stored.digest = 0; /* an input moved the edge beyond the last digest */
    }
    lab_checkpoint_restore(lab, run);
    stored.status = recompute(lab, &stored);
    lab_run_anchor(run);
    return stored.status;
}
