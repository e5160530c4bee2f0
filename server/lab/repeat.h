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

#endif
