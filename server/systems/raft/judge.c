/* judge.c: promises, figures, and the rows of the tables, cell by cell in the order of tables.c. */
#include "systems/raft/ledger.h"
#include "systems/raft/server.h"

#include <assert.h>

enum { PPM_HALF = 500000, PPM_99 = 990000, PCT_THOUSANDTHS = 100000, NS_PER_US = 1000 };

const struct system_check COUNCIL_CHECKS[COUNCIL_CHECK_COUNT] = {
    [COUNCIL_CHECK_ELECTION] = {"election_safety", false},
    [COUNCIL_CHECK_APPEND_ONLY] = {"leader_append_only", false},
    [COUNCIL_CHECK_LOG_MATCHING] = {"log_matching", false},
    [COUNCIL_CHECK_COMPLETENESS] = {"leader_completeness", false},
    [COUNCIL_CHECK_STATE_MACHINE] = {"state_machine_safety", false},
    [COUNCIL_CHECK_FRESH] = {"answers_fresh", true},
    [COUNCIL_CHECK_APPLIED_ONCE] = {"applied_once", false},
    [COUNCIL_CHECK_SOUND] = {"server_sound", false},
    [COUNCIL_CHECK_LINEARIZABLE] = {"linearizable", true},
    [COUNCIL_CHECK_SERVICE] = {"leader_when_possible", false},
    [COUNCIL_CHECK_STAYS] = {"leader_stays", false},
};

#define FIGURE(n, u, d, t, b)                                                                      \
    {                                                                                              \
        .name = n, .unit = u, .decimals = d, .total = t, .better = b                               \
    }
const struct system_figure COUNCIL_FIGURES[COUNCIL_FIGURE_COUNT] = {
    [COUNCIL_FIGURE_AVAILABILITY_PCT] = FIGURE("availability_pct", "%", 3, false, SYSTEM_HIGHER),
    [COUNCIL_FIGURE_OPS_PER_S] = FIGURE("ops_per_s", "ops/s", 0, false, SYSTEM_HIGHER),
    [COUNCIL_FIGURE_LATENCY_MEAN_MS] = FIGURE("latency_mean_ms", "ms", 3, false, SYSTEM_LOWER),
    [COUNCIL_FIGURE_LATENCY_P50_MS] = FIGURE("latency_p50_ms", "ms", 3, false, SYSTEM_LOWER),
    [COUNCIL_FIGURE_LATENCY_P99_MS] = FIGURE("latency_p99_ms", "ms", 3, false, SYSTEM_LOWER),
    [COUNCIL_FIGURE_COMMIT_P50_MS] = FIGURE("commit_p50_ms", "ms", 3, false, SYSTEM_LOWER),
    [COUNCIL_FIGURE_COMMIT_P99_MS] = FIGURE("commit_p99_ms", "ms", 3, false, SYSTEM_LOWER),
    [COUNCIL_FIGURE_OPS_OK] = FIGURE("ops_ok", "ops", 0, true, SYSTEM_HIGHER),
    [COUNCIL_FIGURE_OPS_FAIL] = FIGURE("ops_fail", "ops", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_OPS_INFO] = FIGURE("ops_info", "ops", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_SKIPPED] = FIGURE("skipped", "ops", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_TERM] = FIGURE("term", "", 0, false, SYSTEM_NEITHER),
    [COUNCIL_FIGURE_LEADER_CHANGES] = FIGURE("leader_changes", "", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_ELECTIONS] = FIGURE("elections", "", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_NO_LEADER_MS] = FIGURE("no_leader_max_ms", "ms", 1, false, SYSTEM_LOWER),
    [COUNCIL_FIGURE_STRUCK_OUT] = FIGURE("struck_out", "entries", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_IMAGES_SENT] = FIGURE("images_sent", "images", 0, true, SYSTEM_NEITHER),
    [COUNCIL_FIGURE_SAFETY_VIOLATIONS] = FIGURE("safety_violations", "", 0, true, SYSTEM_LOWER),
    [COUNCIL_FIGURE_SERVERS_UP] = FIGURE("servers_up", "servers", 0, false, SYSTEM_HIGHER),
};

/* ---- Figures ---- */

static int64_t percentile_us(const struct histogram *histogram, uint32_t ppm)
{
    return histogram->count == 0 ? NODE_CELL_NULL : (int64_t)histogram_percentile(histogram, ppm);
}

static int64_t share(uint64_t part, uint64_t all)
{
    return all == 0 ? NODE_CELL_NULL : (int64_t)(part * PCT_THOUSANDTHS / all);
}

static uint32_t servers_up(const struct node_world *world)
{
    const struct council_plan *plan = world->env->plan;
    uint32_t up = 0;
    for (uint32_t i = 0; i < plan->server_count; i++) {
        up += world->truth(world, i) == NODE_UP;
    }
    return up;
}

