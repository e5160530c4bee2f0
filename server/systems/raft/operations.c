/* operations.c: which notes of the clients are operations, for the history that checkers judge. */
#include "systems/raft/ledger.h"

static const char *key_name(const void *data, uint32_t key)
{
    const struct council_plan *plan = data;
    return key < plan->key_count ? plan->keys[key] : NULL;
}

/* What is asked for, with its values: compare-and-set has two, from and to. */
static void invoked(const struct node_note *note, struct system_operation *operation)
{
    operation->phase = SYSTEM_INVOKED;
    if (operation->function == COUNCIL_CAS) {
        operation->values[operation->value_count++] = note->args[2];
    }
    if (operation->function == COUNCIL_CAS || operation->function == COUNCIL_WRITE) {
        operation->values[operation->value_count++] = note->args[1];
    }
}

/* A read tells a value, or that there is none. */
static void answered(const struct node_note *note, struct system_operation *operation)
{
    bool there = (note->args[2] & 1) != 0;
    operation->phase = SYSTEM_OK;
    if (operation->function == COUNCIL_READ && there) {
        operation->values[operation->value_count++] = note->args[1];
    }
}

static bool operation_of(const void *plan, const struct node_note *note,
                         struct system_operation *operation)
{
    (void)plan;
    if (note->kind < COUNCIL_NOTE_INVOKED || note->kind > COUNCIL_NOTE_UNKNOWN) {
        return false;
    }
    *operation =
        (struct system_operation){.function = (uint16_t)COUNCIL_WHAT_FUNCTION(note->args[0]),
                                  .operation = note->subject,
                                  .process = COUNCIL_WHAT_PROCESS(note->args[0]),
                                  .node = note->peer,
                                  .key = COUNCIL_WHAT_KEY(note->args[0])};
    if (note->kind == COUNCIL_NOTE_INVOKED) {
        invoked(note, operation);
    } else if (note->kind == COUNCIL_NOTE_OK) {
        answered(note, operation);
    } else {
        operation->phase = note->kind == COUNCIL_NOTE_FAILED ? SYSTEM_FAILED : SYSTEM_INFO;
        operation->error = (uint16_t)note->args[1];
    }
    return true;
}

static const char *const LEVELS[] = {"strong", NULL};

static const struct system_judged JUDGED[] = {
    {.check = COUNCIL_CHECK_LINEARIZABLE, .model = "kv", .options = "nil=missing", .levels = 1}};

const struct system_history COUNCIL_HISTORY = {
    .functions = COUNCIL_FUNCTION_NAMES,
    .levels = LEVELS,
    .errors = COUNCIL_ERROR_NAMES,
    .key_name = key_name,
    .operation = operation_of,
    .judged = JUDGED,
    .judged_count = sizeof JUDGED / sizeof JUDGED[0],
};
