/* jobs.c - keeps jobs, and the threads that do them.
 *
 * One lock guards the list and what is told of each job; it is never held while a job computes. A
 * cancelled job is told to give up and is over for whoever asks, while its thread is still on its
 * way out; only then may it be freed. */
#include "lab/jobs_internal.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    LIST_MAX = LAB_JOBS_RUNNING_MAX + LAB_JOBS_WAITING_MAX + LAB_JOBS_KEPT_MAX,
    NICENESS = 15, /* a thirtieth of the share of a live run's worker where both want a core */
    NAME_BYTES = 24,
};

struct lab_jobs {
    struct lab *lab;
    pthread_mutex_t lock;
    pthread_cond_t work; /* something waits, or closing */
    bool closing;
    uint64_t last;                  /* number of the newest job */
    struct lab_job *list[LIST_MAX]; /* oldest first */
    uint32_t count;
    pthread_t threads[LAB_JOBS_RUNNING_MAX];
    uint32_t thread_count;
};

static const char *state_name(enum lab_job_state state)
{
    static const char *const NAMES[] = {[LAB_JOB_WAITING] = "waiting",
                                        [LAB_JOB_RUNNING] = "running",
                                        [LAB_JOB_DONE] = "done",
                                        [LAB_JOB_CANCELLED] = "cancelled",
                                        [LAB_JOB_FAILED] = "failed"};
    return NAMES[state];
}

static bool is_over(const struct lab_job *job)
{
    return job->state >= LAB_JOB_DONE;
}

/* ---- A job ---- */

struct lab_job *lab_job_make(struct lab *lab, const char *kind, const char *owner,
                             int (*work)(struct lab_job *job, struct lab_problem *problem))
{
    struct lab_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        abort();
    }
    job->lab = lab;
    job->kind = kind;
    job->work = work;
    (void)snprintf(job->owner, sizeof job->owner, "%s", owner == NULL ? "" : owner);
    return job;
}

void lab_job_free(struct lab_job *job)
{
    assert(!job->at_work);
    lab_inputs_free(&job->inputs);
    lab_scenario_free(&job->scenario);
    cJSON_Delete(job->result);
    free(job);
}

void lab_job_lock(struct lab_job *job)
{
    pthread_mutex_lock(&job->lab->jobs->lock);
}

void lab_job_unlock(struct lab_job *job)
{
    pthread_mutex_unlock(&job->lab->jobs->lock);
}

int lab_job_fields(const struct cJSON *body, const char *what, const char *const *fields,
                   struct lab_problem *problem)
{
    if (!cJSON_IsObject(body)) {
        return lab_refuse(problem, LAB_BAD_REQUEST, "the body must be a JSON object");
    }
    for (const cJSON *item = body->child; item != NULL; item = item->next) {
        bool known = false;
        for (int i = 0; fields[i] != NULL; i++) {
            known = known || strcmp(item->string, fields[i]) == 0;
        }
        if (!known) {
            int status = lab_refuse(problem, LAB_UNPROCESSABLE, "a %s has no field \"%.40s\"", what,
                                    item->string);
            for (int i = 0; fields[i] != NULL; i++) {
                lab_problem_allow(problem, fields[i]);
            }
            return status;
        }
    }
    return 0;
}

/* ---- The list; the lock is held ---- */

static void list_remove(struct lab_jobs *jobs, uint32_t place)
{
    lab_job_free(jobs->list[place]);
    jobs->count--;
    memmove(&jobs->list[place], &jobs->list[place + 1],
            (jobs->count - place) * sizeof jobs->list[0]);
}

/* The oldest that are over go, so that at most `kept` of those stay. */
static void list_trim(struct lab_jobs *jobs, uint32_t kept)
{
    uint32_t over = 0;
    for (uint32_t i = 0; i < jobs->count; i++) {
        over += is_over(jobs->list[i]) && !jobs->list[i]->at_work;
    }
    for (uint32_t i = 0; i < jobs->count && over > kept;) {
        if (is_over(jobs->list[i]) && !jobs->list[i]->at_work) {
            list_remove(jobs, i);
            over--;
        } else {
            i++;
        }
    }
}

