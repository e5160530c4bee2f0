/* pages.h - the pages, scripts, styles and pictures that travel inside the program, served from
 * memory.
 *
 * At the start every embedded file below web/, static/ and vendor/ becomes finished answers, head
 * and body in one piece: plain, compressed where that is worth it, and "not modified". Serving is
 * one search and one write. There are no folders to list. */
#ifndef HTTP_PAGES_H
#define HTTP_PAGES_H

#include <stdbool.h>

#include "base/error.h"

#define PAGES_EMBED "/embed" /* the one page that other sites may show in a frame */

struct pages; /* opaque; constant after pages_build, so free to use from any thread */
struct request;

/* NULL with a reason on failure. */
struct pages *pages_build(struct error *error);
void pages_free(struct pages **pages);

/* Answers GET and HEAD of a page. Returns the status, or 0 when there is no such page (nothing was
 * sent). `path` as in the address: "/", "/storyboard", "/app/shell.js", "/static/icon.svg". */
int pages_serve(const struct pages *pages, struct request *request, const char *path);
bool pages_has(const struct pages *pages, const char *path);

#endif
