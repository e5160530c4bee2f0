/* ledger_switch.c: what the ledger makes of a switch of modes.
 *
 * With its path a key changes the order of its versions: by clocks in the eventual store, by entries
 * in the log. When the first replica opens the new mode, what the ledger knows of each key that moves
 * is said anew in the new order; and here it shows whether the switch has lost anything: the newest
 * acknowledged version must be in what was taken over, or have been settled by a later one. */
#include <assert.h>

#include "systems/kv/ledger.h"
#include "systems/kv/replica.h"

/* An entry is both counter and clock of its version; a clock in nanoseconds is no counter. */
static bool is_of_log(const struct ledger_version *version)
{
    return version->wall_ns == version->dot >> 8;
}

bool kv_ledger_is_foreign(const struct ledger_context *context, uint32_t number,
                          const struct ledger_version *version)
{
    return version->dot != 0 &&
           is_of_log(version) != kv_is_strong(context->plan, context->ledger->mode, number);
}

void kv_ledger_seeded(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    uint32_t number = (uint32_t)note->args[0];
    assert(number < context->plan->key_count);
    struct ledger_key *key = &context->ledger->keys[number];
    if ((uint32_t)note->args[1] < key->seeded_epoch)
        return; /* a replica reads its log again */
    key->seeded_epoch = (uint32_t)note->args[1];
    key->seeded = (struct ledger_version){.wall_ns = note->args[2], .dot = note->args[3]};
}

/* ---- Was anything lost? ---- */

static void judge(const struct ledger_context *context, uint32_t number, uint32_t replica,
                  const struct ledger_version *acked, const struct ledger_version *taken)
{
    bool deleted = kv_ledger_is_deleted(acked->dot);
    if (acked->dot == 0 || (taken->dot == 0 && deleted) || !kv_ledger_later(acked, taken))
        return;
    kv_ledger_break(
        context, deleted ? KV_CHECK_DELETED_STAYS_DELETED : KV_CHECK_NO_ACKED_WRITE_LOST, acked->op,
        deleted ? KV_WORD_DELETED_BACK : KV_WORD_ACKED_LOST, number, acked->value, replica);
}

void kv_ledger_acked_late(const struct ledger_context *context, const struct ledger_op *op)
{
    uint32_t number = KV_WHAT_KEY(op->what);
    const struct ledger_key *key = &context->ledger->keys[number];
    if (op->era + 1u == key->era)
        judge(context, number, op->node, &op->written, &key->taken);
}

/* The newest acknowledged version that nobody has knowingly overwritten. Its siblings are overruled by
 * the switch. */
static struct ledger_version newest(const struct ledger_context *context, uint32_t number)
{
    const struct ledger_key *key = &context->ledger->keys[number];
    struct ledger_version found = {.dot = 0};
    bool siblings = context->settings[KV_SET_CONFLICT] == KV_CONFLICT_SIBLINGS &&
                    !kv_is_strong(context->plan, context->ledger->mode, number);
    if (!siblings)
        return key->acked[0];
    for (uint32_t i = 0; i < key->live_count; i++)
        if (key->live[i].acked_ns != 0 && kv_ledger_later(&key->live[i], &found))
            found = key->live[i];
    for (uint32_t i = 0; i < key->live_count; i++)
        context->ledger->lost_writes += key->live[i].acked_ns != 0 && key->live[i].dot != found.dot;
    return found;
}

/* ---- For the history ----
 *
 * What a switch puts into the log is a strong write that no client made. Checkers have to know of it,
 * so the ledger tells it as one, of a process and with numbers that no client has. */

enum { SWITCH_PROCESS = 1 << 30 };
static const uint32_t SWITCH_OP_FIRST = UINT32_C(0xc0000000);

