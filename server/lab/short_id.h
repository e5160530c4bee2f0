/* short_id.h - a run of the catalogue in a form that fits on a slide: kitchens/lunch-rush#7-f14d.
 *
 * Scenario, seed, and a check: the first four hex digits of the digest where the scenario ends, with
 * its own settings and inputs. So whoever types one finds out about a slip of the finger, and about
 * a program that computes other runs. */
#ifndef LAB_SHORT_ID_H
#define LAB_SHORT_ID_H

#include "base/text.h"
#include "lab/headless.h"

#include <stdatomic.h>

enum {
    LAB_SHORT_CHECK_DIGITS = 4,
    LAB_SHORT_ID_BYTES = LAB_SCENARIO_NAME_BYTES + 24, /* name, '#', seed, '-', check */
};

struct lab_short_id {
    char scenario[LAB_SCENARIO_NAME_BYTES]; /* of the catalogue */
    uint64_t seed;
    uint32_t check;
};

/* Reads what a person typed: capitals, spaces around it and a missing "kitchens/" do not matter.
 * -422 when it has another form, -404 with the scenarios that exist when it names none of them. */
int lab_short_id_read(const char *typed, struct lab_short_id *id, struct lab_problem *problem);
/* Is it meant as one? Something with a '#'. */
bool lab_short_id_is_meant(const char *typed);

/* Appends the id of a run whose digest at the scenario's end is known. */
void lab_short_id_write(const struct lab_scenario *scenario, uint64_t seed, uint64_t digest,
                        struct text *text);
/* Does this run have one: the catalogue's own text, settings and inputs, and nobody's beside them? */
bool lab_short_id_exists(const struct lab_course *course);
/* Its digest where the scenario ends, computed (a second at most for those of the catalogue) or
 * remembered from the last time. -503 when given up. */
int lab_short_id_digest(const struct lab_scenario *scenario, uint64_t seed,
                        const atomic_bool *give_up, uint64_t *digest, struct lab_problem *problem);
/* Appends the id of a run that went from beginning to end, if it has one. */
bool lab_short_id_of_result(const struct lab_headless_options *options,
                            const struct lab_headless_result *result, struct text *text);
/* The four digits that `digest` begins with. */
uint32_t lab_short_check(uint64_t digest);

#endif
