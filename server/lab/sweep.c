/* sweep.c - many seeds of one scenario. */
#include "lab/sweep.h"

#include "base/draw.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POWER_PCT = 95, POWER_RUNS_MIN = 20, FAULT_NAME_BYTES = 24 };
static const int64_t FAULTS_FROM_NS = 5 * INT64_C(1000000000);
static const uint32_t DRAW_CORE = DRAW_PURPOSE('c', 'o', 'r', 'e');

static const char *const OUTCOME_NAMES[LAB_OUTCOMES] = {
    [LAB_OUTCOME_BROKEN] = "broken",     [LAB_OUTCOME_CAUGHT] = "caught",
    [LAB_OUTCOME_RESTLESS] = "restless", [LAB_OUTCOME_HALTED] = "halted",
    [LAB_OUTCOME_UNKNOWN] = "unknown",   [LAB_OUTCOME_GOOD] = "good"};

const char *lab_outcome_name(enum lab_outcome outcome)
{
    return OUTCOME_NAMES[outcome];
}

/* ---- Kinds of faults by name ---- */

#define KIND(name) (1u << NEMESIS_##name)
static const uint32_t PROCESS_FAULTS = KIND(CRASH) | KIND(PAUSE) | KIND(SLOW_CPU);
static const uint32_t NETWORK_FAULTS = KIND(CUT) | KIND(PARTITION) | KIND(ISOLATE) | KIND(LINK);
static const uint32_t DISK_FAULTS =
    KIND(DISK_SLOW) | KIND(DISK_STALL) | KIND(DISK_FULL) | KIND(DISK_TEAR);
static const uint32_t CLOCK_FAULTS = KIND(CLOCK_SKEW) | KIND(CLOCK_DRIFT) | KIND(CLOCK_JUMP);
/* Disks that lie: no protocol here promises anything against them, so `all` leaves them out. */
static const uint32_t LYING_DISKS = KIND(DISK_LOSE_FSYNC) | KIND(DISK_ROT);

static const struct {
    const char *name;
    const uint32_t *kinds;
} GROUPS[] = {{"process", &PROCESS_FAULTS},
              {"network", &NETWORK_FAULTS},
              {"disk", &DISK_FAULTS},
              {"clock", &CLOCK_FAULTS},
              {"lying_disks", &LYING_DISKS}};
enum { GROUP_COUNT = sizeof GROUPS / sizeof GROUPS[0] };

static bool fault_find(const char *name, uint32_t *kinds)
{
    if (strcmp(name, "all") == 0) {
        *kinds |= PROCESS_FAULTS | NETWORK_FAULTS | DISK_FAULTS | CLOCK_FAULTS;
        return true;
    }
    for (int i = 0; i < GROUP_COUNT; i++) {
        if (strcmp(name, GROUPS[i].name) == 0) {
            *kinds |= *GROUPS[i].kinds;
            return true;
        }
    }
    for (int i = 0; i < NEMESIS_KINDS; i++) {
        if (strcmp(name, nemesis_kind_name((enum nemesis_kind)i)) == 0) {
            *kinds |= 1u << i;
            return true;
        }
    }
    return strcmp(name, "none") == 0;
}

int lab_faults_parse(const char *text, uint32_t *kinds, struct lab_problem *problem)
{
    uint32_t found = 0;
    for (const char *at = text; *at != '\0';) {
        char name[FAULT_NAME_BYTES];
        size_t length = strcspn(at, ",");
        size_t kept = length < sizeof name ? length : sizeof name - 1;
        memcpy(name, at, kept);
        name[kept] = '\0';
        if (!fault_find(name, &found)) {
            int status = lab_refuse(problem, LAB_UNPROCESSABLE, "there is no fault \"%s\"", name);
            lab_problem_allow(problem, "none");
            lab_problem_allow(problem, "all");
            for (int i = 0; i < GROUP_COUNT; i++) {
                lab_problem_allow(problem, GROUPS[i].name);
            }
            for (int i = 0; i < NEMESIS_KINDS; i++) {
                lab_problem_allow(problem, nemesis_kind_name((enum nemesis_kind)i));
            }
            return status;
        }
        at += length + (at[length] == ',');
    }
    *kinds = found;
    return 0;
}

