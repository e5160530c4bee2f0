/* append.h - a history of transactions that append to lists and read them, taken apart.
 *
 * A list that was read tells the order of all appends to its key, which nothing else about a database
 * does (Kingsbury and Alvaro, "Elle: inferring isolation anomalies from experimental observations",
 * VLDB 2020, section 4.3). So the longest read of a key is taken for the order of its versions:
 * version i is the list with i + 1 elements. An append that is not in it came after all that are.
 *
 * A transaction is named by its operation's index in the history, which is also its node in the
 * graph. Failed ones are kept, to know whose values they were, but take no part in the graph. */
#ifndef CHECK_APPEND_H
#define CHECK_APPEND_H

#include "check/graph.h"
#include "check/table.h"

#define APPEND_NONE UINT32_MAX

/* One micro-operation: an append, or (append == APPEND_NONE) a read. */
struct append_micro {
    uint32_t key;    /* in `keys` */
    uint32_t append; /* in `appends` */
    uint32_t length; /* of the list that was read; APPEND_NONE: not known (info) */
    bool strange;    /* the list is no beginning of the key's longest one */
    const struct check_value *items;
};

struct append_transaction {
    uint32_t first, count; /* in `micros` */
};

struct append_write {
    uint32_t key, transaction;
    uint32_t micro; /* in `micros` */
    uint32_t place; /* version that it made, or APPEND_NONE: nobody read it */
    const struct check_value *value;
};

struct append_key {
    struct check_value name;
    uint32_t longest;       /* a micro that read the longest list; APPEND_NONE: all were empty */
    uint32_t raw;           /* where its elements stand in `raw` */
    uint32_t version_count; /* its different elements, in `versions` from the same place on */
    /* Places in the longest list: of the first element that nobody wrote, that a failed transaction
     * wrote, that was there before. APPEND_NONE: no such. */
    uint32_t phantom_at, aborted_at, twice_at;
};

struct append_history {
    const struct check_history *history;
    struct append_transaction *transactions; /* history->count */
    struct append_micro *micros;
    struct append_write *writes;
    struct append_key *keys;
    uint32_t micro_count, write_count, key_count;
    uint32_t *raw;      /* for each element of the longest lists: its write or APPEND_NONE */
    uint32_t *versions; /* the same without those that were there before */
    struct check_table key_table, write_table;
    uint32_t written_twice; /* a write of a value that the key was given before, or APPEND_NONE */
};

/* Takes the history apart (append_load.c). 0; -1: not such a history, with a sentence; or, without one,
 * the budget did not suffice (budget->why). */
int append_load(const struct check_history *history, struct check_budget *budget,
                struct append_history *append, struct error *error);

/* The write of that value to that key; APPEND_NONE: nobody's. */
uint32_t append_find_write(const struct append_history *append, uint32_t key,
                           const struct check_value *value);

/* Finds the order of the versions of each key (append_versions.c). False: budget. */
bool append_order(struct append_history *append, struct check_budget *budget);

/* What came just before a write in the order of versions: a write, or APPEND_NONE (nothing, or nobody's). */
uint32_t append_previous(const struct append_history *append, const struct append_write *write);
/* The write whose version a read saw last; APPEND_NONE: the empty list, or nobody's. */
uint32_t append_seen_last(const struct append_history *append, const struct append_micro *read);

/* Does a read's list hold what the write wrote, though its last element comes before that in the order of
 * versions? So it is only in lists that do not fit that order. */
bool append_sees(const struct append_history *append, const struct append_micro *read,
                 const struct append_write *write);

static inline enum check_outcome append_outcome(const struct append_history *append,
                                                uint32_t transaction)
{
    return (enum check_outcome)append->history->operations[transaction].outcome;
}

/* ---- Anomalies ---- */

/* Bits of a set, worst first. The kinds of cycle stand thrice: of data alone, with the order of each
 * process, with real time. */
enum append_anomaly {
    APPEND_PHANTOM,
    APPEND_DUPLICATE,
    APPEND_INCOMPATIBLE,
    APPEND_DIRTY,
    APPEND_G1A,
    APPEND_G1B,
    APPEND_INTERNAL,
    APPEND_FUTURE,
    APPEND_LOST,
    APPEND_G0,
    APPEND_G1C = APPEND_G0 + 3,
    APPEND_SINGLE = APPEND_G1C + 3,
    APPEND_NONADJACENT = APPEND_SINGLE + 3,
    APPEND_G2 = APPEND_NONADJACENT + 3,
    APPEND_ANOMALIES = APPEND_G2 + 3,
};
#define APPEND_BIT(anomaly) (1u << (anomaly))
const char *append_anomaly_name(enum append_anomaly anomaly);

/* What was found: all kinds, and one of each that the caller wants to see told. */
struct append_findings {
    uint32_t seen;    /* set of anomalies that are there */
    uint32_t unknown; /* set of those that may be there: the search for them was given up */
    const char *why;  /* and the reason for that; static */
    uint32_t wanted;  /* set of those to be told */
    struct check_verdict *verdict;
};

/* Notes one; returns where to tell it, or NULL: nobody wants to know, or it has been told (then it is
 * counted). */
struct check_finding *append_found(struct append_findings *findings, enum append_anomaly anomaly);
/* Adds a line. A key or a value may be NULL. */
void append_tell(struct check_finding *finding, const char *word, uint32_t a, uint32_t b,
                 const struct check_value *key, const struct check_value *value, int64_t number);

/* Anomalies that single lists show (append_reads.c): phantom, duplicate, incompatible order, G1a, G1b,
 * dirty update. False: budget. */
bool append_check_reads(const struct append_history *append, struct check_budget *budget,
                        struct append_findings *findings);
/* Those inside one transaction, and updates of one version by two (append_inside.c). */
bool append_check_inside(const struct append_history *append, struct check_budget *budget,
                         struct append_findings *findings);
/* What must come before what (append_edges.c). False: budget. Not *complete: there are too many edges to
 * writes that nobody read, and some were left out. */
bool append_graph(const struct append_history *append, struct check_budget *budget,
                  struct graph *graph, bool *complete);
/* Tells an edge a -> b of the graph with the key and the append that make it (append_explain.c). */
void append_tell_edge(const struct append_history *append, struct check_finding *finding,
                      uint32_t from, uint32_t to, enum graph_kind kind,
                      struct check_budget *budget);
/* Kinds of cycles (append_cycles.c). */
bool append_check_cycles(const struct append_history *append, const struct graph *graph,
                         struct check_budget *budget, struct append_findings *findings);

/* ---- Isolation levels (append_models.c) ---- */

enum { APPEND_MODELS = 16 };
extern const char *const APPEND_MODEL_NAMES[APPEND_MODELS]; /* weakest first */
/* The level by name, or APPEND_NONE. */
uint32_t append_model_find(const char *name);
/* Anomalies that a level forbids, those included that imply one of them. */
uint32_t append_model_forbids(uint32_t model);

#endif
