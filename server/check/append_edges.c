/* append_edges.c - what must come before what: the dependencies of transactions upon lists, the order
 * of each process, and real time (append.h).
 *
 * Only what follows from the reads is an edge. A transaction without an answer (info) did happen if
 * somebody read an append of it; otherwise nothing leads out of it and it can be in no cycle. */
#include "check/append.h"

#include <assert.h>
#include <string.h>

/* Each reader of a last version comes before each write that nobody read. When that is too much, it is
 * linked with the first few of them only: what is found stays true, but more might be. */
static const uint64_t UNREAD_EDGES_MAX = 20000000;
enum { UNREAD_FEW = 32 };

struct edges {
    const struct append_history *append;
    struct graph *graph;
    bool second;           /* the second of the two rounds */
    uint32_t *unread;      /* of each key: the first write that nobody read, + 1 */
    uint32_t *unread_next; /* of each write: the next such one, + 1 */
    uint64_t count;        /* of work for edges to such writes */
    uint32_t unread_max;   /* of them for one reader */
    bool cut;              /* some were left out */
};

/* The transaction of a write, if it did not fail; else APPEND_NONE. */
static uint32_t writer(const struct append_history *append, uint32_t write)
{
    if (write == APPEND_NONE) {
        return APPEND_NONE;
    }
    uint32_t transaction = append->writes[write].transaction;
    return append_outcome(append, transaction) == CHECK_FAIL ? APPEND_NONE : transaction;
}

static void edge_to_write(struct edges *edges, uint32_t reader, const struct append_micro *read,
                          uint32_t write)
{
    assert(read->append == APPEND_NONE && read->length != APPEND_NONE);
    uint32_t to = writer(edges->append, write);
    if (to != APPEND_NONE && !append_sees(edges->append, read, &edges->append->writes[write])) {
        graph_tell(edges->graph, edges->second, reader, to, GRAPH_RW);
    }
}

/* Who appended next to the version that was read. */
static void edges_to_next(struct edges *edges, uint32_t reader, const struct append_micro *read,
                          uint32_t last)
{
    const struct append_history *append = edges->append;
    const struct append_key *key = &append->keys[read->key];
    if (read->length > 0 && (last == APPEND_NONE || append->writes[last].place == APPEND_NONE)) {
        return; /* nobody's, or not in the order */
    }
    uint32_t next = read->length == 0 ? 0 : append->writes[last].place + 1;
    if (next < key->version_count) {
        edge_to_write(edges, reader, read, append->versions[key->raw + next]);
        return;
    }
    assert(edges->unread_max > 0);
    uint32_t told = 0;
    uint32_t w = edges->unread[read->key];
    for (; w != 0 && told < edges->unread_max && edges->count < UNREAD_EDGES_MAX; told++) {
        edge_to_write(edges, reader, read, w - 1);
        edges->count += read->strange ? (uint64_t)read->length + 1 : 1;
        w = edges->unread_next[w - 1];
    }
    edges->cut = edges->cut || w != 0;
}

static void edges_of_micro(struct edges *edges, uint32_t transaction,
                           const struct append_micro *micro)
{
    const struct append_history *append = edges->append;
    assert(micro->key < append->key_count);
    if (micro->append != APPEND_NONE) {
        uint32_t from = writer(append, append_previous(append, &append->writes[micro->append]));
        if (from != APPEND_NONE) {
            graph_tell(edges->graph, edges->second, from, transaction, GRAPH_WW);
        }
    } else if (micro->length != APPEND_NONE) {
        uint32_t last = append_seen_last(append, micro);
        uint32_t from = writer(append, last);
        if (from != APPEND_NONE) {
            graph_tell(edges->graph, edges->second, from, transaction, GRAPH_WR);
        }
        edges_to_next(edges, transaction, micro, last);
    }
}

static bool edges_of_data(struct edges *edges, struct check_budget *budget)
{
    const struct append_history *append = edges->append;
    for (uint32_t i = 0; i < append->history->count; i++) {
        if (append_outcome(append, i) == CHECK_FAIL) {
            continue;
        }
        const struct append_transaction *own = &append->transactions[i];
        uint64_t before = edges->count;
        for (uint32_t m = own->first; m < own->first + own->count; m++) {
            edges_of_micro(edges, i, &append->micros[m]);
        }
        if (!check_budget_spend(budget, own->count + edges->count - before)) {
            return false;
        }
    }
    return true;
}

static bool collect_unread(struct edges *edges, struct check_budget *budget)
{
    const struct append_history *append = edges->append;
    edges->unread = check_budget_take(budget, append->key_count, sizeof *edges->unread);
    edges->unread_next = check_budget_take(budget, append->write_count, sizeof *edges->unread_next);
    if (edges->unread == NULL || edges->unread_next == NULL) {
        return false;
    }
    for (uint32_t i = append->write_count; i-- > 0;) {
        const struct append_write *write = &append->writes[i];
        if (write->place == APPEND_NONE && writer(append, i) != APPEND_NONE) {
            edges->unread_next[i] = edges->unread[write->key];
            edges->unread[write->key] = i + 1;
        }
    }
    return true;
}

static bool edges_of_all(struct edges *edges, const uint32_t *previous, struct check_budget *budget)
{
    assert(!edges->second || edges->graph->edges != NULL);
    edges->count = 0;
    edges->cut = false;
    for (uint32_t i = 0; i < edges->append->history->count; i++) {
        if (previous[i] != GRAPH_NONE) {
            graph_tell(edges->graph, edges->second, previous[i], i, GRAPH_PROCESS);
        }
    }
    return edges_of_data(edges, budget);
}

bool append_graph(const struct append_history *append, struct check_budget *budget,
                  struct graph *graph, bool *complete)
{
    const struct check_history *history = append->history;
    struct edges edges = {.append = append, .graph = graph, .unread_max = UINT32_MAX};
    uint32_t *previous = graph_processes(history, budget);
    if (previous == NULL || !graph_open(graph, budget, history->count, history->count) ||
        !collect_unread(&edges, budget) || !edges_of_all(&edges, previous, budget)) {
        return false;
    }
    if (edges.cut) {
        memset(graph->first, 0, ((size_t)history->count + 1) * sizeof *graph->first);
        edges.unread_max = UNREAD_FEW;
        if (!edges_of_all(&edges, previous, budget)) {
            return false;
        }
    }
    edges.second = true;
    if (!graph_make_room(graph, budget) || !edges_of_all(&edges, previous, budget)) {
        return false;
    }
    graph_seal(graph);
    graph_set_times(graph, history);
    *complete = !edges.cut;
    return true;
}
