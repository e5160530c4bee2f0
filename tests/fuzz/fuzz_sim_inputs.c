/* fuzz_sim_inputs.c - any list of inputs leaves a world that goes on, and goes on the same when
 * copied.
 *
 * Bytes are taken as inputs with waits between them. Those that the simulator refuses must change
 * nothing; those that it takes must never trip an assertion. Halfway the world is copied; copy and
 * original must end with the same digest. */
#include "chatter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 3, INPUTS_MAX = 64, RECORD_BYTES = 12 };
static const int64_t MS = 1000000;

static struct sim world_open(struct sim_plan *plan)
{
    *plan = chatter_plan(1, NODES);
    struct sim sim = {.world = aligned_alloc(64, (sim_bytes(plan) + 63) / 64 * 64), .checks = true};
    assert(sim.world != NULL);
    int status = sim_init(&sim, plan, NULL);
    assert(status == 0);
    return sim;
}

/* Small numbers mostly, so that many inputs are valid; sometimes anything. */
static struct sim_input input_from(const uint8_t *record, int64_t now_ns)
{
    struct sim_input input = {.time_ns = now_ns, .node = NODE_NONE, .peer = NODE_NONE};
    uint32_t any = record[0] | (uint32_t)record[1] << 8;
    input.type = (uint16_t)(record[0] < 200 ? record[0] % 25u : any);
    input.node = record[2] < 250 ? record[2] % (NODES + 1) : NODE_NONE;
    input.peer = record[3] < 200 ? record[3] % NODES : NODE_NONE;
    for (int i = 0; i < NODE_INPUT_ARGS; i++) {
        int64_t value = (int8_t)record[4 + i];
        input.args[i] = record[10] % 4 == 0 ? value : value * value * 300 * (record[10] % 7);
    }
    return input;
}

/* Applies the records from *at on; returns when `count` are used up or the bytes end. */
static void play(struct sim *sim, const uint8_t *data, size_t size, size_t *at, int count)
{
    for (int i = 0; i < count && *at + RECORD_BYTES <= size; i++, *at += RECORD_BYTES) {
        int64_t wait_ns = data[*at + 11] * MS;
        if (sim_run(sim, sim_now_ns(sim) + wait_ns, UINT64_MAX) != SIM_REACHED) {
            return;
        }
        struct sim_input input = input_from(data + *at, sim_now_ns(sim));
        uint64_t digest = sim_digest(sim);
        struct error error;
        if (sim_apply(sim, &input, &error) != 0) {
            assert(sim_digest(sim) == digest);
            assert(strlen(error.text) > 0);
        }
    }
}

static uint64_t finish(struct sim *sim, const uint8_t *data, size_t size, size_t at)
{
    play(sim, data, size, &at, INPUTS_MAX / 2);
    (void)sim_run(sim, sim_now_ns(sim) + 500 * MS, UINT64_MAX);
    return sim_digest(sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_plan plan;
    struct sim sim = world_open(&plan);
    size_t at = 0;
    play(&sim, data, size, &at, INPUTS_MAX / 2);
    struct sim copy = {.world = aligned_alloc(64, (sim_bytes(&plan) + 63) / 64 * 64)};
    assert(copy.world != NULL);
    sim_fork(&copy, &sim);
    uint64_t expected = finish(&sim, data, size, at);
    memset(sim.world, 0xdd, sim_bytes(&plan));
    assert(finish(&copy, data, size, at) == expected);
    free(copy.world);
    free(sim.world);
    return 0;
}
