/* words.c: the keys of the city's reasons, in the order of enum city_word, made from the one list in
 * words.h. */
#include "systems/city/words.h"

const char *const CITY_WORDS[CITY_WORD_COUNT] = {
#define WORD(name, key) [CITY_WORD_##name] = #key,
    CITY_WORDS_LIST(WORD)
#undef WORD
};
