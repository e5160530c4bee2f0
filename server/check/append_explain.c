/* append_explain.c - tells an edge of a cycle by the micro-operations that make it (append.h). */
#include "check/append.h"

#include <assert.h>

/* Did `read` see the version just before that of `write`, both of one key? */
static bool overwrites(const struct append_history *append, const struct append_micro *read,
                       const struct append_write *write)
{
    if (read->append != APPEND_NONE || read->key != write->key || read->length == APPEND_NONE ||
        append_sees(append, read, write)) {
        return false;
    }
    uint32_t before = append_previous(append, write);
    if (read->length > 0) {
        return before != APPEND_NONE && append_seen_last(append, read) == before;
    }
    return write->place == 0 ||
           (write->place == APPEND_NONE && append->keys[write->key].version_count == 0);
}

/* The append by which a micro-operation of `to` depends on transaction `from`; APPEND_NONE: it does not. */
static uint32_t reason(const struct append_history *append, uint32_t from,
                       const struct append_micro *micro, enum graph_kind kind)
{
    uint32_t write = APPEND_NONE; /* of `from` */
    if (kind == GRAPH_WR && micro->append == APPEND_NONE) {
        write = append_seen_last(append, micro);
    } else if (kind == GRAPH_WW && micro->append != APPEND_NONE) {
        write = append_previous(append, &append->writes[micro->append]);
    }
    if (write == APPEND_NONE || append->writes[write].transaction != from) {
        return APPEND_NONE;
    }
    return kind == GRAPH_WR ? write : micro->append;
}

static uint32_t find_reason(const struct append_history *append, uint32_t from, uint32_t to,
                            enum graph_kind kind)
{
    const struct append_transaction *b = &append->transactions[to];
    uint32_t write = APPEND_NONE;
    for (uint32_t m = b->first; write == APPEND_NONE && m < b->first + b->count; m++) {
        write = reason(append, from, &append->micros[m], kind);
    }
    return write;
}

static uint64_t version_hash(uint32_t key, uint32_t version)
{
    return draw_mix((uint64_t)key << 32 | version);
}

/* How many appends that nobody read, all next after one version, are remembered. */
enum { LIKE_MAX = 16 };

static void remember(const struct append_history *append, struct check_table *table, uint32_t micro)
{
    uint32_t write = append->micros[micro].append;
    assert(write != APPEND_NONE);
    uint32_t before = append_previous(append, &append->writes[write]);
    uint64_t hash = version_hash(append->micros[micro].key, before);
    uint32_t at = (uint32_t)hash;
    uint32_t alike = 0;
    while (check_table_next(table, hash, &at) != CHECK_TABLE_NONE) {
        alike++;
    }
    if (alike < LIKE_MAX) {
        check_table_put(table, hash, write);
    }
}

static uint32_t recall(const struct append_history *append, const struct check_table *table,
                       const struct append_micro *read)
{
    uint64_t hash = version_hash(read->key, append_seen_last(append, read));
    uint32_t at = (uint32_t)hash;
    uint32_t write;
    do {
        write = check_table_next(table, hash, &at);
    } while (write != CHECK_TABLE_NONE && !overwrites(append, read, &append->writes[write]));
    return write;
}

/* An append of `to` that comes right after what `from` read. Its appends are found by the version before
 * them, so that two large transactions are not compared piece by piece. APPEND_NONE: not found, because
 * no memory is left or too many are alike. */
static uint32_t find_overwrite(const struct append_history *append, uint32_t from, uint32_t to,
                               struct check_budget *budget)
{
    assert(from != to);
    const struct append_transaction *a = &append->transactions[from];
    const struct append_transaction *b = &append->transactions[to];
    struct check_table table;
    if (!check_table_open(&table, budget, b->count)) {
        return APPEND_NONE;
    }
    for (uint32_t m = b->first; m < b->first + b->count; m++) {
        if (append->micros[m].append != APPEND_NONE) {
            remember(append, &table, m);
        }
    }
    uint32_t write = APPEND_NONE;
    for (uint32_t m = a->first; write == APPEND_NONE && m < a->first + a->count; m++) {
        const struct append_micro *read = &append->micros[m];
        if (read->append == APPEND_NONE && read->length != APPEND_NONE) {
            write = recall(append, &table, read);
        }
    }
    return write;
}

void append_tell_edge(const struct append_history *append, struct check_finding *finding,
                      uint32_t from, uint32_t to, enum graph_kind kind, struct check_budget *budget)
{
    static const char *const WORDS[] = {
        [GRAPH_WW] = "edge_ww",
        [GRAPH_WR] = "edge_wr",
        [GRAPH_RW] = "edge_rw",
        [GRAPH_PROCESS] = "edge_process",
        [GRAPH_REALTIME] = "edge_realtime",
    };
    uint32_t write = APPEND_NONE;
    if (kind == GRAPH_RW) {
        struct check_block *mark = check_budget_mark(budget);
        write = find_overwrite(append, from, to, budget);
        check_budget_release(budget, mark);
    } else if (kind < GRAPH_RW) {
        write = find_reason(append, from, to, kind);
        assert(write != APPEND_NONE);
    }
    if (write == APPEND_NONE) {
        append_tell(finding, WORDS[kind], from, to, NULL, NULL, 0);
    } else {
        const struct append_write *made = &append->writes[write];
        append_tell(finding, WORDS[kind], from, to, &append->keys[made->key].name, made->value, 0);
    }
}
