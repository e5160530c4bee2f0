/* toy_counter.h - the smallest system whose promises a checker of histories judges: a client that adds
 * to a counter and reads it.
 *
 * With the switch bug.forget the server acknowledges an addition and forgets it. Level "late" reads are
 * answered from an old value and are judged by a check that is no promise. A test that uses it defines
 * the catalogue itself: SYSTEMS[] = {&TOY_COUNTER}. */
#ifndef TESTS_TOY_COUNTER_H
#define TESTS_TOY_COUNTER_H

#include "systems/system.h"

enum toy_counter_setting { TOY_COUNTER_BEAT_MS, TOY_COUNTER_FORGET, TOY_COUNTER_LATE };
enum toy_counter_check { TOY_COUNTER_CHECK_STRONG, TOY_COUNTER_CHECK_LATE, TOY_COUNTER_CHECKS };

extern const struct system TOY_COUNTER;

/* A scenario's text: an operation every 100 ms for 20 s, the server paused from 4 s to 6 s. */
extern const char TOY_COUNTER_SCENARIO[];

#endif
