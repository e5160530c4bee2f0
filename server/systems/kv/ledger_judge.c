/* ledger_judge.c: the promises of the store, each with its first witness; those that are judged from
 * the history stand in operations.c.
 *
 * What a read may return is judged as it happens (ledger_truth.c). What must be there in the end is
 * judged when there is an end: healed, left alone, at rest. Which promise is made at all depends on
 * the settings, and is said: R + W > N with a strict quorum makes reads fresh; that they never go back
 * needs R of N to be a majority and blocking repair besides (KV-T01); last-write-wins keeps the write
 * with the latest clock and promises nothing to the others. */
#include <assert.h>

#include "systems/kv/ledger.h"
#include "systems/kv/replica.h"

const struct system_check KV_CHECKS[KV_CHECK_COUNT] = {
    [KV_CHECK_STRONG_LINEARIZABLE] = {"strong_linearizable", true},
    [KV_CHECK_EVENTUAL_LINEARIZABLE] = {"eventual_linearizable", true},
    [KV_CHECK_SESSIONS_KEEP] = {"sessions_keep", true},
    [KV_CHECK_FINAL_READS_AGREE] = {"final_reads_agree", true},
    [KV_CHECK_NO_ACKED_WRITE_LOST] = {"no_acked_write_lost", false},
    [KV_CHECK_READS_FRESH] = {"reads_fresh", true},
    [KV_CHECK_READS_NEVER_GO_BACK] = {"reads_never_go_back", true},
    [KV_CHECK_FAILED_STAYS_FAILED] = {"failed_stays_failed", true},
    [KV_CHECK_DELETED_STAYS_DELETED] = {"deleted_stays_deleted", false},
    [KV_CHECK_VERSIONS_KEPT] = {"versions_kept", false},
    [KV_CHECK_REPLICAS_CONVERGE] = {"replicas_converge", false},
    [KV_CHECK_TREES_AGREE] = {"trees_agree", false},
    [KV_CHECK_STORE_SOUND] = {"store_sound", false},
    [KV_CHECK_BATCHES_WHOLE] = {"batches_whole", true},
};

/* ---- Breaking ---- */

static void tell_broken(const struct ledger_context *context, enum kv_check check, uint32_t subject)
{
    const struct node_note *note = context->note;
    if (context->sink == NULL || context->sink->note == NULL || note == NULL)
        return;
    const struct node_note told = {.kind = KV_NOTE_PROMISE_BROKEN,
                                   .peer = NODE_NONE,
                                   .subject = subject,
                                   .node = NODE_NONE,
                                   .args = {check},
                                   .time_ns = note->time_ns,
                                   .event = note->event,
                                   .cause = note->cause};
    context->sink->note(context->sink->context, &told);
}

/* The first breach is the witness, later ones are counted. Of what is no promise at this moment there
 * is a witness too (it was to be expected), but no note. */
void kv_ledger_break(const struct ledger_context *context, enum kv_check check, uint32_t subject,
                     uint32_t word, int64_t a, int64_t b, int64_t c)
{
    assert(check < KV_CHECK_COUNT);
    assert(context->note != NULL);
    struct ledger_witness *witness = &context->ledger->witness[check];
    const struct ledger_op *op = kv_ledger_find(context->ledger, subject);
    bool promised = kv_unpromised(context->plan, context->settings, check) == UINT16_MAX;
    if (witness->count++ > 0)
        return;
    witness->subject = subject;
    witness->word = word;
    witness->args[0] = a;
    witness->args[1] = b;
    witness->args[2] = c;
    witness->at_ns = context->note->time_ns;
    witness->first_event = op != NULL ? op->event : context->note->cause;
    witness->last_event = context->note->event;
    if (promised)
        tell_broken(context, check, subject);
}

/* ---- What is promised ---- */

static bool serves_strong(const struct kv_plan *plan, const int64_t *settings)
{
    uint32_t mode = kv_wished_mode(settings);
    return mode == KV_MODE_CP || (mode == KV_MODE_HYBRID && plan->strong_keys > 0);
}

