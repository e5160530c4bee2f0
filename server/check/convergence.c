/* convergence.c - the checker "convergence": when all is quiet, everybody sees the same.
 *
 * A key's final reads are the last answered read of each process, if it began after every write to any key
 * had ended, and so many milliseconds after the last one (option quiet_ms). They must show one and the
 * same value, and one that was written. A write without an answer may take effect at any later time: if one
 * such value is among those that differ, the answer is UNKNOWN. With siblings=list a read shows a list of
 * values, whose order does not matter. */
#include "check/judging.h"

#include <assert.h>
#include <stdlib.h>

static const int64_t NS_PER_MS = 1000000;

/* A value of a key that somebody wrote. */
struct written {
    uint32_t key, crashed; /* a write without an answer, or CHECK_NO_OPERATION */
    const struct check_value *value;
};

struct convergence {
    struct judging judging;
    struct keyed keyed;
    struct check_table values;
    struct written *written;
    uint32_t written_count;
    struct check_value initial;
    bool siblings, nil_says_nothing;
    int64_t quiet_ns;
    uint32_t last_end;   /* of all answered writes */
    int64_t last_end_ns; /* or CHECK_NO_TIME */
    bool any_write;
};

static const struct check_operation *at(const struct convergence *convergence, uint32_t operation)
{
    return &convergence->judging.history->operations[operation];
}

static struct written *find_written(const struct convergence *convergence, uint32_t key,
                                    const struct check_value *value)
{
    uint64_t hash = check_table_hash(value, key + 1);
    uint32_t slot = (uint32_t)hash;
    for (;;) {
        uint32_t index = check_table_next(&convergence->values, hash, &slot);
        if (index == CHECK_TABLE_NONE) {
            return NULL;
        }
        if (convergence->written[index].key == key &&
            check_table_same(convergence->written[index].value, value)) {
            return &convergence->written[index];
        }
    }
}

static void take_write(struct convergence *convergence, uint32_t i, const struct check_value *value)
{
    const struct check_operation *operation = at(convergence, i);
    uint32_t key = convergence->keyed.key_of[i];
    struct written *written = find_written(convergence, key, value);
    if (written == NULL) {
        check_table_put(&convergence->values, check_table_hash(value, key + 1),
                        convergence->written_count);
        written = &convergence->written[convergence->written_count++];
        *written = (struct written){.key = key, .crashed = CHECK_NO_OPERATION, .value = value};
    }
    if (operation->outcome != CHECK_OK) {
        written->crashed = i;
        return;
    }
    if (!convergence->any_write || operation->end > convergence->last_end) {
        convergence->last_end = operation->end;
        convergence->last_end_ns = operation->end_ns;
    }
    convergence->any_write = true;
}

/* What the operation may have left behind, or NULL: it is a read. */
static const struct check_value *written_by(const struct check_operation *operation)
{
    static const struct check_value NIL = {.kind = CHECK_NIL};
    if (judging_is(operation, "read")) {
        return NULL;
    }
    return judging_is(operation, "delete") ? &NIL
           : judging_is(operation, "cas")  ? &operation->input.items[1]
                                           : &operation->input;
}

static int take_writes(struct convergence *convergence)
{
    for (uint32_t i = 0; i < convergence->judging.history->count; i++) {
        const struct check_operation *operation = at(convergence, i);
        bool cas = judging_is(operation, "cas") && operation->input.kind == CHECK_LIST &&
                   operation->input.count == 2;
        if (!cas && !judging_is(operation, "write") && !judging_is(operation, "delete") &&
            !judging_is(operation, "read")) {
            return judging_refuse(&convergence->judging, i,
                                  "there are read, write, delete, cas [from to]");
        }
        const struct check_value *value = written_by(operation);
        if (operation->outcome != CHECK_FAIL && value != NULL) {
            take_write(convergence, i, value);
        }
    }
    return 0;
}

/* ---- Reads ---- */

