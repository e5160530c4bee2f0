/* course.h - a world on its way through virtual time: its inputs applied when they are due, its
 * stops found. Headless runs and live ones go this same way.
 *
 * Belongs to one thread at a time. */
#ifndef LAB_COURSE_H
#define LAB_COURSE_H

#include "base/text.h"
#include "lab/condition.h"
#include "lab/input.h"
#include "lab/recorder.h"

struct lab_course {
    const struct lab_scenario *scenario;
    uint64_t seed;
    int64_t settings[LAB_SETTINGS_MAX]; /* at t = 0 */
    struct sim_plan plan;
    struct sim sim;
    struct lab_recorder recorder;
    struct lab_operations operations; /* of clients, once collected: lab_course_collect() */
    struct lab_inputs inputs;         /* all, the script's included */
    uint32_t inputs_done;             /* applied so far */

    /* What to stop at, beside the time asked for. */
    bool stop_armed;          /* the condition below counts */
    bool stop_at_interesting; /* the next interesting note */
    struct lab_condition condition;
    bool stopped; /* such a stop was reached; cleared by lab_course_arm() */
    int64_t stopped_second;
    int64_t *figures; /* of the last whole second, while a condition needs them */

    /* For the owner: called with each note after the course has looked at it, and with each row of
     * the system. */
    void *context;
    void (*note)(void *context, const struct node_note *note, const struct system_note *known);
    void (*row)(void *context, const struct node_row *row);
    void (*put)(void *context, const struct lab_row *row);
    void (*applied)(void *context, const struct sim_input *input); /* an input took effect */
};

/* The scenario must outlive the course. The script becomes inputs 1, 2 ... The world is built, at
 * time 0. -422 when the plan is refused. The course must stay where it is. */
int lab_course_open(struct lab_course *course, const struct lab_scenario *scenario, uint64_t seed,
                    const int64_t *settings, bool with_script, struct lab_problem *problem);
void lab_course_close(struct lab_course *course);
/* Keeps the operations of clients from now on, so that they can be judged. */
void lab_course_collect(struct lab_course *course);

/* Adds an input that takes effect at its time (not before now). */
void lab_course_input(struct lab_course *course, const struct sim_input *input, uint32_t number,
                      const char *who);
/* Adds a list: inputs keep the numbers under which they were accepted, those without one come after
 * all others. Returns the last number of the course; 0 when it has no input. */
uint32_t lab_course_inputs(struct lab_course *course, const struct lab_inputs *inputs);
/* Goes on to `until_ns`, through at most about `steps_max` events; inputs at `until_ns` itself are
 * applied. SIM_REACHED also when a stop was reached before (course->stopped). */
enum sim_status lab_course_run(struct lab_course *course, int64_t until_ns, uint64_t steps_max);
/* One event, or the next input, not after `until_ns`. False when there was none. */
bool lab_course_step(struct lab_course *course, int64_t until_ns);
/* Stop where a condition holds (NULL: none) and, if asked, at the next interesting note. */
void lab_course_arm(struct lab_course *course, const struct lab_condition *condition,
                    bool interesting);

int64_t lab_course_now_ns(const struct lab_course *course);
/* Current figures, in the order of the system's; the caller's array of figure_count. */
void lab_course_figures(const struct lab_course *course, int64_t *figures);
/* The settings as they are now. */
const int64_t *lab_course_settings(const struct lab_course *course);

/* ---- Judging ---- */

/* What a checker of server/check says about the history. */
enum {
    LAB_JUDGED_MAX = 16,
    LAB_JUDGED_WORDS_BYTES = 320,
    LAB_VERDICT_WORDS_BYTES = LAB_JUDGED_WORDS_BYTES + 240, /* and why that was to be expected */
    LAB_CHECKS_MAX = 64
};
struct lab_judged {
    uint32_t check;                   /* index in the system's checks */
    const char *model;                /* "register" */
    const char *anomaly, *weakest;    /* when it is broken: what was seen, the weakest model that
                                          does not hold either (or NULL) */
    uint32_t operations, under_fault; /* looked at; and of these, over while something was broken */
    char words[LAB_JUDGED_WORDS_BYTES]; /* the finding in a sentence */
};
/* Proofs as JSON objects, lab_check_json(), for whoever shows them. All zero is empty. */
struct lab_proofs {
    uint32_t count;
    struct {
        uint32_t check;
        char *json;
    } items[LAB_JUDGED_MAX];
};
void lab_proofs_free(struct lab_proofs *proofs);
/* Of a check; NULL: there is none. `proofs` may be NULL. */
const char *lab_proof_of(const struct lab_proofs *proofs, uint32_t check);

