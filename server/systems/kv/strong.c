/* strong.c: the strong path of a replica: Raft's log, and the machine that it fills.
 *
 * A write or a conditional write becomes an entry and is answered when that very entry is applied
 * here; a read is answered when Raft says that this replica still leads. Who does not lead says so and
 * names who might; a side without a majority therefore refuses strong reads as well as writes, and
 * still serves local ones (KV-T14). A retried command is known by its session and done once. Every key
 * remembers the entry that wrote it last: its version on the true order of the log. */
#include <assert.h>

#include "systems/kv/replica.h"

static const struct raft_place PLACE = {.message_first = KV_MESSAGE_RAFT,
                                        .note_first = KV_NOTE_RAFT,
                                        .timer = KV_TIMER_RAFT,
                                        .files = {KV_FILE_RAFT, KV_FILE_RAFT + 1}};

struct strong {
    struct raft_tuning tuning;
    struct raft_turn turn;
};

static const struct raft_turn *raft_turn(const struct kv_turn *turn, struct strong *strong)
{
    enum { BATCH = 768, PIPELINE = 4, IMAGE_ENTRIES = 256, DRIFT_PPM = 1000 };
    strong->tuning = (struct raft_tuning){
        .election_min_ns = kv_setting(turn, KV_SET_ELECTION_MS) * KV_NS_PER_MS,
        .election_max_ns = 2 * kv_setting(turn, KV_SET_ELECTION_MS) * KV_NS_PER_MS,
        .heartbeat_ns = kv_setting(turn, KV_SET_ELECTION_MS) * KV_NS_PER_MS / 5,
        .batch_bytes = BATCH,
        .pipeline = PIPELINE,
        .snapshot_entries = IMAGE_ENTRIES,
        .pre_vote = true,
        .check_quorum = true,
        .lease_drift_ppm = DRIFT_PPM};
    strong->turn = (struct raft_turn){.self = &turn->self->raft,
                                      .tuning = &strong->tuning,
                                      .place = &PLACE,
                                      .env = turn->env,
                                      .outbox = turn->outbox,
                                      .now_ns = turn->now_ns};
    return &strong->turn;
}

static void begin_modes(struct kv_replica *self, const int64_t *settings)
{
    uint8_t mode = (uint8_t)settings[KV_SET_MODE];
    self->modes = (struct kv_modes){.mode = mode, .next = mode};
}

void strong_boot(struct kv_replica *self, const struct kv_plan *plan, const int64_t *settings)
{
    begin_modes(self, settings);
    self->served = kv_served_of(&self->modes);
    struct raft_members members = {.voters = (UINT64_C(1) << plan->replica_count) - 1};
    raft_boot(&self->raft, &members);
}

/* ---- States: a key of the machine as the rest of the store sees one ---- */

void strong_state(const struct kv_replica *self, uint32_t key, struct kv_state *state)
{
    assert(key < KV_KEYS_MAX);
    uint64_t index = self->written_at[key];
    const struct machine_key *entry = &self->machine.keys[key];
    *state = (struct kv_state){.key = key};
    if (index == 0)
        return;
    state->count = 1;
    state->clock[0] = (uint32_t)index;
    state->siblings[0] = (struct kv_sibling){.value = entry->there ? entry->value : 0,
                                             .wall_ns = (int64_t)index,
                                             .counter = (uint32_t)index,
                                             .deleted = !entry->there};
}

/* ---- Answers ---- */

static void reply(const struct kv_turn *turn, const struct kv_waiting *waiting,
                  enum kv_result result)
{
    const struct kv_replica *self = turn->self;
    if (waiting->batch_count > 0) {
        batch_reply(turn, waiting, result);
        return;
    }
    struct kv_reply message = {.op = waiting->op,
                               .result = (uint8_t)result,
                               .level = waiting->level,
                               .attempt = waiting->attempt};
    bool known = self->raft.leader < turn->plan->replica_count;
    message.leader = (uint8_t)(known ? self->raft.leader + 1 : 0);
    strong_state(self, waiting->key, &message.state);
    message.version = (uint32_t)self->written_at[waiting->key];
    message.epoch = (uint16_t)self->served.epoch;
    message.mode = self->served.mode;
    uint32_t length =
        (uint32_t)(sizeof message - sizeof message.state) + kv_state_bytes(&message.state);
    node_send(turn->outbox, waiting->client, KV_REPLY, &message, length);
}

static void forget(struct kv_replica *self, uint32_t place)
{
    assert(place < self->waiting_count);
    self->waiting[place] = self->waiting[--self->waiting_count];
}

