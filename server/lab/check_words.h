/* check_words.h - what a checker found, for people: in words, and as one JSON object.
 *
 * Words stand in web/words/check.json, each in those of the field and those of the city. Places in a
 * sentence: {a} and {b} are operations, {key} and {value} values, {number} a number. A word without a
 * sentence is said as it is. */
#ifndef LAB_CHECK_WORDS_H
#define LAB_CHECK_WORDS_H

#include "base/json_writer.h"
#include "check/model.h"

enum { LAB_CHECK_BYTES_MAX = 200 * 1000 }; /* of lab_check_json */

/* Each appends to `text`. */
void lab_check_value(const struct check_value *value, struct text *text);
/* "process 3: write 4 (line 12)" */
void lab_check_operation(const struct check_history *history, uint32_t operation,
                         struct text *text);
void lab_check_line(const struct check_history *history, const struct check_line *line, bool city,
                    struct text *text);
/* The sentence of an anomaly. */
void lab_check_anomaly(const char *anomaly, bool city, struct text *text);
/* Why it is unknown. */
void lab_check_why(const struct check_history *history, const struct check_verdict *verdict,
                   bool city, struct text *text);
const char *lab_check_answer(enum check_answer answer); /* "valid", "unknown", "invalid" */

/* How much of each kind of operation there was: whether the test could have found anything. */
enum { LAB_CHECK_KINDS_MAX = 24 };
struct lab_check_power {
    struct {
        const char *function;
        uint32_t count[3];        /* by enum check_outcome */
    } kinds[LAB_CHECK_KINDS_MAX]; /* in order of first appearance; more are not told apart */
    uint32_t kind_count;
    uint32_t processes; /* the highest number and one: how many took part at most */
};
void lab_check_power_count(const struct check_history *history, struct lab_check_power *power);

/* The verdict as a JSON object: answer, why, findings with their operations, answers by model, power.
 * At most LAB_CHECK_BYTES_MAX; proofs are shortened until it fits. The caller frees it; NULL: no
 * memory. */
char *lab_check_json(const char *model, const char *name, const struct check_history *history,
                     const struct check_verdict *verdict);

#endif
