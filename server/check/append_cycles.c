/* append_cycles.c - which kinds of cycle there are, and a short one of each kind (append.h).
 *
 * All cycles lie in the strongly connected components of the whole graph; each is looked at on its own,
 * first with the edges of data alone, then with the order of processes, then with real time. Whether a
 * kind is there is decided exactly by components of a smaller graph:
 *   G0              ww                      G1c  ww and wr
 *   G-nonadjacent   the layered graph       G2   ww, wr and rw
 * and only then a shortest cycle is searched. G-single (exactly one rw) asks which rw edges are closed
 * by a way of ww and wr. The kinds after Adya (1999), sections 3.2 and 4.2; nonadjacent: Cerone and
 * Gotsman, "Analysing snapshot isolation" (PODC 2016), theorem 10. */
#include "check/append.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SEARCH_WORK_MAX = 8000000;   /* edges, to make one cycle shorter */
static const uint64_t REACH_WORK_MAX = 1000000000; /* edges, to find whether there is a G-single */

struct part {
    const struct append_history *append;
    struct append_findings *findings;
    struct check_budget *budget;
    const uint32_t *nodes; /* transactions of the part */
    struct graph graph;
    uint32_t here; /* set of kinds that this part has; what they imply is not told again */
};

static bool told(const struct part *part, enum append_anomaly kind, uint32_t order)
{
    return (part->here & (APPEND_BIT(kind) | APPEND_BIT(kind + order))) != 0;
}

/* Has the graph an edge of that kind inside a component? */
static bool has_inner(const struct graph *graph, const struct graph_components *components,
                      enum graph_kind kind)
{
    for (uint32_t node = 0; components->largest > 1 && node < graph->node_count; node++) {
        for (uint32_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
            if (graph_kind_of(graph->edges[e]) == (uint32_t)kind &&
                components->of[graph_target(graph->edges[e])] == components->of[node]) {
                return true;
            }
        }
    }
    return false;
}

/* Tells a cycle of that kind, unless a shorter one has been told. */
static void tell(struct part *part, enum append_anomaly kind, const struct graph_cycle *cycle)
{
    struct check_finding *finding = append_found(part->findings, kind);
    uint32_t count = cycle->length < GRAPH_CYCLE_MAX ? cycle->length : GRAPH_CYCLE_MAX;
    part->here |= APPEND_BIT(kind);
    if (finding == NULL || (finding->line_count > 0 && finding->line_count <= count)) {
        return;
    }
    finding->line_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = cycle->edges[i].from % part->graph.node_count;
        uint32_t to = cycle->edges[(i + 1) % cycle->length].from % part->graph.node_count;
        if (i + 1 == GRAPH_CYCLE_MAX && cycle->length > GRAPH_CYCLE_MAX) {
            append_tell(finding, "cut", CHECK_NO_OPERATION, CHECK_NO_OPERATION, NULL, NULL,
                        cycle->length - i); /* as verdict.c says it */
            return;
        }
        append_tell_edge(part->append, finding, part->nodes[from], part->nodes[to],
                         (enum graph_kind)cycle->edges[i].kind, part->budget);
    }
}

/* A kind that is there for certain: a short cycle of it. It counts as seen only with its proof. False:
 * budget. */
static bool search(struct part *part, enum append_anomaly kind, const struct graph *graph,
                   const struct graph_components *components, enum graph_kind closing,
                   uint32_t mask)
{
    struct graph_cycle cycle;
    if ((part->findings->wanted & APPEND_BIT(kind)) == 0) {
        part->findings->seen |= APPEND_BIT(kind);
        part->here |= APPEND_BIT(kind);
        return true;
    }
    if (!graph_find_cycle(graph, components, closing, mask, SEARCH_WORK_MAX, part->budget,
                          &cycle)) {
        return false;
    }
    assert(cycle.length >= 2);
    tell(part, kind, &cycle);
    return true;
}

/* Cycles without rw edges. */
static bool check_dependencies(struct part *part, uint32_t order, uint32_t order_mask,
                               const struct graph_components *components)
{
    uint32_t mask = GRAPH_BIT(GRAPH_WW) | order_mask;
    struct graph_components writes;
    if (!graph_components(&part->graph, mask, part->budget, &writes)) {
        return false;
    }
    if (has_inner(&part->graph, &writes, GRAPH_WW) && !told(part, APPEND_G0, order) &&
        !search(part, APPEND_G0 + order, &part->graph, &writes, GRAPH_WW, mask)) {
        return false;
    }
    if (components->largest < 2 || told(part, APPEND_G0, order) || told(part, APPEND_G1C, order)) {
        return true;
    }
    return search(part, APPEND_G1C + order, &part->graph, components, GRAPH_WR,
                  GRAPH_DEPENDENCIES | order_mask);
}

/* Cycles in which no two rw edges are neighbours: one such edge, or several. `layers` are the components
 * of the layered graph, `components` those of ww and wr. */
