/* read_csv.c - a row an operation (RFC 4180), columns by name; other columns are passed over.
 *
 * A cell of key or value is JSON where it can be, else the text that stands there; an empty one is
 * nil. The value of a row is what was asked and, when it is ok, what was told; with a column `result`
 * that is what was told, where it says anything. */
#include "check/read_scan.h"

#include <assert.h>

enum column {
    COLUMN_PROCESS,
    COLUMN_TYPE,
    COLUMN_FUNCTION,
    COLUMN_KEY,
    COLUMN_VALUE,
    COLUMN_RESULT,
    COLUMN_NUMBER,
    COLUMN_INVOKE_NS,
    COLUMN_COMPLETE_NS,
    COLUMN_INVOKE_MS,
    COLUMN_COMPLETE_MS,
    COLUMN_LEVEL,
    COLUMNS,
    COLUMN_OTHER = COLUMNS
};
static const char *const NAMES[COLUMNS] = {"process",     "type",      "f",           "key",
                                           "value",       "result",    "op_id",       "invoke_ns",
                                           "complete_ns", "invoke_ms", "complete_ms", "level"};
enum { CSV_COLUMNS_MAX = 64 };

struct csv {
    struct scan *scan;
    uint8_t columns[CSV_COLUMNS_MAX]; /* of the place in a row: enum column */
    uint32_t count;
    bool has[COLUMNS];
    struct check_value cells[COLUMNS]; /* texts; nil when empty */
};

/* Behind the opening quote. Doubled quotes are one. */
static int quoted_cell(struct scan *scan, struct check_value *value)
{
    const char *from = scan->at;
    bool doubled = false;
    for (;; scan->at++) {
        if (scan->at == scan->end) {
            return scan_refuse(scan, "the text ends within a quoted cell");
        }
        scan->line += *scan->at == '\n';
        if (*scan->at == '"') {
            if (scan->end - scan->at < 2 || scan->at[1] != '"') {
                break;
            }
            doubled = true;
            scan->at++;
        }
    }
    size_t length = (size_t)(scan->at++ - from);
    return doubled ? scan_undouble(scan, from, length, value)
                   : scan_text(scan, from, length, value);
}

static int plain_cell(struct scan *scan, struct check_value *value)
{
    const char *from = scan->at;
    while (scan->at < scan->end && *scan->at != ',' && *scan->at != '\n' && *scan->at != '\r') {
        scan->at++;
    }
    return scan_text(scan, from, (size_t)(scan->at - from), value);
}

/* The cell at the scan's place; *last when it ends the row. */
static int cell(struct scan *scan, struct check_value *value, bool *last)
{
    bool quoted = scan->at < scan->end && *scan->at == '"';
    scan->at += quoted;
    if ((quoted ? quoted_cell(scan, value) : plain_cell(scan, value)) != 0) {
        return -1;
    }
    *last = scan->at == scan->end || *scan->at != ',';
    if (!*last) {
        scan->at++;
        return 0;
    }
    scan->at += scan->at < scan->end && *scan->at == '\r';
    if (scan->at < scan->end && *scan->at++ != '\n') {
        return scan_refuse(scan, "a comma is missing behind a cell");
    }
    return 0;
}

static int header(struct csv *csv)
{
    struct check_value value;
    bool last = false;
    while (!last) {
        if (csv->count == CSV_COLUMNS_MAX) {
            return scan_refuse(csv->scan, "there are more than %d columns", (int)CSV_COLUMNS_MAX);
        }
        if (cell(csv->scan, &value, &last) != 0) {
            return -1;
        }
        uint8_t column = 0;
        while (column < COLUMNS && !scan_is(value.text, value.count, NAMES[column])) {
            column++;
        }
        csv->columns[csv->count++] = column;
        if (column < COLUMNS) {
            csv->has[column] = true;
        }
    }
    if (!csv->has[COLUMN_PROCESS] || !csv->has[COLUMN_TYPE] || !csv->has[COLUMN_FUNCTION] ||
        !(csv->has[COLUMN_INVOKE_NS] || csv->has[COLUMN_INVOKE_MS]) ||
        !(csv->has[COLUMN_COMPLETE_NS] || csv->has[COLUMN_COMPLETE_MS])) {
        return scan_refuse(csv->scan, "the header needs process, type, f, invoke_ns and "
                                      "complete_ns (or invoke_ms and complete_ms)");
    }
    csv->scan->line++;
    return 0;
}

/* JSON where it can be. */
static void json_or_text(struct csv *csv, enum column column, struct check_value *value)
{
    const struct check_value *text = &csv->cells[column];
    *value = *text;
    if (text->kind == CHECK_NIL) {
        return;
    }
    struct error unread;
    struct scan own;
    scan_open(&own, text->text, text->count, csv->scan->history, csv->scan->bytes_max, &unread);
    struct check_value read;
    bool is_json = json_value(&own, &read) == 0 && own.at == own.end;
    scan_close(&own);
    if (is_json) {
        *value = read;
    }
}

