/* test_fault_matrix.c - the battery of faults by name, F01 to F14, against every system that keeps
 * something on several nodes: each cell from twenty seeds, without any promise broken.
 *
 * A cell is a fault and a scenario, "kv/ap-F03". The scenario runs without its own script; at six
 * virtual seconds the fault begins, on nodes that the seed chooses (or on the leader of that moment);
 * at the end everything is healed, comes to rest and is judged, histories included. A fault that never
 * changed anything proves nothing: then the cell fails too. F12 (a region) and F13 (a deployment)
 * belong to systems that are not here; F11 (who belongs to the cluster) to Raft alone, since the
 * store's and the city's members are fixed. */
#include "lab/course.h"
#include "lab/parts.h"
#include "lab/settings.h"
#include "load_scenario.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum {
    SEEDS = 20,
    SEEDS_LONG = 200,
    STEPS_MAX = 8,
    BODY_BYTES = 240,
    TYPES_MAX = 64,
    OVERLOAD = 3,
};
static const int64_t NS_PER_MS = 1000000;
static const int64_t BEGIN_MS = 6000;
static const int64_t END_MS = 24000;

/* Inputs as the API takes them; $A, $B: two members that the seed chooses, $B never who leads; $L: who
 * leads, else $A; $S: the seed. */
struct step {
    int64_t after_ms;
    const char *body;
};
struct fault {
    const char *name, *about;
    const char *only; /* a system, or NULL */
    bool overload;    /* three times the load from here on */
    bool lies;        /* outside of what the promises hold under: it must only end nothing */
    struct step steps[STEPS_MAX];
};

static const struct fault FAULTS[] = {
    {.name = "F01",
     .about = "a minority with the leader in it is cut off",
     .steps = {{0, "{\"type\": \"recipe.majority_cut\", \"length_ms\": 12000, \"seed\": $S}"}}},
    {.name = "F02",
     .about = "one-way cuts: one hears nobody, another is not heard by the leader",
     .steps = {{0, "{\"type\": \"link.cut\", \"node\": \"$A\", \"peer\": \"$B\", \"one_way\": 1}"},
               {500,
                "{\"type\": \"link.cut\", \"node\": \"$L\", \"peer\": \"$B\", \"one_way\": 1}"},
               {12000, "{\"type\": \"net.heal\"}"}}},
    {.name = "F03-bridge",
     .about = "two halves, and one that hears both",
     .steps = {{0, "{\"type\": \"recipe.bridge\", \"length_ms\": 12000, \"seed\": $S}"}}},
    {.name = "F03-ring",
     .about = "each hears a majority, no two the same one",
     .steps = {{0, "{\"type\": \"recipe.ring\", \"length_ms\": 12000, \"seed\": $S}"}}},
    {.name = "F04",
     .about = "the leader crashes, then all restart one after the other",
     .steps = {{0, "{\"type\": \"node.crash\", \"node\": \"$L\"}"},
               {3000, "{\"type\": \"node.restart\", \"node\": \"$L\"}"},
               {5000, "{\"type\": \"recipe.rolling_restarts\", \"length_ms\": 10000}"}}},
    {.name = "F05",
     .about = "the leader stands still for ten seconds and does not know it",
     .steps = {{0, "{\"type\": \"node.pause\", \"node\": \"$L\"}"},
               {10000, "{\"type\": \"node.resume\", \"node\": \"$L\"}"}}},
    {.name = "F06",
     .about = "clocks skewed, drifting, jumping",
     .steps = {{0, "{\"type\": \"recipe.clock_storm\", \"length_ms\": 12000, \"seed\": $S}"}}},
    {.name = "F07",
     .about = "a slow disk at the leader, a disk that stands still elsewhere",
     .steps = {{0, "{\"type\": \"recipe.slow_leader_disk\", \"length_ms\": 12000}"},
               {2000, "{\"type\": \"disk.stall\", \"node\": \"$B\", \"stall_ms\": 4000}"}}},
    {.name = "F08",
     .about = "a full disk, and a crash in the middle of a write",
     .steps = {{0, "{\"type\": \"disk.full\", \"node\": \"$A\", \"on\": 1}"},
               {5000, "{\"type\": \"disk.full\", \"node\": \"$A\", \"on\": 0}"},
               {6000, "{\"type\": \"disk.stall\", \"node\": \"$B\", \"stall_ms\": 2000}"},
               {6000, "{\"type\": \"disk.tear\", \"node\": \"$B\", \"on\": 1}"},
               {6500, "{\"type\": \"node.crash\", \"node\": \"$B\"}"},
               {8000, "{\"type\": \"node.restart\", \"node\": \"$B\"}"}}},
    {.name = "F09",
     .about = "all links late, lossy, doubling and out of order",
     .steps = {{0, "{\"type\": \"link.set\", \"delay_us\": 5000, \"jitter_us\": 20000, "
                   "\"loss_ppm\": 30000, "
                   "\"duplicate_ppm\": 30000, \"reorder_ppm\": 50000}"},
               {12000, "{\"type\": \"net.heal\"}"}}},
    {.name = "F10", .about = "three times the load", .overload = true, .steps = {{0, NULL}}},
    {.name = "F11",
     .about = "two leave the council under load and come back",
     .only = "raft",
     .steps = {{0, "{\"type\": \"raft.members\", \"node\": \"$L\", \"voters_mask\": 7}"},
               {6000, "{\"type\": \"raft.members\", \"node\": \"$L\", \"voters_mask\": 31}"}}},
    {.name = "F14",
     .about = "a disk that promises what a crash takes back, and one that rots",
     .lies = true,
     .steps = {{0, "{\"type\": \"disk.lose_fsync\", \"node\": \"$A\", \"on\": 1}"},
               {3000, "{\"type\": \"node.crash\", \"node\": \"$A\"}"},
               {4000, "{\"type\": \"node.restart\", \"node\": \"$A\"}"},
               {6000, "{\"type\": \"disk.rot\", \"node\": \"$B\", \"file\": 0}"},
               {6000, "{\"type\": \"disk.rot\", \"node\": \"$B\", \"file\": 1}"},
               {7000, "{\"type\": \"node.crash\", \"node\": \"$B\"}"},
               {8000, "{\"type\": \"node.restart\", \"node\": \"$B\"}"}}},
};
enum { FAULT_COUNT = sizeof FAULTS / sizeof FAULTS[0] };

