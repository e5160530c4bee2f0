/* documents.h - what the lab knows, as JSON documents (docs/api.md). All results are the caller's. */
#ifndef LAB_DOCUMENTS_H
#define LAB_DOCUMENTS_H

#include "lab/lab_internal.h"

struct cJSON;

/* Everything about one run; it is locked. */
struct cJSON *lab_run_json(const struct lab_run *run);
/* Puts where a run is now over the fields of a listing that change. */
void lab_summary_update(const struct lab_run *run, struct cJSON *item);
/* created_at: "2026-11-21T03:10:00Z". */
void lab_add_created(struct cJSON *item, int64_t created_ms);
/* Array of verdicts. */
struct cJSON *lab_judgement_json(const struct lab_scenario *scenario,
                                 const struct lab_judgement *judgement, const char *excuse,
                                 const struct lab_proofs *proofs);
/* What a note tells: its sentence in English, and of what another language makes one: {name, text,
 * subject?, node, peer, args}. */
struct cJSON *lab_note_json(const struct lab_scenario *scenario, const struct node_note *note);
/* Puts beside the text of a verdict of what it is made: reason? {word, subject, args}, unpromised?. */
void lab_add_reasons(struct cJSON *item, const struct system *system,
                     const struct node_reason *reason, uint16_t unpromised);
/* {name: value} of figures that are known. */
struct cJSON *lab_figures_json(const struct system *system, const int64_t *figures);
/* A node's name, or null. */
void lab_add_node(const struct lab_scenario *scenario, struct cJSON *object, const char *field,
                  uint32_t node);

#endif
