/* cycle.c - short cycles with an edge of a given kind (graph.h). */
#include "check/path.h"

#include <assert.h>
#include <string.h>

/* Looks from one closing edge; keeps what is shorter than the best so far. */
static void try_edge(struct path_search *search, uint32_t from, uint32_t to,
                     enum graph_kind closing, struct graph_cycle *best)
{
    uint32_t depth_max = best->length == 0 ? UINT32_MAX : best->length - 2;
    if (depth_max > 0 && path_find(search, to, from, depth_max) > 0) {
        path_close(search, to, from, closing, best);
    }
}

/* Good enough: there is no shorter one, or it has cost too much already. */
static bool content(const struct path_search *search, const struct graph_cycle *best,
                    uint64_t work_max)
{
    return best->length == 2 || (best->length > 0 && search->work > work_max);
}

bool graph_find_cycle(const struct graph *graph, const struct graph_components *components,
                      enum graph_kind closing, uint32_t mask, uint64_t work_max,
                      struct check_budget *budget, struct graph_cycle *cycle)
{
    assert(closing < GRAPH_PROCESS);
    *cycle = (struct graph_cycle){.length = 0};
    struct check_block *mark = check_budget_mark(budget);
    struct path_search search;
    bool good = path_open(&search, graph, components->of, mask, budget);
    uint64_t told = 0;
    for (uint32_t node = 0; good && node < graph->node_count; node++) {
        if (components->sizes[components->of[node]] < 2) {
            continue;
        }
        for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            uint32_t to = graph_target(graph->edges[e]);
            if (graph_kind_of(graph->edges[e]) == (uint32_t)closing &&
                components->of[to] == components->of[node] && !content(&search, cycle, work_max)) {
                try_edge(&search, node, to, closing, cycle);
            }
        }
        good = check_budget_spend(budget, search.work - told);
        told = search.work;
    }
    check_budget_release(budget, mark);
    return good;
}

/* ---- Closing edges between components: which targets lead back? ---- */

enum { BATCH = 64 };

struct reach {
    const struct graph *graph;
    const struct graph_components *components, *layers;
    enum graph_kind closing;
    uint32_t mask;
    uint32_t *targets; /* of closing edges, each once */
    uint32_t *place;   /* of a node in `targets`, or GRAPH_NONE */
    uint32_t target_count;
    uint64_t *led; /* to each component: by which targets of the batch */
};

/* Could this edge of a node close a cycle? */
static bool may_close(const struct reach *reach, uint32_t node, graph_edge edge)
{
    const uint32_t *of = reach->layers->of;
    return graph_kind_of(edge) == (uint32_t)reach->closing &&
           of[node] == of[graph_target(edge) + reach->graph->node_count];
}

static bool reach_open(struct reach *reach, struct check_budget *budget)
{
    const struct graph *graph = reach->graph;
    size_t all = (size_t)graph->node_count + graph->moment_count;
    reach->targets = check_budget_take(budget, graph->node_count, sizeof *reach->targets);
    reach->place = check_budget_take(budget, graph->node_count, sizeof *reach->place);
    reach->led = check_budget_take(budget, all, sizeof *reach->led);
    if (reach->targets == NULL || reach->place == NULL || reach->led == NULL) {
        return false;
    }
    memset(reach->place, 0xff, graph->node_count * sizeof *reach->place);
    for (uint32_t node = 0; node < graph->node_count; node++) {
        for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            uint32_t to = graph_target(graph->edges[e]);
            if (may_close(reach, node, graph->edges[e]) && reach->place[to] == GRAPH_NONE) {
                reach->place[to] = reach->target_count;
                reach->targets[reach->target_count++] = to;
            }
        }
    }
    return true;
}

/* One node or moment hands on what leads to it. Those before it in the order of edges are done. */
static void hand_on(struct reach *reach, uint32_t node)
{
    const struct graph *graph = reach->graph;
    const uint32_t *of = reach->components->of;
    uint64_t led = reach->led[of[node]];
    if (led == 0) {
        return;
    }
    if (node >= graph->node_count) {
        reach->led[of[node - graph->node_count]] |= led;
        if (node + 1 < graph->node_count + graph->moment_count) {
            reach->led[of[node + 1]] |= led;
        }
        return;
    }
    for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
        if ((reach->mask & GRAPH_BIT(graph_kind_of(graph->edges[e]))) != 0) {
            reach->led[of[graph_target(graph->edges[e])]] |= led;
        }
    }
    if ((reach->mask & GRAPH_BIT(GRAPH_REALTIME)) != 0 &&
        graph->after[node] < graph->moment_count) {
        reach->led[of[graph->node_count + graph->after[node]]] |= led;
    }
}

static void reach_batch(struct reach *reach, uint32_t start)
{
    uint32_t all = reach->graph->node_count + reach->graph->moment_count;
    memset(reach->led, 0, reach->components->count * sizeof *reach->led);
    for (uint32_t i = start; i < reach->target_count && i < start + BATCH; i++) {
        reach->led[reach->components->of[reach->targets[i]]] |= (uint64_t)1 << (i - start);
    }
    for (uint32_t i = all; i-- > 0;) {
        hand_on(reach, reach->components->order[i]);
    }
}

/* Closing edges of the batch whose target leads back to their source: the shortest cycle of them. */
static void close_batch(const struct reach *reach, uint32_t start, uint64_t work_max,
                        struct path_search *search, struct graph_cycle *cycle)
{
    const struct graph *graph = reach->graph;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        uint64_t led = reach->led[reach->components->of[node]];
        if (led == 0) {
            continue;
        }
        for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            uint32_t to = graph_target(graph->edges[e]);
            uint32_t place = reach->place[to];
            if (may_close(reach, node, graph->edges[e]) && place >= start &&
                place < start + BATCH && (led >> (place - start) & 1) != 0 &&
                !content(search, cycle, work_max)) {
                try_edge(search, node, to, reach->closing, cycle);
                assert(cycle->length > 0);
            }
        }
    }
}

enum graph_reach graph_find_closing(const struct graph *graph,
                                    const struct graph_components *components,
                                    const struct graph_components *layers, enum graph_kind closing,
                                    uint32_t mask, uint64_t work_max, struct check_budget *budget,
                                    struct graph_cycle *cycle)
{
    *cycle = (struct graph_cycle){.length = 0};
    struct check_block *mark = check_budget_mark(budget);
    struct reach reach = {.graph = graph,
                          .components = components,
                          .layers = layers,
                          .closing = closing,
                          .mask = mask};
    struct path_search search;
    bool good = reach_open(&reach, budget) && path_open(&search, graph, NULL, mask, budget);
    uint64_t round = (uint64_t)graph->first[graph->node_count] * 2 + graph->node_count;
    uint64_t work = 0;
    for (uint32_t i = 0; good && i < reach.target_count && cycle->length == 0; i += BATCH) {
        work += round;
        good = work <= work_max && check_budget_spend(budget, round);
        if (good) {
            reach_batch(&reach, i);
            close_batch(&reach, i, work_max, &search, cycle);
        }
    }
    check_budget_release(budget, mark);
    if (cycle->length > 0) {
        return GRAPH_REACH_YES;
    }
    return good ? GRAPH_REACH_NO : GRAPH_REACH_GAVE_UP;
}
