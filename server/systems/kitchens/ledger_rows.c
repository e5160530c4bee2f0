/* ledger_rows.c: rows of the tables, in the order of their columns in tables.c.
 *
 * A row is cells of integers, written in the order of the table's columns; row_put() holds that
 * there are as many as columns. Texts, decimals and quoting are the lab's. Without a sink (a run
 * that is not recorded, a fork that is judged) nothing is computed at all: a city must not get
 * slower by what nobody reads. */
#include <assert.h>

#include "systems/kitchens/ledger_state.h"

enum { US_PER_UNIT = LEDGER_UNIT_NS / 1000, LOAD_SCALE = 10000 };

static struct node_row row_begin(enum ledger_table table, int64_t time_ns)
{
    assert(table < LEDGER_TABLE_COUNT);
    assert(time_ns >= 0);
    return (struct node_row){.table = (uint16_t)table, .time_ns = time_ns};
}

static void row_add(struct node_row *row, int64_t cell)
{
    assert(row->cell_count < NODE_ROW_CELLS);
    row->cells[row->cell_count++] = cell;
}

static void row_add_node(struct node_row *row, uint8_t node)
{
    assert(node == LEDGER_NO_KITCHEN || node <= KITCHENS_MAX);
    row_add(row, node == LEDGER_NO_KITCHEN ? NODE_CELL_NULL : node);
}

/* Units as microseconds: three decimals of a millisecond. */
static void row_add_units(struct node_row *row, uint64_t units)
{
    row_add(row, (int64_t)(units * US_PER_UNIT));
}

static void row_put(const struct node_row *row, const struct node_row_sink *sink)
{
    assert(row->cell_count == KITCHENS_TABLES[row->table].column_count);
    sink->put(sink->context, row);
}

/* Nobody is listening: a headless judgement, or a fork. */
static bool sink_drops(const struct node_row_sink *sink)
{
    return sink == NULL || sink->put == NULL;
}

/* ---- Orders ---- */

/* The first district that holds the place, as the plan was read (city_load.c): districts may touch.
 */
static int64_t district_of(const struct kitchens_plan *plan, const struct ledger_order *order)
{
    for (uint32_t i = 0; i < plan->district_count; i++) {
        const struct kitchens_district *d = &plan->districts[i];
        if (order->x_m >= d->x_m && order->x_m - d->x_m <= d->width_m && order->y_m >= d->y_m &&
            order->y_m - d->y_m <= d->height_m)
            return i;
    }
    return NODE_CELL_NULL;
}

/* The intervals of an order, numbered. Their sum is its response, to the microsecond. */
static void row_order_steps(const struct ledger *ledger, const struct ledger_order *order,
                            const struct node_row_sink *sink)
{
    uint32_t from = 0;
    int64_t seq = 0;
    for (uint16_t at = order->first_step; at != LEDGER_NOBODY; at = ledger->steps[at].next) {
        const struct ledger_step *step = &ledger->steps[at];
        struct node_row row = row_begin(LEDGER_TABLE_ORDER_STEPS, order->placed_ns);
        row_add(&row, order->order);
        row_add(&row, ++seq);
        row_add_units(&row, from);
        row_add_units(&row, step->until);
        row_add(&row, step->blocker);
        row_add_node(&row, step->node);
        row_add(&row, step->ref == NODE_NONE ? NODE_CELL_NULL : step->ref);
        row_put(&row, sink);
        from = step->until;
    }
}

/* Queue and cooking are sums over all kitchens the order was in: one that moved has waited on two
 * rails. */
static void row_order_times(const struct ledger *ledger, const struct ledger_order *order,
                            struct node_row *row)
{
    row_add_units(row, ledger_order_blocked(ledger, order, LEDGER_BLOCKED_SLOT));
    row_add_units(row, ledger_order_blocked(ledger, order, LEDGER_BLOCKED_COOKING));
    if (order->cooked == 0) {
        row_add(row, NODE_CELL_NULL);
        row_add(row, NODE_CELL_NULL);
    } else {
        row_add_units(row, order->cooked);
        row_add(row, order->travel_ms);
    }
}

