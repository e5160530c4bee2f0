/* batch.c: several keys in one operation.
 *
 * Keys of the log: one entry writes all of them, one read of the machine reads all of them, so nobody
 * sees a half (KV-T13), and the reply says "atomic". Keys of the eventual class: this replica gives
 * each key to a home of it, which coordinates it like any other and answers the client itself, with
 * the promise "not isolated". A batch that has keys of both classes, or asks for the promise that they
 * do not have, is refused whole (as a conditional write on an eventual key is, KV-T11). */
#include <assert.h>

#include "systems/kv/replica.h"

void batch_reply(const struct kv_turn *turn, const struct kv_waiting *waiting,
                 enum kv_result result)
{
    const struct kv_replica *self = turn->self;
    assert(waiting->batch_count <= KV_BATCH_KEYS);
    struct kv_batch_reply message = {.op = waiting->op,
                                     .result = (uint8_t)result,
                                     .level = waiting->level,
                                     .attempt = waiting->attempt,
                                     .epoch = (uint16_t)self->served.epoch,
                                     .mode = self->served.mode,
                                     .count = waiting->batch_count};
    bool known = self->raft.leader < turn->plan->replica_count;
    message.leader = (uint8_t)(known ? self->raft.leader + 1 : 0);
    for (uint32_t i = 0; i < waiting->batch_count; i++) {
        uint32_t key = waiting->batch_keys[i];
        const struct machine_key *entry = &self->machine.keys[key];
        message.items[i] = (struct kv_batch_item){.value = entry->there ? entry->value : 0,
                                                  .version = (uint32_t)self->written_at[key],
                                                  .there = entry->there};
    }
    node_send(turn->outbox, waiting->client, KV_BATCH_REPLY, &message, sizeof message);
}

static struct kv_request part_of(const struct kv_batch *batch, uint32_t i)
{
    return (struct kv_request){.op = batch->op + 1 + i,
                               .key = batch->keys[i],
                               .function = batch->function,
                               .level = batch->level,
                               .attempt = batch->attempt,
                               .value = batch->value};
}

static void refuse(const struct kv_turn *turn, uint32_t client, const struct kv_batch *batch,
                   enum kv_result result)
{
    struct kv_waiting waiting = {.op = batch->op,
                                 .client = client,
                                 .attempt = batch->attempt,
                                 .level = batch->level,
                                 .batch_count = batch->count};
    memcpy(waiting.batch_keys, batch->keys, sizeof waiting.batch_keys);
    batch_reply(turn, &waiting, result);
}

/* The first home that is not thought down; the coordinator itself, if it is one. */
static uint32_t home_of(const struct kv_turn *turn, uint32_t key)
{
    uint32_t range = kv_range(turn->plan, key);
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    uint32_t homes = kv_homes(turn, key);
    if ((homes & kv_bit(turn->env->self)) != 0)
        return turn->env->self;
    for (uint32_t i = 0; i < copies; i++)
        if ((homes & kv_alive(turn) & kv_bit(kv_home(turn->plan, range, i))) != 0)
            return kv_home(turn->plan, range, i);
    return kv_home(turn->plan, range, 0);
}

static void split(const struct kv_turn *turn, uint32_t client, const struct kv_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        struct kv_part part = {.request = part_of(batch, i), .client = client};
        uint32_t home = home_of(turn, batch->keys[i]);
        if (home == turn->env->self)
            replica_on_request(turn, client, &part.request);
        else
            node_send(turn->outbox, home, KV_PART, &part, sizeof part);
    }
}

void batch_on_request(const struct kv_turn *turn, uint32_t client, const struct kv_batch *batch)
{
    bool atomic = batch->level == KV_LEVEL_ATOMIC;
    bool held_up = false;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct kv_request part = part_of(batch, i);
        if (kv_is_strong(turn->plan, turn->self->served.mode, batch->keys[i]) != atomic) {
            refuse(turn, client, batch, KV_WRONG_LEVEL);
            return;
        }
        held_up = held_up || switch_holds_up(turn, &part);
    }
    if (held_up)
        refuse(turn, client, batch, KV_SWITCHING);
    else if (atomic)
        strong_batch(turn, client, batch);
    else if (!turn->self->ready)
        refuse(turn, client, batch, KV_NOT_READY);
    else
        split(turn, client, batch);
}
