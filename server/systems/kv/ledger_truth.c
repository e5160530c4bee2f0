/* ledger_truth.c: what is true of each key, by the true clock, and each answer judged against it.
 *
 * Two orders of versions stand side by side. Under last-write-wins versions are ordered by wall clock
 * and dot, so "newer" is a comparison. With siblings they are ordered by clocks only: an answer is
 * fresh when its clock covers the dots of all writes that were acknowledged before it was asked for.
 * A bound of the truth is taken when an operation begins and compared when it ends: what was
 * acknowledged in between may or may not be seen, and neither is a fault. */
#include <assert.h>

#include "systems/kv/ledger.h"

/* ---- Versions ---- */

bool kv_ledger_later(const struct ledger_version *a, const struct ledger_version *b)
{
    if (a->wall_ns != b->wall_ns && b->dot != 0 && a->dot != 0)
        return a->wall_ns > b->wall_ns;
    if (a->dot == 0 || b->dot == 0)
        return a->dot != 0 && b->dot == 0;
    int64_t node_a = a->dot >> 1 & 0x7f;
    int64_t node_b = b->dot >> 1 & 0x7f;
    if (node_a != node_b)
        return node_a > node_b;
    return a->dot >> 8 > b->dot >> 8;
}

static uint32_t dot_node(int64_t dot)
{
    return (uint32_t)(dot >> 1 & 0x7f) - 1;
}

static uint32_t dot_counter(int64_t dot)
{
    return (uint32_t)(dot >> 8);
}

/* Strong keys have one value, and the order of the log. */
static bool uses_siblings(const struct ledger_context *context, uint32_t key)
{
    return context->settings[KV_SET_CONFLICT] == KV_CONFLICT_SIBLINGS &&
           !kv_is_strong(context->plan, context->ledger->mode, key);
}

/* Into a list that is sorted, newest first; the oldest falls out. */
static void insert(struct ledger_version *list, uint32_t room, const struct ledger_version *version)
{
    uint32_t at = room - 1;
    if (list[at].dot != 0 && !kv_ledger_later(version, &list[at]))
        return;
    for (; at > 0 && (list[at - 1].dot == 0 || kv_ledger_later(version, &list[at - 1])); at--)
        list[at] = list[at - 1];
    list[at] = *version;
}

struct ledger_op *kv_ledger_find(struct kv_ledger *ledger, uint32_t op)
{
    for (uint32_t i = 0; i < LEDGER_OPEN && op != 0; i++)
        if (ledger->ops[(op + i) % LEDGER_OPEN].op == op)
            return &ledger->ops[(op + i) % LEDGER_OPEN];
    return NULL;
}

/* Its own place or the next one that is not open: at most KV_PROCESSES are. */
static struct ledger_op *place_for(struct kv_ledger *ledger, uint32_t op)
{
    for (uint32_t i = 0; i < LEDGER_OPEN; i++)
        if (!ledger->ops[(op + i) % LEDGER_OPEN].open)
            return &ledger->ops[(op + i) % LEDGER_OPEN];
    return &ledger->ops[op % LEDGER_OPEN];
}

/* ---- Beginning ---- */

void kv_ledger_begin(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    uint32_t number = KV_WHAT_KEY(note->args[0]);
    assert(number < context->plan->key_count);
    const struct ledger_key *key = &context->ledger->keys[number];
    struct ledger_op *op = place_for(context->ledger, note->subject);
    *op = (struct ledger_op){.floor = key->acked[0],
                             .seen = key->seen,
                             .invoked_ns = note->time_ns,
                             .what = note->args[0],
                             .value = note->args[1],
                             .event = note->event,
                             .op = note->subject,
                             .node = note->peer,
                             .mark = (uint32_t)context->ledger->notes,
                             .open = true};
    if (op->op - context->ledger->last_batch - 1 < context->ledger->last_batch_count)
        op->batch = context->ledger->last_batch;
    else if (KV_WHAT_FUNCTION(op->what) != KV_GET && op->value != op->op)
        kv_ledger_chosen_value(context->ledger, op->value);
    memcpy(op->floor_clock, key->acked_clock, sizeof op->floor_clock);
    memcpy(op->seen_clock, key->seen_clock, sizeof op->seen_clock);
}