static const char *const SCENARIOS[] = {"raft/council", "kv/cp",   "kv/hybrid",  "kv/ap",
                                        "city/cp",      "city/ap", "city/hybrid"};
enum { SCENARIO_COUNT = sizeof SCENARIOS / sizeof SCENARIOS[0] };

/* ---- Who is hit ---- */

struct victims {
    uint32_t a, b, leader;
    uint64_t seed;
};

static struct victims choose(const struct lab_course *course, uint64_t seed)
{
    const struct system *system = course->scenario->system;
    uint64_t members = system->members == NULL ? (UINT64_C(1) << (course->plan.node_count - 1)) - 1
                                               : system->members(course->scenario->data);
    uint32_t count = 0;
    while ((members >> count & 1) != 0)
        count++; /* members come first, without a gap */
    assert_true(count > 2);
    struct victims victims = {.a = (uint32_t)(seed % count), .seed = seed};
    victims.b = (uint32_t)((victims.a + 1 + seed / count % (count - 1)) % count);
    victims.leader = victims.a;
    if (system->leader != NULL) {
        struct node_world world;
        sim_world_view(&course->sim, &world);
        uint32_t leader = system->leader(sim_observer_state(&course->sim), &world);
        victims.leader = leader < count ? leader : victims.a;
    }
    while (victims.b == victims.leader || victims.b == victims.a)
        victims.b = (victims.b + 1) % count;
    return victims;
}

static void fill_in(const char *body, const struct lab_course *course,
                    const struct victims *victims, char *out, size_t room)
{
    size_t at = 0;
    for (const char *c = body; *c != '\0'; c++) {
        char word[24] = {*c, '\0'};
        uint32_t node = c[1] == 'A' ? victims->a : c[1] == 'B' ? victims->b : victims->leader;
        if (*c == '$' && c[1] == 'S')
            (void)snprintf(word, sizeof word, "%d", (int)victims->seed);
        else if (*c == '$')
            (void)snprintf(word, sizeof word, "%s", course->plan.nodes[node].name);
        at += (size_t)snprintf(out + at, room - at, "%s", word);
        assert_true(at < room);
        c += *c == '$';
    }
}

/* ---- A cell ---- */

struct effects {
    uint64_t of[TYPES_MAX]; /* by type of input */
    bool used[TYPES_MAX];
};

static void put_step(struct lab_course *course, const struct step *step,
                     const struct victims *victims, uint32_t *number, struct effects *effects)
{
    static struct lab_input_parts parts;
    char body[BODY_BYTES];
    struct lab_problem problem;
    bool operation;
    fill_in(step->body, course, victims, body, sizeof body);
    cJSON *json = cJSON_Parse(body);
    assert_non_null(json);
    if (lab_input_parts(course->scenario, &course->sim, json, &parts, &operation, &problem) != 0)
        fail_msg("%s: %s", body, problem.detail);
    cJSON_Delete(json);
    for (uint32_t i = 0; i < parts.count; i++) {
        struct sim_input input = parts.list[i];
        if (input.type < TYPES_MAX)
            effects->used[input.type] = true;
        input.time_ns += (BEGIN_MS + step->after_ms) * NS_PER_MS;
        lab_course_input(course, &input, ++*number, "matrix");
    }
}

