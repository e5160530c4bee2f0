/* messages.c: names and sizes of the store's messages. */
#include "systems/kv/messages.h"

const struct node_message_type KV_MESSAGES[KV_MESSAGE_COUNT] = {KV_MESSAGE_ROWS};
