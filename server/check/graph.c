/* graph.c - building graphs, parts of them and their layered form (graph.h). */
#include "check/graph.h"

#include <assert.h>
#include <string.h>

bool graph_open(struct graph *graph, struct check_budget *budget, uint32_t node_count,
                uint32_t moment_count)
{
    assert(node_count <= GRAPH_NODES_MAX && moment_count <= node_count);
    *graph = (struct graph){.node_count = node_count, .moment_count = moment_count};
    graph->first = check_budget_take(budget, (size_t)node_count + 2, sizeof *graph->first);
    graph->after = check_budget_take(budget, node_count, sizeof *graph->after);
    if (graph->first == NULL || graph->after == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < node_count; i++) {
        graph->after[i] = moment_count;
    }
    return true;
}

bool graph_make_room(struct graph *graph, struct check_budget *budget)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        uint32_t count = graph->first[i];
        graph->first[i] = (uint32_t)sum;
        sum += count;
    }
    if (sum >= GRAPH_NONE) {
        budget->why = budget->why != NULL ? budget->why : "memory";
        return false;
    }
    graph->first[graph->node_count] = (uint32_t)sum;
    graph->edges = check_budget_take(budget, sum, sizeof *graph->edges);
    return graph->edges != NULL && check_budget_spend(budget, sum);
}

/* graph_add() has moved each node's place to where the next one's begins. */
void graph_seal(struct graph *graph)
{
    memmove(graph->first + 1, graph->first, graph->node_count * sizeof *graph->first);
    graph->first[0] = 0;
}

/* An edge of the whole inside the part, or GRAPH_NONE. */
static uint32_t inside(graph_edge edge, const uint32_t *renumber)
{
    return renumber[graph_target(edge)];
}

static void part_edges(const struct graph *whole, const uint32_t *nodes, uint32_t count,
                       const uint32_t *renumber, struct graph *part)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t e = whole->first[nodes[i]]; e < whole->first[nodes[i] + 1]; e++) {
            uint32_t to = inside(whole->edges[e], renumber);
            if (to != GRAPH_NONE) {
                graph_add(part, i, to, (enum graph_kind)graph_kind_of(whole->edges[e]));
            }
        }
    }
}

/* Moments of the part: the first of its nodes that began after a node has ended. */
static void part_moments(const struct graph *whole, const uint32_t *nodes, uint32_t count,
                         struct graph *part)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t moment = whole->after[nodes[i]];
        uint32_t low = 0;
        uint32_t high = count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (nodes[middle] < moment) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        part->after[i] = low;
    }
}

bool graph_part(const struct graph *whole, const uint32_t *nodes, uint32_t count,
                uint32_t *renumber, struct check_budget *budget, struct graph *part)
{
    assert(whole->moment_count == whole->node_count && count <= whole->node_count);
    if (!graph_open(part, budget, count, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        assert(renumber[nodes[i]] == GRAPH_NONE && (i == 0 || nodes[i] > nodes[i - 1]));
        renumber[nodes[i]] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t e = whole->first[nodes[i]]; e < whole->first[nodes[i] + 1]; e++) {
            part->first[i] += inside(whole->edges[e], renumber) != GRAPH_NONE;
        }
    }
    bool room = graph_make_room(part, budget);
    if (room) {
        part_edges(whole, nodes, count, renumber, part);
        graph_seal(part);
        part_moments(whole, nodes, count, part);
    }
    for (uint32_t i = 0; i < count; i++) {
        renumber[nodes[i]] = GRAPH_NONE;
    }
    return room;
}

bool graph_layer(const struct graph *plain, struct check_budget *budget, struct graph *layered)
{
    uint32_t count = plain->node_count;
    assert(plain->moment_count == count);
    if (count > GRAPH_NODES_MAX / 4) {
        budget->why = budget->why != NULL ? budget->why : "memory";
        return false;
    }
    if (!graph_open(layered, budget, 2 * count, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        layered->after[i] = layered->after[i + count] = plain->after[i];
        for (uint32_t e = plain->first[i]; e < plain->first[i + 1]; e++) {
            layered->first[i]++;
            layered->first[i + count] += graph_kind_of(plain->edges[e]) != GRAPH_RW;
        }
    }
    if (!graph_make_room(layered, budget)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t e = plain->first[i]; e < plain->first[i + 1]; e++) {
            enum graph_kind kind = (enum graph_kind)graph_kind_of(plain->edges[e]);
            uint32_t to = graph_target(plain->edges[e]);
            if (kind == GRAPH_RW) {
                graph_add(layered, i, to + count, kind);
            } else {
                graph_add(layered, i, to, kind);
                graph_add(layered, i + count, to, kind);
            }
        }
    }
    graph_seal(layered);
    return true;
}
