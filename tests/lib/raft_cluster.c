/* raft_cluster.c - several Raft cores in a test's hand. */
#include "raft_cluster.h"

#include <stdlib.h>

#include "base/draw.h"
#include "node/observer.h"

static const struct raft_place PLACE = {
    .message_first = 0, .note_first = NODE_NOTE_SYSTEM, .timer = 0, .files = {0, 1}};

struct raft_tuning cluster_tuning(void)
{
    return (struct raft_tuning){.election_min_ns = 150 * CLUSTER_MS,
                                .election_max_ns = 300 * CLUSTER_MS,
                                .heartbeat_ns = 50 * CLUSTER_MS,
                                .batch_bytes = 2048,
                                .pipeline = 4,
                                .snapshot_entries = 200,
                                .pre_vote = true,
                                .check_quorum = true,
                                .lease_drift_ppm = 10000};
}

struct cluster *cluster_new(uint32_t count, uint64_t voters, const struct raft_tuning *tuning,
                            uint64_t seed)
{
    struct cluster *cluster = calloc(1, sizeof *cluster);
    uint8_t *at = malloc(NODE_OUTBOX_BYTES);
    if (cluster == NULL || at == NULL || count > CLUSTER_NODES_MAX)
        abort();
    cluster->count = count;
    cluster->seed = seed;
    cluster->first.voters = voters;
    cluster->tuning = *tuning;
    cluster->outbox.at = at;
    return cluster;
}

static void forget_writes(struct cluster_node *node)
{
    for (uint32_t i = 0; i < node->write_count; i++)
        free(node->writes[i].bytes);
    node->write_count = 0;
}

void cluster_free(struct cluster **cluster)
{
    while ((*cluster)->flight_count > 0)
        cluster_drop(*cluster, (*cluster)->flight_count - 1);
    for (uint32_t i = 0; i < (*cluster)->count; i++)
        forget_writes(&(*cluster)->nodes[i]);
    free((*cluster)->outbox.at);
    free(*cluster);
    *cluster = NULL;
}

static void *copy_of(const void *bytes, uint32_t length)
{
    void *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, length);
    return copy;
}

/* ---- A step ---- */

static void take_send(struct cluster *cluster, uint32_t from, const struct node_intent *intent,
                      const uint8_t *payload)
{
    if (cluster->flight_count == CLUSTER_FLIGHT_MAX || intent->to >= cluster->count)
        return; /* lost, as on a full link */
    cluster->flight[cluster->flight_count++] =
        (struct cluster_message){.from = from,
                                 .to = intent->to,
                                 .type = intent->type,
                                 .length = (uint16_t)intent->length,
                                 .bytes = copy_of(payload, intent->length)};
}

static void take_write(struct cluster_node *node, const struct node_intent *intent,
                       const uint8_t *payload)
{
    if (node->write_count == CLUSTER_WRITES_MAX ||
        intent->offset + intent->length > RAFT_FILE_BYTES)
        abort();
    if (!node->disk_refuses) {
        memcpy(node->seen[intent->id] + intent->offset, payload, intent->length);
        if (intent->offset + intent->length > node->seen_length[intent->id])
            node->seen_length[intent->id] = intent->offset + intent->length;
    }
    node->writes[node->write_count++] =
        (struct cluster_write){.token = intent->token,
                               .offset = intent->offset,
                               .length = intent->length,
                               .file = intent->id,
                               .bytes = copy_of(payload, intent->length)};
}

static void take_note(struct cluster *cluster, uint32_t node, const uint8_t *payload)
{
    struct node_note note;
    memcpy(&note, payload, sizeof note);
    enum raft_note kind = (enum raft_note)(note.kind - PLACE.note_first);
    raft_safety_note(&cluster->safety, node, kind, note.args, (int64_t)cluster->steps,
                     cluster->steps);
    if (cluster->noted != NULL)
        cluster->noted(cluster->context, node, kind, &note);
}

struct wanted_read {
    uint8_t file;
    uint32_t offset, length;
};

