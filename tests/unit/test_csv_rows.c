/* test_csv_rows.c - rows as CSV: plain, and as spreadsheets of two kinds of countries want them. */
#include "lab/csv_rows.h"
#include "lab/pieces.h"
#include "toy_scenario.h"
#include "unit.h"

#include <stdlib.h>

const struct system *const SYSTEMS[] = {&TOY};
const uint32_t SYSTEM_COUNT = 1;

static void row_is(enum lab_export_flavour flavour, const char *hearer, const char *expected)
{
    char buffer[LAB_CSV_ROW_BYTES_MAX];
    struct text text = text_init(buffer, sizeof buffer);
    struct lab_csv csv;
    const struct lab_table *beats = &lab_tables(&TOY)->tables[LAB_OWN_TABLES];
    struct lab_row row = {.table = LAB_OWN_TABLES, .time_ns = 1234567890};
    row.cells[0] = (struct lab_cell){.kind = LAB_CELL_NUMBER, .value = -7};
    row.cells[1] = (struct lab_cell){.kind = LAB_CELL_NUMBER, .value = -35};
    row.cells[2] = (struct lab_cell){.kind = LAB_CELL_TEXT, .text = hearer};
    row.cells[3] = (struct lab_cell){.kind = LAB_CELL_TEXT, .text = "dark blue"};
    lab_csv_begin(&csv, flavour, "r1", 7, toy_scenario);
    lab_csv_row(&csv, beats, &row, &text);
    assert_string_equal(buffer, expected);
}

static void test_flavours(void **state)
{
    (void)state;
    row_is(LAB_EXPORT_PLAIN, "B", "r1,7,toy,toy,simulation,1234.567,-7,-3.5,B,\"dark blue\",\r\n");
    row_is(LAB_EXPORT_PLAIN, "=1+\"x\"",
           "r1,7,toy,toy,simulation,1234.567,-7,-3.5,\"=1+\"\"x\"\"\",\"dark blue\",\r\n");
    row_is(LAB_EXPORT_EXCEL, "=1+1",
           "r1,7,toy,toy,simulation,1234.567,-7,-3.5,\"'=1+1\",\"dark blue\",\r\n");
    row_is(LAB_EXPORT_EXCEL_SEMICOLON, "@x;y",
           "r1;7;toy;toy;simulation;\"1234,567\";-7;\"-3,5\";\"'@x;y\";\"dark blue\";\r\n");
}

static void test_header(void **state)
{
    (void)state;
    char buffer[LAB_CSV_ROW_BYTES_MAX];
    struct text text = text_init(buffer, sizeof buffer);
    struct lab_csv csv;
    const struct lab_table *beats = &lab_tables(&TOY)->tables[LAB_OWN_TABLES];
    lab_csv_begin(&csv, LAB_EXPORT_EXCEL, "r1", 7, toy_scenario);
    lab_csv_header(&csv, beats, &text);
    assert_string_equal(buffer, "\xef\xbb\xbfrun_id,seed,system,scenario,mode,t_ms,number,half,"
                                "hearer,colour,nothing\r\n");
}

static void test_system_rows_in_words(void **state)
{
    (void)state;
    struct node_row from = {.table = 0, .cell_count = 5, .time_ns = 5};
    struct lab_row row;
    const int64_t cells[] = {3, 15, 1, 1, NODE_CELL_NULL};
    memcpy(from.cells, cells, sizeof cells);
    lab_row_convert(toy_scenario, &from, &row);
    assert_int_equal(row.table, LAB_OWN_TABLES);
    assert_string_equal(row.cells[2].text, "B");
    assert_string_equal(row.cells[3].text, "dark blue");
    assert_int_equal(row.cells[4].kind, LAB_CELL_NULL);
    from.cells[2] = 77; /* no such node */
    lab_row_convert(toy_scenario, &from, &row);
    assert_int_equal(row.cells[2].kind, LAB_CELL_NULL);
}

struct received {
    size_t pieces, bytes, largest;
    size_t stop_after; /* pieces */
};

static int receive(void *context, const void *bytes, size_t length)
{
    struct received *received = context;
    (void)bytes;
    received->pieces++;
    received->bytes += length;
    received->largest = length > received->largest ? length : received->largest;
    return received->stop_after > 0 && received->pieces >= received->stop_after ? -1 : 0;
}

static size_t send_rows(struct received *received, uint32_t rows)
{
    struct lab_pieces *pieces = malloc(sizeof *pieces);
    size_t sent = 0;
    assert_non_null(pieces);
    lab_pieces_begin(pieces, receive, received);
    for (uint32_t i = 0; i < rows && lab_pieces_room(pieces); i++) {
        text_add(&pieces->text, "0123456789\r\n");
        sent += 12;
    }
    (void)lab_pieces_end(pieces);
    free(pieces);
    return sent;
}

static void test_pieces(void **state)
{
    (void)state;
    struct received all = {0};
    size_t sent = send_rows(&all, 100000);
    assert_int_equal(sent, 1200000);
    assert_int_equal(all.bytes, sent);
    assert_true(all.largest <= LAB_PIECE_BYTES && all.pieces > 10);
    struct received some = {.stop_after = 2};
    assert_true(send_rows(&some, 100000) < 3 * LAB_PIECE_BYTES);
    assert_int_equal(some.pieces, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flavours),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_system_rows_in_words),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, toy_scenario_setup, toy_scenario_teardown);
}
