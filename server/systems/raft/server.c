/* server.c: a server of the council: Raft, and the machine that it replicates.
 *
 * A client's write becomes an entry and is answered when that very entry is applied here; a read is
 * answered when Raft says that this server still leads. Who does not lead says who might. */
#include "systems/raft/server.h"

#include "base/json_writer.h"

#include <assert.h>

const struct raft_place COUNCIL_PLACE = {
    .message_first = 0, .note_first = COUNCIL_NOTE_RAFT, .timer = 0, .files = {0, 1}};

const struct node_message_type COUNCIL_MESSAGES[COUNCIL_MESSAGE_COUNT] = {
    RAFT_MESSAGE_ROWS,
    [COUNCIL_REQUEST] = {"request", sizeof(struct council_request), sizeof(struct council_request)},
    [COUNCIL_REPLY] = {"reply", sizeof(struct council_reply), sizeof(struct council_reply)},
};

void council_tuning(const int64_t *settings, struct raft_tuning *tuning)
{
    *tuning = (struct raft_tuning){
        .election_min_ns = settings[COUNCIL_SET_ELECTION_MIN_MS] * COUNCIL_NS_PER_MS,
        .election_max_ns = settings[COUNCIL_SET_ELECTION_MAX_MS] * COUNCIL_NS_PER_MS,
        .heartbeat_ns = settings[COUNCIL_SET_HEARTBEAT_MS] * COUNCIL_NS_PER_MS,
        .batch_bytes = (uint32_t)settings[COUNCIL_SET_BATCH_BYTES],
        .pipeline = (uint32_t)settings[COUNCIL_SET_PIPELINE],
        .snapshot_entries = (uint32_t)settings[COUNCIL_SET_SNAPSHOT_ENTRIES],
        .pre_vote = settings[COUNCIL_SET_PRE_VOTE] != 0,
        .check_quorum = settings[COUNCIL_SET_CHECK_QUORUM] != 0,
        .lease_reads = settings[COUNCIL_SET_READS] == COUNCIL_READ_LEASE,
        .lease_drift_ppm = settings[COUNCIL_SET_LEASE_DRIFT_PPM]};
    if (tuning->election_max_ns < tuning->election_min_ns) {
        tuning->election_max_ns = tuning->election_min_ns;
    }
    for (uint32_t bug = 0; bug < RAFT_BUG_COUNT; bug++) {
        tuning->bugs |= settings[COUNCIL_SET_BUGS + bug] != 0 ? UINT32_C(1) << bug : 0;
    }
}

static uint64_t first_voters(const struct council_plan *plan)
{
    return (UINT64_C(1) << plan->voters) - 1;
}

static bool bug(const struct node_env *env, enum council_setting which)
{
    return env->settings[which] != 0;
}

/* ---- Answers ---- */

static void reply(const struct raft_turn *turn, const struct council_waiting *waiting,
                  enum council_status status, const struct machine_answer *answer)
{
    const struct council_server *self = (const struct council_server *)(const void *)turn->self;
    struct council_reply message = {.operation = waiting->operation,
                                    .attempt = waiting->attempt,
                                    .leader = self->raft.leader,
                                    .status = (uint8_t)status};
    if (answer != NULL) {
        message.answer = *answer;
    }
    node_send(turn->outbox, waiting->client, COUNCIL_REPLY, &message, sizeof message);
}

static struct council_server *server_of(const struct raft_turn *turn)
{
    return (struct council_server *)(void *)turn->self; /* raft is its first member */
}

static void forget(struct council_server *self, uint32_t place)
{
    assert(place < self->waiting_count);
    self->waiting[place] = self->waiting[--self->waiting_count];
}

/* Who waits for this index: its own entry, or another one that took its place. */
static void answer_entry(const struct raft_turn *turn, const struct raft_entry *entry,
                         const struct machine_answer *answer)
{
    struct council_server *self = server_of(turn);
    for (uint32_t i = 0; i < self->waiting_count; i++) {
        struct council_waiting *waiting = &self->waiting[i];
        if (waiting->index != entry->index) {
            continue;
        }
        bool own = waiting->term == entry->term && answer != NULL;
        reply(turn, waiting, own ? COUNCIL_DONE : COUNCIL_NOT_LEADER, own ? answer : NULL);
        forget(self, i);
        return;
    }
}

