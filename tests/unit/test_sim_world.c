/* test_sim_world.c - a run is its plan, seed and inputs: not how it is cut up or watched. */
#include "base/draw.h"
#include "chatter.h"
#include "sim/nemesis.h"
#include "unit.h"

#include <stdlib.h>

static const int64_t SECOND_NS = 1000000000;
enum { NODES = 6, SEEDS = 12 };

static const struct nemesis_profile PROFILE = {
    .from_ns = 1000000000, .to_ns = 8000000000, .length_ns = 1000000000};

/* A world with its faults and how many of them have been applied. */
struct box {
    struct sim sim;
    struct sim_plan plan;
    struct nemesis nemesis;
    uint32_t applied;
};

static void *allocate(const struct sim_plan *plan)
{
    size_t bytes = (sim_bytes(plan) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, bytes); /* whatever was there must not matter */
    return memory;
}

static struct box *box_open_watched(uint64_t seed, const struct node_observer *observer)
{
    struct box *box = calloc(1, sizeof *box);
    assert_non_null(box);
    box->plan = chatter_plan(seed, NODES);
    box->plan.observer = observer;
    box->sim.world = allocate(&box->plan);
    struct error error;
    assert_int_equal(sim_init(&box->sim, &box->plan, &error), 0);
    nemesis_draw(&box->nemesis, &PROFILE, &box->plan, seed);
    return box;
}

static struct box *box_open(uint64_t seed)
{
    return box_open_watched(seed, &CHATTER_OBSERVER);
}

static void box_close(struct box *box)
{
    free(box->sim.world);
    free(box);
}

/* Runs to a time in chunks of at most `steps`, applying faults when they are due. */
static void box_run(struct box *box, int64_t until_ns, uint64_t steps)
{
    while (sim_now_ns(&box->sim) < until_ns || box->applied < box->nemesis.count) {
        bool more = box->applied < box->nemesis.count;
        const struct sim_input *next = &box->nemesis.inputs[box->applied];
        bool first = more && next->time_ns <= until_ns;
        int64_t to_ns = first ? next->time_ns : until_ns;
        while (sim_run(&box->sim, to_ns, steps) == SIM_WORKING) {
        }
        assert_int_equal(sim_now_ns(&box->sim), to_ns);
        if (!first) {
            return;
        }
        struct error error;
        int applied = sim_apply(&box->sim, next, &error);
        if (applied != 0) {
            fail_msg("%s", error.text);
        }
        box->applied++;
    }
}

static uint64_t digest_after(uint64_t seed, uint64_t steps)
{
    struct box *box = box_open(seed);
    box_run(box, 10 * SECOND_NS, steps);
    uint64_t digest = sim_digest(&box->sim);
    box_close(box);
    return digest;
}

/* The figure every build on every machine must show: a change of the simulator's behaviour changes
 * it, nothing else may. */
static void test_golden_digest(void **state)
{
    (void)state;
    assert_int_equal(digest_after(1, UINT64_MAX), 0x51a4b860c7f740c3);
    assert_int_not_equal(digest_after(2, UINT64_MAX), digest_after(3, UINT64_MAX));
}

static void test_any_chunking(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t expected = digest_after(seed, UINT64_MAX);
        assert_int_equal(digest_after(seed, 1), expected);
        assert_int_equal(digest_after(seed, 7), expected);
    }
}

/* Many short runs, also to times at which nothing happens, and looking ahead in between. */
static void test_short_runs_and_looking(void **state)
{
    (void)state;
    uint64_t expected = digest_after(5, UINT64_MAX);
    struct box *box = box_open(5);
    for (uint64_t n = 0; sim_now_ns(&box->sim) < 10 * SECOND_NS; n++) {
        int64_t step_ns = (int64_t)draw_below(draw_u64(77, 1, 0, n), 3000000);
        int64_t until_ns = sim_now_ns(&box->sim) + step_ns;
        until_ns = until_ns < 10 * SECOND_NS ? until_ns : 10 * SECOND_NS;
        int64_t next_ns = sim_next_ns(&box->sim);
        box_run(box, until_ns, UINT64_MAX);
        assert_true(next_ns > until_ns || sim_next_ns(&box->sim) > until_ns);
        struct sim_flight flights[20];
        (void)sim_flights(&box->sim, flights, 20);
    }
    assert_int_equal(sim_digest(&box->sim), expected);
    box_close(box);
}

