/* store.c: the keys of a replica, in memory and on its disk.
 *
 * Persist before you speak: every change is written at once and has a token; whoever is told of it
 * is told after that token. A write that the disk refuses (full) drops what waited for it; the key
 * stays marked and is written again later. */
#include <assert.h>

#include "base/log_codec.h"
#include "systems/kv/replica.h"

enum {
    RECORD_TYPE = 1,
    SALT = 0x6b760000,
    EARLY_GC_MS = 2000, /* bug.gc_early */
    SWEEP_MS = 500,
};

/* The body of a record. */
struct place {
    uint32_t sequence;
    uint32_t target; /* of a hint; NODE_NONE: the place is free */
    int64_t created_ns;
    struct kv_state state;
};
enum { PLACE_HEAD = 16 };
_Static_assert(sizeof(struct place) == PLACE_HEAD + sizeof(struct kv_state), "no padding");
_Static_assert(LOG_HEADER_BYTES + sizeof(struct place) + LOG_TERMINATOR_BYTES <= KV_PLACE_BYTES,
               "a record fits its place");
_Static_assert(KV_READ_PLACES *KV_PLACE_BYTES <= NODE_MESSAGE_BYTES_MAX, "one read");

/* ---- The disk ---- */

uint32_t store_put(const struct kv_turn *turn, uint32_t place, uint32_t *sequence, uint32_t target,
                   int64_t created_ns, const struct kv_state *state)
{
    assert(place < KV_PLACES);
    uint8_t bytes[KV_PLACE_BYTES] = {0};
    struct place body = {.sequence = ++*sequence, .target = target, .created_ns = created_ns};
    memcpy(&body.state, state, kv_state_bytes(state));
    uint32_t length =
        log_record_put(bytes, SALT + place, RECORD_TYPE, &body, PLACE_HEAD + kv_state_bytes(state));
    uint32_t offset = (2 * place + (*sequence & 1)) * KV_PLACE_BYTES;
    turn->self->writes_open++;
    return node_write(turn->outbox, KV_FILE, offset, bytes, length + LOG_TERMINATOR_BYTES,
                      NODE_SYNC);
}

static void save(const struct kv_turn *turn, uint32_t key)
{
    struct kv_slot *slot = &turn->self->slots[key];
    slot->token = store_put(turn, key, &slot->sequence, 0, 0, &slot->state);
    slot->unsaved = false;
}

uint32_t store_token(const struct kv_turn *turn, uint32_t key)
{
    assert(key < turn->plan->key_count);
    if (turn->self->slots[key].unsaved)
        save(turn, key);
    return turn->self->slots[key].token;
}

bool store_is_stuck(const struct kv_turn *turn, uint32_t key)
{
    const struct kv_slot *slot = &turn->self->slots[key];
    return slot->token != 0 && turn->now_ns - slot->since_ns > KV_STUCK_MS * KV_NS_PER_MS;
}

void store_save_own(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    const struct kv_served *served = &self->served;
    struct kv_state own = {.clock = {self->counter_floor, served->epoch,
                                     (uint32_t)served->mode | (uint32_t)served->next << 8 |
                                         (uint32_t)served->sealed << 16}};
    self->own_token = store_put(turn, KV_META_PLACE, &self->own_sequence, 0, 0, &own);
    self->own_unsaved = false;
}

bool store_is_durable(const struct kv_turn *turn)
{
    const struct kv_replica *self = turn->self;
    for (uint32_t key = 0; key < turn->plan->key_count; key++)
        if (self->slots[key].token != 0 || self->slots[key].unsaved)
            return false;
    return self->own_token == 0 && !self->own_unsaved;
}

void store_on_written(const struct kv_turn *turn, const struct node_event *event)
{
    if (turn->self->own_token == event->token && event->token != 0) {
        turn->self->own_token = 0;
        turn->self->own_unsaved = event->status != NODE_IO_OK;
        return;
    }
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        struct kv_slot *slot = &turn->self->slots[key];
        if (slot->token != event->token || slot->token == 0)
            continue;
        slot->token = 0;
        slot->unsaved = event->status != NODE_IO_OK;
        return;
    }
}

/* ---- Changes ---- */

struct merkle *store_tree(const struct kv_turn *turn, uint32_t range)
{
    struct merkle *tree = &turn->self->trees[range];
    merkle_settle(tree);
    return tree;
}

