/* verify.c - judging a world: as it is, and as a healed copy that has come to rest.
 *
 * What is under way cannot be judged: an order that is not served yet is not lost. So the last
 * word is spoken about a fork: all faults healed, no new orders, until nobody has anything left to
 * do. The run itself goes on untouched. */
#include "lab/course.h"

#include "base/arena.h"
#include "lab/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    REST_SECONDS_MAX = 300, /* a healed world that is not at rest by then has not converged */
};
static const int64_t NS_PER_S = 1000000000;

static void judge_sim(const struct lab_scenario *scenario, const struct sim *sim, bool final,
                      struct lab_judgement *judgement)
{
    struct node_world world;
    assert(scenario->system->check_count <= LAB_CHECKS_MAX);
    sim_world_view(sim, &world);
    judgement->count = scenario->system->check_count;
    judgement->final = final;
    scenario->system->judge(sim_observer_state(sim), &world, final, judgement->findings);
}

/* A history is given to its checkers at the end only: what they need grows with it. */
static void count_operations(const struct lab_course *course, struct lab_judgement *judgement)
{
    const struct system_history *history = course->scenario->system->history;
    for (uint32_t i = 0; history != NULL && i < history->judged_count; i++) {
        struct lab_judged *judged = &judgement->judged[judgement->judged_count++];
        struct text words = text_init(judged->words, sizeof judged->words);
        judged->check = history->judged[i].check;
        judged->model = history->judged[i].model;
        judged->operations = (uint32_t)course->recorder.given[course->recorder.tables->history];
        judgement->findings[judged->check] = (struct system_finding){
            .verdict = SYSTEM_PASS, .actual = judged->operations, .subject = NODE_NONE};
        text_add_u64(&words, judged->operations);
        text_add(&words, " operations recorded; the history is judged by Verify.");
    }
}

void lab_course_judge(const struct lab_course *course, struct lab_judgement *judgement)
{
    memset(judgement, 0, sizeof *judgement);
    judgement->converged = true;
    judgement->halt = sim_halted(&course->sim, &judgement->restless);
    judge_sim(course->scenario, &course->sim, false, judgement);
    lab_course_unpromised(course, judgement->unpromised);
    count_operations(course, judgement);
}