static void test_single_steps(void **state)
{
    (void)state;
    struct box *box = box_open(3);
    struct box *other = box_open(3);
    box_run(box, SECOND_NS / 2, UINT64_MAX);
    uint64_t steps = 0;
    while (sim_step(&other->sim, SECOND_NS / 2)) {
        steps++;
        assert_int_equal(sim_steps(&other->sim), steps);
    }
    assert_int_equal(steps, sim_steps(&box->sim));
    assert_int_equal(sim_digest(&other->sim), sim_digest(&box->sim));
    box_close(box);
    box_close(other);
}

static void count_row(void *context, const struct node_row *row)
{
    (void)row;
    (*(uint64_t *)context)++;
}

static void count_note(void *context, const struct node_note *note)
{
    (void)note;
    (*(uint64_t *)context)++;
}

/* A listener that wants to stop at each so-manieth note. */
struct stopper {
    struct sim *sim;
    uint64_t every, notes;
};

static void stop_at_note(void *context, const struct node_note *note)
{
    struct stopper *stopper = context;
    (void)note;
    stopper->sim->stop = ++stopper->notes % stopper->every == 0 || stopper->sim->stop;
}

/* sim_run() ends where sim_step() ends: event by event, and the world goes on from there as if nobody
 * had listened. */
static void test_stops_where_a_step_ends(void **state)
{
    (void)state;
    for (uint64_t every = 1; every <= 50; every += 7) {
        struct box *box = box_open(4);
        struct box *other = box_open(4);
        struct stopper run = {.sim = &box->sim, .every = every};
        struct stopper step = {.sim = &other->sim, .every = every};
        box->sim.sink = (struct node_row_sink){.context = &run, .note = stop_at_note};
        other->sim.sink = (struct node_row_sink){.context = &step, .note = stop_at_note};
        uint32_t stops = 0;
        for (;;) {
            box->sim.stop = other->sim.stop = false;
            enum sim_status status = sim_run(&box->sim, SECOND_NS / 2, UINT64_MAX);
            while (!other->sim.stop && sim_step(&other->sim, SECOND_NS / 2)) {
            }
            assert_int_equal(sim_steps(&other->sim), sim_steps(&box->sim));
            assert_int_equal(sim_digest(&other->sim), sim_digest(&box->sim));
            if (status == SIM_REACHED) {
                break;
            }
            assert_int_equal(status, SIM_WORKING);
            assert_int_equal(sim_now_ns(&other->sim), sim_now_ns(&box->sim));
            stops++;
        }
        assert_true(stops > 0);
        box_close(box);
        box_close(other);
    }
}

static void test_watching_changes_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t seen = 0;
        struct box *box = box_open(seed);
        box->sim.checks = true;
        box->sim.sink =
            (struct node_row_sink){.context = &seen, .put = count_row, .note = count_note};
        box_run(box, 10 * SECOND_NS, UINT64_MAX);
        assert_int_equal(sim_digest(&box->sim), digest_after(seed, UINT64_MAX));
        const struct chatter_ledger *ledger = sim_observer_state(&box->sim);
        assert_int_equal(ledger->ticks, 10);
        assert_int_equal(seen, ledger->notes + ledger->ticks);
        box_close(box);
    }
}

static void test_no_observer(void **state)
{
    (void)state;
    struct box *box = box_open_watched(7, NULL);
    box_run(box, 10 * SECOND_NS, UINT64_MAX);
    assert_int_equal(sim_digest(&box->sim), digest_after(7, UINT64_MAX));
    box_close(box);
}

/* Copy the world in the middle, poison the original, go on with the copy. */
static void test_copy_poison_go_on(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t expected = digest_after(seed, UINT64_MAX);
        struct box *box = box_open(seed);
        for (int64_t at_ns = SECOND_NS / 3; at_ns < 10 * SECOND_NS; at_ns += SECOND_NS / 3) {
            box_run(box, at_ns, UINT64_MAX);
            struct sim copy = {.world = allocate(&box->plan)};
            sim_fork(&copy, &box->sim);
            memset(box->sim.world, 0xdd, sim_bytes(&box->plan));
            free(box->sim.world);
            copy.sink = box->sim.sink;
            box->sim = copy;
        }
        box_run(box, 10 * SECOND_NS, UINT64_MAX);
        assert_int_equal(sim_digest(&box->sim), expected);
        const struct chatter_ledger *ledger = sim_observer_state(&box->sim);
        assert_int_equal(ledger->ticks, 10); /* measurements travel along */
        box_close(box);
    }
}