void lab_faults_words(uint32_t kinds, struct text *text)
{
    const char *separator = "";
    for (int i = 0; i < NEMESIS_KINDS; i++) {
        if ((kinds >> i & 1) != 0) {
            text_add(text, separator);
            text_add(text, nemesis_kind_name((enum nemesis_kind)i));
            separator = " ";
        }
    }
}

/* ---- One seed ---- */

/* Who talks with whom in the scenario as it is: a fault at a node that says nothing, or a cut of a
 * link that nobody uses, proves nothing. */
struct traffic {
    uint64_t active; /* nodes that talk */
    uint64_t hubs;   /* those of them that talk with most others */
};
enum { PROBE_SECONDS = 20, PROBE_FLIGHTS = 256 };
static const int64_t PROBE_STEP_NS = 5000000;

static void traffic_sample(struct sim *sim, uint64_t talks[SIM_NODES_MAX])
{
    struct sim_flight flights[PROBE_FLIGHTS];
    uint32_t count = sim_flights(sim, flights, PROBE_FLIGHTS);
    for (uint32_t i = 0; i < count; i++) {
        if (!flights[i].carried && flights[i].from < SIM_NODES_MAX) {
            talks[flights[i].from] |= UINT64_C(1) << flights[i].to;
            talks[flights[i].to] |= UINT64_C(1) << flights[i].from;
        }
    }
}

static void traffic_weigh(const uint64_t talks[SIM_NODES_MAX], struct traffic *traffic)
{
    int most = 0;
    *traffic = (struct traffic){.active = 0};
    for (uint32_t i = 0; i < SIM_NODES_MAX; i++) {
        int others = __builtin_popcountll(talks[i]);
        traffic->active |= others > 0 ? UINT64_C(1) << i : 0;
        traffic->hubs = others > most ? 0 : traffic->hubs;
        most = others > most ? others : most;
        traffic->hubs |= others > 0 && others == most ? UINT64_C(1) << i : 0;
    }
}

static int traffic_probe(const struct lab_sweep *sweep, struct traffic *traffic,
                         struct lab_problem *problem)
{
    struct lab_course course;
    uint64_t talks[SIM_NODES_MAX] = {0};
    int status = lab_course_open(&course, sweep->scenario, sweep->first_seed, sweep->settings,
                                 false, problem);
    if (status != 0) {
        return status;
    }
    course.sim.sink = (struct node_row_sink){0};
    for (int64_t at_ns = 0; at_ns < PROBE_SECONDS * INT64_C(1000000000); at_ns += PROBE_STEP_NS) {
        (void)lab_course_run(&course, at_ns, UINT64_MAX);
        traffic_sample(&course.sim, talks);
    }
    traffic_weigh(talks, traffic);
    lab_course_close(&course);
    return 0;
}

/* The last third of the time is for healing: of all, or of a core only. */
static void faults_draw(const struct lab_sweep *sweep, const struct traffic *traffic, uint64_t seed,
                        int64_t until_ns, bool core_only, struct nemesis *nemesis)
{
    struct sim_plan plan;
    lab_scenario_plan(sweep->scenario, seed, sweep->settings, &plan);
    struct system_core core = {0};
    if (sweep->scenario->system->core != NULL) {
        sweep->scenario->system->core(sweep->scenario->data, &core);
    }
    struct nemesis_profile profile = {.kinds = sweep->faults,
                                      .always = sweep->always,
                                      .nodes = traffic->active,
                                      .peers = traffic->hubs,
                                      .core = core.all,
                                      .core_one = core.one,
                                      .core_only = core_only,
                                      .from_ns = FAULTS_FROM_NS,
                                      .to_ns = until_ns / 3 * 2};
    nemesis_draw(nemesis, &profile, &plan, seed);
}

