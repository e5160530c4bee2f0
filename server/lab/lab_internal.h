/* lab_internal.h - what the parts of the lab share: the lab behind the handle, and a run in memory.
 *
 * Two locks, never taken the other way round:
 *   run->lock   the world of a run and all that belongs to it; whoever holds it may look. Only the
 *               run's turn (turn.c) and its requests move it on.
 *   lab->lock   which runs are in memory, who uses them, and when which is due; held briefly, and
 *               also taken while a run is locked.
 *
 * A run in memory is counted: lab_run_take() and lab_run_give(). It leaves memory (put away, or
 * deleted) when nobody holds it. */
#ifndef LAB_LAB_INTERNAL_H
#define LAB_LAB_INTERNAL_H

#include "lab/course.h"
#include "lab/history.h"
#include "lab/lab.h"
#include "lab/live.h"
#include "lab/parts.h"
#include "lab/problem.h"
#include "lab/show.h"
#include "store/store.h"

#include <pthread.h>

enum {
    LAB_WORKERS_MAX = 16,
    LAB_OWNER_BYTES = 64,
    LAB_SPEED_PPM_MIN = 1000,       /* 0.001x */
    LAB_SPEED_PPM_MAX = 1000000000, /* 1000x */
    LAB_SPEED_PPM_ONE = 1000000,
    LAB_ROWS_MAX = 20000000,  /* result rows of one run; then it ends */
    LAB_INPUTS_MAX = 100000,  /* of one run */
    LAB_STEPS_A_TURN = 20000, /* events before another run gets its turn */
    LAB_FAMILY_BYTES = 48,
    LAB_FAMILY_MAX = 200, /* members of a family that are listed */
};

enum lab_pace_mode {
    LAB_PACE_PLAY, /* along the wall clock, times speed */
    LAB_PACE_GOAL, /* as fast as it can, to a time or a stop; then paused */
};

struct lab_pace {
    enum lab_pace_mode mode;
    bool paused;
    int64_t speed_ppm;
    int64_t anchor_wall_ns, anchor_ns; /* where wall clock and virtual time met last */
    int64_t goal_ns;
    int64_t behind_ns; /* virtual time the run is behind its pace */
    uint32_t version;  /* changes when a viewer should be told */
};

/* An input between its stamp and its commit. */
struct lab_waiting_input {
    struct sim_input input;
    uint32_t number;
    char who[LAB_WHO_BYTES];
    bool committed;
};
enum { LAB_WAITING_MAX = 768 };
_Static_assert((int)LAB_INPUT_PARTS_MAX <= (int)LAB_WAITING_MAX,
               "whatever one request becomes can wait");

struct lab_run {
    /* Fixed while in memory. */
    char name[LAB_RUN_ID_BYTES];
    char run_id[LAB_RUN_ID_BYTES];
    char behaviour_id[LAB_RUN_ID_BYTES];
    char owner[LAB_OWNER_BYTES];
    char parent[LAB_RUN_ID_BYTES]; /* "" when it is no branch */
    char family[LAB_FAMILY_BYTES];
    int64_t branch_ns;
    int64_t key; /* in the store */
    int64_t created_ms;
    struct lab_scenario *scenario;
    struct cJSON *settings_json; /* at t = 0 */
    uint32_t place, generation;
    _Atomic uint32_t world_bytes; /* told by lab_counters_read(), which locks no run */

    /* Under lab->lock. */
    uint32_t references;
    int32_t heap_index; /* -1: not waiting for its turn */
    int64_t due_ns;
    bool wake;               /* asked for while it had its turn */
    bool leaving;            /* not to be found any more */
    _Atomic int64_t used_ns; /* last request or viewer, for who goes first */

    pthread_mutex_t lock;
    /* Under run->lock. */
    char label[LAB_LABEL_BYTES];
    bool broken; /* could not be brought back; `trouble` says why */
    struct lab_course course;
    struct lab_pace pace;
    bool again;    /* its turn ended before it was where it should be */
    uint32_t held; /* inputs between stamp and commit */
    struct lab_waiting_input waiting[LAB_WAITING_MAX];
    uint32_t waiting_count;
    uint32_t input_last;
    struct error trouble; /* why it does not go on; "" when nothing is wrong */
    bool finished;        /* a quota was reached */
    struct store_batch *batch;
    bool rows_queued;   /* given to the store, perhaps not yet to be read there */
    int64_t flushed_ns; /* wall clock of the last batch */
    int64_t edge_ns;    /* live edge handed to the store */
    int64_t checkpoint_ns;
    struct lab_history history;

    /* What frames are made of. */
    struct lab_live live;
    struct lab_show show;
    int32_t
        nodes_table; /* the system's table of its nodes, a row a second each (kitchens), or -1 */
    struct node_row node_rows[SIM_NODES_MAX]; /* the last one of each */
};

struct lab {
    struct store *store;
    uint32_t runs_max;
    pthread_mutex_t lock;
    pthread_cond_t due; /* a worker should look at the heap again */
    bool closing;
    atomic_bool stopping_soon; /* long work for a request is to end */
    uint32_t generations[LAB_RUNS_LIVE_MAX];
    struct lab_run *runs[LAB_RUNS_LIVE_MAX];
    uint32_t run_count;
    struct lab_run *heap[LAB_RUNS_LIVE_MAX];
    uint32_t heap_count;
    uint32_t worker_count;
    pthread_t workers[LAB_WORKERS_MAX];
    struct lab_jobs *jobs; /* jobs.c */
    char program[32];      /* names this build, for checkpoints */

    pthread_rwlock_t live_lock; /* for reading while a callback runs */
    struct lab_live_callbacks callbacks;
    bool attached;

