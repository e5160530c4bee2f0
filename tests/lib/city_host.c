/* city_host.c - one kitchen of the city, whose store is the test. */
#include "city_host.h"

#include <cjson/cJSON.h>

#include <stddef.h>
#include <stdlib.h>

static void make_plan(struct city_host *city, uint32_t lobsters)
{
    struct error error;
    cJSON *scenario = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(scenario, "lobsters", lobsters);
    if (city_load(scenario, &city->plan, &error) != 0)
        abort();
    cJSON_Delete(scenario);
}

void city_host_open(struct city_host *city, uint32_t self, enum kv_mode mode, uint32_t lobsters)
{
    memset(city, 0, sizeof *city);
    make_plan(city, lobsters);
    for (uint32_t i = 0; i < CITY_SET_COUNT; i++)
        city->settings[i] = CITY_SETTINGS[i].standard;
    city->settings[CITY_SET_MODE] = mode;
    city->host = host_new(&CITY_KITCHEN_PROTOCOL, self, CITY_HOST_KITCHENS + 1, &city->plan,
                          city->settings, CITY_SET_COUNT);
    host_start(city->host);
    host_read_all(city->host);
    host_forget(city->host);
}

void city_host_close(struct city_host *city)
{
    host_free(&city->host);
}

static struct city_kitchen *memory_of(const struct city_host *city)
{
    return city->host->state;
}

const struct city_kitchen *city_host_kitchen(const struct city_host *city)
{
    return memory_of(city);
}

void city_host_wait(struct city_host *city, int64_t ms)
{
    (void)host_run(city->host, city->host->now_ns + ms * CITY_HOST_MS);
}

/* ---- The copy in the house ---- */

static bool is_strong(struct city_host *city, uint32_t key)
{
    return kv_is_strong(&city->plan.store, memory_of(city)->store.served.mode, key);
}

void city_host_copy(struct city_host *city, uint32_t key, int64_t value)
{
    struct kv_replica *store = &memory_of(city)->store;
    if (is_strong(city, key)) {
        store->written_at[key]++;
        store->machine.keys[key].there = 1;
        store->machine.keys[key].value = value;
        return;
    }
    struct kv_state *state = &store->slots[key].state;
    *state = (struct kv_state){.key = key};
    (void)kv_write(state, 0, NULL, value, false, CITY_HOST_MS, 0, 0);
}

void city_host_siblings(struct city_host *city, uint32_t key, int64_t one, int64_t other)
{
    struct kv_state *state = &memory_of(city)->store.slots[key].state;
    city_host_copy(city, key, one);
    (void)kv_write(state, 1, NULL, other, false, 1001 * CITY_HOST_MS, 0, 0);
}

void city_host_fate(struct city_host *city, uint32_t order, enum city_fate fate)
{
    struct city_told told = {.order = order, .fate = fate};
    if (!host_message(city->host, 1, CITY_TELL_FATE, &told, sizeof told))
        abort();
}

/* ---- Orders and the store ---- */

void city_host_order(struct city_host *city, uint32_t order, enum city_dish dish)
{
    struct city_order message = {.order = order, .dish = dish};
    if (!host_message(city->host, CITY_HOST_CUSTOMERS, CITY_ORDER, &message, sizeof message))
        abort();
}

bool city_host_asked(const struct city_host *city, struct kv_request *request)
{
    const struct host_send *send = host_sent(city->host, KV_REQUEST);
    if (send != NULL)
        memcpy(request, send->bytes, sizeof *request);
    return send != NULL;
}

void city_host_reply(struct city_host *city, const struct kv_request *request,
                     enum kv_result result, int64_t value)
{
    struct kv_reply reply = {.op = request->op,
                             .result = (uint8_t)result,
                             .level = request->level,
                             .attempt = request->attempt,
                             .state = {.key = request->key}};
    if (value != 0)
        (void)kv_write(&reply.state, 0, NULL, value, false, CITY_HOST_MS, 0, 0);
    uint32_t length = (uint32_t)offsetof(struct kv_reply, state) + kv_state_bytes(&reply.state);
    if (!host_message(city->host, city->host->env.self, KV_REPLY, &reply, length))
        abort();
}

enum city_outcome city_host_told(const struct city_host *city, uint32_t order)
{
    struct city_answer answer;
    for (uint32_t i = 0; i < city->host->send_count; i++) {
        const struct host_send *send = &city->host->sends[i];
        if (send->type != CITY_ANSWER || send->to != CITY_HOST_CUSTOMERS)
            continue;
        memcpy(&answer, send->bytes, sizeof answer);
        if (answer.order == order)
            return (enum city_outcome)answer.outcome;
    }
    return CITY_OPEN;
}