/* Quorum reads; KV_WORD_NOTHING_BROKEN: promised. */
static enum kv_word why_reads_may_miss(const struct kv_plan *plan, const int64_t *settings,
                                       bool never_back)
{
    uint32_t copies = kv_copies(plan, settings);
    uint32_t read = (uint32_t)settings[KV_SET_READ_QUORUM];
    uint32_t write = (uint32_t)settings[KV_SET_WRITE_QUORUM];
    read = read < copies ? read : copies;
    write = write < copies ? write : copies;
    if (settings[KV_SET_QUORUM] == KV_QUORUM_SLOPPY && copies < plan->replica_count)
        return KV_WORD_SLOPPY;
    if (!never_back)
        return read + write > copies ? KV_WORD_NOTHING_BROKEN : KV_WORD_QUORUMS_MISS;
    bool repaired = settings[KV_SET_READ_REPAIR] == KV_REPAIR_BLOCKING || read == copies;
    if (2 * read <= copies)
        return KV_WORD_QUORUMS_MISS;
    return repaired ? KV_WORD_NOTHING_BROKEN : KV_WORD_READS_UNREPAIRED;
}

static enum kv_word why_unpromised(const struct kv_plan *plan, const int64_t *settings,
                                   enum kv_check check)
{
    bool eventual = kv_wished_mode(settings) != KV_MODE_CP;
    bool switched = settings[KV_SET_SWITCH_TO] != KV_SWITCH_NONE;
    switch (check) {
    case KV_CHECK_STRONG_LINEARIZABLE:
    case KV_CHECK_BATCHES_WHOLE:
        return serves_strong(plan, settings) ? KV_WORD_NOTHING_BROKEN : KV_WORD_NO_STRONG;
    case KV_CHECK_EVENTUAL_LINEARIZABLE:
        return eventual ? KV_WORD_NO_ONE_ORDER : KV_WORD_NO_EVENTUAL;
    case KV_CHECK_SESSIONS_KEEP:
        return eventual || switched ? KV_WORD_NO_SESSIONS : KV_WORD_NOTHING_BROKEN;
    case KV_CHECK_READS_FRESH:
    case KV_CHECK_READS_NEVER_GO_BACK:
        return eventual ? why_reads_may_miss(plan, settings, check == KV_CHECK_READS_NEVER_GO_BACK)
                        : KV_WORD_NO_EVENTUAL;
    case KV_CHECK_FINAL_READS_AGREE:
    case KV_CHECK_REPLICAS_CONVERGE:
        return (eventual || switched) && !settings[KV_SET_ANTI_ENTROPY] ? KV_WORD_NO_ANTI_ENTROPY
                                                                        : KV_WORD_NOTHING_BROKEN;
    default:
        return KV_WORD_NOTHING_BROKEN;
    }
}

uint16_t kv_unpromised(const void *plan, const int64_t *settings, uint32_t check)
{
    enum kv_word word = why_unpromised(plan, settings, (enum kv_check)check);
    return word == KV_WORD_NOTHING_BROKEN ? UINT16_MAX : (uint16_t)word;
}

/* ---- Looking into replicas ---- */

uint32_t kv_ledger_mode(const struct node_world *world)
{
    const struct kv_plan *plan = world->env->plan;
    uint32_t mode = (uint32_t)world->env->settings[KV_SET_MODE];
    uint32_t epoch = 0;
    for (uint32_t i = 0; i < plan->replica_count; i++) {
        const struct kv_replica *memory = world->state(world, i);
        if (memory == NULL || !memory->ready || memory->served.epoch <= epoch)
            continue;
        epoch = memory->served.epoch;
        mode = memory->served.mode;
    }
    return mode;
}

const struct kv_state *kv_ledger_state(const struct node_world *world, uint32_t replica,
                                       uint32_t key, struct kv_state *copy)
{
    const struct kv_replica *memory = world->state(world, replica);
    if (memory == NULL || !memory->ready)
        return NULL;
    if (!kv_is_strong(world->env->plan, memory->served.mode, key))
        return &memory->slots[key].state;
    strong_state(memory, key, copy);
    return copy;
}

uint32_t kv_ledger_homes(const struct node_world *world, uint32_t key)
{
    const struct kv_plan *plan = world->env->plan;
    bool strong = kv_is_strong(plan, kv_ledger_mode(world), key);
    return strong ? plan->replica_count : kv_copies(plan, world->env->settings);
}

uint32_t kv_ledger_home(const struct node_world *world, uint32_t key, uint32_t i)
{
    const struct kv_plan *plan = world->env->plan;
    bool strong = kv_is_strong(plan, kv_ledger_mode(world), key);
    return strong ? i : kv_home(plan, kv_range(plan, key), i);
}

static const struct kv_state *home_state(const struct node_world *world, uint32_t key, uint32_t i,
                                         uint32_t *replica, struct kv_state *copy)
{
    *replica = kv_ledger_home(world, key, i);
    return kv_ledger_state(world, *replica, key, copy);
}