/* The tree follows the key; what a peer is known to have is no longer known. */
static void changed(const struct kv_turn *turn, uint32_t key, uint64_t before)
{
    struct kv_slot *slot = &turn->self->slots[key];
    uint32_t range = kv_range(turn->plan, key);
    uint64_t after = kv_state_hash(&slot->state, kv_merge_flags(turn->env->settings));
    if (kv_setting(turn, KV_SET_BUG_MERKLE_ORDER))
        merkle_change_in_order(&turn->self->trees[range], key, after);
    else
        merkle_change(&turn->self->trees[range], key, before, after);
    slot->since_ns = turn->now_ns;
    slot->agreed = 0;
    for (uint32_t peer = 0; peer < turn->plan->replica_count && before != after; peer++)
        turn->self->told_agreed &= ~kv_bit(peer);
}

static uint64_t hash_of(const struct kv_turn *turn, uint32_t key)
{
    return kv_state_hash(&turn->self->slots[key].state, kv_merge_flags(turn->env->settings));
}

uint32_t store_merge(const struct kv_turn *turn, const struct kv_state *state, bool overwrite)
{
    assert(state->key < turn->plan->key_count);
    struct kv_slot *slot = &turn->self->slots[state->key];
    uint64_t before = hash_of(turn, state->key);
    bool news = false;
    if (overwrite) {
        news = memcmp(&slot->state, state, sizeof *state) != 0;
        slot->state = *state;
    } else {
        news = kv_merge(&slot->state, state, kv_merge_flags(turn->env->settings));
    }
    if (!news)
        return store_token(turn, state->key);
    changed(turn, state->key, before);
    save(turn, state->key);
    return slot->token;
}

uint32_t store_write(const struct kv_turn *turn, uint32_t key, const uint32_t *context,
                     int64_t value, bool deleted, struct kv_sibling *sibling)
{
    assert(key < turn->plan->key_count);
    struct kv_slot *slot = &turn->self->slots[key];
    uint64_t before = hash_of(turn, key);
    *sibling = kv_write(&slot->state, turn->env->self, context, value, deleted, turn->wall_ns,
                        turn->self->counter_floor, kv_merge_flags(turn->env->settings));
    changed(turn, key, before);
    save(turn, key);
    return slot->token;
}

/* ---- Tombstones ----
 *
 * A tombstone may go when it is old (older than any hint that could bring the value back) and every
 * other home is known to have had it: otherwise a home that was away brings the deleted value back
 * (KV-T06). A replica counts on, over what it has thrown away: a dot is never used twice. */

bool store_is_aged(const struct kv_turn *turn, const struct kv_state *state)
{
    int64_t wall_ns = 0;
    return kv_is_tombstone(state, &wall_ns) &&
           turn->wall_ns - wall_ns > kv_setting(turn, KV_SET_TOMBSTONE_MS) * KV_NS_PER_MS;
}

void store_agreed(const struct kv_turn *turn, uint32_t range, uint32_t peer)
{
    for (uint32_t key = 0; key < turn->plan->key_count; key++)
        if (kv_range(turn->plan, key) == range)
            turn->self->slots[key].agreed |= (uint16_t)kv_bit(peer);
}

void store_peer_collected(const struct kv_turn *turn, uint32_t key, uint32_t peer)
{
    if (store_is_aged(turn, &turn->self->slots[key].state))
        turn->self->slots[key].agreed |= (uint16_t)kv_bit(peer);
}

static bool may_collect(const struct kv_turn *turn, uint32_t key)
{
    const struct kv_slot *slot = &turn->self->slots[key];
    int64_t wall_ns = 0;
    if (slot->token != 0 || slot->unsaved || !kv_is_tombstone(&slot->state, &wall_ns))
        return false;
    if (kv_setting(turn, KV_SET_BUG_GC_EARLY))
        return turn->now_ns - slot->since_ns > EARLY_GC_MS * KV_NS_PER_MS;
    uint32_t others = kv_homes(turn, key) & ~kv_bit(turn->env->self);
    return store_is_aged(turn, &slot->state) && (others & ~(uint32_t)slot->agreed) == 0;
}

static void collect(const struct kv_turn *turn, uint32_t key)
{
    struct kv_slot *slot = &turn->self->slots[key];
    struct kv_replica *self = turn->self;
    int64_t age_ms = (turn->now_ns - slot->since_ns) / KV_NS_PER_MS;
    uint64_t before = hash_of(turn, key);
    uint32_t counter = slot->state.clock[turn->env->self];
    if (counter > self->counter_floor) {
        self->counter_floor = counter;
        store_save_own(turn);
    }
    slot->state = (struct kv_state){.key = key};
    changed(turn, key, before);
    save(turn, key); /* behind the floor: the disk works in order */
    kv_say(turn, KV_NOTE_COLLECTED, NODE_NONE, NODE_NONE, key, age_ms, 0, 0);
}

