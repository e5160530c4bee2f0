/* qr_code.c - makes a QR code of version 3-L.
 *
 * Data: a header (mode, length), the bytes, padding, 15 bytes of Reed-Solomon over GF(256). They are
 * laid out bit by bit in columns of two, from the lower right, up and down, around the fixed
 * patterns. Then every module where the mask says so is turned over. */
#include "http/qr_code.h"

#include <assert.h>
#include <string.h>

enum {
    SIZE = QR_CODE_SIZE,
    DATA_BYTES = 55,
    CHECK_BYTES = 15,
    ALL_BYTES = DATA_BYTES + CHECK_BYTES,
    FINDER = 7,     /* the three large squares */
    TIMING = 6,     /* row and column of the dotted lines */
    ALIGNMENT = 22, /* centre of the small square */
    MODE_BYTES = 4, /* 0100 */
    FIELD_POLYNOMIAL = 0x11d,
    FORMAT_LEVEL_L = 1, /* two bits; then three of the mask, here 0 */
    FORMAT_POLYNOMIAL = 0x537,
    FORMAT_MASK = 0x5412
};

/* ---- Bytes ---- */

static uint8_t field_multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;
    for (int bit = 7; bit >= 0; bit--) {
        product = product << 1 ^ (product >> 7) * FIELD_POLYNOMIAL;
        product ^= (unsigned)(b >> bit & 1) * a;
    }
    return (uint8_t)product;
}

/* The remainder of data x x^15 by the generator (x - 1)(x - 2)(x - 4)... */
static void check_bytes(const uint8_t data[DATA_BYTES], uint8_t check[CHECK_BYTES])
{
    uint8_t generator[CHECK_BYTES] = {[CHECK_BYTES - 1] = 1};
    uint8_t root = 1;
    for (int i = 0; i < CHECK_BYTES; i++) {
        for (int j = 0; j < CHECK_BYTES; j++) {
            generator[j] = field_multiply(generator[j], root);
            if (j + 1 < CHECK_BYTES)
                generator[j] ^= generator[j + 1];
        }
        root = field_multiply(root, 2);
    }
    memset(check, 0, CHECK_BYTES);
    for (int i = 0; i < DATA_BYTES; i++) {
        uint8_t factor = data[i] ^ check[0];
        memmove(check, check + 1, CHECK_BYTES - 1);
        check[CHECK_BYTES - 1] = 0;
        for (int j = 0; j < CHECK_BYTES; j++)
            check[j] ^= field_multiply(generator[j], factor);
    }
}

static void bytes_make(const char *text, uint8_t length, uint8_t bytes[ALL_BYTES])
{
    /* Four bits of mode move everything by half a byte. */
    memset(bytes, 0, ALL_BYTES);
    bytes[0] = (uint8_t)(MODE_BYTES << 4 | length >> 4);
    bytes[1] = (uint8_t)(length << 4);
    for (uint8_t i = 0; i < length; i++) {
        bytes[i + 1] |= (uint8_t)((uint8_t)text[i] >> 4);
        bytes[i + 2] = (uint8_t)(text[i] << 4);
    }
    for (int i = length + 2; i < DATA_BYTES; i++)
        bytes[i] = (i - length) % 2 == 0 ? 0xec : 0x11;
    check_bytes(bytes, bytes + DATA_BYTES);
}

/* ---- Fixed patterns ---- */

static int distance(int a, int b)
{
    return a > b ? a - b : b - a;
}

static int further(int a, int b)
{
    return a > b ? a : b;
}

/* Is the module part of a fixed pattern, and is it dark there? Format bits are added later. */
static bool is_fixed(int row, int column, bool *dark)
{
    static const int finders[3][2] = {{3, 3}, {3, SIZE - 4}, {SIZE - 4, 3}};
    for (int i = 0; i < 3; i++) {
        int ring = further(distance(row, finders[i][0]), distance(column, finders[i][1]));
        *dark = ring != 2 && ring < 4;
        if (ring <= 4)
            return true;
    }
    int ring = further(distance(row, ALIGNMENT), distance(column, ALIGNMENT));
    *dark = ring != 1;
    if (ring <= 2)
        return true;
    *dark = (row + column) % 2 == 0;
    return row == TIMING || column == TIMING;
}

