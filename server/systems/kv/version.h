/* version.h: versions of a key: dots, clocks, siblings, and how two replicas' states become one.
 *
 * A write is named by its dot: the replica that coordinated it, and that replica's counter for the
 * key. What a replica has of a key is a set of values, each with its dot, and a clock: for each
 * replica the highest counter that it has seen, in a value or overwritten. A value goes when another
 * state's clock covers its dot and that state does not hold it: somebody overwrote it knowingly. So
 * concurrent writes stay side by side as siblings, and one that read them replaces them (Preguica et
 * al., Dotted Version Vectors, 2012). Without dots, with one clock for all values, two clients that
 * write through one replica look ordered and one of them is lost (KV-T08).
 *
 * Under KV_CONFLICT_CLOCK there is one value, that of the latest wall clock (ties by replica, then
 * counter): simple, total, and it loses writes silently (KV-T07).
 *
 * A value may be a tombstone: the key was deleted. Pure functions over bytes; states have no pointers.
 */
#ifndef CHEF_SYSTEMS_KV_VERSION_H
#define CHEF_SYSTEMS_KV_VERSION_H

#include "systems/kv/kv.h"

enum {
    /* A coordinator refuses a write that would leave more values of its own than this: so a key has
     * at most KV_OWN_SIBLINGS_MAX values from each of its homes, and a bound in memory, in messages
     * and on the disk. Refusing is the only way left: any value thrown away for it may be one that
     * was acknowledged. Clients that read before they write, as many as one home serves at a time,
     * stay below four; those who write blindly do not (KV-T08). */
    KV_OWN_SIBLINGS_MAX = 4,
    KV_SIBLINGS_MAX = KV_OWN_SIBLINGS_MAX * KV_COPIES_MAX,
};

struct kv_sibling {
    int64_t value;
    int64_t wall_ns; /* the coordinator's clock */
    uint32_t counter;
    uint8_t node;
    uint8_t deleted; /* a tombstone; value is 0 */
    uint16_t pad;
};
_Static_assert(sizeof(struct kv_sibling) == 24, "no padding");

/* What a replica has of one key; all zero: nothing, ever. Siblings are in order of dots, so equal
 * states are equal bytes up to `count`. */
struct kv_state {
    uint32_t clock[KV_REPLICAS_MAX];
    uint32_t key;
    uint32_t count;
    struct kv_sibling siblings[KV_SIBLINGS_MAX];
};
_Static_assert(sizeof(struct kv_state) == 40 + 24 * KV_SIBLINGS_MAX, "no padding");
enum { KV_STATE_BYTES_MIN = 40 };

/* Bytes of a state that count: what is sent and stored. */
static inline uint32_t kv_state_bytes(const struct kv_state *state)
{
    return KV_STATE_BYTES_MIN + state->count * (uint32_t)sizeof state->siblings[0];
}

/* The wire form of a dot: replica, counter, tombstone or not. Never 0 for a written one. */
static inline int64_t kv_dot(const struct kv_sibling *sibling)
{
    return (int64_t)sibling->counter << 8 | (int64_t)(sibling->node + 1) << 1 |
           (int64_t)sibling->deleted;
}

enum kv_merge {
    KV_MERGE_CLOCK = 1,   /* the latest wall clock wins */
    KV_MERGE_NO_DOTS = 2, /* bug: of two states the one whose clock covers the other's wins whole */
};
/* The flags that the settings ask for. */
uint32_t kv_merge_flags(const int64_t *settings);

/* Does the first come after the second under the latest-wall-clock rule? */
bool kv_sibling_later(const struct kv_sibling *a, const struct kv_sibling *b);
/* The value that rule would choose; NULL when there is none. */
const struct kv_sibling *kv_latest(const struct kv_state *state);

/* The value that the plan's rule for this key would choose (enum kv_keep); NULL when there is none. */
const struct kv_sibling *kv_kept(const struct kv_plan *plan, const struct kv_state *state);

/* Does the clock cover that write? */
static inline bool kv_clock_covers(const uint32_t *clock, uint32_t node, uint32_t counter)
{
    return node < KV_REPLICAS_MAX && clock[node] >= counter;
}
bool kv_clock_includes(const uint32_t *clock, const uint32_t *other);

/* Takes into `into` what `from` knows. Commutative, associative, idempotent in either rule. Returns
 * true when `into` has changed. More siblings than fit (nobody well makes them) lose the oldest. */
bool kv_merge(struct kv_state *into, const struct kv_state *from, uint32_t flags);

/* A new value written by `node` over the values that `context` covers (NULL: over nothing). The
 * counter is above `counter_floor` and all that the state has seen of `node`. */
struct kv_sibling kv_write(struct kv_state *state, uint32_t node, const uint32_t *context,
                           int64_t value, bool deleted, int64_t wall_ns, uint32_t counter_floor,
                           uint32_t flags);
/* How many values of `node` would stay beside a new one written with that context? */
uint32_t kv_own_siblings(const struct kv_state *state, uint32_t node, const uint32_t *context);

/* Equal states have equal hashes; 0: nothing. Under KV_MERGE_CLOCK the clock does not count. */
uint64_t kv_state_hash(const struct kv_state *state, uint32_t flags);
/* Every field in its range? For what comes from a peer or a disk. */
bool kv_state_valid(const struct kv_state *state, uint32_t length, uint32_t key_count);
/* Only tombstones, at least one? *wall_ns: of the latest. */
bool kv_is_tombstone(const struct kv_state *state, int64_t *wall_ns);

/* A clock as the four numbers of a note, and back. */
void kv_pack_clock(const uint32_t *clock, int64_t args[NODE_NOTE_ARGS]);
void kv_unpack_clock(const int64_t args[NODE_NOTE_ARGS], uint32_t *clock);
_Static_assert(KV_REPLICAS_MAX == 2 * NODE_NOTE_ARGS, "a clock is the numbers of one note");

#endif
