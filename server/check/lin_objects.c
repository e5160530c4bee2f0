/* lin_objects.c - the checkers "queue" and "multi-register": objects whose state is more than one value. */
#include "check/lin_judge.h"

#include <assert.h>
#include <string.h>

/* Judges a history whose operations `class_of` turns into classes. 0, or -1 with a sentence. */
typedef int class_maker(struct lin_builder *builder, void *context,
                        const struct check_operation *operation, struct lin_class *class,
                        bool *wanted, struct error *error);

static int build(struct lin_builder *builder, class_maker *maker, void *context,
                 struct error *error)
{
    const struct check_history *history = builder->history;
    for (uint32_t i = 0; i < history->count && builder->budget->why == NULL; i++) {
        struct lin_class class = {.kind = LIN_GENERAL};
        bool wanted = history->operations[i].outcome != CHECK_FAIL;
        if (maker(builder, context, &history->operations[i], &class, &wanted, error) != 0) {
            return builder->budget->why != NULL ? 0 : -1;
        }
        if (wanted) {
            (void)lin_builder_add(builder, i, &class);
        }
    }
    return 0;
}

static void judge_built(struct lin_builder *builder, struct lin_problem *problem,
                        struct check_verdict *verdict)
{
    if (builder->budget->why == NULL) {
        problem->classes = builder->classes;
        problem->operations = builder->operations;
        problem->class_count = builder->class_count;
        problem->operation_count = builder->operation_count;
        problem->values = &builder->values;
        lin_judge(problem, builder->budget, builder->history, verdict);
    } else {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, builder->budget->why);
    }
    lin_conclude(verdict, "linearizable");
    lin_finish(builder->budget, verdict);
}

/* ---- Queue: first in, first out ---- */

/* `before` of a class: what it does; `after`: the value. */
enum { QUEUE_IN, QUEUE_OUT, QUEUE_OUT_ANY, QUEUE_EMPTY };

/* Of a value: who took it out. */
struct queue_value {
    uint32_t in_count, out_count;
    uint32_t out_call, out_end;
};
struct queue_hints {
    struct queue_value *values;
    uint32_t count;
    bool crashed_out; /* somebody may have taken anything */
};

/* May `late` stand behind `early`? Not if it is taken out for certain before that, or that never is. */
static bool may_stand_behind(const struct queue_hints *hints, uint32_t early, uint32_t late)
{
    const struct queue_value *a = &hints->values[early], *b = &hints->values[late];
    if (a->in_count != 1 || b->in_count != 1 || a->out_count > 1 || b->out_count != 1) {
        return true;
    }
    return a->out_count == 0 ? hints->crashed_out : a->out_call < b->out_end;
}

static bool queue_apply(const struct lin_problem *problem, const struct lin_class *class,
                        const uint32_t *words, uint32_t count, uint32_t *after,
                        uint32_t *after_count)
{
    const struct queue_hints *hints = problem->hints;
    assert(count <= problem->words_max);
    switch (class->before) {
    case QUEUE_IN:
        if (count == problem->words_max) {
            return false; /* cannot be: there is room for all that were ever put in */
        }
        for (uint32_t i = 0; hints != NULL && i < count; i++) {
            if (!may_stand_behind(hints, words[i], class->after)) {
                return false;
            }
        }
        memcpy(after, words, count * sizeof *words);
        after[count] = class->after;
        *after_count = count + 1;
        return true;
    case QUEUE_EMPTY:
        *after_count = 0;
        return count == 0;
    default:
        if (count == 0 || (class->before == QUEUE_OUT && words[0] != class->after)) {
            return false;
        }
        memcpy(after, words + 1, (count - 1) * sizeof *words);
        *after_count = count - 1;
        return true;
    }
}

static int queue_class(struct lin_builder *builder, void *context,
                       const struct check_operation *operation, struct lin_class *class,
                       bool *wanted, struct error *error)
{
    (void)context;
    const struct check_value *value = &operation->input;
    bool in = strcmp(operation->function, "enqueue") == 0;
    if (!in && strcmp(operation->function, "dequeue") != 0) {
        return lin_refuse(operation, error, "is neither enqueue nor dequeue");
    }
    if (!*wanted) {
        return 0;
    }
    class->before = QUEUE_IN;
    if (!in) {
        value = &operation->output;
        class->before = operation->outcome == CHECK_INFO ? QUEUE_OUT_ANY
                        : value->kind == CHECK_NIL       ? QUEUE_EMPTY
                                                         : QUEUE_OUT;
        class->read = class->before == QUEUE_EMPTY;
    }
    class->after = lin_value_id(&builder->values, value);
    return class->after == LIN_NONE ? -1 : 0;
}

