/* test_ddmin.c - delta debugging against what is known to be needed. */
#include "base/draw.h"
#include "lab/ddmin.h"
#include "unit.h"

enum { PARTS_MAX = 200, CASES = 400 };

/* Fails when all of one of two sets of parts are there: so there are two minima, and with holes
 * between them, since fewer parts of the one may be more of the other. */
struct cause {
    bool first[PARTS_MAX], second[PARTS_MAX];
    uint32_t asked;
};

static bool covers(const bool *kept, const bool *needed, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (needed[i] && !kept[i]) {
            return false;
        }
    }
    return true;
}

static bool fails(void *context, const bool *kept, uint32_t count)
{
    struct cause *cause = context;
    cause->asked++;
    return covers(kept, cause->first, count) || covers(kept, cause->second, count);
}

static uint32_t set_draw(uint64_t seed, uint32_t entity, uint32_t count, bool *set)
{
    uint32_t size = 0;
    uint64_t rarity = 1 + draw_below(draw_u64(seed, 1, entity, 0), 60);
    for (uint32_t i = 0; i < count; i++) {
        set[i] = draw_below(draw_u64(seed, 2, entity, i), rarity) == 0;
        size += set[i];
    }
    return size;
}

static void test_what_is_left_is_minimal(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        static struct cause cause;
        static bool kept[PARTS_MAX];
        uint32_t count = (uint32_t)draw_below(draw_u64(seed, 0, 0, 0), PARTS_MAX + 1);
        cause = (struct cause){.asked = 0};
        uint32_t first = set_draw(seed, 0, count, cause.first);
        uint32_t second = set_draw(seed, 1, count, cause.second);
        memset(kept, true, count);
        uint32_t left = lab_ddmin(kept, count, fails, &cause);
        if (left != first && left != second) {
            fail_msg("case %d: %u left of %u, needed %u or %u", (int)seed, left, count, first,
                     second);
        }
        assert_true(fails(&cause, kept, count));
        for (uint32_t i = 0; i < count; i++) { /* no single one can go */
            if (kept[i]) {
                kept[i] = false;
                assert_false(fails(&cause, kept, count));
                kept[i] = true;
            }
        }
    }
}

/* Needed only together with its neighbour: pieces that are taken away together must be tried. */
static bool fails_in_pairs(void *context, const bool *kept, uint32_t count)
{
    (void)context;
    for (uint32_t i = 0; i + 1 < count; i += 2) {
        if (kept[i] != kept[i + 1]) {
            return false;
        }
    }
    return kept[4] && kept[5];
}

static void test_pairs_go_together(void **state)
{
    (void)state;
    bool kept[16];
    memset(kept, true, sizeof kept);
    assert_int_equal(lab_ddmin(kept, 16, fails_in_pairs, NULL), 2);
    assert_true(kept[4]);
    assert_true(kept[5]);
}

/* What is not there at the beginning stays away; nothing at all is a set as well. */
static void test_edges(void **state)
{
    (void)state;
    static struct cause cause;
    bool kept[4] = {true, false, true, true};
    cause = (struct cause){.first = {false, false, true, false}, .second = {true, true}};
    assert_int_equal(lab_ddmin(kept, 4, fails, &cause), 1);
    assert_true(kept[2]);
    assert_false(kept[1]);
    cause = (struct cause){.asked = 0};
    assert_int_equal(lab_ddmin(kept, 4, fails, &cause), 0);
    assert_int_equal(cause.asked, 1);
    assert_int_equal(lab_ddmin(kept, 0, fails, &cause), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left_is_minimal),
        cmocka_unit_test(test_pairs_go_together),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
