/* set.c - the checker "set": a set that only grows is linearizable.
 *
 * Each operation adds one element or reads them all. The history is linearizable if and only if
 * - what was read had been added: no value that nobody added, none before its addition began, none twice;
 * - no read misses an element that was in for certain before the read began: acknowledged, or seen by a read
 *   that ended before. If nobody saw it later it is lost, else that read was stale;
 * - of two reads, one has all that the other has (otherwise two adds were seen in two orders);
 * - who saw an element that was added after another one had been acknowledged, sees that other one, too.
 * For then the reads stand in order of their sizes, each add just before the first read that has it, and
 * real time never goes against that order. A crashed add may be in or not; a crashed read says nothing.
 * Absence in a read that was under way is no evidence. Names are those of Jepsen's set-full checker. */
#include "check/judging.h"

#include <assert.h>
#include <stdlib.h>

struct element {
    uint32_t add;      /* the first that may have happened */
    uint32_t known_by; /* whose end came first of acknowledged adds and reads with it; or none */
    uint32_t acknowledged; /* the acknowledged add that ended first, or none */
    uint32_t first_seen;   /* the read with it that ended first, or none */
    uint32_t last_seen;    /* the one that ended last */
    uint32_t count;        /* of reads that have it */
    uint32_t run;          /* the last so many reads by call all have it */
    uint32_t smallest;     /* the first place in the order of sizes that has it */
    uint32_t stamp;        /* the latest read that was looked at */
};

/* A read and how many different elements it has. */
struct sized {
    uint32_t read, size;
};

struct sets {
    struct judging judging;
    struct naming names;
    struct element *elements;
    uint32_t *reads; /* answered, in order of call */
    struct sized *by_size;
    uint32_t read_count;
    bool stale_allowed;
    bool lost, stale, broken; /* what was found; broken: by what no level allows */
    bool never_read;          /* a key with an acknowledged element and no answered read */
};

static const struct check_operation *at(const struct sets *sets, uint32_t operation)
{
    return &sets->judging.history->operations[operation];
}

/* The one of two that ended first; or the last, when `last`. */
static uint32_t ended(const struct sets *sets, uint32_t a, uint32_t b, bool last)
{
    if (a == CHECK_NO_OPERATION || b == CHECK_NO_OPERATION) {
        return a == CHECK_NO_OPERATION ? b : a;
    }
    return (at(sets, b)->end < at(sets, a)->end) != last ? b : a;
}

/* Only what was added is an element; what else stands in a read is told at once. */
static struct element *element_of(struct sets *sets, uint32_t add)
{
    uint32_t before = sets->names.count;
    uint32_t name = naming_add(&sets->names, &at(sets, add)->input);
    if (name == before) {
        sets->elements[name] = (struct element){.add = add,
                                                .known_by = CHECK_NO_OPERATION,
                                                .acknowledged = CHECK_NO_OPERATION,
                                                .first_seen = CHECK_NO_OPERATION,
                                                .last_seen = CHECK_NO_OPERATION};
    }
    return &sets->elements[name];
}

/* ---- Reads ---- */

static void see(struct sets *sets, struct element *element, uint32_t read, uint32_t place)
{
    element->count++;
    element->first_seen = ended(sets, element->first_seen, read, false);
    element->last_seen = ended(sets, element->last_seen, read, true);
    element->known_by = ended(sets, element->known_by, read, false);
    if (sets->read_count - 1 - place == element->run) {
        element->run++;
    }
}

/* Reads are looked at from the last one backwards, see element.run. */
static void look_at_read(struct sets *sets, uint32_t place)
{
    uint32_t read = sets->reads[place];
    const struct check_value *seen = &at(sets, read)->output;
    struct sized *sized = &sets->by_size[place];
    *sized = (struct sized){.read = read, .size = 0};
    for (uint32_t i = 0; i < seen->count; i++) {
        uint32_t name = naming_find(&sets->names, &seen->items[i]);
        struct element *element = name == CHECK_TABLE_NONE ? NULL : &sets->elements[name];
        if (element == NULL || element->stamp == read + 1) {
            struct check_line line = {.word = element == NULL ? "element_phantom" : "element_twice",
                                      .a = read,
                                      .b = CHECK_NO_OPERATION,
                                      .value = seen->items[i]};
            judging_broken(&sets->judging, element == NULL ? "phantom" : "duplicate-elements",
                           &line);
            sets->broken = true;
            continue;
        }
        element->stamp = read + 1;
        sized->size++;
        see(sets, element, read, place);
    }
}

