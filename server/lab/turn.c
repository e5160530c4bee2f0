/* turn.c - moving runs on: workers, turns, pace.
 *
 * A run waits in a heap until its turn is due, then a worker moves it to where the wall clock says
 * it should be, at most LAB_STEPS_A_TURN events at a time, so that no run keeps others waiting. */
#include "lab/checkpoint.h"
#include "lab/lab_internal.h"

#include <assert.h>
#include <string.h>
#include <time.h>

enum {
    TURN_UNWATCHED_NS = 500 * 1000 * 1000,
    FLUSH_NS = 1000 * 1000 * 1000,
    FLUSH_ROWS = 512,
    BEHIND_NS = 250 * 1000 * 1000,   /* wall clock: from here a run counts as behind */
    GIVE_UP_NS = 1000 * 1000 * 1000, /* wall clock: what a run is behind more than that, it skips */
    SETTLE_STEPS_MAX = 1000000,
    NS_PER_US = 1000,
};
static const int64_t IDLE_NS = 1000000000;
static const int64_t PRIVATE_UNWATCHED_NS = 10000000000; /* a private run goes on so long unseen */
static const int64_t EDGE_NS = 5000000000; /* wall clock between edges of a run without rows */
static const int64_t TIME_MAX_NS = (int64_t)LAB_SCENARIO_SECONDS_MAX * 1000000000;

int64_t lab_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- Where it should be ---- */

void lab_run_anchor(struct lab_run *run)
{
    run->pace.anchor_wall_ns = lab_clock_ns();
    run->pace.anchor_ns = lab_course_now_ns(&run->course);
    run->pace.behind_ns = 0;
}

/* a x b / c without overflow. */
static int64_t scaled(int64_t a, int64_t b, int64_t c)
{
    __extension__ typedef __int128 wide;
    return (int64_t)((wide)a * b / c);
}

static int64_t target_ns(const struct lab_run *run, int64_t wall_ns)
{
    int64_t passed_ns = wall_ns - run->pace.anchor_wall_ns;
    int64_t target =
        run->pace.anchor_ns + scaled(passed_ns, run->pace.speed_ppm, LAB_SPEED_PPM_ONE);
    target -= target % NS_PER_US; /* exported times are whole microseconds */
    return target < TIME_MAX_NS ? target : TIME_MAX_NS;
}

static bool is_watched(const struct lab_run *run)
{
    return run->live.layers[0].viewers + run->live.layers[1].viewers > 0;
}

static bool is_idle_private(const struct lab_run *run, int64_t wall_ns)
{
    return run->owner[0] != '\0' && !is_watched(run) &&
           wall_ns - run->used_ns > PRIVATE_UNWATCHED_NS;
}

static bool is_halted(const struct lab_run *run)
{
    struct node_reason reason;
    return sim_halted(&run->course.sim, &reason) != SIM_HALT_NONE;
}

static bool may_move(const struct lab_run *run)
{
    return !run->pace.paused && run->held == 0 && !run->broken && !run->finished &&
           run->trouble.text[0] == '\0' && !is_halted(run);
}

const char *lab_run_state_name(const struct lab_run *run)
{
    if (run->broken || is_halted(run)) {
        return "halted";
    }
    if (run->finished) {
        return "finished";
    }
    if (run->trouble.text[0] != '\0' || run->held > 0) {
        return "held";
    }
    return run->pace.paused ? "paused" : "live";
}

/* ---- Moving ---- */

static void count_moved(struct lab *lab, struct lab_run *run, uint64_t steps, int64_t from_ns)
{
    lab->counters.steps += sim_steps(&run->course.sim) - steps;
    lab->counters.virtual_ns += (uint64_t)(lab_course_now_ns(&run->course) - from_ns);
}

static void check_quotas(struct lab_run *run)
{
    if (lab_course_now_ns(&run->course) < TIME_MAX_NS &&
        lab_recorder_rows(&run->course.recorder) < LAB_ROWS_MAX) {
        return;
    }
    run->finished = true;
    run->pace.version++;
}

