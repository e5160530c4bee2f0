/* body.h - the body of a request as JSON: valid UTF-8, one object, nothing after it. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stddef.h>

#include "base/error.h"

struct cJSON;

/* The object, the caller's to delete; NULL with a sentence on what is wrong. At most
 * HTTP_BODY_DEPTH_MAX levels deep, since cJSON recurses; the caller bounds the length. */
struct cJSON *body_parse(const char *bytes, size_t length, struct error *error);

#endif
