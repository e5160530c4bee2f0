/* replay.c - the past of a run computed again. */
#include "lab/replay.h"

#include "lab/history.h"
#include "lab/lab_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { STEPS_BETWEEN_LOOKS = 20000 }; /* some milliseconds */

static void see_note(void *context, const struct node_note *note, const struct system_note *known)
{
    struct lab_replay *replay = context;
    lab_show_note(&replay->show, note, known);
    if (replay->note != NULL) {
        replay->note(replay->context, note, known);
    }
}

static void see_row(void *context, const struct node_row *row)
{
    struct lab_replay *replay = context;
    lab_show_row(&replay->show, row);
    if (replay->row != NULL) {
        replay->row(replay->context, row);
    }
}

static void see_input(void *context, const struct sim_input *input)
{
    struct lab_replay *replay = context;
    lab_faults_input(&replay->show.faults, replay->show.scenario, input);
}

/* Exactly those inputs that have taken effect so far. */
static void copy_inputs(struct lab_replay *replay, const struct lab_course *from)
{
    for (uint32_t i = 0; i < from->inputs_done; i++) {
        const struct lab_input *item = &from->inputs.items[i];
        lab_course_input(&replay->course, &item->input, item->number, item->who);
    }
}

/* From a course that nobody moves meanwhile, with the worlds kept of it, if any. */
static int copy_course(struct lab_replay *replay, const struct lab_course *from,
                       const struct lab_history *history, enum lab_replay_start start,
                       int64_t time_ns, uint64_t event, struct lab_problem *problem)
{
    int status = lab_course_open(&replay->course, from->scenario, from->seed, from->settings, false,
                                 problem);
    if (status != 0) {
        return status;
    }
    lab_show_begin(&replay->show, from->scenario);
    copy_inputs(replay, from);
    replay->edge_ns = lab_course_now_ns(from);
    replay->edge_steps = sim_steps(&from->sim);
    const struct lab_kept *kept = start == LAB_REPLAY_EVENT
                                      ? lab_history_before_event(history, event)
                                      : lab_history_at(history, time_ns);
    if (kept != NULL) {
        lab_kept_restore(kept, &replay->course, &replay->show);
    }
    replay->keep_ns = lab_course_now_ns(&replay->course) + lab_history_distance_ns(history);
    replay->course.context = replay;
    replay->course.note = see_note;
    replay->course.row = see_row;
    replay->course.applied = see_input;
    return 0;
}

static int copy_run(struct lab_replay *replay, const char *name, enum lab_replay_start start,
                    int64_t time_ns, uint64_t event, struct lab_problem *problem)
{
    int status = lab_run_take(replay->lab, name, &replay->run, problem);
    if (status != 0) {
        return status;
    }
    struct lab_run *run = replay->run;
    status = run->broken
                 ? lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text)
                 : copy_course(replay, &run->course, &run->history, start, time_ns, event, problem);
    pthread_mutex_unlock(&run->lock);
    return status;
}

bool lab_replay_gives_up(const struct lab_replay *replay)
{
    return replay->lab != NULL && atomic_load(&replay->lab->stopping_soon);
}

int lab_past_open(const struct lab_past *past, enum lab_replay_start start, int64_t time_ns,
                  uint64_t event, struct lab_replay **replay, struct lab_problem *problem)
{
    struct lab_replay *fresh = calloc(1, sizeof *fresh);
    const struct lab_history none = {.count = 0};
    if (fresh == NULL) {
        abort();
    }
    fresh->lab = past->lab;
    int status = past->lab != NULL
                     ? copy_run(fresh, past->run, start, time_ns, event, problem)
                     : copy_course(fresh, past->course, &none, start, time_ns, event, problem);
    if (status == 0 && start == LAB_REPLAY_AT && !lab_replay_run(fresh, time_ns) &&
        lab_replay_gives_up(fresh)) {
        status = lab_refuse(problem, LAB_UNAVAILABLE, "the program is about to end");
    }
    if (status != 0) {
        lab_replay_close(&fresh);
        return status;
    }
    *replay = fresh;
    return 0;
}

int lab_replay_open(struct lab *lab, const char *name, enum lab_replay_start start, int64_t time_ns,
                    uint64_t event, struct lab_replay **replay, struct lab_problem *problem)
{
    const struct lab_past past = {.lab = lab, .run = name};
    return lab_past_open(&past, start, time_ns, event, replay, problem);
}

/* What was computed once serves whoever looks next. */
static void keep_for_others(struct lab_replay *replay)
{
    struct lab_run *run = replay->run;
    if (run == NULL || lab_course_now_ns(&replay->course) < replay->keep_ns) {
        return;
    }
    struct lab_kept *kept = lab_kept_make(&replay->course, &replay->show);
    pthread_mutex_lock(&run->lock);
    lab_history_add(replay->lab, run, kept);
    replay->keep_ns = lab_course_now_ns(&replay->course) + lab_history_distance_ns(&run->history);
    pthread_mutex_unlock(&run->lock);
}

bool lab_replay_run(struct lab_replay *replay, int64_t until_ns)
{
    int64_t end_ns = until_ns < replay->edge_ns ? until_ns : replay->edge_ns;
    enum sim_status status;
    do {
        status = lab_course_run(&replay->course, end_ns, STEPS_BETWEEN_LOOKS);
        keep_for_others(replay);
    } while (status == SIM_WORKING && !lab_replay_gives_up(replay));
    return status == SIM_REACHED;
}

void lab_replay_close(struct lab_replay **pointer)
{
    struct lab_replay *replay = *pointer;
    *pointer = NULL;
    if (replay->course.sim.world != NULL) {
        lab_course_close(&replay->course);
    }
    if (replay->run != NULL) {
        lab_run_release(replay->lab, replay->run);
    }
    free(replay);
}
