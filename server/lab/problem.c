/* problem.c - refusing a request. */
#include "lab/problem.h"

#include <cjson/cJSON.h>
#include <stdarg.h>

int lab_refuse(struct lab_problem *problem, int status, const char *format, ...)
{
    if (problem == NULL) {
        return -status;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)sentence_print(&problem->sentence, problem->detail, sizeof problem->detail, format,
                         arguments);
    va_end(arguments);
    problem->allowed = NULL;
    return -status;
}

void lab_problem_allow(struct lab_problem *problem, const char *name)
{
    if (problem == NULL) {
        return;
    }
    if (problem->allowed == NULL) {
        problem->allowed = cJSON_CreateArray();
    }
    (void)cJSON_AddItemToArray(problem->allowed, cJSON_CreateString(name));
}

void lab_problem_clear(struct lab_problem *problem)
{
    cJSON_Delete(problem->allowed);
    problem->allowed = NULL;
}
