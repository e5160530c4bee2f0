/* behaviour.h - which behaviour this program has: a hash of the digests of golden runs.
 *
 * Two programs of the same behaviour_id compute the same runs. It stands in every run and link, so
 * that one made by another version is recognised. The table below is checked by a test that runs
 * the scenarios again, and rewritten by it when asked to (CHEF_REWRITE_GOLDEN=1). */
#ifndef LAB_BEHAVIOUR_H
#define LAB_BEHAVIOUR_H

#include <stddef.h>
#include <stdint.h>

struct lab_golden {
    const char *scenario;
    uint64_t seed;
    uint32_t seconds; /* of virtual time */
    uint64_t digest;
};
extern const struct lab_golden LAB_GOLDEN[];
extern const size_t LAB_GOLDEN_COUNT;

/* "b" and 12 hex digits. */
const char *lab_behaviour_id(void);

#endif