/* False: no memory left. */
static bool queue_look_ahead(const struct lin_builder *builder, struct queue_hints *hints)
{
    hints->count = builder->values.count;
    hints->values = check_budget_take(builder->budget, hints->count, sizeof *hints->values);
    for (uint32_t i = 0; hints->values != NULL && i < builder->operation_count; i++) {
        const struct lin_operation *operation = &builder->operations[i];
        const struct lin_class *class = &builder->classes[operation->class];
        struct queue_value *value = &hints->values[class->after];
        if (class->before == QUEUE_IN) {
            value->in_count++;
        } else if (class->before == QUEUE_OUT) {
            value->out_count++;
            value->out_call = operation->call;
            value->out_end = operation->end;
        }
        hints->crashed_out |= class->before == QUEUE_OUT_ANY;
    }
    return hints->values != NULL;
}

static int judge_queue(const struct check_history *history, const struct check_options *options,
                       const struct check_limits *limits, struct check_verdict *verdict,
                       struct error *error)
{
    struct check_budget budget;
    struct lin_builder builder;
    if (option_refuse_others(options, "queue", (const char *const[]){NULL}, error) != 0) {
        return -1;
    }
    check_budget_open(&budget, limits);
    if (lin_builder_open(&builder, history, &budget) &&
        build(&builder, queue_class, NULL, error) != 0) {
        check_budget_close(&budget);
        return -1;
    }
    uint32_t nothing = 0;
    struct queue_hints hints = {.count = 0};
    bool known = queue_look_ahead(&builder, &hints);
    struct lin_problem problem = {.init = &nothing,
                                  .words_max = builder.operation_count + 1,
                                  .apply = queue_apply,
                                  .hints = known ? &hints : NULL};
    judge_built(&builder, &problem, verdict);
    return 0;
}

const struct check_model check_queue = {
    .name = "queue",
    .about = "a queue, first in first out: enqueue, dequeue (nil: empty); linearizable",
    .options = "",
    .judge = judge_queue,
};

/* ---- Several registers, read and written in transactions ---- */

/* One part of a transaction; `before` of a class is the number of its first one, `after` how many. */
struct part {
    uint32_t object, value; /* LIN_ANY: a read that says nothing */
    bool write;
};

struct multi {
    struct lin_values names; /* of the registers */
    struct part *parts;
    uint32_t part_count, part_capacity;
};

static bool multi_apply(const struct lin_problem *problem, const struct lin_class *class,
                        const uint32_t *words, uint32_t count, uint32_t *after,
                        uint32_t *after_count)
{
    const struct multi *multi = problem->context;
    memcpy(after, words, count * sizeof *words);
    *after_count = count;
    for (uint32_t i = 0; i < class->after; i++) {
        const struct part *part = &multi->parts[class->before + i];
        if (part->write) {
            after[part->object] = part->value;
        } else if (part->value != LIN_ANY && after[part->object] != part->value) {
            return false;
        }
    }
    return true;
}

static int multi_part(struct lin_builder *builder, struct multi *multi,
                      const struct check_operation *operation, const struct check_value *micro,
                      struct part *part, struct error *error)
{
    if (micro->kind != CHECK_LIST || micro->count < 2 || micro->count > 3 ||
        micro->items[0].kind != CHECK_TEXT) {
        return lin_refuse(operation, error, "needs parts like [read x nil] and [write x 1]");
    }
    static const struct check_value NIL = {.kind = CHECK_NIL};
    const struct check_value *value = micro->count == 3 ? &micro->items[2] : &NIL;
    const char *verb = micro->items[0].text;
    part->write = strcmp(verb, "write") == 0 || strcmp(verb, "w") == 0;
    if (!part->write && strcmp(verb, "read") != 0 && strcmp(verb, "r") != 0) {
        return lin_refuse(operation, error, "has a part that is neither read nor write");
    }
    part->object = lin_value_id(&multi->names, &micro->items[1]);
    part->value = !part->write && operation->outcome != CHECK_OK
                      ? LIN_ANY
                      : lin_value_id(&builder->values, value);
    return part->object == LIN_NONE || builder->budget->why != NULL ? -1 : 0;
}