void ledger_row_order(const struct ledger *ledger, const struct kitchens_plan *plan,
                      const struct ledger_order *order, const struct node_row_sink *sink)
{
    assert(order->outcome < LEDGER_OUTCOME_COUNT);
    if (sink_drops(sink))
        return;
    struct node_row row = row_begin(LEDGER_TABLE_ORDERS, order->placed_ns);
    row_add(&row, order->order);
    row_add(&row, order->source);
    row_add(&row, order->dish);
    row_add(&row, plan->dishes[order->dish].cuisine);
    row_add(&row, district_of(plan, order));
    row_add(&row, order->policy);
    row_add_node(&row, order->kitchen_first);
    row_add_node(&row, order->cooked != 0 ? order->kitchen_cooked : order->kitchen);
    row_add(&row, order->score < 0 ? NODE_CELL_NULL : order->score);
    row_order_times(ledger, order, &row);
    row_add(&row, order->migrations);
    row_add(&row, order->reassigned);
    row_add(&row, order->times_cooked);
    row_add(&row, order->outcome);
    row_add(&row, order->outcome == LEDGER_REFUSED ? order->reason : NODE_CELL_NULL);
    row_put(&row, sink);
    row_order_steps(ledger, order, sink);
}

/* Orders that are not over yet have a row too at an export, with what is known: a file without them
 * would look as if nobody were waiting. */
void kitchens_rows_open(const void *memory, const struct node_world *world,
                        const struct node_row_sink *sink)
{
    const struct ledger *ledger = memory;
    for (uint32_t i = 0; i < ledger->order_fresh; i++) {
        const struct ledger_order *order = &ledger->orders[i];
        if (order->phase != 0 && order->outcome == LEDGER_OPEN)
            ledger_row_order(ledger, world->env->plan, order, sink);
    }
}

/* ---- Hand-overs ---- */

/* Written when a hand-over is decided, dated at its offer. */
void ledger_row_migration(const struct ledger_context *context, const struct ledger_order *order,
                          bool accepted, uint32_t reason)
{
    if (sink_drops(context->sink))
        return;
    int64_t offered_ns = order->placed_ns + (int64_t)order->offered * LEDGER_UNIT_NS;
    struct node_row row = row_begin(LEDGER_TABLE_MIGRATIONS, offered_ns);
    row_add(&row, order->order);
    row_add_node(&row, order->handover_from);
    row_add_node(&row, order->handover_to);
    row_add(&row, offered_ns / 1000);
    row_add(&row, accepted ? context->note->time_ns / 1000 : NODE_CELL_NULL);
    row_add(&row, accepted);
    row_add(&row, accepted ? NODE_CELL_NULL : reason);
    row_put(&row, context->sink);
}

/* ---- Each second ---- */

static void row_metrics_response(const struct ledger_window *window, struct node_row *row)
{
    static const uint32_t RANKS_PPM[] = {500000, 950000, 990000};
    if (window->count == 0) {
        for (uint32_t i = 0; i < 4; i++)
            row_add(row, NODE_CELL_NULL);
        return;
    }
    row_add_units(row, window->sum / window->count);
    for (uint32_t i = 0; i < sizeof RANKS_PPM / sizeof RANKS_PPM[0]; i++)
        row_add_units(row, ledger_window_percentile(window, RANKS_PPM[i]));
}

/* Differences to the second before: these columns sum to the run's totals. */
static void row_metrics_counts(const struct ledger *ledger, struct node_row *row)
{
    const struct ledger_counts *now = &ledger->counts;
    const struct ledger_counts *before = &ledger->second;
    row_add(row, (int64_t)(now->migrations - before->migrations));
    row_add(row, (int64_t)(now->bounces - before->bounces));
    row_add(row, (int64_t)(now->refused - before->refused));
    row_add(row, NODE_CELL_NULL); /* stale, oversold: no such thing in this system, and nought */
    row_add(row, NODE_CELL_NULL); /* would claim that it had been looked for */
    assert(now->lost >= before->lost);
    assert(now->wasted >= before->wasted);
    row_add(row, (int64_t)(now->lost - before->lost));
    row_add(row, (int64_t)(now->wasted - before->wasted));
}

