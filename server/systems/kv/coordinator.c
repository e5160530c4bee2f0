/* coordinator.c: what a home of a key does with a client's write: N copies, W confirmations.
 *
 * The coordinator writes its own copy first and sends it on only when that is durable: its counter
 * names the write, and a counter that a crash takes back would name two. Every home is told; W
 * confirmations make the write acknowledged. One that misses W in time is not taken back: some
 * replica has it and will spread it, so the client is told that nobody knows (KV-T02).
 *
 * Strict quorum: only homes count, and a hint never does. Sloppy quorum: for each home that is down
 * the next replica on the circle keeps the write and counts (Dynamo section 4.6); then R + W > N
 * promises nothing (KV-T03). */
#include <assert.h>

#include "systems/kv/replica.h"

/* ---- Operations under way ---- */

uint32_t coordinator_open(const struct kv_replica *self)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < KV_OPS; i++)
        open += self->ops[i].phase != KV_OP_FREE && !self->ops[i].replied;
    return open;
}

/* Hints for homes that have not confirmed, of a write that was acknowledged; none for one that was
 * not: its client knows nothing, and nothing was promised. */
static void finish_write(const struct kv_turn *turn, struct kv_op *op)
{
    assert(op->phase == KV_OP_WRITING);
    uint32_t missing =
        kv_homes(turn, op->key) & ~(uint32_t)(op->done | op->hinted) & ~kv_bit(turn->env->self);
    op->phase = KV_OP_FREE;
    if (!op->replied || !kv_setting(turn, KV_SET_HINTS))
        return;
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++) {
        uint32_t token = 0;
        if ((missing & kv_bit(replica)) != 0)
            (void)hints_keep(turn, replica, &op->state, &token);
    }
}

static void finish(const struct kv_turn *turn, struct kv_op *op)
{
    if (op->phase == KV_OP_WRITING)
        finish_write(turn, op);
    op->phase = KV_OP_FREE;
}

/* A free place, or that of the oldest operation whose client has its answer. */
static struct kv_op *free_place(const struct kv_turn *turn)
{
    struct kv_op *oldest = NULL;
    for (uint32_t i = 0; i < KV_OPS; i++) {
        struct kv_op *op = &turn->self->ops[i];
        if (op->phase == KV_OP_FREE)
            return op;
        if (op->replied && (oldest == NULL || op->serial < oldest->serial))
            oldest = op;
    }
    if (oldest != NULL)
        finish(turn, oldest);
    return oldest;
}

struct kv_op *coordinator_begin(const struct kv_turn *turn, uint32_t client,
                                const struct kv_request *request, enum kv_op_phase phase)
{
    struct kv_op *op = free_place(turn);
    if (op == NULL)
        return NULL;
    *op = (struct kv_op){.state.key = request->key,
                         .deadline_ns =
                             turn->now_ns + kv_setting(turn, KV_SET_OPERATION_MS) * KV_NS_PER_MS,
                         .op = request->op,
                         .client = client,
                         .key = request->key,
                         .serial = ++turn->self->op_serial,
                         .phase = (uint8_t)phase,
                         .function = request->function,
                         .level = request->level};
    return op;
}

static struct kv_op *op_of(const struct kv_turn *turn, uint32_t ticket, uint32_t serial)
{
    if (ticket >= KV_OPS)
        return NULL;
    struct kv_op *op = &turn->self->ops[ticket];
    return op->phase != KV_OP_FREE && op->serial == serial ? op : NULL;
}

/* ---- Speaking ---- */

static void send_reply(const struct kv_turn *turn, uint32_t client, uint32_t after,
                       struct kv_reply *reply)
{
    reply->epoch = (uint16_t)turn->self->served.epoch;
    reply->mode = turn->self->served.mode;
    uint32_t length =
        (uint32_t)(sizeof *reply - sizeof reply->state) + kv_state_bytes(&reply->state);
    node_send_after(turn->outbox, after, client, KV_REPLY, reply, length);
}

