/* messages.c: names and sizes of the store's messages, in the order of enum kv_message. */
#include "systems/kv/messages.h"

#include "systems/raft/messages.h"

enum {
    REPLY_HEAD = 16,
    WRITE_HEAD = 16,
    VALUE_HEAD = 16,
};
_Static_assert(sizeof(struct kv_reply) == REPLY_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(sizeof(struct kv_write) == WRITE_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(sizeof(struct kv_value) == VALUE_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(sizeof(struct kv_wrote) == 16, "no padding");
_Static_assert(sizeof(struct kv_read) == 16, "no padding");
_Static_assert(sizeof(struct kv_agree) == 16, "no padding");

#define FIXED(n, type)                                                                             \
    {                                                                                              \
        .name = n, .bytes_min = sizeof(struct type), .bytes_max = sizeof(struct type)              \
    }
#define STATE(n, type, head)                                                                       \
    {                                                                                              \
        .name = n, .bytes_min = (head) + KV_STATE_BYTES_MIN, .bytes_max = sizeof(struct type)      \
    }

const struct node_message_type KV_MESSAGES[KV_MESSAGE_COUNT] = {
    RAFT_MESSAGE_ROWS,
    [KV_REQUEST] = FIXED("request", kv_request),
    [KV_REPLY] = STATE("reply", kv_reply, REPLY_HEAD),
    [KV_WRITE] = STATE("write", kv_write, WRITE_HEAD),
    [KV_WROTE] = FIXED("wrote", kv_wrote),
    [KV_READ] = FIXED("read", kv_read),
    [KV_VALUE] = STATE("value", kv_value, VALUE_HEAD),
    [KV_PING] = FIXED("ping", kv_ping),
    [KV_HASHES] = {.name = "hashes",
                   .bytes_min = KV_HASHES_BYTES_MIN,
                   .bytes_max = sizeof(struct kv_hashes)},
    [KV_ENTRIES] = {.name = "entries",
                    .bytes_min = KV_ENTRIES_BYTES_MIN,
                    .bytes_max = sizeof(struct kv_entries)},
    [KV_AGREE] = FIXED("agree", kv_agree),
};
