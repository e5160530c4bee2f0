/* coordinator_read.c: what a home of a key does with a client's read: all homes are asked, R answers
 * are compared, and who is behind is mended.
 *
 * All R answers are compared, not the first one returned (KV-T16). Read repair sends the merged state
 * to those who are behind; they merge it, so nothing concurrent is overwritten (KV-T09). In blocking
 * mode the reader waits until they have it: only then does a later reader, who may ask others, see
 * nothing older (KV-T01; Cassandra calls it monotonic quorum reads). R + W > N alone is not enough. */
#include <assert.h>

#include "systems/kv/replica.h"

static uint64_t hash_of(const struct kv_turn *turn, const struct kv_state *state)
{
    return kv_state_hash(state, kv_merge_flags(turn->env->settings));
}

/* ---- Asking ---- */

static void ask(const struct kv_turn *turn, struct kv_op *op, uint32_t replica)
{
    struct kv_read read = {.op = op->op,
                           .ticket = (uint32_t)(op - turn->self->ops),
                           .serial = op->serial,
                           .key = op->key};
    op->asked |= (uint16_t)kv_bit(replica);
    kv_send(turn, 0, replica, KV_READ, &read, sizeof read);
}

static void ask_all(const struct kv_turn *turn, struct kv_op *op)
{
    uint32_t homes = kv_homes(turn, op->key);
    uint32_t alive = kv_alive(turn);
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++)
        if ((homes & alive & kv_bit(replica)) != 0 && replica != turn->env->self)
            ask(turn, op, replica);
    uint32_t stand_ins[KV_REPLICAS_MAX], targets[KV_REPLICAS_MAX];
    if (kv_setting(turn, KV_SET_QUORUM) != KV_QUORUM_SLOPPY)
        return;
    uint32_t count = coordinator_fallbacks(turn, op->key, homes & ~alive, stand_ins, targets);
    for (uint32_t i = 0; i < count; i++)
        ask(turn, op, stand_ins[i]);
}

/* ---- Answering ---- */

/* Replicas that have answered and know less than all of them together. */
static uint32_t behind(const struct kv_turn *turn, const struct kv_op *op)
{
    uint64_t merged = hash_of(turn, &op->state);
    uint32_t mask = 0;
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++)
        if ((op->done & kv_bit(replica)) != 0 && op->hashes[replica] != merged)
            mask |= kv_bit(replica);
    return mask & kv_homes(turn, op->key); /* a stand-in has only hints */
}

/* Sends the merged state to those behind, the own copy first: what others are told must be durable
 * here, or a crash could take a version back that somebody has. Returns the write that the own copy
 * waits for. */
static uint32_t repair(const struct kv_turn *turn, struct kv_op *op, uint32_t mask, bool blocking)
{
    bool own = (mask & kv_bit(turn->env->self)) != 0;
    uint32_t token = own ? store_merge(turn, &op->state, false) : store_token(turn, op->key);
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++) {
        if ((mask & kv_bit(replica)) == 0)
            continue;
        kv_say(turn, KV_NOTE_READ_REPAIR, replica, op->op, op->key, blocking, 0, 0);
        if (replica != turn->env->self)
            coordinator_send(turn, op, replica, KV_WRITE_REPAIR, replica, token);
        op->hashes[replica] = hash_of(turn, &op->state);
    }
    return token;
}

static void answer(const struct kv_turn *turn, struct kv_op *op, uint32_t after)
{
    coordinator_reply(turn, op, KV_OK, after);
    op->phase = KV_OP_READING; /* later answers are still compared */
    if ((op->asked & ~op->done) == 0)
        op->phase = KV_OP_FREE;
}

/* R answers are here. */
static void decide(const struct kv_turn *turn, struct kv_op *op)
{
    enum kv_read_repair mode = (enum kv_read_repair)kv_setting(turn, KV_SET_READ_REPAIR);
    bool blocking = mode == KV_REPAIR_BLOCKING && !kv_setting(turn, KV_SET_BUG_ASYNC_REPAIR);
    uint32_t mask = mode == KV_REPAIR_OFF ? 0 : behind(turn, op);
    uint32_t token = repair(turn, op, mask, blocking);
    op->owed = (uint16_t)(blocking ? mask & ~kv_bit(turn->env->self) : 0);
    if (op->owed != 0)
        op->phase = KV_OP_REPAIRING;
    else
        answer(turn, op, token);
}