/* Told by a coordinator: what a write overwrites knowingly. Told by the clients: what a read saw. */
void kv_ledger_context_told(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct ledger_op *op = kv_ledger_find(context->ledger, note->subject);
    if (note->node < context->plan->replica_count) {
        context->ledger->context.op = note->subject;
        kv_unpack_clock(note->args, context->ledger->context.clock);
    } else if (op != NULL) {
        kv_unpack_clock(note->args, op->clock);
    }
}

/* ---- Writes ---- */

static void live_remove(struct ledger_key *key, uint32_t at)
{
    key->live[at] = key->live[--key->live_count];
}

/* The new write stands beside all that its writer had not read. */
static void live_add(struct kv_ledger *ledger, struct ledger_key *key,
                     const struct ledger_version *version)
{
    bool read = ledger->context.op == version->op && version->op != 0;
    for (uint32_t i = key->live_count; i > 0 && read; i--)
        if (kv_clock_covers(ledger->context.clock, dot_node(key->live[i - 1].dot),
                            dot_counter(key->live[i - 1].dot)))
            live_remove(key, i - 1);
    ledger->context.op = 0;
    if (key->live_count == LEDGER_LIVE) {
        key->overflow = true; /* about this key nothing can be said any more */
        live_remove(key, 0);
    }
    key->live[key->live_count++] = *version;
}

void kv_ledger_versioned(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    uint32_t number = (uint32_t)note->args[0];
    assert(number < context->plan->key_count);
    struct ledger_key *key = &context->ledger->keys[number];
    struct ledger_version version = {.wall_ns = note->args[2],
                                     .dot = note->args[3],
                                     .value = note->args[1],
                                     .op = note->subject};
    struct ledger_op *op = kv_ledger_find(context->ledger, note->subject);
    bool strong = kv_is_strong(context->plan, context->ledger->mode, number);
    bool replayed = strong && !kv_ledger_later(&version, &key->base);
    for (uint32_t i = 0; i < LEDGER_ASSIGNED && strong; i++)
        replayed = replayed || key->assigned[i].dot == version.dot;
    if (replayed || kv_ledger_is_foreign(context, number, &version))
        return; /* another replica has applied it before */
    if (op != NULL && op->open) {
        op->written = version;
        op->era = key->era;
    }
    insert(key->assigned, LEDGER_ASSIGNED, &version);
    live_add(context->ledger, key, &version);
    key->changed = (uint32_t)context->ledger->notes;
}

/* Last-write-wins throws away what is not newest; nobody is told. */
static void count_lost(const struct ledger_context *context, const struct ledger_key *key,
                       const struct ledger_op *op)
{
    const struct ledger_version *newest = &key->acked[0];
    uint32_t number = KV_WHAT_KEY(op->what);
    bool ordered = kv_is_strong(context->plan, context->ledger->mode, number);
    if (uses_siblings(context, number) || ordered || newest->dot == 0)
        return;
    bool dead_on_arrival = kv_ledger_later(newest, &op->written);
    bool overruled = !dead_on_arrival && kv_ledger_later(newest, &op->floor);
    context->ledger->lost_writes += dead_on_arrival || overruled;
}

static void clock_join(uint32_t *clock, const uint32_t *other)
{
    for (uint32_t i = 0; i < KV_REPLICAS_MAX; i++)
        clock[i] = clock[i] > other[i] ? clock[i] : other[i];
}

static void write_acked(const struct ledger_context *context, struct ledger_op *op)
{
    struct ledger_key *key = &context->ledger->keys[KV_WHAT_KEY(op->what)];
    if (op->written.dot == 0)
        return; /* its coordinator's note was before this ledger's memory */
    if (op->era != key->era) {
        kv_ledger_acked_late(context, op);
        return;
    }
    op->written.acked_ns = context->note->time_ns;
    count_lost(context, key, op);
    for (uint32_t i = 0; i < key->live_count; i++)
        if (key->live[i].op == op->op) /* a crash may have given its dot to another one too */
            key->live[i].acked_ns = context->note->time_ns;
    insert(key->acked, LEDGER_ACKED, &op->written);
    uint32_t clock[KV_REPLICAS_MAX] = {0};
    clock[dot_node(op->written.dot)] = dot_counter(op->written.dot);
    clock_join(key->acked_clock, clock);
}