/* The longest time without a leader, the present one included. */
static int64_t no_leader_ns(const struct council_ledger *ledger, const struct node_world *world)
{
    int64_t now_ns = ledger->leader == NODE_NONE ? world->time_ns - ledger->no_leader_since_ns : 0;
    return now_ns > ledger->no_leader_ns ? now_ns : ledger->no_leader_ns;
}

void council_figures_read(const void *memory, const struct node_world *world, int64_t *values)
{
    const struct council_ledger *ledger = memory;
    const struct histogram *latency = &ledger->latency_us;
    uint64_t over = ledger->ok + ledger->failed + ledger->unknown;
    values[COUNCIL_FIGURE_AVAILABILITY_PCT] = share(ledger->ok, over);
    values[COUNCIL_FIGURE_OPS_PER_S] = (int64_t)ledger->last_ok;
    values[COUNCIL_FIGURE_LATENCY_MEAN_MS] =
        latency->count == 0 ? NODE_CELL_NULL : (int64_t)histogram_mean(latency);
    values[COUNCIL_FIGURE_LATENCY_P50_MS] = percentile_us(latency, PPM_HALF);
    values[COUNCIL_FIGURE_LATENCY_P99_MS] = percentile_us(latency, PPM_99);
    values[COUNCIL_FIGURE_COMMIT_P50_MS] = percentile_us(&ledger->commit_us, PPM_HALF);
    values[COUNCIL_FIGURE_COMMIT_P99_MS] = percentile_us(&ledger->commit_us, PPM_99);
    values[COUNCIL_FIGURE_OPS_OK] = (int64_t)ledger->ok;
    values[COUNCIL_FIGURE_OPS_FAIL] = (int64_t)ledger->failed;
    values[COUNCIL_FIGURE_OPS_INFO] = (int64_t)ledger->unknown;
    values[COUNCIL_FIGURE_SKIPPED] = (int64_t)ledger->skipped;
    values[COUNCIL_FIGURE_TERM] = (int64_t)ledger->term;
    values[COUNCIL_FIGURE_LEADER_CHANGES] = (int64_t)ledger->leader_changes;
    values[COUNCIL_FIGURE_ELECTIONS] = (int64_t)ledger->elections;
    values[COUNCIL_FIGURE_NO_LEADER_MS] = no_leader_ns(ledger, world) / (COUNCIL_NS_PER_MS / 10);
    values[COUNCIL_FIGURE_STRUCK_OUT] = (int64_t)ledger->struck_out;
    values[COUNCIL_FIGURE_IMAGES_SENT] = (int64_t)ledger->images_sent;
    values[COUNCIL_FIGURE_SAFETY_VIOLATIONS] = (int64_t)ledger->violations;
    values[COUNCIL_FIGURE_SERVERS_UP] = servers_up(world);
}

/* ---- Promises ---- */

void council_judge(const void *memory, const struct node_world *world, bool final,
                   struct system_finding *findings)
{
    const struct council_ledger *ledger = memory;
    (void)world;
    (void) final;
    for (uint32_t i = 0; i < COUNCIL_CHECK_COUNT; i++) {
        const struct ledger_witness *witness = &ledger->witness[i];
        struct system_finding *finding = &findings[i];
        *finding = (struct system_finding){.verdict = SYSTEM_PASS, .subject = NODE_NONE};
        if (witness->count == 0) {
            continue;
        }
        finding->verdict = SYSTEM_FAIL;
        finding->actual = witness->count;
        finding->subject = witness->subject;
        finding->at_ns = witness->at_ns;
        finding->first_event = witness->event;
        finding->last_event = witness->event;
        finding->reason =
            (struct node_reason){.word = (uint16_t)witness->word, .subject = witness->subject};
        memcpy(finding->reason.args, witness->args, sizeof finding->reason.args);
    }
}

/* ---- Rows ---- */

static void put(const struct node_row_sink *sink, struct node_row *row, enum council_table table,
                int64_t time_ns)
{
    row->table = (uint16_t)table;
    row->cell_count = (uint16_t)COUNCIL_TABLES[table].column_count;
    row->time_ns = time_ns;
    assert(row->cell_count <= NODE_ROW_CELLS);
    if (sink->put != NULL) {
        sink->put(sink->context, row);
    }
}

