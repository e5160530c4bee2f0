/* switch.c: changing the mode while the store runs: seal, repair, switch.
 *
 * The wish is a setting; whoever leads the log carries it out, step by step (modes.h), and whoever
 * leads after him goes on from the log. When keys go into the log (ap to hybrid or cp) every replica
 * must have sealed them on its disk and report it, with a digest of what it has; only when all homes
 * have the same is that seeded and the new mode opened. Nothing written before is missing then: each
 * version was on its coordinator's disk before anybody was told of it, and its coordinator is one of
 * the homes. Siblings are settled by the latest clock, as under last-write-wins. A replica that does
 * not report holds the switch up, which is said; the operator may take the wish back meanwhile.
 *
 * When keys leave the log (cp to hybrid or ap) nobody has to be waited for: who is cut off cannot
 * serve them, since that needs the leader. The store's strong reads ask a majority each time and hold
 * no lease, so once the seal is in the log nothing is read from it that a lease could still allow.
 * Each home takes the log's values into its own store under versions above all older ones.
 *
 * A replica that was away learns the steps from the log when it comes back. Until then it serves what
 * its disk says, which cannot be wrong: a switch into the log waits for it. */
#include <assert.h>

#include "systems/kv/replica.h"

enum {
    REPORT_MS = 100,
    WAITS_MS = 1000, /* then it is said who holds the switch up */
};
enum { WAITS_REPORT, WAITS_SAME };

bool switch_wakes(const struct kv_turn *turn, const struct node_event *event)
{
    const struct kv_served *served = &turn->self->served;
    bool asked = event->kind == NODE_EVENT_MESSAGE && event->type < RAFT_MESSAGE_COUNT;
    return asked || served->epoch > 0 || served->mode != KV_MODE_AP ||
           kv_wished_mode(turn->env->settings) != KV_MODE_AP;
}

bool switch_holds_up(const struct kv_turn *turn, const struct kv_request *request)
{
    const struct kv_served *served = &turn->self->served;
    if (!kv_moves(turn->plan, served, request->key) || request->level == KV_LEVEL_LOCAL)
        return false;
    if (kv_is_strong(turn->plan, served->mode, request->key))
        return true;
    return request->function != KV_GET && !kv_setting(turn, KV_SET_BUG_SWITCH_NO_SEAL);
}

/* ---- What comes out of the log ---- */

static void apply_seed(const struct kv_turn *turn, const struct kv_step *step, uint64_t index)
{
    struct kv_replica *self = turn->self;
    struct kv_served now = kv_served_of(&self->modes);
    bool due = step->epoch == now.epoch && kv_moves(turn->plan, &now, step->key) &&
               kv_tightens(now.mode, now.next);
    if (!due || (step->origin == 0 && self->written_at[step->key] == 0))
        return; /* too late; or nothing was ever there */
    bool there = step->origin != 0 && step->mode == 0;
    struct machine_command command = {
        .key = step->key, .kind = there ? MACHINE_PUT : MACHINE_DELETE, .value = step->value};
    (void)machine_apply(&self->machine, &command, sizeof command, false);
    self->written_at[step->key] = index;
    struct kv_sibling kept = {.counter = step->counter, .deleted = step->mode};
    if (step->origin != 0)
        kept.node = (uint8_t)(step->origin - 1);
    kv_say(turn, KV_NOTE_SEEDED, NODE_NONE, NODE_NONE, step->key, step->epoch, step->wall_ns,
           step->origin == 0 ? 0 : kv_dot(&kept));
}

void switch_apply(const struct kv_turn *turn, const struct raft_entry *entry)
{
    struct kv_step step;
    assert(entry->length == sizeof step);
    memcpy(&step, entry->bytes, sizeof step);
    if (step.kind == KV_STEP_SEED)
        apply_seed(turn, &step, entry->index);
    else
        (void)kv_modes_apply(&turn->self->modes, &step);
    switch_adopt(turn);
}