/* Nanoseconds; from milliseconds with up to six decimals, exactly. */
static int time_of(struct csv *csv, bool complete, int64_t *time)
{
    enum column ns = complete ? COLUMN_COMPLETE_NS : COLUMN_INVOKE_NS;
    enum column ms = complete ? COLUMN_COMPLETE_MS : COLUMN_INVOKE_MS;
    const struct check_value *text = &csv->cells[csv->has[ns] ? ns : ms];
    int64_t unit = csv->has[ns] ? 1 : 1000000;
    *time = CHECK_NO_TIME;
    if (text->kind == CHECK_NIL) {
        return 0;
    }
    int64_t number = 0;
    uint32_t i = 0;
    bool good = text->count > 0;
    for (; i < text->count && text->text[i] != '.' && good; i++) {
        unsigned digit = (unsigned)(text->text[i] - '0');
        good = digit <= 9 && number < INT64_MAX / 10 / unit - 10;
        number = number * 10 + digit;
    }
    number *= good ? unit : 1;
    for (i++; i < text->count && good; i++) {
        unsigned digit = (unsigned)(text->text[i] - '0');
        unit /= 10;
        good = digit <= 9 && unit > 0;
        number += unit * digit;
    }
    if (!good) {
        return scan_refuse(csv->scan, "\"%.40s\" is no time", text->text);
    }
    *time = number;
    return 0;
}

static int whole_number(struct csv *csv, enum column column, uint32_t *number)
{
    struct check_value value;
    const struct check_value *text = &csv->cells[column];
    if (text->kind == CHECK_NIL || scan_number(csv->scan, text->text, text->count, &value) != 0 ||
        value.kind != CHECK_INTEGER || value.integer < 0 || value.integer >= UINT32_MAX) {
        return scan_refuse(csv->scan, "%s is no whole number from 0", NAMES[column]);
    }
    *number = (uint32_t)value.integer;
    return 0;
}

static int outcome_of(const struct csv *csv, uint8_t *outcome)
{
    static const char *const OUTCOMES[] = {
        [CHECK_OK] = "ok", [CHECK_FAIL] = "fail", [CHECK_INFO] = "info"};
    const struct check_value *text = &csv->cells[COLUMN_TYPE];
    for (uint8_t i = 0; text->kind == CHECK_TEXT && i <= CHECK_INFO; i++) {
        if (scan_is(text->text, text->count, OUTCOMES[i])) {
            *outcome = i;
            return 0;
        }
    }
    return scan_refuse(csv->scan, "type is ok, fail or info");
}

static int row(struct csv *csv, struct pairing *pairing, uint32_t line)
{
    struct check_operation operation = {
        .call_line = line, .end_line = line, .number = pairing->operation_count};
    if (csv->cells[COLUMN_FUNCTION].kind == CHECK_NIL) {
        return scan_refuse(csv->scan, "f is empty");
    }
    operation.function = csv->cells[COLUMN_FUNCTION].text;
    if (whole_number(csv, COLUMN_PROCESS, &operation.process) != 0 ||
        outcome_of(csv, &operation.outcome) != 0 || time_of(csv, false, &operation.call_ns) != 0 ||
        time_of(csv, true, &operation.end_ns) != 0 ||
        (csv->has[COLUMN_NUMBER] && whole_number(csv, COLUMN_NUMBER, &operation.number) != 0)) {
        return -1;
    }
    if (operation.call_ns == CHECK_NO_TIME ||
        (operation.outcome != CHECK_INFO && operation.end_ns < operation.call_ns)) {
        return scan_refuse(csv->scan, "an operation is invoked, and completed not before that");
    }
    json_or_text(csv, COLUMN_KEY, &operation.key);
    json_or_text(csv, COLUMN_VALUE, &operation.input);
    if (operation.outcome == CHECK_OK) {
        json_or_text(csv, COLUMN_RESULT, &operation.output);
        operation.output = operation.output.kind == CHECK_NIL ? operation.input : operation.output;
    }
    operation.end = CHECK_NEVER;
    return pairing_operation(pairing, &operation);
}

int read_csv(struct scan *scan, struct pairing *pairing)
{
    struct csv csv = {.scan = scan};
    if (header(&csv) != 0) {
        return -1;
    }
    while (scan->at < scan->end) {
        uint32_t line = scan->line, place = 0;
        bool last = false;
        memset(csv.cells, 0, sizeof csv.cells);
        while (!last) {
            struct check_value value;
            if (cell(scan, &value, &last) != 0) {
                return -1;
            }
            if (place == csv.count) {
                return scan_refuse(scan, "the row has more cells than the header");
            }
            uint8_t column = csv.columns[place++];
            if (column < COLUMNS && value.count > 0) {
                csv.cells[column] = value;
            }
        }
        if (place == 1 && csv.count > 1) {
            scan->line++; /* an empty line */
            continue;
        }
        if (place != csv.count) {
            return scan_refuse(scan, "the row has %u cells, the header %u", place, csv.count);
        }
        if (pairing_wants(pairing, &csv.cells[COLUMN_LEVEL]) && row(&csv, pairing, line) != 0) {
            return -1;
        }
        scan->line++;
    }
    return pairing_sort(pairing);
}
