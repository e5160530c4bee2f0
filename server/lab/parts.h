/* parts.h - what one body of a request, a script or a file becomes: often one input, sometimes
 * several.
 *
 * heal.all is followed by the system's own remedies; a recipe (sim/recipe.h) becomes its schedule:
 *   {"type": "recipe.ring", "length_ms": 20000, "seed": 7, "leader": "n1"}
 *   {"type": "recipe.nemesis", "length_ms": 60000, "seed": 7, "intensity": 3} */
#ifndef LAB_PARTS_H
#define LAB_PARTS_H

#include "lab/input.h"
#include "sim/recipe.h"

enum { LAB_INPUT_PARTS_MAX = RECIPE_INPUTS_MAX };

struct lab_input_parts {
    uint32_t count;
    /* In order of time, which counts from when the body takes effect. */
    struct sim_input list[LAB_INPUT_PARTS_MAX];
};

/* The world says who leads; `sim` is NULL where there is none yet: then it is the first member, or
 * whom the body names as leader. As lab_input_parse() otherwise. */
int lab_input_parts(const struct lab_scenario *scenario, const struct sim *sim,
                    const struct cJSON *body, struct lab_input_parts *parts, bool *client_operation,
                    struct lab_problem *problem);

/* The same for a line of a script or of a file: each input of heal.all stands there by itself. */
int lab_input_script_parts(const struct lab_scenario *scenario, const struct cJSON *body,
                           struct lab_input_parts *parts, struct lab_problem *problem);

/* The recipes as a JSON array of {name, args}, in the form of inputs; the caller's. */
struct cJSON *lab_recipes_json(void);

#endif
