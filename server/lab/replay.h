/* replay.h - the past of a run computed again, on the side: a world of its own at any moment up to the
 * live edge, which its owner may let go on.
 *
 * The run goes on untouched; its lock is held only while the nearest kept world is copied. A replay
 * belongs to one thread. It is bit for bit the run: the same inputs, checks and events. */
#ifndef LAB_REPLAY_H
#define LAB_REPLAY_H

#include "lab/course.h"
#include "lab/show.h"

struct lab;
struct lab_run;

struct lab_replay {
    struct lab *lab;
    struct lab_run *run; /* counted, not locked: its fixed fields may be read; NULL: of no lab */
    int64_t edge_ns;     /* how far the run had come when this was opened */
    uint64_t edge_steps;
    struct lab_course course;
    struct lab_show show;
    int64_t keep_ns; /* next moment at which a world is worth keeping for others */
    /* For the owner; any of them may be NULL. Called after the show has seen them. */
    void *context;
    void (*note)(void *context, const struct node_note *note, const struct system_note *known);
    void (*row)(void *context, const struct node_row *row);
};

/* Where a replay begins. */
enum lab_replay_start {
    LAB_REPLAY_AT,     /* exactly at time_ns */
    LAB_REPLAY_BEFORE, /* at the kept world before time_ns, or at 0: nothing is computed yet */
    LAB_REPLAY_EVENT,  /* likewise before an event */
};
/* *replay is the caller's. A time beyond the edge is the edge. -404, -409 for a run that cannot be
 * computed again, -503 when the program is about to end. */
int lab_replay_open(struct lab *lab, const char *run, enum lab_replay_start start, int64_t time_ns,
                    uint64_t event, struct lab_replay **replay, struct lab_problem *problem);
/* Whose past it is: a run of a lab by its name; or, without a lab, a course that has come to where it is
 * to be looked at from, and stays there meanwhile. */
struct lab_past {
    struct lab *lab;
    const char *run;
    const struct lab_course *course;
};
/* The same of either. */
int lab_past_open(const struct lab_past *past, enum lab_replay_start start, int64_t time_ns,
                  uint64_t event, struct lab_replay **replay, struct lab_problem *problem);
/* Should whoever computes give up? */
bool lab_replay_gives_up(const struct lab_replay *replay);
/* Goes on to a time (at most the edge): every event and input up to it. False: the program is about to
 * end, or the run was halted there. */
bool lab_replay_run(struct lab_replay *replay, int64_t until_ns);
/* causes.c: lab_run_causes() of either; past->run is what it is called. */
int lab_past_causes(const struct lab_past *past, const struct lab_scenario *scenario,
                    const struct lab_causes_query *query, struct cJSON **out,
                    struct lab_problem *problem);
/* Takes the pointer and clears it. */
void lab_replay_close(struct lab_replay **replay);

#endif
