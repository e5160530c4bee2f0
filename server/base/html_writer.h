/* html_writer.h - appending to HTML and SVG, with nothing of a text ever taken for markup.
 *
 * Markup itself is appended with text_add(). What comes from a person, a file or a run goes through
 * here, between tags and within quoted attributes alike. As everywhere in text.h, what does not fit
 * is dropped and `cut` stays set. */
#ifndef BASE_HTML_WRITER_H
#define BASE_HTML_WRITER_H

#include "base/text.h"

/* & < > " ' as entities; control characters, which no document may hold, as spaces. */
void html_add(struct text *text, const char *string);
void html_add_bytes(struct text *text, const char *bytes, uint32_t size);

#endif