/* A tombstone and nothing are the same to whoever reads. */
static bool same(const struct kv_state *a, const struct kv_state *b, uint32_t flags)
{
    int64_t wall_ns = 0;
    bool a_gone = a->count == 0 || kv_is_tombstone(a, &wall_ns);
    bool b_gone = b->count == 0 || kv_is_tombstone(b, &wall_ns);
    if (a_gone && b_gone)
        return true;
    return kv_state_hash(a, flags) == kv_state_hash(b, flags);
}

/* Two homes that are up and have not the same of this key; false: none. */
static bool differing(const struct node_world *world, uint32_t key, uint32_t *first,
                      uint32_t *second)
{
    const int64_t *settings = world->env->settings;
    struct kv_state copies[2];
    const struct kv_state *known = NULL;
    for (uint32_t i = 0; i < kv_ledger_homes(world, key); i++) {
        uint32_t replica = 0;
        const struct kv_state *state = home_state(world, key, i, &replica, &copies[i % 2]);
        if (state == NULL)
            continue;
        if (known != NULL && !same(known, state, kv_merge_flags(settings))) {
            *second = replica;
            return true;
        }
        if (known == NULL)
            *first = replica;
        known = state;
    }
    return false;
}

uint32_t kv_ledger_differences(const struct node_world *world, uint32_t *siblings)
{
    const struct kv_plan *plan = world->env->plan;
    struct kv_state copy;
    uint32_t count = 0;
    *siblings = 0;
    for (uint32_t key = 0; key < plan->key_count; key++) {
        uint32_t first = 0;
        uint32_t second = 0;
        count += differing(world, key, &first, &second);
        for (uint32_t i = 0; i < kv_ledger_homes(world, key); i++) {
            const struct kv_state *state = home_state(world, key, i, &first, &copy);
            if (state != NULL && state->count > *siblings)
                *siblings = state->count;
        }
    }
    return count;
}

/* ---- The end ---- */

/* The first witness of the end, found by looking; findings are filled from it. */
struct end {
    const struct kv_ledger *ledger;
    const struct node_world *world;
    struct ledger_witness *witness; /* a copy of the ledger's, to be completed */
};

static void end_break(const struct end *end, enum kv_check check, uint32_t subject, uint32_t word,
                      int64_t a, int64_t b, int64_t c)
{
    struct ledger_witness *witness = &end->witness[check];
    if (witness->count++ > 0)
        return;
    witness->subject = subject;
    witness->word = word;
    witness->args[0] = a;
    witness->args[1] = b;
    witness->args[2] = c;
    witness->at_ns = end->world->time_ns;
}

static struct ledger_version version_of(const struct kv_sibling *sibling)
{
    return sibling == NULL ? (struct ledger_version){.dot = 0}
                           : (struct ledger_version){.wall_ns = sibling->wall_ns,
                                                     .dot = kv_dot(sibling),
                                                     .value = sibling->value};
}

static enum kv_check lost_check(const struct ledger_version *lost)
{
    return kv_ledger_is_deleted(lost->dot) ? KV_CHECK_DELETED_STAYS_DELETED
                                           : KV_CHECK_NO_ACKED_WRITE_LOST;
}

static void lost(const struct end *end, uint32_t key, const struct ledger_version *version,
                 int64_t there, uint32_t replica)
{
    if (kv_ledger_is_deleted(version->dot))
        end_break(end, lost_check(version), version->op, KV_WORD_DELETED_BACK, key, there, replica);
    else
        end_break(end, lost_check(version), version->op, KV_WORD_ACKED_LOST, key, version->value,
                  replica);
}

/* Last-write-wins: what stands there is at least as new as all that was acknowledged, and was once
 * given to a write. */
static void end_clock(const struct end *end, uint32_t number, uint32_t replica,
                      const struct kv_state *state)
{
    const struct ledger_key *key = &end->ledger->keys[number];
    const struct ledger_version *newest = &key->acked[0];
    struct ledger_version there = version_of(kv_latest(state));
    bool gone = there.dot == 0 && kv_ledger_is_deleted(newest->dot);
    if (newest->dot != 0 && !gone && kv_ledger_later(newest, &there))
        lost(end, number, newest, there.value, replica);
    if (!kv_ledger_is_assigned(key, &there))
        end_break(end, KV_CHECK_VERSIONS_KEPT, NODE_NONE, KV_WORD_NO_SUCH_VERSION, number,
                  there.value, replica);
}

static bool has_dot(const struct kv_state *state, int64_t dot)
{
    for (uint32_t i = 0; i < state->count; i++)
        if (kv_dot(&state->siblings[i]) == dot)
            return true;
    return false;
}

