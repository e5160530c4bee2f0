/* micro.c - the micro-operations of transactions (micro.h). */
#include "check/micro.h"

#include <assert.h>
#include <string.h>

bool micro_answered(const struct check_operation *operation)
{
    return operation->outcome == CHECK_OK && operation->output.kind == CHECK_LIST;
}

const struct check_value *micro_list(const struct check_operation *operation)
{
    return micro_answered(operation) ? &operation->output : &operation->input;
}

static bool named(const struct check_value *value, const char *name)
{
    return value->kind == CHECK_TEXT && strcmp(value->text, name) == 0;
}

/* Is it such a micro-operation? NULL, or what is wrong. */
static const char *wrong_with(const struct check_value *micro, const char *write, bool lists)
{
    if (micro->kind != CHECK_LIST || micro->count < 2 || micro->count > 3) {
        return "a micro-operation is no list of three";
    }
    if (named(&micro->items[0], write)) {
        return micro->count == 3 ? NULL : "a write has no value";
    }
    if (!named(&micro->items[0], "r")) {
        return "a micro-operation is none that the model has";
    }
    bool fits = !lists || micro->count < 3 || micro->items[2].kind == CHECK_NIL ||
                micro->items[2].kind == CHECK_LIST;
    return fits ? NULL : "what a read saw is no list";
}

static const char *wrong_with_all(const struct check_operation *operation, const char *write,
                                  bool lists)
{
    const struct check_value *list = micro_list(operation);
    const char *function = operation->function;
    if (function != NULL && function[0] != '\0' && strcmp(function, "txn") != 0) {
        return "its function is not txn";
    }
    if (list->kind != CHECK_LIST) {
        return list->kind == CHECK_NIL ? NULL : "its value is no list";
    }
    const char *wrong = NULL;
    for (uint32_t m = 0; wrong == NULL && m < list->count; m++) {
        wrong = wrong_with(&list->items[m], write, lists);
    }
    return wrong;
}

int micro_check(const struct check_history *history, const char *write, bool lists, uint64_t *count,
                struct error *error)
{
    assert(write[0] != 'r'); /* what tells writes from reads (micro_writes) */
    *count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        const char *wrong = wrong_with_all(operation, write, lists);
        if (wrong != NULL) {
            bool answered = operation->outcome == CHECK_OK && operation->end_line > 0;
            return error_set(error,
                             "line %u (operation %u): %s; a transaction is a list such as "
                             "[[%s KEY VALUE] [r KEY %s]]",
                             answered ? operation->end_line : operation->call_line,
                             operation->number, wrong, write, lists ? "[VALUE ...]" : "VALUE");
        }
        const struct check_value *list = micro_list(operation);
        *count += list->kind == CHECK_LIST ? list->count : 0;
    }
    return 0;
}
