/* judging.h - what the checkers of single objects share: options, operations by key, telling a proof.
 *
 * A checker opens a judging, takes memory from its budget, tells what it finds, and closes it. */
#ifndef CHECK_JUDGING_H
#define CHECK_JUDGING_H

#include "check/budget.h"
#include "check/table.h"

struct judging {
    const struct check_history *history;
    struct check_budget budget;
    struct check_verdict *verdict;
    struct error *error;
};

void judging_open(struct judging *judging, const struct check_history *history,
                  const struct check_limits *limits, struct check_verdict *verdict,
                  struct error *error);
/* The verdict gets its answer about `model` (first of the list), what was used, and UNKNOWN if the budget
 * ended; then the memory is given back. Returns `status`, or 0 when only the budget ended. */
int judging_close(struct judging *judging, const char *model, int status);

/* ---- Options ---- */

/* 0, or -1 when there is an option that is none of `known` (ended by NULL). */
int option_refuse_others(const struct check_options *options, const char *model,
                         const char *const *known, struct error *error);
/* The text given last, or NULL. */
const char *option_text(const struct check_options *options, const char *key);
/* The value as it would stand in a history: nil, an integer, or a text (which is the option's own). */
struct check_value option_value(const char *text);
/* 0 and the integer, *given says whether there was one; -1 when it is none. */
int option_integer(const struct check_options *options, const char *key, int64_t *integer,
                   bool *given, struct error *error);
/* 0 and the index among `choices` (ended by NULL; the first one without the option); or -1. */
int option_choice(const struct check_options *options, const char *key, const char *const *choices,
                  uint32_t *choice, struct error *error);

/* ---- Operations ---- */

bool judging_is(const struct check_operation *operation, const char *function);
/* -1 and a sentence with the operation's line. */
int judging_refuse(const struct judging *judging, uint32_t operation, const char *what);

/* The operations of each key, in order of call; failed ones are left out, they did not happen. */
struct keyed {
    uint32_t key_count;
    uint32_t *first;      /* key_count + 1 places in `operations` */
    uint32_t *operations; /* of the history */
    uint32_t *key_of;     /* of each operation of the history */
};
/* False: budget. */
bool keyed_open(struct keyed *keyed, struct judging *judging);

/* Names of values, counted from 0. */
struct naming {
    struct check_table table;
    const struct check_value **values;
    uint32_t count;
};
bool naming_open(struct naming *naming, struct check_budget *budget, uint32_t capacity);
/* The value's name; CHECK_TABLE_NONE when it has none yet. */
uint32_t naming_find(const struct naming *naming, const struct check_value *value);
/* The same, and gives one to a value that has none. The value must outlive the naming. */
uint32_t naming_add(struct naming *naming, const struct check_value *value);

/* ---- Telling ---- */

/* Counts one more of an anomaly and makes the answer INVALID. The first one is the proof: then, and only
 * then, the line is added and the finding returned for more lines. */
struct check_finding *judging_broken(struct judging *judging, const char *anomaly,
                                     const struct check_line *line);
/* UNKNOWN, because of what the line says; its word is the reason. */
void judging_unknown(struct judging *judging, const struct check_line *line);

#endif
