/* rate.h - how many requests one client address may make: a bucket of tokens for each.
 *
 * The table is fixed; an address that finds no place in it shares a bucket with the others that
 * found none, so a flood from many addresses cannot grow memory. May be used from any thread. */
#ifndef HTTP_RATE_H
#define HTTP_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/limits.h"

struct rate_bucket {
    uint64_t address;   /* 0: free */
    int64_t full_at_ns; /* when the bucket would be full again if nobody asked */
};

struct rate {
    pthread_mutex_t mutex;
    struct rate_bucket buckets[RATE_ADDRESSES_MAX];
    struct rate_bucket shared;
};

int rate_init(struct rate *rate);
void rate_destroy(struct rate *rate);

/* Takes `cost` tokens of the address. True: go on. False: too many; *retry_after_s says how long
 * until they would be there. now_ns: a monotonic clock. */
bool rate_take(struct rate *rate, const char *address, uint32_t cost, int64_t now_ns,
               uint32_t *retry_after_s);
/* Gives back what was taken for nothing. */
void rate_give(struct rate *rate, const char *address, uint32_t cost, int64_t now_ns);

#endif