static bool is_list(const struct convergence *convergence, const struct check_value *value)
{
    return convergence->siblings && (value->kind == CHECK_LIST || value->kind == CHECK_SET);
}

/* The values that a read shows, one or the siblings. */
static uint32_t values_of(const struct convergence *convergence, uint32_t read,
                          const struct check_value **values)
{
    const struct check_value *output = &at(convergence, read)->output;
    bool list = is_list(convergence, output);
    *values = list ? output->items : output;
    return list ? output->count : 1;
}

static void judge_values(struct convergence *convergence, uint32_t read)
{
    const struct check_value *values;
    uint32_t count = values_of(convergence, read, &values);
    for (uint32_t i = 0; i < count; i++) {
        if (find_written(convergence, convergence->keyed.key_of[read], &values[i]) == NULL &&
            !check_table_same(&values[i], &convergence->initial)) {
            struct check_line line = {
                .word = "access_phantom", .a = read, .b = CHECK_NO_OPERATION, .value = values[i]};
            judging_broken(&convergence->judging, "phantom", &line);
        }
    }
}

/* A write without an answer that a read shows, or CHECK_NO_OPERATION. */
static uint32_t crashed_among(const struct convergence *convergence, uint32_t read)
{
    const struct check_value *values;
    uint32_t count = values_of(convergence, read, &values);
    for (uint32_t i = 0; i < count; i++) {
        const struct written *written =
            find_written(convergence, convergence->keyed.key_of[read], &values[i]);
        if (written != NULL && written->crashed != CHECK_NO_OPERATION) {
            return written->crashed;
        }
    }
    return CHECK_NO_OPERATION;
}

/* As a value that does not depend on the order of siblings; one alone is as good as a list of one, none as
 * good as the start. */
static struct check_value shown(const struct convergence *convergence, uint32_t read)
{
    struct check_value value = at(convergence, read)->output;
    if (is_list(convergence, &value)) {
        value.kind = CHECK_SET;
        return value.count == 0 ? convergence->initial : value.count == 1 ? value.items[0] : value;
    }
    return value;
}

static bool is_quiet(const struct convergence *convergence, const struct check_operation *read)
{
    if (!convergence->any_write) {
        return true;
    }
    if (read->call <= convergence->last_end) {
        return false;
    }
    return convergence->quiet_ns == 0 || read->call_ns == CHECK_NO_TIME ||
           convergence->last_end_ns == CHECK_NO_TIME ||
           read->call_ns - convergence->last_end_ns >= convergence->quiet_ns;
}

struct final_read {
    uint32_t process, read;
};

static int by_process(const void *a, const void *b)
{
    const struct final_read *left = a, *right = b;
    if (left->process != right->process) {
        return left->process < right->process ? -1 : 1;
    }
    return (left->read > right->read) - (left->read < right->read);
}

/* Fills the answered reads of the key that began when all was quiet, the last one of each process. */
static uint32_t final_reads(struct convergence *convergence, uint32_t key,
                            struct final_read *finals)
{
    const struct keyed *keyed = &convergence->keyed;
    uint32_t count = 0, kept = 0;
    for (uint32_t i = keyed->first[key]; i < keyed->first[key + 1]; i++) {
        uint32_t operation = keyed->operations[i];
        const struct check_operation *read = at(convergence, operation);
        bool says = read->output.kind != CHECK_NIL || !convergence->nil_says_nothing;
        if (judging_is(read, "read") && read->outcome == CHECK_OK && says) {
            judge_values(convergence, operation);
            if (is_quiet(convergence, read)) {
                finals[count++] = (struct final_read){read->process, operation};
            }
        }
    }
    qsort(finals, count, sizeof *finals, by_process);
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 == count || finals[i + 1].process != finals[i].process) {
            finals[kept++] = finals[i];
        }
    }
    return kept;
}

