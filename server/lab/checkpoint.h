/* checkpoint.h - a world's memory kept in the store, so that a long run need not be computed again
 * from its beginning after a restart.
 *
 * Worlds are relocatable blocks, but only the very program that wrote one knows its layout; so a
 * checkpoint names its program (a checksum of the executable) and any other ignores it. */
#ifndef LAB_CHECKPOINT_H
#define LAB_CHECKPOINT_H

struct lab;
struct lab_run;

/* Names this program; once, at the start. */
void lab_checkpoint_program(struct lab *lab);
/* Keeps the world if the run has come far since the last time. After its rows were handed over. */
void lab_checkpoint_keep(struct lab *lab, struct lab_run *run);
/* Puts a fresh run at its checkpoint, if there is one for this program. */
void lab_checkpoint_restore(struct lab *lab, struct lab_run *run);

#endif
