/* ledger_rows.c: figures, and the rows of the tables, cell by cell in the order of tables.c. */
#include <assert.h>

#include "systems/kv/ledger.h"
#include "systems/kv/replica.h"

enum { PPM_HALF = 500000, PPM_99 = 990000, PCT_THOUSANDTHS = 100000, NS_PER_US = 1000 };

#define FIGURE(n, u, d, t, b)                                                                      \
    {                                                                                              \
        .name = n, .unit = u, .decimals = d, .total = t, .better = b                               \
    }
const struct system_figure KV_FIGURES[KV_FIGURE_COUNT] = {
    [KV_FIGURE_AVAILABILITY_PCT] = FIGURE("availability_pct", "%", 3, false, SYSTEM_HIGHER),
    [KV_FIGURE_OPS_PER_S] = FIGURE("ops_per_s", "ops/s", 1, false, SYSTEM_HIGHER),
    [KV_FIGURE_LATENCY_MEAN_MS] = FIGURE("latency_mean_ms", "ms", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_LATENCY_P50_MS] = FIGURE("latency_p50_ms", "ms", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_LATENCY_P99_MS] = FIGURE("latency_p99_ms", "ms", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_LOCAL_MEAN_MS] = FIGURE("local_mean_ms", "ms", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_LOCAL_P99_MS] = FIGURE("local_p99_ms", "ms", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_OPS_OK] = FIGURE("ops_ok", "ops", 0, true, SYSTEM_HIGHER),
    [KV_FIGURE_UNAVAILABLE] = FIGURE("unavailable", "ops", 0, true, SYSTEM_LOWER),
    [KV_FIGURE_UNKNOWN] = FIGURE("unknown", "ops", 0, true, SYSTEM_LOWER),
    [KV_FIGURE_SKIPPED] = FIGURE("skipped", "ops", 0, true, SYSTEM_LOWER),
    [KV_FIGURE_STALE_READS] = FIGURE("stale_reads", "reads", 0, true, SYSTEM_LOWER),
    [KV_FIGURE_STALE_PCT] = FIGURE("stale_pct", "%", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_STALENESS_MAX_MS] = FIGURE("staleness_max_ms", "ms", 3, false, SYSTEM_LOWER),
    [KV_FIGURE_SIBLINGS] = FIGURE("siblings", "values", 0, false, SYSTEM_LOWER),
    [KV_FIGURE_HINTS_STORED] = FIGURE("hints_stored", "hints", 0, true, SYSTEM_NEITHER),
    [KV_FIGURE_HINTS_REPLAYED] = FIGURE("hints_replayed", "hints", 0, true, SYSTEM_NEITHER),
    [KV_FIGURE_READ_REPAIRS] = FIGURE("read_repairs", "repairs", 0, true, SYSTEM_NEITHER),
    [KV_FIGURE_MERKLE_HASHES] = FIGURE("merkle_hashes", "hashes", 0, true, SYSTEM_NEITHER),
    [KV_FIGURE_KEYS_STREAMED] = FIGURE("keys_streamed", "keys", 0, true, SYSTEM_LOWER),
    [KV_FIGURE_LOST_CONCURRENT_WRITES] =
        FIGURE("lost_concurrent_writes", "writes", 0, true, SYSTEM_LOWER),
    [KV_FIGURE_DIFFERENT_KEYS] = FIGURE("different_keys", "keys", 0, false, SYSTEM_LOWER),
    [KV_FIGURE_CONVERGE_MS] = FIGURE("converge_ms", "ms", 0, false, SYSTEM_LOWER),
    [KV_FIGURE_REPLICAS_UP] = FIGURE("replicas_up", "replicas", 0, false, SYSTEM_HIGHER),
};

/* ---- Figures ---- */

static int64_t share(uint64_t part, uint64_t all)
{
    return all == 0 ? NODE_CELL_NULL : (int64_t)(part * PCT_THOUSANDTHS / all);
}

static int64_t percentile_us(const struct histogram *histogram, uint32_t ppm)
{
    return histogram->count == 0 ? NODE_CELL_NULL : (int64_t)histogram_percentile(histogram, ppm);
}

static int64_t mean_us(const struct histogram *histogram)
{
    return histogram->count == 0 ? NODE_CELL_NULL : (int64_t)histogram_mean(histogram);
}

