/* chatter.h - a protocol that uses all of its host at random: for digests, copies, sweeps and
 * nemeses.
 *
 * Every node gossips with timers that move, writes with and without fsync, gates messages by
 * writes, reads back what it wrote, uses both clocks and draws. It has no promise of its own to
 * break; what it saw flows into what it does, so that any difference between two runs spreads
 * quickly into the digest. */
#ifndef TESTS_LIB_CHATTER_H
#define TESTS_LIB_CHATTER_H

#include "node/observer.h"
#include "sim/sim.h"

extern const struct node_protocol CHATTER_PROTOCOL;

/* Counts notes and ticks and puts a row at each tick. */
struct chatter_ledger {
    uint64_t notes, ticks;
};
extern const struct node_observer CHATTER_OBSERVER;

enum { CHATTER_SETTING_PERIOD_MS, CHATTER_SETTINGS };

/* `count` nodes in two regions. */
struct sim_plan chatter_plan(uint64_t seed, uint32_t count);

#endif
