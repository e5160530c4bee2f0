/* replica.c: the protocol of a replica: which part gets which event.
 *
 * One timer, a tick, looks after everything that is about time: who is alive, operations that take too
 * long, hints, anti-entropy, old tombstones. A replica that has not read its disk yet refuses clients
 * and keeps silent to the others, so that they count it as down. */
#include "systems/kv/replica.h"

#include <assert.h>
#include <stddef.h>

#include "base/json_writer.h"

/* ---- What the parts share ---- */

uint32_t kv_count_bits(uint32_t mask)
{
    uint32_t count = 0;
    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

void kv_say(const struct kv_turn *turn, enum kv_note kind, uint32_t peer, uint32_t subject,
            int64_t a, int64_t b, int64_t c, int64_t d)
{
    assert(kind < KV_NOTE_END);
    struct node_note note = {
        .kind = (uint16_t)kind, .peer = peer, .subject = subject, .args = {a, b, c, d}};
    node_note(turn->outbox, &note);
}

uint32_t kv_homes(const struct kv_turn *turn, uint32_t key)
{
    uint32_t mask = 0;
    uint32_t range = kv_range(turn->plan, key);
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    for (uint32_t i = 0; i < copies; i++)
        mask |= kv_bit(kv_home(turn->plan, range, i));
    assert(kv_count_bits(mask) == copies);
    return mask;
}

uint32_t kv_alive(const struct kv_turn *turn)
{
    uint32_t mask = 0;
    for (uint32_t peer = 0; peer < turn->plan->replica_count; peer++)
        if ((turn->self->suspected & kv_bit(peer)) == 0 &&
            turn->self->unanswered[peer] < KV_UNANSWERED_MAX)
            mask |= kv_bit(peer);
    return mask | kv_bit(turn->env->self);
}

/* Somebody who stands still gets a few messages and then none, until he is heard again: what waits for
 * him fills the network's room, not his. */
void kv_send(const struct kv_turn *turn, uint32_t after, uint32_t to, enum kv_message type,
             const void *bytes, uint32_t length)
{
    assert(to < turn->plan->replica_count);
    turn->self->unanswered[to]++;
    node_send_after(turn->outbox, after, to, (uint16_t)type, bytes, length);
}

/* ---- Who is alive ---- */

static void hear(const struct kv_turn *turn, uint32_t from)
{
    struct kv_replica *self = turn->self;
    if (from >= turn->plan->replica_count)
        return;
    self->heard_ns[from] = turn->now_ns;
    self->unanswered[from] = 0;
    if ((self->suspected & kv_bit(from)) == 0)
        return;
    self->suspected &= ~kv_bit(from);
    kv_say(turn, KV_NOTE_TRUSTED, from, NODE_NONE, 0, 0, 0, 0);
}

static void suspect(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    int64_t limit_ns = kv_setting(turn, KV_SET_SUSPECT_MS) * KV_NS_PER_MS;
    for (uint32_t peer = 0; peer < turn->plan->replica_count; peer++) {
        int64_t silence_ns = turn->now_ns - self->heard_ns[peer];
        if (peer == turn->env->self || (self->suspected & kv_bit(peer)) != 0 ||
            silence_ns <= limit_ns)
            continue;
        self->suspected |= kv_bit(peer);
        kv_say(turn, KV_NOTE_SUSPECTED, peer, NODE_NONE, silence_ns / KV_NS_PER_MS, 0, 0, 0);
    }
}

static void ping(const struct kv_turn *turn)
{
    if (turn->now_ns < turn->self->ping_due_ns)
        return;
    turn->self->ping_due_ns = turn->now_ns + kv_setting(turn, KV_SET_PING_MS) * KV_NS_PER_MS;
    struct kv_ping message = {.op = NODE_NONE};
    for (uint32_t peer = 0; peer < turn->plan->replica_count; peer++)
        if (peer != turn->env->self)
            node_send(turn->outbox, peer, KV_PING, &message, sizeof message);
}

/* ---- Messages of other coordinators ---- */

/* Confirmed when it is durable here. A hint for another replica that has no room here is not
 * confirmed at all. */
static void on_write(const struct kv_turn *turn, uint32_t from, const struct kv_write *write)
{
    uint32_t token = 0;
    if (write->kind == KV_WRITE_HINT && write->target != turn->env->self) {
        if (!hints_keep(turn, write->target, &write->state, &token))
            return;
    } else {
        token = store_merge(turn, &write->state, write->overwrite != 0);
    }
    struct kv_wrote answer = {.op = write->op,
                              .ticket = write->ticket,
                              .serial = write->serial,
                              .kind = write->kind,
                              .target = write->target};
    node_send_after(turn->outbox, token, from, KV_WROTE, &answer, sizeof answer);
}

static void on_read(const struct kv_turn *turn, uint32_t from, const struct kv_read *read)
{
    struct kv_value answer = {.op = read->op,
                              .ticket = read->ticket,
                              .serial = read->serial,
                              .state = turn->self->slots[read->key].state};
    bool home = kv_is_home(turn->plan, turn->env->settings, kv_range(turn->plan, read->key),
                           turn->env->self);
    if (!home)
        hints_read(turn, read->key, &answer.state);
    if (store_is_stuck(turn, read->key))
        return;
    uint32_t length =
        (uint32_t)(sizeof answer - sizeof answer.state) + kv_state_bytes(&answer.state);
    node_send_after(turn->outbox, store_token(turn, read->key), from, KV_VALUE, &answer, length);
}

/* Messages of peers; `bytes` is a copy with room for the largest. */
static void on_peer_message(const struct kv_turn *turn, const struct node_event *event,
                            const void *bytes)
{
    const struct kv_wrote *wrote = bytes;
    const struct kv_value *value = bytes;
    const struct kv_part *part = bytes;
    hear(turn, event->from);
    switch (event->type) {
    case KV_WRITE:
        on_write(turn, event->from, bytes);
        break;
    case KV_WROTE:
        if (wrote->kind == KV_WRITE_REPLAY)
            hints_on_wrote(turn, event->from, wrote);
        else
            coordinator_on_wrote(turn, event->from, wrote);
        break;
    case KV_READ:
        on_read(turn, event->from, bytes);
        break;
    case KV_VALUE:
        if (value->ticket == KV_TICKET_SWITCH)
            switch_on_value(turn, value);
        else
            coordinator_on_value(turn, event->from, value);
        break;
    case KV_REPORT:
        switch_on_report(turn, event->from, bytes);
        break;
    case KV_PART:
        replica_on_request(turn, part->client, &part->request);
        break;
    case KV_HASHES:
        repair_on_hashes(turn, event->from, bytes);
        break;
    case KV_ENTRIES:
        repair_on_entries(turn, event->from, bytes);
        break;
    case KV_AGREE:
        repair_on_agree(turn, event->from, bytes);
        break;
    default: /* KV_PING: heard */
        break;
    }
}

/* By the class of the key and the level asked for; what does not fit is refused, and says so. */
void replica_on_request(const struct kv_turn *turn, uint32_t client,
                        const struct kv_request *request)
{
    bool strong = kv_is_strong(turn->plan, turn->self->served.mode, request->key);
    bool local = request->level == KV_LEVEL_LOCAL && request->function == KV_GET;
    bool fits = strong ? request->level == KV_LEVEL_STRONG
                       : kv_is_eventual(request->level) && request->function != KV_CAS;
    if (!fits && !local)
        coordinator_refuse(turn, client, request, KV_WRONG_LEVEL);
    else if (switch_holds_up(turn, request))
        coordinator_refuse(turn, client, request, KV_SWITCHING);
    else if (strong)
        strong_request(turn, client, request);
    else
        coordinator_on_request(turn, client, request);
}

static void on_message(const struct kv_turn *turn, const struct node_event *event)
{
    union {
        uint64_t align;
        uint8_t bytes[NODE_MESSAGE_BYTES_MAX];
    } copy;
    uint32_t need = event->length + sizeof(struct kv_state); /* a short state ends in zeros */
    memset(copy.bytes, 0, need < sizeof copy.bytes ? need : sizeof copy.bytes);
    memcpy(copy.bytes, event->bytes, event->length);
    if (event->type == KV_REQUEST)
        replica_on_request(turn, event->from, (const void *)copy.bytes);
    else if (event->type == KV_BATCH)
        batch_on_request(turn, event->from, (const void *)copy.bytes);
    else if (turn->self->ready)
        on_peer_message(turn, event, copy.bytes);
}

/* ---- Time ---- */

static void begin_work(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    for (uint32_t peer = 0; peer < turn->plan->replica_count; peer++)
        self->heard_ns[peer] = turn->now_ns;
    self->repair_due_ns = turn->now_ns + kv_setting(turn, KV_SET_REPAIR_MS) * KV_NS_PER_MS;
    self->repair_peer = turn->env->self;
}

static void on_tick(const struct kv_turn *turn)
{
    node_timer_set(turn->outbox, KV_TIMER, turn->now_ns + KV_TICK_MS * KV_NS_PER_MS);
    if (!turn->self->ready)
        return;
    ping(turn);
    suspect(turn);
    coordinator_tick(turn);
    hints_tick(turn);
    repair_tick(turn);
    switch_tick(turn);
    store_sweep(turn);
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    struct kv_turn turn = {.self = state,
                           .env = env,
                           .plan = env->plan,
                           .outbox = outbox,
                           .now_ns = event->monotonic_ns,
                           .wall_ns = event->wall_ns};
    if (strong_step(&turn, event))
        return;
    switch (event->kind) {
    case NODE_EVENT_START:
        store_recover(&turn);
        on_tick(&turn);
        break;
    case NODE_EVENT_READ:
        store_on_read(&turn, event);
        if (turn.self->ready)
            begin_work(&turn);
        break;
    case NODE_EVENT_WRITTEN:
        turn.self->writes_open -= turn.self->writes_open > 0;
        store_on_written(&turn, event);
        hints_on_written(&turn, event);
        coordinator_on_written(&turn, event);
        break;
    case NODE_EVENT_MESSAGE:
        on_message(&turn, event);
        break;
    case NODE_EVENT_TIMER:
        on_tick(&turn);
        break;
    case NODE_EVENT_INPUT:
        if (event->type == KV_INPUT_REPAIR && turn.self->ready)
            repair_ask(&turn);
        break;
    default:
        break;
    }
}

static void boot(void *state, const struct node_env *env)
{
    struct kv_replica *self = state;
    const struct kv_plan *plan = env->plan;
    assert(env->self < plan->replica_count);
    for (uint32_t key = 0; key < KV_KEYS_MAX; key++)
        self->slots[key].state.key = key;
    strong_boot(self, plan, env->settings);
}

/* ---- What comes from outside ---- */

static bool bad_state(const struct kv_plan *plan, const uint8_t *bytes, uint32_t length,
                      uint32_t head)
{
    struct kv_state state = {.key = 0};
    if (length < head + KV_STATE_BYTES_MIN || length - head > sizeof state)
        return true;
    memcpy(&state, bytes + head, length - head);
    return !kv_state_valid(&state, length - head, plan->key_count);
}

static bool bad_entries(const struct kv_plan *plan, const uint8_t *bytes, uint32_t length)
{
    struct kv_entries head;
    memcpy(&head, bytes, KV_ENTRIES_BYTES_MIN);
    uint32_t at = KV_ENTRIES_BYTES_MIN;
    for (uint32_t i = 0; i < head.count; i++) {
        struct kv_state state = {.key = 0};
        if (length - at < KV_STATE_BYTES_MIN)
            return true;
        memcpy(&state, bytes + at, KV_STATE_BYTES_MIN);
        if (state.count > KV_SIBLINGS_MAX || length - at < kv_state_bytes(&state) ||
            bad_state(plan, bytes + at, kv_state_bytes(&state), 0))
            return true;
        at += kv_state_bytes(&state);
    }
    return at != length || head.range >= plan->replica_count;
}

static bool bad_hashes(const struct kv_plan *plan, const uint8_t *bytes, uint32_t length)
{
    struct kv_hashes hashes = {.op = 0};
    memcpy(&hashes, bytes, length);
    uint32_t full = hashes.level == 0 ? KV_HASHES_BYTES_MIN : (uint32_t)sizeof hashes;
    return hashes.range >= plan->replica_count || hashes.level >= MERKLE_LEVELS ||
           hashes.index >= MERKLE_FANOUT || length != full;
}

static bool bad_request(const struct kv_plan *plan, const struct kv_request *request)
{
    return request->key >= plan->key_count || request->function > KV_CAS ||
           request->level >= KV_LEVEL_COUNT;
}

static bool bad_batch(const struct kv_plan *plan, const uint8_t *bytes)
{
    struct kv_batch batch;
    memcpy(&batch, bytes, sizeof batch);
    bool bad = batch.count == 0 || batch.count > KV_BATCH_KEYS || batch.function > KV_PUT ||
               (batch.level != KV_LEVEL_ATOMIC && batch.level != KV_LEVEL_NOT_ISOLATED);
    for (uint32_t i = 0; i < KV_BATCH_KEYS && !bad; i++)
        bad = i < batch.count && batch.keys[i] >= plan->key_count;
    return bad;
}

static bool malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length)
{
    const struct kv_plan *plan = env->plan;
    struct kv_request request;
    struct kv_part part;
    struct kv_write write;
    struct kv_read read;
    struct kv_agree agree;
    if (type < RAFT_MESSAGE_COUNT)
        return raft_malformed(type, bytes, length);
    switch (type) {
    case KV_REQUEST:
        memcpy(&request, bytes, sizeof request);
        return bad_request(plan, &request);
    case KV_BATCH:
        return bad_batch(plan, bytes);
    case KV_PART:
        memcpy(&part, bytes, sizeof part);
        return part.client < plan->replica_count || part.client >= env->node_count ||
               part.request.level != KV_LEVEL_NOT_ISOLATED || bad_request(plan, &part.request);
    case KV_WRITE:
        memcpy(&write, bytes, offsetof(struct kv_write, state));
        return write.kind >= KV_WRITE_KINDS || write.target >= plan->replica_count ||
               bad_state(plan, bytes, length, offsetof(struct kv_write, state));
    case KV_READ:
        memcpy(&read, bytes, sizeof read);
        return read.key >= plan->key_count;
    case KV_VALUE:
        return bad_state(plan, bytes, length, offsetof(struct kv_value, state));
    case KV_HASHES:
        return bad_hashes(plan, bytes, length);
    case KV_ENTRIES:
        return bad_entries(plan, bytes, length);
    case KV_AGREE:
        memcpy(&agree, bytes, sizeof agree);
        return agree.range >= plan->replica_count || agree.key >= plan->key_count;
    default:
        return false;
    }
}

