/* test_deadlines.c - moving deadlines against an array that is searched from end to end. */
#include "base/draw.h"
#include "sim/deadlines.h"
#include "unit.h"

#include <stdlib.h>

enum { SLOTS_MAX = 90, STEPS = 40000 };

static uint32_t model_next(const int64_t *due_ns, uint32_t count)
{
    uint32_t next = 0;
    for (uint32_t slot = 1; slot < count; slot++) {
        next = due_ns[slot] < due_ns[next] ? slot : next;
    }
    return next;
}

static int64_t random_due(uint64_t seed, uint64_t step, int64_t now_ns)
{
    uint64_t choice = draw_u64(seed, 2, 0, step);
    if (draw_chance_ppm(choice, 100000)) {
        return DEADLINE_NEVER;
    }
    return now_ns + (int64_t)draw_below(draw_u64(seed, 3, 0, step), 50); /* many ties */
}

static void compare_with_model(uint64_t seed, uint32_t count)
{
    struct arena arena = {0};
    struct deadlines deadlines;
    deadlines_plan(&deadlines, &arena, count);
    void *base = malloc(arena.size);
    assert_non_null(base);
    deadlines_init(&deadlines, base);
    int64_t due_ns[SLOTS_MAX];
    for (uint32_t slot = 0; slot < count; slot++) {
        due_ns[slot] = DEADLINE_NEVER;
    }
    int64_t now_ns = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        uint32_t slot = (uint32_t)draw_below(draw_u64(seed, 1, 0, step), count);
        due_ns[slot] = random_due(seed, step, now_ns);
        deadlines_set(&deadlines, base, slot, due_ns[slot]);
        assert_int_equal(deadlines_get(&deadlines, base, slot), due_ns[slot]);
        if (step % 3 == 0) {
            uint32_t expected = model_next(due_ns, count);
            uint32_t found;
            assert_int_equal(deadlines_next_readonly(&deadlines, base), due_ns[expected]);
            assert_int_equal(deadlines_next(&deadlines, base, &found), due_ns[expected]);
            if (due_ns[expected] != DEADLINE_NEVER) {
                assert_int_equal(found, expected);
                now_ns = due_ns[expected];
                due_ns[expected] = DEADLINE_NEVER;
                deadlines_set(&deadlines, base, expected, DEADLINE_NEVER);
            }
        }
    }
    free(base);
}

static void test_against_search(void **state)
{
    (void)state;
    const uint32_t counts[] = {1, 2, 5, 6, 17, SLOTS_MAX};
    for (uint64_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        compare_with_model(i + 1, counts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_search)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
