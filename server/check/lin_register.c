/* lin_register.c - the checkers "register", "kv" and "mutex": objects that hold one value each.
 *
 * Linearizability is local (Herlihy and Wing, section 3.3): a history is linearizable when what was done
 * to each object is. So keys are judged one by one, unless all of them are to be judged as one. */
#include "check/lin_register.h"
#include "check/lin_judge.h"

#include <assert.h>
#include <string.h>

bool register_verb(const char *function, enum register_verb *verb)
{
    static const struct {
        const char *name;
        enum register_verb verb;
    } NAMES[] = {
        {"read", REGISTER_READ},     {"get", REGISTER_READ},        {"r", REGISTER_READ},
        {"write", REGISTER_WRITE},   {"put", REGISTER_WRITE},       {"w", REGISTER_WRITE},
        {"set", REGISTER_WRITE},     {"cas", REGISTER_CAS},         {"append", REGISTER_APPEND},
        {"delete", REGISTER_DELETE}, {"acquire", REGISTER_ACQUIRE}, {"release", REGISTER_RELEASE}};
    for (unsigned i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strcmp(function, NAMES[i].name) == 0) {
            *verb = NAMES[i].verb;
            return true;
        }
    }
    return false;
}

static bool is_lock(enum register_verb verb)
{
    return verb == REGISTER_ACQUIRE || verb == REGISTER_RELEASE;
}

/* The value that an operation carries; without a key of its own, [key value] holds both. */
static const struct check_value *carried(const struct registers *registers,
                                         const struct check_value *value)
{
    static const struct check_value NIL = {.kind = CHECK_NIL};
    if (!registers->tuples) {
        return value;
    }
    return value->kind == CHECK_LIST && value->count == 2 ? &value->items[1] : &NIL;
}

int register_parse(const struct registers *registers, const struct check_operation *operation,
                   struct register_parts *parts, struct error *error)
{
    const struct check_value *input = carried(registers, &operation->input);
    *parts = (struct register_parts){.input = input};
    if (!register_verb(operation->function, &parts->verb) ||
        is_lock(parts->verb) != registers->locks) {
        return lin_refuse(operation, error,
                          registers->locks ? "is neither acquire nor release"
                                           : "is no operation of a register: read, write, cas, "
                                             "append, delete");
    }
    parts->output = carried(registers, &operation->output);
    if (registers->tuples) {
        if (operation->input.kind != CHECK_LIST || operation->input.count != 2) {
            return lin_refuse(operation, error, "has neither a key nor a value [key value]");
        }
        parts->key = &operation->input.items[0];
    } else {
        parts->key = &operation->key;
    }
    if (parts->verb == REGISTER_CAS && (input->kind != CHECK_LIST || input->count != 2)) {
        return lin_refuse(operation, error, "needs a value [old new]");
    }
    if (parts->verb == REGISTER_APPEND && input->kind != CHECK_TEXT) {
        return lin_refuse(operation, error, "needs a text");
    }
    return 0;
}

/* ---- What operations do ---- */

/* False: no memory left. *wanted: it must be in the order (a crashed read, or one that saw what any state
 * may answer, says nothing). */
static bool make_class(const struct registers *registers, struct lin_builder *builder,
                       const struct check_operation *operation, const struct register_parts *parts,
                       struct lin_class *class, bool *wanted)
{
    static const struct check_value NIL = {.kind = CHECK_NIL},
                                    EMPTY = {.kind = CHECK_TEXT, .text = ""};
    const struct check_value *output = parts->output;
    uint32_t object = class->object;
    *class = (struct lin_class){
        .kind = LIN_SIMPLE, .object = object, .before = LIN_ANY, .after = LIN_SAME};
    *wanted = true;
    switch (parts->verb) {
    case REGISTER_READ:
        if (operation->outcome == CHECK_INFO || (output->kind == CHECK_NIL && registers->nil_any) ||
            (output->kind == CHECK_LIST && registers->siblings)) {
            *wanted = false;
            return true;
        }
        class->read = true;
        class->before = lin_value_id(
            &builder->values, output->kind == CHECK_NIL && registers->appends ? &EMPTY : output);
        return class->before != LIN_NONE;
    case REGISTER_WRITE:
        class->after = lin_value_id(&builder->values, parts->input);
        return class->after != LIN_NONE;
    case REGISTER_DELETE:
        class->after = lin_value_id(&builder->values, registers->appends ? &EMPTY : &NIL);
        return class->after != LIN_NONE;
    case REGISTER_APPEND:
        class->kind = LIN_APPEND;
        class->after = lin_value_id(&builder->values, parts->input);
        return class->after != LIN_NONE;
    case REGISTER_CAS:
        class->before = lin_value_id(&builder->values, &parts->input->items[0]);
        class->after = lin_value_id(&builder->values, &parts->input->items[1]);
        class->read = class->before == class->after;
        return class->before != LIN_NONE && class->after != LIN_NONE;
    default: { /* a lock is a register that holds 0 or 1 */
        bool acquire = parts->verb == REGISTER_ACQUIRE;
        struct check_value free_value = {.kind = CHECK_INTEGER, .integer = 0},
                           held_value = {.kind = CHECK_INTEGER, .integer = 1};
        class->before = lin_value_id(&builder->values, acquire ? &free_value : &held_value);
        class->after = lin_value_id(&builder->values, acquire ? &held_value : &free_value);
        return class->before != LIN_NONE && class->after != LIN_NONE;
    }
    }
}

