/* qr_code.h - an address as a QR code, to be held up to phones: libqrencode's modules, drawn.
 *
 * Level M of correction: a reader still reads it with 15 % of it in a shadow. May be called from any
 * thread. */
#ifndef HTTP_QR_CODE_H
#define HTTP_QR_CODE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

enum {
    QR_CODE_TEXT_BYTES_MAX =
        122,                  /* of version 7: 45 x 45 modules, which a phone reads from a wall */
    QR_CODE_SVG_BYTES = 20480 /* enough for any of them */
};

/* An SVG picture, black on white with the quiet zone around it. False, and nothing is written, when
 * the text is empty or too long or there is no memory. */
bool qr_code_svg(const char *text, struct text *svg);

/* Likewise for a terminal: two rows of modules a line, in half blocks, light on dark with the quiet
 * zone around it. */
bool qr_code_print(const char *text, FILE *out);

#endif
