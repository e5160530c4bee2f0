/* test_kv_switch.c - changing the mode of the store while it runs: the steps by themselves, and one
 * replica in the test's hand that is sealed, reports, and remembers it. */
#include "node_host.h"
#include "systems/kv/replica.h"
#include "unit.h"

enum { REPLICAS = 3, SELF = 0, CLIENT = 3, LEADER = 1, MS = 1000000 };

static struct kv_plan plan;
static int64_t settings[KV_SET_COUNT];

static void make_plan(void)
{
    memset(&plan, 0, sizeof plan);
    plan.replica_count = REPLICAS;
    plan.key_count = 8;
    plan.strong_keys = 2;
    for (uint32_t i = 0; i < KV_SET_COUNT; i++)
        settings[i] = KV_SETTINGS[i].standard;
    settings[KV_SET_OPS_PER_S] = 0;
}

static struct kv_step step_of(uint8_t kind, uint32_t epoch, uint8_t mode)
{
    return (struct kv_step){.kind = kind, .epoch = epoch, .mode = mode};
}

/* ---- The steps ---- */

static void test_steps_count_and_do_not_repeat(void **unused)
{
    (void)unused;
    make_plan();
    struct kv_modes modes = {.mode = KV_MODE_AP, .next = KV_MODE_AP};
    struct kv_step seal = step_of(KV_STEP_SEAL, 1, KV_MODE_CP);
    struct kv_step open = step_of(KV_STEP_OPEN, 2, KV_MODE_CP);
    assert_false(kv_modes_apply(&modes, &open)); /* nothing is sealed */
    assert_true(kv_modes_apply(&modes, &seal));
    assert_false(kv_modes_apply(&modes, &seal)); /* once more: too late */
    assert_int_equal(modes.mode, KV_MODE_AP);
    assert_false(kv_takes_strong(&plan, &modes, 0));
    open.counter = 7;
    open.wall_ns = 1000;
    assert_true(kv_modes_apply(&modes, &open));
    assert_int_equal(modes.epoch, 2);
    assert_true(kv_takes_strong(&plan, &modes, 0));
    assert_int_equal(modes.counter_base, 7);
    struct kv_step wrong = step_of(KV_STEP_SEAL, 3, KV_MODE_CP);
    assert_false(kv_modes_apply(&modes, &wrong)); /* it is there already */
}

static void test_a_switch_is_taken_back(void **unused)
{
    (void)unused;
    make_plan();
    struct kv_modes modes = {.mode = KV_MODE_HYBRID, .next = KV_MODE_HYBRID};
    struct kv_step seal = step_of(KV_STEP_SEAL, 1, KV_MODE_AP);
    struct kv_step back = step_of(KV_STEP_OPEN, 2, KV_MODE_HYBRID);
    struct kv_step other = step_of(KV_STEP_OPEN, 2, KV_MODE_CP);
    assert_true(kv_modes_apply(&modes, &seal));
    assert_false(kv_takes_strong(&plan, &modes, 0));
    assert_false(kv_modes_apply(&modes, &other)); /* neither where it was nor where it goes */
    assert_true(kv_modes_apply(&modes, &back));
    assert_true(kv_takes_strong(&plan, &modes, 0));
    assert_int_equal(modes.carried[KV_CLASS_FIRST].epoch, 0); /* nothing has left the log */
}

/* Only keys whose path changes move: the first class from hybrid to ap, the other one to cp. */
static void test_which_keys_move(void **unused)
{
    (void)unused;
    make_plan();
    struct kv_served served = {.mode = KV_MODE_HYBRID, .next = KV_MODE_CP, .sealed = 1};
    assert_false(kv_moves(&plan, &served, 1));
    assert_true(kv_moves(&plan, &served, 2));
    served.next = KV_MODE_AP;
    assert_true(kv_moves(&plan, &served, 1));
    assert_false(kv_moves(&plan, &served, 2));
    served.sealed = 0;
    assert_false(kv_moves(&plan, &served, 1));
}

/* What leaves the log is above all that the store ever had, whatever the leader's clock says, and both
 * rules of merging keep it over what was there. */
