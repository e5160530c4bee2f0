/* ledger.c: what each note means for the ledger of the store. */
#include "systems/kv/ledger.h"

#include <assert.h>

static struct ledger_context context_of(void *state, const struct node_world *world,
                                        const struct node_note *note,
                                        const struct node_row_sink *sink)
{
    return (struct ledger_context){.ledger = state,
                                   .world = world,
                                   .plan = world->env->plan,
                                   .settings = world->env->settings,
                                   .note = note,
                                   .sink = sink};
}

static void init(void *state, const struct node_env *env, uint64_t seed)
{
    struct kv_ledger *ledger = state;
    (void)seed;
    ledger->mode = (uint32_t)env->settings[KV_SET_MODE];
    ledger->converge_ns = -1;
}

/* A fault was taken back, or came: how long agreement takes is counted from there. */
static void host_note(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct kv_ledger *ledger = context->ledger;
    switch (note->kind) {
    case NODE_NOTE_CRASHED:
        if (note->node == kv_clients(context->plan))
            kv_ledger_forget_open(context);
        break;
    case NODE_NOTE_STARTED:
    case NODE_NOTE_RESUMED:
    case NODE_NOTE_LINK_HEALED:
    case NODE_NOTE_NET_HEALED:
    case NODE_NOTE_HEALED_ALL:
        ledger->healed_ns = note->time_ns;
        ledger->converge_ns = -1;
        break;
    case NODE_NOTE_SETTING:
        if (note->args[0] <= KV_SET_READ_REPAIR)
            kv_ledger_quorum_changed(ledger, note->time_ns);
        break;
    case NODE_NOTE_VIOLATION:
        kv_ledger_break(context, KV_CHECK_STORE_SOUND, NODE_NONE, KV_WORD_INVARIANT_BROKEN,
                        note->node, 0, 0);
        break;
    default:
        break;
    }
}

static void replica_note(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct kv_ledger *ledger = context->ledger;
    struct ledger_op *op = NULL;
    switch (note->kind) {
    case KV_NOTE_VERSIONED:
        kv_ledger_versioned(context);
        break;
    case KV_NOTE_HINT_STORED:
        ledger->hints_stored++;
        break;
    case KV_NOTE_HINT_REPLAYED:
        ledger->hints_replayed++;
        break;
    case KV_NOTE_READ_REPAIR:
        ledger->read_repairs++;
        op = kv_ledger_find(ledger, note->subject);
        if (op != NULL && op->repairs < UINT8_MAX)
            op->repairs++;
        break;
    case KV_NOTE_COMPARED:
        ledger->hashes += (uint64_t)note->args[1];
        ledger->streamed += (uint64_t)note->args[2];
        break;
    case KV_NOTE_SEEDED:
        kv_ledger_seeded(context);
        break;
    case KV_NOTE_MODE_OPENED:
        kv_ledger_mode_opened(context);
        break;
    case KV_NOTE_COLLECTED:
        kv_ledger_collected(context, (uint32_t)note->args[0]);
        break;
    default:
        break;
    }
}

static void note(void *state, const struct node_world *world, const struct node_note *told,
                 const struct node_row_sink *sink)
{
    struct ledger_context context = context_of(state, world, told, sink);
    context.ledger->notes++;
    switch (told->kind) {
    case KV_NOTE_INVOKED:
        kv_ledger_begin(&context);
        break;
    case KV_NOTE_CONTEXT:
        kv_ledger_context_told(&context);
        break;
    case KV_NOTE_SIBLING:
        kv_ledger_sibling(&context);
        break;
    case KV_NOTE_OK:
        kv_ledger_end(&context, KV_OK);
        break;
    case KV_NOTE_FAILED:
    case KV_NOTE_UNKNOWN:
        kv_ledger_end(&context, (enum kv_result)told->args[1]);
        break;
    case KV_NOTE_BATCH_PART:
        kv_ledger_batch_part(&context);
        break;
    case KV_NOTE_BATCH_INVOKED:
        kv_ledger_batch_invoked(&context);
        break;
    case KV_NOTE_BATCH_OVER:
        kv_ledger_batch_over(&context);
        break;
    case KV_NOTE_SKIPPED:
        context.ledger->skipped++;
        break;
    default:
        if (told->kind < NODE_NOTE_SYSTEM)
            host_note(&context);
        else
            replica_note(&context);
        break;
    }
}

/* Once a second: are the homes of one mind? The first time after a healing is when they converged. */
static void tick(void *state, const struct node_world *world, const struct node_row_sink *sink)
{
    struct ledger_context context = context_of(state, world, NULL, sink);
    struct kv_ledger *ledger = context.ledger;
    ledger->different = kv_ledger_differences(world, &ledger->siblings_max);
    if (ledger->different == 0 && ledger->converge_ns < 0 && world->faults_active == 0)
        ledger->converge_ns = world->time_ns - ledger->healed_ns;
    ledger->ok_second[ledger->second++ % LEDGER_RATE_S] = (uint32_t)ledger->second_ok;
    kv_ledger_rows_second(&context);
    ledger->second_ok = ledger->second_failed = ledger->second_unknown = ledger->second_stale = 0;
}

const struct node_observer KV_LEDGER = {
    .state_bytes = (sizeof(struct kv_ledger) + 7) / 8 * 8,
    .init = init,
    .note = note,
    .tick = tick,
};
