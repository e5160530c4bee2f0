/* faults.h - which faults are active, as inputs began and ended them: for frames, and for what is
 * shaded in the charts of a report.
 *
 * The list is for people: it is made of the inputs alone and decides nothing. */
#ifndef LAB_FAULTS_H
#define LAB_FAULTS_H

#include "lab/scenario.h"

enum { LAB_FAULTS_MAX = 128 }; /* active faults that are shown one by one */

/* In order of their beginning. All zero is none. */
struct lab_faults {
    uint32_t count;
    uint32_t version; /* changes when the list may have */
    struct lab_fault {
        uint16_t type; /* of the input that began it */
        uint32_t node, peer;
        int64_t since_ns;
    } list[LAB_FAULTS_MAX];
};

/* An input took effect: it may begin or end faults, those that it replaces among them. */
void lab_faults_input(struct lab_faults *faults, const struct lab_scenario *scenario,
                      const struct sim_input *input);

#endif
