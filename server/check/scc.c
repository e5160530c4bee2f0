/* scc.c - strongly connected components by Tarjan's algorithm (SIAM J. Comput. 1972), with a stack of
 * its own instead of recursion (graph.h). */
#include "check/graph.h"

#include <assert.h>

/* A node whose edges are being walked, and the next of them. */
struct frame {
    uint32_t node;
    uint32_t edge; /* place among its edges; beyond them: the step into real time */
};

struct walk {
    const struct graph *graph;
    uint32_t mask;
    uint32_t *number; /* in which order a node was met, from 1; 0: not yet; DONE: has a component */
    uint32_t *low;    /* the lowest number that it leads to */
    uint32_t *open;   /* met, without a component; a stack */
    uint32_t open_count;
    struct frame *frames;
    uint32_t frame_count;
    uint32_t met;
    struct graph_components *found;
    uint32_t ordered;
};

#define DONE UINT32_MAX

static bool walk_open(struct walk *walk, struct check_budget *budget)
{
    uint32_t count = walk->graph->node_count + walk->graph->moment_count;
    walk->number = check_budget_take(budget, count, sizeof *walk->number);
    walk->low = check_budget_take(budget, count, sizeof *walk->low);
    walk->open = check_budget_take(budget, count, sizeof *walk->open);
    walk->frames = check_budget_take(budget, count, sizeof *walk->frames);
    return walk->number != NULL && walk->low != NULL && walk->open != NULL && walk->frames != NULL;
}

/* The next node that an edge of the mask leads to; GRAPH_NONE when there is none left. */
static uint32_t next_target(const struct walk *walk, struct frame *frame)
{
    const struct graph *graph = walk->graph;
    if (frame->node >= graph->node_count) {
        uint32_t moment = frame->node - graph->node_count;
        uint32_t step = frame->edge++;
        if (step == 0) {
            return moment;
        }
        return step == 1 && moment + 1 < graph->moment_count ? frame->node + 1 : GRAPH_NONE;
    }
    uint32_t end = graph->first[frame->node + 1];
    while (frame->edge < end) {
        graph_edge edge = graph->edges[frame->edge++];
        if ((walk->mask & GRAPH_BIT(graph_kind_of(edge))) != 0) {
            return graph_target(edge);
        }
    }
    if (frame->edge++ > end || (walk->mask & GRAPH_BIT(GRAPH_REALTIME)) == 0) {
        return GRAPH_NONE;
    }
    uint32_t after = graph->after[frame->node];
    return after < graph->moment_count ? graph->node_count + after : GRAPH_NONE;
}

static void enter(struct walk *walk, uint32_t node)
{
    assert(walk->number[node] == 0);
    walk->number[node] = walk->low[node] = ++walk->met;
    walk->open[walk->open_count++] = node;
    uint32_t first = node < walk->graph->node_count ? walk->graph->first[node] : 0;
    walk->frames[walk->frame_count++] = (struct frame){.node = node, .edge = first};
}

/* All that was met since `node` and is still open makes one component with it. */
static void close_component(struct walk *walk, uint32_t node)
{
    struct graph_components *found = walk->found;
    uint32_t size = 0;
    uint32_t member;
    do {
        assert(walk->open_count > 0);
        member = walk->open[--walk->open_count];
        walk->number[member] = DONE;
        found->of[member] = found->count;
        found->order[walk->ordered++] = member;
        size += member < walk->graph->node_count;
    } while (member != node);
    found->sizes[found->count++] = size;
    found->largest = size > found->largest ? size : found->largest;
}

static void leave(struct walk *walk, uint32_t node)
{
    walk->frame_count--;
    if (walk->frame_count > 0) {
        uint32_t parent = walk->frames[walk->frame_count - 1].node;
        if (walk->low[node] < walk->low[parent]) {
            walk->low[parent] = walk->low[node];
        }
    }
    if (walk->low[node] == walk->number[node]) {
        close_component(walk, node);
    }
}

static bool walk_from(struct walk *walk, uint32_t start, struct check_budget *budget)
{
    enter(walk, start);
    uint64_t steps = 0;
    while (walk->frame_count > 0) {
        struct frame *frame = &walk->frames[walk->frame_count - 1];
        uint32_t node = frame->node;
        uint32_t target = next_target(walk, frame);
        steps++;
        if (target == GRAPH_NONE) {
            leave(walk, node);
        } else if (walk->number[target] == 0) {
            enter(walk, target);
        } else if (walk->number[target] != DONE && walk->number[target] < walk->low[node]) {
            walk->low[node] = walk->number[target];
        }
        if (steps % 65536 == 0 && !check_budget_spend(budget, 65536)) {
            return false;
        }
    }
    return check_budget_spend(budget, steps % 65536);
}

bool graph_components(const struct graph *graph, uint32_t mask, struct check_budget *budget,
                      struct graph_components *components)
{
    uint32_t count = graph->node_count + graph->moment_count;
    *components = (struct graph_components){.count = 0};
    components->of = check_budget_take(budget, count, sizeof *components->of);
    components->sizes = check_budget_take(budget, count, sizeof *components->sizes);
    components->order = check_budget_take(budget, count, sizeof *components->order);
    if (components->of == NULL || components->sizes == NULL || components->order == NULL) {
        return false;
    }
    struct check_block *mark = check_budget_mark(budget);
    struct walk walk = {.graph = graph, .mask = mask, .found = components};
    bool good = walk_open(&walk, budget);
    for (uint32_t i = 0; good && i < count; i++) {
        if (walk.number[i] == 0) {
            good = walk_from(&walk, i, budget);
        }
    }
    assert(!good || walk.ordered == count);
    check_budget_release(budget, mark);
    return good;
}