void coordinator_repaired(const struct kv_turn *turn, struct kv_op *op, uint32_t from)
{
    assert(op->phase == KV_OP_REPAIRING);
    op->owed &= (uint16_t)~kv_bit(from);
    if (op->owed == 0)
        answer(turn, op, store_token(turn, op->key));
}

static void take(const struct kv_turn *turn, struct kv_op *op, uint32_t from,
                 const struct kv_state *state)
{
    op->done |= (uint16_t)kv_bit(from);
    op->hashes[from] = hash_of(turn, state);
    (void)kv_merge(&op->state, state, kv_merge_flags(turn->env->settings));
}

/* One more answer. The client may have its own already: then it serves repair alone. */
void coordinator_on_value(const struct kv_turn *turn, uint32_t from, const struct kv_value *value)
{
    if (value->ticket >= KV_OPS || from >= turn->plan->replica_count)
        return;
    struct kv_op *op = &turn->self->ops[value->ticket];
    bool expected = (op->phase == KV_OP_READING || op->phase == KV_OP_REPAIRING) &&
                    op->serial == value->serial && op->key == value->state.key;
    if (!expected || (op->done & kv_bit(from)) != 0)
        return;
    if (op->phase == KV_OP_REPAIRING) {
        op->asked &= (uint16_t)~kv_bit(from); /* what is being answered stays as it was decided */
        return;
    }
    take(turn, op, from, &value->state);
    if (!op->replied) {
        if (kv_count_bits(op->done) >= op->needed)
            decide(turn, op);
        return;
    }
    if (kv_setting(turn, KV_SET_READ_REPAIR) != KV_REPAIR_OFF)
        (void)repair(turn, op, behind(turn, op), false);
    if ((op->asked & ~op->done) == 0)
        op->phase = KV_OP_FREE;
}

/* ---- Reading ---- */

static uint32_t reachable(const struct kv_turn *turn, uint32_t key)
{
    uint32_t homes = kv_homes(turn, key);
    uint32_t alive = kv_alive(turn);
    uint32_t stand_ins[KV_REPLICAS_MAX], targets[KV_REPLICAS_MAX];
    uint32_t count = kv_count_bits(homes & alive);
    if (kv_setting(turn, KV_SET_QUORUM) == KV_QUORUM_SLOPPY)
        count += coordinator_fallbacks(turn, key, homes & ~alive, stand_ins, targets);
    return count;
}

static void read_local(const struct kv_turn *turn, uint32_t client,
                       const struct kv_request *request)
{
    struct kv_op op = {.state = turn->self->slots[request->key].state,
                       .op = request->op,
                       .client = client,
                       .key = request->key,
                       .function = KV_GET,
                       .level = request->level};
    coordinator_reply(turn, &op, KV_OK, store_token(turn, request->key));
}

void coordinator_read(const struct kv_turn *turn, uint32_t client, const struct kv_request *request)
{
    if (request->level == KV_LEVEL_LOCAL) {
        read_local(turn, client, request);
        return;
    }
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    uint32_t quorum = (uint32_t)kv_setting(turn, KV_SET_READ_QUORUM);
    quorum = quorum < copies ? quorum : copies;
    if (reachable(turn, request->key) < quorum) {
        coordinator_refuse(turn, client, request, KV_UNAVAILABLE);
        return;
    }
    struct kv_op *op = coordinator_begin(turn, client, request, KV_OP_READING);
    if (op == NULL) {
        coordinator_refuse(turn, client, request, KV_BUSY);
        return;
    }
    op->needed = (uint8_t)(kv_setting(turn, KV_SET_BUG_FIRST_REPLY) ? 1 : quorum);
    ask_all(turn, op);
    take(turn, op, turn->env->self, &turn->self->slots[request->key].state);
    if (kv_count_bits(op->done) >= op->needed)
        decide(turn, op);
}
