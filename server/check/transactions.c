/* transactions.c - the checker "transactions": read committed, read atomic and causal consistency of
 * transactions that write and read registers (register.h). */
#include "check/path.h"
#include "check/register.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SEARCH_WORK_MAX = 8000000; /* edges, to make a cycle shorter */

/* Kinds of edges here: GRAPH_PROCESS is the session, GRAPH_WR who read from whom, GRAPH_WW what is
 * forced. */
enum {
    KNOWN = 1u << GRAPH_PROCESS | 1u << GRAPH_WR,
    COMMITS = KNOWN | 1u << GRAPH_WW,
};

static const char *const LEVEL_NAMES[REGISTER_LEVELS] = {"read-committed", "read-atomic", "causal"};
static const char *const LEVEL_ANOMALIES[REGISTER_LEVELS] = {"nonmonotonic-read", "fractured-read",
                                                             "causality-violation"};

struct judge {
    struct register_history registers;
    struct check_budget budget;
    struct check_verdict *verdict;
    enum register_level level; /* that was named */
    enum check_answer answers[REGISTER_LEVELS];
};

/* ---- The graph of commits ---- */

static void graph_edges(const struct register_history *registers, const struct forced_list *list,
                        struct graph *graph, bool second)
{
    uint32_t start = registers->history->count;
    for (uint32_t i = 0; i < start; i++) {
        const struct register_transaction *own = &registers->transactions[i];
        if (registers->previous[i] != GRAPH_NONE) {
            graph_tell(graph, second, registers->previous[i], i, GRAPH_PROCESS);
        }
        for (uint32_t r = own->first_read; r < own->first_read + own->read_count; r++) {
            uint32_t from = register_writer(list, &registers->reads[r]);
            if (from != REGISTER_NONE) {
                graph_tell(graph, second, from, i, GRAPH_WR);
            }
        }
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const struct forced *forced = &list->items[i];
        graph_tell(graph, second, forced->before, forced->after, GRAPH_WW);
        if (forced->after == start) { /* but the start comes before all */
            graph_tell(graph, second, start, forced->before, GRAPH_PROCESS);
        }
    }
}

static bool graph_of_commits(const struct register_history *registers,
                             const struct forced_list *list, struct check_budget *budget,
                             struct graph *graph)
{
    if (!graph_open(graph, budget, registers->history->count + 1, 0)) {
        return false;
    }
    graph_edges(registers, list, graph, false);
    if (!graph_make_room(graph, budget)) {
        return false;
    }
    graph_edges(registers, list, graph, true);
    graph_seal(graph);
    return true;
}

/* ---- Telling a cycle ---- */

/* What forces one pair may force the next one, too: each line once. */
static bool was_told(const struct check_finding *finding, const struct check_line *line)
{
    bool told = false;
    for (uint32_t i = 0; i < finding->line_count; i++) {
        const struct check_line *other = &finding->lines[i];
        told = told || (strcmp(other->word, line->word) == 0 && other->a == line->a &&
                        other->b == line->b && check_value_equal(&other->key, &line->key) &&
                        check_value_equal(&other->value, &line->value));
    }
    return told;
}

static void tell(struct check_finding *finding, const char *word, uint32_t a, uint32_t b,
                 const struct check_value *key, const struct check_value *value)
{
    struct check_line line = {.word = word, .a = a, .b = b};
    if (key != NULL) {
        line.key = *key;
    }
    if (value != NULL) {
        line.value = *value;
    }
    if (!was_told(finding, &line)) {
        check_finding_line(finding, &line);
    }
}

static void tell_read(const struct judge *judge, const struct forced_list *list,
                      struct check_finding *finding, uint32_t writer, uint32_t reader)
{
    const struct register_history *registers = &judge->registers;
    const struct register_transaction *own = &registers->transactions[reader];
    for (uint32_t r = own->first_read; r < own->first_read + own->read_count; r++) {
        const struct register_read *read = &registers->reads[r];
        if (register_writer(list, read) == writer) {
            tell(finding, "edge_wr", writer, reader, &registers->keys[read->key], read->value);
            return;
        }
    }
    assert(false && "a wr edge is a read");
}

static void tell_known(const struct judge *judge, const struct forced_list *list,
                       struct check_finding *finding, uint32_t from, uint32_t to, uint32_t kind)
{
    if (kind == GRAPH_WR) {
        tell_read(judge, list, finding, from, to);
    } else {
        tell(finding, "edge_process", from, to, NULL, NULL);
    }
}

