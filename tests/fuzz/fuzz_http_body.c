/* fuzz_http_body.c - whatever bytes a request's body has: it is an object or refused in words. */
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {.text = ""};
    cJSON *body = body_parse((const char *)data, size, &error);
    if (body == NULL ? strlen(error.text) == 0 : !cJSON_IsObject(body))
        abort();
    cJSON_Delete(body);
    return 0;
}