/* ---- Each element ---- */

static void judge_origin(struct sets *sets, const struct element *element,
                         const struct check_value *value)
{
    if (at(sets, element->first_seen)->end < at(sets, element->add)->call) {
        struct check_line line = {
            .word = "element_early", .a = element->first_seen, .b = element->add, .value = *value};
        judging_broken(&sets->judging, "phantom", &line);
        sets->broken = true;
    }
}

static void judge_presence(struct sets *sets, const struct element *element,
                           const struct check_value *value)
{
    if (element->known_by == CHECK_NO_OPERATION || element->run == sets->read_count) {
        return;
    }
    uint32_t without = sets->reads[sets->read_count - 1 - element->run];
    if (at(sets, element->known_by)->end >= at(sets, without)->call) {
        return;
    }
    bool lost = element->last_seen == CHECK_NO_OPERATION ||
                at(sets, element->last_seen)->end < at(sets, without)->call;
    struct check_line line = {.word = lost ? "element_lost" : "element_stale",
                              .a = without,
                              .b = element->known_by,
                              .value = *value};
    sets->lost = sets->lost || lost;
    sets->stale = sets->stale || !lost;
    if (!lost && sets->stale_allowed) {
        return;
    }
    struct check_finding *finding = judging_broken(&sets->judging, lost ? "lost" : "stale", &line);
    if (finding != NULL && !lost) {
        line = (struct check_line){.word = "element_seen_later",
                                   .a = element->last_seen,
                                   .b = CHECK_NO_OPERATION,
                                   .value = *value};
        check_finding_line(finding, &line);
    }
}

/* ---- Reads against each other ---- */

static int by_size(const void *a, const void *b)
{
    const struct sized *left = a, *right = b;
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    return (left->read > right->read) - (left->read < right->read);
}

static bool has(const struct sets *sets, uint32_t read, const struct check_value *value)
{
    const struct check_value *seen = &at(sets, read)->output;
    for (uint32_t i = 0; i < seen->count; i++) {
        if (check_table_same(&seen->items[i], value)) {
            return true;
        }
    }
    return false;
}

/* `element` stands in a smaller read and not in a larger one, which so has something else that the smaller
 * one has not. */
static void tell_fork(struct sets *sets, const struct element *element,
                      const struct check_value *value)
{
    uint32_t small = sets->by_size[element->smallest].read;
    uint32_t place = element->smallest + 1;
    while (has(sets, sets->by_size[place].read, value)) {
        place++;
    }
    uint32_t large = sets->by_size[place].read;
    struct check_line line = {.word = "element_fork", .a = small, .b = large, .value = *value};
    struct check_finding *finding = judging_broken(&sets->judging, "long-fork", &line);
    const struct check_value *seen = &at(sets, large)->output;
    for (uint32_t i = 0; finding != NULL && i < seen->count; i++) {
        if (!has(sets, small, &seen->items[i])) {
            line = (struct check_line){
                .word = "element_fork", .a = large, .b = small, .value = seen->items[i]};
            check_finding_line(finding, &line);
            return;
        }
    }
}

