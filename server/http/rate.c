/* rate.c - token buckets by client address.
 *
 * A bucket is one number: the time at which it would be full again. Taking tokens moves it into
 * the future; it may not move further than the time that a whole bucket takes to fill. */
#include "http/rate.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/digest.h"

enum { RATE_PROBES_MAX = 8 };

static const int64_t TOKEN_NS = INT64_C(1000000000) / RATE_PER_S;
static const int64_t BURST_NS = RATE_BURST * (INT64_C(1000000000) / RATE_PER_S);

int rate_init(struct rate *rate)
{
    memset(rate, 0, sizeof *rate);
    return pthread_mutex_init(&rate->mutex, NULL) == 0 ? 0 : -1;
}

void rate_destroy(struct rate *rate)
{
    pthread_mutex_destroy(&rate->mutex);
}

/* Addresses are only compared: a hash of 64 bits stands for one; 0 marks a free place. */
static uint64_t address_hash(const char *address)
{
    struct digest digest = digest_init();
    digest_bytes(&digest, address, strlen(address));
    uint64_t value = digest_value(&digest);
    return value != 0 ? value : 1;
}

/* The address's own bucket; or a free or full one, which nobody misses; or the shared one. */
static struct rate_bucket *bucket_find(struct rate *rate, uint64_t address, int64_t now_ns)
{
    struct rate_bucket *place = NULL;
    for (uint64_t i = 0; i < RATE_PROBES_MAX; i++) {
        struct rate_bucket *bucket = &rate->buckets[(address + i) % RATE_ADDRESSES_MAX];
        if (bucket->address == address)
            return bucket;
        if (place == NULL && (bucket->address == 0 || bucket->full_at_ns <= now_ns))
            place = bucket;
    }
    if (place == NULL)
        return &rate->shared;
    place->address = address;
    place->full_at_ns = now_ns;
    return place;
}

bool rate_take(struct rate *rate, const char *address, uint32_t cost, int64_t now_ns,
               uint32_t *retry_after_s)
{
    assert(cost <= RATE_BURST);
    pthread_mutex_lock(&rate->mutex);
    struct rate_bucket *bucket = bucket_find(rate, address_hash(address), now_ns);
    int64_t from_ns = bucket->full_at_ns > now_ns ? bucket->full_at_ns : now_ns;
    int64_t full_at_ns = from_ns + cost * TOKEN_NS;
    int64_t over_ns = full_at_ns - (now_ns + BURST_NS);
    if (over_ns <= 0)
        bucket->full_at_ns = full_at_ns;
    pthread_mutex_unlock(&rate->mutex);
    if (over_ns <= 0)
        return true;
    *retry_after_s = (uint32_t)(over_ns / 1000000000) + 1;
    return false;
}

void rate_give(struct rate *rate, const char *address, uint32_t cost, int64_t now_ns)
{
    pthread_mutex_lock(&rate->mutex);
    bucket_find(rate, address_hash(address), now_ns)->full_at_ns -= cost * TOKEN_NS;
    pthread_mutex_unlock(&rate->mutex);
}
