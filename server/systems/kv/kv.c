/* kv.c: the system "kv", put together from its parts, and its placement of keys. */
#include <assert.h>
#include <stdio.h>

#include "base/draw.h"
#include "base/json_writer.h"
#include "systems/kv/ledger.h"
#include "systems/kv/words.h"

/* ---- Placement ---- */

uint32_t kv_range(const struct kv_plan *plan, uint32_t key)
{
    assert(key < plan->key_count);
    return (uint32_t)draw_below(draw_mix(key + UINT64_C(1)), plan->replica_count);
}

bool kv_is_home(const struct kv_plan *plan, const int64_t *settings, uint32_t range,
                uint32_t replica)
{
    assert(range < plan->replica_count);
    uint32_t distance = (replica + plan->replica_count - range) % plan->replica_count;
    return replica < plan->replica_count && distance < kv_copies(plan, settings);
}

/* ---- For the lab ---- */

static uint32_t kv_nodes(const void *data, struct system_node *nodes, uint32_t count_max)
{
    const struct kv_plan *plan = data;
    assert(count_max > kv_clients(plan));
    int64_t x_m = 0;
    int64_t y_m = 0;
    for (uint32_t i = 0; i < plan->replica_count; i++) {
        nodes[i] = (struct system_node){
            .protocol = &KV_REPLICA_PROTOCOL, .x_m = plan->x_m[i], .y_m = plan->y_m[i]};
        (void)snprintf(nodes[i].name, sizeof nodes[i].name, "%.15s", plan->replicas[i]);
        x_m += plan->x_m[i];
        y_m += plan->y_m[i];
    }
    uint32_t clients = kv_clients(plan);
    nodes[clients] = (struct system_node){.name = "clients",
                                          .protocol = &KV_CLIENTS_PROTOCOL,
                                          .x_m = (int32_t)(x_m / plan->replica_count),
                                          .y_m = (int32_t)(y_m / plan->replica_count)};
    return clients + 1;
}

static const char *kv_plan_name(const void *data, uint16_t list, uint32_t index)
{
    const struct kv_plan *plan = data;
    static const char *const *const LISTS[] = {[KV_LIST_FUNCTIONS] = KV_FUNCTIONS,
                                               [KV_LIST_LEVELS] = KV_LEVELS,
                                               [KV_LIST_RESULTS] = KV_ERRORS};
    static const uint32_t COUNTS[] = {[KV_LIST_FUNCTIONS] = KV_FUNCTION_COUNT,
                                      [KV_LIST_LEVELS] = KV_LEVEL_COUNT,
                                      [KV_LIST_RESULTS] = KV_RESULT_COUNT};
    if (list == KV_LIST_KEYS)
        return index < plan->key_count ? plan->keys[index] : NULL;
    if (list > KV_LIST_RESULTS || index >= COUNTS[list])
        return NULL;
    return LISTS[list][index];
}

static int64_t kv_argument_max(const void *data, uint32_t input, uint32_t argument)
{
    const struct kv_plan *plan = data;
    const struct system_argument *table = &KV_INPUTS[input].args[argument];
    if (argument == 0 && table->list == KV_LIST_KEYS && table->kind == SYSTEM_ARG_CHOICE)
        return (int64_t)plan->key_count - 1;
    if (table->max == KV_REPLICAS_MAX - 1)
        return (int64_t)plan->replica_count - 1;
    return table->max;
}

static void kv_describe(const void *data, struct json_writer *writer)
{
    const struct kv_plan *plan = data;
    json_array(writer, "replicas");
    for (uint32_t i = 0; i < plan->replica_count; i++) {
        json_object(writer, NULL);
        json_u64(writer, "node", i);
        json_string(writer, "name", plan->replicas[i]);
        json_i64(writer, "x_m", plan->x_m[i]);
        json_i64(writer, "y_m", plan->y_m[i]);
        json_close(writer);
    }
    json_close(writer);
    json_array(writer, "keys");
    for (uint32_t i = 0; i < plan->key_count; i++)
        json_string(writer, NULL, plan->keys[i]);
    json_close(writer);
    json_array(writer, "ranges");
    for (uint32_t i = 0; i < plan->key_count; i++)
        json_u64(writer, NULL, kv_range(plan, i));
    json_close(writer);
}

/* No more load; then every home is read once more. */
static bool kv_remedy(const void *data, uint32_t index, struct system_remedy *remedy)
{
    static const int64_t STEPS[][2] = {{KV_SET_OPS_PER_S, 0}, {KV_SET_FINAL_READS, 1}};
    (void)data;
    if (index >= sizeof STEPS / sizeof STEPS[0])
        return false;
    *remedy = (struct system_remedy){.kind = SYSTEM_REMEDY_STOP,
                                     .is_setting = true,
                                     .node = NODE_NONE,
                                     .args = {STEPS[index][0], STEPS[index][1]}};
    return true;
}

/* Replicas agree in the end when all of them are there. */
static void kv_core(const void *data, struct system_core *core)
{
    const struct kv_plan *plan = data;
    *core = (struct system_core){.all = (UINT64_C(2) << kv_clients(plan)) - 1};
}

/* Everything the lab needs to configure, run, judge, show and export the store. */
const struct system KV = {
    .name = "kv",
    .settings = KV_SETTINGS,
    .setting_count = KV_SET_COUNT,
    .inputs = KV_INPUTS,
    .input_count = KV_INPUT_COUNT,
    .notes = KV_NOTES,
    .note_count = KV_NOTE_END - NODE_NOTE_SYSTEM,
    .words = KV_WORDS,
    .word_count = KV_WORD_COUNT,
    .checks = KV_CHECKS,
    .check_count = KV_CHECK_COUNT,
    .figures = KV_FIGURES,
    .figure_count = KV_FIGURE_COUNT,
    .tables = KV_TABLES,
    .table_count = KV_TABLE_COUNT,
    .subject_table = KV_TABLE_OPERATIONS,
    .charts = KV_CHARTS,
    .chart_count = KV_CHART_COUNT,
    .plan_bytes = sizeof(struct kv_plan),
    .load = kv_load,
    .nodes = kv_nodes,
    .plan_name = kv_plan_name,
    .argument_max = kv_argument_max,
    .describe = kv_describe,
    .remedy = kv_remedy,
    .history = &KV_HISTORY,
    .unpromised = kv_unpromised,
    .by_operation = UINT64_C(1) << KV_CHECK_STRONG_LINEARIZABLE | UINT64_C(1)
                                                                      << KV_CHECK_BATCHES_WHOLE,
    .core = kv_core,
    .observer = &KV_LEDGER,
    .figures_read = kv_figures_read,
    .judge = kv_judge,
    .rows_open = kv_rows_open,
    .view = kv_view,
    .explain = kv_explain,
};
