/* messages.c: names and sizes of all messages of the city: the store's, then its own. */
#include "systems/city/messages.h"

#define FIXED(n, type)                                                                             \
    {                                                                                              \
        .name = n, .bytes_min = sizeof(struct type), .bytes_max = sizeof(struct type)              \
    }

const struct node_message_type CITY_MESSAGES[CITY_MESSAGE_COUNT] = {
    KV_MESSAGE_ROWS,
    [CITY_ORDER] = FIXED("order", city_order),
    [CITY_ANSWER] = FIXED("answer", city_answer),
    [CITY_DISPATCH] = FIXED("dispatch", city_order),
    [CITY_ASSIGN] = FIXED("assign", city_assign),
    [CITY_TICKET] = FIXED("ticket", city_order),
    [CITY_TAKEN] = FIXED("taken", city_taken),
    [CITY_DISH] = FIXED("dish", city_order),
    [CITY_COOKED] = FIXED("cooked", city_order),
    [CITY_TRUCK] = FIXED("truck", city_truck),
    [CITY_LOAD] = FIXED("load", city_load),
    [CITY_ASK_FATE] = FIXED("ask_fate", city_told),
    [CITY_TELL_FATE] = FIXED("tell_fate", city_told),
};
