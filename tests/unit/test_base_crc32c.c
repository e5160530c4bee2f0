/* test_base_crc32c.c - the published test vectors, and both ways of computing compared. */
#include "base/crc32c.h"
#include "base/draw.h"
#include "unit.h"

/* RFC 3720, appendix B.4. */
static void test_published_vectors(void **state)
{
    (void)state;
    uint8_t bytes[32] = {0};
    assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
    assert_int_equal(crc32c(0, bytes, 32), 0x8a9136aa);
    memset(bytes, 0xff, 32);
    assert_int_equal(crc32c(0, bytes, 32), 0x62a8ab43);
    for (uint8_t i = 0; i < 32; i++) {
        bytes[i] = i;
    }
    assert_int_equal(crc32c(0, bytes, 32), 0x46dd794e);
    assert_int_equal(crc32c(0, NULL, 0), 0);
}

static void test_instruction_equals_table(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)draw_u64(1, 0, 0, i);
    }
    for (size_t offset = 0; offset < 9; offset++) {
        for (size_t size = 0; size + offset <= sizeof bytes; size++) {
            assert_int_equal(crc32c(0, bytes + offset, size),
                             crc32c_by_table(0, bytes + offset, size));
        }
    }
}

static void test_continues(void **state)
{
    (void)state;
    const char digits[] = "123456789";
    for (size_t cut = 0; cut <= 9; cut++) {
        uint32_t first = crc32c(0, digits, cut);
        assert_int_equal(crc32c(first, &digits[cut], 9 - cut), 0xe3069283);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_instruction_equals_table),
        cmocka_unit_test(test_continues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
