/* histogram.h - a distribution in fixed memory, every value within 1 % of the truth.
 *
 * Log-linear cells: values below 128 each have a cell of their own; above, every power of two is
 * cut into 64 equal cells and a cell speaks for its middle, at most 1/128 of the value away. Count,
 * sum, smallest and largest are exact. Integers only, so that two machines print the same
 * percentile. No pointer: the struct may lie in a world. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_VALUE_BITS = 48, /* 2^48 ns are 78 hours; larger values count as the largest cell */
    HISTOGRAM_CELL_BITS = 6,   /* 64 cells for each power of two */
    HISTOGRAM_CELLS = (HISTOGRAM_VALUE_BITS - HISTOGRAM_CELL_BITS + 1) << HISTOGRAM_CELL_BITS
};

/* All zero is the empty histogram. */
struct histogram {
    uint64_t count;
    uint64_t sum; /* the caller keeps count x value below 2^64: 2^64 ns are 584 years of waiting */
    uint64_t smallest, largest;
    uint32_t cells[HISTOGRAM_CELLS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* Adds all of `from`: merging is exact, in any order. */
void histogram_merge(struct histogram *histogram, const struct histogram *from);

void histogram_clear(struct histogram *histogram);

/* The percentile by nearest rank: the smallest value that at least rank_ppm / 1,000,000 of all are
 * at or below (990,000 is p99). 0 when empty; never outside smallest .. largest. rank_ppm <=
 * 1,000,000. */
uint64_t histogram_percentile(const struct histogram *histogram, uint32_t rank_ppm);

/* Rounded down; 0 when empty. */
uint64_t histogram_mean(const struct histogram *histogram);

#endif
