/* version.c: dots, clocks and siblings: see version.h.
 *
 * Everything here is arithmetic over small arrays; the siblings of a state are kept in order of
 * (replica, counter), so that merging is one pass over both and equal knowledge is equal bytes. */
#include "systems/kv/version.h"

#include <assert.h>

#include "base/draw.h"

uint32_t kv_merge_flags(const int64_t *settings)
{
    bool clock =
        settings[KV_SET_CONFLICT] == KV_CONFLICT_CLOCK || settings[KV_SET_BUG_CLOCK_WINS] != 0;
    return (clock ? KV_MERGE_CLOCK : 0) |
           (settings[KV_SET_BUG_NO_DOTS] != 0 ? KV_MERGE_NO_DOTS : 0);
}

bool kv_sibling_later(const struct kv_sibling *a, const struct kv_sibling *b)
{
    if (a->wall_ns != b->wall_ns)
        return a->wall_ns > b->wall_ns;
    if (a->node != b->node)
        return a->node > b->node;
    if (a->counter != b->counter)
        return a->counter > b->counter;
    return a->value > b->value; /* the same dot twice: only a disk that lies makes them */
}

const struct kv_sibling *kv_latest(const struct kv_state *state)
{
    assert(state->count <= KV_SIBLINGS_MAX);
    const struct kv_sibling *latest = NULL;
    for (uint32_t i = 0; i < state->count; i++)
        if (latest == NULL || kv_sibling_later(&state->siblings[i], latest))
            latest = &state->siblings[i];
    return latest;
}

/* A tombstone stands behind every value. */
static bool is_better(const struct kv_plan *plan, uint32_t key, const struct kv_sibling *a,
                      const struct kv_sibling *b)
{
    if (a->deleted != b->deleted)
        return b->deleted;
    if (plan->keep[key] == KV_KEEP_HIGHEST)
        return a->value > b->value;
    int64_t a_round = a->value / plan->round, a_number = a->value % plan->round;
    int64_t b_round = b->value / plan->round, b_number = b->value % plan->round;
    if (a_round != b_round)
        return a_round > b_round;
    return a_number != 0 && (b_number == 0 || a_number < b_number);
}

const struct kv_sibling *kv_kept(const struct kv_plan *plan, const struct kv_state *state)
{
    assert(state->key < KV_KEYS_MAX);
    if (state->count == 0 || plan->keep[state->key] == KV_KEEP_LATEST)
        return kv_latest(state);
    const struct kv_sibling *kept = &state->siblings[0];
    for (uint32_t i = 1; i < state->count; i++)
        if (is_better(plan, state->key, &state->siblings[i], kept))
            kept = &state->siblings[i];
    return kept;
}

bool kv_clock_includes(const uint32_t *clock, const uint32_t *other)
{
    for (uint32_t i = 0; i < KV_REPLICAS_MAX; i++)
        if (clock[i] < other[i])
            return false;
    return true;
}

/* ---- Sets of siblings ---- */

static int dot_order(const struct kv_sibling *a, const struct kv_sibling *b)
{
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->counter != b->counter)
        return a->counter < b->counter ? -1 : 1;
    return 0;
}

static const struct kv_sibling *find_dot(const struct kv_state *state, const struct kv_sibling *dot)
{
    for (uint32_t i = 0; i < state->count; i++)
        if (dot_order(&state->siblings[i], dot) == 0)
            return &state->siblings[i];
    return NULL;
}

/* The place of the value that goes when there is no room. */
static uint32_t oldest_at(const struct kv_state *state)
{
    assert(state->count > 0);
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < state->count; i++)
        if (kv_sibling_later(&state->siblings[oldest], &state->siblings[i]))
            oldest = i;
    return oldest;
}

static void remove_at(struct kv_state *state, uint32_t at)
{
    assert(at < state->count);
    state->count--;
    for (; at < state->count; at++)
        state->siblings[at] = state->siblings[at + 1];
    memset(&state->siblings[state->count], 0, sizeof state->siblings[0]);
}