/* ---- Looking ---- */

static bool violation(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct kv_replica *self = state;
    const struct kv_plan *plan = env->plan;
    for (uint32_t key = 0; key < plan->key_count; key++) {
        const struct kv_state *slot = &self->slots[key].state;
        if (slot->key == key && slot->count <= KV_SIBLINGS_MAX)
            continue;
        *reason = (struct node_reason){
            .word = KV_WORD_SLOT_BROKEN, .subject = NODE_NONE, .args = {key, slot->count}};
        return true;
    }
    *reason = (struct node_reason){
        .word = KV_WORD_RAFT_BROKEN, .subject = NODE_NONE, .args = {raft_violation(&self->raft)}};
    return self->awake && reason->args[0] != RAFT_SOUND;
}

/* At rest: nothing under way, no hint left for anybody, and every peer known to have the same. */
static bool pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct kv_replica *self = state;
    const struct kv_plan *plan = env->plan;
    *reason = (struct node_reason){.subject = NODE_NONE};
    if (!self->ready) {
        reason->word = KV_WORD_DISK_NOT_READ;
        return true;
    }
    reason->args[0] = coordinator_open(self);
    reason->word = KV_WORD_OPERATIONS_OPEN;
    if (reason->args[0] > 0)
        return true;
    reason->args[0] = hints_count(self);
    reason->word = KV_WORD_HINTS_LEFT;
    if (reason->args[0] > 0)
        return true;
    bool strong = self->awake && self->raft.role != RAFT_OUT;
    reason->word = KV_WORD_NO_LEADER;
    if (strong && self->raft.role != RAFT_LEADER && self->raft.leader == NODE_NONE)
        return true;
    reason->word = KV_WORD_LOG_OPEN;
    if (strong && (raft_pending(&self->raft, env->self) || raft_behind(&self->raft, env->self)))
        return true;
    reason->word = KV_WORD_SWITCH_OPEN;
    reason->args[0] = kv_wished_mode(env->settings);
    if (self->raft.role != RAFT_OUT &&
        (self->served.sealed || self->served.mode != kv_wished_mode(env->settings)))
        return true;
    bool repairs =
        env->settings[KV_SET_ANTI_ENTROPY] != 0 && env->settings[KV_SET_BUG_NO_REPAIR] == 0 &&
        env->settings[KV_SET_BUG_MERKLE_ORDER] == 0; /* with it they never come to an end */
    for (uint32_t peer = 0; peer < plan->replica_count && repairs; peer++) {
        if (peer == env->self)
            continue;
        reason->args[0] = repair_differences(self, plan, env->settings, env->self, peer);
        reason->args[1] = peer;
        reason->word = KV_WORD_NOT_COMPARED;
        if (reason->args[0] > 0)
            return true;
    }
    return false;
}

