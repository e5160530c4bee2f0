/* scenario.h - where a run begins: a JSON file, checked and turned into what the simulator takes.
 *
 * Common part of the file (the system reads the rest itself, see its load()):
 *   {"title": "Lunch rush", "about": "One or two sentences.",
 *    "until_s": 600,                  how long it is meant to go on, virtual seconds
 *    "seed": 7,                       the standard one
 *    "settings": {"policy": "weighted-score"},
 *    "inputs": [{"at_ms": 60000, "type": "node.crash", "node": "B"}],    the script; recipes
 *                                     too (lab/parts.h)
 *    "model": {"disk_sync_ns": 2000000},                                 optional, never zero
 *    "bug": "bug.no_fence",           the switch that opens this scenario's trap, if it has one
 *    "expect": {"no_order_lost": "PASS"}}                                for tests: with the bug off
 *
 * Scenarios travel inside the program (server/systems/SYSTEM/scenarios/NAME.json, called
 * SYSTEM/NAME); the command line also takes a file of the same form, which then needs
 * "system": NAME. */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include "lab/problem.h"
#include "sim/sim.h"
#include "systems/system.h"

struct lab_inputs;

enum {
    LAB_SCENARIO_NAME_BYTES = 64,
    LAB_SCENARIO_BYTES_MAX = 256 * 1024, /* of a scenario file */
    LAB_SETTINGS_MAX = 128,
    LAB_SCENARIO_SECONDS_MAX = 24 * 3600, /* virtual time of a run */
};
#define LAB_SEED_MAX UINT64_C(9007199254740991) /* what a JSON number holds exactly */

struct lab_scenario {
    const struct system *system;
    char name[LAB_SCENARIO_NAME_BYTES];
    char *text;         /* the file */
    struct cJSON *json; /* the same, parsed */
    const char *title;  /* within json */
    const char *about;
    const char *bug;            /* or NULL */
    const struct cJSON *expect; /* or NULL */
    uint64_t seed;
    int64_t until_ns;
    int64_t settings[LAB_SETTINGS_MAX]; /* start values: standards and the scenario's own */
    struct lab_inputs *script;
    void *data; /* the system's plan */
    struct system_node nodes[SIM_NODES_MAX];
    uint32_t node_count;
    struct sim_model model;
};

/* By name or, when `files` is true and the name ends in .json, from a file. -404 with the list of
 * scenarios, -422 with what is wrong in the file. *scenario is the caller's. */
int lab_scenario_load(const char *name, bool files, struct lab_scenario **scenario,
                      struct lab_problem *problem);
/* From its text, as a stored run has it. */
int lab_scenario_parse(const char *name, const char *text, struct lab_scenario **scenario,
                       struct lab_problem *problem);
void lab_scenario_free(struct lab_scenario **scenario);

/* Calls `each` with the name of every scenario inside the program, in order of name. */
void lab_scenario_names(void (*each)(void *context, const char *name), void *context);

/* Is it the one that travels inside the program under its name, letter by letter? */
bool lab_scenario_is_in_catalogue(const struct lab_scenario *scenario);

/* The plan of a world of this scenario. It points into the scenario and at `settings`. */
void lab_scenario_plan(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                       struct sim_plan *plan);

#endif
