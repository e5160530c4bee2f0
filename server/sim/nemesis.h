/* nemesis.h - random faults for sweeps: from a seed, a list of inputs, and then healing.
 *
 * A random run has two phases. In the first anything allowed may happen and only safety is asked
 * for; at its end the nemesis heals everything, or only a random core of nodes, and the system must
 * converge or say why it cannot. Each seed switches each kind of fault on or off by itself (swarm
 * testing: Groce et al., ISSTA 2012), since a mix of all faults hides what one alone would show.
 *
 * The inputs are like any others: they can be stored, replayed and given to a person. Every kind
 * draws from a stream of its own, so that forbidding one leaves the others as they were. */
#ifndef SIM_NEMESIS_H
#define SIM_NEMESIS_H

#include "sim/sim.h"

enum nemesis_kind {
    NEMESIS_CRASH,
    NEMESIS_PAUSE,
    NEMESIS_SLOW_CPU,
    NEMESIS_CUT, /* one way or both */
    NEMESIS_PARTITION,
    NEMESIS_ISOLATE,
    NEMESIS_LINK, /* delay, jitter, loss, duplication, reordering: some of them */
    NEMESIS_DISK_SLOW,
    NEMESIS_DISK_STALL,
    NEMESIS_DISK_FULL,
    NEMESIS_DISK_TEAR,       /* ends in a crash while the disk stalls */
    NEMESIS_DISK_LOSE_FSYNC, /* ends in a crash */
    NEMESIS_DISK_ROT,
    NEMESIS_CLOCK_SKEW,
    NEMESIS_CLOCK_DRIFT,
    NEMESIS_CLOCK_JUMP,
    NEMESIS_KINDS,
};
#define NEMESIS_ALL ((1u << NEMESIS_KINDS) - 1)

enum { NEMESIS_FAULTS_MAX = 4, NEMESIS_INPUTS_MAX = 6 * NEMESIS_KINDS * NEMESIS_FAULTS_MAX + 64 };

/* What may happen. Masks of zero mean all. */
struct nemesis_profile {
    uint32_t kinds;         /* bits of enum nemesis_kind */
    uint32_t faults_max;    /* of each kind, half of them at least; 0: 3 */
    uint64_t nodes;         /* who may be hit */
    uint64_t peers;         /* who stands at the other end of a cut: where nodes talk to one of them
                               only, a cut between two others would change nothing */
    uint64_t core;          /* who is always in the core that is healed */
    uint64_t core_one;      /* of these at least one is in it; 0: nobody in particular */
    bool core_only;         /* heal a random majority only; the others stay down or isolated */
    bool always;            /* every allowed kind is on: for a profile that is to catch one bug */
    int64_t from_ns, to_ns; /* faults begin and end in this time, healing comes at to_ns */
    int64_t length_ns;      /* usual length of a fault, at most 40 s; 0: 1.5 s */
};

/* What was drawn. */
struct nemesis {
    uint32_t kinds; /* that are on for this seed */
    uint32_t count;
    uint64_t core;                               /* nodes that are healed at the end */
    struct sim_input inputs[NEMESIS_INPUTS_MAX]; /* in order of time */
};

/* Draws the faults of one seed for the world of `plan`. Disks are only harmed where there are
 * files. */
void nemesis_draw(struct nemesis *nemesis, const struct nemesis_profile *profile,
                  const struct sim_plan *plan, uint64_t seed);

/* Name for reports: "crash", "lose_fsync". */
const char *nemesis_kind_name(enum nemesis_kind kind);

/* The kinds that have changed at least one message, timer or write of this run so far (bits). A
 * sweep has power when, of the runs that switched a kind on, 95 % have it here. */
uint32_t nemesis_effective_kinds(const struct sim *sim);

#endif
