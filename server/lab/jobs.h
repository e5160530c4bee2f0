/* jobs.h - what computes for long: searches and shrinking, in threads of their own behind live runs.
 *
 * A few threads of low priority take jobs in the order in which they came. Nothing of the lab is
 * locked while one computes: a job has its own copy of what it needs. What is asked from outside
 * stands in lab.h. */
#ifndef LAB_JOBS_H
#define LAB_JOBS_H

#include "lab/problem.h"

struct lab_jobs; /* opaque */

/* Starts the threads; lab->jobs. -503 when there is none to be had. */
int lab_jobs_open(struct lab *lab, struct lab_problem *problem);
/* All that wait or run end soon: within some milliseconds. NULL is nothing. */
void lab_jobs_give_up(struct lab_jobs *jobs);
/* Waits for that. Takes the pointer and clears it. */
void lab_jobs_close(struct lab_jobs **jobs);

#endif
