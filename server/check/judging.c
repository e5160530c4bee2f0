/* judging.c - what the checkers of single objects share (judging.h). */
#include "check/judging.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void judging_open(struct judging *judging, const struct check_history *history,
                  const struct check_limits *limits, struct check_verdict *verdict,
                  struct error *error)
{
    assert(history != NULL && verdict != NULL);
    *judging = (struct judging){.history = history, .verdict = verdict, .error = error};
    check_budget_open(&judging->budget, limits);
}

int judging_close(struct judging *judging, const char *model, int status)
{
    struct check_verdict *verdict = judging->verdict;
    if (judging->budget.why != NULL) {
        check_verdict_worsen(verdict, CHECK_UNKNOWN, judging->budget.why);
        status = 0;
    }
    assert(verdict->answer != CHECK_INVALID || verdict->finding_count > 0);
    assert(verdict->answer_count < CHECK_ANSWERS_MAX);
    for (uint32_t i = verdict->answer_count; i > 0; i--) {
        verdict->answers[i] = verdict->answers[i - 1];
    }
    verdict->answers[0].model = model;
    verdict->answers[0].answer = verdict->answer;
    verdict->answer_count++;
    if (verdict->weakest == NULL && verdict->answer == CHECK_INVALID) {
        verdict->weakest = model;
    }
    verdict->steps = judging->budget.steps;
    verdict->bytes_peak = judging->budget.bytes_peak;
    check_budget_close(&judging->budget);
    return status;
}

/* ---- Options ---- */

int option_refuse_others(const struct check_options *options, const char *model,
                         const char *const *known, struct error *error)
{
    for (uint32_t i = 0; options != NULL && i < options->count; i++) {
        uint32_t at = 0;
        while (known[at] != NULL && strcmp(known[at], options->items[i].key) != 0) {
            at++;
        }
        if (known[at] == NULL) {
            return error_set(error, "%s has no option %s", model, options->items[i].key);
        }
    }
    return 0;
}

const char *option_text(const struct check_options *options, const char *key)
{
    const char *text = NULL;
    for (uint32_t i = 0; options != NULL && i < options->count; i++) {
        text = strcmp(options->items[i].key, key) == 0 ? options->items[i].value : text;
    }
    return text;
}

struct check_value option_value(const char *text)
{
    if (text == NULL || strcmp(text, "nil") == 0) {
        return (struct check_value){.kind = CHECK_NIL};
    }
    char *end;
    errno = 0;
    long long integer = strtoll(text, &end, 10);
    if (end != text && *end == '\0' && errno == 0) {
        return (struct check_value){.kind = CHECK_INTEGER, .integer = integer};
    }
    return (struct check_value){.kind = CHECK_TEXT, .count = (uint32_t)strlen(text), .text = text};
}

int option_integer(const struct check_options *options, const char *key, int64_t *integer,
                   bool *given, struct error *error)
{
    const char *text = option_text(options, key);
    *given = text != NULL;
    if (text == NULL) {
        return 0;
    }
    struct check_value value = option_value(text);
    if (value.kind != CHECK_INTEGER) {
        return error_set(error, "option %s=%s: an integer is needed", key, text);
    }
    *integer = value.integer;
    return 0;
}

int option_choice(const struct check_options *options, const char *key, const char *const *choices,
                  uint32_t *choice, struct error *error)
{
    const char *text = option_text(options, key);
    *choice = 0;
    while (text != NULL && choices[*choice] != NULL && strcmp(choices[*choice], text) != 0) {
        (*choice)++;
    }
    if (choices[*choice] == NULL) {
        return error_set(error, "option %s=%s is none of those that --help names", key, text);
    }
    return 0;
}

/* ---- Operations ---- */

bool judging_is(const struct check_operation *operation, const char *function)
{
    return strcmp(operation->function, function) == 0;
}

int judging_refuse(const struct judging *judging, uint32_t operation, const char *what)
{
    const struct check_operation *one = &judging->history->operations[operation];
    bool line = one->call_line > 0;
    return error_set(judging->error, "%s %u: %s is no operation of this model: %s",
                     line ? "line" : "operation", line ? one->call_line : one->number,
                     one->function, what);
}

bool naming_open(struct naming *naming, struct check_budget *budget, uint32_t capacity)
{
    naming->count = 0;
    naming->values = check_budget_take(budget, capacity, sizeof(const struct check_value *));
    return naming->values != NULL && check_table_open(&naming->table, budget, capacity);
}

static uint32_t find_hashed(const struct naming *naming, const struct check_value *value,
                            uint64_t hash)
{
    uint32_t at = (uint32_t)hash;
    for (;;) {
        uint32_t name = check_table_next(&naming->table, hash, &at);
        if (name == CHECK_TABLE_NONE || check_table_same(naming->values[name], value)) {
            return name;
        }
    }
}

uint32_t naming_find(const struct naming *naming, const struct check_value *value)
{
    return find_hashed(naming, value, check_table_hash(value, 0));
}

uint32_t naming_add(struct naming *naming, const struct check_value *value)
{
    uint64_t hash = check_table_hash(value, 0);
    uint32_t name = find_hashed(naming, value, hash);
    if (name != CHECK_TABLE_NONE) {
        return name;
    }
    check_table_put(&naming->table, hash, naming->count);
    naming->values[naming->count] = value;
    return naming->count++;
}

bool keyed_open(struct keyed *keyed, struct judging *judging)
{
    const struct check_history *history = judging->history;
    struct check_budget *budget = &judging->budget;
    struct naming naming;
    *keyed = (struct keyed){
        .first = check_budget_take(budget, (size_t)history->count + 2, sizeof *keyed->first),
        .operations = check_budget_take(budget, history->count, sizeof *keyed->operations),
        .key_of = check_budget_take(budget, history->count, sizeof *keyed->key_of)};
    if (keyed->first == NULL || keyed->operations == NULL || keyed->key_of == NULL ||
        !naming_open(&naming, budget, history->count)) {
        return false;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        keyed->key_of[i] = naming_add(&naming, &history->operations[i].key);
        keyed->first[keyed->key_of[i] + 2] += history->operations[i].outcome != CHECK_FAIL;
    }
    keyed->key_count = naming.count;
    for (uint32_t k = 2; k <= naming.count + 1 && k < history->count + 2; k++) {
        keyed->first[k] += keyed->first[k - 1];
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->operations[i].outcome != CHECK_FAIL) {
            keyed->operations[keyed->first[keyed->key_of[i] + 1]++] = i;
        }
    }
    return check_budget_spend(budget, history->count);
}

/* ---- Telling ---- */

struct check_finding *judging_broken(struct judging *judging, const char *anomaly,
                                     const struct check_line *line)
{
    struct check_finding *finding = check_verdict_find(judging->verdict, anomaly);
    check_verdict_worsen(judging->verdict, CHECK_INVALID, NULL);
    if (finding == NULL || finding->line_count > 0) {
        return NULL;
    }
    check_finding_line(finding, line);
    return finding;
}

void judging_unknown(struct judging *judging, const struct check_line *line)
{
    if (judging->verdict->answer == CHECK_VALID) {
        check_verdict_worsen(judging->verdict, CHECK_UNKNOWN, line->word);
        judging->verdict->why_line = *line;
    }
}