/* Bytes in a store: written, read into a fresh world, and gone on from; cut bytes are refused. */
static void test_save_and_load(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct box *box = box_open(seed);
        struct box *fresh = box_open(seed);
        box_run(box, 4 * SECOND_NS, UINT64_MAX);
        size_t bytes = sim_save_bytes(&box->sim);
        char *saved = malloc(bytes);
        assert_non_null(saved);
        sim_save(&box->sim, saved);
        assert_false(sim_load(&fresh->sim, saved, bytes - 1));
        assert_false(sim_load(&fresh->sim, saved, 100));
        assert_true(sim_load(&fresh->sim, saved, bytes));
        fresh->applied = box->applied;
        box_run(fresh, 10 * SECOND_NS, UINT64_MAX);
        assert_int_equal(sim_digest(&fresh->sim), digest_after(seed, UINT64_MAX));
        free(saved);
        box_close(box);
        box_close(fresh);
    }
}

/* A fork and its origin go on independently: what happens to one is nothing to the other. */
static void test_fork_is_independent(void **state)
{
    (void)state;
    struct box *box = box_open(4);
    box_run(box, 2 * SECOND_NS, UINT64_MAX);
    struct sim fork = {.world = allocate(&box->plan)};
    sim_fork(&fork, &box->sim);
    struct sim_input crash = {.time_ns = 2 * SECOND_NS, .type = SIM_INPUT_NODE_CRASH, .node = 0};
    assert_int_equal(sim_apply(&fork, &crash, NULL), 0);
    assert_int_equal(sim_run(&fork, 10 * SECOND_NS, UINT64_MAX), SIM_REACHED);
    box_run(box, 10 * SECOND_NS, UINT64_MAX);
    assert_int_equal(sim_digest(&box->sim), digest_after(4, UINT64_MAX));
    assert_int_not_equal(sim_digest(&fork), sim_digest(&box->sim));
    free(fork.world);
    box_close(box);
}

/* Two inputs at one time: applied with or without a run between them is the same run. */
static void test_inputs_at_one_time(void **state)
{
    (void)state;
    uint64_t digests[2];
    for (int between = 0; between < 2; between++) {
        struct box *box = box_open(6);
        box->nemesis.count = 0;
        box_run(box, SECOND_NS, UINT64_MAX);
        for (uint32_t node = 0; node < 3; node++) {
            struct sim_input input = {
                .time_ns = SECOND_NS, .type = SIM_INPUT_SYSTEM + 1, .node = node};
            assert_int_equal(sim_apply(&box->sim, &input, NULL), 0);
            if (between) {
                assert_int_equal(sim_run(&box->sim, SECOND_NS, UINT64_MAX), SIM_REACHED);
            }
            input.type = SIM_INPUT_NODE_CRASH;
            assert_int_equal(sim_apply(&box->sim, &input, NULL), 0);
        }
        box_run(box, 3 * SECOND_NS, UINT64_MAX);
        digests[between] = sim_digest(&box->sim);
        box_close(box);
    }
    assert_int_equal(digests[0], digests[1]);
}

static void test_the_block_is_small(void **state)
{
    (void)state;
    struct sim_plan plan = chatter_plan(1, 10);
    size_t disks = 10 * (4096 + 154 * 1024); /* every chatter node has one, kitchens have not */
    assert_in_range(sim_bytes(&plan) - NODE_OUTBOX_BYTES - disks, 0, 700 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_digest),
        cmocka_unit_test(test_any_chunking),
        cmocka_unit_test(test_short_runs_and_looking),
        cmocka_unit_test(test_single_steps),
        cmocka_unit_test(test_stops_where_a_step_ends),
        cmocka_unit_test(test_watching_changes_nothing),
        cmocka_unit_test(test_no_observer),
        cmocka_unit_test(test_copy_poison_go_on),
        cmocka_unit_test(test_save_and_load),
        cmocka_unit_test(test_fork_is_independent),
        cmocka_unit_test(test_inputs_at_one_time),
        cmocka_unit_test(test_the_block_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
