/* command_scenarios.c - `chef scenarios`: what can be run. */
#include "command/arguments.h"
#include "command/command.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static const char USAGE[] =
    "usage: chef scenarios [--json]\n"
    "\n"
    "Lists the scenarios inside the program: name, length, what it shows.\n";

static void print_json(const cJSON *list)
{
    char *text = cJSON_Print(list);
    printf("%s\n", text);
    cJSON_free(text);
}

static void print_words(const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        printf("%-34s %5.0f s  %s\n", cJSON_GetObjectItem(item, "name")->valuestring,
               cJSON_GetObjectItem(item, "until_s")->valuedouble,
               cJSON_GetObjectItem(item, "title")->valuestring);
    }
}

int command_scenarios(int argc, char **argv)
{
    if (command_switch(argc, argv, "--help")) {
        (void)fputs(USAGE, stdout);
        return EXIT_GOOD;
    }
    bool json = command_switch(argc, argv, "--json");
    int status = command_rest("scenarios", argc, argv);
    cJSON *list = NULL;
    if (status != 0) {
        return status;
    }
    (void)lab_scenarios(NULL, &list);
    if (json) {
        print_json(list);
    } else {
        print_words(list);
    }
    cJSON_Delete(list);
    return EXIT_GOOD;
}
