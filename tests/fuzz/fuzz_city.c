/* fuzz_city.c - the city of one book in a hostile network, and with it the store and its log: messages
 * delivered in any order, any number of times, with any byte changed; timers, disks, crashes, orders
 * and settings as the input likes.
 *
 * Whatever comes, no node may read or write outside its memory or end the program. As long as no byte
 * was changed no kitchen may contradict itself either. */
#include "base/json_writer.h"
#include "node_host.h"
#include "systems/city/kitchen.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { KITCHENS = 3, CUSTOMERS = KITCHENS, NODES = KITCHENS + 1, POOL = 256, STEPS_MAX = 400 };
static const int64_t MS = 1000000;

struct pooled {
    uint32_t from;
    struct host_send send;
};

struct city {
    struct city_plan plan;
    struct node_host *hosts[NODES];
    struct pooled pool[POOL]; /* the latest messages, all of them still on their way */
    uint32_t pooled,
        flowed; /* sent so far; of these, those that the network has brought in order */
    bool lied;
};

static void make_plan(struct city_plan *plan)
{
    struct error error;
    cJSON *scenario = cJSON_Parse("{\"kitchens\": 3, \"lobsters\": 2, \"book\": 2}");
    if (city_load(scenario, plan, &error) != 0)
        abort();
    cJSON_Delete(scenario);
}

static void collect(struct city *city, uint32_t node)
{
    struct node_host *host = city->hosts[node];
    struct node_reason reason;
    for (uint32_t i = 0; i < host->send_count; i++)
        city->pool[city->pooled++ % POOL] = (struct pooled){.from = node, .send = host->sends[i]};
    host_forget(host);
    if (!city->lied && host->protocol->violation != NULL &&
        host->protocol->violation(host->state, &host->env, &reason))
        abort();
    (void)host->protocol->pending(host->state, &host->env, &reason);
}

static void deliver(struct city *city, uint32_t number, uint8_t at, uint8_t change)
{
    static struct pooled letter;
    letter = city->pool[number % POOL];
    if (letter.send.length > 0)
        letter.send.bytes[at % letter.send.length] ^= change;
    city->lied = city->lied || change != 0;
    (void)host_message(city->hosts[letter.send.to], letter.from, letter.send.type,
                       letter.send.bytes, letter.send.length);
    collect(city, letter.send.to);
}

static void answer_disks(struct city *city, uint32_t node)
{
    host_read_all(city->hosts[node]);
    collect(city, node);
    while (host_written(city->hosts[node], NODE_IO_OK))
        collect(city, node);
}

/* Time passes, and the network brings everything in order, but not to who is cut off (bits). */
static void flow(struct city *city, uint32_t rounds, uint32_t cut)
{
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t node = 0; node < NODES; node++) {
            (void)host_run(city->hosts[node], city->hosts[node]->now_ns + 20 * MS);
            collect(city, node);
            answer_disks(city, node);
        }
        if (city->pooled - city->flowed > POOL)
            city->flowed = city->pooled - POOL;
        for (uint32_t end = city->pooled; city->flowed != end; city->flowed++) {
            const struct pooled *next = &city->pool[city->flowed % POOL];
            if (((cut >> next->from | cut >> next->send.to) & 1) == 0)
                deliver(city, city->flowed, 0, 0);
        }
    }
}

static void input(struct city *city, uint32_t node, uint8_t which, uint8_t value)
{
    const int64_t order[NODE_INPUT_ARGS] = {value % CITY_DISHES, value % KITCHENS, 1 + value % 4};
    const int64_t price[NODE_INPUT_ARGS] = {value % CITY_DISHES, 1 + value};
    const int64_t none[NODE_INPUT_ARGS] = {0};
    if (node == CUSTOMERS)
        host_input(city->hosts[node], CITY_INPUT_ORDER, order);
    else if (which % 3 == 0)
        host_input(city->hosts[node], CITY_INPUT_PRICE, price);
    else
        host_input(city->hosts[node], which % 3 == 1 ? CITY_INPUT_DELIVER : CITY_INPUT_REPAIR,
                   none);
    collect(city, node);
}

static void set(struct city *city, uint8_t which, uint8_t value)
{
    uint16_t setting = which % CITY_SET_COUNT;
    const struct system_setting *known = &CITY_SETTINGS[setting];
    if (!known->live)
        return;
    for (uint32_t node = 0; node < NODES; node++) {
        host_set(city->hosts[node], setting, known->min + value % (known->max - known->min + 1));
        collect(city, node);
    }
}

/* One action of the input: four bytes. */
static void act(struct city *city, const uint8_t *bytes)
{
    uint32_t node = bytes[1] % NODES;
    uint32_t count = city->pooled < POOL ? city->pooled : POOL;
    switch (bytes[0] % 16) {
    case 0:
        host_restart(city->hosts[node]);
        host_start(city->hosts[node]);
        collect(city, node);
        break;
    case 1:
    case 2:
        input(city, node, bytes[2], bytes[3]);
        break;
    case 3:
        set(city, bytes[2], bytes[3]);
        break;
    case 4:
        (void)host_written(city->hosts[node], bytes[2] % 3);
        collect(city, node);
        break;
    case 5:
    case 6:
        flow(city, 1 + bytes[2] % 16, bytes[3] % 16);
        break;
    case 7:
    case 8:
    case 9:
        flow(city, 1 + bytes[2] % 16, 0);
        break;
    case 10:
    case 11:
    case 12:
        if (count > 0)
            deliver(city, city->pooled - 1 - bytes[1] % count, bytes[2], bytes[3]);
        break;
    default:
        if (count > 0)
            deliver(city, city->pooled - 1 - bytes[1] % count, 0, 0);
        break;
    }
}

static void inspect(const struct node_host *host)
{
    char buffer[4096]; /* too small for some: then it is cut */
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer writer = json_init(&text);
    if (host->protocol->inspect == NULL)
        return;
    json_object(&writer, NULL);
    host->protocol->inspect(host->state, &host->env, &writer);
    json_close(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct city city;
    int64_t settings[CITY_SET_COUNT];
    for (uint32_t i = 0; i < CITY_SET_COUNT; i++)
        settings[i] = CITY_SETTINGS[i].standard;
    settings[CITY_SET_MODE] = size > 0 ? data[0] / 16 % 3 : KV_MODE_CP;
    settings[CITY_SET_CONFLICT] = size > 1 ? data[1] / 16 % 2 : KV_CONFLICT_SIBLINGS;
    memset(&city, 0, sizeof city);
    make_plan(&city.plan);
    for (uint32_t node = 0; node < NODES; node++) {
        city.hosts[node] =
            host_new(node == CUSTOMERS ? &CITY_CUSTOMERS_PROTOCOL : &CITY_KITCHEN_PROTOCOL, node,
                     NODES, &city.plan, settings, CITY_SET_COUNT);
        host_start(city.hosts[node]);
        collect(&city, node);
        answer_disks(&city, node);
    }
    for (size_t at = 0; at + 4 <= size && at < 4 * STEPS_MAX; at += 4)
        act(&city, data + at);
    for (uint32_t node = 0; node < NODES; node++) {
        inspect(city.hosts[node]);
        host_free(&city.hosts[node]);
    }
    return 0;
}
