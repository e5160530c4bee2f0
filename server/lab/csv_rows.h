/* csv_rows.h - rows of result tables as CSV, whether they come from the store or from a world.
 *
 * Plain files are RFC 4180 in UTF-8, decimals with a point, quoted as sqlite3 -csv quotes. For
 * spreadsheets: a byte order mark, the separator and decimal sign of the country, and an
 * apostrophe before a text that would be taken for a formula. */
#ifndef LAB_CSV_ROWS_H
#define LAB_CSV_ROWS_H

#include "base/csv_writer.h"
#include "lab/tables.h"

enum { LAB_CSV_ROW_BYTES_MAX = 16 * 1024, LAB_CSV_PREFIX_BYTES = 256 };

/* What is the same in each row of a run. */
struct lab_csv {
    enum lab_export_flavour flavour;
    char prefix[LAB_CSV_PREFIX_BYTES]; /* run_id, seed, system, scenario, mode */
    uint32_t prefix_length;
};

void lab_csv_begin(struct lab_csv *csv, enum lab_export_flavour flavour, const char *run_id,
                   uint64_t seed, const struct lab_scenario *scenario);
/* All of these append one row to `text`, which must have room for LAB_CSV_ROW_BYTES_MAX. */
void lab_csv_header(const struct lab_csv *csv, const struct lab_table *table, struct text *text);
void lab_csv_row(const struct lab_csv *csv, const struct lab_table *table,
                 const struct lab_row *row, struct text *text);
/* A file of texts only (inputs, columns): `t_ms` as its decimal text or NULL for no time. */
void lab_csv_texts_header(const struct lab_csv *csv, const char *const *names, uint32_t count,
                          struct text *text);
void lab_csv_texts(const struct lab_csv *csv, int64_t time_ns, const char *const *texts,
                   uint32_t count, struct text *text);

#endif
