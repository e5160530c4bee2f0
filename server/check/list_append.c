/* list_append.c - the checker "list-append": which isolation levels a history of transactions over
 * lists is free to claim, and what breaks the others (append.h). */
#include "check/append.h"

#include <assert.h>
#include <string.h>

struct check_finding *append_found(struct append_findings *findings, enum append_anomaly anomaly)
{
    findings->seen |= APPEND_BIT(anomaly);
    if ((findings->wanted & APPEND_BIT(anomaly)) == 0) {
        return NULL;
    }
    return check_verdict_find(findings->verdict, append_anomaly_name(anomaly));
}

void append_tell(struct check_finding *finding, const char *word, uint32_t a, uint32_t b,
                 const struct check_value *key, const struct check_value *value, int64_t number)
{
    struct check_line line = {.word = word, .a = a, .b = b, .number = number};
    if (key != NULL) {
        line.key = *key;
    }
    if (value != NULL) {
        line.value = *value;
    }
    check_finding_line(finding, &line);
}

static int read_options(const struct check_options *options, uint32_t *model, struct error *error)
{
    *model = append_model_find("strict-serializable");
    assert(*model != APPEND_NONE);
    for (uint32_t i = 0; options != NULL && i < options->count; i++) {
        const struct check_option *option = &options->items[i];
        if (strcmp(option->key, "model") != 0) {
            return error_set(error, "list-append has no option %s; there is model=LEVEL",
                             option->key);
        }
        *model = append_model_find(option->value);
        if (*model == APPEND_NONE) {
            return error_set(
                error,
                "there is no isolation level %s; levels are read-uncommitted, "
                "read-committed, read-atomic, cursor-stability, consistent-view, "
                "repeatable-read, snapshot-isolation, serializable, strict-serializable "
                "and strong- or strong-session- before some",
                option->value);
        }
    }
    return 0;
}

/* The answer about one level. */
static enum check_answer answer_for(uint32_t model, const struct append_findings *findings,
                                    const char *why)
{
    uint32_t forbidden = append_model_forbids(model);
    if ((forbidden & findings->seen) != 0) {
        return CHECK_INVALID;
    }
    return why != NULL || (forbidden & findings->unknown) != 0 ? CHECK_UNKNOWN : CHECK_VALID;
}

static void add_answer(struct check_verdict *verdict, uint32_t model, enum check_answer answer)
{
    assert(verdict->answer_count < CHECK_ANSWERS_MAX);
    verdict->answers[verdict->answer_count].model = APPEND_MODEL_NAMES[model];
    verdict->answers[verdict->answer_count].answer = answer;
    verdict->answer_count++;
}

static void conclude(uint32_t model, const struct append_findings *findings, const char *why)
{
    struct check_verdict *verdict = findings->verdict;
    enum check_answer answer = answer_for(model, findings, why);
    check_verdict_worsen(verdict, answer,
                         answer == CHECK_UNKNOWN ? (why != NULL ? why : findings->why) : NULL);
    add_answer(verdict, model, answer);
    for (uint32_t i = 0; i < APPEND_MODELS; i++) {
        enum check_answer other = answer_for(i, findings, why);
        if (i != model) {
            add_answer(verdict, i, other);
        }
        if (other == CHECK_INVALID && verdict->weakest == NULL) {
            verdict->weakest = APPEND_MODEL_NAMES[i];
        }
    }
}

/* A value that one key was given twice says nothing about who gave it: no order can be inferred. */
static void refuse_twice(const struct append_history *append, uint32_t model,
                         struct append_findings *findings)
{
    const struct append_write *write = &append->writes[append->written_twice];
    struct check_line *line = &findings->verdict->why_line;
    *line = (struct check_line){.word = "written_twice",
                                .a = write->transaction,
                                .b = CHECK_NO_OPERATION,
                                .key = append->keys[write->key].name,
                                .value = *write->value};
    conclude(model, findings, "written_twice");
}

static void search(struct append_history *append, struct check_budget *budget,
                   struct append_findings *findings)
{
    struct graph graph;
    bool complete = true;
    if (append_order(append, budget) && append_check_reads(append, budget, findings) &&
        append_check_inside(append, budget, findings) &&
        append_graph(append, budget, &graph, &complete)) {
        append_check_cycles(append, &graph, budget, findings);
    }
    findings->why = complete ? "steps" : "unread_appends";
    for (uint32_t order = 0; !complete && order < 3; order++) {
        findings->unknown |= APPEND_BIT(APPEND_SINGLE + order) |
                             APPEND_BIT(APPEND_NONADJACENT + order) | APPEND_BIT(APPEND_G2 + order);
    }
}

static int judge(const struct check_history *history, const struct check_options *options,
                 const struct check_limits *limits, struct check_verdict *verdict,
                 struct error *error)
{
    uint32_t model;
    if (read_options(options, &model, error) != 0) {
        return -1;
    }
    struct check_budget budget;
    struct append_history append;
    struct append_findings findings = {.wanted = append_model_forbids(model), .verdict = verdict};
    check_budget_open(&budget, limits);
    int status = append_load(history, &budget, &append, error);
    if (status == 0 && append.written_twice != APPEND_NONE) {
        refuse_twice(&append, model, &findings);
    } else if (status == 0 || budget.why != NULL) {
        if (status == 0) {
            search(&append, &budget, &findings);
        }
        status = 0;
        conclude(model, &findings, budget.why);
    }
    verdict->steps = budget.steps;
    verdict->bytes_peak = budget.bytes_peak;
    check_budget_close(&budget);
    return status;
}

const struct check_model check_list_append = {
    .name = "list-append",
    .about = "transactions that append to lists and read them: isolation levels and anomalies",
    .options = "model=strict-serializable|serializable|snapshot-isolation|repeatable-read|"
               "read-committed|read-uncommitted|...",
    .judge = judge,
};