static bool check_isolation(struct part *part, uint32_t order, uint32_t order_mask,
                            const struct graph *layered, const struct graph_components *layers,
                            const struct graph_components *components)
{
    uint32_t mask = GRAPH_DEPENDENCIES | order_mask;
    struct graph_cycle cycle;
    struct graph_cycle single;
    if (told(part, APPEND_SINGLE, order)) {
        return true;
    }
    if (has_inner(&part->graph, components, GRAPH_RW)) {
        return search(part, APPEND_SINGLE + order, &part->graph, components, GRAPH_RW, mask);
    }
    if (!graph_find_cycle(layered, layers, GRAPH_RW, GRAPH_DATA | order_mask, SEARCH_WORK_MAX,
                          part->budget, &cycle)) {
        return false;
    }
    assert(cycle.length >= 2 && cycle.rw_count > 0);
    enum graph_reach reach = GRAPH_REACH_YES;
    single = cycle;
    if (cycle.rw_count > 1) {
        reach = graph_find_closing(&part->graph, components, layers, GRAPH_RW, mask, REACH_WORK_MAX,
                                   part->budget, &single);
    }
    if (reach == GRAPH_REACH_YES) {
        tell(part, APPEND_SINGLE + order, &single);
    } else if (!told(part, APPEND_NONADJACENT, order)) {
        tell(part, APPEND_NONADJACENT + order, &cycle);
    }
    part->findings->unknown |= reach == GRAPH_REACH_GAVE_UP ? APPEND_BIT(APPEND_SINGLE + order) : 0;
    return part->budget->why == NULL;
}

/* Cycles with rw edges. */
static bool check_overwrites(struct part *part, uint32_t order, uint32_t order_mask,
                             const struct graph_components *dependencies,
                             const struct graph_components *components)
{
    struct graph layered;
    struct graph_components layers;
    if (!has_inner(&part->graph, components, GRAPH_RW)) {
        return true;
    }
    if (!graph_layer(&part->graph, part->budget, &layered) ||
        !graph_components(&layered, GRAPH_DATA | order_mask, part->budget, &layers)) {
        return false;
    }
    if (has_inner(&layered, &layers, GRAPH_RW)) {
        return check_isolation(part, order, order_mask, &layered, &layers, dependencies);
    }
    return told(part, APPEND_G2, order) || search(part, APPEND_G2 + order, &part->graph, components,
                                                  GRAPH_RW, GRAPH_DATA | order_mask);
}

static bool check_part(struct part *part)
{
    static const uint32_t ORDERS[] = {0, GRAPH_BIT(GRAPH_PROCESS), GRAPH_BIT(GRAPH_REALTIME)};
    bool good = true;
    for (uint32_t order = 0; good && order < 3; order++) {
        struct check_block *mark = check_budget_mark(part->budget);
        struct graph_components all;
        struct graph_components dependencies;
        good = graph_components(&part->graph, GRAPH_DATA | ORDERS[order], part->budget, &all);
        if (good && all.largest > 1) {
            good = graph_components(&part->graph, GRAPH_DEPENDENCIES | ORDERS[order], part->budget,
                                    &dependencies) &&
                   check_dependencies(part, order, ORDERS[order], &dependencies) &&
                   check_overwrites(part, order, ORDERS[order], &dependencies, &all);
        }
        check_budget_release(part->budget, mark);
    }
    return good;
}

static int compare_nodes(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* One component after the other; each stands in one piece of the order. */
static bool check_parts(const struct append_history *append, const struct graph *graph,
                        const struct graph_components *components, struct check_budget *budget,
                        struct append_findings *findings)
{
    uint32_t all = graph->node_count + graph->moment_count;
    uint32_t *nodes = check_budget_take(budget, components->largest, sizeof *nodes);
    uint32_t *renumber = check_budget_take(budget, graph->node_count, sizeof *renumber);
    if (nodes == NULL || renumber == NULL) {
        return false;
    }
    memset(renumber, 0xff, graph->node_count * sizeof *renumber);
    bool good = true;
    for (uint32_t i = 0; good && i < all;) {
        uint32_t component = components->of[components->order[i]];
        uint32_t count = 0;
        for (; i < all && components->of[components->order[i]] == component; i++) {
            if (components->order[i] < graph->node_count && components->sizes[component] > 1) {
                nodes[count++] = components->order[i];
            }
        }
        if (count > 1) {
            struct check_block *mark = check_budget_mark(budget);
            struct part part = {
                .append = append, .findings = findings, .budget = budget, .nodes = nodes};
            qsort(nodes, count, sizeof *nodes, compare_nodes);
            good =
                graph_part(graph, nodes, count, renumber, budget, &part.graph) && check_part(&part);
            check_budget_release(budget, mark);
        }
    }
    return good;
}

bool append_check_cycles(const struct append_history *append, const struct graph *graph,
                         struct check_budget *budget, struct append_findings *findings)
{
    struct check_block *mark = check_budget_mark(budget);
    struct graph_components components;
    bool good = graph_components(graph, GRAPH_ALL, budget, &components);
    if (good && components.largest > 1) {
        good = check_parts(append, graph, &components, budget, findings);
    }
    check_budget_release(budget, mark);
    return good;
}