static void operation_row(const struct ledger_operation *one, const int64_t *settings,
                          const struct node_row_sink *sink)
{
    struct node_row row = {.pad = 0};
    uint32_t at = 0;
    row.cells[at++] = one->operation;
    row.cells[at++] = COUNCIL_WHAT_FUNCTION(one->what);
    row.cells[at++] = COUNCIL_WHAT_KEY(one->what);
    row.cells[at++] = one->server;
    row.cells[at++] = COUNCIL_WHAT_PROCESS(one->what);
    row.cells[at++] = one->open ? NODE_CELL_NULL : one->error;
    row.cells[at++] = one->open ? NODE_CELL_NULL : one->error == COUNCIL_OK;
    row.cells[at++] = one->open ? NODE_CELL_NULL : (one->ended_ns - one->invoked_ns) / NS_PER_US;
    row.cells[at++] = one->open ? NODE_CELL_NULL : one->attempts;
    row.cells[at++] = COUNCIL_WHAT_FUNCTION(one->what) == COUNCIL_READ ? one->result : one->value;
    row.cells[at++] = settings[COUNCIL_SET_READS];
    assert(at == COUNCIL_TABLES[COUNCIL_TABLE_OPERATIONS].column_count);
    put(sink, &row, COUNCIL_TABLE_OPERATIONS, one->invoked_ns);
}

void council_ledger_row_operation(const struct ledger_context *context,
                                  const struct ledger_operation *operation)
{
    operation_row(operation, context->world->env->settings, context->sink);
}

void council_rows_open(const void *memory, const struct node_world *world,
                       const struct node_row_sink *sink)
{
    const struct council_ledger *ledger = memory;
    for (uint32_t i = 0; i < LEDGER_OPERATIONS; i++) {
        if (ledger->operations[i].open) {
            operation_row(&ledger->operations[i], world->env->settings, sink);
        }
    }
}

static void metrics_row(const struct ledger_context *context)
{
    const struct council_ledger *ledger = context->ledger;
    const struct node_world *world = context->world;
    uint64_t over = ledger->ok + ledger->failed + ledger->unknown;
    struct node_row row = {.pad = 0};
    uint32_t at = 0;
    row.cells[at++] = (int64_t)ledger->second_ok;
    row.cells[at++] = (int64_t)ledger->second_failed;
    row.cells[at++] = (int64_t)ledger->second_unknown;
    row.cells[at++] = share(ledger->ok, over);
    row.cells[at++] = percentile_us(&ledger->latency_us, PPM_HALF);
    row.cells[at++] = percentile_us(&ledger->latency_us, PPM_99);
    row.cells[at++] = percentile_us(&ledger->commit_us, PPM_HALF);
    row.cells[at++] = percentile_us(&ledger->commit_us, PPM_99);
    row.cells[at++] = (int64_t)ledger->term;
    row.cells[at++] = ledger->leader == NODE_NONE ? NODE_CELL_NULL : ledger->leader;
    row.cells[at++] = (int64_t)ledger->leader_changes;
    row.cells[at++] = (int64_t)ledger->elections;
    row.cells[at++] = (int64_t)ledger->struck_out;
    row.cells[at++] = (int64_t)ledger->ok;
    row.cells[at++] = (int64_t)ledger->failed;
    row.cells[at++] = (int64_t)ledger->unknown;
    row.cells[at++] = (int64_t)ledger->violations;
    row.cells[at++] = servers_up(world);
    row.cells[at++] = world->faults_active;
    assert(at == COUNCIL_TABLES[COUNCIL_TABLE_METRICS].column_count);
    put(context->sink, &row, COUNCIL_TABLE_METRICS, world->time_ns);
}

static void server_row(const struct ledger_context *context, uint32_t server)
{
    const struct node_world *world = context->world;
    const struct council_server *memory = world->state(world, server);
    struct node_row row = {.pad = 0};
    uint32_t at = 0;
    if (memory == NULL) {
        return;
    }
    const struct raft *raft = &memory->raft;
    row.cells[at++] = server;
    row.cells[at++] = raft->role;
    row.cells[at++] = (int64_t)raft->term;
    row.cells[at++] = raft->leader == NODE_NONE ? NODE_CELL_NULL : raft->leader;
    row.cells[at++] = (int64_t)raft->last;
    row.cells[at++] = (int64_t)raft->commit;
    row.cells[at++] = (int64_t)raft->applied;
    row.cells[at++] = (int64_t)(raft->bytes_end - raft->bytes_begin);
    row.cells[at++] = (int64_t)raft->image_index;
    row.cells[at++] = (int64_t)raft->members.voters;
    row.cells[at++] = (int64_t)raft->members.next;
    row.cells[at++] = (int64_t)context->ledger->server_elections[server];
    row.cells[at++] = (int64_t)context->ledger->server_votes[server];
    assert(at == COUNCIL_TABLES[COUNCIL_TABLE_SERVERS].column_count);
    put(context->sink, &row, COUNCIL_TABLE_SERVERS, world->time_ns);
}

void council_ledger_rows_second(const struct ledger_context *context)
{
    const struct council_plan *plan = context->world->env->plan;
    metrics_row(context);
    for (uint32_t i = 0; i < plan->server_count; i++) {
        server_row(context, i);
    }
}