/* It was said that it did not happen; its version exists all the same. */
static void write_failed(struct ledger_key *key, const struct ledger_op *op)
{
    if (op->written.dot != 0)
        key->failed[key->failed_next++ % LEDGER_FAILED] = op->written.dot;
}

/* ---- Reads ---- */

static void judge_failed(const struct ledger_context *context, uint32_t number, int64_t dot,
                         int64_t value)
{
    const struct ledger_key *key = &context->ledger->keys[number];
    for (uint32_t i = 0; i < LEDGER_FAILED; i++)
        if (dot != 0 && key->failed[i] == dot)
            kv_ledger_break(context, KV_CHECK_FAILED_STAYS_FAILED, context->note->subject,
                            KV_WORD_FAILED_SEEN, number, value, 0);
}

void kv_ledger_sibling(const struct ledger_context *context)
{
    const struct node_note *note = context->note;
    struct ledger_op *op = kv_ledger_find(context->ledger, note->subject);
    judge_failed(context, KV_WHAT_KEY(note->args[0]), note->args[3], note->args[1]);
    if (op != NULL && op->dot_count < KV_SIBLINGS_MAX)
        op->dots[op->dot_count++] = note->args[3];
}

/* An answer whose clock covers an acknowledged write and does not hold it says that somebody has
 * overwritten it; if nobody has, it is lost. */
static void judge_siblings(const struct ledger_context *context, const struct ledger_op *op)
{
    uint32_t number = KV_WHAT_KEY(op->what);
    const struct ledger_key *key = &context->ledger->keys[number];
    if (key->overflow || op->unfloored)
        return;
    for (uint32_t i = 0; i < key->live_count; i++) {
        const struct ledger_version *live = &key->live[i];
        bool held = live->acked_ns == 0 ||
                    !kv_clock_covers(op->clock, dot_node(live->dot), dot_counter(live->dot));
        for (uint32_t j = 0; j < op->dot_count && !held; j++)
            held = op->dots[j] == live->dot;
        if (!held)
            kv_ledger_break(context, KV_CHECK_NO_ACKED_WRITE_LOST, op->op, KV_WORD_ACKED_LOST,
                            number, live->value, op->node);
    }
}

bool kv_ledger_is_assigned(const struct ledger_key *key, const struct ledger_version *version)
{
    for (uint32_t i = 0; i < LEDGER_ASSIGNED; i++)
        if (key->assigned[i].dot == version->dot && key->assigned[i].wall_ns == version->wall_ns &&
            key->assigned[i].value == version->value)
            return true;
    const struct ledger_version *oldest = &key->assigned[LEDGER_ASSIGNED - 1];
    return version->dot == 0 || (oldest->dot != 0 && kv_ledger_later(oldest, version));
}

/* Does the answer know that version? A deletion that nobody keeps any more counts as known. */
static bool knows(const struct ledger_context *context, const struct ledger_op *op,
                  const struct ledger_version *answer, const struct ledger_version *version)
{
    if (version->dot == 0 || (answer->dot == 0 && kv_ledger_is_deleted(version->dot)))
        return true;
    if (uses_siblings(context, KV_WHAT_KEY(op->what)))
        return kv_clock_covers(op->clock, dot_node(version->dot), dot_counter(version->dot));
    return !kv_ledger_later(version, answer);
}

static bool includes(const uint32_t *clock, const uint32_t *floor, bool nothing_left)
{
    return nothing_left || kv_clock_includes(clock, floor);
}

/* How long the newer value had been acknowledged when the read began: since the first
 * acknowledgement that it does not know. */
static int64_t staleness_ns(const struct ledger_context *context, const struct ledger_op *op,
                            const struct ledger_version *answer)
{
    const struct ledger_key *key = &context->ledger->keys[KV_WHAT_KEY(op->what)];
    int64_t longest_ns = 0;
    for (uint32_t i = 0; i < LEDGER_ACKED && key->acked[i].dot != 0; i++) {
        const struct ledger_version *acked = &key->acked[i];
        if (acked->acked_ns < op->invoked_ns && !knows(context, op, answer, acked) &&
            op->invoked_ns - acked->acked_ns > longest_ns)
            longest_ns = op->invoked_ns - acked->acked_ns;
    }
    return longest_ns;
}

