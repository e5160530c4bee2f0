/* test_raft_log.c - the log in memory, and T20: the conflict hint leads to the same logs as going back one
 * entry at a time. */
#include "unit.h"

#include <stdlib.h>

#include "base/draw.h"
#include "systems/raft/internal.h"

enum { LOGS = 10000, SUFFIX_MAX = 40, TERM_MAX = 12 };

static struct raft *new_log(void)
{
    static const struct raft_members MEMBERS = {.voters = 7};
    struct raft *raft = malloc(sizeof *raft);
    if (raft == NULL)
        abort();
    raft_boot(raft, &MEMBERS);
    return raft;
}

static void test_ring_wraps(void **state)
{
    struct raft *raft = new_log();
    uint8_t bytes[RAFT_COMMAND_BYTES_MAX];
    struct raft_entry entry;
    (void)state;
    for (uint64_t index = 1; index <= 5000; index++) {
        uint32_t length = (uint32_t)(index * 37 % RAFT_COMMAND_BYTES_MAX);
        memset(bytes, (int)(index % 251), sizeof bytes);
        while (!raft_log_has_room(raft, length))
            raft_log_drop(raft, raft->begin + 1);
        raft_log_push(raft, index / 100 + 1, RAFT_COMMAND, bytes, length);
        for (uint64_t look = raft->begin + 1; look <= raft->last; look += 97) {
            raft_entry_copy(raft, look, &entry);
            assert_int_equal(entry.length, look * 37 % RAFT_COMMAND_BYTES_MAX);
            assert_int_equal(entry.term, look / 100 + 1);
            for (uint32_t i = 0; i < entry.length; i++)
                assert_int_equal(entry.bytes[i], look % 251);
        }
    }
    free(raft);
}

static void test_cut_and_reset(void **state)
{
    struct raft *raft = new_log();
    (void)state;
    for (uint64_t term = 1; term <= 10; term++)
        raft_log_push(raft, term, RAFT_COMMAND, "abcdefgh", 8);
    raft_log_drop(raft, 3);
    assert_int_equal(raft_term_at(raft, 3), 3);
    assert_int_equal(raft_term_at(raft, 2), 0);
    uint32_t used = raft->bytes_end - raft->bytes_begin;
    assert_int_equal(used, 7 * 8);
    raft_log_cut(raft, 8);
    assert_int_equal(raft->last, 7);
    assert_int_equal(raft_last_term(raft), 7);
    assert_int_equal(raft->bytes_end - raft->bytes_begin, 4 * 8);
    raft_log_push(raft, 20, RAFT_COMMAND, "x", 1);
    assert_int_equal(raft_term_at(raft, 8), 20);
    raft_log_reset(raft, 50, 9);
    assert_int_equal(raft->last, 50);
    assert_int_equal(raft_last_term(raft), 9);
    assert_int_equal(raft->bytes_end, raft->bytes_begin);
    free(raft);
}

/* ---- T20 ---- */

/* Two logs that Raft can bring about: equal up to somewhere, then of different terms. */
static void random_logs(uint64_t seed, struct raft *leader, struct raft *follower)
{
    struct draw_stream draws = draw_stream_init(seed, DRAW_PURPOSE('l', 'o', 'g', 's'), 0);
    uint64_t common = draw_below(draw_next(&draws), SUFFIX_MAX);
    uint64_t term = 1;
    for (uint64_t i = 0; i < common; i++) {
        term += draw_below(draw_next(&draws), 5) == 0;
        raft_log_push(leader, term, RAFT_NOOP, NULL, 0);
        raft_log_push(follower, term, RAFT_NOOP, NULL, 0);
    }
    for (uint32_t side = 0; side < 2; side++) {
        uint64_t count = draw_below(draw_next(&draws), SUFFIX_MAX);
        uint64_t own = 2 * term + 2 + side; /* even terms here, odd ones there */
        for (uint64_t i = 0; i < count; i++) {
            own += 2 * (uint64_t)(draw_below(draw_next(&draws), 4) == 0);
            raft_log_push(side == 0 ? leader : follower, own, RAFT_NOOP, NULL, 0);
        }
    }
}

/* Where both logs agree, found from `previous` on; *asked counts the appends that were refused. */
static uint64_t find_agreement(const struct raft *leader, const struct raft *follower, bool hints,
                               uint32_t *asked)
{
    uint64_t previous = leader->last;
    *asked = 0;
    while (previous > follower->last ||
           raft_term_at(follower, previous) != raft_term_at(leader, previous)) {
        assert_true(*asked <= 2 * SUFFIX_MAX);
        (*asked)++;
        if (hints) { /* as refuse_append() and refused() do */
            uint64_t hint =
                raft_find_by_term(follower, previous - 1, raft_term_at(leader, previous));
            previous = raft_find_by_term(leader, hint, raft_term_at(follower, hint));
        } else {
            previous--;
        }
    }
    return previous;
}

static void test_hint_gives_the_same_log(void **state)
{
    uint64_t slow_sum = 0, quick_sum = 0;
    (void)state;
    for (uint64_t seed = 0; seed < LOGS; seed++) {
        struct raft *leader = new_log();
        struct raft *follower = new_log();
        uint32_t slow_asked, quick_asked;
        random_logs(seed, leader, follower);
        uint64_t slow = find_agreement(leader, follower, false, &slow_asked);
        uint64_t quick = find_agreement(leader, follower, true, &quick_asked);
        /* Both end in the common part; what follows is overwritten by the leader's either way. */
        for (uint64_t index = 1; index <= slow; index++)
            assert_int_equal(raft_term_at(leader, index), raft_term_at(follower, index));
        assert_true(quick <= slow);
        assert_true(quick_asked <= slow_asked);
        raft_log_cut(follower, quick + 1);
        for (uint64_t index = quick + 1; index <= leader->last; index++)
            raft_log_push(follower, raft_term_at(leader, index), RAFT_NOOP, NULL, 0);
        assert_int_equal(follower->last, leader->last);
        for (uint64_t index = 1; index <= leader->last; index++)
            assert_int_equal(raft_term_at(leader, index), raft_term_at(follower, index));
        slow_sum += slow_asked;
        quick_sum += quick_asked;
        free(leader);
        free(follower);
    }
    print_message("%d logs: refused %.1f times one by one, %.1f times with hints\n", LOGS,
                  (double)slow_sum / LOGS, (double)quick_sum / LOGS);
    assert_true(quick_sum * 3 < slow_sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_wraps),
        cmocka_unit_test(test_cut_and_reset),
        cmocka_unit_test(test_hint_gives_the_same_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
