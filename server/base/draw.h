/* draw.h - randomness as a function: every draw is named by (seed, purpose, entity, n).
 *
 * A generator with hidden state makes each draw depend on all earlier ones; here draw n of an
 * entity is the same whatever else was drawn, so turning a fault on or changing a policy shifts no
 * unrelated draw (the preparation time of order 17 is the same under every policy). All arithmetic
 * is in integers and equal on every machine.
 *
 * Rule of use: at most one draw per full expression, since C leaves the order of evaluation of
 * arguments open. The mixing is that of splitmix64 (Steele, Lea, Flood, OOPSLA 2014) with
 * Stafford's variant 13 constants. */
#ifndef BASE_DRAW_H
#define BASE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

enum { DRAW_MILLION = 1000000 }; /* probabilities are in parts per million (ppm) */

/* A stream is a named sequence whose position is part of somebody's state (a link, a disk, a node).
 * Copying the struct copies the stream; it holds no pointer. */
struct draw_stream {
    uint64_t key; /* derived from (seed, purpose, entity) */
    uint64_t n;   /* draws taken so far */
};

/* A purpose made of four letters, readable in a dump and free of a central list: DRAW_PURPOSE('l',
 * 'i', 'n', 'k'). */
#define DRAW_PURPOSE(a, b, c, d)                                                                   \
    ((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))

/* A bijection of 64 bits in which every input bit moves every output bit. */
static inline uint64_t draw_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The n-th draw of `entity` for `purpose`: 64 bits that pass for uniform and independent of all
 * others. */
uint64_t draw_u64(uint64_t seed, uint32_t purpose, uint64_t entity, uint64_t n);

/* draw_next(stream) is draw_u64(seed, purpose, entity, n) for n = 0, 1, 2, ... */
struct draw_stream draw_stream_init(uint64_t seed, uint32_t purpose, uint64_t entity);
static inline uint64_t draw_next(struct draw_stream *stream)
{
    stream->n++;
    return draw_mix(stream->key + stream->n * 0x9e3779b97f4a7c15u); /* steps of the golden ratio */
}

/* The helpers below shape one 64-bit value into a distribution. They draw nothing themselves. */

/* Uniform in 0 .. bound - 1 (multiply-shift; bias below bound / 2^64). bound > 0. */
uint64_t draw_below(uint64_t value, uint64_t bound);

/* Uniform in low .. high, both included. Requires low <= high and high - low < 2^64 - 1. */
uint64_t draw_between(uint64_t value, uint64_t low, uint64_t high);

/* True with probability ppm / 1,000,000; never at 0, always from 1,000,000 on. */
bool draw_chance_ppm(uint64_t value, uint32_t ppm);

/* Exponential with the given mean, rounded down; within 2e-6 x mean of the curve, at most 44.4 x
 * mean. From a table of -ln with linear interpolation, because libm may differ between machines.
 * mean < 2^58. */
uint64_t draw_exponential(uint64_t value, uint64_t mean);

/* The index i with probability weight_i / total, where cumulative[i] is the sum of weights 0 .. i
 * and the last is the total (> 0, rising). count >= 1. */
uint32_t draw_weighted(uint64_t value, const uint64_t *cumulative, uint32_t count);

/* The table of draw_weighted() by Zipf's law: rank r = 1 .. count weighs r^-s, s = exponent_hundredths
 * / 100 in 0 .. 10, within 0.1 %, and never nothing. count in 1 .. 2^20. */
void draw_zipf_table(uint64_t *cumulative, uint32_t count, uint32_t exponent_hundredths);

#endif
