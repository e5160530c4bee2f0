/* notes.h - what notes are called, the host's and the system's alike. */
#ifndef LAB_NOTES_H
#define LAB_NOTES_H

#include "systems/system.h"

/* The note of a kind: name, argument names, listed, interesting; NULL for an unknown kind. */
const struct system_note *lab_note(const struct system *system, uint16_t kind);
/* The kind of a note by name; 0 when there is none. */
uint16_t lab_note_find(const struct system *system, const char *name);
/* Is it a moment to step to? That every node starts at the beginning is none. */
bool lab_note_stops(const struct node_note *note, const struct system_note *known);
/* Calls `each` with every kind that has a note, in order of kind. */
void lab_notes_each(const struct system *system,
                    void (*each)(void *context, uint16_t kind, const struct system_note *note),
                    void *context);

#endif
