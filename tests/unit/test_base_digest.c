/* test_base_digest.c - the chain is the same for ever and sees every bit, every boundary and every
 * order. */
#include "base/digest.h"
#include "unit.h"

static uint64_t digest_of(const void *data, size_t size)
{
    struct digest digest = digest_init();
    digest_bytes(&digest, data, size);
    return digest_value(&digest);
}

/* Golden values: a change here makes every published digest meaningless. */
static void test_golden(void **state)
{
    (void)state;
    uint8_t bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    assert_int_equal(digest_of(NULL, 0), 0x6695d8de43f1fe17u);
    assert_int_equal(digest_of("abc", 3), 0x9fd93afb39c61368u);
    assert_int_equal(digest_of(bytes, sizeof bytes), 0x21e4953f0b1a173fu);
    struct digest digest = digest_init();
    digest_words(&digest, 1, 2);
    assert_int_equal(digest_value(&digest), 0x248f67166e7e78deu);
}

static void test_every_bit_counts(void **state)
{
    (void)state;
    uint8_t bytes[150] = {0};
    for (size_t size = 1; size <= sizeof bytes; size++) {
        uint64_t plain = digest_of(bytes, size);
        for (size_t bit = 0; bit < 8 * size; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(digest_of(bytes, size), plain);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void test_boundaries_and_order_count(void **state)
{
    (void)state;
    struct digest one = digest_init();
    struct digest two = digest_init();
    digest_bytes(&one, "ab", 2);
    digest_bytes(&one, "c", 1);
    digest_bytes(&two, "a", 1);
    digest_bytes(&two, "bc", 2);
    assert_int_not_equal(digest_value(&one), digest_value(&two));
    one = digest_init();
    two = digest_init();
    digest_words(&one, 1, 2);
    digest_words(&one, 3, 4);
    digest_words(&two, 3, 4);
    digest_words(&two, 1, 2);
    assert_int_not_equal(digest_value(&one), digest_value(&two));
}

/* Zero bytes of different lengths all differ; words that zero a factor do not swallow what came
 * before. */
static void test_zeros_do_not_swallow(void **state)
{
    (void)state;
    uint8_t zeros[130] = {0};
    for (size_t i = 0; i < sizeof zeros; i++) {
        for (size_t k = i + 1; k <= sizeof zeros; k++) {
            assert_int_not_equal(digest_of(zeros, i), digest_of(zeros, k));
        }
    }
    struct digest one = digest_init();
    digest_words(&one, 1, 1);
    struct digest two = digest_init();
    digest_words(&two, 2, 1);
    uint64_t first = one.a ^ 0x13198a2e03707345u; /* makes the next left factor zero */
    digest_words(&one, first, 9);
    digest_words(&two, first, 9);
    assert_int_not_equal(digest_value(&one), digest_value(&two));
}

static void test_value_does_not_disturb(void **state)
{
    (void)state;
    struct digest one = digest_init();
    struct digest two = digest_init();
    digest_words(&one, 1, 2);
    digest_words(&two, 1, 2);
    (void)digest_value(&one);
    digest_words(&one, 3, 4);
    digest_words(&two, 3, 4);
    assert_int_equal(digest_value(&one), digest_value(&two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_every_bit_counts),
        cmocka_unit_test(test_boundaries_and_order_count),
        cmocka_unit_test(test_zeros_do_not_swallow),
        cmocka_unit_test(test_value_does_not_disturb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
