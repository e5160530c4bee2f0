/* digest.c - a fast chain over words and bytes.
 *
 * A cryptographic hash would be ten times slower and protect against nobody here; a checksum would
 * let reordered events cancel out. A chain of multiplications does neither: the order of steps
 * matters, and one 64-by-64-bit product mixes 16 bytes in a few cycles. Loads are little-endian on
 * every machine: the digest is part of the golden files. */
#include "base/digest.h"

#include <assert.h>
#include <string.h>

/* Odd constants with about as many ones as zeros (digits of pi), one for each lane, so that no lane
 * can undo another. */
static const uint64_t DIGEST_K0 = 0x243f6a8885a308d3u;
static const uint64_t DIGEST_K1 = 0x13198a2e03707345u;
static const uint64_t DIGEST_K2 = 0xa4093822299f31d1u;
static const uint64_t DIGEST_K3 = 0x082efa98ec4e6c89u;
static const uint64_t DIGEST_K4 = 0x452821e638d01377u;
static const uint64_t DIGEST_K5 = 0xbe5466cf34e90c6du;
static const uint64_t DIGEST_K6 = 0xc0ac29b7c97c50ddu;
static const uint64_t DIGEST_K7 = 0x3f84d5b5b5470917u;

/* Both halves of the product: the low one knows little of the factors' high bits, and the other way
 * round. */
static inline uint64_t digest_fold(uint64_t x, uint64_t y)
{
    digest_u128 product = (digest_u128)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t digest_load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* 64 bytes: four folds that do not wait for each other, then one serial step. */
static inline void digest_block(struct digest *digest, const uint8_t *at)
{
    uint64_t p0 = digest_fold(digest_load(at) ^ DIGEST_K0, digest_load(at + 8) ^ DIGEST_K1);
    uint64_t p1 = digest_fold(digest_load(at + 16) ^ DIGEST_K2, digest_load(at + 24) ^ DIGEST_K3);
    uint64_t p2 = digest_fold(digest_load(at + 32) ^ DIGEST_K4, digest_load(at + 40) ^ DIGEST_K5);
    uint64_t p3 = digest_fold(digest_load(at + 48) ^ DIGEST_K6, digest_load(at + 56) ^ DIGEST_K7);
    digest_step(digest, p0 + p1, p2 + p3);
}

struct digest digest_init(void)
{
    return (struct digest){.a = DIGEST_K3, .b = DIGEST_K6};
}

/* The size goes in first: it tells zero padding from zeros. */
void digest_bytes(struct digest *digest, const void *data, size_t size)
{
    assert(digest != NULL);
    assert(data != NULL || size == 0);
    const uint8_t *at = data;
    size_t left = size;
    digest->b ^= (uint64_t)size * DIGEST_K5;
    for (; left >= 64; at += 64, left -= 64) {
        digest_block(digest, at);
    }
    for (; left >= 16; at += 16, left -= 16) {
        digest_step(digest, digest_load(at) ^ DIGEST_K0, digest_load(at + 8) ^ DIGEST_K7);
    }
    if (left > 0 || size == 0) {
        uint8_t tail[16] = {0};
        if (left > 0) {
            memcpy(tail, at, left);
        }
        digest_step(digest, digest_load(tail) ^ DIGEST_K4, digest_load(tail + 8) ^ DIGEST_K6);
    }
}

/* Two more steps, so that the last event has reached every bit of the word that is shown. On a copy:
 * appending goes on from the chain itself. */
uint64_t digest_value(const struct digest *digest)
{
    assert(digest != NULL);
    struct digest last = *digest;
    digest_step(&last, DIGEST_K5, DIGEST_K0);
    digest_step(&last, DIGEST_K2, DIGEST_K4);
    return digest_fold(last.a ^ DIGEST_K6, last.b ^ DIGEST_K1);
}
