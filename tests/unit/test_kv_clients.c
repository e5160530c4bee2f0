/* test_kv_clients.c - the store's clients in the test's hand, when nobody leads for long (KV-T15): how
 * often they ask, under which number, and what they say in the end. */
#include "node_host.h"
#include "systems/kv/clients.h"
#include "unit.h"

enum { REPLICAS = 3, CLIENTS = 3, MS = 1000000, REQUESTS_MAX = 64 };

static struct kv_plan plan;
static int64_t settings[KV_SET_COUNT];

static struct node_host *clients(void)
{
    memset(&plan, 0, sizeof plan);
    plan.replica_count = REPLICAS;
    plan.key_count = 4;
    for (uint32_t i = 0; i < KV_SET_COUNT; i++)
        settings[i] = KV_SETTINGS[i].standard;
    settings[KV_SET_MODE] = KV_MODE_CP;
    settings[KV_SET_OPS_PER_S] = 0;
    settings[KV_SET_OPERATION_MS] = 3000; /* longer than a few pauses */
    struct node_host *host =
        host_new(&KV_CLIENTS_PROTOCOL, CLIENTS, REPLICAS + 1, &plan, settings, KV_SET_COUNT);
    host_start(host);
    host_forget(host);
    return host;
}

static void put(struct node_host *host)
{
    const int64_t args[NODE_INPUT_ARGS] = {1, 42, -1, KV_LEVEL_STRONG};
    host_forget(host);
    host_input(host, KV_INPUT_PUT, args);
}

/* The newest request of the steps since host_forget(); NULL: none. */
static const struct host_send *asked(const struct node_host *host, struct kv_request *request)
{
    const struct host_send *found = NULL;
    for (uint32_t i = 0; i < host->send_count; i++)
        if (host->sends[i].type == KV_REQUEST)
            found = &host->sends[i];
    if (found != NULL)
        memcpy(request, found->bytes, sizeof *request);
    return found;
}

static void refuse(struct node_host *host, uint32_t from, const struct kv_request *request)
{
    struct kv_reply reply = {.op = request->op,
                             .result = KV_NOT_LEADER,
                             .level = KV_LEVEL_STRONG,
                             .attempt = request->attempt,
                             .mode = KV_MODE_CP,
                             .state.key = request->key};
    host_forget(host);
    assert_true(host_message(host, from, KV_REPLY, &reply,
                             (uint32_t)(sizeof reply - sizeof reply.state) + KV_STATE_BYTES_MIN));
}

/* Lets time pass until it asks again, or ends; how long that took. */
static int64_t until_it_asks(struct node_host *host, struct kv_request *request, uint32_t *to)
{
    int64_t since_ns = host->now_ns;
    while (host_noted(host, KV_NOTE_FAILED) == NULL && host_noted(host, KV_NOTE_UNKNOWN) == NULL) {
        const struct host_send *send = asked(host, request);
        if (send != NULL) {
            *to = send->to;
            return host->now_ns - since_ns;
        }
        (void)host_run(host, host->now_ns + MS);
    }
    return -1;
}

/* Refused each time: pauses double up to a bound, everybody is asked, and in the end it has failed. */
static void test_pauses_are_bounded(void **unused)
{
    (void)unused;
    struct node_host *host = clients();
    struct kv_request request;
    const int64_t bound_ns =
        ((int64_t)CLIENTS_BACKOFF_MS << (CLIENTS_BACKOFF_STEPS - 1)) * MS + CLIENTS_TICK_MS * MS;
    uint32_t to = 0;
    uint32_t whom = 0;
    uint32_t attempts = 0;
    int64_t longest_ns = 0;
    put(host);
    for (int64_t pause_ns = 0; (pause_ns = until_it_asks(host, &request, &to)) >= 0; attempts++) {
        assert_true(pause_ns <= bound_ns);
        longest_ns = pause_ns > longest_ns ? pause_ns : longest_ns;
        whom |= UINT32_C(1) << to;
        assert_in_range(attempts, 0, REQUESTS_MAX);
        refuse(host, to, &request);
    }
    assert_int_equal(whom, (1 << REPLICAS) - 1);
    assert_true(longest_ns > bound_ns / 2); /* it does back off */
    assert_in_range(attempts, 10, 30); /* 3.3 s of at most 180 ms each, the first ones shorter */
    const struct node_note *note = host_noted(host, KV_NOTE_FAILED);
    assert_non_null(note);
    assert_int_equal(note->args[1], KV_UNAVAILABLE);
    host_free(&host);
}

/* One attempt was not answered: it may have been done, whatever the others say. */
static void test_a_silent_attempt_leaves_doubt(void **unused)
{
    (void)unused;
    struct node_host *host = clients();
    struct kv_request request;
    uint32_t to = 0;
    put(host);
    assert_true(until_it_asks(host, &request, &to) >= 0);
    host_forget(host); /* nobody answers this one */
    while (until_it_asks(host, &request, &to) >= 0)
        refuse(host, to, &request);
    assert_null(host_noted(host, KV_NOTE_FAILED));
    const struct node_note *note = host_noted(host, KV_NOTE_UNKNOWN);
    assert_non_null(note);
    assert_int_equal(note->args[1], KV_TIMEOUT);
    host_free(&host);
}

/* Asked again it is the same operation, unless that rule is turned off. */
static void test_a_retry_keeps_its_number(void **unused)
{
    (void)unused;
    for (int bug = 0; bug < 2; bug++) {
        struct node_host *host = clients();
        struct kv_request first;
        struct kv_request second;
        uint32_t to = 0;
        host_set(host, KV_SET_BUG_RETRY_AS_NEW, bug);
        put(host);
        assert_true(until_it_asks(host, &first, &to) >= 0);
        host_forget(host);
        assert_true(until_it_asks(host, &second, &to) >= 0);
        assert_int_equal(second.op, first.op);
        assert_int_equal(second.session, first.session);
        assert_int_equal(second.serial, first.serial + (uint32_t)bug);
        assert_true(second.attempt > first.attempt);
        host_free(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses_are_bounded),
        cmocka_unit_test(test_a_silent_attempt_leaves_doubt),
        cmocka_unit_test(test_a_retry_keeps_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
