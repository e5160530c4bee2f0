/* rows.c: the rows of the city's tables, cell by cell in the order of tables.c. */
#include "systems/city/kitchen.h"
#include "systems/city/ledger.h"

#include <assert.h>

enum { NS_PER_US = 1000 };

static void put(const struct node_row_sink *sink, struct node_row *row, enum city_table table,
                int64_t time_ns)
{
    row->table = (uint16_t)table;
    row->cell_count = (uint16_t)CITY_TABLES[table].column_count;
    row->time_ns = time_ns;
    assert(row->cell_count <= NODE_ROW_CELLS);
    if (sink->put != NULL)
        sink->put(sink->context, row);
}

static int64_t node_cell(uint32_t node)
{
    return node == NODE_NONE ? NODE_CELL_NULL : (int64_t)node;
}

static void order_row(const struct ledger_order *order, const int64_t *settings,
                      const struct node_row_sink *sink)
{
    bool was_sold = order->level != LEDGER_LEVEL_NONE;
    struct node_row row = {.pad = 0};
    uint32_t at = 0;
    row.cells[at++] = order->order;
    row.cells[at++] = order->dish;
    row.cells[at++] = order->kitchen;
    row.cells[at++] = order->outcome;
    row.cells[at++] = was_sold ? order->level : NODE_CELL_NULL;
    row.cells[at++] = order->answered_ns == 0 ? NODE_CELL_NULL
                                              : (order->answered_ns - order->placed_ns) / NS_PER_US;
    row.cells[at++] =
        order->ended_ns == 0 ? NODE_CELL_NULL : (order->ended_ns - order->placed_ns) / NS_PER_US;
    row.cells[at++] = was_sold && order->dish == CITY_LOBSTER ? order->delivery : NODE_CELL_NULL;
    row.cells[at++] = was_sold ? order->price : NODE_CELL_NULL;
    row.cells[at++] = order->stale;
    row.cells[at++] = order->oversold;
    row.cells[at++] = order->sorry;
    row.cells[at++] = node_cell(order->cook);
    row.cells[at++] = order->dishes;
    row.cells[at++] = settings[CITY_SET_CONFLICT];
    assert(at == CITY_TABLES[CITY_TABLE_ORDERS].column_count);
    put(sink, &row, CITY_TABLE_ORDERS, order->placed_ns);
}

void city_row_order(const struct ledger_context *context, const struct ledger_order *order)
{
    order_row(order, context->world->env->settings, context->sink);
}

void city_rows_open(const void *memory, const struct node_world *world,
                    const struct node_row_sink *sink)
{
    const struct city_ledger *ledger = memory;
    for (uint32_t i = 0; i < LEDGER_ORDERS; i++)
        if (ledger->orders[i].order != 0 && ledger->orders[i].ended_ns == 0)
            order_row(&ledger->orders[i], world->env->settings, sink);
}

static void metrics_row(const struct ledger_context *context)
{
    const struct city_ledger *ledger = context->ledger;
    const struct node_world *world = context->world;
    int64_t figures[CITY_FIGURE_COUNT];
    struct node_row row = {.pad = 0};
    uint32_t at = 0;
    city_figures_read(ledger, world, figures);
    row.cells[at++] = (int64_t)ledger->second_confirmed;
    row.cells[at++] = (int64_t)ledger->second_turned_away;
    row.cells[at++] = (int64_t)ledger->second_sold_out;
    row.cells[at++] = (int64_t)ledger->second_stale;
    row.cells[at++] = (int64_t)ledger->second_oversold;
    row.cells[at++] = figures[CITY_FIGURE_PLACED];
    row.cells[at++] = figures[CITY_FIGURE_CONFIRMED];
    row.cells[at++] = figures[CITY_FIGURE_SERVED];
    row.cells[at++] = figures[CITY_FIGURE_TURNED_AWAY];
    row.cells[at++] = figures[CITY_FIGURE_SOLD_OUT];
    row.cells[at++] = figures[CITY_FIGURE_STALE];
    row.cells[at++] = figures[CITY_FIGURE_OVERSOLD];
    row.cells[at++] = figures[CITY_FIGURE_NAMED];
    row.cells[at++] = figures[CITY_FIGURE_LOST];
    row.cells[at++] = figures[CITY_FIGURE_ANSWER_P50_MS];
    row.cells[at++] = figures[CITY_FIGURE_ANSWER_P99_MS];
    row.cells[at++] = figures[CITY_FIGURE_DIFFERENT_KEYS];
    row.cells[at++] = node_cell(ledger->leader);
    row.cells[at++] = figures[CITY_FIGURE_KITCHENS_UP];
    row.cells[at++] = world->faults_active;
    assert(at == CITY_TABLES[CITY_TABLE_METRICS].column_count);
    put(context->sink, &row, CITY_TABLE_METRICS, world->time_ns);
}

static void kitchen_row(const struct ledger_context *context, uint32_t kitchen)
{
    const struct node_world *world = context->world;
    const struct city_kitchen *memory = world->state(world, kitchen);
    struct node_row row = {.pad = 0};
    struct city_pantry pantry;
    uint32_t at = 0;
    if (memory == NULL)
        return;
    city_ledger_pantry(world, kitchen, &pantry);
    row.cells[at++] = kitchen;
    row.cells[at++] = desk_open(memory);
    row.cells[at++] = stove_open(memory);
    row.cells[at++] = pantry.left;
    row.cells[at++] = pantry.delivery;
    row.cells[at++] = pantry.price[CITY_LOBSTER];
    row.cells[at++] = (int64_t)memory->store.raft.term;
    row.cells[at++] = memory->store.raft.role == RAFT_LEADER;
    row.cells[at++] = kv_count_bits(memory->store.suspected);
    row.cells[at++] = pantry.siblings;
    row.cells[at++] = hints_count(&memory->store);
    assert(at == CITY_TABLES[CITY_TABLE_KITCHENS].column_count);
    put(context->sink, &row, CITY_TABLE_KITCHENS, world->time_ns);
}

void city_rows_second(const struct ledger_context *context)
{
    const struct city_plan *plan = context->world->env->plan;
    metrics_row(context);
    for (uint32_t i = 0; i < city_kitchens(plan); i++)
        kitchen_row(context, i);
}
