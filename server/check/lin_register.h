/* lin_register.h - histories of registers, as linearizable and sequential checkers read them. */
#ifndef CHECK_LIN_REGISTER_H
#define CHECK_LIN_REGISTER_H

#include "check/lin_judge.h"

enum register_verb {
    REGISTER_READ,
    REGISTER_WRITE,
    REGISTER_CAS,
    REGISTER_APPEND,
    REGISTER_DELETE,
    REGISTER_ACQUIRE,
    REGISTER_RELEASE
};

struct registers {
    const struct check_history *history;
    struct check_value init;
    bool locks;    /* acquire and release, nothing else */
    bool tuples;   /* no operation has a key: values are [key value] */
    bool appends;  /* texts: missing is the same as empty */
    bool nil_any;  /* a read of nil says nothing, */
    bool siblings; /* nor does one that shows several values */
};

struct register_parts {
    enum register_verb verb;
    const struct check_value *key, *input, *output;
};

/* 0, or -1 with a sentence. */
int register_open(struct registers *registers, const struct check_history *history,
                  const struct check_options *options, const char *model, const char *const *known,
                  struct error *error);
bool register_verb(const char *function, enum register_verb *verb);
int register_parse(const struct registers *registers, const struct check_operation *operation,
                   struct register_parts *parts, struct error *error);
/* All keys as one problem: the state is the value of each. False: no memory left. */
bool register_together(const struct registers *registers, struct check_budget *budget,
                       struct lin_builder *builder, uint32_t **init);
/* Is each key linearizable? False also when nobody knows within some steps. */
bool register_is_linearizable(const struct registers *registers, struct check_budget *budget);
/* Is it sequentially consistent (sequential.c)? UNKNOWN when that takes more than some steps. */
enum check_answer sequential_answer(const struct registers *registers,
                                    const struct check_limits *outer);
struct lin_problem register_problem(struct lin_builder *builder, const uint32_t *init,
                                    uint32_t init_count);

#endif
