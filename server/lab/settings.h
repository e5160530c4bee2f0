/* settings.h - a system's settings between JSON, command line and int64.
 *
 * A setting with `decimals` d travels as a decimal number (0.8) and is kept as value x 10^d (80).
 * Switches are true and false, choices are their names. */
#ifndef LAB_SETTINGS_H
#define LAB_SETTINGS_H

#include "lab/problem.h"
#include "systems/system.h"

/* Index of a setting by its key; -404 with the list of keys when there is none. */
int lab_setting_find(const struct system *system, const char *key, struct lab_problem *problem);
/* A value of setting `index`. -422 names the key, the value and the range or the choices. */
int lab_setting_parse(const struct system *system, uint32_t index, const struct cJSON *value,
                      int64_t *result, struct lab_problem *problem);
/* "KEY=VALUE" from a command line into values[]. */
int lab_setting_parse_text(const struct system *system, const char *text, int64_t *values,
                           struct lab_problem *problem);
/* An object {key: value ...} into values[]; all or nothing. NULL counts as empty. */
int lab_settings_parse(const struct system *system, const struct cJSON *object, int64_t *values,
                       struct lab_problem *problem);
/* The value as JSON; the caller's. */
struct cJSON *lab_setting_json(const struct system_setting *setting, int64_t value);
/* {key: value ...} of all settings; the caller's. */
struct cJSON *lab_settings_json(const struct system *system, const int64_t *values);

/* value x 10^decimals as a double, for documents that nothing decides from. */
double lab_decimal(int64_t value, unsigned decimals);
/* The other way: false when the number has more decimals than that, or is out of int64. */
bool lab_decimal_parse(double number, unsigned decimals, int64_t *value);
/* Writes value x 10^decimals with its decimals ("0.80") into a buffer of 32 bytes. */
const char *lab_decimal_text(int64_t value, unsigned decimals, char buffer[32]);

#endif