/* ---- Serving it ---- */

/* The log's values of a class become versions of the store. What others have written on top of them
 * meanwhile, and has arrived here already, stays. */
static void carry(const struct kv_turn *turn, enum kv_class which)
{
    struct kv_replica *self = turn->self;
    const struct kv_carried *carried = &self->modes.carried[which];
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        bool home =
            kv_is_home(turn->plan, turn->env->settings, kv_range(turn->plan, key), turn->env->self);
        struct kv_state state;
        if (kv_class_of(turn->plan, key) != which || !home || self->written_at[key] == 0)
            continue;
        kv_carried_state(turn->plan, carried, key, &self->machine.keys[key], &state);
        (void)store_merge(turn, &state, false);
    }
}

static void say_served(const struct kv_turn *turn, const struct kv_served *before)
{
    const struct kv_served *now = &turn->self->served;
    if (now->sealed)
        kv_say(turn, KV_NOTE_MODE_SEALED, NODE_NONE, NODE_NONE, now->epoch, now->mode, now->next,
               0);
    else
        kv_say(turn, now->mode == before->mode ? KV_NOTE_MODE_DROPPED : KV_NOTE_MODE_OPENED,
               NODE_NONE, NODE_NONE, now->epoch, now->mode, 0, 0);
}

/* The own record is written last: the disk works in order, so a mode that is on it comes with the
 * values that belong to it. */
void switch_adopt(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    struct kv_served before = self->served;
    if (!self->ready || self->modes.epoch <= before.epoch)
        return;
    self->served = kv_served_of(&self->modes);
    for (uint32_t which = 0; which < KV_CLASSES; which++)
        if (self->modes.carried[which].epoch > before.epoch)
            carry(turn, (enum kv_class)which);
    store_save_own(turn);
    say_served(turn, &before);
    self->report_due_ns = turn->now_ns;
}

/* ---- Reporting ---- */

/* What a deletion leaves behind and nothing at all are the same: some homes may have forgotten it. */
static uint64_t digest_of(const struct kv_turn *turn, const struct kv_state *state)
{
    int64_t wall_ns = 0;
    return kv_is_tombstone(state, &wall_ns)
               ? 0
               : kv_state_hash(state, kv_merge_flags(turn->env->settings));
}

static void fill(const struct kv_turn *turn, struct kv_report *report)
{
    const struct kv_replica *self = turn->self;
    *report = (struct kv_report){
        .op = NODE_NONE, .epoch = self->served.epoch, .counter = self->counter_floor};
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        const struct kv_state *state = &self->slots[key].state;
        for (uint32_t i = 0; i < turn->plan->replica_count; i++)
            if (state->clock[i] > report->counter)
                report->counter = state->clock[i];
        for (uint32_t i = 0; i < state->count; i++)
            if (state->siblings[i].wall_ns > report->wall_ns)
                report->wall_ns = state->siblings[i].wall_ns;
        if (kv_moves(turn->plan, &self->served, key))
            report->digests[kv_range(turn->plan, key)] += digest_of(turn, state);
    }
}

/* Sealed, and all of it on the disk: a crash takes back neither the seal nor a value. */
static bool may_report(const struct kv_turn *turn)
{
    return switch_tightens(turn->self) &&
           (store_is_durable(turn) || kv_setting(turn, KV_SET_BUG_SWITCH_NO_SEAL));
}

static void report(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    struct kv_report message;
    uint32_t leader = self->raft.leader;
    if (turn->now_ns < self->report_due_ns || leader >= turn->plan->replica_count ||
        leader == turn->env->self || !may_report(turn))
        return;
    self->report_due_ns = turn->now_ns + REPORT_MS * KV_NS_PER_MS;
    fill(turn, &message);
    node_send(turn->outbox, leader, KV_REPORT, &message, sizeof message);
}

