/* kitchens.c: the system "kitchens", put together from its parts.
 *
 * The only file that knows them all: the catalogue sees one struct system, and no part includes
 * another's private header. Order of nodes: the dispatcher, the kitchens' places, the customers
 * (kitchens.h); the region of a kitchen is its district, which is what partitions cut along. */
#include <assert.h>
#include <stdio.h>

#include "systems/kitchens/city.h"
#include "systems/kitchens/ledger.h"
#include "systems/kitchens/words.h"

static struct system_node node_at(const char *name, const struct node_protocol *protocol,
                                  int32_t x_m, int32_t y_m, uint32_t region)
{
    struct system_node node = {.protocol = protocol, .x_m = x_m, .y_m = y_m, .region = region};
    (void)snprintf(node.name, sizeof node.name, "%s", name);
    return node;
}

/* All customers talk to the dispatcher by telephone: their node stands at its place. */
uint32_t kitchens_nodes(const void *data, struct system_node *nodes, uint32_t count_max)
{
    const struct kitchens_plan *plan = data;
    assert(count_max > kitchens_customers(plan));
    nodes[KITCHENS_DISPATCHER] = node_at("dispatcher", &KITCHENS_DISPATCHER_PROTOCOL,
                                         plan->dispatcher_x_m, plan->dispatcher_y_m, 0);
    for (uint32_t i = 0; i < plan->kitchen_count; i++) {
        const struct kitchens_kitchen *kitchen = &plan->kitchens[i];
        char name[16];
        kitchens_place_name(i, name);
        nodes[KITCHENS_FIRST + i] = node_at(name, &KITCHENS_KITCHEN_PROTOCOL, kitchen->x_m,
                                            kitchen->y_m, 1 + (uint32_t)kitchen->district);
    }
    uint32_t customers = kitchens_customers(plan);
    nodes[customers] = node_at("customers", &KITCHENS_CUSTOMERS_PROTOCOL, plan->dispatcher_x_m,
                               plan->dispatcher_y_m, 0);
    return customers + 1;
}

/* Ovens are repaired first (heal.all does not reach them), then nobody orders any more. */
static bool kitchens_remedy(const void *data, uint32_t index, struct system_remedy *remedy)
{
    const struct kitchens_plan *plan = data;
    static const enum kitchens_setting STOPS[] = {KITCHENS_SET_ORDERS_PER_MIN, KITCHENS_SET_USERS};
    if (index < plan->kitchen_count) {
        *remedy = (struct system_remedy){.kind = SYSTEM_REMEDY_HEAL,
                                         .type = KITCHENS_INPUT_SLOW,
                                         .node = KITCHENS_FIRST + index,
                                         .args = {100}};
        return true;
    }
    index -= plan->kitchen_count;
    if (index >= sizeof STOPS / sizeof STOPS[0])
        return false;
    *remedy = (struct system_remedy){.kind = SYSTEM_REMEDY_STOP,
                                     .is_setting = true,
                                     .node = NODE_NONE,
                                     .args = {STOPS[index], 0}};
    return true;
}

/* Customers are no members: a city in parts is still telephoned from everywhere. */
static uint64_t kitchens_members(const void *data)
{
    return (UINT64_C(1) << kitchens_customers(data)) - 1;
}

/* The dispatcher's role has one holder as long as it does not move. */
static uint32_t kitchens_leader(const void *ledger, const struct node_world *world)
{
    (void)ledger;
    (void)world;
    return KITCHENS_DISPATCHER;
}

/* Orders are served in the end if there are customers, the dispatcher, and one kitchen that can cook:
 * a counter without cooks or places, or a place where nobody has moved in yet, is none. */
static void kitchens_core(const void *data, struct system_core *core)
{
    const struct kitchens_plan *plan = data;
    *core = (struct system_core){.all = UINT64_C(1) << KITCHENS_DISPATCHER |
                                        UINT64_C(1) << kitchens_customers(plan)};
    for (uint32_t i = 0; i < plan->kitchen_count; i++) {
        const struct kitchens_kitchen *kitchen = &plan->kitchens[i];
        bool cooks = kitchen->open && kitchen->cooks > 0 && kitchen->capacity > 0;
        core->one |= cooks ? UINT64_C(1) << (KITCHENS_FIRST + i) : 0;
    }
}

/* Everything the lab needs to configure, run, judge, show and export the kitchens. */
const struct system KITCHENS = {
    .name = "kitchens",
    .settings = KITCHENS_SETTINGS,
    .setting_count = KITCHENS_SET_COUNT,
    .inputs = KITCHENS_INPUTS,
    .input_count = KITCHENS_INPUT_COUNT,
    .notes = KITCHENS_NOTES,
    .note_count = KITCHENS_NOTE_END - NODE_NOTE_SYSTEM,
    .words = KITCHENS_WORDS,
    .word_count = KITCHENS_WORD_COUNT,
    .checks = KITCHENS_CHECKS,
    .check_count = LEDGER_CHECK_COUNT,
    .figures = KITCHENS_FIGURES,
    .figure_count = LEDGER_FIGURE_COUNT,
    .tables = KITCHENS_TABLES,
    .table_count = LEDGER_TABLE_COUNT,
    .subject_table = LEDGER_TABLE_ORDERS,
    .charts = KITCHENS_CHARTS,
    .chart_count = LEDGER_CHART_COUNT,
    .plan_bytes = sizeof(struct kitchens_plan),
    .load = kitchens_load,
    .nodes = kitchens_nodes,
    .plan_name = kitchens_plan_name,
    .argument_max = kitchens_argument_max,
    .describe = kitchens_describe,
    .remedy = kitchens_remedy,
    .parts_setting = "kitchens_max",
    .members = kitchens_members,
    .leader = kitchens_leader,
    .core = kitchens_core,
    .observer = &KITCHENS_LEDGER,
    .figures_read = kitchens_figures_read,
    .judge = kitchens_judge,
    .rows_open = kitchens_rows_open,
    .view = kitchens_view,
    .explain = kitchens_explain,
};
