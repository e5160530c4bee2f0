/* fuzz_kitchens.c - the kitchens in a hostile network: messages delivered in any order, any number
 * of times, with any byte changed; timers, disks and crashes as the input likes.
 *
 * Whatever comes, no node may read or write outside its memory or end the program, and no kitchen
 * may ever have more on its stoves or on its rail than there is room for. */
#include "base/json_writer.h"
#include "node_host.h"
#include "systems/kitchens/messages.h"

#include <stdlib.h>

enum { NODES = 4, CUSTOMERS = NODES - 1, POOL = 64, STEPS_MAX = 2000 };
static const int64_t MS = 1000000;

struct pooled {
    uint32_t from;
    struct host_send send;
};

struct city {
    struct kitchens_plan plan;
    struct node_host *hosts[NODES];
    struct pooled pool[POOL]; /* the latest messages, all of them still on their way */
    uint32_t pooled;
};

static void make_plan(struct kitchens_plan *plan)
{
    plan->kitchen_count = 2;
    plan->dish_count = 2;
    plan->cuisine_count = 2;
    plan->district_count = 1;
    plan->districts[0] =
        (struct kitchens_district){.width_m = 1000, .height_m = 1000, .share_ppm = 1000000};
    for (uint32_t i = 0; i < 2; i++) {
        plan->dishes[i] =
            (struct kitchens_dish){.cuisine = (uint8_t)i, .preparation_ms = 1000 * (i + 1)};
        plan->kitchens[i] = (struct kitchens_kitchen){
            .cooks = 2, .capacity = 4, .specialties = 1u << i, .speed_pct = 100, .open = 1};
    }
}

static void collect(struct city *city, uint32_t node)
{
    const struct node_host *host = city->hosts[node];
    struct node_reason reason;
    for (uint32_t i = 0; i < host->send_count; i++)
        city->pool[city->pooled++ % POOL] = (struct pooled){.from = node, .send = host->sends[i]};
    if (host->protocol->violation != NULL &&
        host->protocol->violation(host->state, &host->env, &reason))
        abort();
    (void)host->protocol->pending(host->state, &host->env, &reason);
}

static void deliver(struct city *city, uint8_t which, uint8_t at, uint8_t change)
{
    static struct pooled letter;
    uint32_t count = city->pooled < POOL ? city->pooled : POOL;
    if (count == 0)
        return;
    letter = city->pool[which % count];
    if (letter.send.length > 0)
        letter.send.bytes[at % letter.send.length] ^= change;
    (void)host_message(city->hosts[letter.send.to], letter.from, letter.send.type,
                       letter.send.bytes, letter.send.length);
    collect(city, letter.send.to);
}

static void input(struct city *city, uint32_t node, uint8_t which, uint8_t value)
{
    const int64_t order[NODE_INPUT_ARGS] = {value % 2, value, value, 1};
    const int64_t rush[NODE_INPUT_ARGS] = {-1, value * 8, 1000};
    const int64_t slow[NODE_INPUT_ARGS] = {value};
    const int64_t open[NODE_INPUT_ARGS] = {value % 2, value % 4, value % 8, -1, -1, value % 3};
    const int64_t none[NODE_INPUT_ARGS] = {0};
    if (node == CUSTOMERS)
        host_input(city->hosts[node], which % 2 ? KITCHENS_INPUT_RUSH : KITCHENS_INPUT_ORDER,
                   which % 2 ? rush : order);
    else if (node != KITCHENS_DISPATCHER)
        host_input(city->hosts[node], (uint16_t)(KITCHENS_INPUT_SLOW + which % 3),
                   which % 3 == 0   ? slow
                   : which % 3 == 1 ? open
                                    : none);
    collect(city, node);
}

static void set(struct city *city, uint8_t which, uint8_t value)
{
    uint16_t setting = which % KITCHENS_SET_COUNT;
    const struct system_setting *known = &KITCHENS_SETTINGS[setting];
    int64_t span = known->max - known->min + 1;
    if (!known->live)
        return;
    for (uint32_t node = 0; node < NODES; node++) {
        host_set(city->hosts[node], setting, known->min + value % span);
        collect(city, node);
    }
}

/* One action of the input: four bytes. */
static void act(struct city *city, const uint8_t *bytes)
{
    uint32_t node = bytes[1] % NODES;
    struct node_host *host = city->hosts[node];
    switch (bytes[0] % 16) {
    case 0:
        host_restart(host);
        host_start(host);
        break;
    case 1:
        input(city, node, bytes[2], bytes[3]);
        return;
    case 2:
        set(city, bytes[2], bytes[3]);
        return;
    case 3:
        (void)host_written(host, bytes[2] % 3);
        break;
    case 4:
    case 5:
        for (node = 0; node < NODES; node++) {
            (void)host_run(city->hosts[node], city->hosts[node]->now_ns + bytes[2] * 4 * MS);
            collect(city, node);
        }
        return;
    case 6:
        host_read_all(city->hosts[KITCHENS_DISPATCHER]);
        while (host_written(city->hosts[KITCHENS_DISPATCHER], NODE_IO_OK))
            collect(city, KITCHENS_DISPATCHER);
        return;
    case 7:
    case 8:
        deliver(city, bytes[1], bytes[2], bytes[3]);
        return;
    default:
        deliver(city, bytes[1], 0, 0);
        return;
    }
    collect(city, node);
}

static void inspect(const struct node_host *host)
{
    char buffer[4096]; /* too small for some: then it is cut */
    struct text text = text_init(buffer, sizeof buffer);
    struct json_writer writer = json_init(&text);
    json_object(&writer, NULL);
    host->protocol->inspect(host->state, &host->env, &writer);
    json_close(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct city city;
    const struct node_protocol *const protocols[NODES] = {
        &KITCHENS_DISPATCHER_PROTOCOL, &KITCHENS_KITCHEN_PROTOCOL, &KITCHENS_KITCHEN_PROTOCOL,
        &KITCHENS_CUSTOMERS_PROTOCOL};
    int64_t settings[KITCHENS_SET_COUNT];
    for (uint32_t i = 0; i < KITCHENS_SET_COUNT; i++)
        settings[i] = KITCHENS_SETTINGS[i].standard;
    settings[KITCHENS_SET_ARRIVALS] = size > 0 ? data[0] / 16 % 4 : 0;
    settings[KITCHENS_SET_USERS] = 20;
    settings[KITCHENS_SET_THINK_MS] = 1000;
    settings[KITCHENS_SET_MIGRATION] = 1;
    settings[KITCHENS_SET_OVERLOAD_THRESHOLD] = 50;
    settings[KITCHENS_SET_AVAILABLE_THRESHOLD] = 100;
    memset(&city, 0, sizeof city);
    make_plan(&city.plan);
    for (uint32_t node = 0; node < NODES; node++) {
        city.hosts[node] =
            host_new(protocols[node], node, NODES, &city.plan, settings, KITCHENS_SET_COUNT);
        host_start(city.hosts[node]);
        collect(&city, node);
    }
    for (size_t at = 0; at + 4 <= size && at < 4 * STEPS_MAX; at += 4)
        act(&city, data + at);
    for (uint32_t node = 0; node < NODES; node++) {
        inspect(city.hosts[node]);
        host_free(&city.hosts[node]);
    }
    return 0;
}
