/* test_base_histogram.c - percentiles within 1 % of a sorted list, and exact where exactness is
 * promised. */
#include "base/draw.h"
#include "base/histogram.h"
#include "unit.h"

#include <stdlib.h>

enum { SAMPLES = 20000 };

static int compare_u64(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void fill(uint64_t *values, struct histogram *histogram, uint64_t seed)
{
    for (uint64_t i = 0; i < SAMPLES; i++) {
        unsigned bits = (unsigned)draw_below(draw_u64(seed, 1, 0, i), 47);
        values[i] = draw_below(draw_u64(seed, 2, 0, i), (uint64_t)2 << bits);
        histogram_add(histogram, values[i]);
    }
}

/* Against the stupid model: sort, take the nearest rank. */
static void test_percentiles_within_one_percent(void **state)
{
    (void)state;
    static uint64_t values[SAMPLES];
    static struct histogram histogram;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        histogram_clear(&histogram);
        fill(values, &histogram, seed);
        qsort(values, SAMPLES, sizeof values[0], compare_u64);
        for (uint32_t ppm = 0; ppm <= 1000000; ppm += 1250) {
            uint64_t rank = ((uint64_t)SAMPLES * ppm + 999999) / 1000000;
            uint64_t expected = values[rank == 0 ? 0 : rank - 1];
            uint64_t found = histogram_percentile(&histogram, ppm);
            uint64_t difference = found > expected ? found - expected : expected - found;
            assert_true(difference * 100 <= expected);
        }
        assert_int_equal(histogram.smallest, values[0]);
        assert_int_equal(histogram.largest, values[SAMPLES - 1]);
        assert_int_equal(histogram_percentile(&histogram, 1000000), values[SAMPLES - 1]);
    }
}

static void test_small_values_are_exact(void **state)
{
    (void)state;
    static struct histogram histogram;
    histogram_clear(&histogram);
    for (uint64_t value = 1; value <= 100; value++) {
        histogram_add(&histogram, value);
    }
    for (uint32_t percent = 1; percent <= 100; percent++) {
        assert_int_equal(histogram_percentile(&histogram, percent * 10000), percent);
    }
    assert_int_equal(histogram.count, 100);
    assert_int_equal(histogram.sum, 5050);
    assert_int_equal(histogram_mean(&histogram), 50);
}

static void test_merge_is_exact(void **state)
{
    (void)state;
    static uint64_t values[SAMPLES];
    static struct histogram one, two, both;
    histogram_clear(&one);
    histogram_clear(&two);
    histogram_clear(&both);
    fill(values, &one, 1);
    fill(values, &both, 1);
    fill(values, &two, 2);
    fill(values, &both, 2);
    histogram_merge(&two, &one);
    assert_memory_equal(&two, &both, sizeof both);
    static struct histogram empty;
    histogram_merge(&two, &empty);
    assert_memory_equal(&two, &both, sizeof both);
    histogram_merge(&empty, &both);
    assert_memory_equal(&empty, &both, sizeof both);
}

static void test_edges(void **state)
{
    (void)state;
    static struct histogram histogram;
    histogram_clear(&histogram);
    assert_int_equal(histogram_percentile(&histogram, 500000), 0);
    assert_int_equal(histogram_mean(&histogram), 0);
    histogram_add(&histogram, 0);
    assert_int_equal(histogram_percentile(&histogram, 990000), 0);
    histogram_add(&histogram, UINT64_MAX - 1); /* beyond the cells: still the exact largest */
    assert_int_equal(histogram.largest, UINT64_MAX - 1);
    assert_true(histogram_percentile(&histogram, 1000000) >= (uint64_t)1 << 47);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles_within_one_percent),
        cmocka_unit_test(test_small_values_are_exact),
        cmocka_unit_test(test_merge_is_exact),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
