/* city_host.h - one kitchen of the city in a test's hand (node_host.h), whose store is the test: what the
 * desk asks the store is answered by the test, and the copy in the house is as the test writes it.
 *
 * Five kitchens, standard settings, nobody orders and no truck comes by itself. */
#ifndef TESTS_LIB_CITY_HOST_H
#define TESTS_LIB_CITY_HOST_H

#include "node_host.h"
#include "systems/city/kitchen.h"

enum { CITY_HOST_KITCHENS = 5, CITY_HOST_CUSTOMERS = CITY_HOST_KITCHENS };
#define CITY_HOST_MS INT64_C(1000000)

struct city_host {
    struct city_plan plan;
    int64_t settings[CITY_SET_COUNT];
    struct node_host *host;
};

/* Kitchen `self` has started and read its disk. Ended with city_host_close(). */
void city_host_open(struct city_host *city, uint32_t self, enum kv_mode mode, uint32_t lobsters);
void city_host_close(struct city_host *city);

const struct city_kitchen *city_host_kitchen(const struct city_host *city);
/* Lets so much time pass; messages and notes of it lie open. */
void city_host_wait(struct city_host *city, int64_t ms);

/* The copy in the house of a key: this value, through the log or not, as the mode has it. */
void city_host_copy(struct city_host *city, uint32_t key, int64_t value);
/* Two values side by side, written by two kitchens, the second a second later by the clock. */
void city_host_siblings(struct city_host *city, uint32_t key, int64_t one, int64_t other);

/* The desk of that order tells what became of it. */
void city_host_fate(struct city_host *city, uint32_t order, enum city_fate fate);

/* An order comes to the desk. */
void city_host_order(struct city_host *city, uint32_t order, enum city_dish dish);
/* What the desk has asked the store in the last step; false: nothing. */
bool city_host_asked(const struct city_host *city, struct kv_request *request);
/* The store answers that; value 0: the key has none. */
void city_host_reply(struct city_host *city, const struct kv_request *request,
                     enum kv_result result, int64_t value);
/* What the customers were told in the last step, CITY_OPEN: nothing. */
enum city_outcome city_host_told(const struct city_host *city, uint32_t order);

#endif
