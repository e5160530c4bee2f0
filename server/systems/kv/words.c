/* words.c: the keys of the store's reasons, in the order of enum kv_word, made from the one list in
 * words.h. */
#include "systems/kv/words.h"

const char *const KV_WORDS[KV_WORD_COUNT] = {
#define WORD(name, key) [KV_WORD_##name] = #key,
    KV_WORDS_LIST(WORD)
#undef WORD
};