/* A condition on a key that is not there is missed too; deleting such a key is done already. */
static enum kv_result result_of(const struct machine_answer *answer, uint8_t function)
{
    switch ((enum machine_result)answer->result) {
    case MACHINE_MISMATCH:
        return KV_MISMATCH;
    case MACHINE_EXPIRED:
        return KV_UNCONFIRMED; /* it may have been done, long ago */
    case MACHINE_MISSING:
        return function == KV_CAS ? KV_MISMATCH : KV_OK;
    case MACHINE_OK:
        break;
    }
    return KV_OK;
}

/* Are all its keys the log's now? */
static bool takes(const struct kv_turn *turn, const struct kv_waiting *waiting)
{
    bool all = kv_takes_strong(turn->plan, &turn->self->modes, waiting->key);
    for (uint32_t i = 0; i < waiting->batch_count; i++)
        all = all && kv_takes_strong(turn->plan, &turn->self->modes, waiting->batch_keys[i]);
    return all;
}

/* `answer` NULL: what stands there now is no command of this replica's client. */
static void answer_entry(const struct kv_turn *turn, const struct raft_entry *entry,
                         const struct machine_answer *answer)
{
    struct kv_replica *self = turn->self;
    for (uint32_t i = 0; i < self->waiting_count; i++) {
        struct kv_waiting *waiting = &self->waiting[i];
        if (waiting->index != entry->index)
            continue;
        bool own = waiting->term == entry->term;
        enum kv_result result = KV_NOT_LEADER;
        if (own && !takes(turn, waiting))
            result = KV_SWITCHING;
        else if (own && answer != NULL)
            result = result_of(answer, waiting->function);
        reply(turn, waiting, result);
        forget(self, i);
        return;
    }
}

/* ---- What Raft gives out ---- */

/* Clients name the entry that wrote the key last; the machine counts writes, and anew after each
 * deletion, so a number of its could mean two contents. */
static void name_version(const struct kv_replica *self, struct machine_command *command)
{
    if (command->kind != MACHINE_PUT_VERSION)
        return;
    bool same =
        command->key < KV_KEYS_MAX && self->written_at[command->key] == (uint64_t)command->expected;
    command->expected = same ? (int64_t)self->machine.keys[command->key].version : -1;
}

/* A command as it stands in the log; only a batch has pairs. */
struct strong_command {
    struct machine_command head;
    struct machine_pair pairs[MACHINE_BATCH_MAX];
};
_Static_assert(sizeof(struct strong_command) <= RAFT_COMMAND_BYTES_MAX, "one entry");

static uint32_t key_count(const struct strong_command *command)
{
    return command->head.kind == MACHINE_BATCH ? command->head.count : 1;
}

static uint32_t key_of(const struct strong_command *command, uint32_t i)
{
    return command->head.kind == MACHINE_BATCH ? command->pairs[i].key : command->head.key;
}

/* Are all its keys the log's now? All or none is done. */
static bool applies(const struct kv_turn *turn, const struct strong_command *command)
{
    bool all = command->head.key < turn->plan->key_count;
    for (uint32_t i = 0; i < key_count(command) && all; i++)
        all = key_of(command, i) < turn->plan->key_count &&
              kv_takes_strong(turn->plan, &turn->self->modes, key_of(command, i));
    return all;
}

/* Each key has its version from the entry; the parts of a batch are operations of their own. */
static void note_written(const struct kv_turn *turn, const struct strong_command *command,
                         uint64_t index)
{
    bool batch = command->head.kind == MACHINE_BATCH;
    for (uint32_t i = 0; i < key_count(command); i++) {
        struct kv_state state;
        uint32_t key = key_of(command, i);
        turn->self->written_at[key] = index;
        strong_state(turn->self, key, &state);
        kv_say(turn, KV_NOTE_VERSIONED, NODE_NONE, command->head.operation + (batch ? i + 1 : 0),
               key, state.siblings[0].value, state.siblings[0].wall_ns, kv_dot(&state.siblings[0]));
    }
}

static void apply(const struct kv_turn *turn, const struct raft_entry *entry)
{
    struct kv_replica *self = turn->self;
    bool command_entry = entry->kind == RAFT_COMMAND;
    if (command_entry && kv_step_valid(entry->bytes, entry->length, turn->plan->key_count))
        switch_apply(turn, entry);
    if (!command_entry || !machine_valid(entry->bytes, entry->length)) {
        answer_entry(turn, entry, NULL);
        return;
    }
    struct strong_command command;
    memcpy(&command, entry->bytes, entry->length);
    if (!applies(turn, &command)) {
        answer_entry(turn, entry, NULL); /* the key has left the log: nothing is done, anywhere */
        return;
    }
    name_version(self, &command.head);
    if (kv_setting(turn, KV_SET_BUG_CAS_ANYWAY) && command.head.kind == MACHINE_PUT_VERSION)
        command.head.kind = MACHINE_PUT;
    struct machine_answer answer = machine_apply(&self->machine, &command, entry->length, false);
    if (answer.result == MACHINE_OK && !answer.repeated)
        note_written(turn, &command, entry->index);
    answer_entry(turn, entry, &answer);
}