static void test_carried_wins_over_the_past(void **unused)
{
    (void)unused;
    make_plan();
    struct kv_modes modes = {.mode = KV_MODE_CP,
                             .next = KV_MODE_CP,
                             .counter_base = 9,
                             .wall_base_ns = 5000 * (int64_t)MS};
    struct kv_step seal = step_of(KV_STEP_SEAL, 1, KV_MODE_AP);
    struct kv_step open = step_of(KV_STEP_OPEN, 2, KV_MODE_AP);
    open.wall_ns = 10; /* a leader whose clock is far behind */
    assert_true(kv_modes_apply(&modes, &seal));
    assert_true(kv_modes_apply(&modes, &open));
    for (uint32_t flags = 0; flags <= KV_MERGE_CLOCK; flags++) {
        struct kv_state old = {.key = 3};
        for (uint32_t i = 0; i < 3; i++)
            (void)kv_write(&old, i, NULL, 100 + i, false, 5000 * (int64_t)MS, 8, flags);
        struct machine_key entry = {.value = 42, .version = 1, .there = 1};
        struct kv_state carried;
        kv_carried_state(&plan, &modes.carried[KV_CLASS_REST], 3, &entry, &carried);
        struct kv_state one = old;
        struct kv_state other = carried;
        assert_true(kv_merge(&one, &carried, flags));
        (void)kv_merge(&other, &old, flags);
        assert_int_equal(one.count, 1);
        assert_int_equal(one.siblings[0].value, 42);
        assert_memory_equal(&one.siblings[0], &other.siblings[0], sizeof one.siblings[0]);
        /* and a write upon it, by whomever, stays */
        (void)kv_write(&other, 2, other.clock, 43, false, 6000 * (int64_t)MS, 0, flags);
        (void)kv_merge(&other, &carried, flags);
        assert_int_equal(other.siblings[0].value, 43);
        assert_int_equal(other.count, 1);
    }
}

/* ---- A replica ---- */

/* One that has been told of the wish, and has read what Raft has on its disk: nothing. */
static struct node_host *replica(void)
{
    make_plan();
    settings[KV_SET_SWITCH_TO] = KV_SWITCH_FIRST_MODE + KV_MODE_CP;
    struct node_host *host =
        host_new(&KV_REPLICA_PROTOCOL, SELF, REPLICAS + 1, &plan, settings, KV_SET_COUNT);
    host_start(host);
    host_read_all(host);
    host_forget(host);
    return host;
}

/* From the log; the test is its leader, of term 1. */
static void append(struct node_host *host, uint64_t index, const struct kv_step *step)
{
    struct raft_append append = {.subject = (uint32_t)index,
                                 .count = 1,
                                 .term = 1,
                                 .previous = index - 1,
                                 .previous_term = index > 1 ? 1 : 0,
                                 .commit = index,
                                 .round = index};
    struct raft_carried carried = {.term = 1, .length = sizeof *step, .kind = RAFT_COMMAND};
    memcpy(append.body, &carried, sizeof carried);
    memcpy(append.body + sizeof carried, step, sizeof *step);
    uint32_t length = RAFT_APPEND_BYTES_MIN + (uint32_t)(sizeof carried + sizeof *step);
    assert_true(host_message(host, LEADER, KV_MESSAGE_RAFT + RAFT_APPEND, &append, length));
}

static int ask(struct node_host *host, uint32_t op, enum kv_function function, enum kv_level level)
{
    struct kv_request request = {
        .op = op, .key = 1, .function = (uint8_t)function, .level = (uint8_t)level, .value = 5};
    host_forget(host);
    assert_true(host_message(host, CLIENT, KV_REQUEST, &request, sizeof request));
    const struct host_send *send = host_sent(host, KV_REPLY);
    struct kv_reply reply = {.op = 0};
    if (send == NULL)
        return -1; /* under way */
    memcpy(&reply, send->bytes, send->length);
    return reply.result;
}

static void seal(struct node_host *host)
{
    struct kv_step step = step_of(KV_STEP_SEAL, 1, KV_MODE_CP);
    append(host, 1, &step);
    assert_non_null(host_noted(host, KV_NOTE_MODE_SEALED));
}

/* Writes are refused from the seal on; eventual reads go on and are called that. Nothing is reported
 * before the seal is on the disk. */