void lab_fork_open(struct lab_fork *fork, const struct lab_course *course)
{
    size_t bytes = sim_bytes(&course->plan);
    bytes = (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    *fork = (struct lab_fork){.scenario = course->scenario,
                              .before = course->recorder.over == NULL ? NULL : &course->operations};
    lab_course_unpromised(course, fork->unpromised);
    lab_open_operations_copy(&course->recorder.open, &fork->open);
    fork->sim.world = aligned_alloc(ARENA_ALIGNMENT, bytes);
    if (fork->sim.world == NULL) {
        abort();
    }
    fork->sim.checks = true;
    sim_fork(&fork->sim, &course->sim);
}

void lab_fork_close(struct lab_fork *fork)
{
    free(fork->sim.world);
    fork->sim.world = NULL;
    lab_operations_free(&fork->more);
    lab_open_operations_free(&fork->open);
}

static void take_note(void *context, const struct node_note *note)
{
    struct lab_fork *fork = context;
    struct lab_operation over;
    if (lab_operations_note(&fork->open, fork->scenario, note, &over)) {
        lab_operations_add(&fork->more, &over);
    }
}

/* What clients do in the fork (final reads) belongs to the history that is judged. */
static void fork_listen(struct lab_fork *fork)
{
    if (fork->scenario->system->history != NULL) {
        fork->sim.sink = (struct node_row_sink){.context = fork, .note = take_note};
    }
}

static void fork_apply(struct lab_fork *fork, const struct sim_input *input)
{
    struct sim_input now = *input;
    struct error error;
    now.time_ns = sim_now_ns(&fork->sim);
    int status = sim_apply(&fork->sim, &now, &error);
    assert(status == 0);
}

static struct sim_input remedy_input(const struct system_remedy *remedy)
{
    struct sim_input input = {.type = SIM_INPUT_SETTING, .node = NODE_NONE, .peer = NODE_NONE};
    if (!remedy->is_setting) {
        input.type = (uint16_t)(SIM_INPUT_SYSTEM + remedy->type);
        input.node = remedy->node;
    }
    memcpy(input.args, remedy->args, sizeof input.args);
    return input;
}

static void apply_remedies(struct lab_fork *fork, bool heal)
{
    const struct lab_scenario *scenario = fork->scenario;
    struct system_remedy remedy;
    for (uint32_t i = 0;
         scenario->system->remedy != NULL && scenario->system->remedy(scenario->data, i, &remedy);
         i++) {
        struct sim_input input = remedy_input(&remedy);
        if (heal || remedy.kind == SYSTEM_REMEDY_STOP) {
            fork_apply(fork, &input);
        }
    }
}

static void heal_all(struct lab_fork *fork)
{
    fork_apply(fork, &(struct sim_input){
                         .type = SIM_INPUT_HEAL_ALL, .node = NODE_NONE, .peer = NODE_NONE});
}

static void crash_others(struct lab_fork *fork, uint64_t core)
{
    for (uint32_t i = 0; i < fork->scenario->node_count; i++) {
        if ((core >> i & 1) == 0) {
            fork_apply(fork, &(struct sim_input){
                                 .type = SIM_INPUT_NODE_CRASH, .node = i, .peer = NODE_NONE});
        }
    }
}

static void rest_and_judge(struct lab_fork *fork, enum sim_status status,
                           struct lab_judgement *judgement)
{
    for (int second = 0; status == SIM_REACHED && second < REST_SECONDS_MAX; second++) {
        status = sim_run(&fork->sim, sim_now_ns(&fork->sim) + NS_PER_S, UINT64_MAX);
        if (status == SIM_REACHED &&
            sim_at_rest(&fork->sim, &judgement->restless_node, &judgement->restless)) {
            judgement->converged = true;
            break;
        }
    }
    if (status == SIM_HALTED) {
        judgement->halt = sim_halted(&fork->sim, &judgement->restless);
    }
    judge_sim(fork->scenario, &fork->sim, judgement->converged, judgement);
    lab_fork_judge_history(fork, judgement);
    judgement->final = true;
}

void lab_fork_verify(struct lab_fork *fork, struct lab_judgement *judgement)
{
    memset(judgement, 0, sizeof *judgement);
    memcpy(judgement->unpromised, fork->unpromised, sizeof judgement->unpromised);
    fork_listen(fork);
    enum sim_status status = sim_run(&fork->sim, sim_now_ns(&fork->sim), UINT64_MAX);
    if (status == SIM_REACHED) {
        heal_all(fork);
        apply_remedies(fork, true);
    }
    rest_and_judge(fork, status, judgement);
}

void lab_fork_verify_core(struct lab_fork *fork, uint64_t core, struct lab_judgement *judgement)
{
    memset(judgement, 0, sizeof *judgement);
    memcpy(judgement->unpromised, fork->unpromised, sizeof judgement->unpromised);
    fork_listen(fork);
    enum sim_status status = sim_run(&fork->sim, sim_now_ns(&fork->sim), UINT64_MAX);
    if (status == SIM_REACHED) {
        heal_all(fork); /* what the scenario's own script still has broken */
        crash_others(fork, core);
        apply_remedies(fork, true);
    }
    rest_and_judge(fork, status, judgement);
}

/* ---- In words ---- */

/* A promise of history that holds so far, in a world that never came to rest, is not yet kept. */
static enum system_verdict verdict_of(const struct lab_judgement *judgement, uint32_t check)
{
    enum system_verdict verdict = judgement->findings[check].verdict;
    bool open = judgement->final && (!judgement->converged || judgement->halt != SIM_HALT_NONE);
    return open && verdict == SYSTEM_PASS ? SYSTEM_UNKNOWN : verdict;
}

const char *lab_verdict_name(const struct lab_judgement *judgement, uint32_t check,
                             const char *excuse)
{
    bool promised = judgement->unpromised[check] == UINT16_MAX;
    switch (verdict_of(judgement, check)) {
    case SYSTEM_PASS:
        return promised ? "PASS" : "NOT-PROMISED";
    case SYSTEM_FAIL:
        return excuse == NULL && promised ? "FAIL" : "EXPECTED-FAIL";
    case SYSTEM_UNKNOWN:
        return "UNKNOWN";
    }
    return "UNKNOWN";
}

const struct node_reason *lab_finding_reason(const struct lab_judgement *judgement, uint32_t check)
{
    const struct system_finding *finding = &judgement->findings[check];
    bool open = finding->verdict == SYSTEM_PASS && verdict_of(judgement, check) != SYSTEM_PASS;
    return open || lab_judged_find(judgement, check) != NULL ? NULL : &finding->reason;
}

void lab_finding_words(const struct lab_scenario *scenario, const struct lab_judgement *judgement,
                       uint32_t check, struct text *text)
{
    const struct system_finding *finding = &judgement->findings[check];
    bool open = finding->verdict == SYSTEM_PASS && judgement->final;
    if (open && judgement->halt != SIM_HALT_NONE) {
        text_add(text, "the run was halted: ");
        lab_words_halt(scenario, judgement->halt, &judgement->restless, text);
    } else if (open && !judgement->converged) {
        text_add(text, "never came to rest after healing; ");
        text_add(text, judgement->restless_node < scenario->node_count
                           ? scenario->nodes[judgement->restless_node].name
                           : "a node");
        text_add(text, ": ");
        lab_words_reason(scenario, &judgement->restless, text);
    } else if (lab_judged_find(judgement, check) != NULL) {
        text_add(text, lab_judged_find(judgement, check)->words);
    } else {
        lab_words_reason(scenario, &finding->reason, text);
    }
}

/* What was done on purpose, so that a check finds what comes of it. */
static void add_excuse(const char *excuse, struct text *text)
{
    bool rule_off = strncmp(excuse, "bug.", strlen("bug.")) == 0;
    text_add(text, rule_off ? " That was to be expected: the rule behind "
                            : " That was to be expected: a disk was made to lie with ");
    text_add(text, excuse);
    text_add(text, rule_off ? " was turned off on purpose, and this is what it prevents."
                            : ", and no promise holds on a disk that lies about what it keeps.");
}

void lab_verdict_words(const struct lab_scenario *scenario, const struct lab_judgement *judgement,
                       uint32_t check, const char *excuse, struct text *text)
{
    enum system_verdict verdict = verdict_of(judgement, check);
    lab_finding_words(scenario, judgement, check, text);
    if (judgement->unpromised[check] != UINT16_MAX && verdict != SYSTEM_UNKNOWN) {
        struct node_reason reason = {.word = judgement->unpromised[check], .subject = NODE_NONE};
        text_add(text, " Not promised here: ");
        lab_words_reason(scenario, &reason, text);
    } else if (excuse != NULL && verdict == SYSTEM_FAIL) {
        add_excuse(excuse, text);
    }
}

/* "order 17 at 12.345 ms, events 100 to 140" */
static void witness_words(const struct lab_scenario *scenario, const struct system_finding *finding,
                          bool operation, struct text *text)
{
    if (finding->subject != NODE_NONE && operation) {
        text_add(text, "operation ");
        text_add_u64(text, finding->subject);
        text_add_char(text, ' ');
    } else if (finding->subject != NODE_NONE) {
        lab_words_subject(scenario, finding->subject, text);
        text_add_char(text, ' ');
    }
    text_add(text, "at ");
    text_add_decimal(text, finding->at_ns / 1000, 3);
    text_add(text, " ms, events ");
    text_add_u64(text, finding->first_event);
    text_add(text, " to ");
    text_add_u64(text, finding->last_event);
}

static struct lab_cell text_cell(const char *text)
{
    return (struct lab_cell){.kind = LAB_CELL_TEXT, .text = text};
}

static struct lab_cell number_cell(int64_t value)
{
    return (struct lab_cell){.kind = LAB_CELL_NUMBER, .value = value};
}

void lab_verdict_row(const struct lab_scenario *scenario, const struct lab_judgement *judgement,
                     uint32_t check, const char *excuse, int64_t time_ns, struct lab_row *row,
                     struct lab_verdict_texts *texts)
{
    const struct system_check *promise = &scenario->system->checks[check];
    const struct system_finding *finding = &judgement->findings[check];
    struct text words = text_init(texts->words, sizeof texts->words);
    struct text witness = text_init(texts->witness, sizeof texts->witness);
    lab_verdict_words(scenario, judgement, check, excuse, &words);
    *row = (struct lab_row){.table = LAB_TABLE_VERDICTS, .time_ns = time_ns};
    row->cells[0] = text_cell(promise->name);
    row->cells[1] = text_cell(promise->history ? "history" : "invariant");
    row->cells[2] = text_cell(lab_verdict_name(judgement, check, excuse));
    row->cells[3] = number_cell(finding->expected);
    row->cells[4] = number_cell(finding->actual);
    row->cells[5] = text_cell(texts->words);
    if (finding->verdict == SYSTEM_FAIL) {
        witness_words(scenario, finding, lab_judged_find(judgement, check) != NULL, &witness);
        row->cells[6] = text_cell(texts->witness);
    }
}

int lab_judgement_code(const struct lab_judgement *judgement, const char *excuse)
{
    bool unknown = judgement->halt != SIM_HALT_NONE;
    bool broken = false;
    for (uint32_t i = 0; i < judgement->count; i++) {
        enum system_verdict verdict = judgement->findings[i].verdict;
        bool promised = judgement->unpromised[i] == UINT16_MAX;
        broken = broken || (verdict == SYSTEM_FAIL && promised);
        unknown = unknown || (verdict == SYSTEM_UNKNOWN && promised);
    }
    if (broken) {
        return excuse == NULL ? 1 : 0; /* as planned, whatever else it led to */
    }
    if (judgement->final && !judgement->converged && judgement->halt == SIM_HALT_NONE) {
        return 4;
    }
    return unknown ? 3 : 0;
}
