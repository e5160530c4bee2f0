/* test_check_graph.c - components, layered graphs and short cycles against the same found slowly, on random
 * graphs with real time; and a path of a million nodes, on which recursion would end. */
#include "base/draw.h"
#include "check/graph.h"
#include "unit.h"

static const uint32_t PURPOSE = DRAW_PURPOSE('g', 'r', 'p', 'h');
enum { NODES_MAX = 9, EDGES_MAX = 30, FAR = 1000 };

/* A small graph, edge by edge. */
struct small {
    uint32_t count, edge_count;
    struct {
        uint32_t from, to, kind;
    } edges[EDGES_MAX];
    uint32_t after[NODES_MAX];
};

static struct small make_small(uint64_t seed)
{
    struct draw_stream draws = draw_stream_init(seed, PURPOSE, 0);
    struct small small = {.count = 2 + (uint32_t)(draw_next(&draws) % (NODES_MAX - 1))};
    small.edge_count = (uint32_t)(draw_next(&draws) % EDGES_MAX);
    if (seed % 2 == 0) {
        small.edge_count /= 3;
    }
    for (uint32_t i = 0; i < small.edge_count; i++) {
        small.edges[i].from = (uint32_t)(draw_next(&draws) % small.count);
        small.edges[i].to = (uint32_t)(draw_next(&draws) % small.count);
        small.edges[i].kind = (uint32_t)(draw_next(&draws) % 4);
    }
    for (uint32_t i = 0; i < small.count; i++) {
        small.after[i] = i + 1 + (uint32_t)(draw_next(&draws) % (small.count - i));
    }
    return small;
}

static void build(const struct small *small, struct check_budget *budget, struct graph *graph)
{
    assert_true(graph_open(graph, budget, small->count, small->count));
    for (int second = 0; second < 2; second++) {
        for (uint32_t i = 0; i < small->edge_count; i++) {
            graph_tell(graph, second, small->edges[i].from, small->edges[i].to,
                       (enum graph_kind)small->edges[i].kind);
        }
        assert_true(second == 1 || graph_make_room(graph, budget));
    }
    graph_seal(graph);
    memcpy(graph->after, small->after, small->count * sizeof *graph->after);
}

/* Steps from each node to each, by edges of the mask; in `states` 2 no two rw edges in a row: a node and a
 * node just after an rw edge. */
struct distances {
    uint32_t steps[2 * NODES_MAX][2 * NODES_MAX];
};

static void one_step(struct distances *distances, const struct small *small, uint32_t from,
                     uint32_t to, uint32_t kind, bool layered)
{
    uint32_t count = small->count;
    if (from == to) {
        return;
    }
    if (!layered) {
        distances->steps[from][to] = 1;
    } else if (kind == GRAPH_RW) {
        distances->steps[from][to + count] = 1;
    } else {
        distances->steps[from][to] = 1;
        distances->steps[from + count][to] = 1;
    }
}

static struct distances measure(const struct small *small, uint32_t mask, bool layered)
{
    struct distances distances;
    uint32_t all = layered ? 2 * small->count : small->count;
    for (uint32_t a = 0; a < all; a++) {
        for (uint32_t b = 0; b < all; b++) {
            distances.steps[a][b] = a == b ? 0 : FAR;
        }
    }
    for (uint32_t i = 0; i < small->edge_count; i++) {
        if ((mask & GRAPH_BIT(small->edges[i].kind)) != 0) {
            one_step(&distances, small, small->edges[i].from, small->edges[i].to,
                     small->edges[i].kind, layered);
        }
    }
    for (uint32_t a = 0; (mask & GRAPH_BIT(GRAPH_REALTIME)) != 0 && a < small->count; a++) {
        for (uint32_t b = small->after[a]; b < small->count; b++) {
            one_step(&distances, small, a, b, GRAPH_REALTIME, layered);
        }
    }
    for (uint32_t k = 0; k < all; k++) {
        for (uint32_t a = 0; a < all; a++) {
            for (uint32_t b = 0; b < all; b++) {
                uint32_t way = distances.steps[a][k] + distances.steps[k][b];
                distances.steps[a][b] = way < distances.steps[a][b] ? way : distances.steps[a][b];
            }
        }
    }
    return distances;
}

