/* pieces.c - exports in pieces, and the files that are not made of result rows. */
#include "lab/pieces.h"

#include "store/store.h"

#include <cjson/cJSON.h>
#include <stdio.h>

_Static_assert(LAB_PIECE_BYTES >= 2 * LAB_CSV_ROW_BYTES_MAX, "a row fits into what is left");

void lab_pieces_begin(struct lab_pieces *pieces, lab_export_write write, void *context)
{
    pieces->text = text_init(pieces->buffer, sizeof pieces->buffer);
    pieces->write = write;
    pieces->context = context;
    pieces->status = 0;
}

static void write_out(struct lab_pieces *pieces)
{
    if (pieces->status == 0 && pieces->text.length > 0) {
        pieces->status = pieces->write(pieces->context, pieces->text.at, pieces->text.length);
    }
    text_clear(&pieces->text);
}

bool lab_pieces_room(struct lab_pieces *pieces)
{
    if (pieces->text.capacity - pieces->text.length <= LAB_CSV_ROW_BYTES_MAX) {
        write_out(pieces);
    }
    return pieces->status == 0;
}

bool lab_pieces_end(struct lab_pieces *pieces)
{
    write_out(pieces);
    return pieces->status == 0;
}

/* ---- inputs.csv ---- */

static const char *const INPUT_COLUMNS[] = {"input_id", "who", "type", "node", "peer", "args"};
static const char *const INPUT_MEANINGS[] = {
    "number of the input, in order of acceptance",
    "who gave it: presenter, phone or script",
    "what it does: node.crash, order.place ...",
    "node it concerns",
    "other node",
    "its arguments as a JSON object, by name",
};
enum { INPUT_COLUMN_COUNT = sizeof INPUT_COLUMNS / sizeof INPUT_COLUMNS[0] };

static void put_input(const struct lab_csv *csv, const struct lab_scenario *scenario,
                      const struct lab_input *item, struct text *text)
{
    char number[16];
    (void)snprintf(number, sizeof number, "%u", item->number);
    cJSON *body = lab_input_json(scenario, &item->input);
    cJSON *type = cJSON_DetachItemFromObject(body, "type");
    cJSON *node = cJSON_DetachItemFromObject(body, "node");
    cJSON *peer = cJSON_DetachItemFromObject(body, "peer");
    char *args = cJSON_PrintUnformatted(body);
    const char *const texts[] = {number,
                                 item->who,
                                 type->valuestring,
                                 node == NULL ? NULL : node->valuestring,
                                 peer == NULL ? NULL : peer->valuestring,
                                 args};
    lab_csv_texts(csv, item->input.time_ns, texts, INPUT_COLUMN_COUNT, text);
    cJSON_free(args);
    cJSON_Delete(type);
    cJSON_Delete(node);
    cJSON_Delete(peer);
    cJSON_Delete(body);
}

void lab_csv_inputs(const struct lab_csv *csv, const struct lab_scenario *scenario,
                    const struct lab_inputs *inputs, struct lab_pieces *pieces)
{
    lab_csv_texts_header(csv, INPUT_COLUMNS, INPUT_COLUMN_COUNT, &pieces->text);
    for (uint32_t i = 0; i < inputs->count && lab_pieces_room(pieces); i++) {
        put_input(csv, scenario, &inputs->items[i], &pieces->text);
    }
}

/* ---- columns.csv ---- */

static const char *const COLUMN_COLUMNS[] = {"file", "column", "unit", "meaning"};
static const char *const PREFIX_COLUMNS[][3] = {
    {"run_id", "", "id of the run, derived from its content: equal runs have equal ids"},
    {"seed", "", "seed of the run"},
    {"system", "", "name of the system"},
    {"scenario", "", "name of the scenario"},
    {"mode", "", "simulation: computed by the deterministic simulator"},
    {"t_ms", "ms", "virtual time since the beginning of the run"},
};

static void put_column(const struct lab_csv *csv, const char *file, const char *const column[3],
                       struct lab_pieces *pieces)
{
    const char *const texts[] = {file, column[0], column[1][0] == '\0' ? NULL : column[1],
                                 column[2]};
    if (lab_pieces_room(pieces)) {
        lab_csv_texts(csv, -1, texts, 4, &pieces->text);
    }
}

uint64_t lab_csv_columns_count(const struct system *system)
{
    const struct lab_tables *tables = lab_tables(system);
    uint64_t count = sizeof PREFIX_COLUMNS / sizeof PREFIX_COLUMNS[0] + INPUT_COLUMN_COUNT;
    for (uint32_t t = 0; t < tables->count; t++) {
        count += tables->tables[t].column_count;
    }
    return count;
}

void lab_csv_columns(const struct lab_csv *csv, const struct system *system,
                     struct lab_pieces *pieces)
{
    const struct lab_tables *tables = lab_tables(system);
    lab_csv_texts_header(csv, COLUMN_COLUMNS, 4, &pieces->text);
    for (size_t i = 0; i < sizeof PREFIX_COLUMNS / sizeof PREFIX_COLUMNS[0]; i++) {
        put_column(csv, "all", PREFIX_COLUMNS[i], pieces);
    }
    for (uint32_t t = 0; t < tables->count; t++) {
        const struct lab_table *table = &tables->tables[t];
        for (uint32_t c = 0; c < table->column_count; c++) {
            const char *const column[3] = {table->columns[c].name, table->columns[c].unit,
                                           table->columns[c].meaning};
            put_column(csv, table->name, column, pieces);
        }
    }
    for (int i = 0; i < INPUT_COLUMN_COUNT; i++) {
        const char *const column[3] = {INPUT_COLUMNS[i], "", INPUT_MEANINGS[i]};
        put_column(csv, "inputs", column, pieces);
    }
}

/* ---- votes.csv ---- */

static const char *const VOTE_COLUMNS[] = {"class", "scene", "step", "round", "option", "count"};
static const char *const VOTE_MEANINGS[] = {
    "which class voted: each opening or reset of the room begins another",
    "scene that asked",
    "its step, which is the question",
    "1: before it was seen; 2: after",
    "what could be chosen",
    "phones whose last vote it was",
};
enum { VOTE_COLUMN_COUNT = sizeof VOTE_COLUMNS / sizeof VOTE_COLUMNS[0] };

void lab_csv_votes(const struct lab_csv *csv, struct lab_votes votes, struct lab_pieces *pieces)
{
    lab_csv_texts_header(csv, VOTE_COLUMNS, VOTE_COLUMN_COUNT, &pieces->text);
    for (uint32_t i = 0; i < votes.count && lab_pieces_room(pieces); i++) {
        const struct store_vote *vote = &votes.items[i];
        char class[16], round[16], count[16];
        (void)snprintf(class, sizeof class, "%u", vote->class);
        (void)snprintf(round, sizeof round, "%u", vote->round);
        (void)snprintf(count, sizeof count, "%u", vote->count);
        const char *const texts[] = {class, vote->scene, vote->step, round, vote->option, count};
        lab_csv_texts(csv, -1, texts, VOTE_COLUMN_COUNT, &pieces->text);
    }
}

void lab_csv_votes_columns(const struct lab_csv *csv, struct lab_pieces *pieces)
{
    for (int i = 0; i < VOTE_COLUMN_COUNT; i++) {
        const char *const column[3] = {VOTE_COLUMNS[i], "", VOTE_MEANINGS[i]};
        put_column(csv, "votes", column, pieces);
    }
}
