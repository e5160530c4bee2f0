/* problem.h - problem documents (RFC 9457): what every refusal of the API looks like. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "base/text.h"

struct cJSON;
struct sentence;

enum { PROBLEM_BYTES_MAX = 8192 };

/* The standard's words for a status, such as "Not Found". */
const char *problem_title(int status);

/* Writes {type, title, status, detail, words?, values?, instance, allowed?}. `detail` is one sentence,
 * `sentence` the same to be said in another language, or NULL; `instance` the path asked for;
 * `allowed` an array of strings or NULL. Bytes that are not UTF-8 are replaced,
 * since detail and instance repeat what the client sent. A list that does not fit is left out. */
void problem_write(struct text *text, int status, const char *detail,
                   const struct sentence *sentence, const char *instance,
                   const struct cJSON *allowed);

#endif
