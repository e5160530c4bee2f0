/* words.c: the keys of the kitchens' reasons, in the order of enum kitchens_word.
 *
 * Made from the one list in words.h, so that a word and its key cannot come apart. */
#include "systems/kitchens/words.h"

const char *const KITCHENS_WORDS[KITCHENS_WORD_COUNT] = {
#define WORD(name, key) [KITCHENS_WORD_##name] = #key,
    KITCHENS_WORDS_LIST(WORD)
#undef WORD
};