void switch_on_report(const struct kv_turn *turn, uint32_t from, const struct kv_report *message)
{
    if (from < turn->plan->replica_count && message->epoch >= turn->self->reports[from].epoch)
        turn->self->reports[from] = *message;
}

/* ---- Leading: are all of one mind? ---- */

/* Who has not reported, or has something else than the first home of a range; NODE_NONE: nobody. A
 * report of this epoch stays true: what is sealed only grows by what some home has already. */
static uint32_t holds_up(const struct kv_turn *turn, uint8_t *why)
{
    const struct kv_report *reports = turn->self->reports;
    *why = WAITS_REPORT;
    for (uint32_t replica = 0; replica < turn->plan->replica_count; replica++)
        if (reports[replica].epoch != turn->self->modes.epoch)
            return replica;
    *why = WAITS_SAME;
    if (kv_setting(turn, KV_SET_BUG_SWITCH_NO_SEAL))
        return NODE_NONE; /* without a seal they never agree for long */
    for (uint32_t range = 0; range < turn->plan->replica_count; range++)
        for (uint32_t i = 1; i < kv_copies(turn->plan, turn->env->settings); i++) {
            uint32_t home = kv_home(turn->plan, range, i);
            if (reports[home].digests[range] != reports[range].digests[range])
                return home;
        }
    return NODE_NONE;
}

static bool is_agreed(const struct kv_turn *turn, struct kv_leading *leading)
{
    uint8_t why = WAITS_REPORT;
    if (leading->agreed)
        return true;
    uint32_t who = holds_up(turn, &why);
    bool long_enough = turn->now_ns - leading->since_ns > WAITS_MS * KV_NS_PER_MS;
    if (who == NODE_NONE) {
        leading->agreed = 1;
        kv_say(turn, KV_NOTE_MODE_AGREED, NODE_NONE, NODE_NONE, leading->epoch, 0, 0, 0);
    } else if (long_enough && (who != leading->waits_for || why != leading->waits_why)) {
        kv_say(turn, KV_NOTE_MODE_WAITS, who, NODE_NONE, leading->epoch, why, 0, 0);
        leading->waits_for = who;
        leading->waits_why = why;
    }
    return leading->agreed != 0;
}

/* ---- Leading: seeding the log ---- */

static bool is_seeded(const struct kv_leading *leading, uint32_t key)
{
    return (leading->seeded[key / 64] >> key % 64 & 1) != 0;
}

/* Of siblings the one is kept that the plan's rule chooses. */
static void seed(const struct kv_turn *turn, const struct kv_state *state)
{
    struct kv_leading *leading = &turn->self->leading;
    const struct kv_sibling *kept = kv_kept(turn->plan, state);
    struct kv_step step = {
        .epoch = leading->epoch, .key = (uint16_t)state->key, .kind = KV_STEP_SEED};
    uint64_t index = 0;
    if (kept != NULL) {
        step.counter = kept->counter;
        step.origin = kept->node + 1u;
        step.mode = kept->deleted;
        step.value = kept->value;
        step.wall_ns = kept->wall_ns;
    }
    if (is_seeded(leading, state->key) || !strong_propose(turn, &step, &index))
        return; /* the log is full: again with the next tick */
    leading->seeded[state->key / 64] |= UINT64_C(1) << state->key % 64;
    if (state->count > 1)
        kv_say(turn, KV_NOTE_SETTLED, NODE_NONE, NODE_NONE, state->key, step.value,
               state->count - 1, 0);
}

static void ask_home(const struct kv_turn *turn, uint32_t key)
{
    struct kv_read read = {.op = NODE_NONE,
                           .ticket = KV_TICKET_SWITCH,
                           .serial = turn->self->leading.epoch,
                           .key = key};
    node_send(turn->outbox, kv_range(turn->plan, key), KV_READ, &read, sizeof read);
}