static void inspect(const void *state, const struct node_env *env, struct json_writer *writer)
{
    const struct kv_replica *self = state;
    const struct kv_plan *plan = env->plan;
    json_bool(writer, "ready", self->ready);
    json_u64(writer, "operations", coordinator_open(self));
    json_u64(writer, "hints", hints_count(self));
    json_u64(writer, "suspected", self->suspected);
    json_u64(writer, "counter_floor", self->counter_floor);
    json_u64(writer, "epoch", self->served.epoch);
    json_u64(writer, "mode", self->served.mode);
    json_bool(writer, "sealed", self->served.sealed);
    json_bool(writer, "awake", self->awake);
    json_u64(writer, "role", self->raft.role);
    json_u64(writer, "term", self->raft.term);
    json_u64(writer, "commit", self->raft.commit);
    json_u64(writer, "applied", self->raft.applied);
    json_array(writer, "roots");
    for (uint32_t range = 0; range < plan->replica_count; range++)
        json_hex(writer, NULL, self->trees[range].root);
    json_close(writer);
}

const struct node_protocol KV_REPLICA_PROTOCOL = {
    .name = "replica",
    .state_bytes = (sizeof(struct kv_replica) + 7) / 8 * 8,
    .file_bytes = {KV_FILE_BYTES, RAFT_FILE_BYTES, RAFT_FILE_BYTES},
    .messages = KV_MESSAGES,
    .message_count = KV_MESSAGE_COUNT,
    .boot = boot,
    .step = step,
    .malformed = malformed,
    .violation = violation,
    .pending = pending,
    .inspect = inspect,
};