/* Returns whether it got there. */
static bool move_to(struct lab *lab, struct lab_run *run, int64_t until_ns, uint64_t steps_max)
{
    uint64_t steps = sim_steps(&run->course.sim);
    int64_t from_ns = lab_course_now_ns(&run->course);
    enum sim_status status = lab_course_run(&run->course, until_ns, steps_max);
    count_moved(lab, run, steps, from_ns);
    lab_history_keep(lab, run);
    check_quotas(run);
    if (status == SIM_HALTED) {
        run->pace.version++;
    }
    return status != SIM_WORKING;
}

void lab_run_settle(struct lab_run *run)
{
    bool stopped = run->course.stopped;
    run->course.stopped = false;
    (void)lab_course_run(&run->course, lab_course_now_ns(&run->course), SETTLE_STEPS_MAX);
    run->course.stopped = run->course.stopped || stopped;
}

void lab_run_align(struct lab_run *run)
{
    int64_t over_ns = lab_course_now_ns(&run->course) % NS_PER_US;
    if (over_ns > 0) {
        bool stopped = run->course.stopped;
        run->course.stopped = false;
        (void)lab_course_run(&run->course, lab_course_now_ns(&run->course) + NS_PER_US - over_ns,
                             SETTLE_STEPS_MAX);
        run->course.stopped = run->course.stopped || stopped;
    }
    lab_run_settle(run);
}

/* Where it was to come: it stands. */
static void arrive(struct lab_run *run)
{
    lab_course_arm(&run->course, NULL, false);
    run->pace.mode = LAB_PACE_PLAY;
    run->pace.paused = true;
    run->pace.version++;
}

static void play(struct lab *lab, struct lab_run *run, int64_t wall_ns)
{
    int64_t target = target_ns(run, wall_ns);
    int64_t now_ns = lab_course_now_ns(&run->course);
    if (target > now_ns && !move_to(lab, run, target, LAB_STEPS_A_TURN)) {
        run->again = true; /* more of the same, after the others had their turn */
    }
    now_ns = lab_course_now_ns(&run->course);
    int64_t behind_ns = target > now_ns ? target - now_ns : 0;
    int64_t tolerated_ns = scaled(BEHIND_NS, run->pace.speed_ppm, LAB_SPEED_PPM_ONE);
    int64_t skipped_ns = scaled(GIVE_UP_NS, run->pace.speed_ppm, LAB_SPEED_PPM_ONE);
    run->pace.behind_ns = behind_ns;
    if (run->course.stopped) {
        run->pace.behind_ns = 0;
        arrive(run);
        return;
    }
    if (behind_ns > tolerated_ns) {
        lab->counters.behind_turns++;
    }
    if (behind_ns > skipped_ns) {
        run->pace.anchor_ns -= behind_ns - skipped_ns;
    }
}

void lab_run_chase(struct lab *lab, struct lab_run *run, uint64_t steps_max)
{
    bool arrived = move_to(lab, run, run->pace.goal_ns, steps_max);
    if (arrived || is_halted(run)) {
        arrive(run);
    }
}

static void move(struct lab *lab, struct lab_run *run, int64_t wall_ns)
{
    if (!may_move(run) || is_idle_private(run, wall_ns)) {
        lab_run_anchor(run);
        return;
    }
    if (run->pace.mode == LAB_PACE_GOAL) {
        lab_run_chase(lab, run, LAB_STEPS_A_TURN);
        run->again = run->pace.mode == LAB_PACE_GOAL;
    } else {
        play(lab, run, wall_ns);
    }
}

/* ---- Rows ---- */

bool lab_run_flush(struct lab *lab, struct lab_run *run)
{
    int64_t now_ns = lab_course_now_ns(&run->course);
    if (run->batch == NULL) {
        run->batch = store_batch_create(run->key);
    }
    store_batch_edge(run->batch, now_ns, sim_digest(&run->course.sim));
    if (!store_batch_put(lab->store, &run->batch)) {
        return false;
    }
    run->rows_queued = true;
    run->edge_ns = now_ns;
    run->flushed_ns = lab_clock_ns();
    lab_checkpoint_keep(lab, run);
    return true;
}

