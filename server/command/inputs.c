/* inputs.c - files of inputs, read and written by commands. */
#include "command/inputs.h"

#include "command/arguments.h"
#include "lab/repeat.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS_BYTES_MAX = 64 * 1024 * 1024 };

/* The whole file, or NULL and errno; the caller's. */
static char *file_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = malloc(INPUTS_BYTES_MAX + 1);
    *length = text == NULL ? 0 : fread(text, 1, INPUTS_BYTES_MAX + 1, file);
    int error = text == NULL || ferror(file) != 0    ? errno
                : *length > (size_t)INPUTS_BYTES_MAX ? EFBIG
                                                     : 0;
    (void)fclose(file);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    text[*length] = '\0';
    return text;
}

/* A zero byte would end the text early, and what follows would not be heard of: line of the first
 * one, or 0. */
static uint32_t zero_byte_line(const char *text, size_t length)
{
    size_t end = strlen(text);
    if (end == length) {
        return 0;
    }
    uint32_t line = 1;
    for (size_t i = 0; i < end; i++) {
        line += text[i] == '\n';
    }
    return line;
}

int command_inputs_read(const char *command, const struct lab_scenario *scenario, const char *path,
                        struct lab_inputs *inputs)
{
    struct lab_problem problem;
    size_t length = 0;
    char *text = file_read(path, &length);
    if (text == NULL) {
        return command_refuse(command, "cannot read the inputs file %s: %s", path, strerror(errno));
    }
    uint32_t zero_line = zero_byte_line(text, length);
    if (zero_line > 0) {
        free(text);
        return command_refuse(command, "%s: line %u: a byte is zero; this is not text", path,
                              zero_line);
    }
    int status = lab_inputs_read(scenario, text, inputs, &problem);
    free(text);
    if (status == 0) {
        return 0;
    }
    char where[LAB_PROBLEM_BYTES];
    (void)snprintf(where, sizeof where, "%.*s: %.300s", 150, path, problem.detail);
    memcpy(problem.detail, where, sizeof where);
    return command_refuse_problem(command, &problem);
}

int command_inputs_write(const char *command, const struct lab_scenario *scenario,
                         const struct lab_inputs *inputs, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return command_refuse(command, "cannot write %s: %s", path, strerror(errno));
    }
    for (uint32_t i = 0; i < inputs->count; i++) {
        cJSON *object = lab_repeat_input_json(scenario, &inputs->items[i].input);
        char *line = cJSON_PrintUnformatted(object);
        (void)fprintf(file, "%s\n", line);
        cJSON_free(line);
        cJSON_Delete(object);
    }
    bool bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad) {
        return command_refuse(command, "cannot write %s: %s", path, strerror(errno));
    }
    return 0;
}