/* Acts on the outbox; at most one read is wanted by a step. */
static struct wanted_read take_outbox(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    struct wanted_read read = {.length = 0};
    for (uint32_t at = 0; at < cluster->outbox.length;) {
        struct node_intent intent;
        memcpy(&intent, cluster->outbox.at + at, sizeof intent);
        const uint8_t *payload = cluster->outbox.at + at + sizeof intent;
        bool carries = intent.kind != NODE_INTENT_READ && intent.kind != NODE_INTENT_TIMER;
        at += (uint32_t)sizeof intent + (carries ? (intent.length + 7u) & ~7u : 0);
        if (intent.kind == NODE_INTENT_SEND)
            take_send(cluster, index, &intent, payload);
        else if (intent.kind == NODE_INTENT_WRITE)
            take_write(node, &intent, payload);
        else if (intent.kind == NODE_INTENT_READ)
            read = (struct wanted_read){intent.id, intent.offset, intent.length};
        else if (intent.kind == NODE_INTENT_TIMER)
            node->timer_ns = intent.time_ns < 0 ? INT64_MAX : intent.time_ns;
        else if (intent.kind == NODE_INTENT_NOTE)
            take_note(cluster, index, payload);
    }
    cluster->overflows += cluster->outbox.overflow;
    node->token_last = cluster->outbox.token_last;
    return read;
}

struct call {
    struct raft_turn turn;
    struct node_env env;
};

static void call_begin(struct cluster *cluster, uint32_t index, struct call *call)
{
    struct cluster_node *node = &cluster->nodes[index];
    cluster->steps++;
    cluster->outbox.length = 0;
    cluster->outbox.overflow = false;
    cluster->outbox.token_last = node->token_last;
    call->env = (struct node_env){.self = index,
                                  .node_count = cluster->count,
                                  .draw_key = draw_mix(cluster->seed * 64 + index) + node->boots};
    call->turn = (struct raft_turn){.self = &node->raft,
                                    .tuning = &cluster->tuning,
                                    .place = &PLACE,
                                    .env = &call->env,
                                    .outbox = &cluster->outbox,
                                    .now_ns = node->now_ns};
}

/* Machines at the same index are equal. */
static void compare_machine(struct cluster *cluster, const struct cluster_node *node)
{
    uint32_t slot = (uint32_t)(node->applied % 4096);
    uint64_t digest = machine_digest(&node->machine);
    if (cluster->digest_index[slot] == node->applied && cluster->digest_at[slot] != digest)
        cluster->diverged++;
    if (cluster->digest_index[slot] < node->applied) {
        cluster->digest_index[slot] = node->applied;
        cluster->digest_at[slot] = digest;
    }
}

static void apply(struct cluster *cluster, uint32_t index, const struct raft_entry *entry)
{
    struct cluster_node *node = &cluster->nodes[index];
    struct machine_answer answer = {.value = 0};
    node->applied = entry->index;
    if (entry->kind == RAFT_COMMAND)
        answer = machine_apply(&node->machine, entry->bytes, entry->length, false);
    compare_machine(cluster, node);
    if (cluster->applied != NULL)
        cluster->applied(cluster->context, index, entry, &answer);
}

static void drain(struct cluster *cluster, uint32_t index, const struct raft_turn *turn)
{
    struct cluster_node *node = &cluster->nodes[index];
    const uint8_t *image;
    uint32_t length;
    struct raft_entry entry;
    uint64_t ticket;
    bool granted;
    if (raft_restored(turn, &image, &length)) {
        if (!machine_restore(&node->machine, image, length))
            abort();
        node->applied = node->raft.image_index;
    }
    while (raft_next_committed(turn, &entry))
        apply(cluster, index, &entry);
    while (raft_next_read(turn, &ticket, &granted))
        if (cluster->read != NULL)
            cluster->read(cluster->context, index, ticket, granted);
    if (raft_wants_image(turn)) {
        uint8_t bytes[RAFT_IMAGE_BYTES_MAX];
        uint32_t size = machine_image(&node->machine, bytes, sizeof bytes, cluster->no_sessions);
        raft_take_image(turn, bytes, size);
    }
}