static void compare_components(const struct graph *graph, const struct distances *distances,
                               const struct graph_components *components)
{
    uint32_t all = graph->node_count;
    for (uint32_t a = 0; a < all; a++) {
        uint32_t size = 0;
        for (uint32_t b = 0; b < all; b++) {
            bool same = distances->steps[a][b] < FAR && distances->steps[b][a] < FAR;
            assert_int_equal(same, components->of[a] == components->of[b]);
            assert_true(distances->steps[a][b] >= FAR || components->of[a] >= components->of[b]);
            size += same;
        }
        assert_int_equal(components->sizes[components->of[a]], size);
    }
}

/* The shortest cycle through an edge of that kind: its length, 0 for none. */
static uint32_t shortest(const struct small *small, const struct distances *distances,
                         uint32_t closing, bool layered)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < small->edge_count; i++) {
        uint32_t from = small->edges[i].from;
        uint32_t to = small->edges[i].to + (layered ? small->count : 0);
        uint32_t way = distances->steps[to][from];
        if (small->edges[i].kind == closing && from != small->edges[i].to && way < FAR &&
            (best == 0 || way + 1 < best)) {
            best = way + 1;
        }
    }
    return best;
}

/* Every edge of the cycle is one of the graph. */
static void check_cycle(const struct small *small, const struct graph_cycle *cycle)
{
    uint32_t rw_count = 0;
    for (uint32_t i = 0; i < cycle->length; i++) {
        uint32_t from = cycle->edges[i].from % small->count;
        uint32_t to = cycle->edges[(i + 1) % cycle->length].from % small->count;
        bool found = cycle->edges[i].kind == GRAPH_REALTIME && to >= small->after[from];
        for (uint32_t e = 0; e < small->edge_count; e++) {
            found = found || (small->edges[e].from == from && small->edges[e].to == to &&
                              small->edges[e].kind == cycle->edges[i].kind);
        }
        assert_true(found);
        rw_count += cycle->edges[i].kind == GRAPH_RW;
    }
    assert_int_equal(cycle->rw_count, rw_count);
}

static void compare_cycle(const struct small *small, const struct graph *graph, uint32_t mask,
                          enum graph_kind closing, bool layered, struct check_budget *budget)
{
    struct graph_components components;
    struct graph_cycle cycle;
    struct distances distances = measure(small, mask, layered);
    assert_true(graph_components(graph, mask, budget, &components));
    compare_components(graph, &distances, &components);
    assert_true(graph_find_cycle(graph, &components, closing, mask, UINT64_MAX, budget, &cycle));
    assert_int_equal(cycle.length, shortest(small, &distances, closing, layered));
    check_cycle(small, &cycle);
}

/* Exactly one rw edge, between components. */
static void compare_closing(const struct small *small, const struct graph *graph,
                            const struct graph *layered, uint32_t order,
                            struct check_budget *budget)
{
    uint32_t mask = GRAPH_DEPENDENCIES | order;
    struct graph_components components;
    struct graph_components layers;
    struct graph_cycle cycle;
    struct distances distances = measure(small, mask, false);
    assert_true(graph_components(graph, mask, budget, &components));
    assert_true(graph_components(layered, GRAPH_DATA | order, budget, &layers));
    enum graph_reach reach =
        graph_find_closing(graph, &components, &layers, GRAPH_RW, mask, UINT64_MAX, budget, &cycle);
    uint32_t length = shortest(small, &distances, GRAPH_RW, false);
    assert_int_equal(reach, length > 0 ? GRAPH_REACH_YES : GRAPH_REACH_NO);
    assert_int_equal(cycle.length, length); /* fewer than 64 edges: all in one batch */
    check_cycle(small, &cycle);
    reach = graph_find_closing(graph, &components, &layers, GRAPH_RW, mask, 0, budget, &cycle);
    assert_int_equal(reach == GRAPH_REACH_YES, false);
}

