/* qr_code.h - an address as a QR code (ISO/IEC 18004), to be held up to phones.
 *
 * One version is enough for an address: version 3 (29 x 29 modules), error correction L, bytes. One
 * block, so nothing is interleaved; one mask, which the standard lets a reader accept. */
#ifndef HTTP_QR_CODE_H
#define HTTP_QR_CODE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

enum { QR_CODE_SIZE = 29, QR_CODE_BYTES_MAX = 53 };

struct qr_code {
    bool dark[QR_CODE_SIZE][QR_CODE_SIZE]; /* [row][column] */
};

/* False when the text is longer than QR_CODE_BYTES_MAX. */
bool qr_code_make(const char *text, struct qr_code *code);

/* As an SVG picture, black on white with the quiet zone around it; 20 KB are enough. */
void qr_code_svg(const struct qr_code *code, struct text *svg);

/* Two rows of modules a line, in half blocks, light on dark with the quiet zone around it. */
void qr_code_print(const struct qr_code *code, FILE *out);

#endif