/* Siblings: every acknowledged write that nobody has knowingly overwritten stands there. */
static void end_siblings(const struct end *end, uint32_t number, uint32_t replica,
                         const struct kv_state *state)
{
    const struct ledger_key *key = &end->ledger->keys[number];
    for (uint32_t i = 0; i < key->live_count && !key->overflow; i++) {
        const struct ledger_version *version = &key->live[i];
        bool collected = state->count == 0 && kv_ledger_is_deleted(version->dot);
        if (version->acked_ns == 0 || collected || has_dot(state, version->dot))
            continue;
        lost(end, number, version, state->count > 0 ? state->siblings[0].value : 0, replica);
    }
}

static void end_key(const struct end *end, uint32_t key)
{
    const struct kv_plan *plan = end->world->env->plan;
    const int64_t *settings = end->world->env->settings;
    uint32_t first = 0;
    uint32_t second = 0;
    struct kv_state copy;
    for (uint32_t i = 0; i < kv_ledger_homes(end->world, key); i++) {
        const struct kv_state *state = home_state(end->world, key, i, &first, &copy);
        if (state == NULL)
            continue;
        if (settings[KV_SET_CONFLICT] == KV_CONFLICT_SIBLINGS &&
            !kv_is_strong(plan, kv_ledger_mode(end->world), key))
            end_siblings(end, key, first, state);
        else
            end_clock(end, key, first, state);
    }
    if (differing(end->world, key, &first, &second))
        end_break(end, KV_CHECK_REPLICAS_CONVERGE, NODE_NONE, KV_WORD_DIVERGED, key, first, second);
}

/* Are the two byte for byte of one mind about a range? */
static bool same_range(const struct node_world *world, uint32_t range, const struct kv_replica *a,
                       const struct kv_replica *b)
{
    const struct kv_plan *plan = world->env->plan;
    uint32_t flags = kv_merge_flags(world->env->settings);
    for (uint32_t key = 0; key < plan->key_count; key++)
        if (kv_range(plan, key) == range && kv_state_hash(&a->slots[key].state, flags) !=
                                                kv_state_hash(&b->slots[key].state, flags))
            return false;
    return true;
}

static void end_range(const struct end *end, uint32_t range)
{
    const struct kv_plan *plan = end->world->env->plan;
    for (uint32_t i = 1; i < kv_copies(plan, end->world->env->settings); i++) {
        uint32_t one = kv_home(plan, range, i - 1);
        uint32_t other = kv_home(plan, range, i);
        const struct kv_replica *a = end->world->state(end->world, one);
        const struct kv_replica *b = end->world->state(end->world, other);
        if (a == NULL || b == NULL || !a->ready || !b->ready)
            continue;
        struct merkle tree_a = a->trees[range];
        struct merkle tree_b = b->trees[range];
        merkle_settle(&tree_a);
        merkle_settle(&tree_b);
        if (same_range(end->world, range, a, b) && tree_a.root != tree_b.root)
            end_break(end, KV_CHECK_TREES_AGREE, NODE_NONE, KV_WORD_TREES_DIFFER, range, one,
                      other);
    }
}

static void judge_end(const struct end *end)
{
    const struct kv_plan *plan = end->world->env->plan;
    for (uint32_t key = 0; key < plan->key_count; key++)
        end_key(end, key);
    for (uint32_t range = 0; range < plan->replica_count; range++)
        end_range(end, range);
}

void kv_judge(const void *memory, const struct node_world *world, bool final,
              struct system_finding *findings)
{
    const struct kv_ledger *ledger = memory;
    struct ledger_witness witness[KV_CHECK_COUNT];
    memcpy(witness, ledger->witness, sizeof witness);
    struct end end = {.ledger = ledger, .world = world, .witness = witness};
    if (final)
        judge_end(&end);
    for (uint32_t i = 0; i < KV_CHECK_COUNT; i++) {
        const struct ledger_witness *found = &witness[i];
        findings[i] = (struct system_finding){
            .verdict = found->count > 0 ? SYSTEM_FAIL : SYSTEM_PASS,
            .actual = found->count,
            .subject = found->count > 0 ? found->subject : NODE_NONE,
            .at_ns = found->at_ns,
            .first_event = found->first_event,
            .last_event = found->last_event,
            .reason = {.word = (uint16_t)(found->count > 0 ? found->word : KV_WORD_NOTHING_BROKEN),
                       .subject = found->count > 0 ? found->subject : NODE_NONE,
                       .args = {found->args[0], found->args[1], found->args[2]}}};
    }
}
