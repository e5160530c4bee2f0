/* pages.c - builds the answers for all pages at the start and serves them. */
#include "http/pages.h"

#include <assert.h>
#include <civetweb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/digest.h"
#include "base/embedded.h"
#include "base/text.h"
#include "http/request.h"

enum {
    PATH_BYTES_MAX = 160,
    HEAD_BYTES_MAX = 1280,
    COMPRESS_BYTES_MIN = 512,
    ETAG_DIGITS = 16,
    GZIP_WINDOW_BITS = 15 + 16 /* zlib: 16 more means a gzip wrapper */
};

struct answer {
    uint8_t *bytes; /* head and body; NULL: there is no such variant */
    size_t head_length, length;
};

struct page {
    char path[PATH_BYTES_MAX]; /* in the address */
    char etag[ETAG_DIGITS + 1];
    struct answer plain, gzip, not_modified;
};

struct pages {
    size_t count;
    struct page list[]; /* in rising order of path */
};

/* ---- What a file is called and what it is ---- */

static bool ends_with(const char *string, const char *end)
{
    size_t length = strlen(string), end_length = strlen(end);
    return length >= end_length && strcmp(string + length - end_length, end) == 0;
}

static const char *content_type(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (ends_with(path, types[i][0]))
            return types[i][1];
    }
    return "application/octet-stream";
}

/* web/index.html is "/", web/storyboard.html is "/storyboard", web/app/x.js is "/app/x.js";
 * static/ and vendor/ keep their names. False: not a page, or its name is too long. */
static bool page_path(const char *file, char path[PATH_BYTES_MAX])
{
    static const char web[] = "web/";
    const char *name = file;
    if (strncmp(file, web, sizeof web - 1) == 0)
        name += sizeof web - 1;
    else if (strncmp(file, "static/", 7) != 0 && strncmp(file, "vendor/", 7) != 0)
        return false;
    struct text text = text_init(path, PATH_BYTES_MAX);
    text_add_char(&text, '/');
    if (strcmp(name, "index.html") != 0 && ends_with(name, ".html"))
        text_add_bytes(&text, name, (uint32_t)(strlen(name) - strlen(".html")));
    else if (strcmp(name, "index.html") != 0)
        text_add(&text, name);
    return !text.cut;
}

/* ---- Building ---- */

static void head_write(struct text *head, const struct page *page, const char *type, int status,
                       bool compressed, size_t length)
{
    text_add(head, status == 200 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 304 Not Modified\r\n");
    if (status == 200) {
        text_add(head, "Content-Type: ");
        text_add(head, type);
        text_add(head, "\r\nContent-Length: ");
        text_add_u64(head, length);
        text_add(head, "\r\n");
    }
    if (compressed)
        text_add(head, "Content-Encoding: gzip\r\n");
    text_add(head, "ETag: \"");
    text_add(head, page->etag);
    text_add(head, compressed ? "-gz\"\r\n" : "\"\r\n");
    text_add(head, "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\n");
    text_add(head,
             strcmp(page->path, PAGES_EMBED) == 0 ? REPLY_EMBED_HEADERS : REPLY_COMMON_HEADERS);
    text_add(head, "\r\n");
    assert(!head->cut);
}

static int answer_build(struct answer *answer, const struct page *page, const char *type,
                        int status, bool compressed, const uint8_t *body, size_t length)
{
    char buffer[HEAD_BYTES_MAX];
    struct text head = text_init(buffer, sizeof buffer);
    head_write(&head, page, type, status, compressed, length);
    answer->bytes = malloc(head.length + length);
    if (answer->bytes == NULL)
        return -1;
    answer->head_length = head.length;
    answer->length = head.length + length;
    memcpy(answer->bytes, buffer, head.length);
    if (length > 0)
        memcpy(answer->bytes + head.length, body, length);
    return 0;
}

/* Compressed bytes into `to`; their number, or 0 when compressing does not pay or fails. */
static size_t gzip(const struct embedded_file *file, uint8_t *to, size_t capacity)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    stream.next_in = (z_const Bytef *)file->bytes;
    stream.avail_in = (uInt)file->length;
    stream.next_out = to;
    stream.avail_out = (uInt)capacity;
    bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    size_t length = stream.total_out;
    deflateEnd(&stream);
    return whole ? length : 0;
}

