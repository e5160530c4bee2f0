/* history.c - who owns a history: memory in pieces under one bound, every text once.
 *
 * Values and texts are only ever added and live as long as the history, so memory is a list of
 * pieces that are filled one after the other. Operations stand in one array that doubles. */
#include "check/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE_BYTES = 64 * 1024,
    ALIGNMENT = 16,
    TEXTS_FIRST = 256,      /* slots of the table of texts, a power of two */
    OPERATIONS_FIRST = 256, /* room at the beginning */
};

struct piece {
    struct piece *previous;
    size_t used, size; /* of the bytes behind this header */
};
_Static_assert(sizeof(struct piece) <= 2 * ALIGNMENT, "what follows a header is aligned");

/* In front of the bytes of a text. */
struct text_head {
    uint64_t hash;
    uint32_t length;
};

struct check_store {
    struct check_history history; /* what the caller holds; its store is this one */
    struct check_operation *operations;
    uint32_t capacity;
    struct piece *piece;
    const char **texts; /* open addressing; NULL: free */
    uint32_t text_count, text_slots;
    size_t bytes, bytes_max;
};

/* ---- Memory ---- */

static bool take(struct check_store *store, size_t bytes)
{
    if (bytes > store->bytes_max - store->bytes) {
        return false;
    }
    store->bytes += bytes;
    return true;
}

static void *get(struct check_store *store, size_t bytes)
{
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct piece *piece = store->piece;
    if (rounded < bytes) {
        return NULL;
    }
    if (piece == NULL || piece->size - piece->used < rounded) {
        size_t size = rounded > PIECE_BYTES ? rounded : PIECE_BYTES;
        if (size > SIZE_MAX - 2 * ALIGNMENT || !take(store, size + 2 * ALIGNMENT)) {
            return NULL;
        }
        piece = malloc(size + 2 * ALIGNMENT);
        if (piece == NULL) {
            return NULL;
        }
        *piece = (struct piece){.previous = store->piece, .size = size};
        store->piece = piece;
    }
    void *result = (char *)piece + 2 * ALIGNMENT + piece->used;
    piece->used += rounded;
    assert(piece->used <= piece->size);
    return result;
}

struct check_history *check_history_new(size_t bytes_max)
{
    struct check_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return NULL;
    }
    store->bytes_max = bytes_max;
    store->history.store = store;
    return &store->history;
}

void check_history_free(struct check_history **history)
{
    assert(history != NULL);
    if (*history == NULL) {
        return;
    }
    struct check_store *store = (*history)->store;
    while (store->piece != NULL) {
        struct piece *previous = store->piece->previous;
        free(store->piece);
        store->piece = previous;
    }
    free(store->texts);
    free(store->operations);
    free(store);
    *history = NULL;
}

size_t check_history_bytes(const struct check_history *history)
{
    assert(history != NULL);
    return history->store->bytes;
}

/* ---- Texts ---- */

static uint64_t mix(uint64_t a)
{
    a = (a ^ (a >> 32)) * 0xd6e8feb86659fd93u;
    a = (a ^ (a >> 32)) * 0xd6e8feb86659fd93u;
    return a ^ (a >> 32);
}

