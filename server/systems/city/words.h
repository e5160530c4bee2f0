/* words.h: the keys of what the city says as a reason; their texts stand in web/words/city.json.
 *
 * A reason is a word, a subject (the order) and up to four numbers. A new word needs its text: a test
 * holds that. */
#ifndef CHEF_CITY_WORDS_H
#define CHEF_CITY_WORDS_H

/* WORD(NAME, key): args in the comment. */
#define CITY_WORDS_LIST(WORD)                                                                      \
    WORD(NONE, none) /* */                                                                         \
    /* Checks of the ledger */                                                                     \
    WORD(SOLD_TWICE, sold_twice)           /* key + 1, the order before, delivery */               \
    WORD(WRONGED, wronged)                 /* key + 1, the order that keeps it */                  \
    WORD(NOT_IN_BOOK, not_in_book)         /* key, what stands there */                            \
    WORD(BOOKS_DIFFER, books_differ)       /* key, first kitchen, second kitchen */                \
    WORD(NOBODY_ANSWERED, nobody_answered) /* kitchen */                                           \
    WORD(BAD_STATE, bad_state)             /* word, kitchen */                                     \
    /* Why something is no promise */                                                              \
    WORD(AP_SELLS_TWICE, ap_sells_twice)       /* */                                               \
    WORD(EVENTUAL_IS_LATER, eventual_is_later) /* */                                               \
    WORD(NOBODY_ASKED, nobody_asked)           /* */                                               \
    WORD(LAST_WRITE_WINS, last_write_wins)     /* */                                               \
    WORD(NO_REPAIR, no_repair)                 /* */                                               \
    /* Protocols: violations and what is pending */                                                \
    WORD(STORE_BROKEN, store_broken)     /* the store's word, its number */                        \
    WORD(STORE_OPEN, store_open)         /* the store's word, its number */                        \
    WORD(DESK_OPEN, desk_open)           /* tasks */                                               \
    WORD(COOKING, cooking)               /* orders */                                              \
    WORD(SIBLINGS_LEFT, siblings_left)   /* key */                                                 \
    WORD(CUSTOMERS_WAIT, customers_wait) /* orders */

enum city_word {
#define WORD(name, key) CITY_WORD_##name,
    CITY_WORDS_LIST(WORD)
#undef WORD
        CITY_WORD_COUNT
};

/* The keys, by enum city_word. */
extern const char *const CITY_WORDS[CITY_WORD_COUNT];

#endif
