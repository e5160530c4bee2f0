/* repeat.h - the words that repeat a run on the command line: `chef run` and these. */
#ifndef LAB_REPEAT_H
#define LAB_REPEAT_H

#include "base/text.h"
#include "lab/scenario.h"

enum { LAB_REPEAT_BYTES = 2048 };

/* Appends "SCENARIO --seed N" and " --set KEY=VALUE" for each setting that is not as the scenario
 * has it. */
void lab_repeat_words(const struct lab_scenario *scenario, uint64_t seed, const int64_t *settings,
                      struct text *text);
/* Appends an input in a few words: "node.pause B", "order.place dish Lobster, x_m 100, y_m 200".
 * Arguments that have their standard are left out. */
void lab_repeat_input_words(const struct lab_scenario *scenario, const struct sim_input *input,
                            struct text *text);
/* The input with its time as an object of an inputs file; the caller's. */
struct cJSON *lab_repeat_input_json(const struct lab_scenario *scenario,
                                    const struct sim_input *input);

#endif