/* Eight bytes at a time, always in the same order of bytes: it is the same on any machine. */
static uint64_t text_hash(const char *text, size_t length)
{
    uint64_t hash = mix(0x9e3779b97f4a7c15u + length);
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        const unsigned char *at = (const unsigned char *)text + i;
        uint64_t word = (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
                        (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
                        (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
        hash = mix(hash ^ word);
    }
    for (; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    }
    return mix(hash);
}

static const struct text_head *head_of(const char *text)
{
    return (const struct text_head *)(const void *)(text - sizeof(struct text_head));
}

static const char **find_slot(const struct check_store *store, uint64_t hash, const char *text,
                              uint32_t length)
{
    uint32_t mask = store->text_slots - 1;
    for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
        const char *there = store->texts[at];
        if (there == NULL || (head_of(there)->hash == hash && head_of(there)->length == length &&
                              (length == 0 || memcmp(there, text, length) == 0))) {
            return &store->texts[at];
        }
    }
}

/* Twice the slots; what is there moves over. */
static bool grow_texts(struct check_store *store)
{
    uint32_t slots = store->text_slots == 0 ? TEXTS_FIRST : store->text_slots * 2;
    if (slots == 0 || !take(store, slots * sizeof *store->texts)) {
        return false;
    }
    const char **texts = calloc(slots, sizeof *texts);
    if (texts == NULL) {
        return false;
    }
    const char **old = store->texts;
    uint32_t old_slots = store->text_slots;
    store->texts = texts;
    store->text_slots = slots;
    for (uint32_t i = 0; i < old_slots; i++) {
        if (old[i] != NULL) {
            *find_slot(store, head_of(old[i])->hash, old[i], head_of(old[i])->length) = old[i];
        }
    }
    free(old);
    store->bytes -= old_slots * sizeof *store->texts;
    return true;
}

const char *check_history_text(struct check_history *history, const char *text, uint32_t length)
{
    assert(history != NULL);
    assert(text != NULL || length == 0);
    struct check_store *store = history->store;
    if (store->text_count >= store->text_slots / 2 && !grow_texts(store)) {
        return NULL;
    }
    uint64_t hash = text_hash(text, length);
    const char **slot = find_slot(store, hash, text, length);
    if (*slot != NULL) {
        return *slot;
    }
    struct text_head *head = get(store, sizeof *head + (size_t)length + 1);
    if (head == NULL) {
        return NULL;
    }
    *head = (struct text_head){.hash = hash, .length = length};
    char *bytes = (char *)(head + 1);
    if (length > 0) {
        memcpy(bytes, text, length);
    }
    bytes[length] = '\0';
    *slot = bytes;
    store->text_count++;
    return bytes;
}

/* ---- Values and operations ---- */

struct check_value *check_history_values(struct check_history *history, uint32_t count)
{
    assert(history != NULL);
    return get(history->store, (size_t)(count > 0 ? count : 1) * sizeof(struct check_value));
}

bool check_history_add(struct check_history *history, const struct check_operation *operation)
{
    assert(history != NULL && operation != NULL);
    struct check_store *store = history->store;
    assert(operation->function != NULL);
    assert(operation->call < operation->end);
    assert(history->count == 0 || store->operations[history->count - 1].call < operation->call);
    if (history->count == store->capacity) {
        uint32_t capacity = store->capacity == 0 ? OPERATIONS_FIRST : store->capacity * 2;
        size_t more = (capacity - store->capacity) * sizeof *store->operations;
        if (capacity <= store->capacity || !take(store, more)) {
            return false;
        }
        struct check_operation *grown =
            realloc(store->operations, capacity * sizeof *store->operations);
        if (grown == NULL) {
            store->bytes -= more;
            return false;
        }
        store->operations = grown;
        store->capacity = capacity;
        history->operations = grown;
    }
    store->operations[history->count++] = *operation;
    return true;
}

/* Sets and maps in another order are equal when each item of the one has its like in the other. Long
 * ones are told apart by their hashes alone. */
enum { UNORDERED_MAX = 64 };

static bool same_items(const struct check_value *a, const struct check_value *b)
{
    uint32_t size = a->kind == CHECK_MAP ? 2 : 1;
    uint64_t used = 0;
    if (check_value_hash(a) != check_value_hash(b)) {
        return false;
    }
    if (a->count > UNORDERED_MAX) {
        return true;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t j = 0;
        while (j < b->count &&
               ((used >> j & 1) != 0 ||
                !check_value_equal(&a->items[size * i], &b->items[size * j]) ||
                (size == 2 && !check_value_equal(&a->items[2 * i + 1], &b->items[2 * j + 1])))) {
            j++;
        }
        if (j == b->count) {
            return false;
        }
        used |= UINT64_C(1) << j;
    }
    return true;
}

static bool same_order(const struct check_value *a, const struct check_value *b)
{
    uint32_t items = a->kind == CHECK_MAP ? 2 * a->count : a->count;
    for (uint32_t i = 0; i < items; i++) {
        if (!check_value_equal(&a->items[i], &b->items[i])) {
            return false;
        }
    }
    return true;
}

bool check_value_equal(const struct check_value *a, const struct check_value *b)
{
    assert(a != NULL && b != NULL);
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case CHECK_INTEGER:
        return a->integer == b->integer;
    case CHECK_TEXT:
        return a->text == b->text ||
               (a->count == b->count && memcmp(a->text, b->text, a->count) == 0);
    case CHECK_LIST:
        return a->count == b->count && (a->items == b->items || same_order(a, b));
    case CHECK_MAP:
    case CHECK_SET:
        return a->count == b->count &&
               (a->items == b->items || same_order(a, b) || same_items(a, b));
    default:
        return true;
    }
}

uint64_t check_value_hash(const struct check_value *value)
{
    assert(value != NULL);
    uint64_t hash = mix(0x632be59bd9b4e019u + value->kind);
    switch (value->kind) {
    case CHECK_INTEGER:
        return mix(hash ^ (uint64_t)value->integer);
    case CHECK_TEXT:
        return hash ^ text_hash(value->text, value->count);
    case CHECK_LIST:
        for (uint32_t i = 0; i < value->count; i++) {
            hash = mix(hash + check_value_hash(&value->items[i]));
        }
        return mix(hash ^ value->count);
    case CHECK_SET: /* a sum: the order does not matter */
        for (uint32_t i = 0; i < value->count; i++) {
            hash += mix(check_value_hash(&value->items[i]));
        }
        return mix(hash);
    case CHECK_MAP:
        for (uint32_t i = 0; i < value->count; i++) {
            uint64_t key = check_value_hash(&value->items[2 * i]);
            hash += mix(mix(key) + check_value_hash(&value->items[2 * i + 1]));
        }
        return mix(hash);
    default:
        return hash;
    }
}
