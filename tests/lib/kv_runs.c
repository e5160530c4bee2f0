/* kv_runs.c - histories of a linearizable key-value store. */
#include "kv_runs.h"

#include "base/draw.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES = 160, DELAY_NS = 1000 };

enum stage { STAGE_IDLE, STAGE_CALLED, STAGE_DONE };

struct client {
    enum stage stage;
    uint32_t process, key, verb;       /* 0 read, 1 write, 2 cas */
    int64_t at_ns;                     /* of the next thing that it does */
    int64_t old, value;                /* cas: compared with; written, or read */
    bool lost, happens, failed, wrong; /* wrong: it is the planted fault */
    int64_t called_ns;
};

/* A value and when it was written. */
struct version {
    int64_t value, call_ns, end_ns; /* end_ns: INT64_MAX until the writer was answered */
    uint32_t writer;                /* client */
};

struct making {
    const struct kv_run *run;
    struct client *clients;
    struct version *now, *before; /* by key */
    uint64_t *weight;             /* by key: sum of the weights up to it */
    char *text;
    size_t length, capacity;
    uint32_t begun, next_process;
    int64_t next_value, time_ns;
    bool planted;
    struct draw_stream stream;
};

static void tell(struct making *making, const struct client *client, const char *type)
{
    static const char *const VERBS[] = {"read", "write", "cas"};
    char value[64] = "null";
    bool invoked = type[0] == 'i' && type[2] == 'v';
    if (client->verb == 2) {
        (void)snprintf(value, sizeof value, "[%" PRId64 ",%" PRId64 "]", client->old,
                       client->value);
    } else if (client->verb == 1 || (!invoked && client->value >= 0)) {
        (void)snprintf(value, sizeof value, "%" PRId64, client->value);
    }
    making->length += (size_t)snprintf(
        making->text + making->length, LINE_BYTES,
        "{\"process\":%u,\"type\":\"%s\",\"f\":\"%s\",\"key\":%u,\"value\":%s,\"time\":%" PRId64
        "}\n",
        client->process, type, VERBS[client->verb], client->key, value, making->time_ns);
    assert(making->length < making->capacity);
}