static void line_fill(const struct lab_headless_result *result, struct lab_sweep_line *line)
{
    const struct lab_judgement *judgement = &result->judgement;
    int code = lab_judgement_code(judgement, NULL);
    line->digest = result->digest;
    line->events = result->events;
    line->effective = result->effective_faults;
    line->reason = judgement->restless;
    line->restless_node = judgement->restless_node;
    line->halt = judgement->halt;
    if (result->halt != SIM_HALT_NONE) {
        line->halt = result->halt;
        line->reason = result->halt_reason;
    }
    for (uint32_t i = 0; i < judgement->count; i++) {
        if (judgement->findings[i].verdict == SYSTEM_FAIL &&
            judgement->unpromised[i] == UINT16_MAX) {
            const struct lab_judged *judged = lab_judged_find(judgement, i);
            line->anomaly = line->failed == 0 && judged != NULL ? judged->anomaly : line->anomaly;
            line->reason = line->failed == 0 ? judgement->findings[i].reason : line->reason;
            line->failed |= UINT64_C(1) << i;
        }
    }
    line->outcome = line->failed != 0 && result->excuse != NULL ? LAB_OUTCOME_CAUGHT
                    : line->failed != 0                         ? LAB_OUTCOME_BROKEN
                    : line->halt != SIM_HALT_NONE               ? LAB_OUTCOME_HALTED
                    : code == 4                                 ? LAB_OUTCOME_RESTLESS
                    : code == 0                                 ? LAB_OUTCOME_GOOD
                                                                : LAB_OUTCOME_UNKNOWN;
}

static int run_seed(const struct lab_sweep *sweep, const struct traffic *traffic, uint64_t seed,
                    struct lab_sweep_line *line, struct lab_problem *problem)
{
    int64_t until_ns = sweep->until_ns > 0 ? sweep->until_ns : sweep->scenario->until_ns;
    struct nemesis *nemesis = calloc(1, sizeof *nemesis);
    struct lab_headless_result *result = malloc(sizeof *result);
    struct lab_inputs inputs = {0};
    if (nemesis == NULL || result == NULL) {
        abort();
    }
    struct lab_headless_options options = {.scenario = sweep->scenario,
                                           .seed = seed,
                                           .settings = sweep->settings,
                                           .inputs = &inputs,
                                           .until_ns = until_ns};
    *line = (struct lab_sweep_line){.seed = seed};
    if (sweep->faults != 0 && until_ns / 3 * 2 > FAULTS_FROM_NS) {
        bool core_only = draw_u64(seed, DRAW_CORE, 0, 0) % 2 == 1;
        faults_draw(sweep, traffic, seed, until_ns, core_only, nemesis);
        for (uint32_t i = 0; i < nemesis->count; i++) {
            (void)lab_inputs_insert(&inputs, &nemesis->inputs[i], 0, "script");
        }
        uint64_t all = (UINT64_C(1) << sweep->scenario->node_count) - 1;
        line->faults = nemesis->kinds;
        line->core_only = nemesis->core != 0 && nemesis->core != all;
        options.core = line->core_only ? nemesis->core : 0;
    }
    int status = lab_headless_run(&options, result, problem);
    if (status == 0) {
        line_fill(result, line);
    }
    lab_inputs_free(&inputs);
    free(result);
    free(nemesis);
    return status;
}

