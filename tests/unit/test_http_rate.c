/* test_http_rate.c - token buckets: bursts, refilling, many addresses. */
#include "unit.h"

#include "http/rate.h"

static const int64_t SECOND_NS = 1000000000;

static struct rate rate;

static int setup(void **state)
{
    (void)state;
    return rate_init(&rate);
}

static int teardown(void **state)
{
    (void)state;
    rate_destroy(&rate);
    return 0;
}

static void test_a_burst_then_the_steady_rate(void **state)
{
    (void)state;
    uint32_t retry_after_s = 0;
    int64_t now_ns = 100 * SECOND_NS;
    assert_true(rate_take(&rate, "10.0.0.1", RATE_BURST, now_ns, &retry_after_s));
    assert_false(rate_take(&rate, "10.0.0.1", 1, now_ns, &retry_after_s));
    assert_int_equal(retry_after_s, 1);
    assert_true(rate_take(&rate, "10.0.0.2", 1, now_ns, &retry_after_s)); /* another address */
    now_ns += SECOND_NS;
    assert_true(rate_take(&rate, "10.0.0.1", RATE_PER_S, now_ns, &retry_after_s));
    assert_false(rate_take(&rate, "10.0.0.1", 1, now_ns, &retry_after_s));
    assert_false(rate_take(&rate, "10.0.0.1", 3 * RATE_PER_S, now_ns, &retry_after_s));
    assert_int_equal(retry_after_s, 4);
}

static void test_what_is_given_back_was_not_taken(void **state)
{
    (void)state;
    uint32_t retry_after_s = 0;
    int64_t now_ns = 100 * SECOND_NS;
    for (int i = 0; i < 3; i++) {
        assert_true(rate_take(&rate, "10.0.0.1", RATE_BURST, now_ns, &retry_after_s));
        rate_give(&rate, "10.0.0.1", RATE_BURST, now_ns);
    }
    assert_true(rate_take(&rate, "10.0.0.1", RATE_BURST, now_ns, &retry_after_s));
    assert_false(rate_take(&rate, "10.0.0.1", 1, now_ns, &retry_after_s));
}

static void test_a_long_rest_gives_no_more_than_a_burst(void **state)
{
    (void)state;
    uint32_t retry_after_s = 0;
    assert_true(rate_take(&rate, "10.0.0.1", 1, SECOND_NS, &retry_after_s));
    assert_true(rate_take(&rate, "10.0.0.1", RATE_BURST, 1000 * SECOND_NS, &retry_after_s));
    assert_false(rate_take(&rate, "10.0.0.1", 1, 1000 * SECOND_NS, &retry_after_s));
}

/* When every bucket is in use, further addresses share one: refused together, never without limit. */
static void test_more_addresses_than_buckets(void **state)
{
    (void)state;
    uint32_t retry_after_s = 0, refused = 0;
    for (int i = 0; i < 4 * RATE_ADDRESSES_MAX; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.%d.%d.%d", i >> 16, (i >> 8) & 255, i & 255);
        refused += !rate_take(&rate, address, RATE_BURST, SECOND_NS, &retry_after_s);
    }
    assert_true(refused >= 3 * RATE_ADDRESSES_MAX - 1);
    assert_true(rate_take(&rate, "192.168.0.1", 1, 1000 * SECOND_NS, &retry_after_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_burst_then_the_steady_rate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_given_back_was_not_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_long_rest_gives_no_more_than_a_burst, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_more_addresses_than_buckets, setup, teardown),
    };
    return cmocka_run_group_tests_name("http rate", tests, NULL, NULL);
}
