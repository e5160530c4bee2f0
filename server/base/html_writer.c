/* html_writer.c - appending to HTML and SVG, escaped. */
#include "base/html_writer.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* What stands for a byte in a document; NULL: itself. */
static const char *entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
        return NULL;
    default:
        return (unsigned char)byte < ' ' || byte == 0x7f ? " " : NULL;
    }
}

/* What needs no entity is appended in runs. */
void html_add_bytes(struct text *text, const char *bytes, uint32_t size)
{
    assert(text != NULL);
    assert(bytes != NULL || size == 0);
    uint32_t plain = 0;
    for (uint32_t i = 0; i < size; i++) {
        const char *instead = entity(bytes[i]);
        if (instead != NULL) {
            text_add_bytes(text, bytes + plain, i - plain);
            text_add(text, instead);
            plain = i + 1;
        }
    }
    text_add_bytes(text, bytes + plain, size - plain);
}

void html_add(struct text *text, const char *string)
{
    assert(string != NULL);
    html_add_bytes(text, string, (uint32_t)strlen(string));
}
