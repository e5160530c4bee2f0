/* csv_writer.c - rows of comma-separated values as `sqlite3 -csv` writes them.
 *
 * Its rule for quoting is wider than RFC 4180 demands (a space alone makes quotes). Following it to
 * the byte lets a test compare an export with SQLite's own, and a student see no difference. */
#include "base/csv_writer.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct csv_writer csv_init(struct text *text)
{
    assert(text != NULL);
    return (struct csv_writer){.text = text, .followed = false, .separator = ','};
}

/* The separator stands before every field but the first: a row knows its end only when it comes. */
static void csv_begin_field(struct csv_writer *csv)
{
    if (csv->followed) {
        text_add_char(csv->text, csv->separator);
    }
    csv->followed = true;
}

/* An empty text is quoted, so that it differs from an absent value. */
static bool csv_needs_quotes(const char *value, uint32_t size, char separator)
{
    for (uint32_t i = 0; i < size; i++) {
        uint8_t c = (uint8_t)value[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\'' || c == ',' || c == (uint8_t)separator) {
            return true;
        }
    }
    return size == 0;
}

void csv_bytes(struct csv_writer *csv, const char *value, uint32_t size)
{
    assert(value != NULL);
    csv_begin_field(csv);
    if (!csv_needs_quotes(value, size, csv->separator)) {
        text_add_bytes(csv->text, value, size);
        return;
    }
    text_add_char(csv->text, '"');
    uint32_t begin = 0;
    for (uint32_t i = 0; i < size; i++) {
        if (value[i] == '"') {
            text_add_bytes(csv->text, value + begin, i + 1 - begin);
            begin = i; /* the quote itself is copied once more with what follows */
        }
    }
    text_add_bytes(csv->text, value + begin, size - begin);
    text_add_char(csv->text, '"');
}

void csv_string(struct csv_writer *csv, const char *value)
{
    if (value == NULL) {
        csv_absent(csv);
        return;
    }
    csv_bytes(csv, value, (uint32_t)strlen(value));
}

void csv_u64(struct csv_writer *csv, uint64_t value)
{
    csv_begin_field(csv);
    text_add_u64(csv->text, value);
}

void csv_i64(struct csv_writer *csv, int64_t value)
{
    csv_begin_field(csv);
    text_add_i64(csv->text, value);
}

void csv_decimal(struct csv_writer *csv, int64_t value, unsigned decimals)
{
    csv_begin_field(csv);
    text_add_decimal(csv->text, value, decimals);
}

void csv_absent(struct csv_writer *csv)
{
    csv_begin_field(csv);
}

void csv_end_row(struct csv_writer *csv)
{
    assert(csv->followed); /* a row of no fields would read as one absent value */
    text_add(csv->text, "\r\n");
    csv->followed = false;
}
