/* search.c - many seeds of one scenario, until a condition holds.
 *
 * A run here is only asked one question, so nothing is made that the question does not need: rows
 * only for a condition over rows, notes only for one over notes, no words, no judgement. */
#include "lab/search.h"

#include "lab/documents.h"
#include "lab/lab_internal.h"
#include "lab/settings.h"
#include "lab/words.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEPS_BETWEEN_LOOKS = 100000 }; /* some milliseconds */
static const int64_t NS_PER_US = 1000;

struct shared {
    const struct lab_search *search;
    uint64_t count; /* seeds */
    uint32_t hits_max;
    int64_t within_ns;
    atomic_ullong next; /* seed to be taken, from first_seed */
    atomic_bool enough; /* no further seed is needed */
    pthread_mutex_t lock;
    /* Under the lock. */
    struct lab_search_result result;
    int status; /* of the first that was refused */
    struct lab_problem *problem;
};

/* ---- One seed ---- */

/* The course of one seed, and the first thing that its condition held on. */
struct look {
    struct lab_course course;
    bool told;
    struct lab_search_hit hit;
};

static void hit_begin(struct look *look)
{
    look->told = true;
    look->hit = (struct lab_search_hit){.seed = look->course.seed,
                                        .time_ns = lab_course_now_ns(&look->course),
                                        .node = NODE_NONE,
                                        .subject = NODE_NONE};
}

static void see_note(void *context, const struct node_note *note, const struct system_note *known)
{
    struct look *look = context;
    if (!look->course.stopped || look->told) {
        return;
    }
    hit_begin(look);
    look->hit.kind = known->name;
    look->hit.noted = true;
    look->hit.note = *note;
    look->hit.node = note->node;
    look->hit.subject = note->subject;
    struct text words = text_init(look->hit.words, sizeof look->hit.words);
    lab_words_note(look->course.scenario, note, &words);
}

static void see_row(void *context, const struct node_row *row)
{
    struct look *look = context;
    if (!look->course.stopped || look->told) {
        return;
    }
    const struct system *system = look->course.scenario->system;
    hit_begin(look);
    look->hit.kind = system->tables[row->table].name;
    if (row->table == system->subject_table && row->cells[0] != NODE_CELL_NULL) {
        look->hit.subject = (uint32_t)row->cells[0];
    }
    struct text words = text_init(look->hit.words, sizeof look->hit.words);
    lab_words_row(look->course.scenario, row, &words);
}

/* The condition held at a whole second: the figures it asks for, as they are. */
static void see_figures(struct look *look)
{
    hit_begin(look);
    struct text words = text_init(look->hit.words, sizeof look->hit.words);
    lab_condition_figures_words(&look->course.condition, look->course.scenario,
                                look->course.figures, &words);
}

/* Leaves out what the condition cannot see. */
static void listen(struct look *look, const struct lab_condition *condition)
{
    struct lab_course *course = &look->course;
    course->context = look;
    course->note = see_note;
    course->row = see_row;
    course->recorder.put = NULL;
    course->sim.checks = lab_condition_sees(condition, NODE_NOTE_VIOLATION);
    course->sim.sink.put = condition->tables != 0 ? course->sim.sink.put : NULL;
    course->sim.sink.note = condition->uses_notes ? course->sim.sink.note : NULL;
}

static bool given_up(const struct lab_search *search)
{
    return search->give_up != NULL && atomic_load(search->give_up);
}

static void look_to_end(const struct shared *shared, struct look *look)
{
    enum sim_status status;
    lab_course_arm(&look->course, shared->search->condition, false);
    do {
        status = lab_course_run(&look->course, shared->within_ns, STEPS_BETWEEN_LOOKS);
    } while (status == SIM_WORKING && !given_up(shared->search));
    if (look->course.stopped && !look->told) {
        see_figures(look);
    }
}

/* ---- What comes of them ---- */

/* Keeps the hits in order of seed, and of those only the first hits_max. */
static void hit_keep(struct shared *shared, const struct lab_search_hit *hit)
{
    struct lab_search_result *result = &shared->result;
    uint32_t place = result->count;
    while (place > 0 && result->hits[place - 1].seed > hit->seed) {
        place--;
    }
    if (place == shared->hits_max) {
        return; /* a larger seed than all of those that are enough */
    }
    result->count += result->count < shared->hits_max;
    memmove(&result->hits[place + 1], &result->hits[place],
            (result->count - 1 - place) * sizeof *hit);
    result->hits[place] = *hit;
    if (result->count == shared->hits_max) {
        atomic_store(&shared->enough, true);
    }
}

