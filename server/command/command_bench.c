/* command_bench.c - `chef bench NAME [--json]`: measures one part on this machine. */
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
    const char *name = NULL;
    bool json = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            command_bench_usage(stdout);
            return 0;
        }
        if (strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (name == NULL) {
            name = argv[i];
        } else {
            (void)fprintf(stderr, "chef bench: one benchmark at a time, not '%s' too\n", argv[i]);
            return 2;
        }
    }
    for (size_t i = 0; name != NULL && i < BENCH_COUNT; i++) {
        if (strcmp(BENCHES[i].name, name) == 0) {
            return BENCHES[i].run(json);
        }
    }
    if (name != NULL) {
        (void)fprintf(stderr, "chef bench: there is no benchmark '%s'\n", name);
    }
    command_bench_usage(stderr);
    return 2;
}
