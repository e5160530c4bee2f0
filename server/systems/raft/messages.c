/* messages.c: names and lengths of Raft's messages, and which fields are out of range. */
#include "systems/raft/messages.h"

#include <stddef.h>

const struct node_message_type RAFT_MESSAGES[RAFT_MESSAGE_COUNT] = {RAFT_MESSAGE_ROWS};

/* Every entry lies within the message, and nothing lies behind the last one. */
static bool append_is_bad(const uint8_t *bytes, uint32_t length)
{
    uint32_t count;
    uint32_t at = RAFT_APPEND_BYTES_MIN;
    memcpy(&count, bytes + offsetof(struct raft_append, count), sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        struct raft_carried carried;
        if (length - at < sizeof carried) {
            return true;
        }
        memcpy(&carried, bytes + at, sizeof carried);
        uint32_t need = (uint32_t)sizeof carried + ((carried.length + 7u) & ~7u);
        if (carried.length > RAFT_COMMAND_BYTES_MAX || carried.kind > RAFT_MEMBERS ||
            carried.term == 0 || need > length - at ||
            (carried.kind == RAFT_MEMBERS && carried.length != sizeof(struct raft_members))) {
            return true;
        }
        at += need;
    }
    return at != length;
}

static bool chunk_is_bad(const uint8_t *bytes, uint32_t length)
{
    uint32_t fields[4]; /* subject, offset, total, length */
    memcpy(fields, bytes, sizeof fields);
    return fields[3] > RAFT_CHUNK_BYTES || length != RAFT_CHUNK_BYTES_MIN + fields[3] ||
           fields[2] > RAFT_IMAGE_BYTES_MAX || fields[1] > fields[2] ||
           fields[3] > fields[2] - fields[1];
}

bool raft_malformed(uint16_t type, const uint8_t *bytes, uint32_t length)
{
    switch ((enum raft_message)type) {
    case RAFT_APPEND:
        return append_is_bad(bytes, length);
    case RAFT_SNAPSHOT:
        return chunk_is_bad(bytes, length);
    case RAFT_VOTE_ASKED:
    case RAFT_VOTE:
    case RAFT_APPENDED:
    case RAFT_SNAPSHOT_TAKEN:
    case RAFT_TIMEOUT_NOW:
    case RAFT_MESSAGE_COUNT:
        return false;
    }
    return true;
}
