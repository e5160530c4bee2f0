/* test_raft_storm.c - Raft in random storms: no promise is ever broken, everything comes to rest, and
 * each rule that is turned off is missed within few seeds. */
#include "unit.h"

#include <stdlib.h>

#include "effort.h"
#include "raft_storm.h"

enum { SEEDS = 300, SEEDS_A_BUG = 1000 };

static uint64_t seeds_wanted(uint64_t standard)
{
    const char *text = getenv("CHEF_RAFT_SEEDS");
    return text != NULL ? strtoull(text, NULL, 10) : standard;
}

static void test_no_promise_is_broken(void **state)
{
    struct storm_result sum = {.broken = false};
    (void)state;
    for (uint64_t seed = 1; seed <= seeds_wanted(effort_rounds(SEEDS)); seed++) {
        struct storm_result result =
            storm_run(seed, 0, seed % 2 == 0 ? 0 : 1u << seed / 2 % RAFT_BUG_COUNT);
        if (result.broken)
            print_error("seed %lu: %s at index %lu by node %u (term %lu, other %lu) step %lu\n",
                        (unsigned long)seed, raft_promise_name(result.promise),
                        (unsigned long)result.breach.index, result.breach.node,
                        (unsigned long)result.breach.term, (unsigned long)result.breach.other_term,
                        (unsigned long)result.breach.event);
        if (!result.converged || result.stale_reads > 0)
            print_error("seed %lu: converged %d, stale reads %u\n", (unsigned long)seed,
                        result.converged, result.stale_reads);
        assert_false(result.broken);
        assert_int_equal(result.stale_reads, 0);
        assert_true(result.converged);
        sum.steps += result.steps;
        sum.commits += result.commits;
        sum.elections += result.elections;
        sum.images += result.images;
        sum.changes += result.changes;
        sum.transfers += result.transfers;
        sum.reads += result.reads;
        sum.crashes += result.crashes;
    }
    print_message(
        "%lu steps, %lu commits, %lu elections, %lu images taken, %lu changes, %lu transfers, "
        "%lu reads, %lu crashes\n",
        (unsigned long)sum.steps, (unsigned long)sum.commits, (unsigned long)sum.elections,
        (unsigned long)sum.images, (unsigned long)sum.changes, (unsigned long)sum.transfers,
        (unsigned long)sum.reads, (unsigned long)sum.crashes);
    /* A storm in which nothing happens proves nothing. */
    assert_true(sum.images > 0);
    assert_true(sum.changes > 0);
    assert_true(sum.transfers > 0);
    assert_true(sum.reads > 0);
    assert_true(sum.crashes > 0);
}

/* Rules whose absence costs service but no promise, or that need what no storm has: a damaged disk, or an
 * image that comes after the late answers of who has all it holds. raft_scripts show them. */
static bool is_for_scripts(enum raft_bug bug)
{
    return bug == RAFT_BUG_ANY_RESETS_TIMER || bug == RAFT_BUG_HEAR_REMOVED ||
           bug == RAFT_BUG_VOTER_AT_ONCE || bug == RAFT_BUG_TRUST_TORN ||
           bug == RAFT_BUG_CHUNK_NO_RESET || bug == RAFT_BUG_SNAP_DROP_SUFFIX;
}

static bool is_missed(const struct storm_result *result)
{
    return result->broken || result->stale_reads > 0 || !result->converged;
}

static void test_each_rule_is_missed(void **state)
{
    (void)state;
    uint32_t not_found = 0;
    for (uint32_t bug = 0; bug < RAFT_BUG_COUNT; bug++) {
        if (is_for_scripts((enum raft_bug)bug))
            continue;
        uint64_t seed = 1;
        struct storm_result result = {.converged = true};
        for (; seed <= SEEDS_A_BUG && !is_missed(&result); seed++)
            result = storm_run(seed, 1u << bug, 1u << bug);
        const char *how = result.broken            ? raft_promise_name(result.promise)
                          : result.stale_reads > 0 ? "stale read"
                                                   : "never comes to rest";
        print_message("%-18s %s %lu: %s\n", cluster_rule_name((enum raft_bug)bug),
                      is_missed(&result) ? "missed by seed" : "NOT MISSED within",
                      (unsigned long)seed - 1, is_missed(&result) ? how : "nothing");
        not_found += !is_missed(&result);
    }
    assert_int_equal(not_found, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_promise_is_broken),
        cmocka_unit_test(test_each_rule_is_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