/* Are the reads, in order of size, each part of the next? Then an element is in all from `smallest` on. */
static bool judge_chain(struct sets *sets)
{
    qsort(sets->by_size, sets->read_count, sizeof *sets->by_size, by_size);
    for (uint32_t place = sets->read_count; place-- > 0;) {
        const struct check_value *seen = &at(sets, sets->by_size[place].read)->output;
        for (uint32_t i = 0; i < seen->count; i++) {
            uint32_t name = naming_find(&sets->names, &seen->items[i]);
            if (name != CHECK_TABLE_NONE) {
                sets->elements[name].smallest = place;
            }
        }
        if (!check_budget_spend(&sets->judging.budget, seen->count)) {
            return false;
        }
    }
    for (uint32_t name = 0; name < sets->names.count; name++) {
        const struct element *element = &sets->elements[name];
        if (element->count == 0 || element->smallest + element->count == sets->read_count) {
            continue;
        }
        sets->stale = true; /* the weaker level has no order of reads */
        if (!sets->stale_allowed) {
            tell_fork(sets, element, sets->names.values[name]);
        }
        return false;
    }
    return true;
}

/* An element with a moment: when its first add began or when an acknowledged one had ended. */
struct moment {
    uint32_t at, name;
};

static int by_moment(const void *a, const void *b)
{
    const struct moment *left = a, *right = b;
    if (left->at != right->at) {
        return left->at < right->at ? -1 : 1;
    }
    return (left->name > right->name) - (left->name < right->name);
}

/* Of all that were acknowledged before the add of an element began, the one that was seen last must not
 * have been seen later than that element. */
static void judge_adds(struct sets *sets, struct moment *begun, struct moment *done)
{
    uint32_t begun_count = 0, done_count = 0, next = 0;
    uint32_t late = CHECK_NO_OPERATION, late_place = 0;
    for (uint32_t name = 0; name < sets->names.count; name++) {
        const struct element *element = &sets->elements[name];
        if (element->count > 0) {
            begun[begun_count++] =
                (struct moment){.at = at(sets, element->add)->call, .name = name};
        }
        if (element->acknowledged != CHECK_NO_OPERATION) {
            done[done_count++] =
                (struct moment){.at = at(sets, element->acknowledged)->end, .name = name};
        }
    }
    qsort(begun, begun_count, sizeof *begun, by_moment);
    qsort(done, done_count, sizeof *done, by_moment);
    for (uint32_t i = 0; i < begun_count; i++) {
        for (; next < done_count && done[next].at < begun[i].at; next++) {
            const struct element *element = &sets->elements[done[next].name];
            uint32_t place = element->count > 0 ? element->smallest : sets->read_count;
            if (late == CHECK_NO_OPERATION || place > late_place) {
                late = done[next].name;
                late_place = place;
            }
        }
        const struct element *element = &sets->elements[begun[i].name];
        if (late == CHECK_NO_OPERATION || late_place <= element->smallest) {
            continue;
        }
        sets->stale = true;
        if (sets->stale_allowed) {
            return;
        }
        struct check_line line = {.word = "element_overtaken",
                                  .a = sets->elements[late].acknowledged,
                                  .b = element->add,
                                  .value = *sets->names.values[begun[i].name]};
        struct check_finding *finding = judging_broken(&sets->judging, "out-of-order", &line);
        line = (struct check_line){.word = "element_without",
                                   .a = sets->by_size[element->smallest].read,
                                   .b = element->add,
                                   .value = *sets->names.values[late]};
        if (finding != NULL) {
            check_finding_line(finding, &line);
        }
    }
}

/* ---- The history ---- */

static int take_operation(struct sets *sets, uint32_t i)
{
    const struct check_operation *operation = at(sets, i);
    if (judging_is(operation, "read")) {
        const struct check_value *output = &operation->output;
        if (operation->outcome != CHECK_OK) {
            return 0;
        }
        if (output->kind != CHECK_LIST && output->kind != CHECK_SET) {
            return judging_refuse(&sets->judging, i, "a read gives a list");
        }
        sets->reads[sets->read_count++] = i;
        return 0;
    }
    if (!judging_is(operation, "add")) {
        return judging_refuse(&sets->judging, i, "there are add and read");
    }
    struct element *element = element_of(sets, i);
    if (operation->outcome == CHECK_OK) {
        element->acknowledged = ended(sets, element->acknowledged, i, false);
        element->known_by = element->acknowledged;
    }
    return 0;
}

