/* main.c - the program `chef`: its subcommands. */
#include "command/command.h"

#include <stdio.h>
#include <string.h>

static const struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} SUBCOMMANDS[] = {
    {"serve", command_serve, "serves the page, the API and the live stream"},
    {"run", command_run, "runs a scenario without a page and judges it"},
    {"causes", command_causes, "why something happened in a run, and what came of it"},
    {"compare", command_compare, "runs a scenario twice with one change and shows both"},
    {"check", command_check, "judges a history of what clients did and saw, from a file"},
    {"sweep", command_sweep, "runs many seeds with random faults and reports failures first"},
    {"search", command_search, "finds seeds on which a condition comes true"},
    {"shrink", command_shrink, "makes a run that breaks a promise as small as it goes"},
    {"stdio", command_stdio, "a node for Maelstrom, to be judged from outside"},
    {"scenarios", command_scenarios, "lists what can be run"},
    {"scene", command_scene, "plays a scene of the storyboard without a page"},
    {"bench", command_bench, "measures one part on this machine"},
};
enum { SUBCOMMAND_COUNT = sizeof SUBCOMMANDS / sizeof SUBCOMMANDS[0], EXIT_UNUSABLE = 2 };

static void usage(FILE *out)
{
    (void)fputs("usage: chef COMMAND [...]   (each has --help)\n\n", out);
    for (int i = 0; i < SUBCOMMAND_COUNT; i++) {
        (void)fprintf(out, "  %-10s %s\n", SUBCOMMANDS[i].name, SUBCOMMANDS[i].about);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        return 0;
    }
    for (int i = 0; argc > 1 && i < SUBCOMMAND_COUNT; i++) {
        if (strcmp(argv[1], SUBCOMMANDS[i].name) == 0) {
            return SUBCOMMANDS[i].run(argc - 1, argv + 1);
        }
    }
    if (argc > 1) {
        (void)fprintf(stderr, "chef: there is no command \"%s\"; see chef --help\n", argv[1]);
    } else {
        usage(stderr);
    }
    return EXIT_UNUSABLE;
}