/* How the reader knows of the transaction: the way from there. */
static void tell_way(struct judge *judge, const struct graph *graph, const struct forced_list *list,
                     struct check_finding *finding, const struct forced *forced)
{
    struct check_block *mark = check_budget_mark(&judge->budget);
    struct path_search search;
    struct graph_cycle way;
    if (path_open(&search, graph, NULL, KNOWN, &judge->budget) &&
        path_find(&search, forced->before, forced->reader, UINT32_MAX) > 0) {
        /* Closed by an edge that is none, at its first place. */
        path_close(&search, forced->before, forced->reader, GRAPH_WW, &way);
        uint32_t count = way.length < GRAPH_CYCLE_MAX ? way.length : GRAPH_CYCLE_MAX;
        for (uint32_t i = 1; i < count; i++) {
            uint32_t to = way.edges[(i + 1) % way.length].from;
            tell_known(judge, list, finding, way.edges[i].from, to, way.edges[i].kind);
        }
    }
    check_budget_release(&judge->budget, mark);
}

static void tell_forced(struct judge *judge, const struct graph *graph,
                        const struct forced_list *list, struct check_finding *finding,
                        uint32_t before, uint32_t after)
{
    const struct register_history *registers = &judge->registers;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct forced *forced = &list->items[i];
        if (forced->before != before || forced->after != after) {
            continue;
        }
        const struct check_value *key = &registers->keys[forced->key];
        tell_way(judge, graph, list, finding, forced);
        if (after == registers->history->count) {
            tell(finding, "forced_before_start", before, forced->reader, key, NULL);
        } else {
            tell_read(judge, list, finding, after, forced->reader);
            tell(finding, "forced_before", before, after, key, NULL);
        }
        return;
    }
    assert(false && "a forced edge has its reader");
}

static void tell_cycle(struct judge *judge, const struct graph *graph,
                       const struct forced_list *list, const char *anomaly,
                       const struct graph_cycle *cycle)
{
    struct check_finding *finding = check_verdict_find(judge->verdict, anomaly);
    uint32_t count = cycle->length < GRAPH_CYCLE_MAX ? cycle->length : GRAPH_CYCLE_MAX;
    for (uint32_t i = 0; finding != NULL && i < count; i++) {
        uint32_t from = cycle->edges[i].from;
        uint32_t to = cycle->edges[(i + 1) % cycle->length].from;
        if (cycle->edges[i].kind == GRAPH_WW) {
            tell_forced(judge, graph, list, finding, from, to);
        } else if (from != judge->registers.history->count) {
            tell_known(judge, list, finding, from, to, cycle->edges[i].kind);
        }
    }
}

/* ---- Levels ---- */

/* Looks for a cycle; tells it when `anomaly` is given. False: budget. */
static bool find_cycle(struct judge *judge, const struct forced_list *list, uint32_t mask,
                       const char *anomaly, bool *found)
{
    struct graph graph;
    struct graph_components components;
    struct graph_cycle cycle;
    struct check_budget *budget = &judge->budget;
    if (!graph_of_commits(&judge->registers, list, budget, &graph) ||
        !graph_components(&graph, mask, budget, &components)) {
        return false;
    }
    *found = components.largest > 1;
    if (!*found || anomaly == NULL) {
        return true;
    }
    enum graph_kind closing = mask == KNOWN ? GRAPH_WR : GRAPH_WW;
    if (!graph_find_cycle(&graph, &components, closing, mask, SEARCH_WORK_MAX, budget, &cycle)) {
        return false;
    }
    assert(cycle.length >= 2);
    tell_cycle(judge, &graph, list, anomaly, &cycle);
    return true;
}

static bool force(struct judge *judge, enum register_level level, struct forced_list *list)
{
    switch (level) {
    case READ_COMMITTED:
        return forced_read_committed(&judge->registers, &judge->budget, list);
    case READ_ATOMIC:
        return forced_read_atomic(&judge->registers, &judge->budget, list);
    default:
        return forced_causal(&judge->registers, &judge->budget, list);
    }
}

/* Is there a cycle at that level? Tells it if that has not been told of a weaker one. */
static bool broken_at(struct judge *judge, enum register_level level, bool maybe, bool tells,
                      bool *broken)
{
    struct check_block *mark = check_budget_mark(&judge->budget);
    struct forced_list list = {.maybe = maybe};
    bool good = find_cycle(judge, &list, KNOWN, tells ? "G1c-process" : NULL, broken);
    if (good && !*broken) {
        good = force(judge, level, &list) &&
               find_cycle(judge, &list, COMMITS, tells ? LEVEL_ANOMALIES[level] : NULL, broken);
    }
    check_budget_release(&judge->budget, mark);
    return good;
}

