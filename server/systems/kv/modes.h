/* modes.h: which mode the store is in, and the steps by which it changes: what the replicas' log agrees
 * on.
 *
 * A switch from one mode to another moves a class of keys from one path to the other: from the
 * eventual store into the log (it tightens) or out of the log (it loosens). Modes are nested (ap,
 * hybrid, cp: no key is strong, the first ones, all), so all keys of one switch move the same way.
 * Every step is an entry of the log and counts up the epoch:
 *
 *   SEAL   the keys that move take no more writes. Eventual reads of them go on, and say so.
 *   SEED   (tightens) one key's agreed value becomes the log's; part of its epoch, no step of its own.
 *   OPEN   the new mode, or, when the wish was taken back, the old one.
 *
 * A step names the epoch that it leads to, so one that comes twice or too late does nothing. The state
 * below is part of the machine: equal on all replicas at the same entry, and in its image. What a
 * replica lets clients do is its own copy (struct kv_served), which is on its disk before it tells
 * anybody, since after a crash a replica does not know how far the log is confirmed.
 *
 * Pure functions over bytes; no pointers; all zero with the first mode is the state before any step.
 */
#ifndef CHEF_SYSTEMS_KV_MODES_H
#define CHEF_SYSTEMS_KV_MODES_H

#include <stddef.h>

#include "systems/kv/version.h"
#include "systems/raft/machine.h"

enum { KV_EPOCH_MAX = UINT16_MAX - 1 }; /* replies carry it in two bytes; then no more switches */

/* Keys that always move together: those that are strong in hybrid, and the others. */
enum kv_class { KV_CLASS_FIRST, KV_CLASS_REST, KV_CLASSES };
static inline enum kv_class kv_class_of(const struct kv_plan *plan, uint32_t key)
{
    return key < plan->strong_keys ? KV_CLASS_FIRST : KV_CLASS_REST;
}

/* The version under which a class has left the log for the eventual store; epoch 0: it never has. */
struct kv_carried {
    uint32_t epoch, counter;
    int64_t wall_ns;
};

struct kv_modes {
    uint32_t epoch;
    uint8_t mode, next; /* enum kv_mode; next: only while sealed */
    uint8_t sealed, pad;
    uint32_t counter_base; /* no version of the eventual store had a higher counter, */
    uint32_t pad2;
    int64_t wall_base_ns; /* or a later clock, when its keys last went into the log */
    struct kv_carried carried[KV_CLASSES];
};
_Static_assert(sizeof(struct kv_modes) == 56, "no padding");

/* The mode as one replica serves it. */
struct kv_served {
    uint32_t epoch;
    uint8_t mode, next, sealed, pad;
};

/* Steps stand in the log beside the machine's commands; `kind` at the same place tells them apart. */
enum kv_step_kind { KV_STEP_SEAL = 64, KV_STEP_SEED, KV_STEP_OPEN };
struct kv_step {
    uint32_t epoch;   /* SEAL, OPEN: the one it leads to; SEED: the one it belongs to */
    uint32_t counter; /* SEED: of the version; OPEN: highest of the eventual store */
    uint32_t origin;  /* SEED: 0 nothing was ever there; else the version's replica + 1 */
    uint16_t key;
    uint8_t kind;    /* enum kv_step_kind */
    uint8_t mode;    /* SEAL, OPEN: enum kv_mode. SEED: 1 it is a deletion */
    int64_t value;   /* SEED */
    int64_t wall_ns; /* SEED: of the version; OPEN: latest of the eventual store, or the leader's */
};
_Static_assert(sizeof(struct kv_step) == 32, "no padding");
_Static_assert(offsetof(struct kv_step, kind) == offsetof(struct machine_command, kind),
               "told apart by it");
_Static_assert((int)MACHINE_OPERATION_COUNT <= (int)KV_STEP_SEAL, "told apart by it");

/* Is this a step, every field in its range? */
bool kv_step_valid(const void *bytes, uint32_t length, uint32_t key_count);

/* Does the step from one mode to the other make keys strong? */
bool kv_tightens(uint32_t mode, uint32_t next);
/* Does this key change its path in the switch that is under way? */
bool kv_moves(const struct kv_plan *plan, const struct kv_served *served, uint32_t key);
struct kv_served kv_served_of(const struct kv_modes *modes);
/* Is this key the log's now, so that a strong command on it counts? */
bool kv_takes_strong(const struct kv_plan *plan, const struct kv_modes *modes, uint32_t key);

/* Applies SEAL or OPEN. False: it was of another epoch, and nothing changed. */
bool kv_modes_apply(struct kv_modes *modes, const struct kv_step *step);

/* The version under which a key is carried out of the log into the eventual store: the same at every
 * home, and over all that the store had before. */
void kv_carried_state(const struct kv_plan *plan, const struct kv_carried *carried, uint32_t key,
                      const struct machine_key *entry, struct kv_state *state);

#endif
