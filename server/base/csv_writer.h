/* csv_writer.h - rows of comma-separated values (RFC 4180), quoted byte for byte as `sqlite3 -csv`
 * quotes.
 *
 * A field is quoted when it is empty or holds a control character, a space, a quote of either kind,
 * a comma, DEL or any byte above 127; quotes inside are doubled; a row ends with CR LF; an absent
 * value (SQL NULL) is nothing at all. Numbers need no quotes and skip the scan. */
#ifndef BASE_CSV_WRITER_H
#define BASE_CSV_WRITER_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* The text belongs to the caller. A row that does not fit shows as `cut` of the text: the caller
 * then writes the text out up to the last whole row and appends that row again. */
struct csv_writer {
    struct text *text;
    bool followed;  /* the row already holds a field */
    char separator; /* a comma; spreadsheets of some countries want a semicolon */
};

/* At the beginning of a row, with a comma. */
struct csv_writer csv_init(struct text *text);

/* Each appends one field. None can fail; see `cut`. */

void csv_string(struct csv_writer *csv, const char *value); /* NULL is an absent value */
void csv_bytes(struct csv_writer *csv, const char *value, uint32_t size);
void csv_u64(struct csv_writer *csv, uint64_t value);
void csv_i64(struct csv_writer *csv, int64_t value);
/* value / 10^decimals, as in text_add_decimal(). */
void csv_decimal(struct csv_writer *csv, int64_t value, unsigned decimals);
void csv_absent(struct csv_writer *csv);
/* Ends a row of at least one field. */
void csv_end_row(struct csv_writer *csv);

#endif