static void compare(struct convergence *convergence, uint32_t a, uint32_t b)
{
    struct check_value left = shown(convergence, a), right = shown(convergence, b);
    if (check_value_equal(&left, &right)) {
        return;
    }
    uint32_t crashed = crashed_among(convergence, b);
    crashed = crashed != CHECK_NO_OPERATION ? crashed : crashed_among(convergence, a);
    struct check_line line = {.word = "final_reads_differ", .a = a, .b = b};
    if (crashed == CHECK_NO_OPERATION) {
        judging_broken(&convergence->judging, "divergence", &line);
        return;
    }
    line = (struct check_line){.word = "crashed_write", .a = crashed, .b = b};
    judging_unknown(&convergence->judging, &line);
}

/* All with one that shows no crashed write, if there is one: that proves the most. */
static void compare_all(struct convergence *convergence, const struct final_read *finals,
                        uint32_t count)
{
    uint32_t like = 0;
    while (like < count && crashed_among(convergence, finals[like].read) != CHECK_NO_OPERATION) {
        like++;
    }
    like = like < count ? like : 0;
    for (uint32_t i = 0; i < count; i++) {
        compare(convergence, finals[like].read, finals[i].read);
    }
}

static void judge_keys(struct convergence *convergence)
{
    struct check_budget *budget = &convergence->judging.budget;
    uint32_t count = convergence->judging.history->count;
    struct final_read *finals = check_budget_take(budget, count, sizeof *finals);
    for (uint32_t k = 0; finals != NULL && k < convergence->keyed.key_count; k++) {
        uint32_t kept = final_reads(convergence, k, finals);
        uint32_t first = convergence->keyed.first[k], end = convergence->keyed.first[k + 1];
        if (kept == 0 && end > first) {
            struct check_line line = {
                .word = "no_final_read",
                .a = CHECK_NO_OPERATION,
                .b = CHECK_NO_OPERATION,
                .key = at(convergence, convergence->keyed.operations[first])->key};
            judging_unknown(&convergence->judging, &line);
        }
        compare_all(convergence, finals, kept);
        if (!check_budget_spend(budget, end - first)) {
            return;
        }
    }
}

static int judge(struct convergence *convergence)
{
    struct check_budget *budget = &convergence->judging.budget;
    uint32_t count = convergence->judging.history->count;
    convergence->written = check_budget_take(budget, count, sizeof *convergence->written);
    if (convergence->written == NULL || !check_table_open(&convergence->values, budget, count) ||
        !keyed_open(&convergence->keyed, &convergence->judging)) {
        return 0;
    }
    if (take_writes(convergence) != 0) {
        return -1;
    }
    judge_keys(convergence);
    return 0;
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN[] = {"init", "nil", "siblings", "quiet_ms", NULL};
    static const char *const NIL[] = {"missing", "any", NULL};
    static const char *const SIBLINGS[] = {"single", "list", NULL};
    struct convergence convergence = {.initial = option_value(option_text(options, "init"))};
    uint32_t nil, siblings;
    int64_t quiet_ms = 0;
    bool given;
    if (option_refuse_others(options, "convergence", KNOWN, error) != 0 ||
        option_choice(options, "nil", NIL, &nil, error) != 0 ||
        option_choice(options, "siblings", SIBLINGS, &siblings, error) != 0 ||
        option_integer(options, "quiet_ms", &quiet_ms, &given, error) != 0) {
        return -1;
    }
    if (quiet_ms < 0 || quiet_ms > INT64_MAX / NS_PER_MS) {
        return error_set(error, "option quiet_ms: the time is not negative and fits 64 bits of ns");
    }
    convergence.nil_says_nothing = nil == 1;
    convergence.siblings = siblings == 1;
    convergence.quiet_ns = quiet_ms * NS_PER_MS;
    judging_open(&convergence.judging, history, limits, verdict, error);
    return judging_close(&convergence.judging, "convergence", judge(&convergence));
}

const struct check_model check_convergence = {
    .name = "convergence",
    .about = "registers by key: after the last write, when all is quiet, all final reads agree",
    .options = "quiet_ms=N siblings=single|list init=VALUE nil=missing|any",
    .judge = judge_history,
};
