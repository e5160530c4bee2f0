/* view.c: the store's part of a live frame: each replica, and a few keys as every home has them.
 *
 * "r": one list a replica: [node, truth, ready, operations, hints, suspected (bits), ranges that may
 *      differ, keys it holds, its role in Raft (enum raft_role), term, epoch of the mode it serves, that mode,
 *      the next one while it is sealed else -1, whom the leader waits for else -1].
 * "m": the mode and quorum now: {mode, n, r, w, quorum, wish: the mode that is wished}.
 * "keys": the keys that were written last, at most KEYS_SHOWN: [key, [[replica, [[value, wall_ms,
 *      writer, counter, deleted] ...]] ...]].
 * "s": counts: [ok, unavailable, unknown, stale, different keys]. A frame is whole or empty: nothing
 *      is sent while nothing was noted. */
#include "base/json_writer.h"
#include "systems/kv/ledger.h"
#include "systems/kv/replica.h"

enum { KEYS_SHOWN = 12 };

/* What a replica that is down would serve, nobody knows: as it was started. */
static void view_served(const struct node_world *world, const struct kv_replica *memory,
                        struct json_writer *writer)
{
    struct kv_served served = {.mode = (uint8_t)world->env->settings[KV_SET_MODE]};
    uint32_t waits_for = NODE_NONE;
    if (memory != NULL)
        served = memory->served;
    if (memory != NULL && served.sealed && raft_leads(&memory->raft) &&
        memory->leading.epoch == served.epoch && !memory->leading.agreed)
        waits_for = memory->leading.waits_for;
    json_u64(writer, NULL, served.epoch);
    json_u64(writer, NULL, served.mode);
    json_i64(writer, NULL, served.sealed ? served.next : -1);
    json_i64(writer, NULL, waits_for == NODE_NONE ? -1 : (int64_t)waits_for);
}

static void view_replica(const struct node_world *world, uint32_t replica,
                         struct json_writer *writer)
{
    const struct kv_plan *plan = world->env->plan;
    const struct kv_replica *memory = world->state(world, replica);
    uint32_t different = 0;
    uint32_t keys = 0;
    for (uint32_t peer = 0; memory != NULL && peer < plan->replica_count; peer++)
        different += peer == replica
                         ? 0
                         : repair_differences(memory, plan, world->env->settings, replica, peer);
    for (uint32_t key = 0; memory != NULL && key < plan->key_count; key++)
        keys += memory->slots[key].state.count > 0;
    json_array(writer, NULL);
    json_u64(writer, NULL, replica);
    json_u64(writer, NULL, (uint64_t)world->truth(world, replica));
    json_u64(writer, NULL, memory != NULL && memory->ready);
    json_u64(writer, NULL, memory == NULL ? 0 : coordinator_open(memory));
    json_u64(writer, NULL, memory == NULL ? 0 : hints_count(memory));
    json_u64(writer, NULL, memory == NULL ? 0 : memory->suspected);
    json_u64(writer, NULL, different);
    json_u64(writer, NULL, keys);
    json_u64(writer, NULL, memory == NULL ? 0 : memory->raft.role);
    json_u64(writer, NULL, memory == NULL ? 0 : memory->raft.term);
    view_served(world, memory, writer);
    json_close(writer);
}

static void view_state(const struct kv_state *state, uint32_t replica, struct json_writer *writer)
{
    json_array(writer, NULL);
    json_u64(writer, NULL, replica);
    json_array(writer, NULL);
    for (uint32_t i = 0; i < state->count; i++) {
        const struct kv_sibling *sibling = &state->siblings[i];
        json_array(writer, NULL);
        json_i64(writer, NULL, sibling->value);
        json_i64(writer, NULL, sibling->wall_ns / KV_NS_PER_MS);
        json_u64(writer, NULL, sibling->node);
        json_u64(writer, NULL, sibling->counter);
        json_u64(writer, NULL, sibling->deleted);
        json_close(writer);
    }
    json_close(writer);
    json_close(writer);
}

static void view_key(const struct node_world *world, uint32_t key, struct json_writer *writer)
{
    json_array(writer, NULL);
    json_u64(writer, NULL, key);
    json_array(writer, NULL);
    struct kv_state copy;
    for (uint32_t i = 0; i < kv_ledger_homes(world, key); i++) {
        uint32_t replica = kv_ledger_home(world, key, i);
        const struct kv_state *state = kv_ledger_state(world, replica, key, &copy);
        if (state != NULL)
            view_state(state, replica, writer);
    }
    json_close(writer);
    json_close(writer);
}

/* The keys that were written last, in order of their number. */
static void view_keys(const struct kv_ledger *ledger, const struct node_world *world,
                      struct json_writer *writer)
{
    const struct kv_plan *plan = world->env->plan;
    json_array(writer, "keys");
    for (uint32_t key = 0; key < plan->key_count; key++) {
        uint32_t later = 0;
        for (uint32_t other = 0; other < plan->key_count; other++)
            later += ledger->keys[other].changed > ledger->keys[key].changed;
        if (ledger->keys[key].changed != 0 && later < KEYS_SHOWN)
            view_key(world, key, writer);
    }
    json_close(writer);
}

static void view_mode(const int64_t *settings, uint32_t mode, struct json_writer *writer)
{
    json_object(writer, "m");
    json_u64(writer, "mode", mode);
    json_u64(writer, "wish", kv_wished_mode(settings));
    json_i64(writer, "n", settings[KV_SET_COPIES]);
    json_i64(writer, "r", settings[KV_SET_READ_QUORUM]);
    json_i64(writer, "w", settings[KV_SET_WRITE_QUORUM]);
    json_i64(writer, "quorum", settings[KV_SET_QUORUM]);
    json_close(writer);
}

uint64_t kv_view(const void *memory, const struct node_world *world, uint64_t since,
                 struct json_writer *writer)
{
    const struct kv_ledger *ledger = memory;
    const struct kv_plan *plan = world->env->plan;
    if (since != 0 && since == ledger->notes + 1)
        return since;
    json_array(writer, "r");
    for (uint32_t i = 0; i < plan->replica_count; i++)
        view_replica(world, i, writer);
    json_close(writer);
    view_mode(world->env->settings, ledger->mode, writer);
    view_keys(ledger, world, writer);
    json_array(writer, "s");
    json_u64(writer, NULL, ledger->ok);
    json_u64(writer, NULL, ledger->failed);
    json_u64(writer, NULL, ledger->unknown);
    json_u64(writer, NULL, ledger->stale);
    json_u64(writer, NULL, ledger->different);
    json_close(writer);
    return ledger->notes + 1;
}