static uint32_t replicas_up(const struct node_world *world)
{
    const struct kv_plan *plan = world->env->plan;
    uint32_t up = 0;
    for (uint32_t i = 0; i < plan->replica_count; i++)
        up += world->truth(world, i) == NODE_UP;
    return up;
}

static int64_t rate_tenths(const struct kv_ledger *ledger)
{
    uint64_t sum = 0;
    uint32_t seconds = ledger->second < LEDGER_RATE_S ? ledger->second : LEDGER_RATE_S;
    for (uint32_t i = 0; i < seconds; i++)
        sum += ledger->ok_second[i];
    return seconds == 0 ? NODE_CELL_NULL : (int64_t)(sum * 10 / seconds);
}

void kv_figures_read(const void *memory, const struct node_world *world, int64_t *values)
{
    const struct kv_ledger *ledger = memory;
    uint64_t over = ledger->ok + ledger->failed + ledger->unknown;
    values[KV_FIGURE_AVAILABILITY_PCT] = share(ledger->ok, over);
    values[KV_FIGURE_OPS_PER_S] = rate_tenths(ledger);
    values[KV_FIGURE_LATENCY_MEAN_MS] = mean_us(&ledger->latency_us);
    values[KV_FIGURE_LATENCY_P50_MS] = percentile_us(&ledger->latency_us, PPM_HALF);
    values[KV_FIGURE_LATENCY_P99_MS] = percentile_us(&ledger->latency_us, PPM_99);
    values[KV_FIGURE_LOCAL_MEAN_MS] = mean_us(&ledger->local_us);
    values[KV_FIGURE_LOCAL_P99_MS] = percentile_us(&ledger->local_us, PPM_99);
    values[KV_FIGURE_OPS_OK] = (int64_t)ledger->ok;
    values[KV_FIGURE_UNAVAILABLE] = (int64_t)ledger->failed;
    values[KV_FIGURE_UNKNOWN] = (int64_t)ledger->unknown;
    values[KV_FIGURE_SKIPPED] = (int64_t)ledger->skipped;
    values[KV_FIGURE_STALE_READS] = (int64_t)ledger->stale;
    values[KV_FIGURE_STALE_PCT] = share(ledger->stale, ledger->reads_ok);
    values[KV_FIGURE_STALENESS_MAX_MS] = ledger->staleness_max_ns / NS_PER_US;
    values[KV_FIGURE_SIBLINGS] = ledger->siblings_max;
    values[KV_FIGURE_HINTS_STORED] = (int64_t)ledger->hints_stored;
    values[KV_FIGURE_HINTS_REPLAYED] = (int64_t)ledger->hints_replayed;
    values[KV_FIGURE_READ_REPAIRS] = (int64_t)ledger->read_repairs;
    values[KV_FIGURE_MERKLE_HASHES] = (int64_t)ledger->hashes;
    values[KV_FIGURE_KEYS_STREAMED] = (int64_t)ledger->streamed;
    values[KV_FIGURE_LOST_CONCURRENT_WRITES] = (int64_t)ledger->lost_writes;
    values[KV_FIGURE_DIFFERENT_KEYS] = ledger->different;
    values[KV_FIGURE_CONVERGE_MS] =
        ledger->converge_ns < 0 ? NODE_CELL_NULL : ledger->converge_ns / KV_NS_PER_MS;
    values[KV_FIGURE_REPLICAS_UP] = replicas_up(world);
}

/* ---- Rows ---- */

static void put(const struct node_row_sink *sink, struct node_row *row, enum kv_table table,
                int64_t time_ns)
{
    row->table = (uint16_t)table;
    row->cell_count = (uint16_t)KV_TABLES[table].column_count;
    row->time_ns = time_ns;
    assert(row->cell_count <= NODE_ROW_CELLS);
    if (sink != NULL && sink->put != NULL)
        sink->put(sink->context, row);
}