void store_sweep(const struct kv_turn *turn)
{
    if (turn->now_ns < turn->self->sweep_due_ns)
        return;
    turn->self->sweep_due_ns = turn->now_ns + SWEEP_MS * KV_NS_PER_MS;
    if (turn->self->own_unsaved)
        store_save_own(turn);
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        (void)store_token(turn, key);
        if (may_collect(turn, key))
            collect(turn, key);
    }
}

/* ---- Recovery ---- */

/* The mode as started stands in the settings; what came after, here. */
static void restore_own(struct kv_replica *self, const struct place *body)
{
    if (body->sequence <= self->own_sequence)
        return;
    const uint32_t *own = body->state.clock;
    self->own_sequence = body->sequence;
    self->counter_floor = own[0];
    if (own[1] == 0 || (own[2] & 0xff) > KV_MODE_HYBRID || (own[2] >> 8 & 0xff) > KV_MODE_HYBRID)
        return;
    self->served = (struct kv_served){.epoch = own[1],
                                      .mode = (uint8_t)(own[2] & 0xff),
                                      .next = (uint8_t)(own[2] >> 8 & 0xff),
                                      .sealed = (uint8_t)(own[2] >> 16 & 1)};
}

static void restore(const struct kv_turn *turn, uint32_t place, const struct place *body)
{
    struct kv_replica *self = turn->self;
    if (place == KV_META_PLACE) {
        restore_own(self, body);
    } else if (place >= KV_KEYS_MAX) {
        hints_restore(turn, place - KV_KEYS_MAX, body->target, body->created_ns, body->sequence,
                      &body->state);
    } else if (body->sequence > self->slots[place].sequence && body->state.key == place) {
        self->slots[place].sequence = body->sequence;
        self->slots[place].state = body->state;
    }
}

/* A record that is whole and of its place; what is not, a crash has torn or a fault has bent: the
 * other one of the two is the state before. */
static void restore_record(const struct kv_turn *turn, uint32_t record, const uint8_t *bytes,
                           uint32_t length)
{
    struct log_record found;
    uint32_t offset = 0;
    uint32_t place = record / 2;
    enum log_found what = log_record_next(bytes, length, SALT + place, &offset, &found);
    struct place body = {.sequence = 0};
    if (what == LOG_END)
        return;
    if (what != LOG_RECORD || found.length < PLACE_HEAD || found.length > sizeof body) {
        turn->self->torn++;
        return;
    }
    memcpy(&body, found.body, found.length);
    if (kv_state_valid(&body.state, found.length - PLACE_HEAD, turn->plan->key_count))
        restore(turn, place, &body);
    else
        turn->self->torn++;
}

static void read_on(const struct kv_turn *turn)
{
    node_read(turn->outbox, KV_FILE, turn->self->read_at * KV_PLACE_BYTES,
              KV_READ_PLACES * KV_PLACE_BYTES);
}

static void finish_recovery(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    self->ready = true;
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        self->slots[key].state.key = key;
        self->slots[key].since_ns = turn->now_ns;
        if (self->slots[key].state.count == 0)
            continue;
        self->recovered_keys++;
        merkle_change(&self->trees[kv_range(turn->plan, key)], key, 0, hash_of(turn, key));
    }
    kv_say(turn, KV_NOTE_RECOVERED, NODE_NONE, NODE_NONE, self->recovered_keys, self->torn,
           hints_count(self), 0);
}

void store_recover(const struct kv_turn *turn)
{
    assert(!turn->self->ready);
    read_on(turn);
}

void store_on_read(const struct kv_turn *turn, const struct node_event *event)
{
    struct kv_replica *self = turn->self;
    if (self->ready)
        return;
    uint32_t at = 0;
    for (; at < event->length && self->read_at < 2 * KV_PLACES; at += KV_PLACE_BYTES) {
        uint32_t left = event->length - at;
        restore_record(turn, self->read_at, event->bytes + at,
                       left < KV_PLACE_BYTES ? left : KV_PLACE_BYTES);
        self->read_at++;
    }
    if (event->length < KV_READ_PLACES * KV_PLACE_BYTES || self->read_at >= 2 * KV_PLACES)
        finish_recovery(turn);
    else
        read_on(turn);
}