static int multi_class(struct lin_builder *builder, void *context,
                       const struct check_operation *operation, struct lin_class *class,
                       bool *wanted, struct error *error)
{
    struct multi *multi = context;
    const struct check_value *list =
        operation->outcome == CHECK_OK && operation->output.kind == CHECK_LIST ? &operation->output
                                                                               : &operation->input;
    if (list->kind != CHECK_LIST) {
        return lin_refuse(operation, error, "is no transaction: it needs a list of parts");
    }
    class->before = multi->part_count;
    class->after = list->count;
    class->read = true;
    for (uint32_t i = 0; i < list->count; i++) {
        struct part part;
        void *parts = multi->parts;
        if (multi_part(builder, multi, operation, &list->items[i], &part, error) != 0 ||
            !lin_grow(builder->budget, &parts, multi->part_count, &multi->part_capacity,
                      sizeof *multi->parts)) {
            return -1;
        }
        multi->parts = parts;
        multi->parts[multi->part_count++] = part;
        class->read &= !part.write;
    }
    *wanted = *wanted && !(class->read && operation->outcome == CHECK_INFO);
    return 0;
}

/* "7" for all registers, or "{x 0 y 1}" for some. False: it is neither. */
static bool multi_init(struct lin_builder *builder, struct multi *multi, const char *text,
                       uint32_t *init)
{
    char word[2][64];
    unsigned words = 0;
    bool map = text[0] == '{';
    struct check_value rest = map ? (struct check_value){.kind = CHECK_NIL} : option_value(text);
    for (uint32_t i = 0; i < multi->names.count; i++) {
        init[i] = lin_value_id(&builder->values, &rest);
    }
    for (const char *at = text + map; map && *at != '\0';) {
        size_t length = strcspn(at, " ,}");
        if (length >= sizeof word[0]) {
            return false;
        }
        if (length > 0) {
            const char *from = at[0] == ':' ? at + 1 : at;
            memcpy(word[words], from, length - (size_t)(from - at));
            word[words++][length - (size_t)(from - at)] = '\0';
        }
        if (words == 2) {
            /* Texts of options live as long as the judging. A register that nobody uses is no matter. */
            struct check_value name = option_value(word[0]), value = option_value(word[1]);
            for (uint32_t i = 0; i < multi->names.count; i++) {
                if (check_value_equal(&multi->names.values[i], &name)) {
                    init[i] = value.kind == CHECK_TEXT ? LIN_NONE
                                                       : lin_value_id(&builder->values, &value);
                }
            }
            words = 0;
        }
        at += length;
        if (*at == '}') {
            return words == 0 && at[1] == '\0';
        }
        at += *at != '\0';
    }
    return !map;
}

static int judge_multi(const struct check_history *history, const struct check_options *options,
                       const struct check_limits *limits, struct check_verdict *verdict,
                       struct error *error)
{
    struct check_budget budget;
    struct lin_builder builder;
    struct multi multi = {.part_count = 0};
    const char *init_text = option_text(options, "init");
    uint32_t *init = NULL;
    int status =
        option_refuse_others(options, "multi-register", (const char *const[]){"init", NULL}, error);
    if (status != 0) {
        return status;
    }
    check_budget_open(&budget, limits);
    if (lin_builder_open(&builder, history, &budget) && lin_values_open(&multi.names, &budget)) {
        status = build(&builder, multi_class, &multi, error);
        init = check_budget_take(&budget, (size_t)multi.names.count + 1, sizeof *init);
    }
    if (status == 0 && init != NULL &&
        !multi_init(&builder, &multi, init_text != NULL ? init_text : "0", init)) {
        status = error_set(error, "init is %s; it is a value, or {REGISTER NUMBER ...}", init_text);
    }
    if (status != 0) {
        check_budget_close(&budget);
        return status;
    }
    struct lin_problem problem = {.init = init,
                                  .init_count = multi.names.count,
                                  .words_max = multi.names.count,
                                  .apply = multi_apply,
                                  .context = &multi};
    judge_built(&builder, &problem, verdict);
    return 0;
}

const struct check_model check_multi_register = {
    .name = "multi-register",
    .about = "registers read and written together by transactions; linearizable",
    .options = "init=VALUE|{REGISTER NUMBER ...} (0)",
    .judge = judge_multi,
};