/* A level is broken if what is certain breaks it; kept, if it is kept with the likeliest writers. */
static void judge_levels(struct judge *judge)
{
    bool wrong = judge->verdict->finding_count > 0; /* reads that no level allows */
    bool broken = false;
    for (uint32_t level = 0; level < REGISTER_LEVELS; level++) {
        bool tells = !broken && level <= judge->level;
        bool here = broken;
        bool good = broken || broken_at(judge, level, false, tells, &here);
        broken = good && here;
        if (wrong || broken) {
            judge->answers[level] = CHECK_INVALID;
            continue;
        }
        judge->answers[level] = CHECK_UNKNOWN;
        if (good && judge->registers.ambiguous == 0) {
            judge->answers[level] = CHECK_VALID;
        } else if (good && broken_at(judge, level, true, false, &here) && !here) {
            judge->answers[level] = CHECK_VALID;
        }
    }
}

static void add_answer(struct judge *judge, enum register_level level)
{
    struct check_verdict *verdict = judge->verdict;
    verdict->answers[verdict->answer_count].model = LEVEL_NAMES[level];
    verdict->answers[verdict->answer_count].answer = judge->answers[level];
    verdict->answer_count++;
}

static void conclude(struct judge *judge)
{
    struct check_verdict *verdict = judge->verdict;
    enum check_answer answer = judge->answers[judge->level];
    const char *why = judge->budget.why != NULL ? judge->budget.why : "ambiguous_read";
    check_verdict_worsen(verdict, answer, answer == CHECK_UNKNOWN ? why : NULL);
    if (verdict->why != NULL && judge->budget.why == NULL) {
        verdict->why_line = (struct check_line){.word = "ambiguous_read",
                                                .a = judge->registers.ambiguous_reader,
                                                .b = CHECK_NO_OPERATION,
                                                .number = judge->registers.ambiguous};
    }
    add_answer(judge, judge->level);
    for (uint32_t level = 0; level < REGISTER_LEVELS; level++) {
        if (level != judge->level) {
            add_answer(judge, level);
        }
        if (judge->answers[level] == CHECK_INVALID && verdict->weakest == NULL) {
            verdict->weakest = LEVEL_NAMES[level];
        }
    }
}

/* ---- The checker ---- */

/* An integer when it reads as one, else a text; as in the history's file. */
static struct check_value value_of(const char *text)
{
    char *end;
    long long integer = strtoll(text, &end, 10);
    if (end != text && *end == '\0') {
        return (struct check_value){.kind = CHECK_INTEGER, .integer = integer};
    }
    return (struct check_value){.kind = CHECK_TEXT, .count = (uint32_t)strlen(text), .text = text};
}

static int read_options(const struct check_options *options, enum register_level *level,
                        struct check_value *initial, struct error *error)
{
    *level = CAUSAL;
    *initial = (struct check_value){.kind = CHECK_NIL};
    for (uint32_t i = 0; options != NULL && i < options->count; i++) {
        const struct check_option *option = &options->items[i];
        if (strcmp(option->key, "init") == 0) {
            *initial = value_of(option->value);
            continue;
        }
        if (strcmp(option->key, "level") != 0) {
            return error_set(
                error, "transactions has no option %s; there are level= and init=", option->key);
        }
        uint32_t at = 0;
        while (at < REGISTER_LEVELS && strcmp(LEVEL_NAMES[at], option->value) != 0) {
            at++;
        }
        if (at == REGISTER_LEVELS) {
            return error_set(error,
                             "there is no level %s; levels are read-committed, read-atomic, causal",
                             option->value);
        }
        *level = (enum register_level)at;
    }
    return 0;
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    struct judge judge = {.verdict = verdict};
    struct check_value initial;
    if (read_options(options, &judge.level, &initial, error) != 0) {
        return -1;
    }
    check_budget_open(&judge.budget, limits);
    int status = register_load(history, &initial, &judge.budget, &judge.registers, verdict, error);
    if (status == 0) {
        judge_levels(&judge);
    } else if (judge.budget.why != NULL) {
        status = 0;
        for (uint32_t level = 0; level < REGISTER_LEVELS; level++) {
            judge.answers[level] = verdict->finding_count > 0 ? CHECK_INVALID : CHECK_UNKNOWN;
        }
    }
    if (status == 0) {
        conclude(&judge);
    }
    verdict->steps = judge.budget.steps;
    verdict->bytes_peak = judge.budget.bytes_peak;
    check_budget_close(&judge.budget);
    return status;
}

const struct check_model check_transactions = {
    .name = "transactions",
    .about = "transactions that write and read registers: read committed, read atomic, causal",
    .options = "level=causal|read-atomic|read-committed init=VALUE",
    .judge = judge_history,
};
