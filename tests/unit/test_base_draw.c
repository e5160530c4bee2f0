/* test_base_draw.c - draws are the same for ever, independent of each other, and have the shape
 * they claim. */
#include "base/draw.h"
#include "unit.h"

static const uint32_t PURPOSE = DRAW_PURPOSE('t', 'e', 's', 't');

/* Golden values: a change here changes every stored run, so it is a new behaviour and never an
 * accident. */
static void test_golden(void **state)
{
    (void)state;
    assert_int_equal(PURPOSE, 0x74736574);
    assert_int_equal(draw_u64(0, 0, 0, 0), 0x5db5f55f07a31351u);
    assert_int_equal(draw_u64(7, PURPOSE, 17, 3), 0xeed98e341d677841u);
    assert_int_equal(draw_exponential(draw_u64(7, PURPOSE, 17, 3), 1000000), 69342);
    assert_int_equal(draw_below(draw_u64(7, PURPOSE, 17, 3), 1000), 933);
}

static void test_stream_is_the_function(void **state)
{
    (void)state;
    struct draw_stream stream = draw_stream_init(7, PURPOSE, 17);
    for (uint64_t n = 0; n < 100; n++) {
        uint64_t expected = draw_u64(7, PURPOSE, 17, n);
        assert_int_equal(draw_next(&stream), expected);
    }
}

/* Each part of the name matters, and neighbours differ in about half of the bits. */
static void test_neighbours_are_independent(void **state)
{
    (void)state;
    uint64_t flips = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t base = draw_u64(i, PURPOSE, i, i);
        uint64_t others[] = {draw_u64(i + 1, PURPOSE, i, i), draw_u64(i, PURPOSE + 1, i, i),
                             draw_u64(i, PURPOSE, i + 1, i), draw_u64(i, PURPOSE, i, i + 1)};
        for (size_t k = 0; k < 4; k++) {
            flips += (uint64_t)__builtin_popcountll(base ^ others[k]);
        }
    }
    assert_in_range(flips, 4000 * 31, 4000 * 33);
}

static void test_below_is_uniform(void **state)
{
    (void)state;
    uint32_t counts[10] = {0};
    for (uint64_t n = 0; n < 100000; n++) {
        uint64_t value = draw_u64(1, PURPOSE, 0, n);
        counts[draw_below(value, 10)]++;
    }
    for (size_t i = 0; i < 10; i++) {
        assert_in_range(counts[i], 9600, 10400); /* four standard deviations */
    }
    assert_int_equal(draw_below(UINT64_MAX, 10), 9);
    assert_int_equal(draw_below(0, 10), 0);
    assert_int_equal(draw_between(UINT64_MAX, 5, 9), 9);
    assert_int_equal(draw_between(0, 5, 9), 5);
}

static void test_chance(void **state)
{
    (void)state;
    uint32_t hits = 0;
    for (uint64_t n = 0; n < 100000; n++) {
        uint64_t value = draw_u64(2, PURPOSE, 0, n);
        hits += draw_chance_ppm(value, 20000);
        assert_false(draw_chance_ppm(value, 0));
        assert_true(draw_chance_ppm(value, DRAW_MILLION));
    }
    assert_in_range(hits, 1823, 2177);
}

/* Mean and tail of the exponential, against the numbers of the formula. */
static void test_exponential(void **state)
{
    (void)state;
    const uint64_t mean = 1000000;
    uint64_t sum = 0;
    uint32_t beyond_mean = 0;
    for (uint64_t n = 0; n < 100000; n++) {
        uint64_t value = draw_exponential(draw_u64(3, PURPOSE, 0, n), mean);
        sum += value;
        beyond_mean += value > mean;
    }
    assert_in_range(sum / 100000, 987000, 1013000);
    assert_in_range(beyond_mean, 36178, 37398); /* e^-1 = 0.36788 */
    assert_in_range(draw_exponential((uint64_t)1 << 63, mean), 693146, 693148);
    assert_in_range(draw_exponential((uint64_t)1 << 62, mean), 1386293, 1386295);
    assert_in_range(draw_exponential(UINT64_MAX, mean), 0, 1);
    assert_in_range(draw_exponential(0, mean), 44361000, 44362000);
    assert_int_equal(draw_exponential(12345, 0), 0);
}

static void test_exponential_falls(void **state)
{
    (void)state;
    uint64_t before = UINT64_MAX;
    for (uint64_t value = 0; value < UINT64_MAX - ((uint64_t)1 << 51); value += (uint64_t)1 << 50) {
        uint64_t now = draw_exponential(value, (uint64_t)1 << 40);
        assert_true(now <= before);
        before = now;
    }
}

static void test_weighted(void **state)
{
    (void)state;
    const uint64_t cumulative[] = {0, 50, 50, 75, 100}; /* the first and third are impossible */
    uint32_t counts[5] = {0};
    for (uint64_t n = 0; n < 100000; n++) {
        uint64_t value = draw_u64(4, PURPOSE, 0, n);
        counts[draw_weighted(value, cumulative, 5)]++;
    }
    assert_int_equal(counts[0], 0);
    assert_int_equal(counts[2], 0);
    assert_in_range(counts[1], 49300, 50700);
    assert_in_range(counts[3], 24400, 25600);
    assert_in_range(counts[4], 24400, 25600);
}

static uint64_t zipf_share_ppm(const uint64_t *table, uint32_t count, uint32_t rank)
{
    uint64_t weight = table[rank - 1] - (rank > 1 ? table[rank - 2] : 0);
    return weight * 1000000 / table[count - 1];
}

/* Shares of Zipf's law for ten ranks, computed by hand: 1/r^s over their sum (s = 1: 2.928968). */
static void test_zipf(void **state)
{
    (void)state;
    uint64_t table[10];
    draw_zipf_table(table, 10, 100);
    assert_in_range(zipf_share_ppm(table, 10, 1), 341070, 341760);
    assert_in_range(zipf_share_ppm(table, 10, 2), 170530, 170880);
    assert_in_range(zipf_share_ppm(table, 10, 10), 34107, 34176);
    draw_zipf_table(table, 10, 0); /* all alike */
    assert_int_equal(zipf_share_ppm(table, 10, 1), 100000);
    assert_int_equal(zipf_share_ppm(table, 10, 10), 100000);
    draw_zipf_table(table, 10, 1000); /* steep, and nobody has nothing */
    assert_in_range(zipf_share_ppm(table, 10, 1), 998900, 999100);
    assert_true(table[9] > table[8]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_stream_is_the_function),
        cmocka_unit_test(test_neighbours_are_independent),
        cmocka_unit_test(test_below_is_uniform),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_exponential_falls),
        cmocka_unit_test(test_weighted),
        cmocka_unit_test(test_zipf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