static void judge_key(struct sets *sets, struct moment *begun, struct moment *done)
{
    for (uint32_t place = sets->read_count; place-- > 0;) {
        look_at_read(sets, place);
        if (!check_budget_spend(&sets->judging.budget,
                                at(sets, sets->reads[place])->output.count)) {
            return;
        }
    }
    for (uint32_t name = 0; name < sets->names.count; name++) {
        const struct element *element = &sets->elements[name];
        if (element->count > 0) {
            judge_origin(sets, element, sets->names.values[name]);
        }
        judge_presence(sets, element, sets->names.values[name]);
        if (sets->read_count == 0 && element->acknowledged != CHECK_NO_OPERATION) {
            struct check_line line = {.word = "never_read",
                                      .a = element->acknowledged,
                                      .b = CHECK_NO_OPERATION,
                                      .value = *sets->names.values[name]};
            judging_unknown(&sets->judging, &line);
            sets->never_read = true;
        }
    }
    if (judge_chain(sets)) {
        judge_adds(sets, begun, done);
    }
}

static int judge_operations(struct sets *sets, const uint32_t *operations, uint32_t count)
{
    struct check_budget *budget = &sets->judging.budget;
    sets->read_count = 0;
    sets->reads = check_budget_take(budget, count, sizeof *sets->reads);
    sets->by_size = check_budget_take(budget, count, sizeof *sets->by_size);
    sets->elements = check_budget_take(budget, count, sizeof *sets->elements);
    struct moment *begun = check_budget_take(budget, count, sizeof *begun);
    struct moment *done = check_budget_take(budget, count, sizeof *done);
    if (sets->reads == NULL || sets->by_size == NULL || sets->elements == NULL || begun == NULL ||
        done == NULL || !naming_open(&sets->names, budget, count)) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (take_operation(sets, operations[i]) != 0) {
            return -1;
        }
    }
    judge_key(sets, begun, done);
    return 0;
}

static int judge_keys(struct sets *sets)
{
    struct check_budget *budget = &sets->judging.budget;
    struct keyed keyed;
    int status = 0;
    if (!keyed_open(&keyed, &sets->judging)) {
        return 0;
    }
    for (uint32_t k = 0; k < keyed.key_count && budget->why == NULL && status == 0; k++) {
        struct check_block *mark = check_budget_mark(budget);
        status = judge_operations(sets, &keyed.operations[keyed.first[k]],
                                  keyed.first[k + 1] - keyed.first[k]);
        check_budget_release(budget, mark);
    }
    return status;
}

/* The answer about the level that was not asked for. */
static void answer_other(struct sets *sets)
{
    struct check_verdict *verdict = sets->judging.verdict;
    bool eventual = sets->lost || sets->broken;
    bool broken = sets->stale_allowed ? eventual || sets->stale : eventual;
    enum check_answer unsure =
        sets->judging.budget.why != NULL || sets->never_read ? CHECK_UNKNOWN : CHECK_VALID;
    verdict->answers[0].model = sets->stale_allowed ? "linearizable" : "eventual";
    verdict->answers[0].answer = broken ? CHECK_INVALID : unsure;
    verdict->answer_count = 1;
    if (eventual || sets->stale) {
        verdict->weakest = eventual ? "eventual" : "linearizable";
    }
}

static int judge_history(const struct check_history *history, const struct check_options *options,
                         const struct check_limits *limits, struct check_verdict *verdict,
                         struct error *error)
{
    static const char *const KNOWN[] = {"level", NULL};
    static const char *const LEVELS[] = {"linearizable", "eventual", NULL};
    struct sets sets = {.read_count = 0};
    uint32_t level;
    if (option_refuse_others(options, "set", KNOWN, error) != 0 ||
        option_choice(options, "level", LEVELS, &level, error) != 0) {
        return -1;
    }
    sets.stale_allowed = level == 1;
    judging_open(&sets.judging, history, limits, verdict, error);
    int status = judge_keys(&sets);
    answer_other(&sets);
    return judging_close(&sets.judging, LEVELS[level], status);
}

const struct check_model check_set = {
    .name = "set",
    .about = "a set that only grows: linearizable, with what is lost, stale, doubled or unknown",
    .options = "level=linearizable|eventual",
    .judge = judge_history,
};