static void answer_read(const struct kv_turn *turn, uint64_t ticket, bool granted)
{
    struct kv_replica *self = turn->self;
    for (uint32_t i = 0; i < self->waiting_count; i++) {
        struct kv_waiting *waiting = &self->waiting[i];
        if (waiting->index != 0 || waiting->term != ticket)
            continue;
        enum kv_result here = takes(turn, waiting) ? KV_OK : KV_SWITCHING;
        reply(turn, waiting, granted ? here : KV_NOT_LEADER);
        forget(self, i);
        return;
    }
}

/* The image: the mode, the entries that wrote each key last, then the machine. */
struct image_head {
    struct kv_modes modes;
    uint64_t written_at[KV_KEYS_MAX];
};

static void take_image(const struct kv_turn *turn, const struct raft_turn *raft)
{
    struct kv_replica *self = turn->self;
    uint8_t image[RAFT_IMAGE_BYTES_MAX];
    struct image_head head = {.modes = self->modes};
    memcpy(head.written_at, self->written_at, sizeof head.written_at);
    memcpy(image, &head, sizeof head);
    uint32_t length = machine_image(&self->machine, image + sizeof head,
                                    (uint32_t)(sizeof image - sizeof head), false);
    assert(length > 0); /* every key and session has room */
    raft_take_image(raft, image, length + (uint32_t)sizeof head);
}

static void restore(const struct kv_turn *turn, const uint8_t *image, uint32_t length)
{
    struct kv_replica *self = turn->self;
    struct image_head head = {.modes = {.epoch = 0}};
    bool whole = length >= sizeof head;
    if (whole)
        memcpy(&head, image, sizeof head);
    bool sound = whole && head.modes.mode <= KV_MODE_HYBRID && head.modes.next <= KV_MODE_HYBRID;
    begin_modes(self, turn->env->settings);
    if (sound)
        self->modes = head.modes;
    memcpy(self->written_at, head.written_at, sizeof self->written_at);
    (void)machine_restore(&self->machine, whole ? image + sizeof head : NULL,
                          whole ? length - (uint32_t)sizeof head : 0);
}

static void drain(const struct kv_turn *turn, const struct raft_turn *raft)
{
    const uint8_t *image;
    uint32_t length;
    struct raft_entry entry;
    uint64_t ticket;
    bool granted;
    if (raft_restored(raft, &image, &length))
        restore(turn, image, length);
    while (raft_next_committed(raft, &entry))
        apply(turn, &entry);
    while (raft_next_read(raft, &ticket, &granted))
        answer_read(turn, ticket, granted);
    if (raft_wants_image(raft))
        take_image(turn, raft);
    switch_adopt(turn);
}

/* As if the node had started just now: it reads its files. */
static void wake(const struct kv_turn *turn, const struct raft_turn *raft,
                 const struct node_event *event)
{
    struct node_event start = {
        .kind = NODE_EVENT_START, .monotonic_ns = event->monotonic_ns, .wall_ns = event->wall_ns};
    turn->self->awake = true;
    (void)raft_step(raft, &start);
}

bool strong_step(const struct kv_turn *turn, const struct node_event *event)
{
    struct strong strong;
    if (!turn->self->awake && !switch_wakes(turn, event))
        return false;
    const struct raft_turn *raft = raft_turn(turn, &strong);
    if (!turn->self->awake)
        wake(turn, raft, event);
    bool own = event->kind != NODE_EVENT_START && raft_step(raft, event);
    drain(turn, raft);
    return own;
}

/* ---- Requests ---- */

bool strong_propose(const struct kv_turn *turn, const struct kv_step *step, uint64_t *index)
{
    struct strong strong;
    assert(turn->self->awake);
    return raft_propose(raft_turn(turn, &strong), step, sizeof *step, index) == RAFT_ACCEPTED;
}

static uint8_t kind_of(const struct kv_request *request)
{
    static const uint8_t KINDS[KV_FUNCTION_COUNT] = {[KV_GET] = MACHINE_GET,
                                                     [KV_PUT] = MACHINE_PUT,
                                                     [KV_DELETE] = MACHINE_DELETE,
                                                     [KV_CAS] = MACHINE_PUT_VERSION};
    return KINDS[request->function];
}

static enum raft_refusal read_raft(const struct kv_turn *turn, const struct raft_turn *raft,
                                   struct kv_waiting *waiting)
{
    waiting->term = ++turn->self->ticket_last;
    return raft_read(raft, waiting->term);
}

