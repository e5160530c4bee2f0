/* run_link.c - `--link` of `chef run` and `chef shrink`: the run of a link instead of a scenario. */
#include "command/run_link.h"

#include "command/arguments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

/* 0, or -422; -EFBIG and other errno values when the file cannot be read. */
static int read_file(const char *path, struct lab_link *link, struct lab_problem *problem)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -errno;
    }
    char *bytes = malloc(FILE_BYTES_MAX + 1);
    size_t length = bytes == NULL ? 0 : fread(bytes, 1, FILE_BYTES_MAX + 1, file);
    int status = bytes == NULL || ferror(file) != 0 ? -EIO
                 : length > (size_t)FILE_BYTES_MAX  ? -EFBIG
                                                    : 0;
    (void)fclose(file);
    if (status == 0) {
        status = lab_link_read(bytes, length, link, problem);
    }
    free(bytes);
    return status;
}

int command_link_read(const char *command, const char *text, struct command_link *result)
{
    struct lab_problem problem = {.allowed = NULL};
    bool is_link = strstr(text, "chef1.") != NULL;
    int status = is_link ? lab_link_read(text, strlen(text), &result->link, &problem)
                         : read_file(text, &result->link, &problem);
    if (status == -LAB_UNPROCESSABLE) {
        return is_link ? command_refuse_problem(command, &problem)
                       : command_refuse(command, "%.200s: %s", text, problem.detail);
    }
    if (status != 0) {
        return command_refuse(command, "--link is neither a link (chef1...) nor a file: %.200s: %s",
                              text, strerror(-status));
    }
    if (lab_link_open(&result->link, &result->run, &problem) != 0) {
        lab_link_free(&result->link);
        return command_refuse_problem(command, &problem);
    }
    if (result->run.note[0] != '\0') {
        (void)fprintf(stderr, "chef %s: %s\n", command, result->run.note);
    }
    return 0;
}

void command_link_compare(const struct command_link *link, const struct lab_headless_result *result)
{
    if (link->run.same_version && result->time_ns == link->link.edge_ns &&
        result->digest != link->link.digest) {
        (void)fprintf(stderr,
                      "chef run: the link says that its digest is %016" PRIx64
                      " here; this program computes another run\n",
                      link->link.digest);
    }
}

void command_link_free(struct command_link *link)
{
    lab_link_run_free(&link->run);
    lab_link_free(&link->link);
}
