/* test_sim_disk.c - what survives a crash, what was promised, and every fault of a disk. */
#include "probe.h"
#include "unit.h"

static const int64_t SYNC_NS = 2100000; /* a write and its fsync */
enum { SYNCED = 1, UNSYNCED = 0 };

static void write_bytes(struct probe_world *world, int64_t offset, int64_t length, int64_t byte,
                        int64_t synced)
{
    probe_order(world, PROBE_WRITE, 0, 0, offset, length, byte, synced);
}

/* Reads `length` bytes at `offset`; returns the READ event. */
static const struct probe_event *read_bytes(struct probe_world *world, int64_t offset,
                                            int64_t length)
{
    uint32_t before = probe_count(world, 0, NODE_EVENT_READ);
    probe_order(world, PROBE_READ, 0, 0, offset, length, 0, 0);
    probe_run(world, SECOND);
    const struct probe_event *event = probe_event(world, 0, NODE_EVENT_READ, before);
    assert_non_null(event);
    return event;
}

static void crash_and_restart(struct probe_world *world)
{
    probe_apply(world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_apply(world, SIM_INPUT_NODE_RESTART, 0, NODE_NONE, 0, 0);
    probe_run(world, 3 * SECOND);
}

static void test_synced_write_survives(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    int64_t begin_ns = sim_now_ns(&world.sim);
    write_bytes(&world, 100, 50, 'a', SYNCED);
    probe_run(&world, SECOND);
    const struct probe_event *written = probe_event(&world, 0, NODE_EVENT_WRITTEN, 0);
    assert_non_null(written);
    assert_int_equal(written->status, NODE_IO_OK);
    assert_int_equal(written->token, 1);
    assert_in_range(written->monotonic_ns - begin_ns, SYNC_NS, SYNC_NS + 30000);
    crash_and_restart(&world);
    const struct probe_event *event = read_bytes(&world, 100, 100);
    assert_int_equal(event->length, 50); /* fewer at the end of the file */
    assert_int_equal(event->bytes[0], 'a');
    assert_int_equal(read_bytes(&world, 0, 4)->bytes[0], 0); /* the hole before it */
    assert_int_equal(read_bytes(&world, 5000, 4)->length, 0);
    probe_world_close(&world);
}

/* Seen by the node at once, gone after a crash, in the right order when writes overlap. */
static void test_unsynced_writes_are_lost(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    write_bytes(&world, 0, 10, 'a', SYNCED);
    probe_run(&world, SECOND);
    write_bytes(&world, 5, 10, 'b', UNSYNCED);
    write_bytes(&world, 0, 8, 'c', UNSYNCED);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_WRITTEN), 3);
    const struct probe_event *event = read_bytes(&world, 0, 16);
    assert_memory_equal(event->bytes, "ccccccccbbbbbbb", 15);
    crash_and_restart(&world);
    event = read_bytes(&world, 0, 16);
    assert_int_equal(event->length, 10);
    assert_memory_equal(event->bytes, "aaaaaaaaaa", 10);
    probe_world_close(&world);
}

static void test_sync_covers_earlier_writes(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    write_bytes(&world, 0, 4, 'a', UNSYNCED);
    probe_run(&world, SECOND);
    write_bytes(&world, 4, 4, 'b', SYNCED);
    probe_run(&world, SECOND);
    write_bytes(&world, 8, 4, 'c', UNSYNCED);
    probe_run(&world, SECOND);
    crash_and_restart(&world);
    const struct probe_event *event = read_bytes(&world, 0, 16);
    assert_int_equal(event->length, 8);
    assert_memory_equal(event->bytes, "aaaabbbb", 8);
    probe_world_close(&world);
}

/* Several writes waiting for the device share one fsync. */
static void test_group_commit(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    for (int i = 0; i < 11; i++) {
        write_bytes(&world, i, 1, 'a', SYNCED);
    }
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_WRITTEN), 11);
    assert_int_equal(probe_counters(&world).writes, 11);
    assert_int_equal(probe_counters(&world).syncs, 2); /* the first alone, the others meanwhile */
    probe_world_close(&world);
}

/* Persist before you speak: the message leaves when its write is durable, or not at all. */
static void test_gated_message(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, MS / 10);
    probe_order(&world, PROBE_SEND, 0, 1, 1, 8, 1, 0);
    probe_run(&world, MS);
    struct sim_flight flight;
    assert_int_equal(sim_flights(&world.sim, &flight, 1), 0); /* held */
    probe_run(&world, SYNC_NS);
    assert_int_equal(sim_flights(&world.sim, &flight, 1), 1);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 1);

    write_bytes(&world, 0, 4, 'b', SYNCED);
    probe_run(&world, MS / 10);
    probe_order(&world, PROBE_SEND, 0, 1, 1, 8, 1, 0);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 1); /* the crash kept it */
    probe_world_close(&world);
}

