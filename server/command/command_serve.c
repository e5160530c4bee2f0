/* command_serve.c - `chef serve`: opens the lab, starts the server, waits for a signal. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "http/access.h"
#include "http/server.h"
#include "lab/lab.h"

enum { EXIT_GOOD = 0, EXIT_UNUSABLE = 2 };

static const char USAGE[] =
    "usage: chef serve [--port 8080] [--bind 127.0.0.1] [--data DIR] [--presenter-key-file FILE]\n"
    "\n"
    "  --port N                    port of the pages, the API and the live stream; 0: any free "
    "one\n"
    "  --bind ADDRESS              IPv4 address to listen on; other than loopback needs a key\n"
    "  --data DIR                  folder of the database, made if it is missing; default: data\n"
    "  --presenter-key-file FILE   its first line is the presenter's key; with it only the\n"
    "                              presenter steers shared runs\n"
    "\n"
    "Stops on SIGINT and SIGTERM, with everything stored.\n";

struct serve_options {
    uint16_t port;
    const char *bind, *data, *key_file;
};

static int refuse(const char *words, const char *value)
{
    fprintf(stderr, "chef serve: %s%s\n", words, value);
    return EXIT_UNUSABLE;
}

static bool port_parse(const char *text, uint16_t *port)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != 0 || errno != 0 || value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

static int option_take(struct serve_options *options, const char *name, const char *value)
{
    if (strcmp(name, "--port") == 0)
        return port_parse(value, &options->port)
                   ? 0
                   : refuse("--port takes a number from 0 to 65535, not ", value);
    if (strcmp(name, "--bind") == 0)
        options->bind = value;
    else if (strcmp(name, "--data") == 0)
        options->data = value;
    else if (strcmp(name, "--presenter-key-file") == 0)
        options->key_file = value;
    else
        return refuse("there are --port, --bind, --data and --presenter-key-file, but not ", name);
    return 0;
}

static int options_parse(struct serve_options *options, int argc, char **argv)
{
    *options = (struct serve_options){.port = 8080, .bind = "127.0.0.1", .data = "data"};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            return refuse("a value is missing after ", argv[i]);
        int result = option_take(options, argv[i], argv[i + 1]);
        if (result != 0)
            return result;
    }
    struct in_addr address;
    if (inet_pton(AF_INET, options->bind, &address) != 1)
        return refuse("--bind takes an IPv4 address such as 127.0.0.1 or 0.0.0.0, not ",
                      options->bind);
    bool loopback = ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
    if (!loopback && options->key_file == NULL)
        return refuse("an address that others can reach needs --presenter-key-file, since without "
                      "a key anybody may steer: --bind ",
                      options->bind);
    return 0;
}

/* Blocked here, before any thread starts, the signals reach nobody but the sigwait below. */
static void signals_block(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

static int serve(const struct serve_options *options, struct lab *lab, struct access *access,
                 const sigset_t *signals)
{
    struct error error;
    int received = 0;
    const struct server_options server_options = {
        .bind = options->bind, .port = options->port, .lab = lab, .access = access};
    struct server *server = server_start(&server_options, &error);
    if (server == NULL)
        return refuse("", error.text);
    printf("chef: serving on http://%s:%u\n", options->bind, server->port);
    fflush(stdout);
    while (sigwait(signals, &received) != 0)
        ;
    server_stop(&server);
    return EXIT_GOOD;
}

int command_serve(int argc, char **argv)
{
    struct serve_options options;
    struct error error;
    struct lab_problem problem = {0};
    sigset_t signals;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int result = options_parse(&options, argc, argv);
    if (result != 0)
        return result;
    struct access *access = access_open(options.key_file, &error);
    if (access == NULL)
        return refuse("", error.text);
    signals_block(&signals);
    struct lab *lab = lab_open(&(struct lab_options){.data_directory = options.data}, &problem);
    if (lab != NULL)
        result = serve(&options, lab, access, &signals);
    else
        result = refuse("", problem.detail);
    lab_problem_clear(&problem);
    lab_close(&lab);
    access_close(&access);
    return result;
}