static bool add(const struct registers *registers, struct lin_builder *builder, uint32_t source,
                uint32_t object)
{
    const struct check_operation *operation = &registers->history->operations[source];
    struct register_parts parts;
    struct lin_class class = {.object = object};
    bool wanted;
    int status = register_parse(registers, operation, &parts, NULL);
    assert(status == 0);
    (void)status;
    return make_class(registers, builder, operation, &parts, &class, &wanted) &&
           (!wanted || lin_builder_add(builder, source, &class));
}

/* ---- Keys ---- */

/* Operations of each key, in their order. */
struct keys {
    uint32_t count;
    uint32_t *from;    /* by key, and one more */
    uint32_t *sources; /* operations by key */
};

static bool find_keys(const struct registers *registers, struct check_budget *budget,
                      struct lin_values *names, struct keys *keys)
{
    const struct check_history *history = registers->history;
    uint32_t *key_of = check_budget_take(budget, history->count, sizeof *key_of);
    keys->sources = check_budget_take(budget, history->count, sizeof *keys->sources);
    if (key_of == NULL || keys->sources == NULL || !lin_values_open(names, budget)) {
        return false;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        struct register_parts parts;
        if (history->operations[i].outcome != CHECK_FAIL &&
            register_parse(registers, &history->operations[i], &parts, NULL) == 0) {
            key_of[i] = lin_value_id(names, parts.key);
            if (key_of[i] == LIN_NONE) {
                return false;
            }
        } else {
            key_of[i] = LIN_NONE;
        }
    }
    keys->count = names->count;
    keys->from = check_budget_take(budget, (size_t)keys->count + 2, sizeof *keys->from);
    if (keys->from == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (key_of[i] != LIN_NONE) {
            keys->from[key_of[i] + 2]++;
        }
    }
    for (uint32_t i = 2; i < keys->count + 2; i++) {
        keys->from[i] += keys->from[i - 1];
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (key_of[i] != LIN_NONE) {
            keys->sources[keys->from[key_of[i] + 1]++] = i;
        }
    }
    return true;
}

struct lin_problem register_problem(struct lin_builder *builder, const uint32_t *init,
                                    uint32_t init_count)
{
    return (struct lin_problem){.classes = builder->classes,
                                .operations = builder->operations,
                                .class_count = builder->class_count,
                                .operation_count = builder->operation_count,
                                .scalar = init_count == 1,
                                .init = init,
                                .init_count = init_count,
                                .words_max = init_count,
                                .values = &builder->values};
}

/* One key as a problem; false: no memory left. */
static bool build_key(const struct registers *registers, const struct keys *keys, uint32_t key,
                      struct check_budget *budget, struct lin_builder *builder, uint32_t *init)
{
    if (!lin_builder_open(builder, registers->history, budget)) {
        return false;
    }
    *init = lin_value_id(&builder->values, &registers->init);
    for (uint32_t i = keys->from[key]; i < keys->from[key + 1]; i++) {
        if (*init == LIN_NONE || !add(registers, builder, keys->sources[i], 0)) {
            return false;
        }
    }
    return *init != LIN_NONE;
}

static void judge_key(const struct registers *registers, const struct keys *keys, uint32_t key,
                      struct check_budget *budget, struct check_verdict *verdict)
{
    struct check_block *mark = check_budget_mark(budget);
    struct lin_builder builder;
    uint32_t init;
    if (build_key(registers, keys, key, budget, &builder, &init)) {
        struct lin_problem problem = register_problem(&builder, &init, 1);
        lin_judge(&problem, budget, registers->history, verdict);
    } else {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, budget->why);
    }
    check_budget_release(budget, mark);
}