static int seed_look(struct shared *shared, uint64_t seed)
{
    const struct lab_search *search = shared->search;
    struct lab_problem problem;
    struct look look = {.told = false};
    int status =
        lab_course_open(&look.course, search->scenario, seed, search->settings, true, &problem);
    if (status == 0) {
        listen(&look, search->condition);
        look_to_end(shared, &look);
    }
    pthread_mutex_lock(&shared->lock);
    if (status != 0 && shared->status == 0) {
        shared->status = status;
        *shared->problem = problem;
    } else if (status != 0) {
        lab_problem_clear(&problem);
    } else {
        shared->result.runs++;
        shared->result.events += sim_steps(&look.course.sim);
        shared->result.virtual_ns += lab_course_now_ns(&look.course);
        if (look.told) {
            hit_keep(shared, &look.hit);
            if (search->found != NULL) {
                search->found(search->context, &look.hit);
            }
        }
    }
    pthread_mutex_unlock(&shared->lock);
    if (status == 0) {
        lab_course_close(&look.course);
    }
    return status;
}

/* Seeds are taken in order: when there are enough hits, whoever is still at work is at a seed that
 * comes before all that nobody has taken. So the first hits are the same for any number of threads. */
static void *work(void *argument)
{
    struct shared *shared = argument;
    const struct lab_search *search = shared->search;
    int status = 0;
    while (status == 0 && !atomic_load(&shared->enough) && !given_up(search)) {
        uint64_t index = atomic_fetch_add(&shared->next, 1);
        if (index >= shared->count) {
            break;
        }
        status = seed_look(shared, search->first_seed + index);
        if (search->seeds_done != NULL) {
            atomic_fetch_add(search->seeds_done, 1);
        }
    }
    return NULL;
}

static void work_in_threads(struct shared *shared)
{
    pthread_t threads[LAB_SEARCH_JOBS_MAX];
    uint32_t asked = shared->search->jobs;
    long cores = asked != 0 ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);
    long jobs = cores < LAB_SEARCH_JOBS_MAX ? cores : LAB_SEARCH_JOBS_MAX;
    long started = 0;
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, work, shared) == 0) {
        started++;
    }
    (void)work(shared); /* this thread is one of them */
    for (long i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}

int lab_search_run(const struct lab_search *search, struct lab_search_result *result,
                   struct lab_problem *problem)
{
    struct lab_problem unheard = {.allowed = NULL};
    struct shared shared = {.search = search, .problem = problem == NULL ? &unheard : problem};
    assert(search->first_seed <= search->last_seed);
    assert(search->hits_max <= LAB_SEARCH_HITS_MAX);
    shared.count = search->last_seed - search->first_seed + 1;
    shared.hits_max = search->hits_max > 0 ? search->hits_max : LAB_SEARCH_HITS_MAX;
    shared.within_ns = search->within_ns > 0 ? search->within_ns : LAB_SEARCH_WITHIN_STANDARD_NS;
    shared.result.hits = calloc(shared.hits_max, sizeof *shared.result.hits);
    if (shared.result.hits == NULL) {
        abort();
    }
    int64_t begun_ns = lab_clock_ns();
    pthread_mutex_init(&shared.lock, NULL);
    work_in_threads(&shared);
    pthread_mutex_destroy(&shared.lock);
    shared.result.wall_ns = lab_clock_ns() - begun_ns;
    bool full = shared.result.count == shared.hits_max;
    shared.result.seeds =
        full ? shared.result.hits[shared.hits_max - 1].seed - search->first_seed + 1 : shared.count;
    if (shared.status == 0 && given_up(search)) {
        shared.status = lab_refuse(problem, LAB_UNAVAILABLE, "the search was given up");
    }
    lab_problem_clear(&unheard);
    if (shared.status != 0) {
        free(shared.result.hits);
        return shared.status;
    }
    *result = shared.result;
    return 0;
}

void lab_search_free(struct lab_search_result *result)
{
    free(result->hits);
    *result = (struct lab_search_result){.hits = NULL};
}

struct cJSON *lab_search_hit_json(const struct lab_scenario *scenario,
                                  const struct lab_search_hit *hit)
{
    cJSON *object = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(object, "seed", (double)hit->seed);
    (void)cJSON_AddNumberToObject(object, "t_ms",
                                  lab_decimal((hit->time_ns + NS_PER_US - 1) / NS_PER_US, 3));
    if (hit->kind != NULL) {
        (void)cJSON_AddStringToObject(object, "kind", hit->kind);
    }
    if (hit->node < scenario->node_count) {
        (void)cJSON_AddStringToObject(object, "node", scenario->nodes[hit->node].name);
    }
    if (hit->subject != NODE_NONE) {
        (void)cJSON_AddNumberToObject(object, "subject", hit->subject);
    }
    (void)cJSON_AddStringToObject(object, "text", hit->words);
    if (hit->noted) {
        (void)cJSON_AddItemToObject(object, "note", lab_note_json(scenario, &hit->note));
    }
    return object;
}
