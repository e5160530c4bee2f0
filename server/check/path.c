/* path.c - shortest ways through a graph (path.h). */
#include "check/path.h"

#include <assert.h>

bool path_open(struct path_search *search, const struct graph *graph, const uint32_t *component_of,
               uint32_t mask, struct check_budget *budget)
{
    size_t count = graph->node_count;
    *search = (struct path_search){.graph = graph, .component_of = component_of, .mask = mask};
    search->seen = check_budget_take(budget, count, sizeof *search->seen);
    search->from = check_budget_take(budget, count, sizeof *search->from);
    search->depth = check_budget_take(budget, count, sizeof *search->depth);
    search->kind = check_budget_take(budget, count, sizeof *search->kind);
    search->queue = check_budget_take(budget, count, sizeof *search->queue);
    return search->seen != NULL && search->from != NULL && search->depth != NULL &&
           search->kind != NULL && search->queue != NULL;
}

static void meet(struct path_search *search, uint32_t node, uint32_t from, uint32_t kind)
{
    const uint32_t *of = search->component_of;
    if (search->seen[node] == search->round || (of != NULL && of[node] != of[from])) {
        return;
    }
    search->seen[node] = search->round;
    search->from[node] = from;
    search->depth[node] = search->depth[from] + 1;
    search->kind[node] = (uint8_t)kind;
    search->queue[search->queued++] = node;
}

static void meet_all(struct path_search *search, uint32_t node)
{
    const struct graph *graph = search->graph;
    for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
        uint32_t kind = graph_kind_of(graph->edges[e]);
        if ((search->mask & GRAPH_BIT(kind)) != 0) {
            meet(search, graph_target(graph->edges[e]), node, kind);
        }
    }
    search->work += graph->first[node + 1] - graph->first[node] + 1;
    if ((search->mask & GRAPH_BIT(GRAPH_REALTIME)) != 0) {
        uint32_t moment = graph->after[node];
        search->work += moment < search->moments_seen ? search->moments_seen - moment : 0;
        for (uint32_t i = moment; i < search->moments_seen; i++) {
            meet(search, i, node, GRAPH_REALTIME);
        }
        search->moments_seen = moment < search->moments_seen ? moment : search->moments_seen;
    }
}

uint32_t path_find(struct path_search *search, uint32_t start, uint32_t goal, uint32_t depth_max)
{
    assert(start < search->graph->node_count && goal < search->graph->node_count);
    assert(start != goal);
    search->round++;
    search->queued = 0;
    search->moments_seen = search->graph->moment_count;
    search->seen[start] = search->round;
    search->depth[start] = 0;
    search->queue[search->queued++] = start;
    for (uint32_t at = 0; at < search->queued; at++) {
        uint32_t node = search->queue[at];
        if (search->depth[node] >= depth_max) {
            return 0;
        }
        meet_all(search, node);
        if (search->seen[goal] == search->round) {
            return search->depth[goal];
        }
    }
    return 0;
}

void path_close(const struct path_search *search, uint32_t start, uint32_t goal,
                enum graph_kind closing, struct graph_cycle *cycle)
{
    uint32_t length = search->depth[goal] + 1;
    assert(search->seen[goal] == search->round && length >= 2);
    *cycle = (struct graph_cycle){.length = length, .rw_count = closing == GRAPH_RW};
    uint32_t node = goal;
    for (uint32_t i = length; i-- > 1;) {
        uint32_t from = search->from[node];
        cycle->rw_count += search->kind[node] == GRAPH_RW;
        if (i < GRAPH_CYCLE_MAX) {
            cycle->edges[i].from = from;
            cycle->edges[i].kind = search->kind[node];
        }
        node = from;
    }
    assert(node == start);
    cycle->edges[0].from = goal;
    cycle->edges[0].kind = (uint8_t)closing;
}