void coordinator_reply(const struct kv_turn *turn, struct kv_op *op, enum kv_result result,
                       uint32_t after)
{
    assert(!op->replied);
    op->replied = true;
    struct kv_reply reply = {
        .op = op->op, .result = (uint8_t)result, .level = op->level, .state = op->state};
    if (op->function != KV_GET) { /* a writer is told what it wrote, not what else stands there */
        reply.state.count = 1;
        reply.state.siblings[0] = op->written;
    }
    send_reply(turn, op->client, after, &reply);
}

void coordinator_refuse(const struct kv_turn *turn, uint32_t client,
                        const struct kv_request *request, enum kv_result result)
{
    struct kv_reply reply = {.op = request->op,
                             .result = (uint8_t)result,
                             .level = request->level,
                             .attempt = request->attempt,
                             .state.key = request->key};
    send_reply(turn, client, 0, &reply);
}

void coordinator_send(const struct kv_turn *turn, const struct kv_op *op, uint32_t to,
                      enum kv_write_kind kind, uint32_t target, uint32_t after)
{
    struct kv_write write = {.op = op->op,
                             .ticket = (uint32_t)(op - turn->self->ops),
                             .serial = op->serial,
                             .kind = (uint8_t)kind,
                             .target = (uint8_t)target,
                             .state = op->state};
    if (kind == KV_WRITE_REPAIR && kv_setting(turn, KV_SET_BUG_REPAIR_OVERWRITE)) {
        write.overwrite = 1;
        if (op->state.count > 1) { /* the one value that looks newest, instead of all of them */
            write.state.siblings[0] = *kv_latest(&op->state);
            write.state.count = 1;
        }
    }
    uint32_t length = (uint32_t)(sizeof write - sizeof write.state) + kv_state_bytes(&write.state);
    kv_send(turn, after, to, KV_WRITE, &write, length);
}

/* ---- Writing ---- */

uint32_t coordinator_fallbacks(const struct kv_turn *turn, uint32_t key, uint32_t missing,
                               uint32_t *stand_ins, uint32_t *targets)
{
    uint32_t count = 0;
    uint32_t alive = kv_alive(turn) & ~kv_homes(turn, key);
    uint32_t range = kv_range(turn->plan, key);
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    for (uint32_t i = 0; i < turn->plan->replica_count && missing != 0; i++) {
        uint32_t stand_in = kv_home(turn->plan, range, copies + i);
        if ((alive & kv_bit(stand_in)) == 0)
            continue;
        uint32_t target = 0;
        while ((missing & kv_bit(target)) == 0)
            target++;
        missing &= ~kv_bit(target);
        alive &= ~kv_bit(stand_in);
        stand_ins[count] = stand_in;
        targets[count++] = target;
    }
    assert(count <= KV_REPLICAS_MAX);
    return count;
}

/* W confirmations, the own one included: the client is told. */
static void check_write(const struct kv_turn *turn, struct kv_op *op)
{
    uint32_t confirmed = kv_count_bits((uint32_t)op->done | op->hinted);
    if (!op->replied && confirmed >= op->needed)
        coordinator_reply(turn, op, KV_OK, 0);
    uint32_t homes = kv_homes(turn, op->key);
    if (op->replied && (homes & ~(uint32_t)(op->done | op->hinted)) == 0)
        op->phase = KV_OP_FREE;
}

/* With the bug, in strict mode: a hint kept here is taken for the home's own confirmation. */
static void count_own_hints(const struct kv_turn *turn, struct kv_op *op, uint32_t missing)
{
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++) {
        uint32_t token = 0;
        if ((missing & kv_bit(replica)) != 0 && hints_keep(turn, replica, &op->state, &token))
            op->hinted |= (uint16_t)kv_bit(replica);
    }
}

