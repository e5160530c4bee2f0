/* words.h: the keys of what the store says as a reason; their texts stand in web/words/kv.json.
 *
 * A reason is a word, a subject (the operation) and up to four numbers. A new word needs its text: a
 * test holds that. */
#ifndef CHEF_KV_WORDS_H
#define CHEF_KV_WORDS_H

/* WORD(NAME, key): args in the comment. */
#define KV_WORDS_LIST(WORD)                                                                        \
    /* Checks of the ledger */                                                                     \
    WORD(NOTHING_BROKEN, nothing_broken)     /* */                                                 \
    WORD(ACKED_LOST, acked_lost)             /* key, its value, replica or -1 */                   \
    WORD(STALE_READ, stale_read)             /* key, the value acknowledged, staleness ms */       \
    WORD(WENT_BACK, went_back)               /* key, earlier operation */                          \
    WORD(FAILED_SEEN, failed_seen)           /* key, its value */                                  \
    WORD(DELETED_BACK, deleted_back)         /* key, value that came back, replica */              \
    WORD(NO_SUCH_VERSION, no_such_version)   /* key, value, replica */                             \
    WORD(DIVERGED, diverged)                 /* key, first replica, second replica */              \
    WORD(TREES_DIFFER, trees_differ)         /* range, first replica, second replica */            \
    WORD(HALF_BATCH, half_batch)             /* a batch, another batch, key */                     \
    WORD(INVARIANT_BROKEN, invariant_broken) /* node */                                            \
    /* Why something is no promise */                                                              \
    WORD(QUORUMS_MISS, quorums_miss)         /* */                                                 \
    WORD(SLOPPY, sloppy)                     /* */                                                 \
    WORD(READS_UNREPAIRED, reads_unrepaired) /* */                                                 \
    WORD(NO_STRONG, no_strong)               /* */                                                 \
    WORD(NO_EVENTUAL, no_eventual)           /* */                                                 \
    WORD(NO_ONE_ORDER, no_one_order)         /* */                                                 \
    WORD(NO_SESSIONS, no_sessions)           /* */                                                 \
    WORD(NO_ANTI_ENTROPY, no_anti_entropy)   /* */                                                 \
    /* Protocols: violations and what is pending */                                                \
    WORD(SLOT_BROKEN, slot_broken)           /* key, siblings */                                   \
    WORD(RAFT_BROKEN, raft_broken)           /* enum raft_violation_kind */                        \
    WORD(NO_LEADER, no_leader)               /* */                                                 \
    WORD(LOG_OPEN, log_open)                 /* */                                                 \
    WORD(DISK_NOT_READ, disk_not_read)       /* */                                                 \
    WORD(OPERATIONS_OPEN, operations_open)   /* how many */                                        \
    WORD(HINTS_LEFT, hints_left)             /* how many */                                        \
    WORD(NOT_COMPARED, not_compared)         /* ranges, peer */                                    \
    WORD(SWITCH_OPEN, switch_open)           /* the mode that is wished */                         \
    WORD(CLIENTS_WAIT, clients_wait)         /* operations */                                      \
    WORD(FINAL_READS_LEFT, final_reads_left) /* reads */

enum kv_word {
#define WORD(name, key) KV_WORD_##name,
    KV_WORDS_LIST(WORD)
#undef WORD
        KV_WORD_COUNT
};

/* The keys, by enum kv_word. */
extern const char *const KV_WORDS[KV_WORD_COUNT];

#endif