enum { STEPS_TO_BE_LINEARIZABLE = 10 * 1000 * 1000 };

bool register_is_linearizable(const struct registers *registers, struct check_budget *budget)
{
    struct check_limits limits = {.steps_max = STEPS_TO_BE_LINEARIZABLE};
    struct check_budget own;
    struct lin_values names;
    struct keys keys = {.count = 0};
    if (budget->limits != NULL) {
        limits.stop = budget->limits->stop;
        limits.context = budget->limits->context;
        limits.bytes_max = budget->limits->bytes_max;
    }
    check_budget_open(&own, &limits);
    bool all = find_keys(registers, &own, &names, &keys);
    for (uint32_t key = 0; key < keys.count && all; key++) {
        struct lin_builder builder;
        uint32_t init, stuck;
        all = build_key(registers, &keys, key, &own, &builder, &init);
        if (all) {
            struct lin_problem problem = register_problem(&builder, &init, 1);
            all = lin_search(&problem, &own, &stuck) == CHECK_VALID;
        }
    }
    (void)check_budget_spend(budget, own.steps);
    check_budget_close(&own);
    return all;
}

bool register_together(const struct registers *registers, struct check_budget *budget,
                       struct lin_builder *builder, uint32_t **init)
{
    const struct check_history *history = registers->history;
    struct lin_values names;
    struct keys keys;
    if (!find_keys(registers, budget, &names, &keys) ||
        !lin_builder_open(builder, history, budget)) {
        return false;
    }
    builder->object_count = names.count > 0 ? names.count : 1;
    *init = check_budget_take(budget, builder->object_count, sizeof **init);
    uint32_t first = lin_value_id(&builder->values, &registers->init);
    if (*init == NULL || first == LIN_NONE) {
        return false;
    }
    for (uint32_t i = 0; i < builder->object_count; i++) {
        (*init)[i] = first;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        struct register_parts parts;
        if (history->operations[i].outcome != CHECK_FAIL &&
            register_parse(registers, &history->operations[i], &parts, NULL) == 0 &&
            !add(registers, builder, i, lin_value_id(&names, parts.key))) {
            return false;
        }
    }
    return true;
}

/* ---- The models ---- */

/* Has every operation a value [key value]? A cas then has [key [old new]]. */
static bool is_keyed(const struct check_history *history)
{
    for (uint32_t i = 0; i < history->count; i++) {
        const struct check_operation *operation = &history->operations[i];
        const struct check_value *input = &operation->input;
        enum register_verb verb;
        if (input->kind != CHECK_LIST || input->count != 2 ||
            (register_verb(operation->function, &verb) && verb == REGISTER_CAS &&
             input->items[1].kind != CHECK_LIST)) {
            return false;
        }
    }
    return true;
}

/* Reads options, and looks at every operation once: what is no operation of the model is refused. */
int register_open(struct registers *registers, const struct check_history *history,
                  const struct check_options *options, const char *model, const char *const *known,
                  struct error *error)
{
    const char *init = option_text(options, "init"), *nil = option_text(options, "nil");
    const char *siblings = option_text(options, "siblings");
    bool kv = strcmp(model, "kv") == 0 || strcmp(model, "sequential") == 0;
    *registers = (struct registers){.history = history, .locks = strcmp(model, "mutex") == 0};
    if (option_refuse_others(options, model, known, error) != 0) {
        return -1;
    }
    if (nil != NULL && strcmp(nil, "any") != 0 && strcmp(nil, "missing") != 0) {
        return error_set(error, "nil is %s; it is missing or any", nil);
    }
    if (siblings != NULL && strcmp(siblings, "single") != 0 && strcmp(siblings, "list") != 0) {
        return error_set(error, "siblings is %s; it is single or list", siblings);
    }
    registers->siblings = siblings != NULL && strcmp(siblings, "list") == 0;
    registers->nil_any = nil != NULL && strcmp(nil, "any") == 0;
    registers->tuples = strcmp(model, "kv") == 0 || is_keyed(history);
    for (uint32_t i = 0; i < history->count; i++) {
        enum register_verb verb;
        if (history->operations[i].key.kind != CHECK_NIL) {
            registers->tuples = false;
            if (!kv &&
                !check_value_equal(&history->operations[i].key, &history->operations[0].key)) {
                return lin_refuse(&history->operations[i], error,
                                  "is about another key than the first one; the model kv has keys");
            }
        }
        if (register_verb(history->operations[i].function, &verb)) {
            registers->appends |= verb == REGISTER_APPEND;
        }
    }
    registers->init = init != NULL         ? option_value(init)
                      : registers->locks   ? (struct check_value){.kind = CHECK_INTEGER}
                      : registers->appends ? (struct check_value){.kind = CHECK_TEXT, .text = ""}
                                           : (struct check_value){.kind = CHECK_NIL};
    for (uint32_t i = 0; i < history->count; i++) {
        struct register_parts parts;
        if (register_parse(registers, &history->operations[i], &parts, error) != 0) {
            return -1;
        }
    }
    return 0;
}

