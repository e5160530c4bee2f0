/* test_event_queue.c - the radix heap against a sorted list that cannot be wrong. */
#include "base/draw.h"
#include "sim/event_queue.h"
#include "unit.h"

#include <stdlib.h>

enum { CAPACITY = 300, STEPS = 60000 };

/* The stupid model: an array in order of insertion; the next is the first among the smallest. */
struct model {
    int64_t times_ns[CAPACITY];
    uint32_t values[CAPACITY];
    uint32_t count;
};

static uint32_t model_next(const struct model *model)
{
    uint32_t next = 0;
    for (uint32_t i = 1; i < model->count; i++) {
        if (model->times_ns[i] < model->times_ns[next]) {
            next = i;
        }
    }
    return next;
}

static void model_remove(struct model *model, uint32_t at)
{
    for (uint32_t i = at; i + 1 < model->count; i++) {
        model->times_ns[i] = model->times_ns[i + 1];
        model->values[i] = model->values[i + 1];
    }
    model->count--;
}

struct block {
    struct event_queue queue;
    char *base;
    uint64_t size;
};

static void block_init(struct block *block, uint32_t capacity)
{
    struct arena arena = {0};
    event_queue_plan(&block->queue, &arena, capacity);
    block->size = arena.size;
    block->base = malloc(arena.size);
    assert_non_null(block->base);
}

/* Moves the entries elsewhere and poisons where they were. */
static void block_move(struct block *block)
{
    char *moved = malloc(block->size);
    assert_non_null(moved);
    memcpy(moved, block->base, block->size);
    memset(block->base, 0xdd, block->size);
    free(block->base);
    block->base = moved;
}

/* Increments of very different sizes, and often none: ties are the hard part. */
static int64_t random_increment(uint64_t seed, uint64_t step)
{
    unsigned bits = (unsigned)draw_below(draw_u64(seed, 1, 0, step), 42);
    if (bits % 3 == 0) {
        return 0;
    }
    return (int64_t)draw_below(draw_u64(seed, 2, 0, step), (uint64_t)1 << bits);
}

static void compare_with_model(uint64_t seed)
{
    struct block block;
    block_init(&block, CAPACITY);
    static struct model model;
    model.count = 0;
    int64_t now_ns = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        uint32_t push_ppm = step / 2000 % 2 == 0 ? 600000 : 400000;
        bool push = draw_chance_ppm(draw_u64(seed, 3, 0, step), push_ppm);
        if (push) {
            int64_t time_ns = now_ns + random_increment(seed, step);
            bool pushed = event_queue_push(&block.queue, block.base, time_ns, (uint32_t)step);
            assert_int_equal(pushed, model.count < CAPACITY);
            if (pushed) {
                model.times_ns[model.count] = time_ns;
                model.values[model.count] = (uint32_t)step;
                model.count++;
            }
        } else if (model.count > 0) {
            uint32_t next = model_next(&model);
            assert_int_equal(event_queue_next_ns(&block.queue), model.times_ns[next]);
            int64_t time_ns;
            uint32_t value = event_queue_pop(&block.queue, block.base, &time_ns);
            assert_int_equal(time_ns, model.times_ns[next]);
            assert_int_equal(value, model.values[next]);
            now_ns = time_ns;
            model_remove(&model, next);
        } else {
            assert_int_equal(event_queue_next_ns(&block.queue), INT64_MAX);
        }
        assert_int_equal(block.queue.count, model.count);
        if (step % 20000 == 19999) {
            block_move(&block);
        }
    }
    free(block.base);
}

static void test_against_sorted_list(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        compare_with_model(seed);
    }
}

/* After looking at a far next time, an entry at "now" may still come and is the next. */
static void test_looking_ahead_moves_nothing(void **state)
{
    (void)state;
    struct block block;
    block_init(&block, 10);
    assert_true(event_queue_push(&block.queue, block.base, 1000000000, 1));
    assert_true(event_queue_push(&block.queue, block.base, 2000000000, 2));
    assert_int_equal(event_queue_next_ns(&block.queue), 1000000000);
    assert_true(event_queue_push(&block.queue, block.base, 5, 3));
    assert_int_equal(event_queue_next_ns(&block.queue), 5);
    int64_t time_ns;
    assert_int_equal(event_queue_pop(&block.queue, block.base, &time_ns), 3);
    assert_int_equal(event_queue_next_ns(&block.queue), 1000000000);
    assert_true(event_queue_push(&block.queue, block.base, 5, 4));
    assert_int_equal(event_queue_pop(&block.queue, block.base, &time_ns), 4);
    assert_int_equal(event_queue_pop(&block.queue, block.base, &time_ns), 1);
    assert_int_equal(event_queue_pop(&block.queue, block.base, &time_ns), 2);
    free(block.base);
}

static void test_largest_times(void **state)
{
    (void)state;
    struct block block;
    block_init(&block, 4);
    int64_t time_ns;
    assert_true(event_queue_push(&block.queue, block.base, INT64_MAX, 1));
    assert_true(event_queue_push(&block.queue, block.base, INT64_MAX - 1, 2));
    assert_true(event_queue_push(&block.queue, block.base, 0, 3));
    assert_true(event_queue_push(&block.queue, block.base, INT64_MAX, 4));
    assert_false(event_queue_push(&block.queue, block.base, 7, 5));
    uint32_t expected[] = {3, 2, 1, 4};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(event_queue_pop(&block.queue, block.base, &time_ns), expected[i]);
    }
    assert_int_equal(block.queue.count_max, 4);
    free(block.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sorted_list),
        cmocka_unit_test(test_looking_ahead_moves_nothing),
        cmocka_unit_test(test_largest_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
