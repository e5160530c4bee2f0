/* toy_system.h - the smallest system that has one of everything, for tests of the lab.
 *
 * Node A beats: every beat it draws a number and sends it to B, which notes it. A test that uses
 * it defines the catalogue itself: SYSTEMS[] = {&TOY}. */
#ifndef TESTS_TOY_SYSTEM_H
#define TESTS_TOY_SYSTEM_H

#include "systems/system.h"

enum toy_setting { TOY_SET_BEAT_MS, TOY_SET_SHARE, TOY_SET_LOUD, TOY_SET_COLOUR, TOY_SET_BUG };
enum toy_note { TOY_NOTE_HEARD = NODE_NOTE_SYSTEM, TOY_NOTE_BUMPED };

extern const struct system TOY;

/* A scenario's text: beats of 100 ms, one input at 2.5 s. */
extern const char TOY_SCENARIO[];

#endif