/* A local read; a strong one, which is judged from the history (operations.c); one during which the
 * rules changed; an eventual one of a key that is strong by now, by a replica that has not opened the
 * new mode yet. */
static bool promises_nothing(const struct ledger_context *context, const struct ledger_op *op)
{
    return !kv_is_eventual(KV_WHAT_LEVEL(op->what)) || op->unfloored ||
           kv_is_strong(context->plan, context->ledger->mode, KV_WHAT_KEY(op->what));
}

/* An answer in the order of the era before: it knows what the present one began with, no more. */
static void take_foreign(const struct ledger_context *context, struct ledger_op *op,
                         struct ledger_version *answer)
{
    *answer = context->ledger->keys[KV_WHAT_KEY(op->what)].base;
    memset(op->clock, 0, sizeof op->clock);
    if (answer->dot != 0)
        op->clock[dot_node(answer->dot)] = dot_counter(answer->dot);
}

static void judge_read(const struct ledger_context *context, struct ledger_op *op,
                       const struct ledger_version *answer)
{
    uint32_t number = KV_WHAT_KEY(op->what);
    const struct ledger_key *key = &context->ledger->keys[number];
    bool siblings = uses_siblings(context, number);
    bool gone = answer->dot == 0 && kv_ledger_is_deleted(op->floor.dot);
    bool fresh = siblings ? includes(op->clock, op->floor_clock, gone)
                          : knows(context, op, answer, &op->floor);
    bool onward = siblings ? includes(op->clock, op->seen_clock, gone)
                           : knows(context, op, answer, &op->seen);
    op->stale = !fresh && !op->unfloored;
    op->staleness_ns = op->stale ? staleness_ns(context, op, answer) : 0;
    if (promises_nothing(context, op))
        return;
    bool same_quorum = siblings || op->floor.acked_ns >= context->ledger->quorum_changed_ns;
    if (!fresh && same_quorum)
        kv_ledger_break(context, KV_CHECK_READS_FRESH, op->op, KV_WORD_STALE_READ, number,
                        op->floor.value, op->staleness_ns / KV_NS_PER_MS);
    else if (fresh && !onward)
        kv_ledger_break(context, KV_CHECK_READS_NEVER_GO_BACK, op->op, KV_WORD_WENT_BACK, number,
                        key->seen_op, 0);
}

static void read_done(const struct ledger_context *context, struct ledger_op *op)
{
    const struct node_note *note = context->note;
    struct kv_ledger *ledger = context->ledger;
    struct ledger_key *key = &ledger->keys[KV_WHAT_KEY(op->what)];
    struct ledger_version answer = {
        .wall_ns = note->args[2], .dot = note->args[3], .value = note->args[1], .op = op->op};
    bool foreign = kv_ledger_is_foreign(context, KV_WHAT_KEY(op->what), &answer);
    if (foreign)
        take_foreign(context, op, &answer);
    judge_failed(context, KV_WHAT_KEY(op->what), answer.dot, answer.value);
    judge_read(context, op, &answer);
    if (op->dot_count < KV_SIBLINGS_MAX)
        op->dots[op->dot_count++] = answer.dot;
    if (!foreign && uses_siblings(context, KV_WHAT_KEY(op->what)))
        judge_siblings(context, op);
    else if (!foreign && !kv_ledger_is_assigned(key, &answer))
        kv_ledger_break(context, KV_CHECK_VERSIONS_KEPT, op->op, KV_WORD_NO_SUCH_VERSION,
                        KV_WHAT_KEY(op->what), answer.value, op->node);
    ledger->reads_ok++;
    ledger->stale += op->stale;
    ledger->second_stale += op->stale;
    if (op->staleness_ns > ledger->staleness_max_ns)
        ledger->staleness_max_ns = op->staleness_ns;
    if (foreign || promises_nothing(context, op))
        return;
    clock_join(key->seen_clock, op->clock);
    if (kv_ledger_later(&answer, &key->seen)) {
        key->seen = answer;
        key->seen_op = op->op;
    }
}