static void tell_write(const struct ledger_context *context, uint32_t number,
                       const struct ledger_version *base)
{
    const struct node_note *note = context->note;
    bool there = base->dot != 0 && !kv_ledger_is_deleted(base->dot);
    int64_t what = KV_WHAT(there ? KV_PUT : KV_DELETE, KV_LEVEL_STRONG, number, 0) |
                   (int64_t)SWITCH_PROCESS << 32;
    struct node_note told = {.kind = KV_NOTE_INVOKED,
                             .peer = note->node,
                             .subject = SWITCH_OP_FIRST + context->ledger->switch_writes++,
                             .node = NODE_NONE,
                             .args = {what, base->value},
                             .time_ns = note->time_ns,
                             .event = note->event,
                             .cause = note->cause};
    if (context->sink == NULL || context->sink->note == NULL)
        return;
    context->sink->note(context->sink->context, &told);
    told.kind = KV_NOTE_OK;
    told.args[2] = base->wall_ns;
    told.args[3] = base->dot;
    context->sink->note(context->sink->context, &told);
}

/* ---- The new order ---- */

static struct ledger_version version_of(const struct kv_state *state)
{
    if (state->count == 0)
        return (struct ledger_version){.dot = 0};
    return (struct ledger_version){.wall_ns = state->siblings[0].wall_ns,
                                   .dot = kv_dot(&state->siblings[0]),
                                   .value = state->siblings[0].value};
}

static void begin_anew(struct ledger_key *key, const struct ledger_version *base)
{
    memset(key->acked, 0, sizeof key->acked);
    memset(key->assigned, 0, sizeof key->assigned);
    memset(key->failed, 0, sizeof key->failed);
    memset(&key->seen, 0, sizeof key->seen);
    memset(key->acked_clock, 0, sizeof key->acked_clock);
    memset(key->seen_clock, 0, sizeof key->seen_clock);
    key->live_count = 0;
    key->overflow = 0;
    key->base = *base;
    key->era++;
    if (base->dot == 0)
        return;
    key->acked[0] = *base;
    key->assigned[0] = *base;
    key->live[key->live_count++] = *base;
}

static void move(const struct ledger_context *context, uint32_t number,
                 const struct kv_replica *memory, bool tightens)
{
    struct ledger_key *key = &context->ledger->keys[number];
    struct ledger_version acked = newest(context, number);
    struct kv_state logged;
    struct kv_state stored = {.key = number};
    enum kv_class which = kv_class_of(context->plan, number);
    strong_state(memory, number, &logged);
    if (!tightens && logged.count > 0 && memory->modes.carried[which].epoch > 0)
        kv_carried_state(context->plan, &memory->modes.carried[which], number,
                         &memory->machine.keys[number], &stored);
    key->taken = version_of(&logged);
    if (tightens)
        key->taken = key->seeded_epoch + 1 == context->ledger->epoch
                         ? key->seeded
                         : (struct ledger_version){.dot = 0};
    judge(context, number, context->note->node, &acked, &key->taken);
    struct ledger_version base = version_of(tightens ? &logged : &stored);
    base.acked_ns = context->note->time_ns;
    base.op = acked.op;
    begin_anew(key, &base);
    if (tightens)
        tell_write(context, number, &base);
    key->changed = (uint32_t)context->ledger->notes;
}

void kv_ledger_mode_opened(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct kv_ledger *ledger = context->ledger;
    const struct kv_replica *memory = context->world->state(context->world, note->node);
    uint32_t mode = (uint32_t)note->args[1];
    if ((uint32_t)note->args[0] <= ledger->epoch || memory == NULL)
        return;
    ledger->epoch = (uint32_t)note->args[0];
    for (uint32_t i = 0; i < LEDGER_OPEN; i++)
        ledger->ops[i].unfloored |= ledger->ops[i].open;
    for (uint32_t key = 0; key < context->plan->key_count; key++)
        if (kv_is_strong(context->plan, mode, key) !=
            kv_is_strong(context->plan, ledger->mode, key))
            move(context, key, memory, kv_tightens(ledger->mode, mode));
    ledger->mode = mode;
}