/* Kept only when it saves an eighth; pictures and fonts are compressed already. */
static int gzip_build(struct page *page, const struct embedded_file *file, const char *type)
{
    size_t capacity = file->length - file->length / 8;
    if (file->length < COMPRESS_BYTES_MIN || ends_with(file->path, ".png") ||
        ends_with(file->path, ".woff2"))
        return 0;
    uint8_t *bytes = malloc(capacity);
    if (bytes == NULL)
        return -1;
    size_t length = gzip(file, bytes, capacity);
    int result = length > 0 ? answer_build(&page->gzip, page, type, 200, true, bytes, length) : 0;
    free(bytes);
    return result;
}

static int page_build(struct page *page, const struct embedded_file *file)
{
    const char *type = content_type(file->path);
    struct digest digest = digest_init();
    digest_bytes(&digest, file->bytes, file->length);
    struct text etag = text_init(page->etag, sizeof page->etag);
    text_add_hex(&etag, digest_value(&digest), ETAG_DIGITS);
    if (answer_build(&page->plain, page, type, 200, false, file->bytes, file->length) != 0 ||
        answer_build(&page->not_modified, page, type, 304, false, NULL, 0) != 0)
        return -1;
    return gzip_build(page, file, type);
}

static int page_compare(const void *a, const void *b)
{
    return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

struct pages *pages_build(struct error *error)
{
    struct pages *pages = calloc(1, sizeof *pages + embedded_file_count * sizeof(struct page));
    if (pages == NULL) {
        error_set(error, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < embedded_file_count; i++) {
        struct page *page = &pages->list[pages->count];
        if (!page_path(embedded_files[i].path, page->path))
            continue;
        pages->count++;
        if (page_build(page, &embedded_files[i]) != 0) {
            error_set(error, "out of memory");
            pages_free(&pages);
            return NULL;
        }
    }
    qsort(pages->list, pages->count, sizeof pages->list[0], page_compare);
    return pages;
}

void pages_free(struct pages **pages)
{
    if (*pages == NULL)
        return;
    for (size_t i = 0; i < (*pages)->count; i++) {
        free((*pages)->list[i].plain.bytes);
        free((*pages)->list[i].gzip.bytes);
        free((*pages)->list[i].not_modified.bytes);
    }
    free(*pages);
    *pages = NULL;
}

/* ---- Serving ---- */

static const struct page *page_find(const struct pages *pages, const char *path)
{
    struct page key;
    if (strlen(path) >= sizeof key.path)
        return NULL;
    strcpy(key.path, path);
    return bsearch(&key, pages->list, pages->count, sizeof pages->list[0], page_compare);
}

bool pages_has(const struct pages *pages, const char *path)
{
    return page_find(pages, path) != NULL;
}

static bool accepts_gzip(const struct request *request)
{
    const char *accept = mg_get_header(request->connection, "Accept-Encoding");
    const char *name = accept != NULL ? strstr(accept, "gzip") : NULL;
    return name != NULL && strncmp(name, "gzip;q=0,", 9) != 0 && strcmp(name, "gzip;q=0") != 0;
}

/* One ETag for both variants: compressed or not, the page is the same. */
static const struct answer *answer_choose(const struct page *page, const struct request *request)
{
    const char *known = mg_get_header(request->connection, "If-None-Match");
    if (known != NULL && strstr(known, page->etag) != NULL)
        return &page->not_modified;
    return page->gzip.bytes != NULL && accepts_gzip(request) ? &page->gzip : &page->plain;
}

int pages_serve(const struct pages *pages, struct request *request, const char *path)
{
    const struct page *page = page_find(pages, path);
    if (page == NULL)
        return 0;
    const struct answer *answer = answer_choose(page, request);
    size_t length = request->head_only ? answer->head_length : answer->length;
    if (mg_write(request->connection, answer->bytes, length) != (int)length)
        mg_disable_connection_keep_alive(request->connection);
    return answer == &page->not_modified ? 304 : 200;
}
