/* pieces.h - text that is written out in pieces while it grows: exports of any length in one
 * buffer. */
#ifndef LAB_PIECES_H
#define LAB_PIECES_H

#include "base/text.h"
#include "lab/csv_rows.h"
#include "lab/input.h"
#include "lab/lab.h"

enum { LAB_PIECE_BYTES = 64 * 1024 };

struct lab_pieces {
    struct text text; /* append here, at most LAB_CSV_ROW_BYTES_MAX between two calls of room() */
    lab_export_write write;
    void *context;
    int status; /* what write() answered last; not 0: stop */
    char buffer[LAB_PIECE_BYTES];
};

void lab_pieces_begin(struct lab_pieces *pieces, lab_export_write write, void *context);
/* Makes room for one more row. False: the receiver wants no more. */
bool lab_pieces_room(struct lab_pieces *pieces);
/* Writes what is left. False: it could not be written. */
bool lab_pieces_end(struct lab_pieces *pieces);

/* inputs.csv, columns.csv and votes.csv, which are not made of result rows. */
void lab_csv_inputs(const struct lab_csv *csv, const struct lab_scenario *scenario,
                    const struct lab_inputs *inputs, struct lab_pieces *pieces);
void lab_csv_columns(const struct lab_csv *csv, const struct system *system,
                     struct lab_pieces *pieces);
/* votes.csv, and what columns.csv says of it: of a run that a class voted on. */
void lab_csv_votes(const struct lab_csv *csv, struct lab_votes votes, struct lab_pieces *pieces);
void lab_csv_votes_columns(const struct lab_csv *csv, struct lab_pieces *pieces);
/* Rows of columns.csv, without votes. */
uint64_t lab_csv_columns_count(const struct system *system);

#endif