static void send_to_homes(const struct kv_turn *turn, struct kv_op *op)
{
    uint32_t homes = kv_homes(turn, op->key);
    uint32_t alive = kv_alive(turn);
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++) {
        if ((homes & alive & kv_bit(replica)) == 0 || replica == turn->env->self)
            continue;
        op->asked |= (uint16_t)kv_bit(replica);
        coordinator_send(turn, op, replica, KV_WRITE_PUT, replica, op->local_token);
    }
    if (kv_setting(turn, KV_SET_QUORUM) == KV_QUORUM_SLOPPY) {
        uint32_t stand_ins[KV_REPLICAS_MAX], targets[KV_REPLICAS_MAX];
        uint32_t count = coordinator_fallbacks(turn, op->key, homes & ~alive, stand_ins, targets);
        for (uint32_t i = 0; i < count; i++)
            coordinator_send(turn, op, stand_ins[i], KV_WRITE_HINT, targets[i], op->local_token);
    } else if (kv_setting(turn, KV_SET_BUG_HINT_COUNTS)) {
        count_own_hints(turn, op, homes & ~alive);
    }
}

/* How many could confirm, as far as this replica knows. */
static uint32_t reachable(const struct kv_turn *turn, uint32_t key)
{
    uint32_t homes = kv_homes(turn, key);
    uint32_t alive = kv_alive(turn);
    uint32_t count = kv_count_bits(homes & alive);
    uint32_t stand_ins[KV_REPLICAS_MAX], targets[KV_REPLICAS_MAX];
    if (kv_setting(turn, KV_SET_QUORUM) == KV_QUORUM_SLOPPY)
        count += coordinator_fallbacks(turn, key, homes & ~alive, stand_ins, targets);
    else if (kv_setting(turn, KV_SET_BUG_HINT_COUNTS))
        count = kv_count_bits(homes);
    return count;
}

static uint32_t needed(const struct kv_turn *turn, enum kv_setting quorum)
{
    uint32_t copies = kv_copies(turn->plan, turn->env->settings);
    uint32_t asked = (uint32_t)kv_setting(turn, quorum);
    return asked < copies ? asked : copies;
}

/* What the client has read and overwrites. A clock that was read before a switch of modes counts in
 * another way (the log's is its index): taken for one of ours it would cover writes to come, and each
 * home would drop them as overwritten. Then nothing is overwritten knowingly. */
static const uint32_t *context_of(const struct kv_turn *turn, const struct kv_request *request)
{
    bool counts = request->has_context && request->epoch == (uint16_t)turn->self->served.epoch;
    return counts ? request->context : NULL;
}

static void note_version(const struct kv_turn *turn, const struct kv_request *request,
                         const struct kv_sibling *sibling)
{
    if (context_of(turn, request) != NULL) {
        struct node_note note = {
            .kind = KV_NOTE_CONTEXT, .peer = NODE_NONE, .subject = request->op};
        kv_pack_clock(request->context, note.args);
        node_note(turn->outbox, &note);
    }
    kv_say(turn, KV_NOTE_VERSIONED, NODE_NONE, request->op, request->key, sibling->value,
           sibling->wall_ns, kv_dot(sibling));
}

static void write(const struct kv_turn *turn, uint32_t client, const struct kv_request *request)
{
    const uint32_t *context = context_of(turn, request);
    const struct kv_state *state = &turn->self->slots[request->key].state;
    uint32_t quorum = needed(turn, KV_SET_WRITE_QUORUM);
    bool siblings = kv_setting(turn, KV_SET_CONFLICT) == KV_CONFLICT_SIBLINGS;
    if (reachable(turn, request->key) < quorum) {
        coordinator_refuse(turn, client, request, KV_UNAVAILABLE);
        return;
    }
    if (siblings && kv_own_siblings(state, turn->env->self, context) >= KV_OWN_SIBLINGS_MAX) {
        coordinator_refuse(turn, client, request, KV_TOO_MANY_SIBLINGS);
        return;
    }
    struct kv_op *op = coordinator_begin(turn, client, request, KV_OP_WRITING);
    if (op == NULL) {
        coordinator_refuse(turn, client, request, KV_BUSY);
        return;
    }
    op->local_token = store_write(turn, request->key, context, request->value,
                                  request->function == KV_DELETE, &op->written);
    op->state = turn->self->slots[request->key].state;
    op->needed = (uint8_t)quorum;
    note_version(turn, request, &op->written);
    send_to_homes(turn, op);
}

