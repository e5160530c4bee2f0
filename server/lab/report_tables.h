/* report_tables.h - the parts of a report that are lists: promises, figures, settings, parameters,
 * inputs, events. Each appends one section. */
#ifndef LAB_REPORT_TABLES_H
#define LAB_REPORT_TABLES_H

#include "lab/report.h"

void lab_report_verdicts(const struct lab_report *report, const struct lab_judgement *judgement,
                         struct lab_pieces *out);
/* What a class voted before and after; nothing where nobody did. */
void lab_report_votes(const struct lab_report *report, struct lab_pieces *out);
void lab_report_figures(const struct lab_report *report, struct lab_pieces *out);
void lab_report_settings(const struct lab_report *report, struct lab_pieces *out);
void lab_report_model(const struct lab_report *report, struct lab_pieces *out);
void lab_report_inputs(const struct lab_report *report, const struct lab_inputs *inputs,
                       struct lab_pieces *out);
void lab_report_events(const struct lab_report *report, const struct lab_report_rows *rows,
                       struct lab_pieces *out);

/* ---- What the parts share ---- */

/* A word of the report, escaped. */
void lab_report_say(const char *key, struct text *text);
/* The same with {n} filled in. */
void lab_report_say_number(const char *key, uint64_t number, struct text *text);
/* <section id="..."><h2>word of the id</h2>, and its end. */
void lab_report_section(const char *id, struct text *text);
void lab_report_section_end(struct text *text);

#endif
