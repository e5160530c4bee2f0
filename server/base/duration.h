/* duration.h - lengths of time as people write them: "10m", "1h30m", "250ms", "2s". */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

#define DURATION_US     ((uint64_t)1000)
#define DURATION_MS     ((uint64_t)1000000)
#define DURATION_S      ((uint64_t)1000000000)
#define DURATION_MINUTE (60 * DURATION_S)
#define DURATION_HOUR   (60 * DURATION_MINUTE)

/* One or more whole numbers with units h, m, s, ms, us, ns, from the largest unit to the smallest,
 * each at most once. Returns 0 and the length in nanoseconds, or -1 with what is wrong; *length_ns
 * is then untouched. Below 2^63 ns. */
int duration_parse(const char *string, uint64_t *length_ns, struct error *error);

/* The shortest such writing of a length; duration_parse reads it back exactly. Zero is "0s". */
void duration_format(struct text *text, uint64_t length_ns);

#endif
