/* test_kv_version.c - dots, clocks and siblings: what is concurrent stays, what was read goes, and
 * however states meet, they come to the same. */
#include "base/draw.h"
#include "systems/kv/version.h"
#include "unit.h"

enum { REPLICAS = 3, WRITERS = 1000, STORMS = 200, STEPS = 60 };

static struct kv_sibling put(struct kv_state *state, uint32_t node, const uint32_t *context,
                             int64_t value)
{
    return kv_write(state, node, context, value, false, value, 0, 0);
}

/* KV-T08: a blind write stands beside; one that has read what stands there replaces it. */
static void test_context_collapses(void **unused)
{
    (void)unused;
    struct kv_state state = {.key = 1};
    (void)put(&state, 0, NULL, 10);
    uint32_t context[KV_REPLICAS_MAX];
    memcpy(context, state.clock, sizeof context);
    (void)put(&state, 0, NULL, 11);
    assert_int_equal(state.count, 2);
    assert_int_equal(kv_own_siblings(&state, 0, NULL), 2);
    (void)put(&state, 0, context, 12); /* has read 10 only */
    assert_int_equal(state.count, 2);
    assert_int_equal(state.siblings[0].value, 11);
    assert_int_equal(state.siblings[1].value, 12);
    (void)put(&state, 1, state.clock, 13);
    assert_int_equal(state.count, 1);
    assert_int_equal(state.siblings[0].value, 13);
}

/* Two clients through one replica, neither having read the other: with one clock for all values the
 * second would pass for a successor. */
static void test_one_clock_loses(void **unused)
{
    (void)unused;
    struct kv_state dotted = {.key = 1};
    struct kv_state plain = {.key = 1};
    uint32_t nothing[KV_REPLICAS_MAX] = {0};
    for (int64_t value = 1; value <= 2; value++) {
        (void)kv_write(&dotted, 0, nothing, value, false, value, 0, 0);
        (void)kv_write(&plain, 0, nothing, value, false, value, 0, KV_MERGE_NO_DOTS);
    }
    assert_int_equal(dotted.count, 2);
    assert_int_equal(plain.count, 1);
}

/* A coordinator that keeps its rule of two keeps every key bounded, whoever writes when. */
static void test_a_thousand_interleaved_writers(void **unused)
{
    (void)unused;
    struct kv_state states[REPLICAS] = {{.key = 1}, {.key = 1}, {.key = 1}};
    uint32_t contexts[WRITERS][KV_REPLICAS_MAX];
    uint32_t written = 0;
    for (uint32_t i = 0; i < WRITERS; i++) {
        uint32_t read = (uint32_t)draw_below(draw_u64(1, 1, i, 0), REPLICAS);
        uint32_t node = (uint32_t)draw_below(draw_u64(1, 2, i, 0), REPLICAS);
        uint32_t from = (uint32_t)draw_below(draw_u64(1, 3, i, 0), REPLICAS);
        memcpy(contexts[i], states[read].clock, sizeof contexts[i]);
        const uint32_t *context = contexts[i < 20 ? i : i - 20]; /* read a while ago */
        if (kv_own_siblings(&states[node], node, context) < KV_OWN_SIBLINGS_MAX) {
            (void)put(&states[node], node, context, i);
            written++;
        }
        (void)kv_merge(&states[from], &states[node], 0);
        for (uint32_t r = 0; r < REPLICAS; r++)
            assert_in_range(states[r].count, 0, KV_OWN_SIBLINGS_MAX * REPLICAS);
    }
    assert_true(written > WRITERS / 4);
}

