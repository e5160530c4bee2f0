/* words.h: the keys of what the kitchens say as a reason; their texts stand in
 * web/words/kitchens.json.
 *
 * A reason is a word, a subject (the order) and up to four numbers. The ledger's words belong to
 * its checks; the protocols' words to violations, halts and what is pending. A new word needs its
 * text: a test holds that.
 */
#ifndef CHEF_KITCHENS_WORDS_H
#define CHEF_KITCHENS_WORDS_H

/* WORD(NAME, key): args in the comment. */
#define KITCHENS_WORDS_LIST(WORD)                                                                  \
    /* Checks of the ledger */                                                                     \
    WORD(NOTHING_BROKEN, nothing_broken)             /* */                                         \
    WORD(TOO_MANY_TO_JUDGE, too_many_to_judge)       /* orders not followed */                     \
    WORD(LOST_AFTER_CONFIRMED, lost_after_confirmed) /* how many */                                \
    WORD(SETTLED_TWICE, settled_twice)               /* first kitchen, second kitchen */           \
    WORD(NEVER_SERVED, never_served)                 /* how many, blocker, kitchen or -1 */        \
    WORD(STARVED, starved)                           /* seconds waited */                          \
    WORD(BOUNCED, bounced)                           /* from, to, ms since the last hand-over */   \
    WORD(COOKED_TWICE_ONE_EPOCH, cooked_twice_one_epoch) /* first, second kitchen, epoch */        \
    WORD(STARTED_MOVED, started_moved)                   /* kitchen, epoch */                      \
    WORD(BETTER_WAS_THERE, better_was_there)             /* chosen, its score, best, its score */  \
    WORD(SCORE_IMPOSSIBLE, score_impossible)             /* kitchen, score, its capacity */        \
    WORD(HERD, herd)                           /* kitchen, its share, all, ratio x 100 */          \
    WORD(TARGET_OVERLOADED, target_overloaded) /* kitchen, tickets, capacity, threshold */         \
    WORD(BLACK_HOLE, black_hole)               /* kitchen, oldest ms, orders sent since */         \
    WORD(ALL_EJECTED, all_ejected)             /* share pct, allowed pct */                        \
    WORD(IDENTITY_TWICE, identity_twice)       /* two kitchens, the identity */                    \
    WORD(INVARIANT_BROKEN, invariant_broken)   /* node */                                          \
    /* Protocols: violations, halts, what is pending */                                            \
    WORD(COOKS_EXCEEDED, cooks_exceeded)     /* cooking, cooks */                                  \
    WORD(TICKETS_EXCEEDED, tickets_exceeded) /* tickets, capacity */                               \
    WORD(ORDERS_OPEN, orders_open)           /* how many */                                        \
    WORD(BOOK_NOT_READ, book_not_read)       /* the dispatcher has not begun its work */           \
    WORD(LISTS_DISAGREE, lists_disagree)     /* waiting, open */                                   \
    WORD(TICKETS_OPEN, tickets_open)         /* how many */                                        \
    WORD(DONE_NOT_BOOKED, done_not_booked)   /* how many */                                        \
    WORD(LEAVING, leaving)                   /* not yet let go */                                  \
    WORD(ANSWERS_MISSING, answers_missing)   /* orders without an answer */                        \
    WORD(FOOD_MISSING, food_missing)         /* confirmed orders not served */

enum kitchens_word {
#define WORD(name, key) KITCHENS_WORD_##name,
    KITCHENS_WORDS_LIST(WORD)
#undef WORD
        KITCHENS_WORD_COUNT
};

/* The keys, by enum kitchens_word. */
extern const char *const KITCHENS_WORDS[KITCHENS_WORD_COUNT];

#endif
