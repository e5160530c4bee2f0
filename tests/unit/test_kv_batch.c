/* test_kv_batch.c - several keys in one operation, a replica and the clients in the test's hand: which
 * promise is given to which keys, what is refused, and what one reply means for all parts (KV-T13). */
#include "node_host.h"
#include "systems/kv/clients.h"
#include "systems/kv/replica.h"
#include "unit.h"

enum { REPLICAS = 5, SELF = 0, CLIENT = 5, MS = 1000000, OP = 40 };

static struct kv_plan plan;
static int64_t settings[KV_SET_COUNT];

static void make_plan(enum kv_mode mode)
{
    memset(&plan, 0, sizeof plan);
    plan.replica_count = REPLICAS;
    plan.key_count = 16;
    plan.strong_keys = 4;
    for (uint32_t i = 0; i < KV_SET_COUNT; i++)
        settings[i] = KV_SETTINGS[i].standard;
    settings[KV_SET_OPS_PER_S] = 0;
    settings[KV_SET_MODE] = mode;
}

static struct node_host *replica(void)
{
    struct node_host *host =
        host_new(&KV_REPLICA_PROTOCOL, SELF, REPLICAS + 1, &plan, settings, KV_SET_COUNT);
    host_start(host);
    host_read_all(host);
    host_forget(host);
    return host;
}

static struct kv_batch batch_of(enum kv_level level, uint16_t first)
{
    struct kv_batch batch = {
        .op = OP, .function = KV_PUT, .level = (uint8_t)level, .count = KV_BATCH_KEYS, .value = OP};
    for (uint16_t i = 0; i < KV_BATCH_KEYS; i++)
        batch.keys[i] = (uint16_t)(first + i);
    return batch;
}

/* ---- A replica ---- */

/* What a replica answers to the whole batch; KV_OK: it is under way. */
static enum kv_result asked(enum kv_level level, uint16_t first)
{
    struct node_host *host = replica();
    struct kv_batch batch = batch_of(level, first);
    struct kv_batch_reply reply = {.result = KV_OK};
    assert_true(host_message(host, CLIENT, KV_BATCH, &batch, sizeof batch));
    const struct host_send *send = host_sent(host, KV_BATCH_REPLY);
    if (send != NULL) {
        memcpy(&reply, send->bytes, send->length);
        assert_int_equal(reply.op, OP);
        assert_int_equal(reply.level, level); /* the promise that is refused is named */
        assert_int_equal(reply.count, KV_BATCH_KEYS);
    }
    if (reply.result != KV_OK) {
        assert_null(host_sent(host, KV_PART));
        assert_null(host_noted(host, KV_NOTE_VERSIONED));
    }
    host_free(&host);
    return (enum kv_result)reply.result;
}

static void test_only_keys_of_one_class(void **unused)
{
    (void)unused;
    make_plan(KV_MODE_HYBRID);
    assert_int_equal(asked(KV_LEVEL_ATOMIC, 0), KV_NOT_LEADER); /* nobody leads yet */
    assert_int_equal(asked(KV_LEVEL_ATOMIC, 2), KV_WRONG_LEVEL);
    assert_int_equal(asked(KV_LEVEL_ATOMIC, 4), KV_WRONG_LEVEL);
    assert_int_equal(asked(KV_LEVEL_NOT_ISOLATED, 0), KV_WRONG_LEVEL);
    assert_int_equal(asked(KV_LEVEL_NOT_ISOLATED, 2), KV_WRONG_LEVEL);
    assert_int_equal(asked(KV_LEVEL_NOT_ISOLATED, 4), KV_OK);
    make_plan(KV_MODE_AP);
    assert_int_equal(asked(KV_LEVEL_ATOMIC, 0), KV_WRONG_LEVEL);
    make_plan(KV_MODE_CP);
    assert_int_equal(asked(KV_LEVEL_NOT_ISOLATED, 0), KV_WRONG_LEVEL);
}