static bool flush_is_due(const struct lab_run *run, int64_t wall_ns)
{
    int64_t now_ns = lab_course_now_ns(&run->course);
    if (run->batch == NULL) {
        return now_ns != run->edge_ns && (wall_ns - run->flushed_ns > EDGE_NS || run->pace.paused);
    }
    return store_batch_rows(run->batch) >= FLUSH_ROWS || wall_ns - run->flushed_ns > FLUSH_NS ||
           run->pace.paused;
}

/* While the store takes nothing, a run does not go on: what it would do could not be kept. */
static void look_at_store(struct lab *lab, struct lab_run *run, int64_t wall_ns)
{
    struct error reason = {.text = ""};
    bool trouble = store_problem(lab->store, &reason);
    if (flush_is_due(run, wall_ns) && !lab_run_flush(lab, run) && !trouble) {
        (void)error_set(&reason, "the database is slower than the runs; waiting for it");
    }
    if (strcmp(reason.text, run->trouble.text) != 0) {
        run->trouble = reason;
        run->pace.version++;
    }
}

/* ---- Turns ---- */

static int64_t next_turn_ns(const struct lab_run *run, int64_t wall_ns)
{
    if (is_watched(run)) {
        return wall_ns + LAB_LIVE_TICK_NS;
    }
    return wall_ns + (may_move(run) ? TURN_UNWATCHED_NS : IDLE_NS);
}

static int64_t run_turn(struct lab *lab, struct lab_run *run)
{
    int64_t begun_ns = lab_clock_ns();
    if (run->broken || run->course.sim.world == NULL) {
        return begun_ns + IDLE_NS;
    }
    look_at_store(lab, run, begun_ns);
    run->again = false;
    move(lab, run, begun_ns);
    lab_live_turn(lab, run, begun_ns);
    int64_t end_ns = lab_clock_ns();
    lab->counters.ticks++;
    lab->counters.tick_ns_sum += (uint64_t)(end_ns - begun_ns);
    return run->again ? end_ns : next_turn_ns(run, begun_ns);
}

/* Waits for a run that is due and takes it. NULL: closing. */
static struct lab_run *wait_for_run(struct lab *lab)
{
    struct lab_run *run = NULL;
    pthread_mutex_lock(&lab->lock);
    while (!lab->closing && run == NULL) {
        int64_t due_ns = lab->heap_count == 0 ? INT64_MAX : lab->heap[0]->due_ns;
        if (due_ns <= lab_clock_ns()) {
            run = lab->heap[0];
            lab_heap_remove(lab, run);
            run->references++;
            run->wake = false;
        } else if (due_ns == INT64_MAX) {
            pthread_cond_wait(&lab->due, &lab->lock);
        } else {
            struct timespec deadline = {.tv_sec = due_ns / 1000000000,
                                        .tv_nsec = due_ns % 1000000000};
            (void)pthread_cond_timedwait(&lab->due, &lab->lock, &deadline);
        }
    }
    pthread_mutex_unlock(&lab->lock);
    return run;
}

static void queue_again(struct lab *lab, struct lab_run *run, int64_t due_ns)
{
    pthread_mutex_lock(&lab->lock);
    if (!run->leaving) {
        /* `wake` asks for a turn at once: after those that are already due. */
        run->due_ns = run->wake ? lab_clock_ns() : due_ns;
        lab_heap_push(lab, run);
        pthread_cond_signal(&lab->due);
    }
    pthread_mutex_unlock(&lab->lock);
}

void *lab_worker_main(void *argument)
{
    struct lab *lab = argument;
    struct lab_run *run;
    while ((run = wait_for_run(lab)) != NULL) {
        pthread_mutex_lock(&run->lock);
        int64_t due_ns = run_turn(lab, run);
        pthread_mutex_unlock(&run->lock);
        queue_again(lab, run, due_ns);
        lab_run_release(lab, run);
    }
    return NULL;
}
