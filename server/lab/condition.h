/* condition.h - a small language over what happens: when to stop, what to look for.
 *
 *   kitchen_suspected                       a note of that name
 *   kitchen_suspected and node == B         and its node, peer or subject
 *   first(silence_ms > 2000)                an argument of a note, by name; from then on true
 *   jain_utilisation < 0.9 and waiting > 20 figures
 *   t_ms >= 60000                           virtual time
 *
 * Operators: or, and, not, < <= > >= == !=, parentheses, first(...). Numbers have at most six
 * decimals. A condition is looked at with each note and at each whole virtual second. Notes and
 * their arguments hold at their note only; figures are those of the last whole second. What
 * depends on a note is false between notes. */
#ifndef LAB_CONDITION_H
#define LAB_CONDITION_H

#include "lab/problem.h"
#include "lab/scenario.h"

enum { LAB_CONDITION_TERMS_MAX = 48, LAB_CONDITION_BYTES_MAX = 400 };

/* No pointers: may be copied. */
struct lab_condition {
    struct lab_condition_term {
        uint8_t kind;    /* inner to condition.c */
        uint8_t compare; /* how left and right are compared */
        bool latched;    /* first(): has been true */
        uint8_t left, right;
        uint16_t index; /* note kind or figure */
        int64_t millionths;
        char name[32]; /* of a note's argument */
    } terms[LAB_CONDITION_TERMS_MAX];
    uint8_t count, root;
    bool uses_notes, uses_figures;
};

/* -422 with what was not understood, and the names that exist. */
int lab_condition_parse(const struct lab_scenario *scenario, const char *text,
                        struct lab_condition *condition, struct lab_problem *problem);
/* Does it hold now? `note` is NULL at a whole second. `figures` as figures_read() gives them; may
 * be NULL unless uses_figures. Remembers what first() has seen. */
bool lab_condition_holds(struct lab_condition *condition, const struct lab_scenario *scenario,
                         const struct node_note *note, const int64_t *figures, int64_t time_ns);

#endif