static void overload(struct lab_course *course, uint32_t *number)
{
    static const char *const LOADS[] = {"ops_per_s", "orders_per_min"};
    struct lab_problem problem;
    for (uint32_t i = 0; i < sizeof LOADS / sizeof LOADS[0]; i++) {
        int setting = lab_setting_find(course->scenario->system, LOADS[i], &problem);
        if (setting < 0)
            continue;
        struct sim_input input = {
            .time_ns = BEGIN_MS * NS_PER_MS,
            .type = SIM_INPUT_SETTING,
            .node = NODE_NONE,
            .peer = NODE_NONE,
            .args = {setting, OVERLOAD * lab_course_settings(course)[setting]}};
        lab_course_input(course, &input, ++*number, "matrix");
    }
}

static void run_to(struct lab_course *course, int64_t until_ms)
{
    while (lab_course_run(course, until_ms * NS_PER_MS, 1000000) == SIM_WORKING) {
    }
}

static void check_good(const struct lab_scenario *scenario, const struct fault *fault,
                       uint64_t seed, const struct lab_judgement *judgement)
{
    char cell[80];
    (void)snprintf(cell, sizeof cell, "%s-%s, seed %d", scenario->name, fault->name, (int)seed);
    if (judgement->halt != SIM_HALT_NONE)
        fail_msg("%s: halted", cell);
    if (!judgement->converged && !fault->lies)
        fail_msg("%s: never at rest", cell);
    for (uint32_t i = 0; i < judgement->count && !fault->lies; i++) {
        if (judgement->findings[i].verdict == SYSTEM_PASS || judgement->unpromised[i] != UINT16_MAX)
            continue;
        char buffer[256];
        struct text text = text_init(buffer, sizeof buffer);
        lab_finding_words(scenario, judgement, i, &text);
        fail_msg("%s: %s: %s", cell, scenario->system->checks[i].name, buffer);
    }
}

static void run_cell(const struct lab_scenario *scenario, const struct fault *fault, uint64_t seed,
                     struct effects *effects)
{
    static struct lab_course course;
    static struct lab_judgement judgement;
    struct lab_problem problem;
    uint32_t number = 0;
    assert_int_equal(lab_course_open(&course, scenario, seed, scenario->settings, false, &problem),
                     0);
    course.sim.checks = true;
    lab_course_collect(&course);
    run_to(&course, BEGIN_MS);
    struct victims victims = choose(&course, seed);
    for (uint32_t i = 0; i < STEPS_MAX && fault->steps[i].body != NULL; i++)
        put_step(&course, &fault->steps[i], &victims, &number, effects);
    if (fault->overload)
        overload(&course, &number);
    run_to(&course, END_MS);
    for (uint16_t type = 0; type < TYPES_MAX; type++)
        effects->of[type] += effects->used[type] ? sim_fault_effects(&course.sim, type) : 0;
    struct lab_fork fork;
    lab_fork_open(&fork, &course);
    lab_fork_verify(&fork, &judgement);
    check_good(scenario, fault, seed, &judgement);
    lab_fork_close(&fork);
    lab_course_close(&course);
}

/* Healing changes nothing by itself. */
static bool has_power(uint16_t type)
{
    return type != SIM_INPUT_NODE_RESTART && type != SIM_INPUT_NODE_RESUME &&
           type != SIM_INPUT_LINK_HEAL && type != SIM_INPUT_NET_HEAL &&
           type != SIM_INPUT_HEAL_ALL && type != SIM_INPUT_SETTING;
}

static void test_each_cell(void **state)
{
    (void)state;
    uint32_t cells = 0;
    uint64_t seeds = getenv("CHEF_TEST_LONG") != NULL ? SEEDS_LONG : SEEDS;
    for (uint32_t which = 0; which < SCENARIO_COUNT; which++) {
        struct lab_scenario *scenario = load_scenario(SCENARIOS[which]);
        for (uint32_t i = 0; i < FAULT_COUNT; i++) {
            const struct fault *fault = &FAULTS[i];
            struct effects effects = {.of = {0}};
            if (fault->only != NULL && strcmp(fault->only, scenario->system->name) != 0)
                continue;
            for (uint64_t seed = 1; seed <= seeds; seed++)
                run_cell(scenario, fault, seed, &effects);
            for (uint16_t type = 0; type < TYPES_MAX; type++)
                if (effects.used[type] && has_power(type) && effects.of[type] == 0)
                    fail_msg("%s-%s: an input of type %u never changed anything", scenario->name,
                             fault->name, type);
            cells++;
        }
        lab_scenario_free(&scenario);
    }
    print_message("%u cells, %u seeds each\n", cells, (unsigned)seeds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_cell)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