/* ---- Ending ---- */

static void count_end(struct kv_ledger *ledger, const struct ledger_op *op, enum kv_result result)
{
    uint64_t took_us = (uint64_t)(op->ended_ns - op->invoked_ns) / 1000;
    bool failed = kv_is_failure((enum kv_function)KV_WHAT_FUNCTION(op->what), result);
    if (result == KV_OK || result == KV_MISMATCH) { /* a condition that failed is an answer */
        ledger->ok++;
        ledger->second_ok++;
        histogram_add(KV_WHAT_LEVEL(op->what) == KV_LEVEL_LOCAL ? &ledger->local_us
                                                                : &ledger->latency_us,
                      took_us);
    } else if (failed) {
        ledger->failed++;
        ledger->second_failed++;
    } else {
        ledger->unknown++;
        ledger->second_unknown++;
    }
}

void kv_ledger_end(const struct ledger_context *context, enum kv_result result)
{
    const struct node_note *note = context->note;
    struct ledger_op *op = kv_ledger_find(context->ledger, note->subject);
    if (op == NULL || !op->open)
        return;
    enum kv_function function = (enum kv_function)KV_WHAT_FUNCTION(op->what);
    op->ended_ns = note->time_ns;
    op->result = (uint8_t)result;
    op->mark = (uint32_t)context->ledger->notes;
    op->siblings = (uint8_t)KV_WHAT_SIBLINGS(note->args[0]);
    if (result == KV_OK && function == KV_GET)
        op->value = note->args[1];
    if (result == KV_OK && function == KV_GET)
        read_done(context, op);
    else if (result == KV_OK)
        write_acked(context, op);
    else if (kv_is_failure(function, result))
        write_failed(&context->ledger->keys[KV_WHAT_KEY(op->what)], op);
    op->open = false;
    count_end(context->ledger, op, result);
    kv_ledger_row_operation(context, op);
}

/* The clients' node crashed: nobody will ever hear the answers. */
void kv_ledger_forget_open(const struct ledger_context *context)
{
    for (uint32_t i = 0; i < LEDGER_OPEN; i++) {
        struct ledger_op *op = &context->ledger->ops[i];
        if (!op->open)
            continue;
        op->open = false;
        op->result = KV_TIMEOUT;
        op->ended_ns = context->note->time_ns;
        context->ledger->unknown++;
        kv_ledger_row_operation(context, op);
    }
}

/* ---- When the rules change ---- */

/* Quorums of before and after need not meet: what was promised holds from here on. */
void kv_ledger_quorum_changed(struct kv_ledger *ledger, int64_t now_ns)
{
    for (uint32_t i = 0; i < LEDGER_OPEN; i++)
        ledger->ops[i].unfloored = ledger->ops[i].open;
    for (uint32_t i = 0; i < KV_KEYS_MAX; i++) {
        struct ledger_key *key = &ledger->keys[i];
        memset(&key->seen, 0, sizeof key->seen);
        memset(key->acked_clock, 0, sizeof key->acked_clock);
        memset(key->seen_clock, 0, sizeof key->seen_clock);
    }
    ledger->quorum_changed_ns = now_ns;
}

/* A tombstone is gone from a replica, as it should be: clocks begin anew there. If it was a deletion
 * that nobody was told of, it was newer than all that was acknowledged. */
void kv_ledger_collected(const struct ledger_context *context, uint32_t number)
{
    assert(number < context->plan->key_count);
    struct ledger_key *key = &context->ledger->keys[number];
    for (uint32_t i = 0; i < LEDGER_OPEN; i++)
        if (context->ledger->ops[i].open && KV_WHAT_KEY(context->ledger->ops[i].what) == number)
            context->ledger->ops[i].unfloored = true;
    memset(key->acked_clock, 0, sizeof key->acked_clock);
    memset(key->seen_clock, 0, sizeof key->seen_clock);
    memset(&key->seen, 0, sizeof key->seen);
    bool early = context->settings[KV_SET_BUG_GC_EARLY] != 0;
    if (key->acked[0].dot != 0 && !kv_ledger_is_deleted(key->acked[0].dot) && !early)
        memset(key->acked, 0, sizeof key->acked);
}
