/* model.h - the simulator's parameters by name, for scenarios and for showing them. */
#ifndef LAB_MODEL_H
#define LAB_MODEL_H

#include "lab/problem.h"
#include "sim/sim.h"

/* Reads {name: value ...} over what `model` holds. -422 for an unknown name or a value below 1. */
int lab_model_parse(const struct cJSON *object, struct sim_model *model,
                    struct lab_problem *problem);
/* {name: value ...}; the caller's. */
struct cJSON *lab_model_json(const struct sim_model *model);

#endif
