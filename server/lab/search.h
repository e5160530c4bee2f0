/* search.h - many seeds of one scenario, until a condition holds: where does something instructive
 * happen?
 *
 * A run is stopped at the event that decides it. Hits come in order of seed, the smallest first, and
 * are the same whatever the number of threads: seeds are handed out in order, and when enough hits
 * are known nobody takes a further one. Each hit is a run that `chef run --seed` can repeat. */
#ifndef LAB_SEARCH_H
#define LAB_SEARCH_H

#include "lab/condition.h"
#include "sim/sim.h"

#include <stdatomic.h>

enum {
    LAB_SEARCH_SEEDS_MAX = 1000000, /* of one search */
    LAB_SEARCH_HITS_MAX = 1000,     /* kept of one search */
    LAB_SEARCH_JOBS_MAX = 64,
    LAB_SEARCH_WORDS_BYTES = 240,
};
#define LAB_SEARCH_WITHIN_STANDARD_NS INT64_C(60000000000) /* a virtual minute */

/* Where a condition came true, and on what. */
struct lab_search_hit {
    uint64_t seed;
    int64_t time_ns;        /* of the event; a whole second for figures */
    uint32_t node, subject; /* whom it concerns; NODE_NONE where nobody */
    const char *kind;       /* name of the note or of the row's table; NULL: figures */
    bool noted;             /* it is a note, this one */
    struct node_note note;
    char words[LAB_SEARCH_WORDS_BYTES];
};

/* The zero value of what is not a pointer or a seed is the standard. */
struct lab_search {
    const struct lab_scenario *scenario;
    const int64_t *settings; /* at t = 0 */
    const struct lab_condition *condition;
    uint64_t first_seed, last_seed;
    int64_t within_ns;          /* virtual time each run may take; 0: a minute */
    uint32_t hits_max;          /* it ends with so many; 0: LAB_SEARCH_HITS_MAX */
    uint32_t jobs;              /* threads; 0: one a core */
    const atomic_bool *give_up; /* looked at between seeds and within long ones; or NULL */
    atomic_ullong *seeds_done;  /* counted up, for whoever watches; or NULL */
    /* Called with each hit as it comes, one at a time; in order of seed with one thread. Or NULL. */
    void *context;
    void (*found)(void *context, const struct lab_search_hit *hit);
};

struct lab_search_result {
    struct lab_search_hit *hits; /* in order of seed; lab_search_free() */
    uint32_t count;
    uint64_t seeds;  /* looked at to find them: from the first up to the last hit, or all */
    uint64_t runs;   /* made, those beyond the last hit included */
    uint64_t events; /* of all runs */
    int64_t virtual_ns, wall_ns;
};

/* 0, or -422 (a plan is refused), -503 (given up). The result is the caller's on success only. */
int lab_search_run(const struct lab_search *search, struct lab_search_result *result,
                   struct lab_problem *problem);
void lab_search_free(struct lab_search_result *result);
/* {seed, t_ms, kind?, node?, subject?, text, note?}: t_ms in whole microseconds, at or just after the event;
 * the caller's. */
struct cJSON *lab_search_hit_json(const struct lab_scenario *scenario,
                                  const struct lab_search_hit *hit);

#endif
