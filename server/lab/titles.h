/* titles.h - what things are called for people: settings, promises, figures, charts, inputs, and
 * the sentences of the report. All of them stand in web/words: SYSTEM.json, host.json, report.json.
 *
 * What is answered is valid for ever. */
#ifndef LAB_TITLES_H
#define LAB_TITLES_H

#include "base/text.h"
#include "lab/scenario.h"

/* "settings", "overload_threshold" -> "Overloaded above"; the key itself where there is no word. */
const char *lab_title(const struct system *system, const char *group, const char *key);
/* One more field of the same entry ("about", "term", "text"), or NULL. */
const char *lab_title_field(const struct system *system, const char *group, const char *key,
                            const char *field);
/* Name of one line of a chart. */
const char *lab_title_line(const struct system *system, const char *chart, const char *column);
/* A sentence of the report by its key. */
const char *lab_report_word(const char *key);

/* Writes the value of a place of a sentence; false when it knows no such name. */
typedef bool (*lab_place_put)(const void *context, const char *name, size_t length,
                              struct text *text);
/* Appends a sentence, its places {name} filled in; unknown ones stay as they are. */
void lab_sentence_fill(const char *sentence, lab_place_put put, const void *context,
                       struct text *text);

/* A setting's value in words: the title of a choice, on or off, a number with its unit. */
void lab_setting_words(const struct system *system, const struct system_setting *setting,
                       int64_t value, struct text *text);
/* What an input does, as a sentence: "The kitchen A crashes". */
void lab_input_words(const struct lab_scenario *scenario, const struct sim_input *input,
                     struct text *text);
/* The same in two or three words, for a mark on a chart: "A crashes". */
void lab_input_mark(const struct lab_scenario *scenario, const struct sim_input *input,
                    struct text *text);

#endif
