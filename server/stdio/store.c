/* store.c: by which of our systems the workload lin-kv is served. */
#include "stdio/store.h"

#include "systems/kv/kv.h"
#include "systems/raft/council.h"

#include <assert.h>

static const char *const TOO_MANY = "too many requests at once";
static const char *const IN_DOUBT = "no answer in time; it may have happened";

static void refuse(struct store_news *news, enum session_error code, const char *text)
{
    news->kind = STORE_REFUSED;
    news->code = code;
    news->text = text;
}

/* ---- cp ----
 *
 * Zero means "any new value" to the council's clients, so what is not negative is kept one higher. */

static int64_t council_value(int64_t value)
{
    return value >= 0 ? value + 1 : value;
}

static int64_t value_of_council(int64_t value)
{
    return value > 0 ? value - 1 : value;
}

static uint16_t cp_input(const struct store_request *request, uint32_t server,
                         int64_t args[NODE_INPUT_ARGS])
{
    static const uint16_t INPUTS[] = {[STORE_READ] = COUNCIL_INPUT_GET,
                                      [STORE_WRITE] = COUNCIL_INPUT_PUT,
                                      [STORE_CAS] = COUNCIL_INPUT_CAS};
    bool cas = request->function == STORE_CAS;
    (void)server; /* whoever leads is asked */
    args[0] = request->key;
    args[1] = council_value(cas ? request->expected : request->value);
    args[2] = cas ? council_value(request->value) : 0;
    return INPUTS[request->function];
}

static void cp_invoked(const struct node_note *note, struct store_news *news)
{
    static const enum store_function FUNCTIONS[] = {
        [COUNCIL_READ] = STORE_READ, [COUNCIL_WRITE] = STORE_WRITE, [COUNCIL_CAS] = STORE_CAS};
    uint32_t function = COUNCIL_WHAT_FUNCTION(note->args[0]);
    assert(function <= COUNCIL_CAS); /* nobody here deletes */
    news->kind = STORE_INVOKED;
    news->request = (struct store_request){.key = COUNCIL_WHAT_KEY(note->args[0]),
                                           .function = FUNCTIONS[function],
                                           .value = value_of_council(note->args[1])};
}

static void cp_news(const struct node_note *note, struct store_news *news)
{
    bool mismatch = note->args[1] == COUNCIL_MISMATCH;
    *news = (struct store_news){.operation = note->subject};
    switch (note->kind) {
    case COUNCIL_NOTE_INVOKED:
        cp_invoked(note, news);
        break;
    case COUNCIL_NOTE_SKIPPED:
        refuse(news, SESSION_UNAVAILABLE, TOO_MANY);
        news->kind = STORE_SKIPPED;
        break;
    case COUNCIL_NOTE_OK:
        news->kind = STORE_DONE;
        news->there = (note->args[2] & 1) != 0;
        news->value = value_of_council(note->args[1]);
        break;
    case COUNCIL_NOTE_FAILED:
        refuse(news, mismatch ? SESSION_MISMATCH : SESSION_UNAVAILABLE,
               mismatch ? "the key has another value, or none" : "no majority answered in time");
        break;
    case COUNCIL_NOTE_UNKNOWN:
        refuse(news, SESSION_TIMEOUT,
               note->args[1] == COUNCIL_EXPIRED ? "its session is forgotten; it may have happened"
                                                : IN_DOUBT);
        break;
    default:
        break;
    }
}

const struct store STORE_CP = {.mode = "cp",
                               .server = &COUNCIL_SERVER_PROTOCOL,
                               .clients = &COUNCIL_CLIENTS_PROTOCOL,
                               .keys = COUNCIL_KEYS_MAX,
                               .servers_max = COUNCIL_SERVERS_MAX,
                               .setting_count = COUNCIL_SET_COUNT,
                               .input = cp_input,
                               .news = cp_news};

/* ---- ap ---- */

/* A conditional write is asked for as well: that it is not served here is the store's own answer. The
 * version that it names is of no matter. */
static uint16_t ap_input(const struct store_request *request, uint32_t server,
                         int64_t args[NODE_INPUT_ARGS])
{
    args[0] = request->key;
    if (request->function == STORE_READ) {
        args[1] = server;
        args[2] = KV_LEVEL_EVENTUAL;
        return KV_INPUT_GET;
    }
    args[1] = request->value;
    args[2] = server;
    args[3] = request->function == STORE_CAS ? 0 : KV_LEVEL_EVENTUAL;
    return request->function == STORE_CAS ? KV_INPUT_CAS : KV_INPUT_PUT;
}

static void ap_invoked(const struct node_note *note, struct store_news *news)
{
    static const enum store_function FUNCTIONS[] = {
        [KV_GET] = STORE_READ, [KV_PUT] = STORE_WRITE, [KV_CAS] = STORE_CAS};
    uint32_t function = KV_WHAT_FUNCTION(note->args[0]);
    assert(function < KV_FUNCTION_COUNT && function != KV_DELETE); /* nobody here deletes */
    news->kind = STORE_INVOKED;
    news->request = (struct store_request){
        .key = KV_WHAT_KEY(note->args[0]), .function = FUNCTIONS[function], .value = note->args[1]};
}

static void ap_news(const struct node_note *note, struct store_news *news)
{
    *news = (struct store_news){.operation = note->subject};
    switch (note->kind) {
    case KV_NOTE_INVOKED:
        ap_invoked(note, news);
        break;
    case KV_NOTE_SKIPPED:
        refuse(news, SESSION_UNAVAILABLE, TOO_MANY);
        news->kind = STORE_SKIPPED;
        break;
    case KV_NOTE_OK:
        news->kind = STORE_DONE;
        news->there = KV_WHAT_SIBLINGS(note->args[0]) > 0; /* nothing is ever deleted */
        news->value = note->args[1];
        break;
    case KV_NOTE_FAILED:
        if (note->args[1] == KV_WRONG_LEVEL)
            refuse(news, SESSION_NOT_SUPPORTED,
                   "compare-and-set needs agreement; mode ap promises only that copies converge");
        else
            refuse(news, SESSION_UNAVAILABLE, "the replica did not serve it now");
        break;
    case KV_NOTE_UNKNOWN:
        refuse(news, SESSION_TIMEOUT, IN_DOUBT);
        break;
    default:
        break;
    }
}

const struct store STORE_AP = {.mode = "ap",
                               .server = &KV_REPLICA_PROTOCOL,
                               .clients = &KV_CLIENTS_PROTOCOL,
                               .keys = KV_KEYS_MAX,
                               .servers_max = KV_COPIES_MAX, /* so that every node has every key */
                               .setting_count = KV_SET_COUNT,
                               .input = ap_input,
                               .news = ap_news};
