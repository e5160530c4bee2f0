/* judge.c - histories given to the checkers of server/check, and what they answer as findings.
 *
 * The bounds are steps and bytes, never a clock: the same run gets the same verdict on any machine.
 * What does not fit is UNKNOWN, with the reason. */
#include "check/model.h"
#include "lab/check_words.h"
#include "lab/course.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_BYTES = 256 };
static const struct check_limits LIMITS = {.steps_max = 50 * 1000 * 1000,
                                           .bytes_max = (size_t)512 * 1024 * 1024};

void lab_proofs_free(struct lab_proofs *proofs)
{
    for (uint32_t i = 0; i < proofs->count; i++) {
        free(proofs->items[i].json);
    }
    *proofs = (struct lab_proofs){0};
}

const char *lab_proof_of(const struct lab_proofs *proofs, uint32_t check)
{
    for (uint32_t i = 0; proofs != NULL && i < proofs->count; i++) {
        if (proofs->items[i].check == check) {
            return proofs->items[i].json;
        }
    }
    return NULL;
}

const struct lab_judged *lab_judged_find(const struct lab_judgement *judgement, uint32_t check)
{
    for (uint32_t i = 0; i < judgement->judged_count; i++) {
        if (judgement->judged[i].check == check) {
            return &judgement->judged[i];
        }
    }
    return NULL;
}

/* ---- One check ---- */

/* What is at hand while one of them is judged. */
struct judging {
    const struct lab_fork *fork;
    const struct system_judged *asked;
    struct check_history *history;
    uint64_t *events; /* two of each operation */
    struct check_verdict *verdict;
    struct system_finding *finding;
    struct lab_judged *judged;
};

/* "init=0 nil=missing" into pairs; they point into `text`. */
static void read_options(const char *from, char text[OPTIONS_BYTES], struct check_options *options)
{
    char *rest = text;
    char *word;
    options->count = 0;
    (void)snprintf(text, OPTIONS_BYTES, "%s", from);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        char *value = strchr(word, '=');
        assert(value != NULL && options->count < CHECK_OPTIONS_MAX); /* a system's constant */
        *value = '\0';
        options->items[options->count++] = (struct check_option){word, value + 1};
    }
}

/* As a sentence of its own. */
static void end_sentence(struct text *words)
{
    words->at[0] = (char)toupper((unsigned char)words->at[0]);
    if (words->length > 0 && words->at[words->length - 1] != '.') {
        text_add_char(words, '.');
    }
}

static void say_unknown(struct judging *judging, const char *why)
{
    struct text words = text_init(judging->judged->words, sizeof judging->judged->words);
    judging->finding->verdict = SYSTEM_UNKNOWN;
    text_add(&words, why);
    end_sentence(&words);
}

/* The first and last moment and event of the operations that a line speaks about. */
static void widen(struct judging *judging, uint32_t index)
{
    struct system_finding *finding = judging->finding;
    if (index >= judging->history->count) {
        return;
    }
    const struct check_operation *operation = &judging->history->operations[index];
    uint64_t first = judging->events[2 * (size_t)index];
    uint64_t last = judging->events[2 * (size_t)index + 1];
    int64_t end_ns = operation->end_ns == CHECK_NO_TIME ? operation->call_ns : operation->end_ns;
    last = last == 0 ? first : last;
    finding->subject = finding->subject == NODE_NONE ? operation->number : finding->subject;
    finding->first_event =
        finding->first_event == 0 || first < finding->first_event ? first : finding->first_event;
    if (last > finding->last_event) {
        finding->last_event = last;
        finding->at_ns = end_ns;
    }
}

static void tell_broken(struct judging *judging)
{
    const struct check_verdict *verdict = judging->verdict;
    const struct check_finding *first = &verdict->findings[0];
    struct text words = text_init(judging->judged->words, sizeof judging->judged->words);
    assert(verdict->finding_count > 0);
    judging->finding->verdict = SYSTEM_FAIL;
    judging->judged->anomaly = first->anomaly;
    judging->judged->weakest = verdict->weakest;
    for (uint32_t i = 0; i < verdict->finding_count; i++) {
        judging->finding->actual += (int64_t)verdict->findings[i].count;
    }
    for (uint32_t i = 0; i < first->line_count; i++) {
        widen(judging, first->lines[i].a);
        widen(judging, first->lines[i].b);
    }
    lab_check_anomaly(first->anomaly, true, &words);
    text_add(&words, " (");
    text_add(&words, first->anomaly);
    text_add(&words, ")");
    end_sentence(&words);
}