int lab_sweep_faults(const struct lab_sweep *sweep, struct lab_inputs *inputs,
                     struct lab_problem *problem)
{
    struct traffic traffic;
    int64_t until_ns = sweep->until_ns > 0 ? sweep->until_ns : sweep->scenario->until_ns;
    if (until_ns / 3 * 2 <= FAULTS_FROM_NS) {
        return lab_refuse(problem, LAB_UNPROCESSABLE,
                          "faults need a run of more than %d s, of which they have two thirds",
                          (int)(FAULTS_FROM_NS / 2 * 3 / 1000000000));
    }
    int status = traffic_probe(sweep, &traffic, problem);
    if (status != 0) {
        return status;
    }
    struct nemesis *nemesis = calloc(1, sizeof *nemesis);
    if (nemesis == NULL) {
        abort();
    }
    faults_draw(sweep, &traffic, sweep->first_seed, until_ns, false, nemesis);
    for (uint32_t i = 0; i < nemesis->count; i++) {
        nemesis->inputs[i].time_ns -= nemesis->inputs[i].time_ns % 1000;
        (void)lab_inputs_insert(inputs, &nemesis->inputs[i], 0, "script");
    }
    free(nemesis);
    return 0;
}

/* ---- All of them ---- */

struct shared {
    const struct lab_sweep *sweep;
    struct traffic traffic;
    atomic_ullong next;
    pthread_mutex_t lock;
    int status; /* of the first that was refused */
    struct lab_problem *problem;
};

static void *work(void *argument)
{
    struct shared *shared = argument;
    const struct lab_sweep *sweep = shared->sweep;
    uint64_t count = sweep->last_seed - sweep->first_seed + 1;
    uint64_t index;
    while ((index = atomic_fetch_add(&shared->next, 1)) < count) {
        struct lab_problem problem;
        int status = run_seed(sweep, &shared->traffic, sweep->first_seed + index,
                              &sweep->lines[index], &problem);
        if (status != 0) {
            pthread_mutex_lock(&shared->lock);
            if (shared->status == 0) {
                shared->status = status;
                *shared->problem = problem;
            } else {
                lab_problem_clear(&problem);
            }
            pthread_mutex_unlock(&shared->lock);
            return NULL;
        }
    }
    return NULL;
}

int lab_sweep_run(const struct lab_sweep *sweep, struct lab_problem *problem)
{
    struct shared shared = {.sweep = sweep, .problem = problem};
    pthread_t threads[LAB_SWEEP_JOBS_MAX];
    long cores = sweep->jobs != 0 ? (long)sweep->jobs : sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t jobs = cores < 1                    ? 1
                    : cores > LAB_SWEEP_JOBS_MAX ? LAB_SWEEP_JOBS_MAX
                                                 : (uint32_t)cores;
    assert(sweep->first_seed <= sweep->last_seed);
    int status = traffic_probe(sweep, &shared.traffic, problem);
    if (status != 0) {
        return status;
    }
    pthread_mutex_init(&shared.lock, NULL);
    uint32_t started = 0;
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, work, &shared) == 0) {
        started++;
    }
    (void)work(&shared);
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_mutex_destroy(&shared.lock);
    return shared.status;
}

void lab_sweep_summarise(const struct lab_sweep *sweep, struct lab_sweep_summary *summary)
{
    memset(summary, 0, sizeof *summary);
    uint64_t count = sweep->last_seed - sweep->first_seed + 1;
    for (uint64_t i = 0; i < count; i++) {
        const struct lab_sweep_line *line = &sweep->lines[i];
        summary->outcomes[line->outcome]++;
        if (line->outcome <= LAB_OUTCOME_CAUGHT && summary->first_caught == 0) {
            summary->first_caught = line->seed;
        }
        for (int kind = 0; kind < NEMESIS_KINDS; kind++) {
            summary->faults[kind].on += line->faults >> kind & 1;
            summary->faults[kind].effective += (line->faults & line->effective) >> kind & 1;
        }
    }
    for (int kind = 0; kind < NEMESIS_KINDS; kind++) {
        if (summary->faults[kind].on >= POWER_RUNS_MIN &&
            summary->faults[kind].effective * 100 < summary->faults[kind].on * POWER_PCT) {
            summary->powerless |= 1u << kind;
        }
    }
}
