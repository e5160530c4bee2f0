/* csv_rows.c - rows of result tables as CSV. */
#include "lab/csv_rows.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { TIME_DECIMALS = 3, NS_PER_US = 1000 };
static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";
static const char *const PREFIX_NAMES[] = {"run_id", "seed", "system", "scenario", "mode"};
static const char MODE[] = "simulation";

static bool for_people(const struct lab_csv *csv)
{
    return csv->flavour != LAB_EXPORT_PLAIN;
}

static struct csv_writer writer_of(const struct lab_csv *csv, struct text *text)
{
    struct csv_writer writer = csv_init(text);
    if (csv->flavour == LAB_EXPORT_EXCEL_SEMICOLON) {
        writer.separator = ';';
    }
    return writer;
}

static void put_text(const struct lab_csv *csv, struct csv_writer *writer, const char *text)
{
    char guarded[STORE_NAME_BYTES * 40];
    if (for_people(csv) && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL) {
        (void)snprintf(guarded, sizeof guarded, "'%s", text);
        text = guarded;
    }
    csv_string(writer, text);
}

static void put_decimal(const struct lab_csv *csv, struct csv_writer *writer, int64_t value,
                        uint8_t decimals)
{
    if (csv->flavour != LAB_EXPORT_EXCEL_SEMICOLON || decimals == 0) {
        csv_decimal(writer, value, decimals);
        return;
    }
    char buffer[32];
    struct text text = text_init(buffer, sizeof buffer);
    text_add_decimal(&text, value, decimals);
    char *point = strchr(buffer, '.');
    if (point != NULL) {
        *point = ',';
    }
    csv_bytes(writer, buffer, text.length);
}

void lab_csv_begin(struct lab_csv *csv, enum lab_export_flavour flavour, const char *run_id,
                   uint64_t seed, const struct lab_scenario *scenario)
{
    csv->flavour = flavour;
    struct text text = text_init(csv->prefix, sizeof csv->prefix);
    struct csv_writer writer = writer_of(csv, &text);
    put_text(csv, &writer, run_id);
    csv_u64(&writer, seed);
    put_text(csv, &writer, scenario->system->name);
    put_text(csv, &writer, scenario->name);
    put_text(csv, &writer, MODE);
    assert(!text.cut);
    csv->prefix_length = text.length;
}

static void put_prefix(const struct lab_csv *csv, struct csv_writer *writer)
{
    text_add_bytes(writer->text, csv->prefix, csv->prefix_length);
    writer->followed = true;
}

static void put_time(const struct lab_csv *csv, struct csv_writer *writer, int64_t time_ns)
{
    put_decimal(csv, writer, time_ns / NS_PER_US, TIME_DECIMALS);
}

static void put_prefix_names(const struct lab_csv *csv, struct csv_writer *writer)
{
    if (for_people(csv)) {
        text_add(writer->text, BYTE_ORDER_MARK);
    }
    for (size_t i = 0; i < sizeof PREFIX_NAMES / sizeof PREFIX_NAMES[0]; i++) {
        csv_string(writer, PREFIX_NAMES[i]);
    }
}

void lab_csv_header(const struct lab_csv *csv, const struct lab_table *table, struct text *text)
{
    struct csv_writer writer = writer_of(csv, text);
    put_prefix_names(csv, &writer);
    csv_string(&writer, "t_ms");
    for (uint32_t i = 0; i < table->column_count; i++) {
        csv_string(&writer, table->columns[i].name);
    }
    csv_end_row(&writer);
}

void lab_csv_row(const struct lab_csv *csv, const struct lab_table *table,
                 const struct lab_row *row, struct text *text)
{
    struct csv_writer writer = writer_of(csv, text);
    put_prefix(csv, &writer);
    put_time(csv, &writer, row->time_ns);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const struct lab_cell *cell = &row->cells[i];
        switch (cell->kind) {
        case LAB_CELL_NULL:
            csv_absent(&writer);
            break;
        case LAB_CELL_NUMBER:
            put_decimal(csv, &writer, cell->value, table->columns[i].decimals);
            break;
        case LAB_CELL_TEXT:
            put_text(csv, &writer, cell->text);
            break;
        }
    }
    csv_end_row(&writer);
}

void lab_csv_texts_header(const struct lab_csv *csv, const char *const *names, uint32_t count,
                          struct text *text)
{
    struct csv_writer writer = writer_of(csv, text);
    put_prefix_names(csv, &writer);
    csv_string(&writer, "t_ms");
    for (uint32_t i = 0; i < count; i++) {
        csv_string(&writer, names[i]);
    }
    csv_end_row(&writer);
}

void lab_csv_texts(const struct lab_csv *csv, int64_t time_ns, const char *const *texts,
                   uint32_t count, struct text *text)
{
    struct csv_writer writer = writer_of(csv, text);
    put_prefix(csv, &writer);
    if (time_ns < 0) {
        csv_absent(&writer);
    } else {
        put_time(csv, &writer, time_ns);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (texts[i] == NULL) {
            csv_absent(&writer);
        } else {
            put_text(csv, &writer, texts[i]);
        }
    }
    csv_end_row(&writer);
}
