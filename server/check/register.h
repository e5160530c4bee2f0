/* register.h - a history of transactions that write and read registers, taken apart, and the commit
 * orders that three isolation levels force upon it.
 *
 * After Biswas and Enea, "On the complexity of checking transactional consistency" (OOPSLA 2019),
 * section 2.2: a history keeps a level if there is an order of commits, which has in it the order of
 * each session (so) and who read from whom (wr), such that, whenever t3 reads a key from t1 and t2 writes
 * that key, too, t2 commits before t1 if
 *   read committed: t3 has read something from t2 before that read;
 *   read atomic:    t3 reads something from t2, or comes after it in its session;
 *   causal:         a way of so and wr leads from t2 to t3.
 * The pairs (t2, t1) are forced; the level is kept if so, wr and what is forced have no cycle. What to
 * leave out, because it follows from the rest, is after AWDIT (Moldrup and others, PLDI 2025).
 *
 * A transaction is named by its operation's index. What nobody wrote was there at the start: that is
 * transaction `history->count`, which commits before all others. */
#ifndef CHECK_REGISTER_H
#define CHECK_REGISTER_H

#include "check/graph.h"
#include "check/table.h"

#define REGISTER_NONE UINT32_MAX

/* A read of what another transaction wrote, in the order of its own transaction. */
struct register_read {
    uint32_t key;
    uint32_t from;  /* who wrote it; REGISTER_NONE: several may have */
    uint32_t maybe; /* then: the likeliest of them; else as `from` */
    const struct check_value *value;
};

/* The last write of a transaction to a key. */
struct register_write {
    uint32_t key, transaction;
};

struct register_transaction {
    uint32_t first_read, read_count;
    uint32_t first_write, write_count;
};

struct register_history {
    const struct check_history *history;
    struct register_transaction *transactions;
    struct register_read *reads;
    struct register_write *writes;
    struct check_value *keys; /* names */
    uint32_t read_count, write_count, key_count;
    uint32_t ambiguous;        /* reads whose writer is not known */
    uint32_t ambiguous_reader; /* one who did such a read */
    uint32_t *previous;        /* in the session, or GRAPH_NONE */
    uint32_t *session, *place; /* of each transaction; places count from 0 */
    uint32_t *by_session;      /* all transactions, session by session */
    uint32_t session_count;
    struct check_table write_table; /* `writes` by transaction and key */
};

/* Is the key among those that the transaction wrote? */
bool register_wrote(const struct register_history *registers, uint32_t transaction, uint32_t key);

/* Finds the sessions from `previous` (register_sessions.c). False: budget. */
bool register_find_sessions(struct register_history *registers, struct check_budget *budget);

/* What breaks every level; bits of a set. */
enum register_anomaly {
    REGISTER_PHANTOM,
    REGISTER_G1A,
    REGISTER_G1B,
    REGISTER_INTERNAL,
    REGISTER_FUTURE,
    REGISTER_ANOMALIES,
};

/* Takes the history apart and tells, in the verdict, the reads that no level allows (register_load.c).
 * A read of `initial` (nil when none is given) is one of the start. 0; -1: not such a history, with a
 * sentence; or, without one, the budget did not suffice. */
int register_load(const struct check_history *history, const struct check_value *initial,
                  struct check_budget *budget, struct register_history *registers,
                  struct check_verdict *verdict, struct error *error);

/* ---- Forced commits ---- */

enum register_level { READ_COMMITTED, READ_ATOMIC, CAUSAL, REGISTER_LEVELS };

/* `before` must commit before `after`, because `reader` reads `key` from `after` and knows of `before`. */
struct forced {
    uint32_t before, after, reader, key;
};

struct forced_list {
    struct forced *items;
    uint32_t count, room;
    bool maybe; /* take the likeliest writer where several may have been read */
};
/* False: budget. */
bool forced_add(struct forced_list *list, struct check_budget *budget, uint32_t before,
                uint32_t after, uint32_t reader, uint32_t key);

static inline uint32_t register_writer(const struct forced_list *list,
                                       const struct register_read *read)
{
    return list->maybe ? read->maybe : read->from;
}

/* commit_near.c: read committed and read atomic, transaction by transaction. False: budget. */
bool forced_read_committed(const struct register_history *registers, struct check_budget *budget,
                           struct forced_list *list);
bool forced_read_atomic(const struct register_history *registers, struct check_budget *budget,
                        struct forced_list *list);
/* commit_chains.c: sessions, one behind the other where the second begins with a read from the last
 * transaction of the first. Each transaction of a chain leads to the next one by so and wr. */
struct register_chains {
    uint32_t *of, *place; /* of each transaction; places count from 0 */
    uint32_t *order;      /* all transactions, chain by chain */
    uint32_t count;
    uint32_t placed; /* transactions that have their place */
};
/* so and wr must have no cycle. False: budget. */
bool register_find_chains(const struct register_history *registers, const struct forced_list *list,
                          struct check_budget *budget, struct register_chains *chains);

/* Who comes directly before a transaction, for n = 0, 1 ...: the one before it in its session, then those it
 * read from; REGISTER_NONE where there is none. False: no more. */
bool register_nth_before(const struct register_history *registers, const struct forced_list *list,
                         uint32_t transaction, uint32_t n, uint32_t *before);
/* All transactions, each behind those before it; and each one's place among them. False: budget. */
bool register_find_order(const struct register_history *registers, const struct forced_list *list,
                         struct check_budget *budget, uint32_t *order, uint32_t *rank);

/* commit_causal.c: so and wr must have no cycle. False: budget. */
bool forced_causal(const struct register_history *registers, struct check_budget *budget,
                   struct forced_list *list);

#endif
