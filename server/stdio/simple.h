/* simple.h - the two workloads that need no agreement: echo, and ids that nobody else has. */
#ifndef STDIO_SIMPLE_H
#define STDIO_SIMPLE_H

#include "stdio/session.h"

/* {type: echo, echo: X} is answered with the same X. */
extern const struct session_workload STDIO_ECHO;

/* {type: generate} is answered with an id: the node's name, when the process began, and a count. So
 * it is unique without a word to anybody, cut off or not. context: struct stdio_ids, zeroed. */
struct stdio_ids {
    int64_t begun_ns; /* wall clock */
    uint64_t count;
};
extern const struct session_workload STDIO_UNIQUE_IDS;

#endif