/* A slow CPU is still at the step that sends when the write is durable: the message waits for both,
 * and a crash in between keeps it. */
static void test_gated_message_waits_for_its_cpu(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_apply(&world, SIM_INPUT_NODE_SLOW, 0, NODE_NONE, 100000, 0); /* a step takes 20 ms */
    probe_order(&world, PROBE_SEND, 0, 1, 1, 8, 1, 0);
    probe_run(&world, 10 * MS);
    struct sim_flight flight;
    assert_int_equal(probe_counters(&world).syncs, 1);
    assert_int_equal(sim_flights(&world.sim, &flight, 1), 0);
    probe_apply(&world, SIM_INPUT_NODE_CRASH, 0, NODE_NONE, 0, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE), 0);
    probe_world_close(&world);
}

static void test_disk_full(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_DISK_FULL, 0, NODE_NONE, 1, 0);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, MS / 10);
    probe_order(&world, PROBE_SEND, 0, 1, 1, 8, 1, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_WRITTEN, 0)->status, NODE_IO_FULL);
    assert_int_equal(probe_count(&world, 1, NODE_EVENT_MESSAGE),
                     0); /* what waited for it is dropped */
    assert_int_equal(read_bytes(&world, 0, 4)->length, 0);
    probe_apply(&world, SIM_INPUT_DISK_FULL, 0, NODE_NONE, 0, 0);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, SECOND);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_WRITTEN, 1)->status, NODE_IO_OK);
    write_bytes(&world, PROBE_FILE_BYTES - 2, 4, 'a', SYNCED); /* past the file's limit */
    probe_run(&world, SECOND);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_WRITTEN, 2)->status, NODE_IO_FULL);
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_DISK_FULL), 1);
    probe_world_close(&world);
}

static void test_slow_and_stalled_disk(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_DISK_SLOW, 0, NODE_NONE, 1000, 0);
    int64_t begin_ns = sim_now_ns(&world.sim);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, SECOND);
    int64_t took_ns = probe_event(&world, 0, NODE_EVENT_WRITTEN, 0)->monotonic_ns - begin_ns;
    assert_in_range(took_ns, 10 * SYNC_NS, 10 * SYNC_NS + 30000);
    probe_apply(&world, SIM_INPUT_DISK_SLOW, 0, NODE_NONE, 100, 0);

    begin_ns = sim_now_ns(&world.sim);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_DISK_STALL, 0, NODE_NONE, 300,
                0); /* in the middle of the write */
    probe_run(&world, SECOND);
    took_ns = probe_event(&world, 0, NODE_EVENT_WRITTEN, 1)->monotonic_ns - begin_ns;
    assert_in_range(took_ns, 300 * MS + SYNC_NS, 300 * MS + SYNC_NS + 30000);

    begin_ns = sim_now_ns(&world.sim);
    probe_apply(&world, SIM_INPUT_DISK_STALL, 0, NODE_NONE, 300, 0); /* before it */
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, SECOND);
    took_ns = probe_event(&world, 0, NODE_EVENT_WRITTEN, 2)->monotonic_ns - begin_ns;
    assert_in_range(took_ns, 300 * MS + SYNC_NS, 300 * MS + SYNC_NS + 30000);
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_DISK_STALL), 2);
    probe_world_close(&world);
}

/* Healing ends a stall for the write under way too. */
static void test_heal_ends_a_stall(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_DISK_SLOW, 0, NODE_NONE, 5000, 0);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, MS);
    probe_apply(&world, SIM_INPUT_DISK_STALL, 0, NODE_NONE, 60000, 0);
    probe_run(&world, SECOND);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_WRITTEN), 0);
    probe_apply(&world, SIM_INPUT_HEAL_ALL, NODE_NONE, NODE_NONE, 0, 0);
    probe_run(&world, SYNC_NS + MS);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_WRITTEN), 1);
    probe_world_close(&world);
}

/* Over many seeds: the write in progress survives in part, never in whole; without the fault never
 * at all. */
static void test_torn_write(void **state)
{
    (void)state;
    uint32_t parts = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct probe_world world;
        struct sim_plan plan = probe_plan(seed);
        probe_world_open(&world, &plan);
        probe_run(&world, 10 * MS);
        write_bytes(&world, 0, 64, 'a', SYNCED);
        probe_run(&world, SECOND);
        probe_apply(&world, SIM_INPUT_DISK_TEAR, 0, NODE_NONE, seed % 4 != 0, 0);
        write_bytes(&world, 32, 64, 'b', SYNCED);
        probe_run(&world, MS);
        crash_and_restart(&world);
        uint32_t length = read_bytes(&world, 0, 128)->length;
        uint32_t torn = 0;
        while (read_bytes(&world, 32 + torn, 1)->bytes[0] == 'b') {
            torn++;
        }
        assert_in_range(torn, seed % 4 != 0, seed % 4 != 0 ? 63 : 0);
        assert_int_equal(length, 32 + torn > 64 ? 32 + torn : 64);
        assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_DISK_TEAR), seed % 4 != 0);
        parts += torn > 5 && torn < 58;
        probe_world_close(&world);
    }
    assert_true(parts >= 5);
}

