/* test_base_log_codec.c - a log is read back as it was written, up to where it was torn. */
#include "base/draw.h"
#include "base/log_codec.h"
#include "unit.h"

enum { SALT = 5, RECORDS = 20, LOG_BYTES = 4096 };
static const uint32_t DRAW_LOG = DRAW_PURPOSE('l', 'o', 'g', ' ');

static uint32_t body_length(uint32_t n)
{
    return n * 7 % 41;
}

/* RECORDS records of different lengths. Returns where the terminator stands. */
static uint32_t log_fill(uint8_t *log, uint32_t salt)
{
    uint32_t end = 0;
    memset(log, 0, LOG_BYTES);
    for (uint32_t n = 0; n < RECORDS; n++) {
        uint8_t body[64];
        memset(body, (int)(n + 1), sizeof body);
        end += log_record_put(log + end, salt, (uint16_t)(n + 1), body, body_length(n));
    }
    return end;
}

/* Reads until something is no record. Returns how many were read. */
static uint32_t log_read(const uint8_t *log, uint32_t length, enum log_found *found)
{
    uint32_t count = 0;
    uint32_t offset = 0;
    struct log_record record;
    while ((*found = log_record_next(log, length, SALT, &offset, &record)) == LOG_RECORD) {
        assert_int_equal(record.type, count + 1);
        assert_int_equal(record.length, body_length(count));
        for (uint32_t i = 0; i < record.length; i++)
            assert_int_equal(record.body[i], count + 1);
        count++;
    }
    return count;
}

static void test_reads_what_was_written(void **state)
{
    (void)state;
    uint8_t log[LOG_BYTES];
    enum log_found found;
    uint32_t end = log_fill(log, SALT);
    assert_int_equal(log_read(log, LOG_BYTES, &found), RECORDS);
    assert_int_equal(found, LOG_END);
    assert_int_equal(log_read(log, end, &found), RECORDS); /* the file ends with the last record */
    assert_int_equal(found, LOG_PARTIAL);
}

static void test_ends_where_it_was_cut(void **state)
{
    (void)state;
    uint8_t log[LOG_BYTES];
    uint32_t end = log_fill(log, SALT);
    uint32_t before = 0;
    for (uint32_t length = 0; length <= end; length++) {
        enum log_found found;
        uint32_t count = log_read(log, length, &found);
        assert_int_equal(found, LOG_PARTIAL);
        assert_true(count == before || count == before + 1);
        before = count;
    }
    assert_int_equal(before, RECORDS);
}

/* One changed bit anywhere is seen in its own record, and those before it are still read. */
static void test_sees_every_flipped_bit(void **state)
{
    (void)state;
    uint8_t log[LOG_BYTES];
    uint32_t end = log_fill(log, SALT);
    for (uint32_t bit = 0; bit < end * 8; bit++) {
        uint32_t offset = 0;
        uint32_t damaged = 0;
        while (offset + log_record_bytes(body_length(damaged)) <= bit / 8)
            offset += log_record_bytes(body_length(damaged++));
        bool in_padding = bit / 8 >= offset + LOG_HEADER_BYTES + body_length(damaged);
        log[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum log_found found;
        uint32_t count = log_read(log, LOG_BYTES, &found);
        assert_int_equal(count, in_padding ? RECORDS : damaged);
        log[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* What a file held in a former life is not taken for a record of the present one. */
static void test_another_salt_is_another_log(void **state)
{
    (void)state;
    uint8_t log[LOG_BYTES];
    enum log_found found;
    log_fill(log, SALT - 1);
    assert_int_equal(log_read(log, LOG_BYTES, &found), 0);
    assert_int_equal(found, LOG_TORN);
}

static void test_noise_is_never_read_past_its_end(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 2000; n++) {
        uint8_t noise[64];
        for (uint32_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)draw_u64(1, DRAW_LOG, n, i);
        struct log_record record;
        uint32_t offset = n % sizeof noise;
        uint32_t before = offset;
        enum log_found found = log_record_next(noise, sizeof noise, SALT, &offset, &record);
        assert_int_not_equal(found, LOG_RECORD);
        assert_int_equal(offset, before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_was_written),
        cmocka_unit_test(test_ends_where_it_was_cut),
        cmocka_unit_test(test_sees_every_flipped_bit),
        cmocka_unit_test(test_another_salt_is_another_log),
        cmocka_unit_test(test_noise_is_never_read_past_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
