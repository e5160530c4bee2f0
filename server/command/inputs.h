/* inputs.h - files of inputs: JSON Lines, or CSV as exported. Refusals are one line on stderr and exit
 * code 2. */
#ifndef COMMAND_INPUTS_H
#define COMMAND_INPUTS_H

#include "lab/input.h"

/* Appends what the file holds. 0 or EXIT_UNUSABLE. */
int command_inputs_read(const char *command, const struct lab_scenario *scenario, const char *path,
                        struct lab_inputs *inputs);
/* Writes them as JSON Lines, which the above reads back. 0 or EXIT_UNUSABLE. */
int command_inputs_write(const char *command, const struct lab_scenario *scenario,
                         const struct lab_inputs *inputs, const char *path);

#endif