static void tell_unknown(struct judging *judging)
{
    struct text words = text_init(judging->judged->words, sizeof judging->judged->words);
    judging->finding->verdict = SYSTEM_UNKNOWN;
    lab_check_why(judging->history, judging->verdict, true, &words);
    end_sentence(&words);
}

static void tell_holds(struct judging *judging)
{
    struct text words = text_init(judging->judged->words, sizeof judging->judged->words);
    text_add_u64(&words, judging->history->count);
    text_add(&words, " operations, and none breaks it.");
}

static void count_under_fault(struct judging *judging, const struct lab_operations *list)
{
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        struct lab_operation operation;
        lab_operations_get(list, i, &operation);
        bool asked = (judging->asked->levels >> operation.level & 1) != 0;
        judging->judged->under_fault += asked && operation.faults_active > 0;
    }
}

static void keep_proof(struct judging *judging)
{
    struct lab_proofs *proofs = judging->fork->proofs;
    char *json = proofs == NULL ? NULL
                                : lab_check_json(judging->asked->model, "history.jsonl",
                                                 judging->history, judging->verdict);
    if (json != NULL) {
        assert(proofs->count < LAB_JUDGED_MAX);
        proofs->items[proofs->count].check = judging->asked->check;
        proofs->items[proofs->count++].json = json;
    }
}

static void ask(struct judging *judging)
{
    const struct check_model *model = check_model_find(judging->asked->model);
    struct check_options options;
    struct error error = {.text = ""};
    char text[OPTIONS_BYTES];
    judging->judged->operations = judging->history->count;
    if (model == NULL) {
        say_unknown(judging, "There is no checker of that name.");
        return;
    }
    read_options(judging->asked->options, text, &options);
    memset(judging->verdict, 0, sizeof *judging->verdict);
    if (model->judge(judging->history, &options, &LIMITS, judging->verdict, &error) != 0) {
        say_unknown(judging, error.text);
        return;
    }
    switch (judging->verdict->answer) {
    case CHECK_VALID:
        tell_holds(judging);
        break;
    case CHECK_UNKNOWN:
        tell_unknown(judging);
        break;
    case CHECK_INVALID:
        tell_broken(judging);
        break;
    }
    keep_proof(judging);
}

static void judge(struct judging *judging)
{
    const struct lab_fork *fork = judging->fork;
    const struct lab_told_operations told = {fork->before, &fork->more, &fork->open};
    *judging->finding = (struct system_finding){.subject = NODE_NONE};
    *judging->judged =
        (struct lab_judged){.check = judging->asked->check, .model = judging->asked->model};
    if (fork->before == NULL) {
        say_unknown(judging, "The operations of this run were not recorded.");
        return;
    }
    judging->history =
        lab_operations_history(fork->scenario, &told, judging->asked->levels, &judging->events);
    if (judging->history == NULL) {
        say_unknown(judging, "There are more operations than can be judged at once.");
        return;
    }
    count_under_fault(judging, fork->before);
    count_under_fault(judging, &fork->more);
    ask(judging);
    check_history_free(&judging->history);
    free(judging->events);
    judging->events = NULL;
}

void lab_fork_judge_history(const struct lab_fork *fork, struct lab_judgement *judgement)
{
    const struct system_history *history = fork->scenario->system->history;
    if (history == NULL) {
        return;
    }
    struct judging judging = {.fork = fork, .verdict = malloc(sizeof *judging.verdict)};
    if (judging.verdict == NULL) {
        abort();
    }
    assert(history->judged_count <= LAB_JUDGED_MAX);
    for (uint32_t i = 0; i < history->judged_count; i++) {
        judging.asked = &history->judged[i];
        judging.finding = &judgement->findings[judging.asked->check];
        judging.judged = &judgement->judged[judgement->judged_count++];
        judge(&judging);
    }
    free(judging.verdict);
}