/* Beside the finders stand the format bits, and one module that is always dark. */
static bool is_format(int row, int column)
{
    bool beside_row = row == FINDER + 1 && (column <= FINDER + 1 || column >= SIZE - FINDER - 1);
    bool beside_column = column == FINDER + 1 && (row <= FINDER + 1 || row >= SIZE - FINDER - 1);
    return (beside_row && column != TIMING) || (beside_column && row != TIMING);
}

static void format_write(struct qr_code *code)
{
    unsigned format = FORMAT_LEVEL_L << 3, remainder = format;
    for (int i = 0; i < 10; i++)
        remainder = remainder << 1 ^ (remainder >> 9) * FORMAT_POLYNOMIAL;
    unsigned bits = (format << 10 | remainder) ^ FORMAT_MASK;
    static const int8_t places[15] = {0, 1, 2, 3, 4, 5, 7, 8, 8, 8, 8, 8, 8, 8, 8};
    static const int8_t others[15] = {8, 8, 8, 8, 8, 8, 8, 8, 7, 5, 4, 3, 2, 1, 0};
    for (int i = 0; i < 15; i++) {
        bool dark = (bits >> i & 1) != 0;
        code->dark[places[i]][others[i]] = dark;
        if (i < 8)
            code->dark[FINDER + 1][SIZE - 1 - i] = dark;
        else
            code->dark[SIZE - 15 + i][FINDER + 1] = dark;
    }
    code->dark[SIZE - FINDER - 1][FINDER + 1] = true;
}

/* ---- Layout ---- */

static bool bit_of(const uint8_t bytes[ALL_BYTES], int index)
{
    return index < 8 * ALL_BYTES && (bytes[index / 8] >> (7 - index % 8) & 1) != 0;
}

static void data_write(struct qr_code *code, const uint8_t bytes[ALL_BYTES])
{
    int index = 0;
    bool up = true;
    for (int right = SIZE - 1; right > 0; right -= 2, up = !up) {
        if (right == TIMING)
            right--;
        for (int step = 0; step < 2 * SIZE; step++) {
            int row = up ? SIZE - 1 - step / 2 : step / 2;
            int column = right - step % 2;
            bool dark;
            if (is_format(row, column) || is_fixed(row, column, &dark))
                continue;
            code->dark[row][column] = bit_of(bytes, index++) != ((row + column) % 2 == 0);
        }
    }
    assert(index >= 8 * ALL_BYTES);
}

bool qr_code_make(const char *text, struct qr_code *code)
{
    uint8_t bytes[ALL_BYTES];
    size_t length = strlen(text);
    if (length > QR_CODE_BYTES_MAX)
        return false;
    memset(code, 0, sizeof *code);
    bytes_make(text, (uint8_t)length, bytes);
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            bool dark;
            if (is_fixed(row, column, &dark))
                code->dark[row][column] = dark;
        }
    }
    data_write(code, bytes);
    format_write(code);
    return true;
}

/* ---- Printing ---- */

static bool is_light(const struct qr_code *code, int row, int column)
{
    bool inside = row >= 0 && row < SIZE && column >= 0 && column < SIZE;
    return !inside || !code->dark[row][column];
}

void qr_code_print(const struct qr_code *code, FILE *out)
{
    enum { QUIET = 2 };
    static const char *const blocks[2][2] = {{" ", "\u2584"}, {"\u2580", "\u2588"}};
    for (int row = -QUIET; row < SIZE + QUIET; row += 2) {
        fputs("  ", out);
        for (int column = -QUIET; column < SIZE + QUIET; column++)
            fputs(blocks[is_light(code, row, column)][is_light(code, row + 1, column)], out);
        fputc('\n', out);
    }
}

/* One path, in which each dark module is a square. */
void qr_code_svg(const struct qr_code *code, struct text *svg)
{
    enum { QUIET = 4, EDGE = SIZE + 2 * QUIET };
    text_add(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
    text_add_u64(svg, EDGE);
    text_add_char(svg, ' ');
    text_add_u64(svg, EDGE);
    text_add(svg, "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h");
    text_add_u64(svg, EDGE);
    text_add_char(svg, 'v');
    text_add_u64(svg, EDGE);
    text_add(svg, "H0z\"/><path d=\"");
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            if (!code->dark[row][column])
                continue;
            text_add_char(svg, 'M');
            text_add_u64(svg, (uint64_t)column + QUIET);
            text_add_char(svg, ' ');
            text_add_u64(svg, (uint64_t)row + QUIET);
            text_add(svg, "h1v1h-1z");
        }
    }
    text_add(svg, "\"/></svg>\n");
}
