/* customers.h: the memory of the customers' node; private to customers.c, read by views and tests.
 *
 * One node plays everybody outside the kitchens: customers who order in an open loop by rate, at the
 * kitchen of their part of the city, wait so long for an answer and so long for the dish; and the
 * truck, which brings a delivery to one kitchen after the other. */
#ifndef CHEF_SYSTEMS_CITY_CUSTOMERS_H
#define CHEF_SYSTEMS_CITY_CUSTOMERS_H

#include "systems/city/messages.h"
#include "systems/city/words.h"

enum {
    CUSTOMERS_MAX = 768, /* that wait at one time */
    CUSTOMERS_TIMER_ARRIVAL = 0,
    CUSTOMERS_TIMER_TICK = 1,
    CUSTOMERS_TICK_MS = 50,
};

struct city_customer {
    int64_t until_ns; /* waits so long */
    uint32_t order;   /* 0: nobody */
    uint8_t dish, confirmed, pad[2];
};

struct city_outside {
    struct city_customer waiting[CUSTOMERS_MAX];
    int64_t arrival_ns, truck_ns;
    uint32_t order_last, arrivals, open, skipped, trucks, pad;
};

#endif
