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

/* The run is locked. */
static int copy_run(struct lab_replay *replay, enum lab_replay_start start, int64_t time_ns,
                    uint64_t event, struct lab_problem *problem)
{
    struct lab_run *run = replay->run;
    if (run->broken) {
        return lab_refuse(problem, LAB_CONFLICT, "%s", run->trouble.text);
    }
    int status = lab_course_open(&replay->course, run->scenario, run->course.seed,
                                 run->course.settings, false, problem);
    if (status != 0) {
        return status;
    }
    lab_show_begin(&replay->show, run->scenario);
    copy_inputs(replay, &run->course);
    replay->edge_ns = lab_course_now_ns(&run->course);
    replay->edge_steps = sim_steps(&run->course.sim);
    const struct lab_kept *kept = start == LAB_REPLAY_EVENT
                                      ? lab_history_before_event(&run->history, event)
                                      : lab_history_at(&run->history, time_ns);
    if (kept != NULL) {
        lab_kept_restore(kept, &replay->course, &replay->show);
    }
    replay->keep_ns = lab_course_now_ns(&replay->course) + lab_history_distance_ns(&run->history);
    replay->course.context = replay;
    replay->course.note = see_note;
    replay->course.row = see_row;
    replay->course.applied = see_input;
    return 0;
}

int lab_replay_open(struct lab *lab, const char *name, enum lab_replay_start start, int64_t time_ns,
                    uint64_t event, struct lab_replay **replay, struct lab_problem *problem)
{
    struct lab_replay *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        abort();
    }
    fresh->lab = lab;
    int status = lab_run_take(lab, name, &fresh->run, problem);
    if (status != 0) {
        free(fresh);
        return status;
    }
    status = copy_run(fresh, start, time_ns, event, problem);
    pthread_mutex_unlock(&fresh->run->lock);
    if (status == 0 && start == LAB_REPLAY_AT && !lab_replay_run(fresh, time_ns) &&
        atomic_load(&lab->stopping_soon)) {
        status = lab_refuse(problem, LAB_UNAVAILABLE, "the program is about to end");
    }
    if (status != 0) {
        lab_replay_close(&fresh);
        return status;
    }
    *replay = fresh;
    return 0;
}

/* What was computed once serves whoever looks next. */
static void keep_for_others(struct lab_replay *replay)
{
    struct lab_run *run = replay->run;
    if (lab_course_now_ns(&replay->course) < replay->keep_ns) {
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
    } while (status == SIM_WORKING && !atomic_load(&replay->lab->stopping_soon));
    return status == SIM_REACHED;
}

void lab_replay_close(struct lab_replay **pointer)
{
    struct lab_replay *replay = *pointer;
    *pointer = NULL;
    if (replay->course.sim.world != NULL) {
        lab_course_close(&replay->course);
    }
    lab_run_release(replay->lab, replay->run);
    free(replay);
}
