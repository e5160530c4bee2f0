/* repair.c: anti-entropy: two homes of a range compare their trees and exchange what differs.
 *
 * No session: every message says where in the tree it is, and merging twice does no harm, so what is
 * lost is repeated by the next round. A round goes to one peer after the other, and only over ranges
 * that both are homes of. Equal roots are worth remembering: they are how a replica knows that it has
 * nothing left to tell (pending), and that a tombstone has arrived (store.c). */
#include <assert.h>

#include "systems/kv/replica.h"

enum { ENTRIES_A_STEP = 4 };

static bool both_homes(const struct kv_turn *turn, uint32_t range, uint32_t peer)
{
    return kv_is_home(turn->plan, turn->env->settings, range, turn->env->self) &&
           kv_is_home(turn->plan, turn->env->settings, range, peer);
}

static bool is_on(const struct kv_turn *turn)
{
    bool wanted = kv_setting(turn, KV_SET_ANTI_ENTROPY) || switch_tightens(turn->self);
    return wanted && !kv_setting(turn, KV_SET_BUG_NO_REPAIR);
}

uint32_t repair_differences(const struct kv_replica *self, const struct kv_plan *plan,
                            const int64_t *settings, uint32_t replica, uint32_t peer)
{
    uint32_t count = 0;
    for (uint32_t range = 0; range < plan->replica_count; range++) {
        const struct merkle *tree = &self->trees[range];
        bool both =
            kv_is_home(plan, settings, range, replica) && kv_is_home(plan, settings, range, peer);
        count += both && (tree->dirty != 0 || self->agreed_root[peer][range] != tree->root);
    }
    return count;
}

/* ---- Hashes ---- */

static void send_hashes(const struct kv_turn *turn, uint32_t to, uint32_t range, uint32_t level,
                        uint32_t index)
{
    struct kv_hashes message = {
        .op = NODE_NONE, .range = (uint8_t)range, .level = (uint8_t)level, .index = (uint8_t)index};
    uint32_t count = merkle_read(store_tree(turn, range), level, index, message.hashes);
    turn->self->hashes_sent += count;
    node_send(turn->outbox, to, KV_HASHES, &message,
              KV_HASHES_BYTES_MIN - 8 + count * (uint32_t)sizeof message.hashes[0]);
}

/* The end of a comparison as this side saw it. */
static void say_compared(const struct kv_turn *turn, uint32_t peer, uint32_t range, bool equal)
{
    kv_say(turn, KV_NOTE_COMPARED, peer, NODE_NONE, range, turn->self->hashes_sent,
           turn->self->entries_sent, equal);
    turn->self->hashes_sent = 0;
    turn->self->entries_sent = 0;
}

static void agree(const struct kv_turn *turn, uint32_t peer, uint32_t range)
{
    struct kv_replica *self = turn->self;
    self->agreed_root[peer][range] = store_tree(turn, range)->root;
    store_agreed(turn, range, peer);
    say_compared(turn, peer, range, true);
    uint32_t left =
        repair_differences(self, turn->plan, turn->env->settings, turn->env->self, peer);
    if (left == 0 && (self->told_agreed & kv_bit(peer)) == 0) {
        self->told_agreed |= kv_bit(peer);
        kv_say(turn, KV_NOTE_AGREED, peer, NODE_NONE, 0, 0, 0, 0);
    }
}

/* ---- Entries ---- */

static void flush(const struct kv_turn *turn, uint32_t to, struct kv_entries *entries,
                  uint32_t *bytes)
{
    if (entries->count == 0)
        return;
    node_send(turn->outbox, to, KV_ENTRIES, entries, KV_ENTRIES_BYTES_MIN + *bytes);
    entries->count = 0;
    *bytes = 0;
}

/* A state is told only when it is durable here; one that is not will be told in the next round. */
static void send_entries(const struct kv_turn *turn, uint32_t to, uint32_t range, uint64_t leaves,
                         bool answer)
{
    struct kv_entries entries = {
        .op = NODE_NONE, .range = (uint8_t)range, .answer = answer, .leaves = leaves};
    uint32_t bytes = 0;
    uint32_t sent = 0;
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        const struct kv_slot *slot = &turn->self->slots[key];
        bool chosen = kv_range(turn->plan, key) == range && slot->state.count > 0 &&
                      (leaves >> merkle_leaf(key) & 1) != 0;
        if (!chosen || slot->token != 0 || slot->unsaved)
            continue;
        uint32_t length = kv_state_bytes(&slot->state);
        if (bytes + length > KV_ENTRIES_BYTES && ++sent == ENTRIES_A_STEP)
            break; /* the rest differs in the next round too */
        if (bytes + length > KV_ENTRIES_BYTES)
            flush(turn, to, &entries, &bytes);
        memcpy(entries.states + bytes, &slot->state, length);
        bytes += length;
        entries.count++;
        turn->self->entries_sent++;
    }
    if (entries.count > 0)
        flush(turn, to, &entries, &bytes);
    else if (!answer) /* nothing here: the other side may have something */
        node_send(turn->outbox, to, KV_ENTRIES, &entries, KV_ENTRIES_BYTES_MIN);
}

