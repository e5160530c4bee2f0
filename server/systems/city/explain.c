/* explain.c: everything known about one order: where it came, what it was told, under which promise it
 * was sold, and who else was told the same. */
#include "base/json_writer.h"
#include "systems/city/ledger.h"

enum { MS_DECIMALS = 3, NS_PER_US = 1000 };

static void add_node(struct json_writer *writer, const char *name, uint32_t node)
{
    if (node == NODE_NONE)
        json_null(writer, name);
    else
        json_u64(writer, name, node);
}

static void add_time(struct json_writer *writer, const char *name, int64_t from_ns, int64_t to_ns)
{
    if (to_ns == 0)
        json_null(writer, name);
    else
        json_decimal(writer, name, (to_ns - from_ns) / NS_PER_US, MS_DECIMALS);
}

static void add_sale(struct json_writer *writer, const struct city_ledger *ledger,
                     const struct city_plan *plan, const struct ledger_order *order)
{
    const struct ledger_sale *sale = &ledger->sales[order->key];
    json_string(writer, "key", plan->store.keys[order->key]);
    json_string(writer, "level", KV_LEVELS[order->level]);
    json_u64(writer, "delivery", order->delivery);
    json_i64(writer, "price", order->price);
    json_bool(writer, "stale", order->stale);
    json_bool(writer, "oversold", order->oversold);
    json_bool(writer, "sorry", order->sorry);
    json_array(writer, "also_told");
    for (uint32_t i = 0; i < sale->count && sale->delivery == order->delivery; i++)
        if (sale->orders[i] != order->order)
            json_u64(writer, NULL, sale->orders[i]);
    json_close(writer);
}

bool city_explain(const void *memory, const struct node_world *world, uint32_t subject,
                  struct json_writer *writer)
{
    const struct city_ledger *ledger = memory;
    const struct city_plan *plan = world->env->plan;
    const struct ledger_order *order = city_ledger_find(ledger, subject);
    if (order == NULL)
        return false;
    json_u64(writer, "order", order->order);
    json_string(writer, "dish", CITY_DISH_NAMES[order->dish]);
    json_u64(writer, "kitchen", order->kitchen);
    add_node(writer, "cook", order->cook);
    json_string(writer, "outcome", CITY_OUTCOME_NAMES[order->outcome]);
    json_decimal(writer, "placed_ms", order->placed_ns / NS_PER_US, MS_DECIMALS);
    add_time(writer, "answer_ms", order->placed_ns, order->answered_ns);
    add_time(writer, "total_ms", order->placed_ns, order->ended_ns);
    json_u64(writer, "dishes", order->dishes);
    if (order->key != NODE_NONE)
        add_sale(writer, ledger, plan, order);
    return true;
}