static struct wanted_read call_end(struct cluster *cluster, uint32_t index, struct call *call)
{
    drain(cluster, index, &call->turn);
    enum raft_violation_kind found = raft_violation(&cluster->nodes[index].raft);
    if (cluster->violation == RAFT_SOUND)
        cluster->violation = found;
    return take_outbox(cluster, index);
}

static struct wanted_read step(struct cluster *cluster, uint32_t index, struct node_event *event)
{
    struct call call;
    call_begin(cluster, index, &call);
    event->monotonic_ns = call.turn.now_ns;
    (void)raft_step(&call.turn, event);
    return call_end(cluster, index, &call);
}

/* ---- Power and disk ---- */

void cluster_start(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    if (node->up)
        return;
    node->up = true;
    node->boots++;
    node->timer_ns = INT64_MAX;
    memset(&node->machine, 0, sizeof node->machine);
    node->applied = 0;
    raft_boot(&node->raft, &cluster->first);
    struct node_event start = {.kind = NODE_EVENT_START, .from = NODE_NONE};
    struct wanted_read read = step(cluster, index, &start);
    while (read.length > 0) {
        uint32_t there = node->seen_length[read.file];
        uint32_t left = read.offset < there ? there - read.offset : 0;
        struct node_event event = {.kind = NODE_EVENT_READ,
                                   .id = read.file,
                                   .from = NODE_NONE,
                                   .offset = read.offset,
                                   .length = left < read.length ? left : read.length,
                                   .bytes = node->seen[read.file] + read.offset};
        read = step(cluster, index, &event);
    }
}

void cluster_crash(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    if (!node->up)
        return;
    node->up = false;
    node->timer_ns = INT64_MAX;
    forget_writes(node);
    memcpy(node->seen, node->durable, sizeof node->seen);
    memcpy(node->seen_length, node->durable_length, sizeof node->seen_length);
}

uint32_t cluster_sync(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    uint32_t count = 0;
    /* What a step writes while its writes are told is synced next time. */
    for (uint32_t left = node->write_count; left > 0 && node->up; left--, count++) {
        struct cluster_write write = node->writes[0];
        memmove(node->writes, node->writes + 1, --node->write_count * sizeof write);
        if (!node->disk_refuses) {
            uint32_t end = write.offset + write.length;
            memcpy(node->durable[write.file] + write.offset, write.bytes, write.length);
            if (end > node->durable_length[write.file])
                node->durable_length[write.file] = end;
        }
        free(write.bytes);
        struct node_event event = {.kind = NODE_EVENT_WRITTEN,
                                   .id = write.file,
                                   .from = NODE_NONE,
                                   .token = write.token,
                                   .status = node->disk_refuses ? NODE_IO_FULL : NODE_IO_OK};
        (void)step(cluster, index, &event);
    }
    return count;
}

bool cluster_timeout(struct cluster *cluster, uint32_t index)
{
    struct cluster_node *node = &cluster->nodes[index];
    if (!node->up || node->timer_ns == INT64_MAX)
        return false;
    node->now_ns = node->now_ns > node->timer_ns ? node->now_ns : node->timer_ns;
    node->timer_ns = INT64_MAX;
    struct node_event event = {.kind = NODE_EVENT_TIMER, .from = NODE_NONE};
    (void)step(cluster, index, &event);
    return true;
}

/* ---- Messages ---- */

static struct cluster_message take_out(struct cluster *cluster, uint32_t i)
{
    struct cluster_message message = cluster->flight[i];
    cluster->flight_count--;
    memmove(cluster->flight + i, cluster->flight + i + 1,
            (cluster->flight_count - i) * sizeof message);
    return message;
}

