/* command_stdio.c - `chef stdio`: a node for Maelstrom, on standard input and output. */
#include "command/arguments.h"
#include "command/command.h"

#include "stdio/simple.h"

#include <stdio.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef stdio --workload echo|unique-ids\n"
    "\n"
    "One node of Maelstrom's protocol: newline-separated JSON on standard input and output.\n"
    "  --workload NAME  what its clients ask for\n"
    "\n"
    "It ends with its input. Exit code: 0 good, 2 unusable input, 3 it could not go on.\n";

static int workload_run(const char *name)
{
    struct stdio_ids ids = {0};
    const struct {
        const struct session_workload *workload;
        void *context;
    } workloads[] = {{&STDIO_ECHO, NULL}, {&STDIO_UNIQUE_IDS, &ids}};
    struct error error = {""};
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        if (strcmp(workloads[i].workload->name, name) != 0) {
            continue;
        }
        if (session_run(workloads[i].workload, workloads[i].context, &error) != 0) {
            (void)fprintf(stderr, "chef stdio: %s\n", error.text);
            return EXIT_UNKNOWN;
        }
        return EXIT_GOOD;
    }
    return command_refuse("stdio", "there is no workload \"%s\"; there are echo and unique-ids",
                          name);
}

int command_stdio(int argc, char **argv)
{
    int status = 0;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    const char *workload = command_option("stdio", argc, argv, "--workload", &status);
    if (status == 0) {
        status = command_rest("stdio", argc, argv);
    }
    if (status != 0) {
        return EXIT_UNUSABLE;
    }
    return workload == NULL
               ? command_refuse("stdio", "--workload is missing; there are echo and unique-ids")
               : workload_run(workload);
}
