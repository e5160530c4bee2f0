/* ddmin.h - delta debugging: which parts of something that fails are needed for it to fail.
 *
 * After Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (IEEE TSE 2002):
 * take away halves, then quarters, and in the end single parts, until no single one can go
 * (1-minimal). */
#ifndef LAB_DDMIN_H
#define LAB_DDMIN_H

#include <stdbool.h>
#include <stdint.h>

/* Does it still fail with the parts for which kept[] is true? Must give the same answer each time. */
typedef bool lab_ddmin_fails(void *context, const bool *kept, uint32_t count);

/* Clears kept[i] for each of `count` parts that is not needed; those that are false at the beginning
 * stay so. What is kept fails at the beginning, and at the end. Returns how many are left. */
uint32_t lab_ddmin(bool *kept, uint32_t count, lab_ddmin_fails *fails, void *context);

#endif