static uint32_t draw_key(struct making *making)
{
    uint64_t at = draw_below(draw_next(&making->stream), making->weight[making->run->keys - 1]);
    uint32_t low = 0, high = making->run->keys - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (making->weight[middle] > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static int64_t draw_delay(struct making *making)
{
    return 1 + (int64_t)draw_below(draw_next(&making->stream), 2 * DELAY_NS);
}

/* Was the value before the latest one overwritten for good before this client called? */
static bool is_over(const struct making *making, const struct client *client)
{
    const struct version *now = &making->now[client->key], *before = &making->before[client->key];
    return before->value >= 0 && before->end_ns < now->call_ns && now->end_ns < client->called_ns;
}

static bool is_due(const struct making *making, const struct client *client, enum kv_fault fault)
{
    return making->run->fault == fault && !making->planted && !client->lost &&
           making->begun > making->run->fault_after;
}

static void call(struct making *making, struct client *client)
{
    uint64_t verb = draw_below(draw_next(&making->stream), 100);
    bool lost = draw_chance_ppm(draw_next(&making->stream), making->run->info_ppm);
    uint64_t happens = draw_below(draw_next(&making->stream), 2);
    client->key = draw_key(making);
    client->verb = verb < 50 ? 0 : verb < 85 ? 1 : 2;
    client->value = client->verb == 0 ? -1 : making->next_value++;
    client->old = making->now[client->key].value;
    client->lost = lost;
    client->happens = !lost || happens != 0;
    client->failed = false;
    client->called_ns = making->time_ns;
    client->stage = STAGE_CALLED;
    client->wrong =
        client->verb == 2 && is_due(making, client, KV_FAULT_LOST) && is_over(making, client);
    if (client->wrong) {
        client->old = making->before[client->key].value;
        making->planted = true;
    }
    if (client->verb == 2 && client->old < 0) {
        client->verb = 1; /* nothing to compare with yet */
    }
    making->begun++;
    tell(making, client, "invoke");
}

static void write_version(struct making *making, const struct client *client, uint32_t number)
{
    making->before[client->key] = making->now[client->key];
    making->now[client->key] = (struct version){.value = client->value,
                                                .call_ns = client->called_ns,
                                                .end_ns = INT64_MAX,
                                                .writer = number};
}

/* It takes effect, between call and return. */
static void happen(struct making *making, struct client *client, uint32_t number)
{
    const struct version *now = &making->now[client->key];
    client->stage = STAGE_DONE;
    if (!client->happens || client->wrong) {
        return;
    }
    if (client->verb == 0) {
        client->value = now->value;
        if (is_due(making, client, KV_FAULT_PHANTOM)) {
            client->value = INT64_C(1) << 40;
            making->planted = true;
        } else if (is_due(making, client, KV_FAULT_STALE) && is_over(making, client)) {
            client->value = making->before[client->key].value;
            making->planted = true;
        }
    } else if (client->verb == 2 && now->value != client->old) {
        client->failed = true;
    } else {
        write_version(making, client, number);
    }
}

static void finish(struct making *making, struct client *client, uint32_t number)
{
    client->stage = STAGE_IDLE;
    if (client->lost) {
        tell(making, client, "info");
        client->process = making->next_process++;
        return;
    }
    struct version *now = &making->now[client->key];
    if (client->verb != 0 && now->value == client->value && now->writer == number) {
        now->end_ns = making->time_ns;
    }
    tell(making, client, client->failed ? "fail" : "ok");
}

static bool prepare(struct making *making)
{
    const struct kv_run *run = making->run;
    making->capacity = (size_t)run->operations * 2 * LINE_BYTES + LINE_BYTES;
    making->text = malloc(making->capacity);
    making->clients = calloc(run->clients, sizeof *making->clients);
    making->now = calloc(run->keys, sizeof *making->now);
    making->before = calloc(run->keys, sizeof *making->before);
    making->weight = calloc(run->keys, sizeof *making->weight);
    if (making->text == NULL || making->clients == NULL || making->now == NULL ||
        making->before == NULL || making->weight == NULL) {
        return false;
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < run->keys; i++) {
        sum += 1000000 / (i + 1);
        making->weight[i] = sum;
        making->now[i] = (struct version){.value = -1, .end_ns = -1};
        making->before[i] = making->now[i];
    }
    for (uint32_t i = 0; i < run->clients; i++) {
        making->clients[i].process = i;
        making->clients[i].at_ns = draw_delay(making);
    }
    making->next_process = run->clients;
    making->next_value = 1;
    return true;
}

/* The client whose turn is next; ties by number. UINT32_MAX: all is done. */
static uint32_t next_client(const struct making *making)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < making->run->clients; i++) {
        const struct client *client = &making->clients[i];
        if ((client->stage != STAGE_IDLE || making->begun < making->run->operations) &&
            (found == UINT32_MAX || client->at_ns < making->clients[found].at_ns)) {
            found = i;
        }
    }
    return found;
}

char *kv_run_text(const struct kv_run *run, size_t *length, bool *planted)
{
    assert(run->clients > 0 && run->keys > 0);
    struct making making = {.run = run, .stream = draw_stream_init(run->seed, 1, 0)};
    uint32_t number;
    if (prepare(&making)) {
        while ((number = next_client(&making)) != UINT32_MAX) {
            struct client *client = &making.clients[number];
            making.time_ns = client->at_ns;
            if (client->stage == STAGE_IDLE) {
                call(&making, client);
            } else if (client->stage == STAGE_CALLED) {
                happen(&making, client, number);
            } else {
                finish(&making, client, number);
            }
            client->at_ns += draw_delay(&making);
        }
    }
    free(making.clients);
    free(making.now);
    free(making.before);
    free(making.weight);
    *length = making.length;
    if (planted != NULL) {
        *planted = making.planted;
    }
    return making.text;
}
