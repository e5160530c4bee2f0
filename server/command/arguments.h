/* arguments.h - reading a command's words: options with a value, switches, and plain words.
 *
 * Refusals are one line on stderr and exit code 2. */
#ifndef COMMAND_ARGUMENTS_H
#define COMMAND_ARGUMENTS_H

#include "lab/problem.h"
#include "lab/scenario.h"

enum { EXIT_GOOD = 0, EXIT_BROKEN = 1, EXIT_UNUSABLE = 2, EXIT_UNKNOWN = 3, EXIT_RESTLESS = 4 };

/* Prints "chef COMMAND: words" and returns EXIT_UNUSABLE. */
int command_refuse(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same of a problem of the lab, with the names that exist; clears it. */
int command_refuse_problem(const char *command, struct lab_problem *problem);

/* What begins most commands: SCENARIO [--seed N] [--set K=V]... */
struct command_scenario {
    struct lab_scenario *scenario;
    uint64_t seed;
    int64_t settings[LAB_SETTINGS_MAX];
};
/* (scenario_words.c) The first word that is no option is the scenario, or a short id; its --set and --seed are applied. Words that
 * were used are set to NULL. 0 or EXIT_UNUSABLE, then nothing is left open. */
int command_scenario_read(const char *command, int argc, char **argv,
                          struct command_scenario *result);
/* The value of --NAME; NULL when it is absent. Both words are set to NULL. -1 in *status, with a
 * line on stderr, when the value is missing. */
const char *command_option(const char *command, int argc, char **argv, const char *name,
                           int *status);
/* Was the switch --NAME given? The word is set to NULL. */
bool command_switch(int argc, char **argv, const char *name);
/* Refuses any word that nobody has taken. 0 or EXIT_UNUSABLE. */
int command_rest(const char *command, int argc, char **argv);
/* A whole number from min to max. 0 or EXIT_UNUSABLE. */
int command_number(const char *command, const char *name, const char *text, uint64_t min,
                   uint64_t max, uint64_t *number);
/* "FIRST..LAST", at most count_max seeds. 0 or EXIT_UNUSABLE. */
int command_seeds(const char *command, const char *text, uint64_t count_max, uint64_t *first,
                  uint64_t *last);
/* A duration from a second to the longest run. 0 or EXIT_UNUSABLE. */
int command_length(const char *command, const char *name, const char *text, int64_t *length_ns);

#endif
