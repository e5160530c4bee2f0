/* council.c: the system "raft", put together from its parts. */
#include "base/json_writer.h"
#include "systems/raft/ledger.h"

#include <assert.h>
#include <stdio.h>

static uint32_t council_nodes(const void *data, struct system_node *nodes, uint32_t count_max)
{
    const struct council_plan *plan = data;
    assert(count_max > council_clients(plan));
    int64_t x_m = 0;
    int64_t y_m = 0;
    for (uint32_t i = 0; i < plan->server_count; i++) {
        nodes[i] = (struct system_node){
            .protocol = &COUNCIL_SERVER_PROTOCOL, .x_m = plan->x_m[i], .y_m = plan->y_m[i]};
        (void)snprintf(nodes[i].name, sizeof nodes[i].name, "%.15s", plan->servers[i]);
        x_m += plan->x_m[i];
        y_m += plan->y_m[i];
    }
    uint32_t clients = council_clients(plan);
    nodes[clients] = (struct system_node){.name = "clients",
                                          .protocol = &COUNCIL_CLIENTS_PROTOCOL,
                                          .x_m = (int32_t)(x_m / plan->server_count),
                                          .y_m = (int32_t)(y_m / plan->server_count)};
    return clients + 1;
}

static const char *const ROLES[] = {"reading",   "follower", "rehearsing",
                                    "candidate", "leader",   "out"};

static const char *council_plan_name(const void *data, uint16_t list, uint32_t index)
{
    const struct council_plan *plan = data;
    switch ((enum council_list)list) {
    case COUNCIL_LIST_KEYS:
        return index < plan->key_count ? plan->keys[index] : NULL;
    case COUNCIL_LIST_SERVERS:
        return index < plan->server_count ? plan->servers[index] : NULL;
    case COUNCIL_LIST_FUNCTIONS:
        return index < COUNCIL_FUNCTIONS ? COUNCIL_FUNCTION_NAMES[index] : NULL;
    case COUNCIL_LIST_ERRORS:
        return index < COUNCIL_ERRORS ? COUNCIL_ERROR_NAMES[index] : NULL;
    case COUNCIL_LIST_ROLES:
        return index < sizeof ROLES / sizeof ROLES[0] ? ROLES[index] : NULL;
    }
    return NULL;
}

static int64_t council_argument_max(const void *data, uint32_t input, uint32_t argument)
{
    const struct council_plan *plan = data;
    if (input == COUNCIL_INPUT_TRANSFER) {
        return (int64_t)plan->server_count - 1;
    }
    if (input == COUNCIL_INPUT_MEMBERS) {
        return (INT64_C(1) << plan->server_count) - 1;
    }
    return COUNCIL_INPUTS[input].args[argument].max;
}

static void council_describe(const void *data, struct json_writer *writer)
{
    const struct council_plan *plan = data;
    json_array(writer, "servers");
    for (uint32_t i = 0; i < plan->server_count; i++) {
        json_object(writer, NULL);
        json_u64(writer, "node", i);
        json_string(writer, "name", plan->servers[i]);
        json_string(writer, "title", plan->titles[i]);
        json_bool(writer, "voter", i < plan->voters);
        json_i64(writer, "x_m", plan->x_m[i]);
        json_i64(writer, "y_m", plan->y_m[i]);
        json_close(writer);
    }
    json_close(writer);
    json_array(writer, "keys");
    for (uint32_t i = 0; i < plan->key_count; i++) {
        json_string(writer, NULL, plan->keys[i]);
    }
    json_close(writer);
}

/* No more load: then the clients read every key once more by themselves. */
static bool council_remedy(const void *data, uint32_t index, struct system_remedy *remedy)
{
    (void)data;
    *remedy = (struct system_remedy){.kind = SYSTEM_REMEDY_STOP,
                                     .is_setting = true,
                                     .node = NODE_NONE,
                                     .args = {COUNCIL_SET_OPS_PER_S, 0}};
    return index == 0;
}

static uint64_t council_members(const void *data)
{
    const struct council_plan *plan = data;
    return (UINT64_C(1) << plan->server_count) - 1;
}

static uint32_t council_leader(const void *memory, const struct node_world *world)
{
    const struct council_ledger *ledger = memory;
    (void)world;
    return ledger->leader;
}

/* A random majority of the world with the clients in it has a majority of the servers in it, as long as
 * all of them are members; with spare ones nobody can say, so all are asked for. */
static void council_core(const void *data, struct system_core *core)
{
    const struct council_plan *plan = data;
    uint64_t clients = UINT64_C(1) << council_clients(plan);
    bool all_vote = plan->voters == plan->server_count && plan->server_count % 2 == 1;
    *core = (struct system_core){.all = all_vote ? clients : (clients << 1) - 1};
}

/* Everything the lab needs to configure, run, judge, show and export the council. */
const struct system RAFT = {
    .name = "raft",
    .settings = COUNCIL_SETTINGS,
    .setting_count = COUNCIL_SET_COUNT,
    .inputs = COUNCIL_INPUTS,
    .input_count = COUNCIL_INPUT_COUNT,
    .notes = COUNCIL_NOTES,
    .note_count = COUNCIL_NOTE_END - NODE_NOTE_SYSTEM,
    .words = COUNCIL_WORDS,
    .word_count = COUNCIL_WORD_COUNT,
    .checks = COUNCIL_CHECKS,
    .check_count = COUNCIL_CHECK_COUNT,
    .figures = COUNCIL_FIGURES,
    .figure_count = COUNCIL_FIGURE_COUNT,
    .tables = COUNCIL_TABLES,
    .table_count = COUNCIL_TABLE_COUNT,
    .subject_table = COUNCIL_TABLE_OPERATIONS,
    .charts = COUNCIL_CHARTS,
    .chart_count = COUNCIL_CHART_COUNT,
    .plan_bytes = sizeof(struct council_plan),
    .load = council_load,
    .nodes = council_nodes,
    .plan_name = council_plan_name,
    .argument_max = council_argument_max,
    .describe = council_describe,
    .remedy = council_remedy,
    .history = &COUNCIL_HISTORY,
    .large_messages = COUNCIL_LARGE_MESSAGES,
    .members = council_members,
    .leader = council_leader,
    .core = council_core,
    .observer = &COUNCIL_LEDGER,
    .figures_read = council_figures_read,
    .judge = council_judge,
    .rows_open = council_rows_open,
    .view = council_view,
    .explain = council_explain,
};
