/* words.h - notes and reasons in English, from the same tables of words that the page uses.
 *
 * web/words/SYSTEM.json has {"notes": {NAME: sentence}, "reasons": {KEY: sentence}};
 * web/words/host.json has the host's notes. Places in a sentence: {node}, {peer}, {order} and
 * {subject}, the argument names of a note, and {a} {b} {c} {d} for the numbers in order,
 * of which {a:node} is read as a node. A name
 * without a sentence is said as it is, with spaces. */
#ifndef LAB_WORDS_H
#define LAB_WORDS_H

#include "base/text.h"
#include "lab/scenario.h"

/* What notes and findings are about, by the first column of the system's table of subjects: "order 17";
 * appended. */
void lab_words_subject(const struct lab_scenario *scenario, uint32_t subject, struct text *text);

/* Both append to `text`. */
void lab_words_note(const struct lab_scenario *scenario, const struct node_note *note,
                    struct text *text);
void lab_words_reason(const struct lab_scenario *scenario, const struct node_reason *reason,
                      struct text *text);

/* A row of one of the system's tables by the sentence of its table, "tables": {NAME: {"row": ...}},
 * whose places are names of columns; appended. Without one: its first cell. */
void lab_words_row(const struct lab_scenario *scenario, const struct node_row *row,
                   struct text *text);

/* Why a run was halted, appended: the node's reason, or what the host ran out of. */
void lab_words_halt(const struct lab_scenario *scenario, enum sim_halt halt,
                    const struct node_reason *reason, struct text *text);

#endif