static void test_lost_fsync(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    write_bytes(&world, 0, 4, 'a', SYNCED);
    probe_run(&world, SECOND);
    probe_apply(&world, SIM_INPUT_DISK_LOSE_FSYNC, 0, NODE_NONE, 1, 0);
    write_bytes(&world, 0, 4, 'b', SYNCED);
    probe_run(&world, SECOND);
    assert_int_equal(probe_event(&world, 0, NODE_EVENT_WRITTEN, 1)->status,
                     NODE_IO_OK); /* the lie */
    assert_int_equal(read_bytes(&world, 0, 4)->bytes[0], 'b');
    crash_and_restart(&world);
    assert_int_equal(read_bytes(&world, 0, 4)->bytes[0], 'a');
    assert_int_equal(sim_fault_effects(&world.sim, SIM_INPUT_DISK_LOSE_FSYNC), 1);
    probe_apply(&world, SIM_INPUT_DISK_LOSE_FSYNC, 0, NODE_NONE, 0, 0);
    write_bytes(&world, 0, 4, 'c', SYNCED);
    probe_run(&world, SECOND);
    crash_and_restart(&world);
    assert_int_equal(read_bytes(&world, 0, 4)->bytes[0], 'c');
    probe_world_close(&world);
}

static void test_bit_rot(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    write_bytes(&world, 0, 10, 0, SYNCED);
    probe_run(&world, SECOND);
    probe_apply(&world, SIM_INPUT_DISK_ROT, 0, NODE_NONE, 0, 500000);
    const struct probe_event *event = read_bytes(&world, 0, 10);
    uint32_t flipped = 0;
    for (uint32_t i = 0; i < 10; i++) {
        flipped += (uint32_t)__builtin_popcount(event->bytes[i]);
    }
    assert_int_equal(flipped, 1);
    assert_int_not_equal(event->bytes[5], 0);
    probe_world_close(&world);
}

/* More writes than the ring holds, none of them ever made durable by a disk that lies. */
static void test_a_lying_disk_writes_back(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    probe_apply(&world, SIM_INPUT_DISK_LOSE_FSYNC, 0, NODE_NONE, 1, 0);
    for (int i = 0; i < 700; i++) {
        write_bytes(&world, 0, 4, 'a' + i % 26, SYNCED);
        probe_run(&world, 3 * MS);
    }
    struct node_reason reason;
    assert_int_equal(sim_halted(&world.sim, &reason), SIM_HALT_NONE);
    assert_int_equal(probe_counters(&world).writes, 700);
    crash_and_restart(&world); /* the oldest were written back, the ring's worth of them is lost */
    assert_int_equal(read_bytes(&world, 0, 4)->bytes[0], 'a' + (700 - 512 - 1) % 26);
    probe_world_close(&world);
}

/* Hundreds of writes through a small undo ring: nothing is lost, order is kept, the node blocks
 * instead of failing. */
static void test_backpressure(void **state)
{
    (void)state;
    struct probe_world world;
    probe_world_start(&world);
    for (int i = 0; i < 100; i++) {
        write_bytes(&world, (i % 4) * 1000, 1000, 'a' + i % 26, i % 3 == 0);
    }
    probe_run(&world, 5 * SECOND);
    struct node_reason reason;
    assert_int_equal(sim_halted(&world.sim, &reason), SIM_HALT_NONE);
    assert_int_equal(probe_count(&world, 0, NODE_EVENT_WRITTEN), 100);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(probe_event(&world, 0, NODE_EVENT_WRITTEN, i)->token, i + 1);
    }
    crash_and_restart(&world); /* the last write is synced: i = 99 */
    assert_int_equal(read_bytes(&world, 3000, 1)->bytes[0], 'a' + 99 % 26);
    assert_int_equal(read_bytes(&world, 0, 1)->bytes[0], 'a' + 96 % 26);
    probe_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_synced_write_survives),
        cmocka_unit_test(test_unsynced_writes_are_lost),
        cmocka_unit_test(test_sync_covers_earlier_writes),
        cmocka_unit_test(test_group_commit),
        cmocka_unit_test(test_gated_message),
        cmocka_unit_test(test_gated_message_waits_for_its_cpu),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_slow_and_stalled_disk),
        cmocka_unit_test(test_heal_ends_a_stall),
        cmocka_unit_test(test_torn_write),
        cmocka_unit_test(test_lost_fsync),
        cmocka_unit_test(test_bit_rot),
        cmocka_unit_test(test_a_lying_disk_writes_back),
        cmocka_unit_test(test_backpressure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
