/* command_bench.c - `chef bench NAME [--json]`: measures one part on this machine. */
#include "command/arguments.h"
#include "command/bench.h"
#include "command/command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *what;
    int (*run)(bool json);
} BENCHES[] = {
    {"queue", "the simulator's event queue, hold model, 1,000 to 1,000,000 pending", bench_queue},
    {"host", "the whole simulator under a small quorum protocol", bench_host},
    {"city", "a virtual hour of the frozen scenario kitchens/bench, judged", bench_city},
    {"raft", "two virtual minutes of the frozen scenario raft/bench, judged", bench_raft},
    {"live", "1,000 recorded runs of the default city at once, along the wall clock", bench_live},
    {"room", "a lecture hall: 500 phones watch, vote within 5 s and order", bench_room},
    {"shrink", "from a run with thirty faults to the smallest that breaks the same promise",
     bench_shrink},
    {"seek", "any moment of a recorded run of eight virtual hours of the default city", bench_seek},
    {"search", "runs a second of a search over seeds of kitchens/bench", bench_search},
};
enum { BENCH_COUNT = sizeof BENCHES / sizeof BENCHES[0] };

static void command_bench_usage(FILE *to)
{
    (void)fprintf(to, "usage: chef bench NAME [--json]\n");
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        (void)fprintf(to, "  %-8s %s\n", BENCHES[i].name, BENCHES[i].what);
    }
}

int command_bench(int argc, char **argv)
{
    if (command_switch(argc, argv, "--help")) {
        command_bench_usage(stdout);
        return EXIT_GOOD;
    }
    bool json = command_switch(argc, argv, "--json");
    if (argc != 2 && !(argc == 3 && json)) {
        command_bench_usage(stderr);
        return EXIT_UNUSABLE;
    }
    const char *name = argv[1] != NULL ? argv[1] : argv[2];
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (name != NULL && strcmp(BENCHES[i].name, name) == 0) {
            return BENCHES[i].run(json);
        }
    }
    command_bench_usage(stderr);
    return command_refuse("bench", "there is no benchmark '%s'", name != NULL ? name : "--json");
}