static void operation_row(const struct node_row_sink *sink, const int64_t *settings, uint32_t mode,
                          const struct ledger_op *op)
{
    bool over = op->ended_ns != 0;
    bool read = KV_WHAT_FUNCTION(op->what) == KV_GET;
    bool good = over && op->result == KV_OK;
    struct node_row row = {
        .cells = {op->op, KV_WHAT_FUNCTION(op->what), KV_WHAT_LEVEL(op->what),
                  KV_WHAT_KEY(op->what), op->node, KV_WHAT_PROCESS(op->what),
                  over ? op->result : NODE_CELL_NULL, good,
                  over ? (op->ended_ns - op->invoked_ns) / NS_PER_US : NODE_CELL_NULL,
                  good && read ? op->stale : NODE_CELL_NULL,
                  good && read ? op->staleness_ns / NS_PER_US : NODE_CELL_NULL,
                  good && read ? op->siblings : NODE_CELL_NULL, op->repairs,
                  good || !read ? op->value : NODE_CELL_NULL, mode, settings[KV_SET_COPIES],
                  settings[KV_SET_READ_QUORUM], settings[KV_SET_WRITE_QUORUM],
                  op->batch != 0 ? op->batch : NODE_CELL_NULL}};
    put(sink, &row, KV_TABLE_OPERATIONS, op->invoked_ns);
}

void kv_ledger_row_operation(const struct ledger_context *context, const struct ledger_op *op)
{
    operation_row(context->sink, context->settings, context->ledger->mode, op);
}

void kv_rows_open(const void *memory, const struct node_world *world,
                  const struct node_row_sink *sink)
{
    const struct kv_ledger *ledger = memory;
    for (uint32_t i = 0; i < LEDGER_OPEN; i++)
        if (ledger->ops[i].open)
            operation_row(sink, world->env->settings, ledger->mode, &ledger->ops[i]);
}

static void metrics_row(const struct ledger_context *context)
{
    const struct kv_ledger *ledger = context->ledger;
    int64_t figures[KV_FIGURE_COUNT];
    kv_figures_read(ledger, context->world, figures);
    struct node_row row = {.cells = {(int64_t)ledger->second_ok,
                                     (int64_t)ledger->second_failed,
                                     (int64_t)ledger->second_unknown,
                                     (int64_t)ledger->second_stale,
                                     figures[KV_FIGURE_AVAILABILITY_PCT],
                                     figures[KV_FIGURE_LATENCY_P50_MS],
                                     figures[KV_FIGURE_LATENCY_P99_MS],
                                     figures[KV_FIGURE_LOCAL_P99_MS],
                                     figures[KV_FIGURE_STALE_READS],
                                     figures[KV_FIGURE_STALENESS_MAX_MS],
                                     figures[KV_FIGURE_SIBLINGS],
                                     figures[KV_FIGURE_HINTS_STORED],
                                     figures[KV_FIGURE_HINTS_REPLAYED],
                                     figures[KV_FIGURE_READ_REPAIRS],
                                     figures[KV_FIGURE_MERKLE_HASHES],
                                     figures[KV_FIGURE_KEYS_STREAMED],
                                     figures[KV_FIGURE_LOST_CONCURRENT_WRITES],
                                     figures[KV_FIGURE_UNAVAILABLE],
                                     ledger->different,
                                     ledger->different == 0,
                                     figures[KV_FIGURE_REPLICAS_UP],
                                     context->world->faults_active}};
    put(context->sink, &row, KV_TABLE_METRICS, context->world->time_ns);
}

static void replica_row(const struct ledger_context *context, uint32_t replica)
{
    const struct kv_replica *memory = context->world->state(context->world, replica);
    if (memory == NULL)
        return;
    uint32_t keys = 0;
    uint32_t siblings = 0;
    uint32_t different = 0;
    for (uint32_t key = 0; key < context->plan->key_count; key++) {
        uint32_t count = memory->slots[key].state.count;
        keys += count > 0;
        siblings = count > siblings ? count : siblings;
    }
    for (uint32_t peer = 0; peer < context->plan->replica_count; peer++)
        if (peer != replica)
            different +=
                repair_differences(memory, context->plan, context->settings, replica, peer);
    struct node_row row = {.cells = {replica, keys, coordinator_open(memory), hints_count(memory),
                                     kv_count_bits(memory->suspected), different, siblings}};
    put(context->sink, &row, KV_TABLE_REPLICAS, context->world->time_ns);
}

void kv_ledger_rows_second(const struct ledger_context *context)
{
    metrics_row(context);
    for (uint32_t i = 0; i < context->plan->replica_count; i++)
        replica_row(context, i);
}