static void insert(struct kv_state *state, const struct kv_sibling *sibling)
{
    if (state->count == KV_SIBLINGS_MAX)
        remove_at(state, oldest_at(state));
    uint32_t at = state->count;
    while (at > 0 && dot_order(&state->siblings[at - 1], sibling) > 0) {
        state->siblings[at] = state->siblings[at - 1];
        at--;
    }
    state->siblings[at] = *sibling;
    state->count++;
    assert(state->count <= KV_SIBLINGS_MAX);
}

static void clock_join(uint32_t *clock, const uint32_t *other)
{
    for (uint32_t i = 0; i < KV_REPLICAS_MAX; i++)
        clock[i] = clock[i] > other[i] ? clock[i] : other[i];
}

/* ---- Merging ---- */

static void keep_latest(struct kv_state *state)
{
    const struct kv_sibling *latest = kv_latest(state);
    if (latest == NULL || state->count == 1)
        return;
    struct kv_sibling kept = *latest;
    memset(state->siblings, 0, sizeof state->siblings);
    state->siblings[0] = kept;
    state->count = 1;
}

static void merge_clock(struct kv_state *into, const struct kv_state *from)
{
    const struct kv_sibling *theirs = kv_latest(from);
    const struct kv_sibling *mine = kv_latest(into);
    if (theirs != NULL && (mine == NULL || kv_sibling_later(theirs, mine))) {
        struct kv_sibling kept = *theirs;
        memset(into->siblings, 0, sizeof into->siblings);
        into->siblings[0] = kept;
        into->count = 1;
    }
    keep_latest(into);
    clock_join(into->clock, from->clock);
}

/* A value stays if the other has it too, or has never seen it. */
static void merge_dots(struct kv_state *into, const struct kv_state *from)
{
    struct kv_state merged = {.key = into->key};
    for (uint32_t i = 0; i < into->count; i++) {
        const struct kv_sibling *mine = &into->siblings[i];
        const struct kv_sibling *same = find_dot(from, mine);
        if (same != NULL && kv_sibling_later(same, mine))
            insert(&merged, same);
        else if (same != NULL || !kv_clock_covers(from->clock, mine->node, mine->counter))
            insert(&merged, mine);
    }
    for (uint32_t i = 0; i < from->count; i++) {
        const struct kv_sibling *theirs = &from->siblings[i];
        if (find_dot(into, theirs) == NULL &&
            !kv_clock_covers(into->clock, theirs->node, theirs->counter))
            insert(&merged, theirs);
    }
    memcpy(merged.clock, into->clock, sizeof merged.clock);
    clock_join(merged.clock, from->clock);
    *into = merged;
}

/* Plain version vectors: a clock that includes the other's is taken for knowledge of its values. */
static void merge_whole(struct kv_state *into, const struct kv_state *from)
{
    if (kv_clock_includes(into->clock, from->clock) && into->count > 0)
        return;
    if (kv_clock_includes(from->clock, into->clock))
        *into = *from;
    else
        merge_dots(into, from);
}

bool kv_merge(struct kv_state *into, const struct kv_state *from, uint32_t flags)
{
    assert(into->count <= KV_SIBLINGS_MAX);
    assert(from->count <= KV_SIBLINGS_MAX);
    struct kv_state before = *into;
    if ((flags & KV_MERGE_CLOCK) != 0)
        merge_clock(into, from);
    else if ((flags & KV_MERGE_NO_DOTS) != 0)
        merge_whole(into, from);
    else
        merge_dots(into, from);
    return memcmp(&before, into, sizeof before) != 0;
}

/* ---- Writing ---- */

static bool is_overwritten(const struct kv_sibling *sibling, const uint32_t *context)
{
    return context != NULL && kv_clock_covers(context, sibling->node, sibling->counter);
}

uint32_t kv_own_siblings(const struct kv_state *state, uint32_t node, const uint32_t *context)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->count; i++)
        count += state->siblings[i].node == node && !is_overwritten(&state->siblings[i], context);
    return count;
}

