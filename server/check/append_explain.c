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

/* The append by which a micro-operation depends on transaction `from`; APPEND_NONE: it does not. */
static uint32_t reason(const struct append_history *append, uint32_t from,
                       const struct append_micro *micro, enum graph_kind kind)
{
    if (kind == GRAPH_WR) {
        uint32_t last =
            micro->append == APPEND_NONE ? append_seen_last(append, micro) : APPEND_NONE;
        bool is = last != APPEND_NONE && append->writes[last].transaction == from;
        return is ? last : APPEND_NONE;
    }
    if (micro->append == APPEND_NONE) {
        return APPEND_NONE;
    }
    const struct append_write *write = &append->writes[micro->append];
    if (kind == GRAPH_WW) {
        uint32_t before = append_previous(append, write);
        bool is = before != APPEND_NONE && append->writes[before].transaction == from;
        return is ? micro->append : APPEND_NONE;
    }
    const struct append_transaction *reader = &append->transactions[from];
    for (uint32_t m = reader->first; m < reader->first + reader->count; m++) {
        if (overwrites(append, &append->micros[m], write)) {
            return micro->append;
        }
    }
    return APPEND_NONE;
}

void append_tell_edge(const struct append_history *append, struct check_finding *finding,
                      uint32_t from, uint32_t to, enum graph_kind kind)
{
    static const char *const WORDS[] = {
        [GRAPH_WW] = "edge_ww",
        [GRAPH_WR] = "edge_wr",
        [GRAPH_RW] = "edge_rw",
        [GRAPH_PROCESS] = "edge_process",
        [GRAPH_REALTIME] = "edge_realtime",
    };
    uint32_t write = APPEND_NONE;
    const struct append_transaction *b = &append->transactions[to];
    for (uint32_t m = b->first;
         kind < GRAPH_PROCESS && write == APPEND_NONE && m < b->first + b->count; m++) {
        write = reason(append, from, &append->micros[m], kind);
    }
    assert((write != APPEND_NONE) == (kind < GRAPH_PROCESS)); /* no edge without its reason */
    if (write == APPEND_NONE) {
        append_tell(finding, WORDS[kind], from, to, NULL, NULL, 0);
    } else {
        const struct append_write *made = &append->writes[write];
        append_tell(finding, WORDS[kind], from, to, &append->keys[made->key].name, made->value, 0);
    }
}
