/* problem.h - refusing a request: an HTTP status, one sentence, and what would have been allowed.
 *
 * Every function of the lab that can refuse returns 0 or -status and fills the problem only then;
 * a problem that was filled is cleared with lab_problem_clear(). `problem` may be NULL. */
#ifndef LAB_PROBLEM_H
#define LAB_PROBLEM_H

#include "lab/lab.h"

enum {
    LAB_BAD_REQUEST = 400,
    LAB_FORBIDDEN = 403,
    LAB_NOT_FOUND = 404,
    LAB_CONFLICT = 409,
    LAB_UNPROCESSABLE = 422,
    LAB_TOO_MANY = 429,
    LAB_UNAVAILABLE = 503,
};

/* Fills the sentence (no list) and returns -status. */
int lab_refuse(struct lab_problem *problem, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds a name to the list of what is allowed; after lab_refuse(). */
void lab_problem_allow(struct lab_problem *problem, const char *name);

#endif
