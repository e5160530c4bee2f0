/* city.c: the system "city", put together from its parts. */
#include <assert.h>
#include <stdio.h>

#include "base/json_writer.h"
#include "systems/city/ledger.h"

static uint32_t city_nodes(const void *data, struct system_node *nodes, uint32_t count_max)
{
    const struct city_plan *plan = data;
    const struct kv_plan *store = &plan->store;
    int64_t x_m = 0;
    int64_t y_m = 0;
    assert(count_max > city_customers(plan));
    for (uint32_t i = 0; i < city_kitchens(plan); i++) {
        nodes[i] = (struct system_node){
            .protocol = &CITY_KITCHEN_PROTOCOL, .x_m = store->x_m[i], .y_m = store->y_m[i]};
        (void)snprintf(nodes[i].name, sizeof nodes[i].name, "%.15s", store->replicas[i]);
        x_m += store->x_m[i];
        y_m += store->y_m[i];
    }
    uint32_t customers = city_customers(plan);
    nodes[customers] = (struct system_node){.name = "customers",
                                            .protocol = &CITY_CUSTOMERS_PROTOCOL,
                                            .x_m = (int32_t)(x_m / city_kitchens(plan)),
                                            .y_m = (int32_t)(y_m / city_kitchens(plan))};
    return customers + 1;
}

static const char *city_plan_name(const void *data, uint16_t list, uint32_t index)
{
    const struct city_plan *plan = data;
    switch ((enum city_list)list) {
    case CITY_LIST_DISHES:
        return index < CITY_DISHES ? CITY_DISH_NAMES[index] : NULL;
    case CITY_LIST_OUTCOMES:
        return index < CITY_OUTCOMES ? CITY_OUTCOME_NAMES[index] : NULL;
    case CITY_LIST_LEVELS:
        return index < KV_LEVEL_COUNT ? KV_LEVELS[index] : NULL;
    case CITY_LIST_KITCHENS:
        return index < city_kitchens(plan) ? plan->store.replicas[index] : NULL;
    }
    return NULL;
}

static int64_t city_argument_max(const void *data, uint32_t input, uint32_t argument)
{
    const struct city_plan *plan = data;
    enum { KITCHEN = 1 };
    if (input == CITY_INPUT_ORDER && argument == KITCHEN)
        return (int64_t)city_kitchens(plan) - 1;
    return CITY_INPUTS[input].args[argument].max;
}

static void city_describe(const void *data, struct json_writer *writer)
{
    const struct city_plan *plan = data;
    json_array(writer, "kitchens");
    for (uint32_t i = 0; i < city_kitchens(plan); i++) {
        json_object(writer, NULL);
        json_u64(writer, "node", i);
        json_string(writer, "name", plan->store.replicas[i]);
        json_string(writer, "title", plan->titles[i]);
        json_i64(writer, "x_m", plan->store.x_m[i]);
        json_i64(writer, "y_m", plan->store.y_m[i]);
        json_close(writer);
    }
    json_close(writer);
    json_u64(writer, "lobsters", plan->lobsters);
    json_u64(writer, "book", plan->book);
}

/* No more orders, and no more trucks with them. */
static bool city_remedy(const void *data, uint32_t index, struct system_remedy *remedy)
{
    (void)data;
    *remedy = (struct system_remedy){.kind = SYSTEM_REMEDY_STOP,
                                     .is_setting = true,
                                     .node = NODE_NONE,
                                     .args = {CITY_SET_ORDERS_PER_MIN, 0}};
    return index == 0;
}

static uint64_t city_members(const void *data)
{
    const struct city_plan *plan = data;
    return (UINT64_C(1) << city_kitchens(plan)) - 1;
}

static uint32_t city_leader(const void *memory, const struct node_world *world)
{
    const struct city_ledger *ledger = memory;
    (void)world;
    return ledger->leader;
}

/* The books agree in the end when all kitchens are there. */
static void city_core(const void *data, struct system_core *core)
{
    const struct city_plan *plan = data;
    *core = (struct system_core){.all = (UINT64_C(2) << city_customers(plan)) - 1};
}

/* Everything the lab needs to configure, run, judge, show and export the city. */
const struct system CITY = {
    .name = "city",
    .settings = CITY_SETTINGS,
    .setting_count = CITY_SET_COUNT,
    .inputs = CITY_INPUTS,
    .input_count = CITY_INPUT_COUNT,
    .notes = CITY_NOTES,
    .note_count = CITY_NOTE_END - NODE_NOTE_SYSTEM,
    .words = CITY_WORDS,
    .word_count = CITY_WORD_COUNT,
    .checks = CITY_CHECKS,
    .check_count = CITY_CHECK_COUNT,
    .figures = CITY_FIGURES,
    .figure_count = CITY_FIGURE_COUNT,
    .tables = CITY_TABLES,
    .table_count = CITY_TABLE_COUNT,
    .subject_table = CITY_TABLE_ORDERS,
    .charts = CITY_CHARTS,
    .chart_count = CITY_CHART_COUNT,
    .plan_bytes = sizeof(struct city_plan),
    .load = city_load,
    .nodes = city_nodes,
    .plan_name = city_plan_name,
    .argument_max = city_argument_max,
    .describe = city_describe,
    .remedy = city_remedy,
    .history = &CITY_HISTORY,
    .unpromised = city_unpromised,
    .members = city_members,
    .leader = city_leader,
    .core = city_core,
    .observer = &CITY_LEDGER,
    .figures_read = city_figures_read,
    .judge = city_judge,
    .rows_open = city_rows_open,
    .view = city_view,
    .explain = city_explain,
};
