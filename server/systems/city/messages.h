/* messages.h: what kitchens and customers say to each other, beside what the store says.
 *
 *   customers              desk                      whoever dispatches         a cook
 *     ORDER ------------->  asks the store
 *     <---------- ANSWER    (yours, sold out, refused)
 *                           DISPATCH --------------->  least work
 *                           <----------------- ASSIGN
 *                           TICKET ----------------------------------------->  takes it, or is full
 *                           <----------------------------------------- TAKEN
 *     <-------------------------------------------- DISH, carried by hand
 *                           <---------------------------------------- COOKED
 *   TRUCK, carried by hand, to one kitchen: a delivery. LOAD, every kitchen to every other. ASK_FATE,
 *   TELL_FATE: who settles a lobster asks the desk whether its order stands.
 *
 * Wire form is memory form: little-endian, fixed width, no implicit padding, no pointers. The first
 * field is the order, NODE_NONE if it is about none. */
#ifndef CHEF_SYSTEMS_CITY_MESSAGES_H
#define CHEF_SYSTEMS_CITY_MESSAGES_H

#include "systems/city/city.h"
#include "systems/kv/messages.h"

enum city_message {
    CITY_ORDER = KV_MESSAGE_COUNT, /* before it: the store's own */
    CITY_ANSWER,
    CITY_DISPATCH,
    CITY_ASSIGN,
    CITY_TICKET,
    CITY_TAKEN,
    CITY_DISH,
    CITY_COOKED,
    CITY_TRUCK,
    CITY_LOAD,
    CITY_ASK_FATE,
    CITY_TELL_FATE,
    CITY_MESSAGE_COUNT,
};
extern const struct node_message_type CITY_MESSAGES[CITY_MESSAGE_COUNT];

/* ORDER, DISPATCH, TICKET, DISH, COOKED. */
struct city_order {
    uint32_t order;
    uint32_t dish; /* enum city_dish */
};
struct city_answer {
    uint32_t order;
    uint32_t outcome; /* YOURS, SOLD_OUT, REFUSED, SORRY */
    int64_t price;
};
/* What has become of an order, as far as a kitchen knows. */
enum city_fate {
    CITY_FATE_UNKNOWN,
    CITY_FATE_OPEN,   /* its customer waits */
    CITY_FATE_STANDS, /* he was told "yours", or may have been */
    CITY_FATE_VOID    /* he was turned away */
};
/* ASK_FATE (fate 0), TELL_FATE. */
struct city_told {
    uint32_t order;
    uint32_t fate; /* STANDS or VOID */
};
struct city_assign {
    uint32_t order;
    uint32_t cook;
};
struct city_taken {
    uint32_t order;
    uint32_t taken; /* 0: no room */
};
struct city_truck {
    uint32_t order; /* NODE_NONE */
    uint32_t number;
};
struct city_load {
    uint32_t order; /* NODE_NONE */
    uint32_t open;  /* orders in this kitchen */
    uint64_t boot;  /* another one: what it had taken is forgotten */
};
_Static_assert(sizeof(struct city_order) == 8 && sizeof(struct city_answer) == 16 &&
                   sizeof(struct city_load) == 16,
               "no padding");

#endif
