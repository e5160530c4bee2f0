/* hints.c: hinted handoff: what could not be told to a replica is kept and told when it is back.
 *
 * A hint is a state with its own versions: replaying it late changes nothing that is newer (KV-T04).
 * It is best effort, not a promise: hints that are too old or too many are dropped, and anti-entropy
 * has to mend what they would have (KV-T05). One hint a key and target: later ones are merged. */
#include <assert.h>

#include "systems/kv/replica.h"

static uint32_t find(const struct kv_replica *self, uint32_t target, uint32_t key)
{
    uint32_t free = KV_HINTS;
    for (uint32_t i = 0; i < KV_HINTS; i++) {
        const struct kv_hint *hint = &self->hints[i];
        if (hint->used && hint->target == target && hint->state.key == key)
            return i;
        if (!hint->used && free == KV_HINTS)
            free = i;
    }
    return free;
}

uint32_t hints_count(const struct kv_replica *self)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < KV_HINTS; i++)
        count += self->hints[i].used;
    return count;
}

static void save(const struct kv_turn *turn, uint32_t index)
{
    struct kv_hint *hint = &turn->self->hints[index];
    hint->token = store_put(turn, KV_KEYS_MAX + index, &hint->sequence,
                            hint->used ? hint->target : NODE_NONE, hint->created_ns, &hint->state);
    hint->unsaved = false;
}

bool hints_keep(const struct kv_turn *turn, uint32_t target, const struct kv_state *state,
                uint32_t *token)
{
    assert(target < turn->plan->replica_count);
    assert(target != turn->env->self);
    uint32_t index = find(turn->self, target, state->key);
    if (index == KV_HINTS) {
        kv_say(turn, KV_NOTE_HINT_DROPPED, target, NODE_NONE, state->key, 0, 0, 0);
        return false;
    }
    struct kv_hint *hint = &turn->self->hints[index];
    bool news = true;
    if (!hint->used) {
        uint32_t sequence = hint->sequence;
        *hint = (struct kv_hint){.state = *state,
                                 .created_ns = turn->wall_ns,
                                 .sent_ns = turn->now_ns,
                                 .sequence = sequence,
                                 .used = true,
                                 .target = (uint8_t)target};
        kv_say(turn, KV_NOTE_HINT_STORED, target, NODE_NONE, state->key, 0, 0, 0);
    } else {
        news = kv_merge(&hint->state, state, kv_merge_flags(turn->env->settings));
    }
    hint->serial = ++turn->self->hint_serial;
    if (news || hint->unsaved)
        save(turn, index);
    *token = hint->token;
    return true;
}

/* The newer record of the two says whether the place is used. */
void hints_restore(const struct kv_turn *turn, uint32_t index, uint32_t target, int64_t created_ns,
                   uint32_t sequence, const struct kv_state *state)
{
    assert(index < KV_HINTS);
    struct kv_hint *hint = &turn->self->hints[index];
    if (sequence <= hint->sequence)
        return;
    *hint = (struct kv_hint){.state = *state,
                             .created_ns = created_ns,
                             .sequence = sequence,
                             .serial = ++turn->self->hint_serial,
                             .used = target < turn->plan->replica_count,
                             .target = target < turn->plan->replica_count ? (uint8_t)target : 0};
}

void hints_on_written(const struct kv_turn *turn, const struct node_event *event)
{
    for (uint32_t i = 0; i < KV_HINTS; i++) {
        struct kv_hint *hint = &turn->self->hints[i];
        if (hint->token != event->token || hint->token == 0)
            continue;
        hint->token = 0;
        hint->unsaved = event->status != NODE_IO_OK;
        return;
    }
}

/* The place is free on the disk too. If that write is lost the hint comes back with the next start
 * and is replayed once more: harmless, its versions are old. */
static void let_go(const struct kv_turn *turn, uint32_t index)
{
    turn->self->hints[index].used = false;
    save(turn, index);
}

/* It has arrived, unless the hint has grown since it was sent. */
void hints_on_wrote(const struct kv_turn *turn, uint32_t from, const struct kv_wrote *wrote)
{
    if (wrote->ticket >= KV_HINTS)
        return;
    const struct kv_hint *hint = &turn->self->hints[wrote->ticket];
    if (!hint->used || hint->target != from || hint->serial != wrote->serial)
        return;
    kv_say(turn, KV_NOTE_HINT_REPLAYED, from, NODE_NONE, hint->state.key, 0, 0, 0);
    let_go(turn, wrote->ticket);
}

/* With the bug the value is written again as if it were new: it wins over what came since. */
static void renew_versions(const struct kv_turn *turn, struct kv_state *state)
{
    for (uint32_t i = 0; i < state->count; i++)
        state->siblings[i].wall_ns = turn->wall_ns;
}

static void replay(const struct kv_turn *turn, uint32_t index)
{
    struct kv_hint *hint = &turn->self->hints[index];
    hint->sent_ns = turn->now_ns;
    struct kv_write write = {.op = NODE_NONE,
                             .ticket = index,
                             .serial = hint->serial,
                             .kind = KV_WRITE_REPLAY,
                             .target = hint->target,
                             .state = hint->state};
    if (kv_setting(turn, KV_SET_BUG_HINT_NOW))
        renew_versions(turn, &write.state);
    uint32_t length = (uint32_t)(sizeof write - sizeof write.state) + kv_state_bytes(&write.state);
    kv_send(turn, 0, hint->target, KV_WRITE, &write, length);
}

void hints_tick(const struct kv_turn *turn)
{
    uint32_t alive = kv_alive(turn);
    int64_t window_ns = kv_setting(turn, KV_SET_HINT_WINDOW_MS) * KV_NS_PER_MS;
    for (uint32_t i = 0; i < KV_HINTS; i++) {
        struct kv_hint *hint = &turn->self->hints[i];
        if (!hint->used && hint->unsaved)
            save(turn, i);
        if (!hint->used)
            continue;
        int64_t age_ns = turn->wall_ns - hint->created_ns;
        if (age_ns > window_ns) {
            kv_say(turn, KV_NOTE_HINT_EXPIRED, hint->target, NODE_NONE, hint->state.key,
                   age_ns / KV_NS_PER_MS, 0, 0);
            let_go(turn, i);
        } else if ((alive & kv_bit(hint->target)) != 0 &&
                   turn->now_ns - hint->sent_ns >= KV_GRACE_HINTS_MS * KV_NS_PER_MS) {
            replay(turn, i);
        }
    }
}

void hints_read(const struct kv_turn *turn, uint32_t key, struct kv_state *state)
{
    for (uint32_t i = 0; i < KV_HINTS; i++) {
        const struct kv_hint *hint = &turn->self->hints[i];
        if (hint->used && hint->state.key == key && hint->token == 0 && !hint->unsaved)
            (void)kv_merge(state, &hint->state, kv_merge_flags(turn->env->settings));
    }
}