void cluster_deliver(struct cluster *cluster, uint32_t i)
{
    struct cluster_message message = take_out(cluster, i);
    const struct node_message_type *type = &RAFT_MESSAGES[message.type];
    if (message.length < type->bytes_min || message.length > type->bytes_max ||
        raft_malformed(message.type, message.bytes, message.length))
        abort(); /* a core sent what no core would take */
    if (cluster->nodes[message.to].up) {
        struct node_event event = {.kind = NODE_EVENT_MESSAGE,
                                   .type = message.type,
                                   .from = message.from,
                                   .length = message.length,
                                   .bytes = message.bytes};
        (void)step(cluster, message.to, &event);
    }
    free(message.bytes);
}

void cluster_drop(struct cluster *cluster, uint32_t i)
{
    struct cluster_message message = take_out(cluster, i);
    free(message.bytes);
}

void cluster_double(struct cluster *cluster, uint32_t i)
{
    if (cluster->flight_count == CLUSTER_FLIGHT_MAX)
        return;
    struct cluster_message message = cluster->flight[i];
    message.bytes = copy_of(message.bytes, message.length);
    cluster->flight[cluster->flight_count++] = message;
}

/* ---- Owners ---- */

enum raft_refusal cluster_propose(struct cluster *cluster, uint32_t node,
                                  const struct machine_command *command)
{
    struct call call;
    uint64_t index;
    call_begin(cluster, node, &call);
    enum raft_refusal refusal = raft_propose(&call.turn, command, sizeof *command, &index);
    (void)call_end(cluster, node, &call);
    return refusal;
}

enum raft_refusal cluster_read(struct cluster *cluster, uint32_t node, uint64_t ticket)
{
    struct call call;
    call_begin(cluster, node, &call);
    enum raft_refusal refusal = raft_read(&call.turn, ticket);
    (void)call_end(cluster, node, &call);
    return refusal;
}

enum raft_refusal cluster_change(struct cluster *cluster, uint32_t node, uint64_t voters)
{
    struct call call;
    call_begin(cluster, node, &call);
    enum raft_refusal refusal = raft_change_members(&call.turn, voters);
    (void)call_end(cluster, node, &call);
    return refusal;
}

enum raft_refusal cluster_transfer(struct cluster *cluster, uint32_t node, uint32_t to)
{
    struct call call;
    call_begin(cluster, node, &call);
    enum raft_refusal refusal = raft_transfer(&call.turn, to);
    (void)call_end(cluster, node, &call);
    return refusal;
}

void cluster_ask_image(struct cluster *cluster, uint32_t node)
{
    struct call call;
    call_begin(cluster, node, &call);
    raft_ask_image(&call.turn);
    (void)call_end(cluster, node, &call);
}

uint32_t cluster_leader(const struct cluster *cluster)
{
    uint32_t found = NODE_NONE;
    for (uint32_t i = 0; i < cluster->count; i++) {
        const struct cluster_node *node = &cluster->nodes[i];
        if (node->up && raft_leads(&node->raft) &&
            (found == NODE_NONE || node->raft.term > cluster->nodes[found].raft.term))
            found = i;
    }
    return found;
}

bool cluster_broken(const struct cluster *cluster)
{
    bool broken = cluster->violation != RAFT_SOUND || cluster->diverged > 0;
    for (uint32_t i = 0; i < RAFT_PROMISE_COUNT; i++)
        broken = broken || cluster->safety.breaches[i].broken;
    return broken;
}

const char *cluster_rule_name(enum raft_bug bug)
{
    static const char *const NAMES[RAFT_BUG_COUNT] = {
        "commit_old_term", "no_noop",          "local_read",      "vote_no_fsync",
        "always_truncate", "commit_uncovered", "longest_log",     "any_resets_timer",
        "count_unwritten", "config_on_commit", "config_no_noop",  "single_quorum",
        "hear_removed",    "voter_at_once",    "transfer_behind", "snap_drop_suffix",
        "lease_no_bound",  "trust_torn",       "chunk_no_reset",  "hint_too_far"};
    return NAMES[bug];
}
