/* command_stdio.c - `chef stdio`: a node for Maelstrom, on standard input and output. */
#include "command/arguments.h"
#include "command/command.h"

#include "lab/scenario.h"
#include "stdio/lin_kv.h"
#include "stdio/simple.h"
#include "systems/raft/council.h"

#include <stdio.h>
#include <string.h>

static const char USAGE[] =
    "usage: chef stdio --workload echo|unique-ids|lin-kv [--mode cp|ap] [--data DIR]\n"
    "\n"
    "One node of Maelstrom's protocol: newline-separated JSON on standard input and output.\n"
    "  --workload NAME  what its clients ask for\n"
    "  --mode MODE      of lin-kv: cp (standard), a majority agrees by Raft on every operation;\n"
    "                   ap, every node answers by itself, and copies converge: not linearizable\n"
    "  --data DIR       an existing folder for its files; else they end with the process\n"
    "\n"
    "It ends with its input. Exit code: 0 good, 2 unusable input, 3 it could not go on.\n";

enum { SCENARIO_BYTES = 512 };

/* Settings of the council. Every client has a session in the machine, and a session that goes because
 * there are too many leaves its client in doubt: so all of them together are fewer than it keeps. */
static int cp_scenario(char text[SCENARIO_BYTES], uint32_t servers)
{
    uint32_t clients = 3 * MACHINE_SESSIONS / 4 / servers;
    return snprintf(text, SCENARIO_BYTES,
                    "{\"system\":\"raft\",\"until_s\":1,\"servers\":%u,\"keys\":%u,"
                    "\"settings\":{\"ops_per_s\":0,\"clients\":%u,\"operation_ms\":2500,"
                    "\"stray_pct\":0}}",
                    servers, STORE_CP.keys,
                    clients < COUNCIL_PROCESSES ? clients : COUNCIL_PROCESSES);
}

static int ap_scenario(char text[SCENARIO_BYTES], uint32_t servers)
{
    return snprintf(text, SCENARIO_BYTES,
                    "{\"system\":\"kv\",\"until_s\":1,\"replicas\":%u,\"keys\":%u,"
                    "\"settings\":{\"mode\":\"ap\",\"ops_per_s\":0,\"n\":%u,\"r\":1,\"w\":1,"
                    "\"conflict\":\"last-write-wins\",\"read_repair\":\"background\"}}",
                    servers, STORE_AP.keys, servers);
}

/* Plan and settings as from a scenario without load of its own. */
static int lin_kv_scenario(void *context, const struct store *store, uint32_t servers,
                           const void **plan, const int64_t **settings, struct error *error)
{
    struct lab_scenario **scenario = context;
    struct lab_problem problem = {.allowed = NULL};
    char text[SCENARIO_BYTES];
    (void)(store == &STORE_CP ? cp_scenario : ap_scenario)(text, servers);
    if (lab_scenario_parse("stdio", text, scenario, &problem) != 0) {
        (void)error_set(error, "%.200s", problem.detail);
        lab_problem_clear(&problem);
        return -1;
    }
    *plan = (*scenario)->data;
    *settings = (*scenario)->settings;
    return 0;
}

static int session_end(int status, const struct error *error)
{
    if (status != 0) {
        (void)fprintf(stderr, "chef stdio: %s\n", error->text);
        return EXIT_UNKNOWN;
    }
    return EXIT_GOOD;
}

static int lin_kv_run(const char *mode, const char *folder)
{
    struct error error = {.text = "no memory"};
    struct lab_scenario *scenario = NULL;
    bool ap = mode != NULL && strcmp(mode, STORE_AP.mode) == 0;
    if (mode != NULL && !ap && strcmp(mode, STORE_CP.mode) != 0) {
        return command_refuse("stdio", "there is no mode \"%s\"; there are cp and ap", mode);
    }
    const struct store *store = ap ? &STORE_AP : &STORE_CP;
    struct lin_kv *lin_kv = lin_kv_new(store, lin_kv_scenario, &scenario, folder);
    int status = lin_kv == NULL ? -1 : session_run(&STDIO_LIN_KV, lin_kv, &error);
    lin_kv_free(&lin_kv);
    lab_scenario_free(&scenario);
    return session_end(status, &error);
}

static int workload_run(const char *name, const char *mode, const char *folder)
{
    struct stdio_ids ids = {0};
    struct error error = {.text = ""};
    if (strcmp(name, STDIO_LIN_KV.name) == 0) {
        return lin_kv_run(mode, folder);
    }
    if (mode != NULL || folder != NULL) {
        return command_refuse("stdio", "--mode and --data are for lin-kv: the others keep nothing");
    }
    if (strcmp(name, STDIO_ECHO.name) == 0) {
        return session_end(session_run(&STDIO_ECHO, NULL, &error), &error);
    }
    if (strcmp(name, STDIO_UNIQUE_IDS.name) == 0) {
        return session_end(session_run(&STDIO_UNIQUE_IDS, &ids, &error), &error);
    }
    return command_refuse(
        "stdio", "there is no workload \"%s\"; there are echo, unique-ids and lin-kv", name);
}

int command_stdio(int argc, char **argv)
{
    int status = 0;
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    const char *workload = command_option("stdio", argc, argv, "--workload", &status);
    const char *mode = status == 0 ? command_option("stdio", argc, argv, "--mode", &status) : NULL;
    const char *folder =
        status == 0 ? command_option("stdio", argc, argv, "--data", &status) : NULL;
    if (status == 0) {
        status = command_rest("stdio", argc, argv);
    }
    if (status != 0) {
        return EXIT_UNUSABLE;
    }
    return workload == NULL
               ? command_refuse("stdio",
                                "--workload is missing; there are echo, unique-ids and lin-kv")
               : workload_run(workload, mode, folder);
}