static void apply(const struct raft_turn *turn, const struct raft_entry *entry)
{
    struct council_server *self = server_of(turn);
    if (entry->kind != RAFT_COMMAND || !machine_valid(entry->bytes, entry->length)) {
        answer_entry(turn, entry, NULL);
        return;
    }
    struct machine_command command;
    memcpy(&command, entry->bytes, sizeof command);
    struct machine_answer answer = machine_apply(&self->machine, entry->bytes, entry->length,
                                                 bug(turn->env, COUNCIL_SET_BUG_NO_SESSIONS));
    struct node_note note = {.kind = COUNCIL_NOTE_APPLIED,
                             .peer = NODE_NONE,
                             .subject = command.operation,
                             .args = {(int64_t)entry->index, command.session, command.serial,
                                      answer.repeated || answer.result == MACHINE_EXPIRED}};
    node_note(turn->outbox, &note);
    answer_entry(turn, entry, &answer);
}

static void answer_read(const struct raft_turn *turn, uint64_t ticket, bool granted)
{
    struct council_server *self = server_of(turn);
    for (uint32_t i = 0; i < self->waiting_count; i++) {
        struct council_waiting *waiting = &self->waiting[i];
        if (waiting->index != 0 || waiting->term != ticket) {
            continue;
        }
        struct machine_answer answer = machine_get(&self->machine, waiting->key);
        reply(turn, waiting, granted ? COUNCIL_DONE : COUNCIL_NOT_LEADER, &answer);
        forget(self, i);
        return;
    }
}

static void take_image(const struct raft_turn *turn)
{
    struct council_server *self = server_of(turn);
    uint8_t image[RAFT_IMAGE_BYTES_MAX];
    uint32_t length = machine_image(&self->machine, image, sizeof image,
                                    bug(turn->env, COUNCIL_SET_BUG_SNAP_NO_SESSIONS));
    assert(length > 0); /* every key and session has room */
    raft_take_image(turn, image, length);
}

/* What came of the step: images, committed entries, reads; in this order. */
static void drain(const struct raft_turn *turn)
{
    struct council_server *self = server_of(turn);
    const uint8_t *image;
    uint32_t length;
    struct raft_entry entry;
    uint64_t ticket;
    bool granted;
    if (raft_restored(turn, &image, &length)) {
        (void)machine_restore(&self->machine, image, length);
    }
    while (raft_next_committed(turn, &entry)) {
        apply(turn, &entry);
    }
    while (raft_next_read(turn, &ticket, &granted)) {
        answer_read(turn, ticket, granted);
    }
    if (raft_wants_image(turn)) {
        take_image(turn);
    }
}

/* ---- Requests ---- */

static void request(const struct raft_turn *turn, uint32_t from, const uint8_t *bytes)
{
    struct council_server *self = server_of(turn);
    struct council_request ask;
    memcpy(&ask, bytes, sizeof ask);
    struct council_waiting waiting = {
        .operation = ask.operation, .attempt = ask.attempt, .client = from, .key = ask.command.key};
    bool by_log = ask.command.kind != MACHINE_GET ||
                  turn->env->settings[COUNCIL_SET_READS] == COUNCIL_READ_LOG;
    if (self->waiting_count == COUNCIL_WAITING_MAX) {
        reply(turn, &waiting, COUNCIL_BUSY, NULL);
        return;
    }
    enum raft_refusal refusal;
    self->waiting[self->waiting_count++] = waiting; /* first: it may be answered within the call */
    uint32_t place = self->waiting_count - 1;
    if (by_log) {
        refusal = raft_propose(turn, &ask.command, sizeof ask.command, &self->waiting[place].index);
        self->waiting[place].term = self->raft.term;
    } else {
        self->waiting[place].term = ++self->ticket_last;
        refusal = raft_read(turn, self->ticket_last);
    }
    if (refusal != RAFT_ACCEPTED) {
        self->waiting_count--;
        bool elsewhere = refusal == RAFT_NOT_LEADER || refusal == RAFT_TRANSFERRING;
        reply(turn, &waiting, elsewhere ? COUNCIL_NOT_LEADER : COUNCIL_BUSY, NULL);
    }
}

static void input(const struct raft_turn *turn, const struct node_event *event)
{
    enum raft_refusal refusal = RAFT_ACCEPTED;
    switch ((enum council_input)event->type) {
    case COUNCIL_INPUT_TRANSFER:
        refusal = raft_transfer(turn, event->args[0] < 0 ? NODE_NONE : (uint32_t)event->args[0]);
        break;
    case COUNCIL_INPUT_MEMBERS:
        refusal = raft_change_members(turn, (uint64_t)event->args[0]);
        break;
    case COUNCIL_INPUT_SNAPSHOT:
        raft_ask_image(turn);
        break;
    case COUNCIL_INPUT_PUT:
    case COUNCIL_INPUT_GET:
    case COUNCIL_INPUT_DELETE:
    case COUNCIL_INPUT_CAS:
    case COUNCIL_INPUT_COUNT:
        return; /* the clients' */
    }
    if (refusal != RAFT_ACCEPTED) {
        struct node_note note = {.kind = COUNCIL_NOTE_REFUSED,
                                 .peer = NODE_NONE,
                                 .subject = NODE_NONE,
                                 .args = {event->type, refusal}};
        node_note(turn->outbox, &note);
    }
}

