/* command.h - the subcommands of the program, one file each. Each gets the words after the
 * program's name, itself first, and returns the exit code: 0 good, 1 a promise broken, 2 unusable
 * input, 3 unknown, 4 never converged. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

int command_bench(int argc, char **argv);
int command_causes(int argc, char **argv);
int command_check(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_run(int argc, char **argv);
int command_scenarios(int argc, char **argv);
int command_scene(int argc, char **argv);
int command_search(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_shrink(int argc, char **argv);
int command_stdio(int argc, char **argv);
int command_sweep(int argc, char **argv);

#endif
