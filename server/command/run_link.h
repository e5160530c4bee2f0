/* run_link.h - `--link` of `chef run` and `chef shrink`: the run of a link instead of a scenario. */
#ifndef COMMAND_RUN_LINK_H
#define COMMAND_RUN_LINK_H

#include "lab/headless.h"
#include "lab/link.h"

struct command_link {
    struct lab_link link;
    struct lab_link_run run;
};
/* The link itself, or a file that one stands in. What is different here is told on stderr. 0 or
 * EXIT_UNUSABLE, then nothing is left open. */
int command_link_read(const char *command, const char *text, struct command_link *result);
/* Of a run that went to the link's edge: is it the same? Says so on stderr when it is not. */
void command_link_compare(const struct command_link *link,
                          const struct lab_headless_result *result);
void command_link_free(struct command_link *link);

#endif
