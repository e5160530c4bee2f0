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
        if (own && !kv_takes_strong(turn->plan, &self->modes, waiting->key))
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
    struct machine_command command;
    memcpy(&command, entry->bytes, sizeof command);
    if (command.key >= turn->plan->key_count ||
        !kv_takes_strong(turn->plan, &self->modes, command.key)) {
        answer_entry(turn, entry, NULL); /* the key has left the log: nothing is done, anywhere */
        return;
    }
    name_version(self, &command);
    if (kv_setting(turn, KV_SET_BUG_CAS_ANYWAY) && command.kind == MACHINE_PUT_VERSION)
        command.kind = MACHINE_PUT;
    struct machine_answer answer = machine_apply(&self->machine, &command, sizeof command, false);
    bool changed = answer.result == MACHINE_OK && !answer.repeated;
    if (changed) {
        struct kv_state state;
        self->written_at[command.key] = entry->index;
        strong_state(self, command.key, &state);
        kv_say(turn, KV_NOTE_VERSIONED, NODE_NONE, command.operation, command.key,
               state.siblings[0].value, state.siblings[0].wall_ns, kv_dot(&state.siblings[0]));
    }
    answer_entry(turn, entry, &answer);
}

static void answer_read(const struct kv_turn *turn, uint64_t ticket, bool granted)
{
    struct kv_replica *self = turn->self;
    for (uint32_t i = 0; i < self->waiting_count; i++) {
        struct kv_waiting *waiting = &self->waiting[i];
        if (waiting->index != 0 || waiting->term != ticket)
            continue;
        bool here = kv_takes_strong(turn->plan, &self->modes, waiting->key);
        reply(turn, waiting, !granted ? KV_NOT_LEADER : here ? KV_OK : KV_SWITCHING);
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
    if (request->function == KV_GET) {
        waiting->term = ++turn->self->ticket_last;
        return raft_read(raft, waiting->term);
    }
    enum raft_refusal refusal = raft_propose(raft, &command, sizeof command, &waiting->index);
    waiting->term = turn->self->raft.term;
    return refusal;
}

void strong_request(const struct kv_turn *turn, uint32_t client, const struct kv_request *request)
{
    struct kv_replica *self = turn->self;
    struct strong strong;
    struct kv_waiting waiting = {.op = request->op,
                                 .client = client,
                                 .key = request->key,
                                 .attempt = request->attempt,
                                 .level = request->level,
                                 .function = request->function};
    bool from_here = request->level == KV_LEVEL_LOCAL ||
                     (request->function == KV_GET && kv_setting(turn, KV_SET_BUG_STALE_STRONG));
    if (request->function == KV_GET && from_here) {
        reply(turn, &waiting, KV_OK);
        return;
    }
    if (self->waiting_count == KV_WAITING_MAX) {
        reply(turn, &waiting, KV_BUSY);
        return;
    }
    const struct raft_turn *raft = raft_turn(turn, &strong);
    uint32_t place = self->waiting_count++; /* first: it may be answered within the call */
    self->waiting[place] = waiting;
    enum raft_refusal refusal = ask_raft(turn, raft, request, &self->waiting[place]);
    if (refusal != RAFT_ACCEPTED) {
        self->waiting_count--;
        bool elsewhere = refusal == RAFT_NOT_LEADER || refusal == RAFT_TRANSFERRING;
        reply(turn, &waiting, elsewhere ? KV_NOT_LEADER : KV_BUSY);
    }
    drain(turn, raft);
}
