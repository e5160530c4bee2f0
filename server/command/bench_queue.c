/* bench_queue.c - `chef bench queue`: the hold model on the simulator's event queue.
 *
 * A number of events is pending; the next is taken and put back later by an exponential increment
 * (Jones, CACM 1986). The increments are drawn before and looked up, in the peers' programs too
 * (tests/bench/hold_*), so that the queues are compared and not the draws. */
#include "base/draw.h"
#include "command/bench.h"
#include "sim/event_queue.h"

#include <stdio.h>
#include <stdlib.h>

enum { HOLD_INCREMENTS = 1 << 16, HOLD_OPERATIONS = 4 * 1000 * 1000 };
static const uint64_t HOLD_MEAN_NS = 20 * 1000 * 1000;
static const uint32_t DRAW_HOLD = DRAW_PURPOSE('h', 'o', 'l', 'd');

struct hold {
    struct event_queue queue;
    void *base;
    uint64_t next_increment;
    int64_t increments_ns[HOLD_INCREMENTS];
};

static int64_t hold_increment_ns(struct hold *hold)
{
    int64_t increment_ns = hold->increments_ns[hold->next_increment % HOLD_INCREMENTS];
    hold->next_increment++;
    return increment_ns;
}

/* Fills the queue; false without memory. */
static bool hold_open(struct hold *hold, uint32_t pending)
{
    struct arena arena = {0};
    event_queue_plan(&hold->queue, &arena, pending);
    hold->base = aligned_alloc(ARENA_ALIGNMENT, (arena.size + ARENA_ALIGNMENT - 1) /
                                                    ARENA_ALIGNMENT * ARENA_ALIGNMENT);
    if (hold->base == NULL) {
        return false;
    }
    hold->next_increment = 0;
    for (uint64_t i = 0; i < HOLD_INCREMENTS; i++) {
        uint64_t value = draw_u64(1, DRAW_HOLD, 0, i);
        hold->increments_ns[i] = (int64_t)draw_exponential(value, HOLD_MEAN_NS);
    }
    for (uint32_t i = 0; i < pending; i++) {
        (void)event_queue_push(&hold->queue, hold->base, hold_increment_ns(hold),
                               i); /* it has room */
    }
    return true;
}

static void hold_run(struct hold *hold, uint32_t operations)
{
    for (uint32_t i = 0; i < operations; i++) {
        int64_t now_ns;
        uint32_t value = event_queue_pop(&hold->queue, hold->base, &now_ns);
        (void)event_queue_push(&hold->queue, hold->base, now_ns + hold_increment_ns(hold), value);
    }
}

int bench_queue(bool json)
{
    static const uint32_t pending[] = {1000, 100 * 1000, 1000 * 1000};
    struct hold *hold = malloc(sizeof *hold);
    for (size_t i = 0; i < sizeof pending / sizeof pending[0]; i++) {
        struct bench_case measured = {
            .bench = "queue",
            .what = "take the next pending event, put it back later (hold model)",
            .unit = "events",
            .size = pending[i],
            .work = HOLD_OPERATIONS};
        if (hold == NULL || !hold_open(hold, pending[i])) {
            (void)fprintf(stderr, "chef bench queue: no memory for %u pending events\n",
                          pending[i]);
            free(hold);
            return 3;
        }
        hold_run(hold, pending[i]); /* to the steady state */
        for (int repetition = 0; repetition < BENCH_REPETITIONS; repetition++) {
            double begin_s = bench_now_s();
            hold_run(hold, HOLD_OPERATIONS);
            measured.seconds[repetition] = bench_now_s() - begin_s;
        }
        bench_report(&measured, json);
        free(hold->base);
    }
    free(hold);
    return 0;
}
