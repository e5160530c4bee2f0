/* histogram.c - a distribution in fixed memory.
 *
 * The idea of HdrHistogram (Tene): a cell's width grows with its value, so that the relative error is
 * the same everywhere. A value's cell is read off its bits: how many zeros lead says which power of
 * two, the six bits behind the leading one say which cell of it; no search, no logarithm. Keeping all
 * values and sorting them would be exact and cost memory that grows with the run. */
#include "base/histogram.h"

#include <assert.h>
#include <string.h>

__extension__ typedef unsigned __int128 histogram_u128;

/* Below twice the cells of a power of two a cell would be narrower than 1: values are their own. */
enum { HISTOGRAM_EXACT = 2 << HISTOGRAM_CELL_BITS, HISTOGRAM_MILLION = 1000000 };

static uint32_t histogram_cell(uint64_t value)
{
    if (value >> HISTOGRAM_VALUE_BITS != 0) {
        return HISTOGRAM_CELLS - 1;
    }
    if (value < HISTOGRAM_EXACT) {
        return (uint32_t)value;
    }
    uint32_t shift = 63 - (uint32_t)__builtin_clzll(value) - HISTOGRAM_CELL_BITS;
    assert(shift > 0);
    return (shift << HISTOGRAM_CELL_BITS) + (uint32_t)(value >> shift);
}

/* The middle of a cell; the inverse of histogram_cell up to half a cell's width. */
static uint64_t histogram_middle(uint32_t cell)
{
    assert(cell < HISTOGRAM_CELLS);
    if (cell < HISTOGRAM_EXACT) {
        return cell;
    }
    uint32_t shift = (cell >> HISTOGRAM_CELL_BITS) - 1;
    uint64_t low = (uint64_t)(cell - (shift << HISTOGRAM_CELL_BITS)) << shift;
    return low + (((uint64_t)1 << shift) >> 1);
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    if (histogram->count == 0 || value < histogram->smallest) {
        histogram->smallest = value;
    }
    if (value > histogram->largest) {
        histogram->largest = value;
    }
    histogram->count++;
    histogram->sum += value;
    histogram->cells[histogram_cell(value)]++;
}

void histogram_merge(struct histogram *histogram, const struct histogram *from)
{
    assert(histogram != from);
    if (from->count == 0) {
        return;
    }
    if (histogram->count == 0 || from->smallest < histogram->smallest) {
        histogram->smallest = from->smallest;
    }
    if (from->largest > histogram->largest) {
        histogram->largest = from->largest;
    }
    histogram->count += from->count;
    histogram->sum += from->sum;
    for (uint32_t i = 0; i < HISTOGRAM_CELLS; i++) {
        histogram->cells[i] += from->cells[i];
    }
}

void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

uint64_t histogram_percentile(const struct histogram *histogram, uint32_t rank_ppm)
{
    assert(rank_ppm <= HISTOGRAM_MILLION);
    if (histogram->count == 0) {
        return 0;
    }
    histogram_u128 scaled = (histogram_u128)histogram->count * rank_ppm + HISTOGRAM_MILLION - 1;
    uint64_t rank = (uint64_t)(scaled / HISTOGRAM_MILLION); /* rounded up: nearest rank */
    assert(rank <= histogram->count);
    /* The ends are known exactly. */
    if (rank <= 1) {
        return histogram->smallest;
    }
    if (rank == histogram->count) {
        return histogram->largest;
    }
    uint64_t seen = 0;
    uint32_t cell = 0;
    for (; cell < HISTOGRAM_CELLS - 1; cell++) {
        seen += histogram->cells[cell];
        if (seen >= rank) {
            break;
        }
    }
    uint64_t value = histogram_middle(cell);
    value = value < histogram->smallest ? histogram->smallest : value;
    return value > histogram->largest ? histogram->largest : value;
}

uint64_t histogram_mean(const struct histogram *histogram)
{
    return histogram->count == 0 ? 0 : histogram->sum / histogram->count;
}
