/* test_kv_replica.c - a replica in the test's hand: N, R and W, hints, repair, its disk. */
#include "node_host.h"
#include "systems/kv/replica.h"
#include "unit.h"

enum { REPLICAS = 3, SELF = 0, CLIENT = 3, MS = 1000000, SEEN_MAX = 64 };

static struct kv_plan plan;
static int64_t settings[KV_SET_COUNT];

static void make_plan(void)
{
    memset(&plan, 0, sizeof plan);
    plan.replica_count = REPLICAS;
    plan.key_count = 8;
    for (uint32_t i = 0; i < KV_SET_COUNT; i++)
        settings[i] = KV_SETTINGS[i].standard;
    settings[KV_SET_OPS_PER_S] = 0;
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

static void ask(struct node_host *host, uint32_t op, enum kv_function function, int64_t value)
{
    struct kv_request request = {.op = op, .key = 1, .function = (uint8_t)function, .value = value};
    assert_true(host_message(host, CLIENT, KV_REQUEST, &request, sizeof request));
}

static const struct kv_write *write_to(const struct node_host *host, uint32_t to)
{
    static struct kv_write write;
    for (uint32_t i = 0; i < host->send_count; i++) {
        if (host->sends[i].type != KV_WRITE || host->sends[i].to != to)
            continue;
        memset(&write, 0, sizeof write);
        memcpy(&write, host->sends[i].bytes, host->sends[i].length);
        return &write;
    }
    return NULL;
}

static int reply_of(const struct node_host *host, struct kv_reply *reply)
{
    const struct host_send *send = host_sent(host, KV_REPLY);
    if (send == NULL)
        return -1;
    memset(reply, 0, sizeof *reply);
    memcpy(reply, send->bytes, send->length);
    return reply->result;
}

static void confirm(struct node_host *host, uint32_t from, const struct kv_write *write)
{
    struct kv_wrote wrote = {.op = write->op,
                             .ticket = write->ticket,
                             .serial = write->serial,
                             .kind = write->kind,
                             .target = write->target};
    host_forget(host);
    assert_true(host_message(host, from, KV_WROTE, &wrote, sizeof wrote));
}

/* Everybody else is silent until they are thought down. */
static void let_all_go_silent(struct node_host *host)
{
    (void)host_run(host, host->now_ns + 1500 * (int64_t)MS);
    host_forget(host);
}

static void ping(struct node_host *host, uint32_t from)
{
    struct kv_ping message = {.op = NODE_NONE};
    assert_true(host_message(host, from, KV_PING, &message, sizeof message));
}

/* ---- Tests ---- */

/* The own copy and one more: W = 2 of 3. Not before the own disk has it. */
static void test_w_confirmations(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    struct kv_reply reply;
    ask(host, 1, KV_PUT, 5);
    assert_int_equal(host_sent_count(host, KV_WRITE), 2);
    struct kv_write write = *write_to(host, 1);
    assert_int_equal(write.state.siblings[0].value, 5);
    confirm(host, 1, &write);
    assert_int_equal(reply_of(host, &reply), -1); /* one, and not the own */
    host_forget(host);
    assert_true(host_written(host, NODE_IO_OK));
    assert_int_equal(reply_of(host, &reply), KV_OK);
    assert_int_equal(reply.state.siblings[0].value, 5);
    assert_int_equal(reply.level, KV_LEVEL_EVENTUAL);
    host_free(&host);
}

/* A clock that was read in another epoch of the modes counts in another way: the log's is its index. It
 * must not be taken for one of the store's, or later writes would look overwritten (KV-T12). */
static void test_a_context_of_another_epoch(void **unused)
{
    enum { INDEX = 1677, OTHER_EPOCH = 2 };
    (void)unused;
    make_plan();
    for (uint16_t epoch = 0; epoch <= OTHER_EPOCH; epoch += OTHER_EPOCH) {
        struct node_host *host = replica();
        struct kv_request request = {.op = 1,
                                     .key = 1,
                                     .function = KV_PUT,
                                     .value = 5,
                                     .has_context = true,
                                     .epoch = epoch,
                                     .context = {[1] = INDEX}};
        assert_true(host_message(host, CLIENT, KV_REQUEST, &request, sizeof request));
        const struct kv_write *write = write_to(host, 1);
        assert_non_null(write);
        assert_int_equal(write->state.clock[1], epoch == 0 ? INDEX : 0);
        host_free(&host);
    }
}

/* KV-T02: too few in time: in doubt, and the value stays. */
static void test_in_doubt(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    struct kv_reply reply;
    ask(host, 1, KV_PUT, 5);
    assert_true(host_written(host, NODE_IO_OK));
    host_forget(host);
    (void)host_run(host, host->now_ns + 600 * (int64_t)MS);
    assert_int_equal(reply_of(host, &reply), KV_UNCONFIRMED);
    const struct kv_replica *memory = host->state;
    assert_int_equal(memory->slots[1].state.siblings[0].value, 5);
    assert_int_equal(hints_count(memory), 0); /* nothing was promised: no hint either */
    host_free(&host);
}

/* KV-T03: strict: refused and nothing written; sloppy: somebody else may stand in, but with three
 * replicas and three homes there is nobody. */
static void test_too_few_homes(void **unused)
{
    (void)unused;
    make_plan();
    for (int sloppy = 0; sloppy < 2; sloppy++) {
        settings[KV_SET_QUORUM] = sloppy;
        struct node_host *host = replica();
        struct kv_reply reply;
        let_all_go_silent(host);
        ask(host, 1, KV_PUT, 5);
        assert_int_equal(reply_of(host, &reply), KV_UNAVAILABLE);
        const struct kv_replica *memory = host->state;
        assert_int_equal(memory->slots[1].state.count, 0);
        assert_int_equal(host->write_count, 0);
        host_forget(host);
        ask(host, 2, KV_GET, 0);
        assert_int_equal(reply_of(host, &reply), KV_UNAVAILABLE);
        host_free(&host);
    }
}

/* A doubled request does nothing the second time. */
static void test_doubled_request(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    ask(host, 1, KV_PUT, 5);
    host_forget(host);
    ask(host, 1, KV_PUT, 5);
    assert_int_equal(host->send_count, 0);
    assert_int_equal(host->write_count, 1);
    host_free(&host);
}

/* KV-T04: what is kept for somebody comes home with the version it was written with. */
static void test_hint_keeps_its_version(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    (void)host_run(host, host->now_ns + 700 * (int64_t)MS);
    ping(host, 1); /* 1 is alive, 2 is not */
    (void)host_run(host, host->now_ns + 400 * (int64_t)MS);
    host_forget(host);
    ask(host, 1, KV_PUT, 5);
    struct kv_write write = *write_to(host, 1);
    assert_null(write_to(host, 2));
    assert_true(host_written(host, NODE_IO_OK));
    confirm(host, 1, &write);
    for (int i = 0; i < 30; i++) {
        ping(host, 1);
        (void)host_run(host, host->now_ns + 50 * (int64_t)MS);
    }
    assert_int_equal(hints_count(host->state), 1);
    while (host_written(host, NODE_IO_OK)) {
    }
    host_forget(host);
    ping(host, 2);
    (void)host_run(host, host->now_ns + 300 * (int64_t)MS);
    const struct kv_write *replayed = write_to(host, 2);
    assert_non_null(replayed);
    assert_int_equal(replayed->kind, KV_WRITE_REPLAY);
    assert_memory_equal(&replayed->state.siblings[0], &write.state.siblings[0],
                        sizeof write.state.siblings[0]);
    struct kv_write taken = *replayed;
    confirm(host, 2, &taken);
    assert_int_equal(hints_count(host->state), 0);
    host_free(&host);
}

static void answer_read(struct node_host *host, uint32_t from, const struct kv_read *read,
                        const struct kv_state *state)
{
    struct kv_value value = {
        .op = read->op, .ticket = read->ticket, .serial = read->serial, .state = *state};
    uint32_t length = (uint32_t)(sizeof value - sizeof value.state) + kv_state_bytes(state);
    host_forget(host);
    assert_true(host_message(host, from, KV_VALUE, &value, length));
}

/* KV-T16, T01: two of three are compared; who is behind is mended before the reader is told. */
static void test_a_read_compares_and_mends(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    struct kv_reply reply;
    struct kv_state newer = {.key = 1};
    ask(host, 1, KV_PUT, 5);
    assert_true(host_written(host, NODE_IO_OK));
    newer = ((const struct kv_replica *)host->state)->slots[1].state;
    (void)kv_write(&newer, 2, NULL, 6, false, 1000 * (int64_t)MS, 0, KV_MERGE_CLOCK);
    host_forget(host);
    ask(host, 2, KV_GET, 0);
    const struct host_send *sent = host_sent(host, KV_READ);
    assert_non_null(sent);
    struct kv_read read;
    memcpy(&read, sent->bytes, sizeof read);
    assert_int_equal(reply_of(host, &reply), -1); /* the own answer is not enough */
    answer_read(host, 1, &read, &newer);
    assert_int_equal(reply_of(host, &reply), KV_OK);
    assert_int_equal(reply.state.siblings[0].value, 6);
    assert_int_equal(host->write_count, 1); /* the own copy was behind: written first */
    struct kv_state nothing = {.key = 1};
    answer_read(host, 2, &read, &nothing); /* a late answer is mended too */
    assert_non_null(write_to(host, 2));
    host_free(&host);
}

/* What is durable is there after a crash; a torn record leaves the one before. */
static void test_recovery(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    for (uint32_t op = 1; op <= 3; op++) {
        ask(host, op, KV_PUT, 10 + op);
        assert_true(host_written(host, NODE_IO_OK));
    }
    const struct kv_replica *memory = host->state;
    uint32_t sequence = memory->slots[1].sequence;
    host_restart(host);
    host_start(host);
    host_read_all(host);
    memory = host->state;
    assert_true(memory->ready);
    assert_int_equal(memory->slots[1].state.siblings[0].value, 13);
    uint32_t newest = (2 * 1 + (sequence & 1)) * KV_PLACE_BYTES;
    host->files[KV_FILE][newest + 20] ^= 1; /* the newer of the two is bent */
    host_restart(host);
    host_start(host);
    host_read_all(host);
    memory = host->state;
    assert_int_equal(memory->torn, 1);
    assert_int_equal(memory->slots[1].state.siblings[0].value, 12);
    host_free(&host);
}

/* A disk that refuses: nobody is told, and it is written again. */
static void test_a_full_disk(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    struct kv_reply reply;
    ask(host, 1, KV_PUT, 5);
    struct kv_write write = *write_to(host, 1);
    assert_true(host_written(host, NODE_IO_FULL));
    confirm(host, 1, &write);
    assert_int_equal(reply_of(host, &reply), -1);
    (void)host_run(host, host->now_ns + 700 * (int64_t)MS);
    assert_true(host->write_count > 0);
    host_free(&host);
}

static enum kv_result asked(uint32_t key, enum kv_function function, enum kv_level level)
{
    struct node_host *host = replica();
    struct kv_reply reply;
    struct kv_request request = {
        .op = 1, .key = (uint16_t)key, .function = (uint8_t)function, .level = (uint8_t)level};
    assert_true(host_message(host, CLIENT, KV_REQUEST, &request, sizeof request));
    int result = reply_of(host, &reply);
    host_free(&host);
    return result < 0 ? KV_OK : (enum kv_result)result;
}

/* KV-T11: a key is served by one path only, and conditions belong to the strong one. */
static void test_classes_of_keys(void **unused)
{
    (void)unused;
    make_plan();
    plan.strong_keys = 1;
    settings[KV_SET_MODE] = KV_MODE_HYBRID;
    assert_int_equal(asked(0, KV_PUT, KV_LEVEL_EVENTUAL), KV_WRONG_LEVEL);
    assert_int_equal(asked(1, KV_CAS, KV_LEVEL_EVENTUAL), KV_WRONG_LEVEL);
    assert_int_equal(asked(1, KV_PUT, KV_LEVEL_STRONG), KV_WRONG_LEVEL);
    assert_int_equal(asked(0, KV_CAS, KV_LEVEL_STRONG), KV_NOT_LEADER); /* nobody leads yet */
    assert_int_equal(asked(0, KV_GET, KV_LEVEL_LOCAL), KV_OK);          /* KV-T14 */
    assert_int_equal(asked(1, KV_PUT, KV_LEVEL_EVENTUAL), KV_OK);       /* under way */
    settings[KV_SET_MODE] = KV_MODE_CP;
    assert_int_equal(asked(1, KV_PUT, KV_LEVEL_EVENTUAL), KV_WRONG_LEVEL);
    settings[KV_SET_MODE] = KV_MODE_AP;
    assert_int_equal(asked(0, KV_GET, KV_LEVEL_STRONG), KV_WRONG_LEVEL);
}

static void test_malformed(void **unused)
{
    (void)unused;
    make_plan();
    struct node_host *host = replica();
    struct kv_request request = {.op = 1, .key = 8};
    assert_false(host_message(host, CLIENT, KV_REQUEST, &request, sizeof request));
    request = (struct kv_request){.op = 1, .key = 1, .function = KV_FUNCTION_COUNT};
    assert_false(host_message(host, CLIENT, KV_REQUEST, &request, sizeof request));
    struct kv_entries entries = {.op = NODE_NONE, .count = 2};
    assert_false(host_message(host, 1, KV_ENTRIES, &entries, KV_ENTRIES_BYTES_MIN));
    struct kv_hashes hashes = {.op = NODE_NONE, .level = MERKLE_LEVELS};
    assert_false(host_message(host, 1, KV_HASHES, &hashes, sizeof hashes));
    struct kv_write write = {.op = 1, .kind = KV_WRITE_KINDS};
    assert_false(host_message(host, 1, KV_WRITE, &write, 16 + KV_STATE_BYTES_MIN));
    host_free(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_w_confirmations),
        cmocka_unit_test(test_a_context_of_another_epoch),
        cmocka_unit_test(test_in_doubt),
        cmocka_unit_test(test_too_few_homes),
        cmocka_unit_test(test_doubled_request),
        cmocka_unit_test(test_hint_keeps_its_version),
        cmocka_unit_test(test_a_read_compares_and_mends),
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_classes_of_keys),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