void switch_on_value(const struct kv_turn *turn, const struct kv_value *value)
{
    struct kv_replica *self = turn->self;
    const struct kv_leading *leading = &self->leading;
    bool due = raft_leads(&self->raft) && leading->term == self->raft.term && leading->agreed &&
               leading->epoch == value->serial && leading->epoch == self->served.epoch;
    if (due && kv_moves(turn->plan, &self->served, value->state.key))
        seed(turn, &value->state);
}

/* What this replica is a home of, from its own store; the rest is asked of its first home. True: all
 * is in the log. */
static bool seed_all(const struct kv_turn *turn, struct kv_leading *leading)
{
    bool all = true;
    bool ask = turn->now_ns >= leading->ask_due_ns;
    for (uint32_t key = 0; key < turn->plan->key_count; key++) {
        if (!kv_moves(turn->plan, &turn->self->served, key) || is_seeded(leading, key))
            continue;
        if (kv_is_home(turn->plan, turn->env->settings, kv_range(turn->plan, key), turn->env->self))
            seed(turn, &turn->self->slots[key].state);
        else if (ask)
            ask_home(turn, key);
        all = all && is_seeded(leading, key);
    }
    if (ask)
        leading->ask_due_ns = turn->now_ns + REPORT_MS * KV_NS_PER_MS;
    return all;
}

/* ---- Leading: the steps ---- */

static void take_step(const struct kv_turn *turn, struct kv_leading *leading, uint8_t kind,
                      uint32_t mode)
{
    struct kv_step step = {.epoch = leading->epoch + 1, .kind = kind, .mode = (uint8_t)mode};
    const struct kv_modes *modes = &turn->self->modes;
    bool tightens = kv_tightens(modes->mode, mode);
    step.wall_ns = tightens ? 0 : turn->wall_ns;
    for (uint32_t i = 0; i < turn->plan->replica_count && tightens; i++) {
        const struct kv_report *told = &turn->self->reports[i];
        step.counter = told->counter > step.counter ? told->counter : step.counter;
        step.wall_ns = told->wall_ns > step.wall_ns ? told->wall_ns : step.wall_ns;
    }
    uint64_t index = 0;
    if (strong_propose(turn, &step, &index))
        leading->step_index = index;
}

static struct kv_leading *leading_now(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    if (self->leading.term != self->raft.term || self->leading.epoch != self->modes.epoch)
        self->leading = (struct kv_leading){.term = self->raft.term,
                                            .epoch = self->modes.epoch,
                                            .since_ns = turn->now_ns,
                                            .waits_for = NODE_NONE};
    return &self->leading;
}

static void lead(const struct kv_turn *turn)
{
    struct kv_replica *self = turn->self;
    const struct kv_modes *modes = &self->modes;
    uint32_t wish = kv_wished_mode(turn->env->settings);
    bool up_to_date = self->raft.applied >= self->raft.term_start; /* else it may be an old state */
    if (!up_to_date || self->served.epoch != modes->epoch || modes->epoch >= KV_EPOCH_MAX)
        return;
    struct kv_leading *leading = leading_now(turn);
    if (self->raft.applied < leading->step_index)
        return;
    if (may_report(turn))
        fill(turn, &self->reports[turn->env->self]);
    if (!modes->sealed && wish != modes->mode)
        take_step(turn, leading, KV_STEP_SEAL, wish);
    else if (modes->sealed && wish != modes->next)
        take_step(turn, leading, KV_STEP_OPEN, modes->mode); /* taken back */
    else if (modes->sealed &&
             (!switch_tightens(self) || (is_agreed(turn, leading) && seed_all(turn, leading))))
        take_step(turn, leading, KV_STEP_OPEN, modes->next);
}

void switch_tick(const struct kv_turn *turn)
{
    switch_adopt(turn);
    if (turn->self->awake && raft_leads(&turn->self->raft))
        lead(turn);
    else
        report(turn);
}