static uint32_t count_of(const struct lab_jobs *jobs, enum lab_job_state state, const char *owner)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < jobs->count; i++) {
        const struct lab_job *job = jobs->list[i];
        count += job->state == state && (owner == NULL || strcmp(job->owner, owner) == 0);
    }
    return count;
}

static int check_room(const struct lab_jobs *jobs, const struct lab_job *job,
                      struct lab_problem *problem)
{
    if (jobs->closing) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "the program is about to end");
    }
    if (count_of(jobs, LAB_JOB_WAITING, job->owner) + count_of(jobs, LAB_JOB_RUNNING, job->owner) >=
        LAB_JOBS_OWNER_MAX) {
        return lab_refuse(problem, LAB_TOO_MANY,
                          "%d jobs of yours run or wait already, the most there may be; wait for "
                          "one or cancel it",
                          LAB_JOBS_OWNER_MAX);
    }
    if (count_of(jobs, LAB_JOB_WAITING, NULL) >= LAB_JOBS_WAITING_MAX) {
        return lab_refuse(problem, LAB_UNAVAILABLE, "%d jobs wait already, the most there may be",
                          LAB_JOBS_WAITING_MAX);
    }
    return 0;
}

int lab_job_queue(struct lab_job *job, struct cJSON **out, struct lab_problem *problem)
{
    struct lab_jobs *jobs = job->lab->jobs;
    char name[NAME_BYTES];
    pthread_mutex_lock(&jobs->lock);
    list_trim(jobs, LAB_JOBS_KEPT_MAX - 1);
    int status = check_room(jobs, job, problem);
    if (status == 0) {
        assert(jobs->count < LIST_MAX);
        job->number = ++jobs->last;
        jobs->list[jobs->count++] = job;
        (void)snprintf(name, sizeof name, "j%" PRIu64, job->number);
        pthread_cond_signal(&jobs->work);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (status != 0) {
        lab_job_free(job);
        return status;
    }
    *out = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(*out, "job", name);
    return 0;
}

/* NULL when there is none of this name that may be seen: -404. */
static struct lab_job *find(struct lab_jobs *jobs, const char *name, const char *owner, bool all,
                            uint32_t *place)
{
    char known[NAME_BYTES];
    for (*place = 0; *place < jobs->count; ++*place) {
        struct lab_job *job = jobs->list[*place];
        (void)snprintf(known, sizeof known, "j%" PRIu64, job->number);
        bool mine = owner != NULL && owner[0] != '\0' && strcmp(job->owner, owner) == 0;
        if (strcmp(known, name) == 0 && (all || mine)) {
            return job;
        }
    }
    return NULL;
}

static int refuse_unknown(const char *name, struct lab_problem *problem)
{
    return lab_refuse(
        problem, LAB_NOT_FOUND,
        "there is no job \"%.20s\" of yours; those that are over are kept for a while "
        "only",
        name);
}

static cJSON *job_json(const struct lab_job *job, const char *name)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(object, "job", name);
    (void)cJSON_AddStringToObject(object, "kind", job->kind);
    (void)cJSON_AddStringToObject(object, "state", state_name(job->state));
    cJSON *progress = cJSON_AddObjectToObject(object, "progress");
    (void)cJSON_AddNumberToObject(progress, "done", (double)atomic_load(&job->done));
    (void)cJSON_AddItemToObject(
        progress, "of", job->of > 0 ? cJSON_CreateNumber((double)job->of) : cJSON_CreateNull());
    if (job->result != NULL) {
        (void)cJSON_AddItemToObject(object, "result", cJSON_Duplicate(job->result, true));
    }
    if (job->problem[0] != '\0') {
        (void)cJSON_AddStringToObject(object, "problem", job->problem);
    }
    return object;
}

int lab_job_get(struct lab *lab, const char *name, const char *owner, bool all, struct cJSON **out,
                struct lab_problem *problem)
{
    struct lab_jobs *jobs = lab->jobs;
    uint32_t place;
    pthread_mutex_lock(&jobs->lock);
    const struct lab_job *job = find(jobs, name, owner, all, &place);
    if (job != NULL) {
        *out = job_json(job, name);
    }
    pthread_mutex_unlock(&jobs->lock);
    return job != NULL ? 0 : refuse_unknown(name, problem);
}