    struct lab_counters_atomic {
        _Atomic uint64_t runs_created, inputs, steps, virtual_ns, frames, frame_bytes, keyframes,
            behind_turns, tick_ns_sum, ticks, history_bytes;
    } counters;
};

int64_t lab_clock_ns(void); /* monotonic wall clock */

/* ---- make.c ---- */

/* What a run is to be made of. Zero beyond scenario, seed and settings: a shared run that plays from
 * its beginning. */
struct lab_new_run {
    struct lab_scenario *scenario; /* taken over, whatever comes of it */
    uint64_t seed;
    int64_t settings[LAB_SETTINGS_MAX]; /* at t = 0 */
    const char *owner;                  /* NULL: shared */
    /* All there are at the start, with the numbers under which they were accepted (0: given here);
     * NULL: the scenario's script, whose numbers are 1, 2, 3 ... */
    const struct lab_inputs *inputs;
    int64_t at_ns; /* computed up to here, then paused; 0: plays from the beginning */
    bool paused;   /* stands at the beginning */
    const char *parent, *family, *label; /* of a branch; NULL: it is none */
    int64_t branch_ns;
};
/* Makes it, under a name of its own, and computes it. It takes part in turns when this returns. */
int lab_run_make(struct lab *lab, struct lab_new_run *new_run, char name[LAB_RUN_ID_BYTES],
                 struct lab_problem *problem);

/* The id that exports carry: derived from the content of the run at its start, so that the same
 * run has the same id anywhere. */
void lab_run_id_make(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                     char run_id[LAB_RUN_ID_BYTES]);

/* ---- requests.c ---- */

/* What is in memory says where it is now, the store only where it was last written: brings an item
 * of a list, which names its run, up to date. No run may be locked. */
void lab_summary_refresh(struct lab *lab, struct cJSON *item);

/* ---- memory.c: which runs are in memory ---- */

/* Finds a run, bringing it back from the store if need be, and locks it. 0 or -404, -503. */
int lab_run_take(struct lab *lab, const char *name, struct lab_run **run,
                 struct lab_problem *problem);
/* Unlocks it and lets it go. */
void lab_run_give(struct lab *lab, struct lab_run *run);
/* A place in memory for a new run that is not yet complete: locked and taken. Others go first if
 * there is no room; -503 with the limit when none can. */
int lab_run_place(struct lab *lab, const char *name, struct lab_run **run,
                  struct lab_problem *problem);
/* It could not be completed, or was deleted: not to be found any more. The run is locked. */
void lab_run_leave(struct lab *lab, struct lab_run *run);
/* Is there a run of this name in the store? */
bool lab_run_is_stored(struct lab *lab, const char *name);
/* Counted but not locked; NULL when it is not in memory. */
struct lab_run *lab_run_in_memory(struct lab *lab, const char *name);
/* It is complete: it gets its turns from now on. */
void lab_run_started(struct lab *lab, struct lab_run *run);
/* Lets go of a run that is not locked by the caller. */
void lab_run_release(struct lab *lab, struct lab_run *run);
/* The heap of runs by due time; under lab->lock. */
void lab_heap_push(struct lab *lab, struct lab_run *run);
void lab_heap_remove(struct lab *lab, struct lab_run *run);
/* The run of a live slot, locked and taken, or NULL. */
struct lab_run *lab_run_of_slot(struct lab *lab, uint32_t slot);
/* Gives the run its turn soon. */
void lab_run_wake(struct lab *lab, struct lab_run *run);

/* ---- turn.c: moving on ---- */

void *lab_worker_main(void *lab);
/* Runs all that happens at this very moment and applies inputs due now. */
void lab_run_settle(struct lab_run *run);
/* The same, after going on to the next whole microsecond. */
void lab_run_align(struct lab_run *run);
/* Steps, up to about `steps_max` events, towards the goal of a run in LAB_PACE_GOAL. */
void lab_run_chase(struct lab *lab, struct lab_run *run, uint64_t steps_max);
/* Meets wall clock and virtual time anew. */
void lab_run_anchor(struct lab_run *run);
/* Hands rows and edge to the store. False: the store takes nothing now. */
bool lab_run_flush(struct lab *lab, struct lab_run *run);
const char *lab_run_state_name(const struct lab_run *run);

/* ---- open.c: making and bringing back ---- */

/* Listeners of a run's world: rows to the store, notes to frames. */
void lab_run_listen(struct lab_run *run);
/* Completes a run whose scenario, key and names are set: from its inputs, or from a checkpoint. */
int lab_run_open(struct lab *lab, struct lab_run *run, uint64_t seed, const int64_t *settings,
                 struct lab_problem *problem);
/* Brings a stored run back into `run`. */
int lab_run_restore(struct lab *lab, struct lab_run *run, const char *name,
                    struct lab_problem *problem);
void lab_run_close(struct lab *lab, struct lab_run *run);

/* ---- operations_stored.c ---- */

/* The first `rows` operations of a run that is counted, not locked, and whose rows were flushed. The
 * list is the caller's to free, whatever comes of it. -503. */
int lab_operations_stored(struct lab *lab, const struct lab_run *run, uint64_t rows,
                          struct lab_operations *operations, struct lab_problem *problem);

/* ---- live.c ---- */

/* Encodes and publishes what viewers should get now. */
void lab_live_turn(struct lab *lab, struct lab_run *run, int64_t now_ns);
/* Writes a keyframe's JSON into `text`. */
void lab_live_snapshot(struct lab_run *run, struct text *text);
void lab_live_gone(struct lab *lab, struct lab_run *run);

#endif