static void test_random_graphs(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        struct check_budget budget;
        struct graph graph;
        struct graph layered;
        struct small small = make_small(seed);
        check_budget_open(&budget, NULL);
        build(&small, &budget, &graph);
        assert_true(graph_layer(&graph, &budget, &layered));
        for (uint32_t order = 0; order < 3; order++) {
            uint32_t mask = order == 0 ? 0 : GRAPH_BIT(GRAPH_PROCESS + order - 1);
            compare_cycle(&small, &graph, GRAPH_BIT(GRAPH_WW) | mask, GRAPH_WW, false, &budget);
            compare_cycle(&small, &graph, GRAPH_DEPENDENCIES | mask, GRAPH_WR, false, &budget);
            compare_cycle(&small, &graph, GRAPH_DATA | mask, GRAPH_RW, false, &budget);
            compare_cycle(&small, &layered, GRAPH_DATA | mask, GRAPH_RW, true, &budget);
            compare_closing(&small, &graph, &layered, mask, &budget);
        }
        check_budget_close(&budget);
    }
}

/* A part has the edges and the times of its nodes. */
static void test_parts(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct check_budget budget;
        struct graph graph;
        struct graph part;
        struct small small = make_small(seed);
        uint32_t nodes[NODES_MAX];
        uint32_t renumber[NODES_MAX];
        uint32_t count = 0;
        check_budget_open(&budget, NULL);
        build(&small, &budget, &graph);
        memset(renumber, 0xff, sizeof renumber);
        for (uint32_t i = 0; i < small.count; i++) {
            if ((seed >> i & 1) != 0) {
                nodes[count++] = i;
            }
        }
        assert_true(graph_part(&graph, nodes, count, renumber, &budget, &part));
        uint32_t edges = 0;
        for (uint32_t i = 0; i < small.edge_count; i++) {
            edges += (seed >> small.edges[i].from & 1) != 0 &&
                     (seed >> small.edges[i].to & 1) != 0 &&
                     small.edges[i].from != small.edges[i].to;
        }
        assert_int_equal(part.first[count], edges);
        for (uint32_t a = 0; a < count; a++) {
            for (uint32_t b = 0; b < count; b++) {
                assert_int_equal(b >= part.after[a], nodes[b] >= small.after[nodes[a]]);
            }
        }
        for (uint32_t i = 0; i < NODES_MAX; i++) {
            assert_int_equal(renumber[i], GRAPH_NONE);
        }
        check_budget_close(&budget);
    }
}

static void test_long_path(void **state)
{
    (void)state;
    enum { LONG = 1000000 };
    struct check_budget budget;
    struct graph graph;
    struct graph_components components;
    struct graph_cycle cycle;
    check_budget_open(&budget, NULL);
    assert_true(graph_open(&graph, &budget, LONG, LONG));
    for (int second = 0; second < 2; second++) {
        for (uint32_t i = 0; i < LONG; i++) {
            graph_tell(&graph, second, i, (i + 1) % LONG, i + 1 < LONG ? GRAPH_WR : GRAPH_WW);
        }
        assert_true(second == 1 || graph_make_room(&graph, &budget));
    }
    graph_seal(&graph);
    assert_true(graph_components(&graph, GRAPH_ALL, &budget, &components));
    assert_int_equal(components.largest, LONG);
    assert_true(graph_find_cycle(&graph, &components, GRAPH_WW, GRAPH_DEPENDENCIES, UINT64_MAX,
                                 &budget, &cycle));
    assert_int_equal(cycle.length, LONG);
    check_budget_close(&budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_graphs),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_long_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
