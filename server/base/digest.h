/* digest.h - a chain of all that happened, in 128 bits, fast enough to run over every event.
 *
 * Equal runs have equal digests on every machine (words are little-endian whatever the machine is),
 * and a chain that has once differed practically never meets again. It finds divergence; it is no
 * defence against a forger. The step multiplies two words and folds the 128-bit product (the idea
 * of wyhash and of multiply-mix hashes). */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* No pointer: a copy of the struct is a copy of the chain. */
struct digest {
    uint64_t a, b;
};

struct digest digest_init(void);

__extension__ typedef unsigned __int128 digest_u128;

/* The one serial step, for the functions below. The old halves enter the new ones outside the
 * product too: a factor of zero loses nothing. */
static inline void digest_step(struct digest *digest, uint64_t first, uint64_t second)
{
    digest_u128 product = (digest_u128)(digest->a ^ first) * (digest->b ^ second);
    uint64_t a = digest->a;
    digest->a = digest->b + (uint64_t)product;
    digest->b = ((a << 23) | (a >> 41)) ^ (uint64_t)(product >> 64);
}

/* Appends two words: the usual head of an event (time; who and what). */
static inline void digest_words(struct digest *digest, uint64_t first, uint64_t second)
{
    digest_step(digest, first ^ 0x13198a2e03707345u, second ^ 0xa4093822299f31d1u);
}

/* Appends `size` bytes and the size itself, so that "ab","c" differs from "a","bc". data may be
 * NULL when size is 0. */
void digest_bytes(struct digest *digest, const void *data, size_t size);

/* The chain so far as one word, to show and compare. Appending may go on. */
uint64_t digest_value(const struct digest *digest);

#endif
