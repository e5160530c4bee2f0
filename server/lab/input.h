/* input.h - what a person or a script does to a run, between JSON and the simulator's struct.
 *
 * One form everywhere (API, inputs file, scenario, store):
 *   {"type": "node.crash", "node": "B"}   {"type": "setting.set", "key": "policy", "value": "..."}
 *   {"type": "net.partition", "nodes": ["A", "B"]}   {"type": "load.rush", "factor_pct": 300}
 * Arguments that are left out have their standard. Unknown fields are refused. */
#ifndef LAB_INPUT_H
#define LAB_INPUT_H

#include "lab/problem.h"
#include "lab/scenario.h"
#include "sim/sim.h"

/* Reads an input; `at_ms`, `t_ms` and `who` in it are the caller's business and skipped. The
 * result's time is 0. *client_operation: counts as an operation of a client (may be NULL).
 * -422 with what exists. */
int lab_input_parse(const struct lab_scenario *scenario, const struct cJSON *body,
                    struct sim_input *input, bool *client_operation, struct lab_problem *problem);
/* The same form back, with all arguments; the caller's. */
struct cJSON *lab_input_json(const struct lab_scenario *scenario, const struct sim_input *input);
/* Its name: "node.crash". */
const char *lab_input_name(const struct lab_scenario *scenario, const struct sim_input *input);
/* What an argument is when nobody gives it; false when the input has no such argument, or is not
 * made of plain ones (setting.set, net.partition). */
bool lab_input_standard(const struct lab_scenario *scenario, uint16_t type, uint32_t argument,
                        int64_t *standard);
/* Index of a node by its name; NODE_NONE when there is none. */
uint32_t lab_node_find(const struct lab_scenario *scenario, const char *name);

enum { LAB_WHO_BYTES = 16 };

/* A growing list in order of effect: time, then order of insertion. All zero is empty. */
struct lab_inputs {
    struct lab_input {
        struct sim_input input;
        uint32_t number;         /* 1, 2, 3 ... in order of acceptance; 0: not yet numbered */
        char who[LAB_WHO_BYTES]; /* presenter, phone, script */
    } * items;
    uint32_t count, capacity;
};
/* Inserts after all of the same time. Returns the place. */
uint32_t lab_inputs_insert(struct lab_inputs *inputs, const struct sim_input *input,
                           uint32_t number, const char *who);
void lab_inputs_free(struct lab_inputs *inputs);

/* An inputs file: JSON Lines with t_ms in each object, or CSV with a header that has t_ms, type and
 * optionally input_id, who, node, peer, args (as exported). An input_id becomes the number, so that
 * a list in which a crash left a gap has it again; none may stand twice. Appends to `inputs`. -422
 * with line and reason; then nothing is appended. */
int lab_inputs_read(const struct lab_scenario *scenario, const char *text,
                    struct lab_inputs *inputs, struct lab_problem *problem);

#endif
