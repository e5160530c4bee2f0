/* jobs_internal.h - what a job is: jobs.c keeps and runs them, job_search.c and job_shrink.c know
 * what there is to do. */
#ifndef LAB_JOBS_INTERNAL_H
#define LAB_JOBS_INTERNAL_H

#include "lab/jobs.h"
#include "lab/lab_internal.h"

enum lab_job_state {
    LAB_JOB_WAITING,
    LAB_JOB_RUNNING,
    LAB_JOB_DONE,
    LAB_JOB_CANCELLED,
    LAB_JOB_FAILED,
};

struct lab_job {
    struct lab *lab;
    uint64_t number; /* 1, 2, 3 ...; its name is "j" and this */
    char owner[LAB_OWNER_BYTES];
    const char *kind; /* "search", "shrink" */
    /* Does it, without any lock; 0 or -status and a problem. */
    int (*work)(struct lab_job *job, struct lab_problem *problem);

    /* What it works on; its own. */
    struct lab_scenario *scenario;
    uint64_t seed, last_seed; /* a search: from the one to the other */
    int64_t settings[LAB_SETTINGS_MAX];
    struct lab_inputs inputs;
    int64_t until_ns;
    uint32_t hits_max;
    struct lab_condition condition;
    char check[64]; /* "": the first that is broken */

    atomic_bool give_up;
    atomic_ullong done; /* progress ... */
    uint64_t of;        /* ... of so many; 0: nobody knows */

    /* Under the lock of the jobs. */
    enum lab_job_state state;
    bool at_work;         /* a thread has it, cancelled or not */
    struct cJSON *result; /* so far, or in the end; NULL: none yet */
    char problem[LAB_PROBLEM_BYTES];
};

/* An empty job of that kind. */
struct lab_job *lab_job_make(struct lab *lab, const char *kind, const char *owner,
                             int (*work)(struct lab_job *job, struct lab_problem *problem));
void lab_job_free(struct lab_job *job);
/* Takes it over, whatever comes of it. 0 and {job}, or -429, -503 with the limit. */
int lab_job_queue(struct lab_job *job, struct cJSON **out, struct lab_problem *problem);
/* The result is to be looked at or changed only in between. */
void lab_job_lock(struct lab_job *job);
void lab_job_unlock(struct lab_job *job);

/* -422 when the body has a field that is not in the list, which ends with NULL. */
int lab_job_fields(const struct cJSON *body, const char *what, const char *const *fields,
                   struct lab_problem *problem);

#endif