/* Each key is coordinated by a home of it, under its own number. */
static void test_eventual_keys_are_split(void **unused)
{
    (void)unused;
    make_plan(KV_MODE_AP);
    struct node_host *host = replica();
    struct kv_batch batch = batch_of(KV_LEVEL_NOT_ISOLATED, 0);
    uint32_t parts = 0;
    assert_true(host_message(host, CLIENT, KV_BATCH, &batch, sizeof batch));
    for (uint32_t i = 0; i < host->send_count; i++) {
        struct kv_part part;
        if (host->sends[i].type != KV_PART)
            continue;
        memcpy(&part, host->sends[i].bytes, sizeof part);
        parts |= UINT32_C(1) << (part.request.op - OP - 1);
        assert_int_equal(part.request.key, part.request.op - OP - 1);
        assert_int_equal(part.client, CLIENT);
        assert_true(
            kv_is_home(&plan, settings, kv_range(&plan, part.request.key), host->sends[i].to));
    }
    for (uint32_t key = 0; key < KV_BATCH_KEYS; key++) {
        bool home = kv_is_home(&plan, settings, kv_range(&plan, key), SELF);
        assert_int_equal(parts >> key & 1, !home);
    }
    host_free(&host);
}

/* A home answers the client itself, and says that nothing holds the parts together. */
static void test_a_part_names_its_promise(void **unused)
{
    (void)unused;
    make_plan(KV_MODE_AP);
    settings[KV_SET_READ_QUORUM] = 1;
    struct node_host *host = replica();
    struct kv_part part = {
        .request = {.op = OP + 1, .function = KV_GET, .level = KV_LEVEL_NOT_ISOLATED},
        .client = CLIENT};
    while (!kv_is_home(&plan, settings, kv_range(&plan, part.request.key), SELF))
        part.request.key++;
    assert_true(host_message(host, 1, KV_PART, &part, sizeof part));
    const struct host_send *send = host_sent(host, KV_REPLY);
    struct kv_reply reply = {.op = 0};
    assert_non_null(send);
    memcpy(&reply, send->bytes, send->length);
    assert_int_equal(send->to, CLIENT);
    assert_int_equal(reply.level, KV_LEVEL_NOT_ISOLATED);
    assert_int_equal(reply.result, KV_OK);
    host_free(&host);
}

static void test_malformed(void **unused)
{
    (void)unused;
    make_plan(KV_MODE_AP);
    struct node_host *host = replica();
    struct kv_batch batch = batch_of(KV_LEVEL_NOT_ISOLATED, 14); /* the last two are no keys */
    struct kv_part part = {.request = {.level = KV_LEVEL_NOT_ISOLATED}, .client = CLIENT + 1};
    assert_false(host_message(host, CLIENT, KV_BATCH, &batch, sizeof batch));
    batch = batch_of(KV_LEVEL_STRONG, 0);
    assert_false(host_message(host, CLIENT, KV_BATCH, &batch, sizeof batch));
    batch = batch_of(KV_LEVEL_ATOMIC, 0);
    batch.count = KV_BATCH_KEYS + 1;
    assert_false(host_message(host, CLIENT, KV_BATCH, &batch, sizeof batch));
    batch.count = 0;
    assert_false(host_message(host, CLIENT, KV_BATCH, &batch, sizeof batch));
    assert_false(host_message(host, 1, KV_PART, &part, sizeof part)); /* nobody's */
    part.client = SELF;
    assert_false(host_message(host, 1, KV_PART, &part, sizeof part));
    host_free(&host);
}

/* ---- The clients ---- */

static struct node_host *clients(void)
{
    make_plan(KV_MODE_CP);
    settings[KV_SET_OPERATION_MS] = 3000;
    struct node_host *host =
        host_new(&KV_CLIENTS_PROTOCOL, CLIENT, REPLICAS + 1, &plan, settings, KV_SET_COUNT);
    host_start(host);
    host_forget(host);
    return host;
}