static void test_sealed(void **unused)
{
    (void)unused;
    struct node_host *host = replica();
    assert_int_equal(ask(host, 1, KV_PUT, KV_LEVEL_EVENTUAL), -1);
    while (host_written(host, NODE_IO_OK)) {
    }
    seal(host);
    assert_int_equal(ask(host, 2, KV_PUT, KV_LEVEL_EVENTUAL), KV_SWITCHING);
    assert_int_equal(ask(host, 3, KV_DELETE, KV_LEVEL_EVENTUAL), KV_SWITCHING);
    assert_int_equal(ask(host, 4, KV_GET, KV_LEVEL_EVENTUAL), -1); /* the others are asked */
    assert_int_equal(ask(host, 5, KV_GET, KV_LEVEL_LOCAL), KV_OK);
    assert_int_equal(ask(host, 6, KV_GET, KV_LEVEL_STRONG), KV_WRONG_LEVEL);
    host_forget(host);
    (void)host_run(host, host->now_ns + 60 * (int64_t)MS);
    assert_null(host_sent(host, KV_REPORT));
    while (host_written(host, NODE_IO_OK)) {
    }
    host_forget(host);
    (void)host_run(host, host->now_ns + 40 * (int64_t)MS);
    const struct host_send *send = host_sent(host, KV_REPORT);
    assert_non_null(send);
    assert_int_equal(send->to, LEADER);
    struct kv_report report;
    memcpy(&report, send->bytes, sizeof report);
    assert_int_equal(report.epoch, 1);
    assert_int_equal(report.counter, 1); /* of the write before */
    assert_true(report.digests[kv_range(&plan, 1)] != 0);
    host_free(&host);
}

/* KV-T12: the rule turned off. */
static void test_not_sealed(void **unused)
{
    (void)unused;
    struct node_host *host = replica();
    host_set(host, KV_SET_BUG_SWITCH_NO_SEAL, 1);
    seal(host);
    assert_int_equal(ask(host, 2, KV_PUT, KV_LEVEL_EVENTUAL), -1); /* taken */
    host_free(&host);
}

/* After a crash nobody tells it what the log says; it is sealed all the same. */
static void test_the_seal_outlives_a_crash(void **unused)
{
    (void)unused;
    struct node_host *host = replica();
    seal(host);
    while (host_written(host, NODE_IO_OK)) {
    }
    host_restart(host);
    host_start(host);
    host_read_all(host);
    const struct kv_replica *memory = host->state;
    assert_int_equal(memory->modes.epoch, 0); /* the log is there and not known to be confirmed */
    assert_int_equal(memory->served.epoch, 1);
    assert_int_equal(ask(host, 2, KV_PUT, KV_LEVEL_EVENTUAL), KV_SWITCHING);
    host_free(&host);
}

/* Seeds of another epoch, or of nothing, change nothing; the right one is the log's first value. */
static void test_seeds(void **unused)
{
    (void)unused;
    struct node_host *host = replica();
    const struct kv_replica *memory = host->state;
    struct kv_step seed = {
        .kind = KV_STEP_SEED, .key = 1, .counter = 3, .origin = 1, .value = 77, .wall_ns = 9};
    struct kv_state state;
    append(host, 1, &seed); /* nothing is sealed */
    struct kv_step step = step_of(KV_STEP_SEAL, 1, KV_MODE_CP);
    append(host, 2, &step);
    seed.epoch = 2;
    append(host, 3, &seed);
    strong_state(memory, 1, &state);
    assert_int_equal(state.count, 0);
    seed.epoch = 1;
    append(host, 4, &seed);
    seed.origin = 0;
    seed.key = 2;
    append(host, 5, &seed);
    step = step_of(KV_STEP_OPEN, 2, KV_MODE_CP);
    append(host, 6, &step);
    assert_non_null(host_noted(host, KV_NOTE_MODE_OPENED));
    strong_state(memory, 1, &state);
    assert_int_equal(state.siblings[0].value, 77);
    assert_int_equal(state.clock[0], 4); /* the entry */
    strong_state(memory, 2, &state);
    assert_int_equal(state.count, 0);
    assert_int_equal(ask(host, 2, KV_PUT, KV_LEVEL_EVENTUAL), KV_WRONG_LEVEL);
    assert_int_equal(ask(host, 3, KV_PUT, KV_LEVEL_STRONG), KV_NOT_LEADER);
    host_free(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_count_and_do_not_repeat),
        cmocka_unit_test(test_a_switch_is_taken_back),
        cmocka_unit_test(test_which_keys_move),
        cmocka_unit_test(test_carried_wins_over_the_past),
        cmocka_unit_test(test_sealed),
        cmocka_unit_test(test_not_sealed),
        cmocka_unit_test(test_the_seal_outlives_a_crash),
        cmocka_unit_test(test_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
