/* fuzz_live_input.c - whatever bytes a viewer sends: the reader neither reads past them nor gives
 * out a message beyond its limits, and commands are read from them without harm. The first byte of
 * an input says in pieces of which size the rest arrives. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/live_command.h"
#include "http/live_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* False: nothing more may be read. */
static int messages_take(struct live_reader *reader)
{
    struct live_message message;
    for (;;) {
        switch (live_reader_next(reader, &message)) {
        case LIVE_READ_MORE:
            return 1;
        case LIVE_READ_TEXT: {
            require(message.length <= LIVE_MESSAGE_BYTES_MAX);
            uint8_t *copy = malloc(message.length + 1); /* exact: reading past it is seen */
            require(copy != NULL);
            memcpy(copy, message.bytes, message.length);
            copy = realloc(copy, message.length > 0 ? message.length : 1);
            live_command_parse(copy, message.length);
            free(copy);
            break;
        }
        case LIVE_READ_PING:
        case LIVE_READ_PONG:
            require(message.length <= LIVE_CONTROL_BYTES_MAX);
            break;
        case LIVE_READ_CLOSE:
            require(message.length <= LIVE_CONTROL_BYTES_MAX);
            return 0;
        case LIVE_READ_REFUSED:
            require(message.refused >= 1000 && message.refused < 1015);
            return 0;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct live_reader *reader = malloc(sizeof *reader);
    require(reader != NULL);
    live_reader_init(reader);
    size_t step = (size_t)data[0] + 1;
    for (size_t at = 1; at < size;) {
        uint32_t capacity;
        uint8_t *space = live_reader_space(reader, &capacity);
        require(capacity > 0);
        size_t now = size - at < step ? size - at : step;
        now = now < capacity ? now : capacity;
        memcpy(space, data + at, now);
        live_reader_received(reader, (uint32_t)now);
        at += now;
        if (!messages_take(reader))
            break;
    }
    free(reader);
    return 0;
}