static void cancel(struct lab_job *job)
{
    job->state = LAB_JOB_CANCELLED;
    atomic_store(&job->give_up, true);
}

int lab_job_delete(struct lab *lab, const char *name, const char *owner, bool all,
                   struct lab_problem *problem)
{
    struct lab_jobs *jobs = lab->jobs;
    uint32_t place;
    pthread_mutex_lock(&jobs->lock);
    struct lab_job *job = find(jobs, name, owner, all, &place);
    if (job != NULL && !is_over(job)) {
        cancel(job);
    } else if (job != NULL && !job->at_work) {
        list_remove(jobs, place);
    }
    pthread_mutex_unlock(&jobs->lock);
    return job != NULL ? 0 : refuse_unknown(name, problem);
}

/* ---- The threads ---- */

static struct lab_job *take_waiting(struct lab_jobs *jobs)
{
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (jobs->list[i]->state == LAB_JOB_WAITING) {
            jobs->list[i]->state = LAB_JOB_RUNNING;
            jobs->list[i]->at_work = true;
            return jobs->list[i];
        }
    }
    return NULL;
}

/* One that was cancelled meanwhile stays so, with what it had found. */
static void finish(struct lab_job *job, int status, struct lab_problem *problem)
{
    job->at_work = false;
    if (job->state == LAB_JOB_RUNNING) {
        job->state = status == 0 ? LAB_JOB_DONE : LAB_JOB_FAILED;
        if (status != 0) {
            (void)snprintf(job->problem, sizeof job->problem, "%s", problem->detail);
        }
    }
    if (status != 0) {
        lab_problem_clear(problem);
    }
}

static void *work(void *argument)
{
    struct lab_jobs *jobs = argument;
    /* On Linux niceness is of a thread. Where it is refused, jobs are as important as runs. */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->closing) {
        struct lab_job *job = take_waiting(jobs);
        if (job == NULL) {
            pthread_cond_wait(&jobs->work, &jobs->lock);
            continue;
        }
        struct lab_problem problem = {.allowed = NULL};
        pthread_mutex_unlock(&jobs->lock);
        int status = job->work(job, &problem);
        pthread_mutex_lock(&jobs->lock);
        finish(job, status, &problem);
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

int lab_jobs_open(struct lab *lab, struct lab_problem *problem)
{
    struct lab_jobs *jobs = calloc(1, sizeof *jobs);
    if (jobs == NULL) {
        abort();
    }
    jobs->lab = lab;
    lab->jobs = jobs;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->work, NULL);
    for (; jobs->thread_count < LAB_JOBS_RUNNING_MAX; jobs->thread_count++) {
        if (pthread_create(&jobs->threads[jobs->thread_count], NULL, work, jobs) != 0) {
            return lab_refuse(problem, LAB_UNAVAILABLE, "cannot start a thread for jobs");
        }
    }
    return 0;
}

void lab_jobs_give_up(struct lab_jobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    pthread_mutex_lock(&jobs->lock);
    jobs->closing = true;
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (!is_over(jobs->list[i])) {
            cancel(jobs->list[i]);
        }
    }
    pthread_cond_broadcast(&jobs->work);
    pthread_mutex_unlock(&jobs->lock);
}

void lab_jobs_close(struct lab_jobs **jobs_pointer)
{
    struct lab_jobs *jobs = *jobs_pointer;
    if (jobs == NULL) {
        return;
    }
    lab_jobs_give_up(jobs);
    for (uint32_t i = 0; i < jobs->thread_count; i++) {
        pthread_join(jobs->threads[i], NULL);
    }
    *jobs_pointer = NULL;
    while (jobs->count > 0) {
        list_remove(jobs, jobs->count - 1);
    }
    pthread_mutex_destroy(&jobs->lock);
    pthread_cond_destroy(&jobs->work);
    free(jobs);
}
