/* qr_code.c - draws the QR codes that libqrencode makes. */
#include "http/qr_code.h"

#include <assert.h>
#include <qrencode.h>
#include <string.h>

enum {
    QUIET = 4,        /* modules of white around the picture, as the standard wants it */
    QUIET_PRINTED = 2 /* enough on a dark terminal, where lines are dear */
};

/* QRcode_free() by the caller; NULL: not a text that can be one. */
static QRcode *code_make(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > QR_CODE_TEXT_BYTES_MAX)
        return NULL;
    return QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
}

static bool is_dark(const QRcode *code, int row, int column)
{
    bool inside = row >= 0 && row < code->width && column >= 0 && column < code->width;
    return inside && (code->data[row * code->width + column] & 1) != 0;
}

/* The dark modules of a row as rectangles of one path: "Mx yh3v1h-3z". */
static void row_add(const QRcode *code, int row, struct text *svg)
{
    for (int column = 0, run; column < code->width; column += run) {
        for (run = 0; is_dark(code, row, column + run); run++)
            continue;
        if (run == 0) {
            run = 1;
            continue;
        }
        text_add_char(svg, 'M');
        text_add_i64(svg, column + QUIET);
        text_add_char(svg, ' ');
        text_add_i64(svg, row + QUIET);
        text_add_char(svg, 'h');
        text_add_i64(svg, run);
        text_add(svg, "v1h-");
        text_add_i64(svg, run);
        text_add_char(svg, 'z');
    }
}

bool qr_code_svg(const char *text, struct text *svg)
{
    QRcode *code = code_make(text);
    if (code == NULL)
        return false;
    int edge = code->width + 2 * QUIET;
    text_add(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
    text_add_i64(svg, edge);
    text_add_char(svg, ' ');
    text_add_i64(svg, edge);
    text_add(svg, "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h");
    text_add_i64(svg, edge);
    text_add_char(svg, 'v');
    text_add_i64(svg, edge);
    text_add(svg, "H0z\"/><path d=\"");
    for (int row = 0; row < code->width; row++)
        row_add(code, row, svg);
    text_add(svg, "\"/></svg>\n");
    QRcode_free(code);
    assert(!svg->cut);
    return true;
}

bool qr_code_print(const char *text, FILE *out)
{
    static const char *const blocks[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}};
    QRcode *code = code_make(text);
    if (code == NULL)
        return false;
    int last = code->width + QUIET_PRINTED;
    for (int row = -QUIET_PRINTED; row < last; row += 2) {
        fputs("  ", out);
        for (int column = -QUIET_PRINTED; column < last; column++)
            fputs(blocks[is_dark(code, row, column)][is_dark(code, row + 1, column)], out);
        fputc('\n', out);
    }
    QRcode_free(code);
    return true;
}
