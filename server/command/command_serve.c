/* command_serve.c - `chef serve`: opens the lab, starts the server, waits for a signal. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/room.h"
#include "http/access.h"
#include "http/server.h"
#include "lab/lab.h"

static const char USAGE[] =
    "usage: chef serve [--port 8080] [--bind 127.0.0.1] [--data DIR] [--presenter-key-file FILE]\n"
    "                  [--room]\n"
    "\n"
    "  --port N                    port of the pages, the API and the live stream; 0: any free "
    "one\n"
    "  --bind ADDRESS              IPv4 address to listen on; other than loopback needs a key\n"
    "  --data DIR                  folder of the database, made if it is missing; default: data\n"
    "  --presenter-key-file FILE   its first line is the presenter's key; with it only the\n"
    "                              presenter steers shared runs\n"
    "  --room                      for a lecture hall: listens on all addresses, makes a key if\n"
    "                              none is given, prints the address for phones\n"
    "\n"
    "Stops on SIGINT and SIGTERM, with everything stored.\n";

struct serve_options {
    uint16_t port;
    const char *bind, *data, *key_file;
    bool room;
    char room_key_file[ROOM_PATH_BYTES];
};

/* An option's value into *value, which stays as it is when the option is absent. */
static int option_take(int argc, char **argv, const char *name, const char **value)
{
    int status = 0;
    const char *given = command_option("serve", argc, argv, name, &status);
    if (given != NULL)
        *value = given;
    return status == 0 ? 0 : EXIT_UNUSABLE;
}

static int options_take(struct serve_options *options, int argc, char **argv)
{
    const char *port = "8080";
    uint64_t number = 0;
    options->room = command_switch(argc, argv, "--room");
    options->bind = options->room ? "0.0.0.0" : "127.0.0.1";
    options->data = "data";
    if (option_take(argc, argv, "--port", &port) != 0 ||
        option_take(argc, argv, "--bind", &options->bind) != 0 ||
        option_take(argc, argv, "--data", &options->data) != 0 ||
        option_take(argc, argv, "--presenter-key-file", &options->key_file) != 0 ||
        command_rest("serve", argc, argv) != 0 ||
        command_number("serve", "--port", port, 0, UINT16_MAX, &number) != 0)
        return EXIT_UNUSABLE;
    options->port = (uint16_t)number;
    return 0;
}

/* Who can be reached by others needs a key; a room gets one made. */
static int options_check(struct serve_options *options)
{
    struct in_addr address;
    struct error error;
    if (inet_pton(AF_INET, options->bind, &address) != 1)
        return command_refuse(
            "serve", "--bind takes an IPv4 address such as 127.0.0.1 or 0.0.0.0, not \"%s\"",
            options->bind);
    if (options->room && options->key_file == NULL) {
        if (room_key_make(options->data, options->room_key_file, &error) != 0)
            return command_refuse("serve", "%s", error.text);
        options->key_file = options->room_key_file;
    }
    bool loopback = ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
    if (!loopback && options->key_file == NULL)
        return command_refuse("serve",
                              "--bind %s can be reached by others, who could all steer: give it "
                              "--presenter-key-file, or --room, which makes a key",
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
        return command_refuse("serve", "%s", error.text);
    printf("chef: serving on http://%s:%u\n", options->bind, server->port);
    fflush(stdout);
    if (options->room)
        room_print(server->port, options->key_file);
    while (sigwait(signals, &received) != 0)
        ;
    server_stop(&server);
    return EXIT_GOOD;
}

int command_serve(int argc, char **argv)
{
    struct serve_options options = {.key_file = NULL};
    struct error error;
    struct lab_problem problem = {0};
    sigset_t signals;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    int result = options_take(&options, argc, argv);
    if (result == 0)
        result = options_check(&options);
    if (result != 0)
        return result;
    struct access *access = access_open(options.key_file, &error);
    if (access == NULL)
        return command_refuse("serve", "%s", error.text);
    signals_block(&signals);
    struct lab *lab = lab_open(&(struct lab_options){.data_directory = options.data}, &problem);
    if (lab != NULL)
        result = serve(&options, lab, access, &signals);
    else
        result = command_refuse_problem("serve", &problem);
    lab_problem_clear(&problem);
    lab_close(&lab);
    access_close(&access);
    return result;
}