static void judge_together(const struct registers *registers, struct check_budget *budget,
                           struct check_verdict *verdict)
{
    struct lin_builder builder;
    uint32_t *init;
    if (register_together(registers, budget, &builder, &init)) {
        struct lin_problem problem = register_problem(&builder, init, builder.object_count);
        lin_judge(&problem, budget, registers->history, verdict);
    } else {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, budget->why);
    }
}

/* The next weaker promise: is it at least kept? */
static void conclude_sequential(const struct registers *registers,
                                const struct check_limits *limits, struct check_verdict *verdict)
{
    enum check_answer answer = sequential_answer(registers, limits);
    verdict->answers[verdict->answer_count].model = "sequential";
    verdict->answers[verdict->answer_count++].answer = answer;
    if (answer == CHECK_INVALID) {
        verdict->weakest = "sequential";
    }
}

static int judge(const struct check_history *history, const struct check_options *options,
                 const struct check_limits *limits, struct check_verdict *verdict,
                 struct error *error, const char *model, const char *const *known)
{
    struct registers registers;
    struct check_budget budget;
    struct lin_values names;
    struct keys keys;
    const char *partition = option_text(options, "partition");
    if (register_open(&registers, history, options, model, known, error) != 0) {
        return -1;
    }
    if (partition != NULL && strcmp(partition, "yes") != 0 && strcmp(partition, "no") != 0) {
        return error_set(error, "partition is %s; it is yes or no", partition);
    }
    check_budget_open(&budget, limits);
    if (!find_keys(&registers, &budget, &names, &keys)) {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, budget.why);
    } else if (partition != NULL && strcmp(partition, "no") == 0) {
        judge_together(&registers, &budget, verdict);
    } else {
        for (uint32_t key = 0; key < keys.count; key++) {
            judge_key(&registers, &keys, key, &budget, verdict);
        }
    }
    lin_conclude(verdict, "linearizable");
    if (verdict->answer == CHECK_INVALID && !registers.locks) {
        conclude_sequential(&registers, limits, verdict);
    }
    lin_finish(&budget, verdict);
    return 0;
}

static int judge_register(const struct check_history *history, const struct check_options *options,
                          const struct check_limits *limits, struct check_verdict *verdict,
                          struct error *error)
{
    static const char *const KNOWN[] = {"init", "nil", NULL};
    return judge(history, options, limits, verdict, error, "register", KNOWN);
}

static int judge_kv(const struct check_history *history, const struct check_options *options,
                    const struct check_limits *limits, struct check_verdict *verdict,
                    struct error *error)
{
    static const char *const KNOWN[] = {"init", "nil", "siblings", "partition", NULL};
    return judge(history, options, limits, verdict, error, "kv", KNOWN);
}

static int judge_mutex(const struct check_history *history, const struct check_options *options,
                       const struct check_limits *limits, struct check_verdict *verdict,
                       struct error *error)
{
    static const char *const KNOWN[] = {NULL};
    return judge(history, options, limits, verdict, error, "mutex", KNOWN);
}

const struct check_model check_register = {
    .name = "register",
    .about = "one register: read, write, cas; linearizable",
    .options = "init=VALUE (nil) nil=missing|any: what a read of nil says",
    .judge = judge_register,
};
const struct check_model check_kv = {
    .name = "kv",
    .about = "registers by key: read or get, write or put, cas, append, delete; linearizable",
    .options = "init=VALUE (nil; with append: the empty text) nil=missing|any siblings=single|list "
               "partition=yes|no",
    .judge = judge_kv,
};
const struct check_model check_mutex = {
    .name = "mutex",
    .about = "a lock: acquire, release; linearizable",
    .options = "",
    .judge = judge_mutex,
};
