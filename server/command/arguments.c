/* arguments.c - reading a command's words. */
#include "command/arguments.h"

#include "base/duration.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_refuse(const char *command, const char *format, ...)
{
    va_list arguments;
    (void)fprintf(stderr, "chef %s: ", command);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    return EXIT_UNUSABLE;
}

int command_refuse_problem(const char *command, struct lab_problem *problem)
{
    (void)fprintf(stderr, "chef %s: %s", command, problem->detail);
    const char *separator = "; there is: ";
    const cJSON *item;
    cJSON_ArrayForEach(item, problem->allowed)
    {
        (void)fprintf(stderr, "%s%s", separator, item->valuestring);
        separator = ", ";
    }
    (void)fputc('\n', stderr);
    lab_problem_clear(problem);
    return EXIT_UNUSABLE;
}

const char *command_option(const char *command, int argc, char **argv, const char *name,
                           int *status)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i] == NULL || strcmp(argv[i], name) != 0) {
            continue;
        }
        if (i + 1 >= argc || argv[i + 1] == NULL) {
            *status = command_refuse(command, "a value is missing after %s", name);
            return NULL;
        }
        const char *value = argv[i + 1];
        argv[i] = NULL;
        argv[i + 1] = NULL;
        return value;
    }
    return NULL;
}

bool command_switch(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i] != NULL && strcmp(argv[i], name) == 0) {
            argv[i] = NULL;
            return true;
        }
    }
    return false;
}

int command_rest(const char *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i] != NULL) {
            return command_refuse(command, "\"%s\" is not understood; see chef %s --help", argv[i],
                                  command);
        }
    }
    return 0;
}

int command_number(const char *command, const char *name, const char *text, uint64_t min,
                   uint64_t max, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        return command_refuse(command, "%s is \"%s\"; it must be a whole number from %llu to %llu",
                              name, text, (unsigned long long)min, (unsigned long long)max);
    }
    *number = value;
    return 0;
}

int command_length(const char *command, const char *name, const char *text, int64_t *length_ns)
{
    uint64_t read_ns = 0;
    struct error error = {.text = ""};
    if (duration_parse(text, &read_ns, &error) != 0) {
        return command_refuse(command, "%s: %s", name, error.text);
    }
    if (read_ns < DURATION_S || read_ns > LAB_SCENARIO_SECONDS_MAX * DURATION_S) {
        return command_refuse(command, "%s must be from 1s to 24h", name);
    }
    *length_ns = (int64_t)read_ns;
    return 0;
}