/* A network may double a request; what was done once is not done again, and its answer is under way. */
static bool is_doubled(const struct kv_turn *turn, uint32_t op)
{
    struct kv_replica *self = turn->self;
    for (uint32_t i = 0; i < KV_SEEN; i++)
        if (self->seen[i] == op)
            return true;
    self->seen[self->seen_next++ % KV_SEEN] = op;
    return false;
}

void coordinator_on_request(const struct kv_turn *turn, uint32_t client,
                            const struct kv_request *request)
{
    bool home = kv_is_home(turn->plan, turn->env->settings, kv_range(turn->plan, request->key),
                           turn->env->self);
    if (is_doubled(turn, request->op))
        return;
    if (!turn->self->ready || !home)
        coordinator_refuse(turn, client, request, KV_NOT_READY);
    else if (turn->self->writes_open >= KV_WRITES_MAX || store_is_stuck(turn, request->key))
        coordinator_refuse(turn, client, request, KV_BUSY);
    else if (request->function == KV_GET)
        coordinator_read(turn, client, request);
    else
        write(turn, client, request);
}

/* ---- Confirmations ---- */

void coordinator_on_wrote(const struct kv_turn *turn, uint32_t from, const struct kv_wrote *wrote)
{
    struct kv_op *op = op_of(turn, wrote->ticket, wrote->serial);
    if (op == NULL)
        return;
    if (op->phase == KV_OP_REPAIRING && wrote->kind == KV_WRITE_REPAIR) {
        coordinator_repaired(turn, op, from);
    } else if (op->phase == KV_OP_WRITING && wrote->kind == KV_WRITE_PUT) {
        op->done |= (uint16_t)kv_bit(from);
        check_write(turn, op);
    } else if (op->phase == KV_OP_WRITING && wrote->kind == KV_WRITE_HINT &&
               wrote->target < turn->plan->replica_count) {
        op->hinted |= (uint16_t)kv_bit(wrote->target);
        check_write(turn, op);
    }
}

/* The own copy is durable. A later write of the key carries it too, but that one has its own
 * operation. */
void coordinator_on_written(const struct kv_turn *turn, const struct node_event *event)
{
    for (uint32_t i = 0; i < KV_OPS; i++) {
        struct kv_op *op = &turn->self->ops[i];
        if (op->phase != KV_OP_WRITING || op->local_token != event->token || event->token == 0)
            continue;
        if (event->status == NODE_IO_OK) {
            op->done |= (uint16_t)kv_bit(turn->env->self);
            check_write(turn, op);
        }
        return;
    }
}

/* ---- Time ---- */

/* Too late: a read has failed, a write is in doubt. */
static void give_up(const struct kv_turn *turn, struct kv_op *op)
{
    enum kv_result result = op->phase == KV_OP_WRITING ? KV_UNCONFIRMED : KV_UNAVAILABLE;
    if (result == KV_UNCONFIRMED && kv_setting(turn, KV_SET_BUG_FAIL_IS_NO))
        result = KV_UNAVAILABLE; /* "it failed": it did not */
    coordinator_reply(turn, op, result, 0);
    op->phase = KV_OP_FREE;
}

void coordinator_tick(const struct kv_turn *turn)
{
    for (uint32_t i = 0; i < KV_OPS; i++) {
        struct kv_op *op = &turn->self->ops[i];
        if (op->phase == KV_OP_FREE || op->deadline_ns > turn->now_ns)
            continue;
        if (op->replied)
            finish(turn, op);
        else
            give_up(turn, op);
    }
}
