/* operations.c: which notes of the clients are operations, and what checkers that know nothing of the
 * store are asked about them.
 *
 * A history speaks of values. A conditional write is compare-and-set from the value that its version
 * held, if its client had read that; else only its effect is told, a write. What a reply holds beside
 * its last value comes as bare parts; what is deleted is not there. */
#include "systems/kv/ledger.h"

static const char *key_name(const void *data, uint32_t key)
{
    const struct kv_plan *plan = data;
    return key < plan->key_count ? plan->keys[key] : NULL;
}

static void add_value(struct system_operation *operation, int64_t value)
{
    operation->values[operation->value_count++] = value;
}

static void invoked(const struct node_note *note, struct system_operation *operation)
{
    uint32_t condition = KV_WHAT_SIBLINGS(note->args[0]);
    operation->phase = SYSTEM_INVOKED;
    if (operation->function == KV_CAS && condition == KV_CONDITION_UNKNOWN)
        operation->function = KV_PUT;
    if (operation->function == KV_CAS)
        add_value(operation, condition == KV_CONDITION_VALUE ? note->args[3] : NODE_CELL_NULL);
    if (operation->function == KV_CAS || operation->function == KV_PUT)
        add_value(operation, note->args[1]);
}

/* A read tells values; what a write left behind is nobody's question. */
static void told(const struct node_note *note, struct system_operation *operation)
{
    bool there = note->args[3] != 0 && !kv_ledger_is_deleted(note->args[3]);
    if (note->kind == KV_NOTE_SIBLING)
        operation->key = NODE_NONE;
    if (operation->function == KV_GET && there)
        add_value(operation, note->args[1]);
}

/* A batch through the log as a whole: a list of what it does with each key. One whose parts nothing holds
 * together is no operation beside them. */
static bool batch_of(const struct node_note *note, struct system_operation *operation)
{
    bool reads = operation->function == KV_GET;
    if (operation->level != KV_LEVEL_ATOMIC)
        return false;
    if (note->kind == KV_NOTE_BATCH_PART) {
        operation->phase = SYSTEM_PART;
        if (note->args[2] != 0)
            add_value(operation, note->args[1]);
        return true;
    }
    enum kv_result result = (enum kv_result)note->args[1];
    bool failed = kv_is_failure(reads ? KV_GET : KV_PUT, result);
    operation->key = NODE_NONE;
    operation->function = KV_BATCH_OF_KEYS;
    operation->phase = SYSTEM_INVOKED;
    if (note->kind == KV_NOTE_BATCH_INVOKED)
        return true;
    operation->phase = result == KV_OK ? SYSTEM_OK : failed ? SYSTEM_FAILED : SYSTEM_INFO;
    operation->error = (uint16_t)result;
    return true;
}

static bool operation_of(const void *plan, const struct node_note *note,
                         struct system_operation *operation)
{
    (void)plan;
    bool batch = note->kind >= KV_NOTE_BATCH_PART && note->kind <= KV_NOTE_BATCH_OVER;
    if (!batch && (note->kind < KV_NOTE_INVOKED || note->kind > KV_NOTE_UNKNOWN))
        return false;
    *operation = (struct system_operation){.function = (uint16_t)KV_WHAT_FUNCTION(note->args[0]),
                                           .level = (uint8_t)KV_WHAT_LEVEL(note->args[0]),
                                           .operation = note->subject,
                                           .process = KV_WHAT_PROCESS(note->args[0]),
                                           .node = note->peer,
                                           .key = KV_WHAT_KEY(note->args[0])};
    if (batch)
        return batch_of(note, operation);
    switch (note->kind) {
    case KV_NOTE_INVOKED:
        invoked(note, operation);
        break;
    case KV_NOTE_SIBLING:
    case KV_NOTE_OK:
        operation->phase = note->kind == KV_NOTE_OK ? SYSTEM_OK : SYSTEM_PART;
        told(note, operation);
        break;
    default:
        operation->phase = note->kind == KV_NOTE_FAILED ? SYSTEM_FAILED : SYSTEM_INFO;
        operation->error = (uint16_t)note->args[1];
        break;
    }
    return true;
}

enum {
    EVENTUAL = 1 << KV_LEVEL_EVENTUAL | 1 << KV_LEVEL_NOT_ISOLATED,
    LOCAL = 1 << KV_LEVEL_LOCAL,
    STRONG = 1 << KV_LEVEL_STRONG,
};

/* Final reads begin 15 s after the load's end at the earliest (clients.h); those of the load that come
 * after the last write do not count. */
static const struct system_judged JUDGED[] = {{.check = KV_CHECK_STRONG_LINEARIZABLE,
                                               .model = "kv",
                                               .options = "nil=missing",
                                               .levels = STRONG},
                                              {.check = KV_CHECK_EVENTUAL_LINEARIZABLE,
                                               .model = "kv",
                                               .options = "nil=missing siblings=list",
                                               .levels = EVENTUAL},
                                              {.check = KV_CHECK_SESSIONS_KEEP,
                                               .model = "sessions",
                                               .options = "nil=any siblings=list",
                                               .levels = EVENTUAL | STRONG},
                                              {.check = KV_CHECK_FINAL_READS_AGREE,
                                               .model = "convergence",
                                               .options = "siblings=list quiet_ms=10000",
                                               .levels = EVENTUAL | LOCAL | STRONG}};

const struct system_history KV_HISTORY = {
    .functions = KV_FUNCTIONS,
    .levels = KV_LEVELS,
    .errors = KV_ERRORS,
    .key_name = key_name,
    .operation = operation_of,
    .judged = JUDGED,
    .judged_count = sizeof JUDGED / sizeof JUDGED[0],
};
