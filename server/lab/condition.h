/* condition.h - a small language over what happens: when to stop, what to look for.
 *
 *   kitchen_suspected                       a note of that name
 *   kitchen_suspected and node == B         and its node, peer or subject
 *   first(silence_ms > 2000)                an argument of a note, by name; from then on true
 *   first(response_ms > 5000)               a column of a row (here of the table orders), by name
 *   jain_utilisation < 0.9 and waiting > 20 figures
 *   count(leader_elected) >= 2              how often so far, of notes and rows
 *   t_ms >= 60000                           virtual time
 *
 * Operators: or, and, not, < <= > >= == !=, parentheses, first(...), count(...). Numbers have at most six
 * decimals. A condition is looked at with each note, each row of a table (an order's row comes when
 * it is over) and at each whole virtual second. Notes, rows and what they carry hold at their
 * moment only and are false between; figures are those of the last whole second. A name that is
 * several things is the first of figure, node, argument or column; what is an argument of some note
 * and a column of some table is either, as the moment has it. */
#ifndef LAB_CONDITION_H
#define LAB_CONDITION_H

#include "base/text.h"
#include "lab/problem.h"
#include "lab/scenario.h"

enum {
    LAB_CONDITION_TERMS_MAX = 48,
    LAB_CONDITION_BYTES_MAX = 400,
    LAB_CONDITION_KINDS = 256, /* of notes */
};

/* No pointers: may be copied. */
struct lab_condition {
    struct lab_condition_term {
        uint8_t kind;    /* inner to condition.c */
        uint8_t compare; /* how left and right are compared */
        bool latched;    /* first(): has been true */
        uint8_t left, right;
        uint16_t index;     /* note kind or figure */
        int64_t millionths; /* of a number, and of a count so far */
        char name[32];      /* of a note's argument or a row's column */
    } terms[LAB_CONDITION_TERMS_MAX];
    uint8_t count, root;
    bool uses_notes, uses_rows, uses_figures;
    uint64_t kinds[LAB_CONDITION_KINDS / 64]; /* see lab_condition_sees() */
    uint32_t tables;                          /* see lab_condition_sees_table() */
};

/* -422 with what was not understood, and the names that exist. */
int lab_condition_parse(const struct lab_scenario *scenario, const char *text,
                        struct lab_condition *condition, struct lab_problem *problem);
/* What there is to look at: at most one of note and row, neither at a whole second. */
struct lab_moment {
    const struct node_note *note;
    const struct node_row *row;
    const int64_t *figures; /* as figures_read() gives them; may be NULL unless uses_figures */
    int64_t time_ns;
};
/* Does it hold now? Remembers what first() and count() have seen. */
bool lab_condition_holds(struct lab_condition *condition, const struct lab_scenario *scenario,
                         const struct lab_moment *moment);

/* Notes are only looked at for a condition that says something of notes, rows for one that says
 * something of rows.
 * Could a note of this kind make it true, or be remembered by a first() or a count() in it, if all moments before
 * were looked at and it was not true at them? What cannot need not be looked at: of a hundred notes
 * that is mostly all but one. */
static inline bool lab_condition_sees(const struct lab_condition *condition, uint16_t kind)
{
    return kind >= LAB_CONDITION_KINDS || (condition->kinds[kind / 64] >> kind % 64 & 1) != 0;
}
/* The same of a row of the system's table of that index. */
static inline bool lab_condition_sees_table(const struct lab_condition *condition, uint16_t table)
{
    return (condition->tables >> table & 1) != 0;
}
/* The figures that it asks for with their values, appended: "waiting 23, jain_utilisation 0.8812". */
void lab_condition_figures_words(const struct lab_condition *condition,
                                 const struct lab_scenario *scenario, const int64_t *figures,
                                 struct text *text);

#endif