/* Random writes and meetings; then everybody meets in two different orders. */
static void storm(uint64_t seed, uint32_t flags)
{
    struct kv_state states[REPLICAS] = {{.key = 1}, {.key = 1}, {.key = 1}};
    for (uint32_t step = 0; step < STEPS; step++) {
        uint64_t value = draw_u64(seed, 4, step, 0);
        uint32_t node = (uint32_t)(value % REPLICAS);
        uint32_t other = (uint32_t)(value >> 8) % REPLICAS;
        bool knows = (value >> 16 & 1) != 0;
        if ((value >> 20 & 3) == 0)
            (void)kv_merge(&states[node], &states[other], flags);
        else if (kv_own_siblings(&states[node], node, knows ? states[other].clock : NULL) <
                 KV_OWN_SIBLINGS_MAX)
            (void)kv_write(&states[node], node, knows ? states[other].clock : NULL, step,
                           (value >> 24 & 7) == 0, (int64_t)(value >> 32 & 255), 0, flags);
    }
    struct kv_state one = states[0];
    struct kv_state two = states[2];
    (void)kv_merge(&one, &states[1], flags);
    (void)kv_merge(&one, &states[2], flags);
    (void)kv_merge(&two, &states[1], flags);
    (void)kv_merge(&two, &states[0], flags);
    if (memcmp(&one, &two, sizeof one) != 0)
        fail_msg("seed %d: other orders of meeting, other states", (int)seed);
    assert_true(kv_state_hash(&one, flags) == kv_state_hash(&two, flags));
    assert_false(kv_merge(&one, &two, flags)); /* nothing new any more */
    for (uint32_t i = 0; i < REPLICAS; i++)
        assert_false(kv_merge(&one, &states[i], flags));
}

static void test_meeting_in_any_order(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= STORMS; seed++) {
        storm(seed, 0);
        storm(seed, KV_MERGE_CLOCK);
    }
}

/* KV-T07: the latest clock wins, whoever wrote last in truth. */
static void test_the_clock_decides(void **unused)
{
    (void)unused;
    struct kv_state state = {.key = 1};
    (void)kv_write(&state, 0, NULL, 1, false, 5000, 0, KV_MERGE_CLOCK);
    (void)kv_write(&state, 1, state.clock, 2, false, 100, 0, KV_MERGE_CLOCK);
    assert_int_equal(state.count, 1);
    assert_int_equal(state.siblings[0].value, 1);
}

/* A counter is never used twice, even when the tombstone that bore it is gone. */
static void test_the_counter_goes_on(void **unused)
{
    (void)unused;
    struct kv_state state = {.key = 1};
    struct kv_sibling sibling = kv_write(&state, 2, NULL, 1, false, 1, 41, 0);
    assert_int_equal(sibling.counter, 42);
    sibling = kv_write(&state, 2, NULL, 1, false, 1, 7, 0);
    assert_int_equal(sibling.counter, 43);
}

static void test_what_comes_from_outside(void **unused)
{
    (void)unused;
    struct kv_state state = {.key = 1};
    (void)put(&state, 0, NULL, 10);
    (void)put(&state, 1, NULL, 11);
    uint32_t length = kv_state_bytes(&state);
    assert_true(kv_state_valid(&state, length, 2));
    assert_false(kv_state_valid(&state, length, 1));
    assert_false(kv_state_valid(&state, length - 1, 2));
    state.siblings[1] = state.siblings[0]; /* the same dot twice */
    assert_false(kv_state_valid(&state, length, 2));
    state.count = KV_SIBLINGS_MAX + 1;
    assert_false(kv_state_valid(&state, sizeof state, 2));
}

static void test_clocks_travel_in_notes(void **unused)
{
    (void)unused;
    uint32_t clock[KV_REPLICAS_MAX] = {1, UINT32_MAX, 3, 0, 5, 6, 7, UINT32_MAX};
    uint32_t back[KV_REPLICAS_MAX];
    int64_t args[NODE_NOTE_ARGS];
    kv_pack_clock(clock, args);
    kv_unpack_clock(args, back);
    assert_memory_equal(clock, back, sizeof clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_context_collapses),
        cmocka_unit_test(test_one_clock_loses),
        cmocka_unit_test(test_a_thousand_interleaved_writers),
        cmocka_unit_test(test_meeting_in_any_order),
        cmocka_unit_test(test_the_clock_decides),
        cmocka_unit_test(test_the_counter_goes_on),
        cmocka_unit_test(test_what_comes_from_outside),
        cmocka_unit_test(test_clocks_travel_in_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