/* What differs at this level: go down, or stream the leaves. */
void repair_on_hashes(const struct kv_turn *turn, uint32_t from, const struct kv_hashes *hashes)
{
    uint64_t own[MERKLE_FANOUT];
    uint32_t range = hashes->range;
    if (!turn->self->ready || !is_on(turn) || !both_homes(turn, range, from))
        return;
    uint32_t count = merkle_read(store_tree(turn, range), hashes->level, hashes->index, own);
    uint64_t leaves = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (own[i] == hashes->hashes[i])
            continue;
        if (hashes->level + 1 < MERKLE_LEVELS)
            send_hashes(turn, from, range, hashes->level + 1u, i);
        else
            leaves |= UINT64_C(1) << (hashes->index * MERKLE_FANOUT + i);
    }
    if (leaves != 0) {
        send_entries(turn, from, range, leaves, false);
        say_compared(turn, from, range, false);
    } else if (hashes->level == 0 && own[0] == hashes->hashes[0]) {
        struct kv_agree message = {.op = NODE_NONE, .range = (uint8_t)range, .root = own[0]};
        node_send(turn->outbox, from, KV_AGREE, &message, sizeof message);
        agree(turn, from, range);
    }
}

/* An old tombstone of a key that is not here was collected here: the sender may do the same. */
static bool is_collected(const struct kv_turn *turn, const struct kv_state *state)
{
    return turn->self->slots[state->key].state.count == 0 && store_is_aged(turn, state);
}

static void take(const struct kv_turn *turn, uint32_t from, uint32_t range,
                 const struct kv_state *state)
{
    if (kv_range(turn->plan, state->key) != range)
        return;
    if (is_collected(turn, state)) {
        struct kv_agree message = {
            .op = NODE_NONE, .range = (uint8_t)range, .collected = 1, .key = (uint16_t)state->key};
        node_send(turn->outbox, from, KV_AGREE, &message, sizeof message);
        return;
    }
    (void)store_merge(turn, state, false);
}

void repair_on_entries(const struct kv_turn *turn, uint32_t from, const struct kv_entries *entries)
{
    uint32_t at = 0;
    if (!turn->self->ready || !is_on(turn) || !both_homes(turn, entries->range, from))
        return;
    for (uint32_t i = 0; i < entries->count; i++) {
        struct kv_state state = {.key = 0};
        memcpy(&state, entries->states + at, KV_STATE_BYTES_MIN);
        memcpy(&state, entries->states + at, kv_state_bytes(&state));
        at += kv_state_bytes(&state);
        take(turn, from, entries->range, &state);
    }
    if (!entries->answer) {
        send_entries(turn, from, entries->range, entries->leaves, true);
        say_compared(turn, from, entries->range, false);
    }
}

void repair_on_agree(const struct kv_turn *turn, uint32_t from, const struct kv_agree *message)
{
    if (!turn->self->ready || !both_homes(turn, message->range, from))
        return;
    if (message->collected)
        store_peer_collected(turn, message->key, from);
    else if (message->root == store_tree(turn, message->range)->root)
        agree(turn, from, message->range);
}

/* ---- Time ---- */

static void compare_with(const struct kv_turn *turn, uint32_t peer)
{
    for (uint32_t range = 0; range < turn->plan->replica_count; range++)
        if (both_homes(turn, range, peer))
            send_hashes(turn, peer, range, 0, 0);
}

void repair_ask(const struct kv_turn *turn)
{
    enum { ROUNDS = 3 };
    kv_say(turn, KV_NOTE_REPAIR_ASKED, NODE_NONE, NODE_NONE, 0, 0, 0, 0);
    turn->self->repair_rounds = ROUNDS * turn->plan->replica_count;
    turn->self->repair_due_ns = turn->now_ns;
}

/* One peer a round; quickly one after the other when somebody asked for it, or a switch of modes waits
 * for it. */
void repair_tick(const struct kv_turn *turn)
{
    enum { ASKED_MS = 50 };
    struct kv_replica *self = turn->self;
    if (turn->now_ns < self->repair_due_ns || !is_on(turn))
        return;
    bool asked = self->repair_rounds > 0 || switch_tightens(self);
    self->repair_rounds -= self->repair_rounds > 0;
    int64_t pause_ms = asked ? ASKED_MS : kv_setting(turn, KV_SET_REPAIR_MS);
    self->repair_due_ns = turn->now_ns + pause_ms * KV_NS_PER_MS;
    self->repair_peer = (self->repair_peer + 1) % turn->plan->replica_count;
    if (self->repair_peer == turn->env->self)
        self->repair_peer = (self->repair_peer + 1) % turn->plan->replica_count;
    if (self->repair_peer != turn->env->self && (kv_alive(turn) & kv_bit(self->repair_peer)) != 0)
        compare_with(turn, self->repair_peer);
}