static void row_metrics(const struct ledger_context *context)
{
    const struct ledger *ledger = context->ledger;
    int64_t now_ns = context->world->time_ns;
    const int64_t *settings = context->world->env->settings;
    int64_t figures[LEDGER_FIGURE_COUNT];
    kitchens_figures_read(ledger, context->world, figures);
    struct node_row row = row_begin(LEDGER_TABLE_METRICS, now_ns);
    uint32_t second = (uint32_t)(now_ns / LEDGER_SECOND_NS);
    row_add(&row, ledger_rate_per_min(ledger->window.placed, second));
    row_add(&row, ledger_rate_per_min(ledger->window.cooked, second));
    row_add(&row, figures[LEDGER_FIGURE_WAITING]);
    row_add(&row, figures[LEDGER_FIGURE_COOKING]);
    row_metrics_response(&ledger->window, &row);
    row_add(&row, figures[LEDGER_FIGURE_MAX_OVER_MEAN]);
    row_add(&row, figures[LEDGER_FIGURE_JAIN_UTILISATION]);
    row_metrics_counts(ledger, &row);
    row_add(&row, figures[LEDGER_FIGURE_KITCHENS_UP]);
    row_add(&row, figures[LEDGER_FIGURE_UPTIME_PCT]);
    row_add(&row, settings[KITCHENS_SET_POLICY]);
    row_add(&row, settings[KITCHENS_SET_MIGRATION]);
    row_add(&row, settings[KITCHENS_SET_OVERLOAD_THRESHOLD]);
    row_add(&row, ledger->faults);
    row_put(&row, context->sink);
}

/* A counter without a kitchen behind it (capacity 0, CHEF-T10) has no load, not an infinite one. */
static int64_t load_of(uint32_t tickets, uint32_t capacity)
{
    return capacity == 0 ? NODE_CELL_NULL : (int64_t)tickets * LOAD_SCALE / capacity;
}

/* True and believed load stand side by side: their difference is what stale information costs. */
static void row_kitchen_state(const struct ledger_kitchen *kitchen, struct node_row *row)
{
    uint32_t believed =
        (uint32_t)kitchen->believed_pending + kitchen->believed_cooking + kitchen->believed_way;
    int64_t worked_ns = kitchen->busy_ns - kitchen->tick_busy_ns;
    row_add(row, kitchen->cooks);
    row_add(row, kitchen->capacity);
    row_add(row, load_of((uint32_t)kitchen->pending + kitchen->cooking, kitchen->capacity));
    row_add(row, load_of(believed, kitchen->capacity));
    row_add(row, kitchen->pending);
    row_add(row, kitchen->cooking);
    row_add(row, kitchen->cooks == 0
                     ? NODE_CELL_NULL
                     : worked_ns / (LEDGER_SECOND_NS / LOAD_SCALE) / kitchen->cooks);
}

/* One kitchen, one second: how it stands at the end of it, and what happened within it. */
static void row_kitchen(const struct ledger_context *context, uint32_t index)
{
    const struct ledger_kitchen *kitchen = &context->ledger->kitchens[index];
    struct node_row row = row_begin(LEDGER_TABLE_KITCHENS, context->world->time_ns);
    row_add(&row, KITCHENS_FIRST + index);
    row_kitchen_state(kitchen, &row);
    row_add(&row, kitchen->assigned);
    row_add(&row, kitchen->completed);
    row_add(&row, kitchen->rejected);
    row_add(&row, kitchen->migrated_out);
    row_add(&row, kitchen->migrated_in);
    row_add(&row, kitchen->bounced);
    row_add(&row, kitchen->belief == LEDGER_BELIEF_EJECTED);
    row_add(&row, kitchen->belief == LEDGER_BELIEF_CLOSED);
    row_add(&row, kitchen->up && !kitchen->paused);
    if (kitchen->responses == 0)
        row_add(&row, NODE_CELL_NULL);
    else
        row_add_units(&row, kitchen->response_units / kitchen->responses);
    row_add(&row, kitchen->score < 0 ? NODE_CELL_NULL : kitchen->score);
    row_put(&row, context->sink);
}

static void kitchen_next_second(struct ledger_kitchen *kitchen)
{
    kitchen->tick_busy_ns = kitchen->busy_ns;
    kitchen->assigned = 0;
    kitchen->completed = 0;
    kitchen->rejected = 0;
    kitchen->migrated_out = 0;
    kitchen->migrated_in = 0;
    kitchen->bounced = 0;
    kitchen->responses = 0;
    kitchen->response_units = 0;
}

/* The counts of the second begin anew whether a row was written or not, so that a run that is
 * recorded from its middle on has true rows from the first one. */
void ledger_rows_second(const struct ledger_context *context)
{
    struct ledger *ledger = context->ledger;
    bool wanted = !sink_drops(context->sink) && context->world->time_ns > 0;
    if (wanted)
        row_metrics(context);
    for (uint32_t i = 0; i < ledger->kitchen_count; i++) {
        if (wanted && ledger->kitchens[i].opened)
            row_kitchen(context, i);
        kitchen_next_second(&ledger->kitchens[i]);
    }
}