/* ---- The protocol ---- */

static void boot(void *state, const struct node_env *env)
{
    struct council_server *self = state;
    struct raft_members members = {.voters = first_voters(env->plan)};
    raft_boot(&self->raft, &members);
}

static void step(void *state, const struct node_env *env, const struct node_event *event,
                 struct node_outbox *outbox)
{
    struct council_server *self = state;
    struct raft_tuning tuning;
    council_tuning(env->settings, &tuning);
    struct raft_turn turn = {.self = &self->raft,
                             .tuning = &tuning,
                             .place = &COUNCIL_PLACE,
                             .env = env,
                             .outbox = outbox,
                             .now_ns = event->monotonic_ns};
    if (!raft_step(&turn, event)) {
        if (event->kind == NODE_EVENT_MESSAGE && event->type == COUNCIL_REQUEST) {
            request(&turn, event->from, event->bytes);
        } else if (event->kind == NODE_EVENT_INPUT) {
            input(&turn, event);
        }
    }
    drain(&turn);
}

static bool malformed(const struct node_env *env, uint16_t type, const uint8_t *bytes,
                      uint32_t length)
{
    const struct council_plan *plan = env->plan;
    if (type < RAFT_MESSAGE_COUNT) {
        return raft_malformed(type, bytes, length);
    }
    struct council_request ask;
    if (type != COUNCIL_REQUEST) {
        return false;
    }
    memcpy(&ask, bytes, sizeof ask);
    return !machine_valid(&ask.command, sizeof ask.command) || ask.command.key >= plan->key_count;
}

static bool violation(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct council_server *self = state;
    enum raft_violation_kind kind = raft_violation(&self->raft);
    (void)env;
    *reason =
        (struct node_reason){.word = COUNCIL_WORD_BAD_STATE, .subject = NODE_NONE, .args = {kind}};
    return kind != RAFT_SOUND;
}

/* Who follows waits for nothing: whether somebody leads shows at the clients, whose last questions
 * must be answered. A server that was removed and was never told looks for a leader for ever. */
static bool pending(const void *state, const struct node_env *env, struct node_reason *reason)
{
    const struct council_server *self = state;
    const struct raft *raft = &self->raft;
    *reason = (struct node_reason){.word = COUNCIL_WORD_UNCOMMITTED,
                                   .subject = NODE_NONE,
                                   .args = {(int64_t)raft->commit + 1, (int64_t)raft->last}};
    if (raft->role == RAFT_READING) {
        reason->word = COUNCIL_WORD_DISK_NOT_READ;
        return true;
    }
    return raft->role == RAFT_LEADER && raft_pending(raft, env->self);
}

static void inspect(const void *state, const struct node_env *env, struct json_writer *writer)
{
    const struct council_server *self = state;
    const struct raft *raft = &self->raft;
    (void)env;
    json_u64(writer, "term", raft->term);
    json_u64(writer, "role", raft->role);
    json_i64(writer, "vote", raft->vote == NODE_NONE ? -1 : (int64_t)raft->vote);
    json_i64(writer, "leader", raft->leader == NODE_NONE ? -1 : (int64_t)raft->leader);
    json_u64(writer, "last", raft->last);
    json_u64(writer, "durable", raft->durable);
    json_u64(writer, "commit", raft->commit);
    json_u64(writer, "applied", raft->applied);
    json_u64(writer, "image_index", raft->image_index);
    json_u64(writer, "voters", raft->members.voters);
    json_u64(writer, "next_voters", raft->members.next);
    json_u64(writer, "learners", raft->members.learners);
    json_hex(writer, "machine", machine_digest(&self->machine));
}

const struct node_protocol COUNCIL_SERVER_PROTOCOL = {
    .name = "server",
    .state_bytes = sizeof(struct council_server),
    .file_bytes = {RAFT_FILE_BYTES, RAFT_FILE_BYTES},
    .messages = COUNCIL_MESSAGES,
    .message_count = COUNCIL_MESSAGE_COUNT,
    .boot = boot,
    .step = step,
    .malformed = malformed,
    .violation = violation,
    .pending = pending,
    .inspect = inspect,
};