struct lab_judgement {
    uint32_t count;
    struct system_finding findings[LAB_CHECKS_MAX]; /* in the order of the system's checks */
    bool final;                                     /* of a fork that was healed */
    bool converged;                                 /* it came to rest */
    uint32_t restless_node;                         /* if not: who said so, and why */
    struct node_reason restless;
    enum sim_halt halt;
    /* Of each check: the word why it is no promise of this run, or UINT16_MAX. */
    uint16_t unpromised[LAB_CHECKS_MAX];
    struct lab_judged judged[LAB_JUDGED_MAX]; /* checks that checkers of histories judge */
    uint32_t judged_count;
};
/* The first thing that put this run outside the model its promises hold under, be it for a moment:
 * the key of a bug switch or the name of an input ("disk.rot"). NULL: nothing did, and what breaks
 * is a FAIL. */
const char *lab_course_excuse(const struct lab_course *course);
/* Which checks were no promise under the settings of the start, or under later ones. */
void lab_course_unpromised(const struct lab_course *course, uint16_t unpromised[LAB_CHECKS_MAX]);
/* What holds so far. Histories are not judged here, which may take long, but counted. */
void lab_course_judge(const struct lab_course *course, struct lab_judgement *judgement);

/* A copy of a world, with a block of its own and no listeners but to operations. */
struct lab_fork {
    struct sim sim;
    const struct lab_scenario *scenario;
    uint16_t unpromised[LAB_CHECKS_MAX];
    /* Operations: those that were over before the fork, which whoever opened it lends it (NULL: they
     * were not recorded, and no history is judged); then its own. */
    const struct lab_operations *before;
    struct lab_operations more;
    struct lab_open_operations open;
    struct lab_proofs *proofs; /* gets them; or NULL */
};
/* `before` is what the course has collected, if it did. */
void lab_fork_open(struct lab_fork *fork, const struct lab_course *course);
void lab_fork_close(struct lab_fork *fork);
/* Heals everything, ends new work, waits for rest, judges. The fork is used up by it, and must stay
 * where it is meanwhile. */
void lab_fork_verify(struct lab_fork *fork, struct lab_judgement *judgement);
/* The same where only the nodes of `core` (bits) were healed: the others crash for good, and the
 * core must come to rest without them. */
void lab_fork_verify_core(struct lab_fork *fork, uint64_t core, struct lab_judgement *judgement);

/* "PASS", "FAIL", "UNKNOWN"; "EXPECTED-FAIL": broken, with an excuse or without a promise;
 * "NOT-PROMISED": not broken, but no promise either. */
const char *lab_verdict_name(const struct lab_judgement *judgement, uint32_t check,
                             const char *excuse);
/* The reason of which the finding's words are made; NULL when they are of something else: a halt, a
 * world that did not come to rest, a checker of histories. */
const struct node_reason *lab_finding_reason(const struct lab_judgement *judgement, uint32_t check);
/* The finding in words, appended. */
void lab_finding_words(const struct lab_scenario *scenario, const struct lab_judgement *judgement,
                       uint32_t check, struct text *text);
/* The same, and why a broken promise was expected to be. */
void lab_verdict_words(const struct lab_scenario *scenario, const struct lab_judgement *judgement,
                       uint32_t check, const char *excuse, struct text *text);
/* A row of the table of verdicts; it points into `texts` and into the scenario's system. */
struct lab_verdict_texts {
    char words[LAB_VERDICT_WORDS_BYTES], witness[160];
};
void lab_verdict_row(const struct lab_scenario *scenario, const struct lab_judgement *judgement,
                     uint32_t check, const char *excuse, int64_t time_ns, struct lab_row *row,
                     struct lab_verdict_texts *texts);
/* The exit code of DECISIONS: 0 good, 1 a promise broken, 3 unknown, 4 never converged. */
/* judge.c: gives the history that the fork has come to hold to its checkers, each within bounds of steps
 * and bytes, so that the same run is judged the same anywhere. */
void lab_fork_judge_history(const struct lab_fork *fork, struct lab_judgement *judgement);
/* The entry of a check that a checker judges; NULL: the system judges it itself. */
const struct lab_judged *lab_judged_find(const struct lab_judgement *judgement, uint32_t check);
int lab_judgement_code(const struct lab_judgement *judgement, const char *excuse);

#endif
