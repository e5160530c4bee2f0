/* csv_files.h - all tables of a run as files in a folder, written while it goes, and at its end the
 * evidence: report.html and run.chef. Byte for byte what the server exports of the same run. */
#ifndef LAB_CSV_FILES_H
#define LAB_CSV_FILES_H

#include "lab/course.h"

struct lab_csv_files; /* opaque */

/* Makes the folder and the files. -503 with what could not be written. */
int lab_csv_files_open(const char *folder, const struct lab_course *course,
                       struct lab_csv_files **files, struct lab_problem *problem);
void lab_csv_files_put(struct lab_csv_files *files, const struct lab_row *row);
/* Writes what only the end knows (what is open, inputs, verdicts, columns, history.jsonl,
 * run.json, report.html, run.chef) and closes.
 * -503 if anything could not be written. Takes the pointer and clears it. */
int lab_csv_files_close(struct lab_csv_files **files, const struct lab_course *course,
                        const struct lab_judgement *judgement, const struct lab_proofs *proofs,
                        const char *excuse, const char *run_json, struct lab_problem *problem);

#endif
