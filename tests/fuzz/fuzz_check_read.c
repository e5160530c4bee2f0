/* fuzz_check_read.c - whatever a history file holds: it is refused with its line, or it is a history
 * in which every operation has its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/read.h"

enum { BYTES_MAX = 8 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void look(const struct check_history *history)
{
    demand(history->count > 0);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        demand(operation->call < operation->end && operation->function != NULL);
        demand(i == 0 || operation[-1].call < operation->call);
        demand((operation->outcome == CHECK_INFO) == (operation->end == CHECK_NEVER));
        demand(check_value_equal(&operation->input, &operation->input));
        demand(check_value_hash(&operation->output) == check_value_hash(&operation->output));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int format = 0; format < CHECK_FORMATS; format++) {
        struct check_history *history = NULL;
        struct error error = {.text = ""};
        int status = check_read((const char *)data, size, (enum check_format)format, BYTES_MAX,
                                &history, &error);
        demand((status == 0) == (history != NULL));
        if (status == 0) {
            look(history);
            check_history_free(&history);
        } else {
            demand(strncmp(error.text, "line ", 5) == 0);
        }
    }
    return 0;
}