static enum raft_refusal ask_raft(const struct kv_turn *turn, const struct raft_turn *raft,
                                  const struct kv_request *request, struct kv_waiting *waiting)
{
    struct machine_command command = {.session = request->session,
                                      .serial = request->serial,
                                      .operation = request->op,
                                      .key = request->key,
                                      .kind = kind_of(request),
                                      .value = request->value,
                                      .expected = request->if_version};
    if (request->function == KV_GET)
        return read_raft(turn, raft, waiting);
    enum raft_refusal refusal = raft_propose(raft, &command, sizeof command, &waiting->index);
    waiting->term = turn->self->raft.term;
    return refusal;
}

/* The bug: each key is an entry of its own, and whoever reads between two of them sees a half. */
static enum raft_refusal propose_split(const struct kv_turn *turn, const struct raft_turn *raft,
                                       const struct kv_batch *batch, struct kv_waiting *waiting)
{
    enum raft_refusal refusal = RAFT_ACCEPTED;
    for (uint32_t i = 0; i < batch->count && refusal == RAFT_ACCEPTED; i++) {
        struct machine_command command = {.operation = batch->op + 1 + i,
                                          .key = batch->keys[i],
                                          .kind = MACHINE_PUT,
                                          .value = batch->value};
        refusal = raft_propose(raft, &command, sizeof command, &waiting->index);
    }
    waiting->term = turn->self->raft.term;
    return refusal;
}

/* One entry for all keys, or one read of all of them. */
static enum raft_refusal ask_batch(const struct kv_turn *turn, const struct raft_turn *raft,
                                   const struct kv_batch *batch, struct kv_waiting *waiting)
{
    struct strong_command command = {.head = {.session = batch->session,
                                              .serial = batch->serial,
                                              .operation = batch->op,
                                              .key = batch->keys[0],
                                              .kind = MACHINE_BATCH,
                                              .count = batch->count}};
    if (batch->function == KV_GET)
        return read_raft(turn, raft, waiting);
    if (kv_setting(turn, KV_SET_BUG_BATCH_SPLIT))
        return propose_split(turn, raft, batch, waiting);
    for (uint32_t i = 0; i < batch->count; i++)
        command.pairs[i] = (struct machine_pair){.key = batch->keys[i], .value = batch->value};
    uint32_t length = (uint32_t)(sizeof command.head + batch->count * sizeof command.pairs[0]);
    enum raft_refusal refusal = raft_propose(raft, &command, length, &waiting->index);
    waiting->term = turn->self->raft.term;
    return refusal;
}

/* Waits for its entry or its read: of one key (`batch` NULL), or of several. */
static void wait_for(const struct kv_turn *turn, const struct kv_waiting *waiting,
                     const struct kv_request *request, const struct kv_batch *batch)
{
    struct kv_replica *self = turn->self;
    struct strong strong;
    bool from_here = waiting->level == KV_LEVEL_LOCAL || kv_setting(turn, KV_SET_BUG_STALE_STRONG);
    if (waiting->function == KV_GET && from_here) {
        reply(turn, waiting, KV_OK);
        return;
    }
    if (self->waiting_count == KV_WAITING_MAX) {
        reply(turn, waiting, KV_BUSY);
        return;
    }
    const struct raft_turn *raft = raft_turn(turn, &strong);
    uint32_t place = self->waiting_count++; /* first: it may be answered within the call */
    self->waiting[place] = *waiting;
    enum raft_refusal refusal = batch != NULL
                                    ? ask_batch(turn, raft, batch, &self->waiting[place])
                                    : ask_raft(turn, raft, request, &self->waiting[place]);
    if (refusal != RAFT_ACCEPTED) {
        self->waiting_count--;
        bool elsewhere = refusal == RAFT_NOT_LEADER || refusal == RAFT_TRANSFERRING;
        reply(turn, waiting, elsewhere ? KV_NOT_LEADER : KV_BUSY);
    }
    drain(turn, raft);
}

void strong_request(const struct kv_turn *turn, uint32_t client, const struct kv_request *request)
{
    struct kv_waiting waiting = {.op = request->op,
                                 .client = client,
                                 .key = request->key,
                                 .attempt = request->attempt,
                                 .level = request->level,
                                 .function = request->function};
    wait_for(turn, &waiting, request, NULL);
}

void strong_batch(const struct kv_turn *turn, uint32_t client, const struct kv_batch *batch)
{
    struct kv_waiting waiting = {.op = batch->op,
                                 .client = client,
                                 .key = batch->keys[0],
                                 .attempt = batch->attempt,
                                 .level = batch->level,
                                 .function = batch->function,
                                 .batch_count = batch->count};
    memcpy(waiting.batch_keys, batch->keys, sizeof waiting.batch_keys);
    wait_for(turn, &waiting, NULL, batch);
}