struct kv_sibling kv_write(struct kv_state *state, uint32_t node, const uint32_t *context,
                           int64_t value, bool deleted, int64_t wall_ns, uint32_t counter_floor,
                           uint32_t flags)
{
    assert(node < KV_REPLICAS_MAX);
    uint32_t counter = state->clock[node] > counter_floor ? state->clock[node] : counter_floor;
    struct kv_sibling sibling = {.value = deleted ? 0 : value,
                                 .wall_ns = wall_ns,
                                 .counter = counter + 1,
                                 .node = (uint8_t)node,
                                 .deleted = deleted};
    bool one_clock = (flags & KV_MERGE_NO_DOTS) != 0; /* no dots: whatever stands here looks read */
    bool by_clock = (flags & KV_MERGE_CLOCK) != 0;    /* then what was read does not matter */
    for (uint32_t i = state->count; i > 0 && !by_clock; i--)
        if (one_clock || is_overwritten(&state->siblings[i - 1], context))
            remove_at(state, i - 1);
    if (context != NULL)
        clock_join(state->clock, context);
    state->clock[node] = sibling.counter;
    insert(state, &sibling);
    if ((flags & KV_MERGE_CLOCK) != 0)
        keep_latest(state);
    return sibling;
}

/* ---- Looking ---- */

static uint64_t hash_word(uint64_t hash, uint64_t word)
{
    return draw_mix(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
}

uint64_t kv_state_hash(const struct kv_state *state, uint32_t flags)
{
    if (state->count == 0)
        return 0;
    uint64_t hash = hash_word(state->key + UINT64_C(1), state->count);
    for (uint32_t i = 0; i < KV_REPLICAS_MAX && (flags & KV_MERGE_CLOCK) == 0; i++)
        hash = hash_word(hash, state->clock[i]);
    for (uint32_t i = 0; i < state->count; i++) {
        hash = hash_word(hash, (uint64_t)kv_dot(&state->siblings[i]));
        hash = hash_word(hash, (uint64_t)state->siblings[i].wall_ns);
        hash = hash_word(hash, (uint64_t)state->siblings[i].value);
    }
    return hash | 1; /* never that of nothing */
}

bool kv_state_valid(const struct kv_state *state, uint32_t length, uint32_t key_count)
{
    if (length < KV_STATE_BYTES_MIN || state->count > KV_SIBLINGS_MAX ||
        length != kv_state_bytes(state) || state->key >= key_count)
        return false;
    for (uint32_t i = 0; i < state->count; i++) {
        const struct kv_sibling *sibling = &state->siblings[i];
        if (sibling->node >= KV_REPLICAS_MAX || sibling->deleted > 1 || sibling->pad != 0 ||
            sibling->counter == 0)
            return false;
        if (i > 0 && dot_order(&state->siblings[i - 1], sibling) >= 0)
            return false;
    }
    return true;
}

bool kv_is_tombstone(const struct kv_state *state, int64_t *wall_ns)
{
    for (uint32_t i = 0; i < state->count; i++)
        if (!state->siblings[i].deleted)
            return false;
    const struct kv_sibling *latest = kv_latest(state);
    *wall_ns = latest == NULL ? 0 : latest->wall_ns;
    return latest != NULL;
}

void kv_pack_clock(const uint32_t *clock, int64_t args[NODE_NOTE_ARGS])
{
    for (uint32_t i = 0; i < NODE_NOTE_ARGS; i++)
        args[i] = (int64_t)((uint64_t)clock[2 * i] | (uint64_t)clock[2 * i + 1] << 32);
}

void kv_unpack_clock(const int64_t args[NODE_NOTE_ARGS], uint32_t *clock)
{
    for (uint32_t i = 0; i < NODE_NOTE_ARGS; i++) {
        clock[2 * i] = (uint32_t)((uint64_t)args[i] & UINT32_MAX);
        clock[2 * i + 1] = (uint32_t)((uint64_t)args[i] >> 32);
    }
}