static struct kv_batch sent(const struct node_host *host)
{
    struct kv_batch batch = {.op = 0};
    const struct host_send *send = host_sent(host, KV_BATCH);
    assert_non_null(send);
    memcpy(&batch, send->bytes, sizeof batch);
    return batch;
}

static void answer(struct node_host *host, const struct kv_batch *batch, enum kv_result result)
{
    struct kv_batch_reply reply = {.op = batch->op,
                                   .result = (uint8_t)result,
                                   .level = batch->level,
                                   .attempt = batch->attempt,
                                   .mode = KV_MODE_CP,
                                   .count = batch->count};
    for (uint32_t i = 0; i < batch->count; i++)
        reply.items[i] = (struct kv_batch_item){.value = batch->op, .version = 9, .there = 1};
    assert_true(host_message(host, 0, KV_BATCH_REPLY, &reply, sizeof reply));
}

/* Asked again under the same number; then one reply ends all parts at one moment. */
static void test_one_reply_answers_all_parts(void **unused)
{
    (void)unused;
    const int64_t args[NODE_INPUT_ARGS] = {4, KV_BATCH_KEYS, -1};
    struct node_host *host = clients();
    host_input(host, KV_INPUT_BATCH_PUT, args);
    struct kv_batch first = sent(host);
    assert_int_equal(first.level, KV_LEVEL_ATOMIC);
    assert_int_equal(first.keys[KV_BATCH_KEYS - 1], 4 + KV_BATCH_KEYS - 1);
    assert_int_equal(first.value, first.op);
    assert_int_equal(host_noted_count(host, KV_NOTE_INVOKED), KV_BATCH_KEYS);
    assert_int_equal(host_noted_count(host, KV_NOTE_BATCH_PART), KV_BATCH_KEYS);
    host_forget(host);
    (void)host_run(host, host->now_ns + (CLIENTS_ATTEMPT_MS + 2 * CLIENTS_TICK_MS) * MS);
    struct kv_batch second = sent(host);
    assert_int_equal(second.op, first.op);
    assert_int_equal(second.serial, first.serial);
    assert_true(second.attempt > first.attempt);
    answer(host, &second, KV_OK);
    assert_int_equal(host_noted_count(host, KV_NOTE_OK), KV_BATCH_KEYS);
    assert_int_equal(host_noted_count(host, KV_NOTE_BATCH_OVER), 1);
    host_forget(host);
    answer(host, &second, KV_OK); /* said before */
    assert_int_equal(host_noted_count(host, KV_NOTE_OK), 0);
    host_free(&host);
}

/* Not answered once, then refused: in doubt, all of it. */
static void test_doubt_is_about_the_whole(void **unused)
{
    (void)unused;
    const int64_t args[NODE_INPUT_ARGS] = {0, 2, -1};
    struct node_host *host = clients();
    host_input(host, KV_INPUT_BATCH_PUT, args);
    host_forget(host);
    (void)host_run(host, host->now_ns + (CLIENTS_ATTEMPT_MS + 2 * CLIENTS_TICK_MS) * MS);
    struct kv_batch again = sent(host);
    answer(host, &again, KV_WRONG_LEVEL);
    assert_int_equal(host_noted_count(host, KV_NOTE_UNKNOWN), 2);
    assert_int_equal(host_noted_count(host, KV_NOTE_FAILED), 0);
    const struct node_note *over = host_noted(host, KV_NOTE_BATCH_OVER);
    assert_non_null(over);
    assert_int_equal(over->args[1], KV_TIMEOUT);
    host_free(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_keys_of_one_class),
        cmocka_unit_test(test_eventual_keys_are_split),
        cmocka_unit_test(test_a_part_names_its_promise),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_one_reply_answers_all_parts),
        cmocka_unit_test(test_doubt_is_about_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
