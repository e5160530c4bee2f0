/* operations.c: which notes of the desks are operations, for the history that checkers judge.
 *
 * A key that was never written has the value 0: nobody has it. */
#include "systems/city/ledger.h"

static const char *key_name(const void *data, uint32_t key)
{
    const struct city_plan *plan = data;
    return key < plan->store.key_count ? plan->store.keys[key] : NULL;
}

static void invoked(const struct node_note *note, struct system_operation *operation)
{
    operation->phase = SYSTEM_INVOKED;
    if (operation->function == KV_CAS)
        operation->values[operation->value_count++] = note->args[2];
    if (operation->function != KV_GET)
        operation->values[operation->value_count++] = note->args[1];
}

static bool operation_of(const void *plan, const struct node_note *note,
                         struct system_operation *operation)
{
    (void)plan;
    if (note->kind < CITY_NOTE_ASKED || note->kind > CITY_NOTE_UNKNOWN)
        return false;
    *operation = (struct system_operation){.function = (uint16_t)KV_WHAT_FUNCTION(note->args[0]),
                                           .level = (uint8_t)KV_WHAT_LEVEL(note->args[0]),
                                           .operation = note->subject,
                                           .process = KV_WHAT_PROCESS(note->args[0]),
                                           .node = note->peer,
                                           .key = KV_WHAT_KEY(note->args[0])};
    if (note->kind == CITY_NOTE_ASKED) {
        invoked(note, operation);
    } else if (note->kind == CITY_NOTE_OK) {
        operation->phase = SYSTEM_OK;
        if (operation->function == KV_GET)
            operation->values[operation->value_count++] = note->args[1];
    } else {
        operation->phase = note->kind == CITY_NOTE_FAILED ? SYSTEM_FAILED : SYSTEM_INFO;
        operation->error = (uint16_t)note->args[1];
    }
    return true;
}

static const struct system_judged JUDGED[] = {
    {.check = CITY_CHECK_STRONG,
     .model = "kv",
     .options = "init=0",
     .levels = 1 << KV_LEVEL_STRONG},
    {.check = CITY_CHECK_LINEARIZABLE,
     .model = "kv",
     .options = "init=0",
     .levels = 1 << KV_LEVEL_STRONG | 1 << KV_LEVEL_EVENTUAL}};

const struct system_history CITY_HISTORY = {
    .functions = KV_FUNCTIONS,
    .levels = KV_LEVELS,
    .errors = KV_ERRORS,
    .key_name = key_name,
    .operation = operation_of,
    .judged = JUDGED,
    .judged_count = sizeof JUDGED / sizeof JUDGED[0],
};
