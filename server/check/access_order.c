/* access_order.c - the causal order of accesses as clocks, and proofs out of it (access.h). */
#include "check/access.h"
#include "check/path.h"

#include <assert.h>
#include <string.h>

static const uint64_t SEARCH_WORK_MAX = 8000000; /* edges, to make a cycle shorter */
enum { KNOWN = 1u << GRAPH_PROCESS | 1u << GRAPH_WR };

/* ---- Graph and clocks ---- */

static void tell_edges(struct accesses *accesses, const struct access_forced *forced,
                       uint32_t count, bool second)
{
    struct graph *graph = &accesses->graph;
    for (uint32_t i = 0; i < accesses->count; i++) {
        const struct access *access = &accesses->items[i];
        if (access->previous != ACCESS_NONE) {
            graph_tell(graph, second, access->previous, i, GRAPH_PROCESS);
        }
        if (access->from < ACCESS_START) {
            graph_tell(graph, second, access->from, i, GRAPH_WR);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        graph_tell(graph, second, forced[i].before, forced[i].after, GRAPH_WW);
    }
}

/* What comes before a node comes before all that its edges lead to. */
static void spread_clock(struct accesses *accesses, uint32_t node)
{
    uint32_t sessions = accesses->session_count;
    uint32_t *own = &accesses->clocks[(uint64_t)node * sessions];
    own[accesses->items[node].session] = accesses->items[node].place + 1;
    for (uint32_t e = accesses->graph.first[node]; e < accesses->graph.first[node + 1]; e++) {
        uint32_t target = graph_target(accesses->graph.edges[e]);
        uint32_t *clock = &accesses->clocks[(uint64_t)target * sessions];
        for (uint32_t s = 0; s < sessions; s++) {
            clock[s] = clock[s] < own[s] ? own[s] : clock[s];
        }
    }
}

bool access_order(struct accesses *accesses, const struct access_forced *forced, uint32_t count,
                  bool *cyclic)
{
    struct check_budget *budget = &accesses->judging->budget;
    if (!graph_open(&accesses->graph, budget, accesses->count, 0)) {
        return false;
    }
    tell_edges(accesses, forced, count, false);
    if (!graph_make_room(&accesses->graph, budget)) {
        return false;
    }
    tell_edges(accesses, forced, count, true);
    graph_seal(&accesses->graph);
    if (!graph_components(&accesses->graph, KNOWN | GRAPH_BIT(GRAPH_WW), budget,
                          &accesses->components)) {
        return false;
    }
    *cyclic = accesses->components.largest > 1;
    if (*cyclic) {
        return true;
    }
    uint64_t size = (uint64_t)accesses->count * accesses->session_count;
    if (accesses->spare != NULL) {
        accesses->clocks = accesses->spare;
        memset(accesses->clocks, 0, size * sizeof *accesses->clocks);
    } else {
        accesses->clocks = check_budget_take(budget, size, sizeof *accesses->clocks);
    }
    if (accesses->clocks == NULL || !check_budget_spend(budget, size)) {
        return false;
    }
    for (uint32_t i = accesses->count; i-- > 0;) { /* sinks have the lowest numbers */
        spread_clock(accesses, accesses->components.order[i]);
    }
    return true;
}

/* ---- Proofs ---- */

static uint32_t operation_of(const struct accesses *accesses, uint32_t access)
{
    return access < ACCESS_START ? accesses->items[access].operation : CHECK_NO_OPERATION;
}

static void tell_edge(struct accesses *accesses, struct check_finding *finding, uint32_t from,
                      uint32_t to, uint32_t kind)
{
    struct check_line line = {
        .word = "edge_process", .a = operation_of(accesses, from), .b = operation_of(accesses, to)};
    if (kind == GRAPH_WR) {
        line.word = "access_read";
        line.value = *accesses->items[to].read;
    } else if (kind == GRAPH_WW) {
        line.word = "access_forced";
    }
    check_finding_line(finding, &line);
}

static void tell_edges_of(struct accesses *accesses, struct check_finding *finding,
                          const struct graph_cycle *cycle, uint32_t first)
{
    uint32_t count = cycle->length < GRAPH_CYCLE_MAX ? cycle->length : GRAPH_CYCLE_MAX;
    for (uint32_t i = first; i < count; i++) {
        uint32_t to = cycle->edges[(i + 1) % cycle->length].from;
        tell_edge(accesses, finding, cycle->edges[i].from, to, cycle->edges[i].kind);
    }
}

void access_tell_way(struct accesses *accesses, struct check_finding *finding, uint32_t from,
                     uint32_t to)
{
    struct check_budget *budget = &accesses->judging->budget;
    struct check_block *mark = check_budget_mark(budget);
    struct path_search search;
    struct graph_cycle way;
    if (finding != NULL && from != to &&
        path_open(&search, &accesses->graph, NULL, KNOWN | GRAPH_BIT(GRAPH_WW), budget) &&
        path_find(&search, from, to, UINT32_MAX) > 0) {
        path_close(&search, from, to, GRAPH_WW,
                   &way); /* by an edge that is none, at its first place */
        tell_edges_of(accesses, finding, &way, 1);
    }
    check_budget_release(budget, mark);
}

bool access_tell_cycle(struct accesses *accesses, const char *anomaly, enum graph_kind closing)
{
    struct graph_cycle cycle;
    if (!graph_find_cycle(&accesses->graph, &accesses->components, closing,
                          KNOWN | GRAPH_BIT(GRAPH_WW), SEARCH_WORK_MAX, &accesses->judging->budget,
                          &cycle)) {
        return false;
    }
    assert(cycle.length >= 2);
    struct check_finding *finding = check_verdict_find(accesses->judging->verdict, anomaly);
    check_verdict_worsen(accesses->judging->verdict, CHECK_INVALID, NULL);
    if (finding != NULL && finding->line_count == 0) {
        tell_edges_of(accesses, finding, &cycle, 0);
    }
    return true;
}

void access_tell_stale(struct accesses *accesses, const char *anomaly, uint32_t older,
                       uint32_t newer, uint32_t reader)
{
    struct check_line line = {.word = older == ACCESS_START ? "access_start" : "access_stale",
                              .a = operation_of(accesses, reader),
                              .b = operation_of(accesses, newer)};
    struct check_finding *finding = judging_broken(accesses->judging, anomaly, &line);
    if (finding == NULL) {
        return;
    }
    if (older != ACCESS_START) {
        line = (struct check_line){.word = "access_older",
                                   .a = operation_of(accesses, older),
                                   .b = operation_of(accesses, newer)};
        check_finding_line(finding, &line);
        access_tell_way(accesses, finding, older, newer);
    }
    access_tell_way(accesses, finding, newer, reader);
}

void access_tell_ambiguous(struct accesses *accesses)
{
    struct check_line line = {.word = "ambiguous_read",
                              .a = accesses->ambiguous_reader,
                              .b = CHECK_NO_OPERATION,
                              .number = accesses->ambiguous};
    if (accesses->ambiguous > 0) {
        judging_unknown(accesses->judging, &line);
    }
}
