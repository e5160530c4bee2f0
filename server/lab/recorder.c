/* recorder.c - listens to a world and hands its rows on. */
#include "lab/recorder.h"

#include "lab/notes.h"
#include "lab/words.h"

#include <string.h>

enum { EVENT_TEXT_BYTES = 400 };

void lab_recorder_init(struct lab_recorder *recorder, const struct lab_scenario *scenario)
{
    *recorder = (struct lab_recorder){.scenario = scenario, .tables = lab_tables(scenario->system)};
}

void lab_recorder_free(struct lab_recorder *recorder)
{
    lab_open_operations_free(&recorder->open);
}

void lab_recorder_put(struct lab_recorder *recorder, struct lab_row *row)
{
    row->row = ++recorder->given[row->table];
    if (recorder->put != NULL && row->row > recorder->stored[row->table]) {
        recorder->put(recorder->context, row);
    }
}

static bool is_wanted(const struct lab_recorder *recorder, uint32_t table)
{
    return recorder->put != NULL && recorder->given[table] + 1 > recorder->stored[table];
}

static void take_row(void *context, const struct node_row *from)
{
    struct lab_recorder *recorder = context;
    uint32_t table = LAB_OWN_TABLES + from->table;
    if (recorder->row != NULL) {
        recorder->row(recorder->context, from);
    }
    if (!is_wanted(recorder, table)) {
        recorder->given[table]++;
        return;
    }
    struct lab_row row;
    lab_row_convert(recorder->scenario, from, &row);
    lab_recorder_put(recorder, &row);
}

static struct lab_cell number_cell(int64_t value)
{
    return (struct lab_cell){.kind = LAB_CELL_NUMBER, .value = value};
}

static struct lab_cell text_cell(const char *text)
{
    return (struct lab_cell){.kind = text == NULL ? LAB_CELL_NULL : LAB_CELL_TEXT, .text = text};
}

static struct lab_cell node_cell(const struct lab_scenario *scenario, uint32_t node)
{
    return text_cell(node < scenario->node_count ? scenario->nodes[node].name : NULL);
}

/* A listed note as a row of events. */
static void put_event(struct lab_recorder *recorder, const struct node_note *note,
                      const struct system_note *known)
{
    char words[EVENT_TEXT_BYTES];
    struct text text = text_init(words, sizeof words);
    lab_words_note(recorder->scenario, note, &text);
    struct lab_row row = {.table = LAB_TABLE_EVENTS, .time_ns = note->time_ns};
    row.cells[0] = number_cell((int64_t)note->event);
    row.cells[1] = number_cell((int64_t)note->cause);
    row.cells[2] = text_cell(known->name);
    row.cells[3] = node_cell(recorder->scenario, note->node);
    row.cells[4] = node_cell(recorder->scenario, note->peer);
    row.cells[5] = note->subject == NODE_NONE ? text_cell(NULL) : number_cell(note->subject);
    row.cells[6] = text_cell(words);
    for (int i = 0; i < NODE_NOTE_ARGS; i++) {
        row.cells[7 + i] = known->args[i] == NULL ? text_cell(NULL) : number_cell(note->args[i]);
    }
    lab_recorder_put(recorder, &row);
}

static uint32_t faults_active(const struct lab_recorder *recorder)
{
    struct node_world world;
    if (recorder->sim == NULL) {
        return 0;
    }
    sim_world_view(recorder->sim, &world);
    return world.faults_active;
}

/* What a note tells of an operation; it becomes a row when it is over. */
static void take_operation(struct lab_recorder *recorder, const struct node_note *note)
{
    struct lab_operation over;
    uint32_t table = (uint32_t)recorder->tables->history;
    if (!lab_operations_note(&recorder->open, recorder->scenario, note, &over)) {
        return;
    }
    over.faults_active = faults_active(recorder);
    if (recorder->over != NULL) {
        lab_operations_add(recorder->over, &over);
    }
    if (is_wanted(recorder, table)) {
        struct lab_row row;
        lab_operation_row(recorder->scenario, &over, &row);
        lab_recorder_put(recorder, &row);
    } else {
        recorder->given[table]++;
    }
}

static void take_note(void *context, const struct node_note *note)
{
    struct lab_recorder *recorder = context;
    const struct system_note *known = lab_note(recorder->scenario->system, note->kind);
    if (known == NULL) {
        return;
    }
    if (known->listed) {
        if (is_wanted(recorder, LAB_TABLE_EVENTS)) {
            put_event(recorder, note, known);
        } else {
            recorder->given[LAB_TABLE_EVENTS]++;
        }
    }
    if (recorder->tables->history >= 0) {
        take_operation(recorder, note);
    }
    if (recorder->note != NULL) {
        recorder->note(recorder->context, note, known);
    }
}

struct node_row_sink lab_recorder_sink(struct lab_recorder *recorder)
{
    return (struct node_row_sink){.context = recorder, .put = take_row, .note = take_note};
}

uint64_t lab_recorder_rows(const struct lab_recorder *recorder)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < recorder->tables->count; i++) {
        rows += recorder->given[i];
    }
    return rows;
}
