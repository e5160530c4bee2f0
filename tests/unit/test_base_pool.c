/* test_base_pool.c - a block planned, filled, moved and used on; the pool and a stupid model. */
#include "base/draw.h"
#include "base/pool.h"
#include "unit.h"

#include <stdlib.h>

enum { CAPACITY = 50, STEPS = 20000 };

static void test_arena_offsets(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_int_equal(arena_reserve(&arena, 3, 1, 1), 0);
    assert_int_equal(arena_reserve(&arena, 2, 8, 8), 8);
    assert_int_equal(arena_reserve(&arena, 1, 1, 64), 64);
    assert_int_equal(arena_reserve(&arena, 0, 100, 8), 72);
    assert_int_equal(arena.size, 72);
}

/* Random takes and gives, items marked with their owner; halfway the block moves. */
static void test_against_a_list_of_flags(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct pool pool = pool_plan(&arena, CAPACITY, 12);
    assert_int_equal(pool.stride, 2);
    char *base = malloc(arena.size);
    assert_non_null(base);
    uint64_t owner[CAPACITY] = {0};
    uint32_t live = 0;
    for (uint64_t step = 1; step <= STEPS; step++) {
        uint32_t pick = (uint32_t)draw_below(draw_u64(9, 1, 0, step), CAPACITY);
        bool take =
            draw_chance_ppm(draw_u64(9, 2, 0, step), step / 1000 % 2 == 0 ? 700000 : 300000);
        if (take) {
            uint32_t place = pool_take(&pool, base);
            assert_int_equal(place == POOL_NONE, live == CAPACITY);
            if (place != POOL_NONE) {
                uint32_t index = (place - pool.first) / pool.stride;
                assert_in_range(index, 0, CAPACITY - 1);
                assert_int_equal(owner[index], 0);
                owner[index] = step;
                memcpy(pool_at(base, place), &step, sizeof step);
                live++;
            }
        } else if (owner[pick] != 0) {
            uint64_t mark;
            memcpy(&mark, pool_at_const(base, pool.first + pick * pool.stride), sizeof mark);
            assert_int_equal(mark, owner[pick]);
            pool_give(&pool, base, pool.first + pick * pool.stride);
            owner[pick] = 0;
            live--;
        }
        assert_int_equal(pool.used, live);
        if (step == STEPS / 2) {
            char *moved = malloc(arena.size);
            assert_non_null(moved);
            memcpy(moved, base, arena.size);
            memset(base, 0xdd, arena.size);
            free(base);
            base = moved;
        }
    }
    assert_int_equal(pool.used_max, CAPACITY);
    free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_offsets),
        cmocka_unit_test(test_against_a_list_of_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
